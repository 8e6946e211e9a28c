"""The nouns of what is read and found, as values; those of an upgrade are in `upgrades`.

They are named tuples where a frozen dataclass would do as well, because making one costs a seventh of the time, and
`check` has to be fast enough for a hook.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

if TYPE_CHECKING:  # Making the classes of an upgrade costs `check`, which needs none of them, 5 ms.
    from pincheck.upgrades import Outcome

Severity = Literal["error", "warning", "note"]
Origin = Literal["declared", "constraint", "compiled"]


class Span(NamedTuple):
    """A half-open range of characters in a source's text."""

    start: int
    end: int


class Source(NamedTuple):
    """A file as it was read: newlines, byte order mark and all.

    `text` is the decoded file without any change, `encoding` the codec that turns it back into exactly the bytes
    that were read, `path` how the file is shown and found: relative to where pincheck was started when it lies below.
    """

    path: PurePosixPath
    text: str
    encoding: str = "utf-8"

    def at(self, span: Span) -> str:
        """Return the text that a span covers."""
        return self.text[span.start : span.end]

    def position(self, offset: int) -> tuple[int, int]:
        r"""Return line and column of an offset, both counted from one; `\n`, `\r` and `\r\n` end a line."""
        starts = _line_starts(self.text)
        line = bisect_right(starts, offset)
        column = offset - starts[line - 1] + 1
        marked = line == 1 and column > 1 and self.text.startswith("\ufeff")  # The mark takes no column.
        return line, column - marked


@lru_cache(maxsize=16)
def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]


class Declaration(NamedTuple):
    """One requirement, as one manifest declares it.

    `span` covers the requirement from its name to its last character, `specifier_span` only what is between the
    name (with extras) and the marker, without parentheses; it is empty where nothing is written. `group` names the
    table or file part that it stands in (`""` for the main one). `fixed` says why its text cannot be edited in
    place (`""` where it can).
    """

    source: Source
    span: Span
    specifier_span: Span
    group: str
    name: NormalizedName
    extras: frozenset[str]
    specifier: SpecifierSet
    marker: str
    url: str
    origin: Origin
    fixed: str = ""

    @property
    def written(self) -> str:
        """The specifier as it stands in the file, blanks at its ends removed."""
        return self.source.at(self.specifier_span).strip()


class Locked(NamedTuple):
    """One package, as a lock file resolved it."""

    source: Source
    span: Span
    name: NormalizedName
    version: Version


class Ignore(NamedTuple):
    """A `# pincheck: ignore[…]` comment: the codes it hides on the lines from `first` to `last`."""

    source: Source
    span: Span
    codes: frozenset[str]
    first: int
    last: int


class Problem(NamedTuple):
    """A stretch that cannot be read, and why."""

    source: Source
    span: Span
    reason: str


class LeftAlone(NamedTuple):
    """Something that was seen and not judged or not moved, and why; `name` is its package, `""` where it is none."""

    source: Source
    span: Span
    subject: str
    reason: str
    name: str = ""


class OneMinor:
    """An exact version, or a range inside one `MAJOR.MINOR` series."""


class Exact:
    """One exact version."""


class Unpinned:
    """Chosen by somebody else; only a bare floor may be declared, and that is a warning."""


class Within(NamedTuple):
    """A range inside `allowed`; `lenient`: no specifier is fine, and a range that reaches outside is a warning."""

    allowed: SpecifierSet
    lenient: bool = False


class Free:
    """Anything goes."""


Policy = OneMinor | Exact | Unpinned | Within | Free


class Project(NamedTuple):
    """All that a rule may look at."""

    declarations: tuple[Declaration, ...]
    locked: tuple[Locked, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    problems: tuple[Problem, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    policies: Mapping[NormalizedName, Policy] = MappingProxyType({})
    sources: tuple[Source, ...] = ()
    # (including file, constraints file): which constraints hold for which declarations.
    constrained: frozenset[tuple[PurePosixPath, PurePosixPath]] = frozenset()


class Edit(NamedTuple):
    """Replace a span of a file by a text; knows nothing of why."""

    path: PurePosixPath
    span: Span
    text: str


class Finding(NamedTuple):
    """Something is wrong here: `message` says what, `remedy` what to write instead.

    `edits` write it where that is safe.
    """

    source: Source
    span: Span
    code: str
    severity: Severity
    message: str
    remedy: str
    edits: tuple[Edit, ...] = ()


class Result(NamedTuple):
    """All that a report may show."""

    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    outcomes: "tuple[Outcome, ...]" = ()
    left_alone: tuple[LeftAlone, ...] = ()
    fixed: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()
    summary: str = ""
