"""Release notes as a web page: MkDocs-Material, Zensical, Sphinx with its themes, GitHub, or plain HTML.

The page is read once. Its headings tell where each release stands; only the releases that are asked for are then
walked through, from one heading to the next, however the page wraps them into sections.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urldefrag

from pincheck.changelog import _headings, _limits, _page
from pincheck.changelog._blocks import Block, Section, Style, Written
from pincheck.changelog._tame import tamed
from pincheck.changelog._told import told

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_TYPES = {"text/html", "application/xhtml+xml"}
_FILES = (".html", ".htm", ".xhtml")
_STARTS = re.compile(
    r"(?is)\ufeff?\s*(?:<\?xml[^>]{0,200}>\s*|<!--(?:(?!-->).){0,2000}-->\s*){0,5}<(?:!doctype\s+html|html|head|body|article|main)\b"
)
_BEGINNING = 20_000
_WEB = ("https://", "http://")
_HOLDERS = ("article", "main", "role", "body")
_FIRST_BLOCKS = 3


class _Start(NamedTuple):
    """A heading that starts a release, or what is not released yet, and the elements around it, innermost first."""

    node: "LexborNode"
    level: int
    title: str
    heading: _headings.Heading | None
    around: tuple["LexborNode", ...]


def _looks(written: Written) -> bool:
    if written.media_type in _TYPES:
        return True
    path = written.path.casefold().partition("?")[0].partition("#")[0]
    return path.endswith(_FILES) or _STARTS.match(written.text[:_BEGINNING]) is not None


def _sections(written: Written) -> Iterator[Section]:
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - most notes are Markdown

    body = LexborHTMLParser(tamed(written.text).encode("utf-8", "replace")).body
    starts = list(islice(_starts(body, written.package), _limits.MOST_RELEASES + 1)) if body is not None else []
    holder = _holder(starts)
    inside = [start for start in starts if any(node.mem_id == holder for node in start.around)]
    base = written.path if written.path.startswith(_WEB) else ""
    for start, following in pairwise([*inside, None]):
        if start is not None:
            stop = following.node.mem_id if following else 0
            yield _section(start, partial(_page.read, start.node, stop, holder, base), base)


def _section(start: _Start, read: partial[Iterator[Block]], base: str) -> Section:
    """Return the section below a heading; its first lines are read at once where the heading does not tell all."""
    heading = start.heading
    day, status = (heading.date, heading.status) if heading else (None, "unreleased")
    if heading is not None and day is None:
        for found in filter(None, (told(block.text) for block in islice(read(), _FIRST_BLOCKS))):
            day = day or found.date
            status = found.status if status == "released" else status
    identity = _identity(start)
    link = f"{urldefrag(base).url}#{identity}" if base and identity else ""
    version = heading.version if heading and status != "unreleased" else None
    return Section(version, start.title, day, 0, start.level, partial(_blocks, read), status, link)


def _blocks(read: partial[Iterator[Block]]) -> Iterator[Block]:
    """Yield the blocks of a section but for those at its start that only tell when it was released."""
    blocks = read()
    first = [block for block in islice(blocks, _FIRST_BLOCKS) if not _is_told(block)]
    return chain(first, blocks)


def _is_told(block: Block) -> bool:
    found = told(block.text) if block.kind == "paragraph" else None
    return found is not None and found.only


def _starts(body: "LexborNode", package: str) -> Iterator[_Start]:
    """Yield the headings that start a release; the first of them sets their level, and a deeper one never starts one."""
    level = 0
    for node in body.css("h1, h2, h3, h4, h5, h6"):
        own = _page.HEADINGS[node.tag or "h6"]
        if level and own > level:
            continue
        title = _page.words(node)
        heading = _headings.release(title, package)
        if heading is None and not _headings.is_unreleased(title):
            continue
        around = tuple(_around(node))
        if not _page.is_apart((node, *around)):
            level = level or own
            yield _Start(node, own, title, heading, around)


def _around(node: "LexborNode") -> Iterator["LexborNode"]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _holder(starts: Sequence[_Start]) -> int:
    """Return the element that holds the notes: of those that hold most releases the innermost of its kind."""
    held: dict[int, tuple[int, int]] = {}
    for start in starts:
        for node in start.around:
            if (kind := _kind(node)) is not None:
                count, _ = held.get(node.mem_id, (0, kind))
                held[node.mem_id] = (count + 1, kind)
    return max(held, key=lambda identity: (held[identity][0], -held[identity][1]), default=0)


def _kind(node: "LexborNode") -> int | None:
    if node.tag in {"article", "main", "body"}:
        return _HOLDERS.index(node.tag)
    return _HOLDERS.index("role") if node.tag == "div" and node.attributes.get("role") == "main" else None


def _identity(start: _Start) -> str:
    """Return what an address ends in that leads to a heading; Sphinx names the section, GitHub a link in the heading."""
    own = start.node.attributes.get("id")
    for link in start.node.css("a[href^='#']"):
        own = own or (link.attributes.get("href") or "")[1:]
    around = start.around[0]
    if not own and around.tag in {"section", "div"} and (first := around.css_first("h1, h2, h3, h4, h5, h6")):
        own = around.attributes.get("id") if first.mem_id == start.node.mem_id else None
    return own or ""


STYLE = Style("html", _looks, _sections)
