"""Nothing holds Starlette, and this FastAPI lets it move to the next major version.

Since 0.133.0 FastAPI asks for a Starlette from some version on, without an upper bound. Even with an exact FastAPI,
two installations get different Starlettes, and one day another major version. A lock, a compiled file or a constraint
holds it. A warning, once for each project: it does not fail the check.

It is told only of folders that were looked through, for elsewhere a lock may stand unseen, and of a single file that
was named only where no folder above it holds a lock or a requirements file. It is not told of a range that begins
before 0.133.0 and leaves its series, which rule PIN101 is about. A library, which nobody locks, says
`starlette = "free"` in `[tool.pincheck.policy]`.

Source: FastAPI's package metadata, `Requires-Dist`, since 0.133.0; FastAPI documentation, "About FastAPI versions".

Bad:

    # requirements.txt
    fastapi==0.141.1

Good:

    # requirements.txt
    -c constraints.txt
    fastapi==0.141.1
    # constraints.txt
    starlette==1.0.0
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from pincheck import pins
from pincheck.model import Declaration, Exact, Finding, Free, OneMinor, Project, Unpinned, Within
from pincheck.rules._rule import Pin, Rule, pins_of

if TYPE_CHECKING:  # Only an open-ended FastAPI needs its class.
    from pincheck.units import Unit

CODE = "PIN113"
_FASTAPI, _STARLETTE = NormalizedName("fastapi"), NormalizedName("starlette")
_TRIALS = {"tox.ini", "tox.toml", "noxfile.py"}  # What tests are tried with is not what is installed.
_UNBOUNDED = ">=0.133.0,<1!0"


def find(project: Project) -> Iterator[Finding]:
    """Yield the first declaration of FastAPI in each project where Starlette floats."""
    watched = [project.policies.get(name) for name in (_FASTAPI, _STARLETTE)]
    if not project.searched or any(policy is None or isinstance(policy, Free) for policy in watched):
        return
    open_ended = {
        id(pin.declaration)
        for pin in pins_of(project, OneMinor, Exact, Unpinned, Within)
        if pin.declaration.name == _FASTAPI
        and pin.declaration.origin == "declared"
        and pin.declaration.source.path.name not in _TRIALS
        and _is_open_ended(pin)
    }
    if not open_ended:
        return
    from pincheck import units  # noqa: PLC0415 - only an open-ended FastAPI needs it

    found = units.units(project)
    holding = {unit.home for unit in found if _holds(unit)}
    for unit in found:
        floating = [d for d in unit.declarations if id(d) in open_ended and not _is_held(project, d)]
        above = {unit.home, *unit.home.parents}
        if floating and not holding & above and _is_searched(project, unit.home):
            first = min(floating, key=lambda d: (d.source.path in project.context, d.group != "", _place(d)))
            message = "lets starlette float: it sets no upper bound on it since 0.133, and nothing here holds it"
            remedy = "commit a lock (`uv lock`, `pip-compile`), or hold starlette in a constraints file"
            yield Finding(first.source, first.span, CODE, "warning", f"fastapi {message}", remedy)


def _is_open_ended(pin: Pin) -> bool:
    """Say whether a declaration lets in a FastAPI that does not bound Starlette, and will once it is in order.

    One that begins below and has no end is PIN101's: narrowed to the series of its floor, it bounds Starlette.
    """
    if not pin.declaration.specifier or pins.is_empty(pin.declaration.specifier):
        return False
    if isinstance(pin.policy, OneMinor):
        stays_in = pins.series(pin.effective)
        lowest = pins.floor(pin.effective) if stays_in is None else pins.start(stays_in)
        return lowest is not None and pins.admits(SpecifierSet(_UNBOUNDED), lowest)
    return not pins.is_disjoint(pin.effective, SpecifierSet(_UNBOUNDED))


def _holds(unit: "Unit") -> bool:
    """Say whether a lock or compiled file of a project holds Starlette, or a declaration or constraint bounds it.

    What resolves FastAPI resolves what it requires, even where its own file of that is not complete.
    """
    return any(found.of(_STARLETTE) or found.of(_FASTAPI) for found in unit.resolutions) or any(
        d.name == _STARLETTE and (pins.has_ceiling(d.specifier) or d.url) for d in unit.declarations
    )


def _is_held(project: Project, fastapi: Declaration) -> bool:
    """Say whether a constraint in another folder, or what is installed along, bounds Starlette."""
    here = fastapi.source.path
    related = {other for path, other in (*project.constrained, *project.included) if path == here}
    related |= {path for path, other in project.included if other == here}
    related |= {other for path, other in project.constrained if path in related}
    return any(
        d.name == _STARLETTE and pins.has_ceiling(d.specifier) for d in project.declarations if d.source.path in related
    )


def _place(found: Declaration) -> tuple[str, int]:
    return str(found.source.path), found.span.start


def _is_searched(project: Project, folder: PurePosixPath) -> bool:
    return any(folder == searched or searched in folder.parents for searched in project.searched)


RULE = Rule(CODE, "floating-companion", find, __doc__)
