"""`[project]` of `pyproject.toml`: `dependencies` and `optional-dependencies` (PEP 621)."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from pincheck.manifests._pep508 import Place
from pincheck.manifests._reading import Format, Item, Reading
from pincheck.manifests._tables import requirements
from pincheck.manifests._text import ignores
from pincheck.manifests._toml import Document, load
from pincheck.model import LeftAlone, Problem, Source


def claims(path: PurePosixPath) -> bool:
    """Say whether this is a `pyproject.toml`."""
    return path.name == "pyproject.toml"


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read what a project requires, and with which extra."""
    document = load(source)
    if isinstance(document, Problem):
        return Reading(problems=(document,))
    project = document.table("project")
    found: list[Item] = []
    if not isinstance(document.values.get("project", {}), Mapping):
        found.append(Problem(source, document.span("project"), "`project` must be a table"))
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
        found += requirements(document, listed, Place(source, extra, "declared"), path)
    return Reading.of([*found, *_dynamic(source, document)], ignores(source))


def _dynamic(source: Source, document: Document) -> Iterator[LeftAlone]:
    """Say which fields the build backend computes (PEP 621, `dynamic`)."""
    dynamic = document.table("project").get("dynamic", [])
    for index, field in enumerate(dynamic if isinstance(dynamic, list) else []):
        if field in {"dependencies", "optional-dependencies"}:
            span = document.span("project", "dynamic", index)
            yield LeftAlone(source, span, str(field), "computed by the build backend, which pincheck does not run")


FORMAT = Format("pep621", claims, read)
