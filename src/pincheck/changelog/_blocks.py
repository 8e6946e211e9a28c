"""What every style of release notes is read into: sections of blocks."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

from packaging.version import Version

Status = Literal["released", "unreleased", "yanked", "unpublished"]


class Written(NamedTuple):
    """Release notes as they were found: their text, and what is known of its form.

    `media_type` is what a server called it, without parameters, `path` the file's name or address, `package` whose
    notes they are; each is `""` where it is not known.
    """

    text: str
    media_type: str = ""
    path: str = ""
    package: str = ""


class Block(NamedTuple):
    """One piece of a section, in reading order.

    `text` is its words on one line, markup gone but for back-ticks around code. `level` of a heading is its depth in
    the file, of an item how deep it is nested (1 is outermost); other blocks have 0, and -1 where they stand inside an
    item. `links` are all addresses in it; `line` is the one-based line it starts on, 0 where the form has no lines.
    """

    kind: Literal["heading", "item", "paragraph", "code"]
    text: str
    level: int = 0
    links: tuple[str, ...] = ()
    line: int = 0


class Section(NamedTuple):
    """Where one release stands in the notes; `blocks` reads what is written there, and costs what that costs.

    `version` is None where nothing was released yet. `level` is the depth of the release's heading, `line` its
    one-based line (0: none), `link` the address of just this section (`""`: not known).
    """

    version: Version | None
    title: str
    date: date | None
    line: int
    level: int
    blocks: Callable[[], Iterable[Block]]
    status: Status = "released"
    link: str = ""


class Style(NamedTuple):
    """One style of release notes: whether a text is written in it, and where its releases stand in that text."""

    name: str
    looks: Callable[[Written], bool]
    sections: Callable[[Written], Iterator[Section]]
