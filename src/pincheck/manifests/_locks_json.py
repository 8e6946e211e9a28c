"""Pipfile.lock: JSON with one object per category, `default` and `develop` among them (pipenv, "Pipfile.lock")."""

import re
from collections.abc import Iterator, Mapping

from pincheck.manifests._locks import conflict, locked
from pincheck.model import Locked, Problem, Source, Span

_NEWEST = 6  # `_meta.pipfile-spec` that pipenv writes
_DEPTH = 3  # A category, a package and what is said of it.
_MARK = r'"(?:[^"\\]|\\.)*"|[{}\[\],]'
Path = tuple[str, ...]


def read(source: Source) -> Iterator[Locked | Problem]:
    """Yield what every category is locked to; entries without a version (git, path, editable) have none to tell."""
    import json  # noqa: PLC0415 - only this one lock is JSON

    try:
        document = json.loads(source.text)
    except (ValueError, RecursionError) as error:
        place = getattr(error, "pos", 0)
        yield conflict(source) or Problem(source, Span(place, place), f"not a Pipfile.lock: {_lower(str(error))}")
        return
    if not isinstance(document, Mapping):
        yield Problem(source, Span(0, 0), "not a Pipfile.lock: it must be an object")
        return
    places = dict(_strings(source.text, json.loads))
    meta = document.get("_meta")
    spec = meta.get("pipfile-spec") if isinstance(meta, Mapping) else None
    if isinstance(spec, int) and spec > _NEWEST:
        yield Problem(source, Span(0, 0), f"`pipfile-spec` {spec} is newer than what pincheck reads ({_NEWEST})")
        return
    for category, entries in document.items():
        if category == "_meta":
            continue
        if not isinstance(entries, Mapping):
            yield Problem(source, Span(0, 0), f"`{category}` must be an object")
            continue
        for name, entry in entries.items():
            version = entry.get("version") if isinstance(entry, Mapping) else None
            if version is not None:
                place = places.get((category, name, "version"), Span(0, 0))
                yield _entry(source, name, version, place)


def _entry(source: Source, name: str, version: object, place: Span) -> Locked | Problem:
    if not isinstance(version, str) or not version.startswith("=="):
        return Problem(source, place, f"`{name}` is not locked to one version")
    exact = version.lstrip("=").strip()
    offset = source.at(place).find(exact)
    span = Span(place.start + offset, place.start + offset + len(exact)) if offset >= 0 else place
    return locked(source, span, name, exact)


def _strings(text: str, parse: object) -> Iterator[tuple[Path, Span]]:
    """Yield where each string that is a value of a package's object stands, between its quotes.

    The text is known to be JSON. What stands in arrays and deeper is passed over: versions never do.
    """
    keys: list[str] = []
    stack: list[str] = []
    arrays = 0
    wants_key = False
    for match in re.finditer(_MARK, text, re.DOTALL):
        mark = match[0]
        if mark in "{[":
            stack.append(mark)
            arrays += mark == "["
            keys.append("")
            wants_key = mark == "{"
        elif mark in "}]":
            arrays -= stack.pop() == "["
            keys.pop()
            wants_key = False
        elif mark == ",":
            wants_key = stack[-1:] == ["{"]
        elif wants_key:
            keys[-1] = _unquoted(mark, parse)
            wants_key = False
        elif len(stack) == _DEPTH and not arrays:
            yield tuple(keys), Span(match.start() + 1, match.end() - 1)


def _unquoted(mark: str, parse: object) -> str:
    return str(parse(mark)) if "\\" in mark and callable(parse) else mark[1:-1]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
