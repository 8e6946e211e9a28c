r"""pip and uv do not read the same in this requirements file.

Whoever installs with the other tool gets other packages, or an error. The worst is silent: a comment that ends in a
backslash takes the next line with it under pip, and not under uv. That is an error where the line holds a requirement
or names a file; everything else is a warning and does not fail the check. A file that a tool has compiled is left in
peace.

Source: pip's "Requirements File Format" and its `req/req_file.py` (26.3); uv 0.13.8, which says what it refuses.

Bad:

    fastapi==0.112.0  # pinned \
    pydantic>=2.7.0

Good:

    fastapi==0.112.0  # pinned
    pydantic>=2.7.0
"""

import re
from collections.abc import Iterator

from pincheck.model import Finding, Oddity, Project, Severity
from pincheck.rules._rule import Rule

CODE = "PIN115"
_NAMES_A_FILE = r"-[rce]|--(?:req|cons|edit)"


def find(project: Project) -> Iterator[Finding]:
    """Yield what pip and uv read differently."""
    for odd in project.oddities:
        said = _said(odd)
        if said:
            severity, message, remedy = said
            yield Finding(odd.source, odd.span, CODE, severity, message, remedy)


def _said(odd: Oddity) -> tuple[Severity, str, str] | None:
    """Return severity, message and remedy, or None where the oddity is none of this rule's."""
    match odd.kind:
        case "swallowed-line" if odd.name or re.match(_NAMES_A_FILE, odd.text):
            message = f"`{odd.text}` is lost under pip: the comment before it ends in a backslash; uv reads it"
            return "error", message, "take the backslash from the end of the comment"
        case "swallowed-line":
            message = "pip takes this line for a part of the comment before it, which ends in a backslash; uv does not"
            return "warning", message, "take the backslash from the end of the comment"
        case "comment-inside":
            message = f"a comment ends the joined line: pip drops the `{odd.text}` after it, uv refuses the file"
            return "warning", message, "move the comment above the requirement"
        case "variable-in-version":
            return "warning", f"only pip puts in the variable `{odd.text}` here; uv does not", "write the value"
        case "odd-encoding":
            return "warning", f"the file is {odd.text} text, which pip reads and uv does not", "save it as UTF-8"
        case "only-pip":
            return "warning", odd.text, "write it so that both read the same"
        case _:
            return None


RULE = Rule(CODE, "reads-differently", find, __doc__)
