"""The pin allows versions outside the range that the policy names.

Pydantic may stand at any range above 1.0.0, and at none at all, because FastAPI bounds it. A range of your own
policy (`sqlalchemy = ">=2,<3"`) must hold everything that the declaration allows.

Source: FastAPI documentation, "About FastAPI versions", "About Pydantic".

Bad:

    pydantic<1.0

Good:

    pydantic>=2.7.0,<3.0.0
"""

from collections.abc import Iterator

from pincheck import pins
from pincheck.model import Finding, Project, Within
from pincheck.rules._rule import Pin, Rule, pins_of, range_of, shown

CODE = "PIN104"


def find(project: Project) -> Iterator[Finding]:
    """Yield the declarations that cannot, or under a strict policy need not, stay inside the range."""
    for pin in pins_of(project, Within):
        assert isinstance(pin.policy, Within)
        if pins.is_empty(pin.effective):
            continue
        if pins.is_disjoint(pin.effective, pin.policy.allowed):
            yield _finding(pin, pin.policy, f"can only be outside `{range_of(pin.policy.allowed)}`: {shown(pin)}")
        elif not pin.policy.lenient and not pins.is_subset(pin.effective, pin.policy.allowed):
            yield _finding(pin, pin.policy, f"is not held inside `{range_of(pin.policy.allowed)}`: {shown(pin)}")


def _finding(pin: Pin, policy: Within, message: str) -> Finding:
    example = (
        "`>=2.7.0,<3.0.0`" if pin.declaration.name == "pydantic" and policy.lenient else f"`{range_of(policy.allowed)}`"
    )
    return pin.finding(CODE, "error", message, f"write a range inside it, such as {example}")


RULE = Rule(CODE, "outside-range", find, __doc__)
