"""What OSV says of one version of a package, read as values (OSV schema 1.7, https://ossf.github.io/osv-schema).

Everything that comes in was written by strangers: what is of the wrong type is as if absent, what is long is cut.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from pincheck.upgrades import Advisory

UNKNOWN = "unknown"
MOST_ALIASES = 50
_MOST_EVENTS = 1_000
_MOST_LISTED = 20_000
_LONGEST_SUMMARY = 200
_LONGEST_VERSION = 100
_LONGEST_VECTOR = 400
_LONGEST_TOKEN = 4_000

# What an id may be to stand in an address and in a line of a report: `GHSA-qf9m-vfgh-m389`, `PYSEC-2024-38`.
_ID = re.compile(r"[A-Za-z][A-Za-z0-9]{0,30}(?:-[A-Za-z0-9]{1,40}){1,8}")
_PREFERRED = ("GHSA-", "PYSEC-", "CVE-")
_WORDS = {"CRITICAL": "critical", "HIGH": "high", "MODERATE": "moderate", "MEDIUM": "moderate", "LOW": "low"}
_EARLIEST = Version("0.dev0")  # "introduced: 0" is before all that there is
_Kind = Literal["introduced", "fixed", "last_affected", "limit"]
_KINDS: tuple[_Kind, ...] = ("introduced", "fixed", "last_affected", "limit")


class Question(NamedTuple):
    """One version of one package to ask about; `page` is what an earlier answer gave to ask for its rest."""

    name: NormalizedName
    version: Version
    page: str = ""


class Mention(NamedTuple):
    """One advisory that an answer names, and when it was last changed (`""`: not known)."""

    id: str
    modified: str = ""


class Reply(NamedTuple):
    """The answer to one question; `unreadable` counts the advisories whose id is none, `page` leads to the rest."""

    mentions: tuple[Mention, ...]
    unreadable: int = 0
    page: str = ""


class _Event(NamedTuple):
    kind: _Kind
    version: Version


class _Affected(NamedTuple):
    """What an advisory says of one package: versions by name, ranges, and whether all of it could be read."""

    name: NormalizedName
    versions: frozenset[Version]
    ranges: tuple[tuple[_Event, ...], ...]
    readable: bool


class Record(NamedTuple):
    """One document of OSV. `modified` is when it was last changed (ISO 8601, UTC, as written), `word` is the severity that its database gives, `vectors` those of CVSS, newest first.

    `affected` is None where the document does not say whom it is about, and where only the id is known.
    """

    id: str
    modified: str = ""
    aliases: frozenset[str] = frozenset()
    withdrawn: bool = False
    summary: str = ""
    word: str = ""
    vectors: tuple[str, ...] = ()
    affected: tuple[_Affected, ...] | None = None


def is_id(text: object) -> bool:
    """Say whether a value can be the id of an advisory."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def question(asked: Sequence[Question]) -> dict[str, object]:
    """Return what is sent to `/v1/querybatch`."""
    return {"queries": [_query(one) for one in asked]}


def _query(asked: Question) -> dict[str, object]:
    query: dict[str, object] = {
        "package": {"name": asked.name, "ecosystem": "PyPI"},
        "version": str(asked.version),
    }
    return query | ({"page_token": asked.page} if asked.page else {})


def replies(text: str, asked: int) -> tuple[Reply, ...]:
    """Read what `/v1/querybatch` answers, one reply for each of the `asked` questions, in their order.

    ValueError where it is no such answer, or one to another number of questions: which belongs to which is not guessed.
    """
    listed = _object(text).get("results")
    if not isinstance(listed, list) or not all(entry is None or isinstance(entry, Mapping) for entry in listed):
        raise ValueError("there is no list of results")
    if len(listed) != asked:
        raise ValueError(f"{len(listed)} results to {asked} questions")
    return tuple(_reply(entry or {}) for entry in listed)


def _reply(entry: Mapping[str, Any]) -> Reply:
    found = [_mapping(item) for item in _list(entry.get("vulns"))]
    mentions = {item["id"]: Mention(item["id"], _text(item.get("modified"))) for item in found if is_id(item.get("id"))}
    unreadable = sum(not is_id(item.get("id")) for item in found)
    page = entry.get("next_page_token")
    if not isinstance(page, str) or len(page) > _LONGEST_TOKEN:
        page = ""
    return Reply(tuple(mentions.values()), unreadable, page)


