"""One package of a project: its declarations, what the index and the notes say, and the candidate that follows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from pincheck import candidates, changelog, indexes, pins, rules
from pincheck.candidates import Limits
from pincheck.commands import _gather, _pythons
from pincheck.config import Config
from pincheck.errors import PincheckError
from pincheck.model import Declaration, Edit, Exact, Finding, LeftAlone, Oddity, OneMinor, Problem, Project
from pincheck.rules import voided_pin
from pincheck.upgrades import Candidate, Current, Held, Proposed, Release
from pincheck.world import http, index, interpreters
from pincheck.world import notes as world_notes
from pincheck.world.index import Indexes
from pincheck.world.interpreters import Interpreter

_FASTAPI = NormalizedName("fastapi")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for beyond the defaults: notes per package, a version, no cooldown."""

    notes: Mapping[NormalizedName, str] = field(default_factory=dict)
    to: str = ""
    now: bool = False


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
    """A package's outcome so far, what was passed over, and what a trial of it needs."""

    outcome: Proposed | Current | Held
    left_alone: tuple[LeftAlone, ...] = ()
    remarks: tuple[str, ...] = ()
    now: Release | None = None
    specifier: SpecifierSet = field(default_factory=SpecifierSet)
    interpreter: Interpreter | None = None
    cutoff: datetime | None = None
    pip_knows_times: bool = False


def ground(folder: Path, environ: Mapping[str, str], wish: Wish) -> Ground:
    """Read a project and where its packages come from; PincheckError where the folder is none."""
    if not folder.is_dir():
        wrong = "is not a folder" if folder.exists() else "does not exist"
        raise PincheckError(f"`{folder}` {wrong}", "name the folder of a project, or nothing for the current one")
    settings, settings_folder = _gather.settings([folder])
    project = _gather.project([folder], environ, settings)
    configured = index.configured(folder, environ)
    return Ground(folder, project, settings, settings_folder, configured, environ, wish, datetime.now(UTC))


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
        name for name in of.settings.policies if isinstance(of.settings.policies[name], movable) and _odd(of, name)
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
    """What is known of one package: its declarations, what is published, what limits the choice, the notes."""

    name: NormalizedName
    declared: tuple[Declaration, ...]
    now: Release
    published: tuple[Release, ...]
    limits: Limits
    text: str
    missing: str

    @property
    def specifiers(self) -> list[SpecifierSet]:
        """The specifiers that are written, one for each declaration that has one."""
        return _specifiers(self.declared)


def find(of: Ground, name: NormalizedName) -> Found:
    """Return the candidate for a package, or why there is none."""
    declared = tuple(d for d in of.project.declarations if d.name == name)
    wanted = of.wish.to if name == _FASTAPI else ""
    held = (
        _cannot_be_read(of, name)
        or _odd(of, name)
        or _disagreement(of.project, declared)
        or _without_effect(of, declared)
    )
    if held:
        return Found(Held(name, wanted, held))
    with http.client(of.indexes.certificates, of.indexes.trusted_hosts) as client:
        offer = index.offered(client, of.indexes, name)
        cutoff, remarks = _cutoff(of, offer)
        text, missing = _notes(client, of, name, offer.answered)
    published, specifiers = indexes.releases(offer.files), _specifiers(declared)
    required = _pythons.required(of.folder)
    limits = Limits(cutoff, of.settings.cooldown, required, None, frozenset(changelog.versions(text)))
    now = candidates.current(specifiers, published, limits)
    if now is None:
        shown = ", ".join(str(specifier) for specifier in specifiers)
        return Found(Held(name, wanted, f"the index has no version that the pin allows: {shown}"), (), remarks)
    interpreter = interpreters.choose(of.folder, [required, now.requires_python], of.environ)
    if isinstance(interpreter, str):
        return Found(Held(name, wanted, interpreter), (), remarks)
    limits = replace(limits, python=interpreter.version)
    now = candidates.current(specifiers, published, limits) or now
    outcome, passed = _searched(of, _Facts(name, declared, now, published, limits, text, missing))
    joined = SpecifierSet(",".join(str(s) for s in specifiers))
    return Found(outcome, passed, remarks, now, joined, interpreter, cutoff, offer.timed_for_pip)


def _specifiers(declared: Sequence[Declaration]) -> list[SpecifierSet]:
    return [d.specifier for d in declared if d.specifier]


def _cannot_be_read(of: Ground, name: NormalizedName) -> str:
    """Return where the package is declared in a place that pincheck cannot move, `""` where there is none."""
    for item in of.project.left_alone:
        if item.name == name:
            return f"{_at(item)}: {item.reason}"
    for problem in of.project.problems:
        if _mentions(problem, name):
            return f"{_at(problem)}: it cannot be read, and it names `{name}`: {problem.reason}"
    return ""


def _mentions(problem: Problem, name: NormalizedName) -> bool:
    """Say whether a package is named in a stretch that cannot be read, or in a file of which nothing can."""
    text = problem.source.at(problem.span) if problem.span.end > problem.span.start else problem.source.text
    word = re.escape(name).replace("\\-", "[-_.]+")
    return re.search(rf"(?<![\w./-]){word}(?![\w/-]|\.\w)", text, re.IGNORECASE) is not None


def _odd(of: Ground, name: NormalizedName) -> str:
    """Return where a name stands that only looks like the package's, `""` where there is none."""
    for odd in of.project.oddities:
        if odd.kind == "look-alike" and odd.name == name:
            return f"{_at(odd)}: it only looks like `{name}`: {odd.text} in its name"
    return ""


