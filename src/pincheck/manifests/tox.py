"""tox: the `deps` of its environments, in `tox.ini`, `setup.cfg`, `tox.toml` and `[tool.tox]` of `pyproject.toml`.

They are the lines of a requirements file, in INI with tox's factors in front (`py312,dev: fastapi==0.112.0`), its
substitutions (`{toxinidir}`, `{[section]key}`) and its comments; see "Configuration" and "Conditional settings" there.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name

from pincheck.manifests import _ini
from pincheck.manifests._ini import Ini
from pincheck.manifests._pep508 import Place
from pincheck.manifests._reading import Format, Include, Item, Reading
from pincheck.manifests._setuptools import split
from pincheck.manifests._text import Stretch, ignores
from pincheck.manifests._toml import Document, load
from pincheck.manifests.requirements_txt import read_line
from pincheck.model import LeftAlone, Origin, Problem, Source

_OPTIONS: Mapping[str, Origin] = {"deps": "declared", "constraints": "constraint"}
_TOML_TABLES = (("env_run_base",), ("env_pkg_base",), ("env", "*"), ("env_base", "*"))
_COMMENT = r"(?<!\\)#.*"
_FACTOR = r"[!\w.*?\[\]-]*"
_FOLDER = r"\{(?:toxinidir|tox_root)\}"
_SUBSTITUTION = r"(?<![$\\])\{[^{}]*\}"
_REFERENCE = r"\{\[([^\]]+)\]([^{}:]+)\}"
_NAMED = r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\]\s*)?(?:[=<>!~;@]|$)"


def claims(path: PurePosixPath) -> bool:
    """Say whether this may hold a configuration of tox."""
    return path.name in {"tox.ini", "tox.toml", "setup.cfg", "pyproject.toml"}


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read what each environment installs besides the project itself."""
    if source.path.name == "tox.ini":
        ini = _ini.load(source, lower=True)
        return Reading.of([*ini.problems, *_ini_items(source, ini)], ignores(source, ini.comments))
    own = source.path.name == "tox.toml"
    if not (own or "tox" in source.text) or ("deps" not in source.text and "constraints" not in source.text):
        return Reading()
    if source.path.name == "setup.cfg":
        ini = _ini.load(source, lower=True)
        is_there = any(option.section == "tox:tox" for option in ini.options)
        return Reading.of([*ini.problems, *_ini_items(source, ini)] if is_there else [])
    document = load(source)
    if isinstance(document, Problem):
        return Reading(problems=(document,))
    return Reading.of(_toml_items(source, document, () if own else ("tool", "tox")), ignores(source) if own else ())


# --- INI


def _ini_items(source: Source, ini: Ini) -> Iterator[Item]:
    """Read `deps` and `constraints` of every section, and the other options that they refer to."""
    options = {(option.section, option.name): option for option in ini.options}
    pending = deque((key, _OPTIONS[key[1]]) for key in options if _is_listed(source, key))
    seen = set()
    while pending:
        key, origin = pending.popleft()
        if key in seen or key not in options:
            continue
        seen.add(key)
        for line in filter(_has_text, _lines(source, options[key].value)):
            reference = re.fullmatch(_REFERENCE, line.text)
            if reference:
                pending.append(((reference[1], reference[2].strip().lower()), origin))
            else:
                yield from _line(line, Place(source, key[0], origin))


def _has_text(line: Stretch) -> bool:
    return bool(line.text)


def _is_listed(source: Source, key: tuple[str, str]) -> bool:
    section, name = key
    return name in _OPTIONS and (
        source.path.name == "tox.ini" or section == "testenv" or section.startswith("testenv:")
    )


def _lines(source: Source, value: Stretch) -> Iterator[Stretch]:
    """Yield the lines of a value as tox does: comments cut, factors taken off, lines joined."""
    joined = _ini.Joined(source)
    for physical in split(value):
        line = _conditional(_uncommented(physical))
        goes_on = line.text.endswith("\\")
        joined.add(line.cut(0, len(line.text) - goes_on))
        if not goes_on:
            yield from _some(joined.whole().strip())
            joined = _ini.Joined(source)
    if joined.parts:
        yield from _some(joined.whole().strip())


def _some(line: Stretch) -> Iterator[Stretch]:
    """Yield a line that holds something."""
    if line.text:
        yield line


def _uncommented(line: Stretch) -> Stretch:
    comment = re.search(_COMMENT, line.text)
    line = line.cut(0, comment.start()) if comment else line
    return _without(line, r"\\(?=#)") if "\\#" in line.text else line


