"""GitHub's workflow commands: annotations on the lines of a pull request.

Source: GitHub documentation, "Workflow commands for GitHub Actions", "Setting an error message".
"""

from pincheck.model import Finding, Problem, Result
from pincheck.reports import text
from pincheck.reports._plain import safe
from pincheck.upgrades import Held, Moved

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def render(result: Result, verbose: bool) -> str:
    """Return the text report, and an annotation for each finding, problem and held package."""
    lines = [_finding(finding) for finding in result.findings]
    lines += [_at(problem, "error", "unreadable", problem.reason) for problem in result.problems]
    for outcome in result.outcomes:
        if isinstance(outcome, Held):
            lines.append(_command("error", f"title={_property('pincheck')}", f"{outcome.name}: held: {outcome.reason}"))
        elif isinstance(outcome, Moved):
            moved = f"{outcome.candidate.name} {outcome.candidate.now} → {outcome.candidate.next}"
            lines.append(_command("notice", f"title={_property('pincheck')}", moved))
    report = [_harmless(line) for line in text.render(result, verbose).splitlines()]
    if result.places and not verbose:
        report += ["::group::places", *(_harmless(line) for line in text.places(result)[1:]), "::endgroup::"]
    return "".join(f"{line}\n" for line in [*report, *lines])


def _finding(finding: Finding) -> str:
    message = f"{finding.message}; {finding.remedy}" if finding.remedy else finding.message
    return _at(finding, _LEVELS[finding.severity], finding.code, message)


def _at(item: Finding | Problem, level: str, title: str, message: str) -> str:
    line, column = item.source.position(item.span.start)
    end_line, end_column = item.source.position(item.span.end)
    end = f",endColumn={end_column}" if end_line == line else ""  # GitHub ignores columns of several lines.
    place = f"file={_property(str(item.source.path))},line={line},endLine={end_line},col={column}{end}"
    return _command(level, f"{place},title={_property(title)}", message)


def _command(level: str, properties: str, message: str) -> str:
    return f"::{level} {properties}::{safe(message).replace('%', '%25')}"


def _property(value: str) -> str:
    return safe(value).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")


def _harmless(line: str) -> str:
    """Keep a line of the report from being read as a workflow command itself."""
    return f" {line}" if line.startswith(("::", "##[")) else line
