"""The words of one stretch of reStructuredText as blocks; docutils reads it, this file says what of it is shown."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pincheck.changelog import _limits
from pincheck.changelog._blocks import Block

# Beyond this, a stretch is shown line by line: docutils needs a second or more for it, and nobody reads that much.
_LONGEST_STRETCH = 120_000
_MOST_LINES = 5_000
_MARKUP = re.compile(r"[`*|\\_:]")
_BULLET = re.compile(r"(?P<indent>\s*)(?:[-*+•]|\(?(?:[0-9]{1,3}|#)[.)])\s+(?=\S)")
_DASH = re.compile(r" *[-*+] +(?=\S)")
_EXPLICIT = re.compile(r" *\.\.(?: |$)")
# A role in back-ticks of its own, as Celery's notes have it; docutils makes code of its name and loses the rest.
_TICKED_ROLE = re.compile(r"(?<![`\w])`:(?P<role>[a-z]{1,20}):`(?P<words>[^`\n]{1,100})`(?!`)")
_SERIOUS = 3
_TAB = 8
_LINK = re.compile(r"`(?P<words>[^`<>]{1,200}?)\s*<(?P<url>https?://[^\s`<>]{1,2000})>`__?")

# docutils, "reStructuredText Markup Specification", sections "Hyperlink Targets" and "Substitution Definitions".
_TARGET = re.compile(
    r"(?m)^[ \t]*\.\. _(?P<quote>`?)(?P<name>[^\n`:][^\n`]{0,200}?)(?P=quote):[ \t]+(?P<url>https?://[^\s`<>]{1,2000})[ \t]*$"
)
_EMBEDDED = re.compile(r"`(?P<name>[^`<>]{1,200}?)\s*<(?P<url>https?://[^\s`<>]{1,2000})>`_(?!_)")
_REPLACED = re.compile(r"(?m)^[ \t]*\.\.[ \t]+\|(?P<name>[^|\n]{1,100})\|[ \t]+replace::[ \t]+(?P<text>[^\n]{1,400})$")
_MOST_NAMES = 20_000


class Names(NamedTuple):
    """What the whole file defines, by its lower-cased name: where targets lead, and what substitutions stand for.

    `readings` has one item for each stretch that docutils may still read of this file.
    """

    targets: Mapping[str, str]
    substitutions: Mapping[str, str]
    readings: Iterator[int]


def lines_of(text: str) -> list[str]:
    """Return the lines as docutils wants them: without tabs, and nothing but a line end ends one."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    text = _TICKED_ROLE.sub(r":\g<role>:`\g<words>`", text) if "`:" in text else text
    return [line.expandtabs(_TAB).replace("\v", " ").replace("\f", " ").rstrip() for line in text.split("\n")]


def names(text: str) -> Names:
    """Return the names that a file defines; a substitution stands for its words, and is not looked into again."""
    targets = {_name(found["name"]): found["url"] for found in _first(_EMBEDDED.finditer(text))}
    targets |= {_name(found["name"]): found["url"] for found in _first(_TARGET.finditer(text))}
    substitutions = {_name(found["name"]): found["text"] for found in _first(_REPLACED.finditer(text))}
    return Names(targets, substitutions, iter(range(_limits.MOST_READINGS)))


def _first(found: Iterator[re.Match[str]]) -> Iterator[re.Match[str]]:
    return (match for _, match in zip(range(_MOST_NAMES), found, strict=False))


def _name(written: str) -> str:
    return " ".join(written.replace("\\", "").split()).casefold()


def title(text: str, line: int, level: int, known: Names) -> Block:
    """Return the heading that a title is."""
    if not _MARKUP.search(text):
        return Block("heading", " ".join(text.split()), level, (), line)
    number = _BULLET.match(text)  # "1. Breaking changes" is a list to docutils, and a title only by its underline
    start = number.end() if number else 0
    inside = [block for block in blocks([text[start:].strip()], line, level, known) if block.text]
    if len(inside) != 1:
        return Block("heading", " ".join(text.split()), level, (), line)
    return Block("heading", text[:start] + inside[0].text, level, inside[0].links, line)


def blocks(lines: Sequence[str], first: int, level: int, known: Names) -> tuple[Block, ...]:
    """Return what some lines say; `first` is the line of the first in its file, `level` that of the heading above."""
    if not any(map(str.strip, lines)):
        return ()
    if len(lines) > _MOST_LINES or sum(map(len, lines)) > _LONGEST_STRETCH or next(known.readings, None) is None:
        return plain(lines, first)
    from pincheck.changelog import _docutils  # noqa: PLC0415 - it brings docutils, and most notes are Markdown

    try:
        return tuple(_Walk(known, level).inside(_docutils.tree(tuple(_apart(lines, first))), 0))
    except Exception:  # noqa: BLE001 - docutils stumbles over hostile text in many ways; the words are still there
        return plain(lines, first)


def _apart(lines: Sequence[str], first: int) -> Iterator[tuple[int, str]]:
    """Yield the lines with their numbers, and an empty one before a list that starts in the middle of a paragraph.

    Without it docutils takes such a list for words of the paragraph, which nobody means who writes it.
    """
    text = code = -1
    for number, line in enumerate(lines, start=first):
        indent = len(line) - len(line.lstrip())
        code = code if code < 0 or not line or indent > code else -1
        bullet = _DASH.match(line)
        if bullet and code < 0 and text == indent:
            yield number, ""
        yield number, line
        text = -1 if not line else len(bullet[0]) if bullet else indent
        if code < 0 and (line.endswith("::") or _EXPLICIT.match(line)):
            code, text = indent, -1


def plain(lines: Sequence[str], first: int) -> tuple[Block, ...]:
    """Return the lines as they are: one block for each bullet and each run of lines between empty ones."""
    found: list[tuple[int, list[str]]] = []
    opened = False
    for number, line in enumerate(lines, start=first):
        if opened and line.strip() and not _BULLET.match(line):
            found[-1][1].append(line)
        elif line.strip():
            found.append((number, [line]))
        opened = bool(line.strip())
    return tuple(_as_written(number, rows) for number, rows in found)


def _as_written(number: int, rows: list[str]) -> Block:
    text = " ".join(" ".join(rows).split())
    if bullet := _BULLET.match(rows[0]):
        return Block("item", text.split(" ", 1)[1], 1 if len(bullet["indent"]) < 2 else 2, (), number)  # noqa: PLR2004
    return Block("paragraph", text, 0, (), number)


class _Walk:
    """The way through one tree of docutils, in reading order."""

    def __init__(self, known: Names, level: int) -> None:
        self.known = known
        self.level = level
        self.anonymous: list[str] = []

    def inside(self, node: Any, depth: int) -> Iterator[Block]:
        """Yield what the children of a node say; `depth` is how many lists they stand in."""
        if node.tagname == "document":
            self.anonymous = _anonymous(node)
        for index, child in enumerate(node.children):
            following = node.children[index + 1] if index + 1 < len(node.children) else None
            if child.tagname == "paragraph" and not depth and _is_bold(child) and _is_list(following):
                yield from self.heading(child)
            else:
                yield from self.block(child, depth)

    def block(self, node: Any, depth: int) -> Iterator[Block]:
        """Yield what one node says."""
        match node.tagname:
            case "bullet_list" | "enumerated_list":
                for item in node.children:
                    yield from self.item(item, depth + 1)
            case "literal_block" | "doctest_block":
                yield Block("code", node.astext(), -1 if depth else 0, (), _line(node))
            case "paragraph" | "attribution" | "caption" | "line_block":
                yield from self.paragraph([node], depth)
            case "title" | "subtitle" | "rubric":
                yield from self.heading(node)
            case "definition_list_item":
                yield from self.definition(node, depth)
            case "field" | "option_list_item" | "footnote" | "citation" | "row":
                yield from self.row(node, depth)
            case "system_message":
                yield from self.message(node, depth)
            case "comment" | "target" | "substitution_definition" | "transition" | "image" | "pending":
                return
            case _:
                yield from self.inside(node, depth)

    def item(self, node: Any, depth: int) -> Iterator[Block]:
        """Yield an item, which is its first paragraph, and what stands inside it."""
        rest = [child for child in node.children if child.tagname != "system_message" or child["level"] >= _SERIOUS]
        if rest and rest[0].tagname == "container" and rest[0].children:
            rest = [*rest[0].children, *rest[1:]]
        if rest and rest[0].tagname in {"paragraph", "line_block"}:
            text, links = self.words(rest[0])
            if text:
                yield Block("item", text, depth, links, _line(node))
            rest = rest[1:]
        elif rest and rest[0].tagname == "definition_list":
            yield from self.hanging(rest[0], depth, _line(node))
            rest = rest[1:]
        for child in rest:
            yield from self.block(child, depth)

    def hanging(self, node: Any, depth: int, line: int) -> Iterator[Block]:
        """Yield an item whose second line is indented more than its first, which docutils takes for a definition."""
        term, *meaning = (part for part in node.children[0].children if part.tagname != "classifier")
        inside = [part for body in meaning for part in body.children]
        words = [part for part in inside[:1] if part.tagname == "paragraph"]
        for block in self.paragraph([term, *words], depth):
            yield block._replace(kind="item", level=depth, line=line)
        for child in [*inside[len(words) :], *node.children[1:]]:
            yield from self.block(child, depth)

    def paragraph(self, parts: list[Any], depth: int, between: str = " ") -> Iterator[Block]:
        """Yield one paragraph of the words of some nodes, nothing where they have none."""
        said = [self.words(part) for part in parts]
        text = between.join(words for words, _ in said if words)
        links = tuple(dict.fromkeys(link for _, found in said for link in found))
        if text:
            yield Block("paragraph", text, -1 if depth else 0, links, _line(parts[0]))

    def heading(self, node: Any) -> Iterator[Block]:
        """Yield the heading that a title of docutils, or a paragraph in bold above a list, is."""
        text, links = self.words(node)
        if text.rstrip(": "):
            yield Block("heading", text.rstrip(": "), self.level + 1, links, _line(node))

    def definition(self, node: Any, depth: int) -> Iterator[Block]:
        """Yield a term and what it means; a term over nothing but lists is their heading."""
        body = node.children[-1]
        if not depth and body.tagname == "definition" and all(map(_is_list, body.children)):
            yield from self.heading(node.children[0])
        else:
            yield from self.paragraph([node.children[0]], depth)
        yield from self.inside(body, depth)

    def row(self, node: Any, depth: int) -> Iterator[Block]:
        """Yield a row of a table or of names and values as one paragraph, its code apart."""
        yield from self.paragraph(list(node.children), depth, ": " if node.tagname == "field" else " | ")

    def message(self, node: Any, depth: int) -> Iterator[Block]:
        """Yield the lines that docutils could not read, which it keeps inside its complaint."""
        for child in node.children:
            if child.tagname == "literal_block" and node["level"] >= _SERIOUS:
                text = " ".join(child.astext().split())
                yield Block("paragraph", text, -1 if depth else 0, (), node.get("line") or 0)

    def words(self, node: Any) -> tuple[str, tuple[str, ...]]:
        """Return the words of a node on one line, and where its links lead."""
        pieces: list[str] = []
        links: list[str] = []
        self.inline(node, pieces, links)
        text = _LINK.sub(r"\g<words>", "".join(pieces))  # a link that no blank parts from the word before it
        return " ".join(text.split()), tuple(dict.fromkeys(links))

    def inline(self, node: Any, pieces: list[str], links: list[str]) -> None:
        """Add the words and the links of a node."""
        match node.tagname:
            case "#text":
                pieces.append(node.astext())
            case "literal":
                pieces.append(_ticked(node.astext()))
            case "literal_block" | "doctest_block":
                pieces.append(" " + _ticked(" ".join(node.astext().split())) + " ")
            case "reference":
                self.reference(node, pieces, links)
            case "substitution_reference":
                pieces.append(self.known.substitutions.get(_name(node.astext()), node.astext()))
            case "footnote_reference" | "comment" | "substitution_definition" | "system_message" | "image":
                return
            case "citation_reference":
                pieces.append(f"[{node.astext()}]")
            case _:
                for child in node.children:
                    self.inline(child, pieces, links)
                if not _is_inline(node):
                    pieces.append(" ")

    def reference(self, node: Any, pieces: list[str], links: list[str]) -> None:
        """Add what a reference says, and where it leads if that is known; a lone `word_` is no reference then."""
        address = node.get("refuri") or self.known.targets.get(_name(node.get("refname", "")), "")
        if node.get("anonymous") and not address and self.anonymous:
            address = self.anonymous.pop(0)
        if address.startswith(("https://", "http://")):
            links.append(address)
        if not address and node.rawsource.endswith("_") and not node.rawsource.startswith("`"):
            pieces.append(node.rawsource)
            return
        for child in node.children:
            self.inline(child, pieces, links)


