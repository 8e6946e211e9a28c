"""One package of a project: its declarations, what the index and the notes say, and the candidate that follows."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from pincheck import candidates, changelog, companions, indexes, pins
from pincheck.candidates import Limits
from pincheck.commands import _gather, _holds, _outside, _pythons
from pincheck.commands._outside import Noted, Outside
from pincheck.config import Config
from pincheck.errors import PincheckError
from pincheck.model import Declaration, Edit, Exact, LeftAlone, OneMinor, Project
from pincheck.upgrades import Candidate, Companion, Current, Fact, Held, Metadata, Proposed, Release
from pincheck.world import index, interpreters
from pincheck.world.index import Indexes, Offered
from pincheck.world.interpreters import Interpreter

_FASTAPI = NormalizedName("fastapi")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for beyond the defaults: notes per package, a version, no cooldown, no network."""

    notes: Mapping[NormalizedName, str] = field(default_factory=dict)
    to: str = ""
    now: bool = False
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """What all packages of a project share."""

    folder: Path
    project: Project
    settings: Config
    settings_folder: Path
    indexes: Indexes
    environ: Mapping[str, str]
    wish: Wish
    time: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A package's outcome so far, what was passed over, and what a trial of it needs.

    `young` is the lowest release that only the cooldown keeps from being tried, `address` the file of the current
    release, where it has to be named because it is younger than the cooldown.
    """

    outcome: Proposed | Current | Held
    left_alone: tuple[LeftAlone, ...] = ()
    remarks: tuple[str, ...] = ()
    now: Release | None = None
    specifier: SpecifierSet = field(default_factory=SpecifierSet)
    interpreter: Interpreter | None = None
    cutoff: datetime | None = None
    pip_knows_times: bool = False
    young: Release | None = None
    address: str = ""


def ground(folder: Path, environ: Mapping[str, str], wish: Wish) -> Ground:
    """Read a project and where its packages come from; PincheckError where the folder is none."""
    if not folder.is_dir():
        wrong = "is not a folder" if folder.exists() else "does not exist"
        raise PincheckError(f"`{folder}` {wrong}", "name the folder of a project, or nothing for the current one")
    settings, settings_folder = _gather.settings([folder])
    project = _gather.project([folder], environ, settings)
    configured = index.configured(folder, environ)
    return Ground(folder, project, settings, settings_folder, configured, environ, wish, datetime.now(UTC))


def outside(of: Ground) -> AbstractContextManager[Outside]:
    """Give the one client that a run asks everything with."""
    settings = (of.settings, of.settings_folder)
    return _outside.opened(of.indexes, of.environ, settings, of.wish.notes, offline=of.wish.offline)


def wished_notes(given: Sequence[str]) -> dict[NormalizedName, str]:
    """Read `--notes PLACE`, which is FastAPI's, and `--notes NAME=PLACE`; a path such as `a=b.md` is given as `./a=b.md`."""
    found = {}
    for text in given:
        name, separator, place = text.partition("=")
        if not (place if separator else text):
            raise PincheckError(f"`--notes {text}` names no place", "name a file or an address")
        try:
            package = canonicalize_name(name if separator else "", validate=True)
        except InvalidName:
            package, place = _FASTAPI, text
        found[package] = place
    return found


