"""conda's version rules, as `environment.yml` and pixi have them: what stands behind the name in a MatchSpec.

`=0.112` is a series, `==0.112` and a bare `0.112` are one version, `0.112.*` is a series, `,` is "and", `|` is "or".
conda has no rule that keeps a pre-release of `V` out of `<V`; `lets_in_next` tells where that matters, and everything
else reads `<V` as PEP 440 does.

Source: conda documentation, "Package match specifications"; `conda.models.match_spec` and `conda.models.version`.
"""

import re
from typing import NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from pincheck import pins
from pincheck.dialects import pep440
from pincheck.dialects._dialect import Dialect, Moved, Unmovable
from pincheck.pins import Series

OPERATORS = frozenset({"", "=", "==", "!=", "<", "<=", ">", ">=", "~="})
_PARENTHESES = r"(\s*\()(.*)(\)\s*)"
_CLAUSE = r"(?P<lead>\s*(?P<operator>[=<>!~^]*)\s*)(?P<version>[^\s*]*?)(?P<star>(?:\.?\*)*)(?P<trail>\s*)"
# Before the very first version of a series, in conda's order: `0.113.0a0`, and of two numbers `0.113a0`, `0.113.dev0`.
_BEFORE_ALL = r"\d+\.\d+(?:\.0(?:a0?|dev\d*)|\.?(?:a(?:lpha)?0?|dev\d*))"
_HINTS = {
    "===": "conda has no `===`; did you mean `==`?",
    "=>": "the operator is turned around; did you mean `>=`?",
    "=<": "the operator is turned around; did you mean `<=`?",
    "^": "`^` is Poetry's; write `0.112.*` or `>=0.112.0,<0.113.0a0`",
    "~": "`~` is Poetry's; write `0.112.*` or `~=0.112.0`",
}


class Untranslatable(ValueError):
    """conda can read this, and PEP 440 has no words for it."""


class _Clause(NamedTuple):
    """One comparison: `lead` ends with its operator and the blanks behind it, `star` is its wildcard."""

    lead: str
    operator: str
    version: str
    star: str
    trail: str

    @property
    def value(self) -> Version:
        """The version; in conda's versions `_` and `-` separate numbers as a dot does."""
        plain = re.sub(r"[-_]", ".", self.version)
        if not re.search(r"\d", plain):
            raise InvalidSpecifier(f"`{self.version}` is not a version; every version is `*`")
        if not plain[:1].isdigit():
            raise Untranslatable(f"`{self.version}` is a version that PEP 440 has no words for")
        try:
            return Version(plain)
        except InvalidVersion:
            raise Untranslatable(f"`{self.version}` is a version that PEP 440 has no words for") from None

    @property
    def is_series(self) -> bool:
        """Whether everything that begins like the version is meant."""
        return self.operator == "=" or (bool(self.star) and self.operator in {"", "==", "!="})

    @property
    def is_one_patch(self) -> bool:
        """Whether all three numbers are named: `=0.112.0` is one release and what is built upon it."""
        return self.is_series and self.operator != "!=" and len(self.value.release) > 2  # noqa: PLR2004


def parse(text: str) -> SpecifierSet:
    """Read a version rule; of a union (`|`) the hull comes back (see `pins.hull`). ValueError says what is wrong.

    Untranslatable is raised for what conda can read and PEP 440 cannot say.
    """
    if re.search(rf"\d{{{pins.LONGEST_NUMBER + 1}}}", text):
        raise InvalidSpecifier(f"a version number has more than {pins.LONGEST_NUMBER} digits")
    if not text.strip():
        return SpecifierSet()
    return pins.hull([_all_of(part) for part in text.split("|")])


def is_union(text: str) -> bool:
    """Say whether a rule consists of alternatives."""
    return "|" in text


def _all_of(text: str) -> SpecifierSet:
    inner = re.fullmatch(_PARENTHESES, text)
    text = inner[2] if inner else text
    if "(" in text or ")" in text:
        raise Untranslatable("parentheses inside each other, or around an `or`")
    return SpecifierSet(",".join(filter(None, (_in_pep440(clause) for clause in _clauses(text)))))


def _clauses(text: str) -> list[_Clause]:
    """Split what is joined by commas; ValueError for what is no comparison."""
    found = []
    for part in text.split(","):
        match = re.fullmatch(_CLAUSE, part)
        if match is None:
            split = re.search(r"\S\s+[=<>!~]", part.strip())
            raise (
                _pattern(part)
                if "*" in part
                else InvalidSpecifier(
                    "clauses are separated by commas" if split else f"`{part.strip()}` is not a version rule"
                )
            )
        operator = match["operator"]
        if operator not in OPERATORS:
            raise InvalidSpecifier(_HINTS.get(operator, f"`{operator}` is not an operator"))
        if not match["version"] and not match["star"]:
            raise InvalidSpecifier("a version is missing")
        found.append(_Clause(match["lead"], operator, match["version"], match["star"], match["trail"]))
    return found


def _pattern(part: str) -> Untranslatable:
    return Untranslatable(f"`{part.strip()}` is a pattern")


def _in_pep440(clause: _Clause) -> str:
    """Return a comparison in PEP 440's words, `""` for one that allows everything."""
    operator, version = clause.operator, clause.version
    if not version:
        if operator not in {"", "=", "==", ">="}:
            raise InvalidSpecifier(f"`{operator}*` allows nothing that could be meant")
        return ""
    if clause.star and operator in {">", "~="}:
        raise InvalidSpecifier(f"`.*` may not stand behind `{operator}`")
    value = clause.value
    if clause.is_series:
        if value.is_prerelease or value.is_postrelease or value.local:
            return f"{'!=' if operator == '!=' else '=='}{value}"
        return f"{'!=' if operator == '!=' else '=='}{value}.*"
    if operator == "<" and _is_start(value):
        return f"<{value.base_version}"
    return f"{operator or '=='}{value}"


