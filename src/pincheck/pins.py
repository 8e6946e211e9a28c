"""What a specifier allows; how it moves without changing how it is spelled is what `dialects` know.

Every question is put to `packaging`'s set relations, never to the text: "pinned to one minor" is one subset test.
The rules for the operators are those of the version specifiers specification (PEP 440).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

# A number with more digits than this is an attack or an accident; Python itself refuses to read one over 4,300.
LONGEST_NUMBER = 100
_LONG_NUMBER = rf"\d{{{LONGEST_NUMBER + 1}}}"


class Series(NamedTuple):
    """All versions that share an epoch, a major and a minor number."""

    epoch: int
    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.epoch}!{self.major}.{self.minor}" if self.epoch else f"{self.major}.{self.minor}"

    @property
    def all(self) -> SpecifierSet:
        """Every version of the series, pre-releases of its first one among them."""
        return SpecifierSet(f"=={self}.*", prereleases=True)

    @property
    def following(self) -> "Series":
        """The series whose minor number is one higher, published or not."""
        return self._replace(minor=self.minor + 1)


def series_of(version: Version) -> Series:
    """Return the series that a version belongs to."""
    return Series(version.epoch, version.major, version.minor)


def parse(text: str) -> SpecifierSet:
    """Read a specifier; ValueError (of which InvalidSpecifier is one) says why it cannot be read."""
    if len(text) > LONGEST_NUMBER and re.search(_LONG_NUMBER, text):
        raise InvalidSpecifier(f"a version number has more than {LONGEST_NUMBER} digits")
    return SpecifierSet(text)


@lru_cache(maxsize=4096)
def _analysable(specifier: str) -> SpecifierSet | None:
    """Return the set to reason about: pre-releases count, `===` on a version means `==`; None where nothing matches.

    `===` compares text (PEP 440, arbitrary equality) and takes no part in set relations.
    """
    clauses = []
    for clause in SpecifierSet(specifier):
        if clause.operator != "===":
            clauses.append(str(clause))
            continue
        try:
            clauses.append(f"=={Version(clause.version)}")
        except InvalidVersion:
            return None
    return SpecifierSet(",".join(clauses), prereleases=True)


def is_empty(specifier: SpecifierSet) -> bool:
    """Say whether no version at all is allowed."""
    if not specifier or _witness(specifier) is not None:
        return False
    analysable = _analysable(str(specifier))
    return analysable is None or analysable.is_unsatisfiable()


def is_subset(specifier: SpecifierSet, allowed: SpecifierSet) -> bool:
    """Say whether everything that `specifier` allows is allowed by `allowed` too."""
    if allowed and all(any(_implies(mine, theirs) for mine in specifier) for theirs in allowed):
        return True
    inner, outer = _analysable(str(specifier)), _analysable(str(allowed))
    return inner is not None and outer is not None and inner.is_subset(outer)


def _implies(clause: Specifier, other: Specifier) -> bool:
    """Say whether one clause alone is enough for another: a short cut for what most people write.

    The set relations decide everything else; loading them costs as much time as reading a project's manifests.
    False means "not seen at a glance". Only final versions are looked at, whose order is plain.
    """
    mine, theirs = _final(clause), _final(other)
    if mine is None or theirs is None:
        return False
    if other.operator in {">", ">="}:
        return mine > theirs and clause.operator in {"==", "~=", ">="}
    if other.operator == "==" and other.version.endswith(".*"):
        return series_of(mine) == series_of(theirs) and len(theirs.release) == 2 and _is_narrow(clause)  # noqa: PLR2004
    return False


def _final(clause: Specifier) -> Version | None:
    """Return the version of a clause where it is a plain final one, wildcards by their prefix."""
    try:
        version = Version(clause.version.removesuffix(".*"))
    except InvalidVersion:
        return None
    return None if version.is_prerelease or version.is_postrelease or version.local else version


def _is_narrow(clause: Specifier) -> bool:
    """Say whether a clause alone stays inside the minor series of its version."""
    width = clause.version.removesuffix(".*").count(".") + 1
    if clause.operator == "==":
        return not clause.version.endswith(".*") or width >= 2  # noqa: PLR2004 - major and minor
    return clause.operator == "~=" and width >= 3  # noqa: PLR2004 - major, minor and patch


def _witness(specifier: SpecifierSet) -> Version | None:
    """Return a version that a specifier names and allows, or None where it names none such."""
    return next((version for version in mentioned(specifier) if admits(specifier, version)), None)


def is_disjoint(specifier: SpecifierSet, other: SpecifierSet) -> bool:
    """Say whether no version satisfies both."""
    if _witness(specifier & other) is not None:
        return False
    left, right = _analysable(str(specifier)), _analysable(str(other))
    return left is None or right is None or left.is_disjoint(right)


def admits(specifier: SpecifierSet, version: Version) -> bool:
    """Say whether a version is allowed, pre-releases included."""
    return specifier.contains(version, prereleases=True)


def mentioned(specifier: SpecifierSet) -> tuple[Version, ...]:
    """Return the versions that a specifier names, lowest first; wildcards by their prefix."""
    found = []
    for clause in specifier:
        try:
            found.append(Version(clause.version.removesuffix(".*")))
        except InvalidVersion:
            continue
    return tuple(sorted(found))


def is_exact(specifier: SpecifierSet) -> bool:
    """Say whether exactly one version is allowed (its local builds aside)."""
    return _is_exact(str(specifier))


@lru_cache(maxsize=4096)
def _is_exact(written: str) -> bool:
    specifier = SpecifierSet(written)
    if any(clause.operator in {"==", "==="} and not clause.version.endswith(".*") for clause in specifier):
        return not is_empty(specifier)
    return not is_empty(specifier) and any(
        is_subset(specifier, SpecifierSet(f"=={version.public}")) for version in mentioned(specifier)
    )


def series(specifier: SpecifierSet) -> Series | None:
    """Return the one series that a specifier stays inside, or None where it allows more than one, or nothing."""
    return _series(str(specifier))  # Many rules ask it of each pin, and to hash a set costs more than to write it.


@lru_cache(maxsize=4096)
def _series(written: str) -> Series | None:
    specifier = SpecifierSet(written)
    if is_empty(specifier):
        return None
    bounded = _bounded_series(specifier)
    if bounded is not None:
        return bounded
    for version in mentioned(specifier):
        candidate = series_of(version)
        if is_subset(specifier, candidate.all):
            return candidate
    return None


def _bounded_series(specifier: SpecifierSet) -> Series | None:
    """Return the series between a plain `>=` and a plain `<`, or None where that does not settle it."""
    floors = [v for c in specifier if c.operator in {">=", "~="} and (v := _final(c)) is not None]
    ceilings = [v for c in specifier if c.operator == "<" and (v := _final(c)) is not None]
    if not floors or not ceilings:
        return None
    stays_in = series_of(max(floors))
    return stays_in if min(ceilings) <= start(stays_in.following) else None


def admits_later_patches(specifier: SpecifierSet, stays_in: Series) -> bool:
    """Say whether a specifier lets in the patches of a series that are not published yet."""
    patches = [v.micro for v in mentioned(specifier) if series_of(v) == stays_in]
    return admits(specifier, Version(f"{stays_in}.{max(patches, default=0) + 1_000_000}"))


def floor(specifier: SpecifierSet) -> Version | None:
    """Return the lowest version named by a clause that shuts out everything below it, or None without one."""
    floors = [c.version.removesuffix(".*") for c in specifier if c.operator in {">=", ">", "~=", "==", "==="}]
    try:
        return max((Version(text) for text in floors), default=None)
    except InvalidVersion:
        return None


def has_ceiling(specifier: SpecifierSet) -> bool:
    """Say whether some clause shuts out everything above a version."""
    return any(clause.operator in {"<", "<=", "~=", "==", "==="} for clause in specifier)


def whole_series(specifier: SpecifierSet, stays_in: Series) -> str:
    """Return the range in the form of FastAPI's documentation that starts at a specifier's floor in one series."""
    lowest = floor(specifier)
    if lowest is None or series_of(lowest) != stays_in or lowest.is_prerelease:
        lowest = Version(f"{stays_in}.0")
    width = max(len(lowest.release), 2)
    end = ".".join([str(stays_in.following), *["0"] * (width - 2)])
    return f">={lowest.public},<{end}"


def start(of: Series) -> Version:
    """Return the first version of a series."""
    return Version(f"{of}.0")


def hull(alternatives: Sequence[SpecifierSet]) -> SpecifierSet:
    """Return the smallest stretch from a floor to a ceiling that holds everything that one of several sets allows.

    It stands for a union (`^0.112 || ^0.114`), which PEP 440 has no words for: a union stays inside one series where
    its hull does. What is missing between its parts is not told.
    """
    some = [specifier for specifier in alternatives if not is_empty(specifier)] or list(alternatives[:1])
    if len(set(some)) == 1:
        return some[0]
    floors, ceilings = [floor(s) for s in some], [_ceiling(s) for s in some]
    clauses = []
    if None not in floors:
        clauses.append(f">={min(version for version in floors if version is not None)}")
    if None not in ceilings:
        version, inclusive = max(found for found in ceilings if found is not None)
        clauses.append(f"{'<=' if inclusive else '<'}{version}")
    return SpecifierSet(",".join(clauses))


def _ceiling(specifier: SpecifierSet) -> tuple[Version, bool] | None:
    """Return the lowest upper bound that a clause sets, and whether it is allowed itself; None without one."""
    bounds = [bound for clause in specifier if (bound := _upper_bound(clause)) is not None]
    return min(bounds, default=None)


def _upper_bound(clause: Specifier) -> tuple[Version, bool] | None:
    try:
        version = Version(clause.version.removesuffix(".*"))
    except InvalidVersion:
        return None
    match clause.operator:
        case "<" | "<=":
            return version, clause.operator == "<="
        case "==" | "===" if not clause.version.endswith(".*"):
            return version, True
        case "==" | "~=":
            shared = version.release if clause.operator == "==" else version.release[:-1]
            epoch = f"{version.epoch}!" if version.epoch else ""
            return Version(epoch + ".".join(map(str, [*shared[:-1], shared[-1] + 1]))), False
        case _:
            return None


def clause_excludes(specifier: SpecifierSet, version: Version) -> Specifier | None:
    """Return the `!=` clause that shuts a version out, or None."""
    excluding = (c for c in specifier if c.operator == "!=" and not c.contains(version, prereleases=True))
    return next(excluding, None)
