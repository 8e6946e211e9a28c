r"""The commands of a shell text, word by word, and where each character stands (POSIX, "Shell Command Language").

Nothing is expanded: a word with a `$` or a backtick in it is said to be computed.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pincheck.manifests._pip_words import Word
from pincheck.manifests._text import Stretch
from pincheck.model import Span

_PLAIN = r"[^\s'\"\\$`#;&|<>()]+"
_REDIRECTION = r"<<<|<<-?|<>|<&|>>|>&|>\||&>>|&>|<|>"
_END = r"&&|\|\||;;|\|&|[;&|()\n]"
_BRACED = r"\$\{[!#]?(\w+)"
_VARIABLE = r"\$(\w+|[@*#?$!-])"
_VERSION = r"=|v?\d"
_UNCLOSED = "a quote is not closed"


class _Piece(NamedTuple):
    """What is read of a word: its characters, and where each stands."""

    text: str
    offsets: list[int]
    quoted: list[Span]
    computed: str
    span: Span


def commands(stretch: Stretch) -> Iterator[list[Word]]:
    """Yield the simple commands of a text, those inside groups and subshells too; ValueError where a quote is open."""
    return _Lexer(stretch).commands()


class _Lexer:
    """Walks a text from its first character to its last."""

    def __init__(self, stretch: Stretch) -> None:
        self.text, self.offsets = stretch.text, stretch.offsets
        self.position = 0

    def commands(self) -> Iterator[list[Word]]:
        words: list[Word] = []
        end = -1  # Where the last word ended, to know what stands right behind it.
        while self._skip_blanks():
            redirection = re.compile(_REDIRECTION).match(self.text, self.position)
            if redirection is not None:
                end = self._redirected(words, redirection[0], touches=end == self.position)
                continue
            separator = re.compile(_END).match(self.text, self.position)
            if separator is not None:
                self.position = separator.end()
                if words:
                    yield words
                words, end = [], -1
                continue
            words.append(_word(self._piece()))
            end = self.position
        if words:
            yield words

    def _skip_blanks(self) -> bool:
        """Step over blanks, joined lines and comments; False at the end of the text."""
        blank = re.compile(r"(?:[^\S\n]|\\\r?\n)*").match(self.text, self.position)
        self.position = blank.end() if blank else self.position
        if self.text.startswith("#", self.position):
            line = self.text.find("\n", self.position)
            self.position = line if line >= 0 else len(self.text)
        return self.position < len(self.text)

    def _redirected(self, words: list[Word], operator: str, *, touches: bool) -> int:
        """Read a redirection and return where it ends; what looks like a version behind a word is noted with it."""
        self.position += len(operator)
        if words and touches and words[-1].text.isdigit() and not words[-1].quoted:
            words.pop()  # The number of a stream, as in `2>/dev/null`.
            touches = False
        attached = self.position
        if not self._skip_blanks() or re.compile(_END).match(self.text, self.position):
            return self.position
        target = self._piece()
        close = not self.text[attached].isspace()
        known = words[-1].redirected if words else None
        looks = re.match(_VERSION, target.text) is not None
        if words and operator in {"<", ">"} and looks and close and (touches or known or target.text[0] == "="):
            span = Span(words[-1].span.start, target.span.end)
            words[-1] = words[-1]._replace(redirected=span)
        return self.position

    def _piece(self) -> _Piece:
        """Read one word."""
        start = self.position
        parts: list[_Piece] = []
        while self.position < len(self.text):
            part = self._part()
            if part is None:
                break
            parts.append(part)
        if self.position == start:  # A character that begins nothing known is a word of its own.
            self.position += 1
            parts = [self._taken(start, self.position)]
        return _Piece(
            "".join(part.text for part in parts),
            [offset for part in parts for offset in part.offsets],
            [span for part in parts for span in part.quoted],
            next((part.computed for part in parts if part.computed), ""),
            Span(self.offsets[start], self.offsets[self.position - 1] + 1),
        )

    def _part(self) -> _Piece | None:
        """Read plain characters, a quoted part, an escaped character or an expansion; None where the word ends."""
        at, character = self.position, self.text[self.position]
        plain = re.compile(_PLAIN).match(self.text, at)
        if plain is not None:
            self.position = plain.end()
            return self._taken(at, plain.end())
        if character == "'":
            return self._single()
        if character == '"':
            return self._double()
        if character == "\\":
            joined = re.compile(r"\\\r?\n").match(self.text, at)
            self.position = joined.end() if joined else min(at + 2, len(self.text))
            return self._taken(self.position, self.position) if joined else self._taken(at + 1, self.position)
        if character in "$`":
            self.position = self._expansion_end(at)
            return self._taken(at, self.position)._replace(computed=_computed_from(self.text[at : self.position]))
        if character == "#":
            self.position += 1
            return self._taken(at, at + 1)
        return None

    def _taken(self, start: int, end: int) -> _Piece:
        return _Piece(self.text[start:end], list(self.offsets[start:end]), [], "", Span(0, 0))

    def _single(self) -> _Piece:
        start = self.position + 1
        end = self.text.find("'", start)
        if end < 0:
            raise ValueError(_UNCLOSED)
        self.position = end + 1
        return self._taken(start, end)._replace(quoted=[Span(self.offsets[start], self.offsets[end])])

    def _double(self) -> _Piece:
        start = at = self.position + 1
        kept: list[int] = []
        computed = ""
        while at < len(self.text) and self.text[at] != '"':
            if self.text[at] == "\\" and self.text[at + 1 : at + 2] in {'"', "\\", "$", "`", "\n"}:
                kept += [at + 1] if self.text[at + 1] != "\n" else []
                at += 2
            elif self.text[at] in "$`":
                end = self._expansion_end(at)
                computed = computed or _computed_from(self.text[at:end])
                kept += range(at, end)
                at = end
            else:
                kept.append(at)
                at += 1
        if at >= len(self.text):
            raise ValueError(_UNCLOSED)
        self.position = at + 1
        text, offsets = "".join(self.text[i] for i in kept), [self.offsets[i] for i in kept]
        return _Piece(text, offsets, [Span(self.offsets[start], self.offsets[at])], computed, Span(0, 0))

    def _expansion_end(self, start: int) -> int:
        """Return where an expansion ends that begins with `$` or a backtick."""
        if self.text[start] == "`":
            end = self.text.find("`", start + 1)
            if end < 0:
                raise ValueError("a backtick is not closed")
            return end + 1
        if self.text.startswith("$(", start):
            return self._parenthesis_end(start + 1)
        if re.compile(_BRACED).match(self.text, start):
            end = self.text.find("}", start)
            if end < 0:
                raise ValueError("a brace is not closed")
            return end + 1
        variable = re.compile(_VARIABLE).match(self.text, start)
        return variable.end() if variable else start + 1

    def _parenthesis_end(self, start: int) -> int:
        depth = 0
        for match in re.compile(r"[()]|'[^']*'").finditer(self.text, start):
            depth += {"(": 1, ")": -1}.get(match[0], 0)
            if depth == 0:
                return match.end()
        raise ValueError("a parenthesis is not closed")


def _computed_from(text: str) -> str:
    match = re.match(_BRACED, text) or re.match(_VARIABLE, text)
    if match is None:
        return "a command" if text[:1] == "`" or text[:2] == "$(" else ""
    return f"`{match[1]}`"


def _word(piece: _Piece) -> Word:
    end = piece.offsets[-1] + 1 if piece.offsets else (piece.quoted[0].start if piece.quoted else piece.span.end)
    stretch = Stretch(piece.text, [*piece.offsets, end])
    return Word(stretch, piece.span, piece.computed, "", tuple(piece.quoted))
