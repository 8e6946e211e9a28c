"""A requirement shuts out every version that the locked FastAPI works with.

The lock tells what the package in it asks of others; a declaration that has no version in common with that cannot be
installed beside it: the next lock fails, or falls back to an old FastAPI. Told for every watched package whose lock
says what it requires (those of Poetry and PDM do).

Source: version specifiers specification (PEP 440); Poetry documentation, "Dependency specification".

Bad:

    # pyproject.toml
    [project]
    name = "shop"
    version = "1"
    dependencies = ["fastapi>=0.126.0,<0.127.0", "pydantic>=1.10,<2"]
    # pdm.lock
    [[package]]
    name = "fastapi"
    version = "0.126.0"
    dependencies = ["pydantic>=2.7.0"]

Good:

    # pyproject.toml
    [project]
    name = "shop"
    version = "1"
    dependencies = ["fastapi>=0.126.0,<0.127.0", "pydantic>=2.7.0,<3"]
    # pdm.lock
    [[package]]
    name = "fastapi"
    version = "0.126.0"
    dependencies = ["pydantic>=2.7.0"]
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pincheck import pins
from pincheck.model import Finding, Free, Locked, Project
from pincheck.rules._rule import Rule, is_asked, range_of

if TYPE_CHECKING:  # Only a project with a lock needs its class.
    from pincheck.units import Resolution

CODE = "PIN114"


def find(project: Project) -> Iterator[Finding]:
    """Yield the requirements that are disjoint with what a locked package asks for."""
    if not any(locked.requires for locked in project.locked):
        return
    from pincheck import units  # noqa: PLC0415 - a hook mostly sees no lock

    for resolution in units.resolutions(project):
        for name, policy in project.policies.items():
            locked = resolution.of(name)
            if locked and not isinstance(policy, Free):
                yield from _disjoint(project, resolution, locked)


def _disjoint(project: Project, resolution: "Resolution", locked: tuple[Locked, ...]) -> Iterator[Finding]:
    """Judge by the requirements that every locked version of a package has: where a lock forks, one may do."""
    for name in dict.fromkeys(name for found in locked for name, _ in found.requires):
        wanted = [specifier for found in locked for other, specifier in found.requires if other == name]
        if len(wanted) < len(locked) or isinstance(project.policies.get(name), Free):
            continue
        for declared in resolution.asked(name):
            unconditional = not declared.marker and declared.origin != "override"
            seen = is_asked(project, declared.source.path, resolution.source.path)
            if not unconditional or pins.is_empty(declared.specifier) or not seen:
                continue
            if all(not pins.is_empty(one) and pins.is_disjoint(declared.specifier, one) for one in wanted):
                by = f"{locked[0].name} {locked[0].version}, locked in `{resolution.source.path}`, needs"
                message = f"{name} shares no version with what {by}: {range_of(wanted[0])}"
                remedy = f"allow what {locked[0].name} needs, or keep an older {locked[0].name}"
                yield Finding(declared.source, declared.span, CODE, "error", message, remedy)


RULE = Rule(CODE, "disjoint-companion", find, __doc__, spans_files=True)
