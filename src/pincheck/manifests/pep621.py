"""`[project]` of `pyproject.toml`: `dependencies` and `optional-dependencies` (PEP 621)."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from pincheck.manifests._pep508 import Place, declaration
from pincheck.manifests._reading import Format, Reading
from pincheck.manifests._text import ignores
from pincheck.manifests._toml import Document, load
from pincheck.model import Declaration, LeftAlone, Problem, Source


def claims(path: PurePosixPath) -> bool:
    """Say whether this is a `pyproject.toml`."""
    return path.name == "pyproject.toml"


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read what a project requires, and with which extra."""
    document = load(source)
    if isinstance(document, Problem):
        return Reading(problems=(document,))
    project = document.table("project")
    found: list[Declaration | Problem] = []
    if not isinstance(document.values.get("project", {}), Mapping):
        found.append(Problem(source, document.span("project"), "`project` must be a table"))
    if "dependencies" in project:
        found += requirements(source, document, project["dependencies"], "", "project", "dependencies")
    optional = project.get("optional-dependencies", {})
    if not isinstance(optional, Mapping):
        span = document.span("project", "optional-dependencies")
        found.append(Problem(source, span, "`project.optional-dependencies` must be a table of arrays"))
        optional = {}
    for extra, listed in optional.items():
        found += requirements(source, document, listed, extra, "project", "optional-dependencies", extra)
    return Reading(
        declarations=tuple(item for item in found if isinstance(item, Declaration)),
        problems=tuple(item for item in found if isinstance(item, Problem)),
        left_alone=tuple(_dynamic(source, document)),
        ignores=ignores(source),
    )


def requirements(
    source: Source, document: Document, listed: Any, group: str, *path: str
) -> Iterator[Declaration | Problem]:
    """Read an array of requirement strings that stands at a path."""
    if not isinstance(listed, list):
        yield Problem(source, document.span(*path), f"`{'.'.join(path)}` must be an array of strings")
        return
    for index, text in enumerate(listed):
        if isinstance(text, str):
            stretch = document.stretch(source, text, *path, index)
            yield declaration(stretch, Place(source, group, "declared"))
        else:
            yield Problem(source, document.span(*path, index), f"`{'.'.join(path)}` must hold strings only")


def _dynamic(source: Source, document: Document) -> Iterator[LeftAlone]:
    """Say which fields the build backend computes (PEP 621, `dynamic`)."""
    dynamic = document.table("project").get("dynamic", [])
    for index, field in enumerate(dynamic if isinstance(dynamic, list) else []):
        if field in {"dependencies", "optional-dependencies"}:
            span = document.span("project", "dynamic", index)
            yield LeftAlone(source, span, str(field), "computed by the build backend, which pincheck does not run")


FORMAT = Format("pep621", claims, read)
