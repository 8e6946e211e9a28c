r"""Scripts that say in a comment what they require (PEP 723): a `# /// script` block, with TOML behind the `# `.

Inline script metadata specification. Its reference pattern takes the whole text; the walk over lines below finds the
same blocks without going back over them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from pincheck.manifests import uv
from pincheck.manifests._pep508 import Place
from pincheck.manifests._reading import Format, Item, Reading
from pincheck.manifests._tables import requirements
from pincheck.manifests._text import Stretch, ignores
from pincheck.manifests._toml import Document, load, newer
from pincheck.model import Problem, Source, Span

MARK = "# /// script"
_OPENING = r"# /// ([a-zA-Z0-9-]+)"
_CLOSING = "# ///"


class Block(NamedTuple):
    """One block: its type, where its first line stands, and its content without the `# `."""

    kind: str
    opening: Span
    content: Stretch


def claims(path: PurePosixPath) -> bool:
    """Say whether this is a Python file; only one with a mark in it has a block."""
    return path.suffix == ".py"


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read what a script requires; nothing where the mark is no block."""
    scripts = [block for block in blocks(source) if block.kind == "script"]
    if not scripts:
        return Reading.of(_unclosed(source), ignores(source))
    found: list[Item] = [
        Problem(source, block.opening, "a second `script` block; a file may have one only") for block in scripts[1:]
    ]
    return Reading.of([*_script(source, scripts[0]), *found], ignores(source))


def _script(source: Source, block: Block) -> Iterator[Item]:
    text, offsets = block.content
    document = load(Source(source.path, text))
    if isinstance(document, Problem):
        yield document._replace(source=source, span=_moved(document.span, offsets))
        return
    document = _in_file(document, offsets)
    if "dependencies" in document.values:
        yield from requirements(
            document, document.values["dependencies"], Place(source, "", "declared"), ("dependencies",)
        )
    yield from uv.of_script(source, document)
    yield from newer(source, document)


def _in_file(document: Document, offsets: Sequence[int]) -> Document:
    """Return a document with its spans in the file that its text was taken from."""
    return document._replace(
        spans={path: _moved(span, offsets) for path, span in document.spans.items()},
        keys={path: _moved(span, offsets) for path, span in document.keys.items()},
        newer=document.newer and _moved(document.newer, offsets),
    )


def _moved(span: Span, offsets: Sequence[int]) -> Span:
    """Return where a part of the content stands; its end is the one of its last character."""
    start = offsets[span.start]
    return Span(start, offsets[span.end - 1] + 1 if span.end > span.start else start)


def blocks(source: Source) -> Iterator[Block]:
    """Yield the blocks of a file, of whatever type, as the specification's pattern finds them."""
    lines = _lines(source)
    closing = _closings(lines)
    index = 0
    while index < len(lines):
        opening = re.fullmatch(_OPENING, lines[index].text)
        end = closing[index + 1] if opening and index + 1 < len(lines) else -1
        if opening is None or end < index + 2:
            index += 1
            continue
        yield Block(opening[1], lines[index].span, _content(lines[index + 1 : end]))
        index = end + 1


def _closings(lines: Sequence[Stretch]) -> list[int]:
    """Return for each line the last `# ///` of the comment that it stands in, -1 where there is none from there on."""
    found = [-1] * len(lines)
    last = -1
    for index in reversed(range(len(lines))):
        text = lines[index].text
        if not (text == "#" or text.startswith("# ")):
            last = -1
        elif text == _CLOSING and last < 0:
            last = index
        found[index] = last
    return found


def _lines(source: Source) -> list[Stretch]:
    r"""Split a text as Python's text files do: each of `\r\n`, `\r` and `\n` ends a line."""
    start = 1 if source.text.startswith("\ufeff") else 0
    found = []
    for match in re.finditer(r"\r\n|\r|\n|\Z", source.text):
        if match.start() >= start:
            found.append(Stretch.plain(source, Span(start, match.start())))
        start = match.end()
    return found


def _content(lines: Sequence[Stretch]) -> Stretch:
    r"""Join the lines of a block without the `# ` before each, line ends as `\n`."""
    texts: list[str] = []
    offsets: list[int] = []
    for line in lines:
        cut = line.cut(min(2, len(line.text)), len(line.text))
        texts.append(f"{cut.text}\n")
        offsets += cut.offsets
    return Stretch("".join(texts), [*offsets, offsets[-1]])


def _unclosed(source: Source) -> Iterator[Problem]:
    """Yield the first line that begins a block which nothing ends; uv refuses such a script."""
    for line in _lines(source):
        if line.text == MARK:
            reason = f"a `{MARK}` block without an end: each of its lines begins with `#`, and `{_CLOSING}` ends it"
            yield Problem(source, line.span, reason)
            return


FORMAT = Format("inline-script", claims, read, MARK)
