"""A logical text, and where each of its characters stands in the file."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from pincheck.model import Ignore, Source, Span

_LINE_JOIN = r"\\(?:\r\n|\r|\n)"
_IGNORE = r"(?:^|\s)#[ \t]*pincheck:[ \t]*ignore\b[ \t]*(?:\[([^\]\r\n]*)\])?"


class Stretch(NamedTuple):
    """`offsets[i]` is where `text[i]` stands in the source; one more says where the text ends."""

    text: str
    offsets: Sequence[int]

    @classmethod
    def plain(cls, source: Source, span: Span) -> "Stretch":
        """Return a stretch whose characters stand in the file one behind the other."""
        return cls(source.at(span), range(span.start, span.end + 1))

    def cut(self, start: int, end: int) -> "Stretch":
        """Return a part of this stretch."""
        return Stretch(self.text[start:end], self.offsets[start : end + 1])

    def strip(self) -> "Stretch":
        """Return this stretch without the blanks at its ends."""
        start = len(self.text) - len(self.text.lstrip())
        return self.cut(start, max(start, len(self.text.rstrip())))

    @property
    def span(self) -> Span:
        """The characters of the file from the first to the last of this stretch."""
        if not self.text:
            return Span(self.offsets[0], self.offsets[0])
        return Span(self.offsets[0], max(self.offsets[len(self.text) - 1] + 1, self.offsets[0]))

    def stands_in(self, source: Source) -> bool:
        """Say whether the file has exactly this text here, joined lines aside."""
        written = source.at(self.span)
        return written == self.text or re.sub(_LINE_JOIN, "", written) == self.text


def ignores(source: Source, lines: Sequence[tuple[int, int]] = ()) -> tuple[Ignore, ...]:
    """Return the ignore comments of a file.

    `lines` are the stretches (first and last line, from one) that several physical lines make up together: a comment
    anywhere in one hides findings on all of it.
    """
    if "pincheck:" not in source.text:
        return ()
    found = []
    for match in re.finditer(_IGNORE, source.text, re.MULTILINE):
        start = source.text.index("#", match.start())
        line = source.position(start)[0]
        first, last = next(((a, b) for a, b in lines if a <= line <= b), (line, line))
        codes = frozenset(code.strip().upper() for code in (match[1] or "").split(",") if code.strip())
        found.append(Ignore(source, Span(start, match.end()), codes, first, last))
    return tuple(found)
