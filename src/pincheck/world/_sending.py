"""One request, asked again where that may help: bounded in size, time and waiting."""

import contextlib
import errno
import logging
import queue
import random
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx

_RETRIES = 2
_RETRIED = {429, 502, 503, 504}
_FIRST_WAIT = 0.4
_LONGEST_WAIT = 30.0
_FOREVER = 1e13  # More than 300,000 years.
LEADS_NOWHERE = "it redirects to what is no valid URL"
_PIECE = 64 * 1024
_T = TypeVar("_T")
# These tell in their records of addresses and headers, as they were sent and as they came.
for _library in ("httpx", "httpcore", "hishel"):
    logging.getLogger(_library).setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said: status code, headers by lower-case name, the unpacked body (none of a redirect)."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Busy(Exception):
    """A server asks to come back later than anybody wants to wait; the message says what it said."""


class TooMuch(ValueError):
    """An answer breaks a limit; the message says which."""


def persistently(ask: Callable[[], Reply], deadline: float, pause: Callable[[float], None]) -> Reply:
    """Return the reply, after up to two more tries where there was none or it says "not now" (429, 502, 503, 504).

    What `ask` raises otherwise goes through. The time between tries doubles, is spread by chance, and is what the
    server asks for in `Retry-After` (RFC 9110, 10.2.3); Busy where that is longer than half a minute in all, or longer
    than there is time.
    """
    waited = 0.0
    for attempt in range(_RETRIES + 1):
        seconds = _FIRST_WAIT * 2**attempt * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
        try:
            reply = _within(deadline - time.monotonic(), ask)
        except httpx.TransportError as error:
            if attempt == _RETRIES or not _may_pass(error) or time.monotonic() + seconds > deadline:
                raise
        else:
            if reply.status not in _RETRIED:
                return reply
            wanted = _retry_after(reply.headers.get("retry-after", ""))
            left = min(_LONGEST_WAIT - waited, deadline - time.monotonic())
            if wanted is not None and wanted > left:
                raise Busy(f"answered {reply.status} and asks to come back in {_span(wanted)}")
            if attempt == _RETRIES or seconds > left:
                return reply
            seconds = max(seconds, wanted or 0.0)
        pause(seconds)
        waited += seconds
    raise AssertionError  # The last attempt returns or raises.


