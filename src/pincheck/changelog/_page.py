"""A stretch of a web page as blocks: what a reader sees between two of its headings, however they are wrapped."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal
from urllib.parse import urljoin

from pincheck.changelog._blocks import Block

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}

_LISTS = frozenset({"ul", "ol", "menu"})
_TICKED = frozenset({"code", "kbd", "samp", "tt"})
_BLOCKS = frozenset(HEADINGS) | _LISTS | {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "header", "hgroup", "hr", "li", "main", "p", "pre", "section", "summary",
    "table", "tbody", "tfoot", "thead", "tr",
}  # fmt: skip
_CELLS = frozenset({"td", "th"})
_UNREAD = frozenset({
    "-comment", "-doctype", "audio", "button", "canvas", "embed", "footer", "form", "head", "iframe", "input", "math",
    "nav", "noscript", "object", "script", "select", "style", "svg", "template", "textarea", "title", "video",
})  # fmt: skip
_UNREAD_CLASSES = frozenset({
    "anchor", "anchor-link", "contents", "edit-this-page", "hash-link", "header-anchor", "headerlink", "linenodiv",
    "linenos", "md-source-file", "octicon-link", "prev-next-area", "related", "sphinxsidebar", "sr-only", "toc",
    "toctree-wrapper", "visually-hidden",
})  # fmt: skip
_NOTES = frozenset({"admonition", "markdown-alert"})
_NOTE_TITLES = frozenset({"admonition-title", "markdown-alert-title"})
# What has no class that matters; asking every element for its attributes would take twice the time.
_PLAIN = frozenset({"-text", "b", "br", "code", "em", "i", "ol", "pre", "strong", "tbody", "thead", "tr"})

# FastAPI's notes carry a word to coding agents, which is no change: see its `scripts/prepare_release.py`.
_TO_AGENTS = re.compile(r"(?is)(?=.*\bskills?\b).*\b(?:coding|AI) (?:agents?|assistants?)\b")
_NODES_OF_A_NOTE = 200
_LONGEST_NOTE = 3_000
_LONGEST_LABEL = 80
_LABELLING = frozenset({"dt", "p", "summary", "div"})
_WEB = ("https://", "http://")


def read(start: "LexborNode", stop: int, root: int, base: str) -> Iterator[Block]:
    """Yield what stands behind the heading `start`, up to the node `stop` or the end of the node `root`.

    Nodes are told by their `mem_id`. `base` is the address of the page, against which links are resolved.
    """
    reader = _Reader(base)
    node, _ = _next(start, root, inside=False)
    while node is not None and node.mem_id != stop:
        inside = reader.opens(node)
        node, closed = _next(node, root, inside=inside)
        for over in closed:
            reader.closes(over)
        yield from reader.taken()
    reader.flush()
    yield from reader.taken()


def words(node: "LexborNode") -> str:
    """Return the words of a heading."""
    reader = _Reader("")
    current, inside = node.first_child, True
    while current is not None:
        inside = reader.opens(current)
        current, closed = _next(current, node.mem_id, inside=inside)
        for over in closed:
            reader.closes(over)
    return " ".join("".join(reader.pieces).split())


def is_apart(around: Sequence["LexborNode"]) -> bool:
    """Tell whether a node or what it stands in is not read, so that it is no heading of the notes."""
    for node in around:
        if node.tag in _UNREAD:
            return True
        attributes = node.attributes if node.tag not in _PLAIN and node.tag != "-document" else {}
        if _is_unread(node, node.tag or "", attributes, (attributes.get("class") or "").split()):
            return True
    return False


def _next(node: "LexborNode", root: int, *, inside: bool) -> tuple["LexborNode | None", list["LexborNode"]]:
    """Return the node that opens next, None at the end of `root`, and those that close before it, innermost first.

    There is no recursion here: a page may nest its elements without any limit.
    """
    if inside and (child := node.first_child) is not None:
        return child, []
    closed = [node] if inside else []
    current: LexborNode | None = node
    while current is not None and current.mem_id != root:
        if (following := current.next) is not None:
            return following, closed
        current = current.parent
        if current is not None and current.mem_id != root:
            closed.append(current)
    return None, closed


class _Reader:
    """The blocks of a stretch, from elements as they open and close."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.blocks: list[Block] = []
        self.pieces: list[str] = []
        self.links: list[str] = []
        self.label = ""
        self.items: list[bool] = []  # for each list item that is open, whether its own words have been told
        self.depth = 0
        self.code = -1  # where in the pieces a code word started
        self.verbatim = 0

    def taken(self) -> list[Block]:
        """Return the blocks that are complete, and forget them."""
        if not self.blocks:
            return []
        taken, self.blocks = self.blocks, []
        return taken

    def opens(self, node: "LexborNode") -> bool:
        """Take note of a node; tell whether what is inside it is to be read."""
        tag = node.tag or "-comment"
        if tag == "-text":
            self.pieces.append(node.text_content or "")
            return False
        if tag in _UNREAD:
            return False
        attributes = {} if tag in _PLAIN else node.attributes
        classes = (attributes.get("class") or "").split()
        if (attributes or tag in {"aside", "blockquote"}) and _is_unread(node, tag, attributes, classes):
            return False
        if tag in _BLOCKS:
            self.flush()
        self.enter(tag, attributes, classes)
        return True

    def enter(self, tag: str, attributes: Mapping[str, str | None], classes: Sequence[str]) -> None:
        """Take note of an element whose inside is going to be read."""
        if tag == "a":
            self.link(attributes.get("href") or "")
        elif tag == "pre":
            self.verbatim += 1
        elif tag in _TICKED and not self.verbatim and self.code < 0:
            self.code = len(self.pieces)
        elif tag in _LISTS:
            self.depth += 1
        elif tag == "li":
            self.items.append(False)
        elif tag in _CELLS and self.pieces:
            self.pieces.append(" | ")
        elif tag == "br":
            self.pieces.append("\n")
        elif tag == "img" and "emoji" in " ".join(classes):
            self.pieces.append(attributes.get("alt") or "")

    def closes(self, node: "LexborNode") -> None:
        """Take note of the end of an element."""
        tag = node.tag or ""
        if tag in _TICKED and self.code >= 0 and not self.verbatim:
            self.tick()
        elif tag == "pre":
            self.flush("code")
            self.verbatim = max(0, self.verbatim - 1)
        elif tag in HEADINGS:
            self.flush("heading", HEADINGS[tag])
        elif tag in _LABELLING:
            self.flush_label(tag, node)
        elif tag in _BLOCKS:
            self.flush()
        if tag in _LISTS:
            self.depth = max(0, self.depth - 1)
        elif tag == "li" and self.items:
            self.items.pop()

    def tick(self) -> None:
        """Put the pieces of a code word between back-ticks, two of them where it holds one."""
        word = "".join(self.pieces[self.code :])
        mark = "``" if "`" in word else "`"
        self.pieces[self.code :] = [f"{mark}{word}{mark}"] if word.strip() else [word]
        self.code = -1

    def link(self, href: str) -> None:
        """Take note of where a link leads, if that is another place of the web."""
        if not href or href.startswith("#"):
            return
        try:
            address = urljoin(self.base, href.strip())
        except ValueError:  # an address that no rule allows, such as `http://[`
            return
        if address.startswith(_WEB):
            self.links.append(address)

    def flush_label(self, tag: str, node: "LexborNode") -> None:
        """Keep what is the title of a note, or of the value that follows, for the words that come next."""
        classes = (node.attributes.get("class") or "").split()
        above = node.parent.attributes.get("class") or "" if node.parent and node.parent.tag != "-document" else ""
        titles = tag == "summary" or not _NOTE_TITLES.isdisjoint(classes) or (tag == "dt" and "field-list" in above)
        text = " ".join("".join(self.pieces).split()).rstrip(":")
        if titles and len(text) <= _LONGEST_LABEL:
            self.pieces.clear()
            self.label = text
        else:
            self.flush()

    def flush(self, kind: Literal["heading", "item", "paragraph", "code"] = "paragraph", level: int = 0) -> None:
        """Make a block of the words since the last one."""
        if not self.pieces:
            return
        if self.code >= 0:
            self.tick()
        written, links = "".join(self.pieces), tuple(dict.fromkeys(self.links))
        self.pieces, self.links = [], []
        text = written.strip("\n") if kind == "code" else " ".join(written.split())
        if not text.strip(" |\n"):
            return
        if kind == "paragraph" and self.items and not self.items[-1]:
            self.items[-1] = True
            kind, level = "item", max(1, self.depth)
        elif kind != "heading" and self.items:
            level = -1
        if self.label and kind in {"item", "paragraph"}:
            text, self.label = f"{self.label}: {text}", ""
        self.blocks.append(Block(kind, text, level, links))


def _is_unread(node: "LexborNode", tag: str, attributes: Mapping[str, str | None], classes: Sequence[str]) -> bool:
    """Tell whether an element is none of the notes: navigation, permanent links, what only machines are told."""
    if not _UNREAD_CLASSES.isdisjoint(classes) or "hidden" in attributes or attributes.get("role") == "navigation":
        return True
    if tag == "a" and attributes.get("aria-hidden") == "true":
        return True
    noted = tag == "blockquote" or not _NOTES.isdisjoint(classes)
    if tag == "aside" and not noted:
        return True
    return noted and _TO_AGENTS.search(beginning(node)) is not None


def beginning(node: "LexborNode") -> str:
    """Return the first words inside an element."""
    found: list[str] = []
    current, inside = node.first_child, True
    while current is not None and len(found) < _NODES_OF_A_NOTE:
        if current.tag == "-text":
            found.append(current.text_content or "")
        current, _ = _next(current, node.mem_id, inside=inside)
    return " ".join("".join(found).split())[:_LONGEST_NOTE]
