"""Text → declarations, one file per format; several formats may read one file."""

from collections.abc import Callable, Mapping
from functools import reduce
from pathlib import PurePosixPath

from pincheck.manifests import (
    conda,
    dependency_groups,
    dockerfile,
    hatch,
    inline_script,
    locks,
    noxfile,
    pdm,
    pep621,
    pipfile,
    pixi,
    poetry,
    requirements_txt,
    setup_cfg,
    setup_py,
    tox,
    uv,
)
from pincheck.manifests._listed import refused
from pincheck.manifests._reading import Format, Include, Reading
from pincheck.manifests._toml import values as toml_values
from pincheck.model import Source

__all__ = [
    "FORMATS",
    "Format",
    "Include",
    "Reading",
    "formats_of",
    "mark_of",
    "read",
    "refused",
    "toml_values",
]

FORMATS: tuple[Format, ...] = (
    pep621.FORMAT,
    dependency_groups.FORMAT,
    poetry.FORMAT,
    pdm.FORMAT,
    pipfile.FORMAT,
    pixi.FORMAT,
    conda.FORMAT,
    uv.FORMAT,
    hatch.FORMAT,
    inline_script.FORMAT,
    locks.FORMAT,
    setup_cfg.FORMAT,
    setup_py.FORMAT,
    noxfile.FORMAT,
    tox.FORMAT,
    dockerfile.FORMAT,
    requirements_txt.FORMAT,
    requirements_txt.BY_LOOK,
)


def formats_of(path: PurePosixPath, text: str | None = None) -> tuple[Format, ...]:
    """Return the formats that a file's name and folder speak for, and where its text is given, that too."""
    claimed = (found for found in FORMATS if found.claims(path))
    return tuple(found for found in claimed if text is None or (found.mark in text and _looks(found, text)))


def _looks(found: Format, text: str) -> bool:
    return found.looks is None or found.looks(text)


def mark_of(path: PurePosixPath) -> bytes | Callable[[str], bool] | None:
    """Return what has to stand in a file for some format to claim it: nothing (`b""`) where the name is enough.

    Where only the look of its text tells, that is what has to be asked. None is said of files that no format claims.
    """
    claimed = formats_of(path)
    marks = [found.mark.encode() for found in claimed if found.looks is None]
    return min(marks, key=len, default=claimed[0].looks if claimed else None)


def read(
    source: Source, *, constraint: bool = False, environ: Mapping[str, str], named: bool = False
) -> Reading | None:
    """Read a file in every format that claims it, or return None where none does.

    A file that a person or an include has `named` is a requirements file where no other format claims its name.
    """
    claimed = formats_of(source.path, source.text)
    if named and not formats_of(source.path):
        claimed = (requirements_txt.FORMAT,)
    if not claimed:
        return None
    readings = (found.read(source, constraint=constraint, environ=environ) for found in claimed)
    return reduce(Reading.joined, readings)
