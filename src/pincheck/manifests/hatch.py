"""Hatch's own tables: the environments of `[tool.hatch]` in `pyproject.toml`, and of `hatch.toml`.

Hatch documentation, "Environment configuration" and "Advanced environment configuration". What only builds need
(`build.hooks.*.dependencies`, `build.targets.*.dependencies`) is not read: it is never there when the project runs.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from packaging.utils import canonicalize_name

from pincheck.manifests._pep508 import Place, declaration
from pincheck.manifests._reading import Format, Include, Item, Reading
from pincheck.manifests._tables import Path, dotted, not_tables, table
from pincheck.manifests._text import ignores
from pincheck.manifests._toml import Document, load, newer
from pincheck.model import LeftAlone, Problem, Source

_LISTS = ("dependencies", "extra-dependencies")
# An override of an array adds to it; under `set-` it takes its place.
_OVERRIDES = (*_LISTS, *(f"set-{key}" for key in _LISTS))
_CONDITIONS = ("matrix", "env", "platform", "name")
_FIELD = r"\{[a-z]+(?::[^{}]*|\})"
_HOOK = ("metadata", "hooks", "requirements_txt")


class _Where(NamedTuple):
    """The table that Hatch's keys stand in: `()` in `hatch.toml`."""

    source: Source
    document: Document
    path: tuple[str, ...]


def claims(path: PurePosixPath) -> bool:
    """Say whether Hatch has its settings here."""
    return path.name in {"pyproject.toml", "hatch.toml"}


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read what each environment requires, and follow the files that a plugin takes the project's requirements from."""
    document = load(source)
    if isinstance(document, Problem):
        return Reading(problems=(document,))
    if source.path.name == "hatch.toml":
        found = [*_tables(_Where(source, document, ())), *newer(source, document)]
        return Reading.of(found, ignores(source))
    return Reading.of(_tables(_Where(source, document, ("tool", "hatch"))))


def _tables(where: _Where) -> Iterator[Item]:
    path = (*where.path, "envs")
    yield from not_tables(where.document, where.source, where.path)
    for entry in table(where.document, where.source, path):
        if isinstance(entry, Problem):
            yield entry
        elif isinstance(entry[1], Mapping):
            yield from _environment(where, entry[0], entry[1])
        else:
            at = (*path, entry[0])
            yield Problem(where.source, where.document.span(*at), f"`{dotted(at)}` must be a table")
    yield from _hook(where)


def _environment(where: _Where, name: str, settings: Mapping[str, Any]) -> Iterator[Item]:
    path, place = (*where.path, "envs", name), Place(where.source, f"envs.{name}", "declared")
    for key in _LISTS:
        if key in settings:
            yield from _listed(where, settings[key], place, (*path, key), tables=False)
    yield from not_tables(where.document, where.source, (*path, "overrides"))
    for condition in _CONDITIONS:
        for entry in table(where.document, where.source, (*path, "overrides", condition)):
            if isinstance(entry, Problem):
                yield entry
                continue
            value, changed = entry
            yield from not_tables(where.document, where.source, (*path, "overrides", condition, value))
            for key in _OVERRIDES:
                if isinstance(changed, Mapping) and key in changed:
                    at = (*path, "overrides", condition, value, key)
                    yield from _listed(where, changed[key], place, at, tables=True)


def _listed(where: _Where, listed: Any, place: Place, path: Path, *, tables: bool) -> Iterator[Item]:
    """Read an array of requirements; one of an override may hold tables as well: `{value = …, if = […]}`."""
    if not isinstance(listed, list):
        yield Problem(where.source, where.document.span(*path), f"`{dotted(path)}` must be an array")
        return
    for index, entry in enumerate(listed):
        at: Path = (*path, index)
        if tables and isinstance(entry, Mapping) and "value" in entry:
            at, text = (*at, "value"), entry["value"]
        else:
            text = entry
        if isinstance(text, str):
            yield _requirement(where, text, place, at)
        else:
            allowed = "strings and tables with a `value`" if tables else "strings"
            yield Problem(where.source, where.document.span(*at), f"`{dotted(path)}` may hold {allowed} only")


def _requirement(where: _Where, text: str, place: Place, at: Path) -> Item:
    """Read one requirement; what Hatch fills in when it makes the environment cannot be known before."""
    field = re.search(_FIELD, text)
    if field is None:
        return declaration(where.document.stretch(where.source, text, *at), place)
    shown = field[0] if field[0].endswith("}") else f"{field[0]}}}"
    named = re.match(r"\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:$|[\[(<>=!~@;\s])", text)
    name = canonicalize_name(named[1]) if named else ""
    return LeftAlone(where.source, where.document.span(*at), text, f"Hatch fills in `{shown}`", name)


def _hook(where: _Where) -> Iterator[Item]:
    """Follow the files of hatch-requirements-txt, which reads them for fields that are `dynamic`."""
    path = (*where.path, *_HOOK)
    yield from not_tables(where.document, where.source, (*path, "optional-dependencies"))
    for entry in table(where.document, where.source, path):
        if isinstance(entry, Problem):
            yield entry
            continue
        key, value = entry
        if key in {"files", "filename"}:
            yield from _files(where, [value] if key == "filename" else value, (*path, key))
        elif key == "optional-dependencies":
            for extra, listed in value.items() if isinstance(value, Mapping) else ():
                yield from _files(where, listed, (*path, key, extra))


def _files(where: _Where, listed: Any, path: Path) -> Iterator[Item]:
    for index, file in enumerate(listed if isinstance(listed, list) else [None]):
        at = (*path, index) if isinstance(listed, list) and (*path, index) in where.document.spans else path
        if isinstance(file, str):
            yield Include(where.document.span(*at), file, "requirements")
        else:
            yield Problem(where.source, where.document.span(*at), f"`{dotted(path)}` must be an array of paths")


FORMAT = Format("hatch", claims, read)
