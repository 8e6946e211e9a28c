"""A declared pin has no effect, because another table of the same tool takes its place.

An override (uv's `override-dependencies`, PDM's `resolution.overrides`) replaces every declared range of its package:
where it allows what the pin does not, the pin is for show. A source of uv (`[tool.uv.sources]`: a repository, a URL, a
path) has whatever version it has, and `exclude-dependencies` leaves the package out; both are warnings. In a workspace,
uv reads overrides and constraints from the root alone: those of a member have no effect themselves.

Source: uv documentation, "Dependency overrides" and "Dependency sources"; PDM documentation, "Dependency overrides".

Bad:

    # pyproject.toml
    [project]
    dependencies = ["fastapi>=0.112.0,<0.113.0"]
    [tool.uv]
    override-dependencies = ["fastapi==0.115.0"]

Good:

    # pyproject.toml
    [project]
    dependencies = ["fastapi>=0.112.0,<0.113.0"]
    [tool.uv]
    override-dependencies = ["fastapi==0.112.4"]
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from pincheck import pins
from pincheck.model import Declaration, Exact, Finding, Free, OneMinor, Policy, Project
from pincheck.rules._rule import Pin, Rule, shown

CODE = "PIN117"
# No override reaches what Poetry and conda read: those that are known are uv's, PDM's and pixi's for the index.
_OF_ANOTHER_TOOL = frozenset({"poetry", "conda"})


def find(project: Project) -> Iterator[Finding]:
    """Yield the overrides and sources that leave a declared pin without effect, and those without effect themselves."""
    below = {member for _, member in project.members}
    for found in project.declarations:
        policy = project.policies.get(found.name)
        if policy is None or isinstance(policy, Free) or found.origin not in {"override", "constraint"}:
            continue
        pin = Pin(found, policy, found.specifier)
        if found.source.path in below:
            message = f"{found.origin} has no effect: uv reads those of the workspace's root only"
            yield pin.finding(CODE, "warning", message, "move it there")
        elif found.origin == "override":
            yield from _overriding(project, pin)
    yield from _elsewhere(project)


def _overriding(project: Project, pin: Pin) -> Iterator[Finding]:
    """Yield the finding for an override that allows what some pin does not."""
    override = pin.declaration
    for declared in _pinned(project, override.source.path, override.name):
        if declared.dialect in _OF_ANOTHER_TOOL or _stays_inside(override, declared):
            continue
        instead = override.url or (shown(pin) if override.specifier else "")
        by = f"overridden by `{instead}`" if instead else "an override without a version replaces it"
        message = f"pin `{_shown(declared, pin.policy)}` ({_place(declared)}) has no effect: {by}"
        severe = isinstance(pin.policy, OneMinor | Exact) and not override.url
        remedy = "drop the override, or let it stay inside the pin"
        yield pin.finding(CODE, "error" if severe else "warning", message, remedy)
        return


def _stays_inside(override: Declaration, declared: Declaration) -> bool:
    """Say whether an override allows nothing that the pin does not, pre-releases of a series' first version aside.

    `==0.112.*` lets those in, and nobody who writes it beside `>=0.112.0,<0.113.0` means to void that.
    """
    if override.url or pins.is_subset(override.specifier, declared.specifier):
        return not override.url
    series = pins.series(declared.specifier)
    if series is None:
        return False
    final = override.specifier & SpecifierSet(f">={pins.start(series)}")
    return not pins.is_empty(final) and pins.is_subset(final, declared.specifier)


def _elsewhere(project: Project) -> Iterator[Finding]:
    """Yield the findings for packages that are taken from elsewhere, or left out, though a pin is declared."""
    for oddity in project.oddities:
        policy = project.policies.get(NormalizedName(oddity.name))
        if oddity.kind != "voided" or policy is None or isinstance(policy, Free):
            continue
        for declared in _pinned(project, oddity.source.path, oddity.name):
            if declared.dialect in _OF_ANOTHER_TOOL:
                continue
            pin = f"pin `{_shown(declared, policy)}` ({_place(declared)})"
            message = f"{oddity.name} {pin} has no effect: {oddity.text}"
            yield Finding(oddity.source, oddity.span, CODE, "warning", message, "drop one of the two")
            break


def _pinned(project: Project, where: PurePosixPath, name: str) -> Iterator[Declaration]:
    """Yield what pins a package in the project that a file's overrides and sources hold for.

    That is the file itself and what it includes, and of a workspace the members too. What `uv.toml` overrides,
    `uv pip` heeds and `uv sync` does not: it is held against the requirements files of its folder.
    """
    members = {member for root, member in project.members if root == where} | {where}
    if where.name == "uv.toml":
        beside = {source.path for source in project.sources if source.path.parent == where.parent}
        members |= {path for path in beside if path.suffix in {".txt", ".in"}}
    reached = members | {below for path, below in project.included if path in members}
    for found in project.declarations:
        if found.name == name and found.origin == "declared" and found.specifier and found.source.path in reached:
            yield found


def _shown(declared: Declaration, policy: Policy) -> str:
    return shown(Pin(declared, policy, declared.specifier))


def _place(declared: Declaration) -> str:
    return f"{declared.source.path}:{declared.source.position(declared.span.start)[0]}"


RULE = Rule(CODE, "voided-pin", find, __doc__)
