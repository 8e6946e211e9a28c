"""`pixi.toml`, and `[tool.pixi]` of `pyproject.toml`: conda's packages and the index's, in tables beside each other.

Each table may stand at the top, in a feature, for a platform, and in the package that pixi builds. A bare version is
an exact one: pixi warns that it is ambiguous and reads it so.

Source: pixi documentation, "Pixi Manifest", "Package Specifications".
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name

from pincheck.dialects import pipenv
from pincheck.dialects.conda import Untranslatable, is_union, parse
from pincheck.manifests._direct import direct, is_text, url_of
from pincheck.manifests._matchspec import UNION, archive
from pincheck.manifests._pep508 import Place
from pincheck.manifests._reading import Format, Item, Reading
from pincheck.manifests._tables import dotted, not_tables, ruled, table
from pincheck.manifests._text import Stretch, ignores
from pincheck.manifests._toml import Document, load
from pincheck.manifests.pipfile import extras_of
from pincheck.model import LeftAlone, Origin, Problem, Source, Span

_CONDA: Mapping[str, Origin] = {
    "dependencies": "declared",
    "host-dependencies": "declared",
    "build-dependencies": "declared",
    "run-dependencies": "declared",
    "constraints": "constraint",
    "run-constraints": "constraint",
}
_INDEX: Mapping[tuple[str, ...], Origin] = {
    ("pypi-dependencies",): "declared",
    ("pypi-options", "dependency-overrides"): "override",
}


def claims(path: PurePosixPath) -> bool:
    """Say whether this is a `pixi.toml` or a `pyproject.toml`."""
    return path.name in {"pixi.toml", "pyproject.toml"}


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read every table of dependencies; its path below the top is the group of what stands in it."""
    document = load(source)
    if isinstance(document, Problem):
        return Reading(problems=(document,))
    root = ("tool", "pixi") if source.path.name == "pyproject.toml" else ()
    if root and not document.table(*root):
        return Reading(problems=tuple(not_tables(document, source, root)))
    found: list[Item] = list(dict.fromkeys(_misplaced(document, source, root)))
    for holder in _holders(document, root):
        extras = [("extra-dependencies", name) for name in document.table(*holder, "extra-dependencies")]
        for kinds, origin in [
            *(((kind,), origin) for kind, origin in _CONDA.items()),
            *((e, "declared") for e in extras),
        ]:
            found += _table(document, source, root, (*holder, *kinds), origin, is_conda=True)
        for kinds, origin in _INDEX.items():
            found += _table(document, source, root, (*holder, *kinds), origin, is_conda=False)
    return Reading.of(found, ignores(source))


def _holders(document: Document, root: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the paths of the tables that may hold dependencies."""
    features = [("feature", name) for name in document.table(*root, "feature")]
    environments = [("environments", name) for name in document.table(*root, "environments")]
    for holder in [(), *features, *environments, ("workspace",), ("package",)]:
        yield (*root, *holder)
        yield from ((*root, *holder, "target", name) for name in document.table(*root, *holder, "target"))


def _misplaced(document: Document, source: Source, root: tuple[str, ...]) -> Iterator[Problem]:
    """Yield what stands where a table that may hold dependencies should; an environment may be an array of features."""
    yield from not_tables(document, source, (*root, "feature"))
    for holder in _holders(document, root):
        if "environments" not in holder[len(root) :]:
            yield from not_tables(document, source, (*holder, "target"))
            yield from not_tables(document, source, (*holder, "pypi-options"))


def _table(
    document: Document, source: Source, root: tuple[str, ...], path: tuple[str, ...], origin: Origin, *, is_conda: bool
) -> Iterator[Item]:
    group = dotted(path[len(root) :])
    place = Place(source, "" if group == "dependencies" else group, origin)
    for entry in table(document, source, path):
        if isinstance(entry, Problem):
            yield entry
            continue
        name, value = entry
        if name.startswith("if(") and isinstance(value, Mapping):  # What a package needs on some platforms only.
            yield from _table(document, source, root, (*path, name), origin, is_conda=is_conda)
        elif is_conda and name.startswith("_"):
            yield LeftAlone(source, document.key(*path, name), name, "a package of conda alone", name)
        elif isinstance(value, str):
            stretch = document.stretch(source, value, *path, name)
            key = document.key(*path, name)
            yield _conda(stretch, name, key, place) if is_conda else _indexed(stretch, name, key, place)
        elif isinstance(value, Mapping):
            yield from _described(document, value, place, (*path, name), is_conda=is_conda)
        else:
            yield Problem(source, document.span(*path, name), f"`{name}` must be a version rule or a table")


def _conda(stretch: Stretch, name: str, key: Span, place: Place, fixed: str = "") -> Item:
    try:
        parse(stretch.text)
    except Untranslatable as error:
        return LeftAlone(place.source, Span(key.start, stretch.span.end), name, str(error), canonicalize_name(name))
    except ValueError:
        pass  # `ruled` says what is wrong.
    if not stretch.text.strip() and not fixed:
        return Problem(place.source, stretch.span, f"not a version rule of `{name}`: it is empty; every version is `*`")
    return ruled(stretch, name, key, place, "conda", fixed=fixed or (UNION if is_union(stretch.text) else ""))


def _indexed(
    stretch: Stretch, name: str, key: Span, place: Place, extras: frozenset[str] = frozenset(), marker: str = ""
) -> Item:
    """Read a rule of PEP 440 or `*`; unlike Pipenv, pixi refuses a bare version."""
    if pipenv.is_bare(stretch.text) or not stretch.text.strip():
        bare = f"`{stretch.text.strip()}` has no operator; did you mean `=={stretch.text.strip()}`?"
        reason = bare if stretch.text.strip() else "it is empty; every version is `*`"
        return Problem(place.source, stretch.span, f"not a version rule of `{name}`: {reason}")
    return ruled(stretch, name, key, place, "pipenv", extras=extras, marker=marker)


def _described(
    document: Document, value: Mapping[str, Any], place: Place, path: tuple[str, ...], *, is_conda: bool
) -> Iterator[Item]:
    """Read a package that a table describes."""
    name, key, span = path[-1], document.key(*path), document.span(*path)
    if value.get("workspace") is True:
        return  # It is read where its version stands, in the root's `[workspace.dependencies]`.
    whole = Span(min(key.start, span.start), max(key.end, span.end))
    version, marker, extras = value.get("version", "*"), value.get("env-markers", ""), extras_of(value)
    if extras is None or not isinstance(marker, str) or not isinstance(version, str) or not is_text(value):
        yield Problem(place.source, whole, f"`{name}` has a version, an origin, extras or a marker that is not text")
        return
    if url := url_of(value):
        found = archive(url) if is_conda else None
        yield from direct(place, name, url, whole, extras=extras, marker=marker, pin=found[1] if found else None)
        return
    written = "version" in value
    stretch = document.stretch(place.source, version, *path, "version") if written else Stretch("", [whole.end])
    if is_conda:
        yield _conda(stretch, name, key, place, _built(value) or ("" if written else "its table names no version"))
    elif written:
        yield _indexed(stretch, name, key, place, extras, marker)
    else:
        why = "its table names no version"
        yield ruled(stretch, name, key, place, "pipenv", extras=extras, marker=marker, fixed=why)


def _built(value: Mapping[str, Any]) -> str:
    """Say which build of a version a table asks for, `""` where any will do."""
    build = value.get("build", value.get("build-number"))
    if build is not None:
        return f"the build `{build}` belongs to this version"
    return "it is pinned to one file" if {"file-name", "md5", "sha256"} & value.keys() else ""


FORMAT = Format("pixi", claims, read)
