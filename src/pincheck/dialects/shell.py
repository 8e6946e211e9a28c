"""PEP 440 in an unquoted word of a shell command, where `<` and `>` are redirections and cannot be written."""

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pincheck import pins
from pincheck.dialects import pep440
from pincheck.dialects._dialect import Dialect

_PATCH = 3  # `~=` stays inside one minor series where it has major, minor and patch.


def range_of(specifier: SpecifierSet, stays_in: pins.Series) -> str:
    """Return the range from a specifier's floor to the end of one series, with `~=`."""
    lowest = pins.floor(specifier)
    if lowest is None or pins.series_of(lowest) != stays_in or lowest.is_prerelease or lowest.is_postrelease:
        lowest = Version(f"{stays_in}.0")
    return f"~={lowest.public}" if len(lowest.release) >= _PATCH else f"~={stays_in}.{lowest.micro}"


DIALECT = Dialect("shell", pins.parse, pep440.move, range_of, "")
