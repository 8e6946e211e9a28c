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
    from pincheck.upgrades import Digest, Outcome

Severity = Literal["error", "warning", "note"]
Origin = Literal["declared", "constraint", "override", "compiled"]
# How a version is written down where it stands; `dialects` knows what each means and how it moves.
DialectName = Literal["pep440", "poetry", "pipenv", "conda", "shell"]
OddityKind = Literal[
    "look-alike",  # a name with letters that only look like ASCII ones
    "toml-1.1",  # syntax that tomllib before Python 3.15 refuses
    "swallowed-line",  # a comment that ends in a backslash takes the next line away under pip
    "comment-inside",  # a comment inside a joined line
    "variable-in-version",  # `${VARIABLE}` in a version, which only pip expands
    "odd-encoding",  # pip reads it, uv does not
    "only-pip",  # anything else that pip reads, and uv refuses or reads otherwise
    "voided",  # another table of the same tool takes a declared version out of effect
    "ineffective",  # a declaration that its own tool ignores
    "shell",  # a shell reads the text otherwise than its writer
]
Status = Literal["right", "wrong", "moved", "left alone"]


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
    name (with extras) and the marker, without parentheses; it is empty where nothing is written. In a table it is the
    text between the quotes. `specifier` is what that text means, in PEP 440's words, whatever its `dialect`. `group`
    names the table or file part that it stands in (`""` for the main one). `fixed` says why its text cannot be edited
    in place (`""` where it can). An extra's group has brackets around its name. An `override` takes the place of every other declaration of its package.
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
    dialect: DialectName = "pep440"

    @property
    def written(self) -> str:
        """The specifier as it stands in the file, blanks at its ends removed."""
        return self.source.at(self.specifier_span).strip()


class Locked(NamedTuple):
    """One package, as a lock file resolved it; `requires` is what the lock says that it asks of other packages."""

    source: Source
    span: Span
    name: NormalizedName
    version: Version
    requires: tuple[tuple[NormalizedName, SpecifierSet], ...] = ()


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


class Oddity(NamedTuple):
    """Something about a stretch that its format can see and only a rule may judge.

    `name` is the package that it is about (`""` for none), `text` what the rule's message needs to be told.
    """

    source: Source
    span: Span
    kind: OddityKind
    name: str
    text: str


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
    # (file, other file): what is installed along with a file's requirements, at any depth.
    included: frozenset[tuple[PurePosixPath, PurePosixPath]] = frozenset()
    # (workspace root's file, member's file): one lock and one set of constraints for all of them.
    members: frozenset[tuple[PurePosixPath, PurePosixPath]] = frozenset()
    oddities: tuple[Oddity, ...] = ()
    # Files that nobody asked about, read because what was asked about belongs together with them.
    context: frozenset[PurePosixPath] = frozenset()
    # What the last commit declared in the folders of pins that do not stand inside one series any more.
    committed: tuple[Declaration, ...] = ()
    # Folders that were looked through: what is not found in them is not there.
    searched: tuple[PurePosixPath, ...] = ()


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


class Place(NamedTuple):
    """One place where a watched package stands: `written` as it is there, and how it fared (`why`, for short)."""

    source: Source
    span: Span
    name: str
    written: str
    status: Status
    why: str


class Result(NamedTuple):
    """All that a report may show."""

    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    outcomes: "tuple[Outcome, ...]" = ()
    digests: "tuple[Digest, ...]" = ()
    left_alone: tuple[LeftAlone, ...] = ()
    fixed: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()
    summary: str = ""
    places: tuple[Place, ...] = ()
