r"""What a specifier allows, and how to move it without changing how it is spelled.

Every question is put to `packaging`'s set relations, never to the text: "pinned to one minor" is one subset test.
The rules for the operators are those of the version specifiers specification (PEP 440).
"""

import re
from functools import lru_cache
from typing import NamedTuple

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

# A number with more digits than this is an attack or an accident; Python itself refuses to read one over 4,300.
LONGEST_NUMBER = 100
_LONG_NUMBER = rf"\d{{{LONGEST_NUMBER + 1}}}"
# The patterns are compiled when they are first used: `check` needs none of them.
# A line that ends in a backslash goes on in the next one; inside a specifier that is a blank.
_BLANK = r"(?:\s|\\\r?\n|\\\r)*"
_CLAUSE = rf"({_BLANK}(?:===|~=|==|!=|<=|>=|<|>){_BLANK})([^\s,\\]+)({_BLANK})"
_VERSION = r"(v?(?:\d+!)?)(\d+(?:\.\d+)*)(.*)"
_SERIES_START = r"\.?(?:dev|(?:a|b|rc)0(?:\.dev)?)0?"


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


class Moved(NamedTuple):
    """A specifier's text after a move, and the exclusions that were dropped on the way."""

    text: str
    dropped: tuple[str, ...]


class Unmovable(NamedTuple):
    """Why this spelling cannot say what is wanted."""

    reason: str


class _Clause(NamedTuple):
    lead: str
    version: str
    trail: str

    @property
    def operator(self) -> str:
        return re.sub(r"[\s\\]", "", self.lead)

    @property
    def text(self) -> str:
        return f"{self.lead}{self.version}{self.trail}"


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
    if any(clause.operator in {"==", "==="} and not clause.version.endswith(".*") for clause in specifier):
        return not is_empty(specifier)
    return not is_empty(specifier) and any(
        is_subset(specifier, SpecifierSet(f"=={version.public}")) for version in mentioned(specifier)
    )


def series(specifier: SpecifierSet) -> Series | None:
    """Return the one series that a specifier stays inside, or None where it allows more than one, or nothing."""
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
    return stays_in if min(ceilings) <= _start(stays_in.following) else None


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


def move(written: str, target: Version) -> Moved | Unmovable:
    """Move a pin so that it stands at `target` (exact) or in the series of `target` (range), in its own spelling.

    `written` is the specifier as the file has it, blanks and line joins included. Within it only digits change,
    except that an exclusion outside the new series is dropped. The floor of a range becomes the first version of
    the new series where it was the first of its own, else `target`.
    """
    try:
        before = parse(_unjoined(written))
    except ValueError as error:
        return Unmovable(str(error))
    current = series(before)
    if current is None:
        return Unmovable(f"`{written.strip()}` does not stand inside one minor series")
    if any(version.local for version in mentioned(before)):
        return Unmovable(f"`{written.strip()}` names a local build, which no index offers")
    if not is_exact(before) and not admits_later_patches(before, current):
        return Unmovable(f"`{written.strip()}` stops inside its series; write `{whole_series(before, current)}` first")
    clauses = _clauses(written)
    if clauses is None:
        return Unmovable(f"`{written.strip()}` is broken over lines inside a version")
    kept = [_move_clause(clause, current, target) if isinstance(clause, _Clause) else clause for clause in clauses]
    text = _rejoined(kept, clauses)
    pairs = zip(clauses, kept, strict=True)
    dropped = tuple(f"{old.operator}{old.version}" for old, new in pairs if isinstance(old, _Clause) and new is None)
    return _checked(written, text, before, target) or Moved(text, dropped)


def whole_series(specifier: SpecifierSet, stays_in: Series) -> str:
    """Return the range in the form of FastAPI's documentation that starts at a specifier's floor in one series."""
    lowest = floor(specifier)
    if lowest is None or series_of(lowest) != stays_in or lowest.is_prerelease:
        lowest = Version(f"{stays_in}.0")
    width = max(len(lowest.release), 2)
    end = ".".join([str(stays_in.following), *["0"] * (width - 2)])
    return f">={lowest.public},<{end}"


def _unjoined(written: str) -> str:
    return re.sub(r"\\(?:\r\n|\r|\n)", "", written)


