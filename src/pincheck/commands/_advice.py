"""What the advisories say of a project's packages: of what moves, of what only the cooldown holds, of what stays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck import advisories, pins
from pincheck.commands import _outside
from pincheck.commands._facts import Found, Ground
from pincheck.commands._outside import Asked, Outside
from pincheck.upgrades import Advisory, Current, Held, Moved, Outcome, Proposed
from pincheck.world.advisories import Known

_Told = Mapping[Asked, tuple[Advisory, ...]] | str


def given(
    of: Ground, outside: Outside, found: Sequence[Found], outcomes: Sequence[Outcome]
) -> tuple[tuple[Outcome, ...], tuple[str, ...]]:
    """Return the outcomes with what the advisories say of them, and remarks about the other packages that are watched.

    All are asked about in one request. `found` and `outcomes` belong together, one by one.
    """
    others = list(_others(of, {outcome_name(outcome) for outcome in outcomes}))
    asked = [pair for one in found for pair in _pairs(one)] + [(name, version) for name, version, _ in others]
    told = _outside.weaknesses(outside, asked)
    advised = tuple(_advised(one, outcome, told) for one, outcome in zip(found, outcomes, strict=True))
    return advised, (*_remarks(found, others, told), *_outside.remarks(outside))


def outcome_name(outcome: Outcome) -> NormalizedName:
    """Return the package that an outcome is about."""
    return outcome.candidate.name if isinstance(outcome, Proposed | Moved) else outcome.name


def _pairs(found: Found) -> Iterator[Asked]:
    """Yield what is asked about one package: its current release, its candidate, and what is only too young."""
    name = outcome_name(found.outcome)
    if found.now is not None:
        yield name, found.now.version
    if isinstance(found.outcome, Proposed):
        yield name, found.outcome.candidate.next
    if found.young is not None:
        yield name, found.young.version


def _others(of: Ground, moving: set[NormalizedName]) -> Iterator[tuple[NormalizedName, Version, str]]:
    """Yield the other watched packages whose version is fixed by a lock or an exact pin, and where."""
    fixed = [(locked.name, locked.version, locked.source.path) for locked in of.project.locked]
    for declared in of.project.declarations:
        if declared.specifier and pins.is_exact(declared.specifier) and not declared.url:
            versions = pins.mentioned(declared.specifier)[:1]
            fixed += [(declared.name, version, declared.source.path) for version in versions]
    seen = set()
    for name, version, path in fixed:
        if name in of.settings.policies and name not in moving and (name, version) not in seen:
            seen.add((name, version))
            yield name, version, str(path)


def _advised(found: Found, outcome: Outcome, told: _Told) -> Outcome:
    if found.now is None:
        return outcome
    name, now = outcome_name(outcome), found.now.version
    match outcome:
        case Proposed() | Moved():
            weighed = _outside.weigh(name, now, outcome.candidate.next, told)
            return replace(outcome, candidate=replace(outcome.candidate, weaknesses=weighed))
        case Current():
            return replace(outcome, weaknesses=_outside.weigh(name, now, None, told))
        case Held():
            return outcome


def _remarks(
    found: Sequence[Found], others: Sequence[tuple[NormalizedName, Version, str]], told: _Told
) -> Iterator[str]:
    """Yield what the advisories say of packages that do not move, and of releases that would mend something now."""
    if isinstance(told, str):
        yield f"advisories were not looked up: {told}"
        return
    if isinstance(told, Known):
        yield from told.remarks
    for name, version, path in others:
        for advisory in told.get((name, version), ()):
            yield f"`{name}` {version} in `{path}` has {_shown(advisory)}"
    for one in found:
        if one.young is None or one.now is None:
            continue
        name, young = outcome_name(one.outcome), one.young.version
        mended = advisories.fixes(told.get((name, one.now.version), ()), told.get((name, young), ()))
        if mended:
            ids = ", ".join(f"{advisory.id} [{advisory.severity}]" for advisory in mended)
            yield f"`{name}` {young} is younger than the cooldown and fixes {ids}; `--now` takes it"


def _shown(advisory: Advisory) -> str:
    fixed = f", fixed in {', '.join(map(str, advisory.fixed))}" if advisory.fixed else ", no fixed version"
    return f"{advisory.id} [{advisory.severity}] {advisory.summary}{fixed}: {advisory.link}"
