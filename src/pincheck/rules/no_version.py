"""The pin allows no version at all.

Clauses that exclude each other (`>=0.113,<0.112`), or a `===` with something that is not a version, which compares
text: nothing can be installed.

Source: version specifiers specification (PEP 440), "Arbitrary equality".

Bad:

    fastapi>=0.113,<0.112

Good:

    fastapi>=0.112.0,<0.113.0
"""

from collections.abc import Iterator

from pincheck import pins
from pincheck.model import Exact, Finding, Free, OneMinor, Project, Unpinned, Within
from pincheck.rules._rule import Rule, pins_of, shown

CODE = "PIN107"


def find(project: Project) -> Iterator[Finding]:
    """Yield the specifiers that nothing satisfies."""
    for pin in pins_of(project, OneMinor, Exact, Unpinned, Within, Free):
        if pins.is_empty(pin.declaration.specifier):
            yield pin.finding(CODE, "error", f"allows no version: {shown(pin)}", "make its clauses agree")


RULE = Rule(CODE, "no-version", find, __doc__)
