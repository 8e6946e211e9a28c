"""`[dependency-groups]` of `pyproject.toml` (PEP 735)."""

from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from pincheck.manifests import pep621
from pincheck.manifests._pep508 import Place, declaration
from pincheck.manifests._reading import Format, Item, Reading
from pincheck.manifests._toml import Document, load
from pincheck.model import Problem, Source, Span

_TABLE = "dependency-groups"


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read every group where it is written; an included group is read in its own place only."""
    document = load(source)
    if isinstance(document, Problem):
        return Reading(problems=(document,))
    groups = document.values.get(_TABLE, {})
    if not isinstance(groups, Mapping):
        problem = Problem(source, document.span(_TABLE), f"`{_TABLE}` must be a table of arrays")
        return Reading(problems=(problem,))
    found = [item for group, listed in groups.items() for item in _group(source, document, group, listed)]
    wrong = [*_duplicates(source, document, groups), *_bad_includes(source, document, groups)]
    return Reading.of([*found, *wrong])


def _group(source: Source, document: Document, group: str, listed: Any) -> Iterator[Item]:
    if not isinstance(listed, list):
        yield Problem(source, document.span(_TABLE, group), f"`{_TABLE}.{group}` must be an array")
        return
    for index, item in enumerate(listed):
        span = document.span(_TABLE, group, index)
        if isinstance(item, str):
            stretch = document.stretch(source, item, _TABLE, group, index)
            yield declaration(stretch, Place(source, group, "declared"))
        elif not _included(item):
            yield Problem(source, span, f"`{_TABLE}.{group}` may hold strings and `{{include-group = …}}` only")


def _included(item: Any) -> str:
    """Return the group that an item includes, or `""` where it is not a proper include."""
    name = item.get("include-group") if isinstance(item, Mapping) and len(item) == 1 else None
    return name if isinstance(name, str) else ""


def _duplicates(source: Source, document: Document, groups: Mapping[str, Any]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for group in groups:
        name = canonicalize_name(group)
        if name in seen:
            reason = f"the groups `{seen[name]}` and `{group}` have the same name"
            yield Problem(source, document.span(_TABLE, group), reason)
        seen[name] = group


def _bad_includes(source: Source, document: Document, groups: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the includes that name no group, and those that close a cycle."""
    includes: dict[str, list[tuple[str, Span]]] = {}
    for group, listed in groups.items():
        includes.setdefault(canonicalize_name(group), []).extend(
            (canonicalize_name(_included(item)), document.span(_TABLE, group, index))
            for index, item in enumerate(listed if isinstance(listed, list) else [])
            if _included(item)
        )
    for group, targets in includes.items():
        for target, span in targets:
            if target not in includes:
                yield Problem(source, span, f"there is no group `{target}` to include")
            elif group == target:
                yield Problem(source, span, f"the group `{group}` includes itself")
            elif group in _reached(target, includes):
                yield Problem(source, span, f"the groups `{group}` and `{target}` include each other")


def _reached(start: str, includes: Mapping[Any, list[Any]]) -> set[str]:
    """Return the groups that a group includes, itself among them."""
    reached: set[str] = set()
    pending = [start]
    while pending:
        group = pending.pop()
        if group not in reached:
            reached.add(group)
            pending += [target for target, _ in includes.get(group, [])]
    return reached


FORMAT = Format("dependency-groups", pep621.claims, read)
