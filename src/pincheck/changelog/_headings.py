"""What the heading of a release says, in every style of release notes: which version, when, and what became of it.

FastAPI's `scripts/prepare_release.py` allows `1.2.3` and `1.2.3 (date)`. Keep a Changelog writes `[1.2.3] - date`,
towncrier `package 1.2.3 (date)`, attrs `[1.2.3](address) - date`, Flask `Version 1.2.3`, SQLAlchemy tags `rel_1_2_3`.
"""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from packaging.version import InvalidVersion, Version

from pincheck.changelog._blocks import Status

# The name of no package: nothing but a version may stand in a tag of one that is not known.
_NOBODY = "\0"
# A longer heading is a sentence.
_LONGEST = 300

# Digits are bounded because `int` refuses thousands of them. One number alone ("## 2") is too often a chapter.
_NUMBER = (
    r"[0-9]{1,9}(?:\.[0-9]{1,9}){1,5}"
    r"(?:[-_.]?(?:alpha|beta|preview|pre|rc|a|b|c)[-_.]?[0-9]{0,9})?"
    r"(?:[-_.]?post[-_.]?[0-9]{0,9})?(?:[-_.]?dev[-_.]?[0-9]{0,9})?(?![\w.]*[0-9])"
)
_VERSION = re.compile(_NUMBER, re.IGNORECASE)
_TAG = re.compile(r"(?:rel|release|v)[-_]?(?P<number>[0-9]{1,9}(?:_[0-9]{1,9}){1,5}(?:(?:a|b|rc)[0-9]{1,9})?)")
_CALLED = (
    r"(?:(?:(?:changes in |what['’]s new in )?version|release|changes in|what['’]s new in|ver\.?)[ :]*)?(?:v\.?[ ]?)?"
)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?:{})[a-z]{{0,6}}\.?".format("|".join(_MONTHS))
_DAY = r"[0-9]{1,2}(?:st|nd|rd|th)?"
_DATE = re.compile(
    r"(?<![0-9.])(?:"
    r"(?P<iso>[0-9]{4}(?P<mark>[-/.])[0-9]{1,2}(?P=mark)[0-9]{1,2})"
    r"|(?P<compact>(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?=\)))"
    rf"|(?P<late>[0-9]{{1,2}}(?P<sign>[-/.])[0-9]{{1,2}}(?P=sign)[0-9]{{4}})"
    rf"|(?P<day>{_DAY})(?: of)?[ -](?P<month>{_MONTH}),?[ -](?P<year>[0-9]{{4}})"
    rf"|(?P<us_month>(?<![a-z]){_MONTH}) (?P<us_day>{_DAY}),? (?P<us_year>[0-9]{{4}})"
    r")(?![0-9])",
    re.IGNORECASE,
)

_YANKED = re.compile(r"\byanked\b|\bwithdrawn\b", re.IGNORECASE)
_UNPUBLISHED = re.compile(r"\b(?:not|never) (?:been )?(?:published|uploaded)\b|\bunpublished\b", re.IGNORECASE)
_COMING = re.compile(
    r"\bunreleased\b|\b(?:not|to be) (?:yet )?released\b|\bin (?:development|progress)\b|\bupcoming\b|\bTB[AD]\b"
    r"|[0-9X?]{2}(?:XX|\?\?)-(?:XX|\?\?)|[xX?]{4}|YYYY-MM-DD",
    re.IGNORECASE,
)
_WORDS = re.compile(r"release(?:d| notes)?\b|change(?:s|log)\b", re.IGNORECASE)
_UNRELEASED = re.compile(
    r"(?:latest changes|next(?: release| version)?|unreleased(?: changes)?|upcoming(?: release| changes| version)?"
    r"|not yet released|in development|development version)(?:\W*$|\s*[-–—:(\[].*)",
    re.IGNORECASE,
)

_LINK = re.compile(r"\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])")
_ATTRIBUTES = re.compile(r"\{[ :#.][^{}]*\}$")
# Emphasis, back-ticks, the pilcrow of a permanent link, pictures and what has no width.
_MARKUP = re.compile("[*`¶\u200b-\u200f\ufe0f\\\\]|[\u2190-\u2bff\U0001f000-\U0001faff]")


class Heading(NamedTuple):
    """What the heading of a release says; `date` is None where it says none, or one that no calendar has."""

    version: Version
    date: date | None
    status: Status