def _within(seconds: float, ask: Callable[[], _T]) -> _T:
    """Return what is asked for; TooMuch where it takes longer.

    It is asked for in a thread of its own: neither looking up a name, nor a handshake, nor headers that come byte by
    byte know a limit for all of it. A thread that is given up ends with the connection or with the program.
    """
    outcome: queue.SimpleQueue[tuple[_T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put((ask(), None))
        except BaseException as error:  # noqa: BLE001 - it is raised where it was asked for
            outcome.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        found, error = outcome.get(timeout=max(0.0, seconds))
    except queue.Empty:
        raise TooMuch(f"the answer took longer than {max(0.0, seconds):.0f} s") from None
    try:
        if error is not None:
            raise error
        return found  # type: ignore[return-value]
    finally:
        del error  # It knows this frame, and through it would keep alive whatever was read.


def _may_pass(error: httpx.TransportError) -> bool:
    """Say whether another try may help: the connection was not made, or ended before a byte of an answer came."""
    if isinstance(error, httpx.RemoteProtocolError):
        return "disconnected" in str(error)
    if not isinstance(error, httpx.ConnectError | httpx.ReadError | httpx.WriteError):
        return False
    cause = beneath(error)
    if isinstance(cause, ssl.SSLError):
        return False
    return not isinstance(cause, socket.gaierror) or cause.errno == socket.EAI_AGAIN


def beneath(error: BaseException) -> BaseException:
    """Return what an error of the libraries was to begin with, as the operating system or TLS said it."""
    for _ in range(10):
        inner = error.__cause__ or error.__context__
        if inner is None or isinstance(error, OSError):
            break
        error = inner
    return error


def _retry_after(value: str) -> float | None:
    """Return the seconds that a server asks for, as a number or a date; None where it says nothing that can be read."""
    value = value.strip()
    if re.fullmatch(r"[0-9]{1,18}", value):
        return float(value)
    try:
        when = parsedate_to_datetime(value)
        return max(0.0, (when.astimezone(UTC) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError, IndexError, OverflowError):
        return 1e18 if re.fullmatch(r"[0-9]+", value) else None


def _span(seconds: float) -> str:
    for size, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{min(seconds, _FOREVER) / size:.0f} {name}"
    return f"{seconds:.0f} s"


def first(requests: Iterator[tuple[httpx.Client, httpx.Request]], largest: int, longest: float) -> Reply:
    """Send requests that come to the same, until one gets through to a server; return what that says."""
    deadline = time.monotonic() + longest
    failed: httpx.TransportError | None = None
    for using, request in requests:
        try:
            return _once(using, request, largest, deadline - time.monotonic())
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            failed = error
    try:
        assert failed is not None
        raise failed
    finally:
        del failed  # As above.


def _once(using: httpx.Client, request: httpx.Request, largest: int, longest: float) -> Reply:
    """Send a request and read the answer, at most `largest` bytes, packed and unpacked, in `longest` seconds."""
    deadline = time.monotonic() + longest
    try:
        response = using.send(request, stream=True)
    except httpx.InvalidURL:  # httpx reads where a redirect leads, though it does not follow it.
        raise TooMuch(LEADS_NOWHERE) from None
    try:
        headers = dict(response.headers.items())
        if response.has_redirect_location:
            _drain(response)
            return Reply(response.status_code, headers, b"")
        if re.fullmatch(r"[0-9]+", headers.get("content-length", "")) and _is_above(headers["content-length"], largest):
            raise TooMuch(too_large(largest))
        body = bytearray()
        for piece in _unpacked(response, largest):
            body += piece
            if len(body) > largest:
                raise TooMuch(too_large(largest))
            if time.monotonic() > deadline:
                raise TooMuch(f"the answer took longer than {longest:.0f} s")
        return Reply(response.status_code, headers, bytes(body))
    except (httpx.RemoteProtocolError, httpx.ReadError) as error:
        raise TooMuch(f"the answer ends early: {error}") from error
    finally:
        response.close()


def _is_above(digits: str, largest: int) -> bool:
    return int(digits[:18]) > largest


def too_large(largest: int) -> str:
    return f"the answer is larger than {largest / 1024 / 1024:.4g} MiB"


def _drain(response: httpx.Response) -> None:
    """Read the short body of a redirect as it is, so that its connection can be used again."""
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and len(length) < 6:  # noqa: PLR2004 - below 100 kB
        with contextlib.suppress(httpx.HTTPError):
            for _ in response.iter_raw():
                pass


def _unpacked(response: httpx.Response, largest: int) -> Iterator[bytes]:
    """Yield the body in pieces of bounded size; ValueError where it is packed in a way that was not asked for.

    Also what is packed may not be larger than `largest`: there is packed text that unpacks to nothing, without end.
    """
    packed = response.headers.get("Content-Encoding", "").strip().lower()
    if packed in {"", "identity"}:
        yield from response.iter_raw()
        return
    if packed not in {"gzip", "x-gzip"}:
        raise TooMuch(f"the answer is packed as `{packed[:100]}`")
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for rest in response.iter_raw():
        if response.num_bytes_downloaded > largest:
            raise TooMuch(too_large(largest))
        while rest:
            yield unpacking.decompress(rest, _PIECE)
            if unpacking.unused_data:
                raise TooMuch("the answer goes on behind its packed end")
            rest = unpacking.unconsumed_tail  # noqa: PLW2901 - what did not fit into a piece comes next
    if response.num_bytes_downloaded and not unpacking.eof:
        raise TooMuch("the answer ends early")


def reason(error: Exception) -> str:
    """Return why there is no answer, in words that hold nothing of what was sent."""
    if isinstance(error, httpx.InvalidURL):
        return "it is no valid URL"  # httpx says which part is wrong, and that may be a password.
    if isinstance(error, httpx.LocalProtocolError):
        return "it cannot be asked in HTTP"  # h11 shows the header that is wrong, and that may be a login.
    if isinstance(error, httpx.RemoteProtocolError) and "location header" in str(error):
        return LEADS_NOWHERE
    cause = beneath(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        found = f"its certificate is not trusted: {cause.verify_message}"
    elif isinstance(cause, ssl.SSLError):
        found = f"it speaks no TLS that is understood: {(cause.reason or 'no reason').lower().replace('_', ' ')}"
    elif isinstance(cause, OSError) and cause.errno in errno.errorcode:
        found = cause.strerror or str(cause)
    else:
        found = re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__
    return found[:1].lower() + found[1:]
