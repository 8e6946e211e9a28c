"""Dockerfiles: what their `RUN` instructions install with pip and `uv pip`.

The grammar is that of the Dockerfile reference: lines that end in the escape character go on in the next one, comment
lines and empty lines between them are dropped, `RUN` has a shell form, a JSON form and here-documents.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import PurePosixPath
from typing import NamedTuple

from packaging.utils import canonicalize_name

from pincheck.manifests import _shell
from pincheck.manifests._pep508 import Place
from pincheck.manifests._pip_words import Word, arguments, installed, installed_by_conda
from pincheck.manifests._reading import Format, Include, Item, Reading
from pincheck.manifests._text import Stretch, ignores
from pincheck.manifests.requirements_txt import read_line
from pincheck.model import Declaration, LeftAlone, Oddity, Problem, Source, Span

# What has a Dockerfile's name and is none.
_OTHERS = (".dockerignore", ".py", ".md", ".rst", ".txt", ".in", ".toml", ".lock", ".json", ".yml", ".yaml", ".html")
_DIRECTIVE = r"#[ \t]*(\w+)[ \t]*=[ \t]*(\S+)[ \t]*$"
_HEREDOC = r"(?:^|\s)\d*<<(-?)(['\"]?)([A-Za-z_][\w.-]*)\2(?=$|[\s;&|>)])"
_FLAGS = r"(?:\s*--[a-z][a-z-]*(?:=\S*)?(?=\s))*\s*"
_UNREAD = "no requirement that can be read"
_SHELL = r"(?:/\S*/)?(?:ba|da|a|k|z)?sh"
_NAMED = r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\]\s*)?"
# Linux takes no argument that is longer (`MAX_ARG_STRLEN`), and the text of a `RUN` is one.
LONGEST_COMMAND = 131_071
REDIRECTED = "the shell takes its version for a redirection, so none is asked for"


class _Command(NamedTuple):
    """The text of one `RUN`: as a shell gets it, or in JSON form."""

    stretch: Stretch
    is_json: bool


def claims(path: PurePosixPath) -> bool:
    """Say whether this is a Dockerfile or a Containerfile by its name."""
    name = path.name.lower()
    if name.endswith(_OTHERS):
        return False
    begins = re.match(r"(?:dockerfile|containerfile)(?:[.-].|$)", name)
    return begins is not None or name.endswith((".dockerfile", ".containerfile"))


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read what each `RUN` installs; files that it names lie in a build context that is not known."""
    if "install" not in source.text:
        return Reading()
    lines = _Lines(source)
    found = [item for command in lines.commands() for item in _read_command(command, Place(source, "RUN", "declared"))]
    return Reading.of(dict.fromkeys(found), ignores(source, lines.spread))