def _anonymous(node: Any) -> list[str]:
    """Return where the nameless targets of a tree lead, none where they are not as many as the references to them."""
    targets = [
        found.get("refuri", "") for found in node.findall() if found.tagname == "target" and found.get("anonymous")
    ]
    references = [found for found in node.findall() if found.tagname == "reference" and found.get("anonymous")]
    return targets if len(targets) == len(references) else []


def _ticked(code: str) -> str:
    """Return code between back-ticks, two of them where it holds one."""
    code = code.strip("`") if code.count("`") == 1 else code
    mark = "``" if "`" in code else "`"
    return f"{mark}{code}{mark}" if code.strip() else ""


def _line(node: Any) -> int:
    """Return the line that a node starts on; docutils tells it for some nodes only."""
    while node is not None:
        if node.line:
            return int(node.line)
        node = node.parent
    return 0


def _is_inline(node: Any) -> bool:
    return node.tagname in {"emphasis", "strong", "inline", "title_reference", "target", "problematic", "generated"}


def _is_list(node: Any) -> bool:
    return node is not None and node.tagname in {"bullet_list", "enumerated_list"}


def _is_bold(node: Any) -> bool:
    """Tell whether a paragraph is nothing but one bold phrase, as a title is written by those who dislike titles."""
    leaves = [child for child in node.children if child.astext().strip(" :")]
    return len(leaves) == 1 and leaves[0].tagname == "strong"
