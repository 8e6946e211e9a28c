"""Release notes in reStructuredText: a release is a section, whose title is underlined.

One scan of the lines finds the titles; only the releases that are asked for are then read by docutils.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from itertools import islice, pairwise
from operator import attrgetter
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from pincheck.changelog import _headings, _limits, _rst, plain
from pincheck.changelog._blocks import Block, Section, Status, Style, Written
from pincheck.changelog._told import told

# docutils, "reStructuredText Markup Specification", section "Sections": an underline as long as its title, or too
# short a one of at least four characters, of which docutils complains; what is shorter is text.
_SHORTEST = 4
_MARKS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")

_FIELD = re.compile(r":(?P<name>[\w -]{1,40}):\s*(?P<value>.*)")
_LINES_OF_A_DATE = 8

# More headings than this in one release are no notes; each costs a run of docutils.
_MOST_HEADINGS = 600

_FILES = (".rst", ".rest")
_OTHER_FILES = (".md", ".markdown", ".html", ".htm", ".json")
_TYPES = {"text/x-rst", "text/prs.fallenstein.rst", "text/restructuredtext"}
_OTHER_TYPES = {"text/html", "application/xhtml+xml", "text/markdown", "application/json"}
_MARKDOWN = re.compile(r"(?m)^(?:#{1,6} +\S|```|\[[^\]\n]+\]: |[^`\n]*\]\(https?://)")
_OWN_MARKUP = re.compile(r"(?m)^\.\. |^\s*\.\. [\w-]+::|`_(?:\W|$)|:[\w:-]+:`[^`\n]+`|::$|``[^`\n]+``")


class _Title(NamedTuple):
    """A title, the lines (from zero) that it and its adornments take, and its depth in the file (from one)."""

    text: str
    start: int
    end: int
    level: int

    @property
    def line(self) -> int:
        """Return the line of the text itself, from one."""
        return self.end - 1


@dataclass(frozen=True)
class _File:
    """A file as lines; what its names mean is looked for when it is first asked for."""

    text: str
    package: str

    @cached_property
    def lines(self) -> list[str]:
        return _rst.lines_of(self.text)

    @cached_property
    def titles(self) -> tuple[_Title, ...]:
        return tuple(_titles(self.lines))

    @cached_property
    def names(self) -> _rst.Names:
        return _rst.names("\n".join(self.lines))


def _looks(written: Written) -> bool:
    path = written.path.casefold().partition("?")[0].partition("#")[0]
    if written.media_type in _TYPES:
        return True
    if written.media_type in _OTHER_TYPES or path.endswith(_OTHER_FILES):
        return False
    if path.endswith(_FILES):
        return True
    first = next(_sections(written), None)
    return first is not None and _is_own(written.text) and not plain.tells_of_newer(written, first)


def _is_own(text: str) -> bool:
    """Tell whether a text with underlined titles is no Markdown, which can underline them as well."""
    markdown, own = (sum(1 for _ in pattern.finditer(text)) for pattern in (_MARKDOWN, _OWN_MARKUP))
    return own >= markdown


def _sections(written: Written) -> Iterator[Section]:
    file = _File(written.text, written.package)
    found = islice(_starts(file), _limits.MOST_RELEASES + 1)
    starts = [*found, (_Title("", len(file.lines), len(file.lines), 0), None)]
    for (title, heading), (following, _) in pairwise(starts):
        day, status, heads = _told(file.lines[title.end : following.start])
        if heading is None:
            version, status = None, "unreleased"
        else:
            version, day = heading.version, heading.date or day
            status = status if heading.status == "released" else heading.status
        blocks = partial(_blocks, file, title, heads, following.start)
        version = None if status == "unreleased" else version
        yield Section(version, title.text, day, title.line, title.level, blocks, status)


def _starts(file: _File) -> Iterator[tuple[_Title, _headings.Heading | None]]:
    """Yield the titles that start a release, and what they say; the first of them sets their level.

    A deeper title never starts one: Celery has `Python 3.9 Minimum Version` inside 5.6.0.
    """
    level = 0
    for title in file.titles:
        if level and title.level > level:
            continue
        heading = _headings.release(title.text, file.package)
        if heading or _headings.is_unreleased(title.text):
            level = level or title.level
            yield title, heading


def _titles(lines: Sequence[str]) -> Iterator[_Title]:
    """Yield the titles; how deep one stands, its adornment tells, by the order in which adornments first come."""
    levels: dict[tuple[str, bool], int] = {}
    taken = 0
    for index, line in enumerate(lines):
        if index <= taken or not line or line[0] not in _MARKS or line.count(line[0]) != len(line):
            continue
        text, over = lines[index - 1], index - 2 >= taken and lines[index - 2] == line
        start = index - 2 if over else index - 1
        if start < taken or not _is_title(text, line, over) or not _is_free(lines, start, taken):
            continue
        taken = index + 1
        yield _Title(text.strip(), start, taken, levels.setdefault((line[0], over), len(levels) + 1))


def _is_title(text: str, line: str, over: bool) -> bool:
    """Tell whether a line makes the one above it a title."""
    if not text or (text[0] == " " and not over) or (text[0] in _MARKS and text.count(text[0]) == len(text)):
        return False
    return _width(text.strip()) <= len(line) or len(line) >= _SHORTEST


def _is_free(lines: Sequence[str], start: int, taken: int) -> bool:
    """Tell whether nothing that a title would be a part of stands directly above it."""
    above = lines[start - 1] if start else ""
    return start == taken or not above or above[0] == " " or above.startswith((".. ", "__ "))


def _width(text: str) -> int:
    """Return how many columns a text takes, as docutils counts them."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _told(lines: Sequence[str]) -> tuple[date | None, Status, frozenset[int]]:
    """Return the date and the status that the first lines of a section tell, and which of them do nothing else.

    Celery tells them as fields: `:release-date: 2026-01-04`, and `:release-by: …` beside it.
    """
    first = next((index for index, line in enumerate(lines[:_LINES_OF_A_DATE]) if line), 0)
    end = next((index for index in range(first, len(lines)) if not lines[index]), len(lines))
    head = lines[first : min(end, first + _LINES_OF_A_DATE)]
    fields = [_FIELD.sub(r"\g<name>: \g<value>", line) for line in head]
    found = [told(line) for line in (fields if fields != list(head) else head[:1])]
    day = next((one.date for one in found if one and one.date), None)
    status: Status = next((one.status for one in found if one and one.status != "released"), "released")
    alone = len(found) == len(head)
    only = [first + index for index, one in enumerate(found) if one and one.only and alone]
    return day, status, frozenset(only)