def release(title: str, package: str = "") -> Heading | None:
    """Return what a heading says of a release, None where it is not the heading of one.

    The title may be plain words or Markdown. Before the version may stand `v`, `Version` and the package's own name;
    another name only where the package is not known and a date follows (`pytest 9.1.1 (2026-06-19)`), for
    `Python 3.9` is a category. What is not released yet may have a version too, its status says so.
    """
    shown = _plain(title)
    if not shown:
        return None
    found = _grammar(package).fullmatch(shown)
    version = _parsed(found["number"] if found else _tagged(shown))
    if version is None:
        return None
    if found is None:
        return Heading(version, None, "released")
    rest = found["rest"].strip()
    day = read_date(rest) or read_date(found["day"] or "")
    follows = found["mark"].strip() or not rest or day or _status(rest) != "released" or _WORDS.match(rest)
    strange = found["name"] and not day
    a_range = _VERSION.match(rest) and not _DATE.match(rest)
    return None if not follows or strange or a_range else Heading(version, day, _status(rest))


def tag(name: str, package: str = "") -> Version | None:
    """Return the version that a tag stands for, None where it is none of this package's (`core-v2.48.0`)."""
    found = _grammar(package or _NOBODY).fullmatch(name.strip()[:_LONGEST])
    return _parsed(found["number"] if found and not found["rest"] else _tagged(name.strip()))


def is_unreleased(title: str) -> bool:
    """Tell whether a heading is that of the changes which no release has yet."""
    return _UNRELEASED.fullmatch(_plain(title).lstrip("[")) is not None


def read_date(text: str) -> date | None:
    """Return the first date in a text, None where there is none or where no calendar has it.

    `2026-07-29`, `20260729)`, `June 12, 2026`, `6th December, 2024`, `29.07.2026`; `06-29-2015` only where it can be nothing else.
    """
    found = _DATE.search(" ".join(text[:_LONGEST].split()))
    if found is None:
        return None
    try:
        return date(*_calendar(found))
    except ValueError:
        return None


def _calendar(found: re.Match[str]) -> tuple[int, int, int]:
    """Return year, month and day of a date as it was written; ValueError where day and month cannot be told apart."""
    if found["iso"]:
        year, month, day = map(int, found["iso"].split(found["mark"]))
        return year, month, day
    if found["compact"]:
        return int(found["compact"][:4]), int(found["compact"][4:6]), int(found["compact"][6:])
    if found["late"]:
        first, second, year = map(int, found["late"].split(found["sign"]))
        if found["sign"] == "." or first > len(_MONTHS) or first == second:
            return year, second, first
        if second > len(_MONTHS):
            return year, first, second
        raise ValueError(found[0])
    name, written, year_text = found.group("month", "day", "year")
    if not name:
        name, written, year_text = found.group("us_month", "us_day", "us_year")
    return int(year_text), _MONTHS.index(name[:3].lower()) + 1, int(written.rstrip("stndrhSTNDRH"))


@lru_cache(maxsize=64)
def _grammar(package: str) -> re.Pattern[str]:
    """Return what the heading of a package's release looks like; without its name, any one word may stand before."""
    known = "[-_. ]?".join(map(re.escape, re.split(r"[-_.]+", package)))
    own = rf"(?:(?:(?:python|py)-)?{known}(?:-(?:python|py))?(?: ?[-_@/=:]{{1,2}} ?| ))?" if package else ""
    other = "" if package else r"(?P<name>[A-Za-z][\w.-]{0,60} )?"
    absent = r"(?P<name>(?!))?" if package else ""
    return re.compile(
        rf"(?:(?P<day>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})[,:]? (?:- )?)?{own}\[?(?:{_CALLED}|{other}v?){absent}"
        rf"(?P<number>{_NUMBER})\]?(?P<mark>\s*(?:[-–—:,/|(\[\"“'‘]|$)|\s)(?P<rest>.*)",
        re.IGNORECASE,
    )


def _plain(title: str) -> str:
    """Return a heading without its markup, `""` where it is too long to be that of a release."""
    if len(title) > 4 * _LONGEST:
        return ""
    shown = " ".join(_MARKUP.sub("", _LINK.sub(r"\1", title)).split())
    shown = _ATTRIBUTES.sub("", shown.rstrip("# ")).strip()
    return shown if len(shown) <= _LONGEST else ""


def _tagged(shown: str) -> str:
    found = _TAG.fullmatch(shown)
    return found["number"].replace("_", ".") if found else ""


def _parsed(number: str) -> Version | None:
    try:
        return Version(number)
    except InvalidVersion:
        return None


def _status(rest: str) -> Status:
    if _YANKED.search(rest):
        return "yanked"
    if _UNPUBLISHED.search(rest):
        return "unpublished"
    return "unreleased" if _COMING.search(rest) else "released"
