"""Releases, notes and policy → the next version to try, or why there is none."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pincheck import dialects, pins
from pincheck.model import Declaration, Edit
from pincheck.upgrades import Release

# So much of what a publisher says of a yank is shown.
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """What a candidate has to keep to.

    `cutoff` is the time after which a release is too young (None: no cooldown), `cooldown` how long that is;
    `requires_python` is what the project says of Python, `python` the interpreter that its tests run on (None: not
    known yet); `noted` are the versions that the release notes tell of.
    """

    cutoff: datetime | None
    cooldown: timedelta
    requires_python: SpecifierSet
    python: Version | None
    noted: frozenset[Version] = frozenset()


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A version that is not proposed, and why; `young`: nothing but the cooldown speaks against it."""

    version: Version
    reason: str
    young: bool = False


UNPUBLISHED = "in the release notes, never published"


@dataclass(frozen=True, slots=True)
class Search:
    """The release to try (None: there is none), and what was passed over on the way."""

    found: Release | None
    passed_over: tuple[PassedOver, ...]


def current(specifiers: Sequence[SpecifierSet], releases: Iterable[Release], limits: Limits) -> Release | None:
    """Return the release that a pin resolves to now: the newest eligible one that all declarations admit.

    An exact pin names its release, whatever its age and were it yanked (PEP 592); where a range has no eligible
    release, its newest counts. Pre-releases count as installers have it: where nothing else is left, or where the
    pin names one.
    """
    admitted = [r for r in releases if all(pins.admits(specifier, r.version) for specifier in specifiers)]
    if any(pins.is_exact(specifier) for specifier in specifiers):
        return admitted[-1] if admitted else None
    offered = [r for r in admitted if not r.yanked] or admitted
    named = any(specifier.prereleases for specifier in specifiers)
    finals = [r for r in offered if named or not r.version.is_prerelease] or offered
    eligible = [r for r in finals if not _too_young(r, limits) and _runs_here(r, limits)]
    return (eligible or finals)[-1] if finals else None


def next_minor(now: Release, specifiers: Sequence[SpecifierSet], releases: Sequence[Release], limits: Limits) -> Search:
    """Return the newest eligible patch of the lowest minor series above `now` that has one.

    The releases are given lowest first.
    """
    passed: list[PassedOver] = []
    above = [r for r in releases if pins.series_of(r.version) > pins.series_of(now.version)]
    for _, patches in groupby(above, key=lambda r: pins.series_of(r.version)):
        for release in sorted(patches, key=lambda r: (not r.version.is_prerelease, r.version), reverse=True):
            if release.version.is_prerelease:
                passed.append(PassedOver(release.version, "a pre-release"))
                continue
            reason = obstacle(release, now, specifiers, limits)
            if not reason:
                return Search(release, tuple(passed))
            passed.append(PassedOver(release.version, reason, young=reason == _too_young(release, limits)))
    return Search(None, tuple(passed))


def named(
    to: Version, now: Release, specifiers: Sequence[SpecifierSet], releases: Sequence[Release], limits: Limits
) -> Release | str:
    """Return the release that a person asked for, or the reason why it is not tried."""
    release = next((r for r in releases if r.version == to), None)
    if release is None:
        return (
            "it is in the release notes but was never published" if to in limits.noted else "the index does not have it"
        )
    if to <= now.version:
        return f"it is not above {now.version}"
    lasting = obstacle(release, now, specifiers, replace(limits, cutoff=None))
    if lasting:
        return lasting
    young = _too_young(release, limits)
    return f"{young}; `--now` takes it all the same" if young else release


def obstacle(release: Release, now: Release, specifiers: Sequence[SpecifierSet], limits: Limits) -> str:
    """Return why a release is not eligible, `""` where it is."""
    if release.yanked:
        reason = release.yanked_reason.strip()
        return f"yanked: {reason[:_LONGEST_REASON]}" if reason else "yanked"
    excluded = next((c for s in specifiers if (c := pins.clause_excludes(s, release.version))), None)
    if excluded is not None:
        return f"shut out by `{excluded}`"
    python = _python_obstacle(release, now, limits)
    return python or _too_young(release, limits)


