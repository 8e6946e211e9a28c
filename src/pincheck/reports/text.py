"""Lines for a person: `path:line:column: CODE what is wrong; what to write instead`."""

from collections.abc import Iterator

from pincheck.model import Finding, LeftAlone, Place, Problem, Result
from pincheck.reports._plain import safe


def render(result: Result, verbose: bool) -> str:
    """Return the report; `verbose` adds what was left alone."""
    lines = [*_findings(result)]
    if result.outcomes or result.digests:
        from pincheck.reports import _outcomes  # noqa: PLC0415 - `check` has none, and its imports are what it costs

        lines += [line for outcome in result.outcomes for line in _outcomes.lines(outcome, verbose=verbose)]
        lines += [line for digest in result.digests for line in _outcomes.digest(digest, verbose=verbose)]
    lines += [f"note: {safe(remark)}" for remark in result.remarks]
    if verbose:
        lines += places(result)
        others = [item for item in result.left_alone if not item.name]
        lines += ["left alone:", *(_left_alone(item) for item in others)] if others else []
    if result.summary:
        lines.append(safe(result.summary))
    return "".join(f"{line}\n" for line in lines)


def places(result: Result) -> list[str]:
    """Return one line for each place where a watched package stands."""
    lines = [
        f"  {_place(place)}: {place.name} {safe(place.written)}".rstrip()
        + f": {place.status}{f' ({safe(place.why)})' if place.why else ''}"
        for place in result.places
    ]
    return ["places:", *lines] if lines else []


def _findings(result: Result) -> Iterator[str]:
    for finding in result.fixed:
        yield f"{_place(finding)}: fixed {finding.code} {safe(finding.message)}; {safe(_written(finding))}"
    for finding in result.findings:
        kind = "" if finding.severity == "error" else f"{finding.severity}: "
        remedy = f"; {safe(finding.remedy)}" if finding.remedy else ""
        yield f"{_place(finding)}: {finding.code} {kind}{safe(finding.message)}{remedy}"
    for problem in result.problems:
        yield f"{_place(problem)}: cannot be read: {safe(problem.reason)}"


def _written(finding: Finding) -> str:
    """Say what stands there now."""
    written = ", ".join(f"`{edit.text.strip()}`" for edit in finding.edits if edit.text.strip())
    return f"wrote {written}" if written else "removed it"


def _place(item: Finding | Problem | LeftAlone | Place) -> str:
    line, column = item.source.position(item.span.start)
    return f"{safe(str(item.source.path))}:{line}:{column}"


def _left_alone(item: LeftAlone) -> str:
    return f"  {_place(item)}: {safe(item.subject)}: {safe(item.reason)}"
