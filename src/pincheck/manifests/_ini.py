"""A file of sections and options, as Python's configparser reads it, and where each value stands.

The steps are those of `configparser.RawConfigParser`: `=` or `:` ends a name, lines that are indented deeper than the
name go on with its value, whole lines that begin with `#` or `;` are comments, and there are no others. What the values
refer to (`%(name)s` for setuptools, `{[section]name}` for tox) is not put in.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from pincheck.manifests._text import Stretch
from pincheck.model import Problem, Source, Span


class Option(NamedTuple):
    r"""One option: its section and name, where the name stands, and its value, whose lines end in `\n`."""

    section: str
    name: str
    key: Span
    value: Stretch


class Ini(NamedTuple):
    """The options of a file in its order; `comments` are the lines (from one) that are comments, with the next one."""

    options: tuple[Option, ...]
    problems: tuple[Problem, ...]
    comments: tuple[tuple[int, int], ...]


class _Open:
    """An option whose value may go on."""

    def __init__(self, section: str, name: str, key: Span, first: Stretch) -> None:
        self.section, self.name, self.key, self.lines = section, name, key, [first]

    def closed(self) -> Option:
        lines = list(self.lines)
        while len(lines) > 1 and not lines[-1].text:
            lines.pop()
        if len(lines) == 1:
            return Option(self.section, self.name, self.key, lines[0])
        text = "\n".join(line.text for line in lines)
        offsets = [offset for line in lines for offset in line.offsets]
        return Option(self.section, self.name, self.key, Stretch(text, offsets))


@lru_cache(maxsize=16)
def load(source: Source, *, lower: bool = False) -> Ini:
    """Read a file; `lower`: names of options are folded to lower case, as tox has it and setuptools has not.

    What configparser refuses is a Problem; of a name that is written twice, the first one counts.
    """
    reader = _Reader(source, lower=lower)
    reader.read()
    return Ini(tuple(option.closed() for option in reader.options), tuple(reader.problems), tuple(reader.comments))


class _Reader:
    """Walks the lines of a file."""

    def __init__(self, source: Source, *, lower: bool) -> None:
        self.source, self.lower = source, lower
        self.options: list[_Open] = []
        self.problems: list[Problem] = []
        self.comments: list[tuple[int, int]] = []
        self.seen: set[tuple[str, ...]] = set()
        self.section: str | None = None
        self.option: _Open | None = None
        self.indent = 0

    def read(self) -> None:
        for number, line in enumerate(_physical_lines(self.source), 1):
            stripped = line.strip()
            if not stripped.text:
                if self.option is not None:
                    self.option.lines.append(line.cut(0, 0))
            elif stripped.text[0] in "#;":
                self.comments.append((number, number + 1))
            else:
                self._line(line, stripped)

    def _line(self, line: Stretch, stripped: Stretch) -> None:
        indent = len(line.text) - len(line.text.lstrip())
        if self.option is not None and indent > self.indent:
            self.option.lines.append(stripped)
            return
        self.indent = indent
        header = re.match(r"\[(.+)\]", stripped.text)
        if header is not None:
            self._header(header[1], stripped)
        elif self.section is None:
            self._problem(stripped, "it stands above the first section")
        else:
            self._named(self.section, stripped)

    def _header(self, name: str, line: Stretch) -> None:
        self.section, self.option = name, None
        if name != "DEFAULT" and (name,) in self.seen:
            self._problem(line, f"the section `{name}` is there already")
        self.seen.add((name,))

    def _named(self, section: str, line: Stretch) -> None:
        found = re.search("[=:]", line.text)
        name = line.text[: found.start()].rstrip() if found else ""
        if found is None or not name:
            self._problem(line, "it is neither a section nor an option")
            return
        name = name.lower() if self.lower else name
        value = line.cut(found.end(), len(line.text)).strip()
        self.option = _Open(section, name, line.cut(0, len(name)).span, value)
        if (section, name) in self.seen:
            self._problem(line, f"the option `{name}` is there already")
            return
        self.seen.add((section, name))
        self.options.append(self.option)

    def _problem(self, line: Stretch, reason: str) -> None:
        self.problems.append(Problem(self.source, line.span, f"not readable as INI: {reason}"))


class Joined:
    """Lines that are joined one by one; as a whole they are made once, at the end."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.parts: list[Stretch] = []
        self._ends_clause = False

    def add(self, line: Stretch) -> None:
        """Join a line, cut before its backslash, to those before it.

        Where a clause of a specifier ends there, the blanks before the next one are kept, as the file has them: they
        mean nothing, and the text can be edited where it stands.
        """
        if self.parts:
            before = self.parts[-1]
            at, follows = before.offsets[len(before.text)], line.offsets[0]
            between = re.fullmatch(r"\\(?:\r\n|\r|\n)([ \t]*)", self.source.text[at:follows])
            if between and (self._ends_clause or re.match(r"[<>=!~,]", line.text)):
                self.parts.append(Stretch(between[1], range(follows - len(between[1]), follows + 1)))
        self.parts.append(line)
        if line.text.strip():
            self._ends_clause = line.text.rstrip().endswith(",")

    def drop(self) -> None:
        """Take the last character away."""
        while self.parts and not self.parts[-1].text:
            self.parts.pop()
        if self.parts:
            self.parts[-1] = self.parts[-1].cut(0, len(self.parts[-1].text) - 1)

    def whole(self) -> Stretch:
        """Return all lines as one."""
        if len(self.parts) == 1:
            return self.parts[0]
        offsets = [offset for part in self.parts for offset in part.offsets[: len(part.text)]]
        last = self.parts[-1]
        return Stretch("".join(part.text for part in self.parts), [*offsets, last.offsets[len(last.text)]])


def _physical_lines(source: Source) -> Iterator[Stretch]:
    """Yield the lines without their ends; a byte order mark is no part of the first."""
    start = 1 if source.text.startswith("\ufeff") else 0
    for match in re.finditer(r"\r\n|\r|\n", source.text):
        yield Stretch.plain(source, Span(start, match.start()))
        start = match.end()
    if start < len(source.text):
        yield Stretch.plain(source, Span(start, len(source.text)))
