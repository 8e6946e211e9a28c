"""The locks of uv, Poetry and PDM and those of PEP 751, all of them TOML.

Their values come from `tomli`, which is compiled; where name and version stand comes from one regular expression over
the form that every tool writes. Both are compared, and where they do not agree, the slow scanner says it instead.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from pincheck import dialects, pins
from pincheck.manifests._locks import conflict, locked
from pincheck.manifests._toml import Document, Path, load, too_deep
from pincheck.model import Locked, Problem, Source, Span

Requires = tuple[tuple[NormalizedName, SpecifierSet], ...]
_ENTRY = (
    r'^\[\[{}\]\][ \t]*\r?\nname[ \t]*=[ \t]*"([^"\\\n]*)"[ \t]*\r?\n'
    r'(?:version[ \t]*=[ \t]*"([^"\\\n]*)"[ \t]*\r?$)?'
)
_ARCHIVE = (".whl", ".tar.gz", ".zip")


class _Kind(NamedTuple):
    """One kind of lock: where its packages and its own version stand, and the highest major number that is read."""

    packages: str
    version: Path
    newest: int


_KINDS = {
    "uv.lock": _Kind("package", ("version",), 1),
    "poetry.lock": _Kind("package", ("metadata", "lock-version"), 2),
    "pdm.lock": _Kind("package", ("metadata", "lock_version"), 4),
}
_PYLOCK = _Kind("packages", ("lock-version",), 1)


def read(source: Source) -> Iterator[Locked | Problem]:
    """Yield what a lock resolved to, and a Problem for every entry of it that cannot be read."""
    values = _values(source)
    if isinstance(values, Problem):
        yield values
        return
    name = source.path.name.lower()
    kind = _KINDS.get("uv.lock" if name.endswith(".py.lock") else name, _PYLOCK)
    too_new = _too_new(source, values, kind)
    if too_new is not None:
        yield too_new
        return
    if kind is _PYLOCK:
        yield from _invalid(source, values)
    entries = values.get(kind.packages, [])
    if not isinstance(entries, list):
        yield Problem(source, _span(source, kind.packages), f"`{kind.packages}` must be an array of tables")
        return
    for entry, span in zip(entries, _places(source, entries, kind.packages), strict=True):
        yield from _entry(source, entry, span, _requires(name, entry))


def _values(source: Source) -> Mapping[str, Any] | Problem:
    """Read a lock as TOML 1.0 or 1.1."""
    import tomli  # noqa: PLC0415 - only a project with such a lock needs it

    if source.encoding == "utf-8" and not source.text.startswith("\ufeff"):
        try:
            if not too_deep(source.text):
                return tomli.loads(source.text)
        except (ValueError, RecursionError):
            pass
    document = load(source)
    return (conflict(source) or document) if isinstance(document, Problem) else document.values


def _span(source: Source, *path: str | int) -> Span:
    document = load(source)
    return document.span(*path) if isinstance(document, Document) else Span(0, 0)


def _too_new(source: Source, values: Mapping[str, Any], kind: _Kind) -> Problem | None:
    """Return a Problem where a lock is in a version that its own tools of today would refuse as too new."""
    found: Any = values
    for key in kind.version:
        found = found.get(key) if isinstance(found, Mapping) else None
    match = re.match(r"\d{1,9}", str(found)) if isinstance(found, str | int) else None
    if match is None or int(match[0]) <= kind.newest:
        return None
    reason = f"lock version {str(found)[:20]} is newer than what pincheck reads ({kind.newest})"
    return Problem(source, _span(source, *kind.version), reason)


def _invalid(source: Source, values: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a Problem where a `pylock.toml` is not as PEP 751 wants it; the packages that can be read still are."""
    from packaging.pylock import Pylock, PylockValidationError  # noqa: PLC0415 - a rare lock

    try:
        Pylock.from_dict(values)
    except PylockValidationError as error:
        words = re.findall(r"[^.\[\]]+", error.context or "")
        path = tuple(int(word) if word.isdigit() else word for word in words)
        yield Problem(source, _span(source, *path) if path else Span(0, 0), f"not a lock by PEP 751: {error}")


