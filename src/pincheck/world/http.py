"""The one door to the network: bounded requests, kept answers, and errors that show no credentials."""

import email.message
import hashlib
import json
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import httpx

from pincheck.errors import PincheckError
from pincheck.world import _addresses, _kept, _sending
from pincheck.world._addresses import Public, origin, without_credentials
from pincheck.world._connections import PATIENCE, Connections
from pincheck.world._kept import Kept, Question
from pincheck.world._sending import Reply
from pincheck.world.cache import Store

__all__ = [
    "Answer", "Client", "Offline", "Public", "Unreachable",
    "client", "get", "logged_in_as", "origin", "post", "without_credentials",
]  # fmt: skip

LARGEST_BODY = 32 * 1024 * 1024
LONGEST = 60.0
MOST_REDIRECTS = 5
_OFFLINE = "or use `--offline` to work from what was fetched before"
_NETWORK = f"check the network, {_OFFLINE}"
_MACHINE = "clouds keep the secrets of a machine there"
_NOT_TEXT = {"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape", "utf-7"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: status code, media type without parameters, unpacked body, the URL that gave it.

    The URL shows no credentials. `headers` have lower-case names; of an answer that was kept there are those that
    describe it, `link` among them. `fetched` is when its server last said so (UTC), `from_cache` whether nobody was
    asked now.
    """

    status: int
    media_type: str
    content: bytes = field(repr=False)
    url: str
    headers: Mapping[str, str] = field(repr=False)
    fetched: datetime
    from_cache: bool = False

    @property
    def text(self) -> str:
        """The body as text, by the charset that the server names, else UTF-8; what is no such text is replaced."""
        message = email.message.Message()
        message["content-type"] = self.headers.get("content-type", "")
        try:
            name = message.get_content_charset("utf-8")
            return self.content.decode("utf-8-sig" if name in {"utf-8", "utf8"} | _NOT_TEXT else name, "replace")
        except (LookupError, ValueError):
            return self.content.decode("utf-8-sig", errors="replace")


class Unreachable(PincheckError):
    """A URL could not be fetched; the message says which and why, without credentials, the hint what can be done."""

    def __init__(self, message: str, hint: str = _NETWORK) -> None:
        super().__init__(message, hint)


class Offline(Unreachable):
    """A URL is not in the cache, and nobody may be asked."""


class Client:
    """Who asks: pooled connections, what is kept of earlier answers, and whether anybody may be asked at all.

    `pause` is how it waits between two tries. `oldest` is when the oldest of the kept answers that were used was given
    (None: none was used).
    """

    def __init__(
        self, connections: Connections, store: Store | None, offline: bool, pause: Callable[[float], None]
    ) -> None:
        self.connections = connections
        self.store = store
        self.offline = offline
        self.pause = pause
        self.oldest: datetime | None = None
        self._marks: dict[tuple[object, str], str] = {}

    def noted(self, answer: Answer) -> Answer:
        """Return an answer, after its age was noted."""
        if answer.from_cache:
            self.oldest = min(self.oldest or answer.fetched, answer.fetched)
        return answer

    def mark(self, url: httpx.URL, authorization: str, public: Public | None = None) -> str:
        """Return what keeps answers apart that are not for everybody who asks for a URL, `""` for one that is.

        That is a login, by a hash that is slow to compute, so that a file's name is no help in guessing the password;
        whether the server proved who it is; and whether its address was looked at.
        """
        place = _addresses.origin_of(url)
        unproved = url.scheme == "https" and self.connections.needs_no_certificate(url)
        checked = public is not None and place not in public.besides
        if authorization and (place, authorization) not in self._marks:
            digest = hashlib.pbkdf2_hmac("sha256", authorization.encode(), repr(place).encode(), 50_000)
            self._marks[place, authorization] = digest.hex()
        login = self._marks[place, authorization] if authorization else ""
        return " ".join(filter(None, (login, "unproved" * unproved, "checked" * checked)))


@dataclass(frozen=True, slots=True)
class _Hop:
    """One address to ask, without credentials, and the `Authorization` that goes along, `""` for none."""

    url: httpx.URL
    authorization: str = field(repr=False)

    def __str__(self) -> str:
        return str(self.url)


class _How(NamedTuple):
    """What holds for all hops of one call: the time it has to end, limits, what is sent along (then by POST), who is believed."""

    deadline: float
    largest: int
    public: Public | None = None
    body: bytes = b""
    proved: bool = False


@contextmanager
def client(
    certificates: str = "",
    trusted_hosts: tuple[str, ...] = (),
    *,
    cache: Store | None = None,
    offline: bool = False,
    proxy: str = "",
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[Client]:
    """Give a client that pools its connections and keeps answers in `cache`.

    `certificates` is a file or folder of trusted authorities; without one, the machine's own are trusted and those
    that httpx brings. `trusted_hosts` need no certificate, as pip has it. When `offline`, everything comes from the
    cache, however old. `proxy` takes the place of those that the environment names.
    """
    connections = Connections(certificates, trusted_hosts, PATIENCE, proxy)
    try:
        yield Client(connections, cache, offline, pause)
    finally:
        connections.close()


def get(
    using: Client,
    url: str,
    accept: str = "*/*",
    *,
    public: Public | None = None,
    part: str = "",
    login: str = "",
    largest: int = LARGEST_BODY,
) -> Answer:
    """Fetch a URL; Unreachable where there is no answer, it is too large, too slow, or redirected too often.

    Credentials (of the URL, or `login`: `user:password` or a token) go to the URL's own scheme, host and port only.
    `public` is the rule for an address that a stranger named, and for all that it redirects to; an encrypted address
    never redirects to one that is not. `part` is the value of a `Range` header; such an answer is not kept, and has
    status 206 where the server understood.
    """
    # A token is no index's: a project that trusts the host of one without a certificate has no say in who gets it.
    how = _How(time.monotonic() + LONGEST, largest, public, proved=bool(login))

    def ask(hop: _Hop) -> Kept:
        headers = {"accept": accept, "accept-encoding": "identity" if part else "gzip"}
        who = using.mark(hop.url, hop.authorization, public)
        question = Question(str(hop), headers, who, logged_in=bool(hop.authorization))
        if using.offline:
            return _from_store(using, None if part else question, str(hop))

        def send(conditional: Mapping[str, str]) -> Reply:
            asked = {**conditional, "range": part} if part else conditional
            return _sent(using, hop, asked, how)

        if using.store is None or part:
            return Kept(send(headers), datetime.now(UTC), from_cache=False)
        return _kept.answered(using.store, question, send)

    return using.noted(_followed(url, login, public, lambda hop: _bounded(ask(hop), largest)))


def post(using: Client, url: str, document: object, *, fresh: timedelta, login: str = "") -> Answer:
    """Send a JSON document as a question, and return the answer; Unreachable as with `get`.

    An answer is kept under the URL and the document, and taken from there while it is younger than `fresh`.
    """
    body = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    headers = {"accept": "application/json", "accept-encoding": "gzip", "content-type": "application/json"}
    first = _first(url, login, None)
    question = Question(
        str(first), headers, using.mark(first.url, first.authorization), hashlib.sha256(body).hexdigest()
    )
    if using.offline:
        return using.noted(_answer(_from_store(using, question, str(first)), first))
    kept = _kept.stored(using.store, question) if using.store else None
    if kept is not None and timedelta(0) <= datetime.now(UTC) - kept.fetched < fresh:
        return using.noted(_answer(kept, first))

    how = _How(time.monotonic() + LONGEST, LARGEST_BODY, body=body)

    def ask(hop: _Hop) -> Kept:
        reply = _sent(using, hop, headers, how)
        if reply.status in {301, 302, 303} and "location" in reply.headers:
            raise ValueError(f"it answers a question with a redirect ({reply.status})")
        return Kept(reply, datetime.now(UTC), from_cache=False)

    answer = _followed(url, login, None, ask)
    if using.store is not None and answer.status == httpx.codes.OK:
        _kept.keep(using.store, question, Reply(answer.status, answer.headers, answer.content), answer.fetched)
    return answer


def logged_in_as(url: str, like: str) -> str:
    """Return a URL with the credentials of another one, if that has the same scheme, host and port."""
    if origin(url) is None or origin(url) != origin(like) or httpx.URL(url).userinfo:
        return url
    return str(httpx.URL(url).copy_with(userinfo=httpx.URL(like).userinfo))


def _followed(url: str, login: str, public: Public | None, ask: Callable[[_Hop], Kept]) -> Answer:
    hop = _first(url, login, public)
    for _ in range(MOST_REDIRECTS + 1):
        try:
            kept = ask(hop)
            if kept.reply.status not in {301, 302, 303, 307, 308} or "location" not in kept.reply.headers:
                return _answer(kept, hop)
            target = _redirected(hop, kept.reply.headers["location"])
        except _addresses.NotPublic:
            raise _not_public(str(hop)) from None
        except _sending.Busy as error:
            raise Unreachable(f"`{hop}` {error}", f"try again later, {_OFFLINE}") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, zlib.error) as error:
            raise Unreachable(f"cannot reach `{hop}`: {_sending.reason(error)}", _hint(error)) from None
        hop = _allowed(hop, target, public)
    raise Unreachable(
        f"cannot reach `{hop}`: more than {MOST_REDIRECTS} redirects", "give the address at which it is now"
    )


def _first(url: str, login: str, public: Public | None) -> _Hop:
    """Return the address to begin with; Unreachable where it is none, or where `public` does not let it pass."""
    shown = without_credentials(url)
    try:
        parsed = httpx.URL(url)
        userinfo = f"{parsed.username}:{parsed.password}" if parsed.userinfo else ""
        hop = _Hop(parsed.copy_with(userinfo=b"", fragment=None), _addresses.authorization(login or userinfo))
    except (httpx.InvalidURL, ValueError) as error:
        if public is not None:
            raise _not_public(shown) from None
        raise Unreachable(f"cannot reach `{shown}`: {_sending.reason(error)}", "look at how it is spelled") from None
    if public is not None and not _addresses.allowed(parsed, public):
        raise _not_public(shown)
    if _addresses.is_metadata(parsed):
        raise Unreachable(f"`{shown}` is not asked: {_MACHINE}", "give the address of an index or of release notes")
    if not _addresses.is_http(parsed):
        raise Unreachable(f"cannot reach `{shown}`: it is no http address", "look at how it is spelled")
    return hop


def _not_public(shown: str) -> Unreachable:
    return Unreachable(
        f"`{shown}` is not a public https address", "an address that a package names is asked on public hosts only"
    )


def _redirected(hop: _Hop, location: str) -> _Hop:
    """Return where a redirect leads; who logs in goes along to the same scheme, host and port only."""
    try:
        target = hop.url.join(location)
    except httpx.InvalidURL:
        raise ValueError(_sending.LEADS_NOWHERE) from None
    same = _addresses.origin_of(target) == _addresses.origin_of(hop.url)
    # What stands before an `@` in the redirect is kept for the rule about strangers, which refuses it.
    return _Hop(target.copy_with(fragment=None), hop.authorization if same else "")


def _allowed(hop: _Hop, target: _Hop, public: Public | None) -> _Hop:
    """Return the next address to ask, without what stands before an `@`; Unreachable where it may not be asked."""
    bare = _Hop(target.url.copy_with(userinfo=b""), target.authorization)
    told = f"`{hop}` redirects to `{bare}`"
    if not _addresses.is_http(target.url):
        raise Unreachable(f"{told}, which is no http address", "give the address at which it is now")
    if hop.url.scheme == "https" and target.url.scheme != "https":
        raise Unreachable(f"{told}, which is not encrypted", "give an address that stays encrypted")
    if public is not None and not _addresses.allowed(target.url, public):
        raise Unreachable(
            f"{told}, which may not be asked", "an address that a package names is asked on public hosts only"
        )
    if _addresses.is_metadata(target.url):
        raise Unreachable(f"{told}, which is not asked: {_MACHINE}", "ask who runs it why it leads there")
    return bare


def _sent(using: Client, hop: _Hop, headers: Mapping[str, str], how: _How) -> Reply:
    """Ask a server; a host that a stranger named is asked at an address that was looked at."""
    asked = {**headers, "authorization": hop.authorization} if hop.authorization else dict(headers)

    def ask() -> Reply:
        longest = how.deadline - time.monotonic()
        if how.public is not None and _addresses.origin_of(hop.url) not in how.public.besides:
            requests = using.connections.checked(hop.url, asked)
        else:
            requests = using.connections.ordinary(hop.url, asked, how.body, proved=how.proved)
        return _sending.first(requests, how.largest, longest)

    return _sending.persistently(ask, how.deadline, using.pause)


def _bounded(kept: Kept, largest: int) -> Kept:
    """Return an answer; TooMuch where it was kept for somebody who wanted more than this one."""
    if len(kept.reply.content) > largest:
        raise _sending.TooMuch(_sending.too_large(largest))
    return kept


def _from_store(using: Client, question: Question | None, shown: str) -> Kept:
    kept = _kept.stored(using.store, question) if using.store is not None and question is not None else None
    if kept is None:
        raise Offline(
            f"cannot ask `{shown}` with `--offline`", "it has never been fetched with this cache; run once without it"
        )
    return kept


def _answer(kept: Kept, hop: _Hop) -> Answer:
    headers = kept.reply.headers
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return Answer(kept.reply.status, media_type, kept.reply.content, str(hop), headers, kept.fetched, kept.from_cache)


def _hint(error: Exception) -> str:
    """Return what a person can do about an error."""
    if isinstance(_sending.beneath(error), ssl.SSLCertVerificationError):
        return "name the authority that signed it with `SSL_CERT_FILE` or pip's `cert`"
    if isinstance(error, httpx.ProxyError):
        return "look at the proxy that `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY` names, and at its password"
    if isinstance(error, httpx.HTTPError | OSError):
        return _NETWORK
    return f"the server is at fault; try again later, {_OFFLINE}"
