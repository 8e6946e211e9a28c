"""What the first line below a release's title tells of it: Flask writes `Released 2026-02-18` there, or `Unreleased`."""

import re
from datetime import date
from typing import NamedTuple

from pincheck.changelog import _headings
from pincheck.changelog._blocks import Status

_LONGEST = 80
_RELEASED = re.compile(
    r"[*_(]{0,3}(?:release[ds]?(?:[ -]date)?|date)\b[*_]{0,2}:?\s*(?:on )?(?P<rest>.*)", re.IGNORECASE
)
_UNRELEASED = re.compile(
    r"(?:release[ds]?(?:[ -]date)?:?\s*)?(?:unreleased|not (?:yet )?released|in (?:development|progress)|TB[AD])\b.*",
    re.IGNORECASE,
)
_FIELD = re.compile(r"release[d]?[ -](?:by|manager|name)\b", re.IGNORECASE)


class Told(NamedTuple):
    """What a line tells; `only` where it tells nothing else, and is no part of the notes then."""

    date: date | None
    status: Status
    only: bool


def told(line: str) -> Told | None:
    """Return what a line tells of its release as a whole, None where it tells of a change."""
    bare = line[: 4 * _LONGEST].strip(" *_().")
    short = len(line) <= _LONGEST
    if short and _UNRELEASED.fullmatch(bare):
        return Told(None, "unreleased", only=True)
    if short and _FIELD.match(bare):
        return Told(None, "released", only=True)
    found = _RELEASED.fullmatch(bare)
    day = _headings.read_date(found["rest"]) if found else None
    return Told(day, "released", only=short) if day else None
