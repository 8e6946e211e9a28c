"""A lock or compiled file holds a version that the manifest does not allow.

One of the two was edited without the other: what is installed is not what is declared. Where a lock forks, one
allowed version is enough; a declaration with a marker may be met by its siblings; an override takes the place of all
others; what a compiled file holds is compared with the files that its header or its `# via` comments name, a
`pip freeze` with nothing.

Source: uv documentation, "Locking and syncing"; pip-tools documentation, "Updating requirements".

Bad:

    # pyproject.toml
    [project]
    name = "shop"
    version = "1"
    dependencies = ["fastapi>=0.112.0,<0.113.0"]
    # uv.lock
    version = 1

    [[package]]
    name = "fastapi"
    version = "0.111.1"

Good:

    # pyproject.toml
    [project]
    name = "shop"
    version = "1"
    dependencies = ["fastapi>=0.112.0,<0.113.0"]
    # uv.lock
    version = 1

    [[package]]
    name = "fastapi"
    version = "0.112.4"
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pincheck import pins
from pincheck.model import Declaration, Finding, Free, Locked, Project
from pincheck.rules._rule import Rule, at, is_asked, is_resolved, range_of

if TYPE_CHECKING:  # Only a project with a lock needs its class.
    from pincheck.units import Resolution

CODE = "PIN111"


def find(project: Project) -> Iterator[Finding]:
    """Yield, at the lock's version, each watched package that is locked outside what is declared."""
    if not is_resolved(project):
        return
    from pincheck import units  # noqa: PLC0415 - a hook mostly sees no lock

    for resolution in units.resolutions(project):
        for name, policy in project.policies.items():
            locked = resolution.of(name)
            if locked and not isinstance(policy, Free):
                yield from _disagreement(project, resolution, locked, resolution.asked(name))


def _disagreement(
    project: Project, resolution: "Resolution", locked: Sequence[Locked], asked: Sequence[Declaration]
) -> Iterator[Finding]:
    admitting = [d for d in asked if any(pins.admits(d.specifier, found.version) for found in locked)]
    wrong = [d for d in asked if d not in admitting and not (d.marker and admitting) and not pins.is_empty(d.specifier)]
    wrong.sort(key=lambda found: found.source.path in project.context)
    if not wrong or not is_asked(project, resolution.source.path, wrong[0].source.path):
        return
    first = wrong[0]
    versions = " and ".join(dict.fromkeys(f"{found.version}" for found in locked))
    others = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    written = first.written if not first.fixed and first.written else range_of(first.specifier)
    message = (
        f"{first.name} is locked to {versions}, which {at(first)}{others} does not allow: {' '.join(written.split())}"
    )
    remedy = f"{resolution.remedy}, or declare what is locked"
    yield Finding(resolution.source, locked[0].span, CODE, "error", message, remedy)


RULE = Rule(CODE, "lock-disagrees", find, __doc__, spans_files=True)
