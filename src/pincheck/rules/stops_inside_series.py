"""The range ends inside its minor series.

`>=0.112.0,<=0.112.4` stays in one series and shuts out its later patches, security fixes among them; it cannot be
moved to the next minor in its own spelling either. A warning: it does not fail the check.

Source: FastAPI documentation, "About FastAPI versions": patches are for bug fixes and non-breaking changes.

Bad:

    fastapi>=0.112.0,<=0.112.4

Good:

    fastapi>=0.112.0,<0.113.0
"""

from collections.abc import Iterator

from pincheck import pins
from pincheck.model import Finding, OneMinor, Project
from pincheck.rules._rule import Rule, pins_of, shown

CODE = "PIN108"


def find(project: Project) -> Iterator[Finding]:
    """Yield the ranges inside a series that are neither exact nor open to its later patches."""
    for pin in pins_of(project, OneMinor):
        specifier = pin.declaration.specifier
        series = pins.series(specifier)
        if series and not pins.admits_later_patches(specifier, series) and not pin.names_one_release:
            message = f"stops inside the {series} series: {shown(pin)}"
            yield pin.finding(CODE, "warning", message, f"write `{pin.range_of(specifier, series)}`")


RULE = Rule(CODE, "stops-inside-series", find, __doc__)
