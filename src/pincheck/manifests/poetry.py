"""Poetry's tables of `pyproject.toml`: `[tool.poetry.dependencies]`, those of its groups and `dev-dependencies`.

Since Poetry 2 the standard tables come first: where `[project]` (of a group, `[dependency-groups]`) names packages,
an entry here adds to the one of the same name, both hold together, and an entry of any other name is ignored.

Source: Poetry documentation, "The pyproject.toml file", "Dependency specification"; `DependencyGroup` of poetry-core.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from packaging.markers import InvalidMarker, Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidName, canonicalize_name

from pincheck import pins
from pincheck.dialects import poetry
from pincheck.manifests import dependency_groups, pep621
from pincheck.manifests._pep508 import Place, wheel_pin
from pincheck.manifests._poetry_markers import marker
from pincheck.manifests._reading import Format, Include, Item, Reading
from pincheck.manifests._tables import dotted, not_tables, ruled, table
from pincheck.manifests._text import Stretch
from pincheck.manifests._toml import Document, load
from pincheck.model import Declaration, LeftAlone, Oddity, Problem, Source, Span

_TOOL = ("tool", "poetry")
_ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar")

Role = Literal["declared", "constraint", "ignored"]
Path = tuple[str | int, ...]


class _Beside(NamedTuple):
    """What the standard table says that a table of Poetry's adds to.

    `mixed` tells which entries of other names count all the same: `optional` ones, `required` ones or none (`""`).
    Where something of it is `unread`, Poetry reads nothing at all, and nothing is said of what it would ignore.
    """

    declared: tuple[Declaration, ...] = ()
    mixed: Literal["", "optional", "required"] = ""
    unread: bool = False


class _Table(NamedTuple):
    """One table of requirements: where it stands, its group, and the standard table that it adds to."""

    path: tuple[str, ...]
    group: str
    standard: str
    beside: _Beside = _Beside()


class _Entry(NamedTuple):
    """One requirement of a table: its name as written and normalised, where both stand, and what is said of it."""

    name: str
    normal: str
    path: Path
    key: Span
    value: Any


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read every table where it is written; `python` is no package."""
    document = load(source)
    if isinstance(document, Problem):
        return Reading()  # Another format says so.
    found: list[Item] = [*not_tables(document, source, (*_TOOL, "group"))]
    for where in _tables(source, document):
        for pair in table(document, source, where.path):
            if isinstance(pair, Problem):
                found.append(pair)
            elif pair[0].lower() != "python":
                found += _entries(source, document, where, *pair)
    return Reading.of([*found, *_bad_groups(source, document)])


def _tables(source: Source, document: Document) -> Iterator[_Table]:
    """Yield the tables, each with what stands beside it."""
    yield _Table((*_TOOL, "dependencies"), "", "[project].dependencies", _project(source, document))
    grouped = Reading()
    if document.table("dependency-groups"):
        grouped = dependency_groups.read(source, constraint=False, environ={})
    for group, content in document.table(*_TOOL, "group").items():
        if isinstance(content, Mapping):
            beside = _group(grouped, group)
            yield _Table((*_TOOL, "group", group, "dependencies"), group, f"[dependency-groups].{group}", beside)
    beside = _group(grouped, "dev")
    yield _Table((*_TOOL, "dev-dependencies"), "dev", "[dependency-groups].dev", beside)


def _project(source: Source, document: Document) -> _Beside:
    """Return what `[project]` declares, and which entries it leaves to Poetry because they are `dynamic`."""
    project = document.table("project")
    if not project.get("dependencies") and not project.get("optional-dependencies"):
        return _Beside()
    found = pep621.read(source, constraint=False, environ={})
    if found.problems:
        return _Beside(unread=True)
    dynamic = project.get("dynamic")
    named = isinstance(dynamic, list) and ("dependencies" in dynamic or "optional-dependencies" in dynamic)
    kinds = {bool(declared.group) for declared in found.declarations}
    if not named or len(kinds) != 1:
        return _Beside(found.declarations)
    return _Beside(found.declarations, "required" if kinds == {True} else "optional")


