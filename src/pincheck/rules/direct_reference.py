"""The package is installed from a URL or path, so its version cannot be judged.

A wheel's URL names its version and is judged by it. A repository or an archive does not; pincheck neither checks nor
moves it. A warning: it does not fail the check.

Source: PEP 508, direct references.

Bad:

    fastapi @ git+https://github.com/fastapi/fastapi@0.112.0

Good:

    fastapi==0.112.0
"""

from collections.abc import Iterator

from pincheck.model import Finding, Free, Project, Unpinned
from pincheck.rules._rule import Pin, Rule

CODE = "PIN109"


def find(project: Project) -> Iterator[Finding]:
    """Yield the direct references whose version nothing tells."""
    for found in project.declarations:
        policy = project.policies.get(found.name)
        if policy is not None and not isinstance(policy, Free) and found.url and not found.specifier:
            chosen = isinstance(policy, Unpinned)
            remedy = "drop it: another package chooses it" if chosen else "write a version where the index has it"
            pin = Pin(found, policy, found.specifier)
            yield pin.finding(CODE, "warning", "is a direct reference: its version is not known", remedy)


RULE = Rule(CODE, "direct-reference", find, __doc__)
