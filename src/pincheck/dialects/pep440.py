"""PEP 440, as requirements files and `[project]` have it: how a specifier moves without changing how it is spelled."""

import re
from collections.abc import Callable
from typing import NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pincheck import pins
from pincheck.dialects._dialect import Dialect, Moved, Unmovable, respelled
from pincheck.pins import Series, series_of

# A line that ends in a backslash goes on in the next one; inside a specifier that is a blank.
_BLANK = r"(?:\s|\\\r?\n|\\\r)*"
_CLAUSE = rf"({_BLANK}(?:===|~=|==|!=|<=|>=|<|>){_BLANK})([^\s,\\]+)({_BLANK})"


class Clause(NamedTuple):
    """One clause as it is written: its operator with the blanks around it, its version, the blanks behind it."""

    lead: str
    version: str
    trail: str

    @property
    def operator(self) -> str:
        """The operator alone."""
        return re.sub(r"[\s\\]", "", self.lead)

    @property
    def text(self) -> str:
        """The clause as it is written."""
        return f"{self.lead}{self.version}{self.trail}"


def move(written: str, target: Version) -> Moved | Unmovable:
    """Move a pin so that it stands at `target` (exact) or in the series of `target` (range), in its own spelling.

    `written` is the specifier as the file has it, blanks and line joins included. Within it only digits change,
    except that an exclusion outside the new series is dropped. The floor of a range becomes the first version of
    the new series where it was the first of its own, else `target`.
    """
    try:
        before = pins.parse(_unjoined(written))
    except ValueError as error:
        return Unmovable(str(error))
    current = movable(written, before, pins.whole_series)
    if isinstance(current, Unmovable):
        return current
    clauses = _clauses(written)
    if clauses is None:
        return Unmovable(f"`{written.strip()}` is broken over lines inside a version")
    kept = [move_clause(clause, current, target) if isinstance(clause, Clause) else clause for clause in clauses]
    text = _rejoined(kept, clauses)
    pairs = zip(clauses, kept, strict=True)
    dropped = tuple(f"{old.operator}{old.version}" for old, new in pairs if isinstance(old, Clause) and new is None)
    return checked(written, SpecifierSet(_unjoined(text)), before, target) or Moved(text, dropped)


def movable(written: str, before: SpecifierSet, range_of: Callable[[SpecifierSet, Series], str]) -> Series | Unmovable:
    """Return the series that a specifier stands in, or why it cannot be moved out of it, in whatever spelling."""
    current = pins.series(before)
    if current is None:
        return Unmovable(f"`{written.strip()}` does not stand inside one minor series")
    if any(version.local for version in pins.mentioned(before)):
        return Unmovable(f"`{written.strip()}` names a local build, which no index offers")
    if not pins.is_exact(before) and not pins.admits_later_patches(before, current):
        return Unmovable(f"`{written.strip()}` stops inside its series; write `{range_of(before, current)}` first")
    return current


def _unjoined(written: str) -> str:
    return re.sub(r"\\(?:\r\n|\r|\n)", "", written)


def _clauses(written: str) -> "list[Clause | str] | None":
    """Split a specifier at its commas; a blank stretch (a trailing comma leaves one) is returned as text."""
    found: list[Clause | str] = []
    for part in written.split(","):
        match = re.fullmatch(_CLAUSE, part)
        if match is not None:
            found.append(Clause(*match.groups()))
        elif re.fullmatch(_BLANK, part):
            found.append(part)
        else:
            return None
    return found


def _rejoined(kept: list[Clause | str | None], clauses: list[Clause | str]) -> str:
    """Join clauses again; where the first or last was dropped, its neighbour takes over the blanks at that end."""
    texts = [part.text if isinstance(part, Clause) else part for part in kept if part is not None]
    text = ",".join(texts)
    first, last = clauses[0], clauses[-1]
    if kept[0] is None and isinstance(first, Clause):
        text = _blank_before(first.lead) + text.removeprefix(_blank_before(text))
    if kept[-1] is None and isinstance(last, Clause):
        text = re.sub(rf"{_BLANK}\Z", "", text, count=1) + last.trail
    return text


def _blank_before(text: str) -> str:
    match = re.match(_BLANK, text)
    return match[0] if match else ""


def move_clause(clause: Clause, current: Series, target: Version) -> Clause | None:
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
            return clause if wide else clause._replace(version=respelled(clause.version, pins.start(new), ".*"))
        case "==":
            return clause._replace(version=respelled(clause.version, target))
        case "<":
            ends_series = Version(version.base_version) == pins.start(current.following)
            return (
                clause._replace(version=respelled(clause.version, pins.start(new.following))) if ends_series else clause
            )
        case "<=":
            return clause
        case _:
            return _move_floor(clause, version, current, target)


def _move_floor(clause: Clause, version: Version, current: Series, target: Version) -> Clause:
    """Move `>=`, `>` or `~=`: to the start of the series where it stood there, else to the tested version."""
    if series_of(version) != current:
        return clause  # A floor below the series still holds.
    at_start = not any(version.release[2:]) or clause.operator == ">"
    return clause._replace(version=respelled(clause.version, pins.start(series_of(target)) if at_start else target))


def checked(written: str, after: SpecifierSet, before: SpecifierSet, target: Version) -> Unmovable | None:
    """Ask the algebra whether the new text (it means `after`) says what a move promises; None where it does."""
    new = series_of(target)
    if not pins.admits(after, target):
        return Unmovable(f"`{written.strip()}` cannot be moved to {target} in its own spelling")
    if pins.is_exact(before):
        return None if pins.is_exact(after) else Unmovable(f"`{written.strip()}` would no longer be exact")
    if pins.series(after) != new or not pins.admits_later_patches(after, new):
        return Unmovable(f"`{written.strip()}` cannot be moved to the {new} series in its own spelling")
    return None


DIALECT = Dialect("pep440", pins.parse, move, pins.whole_series, "")