def _clauses(written: str) -> "list[_Clause | str] | None":
    """Split a specifier at its commas; a blank stretch (a trailing comma leaves one) is returned as text."""
    found: list[_Clause | str] = []
    for part in written.split(","):
        match = re.fullmatch(_CLAUSE, part)
        if match is not None:
            found.append(_Clause(*match.groups()))
        elif re.fullmatch(_BLANK, part):
            found.append(part)
        else:
            return None
    return found


def _rejoined(kept: list[_Clause | str | None], clauses: list[_Clause | str]) -> str:
    """Join clauses again; where the first or last was dropped, its neighbour takes over the blanks at that end."""
    texts = [part.text if isinstance(part, _Clause) else part for part in kept if part is not None]
    text = ",".join(texts)
    first, last = clauses[0], clauses[-1]
    if kept[0] is None and isinstance(first, _Clause):
        text = _blank_before(first.lead) + text.removeprefix(_blank_before(text))
    if kept[-1] is None and isinstance(last, _Clause):
        text = re.sub(rf"{_BLANK}\Z", "", text, count=1) + last.trail
    return text


def _blank_before(text: str) -> str:
    match = re.match(_BLANK, text)
    return match[0] if match else ""


def _move_clause(clause: _Clause, current: Series, target: Version) -> _Clause | None:
    """Return a clause as it stands after the move, or None for an exclusion that has become pointless."""
    new = series_of(target)
    if clause.operator == "===":
        return clause._replace(version=str(target))
    version = Version(clause.version.removesuffix(".*"))
    match clause.operator:
        case "!=":
            return clause if series_of(version) == new else None
        case "==" if clause.version.endswith(".*"):
            wide = len(version.release) < 2  # noqa: PLR2004 - major and minor
            return clause if wide else clause._replace(version=_respelled(clause.version, _start(new), ".*"))
        case "==":
            return clause._replace(version=_respelled(clause.version, target))
        case "<":
            ends_series = Version(version.base_version) == _start(current.following)
            return clause._replace(version=_respelled(clause.version, _start(new.following))) if ends_series else clause
        case "<=":
            return clause
        case _:
            return _move_floor(clause, version, current, target)


def _move_floor(clause: _Clause, version: Version, current: Series, target: Version) -> _Clause:
    """Move `>=`, `>` or `~=`: to the start of the series where it stood there, else to the tested version."""
    if series_of(version) != current:
        return clause  # A floor below the series still holds.
    at_start = not any(version.release[2:]) or clause.operator == ">"
    return clause._replace(version=_respelled(clause.version, _start(series_of(target)) if at_start else target))


def _start(of: Series) -> Version:
    return Version(f"{of}.0")


def _respelled(written: str, target: Version, suffix: str = "") -> str:
    """Write `target` with the prefix and as many numbers as `written` has (more where the version needs them).

    A suffix that means "the very start of the series" (`.dev0`, `a0`) stays; any other belonged to the old version.
    """
    match = re.fullmatch(_VERSION, written.removesuffix(".*"), re.IGNORECASE | re.DOTALL)
    if match is None:  # pragma: no cover - packaging has read this version before
        return str(target)
    prefix, release, rest = match.groups()
    numbers = list(target.release)
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    width = release.count(".") + 1
    numbers += [0] * (width - len(numbers))
    tail = str(target).removeprefix(f"{target.epoch}!" if target.epoch else "")[
        len(".".join(map(str, target.release))) :
    ]
    starts = not tail and not suffix and re.fullmatch(_SERIES_START, rest, re.IGNORECASE) is not None
    return f"{prefix}{'.'.join(map(str, numbers))}{rest if starts else tail}{suffix}"


def _checked(written: str, text: str, before: SpecifierSet, target: Version) -> Unmovable | None:
    """Ask the algebra whether the new text says what a move promises; None where it does."""
    new = series_of(target)
    after = SpecifierSet(_unjoined(text))
    if not admits(after, target):
        return Unmovable(f"`{written.strip()}` cannot be moved to {target} in its own spelling")
    if is_exact(before):
        return None if is_exact(after) else Unmovable(f"`{written.strip()}` would no longer be exact")
    if series(after) != new or not admits_later_patches(after, new):
        return Unmovable(f"`{written.strip()}` cannot be moved to the {new} series in its own spelling")
    return None


def clause_excludes(specifier: SpecifierSet, version: Version) -> Specifier | None:
    """Return the `!=` clause that shuts a version out, or None."""
    excluding = (c for c in specifier if c.operator == "!=" and not c.contains(version, prereleases=True))
    return next(excluding, None)