def _python_obstacle(release: Release, now: Release, limits: Limits) -> str:
    """Say whether a release takes away a Python that the project has with the current one."""
    asked = release.requires_python
    if not asked:
        return ""
    if limits.python is not None and not pins.admits(asked, limits.python):
        return f"requires Python {asked}, the tests run on {limits.python}"
    kept = limits.requires_python & now.requires_python
    if limits.requires_python and not pins.is_subset(kept, asked):
        return f"requires Python {asked}, the project allows {limits.requires_python}"
    return ""


def _too_young(release: Release, limits: Limits) -> str:
    if limits.cutoff is None:
        return ""
    if release.uploaded is None:
        return "the index does not say when it was uploaded, so it counts as too young"
    if release.uploaded > limits.cutoff:
        return (
            f"published {release.uploaded:%Y-%m-%d %H:%M} UTC, younger than the cooldown of {_shown(limits.cooldown)}"
        )
    return ""


def _shown(cooldown: timedelta) -> str:
    hours = int(cooldown.total_seconds()) // 3600
    number, unit = (hours // 24, "day") if hours % 24 == 0 else (hours, "hour")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _runs_here(release: Release, limits: Limits) -> bool:
    return limits.python is None or pins.admits(release.requires_python, limits.python)


def edits(declarations: Iterable[Declaration], target: Version) -> tuple[tuple[Edit, ...], tuple[str, ...]] | str:
    """Return the edits that move every declaration to a version, with remarks, or why one cannot be moved.

    All declarations of a package move together or none does.
    """
    made: list[Edit] = []
    remarks: list[str] = []
    for found in declarations:
        line, _ = found.source.position(found.span.start)
        place = f"{found.source.path}:{line}"
        if _names_no_version(found):
            continue  # Something else pins it; there is nothing here to move.
        if found.fixed:
            return f"{place}: {found.fixed}"
        if pins.series(found.specifier) is None and pins.admits(found.specifier, target):
            continue  # A constraint holds it inside one series, and it lets the new one in.
        written = found.source.at(found.specifier_span)
        moved = dialects.of(found.dialect).move(written, target)
        if isinstance(moved, dialects.Unmovable):
            return f"{place}: {moved.reason}"
        remarks += [f"{place}: dropped `{clause}`, which means nothing in the new series" for clause in moved.dropped]
        if moved.text != written:
            made.append(Edit(found.source.path, found.specifier_span, moved.text))
    return tuple(made), tuple(remarks)


def _names_no_version(found: Declaration) -> bool:
    """Say whether a declaration lets every version in by saying nothing, or no more than `*`.

    An override that does so is none of these: it takes the others out of effect.
    """
    if found.specifier or found.url or found.origin == "override":
        return False
    # A version that does not count stands there all the same: a shell takes `>=0.112.0` for a redirection.
    head = found.source.at(found.span).partition(";")[0]
    return not found.fixed or found.dialect not in {"pep440", "shell"} or re.search("[<>=!~]", head) is None


def missing_notes(
    noted: frozenset[Version], now: Version, found: Version, releases: Iterable[Release]
) -> tuple[Version, ...]:
    """Return the published final versions above `now` up to `found` that the notes do not tell of."""
    between = (r.version for r in releases if now < r.version <= found and not r.version.is_prerelease)
    return tuple(version for version in between if version not in noted)


def unpublished(noted: Iterable[Version], releases: Sequence[Release]) -> tuple[Version, ...]:
    """Return the versions that the notes tell of and the index does not have; none where the index is not known."""
    published = {release.version for release in releases}
    return tuple(sorted(version for version in noted if published and version not in published))