def record(text: str) -> Record:
    """Read one document of OSV; ValueError where it is none."""
    document = _object(text)
    if not is_id(document.get("id")):
        raise ValueError("it has no id")
    named = [_mapping(document.get("database_specific")), *map(_mapping, _list(document.get("affected")))]
    words = [_WORDS.get(_text(one.get("severity")).upper(), "") for one in named]
    vectors = [one for item in (document, *named[1:]) for one in _list(item.get("severity"))]
    return Record(
        id=document["id"],
        modified=_text(document.get("modified")),
        aliases=frozenset(alias for alias in _list(document.get("aliases"))[:MOST_ALIASES] if is_id(alias)),
        withdrawn=bool(document.get("withdrawn")),
        summary=_line(document.get("summary")) or _line(document.get("details")),
        word=next(filter(None, words), ""),
        vectors=tuple(_vectors(vectors)),
        affected=_affected(document.get("affected")),
    )


def _vectors(listed: Sequence[object]) -> Iterator[str]:
    """Yield the vectors of CVSS, those of its newest version first."""
    for kind in ("CVSS_V4", "CVSS_V3", "CVSS_V2"):
        for item in map(_mapping, listed[:MOST_ALIASES]):
            if item.get("type") == kind and isinstance(item.get("score"), str):
                yield item["score"][: _LONGEST_VECTOR + 1]


def _affected(listed: object) -> tuple[_Affected, ...] | None:
    """Return what is said of packages of PyPI; None where it is not said who is affected at all."""
    packages = [(item, _mapping(item.get("package"))) for item in map(_mapping, _list(listed))]
    named = [(item, package) for item, package in packages if isinstance(package.get("name"), str)]
    if not named:
        return None
    return tuple(_one(item, package["name"]) for item, package in named if _is_python(package))


def _is_python(package: Mapping[str, Any]) -> bool:
    return _text(package.get("ecosystem")).partition(":")[0].lower() == "pypi"


def _one(item: Mapping[str, Any], name: str) -> _Affected:
    """Read one entry of `affected`; ranges of commits say nothing of versions."""
    ranges = [entry for entry in map(_mapping, _list(item.get("ranges"))) if entry.get("type") != "GIT"]
    read = [_events(entry) for entry in ranges[:_MOST_EVENTS]]
    listed = _list(item.get("versions"))
    versions = [_version(text) for text in listed[:_MOST_LISTED]]
    known = frozenset(version for version in versions if version is not None)
    understood = tuple(events for events in read if events is not None)
    complete = len(listed) <= _MOST_LISTED and len(ranges) <= _MOST_EVENTS and len(understood) == len(read)
    return _Affected(canonicalize_name(name[:200]), known, understood, bool(known or understood) and complete)


def _events(entry: Mapping[str, Any]) -> tuple[_Event, ...] | None:
    """Return the events of a range, lowest first; None where one of them cannot be read."""
    listed = _list(entry.get("events"))
    if entry.get("type") != "ECOSYSTEM" or len(listed) > _MOST_EVENTS:
        return None
    events = []
    for item in map(_mapping, listed):
        for kind in _KINDS:
            if kind not in item or (kind == "limit" and item[kind] == "*"):
                continue
            version = _EARLIEST if kind == "introduced" and item[kind] == "0" else _version(item[kind])
            if version is None:
                return None
            events.append(_Event(kind, version))
    return tuple(sorted(events, key=lambda event: event.version))


def affects(found: Record, name: NormalizedName, version: Version) -> bool | None:
    """Say whether a document is about a version, by the schema's algorithm; None where it does not say.

    https://ossf.github.io/osv-schema/#evaluation
    """
    if found.affected is None:
        return None
    about = [one for one in found.affected if one.name == name]
    if any(version in one.versions or any(_inside(version, events) for events in one.ranges) for one in about):
        return True
    return False if all(one.readable for one in about) else None


def _inside(version: Version, events: Sequence[_Event]) -> bool:
    limits = [event.version for event in events if event.kind == "limit"]
    if limits and all(version >= limit for limit in limits):
        return False
    inside = False
    for kind, at in events:
        if kind == "introduced" and version >= at:
            inside = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            inside = False
    return inside


def advisories(found: Iterable[Record], name: NormalizedName, version: Version) -> tuple[Advisory, ...]:
    """Return what documents say of a version, one advisory for each group of aliases, the worst first.

    Left out are those that were withdrawn, and those whose own ranges exclude the version.
    """
    about = [one for one in found if not one.withdrawn and affects(one, name, version) is not False]
    joined = [_advisory(group, name) for group in _groups(about)]
    ranks = {"critical": 0, "high": 1, "moderate": 2, "low": 3, UNKNOWN: 4}
    return tuple(sorted(joined, key=lambda one: (ranks[one.severity], one.id)))


