"""PDM's own tables of `pyproject.toml`: `dev-dependencies` and `resolution.overrides`.

Source: PDM, "Manage dependencies", "Lock and install", "Configurations of a project".
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from pincheck.manifests import pep621
from pincheck.manifests._direct import direct
from pincheck.manifests._pep508 import Place, declaration
from pincheck.manifests._reading import Format, Include, Item, Reading
from pincheck.manifests._tables import dotted, not_tables, requirements, ruled, table
from pincheck.manifests._text import ignores
from pincheck.manifests._toml import Document, load
from pincheck.model import Declaration, LeftAlone, Oddity, Problem, Source, Span

_DEV = ("tool", "pdm", "dev-dependencies")
_RESOLUTION = ("tool", "pdm", "resolution")
_OVERRIDES = (*_RESOLUTION, "overrides")
_EXCLUDES = (*_RESOLUTION, "excludes")
_EDITABLE = r"\s*(?:-e|--editable)(?:\s+|=)(\S.*?)\s*"
_EGG = r"[#&]egg=([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)(?:\[([^\]]*)\])?"
# PDM puts the project's folder in the place of this.
_ROOT = r"file:///?\$\{PROJECT_ROOT\}/*"
_URL = r"[a-zA-Z][\w+.-]*:"


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read what is installed for development, and the versions that take the place of every other declaration."""
    document = load(source)
    if isinstance(document, Problem):
        return Reading(problems=(document,))
    found = [*not_tables(document, source, _RESOLUTION), *_development(document, source)]
    found += [*_overrides(document, source), *_excluded(document, source)]
    return Reading.of(found, ignores(source) if document.table("tool", "pdm") else ())


def _development(document: Document, source: Source) -> Iterator[Item]:
    extras = {canonicalize_name(extra): extra for extra in document.table("project", "optional-dependencies")}
    for entry in table(document, source, _DEV):
        if isinstance(entry, Problem):
            yield entry
            continue
        group, listed = entry
        if canonicalize_name(group) in extras:
            reason = f"`{group}` is a group of development dependencies and an extra; PDM refuses that"
            yield Problem(source, document.key(*_DEV, group), reason)
        yield from _group(document, listed, Place(source, group, "declared"), (*_DEV, group))


def _group(document: Document, listed: Any, place: Place, path: tuple[str, ...]) -> Iterator[Item]:
    """Read an array of requirements, editable ones among them."""
    if not isinstance(listed, list):
        yield Problem(place.source, document.span(*path), f"`{dotted(path)}` must be an array of strings")
        return
    for index, text in enumerate(listed):
        span = document.span(*path, index)
        if not isinstance(text, str):
            yield Problem(place.source, span, f"`{dotted(path)}` must hold strings only")
        elif editable := re.fullmatch(_EDITABLE, text):
            yield from _from_url(editable[1], span, place)
        else:
            item = declaration(document.stretch(place.source, text, *path, index), place)
            yield item
            yield from _followed(item)


def _followed(item: Item) -> Iterator[Include]:
    """Yield the folder of the project that a requirement names."""
    if isinstance(item, Declaration) and (root := re.match(_ROOT, item.url)):
        yield Include(item.span, re.split("[#?]", item.url[root.end() :])[0] or ".", "project")


def _from_url(url: str, span: Span, place: Place) -> Iterator[Item]:
    """Read what stands behind a `-e`: a URL with its name behind `#egg=`, or a folder."""
    root, egg = re.match(_ROOT, url), re.search(_EGG, url)
    path = re.split("[#?]", url[root.end() :] if root else url)[0] or "."
    local = root is not None or not re.match(_URL, url)
    if egg:
        extras = frozenset(filter(None, re.split(r"\s*,\s*", egg[2] or "")))
        found = direct(place, egg[1], url, span, extras=extras)
        yield from (item for item in found if not isinstance(item, Include))
    elif not local:
        reason = "an editable URL without a name; what it requires is not read"
        yield LeftAlone(place.source, span, url, reason)
    if local:
        yield Include(span, path, "project")


def _overrides(document: Document, source: Source) -> Iterator[Item]:
    """Read the versions that PDM takes whatever anything else asks for."""
    place = Place(source, "overrides", "override")
    for entry in table(document, source, _OVERRIDES):
        if isinstance(entry, Problem):
            yield entry
            continue
        name, value = entry
        key, span = document.key(*_OVERRIDES, name), document.span(*_OVERRIDES, name)
        whole = Span(min(key.start, span.start), max(key.end, span.end))
        if not isinstance(value, str):
            yield Problem(source, span, f"`{dotted((*_OVERRIDES, name))}` must be a version or a URL")
        elif value.strip() == "*":
            yield Problem(source, span, f"not a version rule of `{name}`: PDM reads `*` here as `==*`; write `>=0`")
        elif re.match(_URL, value):
            for item in direct(place, name, value, whole):
                yield item
                yield from _followed(item)
        else:
            stretch = document.stretch(source, value, *_OVERRIDES, name)
            yield ruled(stretch, name.partition("[")[0].strip(), key, place, "pipenv")


def _excluded(document: Document, source: Source) -> Iterator[Item]:
    """Read the packages that PDM leaves out of the lock, whoever asks for them."""
    place = Place(source, "", "declared")
    for item in requirements(document, document.table(*_RESOLUTION).get("excludes", []), place, _EXCLUDES):
        if isinstance(item, Declaration):
            text = f"`{dotted(_EXCLUDES[1:])}` leaves it out"
            yield Oddity(source, item.span, "voided", item.name, text)
        else:
            yield item


FORMAT = Format("pdm", pep621.claims, read)
