"""Poetry's constraints: `^0.112.0`, `~0.112`, `0.112.*`, a bare version, clauses joined by commas or blanks.

Their grammar is the one of `poetry.core.constraints.version.parse_constraint`. Two things differ in meaning, neither
about final versions: a bound on a local build is taken for one on its public version, and `>` keeps post-releases of
its version out, as PEP 440 has it.

Source: Poetry documentation, "Dependency specification", "Version constraints".
"""

import re
from collections.abc import Iterator

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from pincheck import pins
from pincheck.dialects import pep440
from pincheck.dialects._dialect import Dialect, Moved, Unmovable
from pincheck.dialects.pep440 import Clause
from pincheck.pins import Series

# Longer ones are not written by people, and splitting a long row of blanks takes its time.
LONGEST = 1_000
_AND = r"((?<!^)(?<![\^~=>< ,]) *(?<!-)[, ](?!-) *(?!,|$))"
_OR = r"\s*\|\|?\s*"
_ANY = r"v?[x*](?:\.[x*])*"
_CLAUSE = r"((?:\^|~=?|<>|!=|[<>]=?|={1,2})?\s*)(\S*?)((?:\.\*)*)"
_EQUAL = {"", "=", "=="}


def parse(text: str) -> SpecifierSet:
    """Read a constraint; of a union, its hull. ValueError says why it cannot be read."""
    found = alternatives(text)
    return found[0] if len(found) == 1 else pins.hull(found)


def alternatives(text: str) -> list[SpecifierSet]:
    """Return what each part of a union (`||`) allows; ValueError says why one cannot be read."""
    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST:,} characters")
    return [_joined(part) for part in re.split(_OR, text.strip())]


def fixed(text: str) -> str:
    """Return why a constraint's text cannot be edited: a union has more than one place; `""` where it can."""
    return "it is a union (`||`), which does not move as one" if "|" in text else ""


def _joined(part: str) -> SpecifierSet:
    found = [clause for text in re.split(_AND, _without_comma(part))[::2] for clause in _meaning(text)]
    return pins.parse(",".join(found))


def _without_comma(part: str) -> str:
    return part.rstrip(",").rstrip()


def _meaning(text: str) -> Iterator[str]:
    """Yield one clause in PEP 440's words, its floor first."""
    if re.fullmatch(_ANY, text, re.IGNORECASE):
        return
    clause = _clause(text)
    wildcard, operator = clause.trail, clause.operator
    if operator == "<>":
        raise ValueError("`<>` is read as `==` by Poetry; write `!=`")
    try:
        version = Version(clause.version)
    except (InvalidVersion, ValueError):
        raise ValueError(_unreadable(text)) from None
    if wildcard and (operator in {"^", "~", "~="}):
        raise ValueError(_unreadable(text))
    if operator in _EQUAL | {"!="}:
        yield f"{'!=' if operator == '!=' else '=='}{version}{'.*' if wildcard else ''}"
    elif operator in {"^", "~", "~="}:
        yield f">={version.public}"
        yield f"<{_end(operator, version)}"
    else:
        yield f"{operator}{version.public}"  # A wildcard behind it means nothing to Poetry.


def _clause(text: str) -> Clause:
    match = re.fullmatch(_CLAUSE, text, re.DOTALL)
    if match is None or not match[2]:
        raise ValueError(_unreadable(text))
    return Clause(*match.groups())


def _unreadable(text: str) -> str:
    if not text:
        return "it is empty; every version is `*`"
    if text.startswith("==="):
        return f"`{text}`: Poetry has no `===`; write `==`"
    if " - " in text:
        return f"`{text}`: Poetry has no ranges with a hyphen; write `>=` and `<`"
    if re.search(r"\.x\b", text, re.IGNORECASE):
        return f"`{text}`: a wildcard is written `.*`"
    return f"`{text}` is not a constraint of Poetry's"


def _end(operator: str, version: Version) -> str:
    """Return the version at which `^`, `~` or `~=` ends, with as many numbers as the version has."""
    release = version.release
    match operator:
        case "^":
            # The leftmost number that is not zero goes up, of the first three.
            index = next((i for i, number in enumerate(release[:3]) if number), min(len(release), 3) - 1)
        case "~":
            index = min(len(release), 2) - 1
        case _:
            index = max(len(release) - 2, 0)
    numbers = [*release[:index], release[index] + 1, *[0] * (len(release) - index - 1)]
    return f"{version.epoch}!" * bool(version.epoch) + ".".join(map(str, numbers))


def move(written: str, target: Version) -> Moved | Unmovable:
    """Move a pin so that it stands at `target` (exact) or in the series of `target` (range), in its own spelling.

    Within it only digits change, except that an exclusion outside the new series is dropped with what joined it.
    """
    try:
        before = parse(written)
    except ValueError as error:
        return Unmovable(str(error))
    if fixed(written):
        return Unmovable(f"`{written.strip()}`: {fixed(written)}")
    current = pep440.movable(written, before, range_of)
    if isinstance(current, Unmovable):
        return current
    stripped = _without_comma(written.strip())
    start = written.index(stripped)
    parts = re.split(_AND, stripped)
    kept, dropped = _moved(parts, current, target)
    text = f"{written[:start]}{kept}{written[start + len(stripped) :]}"
    return pep440.checked(written, parse(text), before, target) or Moved(text, dropped)


def _moved(parts: list[str], current: Series, target: Version) -> tuple[str, tuple[str, ...]]:
    """Move every second part (between them stands what joins them); return the text and what was dropped."""
    texts: list[str] = []
    dropped: list[str] = []
    for index in range(0, len(parts), 2):
        moved = _moved_clause(parts[index], current, target)
        if moved is None:
            dropped.append(parts[index])
        else:
            texts += [*parts[index - 1 : index], moved] if texts else [moved]
    return "".join(texts), tuple(dropped)


def _moved_clause(text: str, current: Series, target: Version) -> str | None:
    if re.fullmatch(_ANY, text, re.IGNORECASE):
        return text
    clause = _clause(text)
    lead, operator, wildcard = clause.lead, clause.operator, clause.trail
    equal = operator in _EQUAL
    # PEP 440 has `==` where Poetry may have `=` or nothing, and its wildcards are part of the version.
    same = Clause("==" if equal else lead, clause.version + (".*" if wildcard and equal else ""), "")
    moved = pep440.move_clause(same, current, target)
    return None if moved is None else f"{lead}{moved.version.removesuffix('.*')}{wildcard}"


def range_of(specifier: SpecifierSet, stays_in: Series) -> str:
    """Return a whole series from a specifier's floor on: `^0.112.0`, or `~1.2.3` where a caret is a whole major."""
    lowest = pins.whole_series(specifier, stays_in).removeprefix(">=").partition(",")[0]
    if len(Version(lowest).release) == 1:
        lowest += ".0"
    return f"{'~' if stays_in.major or not stays_in.minor else '^'}{lowest}"


DIALECT = Dialect("poetry", parse, move, range_of, "*")