def _groups(found: Sequence[Record]) -> list[list[Record]]:
    """Join the documents that are about the same weakness: those that share an id or an alias, by any way round."""
    groups: list[tuple[set[str], list[Record]]] = []
    for one in found:
        ids, members = {one.id, *one.aliases}, [one]
        apart = []
        for other in groups:
            if ids.isdisjoint(other[0]):
                apart.append(other)
            else:
                ids, members = ids | other[0], [*other[1], *members]
        groups = [*apart, (ids, members)]
    return [sorted(members, key=lambda one: _rank(one.id)) for _, members in groups]


def _rank(name: str) -> tuple[int, str]:
    """Order ids: GitHub's are the ones that say a severity and a fix, PyPA's come next, a CVE says least."""
    return next((at for at, prefix in enumerate(_PREFERRED) if name.startswith(prefix)), len(_PREFERRED)), name


def _advisory(group: Sequence[Record], name: NormalizedName) -> Advisory:
    """Join documents about one weakness, the one to believe first standing first."""
    read = {one.id for one in group}
    # A document may name aliases that are about the same code in another package: what was read comes first.
    names = sorted(read.union(*(one.aliases for one in group)), key=lambda one: (_rank(one)[0], one not in read, one))
    shown, *aliases = names
    words = (one.word for one in group)
    scores = (score(vector) for one in group for vector in one.vectors)
    severity = next(filter(None, words), "") or next((one for one in scores if one != UNKNOWN), UNKNOWN)
    return Advisory(
        id=shown,
        aliases=tuple(aliases[:MOST_ALIASES]),
        summary=next((one.summary for one in group if one.summary), ""),
        severity=severity,
        fixed=_fixed(group, name),
        link=f"https://osv.dev/vulnerability/{group[0].id}",
    )


def _fixed(group: Sequence[Record], name: NormalizedName) -> tuple[Version, ...]:
    """Return the versions that end a range, lowest first, but for those that another range holds."""
    ranges = [events for one in group for about in one.affected or () if about.name == name for events in about.ranges]
    ends = sorted({event.version for events in ranges for event in events if event.kind == "fixed"})
    return tuple(end for end in ends[:MOST_ALIASES] if not any(_inside(end, events) for events in ranges))


def score(vector: str) -> str:
    """Return the severity of a CVSS vector of version 2, 3 or 4 by the rating scale; unknown where it is none.

    What scores 0 ("none") is unknown too: an advisory that was published is about something.
    """
    import cvss  # noqa: PLC0415 - 20 ms that only an advisory without a word for its severity costs

    if len(vector) > _LONGEST_VECTOR:
        return UNKNOWN
    try:
        if vector.startswith("CVSS:4"):
            rating = cvss.CVSS4(vector).severity
        elif vector.startswith("CVSS:3"):
            rating = cvss.CVSS3(vector).severities()[0]
        else:
            rating = cvss.CVSS2(vector).severities()[0]
    except (cvss.exceptions.CVSSError, ValueError, ArithmeticError, LookupError):
        return UNKNOWN
    return _WORDS.get(str(rating).upper(), UNKNOWN)


def fixes(of_now: Sequence[Advisory], of_next: Sequence[Advisory]) -> tuple[Advisory, ...]:
    """Return the advisories of the current version that the candidate no longer has."""
    return _without(of_now, of_next)


def introduced(of_now: Sequence[Advisory], of_next: Sequence[Advisory]) -> tuple[Advisory, ...]:
    """Return the advisories of the candidate that the current version does not have."""
    return _without(of_next, of_now)


def _without(these: Sequence[Advisory], those: Sequence[Advisory]) -> tuple[Advisory, ...]:
    known = {name for one in those for name in (one.id, *one.aliases)}
    return tuple(one for one in these if known.isdisjoint((one.id, *one.aliases)))


def _object(text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError:
        raise ValueError("it is not JSON") from None
    if not isinstance(document, Mapping):
        raise ValueError("it is not an object")  # noqa: TRY004 - the text is wrong, not a type
    return document


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value[:_LONGEST_VERSION] if isinstance(value, str) else ""


def _line(value: object) -> str:
    """Return the first words of a text on one line, without anything that steers a terminal."""
    text = value[: 4 * _LONGEST_SUMMARY] if isinstance(value, str) else ""
    words = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return words if len(words) <= _LONGEST_SUMMARY else f"{words[: _LONGEST_SUMMARY - 1].rstrip()}…"


def _version(value: object) -> Version | None:
    if not isinstance(value, str) or len(value) > _LONGEST_VERSION:
        return None
    try:
        return Version(value)
    except (InvalidVersion, ValueError):
        return None
