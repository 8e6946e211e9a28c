"""A `# pincheck: ignore[…]` comment hides nothing.

Either the pin has been mended since, or the comment names no code or another one. A warning: it does not fail the
check.

Bad:

    fastapi==0.112.0  # pincheck: ignore[PIN101] until the migration is done

Good:

    fastapi==0.112.0
"""

from collections.abc import Iterable, Iterator

from pincheck.model import Finding, Ignore, Project
from pincheck.rules._rule import Rule

CODE = "PIN901"


def hides(ignore: Ignore, finding: Finding) -> bool:
    """Say whether a comment hides a finding: same file, one of its lines, its code."""
    if ignore.source.path != finding.source.path or finding.code not in ignore.codes:
        return False
    first = finding.source.position(finding.span.start)[0]
    last = finding.source.position(finding.span.end)[0]
    return first <= ignore.last and ignore.first <= last


def unused(project: Project, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the comments that hide none of the findings."""
    found = list(findings)
    for ignore in project.ignores:
        if not ignore.codes:
            message, remedy = "ignore comment names no rule", "name it: `# pincheck: ignore[PIN101] reason`"
        elif not any(hides(ignore, finding) for finding in found):
            message, remedy = f"ignore comment hides nothing: {', '.join(sorted(ignore.codes))}", "remove it"
        else:
            continue
        yield Finding(ignore.source, ignore.span, CODE, "warning", message, remedy)


def find(project: Project) -> Iterator[Finding]:  # noqa: ARG001
    """Yield nothing: this rule looks at what all the others have found; see `rules.check`."""
    return iter(())


RULE = Rule(CODE, "unused-ignore", find, __doc__)
