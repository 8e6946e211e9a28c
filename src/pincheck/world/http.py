"""The one door to the network: a bounded GET with a time limit, and errors that show no credentials."""

import re
import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from pincheck import __version__
from pincheck.errors import PincheckError

LARGEST_BODY = 32 * 1024 * 1024
LONGEST = 60.0
MOST_REDIRECTS = 5
PATIENCE = httpx.Timeout(20.0, connect=10.0)
_PORTS = {"http": 80, "https": 443}
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: status code, media type without parameters, body as text, the URL that gave it."""

    status: int
    media_type: str
    text: str
    url: str


class Unreachable(PincheckError):
    """A URL could not be fetched; the message says which and why, without credentials."""


@contextmanager
def client(certificates: str = "", trusted_hosts: tuple[str, ...] = ()) -> Iterator[httpx.Client]:
    """Give a client that pools its connections; `certificates` is a file or folder of trusted authorities.

    Without one, the machine's own are trusted and those that httpx brings.
    """
    # One encoding only, and one that can be undone piece by piece: what a server packs may be a thousand times larger.
    headers = {"User-Agent": f"pincheck/{__version__}", "Accept-Encoding": "gzip"}
    hosts = {host.removeprefix("https://").rstrip("/") for host in trusted_hosts}
    mounts = {f"https://{host}": httpx.HTTPTransport(verify=False) for host in hosts}
    with httpx.Client(headers=headers, timeout=PATIENCE, verify=_authorities(certificates), mounts=mounts) as made:
        yield made


def _authorities(certificates: str) -> ssl.SSLContext:
    try:
        if not certificates:
            context = httpx.create_ssl_context()
            context.load_default_certs()
            return context
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_verify_locations(cafile=certificates)
        except IsADirectoryError:
            context.load_verify_locations(capath=certificates)
    except (OSError, ssl.SSLError) as error:
        raise PincheckError(f"cannot read the certificates `{certificates}`: {_reason(error)}") from error
    return context


def get(using: httpx.Client, url: str, accept: str = "*/*", may_follow: Callable[[str], bool] | None = None) -> Answer:
    """Fetch a URL; Unreachable where there is no answer, it is too large, too slow, or redirected too often.

    Credentials in the URL go to its own scheme, host and port only. `may_follow` says whether an address that a
    server redirects to may be asked; never followed is one that gives up encryption.
    """
    deadline = time.monotonic() + LONGEST
    for _ in range(MOST_REDIRECTS + 1):
        try:
            with using.stream("GET", url, headers={"Accept": accept}) as response:
                if not response.has_redirect_location:
                    return _answer(response, url, deadline)
                target = _redirected(response)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, zlib.error) as error:
            raise Unreachable(f"cannot reach `{without_credentials(url)}`: {_reason(error)}") from None
        shown = without_credentials(target)
        if url.startswith("https:") and not target.startswith("https:"):
            raise Unreachable(f"`{without_credentials(url)}` redirects to `{shown}`, which is not encrypted")
        if may_follow is not None and not may_follow(target):
            raise Unreachable(f"`{without_credentials(url)}` redirects to `{shown}`, which may not be asked")
        url = target
    raise Unreachable(f"cannot reach `{without_credentials(url)}`: more than {MOST_REDIRECTS} redirects")


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.InvalidURL):
        return "it is no valid URL"  # httpx says which part is wrong, and that may be a password.
    reason = re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        reason = error.strerror
    return reason[:1].lower() + reason[1:]


def _redirected(response: httpx.Response) -> str:
    """Return where a redirect leads; who logs in goes along to the same scheme, host and port only."""
    here = response.url
    target = here.join(response.headers["Location"])
    if origin(str(target)) == origin(str(here)):
        return str(target.copy_with(userinfo=here.userinfo))
    return str(target.copy_with(userinfo=b""))


def _answer(response: httpx.Response, url: str, deadline: float) -> Answer:
    body = bytearray()
    for piece in _unpacked(response):
        body += piece
        if len(body) > LARGEST_BODY:
            raise ValueError(f"the answer is larger than {LARGEST_BODY / 1024 / 1024:.0f} MiB")
        if time.monotonic() > deadline:
            raise ValueError(f"the answer took longer than {LONGEST:.0f} s")
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    encoding = response.charset_encoding or "utf-8"
    try:
        text = body.decode(encoding, errors="replace")
    except (LookupError, ValueError):
        text = body.decode("utf-8", errors="replace")
    return Answer(response.status_code, media_type, text, url)


def _unpacked(response: httpx.Response) -> Iterator[bytes]:
    """Yield the body in pieces of bounded size; ValueError where it is packed in a way that was not asked for."""
    packed = response.headers.get("Content-Encoding", "").strip().lower()
    if packed in {"", "identity"}:
        yield from response.iter_raw()
        return
    if packed not in {"gzip", "x-gzip"}:
        raise ValueError(f"the answer is packed as `{packed}`")
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for rest in response.iter_raw():
        while rest:
            yield unpacking.decompress(rest, _PIECE)
            rest = unpacking.unconsumed_tail  # noqa: PLW2901 - what did not fit into a piece comes next
    if response.num_bytes_downloaded and not unpacking.eof:
        raise ValueError("the answer ends early")


def without_credentials(url: str) -> str:
    """Return a URL without its user and password; one that cannot be read loses all that stands before its last `@`."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return url.rpartition("@")[2]
    return str(parsed.copy_with(userinfo=b"")) if parsed.userinfo else url


def origin(url: str) -> tuple[str, str, int | None] | None:
    """Return scheme, host and port of a URL, None where it is none."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return None
    return (parsed.scheme, parsed.host, parsed.port or _PORTS.get(parsed.scheme)) if parsed.host else None
