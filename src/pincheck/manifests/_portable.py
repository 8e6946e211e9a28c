"""What pip reads in a requirements file and uv refuses, passes over or reads otherwise.

Each of these was seen with pip 26.3 and uv 0.13.8. uv takes a requirement with its `--hash` options or one option a
line, joins lines only before an option, and ends lines where LF or CR does.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pincheck.manifests._text import Stretch
from pincheck.model import Oddity, Source, Span

# What ends a line for Python's `splitlines`, which pip asks, and not for uv.
_ODD_ENDS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_UV_FLAGS = ("--no-index", "--pre", "--prefer-binary", "--require-hashes")
_UV_TAKES = (
    *("-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-i", "--index-url", "--extra-index-url"),
    *("-f", "--find-links", "--no-binary", "--only-binary", "--trusted-host", "--use-feature", *_UV_FLAGS),
)
_UV_FILES = ("-r", "--requirement", "-c", "--constraint")
_OF_REQUIREMENT = r"--hash\b|--config-settings?\b|-C"
_BY_UV = {"utf-16-le", "utf-16-be"}


class Line(NamedTuple):
    """A logical line: its text without comment, where that stands, and its physical lines (from one).

    `joints` are where in the text physical lines were joined; `swallowed` are the lines that its comment took along
    because it ends in a backslash; `interrupted` is the whole-line comment that ended it, if one did.
    """

    stretch: Stretch
    first: int
    last: int
    joints: tuple[int, ...] = ()
    swallowed: tuple[Stretch, ...] = ()
    interrupted: Span | None = None


def of_file(source: Source, lines: Sequence[Line]) -> Iterator[Oddity]:
    """Yield what is odd about the bytes and the lines of a file."""
    if _is_odd(source):
        yield Oddity(source, Span(0, 0), "odd-encoding", "", source.encoding)
    yield from _lost_options(source, lines)
    if re.search(f"[{_ODD_ENDS}]", source.text):
        yield from _odd_ends(source)


def _lost_options(source: Source, lines: Sequence[Line]) -> Iterator[Oddity]:
    """Yield the options of a requirement that no requirement stands before: pip drops them, uv refuses the file."""
    for before, line in pairwise([None, *lines]):
        match = re.match(_OF_REQUIREMENT, line.stretch.text) if line else None
        if line and match and before and before.interrupted:
            yield Oddity(source, before.interrupted, "comment-inside", "", match[0])
        elif line and match:
            text = f"pip drops `{match[0]}` where no requirement stands before it, uv refuses the file"
            yield Oddity(source, line.stretch.span, "only-pip", "", text)


def _is_odd(source: Source) -> bool:
    """Say whether uv, which knows UTF-8 and UTF-16 with its mark, would not get the same text out of the bytes."""
    if source.encoding == "utf-8" or (source.encoding in _BY_UV and source.text.startswith("\ufeff")):
        return False
    try:
        return source.text.encode(source.encoding).decode() != source.text
    except UnicodeError:
        return True


def _odd_ends(source: Source) -> Iterator[Oddity]:
    """Yield the first line end of each of uv's lines that only pip takes for one, where that makes a difference."""
    for line in re.finditer(r"[^\r\n]+", source.text):
        content = line[0]
        begins = len(content) - len(content.lstrip("\ufeff \t"))
        comment = re.search(r"(?:^|\s)#", content)
        for match in re.finditer(rf"([{_ODD_ENDS}])([^{_ODD_ENDS}]*)", content):
            after, is_comment = match[2].strip(), comment is not None and comment.end() <= match.start()
            if match.start() <= begins or (after and not (is_comment and after.startswith("#"))):
                start = line.start() + match.start()
                text = f"U+{ord(match[1]):04X} ends a line for pip and not for uv"
                yield Oddity(source, Span(start, start + 1), "only-pip", "", text)
                break


def of_requirement(source: Source, line: Line, requirement: Stretch, options: Stretch) -> Iterator[Oddity]:
    """Yield what is odd about a requirement that pip can read."""
    end = len(requirement.text.rstrip())
    if any(joint > 0 and (joint < end or not options.text) for joint in line.joints):
        text = "pip joins lines inside a requirement, uv only before its options"
        yield Oddity(source, requirement.strip().span, "only-pip", "", text)
    if options.text:
        wrong = [word for word in options.text.split() if word.startswith("-") and not re.match(r"--hash(?:=|$)", word)]
        if wrong:
            yield _option(source, options, wrong[0])


def of_options(source: Source, line: Line, options: Stretch) -> Iterator[Oddity]:
    """Yield what is odd about a line of options that pip can read."""
    words = options.text.split()
    first = words[0].partition("=")[0]
    if re.match(_OF_REQUIREMENT, first):
        return  # Whether it is lost depends on the line before.
    if first not in _UV_TAKES:
        yield _option(source, options, first)
    elif re.match(r"-[a-z]=", words[0]):
        yield _option(source, options, words[0])
    elif not line.joints:  # In a joined line, uv takes each part for a line of its own.
        more = next((word for word in words[1:] if re.match(r"--?[A-Za-z]", word)), "")
        if more and not set(words) <= set(_UV_FLAGS):
            yield _option(source, options, more)
        elif not more and first in _UV_FILES and re.search(r"\S\s+\S", _value(options.text)):
            yield Oddity(source, options.span, "only-pip", "", f"uv takes all that follows `{first}` for one file")


def _value(text: str) -> str:
    """Return what follows an option, quoted words as one."""
    value = re.sub(r"^--?[A-Za-z-]+(?:=|\s+)", "", text)
    return re.sub(r"'[^']*'|\"[^\"]*\"", "x", value)


def _option(source: Source, options: Stretch, word: str) -> Oddity:
    shown = word if len(word) <= 40 else f"{word[:40]}…"  # noqa: PLR2004 - a line's worth
    return Oddity(source, options.span, "only-pip", "", f"pip takes `{shown}` here, uv does not")
