"""Release notes as plain text: a line names a release, and what is indented or listed below it are its changes.

redis-py's `CHANGES` is written so up to 3.5.3: `* 3.5.3 (June 1, 2020)`, and `  * Fix …` below. PyYAML's has lines
`6.0.3 (2025-09-25)` with bullets at the margin, Beautiful Soup's `= 4.13.3 (20250204)`.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice, pairwise
from pathlib import PurePosixPath

from pincheck.changelog import _headings, _limits
from pincheck.changelog._blocks import Block, Section, Style, Written

_START = re.compile(r"(?P<mark>[-*+] ?|={1,3} )?(?P<title>\S.*)")
_BULLET = re.compile(r"(?P<indent>\s*)[-*+] +(?P<text>\S.*)")
_UNDERLINE = re.compile(r"([-=~^*])\1{3,}")
_LONGEST = 80
_BULLETS = ("- ", "* ", "+ ")
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"'`]+")
_TYPES = {"", "text/plain", "application/octet-stream"}
_SUFFIXES = {"", ".txt"}
_LEVEL = 1


def _looks(written: Written) -> bool:
    suffix = PurePosixPath(written.path.partition("?")[0]).suffix.lower()
    named = written.media_type in _TYPES and (suffix in _SUFFIXES or suffix.strip(".").isdigit())
    return named and next(_sections(written), None) is not None


def tells_of_newer(written: Written, first: Section) -> bool:
    """Tell whether a release stands above the first that has a title, as in PyYAML's `CHANGES`."""
    newest = next(_sections(written), None) if _looks(written) else None
    return newest is not None and newest.version is not None and newest.line < first.line


def _sections(written: Written) -> Iterator[Section]:
    lines = written.text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").expandtabs().split("\n")
    found = islice(_starts(lines, written.package), _limits.MOST_RELEASES + 1)
    starts = [*found, (len(lines), "", None)]
    for (index, title, heading), (following, _, _) in pairwise(starts):
        blocks = partial(_blocks, lines[index + 1 : following], index + 2)
        if heading is None or heading.status == "unreleased":
            yield Section(None, title, heading and heading.date, index + 1, _LEVEL, blocks, "unreleased")
        else:
            yield Section(heading.version, title, heading.date, index + 1, _LEVEL, blocks, heading.status)


def _starts(lines: Sequence[str], package: str) -> Iterator[tuple[int, str, _headings.Heading | None]]:
    """Yield the lines at the margin that name a release, each with its index, or what is not released yet.

    Without anything indented below it, a line would be one of a table or of a sentence; one with a date and an empty
    line above it is neither.
    """
    holds = [""] * len(lines)
    below = ""
    for index in range(len(lines) - 1, -1, -1):
        holds[index] = below
        below = lines[index] if lines[index].strip() else below
    for index, line in enumerate(lines):
        is_held = holds[index].startswith(" ")
        is_apart = len(line) <= _LONGEST and not (index and lines[index - 1].strip()) and not line.startswith(_BULLETS)
        found = _START.fullmatch(line) if is_held or is_apart else None
        heading = _headings.release(found["title"], package) if found else None
        if heading and not is_held and not heading.date:
            continue
        if heading or (is_held and found and _headings.is_unreleased(found["title"])):
            yield index, line.strip(" -*+="), heading


def _blocks(lines: Sequence[str], first: int) -> Iterator[Block]:
    """Yield an item for each bullet, the indented lines below it joined; a line at the margin is one too."""
    said: list[str] = []
    start = level = margin = 0
    for number, line in enumerate([*lines[: _limits.MOST_LINES], ""], start=first):
        bullet = _BULLET.fullmatch(line)
        if said and (bullet or not line.startswith(" ")):
            yield _item(said, level, start)
            said = []
        if bullet:
            indent = len(bullet["indent"])
            margin = margin or indent
            said, start, level = [bullet["text"]], number, 2 if indent > margin else 1
        elif line.strip() and not _UNDERLINE.fullmatch(line.strip()):
            start, level = (start, level) if said else (number, 1)
            said.append(line.strip())
    yield from _limits.left_out(_LEVEL) if len(lines) > _limits.MOST_LINES else ()


def _item(said: Sequence[str], level: int, line: int) -> Block:
    text = " ".join(" ".join(said).split())
    links = tuple(dict.fromkeys(found[0].rstrip(".,;:!?") for found in _ADDRESS.finditer(text)))
    return Block("item", text, level, links, line)


STYLE = Style("plain", _looks, _sections)
