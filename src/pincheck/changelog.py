"""Release notes in Markdown, read as values: which releases they tell of, and what changed in each.

The style is FastAPI's own over its whole history: `## 0.1.19`, later `## 0.141.1 (2026-07-29)`, categories below. One
scan of the lines finds where each release stands; only the releases that are asked for are then read as Markdown.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from packaging.version import Version

from pincheck.upgrades import Entry, Notes

# Words are read leaf by leaf, see `_inline`: a tree of emphasis, or the text of a picture, may nest without any limit.
_MARKDOWN = MarkdownIt("commonmark").disable(["inline", "image"])

# A release starts at the margin: an indented heading belongs to a list item or to code. Fences and comments may be
# indented by three blanks (CommonMark 0.31, sections 4.2, 4.5 and 4.6).
_HEADING = re.compile(r"(#{1,6})[ \t](.*)")
_FENCE = re.compile(r" {0,3}(?P<mark>`{3,}(?=[^`]*$)|~{3,})")
_COMMENT = re.compile(r" {0,3}<!--(?!.*-->)")
_COMMENT_END = re.compile(r".*-->.*")

# FastAPI's `scripts/prepare_release.py` allows `1.2.3` and `1.2.3 (date)`; `v1.2`, `[1.2.3] - date` and pre-releases
# are as common elsewhere. The digits are bounded because `int` refuses thousands of them.
_RELEASE = re.compile(
    r"\[?(?:[Vv]ersion )?v?(?P<version>[0-9]{1,9}(?:\.[0-9]{1,9})+(?:(?:a|b|rc)[0-9]{1,9})?(?:\.(?:post|dev)[0-9]{1,9})?)"
    r"\]?(?:\([^)]*\))?(?:\s*[-–(](?P<rest>[^)]*)\)?)?(?:\s+#+)?"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNRELEASED = {"latest changes", "next", "next release", "unreleased", "[unreleased]", "unreleased changes"}

_BREAKING_TITLE = re.compile(r"(?<!non-)breaking|backwards?\W+incompatib|\bremov(?:ed|als?)\b", re.IGNORECASE)
_NOISE_TITLE = re.compile(r"\W*(?:docs|documentation|translations|internal|misc|(?:new )?contributor)", re.IGNORECASE)

_SIGNAL = re.compile(
    r"breaking(?: [\w-]+)? changes?\b|\bbreaking:|backwards?[- ]incompatib|\bnot backwards?[- ]compatib"
    r"|\bdrop(?:s|ped|ping)? support\b",
    re.IGNORECASE,
)
# "no major nor breaking changes", "won't have any breaking changes", "non-breaking changes", "fixes a breaking change".
_DENIAL = re.compile(
    r"(?:\b(?:no|not|nor|never|without|cannot|avoid|prevent)|n['’]t)(?: [\w-]+){0,4} $|\bnon-?$|\bfix(?:es|ed|ing)?(?: an?| the)? $",
    re.IGNORECASE,
)
_DENIAL_REACH = 80

_AUTHOR = r"@[\w-]+(?:\[bot\])?"
_TRAILER = re.compile(
    r"(?:^|(?<=[^\w\s,]) )(?:(?:Original|Initial) )?PR #?[0-9]+"
    rf"(?: by {_AUTHOR}(?:(?:,| and) {_AUTHOR})*)?\.?$"
)
_PULL_REQUEST = re.compile(r"https://github\.com/[^/]+/[^/]+/pull/[0-9]+")
_PROFILE = re.compile(r"https://github\.com/(?:apps/)?[^/]+/?")
_ANCHOR = re.compile(r"""<a\s[^<>]*?\bhref=["']?(?P<target>[^"'\s<>]+)""", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_CODE = {"fence", "code_block"}
_UNWRITTEN = {"softbreak": " ", "hardbreak": " ", "html_inline": ""}


class _Heading(NamedTuple):
    line: int
    level: int
    title: str


class _Section(NamedTuple):
    """Where one release stands: its heading, what that says, and the lines below it."""

    heading: _Heading
    version: Version
    date: date | None
    lines: list[str]


def parse(text: str) -> tuple[Notes, ...]:
    """Return every released section, in the order of the file; `()` where no heading is a version."""
    return tuple(_notes(section) for section in _sections(text))


def between(text: str, low: Version, high: Version) -> tuple[Notes, ...]:
    """Return the sections with `low < version <= high`, newest first; the others are not read as Markdown."""
    wanted = (section for section in _sections(text) if low < section.version <= high)
    return tuple(sorted(map(_notes, wanted), key=lambda notes: notes.version, reverse=True))


def versions(text: str) -> tuple[Version, ...]:
    """Return the versions that `parse` tells of, in the order of the file, at the price of one scan of its lines."""
    return tuple(section.version for section in _sections(text))


def _sections(text: str) -> Iterator[_Section]:
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    end = _Heading(len(lines) + 1, 0, "")
    for heading, following in pairwise([*_starts(lines), end]):
        if release := _RELEASE.fullmatch(heading.title):
            body = lines[heading.line : following.line - 1]
            yield _Section(heading, Version(release["version"]), _date(release["rest"] or ""), body)


def _starts(lines: Sequence[str]) -> Iterator[_Heading]:
    """Yield the headings that start a release, or what is not released yet.

    The first of them sets their level. Any other heading of that level is a category of the release above it: FastAPI
    0.104.0 has `## Features` and `## Upgrades`.
    """
    level = 0
    for heading in _headings(lines):
        starts = heading.title.casefold() in _UNRELEASED or _RELEASE.fullmatch(heading.title)
        if starts and heading.level <= (level or heading.level):
            level = level or heading.level
            yield heading


def _headings(lines: Sequence[str]) -> Iterator[_Heading]:
    """Yield the headings outside fences and comments, their lines counted from one.

    Front matter needs no care of its own: nothing above the first version is ever read as Markdown.
    """
    closing: re.Pattern[str] | None = None
    for number, line in enumerate(lines, start=1):
        if closing is not None:
            closing = None if closing.fullmatch(line) else closing
        elif heading := _HEADING.match(line):
            yield _Heading(number, len(heading[1]), heading[2].strip())
        else:
            closing = _closing(line)


def _closing(line: str) -> re.Pattern[str] | None:
    """Return what the last line of the fence or comment that a line opens looks like, None where it opens none."""
    if fence := _FENCE.match(line):
        mark = fence["mark"]
        return re.compile(rf" {{0,3}}{mark}{mark[0]}*[ \t]*")
    return _COMMENT_END if _COMMENT.match(line) else None


def _date(written: str) -> date | None:
    """Return the first ISO date, None where there is none or where no calendar has it."""
    found = _DATE.search(written)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def _notes(section: _Section) -> Notes:
    return Notes(section.version, section.date, section.heading.line, tuple(_entries(section)))


def _entries(section: _Section) -> list[Entry]:
    entries: list[Entry] = []
    path: tuple[_Heading, ...] = ()
    explained = False
    for block in _blocks("\n".join(section.lines)):
        if block.type == "heading":
            path, explained = _path(path, block, section.heading.level), False
        elif block.type in _CODE and explained:
            entries[-1] = replace(entries[-1], text=f"{entries[-1].text} {_code(block.content)}".rstrip())
        elif entry := _entry(block, path):
            entries.append(entry)
            explained = True
        else:
            explained = False
    return entries


def _blocks(markdown: str) -> Iterator[SyntaxTreeNode]:
    """Yield the outermost blocks; a list gives its items."""
    for block in SyntaxTreeNode(_MARKDOWN.parse(markdown)).children:
        if block.type in {"bullet_list", "ordered_list"}:
            yield from block.children
        else:
            yield block


def _path(path: tuple[_Heading, ...], block: SyntaxTreeNode, release: int) -> tuple[_Heading, ...]:
    """Return the category that holds from a heading on and, where the heading lies inside a category, the heading.

    `#### Features` of a breaking category is still breaking; FastAPI 0.137.0 has it.
    """
    heading = _Heading(0, int(block.tag[1:]), _words(block.children[0]))
    inside = path and heading.level > max(path[0].level, release + 1)
    return (path[0], heading) if inside else (heading,)


def _entry(block: SyntaxTreeNode, path: tuple[_Heading, ...]) -> Entry | None:
    """Return what an item or a paragraph says, None for a block without words."""
    text = " ".join(filter(None, (_text(leaf, block) for leaf in block.walk())))
    if not text:
        return None
    titles = [heading.title for heading in path]
    noise = any(map(_NOISE_TITLE.match, titles))
    breaking = any(map(_BREAKING_TITLE.search, titles)) or (not noise and _says_breaking(text))
    targets = [target for leaf in block.walk() for target in _targets(leaf)]
    return Entry("".join(titles[:1]), text, _links(targets), breaking, noise and not breaking)


def _says_breaking(text: str) -> bool:
    """Tell whether a text speaks of a break and does not deny it in the words just before."""
    starts = [signal.start() for signal in _SIGNAL.finditer(text)]
    return any(not _DENIAL.search(text[max(0, start - _DENIAL_REACH) : start]) for start in starts)


def _text(leaf: SyntaxTreeNode, block: SyntaxTreeNode) -> str:
    """Return the words of one leaf of a block, those of a nested item after a hyphen."""
    if leaf.type in _CODE:
        return _code(leaf.content)
    if leaf.type == "html_block":
        return "" if leaf.content.lstrip().startswith("<!--") else " ".join(_TAG.sub(" ", leaf.content).split())
    words = _words(leaf)
    hyphen = "- " if words and _starts_nested_item(leaf, block) else ""
    return hyphen + (_TRAILER.sub("", words) or words)


def _starts_nested_item(leaf: SyntaxTreeNode, block: SyntaxTreeNode) -> bool:
    paragraph = leaf.parent
    item = paragraph and paragraph.parent
    return item is not None and item.type == "list_item" and item is not block and item.children[0] is paragraph


def _code(content: str) -> str:
    """Return the first line of code between back-ticks: an entry is one line, in which indentation would be lost."""
    first, *more = [" ".join(line.split()) for line in content.splitlines() if line.strip()] or [""]
    return f"`{first} …`" if more else f"`{first}`" if first else ""


def _inline(leaf: SyntaxTreeNode) -> list[Token]:
    return _MARKDOWN.inline.parse(leaf.content, _MARKDOWN, {}, []) if leaf.type == "inline" else []


def _words(leaf: SyntaxTreeNode) -> str:
    return " ".join("".join(map(_plain, _inline(leaf))).split())


def _plain(token: Token) -> str:
    if token.type == "code_inline":
        return token.markup + token.content + token.markup
    return _UNWRITTEN.get(token.type, token.content)


def _targets(leaf: SyntaxTreeNode) -> Iterator[str]:
    """Yield where the links of a leaf lead; FastAPI's notes of 2019 wrote them as HTML."""
    for token in _inline(leaf):
        if token.type == "link_open":
            yield str(token.attrs["href"])
        elif token.type == "html_inline" and (anchor := _ANCHOR.match(token.content)):
            yield anchor["target"]


def _links(targets: Iterable[str]) -> tuple[str, ...]:
    """Return each web address once, pull requests first, people left out."""
    kept = [
        target
        for target in dict.fromkeys(targets)
        if target.startswith(("https://", "http://")) and not _PROFILE.fullmatch(target)
    ]
    return tuple(sorted(kept, key=lambda target: _PULL_REQUEST.match(target) is None))