class _Lines:
    """Walks the instructions; `spread` are the first and last line of each, with the comments right above it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.spread: list[tuple[int, int]] = []
        lead = 1 if source.text.startswith("\ufeff") else 0
        self.lines = source.text[lead:].split("\n")
        self.starts = [lead]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.escape = self._directive("escape") or "\\"
        self.at = 0

    def _directive(self, name: str) -> str:
        """Return the value of a parser directive; they stand at the top, above any other comment."""
        for line in self.lines:
            match = re.match(_DIRECTIVE, line.strip())
            if match is None:
                return ""
            if match[1].lower() == name:
                return match[2]
        return ""

    def commands(self) -> Iterator[_Command]:
        """Yield what each `RUN` with an install in it runs."""
        above = 0
        while self.at < len(self.lines):
            line = self.lines[self.at].strip()
            if not line or line.startswith("#"):
                above = above + 1 if line else 0
                self.at += 1
                continue
            first = self.at
            instruction = self._instruction()
            keyword = re.match(r"\s*(?:ONBUILD\s+)?([A-Za-z]+)\s+", instruction.text, re.IGNORECASE)
            heredocs = (
                self._heredocs(instruction.text) if keyword and keyword[1].upper() in {"RUN", "COPY", "ADD"} else []
            )
            self.spread.append((first + 1 - above, self.at))
            above = 0
            if keyword and keyword[1].upper() == "RUN":
                yield from _run(instruction.cut(keyword.end(), len(instruction.text)), heredocs)

    def _instruction(self) -> Stretch:
        """Return one instruction, its lines joined."""
        texts: list[str] = []
        offsets: list[int] = []
        while self.at < len(self.lines):
            line, start = self.lines[self.at].removesuffix("\r"), self.starts[self.at]
            self.at += 1
            if texts and (not line.strip() or line.lstrip().startswith("#")):
                continue
            content = line.rstrip()
            goes_on = content.endswith(self.escape) and not content.endswith(self.escape * 2)
            kept = content[:-1] if goes_on else line
            texts.append(kept)
            offsets += range(start, start + len(kept))
            if not goes_on:
                break
        return Stretch("".join(texts), [*offsets, offsets[-1] + 1 if offsets else 0])

    def _heredocs(self, text: str) -> list[Stretch]:
        """Step over the here-documents that an instruction opens, and return them."""
        found = []
        for dash, _, name in re.findall(_HEREDOC, text) if "<<" in text else ():
            first = self.at
            while self.at < len(self.lines):
                line = self.lines[self.at].removesuffix("\r")
                self.at += 1
                if (line.lstrip("\t") if dash else line) == name:
                    break
            end = max(self.starts[self.at - 1], self.starts[first])
            found.append(Stretch.plain(self.source, Span(self.starts[first], min(end, len(self.source.text)))))
        return found


def _run(body: Stretch, heredocs: list[Stretch]) -> Iterator[_Command]:
    if not any("install" in stretch.text for stretch in [body, *heredocs]):
        return
    flags = re.match(_FLAGS, body.text)
    body = body.cut(flags.end() if flags else 0, len(body.text)).strip()
    if _is_json(body.text):
        yield _Command(body, is_json=True)
        return
    yield _Command(body, is_json=False)
    if re.match(rf"(?:{_SHELL}(?:\s+-\w+)*\s*)?<<", body.text):
        for script in heredocs:
            interpreter = re.match(r"#!\s*(?:\S*/env\s+)?(\S+)", script.text)
            if interpreter is None or re.fullmatch(_SHELL, interpreter[1]):
                yield _Command(script, is_json=False)


def _is_json(text: str) -> bool:
    """Say whether this is a JSON array of strings; anything else in brackets is run by the shell."""
    if not text.startswith("["):
        return False
    import json  # noqa: PLC0415 - few commands are written in JSON

    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, list) and all(isinstance(word, str) for word in found)


def _read_command(command: _Command, place: Place) -> Iterator[Item]:
    if len(command.stretch.text) > LONGEST_COMMAND and not command.is_json:
        reason = f"it is longer than {LONGEST_COMMAND:,} characters, the most that Linux hands to a shell"
        yield Problem(place.source, command.stretch.span, f"not a command that can be run: {reason}")
        return
    try:
        parts = [_json_words(command.stretch)] if command.is_json else list(_shell.commands(command.stretch))
    except ValueError as error:
        yield Problem(place.source, command.stretch.span, f"not a shell command that can be read: {error}")
        return
    for words in parts:
        yield from _read_words(words, place)


def _json_words(stretch: Stretch) -> list[Word]:
    import json  # noqa: PLC0415 - few commands are written in JSON

    words = []
    for match in re.finditer(r'"((?:[^"\\]|\\.)*)"', stretch.text):
        inner = stretch.cut(match.start(1), match.end(1))
        value, span = json.loads(match[0]), inner.span
        if value == inner.text:
            words.append(Word(inner, span, quoted=(span,)))
        else:
            offsets = [span.start] * max(len(value) - 1, 0) + [max(span.end - 1, span.start), span.end]
            words.append(Word(Stretch(value, offsets), span, fixed="it is written with escapes", quoted=(span,)))
    return words


def _read_words(words: list[Word], place: Place) -> Iterator[Item]:
    """Read one command, and the one that it hands to a shell with `-c`."""
    script = _script(words)
    if script is not None and "install" in script.text:
        inner = _Command(script.stretch, is_json=False)
        found = _read_command(inner, place)
        yield from (_fixed(item, script.fixed) for item in found)
        return
    for role, word in arguments(installed(words) or ()):
        if role in {"requirement", "editable"}:
            yield from _read_word(word, place)
    for word in installed_by_conda(words) or ():
        name = re.match(_NAMED, word.text.rpartition("::")[2])
        if name and not word.text.startswith("-"):
            reason = "conda installs it, whose words are read in environment files only"
            yield LeftAlone(place.source, word.span, _shown(place.source, word), reason, canonicalize_name(name[1]))


def _script(words: list[Word]) -> Word | None:
    """Return the text that a command hands to a shell."""
    shell = next((index for index, word in enumerate(words) if re.fullmatch(_SHELL, word.text)), len(words))
    for option, following in pairwise(words[shell + 1 :]):
        if re.fullmatch(r"-[a-z]*c", option.text):
            return following
    return None


def _fixed(item: Item, reason: str) -> Item:
    return item._replace(fixed=item.fixed or reason) if isinstance(item, Declaration) and reason else item


def _read_word(word: Word, place: Place) -> Iterator[Item]:
    if word.computed:
        name = re.match(rf"{_NAMED}(?:[=<>!~;@]|$)", word.text)
        if name:
            reason = f"computed from {word.computed}, which is not expanded"
            yield LeftAlone(place.source, word.span, _shown(place.source, word), reason, canonicalize_name(name[1]))
        return
    if word.text.startswith("-"):  # A lone dash, or what stands behind `--`.
        yield LeftAlone(place.source, word.span, _shown(place.source, word), _UNREAD)
        return
    for item in read_line(word.stretch, place):
        if isinstance(item, Declaration):
            yield from _declared(item, word)
        elif isinstance(item, Problem) and not re.match(rf"{_NAMED}[=<>!~^]", word.text):
            yield LeftAlone(place.source, word.span, _shown(place.source, word), _UNREAD)
        elif not isinstance(item, Include):  # A path in the image or in its build context.
            yield item


def _declared(item: Declaration, word: Word) -> Iterator[Item]:
    if word.redirected is not None:
        text = item.source.at(word.redirected)
        yield item._replace(span=word.redirected, fixed=REDIRECTED)
        yield Oddity(item.source, word.redirected, "shell", item.name, text)
    elif item.url or word.is_quoted(item.specifier_span):
        yield _fixed(item, word.fixed)
    else:
        yield item._replace(dialect="shell")


def _shown(source: Source, word: Word) -> str:
    return " ".join(source.at(word.span).split())


FORMAT = Format("dockerfile", claims, read)
