"""uv's own tables: `[tool.uv]` of `pyproject.toml`, and `uv.toml`.

uv documentation, "Settings" and "Managing dependencies". `uv.toml` has the same keys without `tool.uv`, but for those
that belong to a project, which uv refuses there.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from packaging.utils import InvalidName, canonicalize_name

from pincheck import pins
from pincheck.manifests._pep508 import Place, declaration
from pincheck.manifests._reading import Format, Include, Item, Reading
from pincheck.manifests._tables import Path, dotted, requirements, table
from pincheck.manifests._text import ignores
from pincheck.manifests._toml import Document, load, newer
from pincheck.model import Declaration, LeftAlone, Oddity, Origin, Problem, Source, Span

# Key → the group that its requirements make up, and what they are.
_LISTS: tuple[tuple[str, str, Origin], ...] = (
    ("dev-dependencies", "dev", "declared"),
    ("constraint-dependencies", "", "constraint"),
    ("override-dependencies", "", "override"),
)
_BUILDS = "build-constraint-dependencies"
_OF_A_PROJECT = ("dev-dependencies", "sources", "workspace")
_OF_A_WORKSPACE = ("dev-dependencies", "workspace")
# A source that is one of these takes the place of every version; an index or a workspace does not.
_ELSEWHERE = {"git": "a git repository", "url": "a URL", "path": "a path"}
_ON_AN_INDEX = frozenset({"index", "workspace"})
_BUILT = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz")


class _Where(NamedTuple):
    """The table that uv's keys stand in: `()` in `uv.toml`; `refused` are the keys that uv refuses there."""

    source: Source
    document: Document
    path: tuple[str, ...]
    refused: tuple[str, ...]


def claims(path: PurePosixPath) -> bool:
    """Say whether uv has its settings here."""
    return path.name in {"pyproject.toml", "uv.toml"}


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read what uv adds to a project's requirements, what it holds against them, and what it takes elsewhere."""
    document = load(source)
    if isinstance(document, Problem):
        return Reading(problems=(document,))
    if source.path.name == "uv.toml":
        found = [*_tables(_Where(source, document, (), _OF_A_PROJECT)), *newer(source, document)]
        return Reading.of(found, ignores(source))
    return Reading.of(_tables(_Where(source, document, ("tool", "uv"), ())))


def of_script(source: Source, document: Document) -> Iterator[Item]:
    """Read `[tool.uv]` of an inline script, which is a project without groups and workspace."""
    yield from _tables(_Where(source, document, ("tool", "uv"), _OF_A_WORKSPACE))


def _tables(where: _Where) -> Iterator[Item]:
    source, document, path, refused = where
    for entry in table(document, source, path):
        if isinstance(entry, Problem):
            yield entry
            return
    settings = document.table(*path)
    for key in refused:
        if key in settings:
            yield Problem(source, document.key(*path, key), f"uv refuses `{key}` here: it belongs in `pyproject.toml`")
    for key, group, origin in _LISTS:
        if key in settings and key not in refused:
            listed, place = settings[key], Place(source, group, origin)
            if origin == "override" and isinstance(listed, list):
                yield from _overrides(where, listed, place, (*path, key))
            else:
                yield from requirements(document, listed, place, (*path, key))
    yield from _builds(where, settings.get(_BUILDS, []))
    yield from _excluded(where, settings.get("exclude-dependencies", []))
    if "sources" not in refused:
        yield from _sources(where)
    if "workspace" not in refused:
        yield from _workspace(where)


def _builds(where: _Where, listed: Any) -> Iterator[Item]:
    """Name what constrains the environments that packages are built in, and nothing that runs.

    It is no constraint of the project's requirements: it makes no pin right, and need not move with one.
    """
    path = (*where.path, _BUILDS)
    for item in requirements(where.document, listed, Place(where.source, "", "constraint"), path):
        if isinstance(item, Declaration):
            reason = f"`{dotted(path)}` holds where packages are built, not where the project runs"
            yield LeftAlone(where.source, item.span, where.source.at(item.span), reason)
        else:
            yield item


def _overrides(where: _Where, listed: list[Any], place: Place, path: Path) -> Iterator[Item]:
    """Read overrides: requirements, and tables that hold for what one package asks for (`_scope`)."""
    source, document = where.source, where.document
    for index, given in enumerate(listed):
        at = (*path, index)
        scope = _scope(given)
        if isinstance(given, str):
            yield declaration(document.stretch(source, given, *at), place)
        elif scope is None:
            reason = f"`{dotted(path)}` must hold strings, or tables with a `package` and its `dependencies`"
            yield Problem(source, document.span(*at), reason)
        elif scope[0] == _own_name(where):
            yield from requirements(document, scope[1], place, (*at, "dependencies"))
        else:
            own = Place(source, f"what {scope[0]} requires", "declared")
            for item in requirements(document, scope[1], own, (*at, "dependencies")):
                yield _of_another(item, scope[0])


def _of_another(item: Item, package: str) -> Item:
    """Return what another package is made to ask for: it moves along with a pin, and need not be one itself."""
    if not isinstance(item, Declaration) or pins.series(item.specifier) is not None:
        return item
    reason = f"an override of what `{package}` requires, and of nothing else"
    return LeftAlone(item.source, item.span, item.source.at(item.span), reason)


