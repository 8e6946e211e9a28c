"""`[project]` of `pyproject.toml`: `dependencies` and `optional-dependencies` (PEP 621), and what `dynamic` stands for.

Fields given both statically and as `dynamic` are allowed (PEP 808): a backend may only add to them.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from pincheck.manifests._pep508 import Place
from pincheck.manifests._reading import Format, Include, Item, Reading
from pincheck.manifests._tables import Path, dotted, not_tables, requirements
from pincheck.manifests._text import ignores
from pincheck.manifests._toml import Document, load, newer
from pincheck.model import LeftAlone, Problem, Source

_LISTS = ("dependencies", "optional-dependencies")
_SETUPTOOLS = ("tool", "setuptools", "dynamic")
_COMPUTED = "computed by the build backend, which pincheck does not run"
_BESIDE = "left to setuptools, which takes it from `setup.py` or `setup.cfg`"


def claims(path: PurePosixPath) -> bool:
    """Say whether this is a `pyproject.toml`."""
    return path.name == "pyproject.toml"


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read what a project requires, and with which extra."""
    document = load(source)
    if isinstance(document, Problem):
        return Reading(problems=(document,))
    project = document.table("project")
    found: list[Item] = [*not_tables(document, source, ("project",)), *not_tables(document, source, ("tool",))]
    if "dependencies" in project:
        found += requirements(
            document, project["dependencies"], Place(source, "", "declared"), ("project", "dependencies")
        )
    optional = project.get("optional-dependencies", {})
    if not isinstance(optional, Mapping):
        span = document.span("project", "optional-dependencies")
        found.append(Problem(source, span, "`project.optional-dependencies` must be a table of arrays"))
        optional = {}
    for extra, listed in optional.items():
        path = ("project", "optional-dependencies", extra)
        found += requirements(document, listed, Place(source, f"[{extra}]", "declared"), path)
    return Reading.of([*found, *_dynamic(source, document), *newer(source, document)], ignores(source))


def _dynamic(source: Source, document: Document) -> Iterator[Item]:
    """Follow the fields that a backend reads from a file, and name those that it computes (PEP 621, `dynamic`)."""
    yield from not_tables(document, source, _SETUPTOOLS)
    dynamic = document.table("project").get("dynamic", [])
    if not isinstance(dynamic, list):
        yield Problem(source, document.span("project", "dynamic"), "`project.dynamic` must be an array of strings")
        return
    for index, field in enumerate(dynamic):
        if field not in _LISTS:
            continue
        if field in document.table(*_SETUPTOOLS):
            yield from _from_files(source, document, str(field))
        elif not _is_read_elsewhere(document, str(field)):
            reason = _BESIDE if _backend(document) == "setuptools" else _COMPUTED
            yield LeftAlone(source, document.span("project", "dynamic", index), str(field), reason)


def _is_read_elsewhere(document: Document, field: str) -> bool:
    """Say whether another table of this file says what a field is: Poetry's own, or that of a plugin of Hatch."""
    poetry = {"dependencies": "dependencies", "optional-dependencies": "extras"}[field]
    hook = document.table("tool", "hatch", "metadata", "hooks", "requirements_txt")
    plugin = {"dependencies": "files", "optional-dependencies": "optional-dependencies"}[field]
    return (
        poetry in document.table("tool", "poetry") or plugin in hook or (field == "dependencies" and "filename" in hook)
    )


def _backend(document: Document) -> str:
    """Return the first word of the build backend's name; without one it is setuptools (PEP 517)."""
    backend = document.table("build-system").get("build-backend", "setuptools")
    return backend.partition(".")[0] if isinstance(backend, str) else ""


def _from_files(source: Source, document: Document, field: str) -> Iterator[Item]:
    """Follow `{file = …}` as setuptools has it: a path or an array of paths, by extra where the field has extras."""
    path: Path = (*_SETUPTOOLS, field)
    directive: Any = document.table(*_SETUPTOOLS)[field]
    if field == "dependencies":
        yield from _directive(source, document, directive, path)
    elif isinstance(directive, Mapping):
        for extra, one in directive.items():
            yield from _directive(source, document, one, (*path, extra))
    else:
        yield Problem(source, document.span(*path), f"`{dotted(path)}` must be a table")


def _directive(source: Source, document: Document, directive: Any, path: Path) -> Iterator[Item]:
    named = directive.get("file") if isinstance(directive, Mapping) else None
    if isinstance(named, str):
        yield Include(document.span(*path, "file"), named, "listed")
    elif isinstance(named, list) and all(isinstance(file, str) for file in named):
        for index, file in enumerate(named):
            yield Include(document.span(*path, "file", index), file, "listed")
    else:
        yield Problem(source, document.span(*path), f"`{dotted(path)}` must be `{{file = …}}`, with paths")


FORMAT = Format("pep621", claims, read)
