"""What Pipenv reads in a `Pipfile`, and PDM in its overrides: PEP 440, `*` for anything, and a bare version for `==`.

Source: Pipenv, "Pipfile & Pipfile.lock"; PDM, "Override the resolved package versions".
"""

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from pincheck import pins
from pincheck.dialects import pep440
from pincheck.dialects._dialect import Dialect, Moved, Unmovable

_BARE = r"\s*(?=v?\d)[^,]*"


def parse(text: str) -> SpecifierSet:
    """Read a version rule; ValueError says why it cannot be read."""
    if text.strip() in {"", "*"}:
        return SpecifierSet()
    if re.match(r"\s*=\s*[v\d]", text):
        raise InvalidSpecifier("`=` is not an operator; did you mean `==`?")
    if re.match(r"\s*[\^~]\s*\d", text):
        raise InvalidSpecifier("`^` and `~` are Poetry's; write `>=0.112.0,<0.113.0` or `~=0.112.0`")
    return pins.parse(f"=={text.strip()}" if is_bare(text) else text)


def is_bare(text: str) -> bool:
    """Say whether a rule is a version without an operator."""
    return re.fullmatch(_BARE, text) is not None


def move(written: str, target: Version) -> Moved | Unmovable:
    """Move a rule as PEP 440 moves, a bare version to a bare version."""
    try:
        if not parse(written):
            return Unmovable(f"`{written.strip()}` does not stand inside one minor series")
    except ValueError as error:
        return Unmovable(str(error))
    if not is_bare(written):
        return pep440.move(written, target)
    lead = written[: len(written) - len(written.lstrip())]
    moved = pep440.move(f"=={written[len(lead) :]}", target)
    if isinstance(moved, Unmovable):
        return Unmovable(moved.reason.replace(f"`=={written.strip()}`", f"`{written.strip()}`"))
    return moved._replace(text=f"{lead}{moved.text.removeprefix('==')}")


DIALECT = Dialect("pipenv", parse, move, pins.whole_series, "*")
