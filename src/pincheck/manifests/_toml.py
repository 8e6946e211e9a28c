"""A TOML document: its values, and where each of them stands.

tomllib says what the values are and whether the text is TOML at all; it does not say where anything stands. The
scanner below finds that, trusting that the text is valid.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pincheck.manifests._text import Stretch
from pincheck.model import Oddity, Problem, Source, Span

Path = tuple[str | int, ...]

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')
_STRING = re.compile(
    r'"""(?P<ml>(?:[^"\\]|\\.|"(?!""))*"{0,2})"""'
    r"|'''(?P<mll>(?:[^']|'(?!''))*'{0,2})'''"
    r'|"(?P<basic>(?:[^"\\\n]|\\.)*)"'
    r"|'(?P<literal>[^'\n]*)'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^\s,\]}#](?:[^,\]}#\n\r]*[^\s,\]}#])?")
_DEEPEST_KEY = 100
_KEY_PART = r"(?:[A-Za-z0-9_-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+"
_DEEP_KEY = rf"(?:^|[{{,])[ \t]*+\[{{0,2}}+[ \t]*+(?:{_KEY_PART}\.[ \t]*+){{{_DEEPEST_KEY}}}"
TOO_DEEP = f"a key has more than {_DEEPEST_KEY} dots"
_NO_SECONDS = r"(?:^|[Tt ])\d\d:\d\d(?![:\d])"


class Document(NamedTuple):
    """What a TOML file says, and the span of each value by its path; of a string, what is between its quotes.

    `keys` tells where the last word of a path's key stands, quotes and all; `newer` is where the first syntax of
    TOML 1.1 stands, None in a file that is TOML 1.0.
    """

    values: Mapping[str, Any]
    spans: Mapping[Path, Span]
    keys: Mapping[Path, Span]
    newer: Span | None = None

    def table(self, *path: str) -> Mapping[str, Any]:
        """Return the table at a path, empty where there is none."""
        found: Any = self.values
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found if isinstance(found, Mapping) else {}

    def span(self, *path: str | int) -> Span:
        """Return where the value at a path stands; of a table, where its first value stands."""
        if path in self.spans:
            return self.spans[path]
        below = (span for found, span in self.spans.items() if found[: len(path)] == path)
        return min(below, key=lambda span: span.start, default=Span(0, 0))

    def key(self, *path: str | int) -> Span:
        """Return where the key of a value stands; of a table without one of its own, where its first value stands."""
        return self.keys.get(path) or self.span(*path)

    def stretch(self, source: Source, value: str, *path: str | int) -> Stretch:
        """Return a string's text with its place; where it is written with escapes, the place is only approximate."""
        span = self.span(*path)
        if source.at(span) == value:
            return Stretch.plain(source, span)
        return Stretch(value, [span.start] * max(len(value) - 1, 0) + [max(span.end - 1, span.start), span.end])


def newer(source: Source, document: Document) -> Iterator[Oddity]:
    """Yield where a file that people write needs TOML 1.1; of a lock, which a tool writes, nobody wants to know."""
    if document.newer is not None:
        yield Oddity(source, document.newer, "toml-1.1", "", source.at(document.newer))


def too_deep(text: str) -> str:
    """Return the beginning of a key with so many dots that reading it takes the square of its length, else `""`."""
    match = re.search(_DEEP_KEY, text, re.MULTILINE) if text.count(".") > _DEEPEST_KEY else None
    return match[0].strip() if match else ""


def values(text: str) -> dict[str, Any]:
    """Return what a text says as TOML 1.0, or where that fails as 1.1; ValueError where it is neither."""
    if too_deep(text):
        raise ValueError(TOO_DEEP)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        found = _as_newer(text)
        if found is None:
            raise
        return found


def load(source: Source) -> Document | Problem:
    """Read a source as TOML 1.0, or where that fails as 1.1; a Problem says where and why it is neither."""
    if source.encoding != "utf-8":
        return Problem(source, Span(0, 0), f"not TOML: the file is {source.encoding}, TOML is UTF-8")
    if source.text.startswith("\ufeff"):
        return Problem(source, Span(0, 1), "not TOML: the file begins with a byte order mark; save it without one")
    return _load(source)


@lru_cache(maxsize=64)
def _load(source: Source) -> Document | Problem:
    """Read a text that several formats ask for, once."""
    scanner = _Scanner(source.text)
    try:
        found = values(source.text)
        return Document(found, dict(scanner.scan()), scanner.keys, scanner.newer)
    except tomllib.TOMLDecodeError as error:
        return Problem(source, _error_span(source, str(error)), f"not TOML: {_reason(str(error))}")
    except ValueError as error:  # int() refuses numbers with more than 4,300 digits.
        return Problem(source, Span(0, 0), f"not TOML that can be read: {error}")
    except RecursionError:
        return Problem(source, Span(0, 0), "not TOML that can be read: it is nested too deeply")


def _as_newer(text: str) -> dict[str, Any] | None:
    """Read a text as TOML 1.1, which tomllib before Python 3.15 cannot; None where it is not that either."""
    import tomli  # noqa: PLC0415 - only a file that tomllib refuses needs it

    try:
        return tomli.loads(text)
    except (ValueError, RecursionError):
        return None


def _reason(error: str) -> str:
    return re.sub(r" \(at (?:line \d+, column \d+|end of document)\)$", "", error).lower()


def _error_span(source: Source, error: str) -> Span:
    """Turn tomllib's line and column into a span of the source; it counts lines by line feeds."""
    match = re.search(r"\(at line (\d+), column (\d+)\)$", error)
    if match is None:
        end = len(source.text)
        return Span(end, end)
    start = 0
    for _ in range(int(match[1]) - 1):
        start = source.text.find("\n", start) + 1
    start = min(start + int(match[2]) - 1, len(source.text))
    return Span(start, start)


class _Scanner:
    """Walks a valid TOML text and yields (path, span) of every value."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.counts: dict[Path, int] = {}
        self.keys: dict[Path, Span] = {}
        self.last_key = Span(0, 0)
        self.newer: Span | None = None

    def scan(self) -> Iterator[tuple[Path, Span]]:
        table: Path = ()
        while self._skip() < len(self.text):
            if self.text.startswith("[", self.position):
                table = self._header()
            else:
                yield from self._pair(table)

    def _skip(self) -> int:
        match = _SPACE.match(self.text, self.position)
        self.position = match.end() if match else self.position
        return self.position

    def _header(self) -> Path:
        is_array = self.text.startswith("[[", self.position)
        self.position += 2 if is_array else 1
        keys = self._key()
        header = self.last_key
        self.position = self.text.index("]", self.position) + (2 if is_array else 1)
        path: Path = ()
        for key in keys[:-1]:
            path = self._entered((*path, key))
        last = (*path, keys[-1])
        self.keys.setdefault(last, header)
        if not is_array:
            return self._entered(last)
        self.counts[last] = self.counts.get(last, -1) + 1
        return self._entered(last)

    def _entered(self, path: Path) -> Path:
        """Step into the newest table of an array of tables."""
        return (*path, self.counts[path]) if path in self.counts else path

    def _key(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip()
            match = _BARE.match(self.text, self.position) or _QUOTED.match(self.text, self.position)
            assert match is not None
            self.position = match.end()
            self.last_key = Span(*match.span())
            keys.append(_unquoted(match[0]))
            self._look_for_escapes(match)
            self._skip()
            if not self.text.startswith(".", self.position):
                return keys
            self.position += 1

    def _pair(self, table: Path) -> Iterator[tuple[Path, Span]]:
        keys = self._key()
        self.keys[*table, *keys] = self.last_key
        self.position = self.text.index("=", self.position) + 1
        yield from self._value((*table, *keys))

    def _value(self, path: Path) -> Iterator[tuple[Path, Span]]:
        self._skip()
        start = self.position
        match = _STRING.match(self.text, start)
        if match is not None:
            self.position = match.end()
            self._look_for_escapes(match)
            yield path, _content(match)
        elif self.text[start] == "[":
            yield from self._array(path)
            yield path, Span(start, self.position)
        elif self.text[start] == "{":
            yield from self._inline_table(path)
            yield path, Span(start, self.position)
        else:
            scalar = _SCALAR.match(self.text, start)
            self.position = scalar.end() if scalar else start + 1
            if re.search(_NO_SECONDS, self.text[start : self.position]):
                self._is_newer(start, self.position)
            yield path, Span(start, self.position)

    def _array(self, path: Path) -> Iterator[tuple[Path, Span]]:
        self.position += 1
        index = 0
        while self.text[self._skip()] != "]":
            yield from self._value((*path, index))
            index += 1
            if self.text[self._skip()] == ",":
                self.position += 1
        self.position += 1

    def _inline_table(self, path: Path) -> Iterator[tuple[Path, Span]]:
        start = self.position
        self.position += 1
        blank, comma = self._blank(), False
        while self.text[self.position] != "}":
            yield from self._pair(path)
            blank += self._blank()
            comma = self.text[self.position] == ","
            if comma:
                self.position += 1
                blank += self._blank()
        self.position += 1
        if comma or "\n" in blank:
            self._is_newer(start, self.position)

    def _blank(self) -> str:
        """Skip blanks and comments, and return them; inside an inline table a line end is TOML 1.1."""
        start = self.position
        return self.text[start : self._skip()]

    def _look_for_escapes(self, match: re.Match[str]) -> None:
        r"""Notice `\e` and `\xHH`, which TOML 1.0 does not have; in single quotes a backslash is one."""
        if "\\" not in match[0] or match[0].startswith("'"):
            return
        for escape in re.finditer(r"\\(?:x[0-9A-Fa-f]{2}|.)", match[0], re.DOTALL):
            if escape[0][1] in "ex":
                self._is_newer(match.start() + escape.start(), match.start() + escape.end())

    def _is_newer(self, start: int, end: int) -> None:
        """Keep the first place that is TOML 1.1."""
        if self.newer is None or start < self.newer.start:
            self.newer = Span(start, end)


def _unquoted(key: str) -> str:
    if key.startswith("'"):
        return key[1:-1]
    if "\\" in key:
        return str((_as_newer(f"key = {key}") or {}).get("key", key))
    return key.strip('"')


def _content(match: re.Match[str]) -> Span:
    group = next(name for name, value in match.groupdict().items() if value is not None)
    start, end = match.span(group)
    if group in {"ml", "mll"}:  # The line end right behind the opening quotes is not part of the string.
        start += len(re.match(r"(?:\r?\n)?", match[group])[0])  # type: ignore[index]
    return Span(start, end)