def _places(source: Source, entries: Sequence[Any], key: str) -> list[Span]:
    """Return where the version of each entry stands, where it has none its name."""
    found = list(re.finditer(_ENTRY.format(key), source.text, re.MULTILINE))
    written = [(match[1], match[2]) for match in found]
    said = [(e.get("name"), e.get("version")) if isinstance(e, Mapping) else None for e in entries]
    if written == said:
        return [Span(*match.span(2 if match[2] is not None else 1)) for match in found]
    document = load(source)
    if isinstance(document, Problem):  # pragma: no cover - it has been read before
        return [Span(0, 0)] * len(entries)
    spans = document.spans
    nowhere = Span(0, 0)
    return [
        spans.get((key, i, "version")) or spans.get((key, i, "name")) or spans.get((key, i), nowhere)
        for i in range(len(entries))
    ]


def _entry(source: Source, entry: Any, span: Span, requires: Requires) -> Iterator[Locked | Problem]:
    name = entry.get("name") if isinstance(entry, Mapping) else None
    if not isinstance(name, str):
        yield Problem(source, span, "a locked package without a name")
        return
    version = entry.get("version")
    if version is None or _is_folder(entry):
        return
    if isinstance(version, str):
        yield locked(source, span, name, version, requires)
    else:
        yield Problem(source, span, f"the version of `{name}` must be a string")


def _is_folder(entry: Mapping[str, Any]) -> bool:
    """Say whether a package comes from a folder: the project itself, a member, a checkout; its version is a guess."""
    origin = entry.get("source")
    if isinstance(origin, Mapping):
        return bool({"virtual", "editable", "directory"} & origin.keys()) or origin.get("type") == "directory"
    path = entry.get("path")
    return "directory" in entry or (isinstance(path, str) and not path.lower().endswith(_ARCHIVE))


def _requires(lock: str, entry: Any) -> Requires:
    """Return what a package always asks of others, as far as its lock tells; uv.lock and PEP 751 tell names only."""
    if not isinstance(entry, Mapping) or ("extras" in entry and lock == "pdm.lock"):
        return ()
    asked = entry.get("dependencies")
    if lock == "poetry.lock" and isinstance(asked, Mapping):
        return tuple(found for name, rule in asked.items() if (found := _poetry(name, rule)) is not None)
    if lock == "pdm.lock" and isinstance(asked, list):
        return tuple(found for text in asked if (found := _pdm(text)) is not None)
    return ()


def _poetry(name: str, rule: Any) -> tuple[NormalizedName, SpecifierSet] | None:
    """Read one entry of `[package.dependencies]`; a table with a condition and an array of them are no plain facts."""
    if isinstance(rule, Mapping):
        if any(rule.get(key) for key in ("markers", "optional", "python", "platform")):
            return None
        rule = rule.get("version")
    if not isinstance(rule, str) or rule == "*":
        return None
    # Where the words of Poetry are not known, those that it shares with PEP 440 are: nearly all that its locks have.
    known = {dialect.name: dialect for dialect in dialects.DIALECTS}
    parse = known.get("poetry", known["pep440"]).parse
    try:  # A `!=` of the package's metadata becomes a union in a Poetry lock; the stretch around its parts is enough.
        return canonicalize_name(name), pins.hull([parse(part.strip()) for part in rule.split("||")])
    except ValueError:
        return None


def _pdm(text: Any) -> tuple[NormalizedName, SpecifierSet] | None:
    """Read one of the requirements that PDM keeps as in the package's metadata."""
    try:
        requirement = Requirement(text) if isinstance(text, str) else None
    except (InvalidRequirement, RecursionError, ValueError):
        return None
    if requirement is None or requirement.marker is not None or not requirement.specifier:
        return None
    return canonicalize_name(requirement.name), requirement.specifier
