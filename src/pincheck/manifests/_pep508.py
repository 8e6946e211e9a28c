"""Where the parts of one requirement stand (PEP 508)."""

import re
from typing import NamedTuple

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from pincheck import pins
from pincheck.manifests._text import Stretch
from pincheck.model import Declaration, Oddity, Origin, Problem, Source

# Longer requirements than this are not written by people; the set relations of their specifiers take seconds.
LONGEST_REQUIREMENT = 4_000
# A mistake is looked for in the first characters only: the patterns take their time over a long row of blanks.
_EXPLAINED = 500
_HEAD = re.compile(r"\s*(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?P<extras>\[[^\]]*\])?")
_HINTS = (
    (
        r"[\xa0\u2000-\u200b\u202f\u205f\u3000\ufeff]",
        "a blank that is no plain one (no-break, zero width …) stands in it",
    ),
    (r"\t--?[A-Za-z]", "a tab stands before its option; pip wants a blank there"),
    (r"^(?:<{7}|={7}$|>{7})", "a mark of a merge conflict is left in the file"),
    (r"^[\w.\-\[\], ]+\s*=\s*\d", "`=` is not an operator; did you mean `==`?"),
    (r"=>|=<|><", "the operator is turned around; did you mean `>=` or `<=`?"),
    (r"(?:^|[\w\]\s(,=<>!])[\^~]\s*v?\d", "`^` and `~` are Poetry's; write `>=0.112.0,<0.113.0` or `~=0.112.0`"),
    (r"^[\"'].*[\"']$", "the line is quoted; requirements files have no quotes around a requirement"),
    (r"[<>=!~]=?\s*[\w.*]+\s+[<>=!~]", "clauses are separated by commas"),
)


class Place(NamedTuple):
    """Where a requirement stands: what every declaration made from it shares."""

    source: Source
    group: str
    origin: Origin


def declaration(
    stretch: Stretch, place: Place, *, as_pip: bool = False, fixed: str = ""
) -> Declaration | Problem | Oddity:
    """Read one requirement; an Oddity is a name that only looks like one.

    `as_pip` splits it at the first `;` before anything else, as pip does with a line of a requirements file; PEP 508
    alone wants a blank before the `;` behind a URL.
    """
    stretch = stretch.strip()
    try:
        head, marker = _split(stretch.text, as_pip)
        requirement = _requirement(head.strip() if as_pip else stretch.text)
        if as_pip and marker:
            Marker(marker)
    except (InvalidRequirement, InvalidMarker, ValueError) as error:
        from pincheck.manifests import _names  # noqa: PLC0415 - only for what is wrong

        odd = _names.oddity(place.source, stretch.span, stretch.text)
        return odd or Problem(place.source, stretch.span, explained(stretch.text, str(error)))
    except RecursionError:
        return Problem(place.source, stretch.span, "not a requirement: it is nested too deeply to be read")
    part = _specifier_part(stretch.cut(0, len(head)))
    if requirement.url:
        fixed = "it is a direct reference"
    elif not fixed and not part.stands_in(place.source):
        fixed = "its text is computed or written with escapes"
    return Declaration(
        source=place.source,
        span=stretch.span,
        specifier_span=part.span,
        group=place.group,
        name=canonicalize_name(requirement.name),
        extras=frozenset(requirement.extras),
        specifier=(wheel_pin(requirement.url) if requirement.url else None) or requirement.specifier,
        marker=marker,
        url=requirement.url or "",
        origin=place.origin,
        fixed=fixed,
    )


def wheel_pin(url: str) -> SpecifierSet | None:
    """Return the exact version that a URL's wheel file name says, or None where it is not a wheel."""
    try:
        found = wheel(file_name(url))
    except ValueError:
        return None
    return found[1] if found else None


def file_name(url: str) -> str:
    """Return the last part of a URL's path."""
    from urllib.parse import unquote  # noqa: PLC0415 - URLs are rare

    return unquote(re.split(r"[/:]", re.split("[#?]", url, maxsplit=1)[0].rstrip("/"))[-1])


def wheel(name: str) -> tuple[NormalizedName, SpecifierSet] | None:
    """Return the package and version that a wheel's file name says, None for other files; ValueError for a bad name."""
    if not name.endswith(".whl"):
        return None
    from packaging.utils import parse_wheel_filename  # noqa: PLC0415

    package, version, _, _ = parse_wheel_filename(name)
    return package, SpecifierSet(f"=={version}")


def explained(text: str, error: str) -> str:
    """Say in one line why a text is not a requirement, with a hint where the mistake is a known one."""
    for pattern, hint in _HINTS:
        if re.search(pattern, text[:_EXPLAINED]):
            return f"not a requirement: {hint}"
    return f"not a requirement: {_first_line(error)}"


def _first_line(error: str) -> str:
    line = error.strip().splitlines()[0] if error.strip() else "it cannot be read"
    line = line[:1].lower() + line[1:]
    return line if len(line) <= 200 else f"{line[:200]}…"  # noqa: PLR2004 - one screen line or two


def _split(text: str, as_pip: bool) -> tuple[str, str]:
    """Return what stands before the marker, and the marker."""
    url = not as_pip and re.match(r"[^;]*?@", text)
    head, _, marker = re.sub(r"\s;", "\n", text, count=1).partition("\n") if url else text.partition(";")
    return head, marker.strip()


def _requirement(head: str) -> Requirement:
    if len(head) > LONGEST_REQUIREMENT:
        raise InvalidRequirement(f"it is longer than {LONGEST_REQUIREMENT:,} characters")
    requirement = Requirement(head)
    pins.parse(str(requirement.specifier))
    return requirement


def _specifier_part(head: Stretch) -> Stretch:
    """Return what stands between name (with extras) and marker, without parentheses and blanks at the end."""
    match = _HEAD.match(head.text)
    start = match.end() if match else 0
    text = head.text[start:].rstrip()
    inner = re.fullmatch(r"(\s*\(\s*)(.*?)(\s*\))", text, re.DOTALL)
    if inner:
        return head.cut(start + inner.end(1), start + inner.end(2))
    return head.cut(start, start + len(text))
