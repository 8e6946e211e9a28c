"""conda lets pre-releases of the next minor series in.

PEP 440 keeps `0.113.0a1` out of `<0.113.0`; conda compares it as an older version and lets it in, so a range that
looks like one minor series may install the first alpha of the next. `<0.113.0a0` ends before it. A warning: it does
not fail the check.

Source: conda documentation, "Package match specifications"; PEP 440, exclusive ordered comparison.

Bad:

    # environment.yml
    dependencies:
      - fastapi >=0.112.0,<0.113.0

Good:

    # environment.yml
    dependencies:
      - fastapi >=0.112.0,<0.113.0a0
"""

from collections.abc import Iterator

from pincheck import pins
from pincheck.dialects import conda
from pincheck.model import Finding, OneMinor, Project
from pincheck.rules._rule import Rule, pins_of, shown

CODE = "PIN121"


def find(project: Project) -> Iterator[Finding]:
    """Yield conda's ranges of one series whose ceiling is above the next one's pre-releases."""
    for pin in pins_of(project, OneMinor):
        found = pin.declaration
        series = pins.series(found.specifier)
        if found.dialect != "conda" or series is None or found.fixed or not conda.lets_in_next(found.written, series):
            continue
        closed = conda.closed(found.written, series)
        message = f"lets in pre-releases of {series.following} under conda: {shown(pin)}"
        yield pin.finding(CODE, "warning", message, f"write `{closed}`", pin.rewritten(closed))


RULE = Rule(CODE, "open-to-prereleases", find, __doc__)
