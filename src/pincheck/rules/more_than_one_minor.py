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
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck import pins
from pincheck.model import Declaration, Finding, OneMinor, Project
from pincheck.rules._rule import Bounds, Pin, Rule, is_resolved, kept_exclusions, pins_of, shown

CODE = "PIN101"


class Known(NamedTuple):
    """What a project knows of the series of a package.

    `locked` is the version that its locks and compiled files agree on, `common` the series that all its declarations
    can be narrowed to; None where there is none.
    """

    locked: Version | None
    common: pins.Series | None


def find(project: Project) -> Iterator[Finding]:
    """Yield the declarations that leave one minor series; a `~=0.112` has a rule of its own."""
    for pin, known in wide(project):
        if is_short(pin):
            continue
        if not pin.declaration.specifier and not pin.declaration.url:
            message = f"allows every version: {pin.declaration.written or 'it has no specifier'}"
        else:
            message = f"allows more than one minor series: {shown(pin)}"
        new = narrowed(pin, known)
        if new:
            yield pin.finding(CODE, "error", message, f"write `{new}`", pin.rewritten(new))
        else:
            example = "`==0.112.0` or as `>=0.112.0,<0.113.0`" if pin.declaration.name == "fastapi" else "`==1.2.3`"
            remedy = f"write the version that your tests passed with, as {example}"
            yield pin.finding(CODE, "error", message, remedy)


def wide(project: Project) -> Iterator[tuple[Pin, Known]]:
    """Yield the pins that leave one minor series and should not, with what is known of their package."""
    knowledge: dict[NormalizedName, _Knowledge] = {}
    bounds = Bounds(project)
    misread = {(oddity.source.path, oddity.span) for oddity in project.oddities if oddity.kind == "shell"}
    for pin in pins_of(project, OneMinor):
        if (pin.declaration.source.path, pin.declaration.span) in misread:
            continue  # Its version is there, and a rule of its own says why it does not count.
        if pins.is_empty(pin.effective) or pins.series(pin.effective) is not None:
            continue
        if not pin.declaration.written and pins.series(bounds.on(pin.declaration)) is not None:
            continue  # `fastapi[all]` in an extra, beside the project's own pin.
        name = pin.declaration.name
        if name not in knowledge:
            knowledge[name] = _Knowledge(project, name)
        yield pin, knowledge[name].of(pin.declaration)


def is_short(pin: Pin) -> bool:
    """Say whether a pin is a single `~=` with two numbers, which reads as one series and is not (PEP 440)."""
    written = re.sub(r"\\(?:\r\n|\r|\n)", "", pin.declaration.written)
    match = re.fullmatch(r"~=\s*v?(?:\d+!)?\d+\.\d+(?!\.?\d)[^\s,|]*\s*,?", written, re.IGNORECASE)
    return match is not None and len(pins.mentioned(pin.declaration.specifier)) > 0


def narrowed(pin: Pin, known: Known) -> str:
    """Return a specifier inside one series that allows nothing new, or `""` where none is known.

    Its series is the one that a lock or compiled file resolved to, else the one that all declarations of the package
    have in common: what is narrowed in two places must still hold together.
    """
    old = pin.declaration.specifier
    if known.locked is not None and pins.admits(old, known.locked):
        new = pin.range_of(SpecifierSet(f">={known.locked.public}"), pins.series_of(known.locked))
    elif known.common is None or any(clause.operator == ">" for clause in old):
        return ""
    else:
        new = pin.range_of(old, known.common)
    stays_in = pins.series(pin.dialect.parse(new))
    new += kept_exclusions(old, stays_in) if stays_in else ""
    means = pin.dialect.parse(new)
    return new if pins.is_subset(means, old) and pins.series(means) else ""


class _Knowledge:
    """What is known of one package in each of the projects that a repository holds."""

    def __init__(self, project: Project, name: NormalizedName) -> None:
        from pincheck import units  # noqa: PLC0415 - only a pin that is too wide needs it

        self._company = units.Company(project, name)
        self._declared: dict[PurePosixPath, dict[SpecifierSet, None]] = {}
        self._known: dict[tuple[PurePosixPath, SpecifierSet], Known] = {}
        self._resolved: dict[PurePosixPath, set[Version]] = {}
        self._made_from: dict[PurePosixPath, set[Version]] = {}
        for found in project.declarations:
            is_resolution = found.origin == "compiled" and pins.series(found.specifier) is not None
            if found.name == name and found.specifier and not is_resolution:
                self._declared.setdefault(self._company.all(found.source.path), {})[found.specifier] = None
        for resolution in units.resolutions(project) if is_resolved(project) else ():
            versions = {locked.version for locked in resolution.of(name)}
            for path in resolution.manifests or (resolution.source.path,):
                self._resolved.setdefault(self._company.all(path), set()).update(versions)
            for path in resolution.manifests:
                self._made_from.setdefault(self._company.installed(path), set()).update(versions)

    def of(self, wide: Declaration) -> Known:
        """Return what is known where a declaration stands: what was made from it counts before what is beside it."""
        key = wide.source.path, wide.specifier
        if key not in self._known:
            self._known[key] = self._found(*key)
        return self._known[key]

    def _found(self, path: PurePosixPath, wide: SpecifierSet) -> Known:
        declared = tuple(self._declared.get(self._company.all(path), ()))
        versions = self._made_from.get(self._company.installed(path)) or self._resolved.get(self._company.all(path))
        locked = next(iter(versions)) if versions and len(versions) == 1 else None
        if locked is not None and not _can_all_stand_in(declared, pins.series_of(locked)):
            locked = None
        common = _common_series(declared)
        in_use = {pins.series_of(v) for v in versions or () if pins.admits(wide, v)}
        if common is None or not _can_all_stand_in(declared, common) or (in_use and common not in in_use):
            return Known(locked, None)  # What is narrowed must not shut out what is locked.
        return Known(locked, common)


def _common_series(declared: Sequence[SpecifierSet]) -> pins.Series | None:
    """Return the series that a package's declarations can all be narrowed to, None where there is none.

    It is the one that a declaration stands in already, else that of the highest floor. A floor that names no minor
    (`>=0`) names no series.
    """
    narrow = {stays_in for found in declared if (stays_in := pins.series(found)) is not None}
    if narrow:
        return min(narrow) if len(narrow) == 1 else None
    floors = [lowest for found in declared if (lowest := pins.floor(found)) is not None and len(lowest.release) > 1]
    return pins.series_of(max(floors)) if floors else None


def _can_all_stand_in(declared: Sequence[SpecifierSet], series: pins.Series) -> bool:
    """Say whether no declaration of a package shuts a series out: what is narrowed to it must still hold with all."""
    return not any(pins.is_disjoint(specifier, series.all) for specifier in declared)


RULE = Rule(CODE, "more-than-one-minor", find, __doc__)
