"""Where the parts of conda's MatchSpec stand: `channel::name version build [key=value, …]`.

Source: conda documentation, "Package match specifications"; `conda.models.match_spec`.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from pincheck import pins
from pincheck.dialects import conda
from pincheck.manifests._direct import direct
from pincheck.manifests._pep508 import LONGEST_REQUIREMENT, Place, file_name
from pincheck.manifests._reading import Item
from pincheck.manifests._text import Stretch
from pincheck.model import Declaration, LeftAlone, Problem, Source

COMPUTED = "its text is computed or written with escapes"
UNION = "alternatives (`|`) cannot be moved; write one range"
_ARCHIVE = r"(.+)-([^-]+)-[^-]+\.(?:conda|tar\.bz2)"
_HEAD = r"(?:[^\s\[\]=<>!~]*:)?\s*(?P<name>[A-Za-z0-9_](?:[\w.-]*\w)?)\s*(?=$|[\s=<>!~\[^])"
_VERSION = r"[\w.*+-]+(?:![\w.*+-]+)?"
_CLAUSE = rf"\(*(?:[=<>!~^]+\s*)?{_VERSION}\)*"
_RULE = rf"\s*{_CLAUSE}(?:\s*[,|]\s*{_CLAUSE})*"
_BUILD = r"(?:\s*=\s*|\s+)([\w.*+-]+)\s*"
_KEY = r"(\w+)\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|\[([^\]]*)\]|([^,'\"\[\]]*+))\s*(?:,\s*|$)"


class _Parts(NamedTuple):
    """A MatchSpec: `rule` is its version's text, `build` its build string, `keys` what is in its brackets.

    `followed` says whether the build stands right behind the version, where a single `=` means `==`.
    """

    name: str
    rule: Stretch
    build: str
    keys: dict[str, str]
    followed: bool


def archive(url: str) -> tuple[NormalizedName, SpecifierSet] | None:
    """Return the package and version that the file name of a conda package says, None for other files."""
    match = re.fullmatch(_ARCHIVE, file_name(url))
    try:
        return (canonicalize_name(match[1]), pins.parse(f"=={match[2]}")) if match else None
    except ValueError:
        return None


def requirement(stretch: Stretch, place: Place) -> Iterator[Item]:
    """Read one MatchSpec; a package that cannot be on an index, or a version PEP 440 has no words for, is left alone."""
    comment = re.search(r"(?:^|\s)#", stretch.text)
    stretch = (stretch.cut(0, comment.start()) if comment else stretch).strip()
    if not stretch.text:
        yield Problem(place.source, stretch.span, "not a conda package: it is empty")
    elif "{{" in stretch.text:
        named = re.match(_HEAD, stretch.text.partition("{{")[0])
        name = canonicalize_name(named["name"]) if named else ""
        yield LeftAlone(place.source, stretch.span, stretch.text, "a template that is filled in later", name)
    elif found := archive(stretch.text):
        yield from direct(place, found[0], stretch.text, stretch.span, pin=found[1])
    else:
        try:
            parts = _parts(stretch)
        except ValueError as error:
            yield Problem(place.source, stretch.span, f"not a conda package: {error}")
        else:
            yield from _judged(parts, stretch, place)


def _judged(parts: _Parts, whole: Stretch, place: Place) -> Iterator[Item]:
    name = parts.name.lower()
    if name.startswith("_"):
        yield LeftAlone(place.source, whole.span, parts.name, "a package of conda alone", name)
        return
    if "url" in parts.keys:
        found = archive(parts.keys["url"])
        yield from direct(place, name, parts.keys["url"], whole.span, pin=found[1] if found else None)
        return
    rule = parts.rule.text
    exact = parts.followed and re.fullmatch(r"\s*=[^=|,*][^=|,*]*", rule)
    try:
        specifier = conda.parse(f"={rule.strip()}" if exact else rule)
    except conda.Untranslatable as error:
        yield LeftAlone(place.source, whole.span, parts.name, str(error), canonicalize_name(name))
    except ValueError as error:
        yield Problem(place.source, whole.span, f"not a version rule of `{parts.name}`: {error}")
    else:
        extras = frozenset(filter(None, re.split(r"\s*,\s*", parts.keys.get("extras", ""))))
        yield Declaration(
            place.source, whole.span, parts.rule.span, place.group, canonicalize_name(name), extras, specifier, "", "",
            place.origin, _fixed(parts, whole, place.source), "conda",
        )  # fmt: skip


def _fixed(parts: _Parts, whole: Stretch, source: Source) -> str:
    if parts.build:
        return f"the build `{parts.build}` belongs to this version"
    if {"md5", "sha256", "fn"} & parts.keys.keys():
        return "it is pinned to one file"
    if conda.is_union(parts.rule.text):
        return UNION
    return "" if whole.stands_in(source) else COMPUTED


def _parts(stretch: Stretch) -> _Parts:
    """Split a MatchSpec; ValueError says what is wrong with it."""
    if len(stretch.text) > LONGEST_REQUIREMENT:
        raise ValueError(f"it is longer than {LONGEST_REQUIREMENT:,} characters")
    body, keys, versions = stretch, dict[str, str](), None
    opens = stretch.text.find("[")
    if opens >= 0:
        body = stretch.cut(0, opens)
        keys, versions = _brackets(stretch, opens)
    head = re.match(_HEAD, body.text)
    if head is None:
        raise ValueError("there is no package name")
    rest = body.cut(head.end("name"), len(body.text))
    rule = re.match(_RULE, rest.text)
    if rule is None and rest.text.strip():
        raise ValueError(f"`{rest.text.strip()}` is not a version rule")
    end = rule.end() if rule else 0
    build = re.fullmatch(_BUILD, rest.text[end:])
    if build is None and rest.text[end:].strip():
        split = re.match(r"\s+[=<>!~]", rest.text[end:])
        raise ValueError("clauses are separated by commas" if split else f"`{rest.text[end:].strip()}` is not a build")
    named = keys.get("build") or keys.get("build_number") or (build[1] if build else "")
    return _Parts(head["name"], versions or rest.cut(0, end), named, keys, build is not None)


def _brackets(stretch: Stretch, opens: int) -> tuple[dict[str, str], Stretch | None]:
    """Return what is in the brackets, and where the version among it stands."""
    closes = stretch.text.rfind("]")
    if stretch.text[closes + 1 :].strip() or closes < opens:
        raise ValueError("brackets are not closed, or something stands behind them")
    keys: dict[str, str] = {}
    version = None
    position = opens + 1
    inner = stretch.text[:closes]
    while position < closes:
        blank = re.compile(r"\s*").match(inner, position)
        match = re.compile(_KEY).match(inner, blank.end() if blank else position)
        if match is None or match.end() == position:
            raise ValueError("brackets hold `key=value`; conda has no `[extra]`")
        group = next(index for index in (2, 3, 4, 5) if match[index] is not None)
        keys[match[1]] = match[group].strip()
        if match[1] == "version":
            version = stretch.cut(match.start(group), match.end(group))
        position = match.end()
    return keys, version
