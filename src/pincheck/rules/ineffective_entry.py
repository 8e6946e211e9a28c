"""The tool that an entry is written for ignores it.

Poetry 2 takes a project's requirements from `[project].dependencies`; in `[tool.poetry.dependencies]` it then reads
only what adds to a package named there. An entry of another package is ignored without a word, and one that shuts
out all that `[project]` allows stops Poetry altogether. For groups it is the same with `[dependency-groups]`. An error
for a package that must be pinned, since its pin does not hold; for one that only must stay in a range a warning.

Source: Poetry documentation, "The pyproject.toml file", "dependencies".

Bad:

    # pyproject.toml
    [project]
    name = "shop"
    version = "1.0"
    dependencies = ["httpx>=0.27"]

    [tool.poetry.dependencies]
    fastapi = "^0.112.0"

Good:

    # pyproject.toml
    [project]
    name = "shop"
    version = "1.0"
    dependencies = ["httpx>=0.27", "fastapi>=0.112.0,<0.113.0"]

    [tool.poetry.dependencies]
    fastapi = { source = "company" }
"""

from collections.abc import Iterator

from packaging.utils import canonicalize_name

from pincheck.model import Exact, Finding, Free, OneMinor, Project, Severity
from pincheck.rules._rule import Rule

CODE = "PIN118"


def find(project: Project) -> Iterator[Finding]:
    """Yield the entries of watched packages that have no effect; an oddity's text is what is wrong, `; `, the remedy."""
    for oddity in project.oddities:
        policy = project.policies.get(canonicalize_name(oddity.name))
        if oddity.kind != "ineffective" or policy is None or isinstance(policy, Free):
            continue
        wrong, _, remedy = oddity.text.partition("; ")
        severity: Severity = "error" if isinstance(policy, OneMinor | Exact) else "warning"
        yield Finding(oddity.source, oddity.span, CODE, severity, f"{oddity.name} {wrong}", remedy)


RULE = Rule(CODE, "ineffective-entry", find, __doc__)
