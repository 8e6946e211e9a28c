"""Lock files, read only: what each of them resolved a package to, and what that asks of other packages.

uv, Poetry and PDM write `[[package]]` tables, PEP 751 (`pylock.toml`) `[[packages]]`, Pipfile.lock is JSON. A package
that a lock knows by its folder only (the project itself, a workspace member) has no version to speak of.
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from pincheck.manifests._reading import Format, Reading
from pincheck.manifests._text import ignores
from pincheck.model import Problem, Source, Span

_NAMES = {"uv.lock", "poetry.lock", "pdm.lock", "pipfile.lock", "pylock.toml"}


def claims(path: PurePosixPath) -> bool:
    """Say whether this is a lock file (`pylock.NAME.toml` by PEP 751 and uv's locks of scripts among them)."""
    name = path.name.lower()
    return name in _NAMES or name.endswith(".py.lock") or re.fullmatch(r"pylock\.[^.]+\.toml", name) is not None


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read the locked packages."""
    if not source.text.strip("\ufeff \t\r\n"):
        return Reading(problems=(Problem(source, Span(0, 0), "the lock is empty; lock again"),))
    if source.path.name.lower() == "pipfile.lock":
        from pincheck.manifests import _locks_json  # noqa: PLC0415 - most projects have one lock at most

        return Reading.of(_locks_json.read(source))
    from pincheck.manifests import _locks_toml  # noqa: PLC0415

    return Reading.of(_locks_toml.read(source), ignores(source))


FORMAT = Format("locks", claims, read)