def _is_start(value: Version) -> bool:
    """Say whether a version stands for the very start of its series: `0.113.0a0`, `0.113.dev0`."""
    return value.pre == ("a", 0) or (value.pre is None and value.post is None and value.dev is not None)


def move(written: str, target: Version) -> Moved | Unmovable:
    """Move a rule in its own spelling, by the rules that PEP 440's move has for what it means.

    `=0.112.0` and `0.112.0.*` name one release, as people mean them, and stand at `target` afterwards.
    """
    inner = re.fullmatch(_PARENTHESES, written)
    if inner:
        moved = move(inner[2], target)
        return moved if isinstance(moved, Unmovable) else moved._replace(text=f"{inner[1]}{moved.text}{inner[3]}")
    text = written.strip()
    try:
        before = parse(written)
        if not before:
            return Unmovable(f"`{text}` does not stand inside one minor series")
        if is_union(written):
            return Unmovable(f"`{text}`: alternatives (`|`) cannot be moved")
        clauses = _clauses(written)
        plain = [_plain(clause) for clause in clauses]
    except ValueError as error:
        return Unmovable(f"`{text}`: {error}")
    current = pins.series(before)
    exact = pins.is_exact(before) or any(clause.is_one_patch for clause in clauses)
    if current is not None and not exact and not pins.admits_later_patches(before, current):
        return Unmovable(f"`{text}` stops inside its series; write `{range_of(before, current)}` first")
    joined = ",".join(plain)
    moved = pep440.move(joined, target)
    if isinstance(moved, Unmovable):
        return Unmovable(moved.reason.replace(f"`{joined}`", f"`{text}`"))
    dropped, versions = list(moved.dropped), iter(moved.text.split(","))
    kept = []
    for clause, pep in zip(clauses, plain, strict=True):
        if pep in dropped:
            dropped.remove(pep)
        else:
            kept.append(_respelled(clause, pep, next(versions)))
    return Moved(",".join(kept), moved.dropped)


def _plain(clause: _Clause) -> str:
    """Return a comparison for PEP 440's move: the version as it is written, with an operator that PEP 440 has."""
    _in_pep440(clause)
    if clause.operator == "<" and _is_start(clause.value):
        return f"<{_numbers(clause.version)}"
    if clause.is_series and not clause.is_one_patch:
        return f"{'!=' if clause.operator == '!=' else '=='}{clause.version}.*"
    return f"{clause.operator if clause.operator not in {'', '='} else '=='}{clause.version}"


def _numbers(version: str) -> str:
    match = re.match(r"(?:\d+!)?\d+(?:\.\d+)*", version)
    assert match is not None  # What `_Clause.value` reads begins with a digit.
    return match[0]


def _respelled(clause: _Clause, before: str, after: str) -> str:
    """Put the version that PEP 440's move came to back into the words of conda."""
    version = after.lstrip("=<>!~").removesuffix(".*")
    rest = clause.version.removeprefix(_numbers(clause.version)) if before.startswith("<") else ""
    keeps = rest and _is_start(clause.value)
    return f"{clause.lead}{version}{rest if keeps else ''}{clause.star}{clause.trail}"


def range_of(specifier: SpecifierSet, stays_in: Series) -> str:
    """Return the range that starts at a specifier's floor; it ends before the first alpha of the next series."""
    floor = pins.whole_series(specifier, stays_in).partition(",")[0]
    return f"{floor},<{pins.start(stays_in.following)}a0"


def lets_in_next(written: str, stays_in: Series) -> bool:
    """Say whether conda lets in a pre-release of the series that follows the one a rule is meant to stay in."""
    try:
        parts = [re.fullmatch(_PARENTHESES, part) or part for part in written.split("|")]
        texts = [part if isinstance(part, str) else part[2] for part in parts]
        return any(all(_admits(c, stays_in.following) for c in _clauses(text)) for text in texts)
    except ValueError:
        return False


def _admits(clause: _Clause, following: Series) -> bool:
    """Say whether one comparison lets in `0.113.0a1`, where `following` is 0.113."""
    if not clause.version:
        return True
    first, value = pins.start(following), clause.value
    prefix = value.release[:-1] if clause.operator == "~=" else value.release
    begins = first.epoch == value.epoch and [*first.release, 0, 0, 0][: len(prefix)] == list(prefix)
    match clause.operator:
        case "!=":
            return not (clause.is_series and begins)
        case ">" | ">=":
            return value < first
        case "<" | "<=":
            base = Version(value.base_version)
            if clause.operator == "<" and base == first:
                return re.fullmatch(_BEFORE_ALL, clause.version.rpartition("!")[2], re.IGNORECASE) is None
            return base >= first
        case "~=":
            return begins and value < first
        case _:
            return clause.is_series and begins


def closed(written: str, stays_in: Series) -> str:
    """Return a rule whose ceiling ends before the first alpha of the next series, all else as it is written."""
    inner = re.fullmatch(_PARENTHESES, written)
    if inner:
        return f"{inner[1]}{closed(inner[2], stays_in)}{inner[3]}"
    first = pins.start(stays_in.following)
    texts = []
    for clause in _clauses(written):
        ends = clause.operator == "<" and Version(clause.value.base_version) == first
        version = f"{first}a0" if ends else clause.version
        texts.append(f"{clause.lead}{version}{'' if ends else clause.star}{clause.trail}")
    return ",".join(texts)


DIALECT = Dialect("conda", parse, move, range_of, "*")
