"""The words and links of one stretch of Markdown that stands on lines of its own, and its blocks one after another."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pincheck.changelog._blocks import Block

# Words are read leaf by leaf, see `_words`: a tree of emphasis, or the text of a picture, may nest without any limit.
_MARKDOWN = MarkdownIt("commonmark").disable(["inline", "image"])

# What is written for coding agents and other machines is not for the reader; GitHub's `> [!NOTE]` is.
_FOR_AGENTS = re.compile(r"\b(?:coding|AI|LLM)[ -](?:agent|assistant|tool)s?\b|\blibrary-skills\b", re.IGNORECASE)
# A title by those who dislike titles: a paragraph in bold above a list.
_BOLD = re.compile(r"(?:\*\*(?! )[^*`\n]{1,80}(?<! )\*\*|__(?! )[^_`\n]{1,80}(?<! )__):?")
_LOWEST = 6
# MyST, "Roles": reStructuredText's in Markdown, as Click's notes have them.
_ROLE = re.compile(r"\{(?P<role>[a-zA-Z][\w:+.-]{0,30})\}`(?P<text>[^`\n]{1,300})`")
_TITLED = re.compile(r"(?P<title>[^<>]*?)\s*<[^<>]*>")
_NUMBERS = re.compile(r"#?[0-9]+")
_TEXT_ROLES = frozenset({"abbr", "cve", "doc", "ghsa", "numref", "pep", "ref", "rfc", "term", "user"})
_NAMED_ROLES = {"pep": "PEP ", "rfc": "RFC "}
_ALERT = re.compile(r"^\[!([A-Z]{3,20})\] ?")
_ADMONITION = re.compile(r"(?:!!!|\?\?\?\+?) +(?P<name>\w+)(?: [\w -]*)?(?: *\"(?P<title>[^\"]*)\")?\s*")
_INDENT = "    "

_ANCHOR = re.compile(r"""<a\s[^<>]*?\bhref=["']?(?P<target>[^"'\s<>]+)""", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"'`]+")
_UNWRITTEN = {"softbreak": " ", "hardbreak": " "}

References = dict[str, dict[str, str]]


def blocks(markdown: str, first: int, references: References) -> Iterator[Block]:
    """Yield what some Markdown says, block by block; `first` is the line of its first line, 0 where lines say nothing.

    `references` are the link definitions of the whole file, as markdown-it keeps them.
    """
    lines = _plain_admonitions(markdown)
    environment = {"references": references}
    yield from _Walk(first, environment).over(_MARKDOWN.parse(lines, environment))


def words(markdown: str, references: References) -> tuple[str, tuple[str, ...]]:
    """Return the words of one line of Markdown, and where its links lead."""
    return _words(markdown, {"references": references})


def _plain_admonitions(markdown: str) -> str:
    """Return the text with `!!! warning "Title"` as the words `Title:`, and what is indented below it at the margin.

    Python-Markdown's extension "Admonition" says what one looks like; CommonMark would take its body for code.
    """
    if "\n!!!" not in markdown and "\n???" not in markdown and not markdown.startswith(("!!!", "???")):
        return markdown
    inside, found = False, []
    for line, below in pairwise([*markdown.split("\n"), ""]):
        inside = inside and (not line.strip() or line.startswith(_INDENT))
        if admonition := below.startswith(_INDENT) and _ADMONITION.fullmatch(line):
            inside = True
            found.append(f"{admonition['title'] or admonition['name'].capitalize()}:")
        else:
            found.append(line.removeprefix(_INDENT) if inside else line)
    return "\n".join(found)


class _Walk:
    """The way over the flat tokens of one stretch: how deep in lists it is, and what an open quotation says so far."""

    def __init__(self, first: int, environment: dict[str, Any]) -> None:
        self.first = first
        self.environment = environment
        self.depth = 0
        self.item: int | None = None  # the line of an item of which nothing was said yet
        self.level = 0  # of the heading that is open
        self.quotes = 0
        self.quoted: list[str] = []
        self.links: list[str] = []

    def over(self, tokens: Sequence[Token]) -> Iterator[Block]:
        """Yield the blocks; an item or a quotation is one, and so is what stands further inside an item."""
        line = self.first
        bold = _bold_titles(tokens)
        for index, token in enumerate(tokens):
            if token.map and self.first:
                line = self.first + token.map[0]
            if index in bold and not self.quotes:
                self.level = _LOWEST
            yield from self.edge(token, line) if token.nesting else self.leaf(token, line)

    def edge(self, token: Token, line: int) -> Iterator[Block]:
        """Yield what is complete where a block with others inside begins or ends."""
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                yield from self.said_nothing()
                self.depth += not self.quotes
            case "bullet_list_close" | "ordered_list_close":
                self.depth -= not self.quotes
            case "list_item_open":
                self.opened(line)
            case "list_item_close":
                yield from self.said_nothing()
            case "heading_open" | "heading_close":
                self.level = int(token.tag[1:]) if token.nesting > 0 else 0
            case "paragraph_close":
                self.level = 0
            case "blockquote_open":
                yield from self.said_nothing()
                self.quotes += 1
            case "blockquote_close":
                self.quotes -= 1
                yield from self.quotation(line)

    def leaf(self, token: Token, line: int) -> Iterator[Block]:
        """Yield what a block without others inside says."""
        match token.type:
            case "inline":
                yield from self.text(*_words(token.content, self.environment), line)
            case "html_block":
                yield from self.text(*_html(token.content), line)
            case "fence" | "code_block" if not self.quotes:
                yield from self.said_nothing()
                yield Block("code", token.content.rstrip("\n"), -1 if self.depth else 0, (), line)

    def opened(self, line: int) -> None:
        """Note that an item begins, which in a quotation is only a hyphen."""
        if self.quotes:
            self.quoted.append("-")
        else:
            self.item = line

    def said_nothing(self) -> Iterator[Block]:
        """Yield the item that began and has no words of its own."""
        if self.item is not None:
            yield Block("item", "", self.depth, (), self.item)
        self.item = None

    def text(self, said: str, links: tuple[str, ...], line: int) -> Iterator[Block]:
        """Yield a heading, the words of an item, or a paragraph; a quotation keeps them until it ends."""
        if self.quotes:
            self.quoted.append(said)
            self.links.extend(links)
        elif self.item is not None:
            yield Block("item", said, self.depth, links, self.item)
            self.item = None
        elif self.level and not self.depth:
            yield Block("heading", said.rstrip(": ") if self.level == _LOWEST else said, self.level, links, line)
        elif said:
            yield Block("paragraph", said, -1 if self.depth else 0, links, line)

    def quotation(self, line: int) -> Iterator[Block]:
        """Yield an outermost quotation that ends as one paragraph, unless it is written for machines."""
        if self.quotes:
            return
        said = _ALERT.sub(lambda found: f"{found[1].capitalize()}: ", " ".join(" ".join(self.quoted).split()))
        if said and not _FOR_AGENTS.search(said):
            yield Block("paragraph", said, -1 if self.depth else 0, tuple(dict.fromkeys(self.links)), line)
        self.quoted, self.links = [], []


def _bold_titles(tokens: Sequence[Token]) -> frozenset[int]:
    """Return where a paragraph begins that is nothing but words in bold, directly above a bullet list."""
    return frozenset(
        index
        for index, (token, words, _, following) in enumerate(
            zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False)
        )
        if token.type == "paragraph_open"
        and following.type == "bullet_list_open"
        and _BOLD.fullmatch(words.content.strip())
    )


def _html(content: str) -> tuple[str, tuple[str, ...]]:
    if content.lstrip().startswith("<!--"):
        return "", ()
    links = dict.fromkeys(found["target"] for found in _ANCHOR.finditer(content))
    return " ".join(_TAG.sub(" ", content).split()), tuple(links)


def _role(found: re.Match[str]) -> str:
    """Return what a reader sees of a role: words, a number, or code."""
    role, text = found["role"].rpartition(":")[2].casefold(), found["text"].strip()
    titled = _TITLED.fullmatch(text)
    if titled and titled["title"]:
        return titled["title"]
    if role in _TEXT_ROLES:
        return _NAMED_ROLES.get(role, "") + text
    if _NUMBERS.fullmatch(text):
        return f"#{text.removeprefix('#')}"
    return f"`{text.rpartition('.')[2] if text.startswith('~') else text}`"


def _words(content: str, environment: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    content = _ROLE.sub(_role, content) if "}`" in content else content
    tokens = _MARKDOWN.inline.parse(content, _MARKDOWN, environment, [])
    said = " ".join("".join(map(_plain, tokens)).split())
    return said, tuple(dict.fromkeys(target for token in tokens for target in _targets(token)))


def _plain(token: Token) -> str:
    if token.type == "code_inline":
        return token.markup + token.content + token.markup
    if token.type == "html_inline":
        return " " if token.content.lower().startswith("<br") else ""
    return _UNWRITTEN.get(token.type, token.content)


def _targets(token: Token) -> Iterator[str]:
    """Yield where a link leads; FastAPI's notes of 2019 wrote it as HTML, GitHub's releases write the bare address."""
    if token.type == "link_open":
        yield str(token.attrs["href"])
    elif token.type == "html_inline" and (anchor := _ANCHOR.match(token.content)):
        yield anchor["target"]
    elif token.type == "text" and "://" in token.content:
        yield from (found[0].rstrip(".,;:!?*_~") for found in _ADDRESS.finditer(token.content))
