"""A package that another one chooses has a floor of its own.

Usually a security fix that was needed before FastAPI asked for it. It holds nothing back, so it is a warning and
does not fail the check; it can go once FastAPI itself asks for that version. In a constraints file it is in order.

Source: FastAPI documentation, "About FastAPI versions", "About Starlette".

Bad:

    fastapi>=0.112.0,<0.113.0
    starlette>=0.49.1

Good:

    fastapi>=0.112.0,<0.113.0
    starlette
"""

from collections.abc import Iterator

from pincheck import pins
from pincheck.model import Finding, Project, Unpinned
from pincheck.rules._rule import Rule, pins_of, shown

CODE = "PIN103"


def find(project: Project) -> Iterator[Finding]:
    """Yield the specifiers without an upper bound."""
    for pin in pins_of(project, Unpinned):
        specifier = pin.declaration.specifier
        by_hand = pin.declaration.origin not in {"compiled", "constraint"}
        if by_hand and specifier and not pins.has_ceiling(specifier):
            message = f"has a bound of its own: {shown(pin)}"
            remedy = "keep it while it closes a security hole; drop it once FastAPI asks for that version itself"
            yield pin.finding(CODE, "warning", message, remedy)


RULE = Rule(CODE, "floor-on-companion", find, __doc__)
