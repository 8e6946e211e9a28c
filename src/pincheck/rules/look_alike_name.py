"""The name of a package holds letters that only look like those of a package.

A Cyrillic `а`, a fullwidth letter or an invisible character makes another name of it, and nobody sees it in a review.
Installers refuse such a name; whatever was meant is not installed.

Source: PEP 508: names are ASCII letters, digits, `-`, `_` and `.`; Unicode Technical Standard 39, "Confusable
Detection".

Bad:

    f\u0430stapi==0.112.0

Good:

    fastapi==0.112.0
"""

from collections.abc import Iterator

from pincheck.model import Finding, Project
from pincheck.rules._rule import Rule

CODE = "PIN120"


def find(project: Project) -> Iterator[Finding]:
    """Yield the names that are none."""
    for odd in project.oddities:
        if odd.kind == "look-alike":
            message = f"looks like `{odd.name}` and is not: {odd.text} in its name"
            yield Finding(odd.source, odd.span, CODE, "error", message, f"write `{odd.name}` in plain letters")


RULE = Rule(CODE, "look-alike-name", find, __doc__)
