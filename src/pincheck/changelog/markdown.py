"""Release notes in Markdown: a release is a heading, its categories are headings below it.

FastAPI's own over their whole history (`## 0.1.19`, later `## 0.141.1 (2026-07-29)`), Keep a Changelog, towncrier's
Markdown. One scan of the text finds where each release stands; only those that are asked for are read as Markdown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice, pairwise
from typing import NamedTuple

from markdown_it.common.utils import normalizeReference

from pincheck.changelog import _headings, _inline, _limits, plain
from pincheck.changelog._blocks import Block, Section, Style, Written
from pincheck.changelog._told import told

# A release starts at the margin: an indented heading belongs to a list item or to code. Fences and comments may be
# indented by three blanks (CommonMark 0.31, sections 4.2, 4.3, 4.5 and 4.6).
_MARK = re.compile(
    r"^(?:(?P<level>#{1,6})[ \t](?P<title>.*)|(?P<under>=+|-+)[ \t]*$"
    r"| {0,3}(?:(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})|(?P<comment><!--)|(?P<raw><(?:pre|script|style|textarea)\b)).*)",
    re.MULTILINE | re.IGNORECASE,
)
_FIRST_LINE = re.compile(r"\n(?:[ \t]*\n){0,3}(?P<line>[A-Z(_*][^\n]{0,80})(?=\n[ \t]*(?:\n|\Z)|\n*\Z)")
_RAW_END = re.compile(r"</(?:pre|script|style|textarea)>", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?=[\w-]+[ \t]*:)(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|$)")
_LONGEST_TITLE = 2000

# CommonMark 0.31, section 4.7, on one line: Keep a Changelog puts the addresses of its releases at the end.
_DEFINITION = re.compile(r"^ {0,3}\[(?P<label>[^\[\]\n]{1,200})\]: +<?(?P<href>https?://[^\s<>]{1,2000})", re.MULTILINE)
_MOST_DEFINITIONS = 20_000
_MARKUP = re.compile(r"[\[\]`*_<>&\\#]")
_LINKED = re.compile(r"\[(?P<label>[^\[\]]*)\](?:\((?P<href>https?://[^()\s]*))?")

_FILES = (".md", ".markdown", ".mdown", ".mkd")
_OTHER_FILES = (".rst", ".rest", ".html", ".htm", ".json")
_TYPES = {"text/markdown", "text/x-markdown"}
_OTHER_TYPES = {"text/html", "application/xhtml+xml", "text/x-rst", "application/json", "application/vnd.github+json"}


class _Heading(NamedTuple):
    """A heading at the margin: it takes the text from `start` to `end`; `line` is that of its title, from one."""

    start: int
    end: int
    line: int
    level: int
    title: str


class _Start(NamedTuple):
    """A heading that starts a release, or with `release` None what is not released yet."""

    heading: _Heading
    release: _headings.Heading | None


@dataclass(frozen=True)
class _File:
    """A file with line ends of one kind; its link definitions are looked for when they are first asked for."""

    text: str

    @cached_property
    def references(self) -> _inline.References:
        """Return the link definitions of the file by label; the first of a label counts."""
        found: _inline.References = {}
        for _, definition in zip(range(_MOST_DEFINITIONS), _DEFINITION.finditer(self.text), strict=False):
            found.setdefault(normalizeReference(definition["label"]), {"title": "", "href": definition["href"]})
        return found


def _looks(written: Written) -> bool:
    path = written.path.casefold().partition("?")[0].partition("#")[0]
    if written.media_type in _TYPES or (path.endswith(_FILES) and written.media_type not in _OTHER_TYPES):
        return True
    if written.media_type in _OTHER_TYPES or path.endswith(_OTHER_FILES):
        return False
    first = next(_sections(written), None)
    return first is not None and not plain.tells_of_newer(written, first)


def _sections(written: Written) -> Iterator[Section]:
    file = _File(written.text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    size = len(file.text)
    end = _Start(_Heading(size, size, 0, 0, ""), None)
    starts = islice(_starts(file.text, written.package), _limits.MOST_RELEASES + 1)
    for start, (following, _) in pairwise([*starts, end]):
        heading, release = _told_below(file.text, start, following.start)
        title = _inline.words(heading.title, {})[0] if _MARKUP.search(heading.title) else heading.title
        blocks = partial(_blocks, file, heading, following.start)
        if release is None or release.status == "unreleased":
            yield Section(None, title, release and release.date, heading.line, heading.level, blocks, "unreleased")
        else:
            link = _link(file, heading.title)
            yield Section(
                release.version, title, release.date, heading.line, heading.level, blocks, release.status, link
            )


def _told_below(text: str, start: _Start, end: int) -> _Start:
    """Return a start with what the first line below says, where it tells nothing else and stands alone.

    Click writes `Released 2026-02-18` or `Unreleased` there; the line is no part of the notes then.
    """
    heading, release = start
    found = _FIRST_LINE.match(text, heading.end, end) if release else None
    said = told(found["line"]) if found else None
    if release is None or found is None or said is None or not said.only:
        return start
    status = release.status if release.status != "released" else said.status
    known = release._replace(date=release.date or said.date, status=status)
    return _Start(heading._replace(end=found.end("line")), known)


def _blocks(file: _File, heading: _Heading, end: int) -> Iterator[Block]:
    lines = file.text.count("\n", heading.start, heading.end)
    markup, whole = _limits.cut(file.text[heading.end : end])
    yield from _inline.blocks(markup, heading.line + lines, file.references)
    yield from () if whole else _limits.left_out(heading.level)


def _link(file: _File, title: str) -> str:
    """Return where the first link of a title leads, `""` where it has none."""
    found = _LINKED.search(title)
    if found is None or found["href"]:
        return found["href"] if found else ""
    return file.references.get(normalizeReference(found["label"]), {}).get("href", "")


def _starts(text: str, package: str) -> Iterator[_Start]:
    """Yield the headings that start a release, or what is not released yet.

    The first of them sets their level. Any other heading of that level is a category of the release above it: FastAPI
    0.104.0 has `## Features` and `## Upgrades`.
    """
    level = 0
    for heading in _all_headings(text):
        if heading.level > (level or heading.level):
            continue
        release = _headings.release(heading.title, package)
        if release or _headings.is_unreleased(heading.title):
            level = level or heading.level
            yield _Start(heading, release)


def _all_headings(text: str) -> Iterator[_Heading]:
    """Yield the headings outside front matter, fences, comments and raw HTML."""
    front = _FRONT_MATTER.match(text)
    position = front.end() if front else 0
    line = 1 + text.count("\n", 0, position)
    while found := _MARK.search(text, position):
        line += text.count("\n", position, found.start())
        position = found.end() if found["level"] or found["under"] else _closed(text, found)
        if found["level"]:
            yield _Heading(found.start(), found.end(), line, len(found["level"]), found["title"].strip())
        elif found["under"] and (title := _underlined(text, found.start())):
            start = found.start() - len(title) - 1
            yield _Heading(start, found.end(), line - 1, 1 if found["under"][0] == "=" else 2, title.strip())
        line += text.count("\n", found.start(), position)


def _closed(text: str, opened: re.Match[str]) -> int:
    """Return where the line ends that closes a fence, a comment or raw HTML; without one they run to the end."""
    if opened["comment"]:
        end = text.find("-->", opened.start())
    else:
        mark = opened["fence"]
        pattern = re.compile(rf"^ {{0,3}}{mark}{mark[0]}*[ \t]*$", re.MULTILINE) if mark else _RAW_END
        found = pattern.search(text, opened.end() if mark else opened.start())
        end = found.end() if found else -1
    end = text.find("\n", end) if end >= 0 else -1
    return end if end >= 0 else len(text)


def _underlined(text: str, start: int) -> str:
    """Return the line above an underline where it is a paragraph by itself, `""` where it is not."""
    title = _line_before(text, start)
    before = _line_before(text, start - len(title) - 1)
    is_words = title.strip() and not title.startswith((" ", "\t", "#", ">", "<"))
    return title if is_words and (not before.strip() or before[0] == "#") else ""


def _line_before(text: str, start: int) -> str:
    """Return the line that ends just before a place, `""` where there is none or it is too long for a title."""
    low = max(0, start - _LONGEST_TITLE)
    above = text.rfind("\n", low, max(0, start - 1)) + 1
    return text[above : max(0, start - 1)] if above or not low else ""


STYLE = Style("markdown", _looks, _sections)
