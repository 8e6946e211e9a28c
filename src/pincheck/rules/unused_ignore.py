"""A `# pincheck: ignore[…]` comment hides nothing.

Either the pin has been mended since, or the comment names no code or another one. A warning: it does not fail the
check.

Bad:

    fastapi==0.112.0  # pincheck: ignore[PIN101] until the migration is done

Good:

    fastapi==0.112.0
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from pincheck.model import Finding, Ignore, Project
from pincheck.rules._rule import Rule

CODE = "PIN901"


def hidden(project: Project, findings: Iterable[Finding]) -> dict[Finding, Ignore]:
    """Return the findings that a comment hides, with it: same file, one of its lines, its code."""
    lines: dict[tuple[PurePosixPath, int], Ignore] = {}
    for ignore in project.ignores:
        for line in range(ignore.first, ignore.last + 1):
            lines[ignore.source.path, line] = ignore
    found = {}
    for finding in findings if lines else ():
        first, last = (finding.source.position(offset)[0] for offset in finding.span)
        for line in range(first, last + 1):
            comment = lines.get((finding.source.path, line))
            if comment is not None and finding.code in comment.codes:
                found[finding] = comment
    return found


def unused(project: Project, hidden_by: Mapping[Finding, Ignore]) -> Iterator[Finding]:
    """Yield the comments that hide nothing."""
    used = set(hidden_by.values())
    for ignore in project.ignores:
        if ignore.source.path in project.context:
            continue
        if not ignore.codes:
            message, remedy = "ignore comment names no rule", "name it: `# pincheck: ignore[PIN101] reason`"
        elif ignore not in used:
            message, remedy = f"ignore comment hides nothing: {', '.join(sorted(ignore.codes))}", "remove it"
        else:
            continue
        yield Finding(ignore.source, ignore.span, CODE, "warning", message, remedy)


def find(project: Project) -> Iterator[Finding]:  # noqa: ARG001
    """Yield nothing: this rule looks at what all the others have found; see `rules.check`."""
    return iter(())


RULE = Rule(CODE, "unused-ignore", find, __doc__)