def _blocks(file: _File, release: _Title, heads: frozenset[int], end: int) -> Iterator[Block]:
    """Yield what one section says: its titles, and what docutils reads between them."""
    whole, end = end, min(end, release.end + _limits.MOST_LINES)
    lines = ["" if index in heads else line for index, line in enumerate(file.lines[release.end : end])]
    first, last = (bisect_left(file.titles, place, key=attrgetter("start")) for place in (release.end, end))
    inside = file.titles[first:last]
    if len(inside) > _MOST_HEADINGS:
        yield from _rst.plain(lines, release.end + 1)
    else:
        yield from _pieces(file, lines, [release, *inside, _Title("", end, end, 0)])
    yield from _limits.left_out(release.level, end + 1) if end < whole else ()


def _pieces(file: _File, lines: Sequence[str], titles: Sequence[_Title]) -> Iterator[Block]:
    """Yield what stands below each title; the lines begin right below the first, and the last ends them."""
    release = titles[0]
    for title, following in pairwise(titles):
        if title is not release:
            yield _rst.title(title.text, title.line, title.level, file.names)
        piece = lines[title.end - release.end : following.start - release.end]
        yield from _rst.blocks(piece, title.end + 1, title.level, file.names)


STYLE = Style("restructured", _looks, _sections)
