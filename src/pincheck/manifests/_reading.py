"""The door of a format: what it claims, and what it makes of one file."""

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple, Protocol

from pincheck.model import Declaration, Ignore, LeftAlone, Locked, Problem, Source, Span


class Include(NamedTuple):
    """A file that another one names: `target` as written, relative to the file that includes it."""

    span: Span
    target: str
    constraint: bool


class Reading(NamedTuple):
    """What one format found in one file."""

    declarations: tuple[Declaration, ...] = ()
    problems: tuple[Problem, ...] = ()
    includes: tuple[Include, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    locked: tuple[Locked, ...] = ()
    ignores: tuple[Ignore, ...] = ()

    def joined(self, other: "Reading") -> "Reading":
        """Return what both found."""
        return Reading(
            self.declarations + other.declarations,
            self.problems + other.problems,
            self.includes + other.includes,
            self.left_alone + other.left_alone,
            self.locked + other.locked,
            self.ignores + other.ignores,
        )


class Read(Protocol):
    """Text → declarations. `environ` is what `${VARIABLES}` in the file may refer to."""

    def __call__(self, source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading: ...


class Format(NamedTuple):
    """One way to write requirements down."""

    name: str
    claims: Callable[[PurePosixPath], bool]
    read: Read
