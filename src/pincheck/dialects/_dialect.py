"""The door of a dialect, and what all of them share: how a version is written anew."""

import re
from collections.abc import Callable
from typing import NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pincheck import pins
from pincheck.model import DialectName

_VERSION = r"(v?(?:\d+!)?)(\d+(?:\.\d+)*)(.*)"
_SERIES_START = r"\.?(?:dev|(?:a|b|rc)0(?:\.dev)?)0?"


class Moved(NamedTuple):
    """A specifier's text after a move, and the exclusions that were dropped on the way."""

    text: str
    dropped: tuple[str, ...]


class Unmovable(NamedTuple):
    """Why this spelling cannot say what is wanted."""

    reason: str


class Dialect(NamedTuple):
    """One way to write down which versions are allowed.

    `parse` gives its meaning in PEP 440's words (ValueError says why it has none); `move` lets a text that stands
    inside one minor series stand in the series of another version, in its own spelling; `range_of` writes the whole of
    a series from a specifier's floor on, as its users would; `anything` is how every version is allowed.
    """

    name: DialectName
    parse: Callable[[str], SpecifierSet]
    move: Callable[[str, Version], Moved | Unmovable]
    range_of: Callable[[SpecifierSet, pins.Series], str]
    anything: str


def respelled(written: str, target: Version, suffix: str = "") -> str:
    """Write `target` with the prefix and as many numbers as `written` has (more where the version needs them).

    A suffix that means "the very start of the series" (`.dev0`, `a0`) stays; any other belonged to the old version.
    """
    match = re.fullmatch(_VERSION, written.removesuffix(".*"), re.IGNORECASE | re.DOTALL)
    if match is None:  # pragma: no cover - packaging has read this version before
        return str(target)
    prefix, release, rest = match.groups()
    numbers = list(target.release)
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    width = release.count(".") + 1
    numbers += [0] * (width - len(numbers))
    tail = str(target).removeprefix(f"{target.epoch}!" if target.epoch else "")[
        len(".".join(map(str, target.release))) :
    ]
    starts = not tail and not suffix and re.fullmatch(_SERIES_START, rest, re.IGNORECASE) is not None
    return f"{prefix}{'.'.join(map(str, numbers))}{rest if starts else tail}{suffix}"