def _group(grouped: Reading, group: str) -> _Beside:
    """Return what a group of `[dependency-groups]` declares itself, without the groups that it includes."""
    if grouped.problems:
        return _Beside(unread=True)
    return _Beside(tuple(d for d in grouped.declarations if _normal(d.group) == _normal(group)))


def _normal(name: str) -> str:
    return str(canonicalize_name(name))


def _bad_groups(source: Source, document: Document) -> Iterator[Problem]:
    for group in document.table(*_TOOL, "group"):
        yield from not_tables(document, source, (*_TOOL, "group", group))


def _entries(source: Source, document: Document, where: _Table, name: str, value: Any) -> Iterator[Item]:
    """Read one name of a table: a rule, a table that has one, or an array of such tables."""
    path = (*where.path, name)
    try:
        normal = canonicalize_name(name, validate=True)
    except InvalidName:
        yield Problem(source, document.key(*path), f"`{name}` is not the name of a package")
        return
    if value == []:
        reason = f"`{dotted(path)}` is an empty array; Poetry wants at least one table that has a version rule"
        yield Problem(source, document.span(*path), reason)
        return
    if not isinstance(value, list):
        yield from _entry(source, document, where, _Entry(name, normal, path, document.key(*path), value))
        return
    for index, item in enumerate(value):
        start = document.span(*path, index).start
        entry = _Entry(name, normal, (*path, index), Span(start, start), item)
        yield from _entry(source, document, where, entry)


def _entry(source: Source, document: Document, where: _Table, entry: _Entry) -> Iterator[Item]:
    value = entry.value
    if not isinstance(value, str | Mapping):
        reason = f"`{dotted(entry.path)}` must be a version rule, or a table that has one"
        yield Problem(source, document.span(*entry.path), reason)
        return
    said = value if isinstance(value, Mapping) else {"version": value}
    role = _role(where.beside, entry.normal, optional=said.get("optional") is True)
    if role == "ignored":
        yield from _ignored(source, where, entry)
        return
    if isinstance(value, Mapping):
        yield from _wrong(source, document, entry, value)
    for item in _declared(source, document, where, entry, role):
        if isinstance(item, Declaration) and item.origin == "constraint":
            yield from _added(where, item)
        else:
            yield item


def _role(beside: _Beside, name: str, *, optional: bool) -> Role:
    """Say what an entry is to Poetry, as `DependencyGroup.dependencies_for_locking` has it."""
    if not beside.declared:
        return "declared"
    if any(declared.name == name for declared in beside.declared):
        return "constraint"
    return "declared" if beside.mixed == ("optional" if optional else "required") else "ignored"


def _ignored(source: Source, where: _Table, entry: _Entry) -> Iterator[Item]:
    place = f"`{where.standard}`"
    if where.group:
        remedy = f"put it into {place}"
    else:
        remedy = f'put it into {place}, or move those here and write `dynamic = ["dependencies"]` in their place'
    text = f"has no effect: Poetry takes from here only what {place} names too; {remedy}"
    yield Oddity(source, entry.key, "ineffective", entry.normal, text)
    reason = f"Poetry ignores it, because {place} does not name it"
    yield LeftAlone(source, entry.key, entry.name, reason, entry.normal)


