"""How much of release notes is read: they come from outside, and nobody reads a hundred thousand changes.

FastAPI's 3,874 items, boto3's 2,098 releases and setuptools' 250 are well below. Whatever is left out, a `Block`, a
doubt or a marked version says so.
"""

from collections.abc import Iterator
from typing import Final

from pincheck.changelog._blocks import Block, Section

MOST_RELEASES: Final = 5_000
# What one range may hold: a block weighs one, and one more for each hundred letters.
MOST_BLOCKS: Final = 30_000
_LETTERS: Final = 100
# What of one release is read.
LONGEST_SECTION: Final = 300_000
MOST_LINES: Final = 6_000
# Stretches that docutils reads of one text, each at a cost of its own; others are shown as they are written.
MOST_READINGS: Final = 3_000

_TITLE: Final = "Not read"


def cut(markup: str) -> tuple[str, bool]:
    """Return as much of one release's text as is read, and whether that is all of it."""
    kept = markup[:LONGEST_SECTION]
    lines = kept.split("\n", MOST_LINES)
    if len(lines) > MOST_LINES:
        kept = "\n".join(lines[:MOST_LINES])
    return kept, len(kept) == len(markup)


def left_out(level: int, line: int = 0) -> Iterator[Block]:
    """Yield what says that the rest of one release, whose heading has this level, was not read."""
    yield Block("heading", _TITLE, level + 1, (), line)
    yield Block("paragraph", "the rest is not read: these notes are too long", 0, (), line)


def within(section: Section, left: int) -> tuple[Section, int]:
    """Return a section with as many of its blocks as there is room for, and what room is left then."""
    kept: list[Block] = []
    for block in section.blocks() if left > 0 else ():
        left -= 1 + len(block.text) // _LETTERS
        kept.append(block)
        if left <= 0:
            break
    else:
        if left > 0:
            return section._replace(blocks=lambda: kept), left
    return section._replace(blocks=lambda: [*kept, *left_out(section.level)]), 0
