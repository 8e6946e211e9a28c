"""Text → declarations, one file per format; several formats may read one file."""

from collections.abc import Mapping
from functools import reduce
from pathlib import PurePosixPath

from pincheck.manifests import dependency_groups, locks, pep621, requirements_txt, unread
from pincheck.manifests._reading import Format, Include, Reading
from pincheck.model import Source

__all__ = ["FORMATS", "Format", "Include", "Reading", "formats_of", "mark_of", "read"]

FORMATS: tuple[Format, ...] = (
    pep621.FORMAT,
    dependency_groups.FORMAT,
    unread.FORMAT,
    locks.FORMAT,
    requirements_txt.FORMAT,
)


def formats_of(path: PurePosixPath, text: str | None = None) -> tuple[Format, ...]:
    """Return the formats that a file's name and folder speak for, and where its text is given, that too."""
    claimed = (found for found in FORMATS if found.claims(path))
    return tuple(found for found in claimed if text is None or found.mark in text)


def mark_of(path: PurePosixPath) -> bytes | None:
    """Return what has to stand in a file for some format to claim it: nothing (`b""`) where the name is enough.

    None is said of files that no format claims.
    """
    marks = [found.mark.encode() for found in formats_of(path)]
    return min(marks, key=len, default=None)


def read(
    source: Source, *, constraint: bool = False, environ: Mapping[str, str], named: bool = False
) -> Reading | None:
    """Read a file in every format that claims it, or return None where none does.

    A file that a person or an include has `named` is a requirements file where no other format claims it.
    """
    claimed = formats_of(source.path, source.text) or ((requirements_txt.FORMAT,) if named else ())
    if not claimed:
        return None
    readings = (found.read(source, constraint=constraint, environ=environ) for found in claimed)
    return reduce(Reading.joined, readings)
