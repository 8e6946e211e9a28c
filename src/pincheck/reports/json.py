"""One JSON object for programs."""

import json
from typing import Any, assert_never

from pincheck.model import Edit, Finding, LeftAlone, Place, Problem, Result, Source, Span
from pincheck.reports._plain import safe
from pincheck.upgrades import Candidate, Current, Held, Moved, Outcome, Proposed, Verdict

_VERSION = 1


def render(result: Result, verbose: bool) -> str:  # noqa: ARG001 - a program gets everything
    """Return the report as JSON, ASCII only; `version` is raised when a key changes its meaning."""
    document = {
        "version": _VERSION,
        "summary": safe(result.summary),
        "findings": [_finding(finding) for finding in result.findings],
        "fixed": [_finding(finding) for finding in result.fixed],
        "problems": [_problem(problem) for problem in result.problems],
        "outcomes": [_outcome(outcome) for outcome in result.outcomes],
        "places": [_where(place) for place in result.places],
        "left_alone": [_left_alone(item) for item in result.left_alone],
        "remarks": [safe(remark) for remark in result.remarks],
    }
    return json.dumps(document, indent=2) + "\n"


def _place(source: Source, span: Span) -> dict[str, Any]:
    line, column = source.position(span.start)
    end_line, end_column = source.position(span.end)
    return {
        "path": safe(str(source.path)),
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        **_place(finding.source, finding.span),
        "code": finding.code,
        "severity": finding.severity,
        "message": safe(finding.message),
        "remedy": safe(finding.remedy),
        "fixable": bool(finding.edits),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {**_place(problem.source, problem.span), "reason": safe(problem.reason)}


def _where(place: Place) -> dict[str, Any]:
    return {
        **_place(place.source, place.span),
        "package": place.name,
        "written": safe(place.written),
        "status": place.status,
        "why": safe(place.why),
    }


def _left_alone(item: LeftAlone) -> dict[str, Any]:
    return {**_place(item.source, item.span), "subject": safe(item.subject), "reason": safe(item.reason)}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    match outcome:
        case Current():
            return {"outcome": "current", "package": outcome.name, "reason": safe(outcome.reason)}
        case Proposed():
            return {
                "outcome": "proposed",
                **_candidate(outcome.candidate),
                "edits": [_edit(edit) for edit in outcome.edits],
                "remarks": [safe(remark) for remark in outcome.remarks],
            }
        case Moved():
            return {
                "outcome": "moved",
                **_candidate(outcome.candidate),
                "written": outcome.written,
                "edits": [_edit(edit) for edit in outcome.edits],
                "verdicts": [_verdict(verdict) for verdict in outcome.verdicts],
                "remarks": [safe(remark) for remark in outcome.remarks],
            }
        case Held():
            return {
                "outcome": "held",
                "package": outcome.name,
                "wanted": safe(outcome.wanted),
                "reason": safe(outcome.reason),
                "verdicts": [_verdict(verdict) for verdict in outcome.verdicts],
                "remarks": [safe(remark) for remark in outcome.remarks],
            }
        case _:
            assert_never(outcome)


def _candidate(candidate: Candidate) -> dict[str, Any]:
    uploaded = candidate.release.uploaded
    return {
        "package": candidate.name,
        "from": str(candidate.now),
        "to": str(candidate.next),
        "published": uploaded.isoformat() if uploaded else None,
        "requires_python": str(candidate.release.requires_python),
        "notes_missing": safe(candidate.notes_missing),
        "without_notes": [str(version) for version in candidate.without_notes],
        "notes": [
            {
                "version": str(notes.version),
                "date": notes.date.isoformat() if notes.date else None,
                "breaking": [
                    {"text": safe(entry.text), "links": [safe(link) for link in entry.links]}
                    for entry in notes.entries
                    if entry.breaking
                ],
                "entries": len(notes.entries),
            }
            for notes in candidate.notes
        ],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    return {"path": safe(str(edit.path)), "start": edit.span.start, "end": edit.span.end, "text": safe(edit.text)}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "gate": verdict.gate,
        "passed": verdict.passed,
        "summary": safe(verdict.summary),
        "evidence": [safe(line) for text in verdict.evidence for line in text.splitlines()],
        "seconds": round(verdict.seconds, 3),
    }