def _scope(given: Any) -> tuple[str, list[Any]] | None:
    """Return the package and the array of `{package = {name = …}, dependencies = […]}`, None for anything else."""
    package = given.get("package") if isinstance(given, Mapping) else None
    name = package.get("name") if isinstance(package, Mapping) else None
    listed = given.get("dependencies") if isinstance(given, Mapping) else None
    if not isinstance(name, str) or not isinstance(listed, list):
        return None
    try:
        return canonicalize_name(name, validate=True), listed
    except InvalidName:
        return None


def _own_name(where: _Where) -> str:
    name = where.document.table("project").get("name", "")
    return canonicalize_name(name) if isinstance(name, str) else ""


def _excluded(where: _Where, listed: Any) -> Iterator[Item]:
    """Read the packages that uv leaves out of the environment, whoever asks for them, or the project alone."""
    path = (*where.path, "exclude-dependencies")
    if not isinstance(listed, list):
        yield Problem(where.source, where.document.span(*path), f"`{dotted(path)}` must be an array of strings")
        return
    for index, given in enumerate(listed):
        scope = _scope(given)
        if scope is None:
            yield _left_out(where, given, (*path, index))
        for below, name in enumerate(scope[1] if scope else ()):
            item = _left_out(where, name, (*path, index, "dependencies", below))
            if isinstance(item, Problem) or (scope and scope[0] == _own_name(where)):
                yield item


def _left_out(where: _Where, written: Any, at: Path) -> Problem | Oddity:
    span = where.document.span(*at)
    try:
        name = canonicalize_name(written, validate=True)
    except (InvalidName, TypeError):
        return Problem(where.source, span, f"`{dotted(at[: len(where.path) + 1])}` must hold names of packages only")
    return Oddity(where.source, span, "voided", name, "`exclude-dependencies` leaves it out")


def _sources(where: _Where) -> Iterator[Item]:
    path = (*where.path, "sources")
    for entry in table(where.document, where.source, path):
        if isinstance(entry, Problem):
            yield entry
            continue
        name, given = entry
        many = isinstance(given, list)
        for index, one in enumerate(given if many else [given]):
            at: Path = (*path, name, index) if many else (*path, name)
            yield from _source(where, name, one, at)
        if given == []:
            yield Problem(where.source, where.document.span(*path, name), f"`{dotted((*path, name))}` is empty")


def _source(where: _Where, name: str, given: Any, at: Path) -> Iterator[Item]:
    """Read where a package is taken from; what is not an index or the workspace has no version that could be judged."""
    source, document = where.source, where.document
    if not isinstance(given, Mapping):
        yield Problem(source, document.span(*at), f"`{dotted(at)}` must be a table")
        return
    kind = next((kind for kind in _ELSEWHERE if kind in given), "")
    if not kind and not _ON_AN_INDEX & given.keys():
        reason = f"`{dotted(at)}` must have one of `git`, `url`, `path`, `index` and `workspace`"
        yield Problem(source, document.span(*at), reason)
    if not kind:
        return
    span, package, marker = document.span(*at, kind), canonicalize_name(name), given.get("marker")
    taken = _ELSEWHERE[kind] + (f" where `{marker}`" if isinstance(marker, str) else "")
    yield Oddity(source, span, "voided", package, f"`{dotted((*where.path, 'sources'))}` takes it from {taken}")
    reason = f"uv takes it from {taken}, so its declared version has no effect"
    yield LeftAlone(source, span, name, reason, package)
    target = given[kind]
    if kind == "path" and isinstance(target, str) and not target.lower().endswith(_BUILT):
        yield Include(span, target, "project")


def _workspace(where: _Where) -> Iterator[Item]:
    """Follow a workspace's members: each glob that names some, without those that are excluded."""
    path = (*where.path, "workspace")
    broken = [entry for entry in table(where.document, where.source, path) if isinstance(entry, Problem)]
    yield from broken
    workspace = where.document.table(*path)
    exclude = _globs(where, (*path, "exclude"), workspace.get("exclude", []))
    members = _globs(where, (*path, "members"), workspace.get("members", []))
    yield from (item for _, item in (*exclude, *members) if isinstance(item, Problem))
    excluded = tuple(item for _, item in exclude if isinstance(item, str))
    for span, item in members:
        if isinstance(item, str):
            yield Include(span, item, "members", excluded)


def _globs(where: _Where, path: Path, listed: Any) -> list[tuple[Span, str | Problem]]:
    span = where.document.span(*path)
    if not isinstance(listed, list):
        return [(span, Problem(where.source, span, f"`{dotted(path)}` must be an array of strings"))]
    found: list[tuple[Span, str | Problem]] = []
    for index, glob in enumerate(listed):
        span = where.document.span(*path, index)
        wrong = Problem(where.source, span, f"`{dotted(path)}` must hold strings only")
        found.append((span, glob if isinstance(glob, str) else wrong))
    return found


FORMAT = Format("uv", claims, read)
