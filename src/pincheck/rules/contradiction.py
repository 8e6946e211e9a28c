"""Two declarations of a package cannot both hold.

What is installed together has to be satisfied together: the requirements of one file, a file and those that it
includes with `-r`, a project's requirements and those of each of its extras and groups, a requirement and the
constraints on it, two constraints on one file, a requirement and the compiled file that it is held by or installed with. Declarations whose markers never hold in one environment are no contradiction, nor are those of two
extras, groups or projects that nobody has to install together.

Source: dependency specifiers specification (PEP 508), "Environment markers"; pip documentation, "Dependency
Resolution", "Dealing with dependency conflicts".

Bad:

    fastapi>=0.112.0,<0.113.0
    fastapi==0.115.0 ; python_version >= "3.9"

Good:

    fastapi>=0.112.0,<0.113.0 ; python_version < "3.9"
    fastapi==0.115.0 ; python_version >= "3.9"
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import PurePosixPath

from pincheck import markers, pins
from pincheck.model import Declaration, Finding, Project
from pincheck.rules._rule import Rule, is_asked, range_of

CODE = "PIN110"
_MOST_COMPARED = 200
# Groups that are an environment of their own, made for one factor, session or image at a time.
_ENVIRONMENTS = ("RUN", "env", "session ", "testenv", "feature.", "target.")
# Locks that resolve all groups of a project together.
_LOCKS_OF_ALL = ("uv.lock", "poetry.lock", "pdm.lock")


def find(project: Project) -> Iterator[Finding]:
    """Yield the later one of two declarations that have no version in common."""
    refused = {(o.source.path, o.span) for o in project.oddities if o.kind == "ineffective"}  # Rule PIN118 says so.
    for name in project.policies:
        named = (d for d in project.declarations if d.name == name and (d.source.path, d.span) not in refused)
        found = _kinds([d for d in named if _counts(d)])
        told: set[Declaration] = set()
        for first, second in combinations(found, 2) if len(found) > 1 else ():
            asked = second not in told and is_asked(project, first.source.path, second.source.path)
            apart = asked and pins.is_disjoint(first.specifier, second.specifier)
            if not apart or not _together(project, first, second) or _is_made_from(project, first, second):
                continue
            if markers.can_coincide(first.marker, second.marker):
                told.add(second)
                asked_last = second.source.path in project.context
                yield _finding(second, first) if asked_last else _finding(first, second)


def _kinds(found: Sequence[Declaration]) -> list[Declaration]:
    """Return the first of each kind of declaration, as many as can be compared with each other in reasonable time."""
    kinds = {(d.source.path, d.group, d.origin, d.marker, str(d.specifier)): d for d in reversed(found)}
    return list(reversed(kinds.values()))[:_MOST_COMPARED]


def _counts(found: Declaration) -> bool:
    return found.origin != "override" and bool(found.specifier) and not pins.is_empty(found.specifier)


def _together(project: Project, first: Declaration, second: Declaration) -> bool:
    """Say whether something installs both."""
    here, there = first.source.path, second.source.path
    origins = {first.origin, second.origin}
    if "compiled" in origins:  # What is locked anew follows what it was made from; what is beside it has to fit.
        related = project.constrained | project.included
        return "declared" in origins and here != there and bool({(here, there), (there, here)} & related)
    if origins == {"constraint"}:
        return first.group == second.group and (here == there or _constrain_one(project, here, there))
    if "constraint" in origins:
        return bool({(here, there), (there, here)} & project.constrained)
    if here == there:
        return _in_one_file(project, first, second)
    if first.group or second.group:
        return False
    return bool({(here, there), (there, here)} & project.included) or _have_one_includer(project, here, there)


def _in_one_file(project: Project, first: Declaration, second: Declaration) -> bool:
    """Say whether two parts of a file are installed together: an extra with the project, a group where a lock has both."""
    groups = {first.group, second.group}
    if any(group.startswith(_ENVIRONMENTS) for group in groups):
        return False
    if len(groups) == 1 or "" not in groups:
        return len(groups) == 1
    if max(groups).startswith("["):
        return True
    folder = first.source.path.parent
    locks = {locked.source.path for locked in project.locked}
    return "poetry" in {first.dialect, second.dialect} or any(folder / name in locks for name in _LOCKS_OF_ALL)


def _is_made_from(project: Project, first: Declaration, second: Declaration) -> bool:
    """Say whether one of two declarations was compiled from the other's file: that it is out of date is PIN111's."""
    paths = {found.source.path for found in (first, second) if found.origin == "compiled"}
    if not paths:
        return False
    from pincheck import units  # noqa: PLC0415 - a hook mostly sees no compiled file

    made_from = {path for found in units.resolutions(project) if found.source.path in paths for path in found.manifests}
    return not made_from.isdisjoint({first.source.path, second.source.path})


def _constrain_one(project: Project, here: PurePosixPath, there: PurePosixPath) -> bool:
    """Say whether some file's requirements are held by both of two constraints files."""
    holders = {holder for holder, constraints in project.constrained if constraints == here}
    return any((holder, there) in project.constrained for holder in holders)


def _have_one_includer(project: Project, here: PurePosixPath, there: PurePosixPath) -> bool:
    includers = {includer for includer, included in project.included if included == here}
    return any((includer, there) in project.included for includer in includers)


def _finding(first: Declaration, second: Declaration) -> Finding:
    line, _ = first.source.position(first.span.start)
    message = (
        f"cannot be {_shown(second)} where `{first.source.path}:{line}` has {_shown(first)}: no version satisfies both"
    )
    remedy = "let them agree, or give them markers that never hold together"
    return Finding(second.source, second.span, CODE, "error", f"{second.name} {message}", remedy)


def _shown(found: Declaration) -> str:
    return f"`{' '.join(found.written.split()) or range_of(found.specifier)}`"


RULE = Rule(CODE, "contradiction", find, __doc__)