def _conditional(line: Stretch) -> Stretch:
    """Take the factors off a line; what they choose is declared all the same."""
    marker = re.search(r":(?:\s|$)", line.text)
    if marker is None:
        return line
    factors = re.split("[,{}]", line.text[: marker.start()])
    if not all(re.fullmatch(_FACTOR, factor.strip()) for factor in factors):
        return line
    return line.cut(marker.end(), len(line.text)).strip()


def _without(line: Stretch, pattern: str, instead: str = "") -> Stretch:
    """Take out of a text what a pattern matches, and put one character or none there."""
    texts: list[str] = []
    offsets: list[int] = []
    position = 0
    for match in re.finditer(pattern, line.text):
        texts.append(line.text[position : match.start()] + instead)
        offsets += line.offsets[position : match.start() + len(instead)]
        position = match.end()
    return Stretch("".join([*texts, line.text[position:]]), [*offsets, *line.offsets[position:]])


def _line(line: Stretch, place: Place) -> Iterator[Item]:
    """Read one line; `{toxinidir}` is the file's own folder, which paths in it start from anyway."""
    line = _without(line, _FOLDER, ".") if re.search(_FOLDER, line.text) else line
    substitution = re.search(_SUBSTITUTION, line.text)
    if substitution is None:
        yield from (item for item in read_line(line, place) if not _is_own(item))
        return
    name = re.match(_NAMED, line.text)
    reason = f"computed from `{substitution[0]}`, which tox puts in"
    subject = place.source.at(line.span)
    yield LeftAlone(place.source, line.span, subject, reason, canonicalize_name(name[1]) if name else "")


def _is_own(item: Item) -> bool:
    """Say whether this is the project itself, whose manifests are read anyway."""
    return isinstance(item, Include) and item.kind == "project" and item.target in {".", "./"}


# --- TOML


def _toml_items(source: Source, document: Document, root: tuple[str, ...]) -> Iterator[Item]:
    table = document.table(*root)
    for pattern in _TOML_TABLES:
        for path, found in _tables(table, pattern):
            for option, origin in _OPTIONS.items():
                if option in found:
                    place = Place(source, ".".join(path), origin)
                    yield from _array(document, found[option], place, (*root, *path, option))
    if isinstance(table.get("legacy_tox_ini"), str):
        yield from _legacy(source, document, str(table["legacy_tox_ini"]), (*root, "legacy_tox_ini"))


def _tables(table: Mapping[str, Any], pattern: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    found = table.get(pattern[0])
    if not isinstance(found, Mapping):
        return
    if len(pattern) == 1:
        yield pattern, found
        return
    for name, below in found.items():
        if isinstance(below, Mapping):
            yield (pattern[0], name), below


def _array(document: Document, listed: Any, place: Place, path: tuple[str, ...]) -> Iterator[Item]:
    """Read an array of lines, or one text of several lines; a table stands for what tox computes."""
    found: Iterable[tuple[tuple[str | int, ...], Any]] = [(path, listed)]
    if isinstance(listed, list):
        found = [((*path, index), item) for index, item in enumerate(listed)]
    for where, item in found:
        if isinstance(item, str):
            for line in split(document.stretch(place.source, item, *where)):
                cut = _uncommented_toml(line)
                if cut.text:
                    yield from _line(cut, place)
        elif isinstance(item, Mapping):
            span = document.span(*where)
            written = " ".join(place.source.at(span).split())
            yield LeftAlone(place.source, span, written, "computed by tox")
        else:
            yield Problem(place.source, document.span(*where), f"`{'.'.join(path)}` must hold strings or tables only")


def _uncommented_toml(line: Stretch) -> Stretch:
    comment = re.search(r"(?:^|\s)#", line.text)
    return (line.cut(0, comment.start()) if comment else line).strip()


def _legacy(source: Source, document: Document, value: str, path: tuple[str, ...]) -> Iterator[Item]:
    """Read an INI text inside TOML; all around it is blanked out, so that what it says stands where it stands."""
    span = document.span(*path)
    if re.sub(r"\r\n", "\n", source.at(span)) != value:
        yield LeftAlone(source, span, ".".join(path), "it is written with escapes")
        return
    before, after = (re.sub(r"[^\r\n]", " ", part) for part in (source.text[: span.start], source.text[span.end :]))
    inner = source._replace(path=PurePosixPath("tox.ini"), text=before + source.at(span) + after)
    ini = _ini.load(inner, lower=True)
    for item in [*ini.problems, *_ini_items(inner, ini)]:
        yield item if isinstance(item, Include) else item._replace(source=source)


FORMAT = Format("tox", claims, read)
