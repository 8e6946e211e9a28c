"""The package was kept inside one minor series by an older declaration, and is not by the newer one.

When a project moves from one tool to another, `^0.114.2` (Poetry: below 0.115) becomes `>=0.114.2,<1.0.0`: it looks
like the same and lets every minor version in. The old table, or a Pipfile beside it, still says what was meant; where
it is gone, the last commit does. Told of different files of one folder and of different tools' tables, main with main
and group with group of the same name; the groups and extras of one tool are rule PIN101's business. The last commit is
asked of git where the package is not inside one series now: what it had in the same place counts, else what it had in
a place that is gone. A warning: it does not fail the check.

Source: Poetry documentation, "Dependency specification", "Caret requirements"; FastAPI documentation, "About FastAPI
versions", "Pin your fastapi version".

Bad:

    # pyproject.toml
    [project]
    name = "shop"
    version = "1"
    dependencies = ["fastapi>=0.114.2,<1.0.0"]
    # requirements.txt
    fastapi~=0.114.2

Good:

    # pyproject.toml
    [project]
    name = "shop"
    version = "1"
    dependencies = ["fastapi>=0.114.2,<0.115.0"]
    # requirements.txt
    fastapi~=0.114.2
"""

from collections.abc import Iterator, Sequence

from pincheck import pins
from pincheck.model import Declaration, Finding, OneMinor, Project
from pincheck.rules import more_than_one_minor
from pincheck.rules._rule import Pin, Rule, at, pins_of, range_of, shown

CODE = "PIN122"
_OF_TOOLS = {"pyproject.toml", "Pipfile", "setup.cfg", "setup.py", "pixi.toml"}


def find(project: Project) -> Iterator[Finding]:
    """Yield the wider of two declarations of a package in one folder, or of a commit and what has become of it."""
    told = set()
    for pin, narrower in _left_behind(project):
        told.add(pin.declaration)
        yield _finding(pin, narrower)
    if project.committed:
        for pin, known in more_than_one_minor.wide(project):
            before = None if pin.declaration in told else _before(project, pin.declaration)
            if before is not None:
                yield _since(pin, before, more_than_one_minor.narrowed(pin, known))


def _left_behind(project: Project) -> Iterator[tuple[Pin, Pin]]:
    """Yield the declarations that are wider than another one that still stands in the same project, with that."""
    narrow: list[Pin] = []
    wide: list[Pin] = []
    for pin in pins_of(project, OneMinor):
        found = pin.declaration
        if not found.specifier or pins.is_empty(found.specifier):
            continue
        if pins.series(found.specifier) is not None and (found.origin == "declared" or _adds(found)):
            narrow.append(pin)
        elif found.origin == "declared":
            wide.append(pin)
    for pin in wide:
        narrower = next((other for other in narrow if _is_left_behind(project, pin, other)), None)
        if narrower is not None:
            yield pin, narrower


def _before(project: Project, wide: Declaration) -> Declaration | None:
    """Return what the last commit had instead of a declaration, None where that was as wide or is not to be told.

    That is what stood in the same place; where nothing did, or where another table bounded it, what stood in a place
    of the same project that is gone.
    """
    from pincheck import units  # noqa: PLC0415 - only what PIN101 finds anyway needs it

    if wide.origin != "declared":
        return None
    home = units.home(project, wide.source.path)
    there = {_place(found) for found in project.declarations if found.name == wide.name}
    old = [
        found
        for found in project.committed
        if (found.name, found.group) == (wide.name, wide.group)
        and (found.origin == "declared" or _adds(found))
        and units.home(project, found.source.path) == home
    ]
    same = [found for found in old if _place(found) == _place(wide)]
    gone = [found for found in old if _place(found) not in there]
    if same:
        alike = [found for found in same if found.marker == wide.marker] or same
        narrow = _narrow(alike) or _narrow([found for found in gone if _adds(found)])
    else:
        narrow = _narrow(gone)
    return narrow


def _place(found: Declaration) -> tuple[object, ...]:
    return found.source.path, found.dialect, found.origin, found.group


def _narrow(found: Sequence[Declaration]) -> Declaration | None:
    """Return the first declaration where all that say a version stay inside one series, None where one does not."""
    saying = [one for one in found if one.specifier]
    return next(iter(saying), None) if all(pins.series(one.specifier) for one in saying) else None


def _adds(found: Declaration) -> bool:
    """Say whether an entry of a tool's own table narrows what `[project]` says, as those of Poetry do."""
    return found.origin == "constraint" and found.dialect == "poetry"


def _is_left_behind(project: Project, wide: Pin, narrow: Pin) -> bool:
    """Say whether two declarations of one project speak of the same versions, and neither bounds the other."""
    from pincheck import units  # noqa: PLC0415 - only what PIN101 finds anyway needs it

    one, other = wide.declaration, narrow.declaration
    here, there = one.source.path, other.source.path
    apart = "" not in {_kind(one), _kind(other)} and _kind(one) != _kind(other)
    if (
        (one.name, one.group) != (other.name, other.group)
        or not apart
        or here.parent != there.parent
        or units.home(project, here) != units.home(project, there)
    ):
        return False
    together = {(here, there), (there, here)} & project.included
    if together or pins.is_disjoint(one.specifier, other.specifier):
        return False
    if _adds(other):  # Poetry heeds it; where Poetry locks nothing, it was left behind.
        return not any(source.path == here.with_name("poetry.lock") for source in project.sources)
    return pins.series(wide.effective) is None


def _kind(found: Declaration) -> str:
    """Return which tool's table or file a declaration stands in; two files of one kind are no migration."""
    name = found.source.path.name
    if name in _OF_TOOLS:
        return f"{name} {found.dialect}"
    return {".txt": "requirements", ".in": "requirements"}.get(found.source.path.suffix, "")


def _finding(wide: Pin, narrow: Pin) -> Finding:
    series = pins.series(narrow.declaration.specifier)
    message = f"is wider than in {at(narrow.declaration)}: {shown(wide)} here, {shown(narrow)} there"
    example = wide.range_of(narrow.declaration.specifier, series) if series else ""
    return wide.finding(CODE, "warning", message, f"write `{example}` here, or remove the one that is out of use")


def _since(wide: Pin, old: Declaration, new: str) -> Finding:
    written = " ".join(old.written.split()) or range_of(old.specifier)
    message = f"is wider than in the last commit: {shown(wide)} here, {written} in {at(old)} there"
    remedy = f"write `{new}`" if new else "keep it inside one series here too, if nothing else was meant"
    return wide.finding(CODE, "warning", message, remedy)


RULE = Rule(CODE, "widened", find, __doc__)
