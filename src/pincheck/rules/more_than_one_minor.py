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
    resolved, common = _resolved(project), _common_series(project)
    for pin in pins_of(project, OneMinor):
        if pins.is_empty(pin.declaration.specifier) or pins.series(pin.effective) is not None:
            continue
        if not pin.declaration.specifier and not pin.declaration.url:
            message = "allows every version: it has no specifier"
        else:
            message = f"allows more than one minor series: {shown(pin)}"
        narrowed = _narrowed(pin, resolved.get(pin.declaration.name, frozenset()), common.get(pin.declaration.name))
        if narrowed:
            yield pin.finding(CODE, "error", message, f"write `{narrowed}`", pin.rewritten(narrowed))
        else:
            example = "`==0.112.0` or as `>=0.112.0,<0.113.0`" if pin.declaration.name == "fastapi" else "`==1.2.3`"
            remedy = f"write the version that your tests passed with, as {example}"
            yield pin.finding(CODE, "error", message, remedy)


def _narrowed(pin: Pin, resolved: AbstractSet[Version], common: pins.Series | None) -> str:
    """Return a specifier inside one series that allows nothing new, or `""` where none is known.

    Its series is the one that a lock or compiled file resolved to, else the one that all declarations of the package
    have in common: what is narrowed in two places must still hold together.
    """
    old = pin.declaration.specifier
    locked = next(iter(resolved)) if len(resolved) == 1 else None
    if locked is not None and pins.admits(old, locked):
        new = pin.range_of(SpecifierSet(f">={locked.public}"), pins.series_of(locked))
    elif common is None or any(clause.operator == ">" for clause in old):
        return ""
    elif len(old) == 1 and re.fullmatch(rf"~=\s*v?{re.escape(str(common))}", pin.declaration.written):
        new = f"{pin.declaration.written}.0"
    else:
        new = pin.range_of(old, common)
    stays_in = pins.series(pin.dialect.parse(new))
    new += kept_exclusions(old, stays_in) if stays_in else ""
    means = pin.dialect.parse(new)
    return new if pins.is_subset(means, old) and pins.series(means) else ""


def _common_series(project: Project) -> dict[str, pins.Series | None]:
    """Return the series that each package's declarations can all be narrowed to, None where there is none.

    It is the one that a declaration stands in already, else that of the highest floor. A floor that names no minor
    (`>=0`) names no series.
    """
    narrow: dict[str, set[pins.Series]] = {}
    floors: dict[str, list[Version]] = {}
    for found in project.declarations:
        stays_in = pins.series(found.specifier)
        lowest = pins.floor(found.specifier)
        if stays_in is not None and found.origin != "compiled":
            narrow.setdefault(found.name, set()).add(stays_in)
        elif lowest is not None and len(lowest.release) > 1:
            floors.setdefault(found.name, []).append(lowest)
    common = {name: pins.series_of(max(versions)) for name, versions in floors.items()}
    return {**common, **{name: min(found) if len(found) == 1 else None for name, found in narrow.items()}}


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
