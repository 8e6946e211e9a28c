"""Why a package's pin cannot be moved at all, whatever the outside says: what is known from the files alone."""

import re
from collections.abc import Sequence
from itertools import combinations

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from pincheck import pins, rules
from pincheck.model import Declaration, Exact, Finding, LeftAlone, Oddity, OneMinor, Problem, Project
from pincheck.rules import voided_pin


def reason(project: Project, name: NormalizedName, declared: Sequence[Declaration]) -> str:
    """Return the first reason why a package stays where it is, `""` where there is none; `declared` are its own."""
    return (
        _cannot_be_read(project, name)
        or look_alike(project, name)
        or _disagreement(project, declared)
        or _without_effect(project, declared)
    )


def _cannot_be_read(project: Project, name: NormalizedName) -> str:
    """Return where the package is declared in a place that pincheck cannot move, `""` where there is none."""
    for item in project.left_alone:
        if item.name == name:
            return f"{at(item)}: {item.reason}"
    for problem in project.problems:
        if _mentions(problem, name):
            return f"{at(problem)}: it cannot be read, and it names `{name}`: {problem.reason}"
    return ""


def _mentions(problem: Problem, name: NormalizedName) -> bool:
    """Say whether a package is named in a stretch that cannot be read, or in a file of which nothing can."""
    text = problem.source.at(problem.span) if problem.span.end > problem.span.start else problem.source.text
    word = re.escape(name).replace("\\-", "[-_.]+")
    return re.search(rf"(?<![\w./-]){word}(?![\w/-]|\.\w)", text, re.IGNORECASE) is not None


def look_alike(project: Project, name: NormalizedName) -> str:
    """Return where a name stands that only looks like the package's, `""` where there is none."""
    for odd in project.oddities:
        if odd.kind == "look-alike" and odd.name == name:
            return f"{at(odd)}: it only looks like `{name}`: {odd.text} in its name"
    return ""


def _without_effect(project: Project, declared: Sequence[Declaration]) -> str:
    """Return why moving a pin would change nothing, `""` where it would."""
    places = {(d.source.path, d.span) for d in declared}
    for found in rules.check(project):
        if found.code == voided_pin.CODE and found.severity == "error" and (found.source.path, found.span) in places:
            return f"{at(found)}: {found.message}"
    return ""


def at(item: Declaration | Finding | LeftAlone | Oddity | Problem) -> str:
    """Return `file:line` of something in a file."""
    line, _ = item.source.position(item.span.start)
    return f"{item.source.path}:{line}"


def _disagreement(project: Project, declared: Sequence[Declaration]) -> str:
    """Return why the declarations do not make one pin, `""` where they do.

    One that is wide by itself is inside one series where the constraints on it hold it there.
    """
    pinned = [d for d in declared if d.specifier]
    effective = {pin.declaration: pin.effective for pin in rules.pins_of(project, OneMinor, Exact)}
    if not pinned:
        places = ", ".join(map(at, declared))
        return f"{places}: it has no pin to move; pin it first"
    for found in pinned:
        allowed = effective.get(found, found.specifier)
        if pins.series(allowed) is None and not pins.is_empty(allowed):
            return f"{at(found)}: `{found.written or found.url}` is not inside one minor series; pin it first"
    if pins.is_empty(SpecifierSet(",".join(str(d.specifier) for d in pinned))):
        pairs = (pair for pair in combinations(pinned, 2) if pins.is_disjoint(*(d.specifier for d in pair)))
        shown = ", ".join(f"{at(d)} {d.written or d.url}" for d in next(pairs, pinned))
        return f"its declarations disagree: {shown}"
    return ""
