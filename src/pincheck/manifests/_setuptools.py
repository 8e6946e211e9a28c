"""Lists of requirements as setuptools takes them, from `setup.cfg` and `setup.py`."""

import re
from collections.abc import Iterable, Iterator

from pincheck.manifests._ini import Joined
from pincheck.manifests._pep508 import Place, declaration
from pincheck.manifests._reading import Item
from pincheck.manifests._text import Stretch
from pincheck.model import Problem

_CLAUSE = r"[<>=!~,]"


def requirements(parts: Iterable[Stretch], place: Place, fixed: str = "") -> Iterator[Item]:
    r"""Read the lines of texts, each of which is one requirement (`setuptools._reqs.parse`).

    A line that begins with `#` is a comment, and so is what stands behind a blank and a `#`. A line that ends in a
    blank and a backslash goes on in the next one: setuptools takes away the backslash and the character before it.
    """
    lines = (_uncommented(line) for part in parts for line in split(part))
    joined, last = Joined(place.source), None
    for line in (line for line in lines if line.text.strip()):
        if last is not None:
            _join(joined, last, line)
            last = line.strip()
        else:
            last = line
        if not last.text.rstrip().endswith("\\"):
            joined.add(last)
            yield _requirement(joined.whole().strip(), place, fixed)
            joined, last = Joined(place.source), None
    if last is not None:
        joined.add(last)
        reason = "not a requirement: it ends in a backslash with no line behind it, and setuptools drops it"
        yield Problem(place.source, joined.whole().strip().span, reason)


def split(stretch: Stretch) -> Iterator[Stretch]:
    """Yield the lines of a text, blanks and all."""
    start = 0
    for line in stretch.text.splitlines(keepends=True):
        content = line.splitlines()[0]
        yield stretch.cut(start, start + len(content))
        start += len(line)


def _uncommented(line: Stretch) -> Stretch:
    if line.text.lstrip().startswith("#"):
        return line.cut(0, 0)
    indent = len(line.text) - len(line.text.lstrip())
    cut = line.text.find(" #", indent)
    return line if cut < 0 else line.cut(0, cut)


def _join(joined: Joined, line: Stretch, following: Stretch) -> None:
    """Add a line as setuptools does: without its backslash and the character before that."""
    head = line.cut(0, len(line.text.rstrip()) - 1)
    if not head.text:
        joined.drop()
    elif not head.text[-1].isspace():
        head = head.cut(0, len(head.text) - 1)
    between_clauses = head.text.rstrip().endswith(",") or re.match(_CLAUSE, following.text.strip())
    joined.add(head if between_clauses else head.cut(0, len(head.text.rstrip())))


def _requirement(line: Stretch, place: Place, fixed: str) -> Item:
    if re.match(_CLAUSE, line.text):
        reason = "each line is a requirement of its own; write all clauses of one on one line"
        return Problem(place.source, line.span, f"not a requirement: {reason}")
    return declaration(line, place, fixed=fixed)
