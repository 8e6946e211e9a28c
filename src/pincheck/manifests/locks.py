"""Lock files, read only: what each of them resolved a package to.

uv, Poetry, PDM (`[[package]]`) and PEP 751 (`[[packages]]`) write name and version as the first two keys of a table;
Pipfile.lock is JSON.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from pincheck.manifests._reading import Format, Reading
from pincheck.model import Locked, Problem, Source, Span

_NAMES = {"uv.lock", "poetry.lock", "pdm.lock", "pipfile.lock", "pylock.toml"}
_PACKAGE = r'^\[\[packages?\]\]\s*?\r?\nname = "([^"\n]+)"\r?\nversion = "([^"\n]+)"'


def claims(path: PurePosixPath) -> bool:
    """Say whether this is a lock file (`pylock.NAME.toml` by PEP 751 among them)."""
    name = path.name.lower()
    return name in _NAMES or re.fullmatch(r"pylock\.[^.]+\.toml", name) is not None


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read the locked packages."""
    if source.path.name.lower() != "pipfile.lock":
        return Reading(locked=tuple(_packages(source)))
    import json  # noqa: PLC0415 - only this one lock is JSON

    try:
        return Reading(locked=tuple(_pipfile(source, json.loads(source.text))))
    except (ValueError, RecursionError) as error:
        return Reading(problems=(Problem(source, Span(0, 0), f"not a Pipfile.lock: {error}"),))


def _packages(source: Source) -> Iterator[Locked]:
    for match in re.finditer(_PACKAGE, source.text, re.MULTILINE):
        yield from _locked(source, match[1], match[2], Span(*match.span(2)))


def _pipfile(source: Source, document: Any) -> Iterator[Locked]:
    sections = document.values() if isinstance(document, Mapping) else ()
    for section in sections:
        for name, entry in section.items() if isinstance(section, Mapping) else ():
            version = entry.get("version", "") if isinstance(entry, Mapping) else ""
            start = max(source.text.find(f'"{name}"'), 0)
            if isinstance(version, str) and version.startswith("=="):
                yield from _locked(source, name, version.removeprefix("=="), Span(start, start + len(name) + 2))


def _locked(source: Source, name: str, version: str, span: Span) -> Iterator[Locked]:
    try:
        yield Locked(source, span, canonicalize_name(name), Version(version))
    except (InvalidVersion, ValueError):
        return


FORMAT = Format("locks", claims, read)
