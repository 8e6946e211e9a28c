"""What the tables of many tools have in common: arrays of requirements, and `name = "version rule"`."""

from collections.abc import Iterator, Mapping
from typing import Any

from packaging.markers import InvalidMarker, Marker
from packaging.utils import InvalidName, canonicalize_name

from pincheck import dialects
from pincheck.manifests._pep508 import Place, declaration
from pincheck.manifests._reading import Item
from pincheck.manifests._text import Stretch
from pincheck.manifests._toml import Document
from pincheck.model import Declaration, DialectName, Problem, Source, Span

Path = tuple[str | int, ...]


def dotted(path: Path) -> str:
    """Return a path of keys as people write it: `tool.uv.dev-dependencies`."""
    return ".".join(map(str, path))


def requirements(document: Document, listed: Any, place: Place, path: Path) -> Iterator[Item]:
    """Read an array of PEP 508 strings that stands at a path."""
    if not isinstance(listed, list):
        yield Problem(place.source, document.span(*path), f"`{dotted(path)}` must be an array of strings")
        return
    for index, text in enumerate(listed):
        if isinstance(text, str):
            yield declaration(document.stretch(place.source, text, *path, index), place)
        else:
            yield Problem(place.source, document.span(*path, index), f"`{dotted(path)}` must hold strings only")


def table(document: Document, source: Source, path: tuple[str, ...]) -> Iterator[tuple[str, Any] | Problem]:
    """Yield the entries of a table, nothing where there is none, a Problem where something else stands there."""
    found: Any = document.values
    for key in path:
        if not isinstance(found, Mapping) or key not in found:
            return
        found = found[key]
    if isinstance(found, Mapping):
        yield from found.items()
    else:
        yield Problem(source, document.span(*path), f"`{dotted(path)}` must be a table")


def not_tables(document: Document, source: Source, path: tuple[str, ...]) -> Iterator[Problem]:
    """Yield the Problem that something else than a table stands at a path or on the way there, nothing where none is."""
    found: Any = document.values
    for index, key in enumerate(path):
        if key not in found:
            return
        found = found[key]
        if not isinstance(found, Mapping):
            at = path[: index + 1]
            yield Problem(source, document.span(*at), f"`{dotted(at)}` must be a table")
            return


def ruled(  # noqa: PLR0913 - what one entry of a table consists of
    stretch: Stretch,
    name: str,
    key: Span,
    place: Place,
    dialect: DialectName,
    *,
    extras: frozenset[str] = frozenset(),
    marker: str = "",
    fixed: str = "",
) -> Item:
    """Read one entry of a table: `stretch` is its version rule, `key` where its name stands.

    A rule or a marker that its dialect cannot read is a Problem, a name that only looks like one an Oddity.
    """
    source, rule = place.source, stretch.span
    if not name.isascii():
        from pincheck.manifests import _names  # noqa: PLC0415 - only for what is wrong

        odd = _names.oddity(source, key, name)
        if odd:
            return odd
    try:
        specifier = dialects.of(dialect).parse(stretch.text)
        if marker:
            Marker(marker)
        normal = canonicalize_name(name, validate=True)
    except (ValueError, InvalidMarker, InvalidName) as error:
        return Problem(source, rule, f"not a version rule of `{name}`: {_first_line(error)}")
    except RecursionError:
        return Problem(source, rule, "it is nested too deeply to be read")
    if not fixed and not stretch.stands_in(source):
        fixed = "its text is computed or written with escapes"
    span = Span(min(key.start, rule.start), max(key.end, rule.end))
    return Declaration(
        source, span, rule, place.group, normal, extras, specifier, marker, "", place.origin, fixed, dialect
    )


def _first_line(error: Exception) -> str:
    text = (str(error).strip().splitlines() or ["it cannot be read"])[0]
    return text[:1].lower() + text[1:200]
