"""The pin also allows versions outside the range that the policy names.

A range of Pydantic that also admits 1.0.0 or older, such as `<3` or `>=1.0.0`: FastAPI's own bound keeps those
versions out today, so it is a warning and does not fail the check.

Source: FastAPI documentation, "About FastAPI versions", "About Pydantic".

Bad:

    pydantic<3

Good:

    pydantic>=2.7.0,<3.0.0
"""

from collections.abc import Iterator

from pincheck import pins
from pincheck.model import Finding, Project, Within
from pincheck.rules._rule import Rule, pins_of, range_of, shown

CODE = "PIN105"


def find(project: Project) -> Iterator[Finding]:
    """Yield the specifiers under a lenient policy that reach outside its range."""
    for pin in pins_of(project, Within):
        assert isinstance(pin.policy, Within)
        specifier, allowed = pin.effective, pin.policy.allowed
        if not pin.policy.lenient or not pin.declaration.specifier or pins.is_empty(pin.declaration.specifier):
            continue
        if not pins.is_subset(specifier, allowed) and not pins.is_disjoint(specifier, allowed):
            message = f"also allows versions outside `{range_of(allowed)}`: {shown(pin)}"
            yield pin.finding(CODE, "warning", message, "write a floor above it, such as `>=2.7.0,<3.0.0`")


RULE = Rule(CODE, "partly-outside-range", find, __doc__)