def _wrong(source: Source, document: Document, entry: _Entry, value: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what makes a table unreadable beside its version: a key of another type than Poetry wants."""
    for key in ("version", "markers", "python", "platform", "git", "path", "url", "file"):
        if key in value and not isinstance(value[key], str):
            yield Problem(source, document.span(*entry.path, key), f"`{dotted((*entry.path, key))}` must be a string")
    extras = value.get("extras", [])
    if not isinstance(extras, list) or not all(isinstance(extra, str) for extra in extras):
        at = (*entry.path, "extras")
        yield Problem(source, document.span(*at), f"`{dotted(at)}` must be an array of strings")
    if isinstance(value.get("markers"), str):
        try:
            Marker(value["markers"])
        except (InvalidMarker, RecursionError):
            span = document.span(*entry.path, "markers")
            yield Problem(source, span, f"`{dotted((*entry.path, 'markers'))}` is not a marker")


def _declared(source: Source, document: Document, where: _Table, entry: _Entry, role: Role) -> Iterator[Item]:
    """Yield the requirement that an entry makes, and where it leads."""
    value, place = entry.value, Place(source, where.group, "constraint" if role == "constraint" else "declared")
    if isinstance(value, str):
        stretch = document.stretch(source, value, *entry.path)
        yield ruled(stretch, entry.name, entry.key, place, "poetry", fixed=poetry.fixed(value))
        return
    where_from = next((key for key in ("git", "file", "path", "url") if isinstance(value.get(key), str)), "")
    if where_from:
        yield from _reference(document, place, entry, where_from)
        return
    version = value.get("version")
    if isinstance(version, str):
        stretch = document.stretch(source, version, *entry.path, "version")
        extras, fixed = _extras(value), poetry.fixed(version)
        said = _marker(value)
        yield ruled(stretch, entry.name, entry.key, place, "poetry", extras=extras, marker=said, fixed=fixed)
    elif role == "declared" and "version" not in value and not where.beside.unread:
        yield _any_version(document, place, entry)


def _any_version(document: Document, place: Place, entry: _Entry) -> Item:
    """Return the requirement of a table without a version, which has no text to edit."""
    key = entry.key if entry.key.start < entry.key.end else document.span(*entry.path)
    nowhere = Stretch("*", [key.end, key.end])
    fixed = "it has no version to edit"
    extras, said = _extras(entry.value), _marker(entry.value)
    return ruled(nowhere, entry.name, key, place, "poetry", extras=extras, marker=said, fixed=fixed)


def _reference(document: Document, place: Place, entry: _Entry, kind: str) -> Iterator[Item]:
    """Yield a requirement that is taken from a repository, an address or a path; a folder is followed."""
    source, value, target = place.source, entry.value, entry.value[kind]
    written = document.span(*entry.path, kind)
    span = Span(min(entry.key.start, written.start), max(entry.key.end, written.end))
    yield Declaration(
        source=source,
        span=span,
        specifier_span=Span(written.start, written.start),
        group=place.group,
        name=canonicalize_name(entry.name),
        extras=_extras(value),
        specifier=(wheel_pin(target) if kind != "git" else None) or SpecifierSet(),
        marker=_marker(value),
        url=target,
        origin="declared",
        fixed="it is a direct reference",
        dialect="poetry",
    )
    if kind == "path" and not target.lower().endswith(_ARCHIVES):
        below = value.get("subdirectory")
        yield Include(written, f"{target}/{below}" if isinstance(below, str) else target, "project")


def _extras(value: Mapping[str, Any]) -> frozenset[str]:
    extras = value.get("extras")
    return frozenset(text for text in extras if isinstance(text, str)) if isinstance(extras, list) else frozenset()


def _marker(value: Mapping[str, Any]) -> str:
    """Return the marker of an entry, `""` where it cannot be said, of which a Problem tells where it is a mistake."""
    said = marker(value)
    try:
        if said:
            Marker(said)
    except (InvalidMarker, RecursionError):
        return ""
    return said


def _added(where: _Table, found: Declaration) -> Iterator[Item]:
    """Yield an entry that adds to the one beside it, where it adds a bound; `*` says nothing that holds.

    Where it shuts out all that the other allows, Poetry reads neither: each is then judged for itself.
    """
    refusing = [other for other in where.beside.declared if _shuts_out(found, other)]
    for other in refusing[:1]:
        text = f"is refused by Poetry: `{where.standard}` asks for `{other.written}`; let both allow a common version"
        yield Oddity(found.source, found.span, "ineffective", found.name, text)
    if found.specifier:
        yield found._replace(origin="declared") if refusing else found


def _shuts_out(found: Declaration, other: Declaration) -> bool:
    if other.name != found.name or other.marker != found.marker or other.url or pins.is_empty(found.specifier):
        return False
    return pins.is_disjoint(found.specifier, other.specifier)


FORMAT = Format("poetry", pep621.claims, read, mark="poetry")
