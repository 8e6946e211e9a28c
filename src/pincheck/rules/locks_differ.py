"""The locks and compiled files of one project hold a package at different versions.

Two tools lock the same project, or an exported file was not made anew: which version runs depends on who installs.
Files of one folder, or of one workspace, are compared; those of different projects never, nor those that say that
they were compiled for different Pythons or with the lowest versions. A warning: it does not fail the check.

Source: uv documentation, "Exporting a lockfile"; Poetry documentation, "Commands", `export`.

Bad:

    # uv.lock
    version = 1

    [[package]]
    name = "fastapi"
    version = "0.112.4"
    # poetry.lock
    [[package]]
    name = "fastapi"
    version = "0.111.1"

Good:

    # uv.lock
    version = 1

    [[package]]
    name = "fastapi"
    version = "0.112.4"
    # poetry.lock
    [[package]]
    name = "fastapi"
    version = "0.112.4"
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from packaging.utils import NormalizedName

from pincheck.model import Finding, Free, Project
from pincheck.rules._rule import Rule, is_asked, is_resolved

if TYPE_CHECKING:  # Only a project with a lock needs its class.
    from pincheck.units import Resolution

CODE = "PIN112"


def find(project: Project) -> Iterator[Finding]:
    """Yield, at the lowest version, each watched package that the files of a project do not agree on."""
    if not is_resolved(project):
        return
    from pincheck import units  # noqa: PLC0415 - a hook mostly sees no lock

    for unit in units.units(project):
        if len(unit.resolutions) > 1:
            for name, policy in project.policies.items():
                if not isinstance(policy, Free):
                    yield from _difference(project, unit.resolutions, name)


def _difference(project: Project, resolutions: Sequence["Resolution"], name: NormalizedName) -> Iterator[Finding]:
    usual = (found for found in resolutions if not re.search(r"--resolution[ =]lowest", found.command))
    holding = [found for found in usual if found.of(name)]
    pairs = [pair for pair in combinations(holding, 2) if is_asked(project, *(found.source.path for found in pair))]
    differing = [pair for pair in pairs if _differ(*pair, name)]
    files = sorted({found.source.path: found for pair in differing for found in pair}.items())
    if not files:
        return
    lowest = min((locked for _, found in files for locked in found.of(name)), key=lambda locked: locked.version)
    places = [f"{_versions(found, name)} in `{path}`" for path, found in files]
    message = f"{name} is locked to different versions: {', '.join(places)}"
    remedy = "keep one lock, or make all of them anew"
    yield Finding(lowest.source, lowest.span, CODE, "warning", message, remedy)


def _differ(one: "Resolution", other: "Resolution", name: NormalizedName) -> bool:
    """Say whether two files have no version of a package in common, though they are made for the same Python."""
    if {locked.version for locked in one.of(name)} & {locked.version for locked in other.of(name)}:
        return False
    pythons = {found for found in (_python(one), _python(other)) if found}
    return len(pythons) < 2  # noqa: PLR2004 - one each


def _python(resolution: "Resolution") -> str:
    """Return the version of Python that a compiler or the file's name says it is made for, `""` where none does."""
    match = re.search(r"--python-version[ =](\S+)", resolution.command)
    header = re.search(r"^# .* by pip-compile with [Pp]ython (\S+)", resolution.source.text[:4_000], re.MULTILINE)
    named = re.search(r"(?:^|[-_.]|py|python|cp)3\.?(\d{1,2})(?!\d)", resolution.source.path.stem.lower())
    return match[1] if match else header[1] if header else f"3.{named[1]}" if named else ""


def _versions(resolution: "Resolution", name: NormalizedName) -> str:
    return " and ".join(dict.fromkeys(str(locked.version) for locked in resolution.of(name)))


RULE = Rule(CODE, "locks-differ", find, __doc__, spans_files=True)
