"""`Pipfile`: `[packages]`, `[dev-packages]` and categories of the user's own (Pipenv, "Pipfile & Pipfile.lock")."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from pincheck.manifests._direct import direct, is_text, url_of
from pincheck.manifests._pep508 import Place
from pincheck.manifests._reading import Format, Item, Reading
from pincheck.manifests._tables import ruled, table
from pincheck.manifests._text import Stretch, ignores
from pincheck.manifests._toml import Document, load
from pincheck.model import Problem, Source, Span

_NO_PACKAGES = frozenset({"source", "requires", "scripts", "pipenv", "pipfile"})
# Pipenv takes each of PEP 508's marker variables as a key: `sys_platform = "== 'win32'"`.
_MARKERS = (
    *("os_name", "sys_platform", "platform_machine", "platform_python_implementation", "platform_release"),
    *("platform_system", "platform_version", "python_version", "python_full_version"),
    *("implementation_name", "implementation_version"),
)


def claims(path: PurePosixPath) -> bool:
    """Say whether this is a `Pipfile`."""
    return path.name == "Pipfile"


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read every table of packages; a category's name is the group of what stands in it."""
    document = load(source)
    if isinstance(document, Problem):
        return Reading(problems=(document,))
    found: list[Item] = []
    for category in document.values:
        if category in _NO_PACKAGES:
            continue
        place = Place(source, "" if category == "packages" else category, "declared")
        for entry in table(document, source, (category,)):
            found += [entry] if isinstance(entry, Problem) else _package(document, place, (category, entry[0]))
    return Reading.of(found, ignores(source))


def _package(document: Document, place: Place, path: tuple[str, str]) -> Iterator[Item]:
    value, key, name = document.values[path[0]][path[1]], document.key(*path), path[1]
    if isinstance(value, str) and not value.strip():
        yield Problem(
            place.source, document.span(*path), f"not a version rule of `{name}`: it is empty; every version is `*`"
        )
    elif isinstance(value, str):
        yield ruled(document.stretch(place.source, value, *path), name, key, place, "pipenv")
    elif isinstance(value, Mapping):
        yield from _described(document, value, place, path)
    else:
        yield Problem(place.source, document.span(*path), f"`{name}` must be a version rule or a table")


def _described(document: Document, value: Mapping[str, Any], place: Place, path: tuple[str, str]) -> Iterator[Item]:
    """Read a package that a table describes."""
    name, key = path[1], document.key(*path)
    extras = extras_of(value)
    marker = _marker(value)
    whole = Span(min(key.start, document.span(*path).start), max(key.end, document.span(*path).end))
    version = value.get("version", "")
    if extras is None or marker is None or not isinstance(version, str) or not is_text(value):
        yield Problem(place.source, whole, f"`{name}` has a version, an origin, extras or a marker that is not text")
    elif url := url_of(value):
        yield from direct(place, name, url, whole, extras=extras, marker=marker)
    elif "version" in value:
        stretch = document.stretch(place.source, version, *path, "version")
        yield ruled(stretch, name, key, place, "pipenv", extras=extras, marker=marker)
    else:
        nothing = Stretch("", [whole.end])
        why = "its table names no version"
        yield ruled(nothing, name, key, place, "pipenv", extras=extras, marker=marker, fixed=why)


def extras_of(value: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the extras that a table asks for, None where they are no list of names."""
    extras = value.get("extras", [])
    if not isinstance(extras, list) or not all(isinstance(extra, str) for extra in extras):
        return None
    return frozenset(extras)


def _marker(value: Mapping[str, Any]) -> str | None:
    """Return the marker that a table's keys amount to, None where one of them is not text."""
    written = {key: value[key] for key in ("markers", *_MARKERS) if key in value}
    if not all(isinstance(text, str) for text in written.values()):
        return None
    whole = written.pop("markers", "")
    parts = [f"({whole})" if whole and written else whole, *(f"{key} {text}" for key, text in written.items())]
    return " and ".join(filter(None, parts))


FORMAT = Format("pipfile", claims, read)