def packages(of: Ground) -> list[NormalizedName]:
    """Return the declared packages whose policy is a pin that can move, FastAPI first.

    PincheckError where a person named notes of any other package.
    """
    movable = (OneMinor, Exact)
    names = {d.name for d in of.project.declarations if isinstance(of.settings.policies.get(d.name), movable)}
    names |= {
        canonicalize_name(x.name)
        for x in of.project.left_alone
        if x.name and isinstance(of.settings.policies.get(canonicalize_name(x.name)), movable)
    }
    names |= {
        name
        for name in of.settings.policies
        if isinstance(of.settings.policies[name], movable) and _holds.look_alike(of.project, name)
    }
    for name in of.wish.notes if names else ():
        if name not in names:
            pinned = ", ".join(f"`{pinned}`" for pinned in sorted(names))
            raise PincheckError(
                f"`--notes` names notes of `{name}`, which has no pin to move here", f"pinned: {pinned}"
            )
    return sorted(names, key=lambda name: (name != _FASTAPI, name))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of one package: its declarations, what is published, what limits the choice, where to ask on."""

    ground: Ground
    outside: Outside
    name: NormalizedName
    declared: tuple[Declaration, ...]
    offer: Offered
    now: Release
    published: tuple[Release, ...]
    limits: Limits
    cutoff: datetime | None
    noted: Noted | None

    @property
    def specifiers(self) -> list[SpecifierSet]:
        """The specifiers that are written, one for each declaration that has one."""
        return _specifiers(self.declared)


def find(of: Ground, outside: Outside, name: NormalizedName) -> Found:
    """Return the candidate for a package, or why there is none."""
    declared = tuple(d for d in of.project.declarations if d.name == name)
    wanted = of.wish.to if name == _FASTAPI else ""
    held = _holds.reason(of.project, name, declared)
    if held:
        return Found(Held(name, wanted, held))
    offer = index.offered(outside.client, of.indexes, name, times=bool(of.settings.cooldown))
    cutoff, remarks = _cutoff(of, offer)
    if cutoff is None and remarks and of.settings.cooldown_required:
        return Found(Held(name, wanted, f"{remarks[0]}, and `cooldown-required` is set"))
    published, specifiers = indexes.releases(offer.files), _specifiers(declared)
    required = _pythons.required(of.folder)
    limits = Limits(None if of.wish.now else cutoff, of.settings.cooldown, required, None)
    now = candidates.current(specifiers, published, limits)
    if now is None:
        shown = ", ".join(str(specifier) for specifier in specifiers)
        return Found(Held(name, wanted, f"the index has no version that the pin allows: {shown}"), (), remarks)
    interpreter = interpreters.choose(of.folder, [required, now.requires_python], of.environ)
    if isinstance(interpreter, str):
        return Found(Held(name, wanted, interpreter), (), remarks)
    limits = replace(limits, python=interpreter.version)
    now = candidates.current(specifiers, published, limits) or now
    noted = _outside.named_notes(outside, name, now.version)
    facts = _Facts(of, outside, name, declared, offer, now, published, limits, cutoff, noted)
    outcome, passed, young = _searched(facts)
    joined = SpecifierSet(",".join(str(s) for s in specifiers))
    return Found(
        outcome,
        passed,
        (*remarks, *offer.remarks),
        now,
        joined,
        interpreter,
        cutoff,
        offer.timed_for_pip,
        young,
        _address(facts, now),
    )


def _specifiers(declared: Sequence[Declaration]) -> list[SpecifierSet]:
    return [d.specifier for d in declared if d.specifier]


def _cutoff(of: Ground, offer: Offered) -> tuple[datetime | None, tuple[str, ...]]:
    """Return the time after which a release is too young, and a warning where no index knows times."""
    if not of.settings.cooldown:
        return None, ()
    if not offer.timed:
        return None, ("no index gives upload times, so there is no cooldown",)
    return of.time - of.settings.cooldown, ()


def _address(facts: _Facts, release: Release) -> str:
    """Return the file to name to an installer for a release that a person takes before its cooldown ends.

    Everything that comes along with it is still held to the cooldown.
    """
    old_enough = facts.cutoff is None or (release.uploaded is not None and release.uploaded <= facts.cutoff)
    return "" if old_enough or not facts.ground.wish.now else index.installable(facts.offer, release.version)


_Answer = tuple[Proposed | Current | Held, tuple[LeftAlone, ...], Release | None]


def _searched(facts: _Facts) -> _Answer:
    """Return the next minor or the version that was asked for, what was passed over, and what is only too young."""
    if facts.ground.wish.to and facts.name == _FASTAPI:
        return _asked_for(facts), (), None
    search = candidates.next_minor(facts.now, facts.specifiers, facts.published, facts.limits)
    young = next((item.version for item in search.passed_over if item.young), None)
    release = next((r for r in facts.published if r.version == young), None)
    if search.found is None:
        reason = f"{facts.now.version} stays: {_why(search.passed_over)}"
        return Current(facts.name, reason), tuple(_passed_over(facts.declared[0], search.passed_over)), release
    outcome = _proposed(facts, search.found)
    passed = search.passed_over
    if isinstance(outcome, Proposed):
        unpublished = (candidates.PassedOver(v, candidates.UNPUBLISHED) for v in outcome.candidate.digest.unpublished)
        passed = (*passed, *unpublished)
    return outcome, tuple(_passed_over(facts.declared[0], passed)), release


def _why(passed: Sequence[candidates.PassedOver]) -> str:
    """Say why there is no next minor, with the reason of the newest version that was passed over."""
    if not passed:
        return "it is the newest minor"
    newest = max(passed, key=lambda item: item.version)
    more = f" and {len(passed) - 1} more (listed with `--verbose`)" if len(passed) > 1 else ""
    return f"nothing above it is eligible: {newest.version} ({newest.reason}){more}"


def _asked_for(facts: _Facts) -> Proposed | Current | Held:
    """Return the version that was asked for as a proposal; a pin that allows it already has nowhere to move."""
    wanted = facts.ground.wish.to
    try:
        to = Version(wanted)
    except (InvalidVersion, ValueError):
        raise PincheckError(f"`{wanted}` is not a version", "write it as `0.115.0`") from None
    if any(r.version == to for r in facts.published) and all(pins.admits(s, to) for s in facts.specifiers):
        return Current(facts.name, f"the pin allows {to} already")
    limits = facts.limits
    if not any(r.version == to for r in facts.published):
        limits = replace(limits, noted=_noted_versions(facts))
    release = candidates.named(to, facts.now, facts.specifiers, facts.published, limits)
    return Held(facts.name, wanted, release) if isinstance(release, str) else _proposed(facts, release)


def _noted_versions(facts: _Facts) -> frozenset[Version]:
    """Return the versions that the notes tell of; they are asked only where the index does not have one."""
    noted = facts.noted
    if noted is None:
        newest = _outside.metadata(facts.outside, facts.offer, facts.published[-1].version)
        noted = _outside.found_notes(facts.outside, facts.name, facts.now.version, newest, facts.offer)
    return frozenset(changelog.versions(noted.written)) if noted.written else frozenset()


def _passed_over(declared: Declaration, passed: Sequence[candidates.PassedOver]) -> Iterator[LeftAlone]:
    for item in passed:
        yield LeftAlone(declared.source, declared.span, f"{declared.name} {item.version}", item.reason)


def _proposed(facts: _Facts, found: Release) -> Proposed | Held:
    """Return a release with all that is known of it, or why it is not worth a trial."""
    later = _outside.metadata(facts.outside, facts.offer, found.version)
    noted = facts.noted or _outside.found_notes(facts.outside, facts.name, facts.now.version, later, facts.offer)
    digest = _outside.digest(facts.name, facts.now.version, found.version, noted, facts.published)
    moved = candidates.edits(_to_move(facts.declared), found.version)
    if isinstance(moved, str):
        return Held(facts.name, str(found.version), moved, notes=digest.notes)
    asked, unasked = _asked(facts, later)
    refused = _refused(facts, found, later, asked)
    if refused:
        return Held(facts.name, str(found.version), refused, notes=digest.notes)
    edits, remarks = moved
    # What the file itself says counts: some pages leave it out, and not every time.
    release = replace(found, requires_python=later.requires_python) if isinstance(later, Metadata) else found
    known = [_outside.answered(facts.offer)]
    known += [Fact("requirements", f"`{later.source}`")] if isinstance(later, Metadata) else []
    candidate = Candidate(
        facts.name,
        facts.now.version,
        found.version,
        release,
        digest,
        _address(facts, found),
        asked,
        unasked,
        facts=tuple(known),
    )
    young = f"{found.version} is younger than the cooldown; `--now` takes it, and nothing else that is as young"
    return Proposed(candidate, _unique(edits), (*remarks, young) if candidate.address else remarks)


def _asked(facts: _Facts, later: Metadata | str) -> tuple[tuple[Companion, ...], str]:
    """Return what a release asks of Python and others beside what the current one asks, or why that is not known."""
    if isinstance(later, str):
        return (), later
    now = _outside.metadata(facts.outside, facts.offer, facts.now.version)
    extras = sorted({extra for declared in facts.declared for extra in declared.extras})
    assert facts.limits.python is not None
    return companions.between(now if isinstance(now, Metadata) else None, later, extras, facts.limits.python), ""


def _refused(facts: _Facts, found: Release, later: Metadata | str, asked: Sequence[Companion]) -> str:
    """Return why no resolver can install a release here, both sides named, `""` where nothing is known against it."""
    if isinstance(later, Metadata) and later.requires_python != found.requires_python:
        stated = replace(found, requires_python=later.requires_python)
        reason = candidates.obstacle(stated, facts.now, facts.specifiers, facts.limits)
        if reason:
            return f"its metadata says more than the index: {reason}"
    sides = [
        f"it needs `{companion.name}{companion.after}`, and {_holds.at(declared)} has `{declared.name}{declared.written}`"
        for companion, declared in companions.conflicts(facts.ground.project, facts.name, asked)
    ]
    return "; ".join(dict.fromkeys(sides))


def _to_move(declared: Sequence[Declaration]) -> list[Declaration]:
    """Return the declarations whose text names a version; what a tool compiled is re-locked, not edited."""
    return [d for d in declared if d.origin != "compiled"]


def _unique(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    return tuple(dict.fromkeys(edits))


def relock(of: Ground, name: NormalizedName) -> str:
    """Return the files that fix the package and have to be locked again, joined; `""` where there are none."""
    paths = [locked.source.path for locked in of.project.locked if locked.name == name]
    paths += [d.source.path for d in of.project.declarations if d.name == name and d.origin == "compiled"]
    return ", ".join(f"`{path}`" for path in dict.fromkeys(paths))