def _without_effect(of: Ground, declared: Sequence[Declaration]) -> str:
    """Return why moving a pin would change nothing, `""` where it would."""
    places = {(d.source.path, d.span) for d in declared}
    for found in rules.check(of.project):
        if found.code == voided_pin.CODE and found.severity == "error" and (found.source.path, found.span) in places:
            return f"{_at(found)}: {found.message}"
    return ""


def _at(item: Declaration | Finding | LeftAlone | Oddity | Problem) -> str:
    line, _ = item.source.position(item.span.start)
    return f"{item.source.path}:{line}"


def _disagreement(project: Project, declared: Sequence[Declaration]) -> str:
    """Return why the declarations do not make one pin, `""` where they do.

    One that is wide by itself is inside one series where the constraints on it hold it there.
    """
    pinned = [d for d in declared if d.specifier]
    effective = {pin.declaration: pin.effective for pin in rules.pins_of(project, OneMinor, Exact)}
    if not pinned:
        places = ", ".join(map(_at, declared))
        return f"{places}: it has no pin to move; pin it first"
    for found in pinned:
        allowed = effective.get(found, found.specifier)
        if pins.series(allowed) is None and not pins.is_empty(allowed):
            return f"{_at(found)}: `{found.written or found.url}` is not inside one minor series; pin it first"
    if pins.is_empty(SpecifierSet(",".join(str(d.specifier) for d in pinned))):
        pairs = (pair for pair in combinations(pinned, 2) if pins.is_disjoint(*(d.specifier for d in pair)))
        shown = ", ".join(f"{_at(d)} {d.written or d.url}" for d in next(pairs, pinned))
        return f"its declarations disagree: {shown}"
    return ""


def _cutoff(of: Ground, offer: index.Offered) -> tuple[datetime | None, tuple[str, ...]]:
    """Return the time after which a release is too young, and a warning where no index knows times."""
    if of.wish.now or not of.settings.cooldown:
        return None, ()
    if not offer.timed:
        return None, ("no index gives upload times, so there is no cooldown",)
    return of.time - of.settings.cooldown, ()


def _notes(client: http.Client, of: Ground, name: NormalizedName, answered: str) -> tuple[str, str]:
    """Return the text of the release notes, and why there is none.

    A place that a person named and that fails is an error; the one that the index names is a convenience.
    """
    place, folder = of.wish.notes.get(name, ""), Path()
    if not place:
        place, folder = of.settings.notes.get(name, ""), of.settings_folder
    if place:
        text = world_notes.named(client, place, folder)
        if not changelog.versions(text):
            shown = http.without_credentials(place)
            raise PincheckError(
                f"release notes `{shown}`: no heading with a version in them", "only Markdown is read so far"
            )
        return text, ""
    try:
        text = world_notes.default(client, of.indexes, answered, name)
    except world_notes.NotAvailable as error:
        return "", str(error)
    return (text, "") if changelog.versions(text) else ("", "there is no heading with a version in them")


def _searched(of: Ground, facts: _Facts) -> tuple[Proposed | Current | Held, tuple[LeftAlone, ...]]:
    """Return the next minor or the version that was asked for, and what was passed over."""
    if of.wish.to and facts.name == _FASTAPI:
        return _asked_for(of, facts), ()
    search = candidates.next_minor(facts.now, facts.specifiers, facts.published, facts.limits)
    passed = tuple(_passed_over(facts.declared[0], search.passed_over))
    if search.found is None:
        return Current(facts.name, f"{facts.now.version} stays: {_why(search.passed_over)}"), passed
    return _proposed(facts, search.found), passed


def _why(passed: Sequence[candidates.PassedOver]) -> str:
    """Say why there is no next minor, with the reason of the newest version that was passed over."""
    if not passed:
        return "it is the newest minor"
    newest = max(passed, key=lambda item: item.version)
    more = f" and {len(passed) - 1} more (listed with `--verbose`)" if len(passed) > 1 else ""
    return f"nothing above it is eligible: {newest.version} ({newest.reason}){more}"


def _asked_for(of: Ground, facts: _Facts) -> Proposed | Current | Held:
    """Return the version that was asked for as a proposal; a pin that allows it already has nowhere to move."""
    try:
        to = Version(of.wish.to)
    except (InvalidVersion, ValueError):
        raise PincheckError(f"`{of.wish.to}` is not a version") from None
    if any(r.version == to for r in facts.published) and all(pins.admits(s, to) for s in facts.specifiers):
        return Current(facts.name, f"the pin allows {to} already")
    release = candidates.named(to, facts.now, facts.specifiers, facts.published, facts.limits)
    return Held(facts.name, of.wish.to, release) if isinstance(release, str) else _proposed(facts, release)


def _passed_over(declared: Declaration, passed: Sequence[candidates.PassedOver]) -> Iterator[LeftAlone]:
    for item in passed:
        yield LeftAlone(declared.source, declared.span, f"{declared.name} {item.version}", item.reason)


def _proposed(facts: _Facts, found: Release) -> Proposed | Held:
    notes = changelog.between(facts.text, facts.now.version, found.version) if facts.text else ()
    moved = candidates.edits(_to_move(facts.declared), found.version)
    if isinstance(moved, str):
        return Held(facts.name, str(found.version), moved, notes=notes)
    edits, remarks = moved
    noted = frozenset(one.version for one in notes)
    missing = candidates.missing_notes(noted, facts.now.version, found.version, facts.published)
    published = {release.version for release in facts.published}
    absent = tuple(sorted(noted - published))
    candidate = Candidate(facts.name, facts.now.version, found.version, found, notes, missing, facts.missing, absent)
    return Proposed(candidate, _unique(edits), remarks)


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
