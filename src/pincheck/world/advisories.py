"""Which published weaknesses the asked versions have, by OSV over HTTP (https://google.github.io/osv.dev/api)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck import advisories
from pincheck.advisories import Mention, Question, Record
from pincheck.upgrades import Advisory
from pincheck.world import http

DEFAULT = "https://api.osv.dev"
_FRESH = timedelta(hours=1)
_KIND = "advisory"
_MOST_QUESTIONS = 1_000  # what the server takes at once
_MOST_PAGES = 10
_MOST_RECORDS = 200
_MOST_FAILURES = 3
_LARGEST_ANSWER = 4 * 1024 * 1024  # JSON of that size may take fifty times as much when it is read
_LARGEST_RECORD = 2 * 1024 * 1024
_OK = 200
_SECONDS = len("2024-11-18T16:26:00")

Key = tuple[NormalizedName, Version]


@dataclass(frozen=True, slots=True)
class Known(Mapping[Key, tuple[Advisory, ...]]):
    """The advisories of each version that was asked about; `remarks` tell what could not be looked at."""

    found: Mapping[Key, tuple[Advisory, ...]]
    remarks: tuple[str, ...] = ()

    def __getitem__(self, key: Key) -> tuple[Advisory, ...]:
        return self.found[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


@dataclass(frozen=True, slots=True)
class _Answered:
    """What the server named for one version, and how much of it is no name."""

    mentions: tuple[Mention, ...] = ()
    unreadable: int = 0
    page: str = ""


def ask(client: http.Client, url: str, asked: Sequence[Key]) -> Known:
    """Return the advisories of each of these versions; http.Unreachable where the server cannot be asked.

    One request for all of them, and one for each advisory that is not known yet in this form: its time of change is
    part of its key. One whose document cannot be had is kept with its id alone.
    """
    answered = _answers(client, url, list(dict.fromkeys(asked)))
    mentions = {one.id: one for found in answered.values() for one in found.mentions}
    records, remarks = _records(client, url, list(mentions.values())[:_MOST_RECORDS])
    found = {}
    for (name, version), answer in answered.items():
        known = [records[one.id] for one in answer.mentions if one.id in records]
        found[name, version] = advisories.advisories(known, name, version)
        missed = len(answer.mentions) - len(known)
        remarks += [f"{_count(missed)} of `{name}` `{version}` not looked at"] if missed else []
        remarks += (
            [f"{_count(answer.unreadable)} of `{name}` `{version}` without a readable id"] if answer.unreadable else []
        )
        remarks += [f"more advisories of `{name}` `{version}` than {_MOST_PAGES} pages tell of"] if answer.page else []
    return Known(found, tuple(remarks))


def _count(number: int) -> str:
    return "1 advisory" if number == 1 else f"{number} advisories"


def _answers(client: http.Client, url: str, asked: Sequence[Key]) -> dict[Key, _Answered]:
    """Ask page by page, all versions at once."""
    found = {key: _Answered() for key in asked}
    questions = [Question(*key) for key in asked]
    for _ in range(_MOST_PAGES):
        following = []
        for start in range(0, len(questions), _MOST_QUESTIONS):
            batch = questions[start : start + _MOST_QUESTIONS]
            for question, reply in zip(batch, _replies(client, url, batch), strict=True):
                key = (question.name, question.version)
                mentions = (*found[key].mentions, *reply.mentions)
                found[key] = _Answered(mentions, found[key].unreadable + reply.unreadable, reply.page)
                following += [question._replace(page=reply.page)] if reply.page else []
        questions = following
    return found


def _replies(client: http.Client, url: str, batch: Sequence[Question]) -> tuple[advisories.Reply, ...]:
    address = _address(url, "/v1/querybatch")
    answer = http.post(client, address, advisories.question(batch), fresh=_FRESH)
    shown = f"`{http.without_credentials(address)}`"
    if answer.status != _OK:
        raise http.Unreachable(f"{shown} answered {answer.status}")
    if len(answer.content) > _LARGEST_ANSWER:
        raise http.Unreachable(f"{shown} gave an answer larger than {_LARGEST_ANSWER // 1024 // 1024} MiB")
    try:
        return advisories.replies(answer.text, len(batch))
    except ValueError as error:
        raise http.Unreachable(f"{shown} gave no answer that can be read: {error}") from None


def _records(client: http.Client, url: str, mentions: Sequence[Mention]) -> tuple[dict[str, Record], list[str]]:
    """Return the documents of advisories by id, and remarks on those that are known by their id only.

    A server that fails again and again is not asked for the rest, each of which may cost a minute.
    """
    records, failed, missing = {}, 0, []
    for one in mentions:
        try:
            records[one.id] = _record(client, url, one, ask=failed < _MOST_FAILURES)
        except (http.Unreachable, ValueError) as error:
            failed += isinstance(error, http.Unreachable) and not isinstance(error, http.Offline)
            records[one.id] = Record(one.id)
            missing.append(f"`{one.id}`: {error}")
    more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
    return records, [f"the advisory {missing[0]}{more}"] if missing else []


def _record(client: http.Client, url: str, mention: Mention, *, ask: bool) -> Record:
    """Return an advisory's document; http.Unreachable or ValueError where it cannot be had or read."""
    address = _address(url, f"/v1/vulns/{mention.id}")
    key = f"{http.without_credentials(address)} {mention.modified}"
    store = client.store if mention.modified else None
    kept = store.read(_KIND, key) if store else None
    if kept is None and not ask:
        raise ValueError("the server was not asked any more")
    content = _fetched(client, address) if kept is None else kept
    found = advisories.record(content.decode("utf-8", errors="replace"))
    if found.id != mention.id:
        raise ValueError(f"the answer is about `{found.id}`")
    # An answer that was kept on its way may be older than the change that the server tells of.
    if store and kept is None and found.modified[:_SECONDS] >= mention.modified[:_SECONDS]:
        store.write(_KIND, key, content)
    return found


def _fetched(client: http.Client, address: str) -> bytes:
    answer = http.get(client, address, "application/json", largest=_LARGEST_RECORD)
    if answer.status != _OK:
        raise ValueError(f"it answered {answer.status}")
    return answer.content


def _address(url: str, path: str) -> str:
    """Return the address of a call; a server may be behind a path of its own, and its query stays with it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise http.Unreachable(f"`{http.without_credentials(url)}` is no address of a server of advisories") from None
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}{path}"))
