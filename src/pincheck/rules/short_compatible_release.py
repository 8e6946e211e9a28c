"""`~=` with two numbers reaches to the next major version.

`~=0.112` means `>=0.112,<1.0`, not the `0.112` series: the last number that is written is the one that may grow.
`~=0.112.0` is what stays in one series.

Source: version specifiers specification (PEP 440), "Compatible release".

Bad:

    fastapi~=0.112

Good:

    fastapi~=0.112.0
"""

import re
from collections.abc import Iterator

from packaging.version import Version

from pincheck import pins
from pincheck.model import Finding, Project
from pincheck.rules._rule import Pin, Rule, shown
from pincheck.rules.more_than_one_minor import Known, is_short, narrowed, wide

CODE = "PIN116"


def find(project: Project) -> Iterator[Finding]:
    """Yield the pins to one minor that are a single `~=` with two numbers."""
    for pin, known in wide(project):
        if not is_short(pin):
            continue
        lowest = pins.mentioned(pin.declaration.specifier)[0]
        end = f"{lowest.epoch}!" * bool(lowest.epoch) + f"{lowest.major + 1}.0"
        message = f"allows every version up to {end}: {shown(pin)} means `>={lowest},<{end}`"
        new = _respelled(pin, known)
        remedy = f"write `{new}`" if new else "write three numbers, of the version that your tests passed with"
        yield pin.finding(CODE, "error", message, remedy, pin.rewritten(new) if new else ())


def _respelled(pin: Pin, known: Known) -> str:
    """Return the same spelling with three numbers, or another range inside one series; `""` where none is known."""
    old = pin.declaration.specifier
    match = re.fullmatch(r"(~=\s*v?)((?:\d+!)?\d+\.\d+)", pin.declaration.written)
    locked = known.locked if known.locked is not None and pins.admits(old, known.locked) else None
    if match is None:
        return narrowed(pin, known)
    if locked is not None and not locked.is_prerelease and not locked.is_postrelease:
        return f"{match[1]}{locked.public}{'.0' * (3 - len(locked.release))}"
    if locked is None and known.common == pins.series_of(Version(match[2])):
        return f"{match[1]}{match[2]}.0"
    return narrowed(pin, known)


RULE = Rule(CODE, "short-compatible-release", find, __doc__)
