"""What a table says about a package that comes from a repository, an archive or a folder instead of an index."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidName, canonicalize_name

from pincheck.manifests._pep508 import Place, wheel_pin
from pincheck.manifests._reading import Include, Item
from pincheck.model import Declaration, Problem, Span

_ANY = SpecifierSet()
_VCS = ("git", "hg", "svn", "bzr")
# What names the commit of a repository, in the words of Pipenv, Poetry and pixi.
_REVISIONS = ("ref", "rev", "tag", "branch")
_REMOTE = r"[a-zA-Z][\w+.-]+:|[\w.-]+@[\w.-]+:"


def url_of(table: Mapping[str, Any]) -> str:
    """Return where a table says that its package comes from, `""` where that is an index; a path is a URL here too."""
    for kind in _VCS:
        if isinstance(table.get(kind), str):
            revision = next((table[key] for key in _REVISIONS if isinstance(table.get(key), str)), "")
            address = table[kind] if table[kind].startswith(f"{kind}+") else f"{kind}+{table[kind]}"
            return f"{address}@{revision}" if revision else address
    return next((table[key] for key in ("url", "file", "path") if isinstance(table.get(key), str) and table[key]), "")


def is_text(table: Mapping[str, Any]) -> bool:
    """Say whether what a table says of where its package comes from is text."""
    return all(isinstance(table.get(key, ""), str) for key in (*_VCS, *_REVISIONS, "url", "file", "path"))


def direct(
    place: Place,
    name: str,
    url: str,
    span: Span,
    *,
    extras: frozenset[str] = frozenset(),
    marker: str = "",
    pin: SpecifierSet | None = None,
) -> Iterator[Item]:
    """Yield the declaration of a package that comes from a URL, and of a folder, that its manifests are to be read.

    `pin` is the version where something tells it; a wheel's file name does.
    """
    try:
        normal = canonicalize_name(name, validate=True)
    except InvalidName as error:
        yield Problem(place.source, span, f"not a package: {str(error)[:200]}")
        return
    specifier = pin or wheel_pin(url) or _ANY
    end = Span(span.end, span.end)
    yield Declaration(
        place.source, span, end, place.group, normal, extras, specifier, marker, url, place.origin,
        "it is a direct reference",
    )  # fmt: skip
    if not re.match(_REMOTE, url) and not url.endswith((".whl", ".zip", ".tar.gz", ".tar.bz2", ".conda")):
        yield Include(span, url, "project")
