"""The pin allows more than one minor series.

FastAPI is still `0.x`: every minor version may break an application. Its documentation asks for an exact version or
a range inside one `0.MINOR` series, in whatever spelling. A package of your own gets this rule with
`[tool.pincheck.policy]` and `NAME = "one-minor"`.

Source: FastAPI documentation, "About FastAPI versions", "Pin your fastapi version".

Bad:

    fastapi>=0.112.0

Good:

    fastapi>=0.112.0,<0.113.0
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pincheck import pins
from pincheck.model import Finding, OneMinor, Project
from pincheck.rules._rule import Pin, Rule, kept_exclusions, pins_of, shown

CODE = "PIN101"


def find(project: Project) -> Iterator[Finding]:
    """Yield the declarations that leave one minor series."""
    resolved = _resolved(project)
    for pin in pins_of(project, OneMinor):
        if pins.is_empty(pin.declaration.specifier) or pins.series(pin.effective) is not None:
            continue
        if not pin.declaration.specifier and not pin.declaration.url:
            message = "allows every version: it has no specifier"
        else:
            message = f"allows more than one minor series: {shown(pin)}"
        narrowed = _narrowed(pin, resolved.get(pin.declaration.name, frozenset()))
        if narrowed:
            yield pin.finding(CODE, "error", message, f"write `{narrowed}`", pin.rewritten(narrowed))
        else:
            example = "`==0.112.0` or as `>=0.112.0,<0.113.0`" if pin.declaration.name == "fastapi" else "`==1.2.3`"
            remedy = f"write the version that your tests passed with, as {example}"
            yield pin.finding(CODE, "error", message, remedy)


def _narrowed(pin: Pin, resolved: AbstractSet[Version]) -> str:
    """Return a specifier inside one series that allows nothing new, or `""` where none is known.

    Its series is the one that a lock or compiled file resolved to, else the one of the floor: the two versions that
    the project itself names.
    """
    old = pin.declaration.specifier
    locked = next(iter(resolved)) if len(resolved) == 1 else None
    if locked is not None and pins.admits(old, locked):
        new = pins.whole_series(SpecifierSet(f">={locked.public}"), pins.series_of(locked))
    elif len(old) == 1 and re.fullmatch(r"~=\s*v?[\d!]+\.\d+", pin.declaration.written):
        new = f"{pin.declaration.written}.0"
    else:
        lowest = pins.floor(old)
        if lowest is None or any(clause.operator == ">" for clause in old):
            return ""
        new = pins.whole_series(old, pins.series_of(lowest))
    stays_in = pins.series(SpecifierSet(new))
    new += kept_exclusions(old, stays_in) if stays_in else ""
    return new if pins.is_subset(SpecifierSet(new), old) and pins.series(SpecifierSet(new)) else ""


def _resolved(project: Project) -> dict[str, set[Version]]:
    """Return the versions of each package that the project's locks and compiled files resolved to."""
    found: dict[str, set[Version]] = {}
    for locked in project.locked:
        found.setdefault(locked.name, set()).add(locked.version)
    for other in project.declarations:
        if other.origin == "compiled" and pins.is_exact(other.specifier):
            found.setdefault(other.name, set()).update(pins.mentioned(other.specifier))
    return found


RULE = Rule(CODE, "more-than-one-minor", find, __doc__)
