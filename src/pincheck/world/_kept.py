"""Answers kept by the rules of HTTP caching (RFC 9111); hishel knows the rules, `Store` keeps the bytes."""

import json
import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

import hishel

from pincheck.world._sending import Reply
from pincheck.world.cache import Store

# For one user: what is `private` may be kept. Stale answers are taken on request only, see `Question.offline`.
_OPTIONS = hishel.CacheOptions(shared=False, allow_stale=False)
# Where a server says nothing about how long its answer holds: what the best-known package index says, and a
# shorter time for what is not there, because somebody may be waiting for it.
_FRESH = 600
_FRESH_ABSENT = 180
# However long a server says that its answer holds: asking whether it still does costs little, and whoever answered in
# its place once is forgotten after a day.
_FRESH_AT_MOST = 86400
_ABSENT = {404, 410}
_MOVED = {302, 303, 307}
_STORABLE = {200, 203, 300, 301, 308, *_ABSENT, *_MOVED}
# Headers that say something of the answer, and nothing of who asked for it: no cookies.
_KEPT_HEADERS = (
    "cache-control", "content-language", "content-type", "date", "etag", "last-modified", "link", "location", "vary",
)  # fmt: skip
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*(\"[^\"]*\"|[^,\"]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """A request as the cache sees it: the URL without credentials, headers without them, a mark of who may have the answer.

    `sent` is the checksum of what is sent along, `""` for a GET.
    """

    url: str
    headers: Mapping[str, str]
    who: str
    sent: str = ""
    logged_in: bool = False

    @property
    def kind(self) -> str:
        """The kind of its entry in the store."""
        return "post" if self.sent else "get"

    @property
    def key(self) -> str:
        """What tells entries apart: also the media types that are accepted, who may have it, and what is sent along."""
        return f"{self.url}\n{self.headers.get('accept', '')}\n{self.who}\n{self.sent}"


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, when its server said it, and whether it was taken from the store without asking."""

    reply: Reply
    fetched: datetime
    from_cache: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    reply: Reply
    asked: Mapping[str, str]
    fetched: float


def stored(store: Store, question: Question) -> Kept | None:
    """Return what is kept for a question, however old; None where nothing is."""
    entry = _read(store, question)
    return Kept(entry.reply, datetime.fromtimestamp(entry.fetched, UTC), from_cache=True) if entry else None


def keep(store: Store, question: Question, reply: Reply, fetched: datetime) -> None:
    """Keep an answer whatever its headers say; the caller knows how long it holds."""
    headers = {name: reply.headers[name] for name in _KEPT_HEADERS if name in reply.headers}
    _write(store, question, _Entry(replace(reply, headers=headers), {}, fetched.timestamp()))


def answered(store: Store, question: Question, send: Callable[[Mapping[str, str]], Reply]) -> Kept:
    """Return the answer to a question: a kept one that is fresh, one that the server confirms, or a new one.

    `send` asks the server, with the headers of the question and those that make it conditional.
    """
    now = time.time()
    entry = _read(store, question)
    usable = entry is not None and _matches(entry, question) and entry.fetched <= now + 60
    request = hishel.Request("GET", question.url, hishel.Headers(dict(question.headers)))
    state: hishel.AnyState = hishel.IdleClient(options=_OPTIONS).next(
        request, [_to_hishel(request, entry.reply)] if entry is not None and usable else []
    )
    reply: Reply | None = None
    while True:
        if isinstance(state, hishel.CacheMiss | hishel.NeedRevalidation):
            reply = send(dict(state.request.headers.items()))
            now = time.time()
            state = state.next(_response(_normal(reply, now)))
        elif isinstance(state, hishel.NeedToBeUpdated):
            assert entry is not None
            headers = dict(state.updating_entries[-1].response.headers.items())
            entry = _Entry(replace(entry.reply, headers=headers), _asked(headers, question), now)
            _write(store, question, entry)
            return Kept(entry.reply, datetime.fromtimestamp(now, UTC), from_cache=False)
        elif isinstance(state, hishel.FromCache):
            assert entry is not None
            return Kept(entry.reply, datetime.fromtimestamp(entry.fetched, UTC), from_cache=True)
        elif isinstance(state, hishel.InvalidateEntries):
            state = state.next()  # There is one entry for a question, and a new one takes its place.
        else:
            assert reply is not None
            if isinstance(state, hishel.StoreAndUse) and _may_be_kept(reply, question):
                headers = dict(state.response.headers.items())
                _write(store, question, _Entry(replace(reply, headers=headers), _asked(headers, question), now))
            return Kept(reply, datetime.fromtimestamp(now, UTC), from_cache=False)


def _may_be_kept(reply: Reply, question: Question) -> bool:
    """Say whether pincheck keeps an answer that the rules let it keep.

    No errors, no redirect that may carry a right of access in its query, given to who logged in, and none with a login.
    """
    location = reply.headers.get("location", "")
    signed = question.logged_in and "?" in location
    return reply.status in _STORABLE and not signed and "@" not in location.partition("?")[0]


def _normal(reply: Reply, now: float) -> Reply:
    """Return a reply with the headers that are kept, and with its age and its time to live in the plainest words.

    hishel reckons the age by `Date` alone, so `Age` (RFC 9111, 5.1) is taken off it, and a clock that is ahead of
    ours is not believed. `Expires` becomes a `max-age`, which a moved `Date` does not change.
    """
    given = reply.headers
    headers = {name: given[name] for name in _KEPT_HEADERS if name in given}
    said = min(_timestamp(given.get("date", "")) or now, now)
    age = given.get("age", "").strip()
    date = said - int(age[:10]) if re.fullmatch(r"[0-9]+", age) else said
    headers["date"] = format_datetime(datetime.fromtimestamp(max(date, 0.0), UTC), usegmt=True)
    seconds = _lifetime(reply, said)
    if seconds is not None:
        rest = _MAX_AGE.sub("", given.get("cache-control", "")).strip(", ")
        headers["cache-control"] = ", ".join(filter(None, (rest, f"max-age={seconds}")))
    return replace(reply, headers=headers)


def _lifetime(reply: Reply, said: float) -> int | None:
    """Return for how many seconds an answer holds; None where one that confirms another (304) does not say."""
    given = reply.headers
    match = _MAX_AGE.search(given.get("cache-control", ""))
    seconds: int | None = None
    if match:
        digits = match[1].strip('" ')
        seconds = int(digits[:10]) if re.fullmatch(r"[0-9]+", digits) else 0
    elif "expires" in given:
        seconds = int(max(0.0, (_timestamp(given["expires"]) or 0.0) - said))
    if reply.status in _ABSENT:
        return min(_FRESH_ABSENT, _FRESH_ABSENT if seconds is None else seconds)
    if seconds is not None:
        return min(_FRESH_AT_MOST, seconds)
    if reply.status == 304:  # noqa: PLR2004
        return None
    return 0 if reply.status in _MOVED else _FRESH


def _timestamp(value: str) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _varying(headers: Mapping[str, str]) -> list[str]:
    return [name.strip().lower() for name in headers.get("vary", "").split(",") if name.strip()]


def _asked(headers: Mapping[str, str], question: Question) -> dict[str, str]:
    """Return the headers of a question that its answer depends on."""
    return {name: question.headers.get(name, "") for name in _varying(headers)}


def _matches(entry: _Entry, question: Question) -> bool:
    """Say whether an entry answers this question, as far as `Vary` goes (RFC 9111, 4.1).

    hishel would ask the server to confirm one that does not.
    """
    return "*" not in entry.asked and all(question.headers.get(name, "") == entry.asked[name] for name in entry.asked)


def _response(reply: Reply) -> hishel.Response:
    return hishel.Response(reply.status, hishel.Headers(dict(reply.headers)))


def _to_hishel(request: hishel.Request, reply: Reply) -> hishel.Entry:
    return hishel.Entry(uuid.uuid4(), request, _response(reply))


def _read(store: Store, question: Question) -> _Entry | None:
    data = store.read(question.kind, question.key)
    if data is None:
        return None
    head, _, content = data.partition(b"\n")
    try:
        found = json.loads(head)
        status, headers, asked, fetched = (found[name] for name in ("status", "headers", "asked", "fetched"))
        datetime.fromtimestamp(fetched, UTC)
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        return None
    known = isinstance(status, int) and isinstance(headers, dict) and isinstance(asked, dict)
    return _Entry(Reply(status, headers, content), asked, fetched) if known else None


def _write(store: Store, question: Question, entry: _Entry) -> None:
    head = {
        "status": entry.reply.status,
        "headers": dict(entry.reply.headers),
        "asked": dict(entry.asked),
        "fetched": entry.fetched,
    }
    store.write(question.kind, question.key, json.dumps(head).encode() + b"\n", entry.reply.content)
