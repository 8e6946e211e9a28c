"""What the readers of all locks share: one resolved package, and why a lock cannot be read."""

import re

from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import Version

from pincheck.model import Locked, Problem, Source, Span

_LONGEST = 200


def locked(
    source: Source, span: Span, name: str, version: str, requires: tuple[tuple[NormalizedName, SpecifierSet], ...] = ()
) -> Locked | Problem:
    """Return one package of a lock, a Problem where its name or its version is none."""
    try:
        return Locked(source, span, canonicalize_name(name, validate=True), Version(version), requires)
    except InvalidName:
        return Problem(source, span, f"`{name[:_LONGEST]}` is not the name of a package")
    except ValueError:  # InvalidVersion is one; int() refuses numbers with more than 4,300 digits with another.
        return Problem(source, span, f"`{version[:_LONGEST]}` is not a version of `{name[:_LONGEST]}`")


def conflict(source: Source) -> Problem | None:
    """Return a Problem where git has left the two sides of a merge in a lock."""
    match = re.search(r"^<{7} ", source.text, re.MULTILINE)
    reason = "the lock has merge conflict markers; take one side and lock again"
    return Problem(source, Span(*match.span()), reason) if match else None
