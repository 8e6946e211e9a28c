"""Tables of `pyproject.toml` that declare requirements in ways that are not read yet, so that none passes unseen."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from pincheck.manifests import pep621
from pincheck.manifests._reading import Format, Reading
from pincheck.manifests._toml import Document, load
from pincheck.model import LeftAlone, Problem, Source

# A path of keys to each table or array; `*` stands for every key at that place.
_TABLES = (
    ("tool", "poetry", "dependencies"),
    ("tool", "poetry", "dev-dependencies"),
    ("tool", "poetry", "group", "*", "dependencies"),
    ("tool", "pdm", "dev-dependencies", "*"),
    ("tool", "pdm", "resolution", "overrides"),
    ("tool", "hatch", "envs", "*", "dependencies"),
    ("tool", "hatch", "envs", "*", "extra-dependencies"),
    ("tool", "uv", "dev-dependencies"),
    ("tool", "uv", "constraint-dependencies"),
    ("tool", "uv", "override-dependencies"),
    ("tool", "uv", "sources"),
    ("tool", "pixi", "dependencies"),
    ("tool", "pixi", "pypi-dependencies"),
)


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Name each requirement in such a table."""
    document = load(source)
    if isinstance(document, Problem):
        return Reading()
    return Reading(left_alone=tuple(item for path in _TABLES for item in _table(source, document, path)))


def _table(source: Source, document: Document, pattern: tuple[str, ...]) -> Iterator[LeftAlone]:
    for path, value in _matching(document.values, pattern, ()):
        reason = f"`[{'.'.join(map(str, path))}]` is not read by this version of pincheck"
        keys = range(len(value)) if isinstance(value, list) else value if isinstance(value, Mapping) else ()
        for key in keys:
            written = str(value[key] if isinstance(value, list) else key)
            match = re.match(r"[A-Za-z0-9][\w.-]*", written)
            if match and written != "python":
                yield LeftAlone(source, document.span(*path, key), written, reason, canonicalize_name(match[0]))


def _matching(value: Any, pattern: tuple[str, ...], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not pattern:
        yield path, value
        return
    if not isinstance(value, Mapping):
        return
    for key in value if pattern[0] == "*" else [pattern[0]]:
        if key in value:
            yield from _matching(value[key], pattern[1:], (*path, key))


FORMAT = Format("unread", pep621.claims, read)
