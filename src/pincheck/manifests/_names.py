"""Names that only look like a package's: letters of other scripts, invisible characters, marks set on letters.

Source: PEP 508, names are ASCII letters and digits, `-`, `_` and `.`; Unicode Technical Standard 39, confusables.
"""

import re
from typing import NamedTuple

from packaging.utils import NormalizedName, canonicalize_name

from pincheck.model import Oddity, Source, Span

# What a name consists of before blanks, extras, operators, markers, comments and quotes; invisible characters belong
# to it, because a reader does not see them.
_WRITTEN = r"[^\s\[\](){}<>=!~;@,#'\"`\\/:|$&*?+%^]+"
_NAME = r"(?i:[a-z0-9]|[a-z0-9][a-z0-9._-]*[a-z0-9])"
# Letters of other scripts that are drawn like an ASCII one. Compatibility forms (fullwidth, long s, ligatures) and
# letters with marks are known by their decomposition, small capitals and the like by their Unicode name.
_DRAWN_ALIKE = {
    # Cyrillic
    **dict(zip("аеорсухіјѕԁԛԝһӏкмтвн", "aeopcyxijsdqwhlkmtbh", strict=True)),
    **dict(zip("АВЕКМНОРСТХУІЈЅԚԜ", "ABEKMHOPCTXYIJSQW", strict=True)),
    # Greek
    **dict(zip("αεικνορτυχωγη", "aeikvoptuxwyn", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
    # Armenian
    **dict(zip("օոսհցզ", "onuhgq", strict=True)),
}  # fmt: skip


class LookAlike(NamedTuple):
    """A name that is none: what a reader takes it for, and its odd characters as `U+0430 CYRILLIC SMALL LETTER A`."""

    taken_for: NormalizedName
    characters: tuple[str, ...]


def look_alike(written: str) -> LookAlike | None:
    """Return what a name with other than ASCII letters is taken for, or None where it is plain or like no name."""
    if written.isascii():
        return None
    import unicodedata  # noqa: PLC0415 - its tables are only wanted for names that are wrong

    plain = "".join(character if character.isascii() else _plain(character) for character in written)
    if not re.fullmatch(_NAME, plain):
        return None
    odd = dict.fromkeys(character for character in written if not character.isascii())
    said = (f"U+{ord(c):04X} {unicodedata.name(c, '')}".strip() for c in odd)
    return LookAlike(canonicalize_name(plain), tuple(said))


def oddity(source: Source, span: Span, text: str) -> Oddity | None:
    """Return what is odd about the name that a requirement begins with, or None where nothing is."""
    if text.isascii():
        return None
    match = re.match(_WRITTEN, text)
    found = look_alike(match[0]) if match else None
    return Oddity(source, span, "look-alike", found.taken_for, ", ".join(found.characters)) if found else None


def _plain(character: str) -> str:
    """Return the ASCII letters that a character is taken for (`""` for an invisible one), or it where it is like none."""
    import unicodedata  # noqa: PLC0415

    drawn = _DRAWN_ALIKE.get(character)
    if drawn:
        return drawn
    category = unicodedata.category(character)
    if category in {"Cf", "Mn", "Me"}:  # Zero width, and marks on the letter before.
        return ""
    if category == "Pd" or character == "\u2212":
        return "-"
    parts = unicodedata.normalize("NFKD", character)
    if parts != character:
        return "".join(part if part.isascii() else _plain(part) for part in parts)
    return _by_name(unicodedata.name(character, ""), character)


def _by_name(name: str, character: str) -> str:
    """Return the letter that a Latin letter's own name says it is a form of: `LATIN SMALL LETTER DOTLESS I`."""
    match = re.fullmatch(
        r"LATIN (?:SMALL |CAPITAL )?LETTER (?:SMALL CAPITAL |DOTLESS |SCRIPT |OPEN )?([A-Z])(?: WITH .*)?"
        r"|LATIN SMALL LETTER (ALPHA|IOTA)",
        name,
    )
    if match is None:
        return character
    return (match[1] or {"ALPHA": "a", "IOTA": "i"}[match[2]]).lower()
