"""The door of a format: what it claims, and what it makes of one file."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath
from typing import Literal, NamedTuple, Protocol

from pincheck.model import Declaration, Ignore, LeftAlone, Locked, Oddity, Problem, Source, Span


class Include(NamedTuple):
    """A file or folder that a file names: `target` as written, relative to the file that includes it.

    `requirements` and `constraints` are pip's `-r` and `-c`, `listed` is setuptools' `file:` (see `_listed`), `project` is
    a folder whose own manifests say what it requires, `members` the folders of a workspace, as a glob, without those
    that one of `exclude` matches.
    """

    span: Span
    target: str
    kind: Literal["requirements", "constraints", "listed", "project", "members"] = "requirements"
    exclude: tuple[str, ...] = ()


Item = Declaration | Problem | Include | LeftAlone | Locked | Oddity


class Reading(NamedTuple):
    """What one format found in one file."""

    declarations: tuple[Declaration, ...] = ()
    problems: tuple[Problem, ...] = ()
    includes: tuple[Include, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    locked: tuple[Locked, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    oddities: tuple[Oddity, ...] = ()

    @classmethod
    def of(cls, items: Iterable[Item], ignores: tuple[Ignore, ...] = ()) -> "Reading":
        """Sort what was found in a file by what it is."""
        found = list(items)
        return cls(
            tuple(item for item in found if isinstance(item, Declaration)),
            tuple(item for item in found if isinstance(item, Problem)),
            tuple(item for item in found if isinstance(item, Include)),
            tuple(item for item in found if isinstance(item, LeftAlone)),
            tuple(item for item in found if isinstance(item, Locked)),
            ignores,
            tuple(item for item in found if isinstance(item, Oddity)),
        )

    def joined(self, other: "Reading") -> "Reading":
        """Return what both found."""
        return Reading(
            self.declarations + other.declarations,
            tuple(dict.fromkeys(self.problems + other.problems)),
            self.includes + other.includes,
            self.left_alone + other.left_alone,
            self.locked + other.locked,
            tuple(dict.fromkeys(self.ignores + other.ignores)),
            tuple(dict.fromkeys(self.oddities + other.oddities)),
        )


class Read(Protocol):
    """Text → declarations. `environ` is what `${VARIABLES}` in the file may refer to."""

    def __call__(self, source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading: ...


class Format(NamedTuple):
    """One way to write requirements down.

    A file is in it where `claims` says so by its path, where `mark` (if there is one) stands in its text, and where
    `looks` (if there is one) says so by its text.
    """

    name: str
    claims: Callable[[PurePosixPath], bool]
    read: Read
    mark: str = ""
    looks: Callable[[str], bool] | None = None
