"""The policy asks for one exact version, and the pin allows more.

Only for packages that `[tool.pincheck.policy]` gives the policy `exact`. The examples have `orjson = "exact"`.

Bad:

    orjson>=3.10

Good:

    orjson==3.10.7
"""

from collections.abc import Iterator

from pincheck import pins
from pincheck.model import Exact, Finding, Project
from pincheck.rules._rule import Rule, pins_of, shown

CODE = "PIN106"


def find(project: Project) -> Iterator[Finding]:
    """Yield the declarations that allow more than one version."""
    for pin in pins_of(project, Exact):
        if not pins.is_exact(pin.effective) and not pins.is_empty(pin.declaration.specifier):
            remedy = "write `==` and the version that your tests passed with"
            yield pin.finding(CODE, "error", f"is not exact: {shown(pin)}", remedy)


RULE = Rule(CODE, "not-exact", find, __doc__)
