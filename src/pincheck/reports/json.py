"""One JSON object for programs."""

import json
from typing import Any, assert_never

from pincheck.model import Edit, Finding, LeftAlone, Place, Problem, Result, Source, Span
from pincheck.reports._plain import safe
from pincheck.upgrades import (
    Advisory,
    Candidate,
    Current,
    Digest,
    Entry,
    Fact,
    Held,
    Moved,
    Notes,
    Outcome,
    Proposed,
    Verdict,
    Weaknesses,
)

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
        "digests": [_digest(digest) for digest in result.digests],
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
            advisories = _weaknesses(outcome.weaknesses)
            return {
                "outcome": "current",
                "package": outcome.name,
                "reason": safe(outcome.reason),
                "advisories": advisories,
            }
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
        "requires": [
            {"package": one.name, "before": one.before, "after": one.after, "known": one.known}
            for one in candidate.companions
        ],
        "requires_unknown": safe(candidate.unasked),
        "advisories": _weaknesses(candidate.weaknesses),
        "sources": [_fact(fact) for fact in (*candidate.facts, *candidate.digest.facts)],
        **_told(candidate.digest),
    }


def _digest(digest: Digest) -> dict[str, Any]:
    return {
        "package": digest.name,
        "from": str(digest.low) if digest.low else None,
        "to": str(digest.high),
        "sources": [_fact(fact) for fact in digest.facts],
        **_told(digest),
    }


def _told(digest: Digest) -> dict[str, Any]:
    return {
        "notes_missing": safe(digest.missing),
        "without_notes": [str(version) for version in digest.without],
        "unpublished": [str(version) for version in digest.unpublished],
        "coming": digest.coming,
        "notes_passed_over": [safe(reason) for reason in digest.passed_over],
        "doubts": [safe(doubt) for doubt in digest.doubts],
        "notes": [_release(notes) for notes in digest.notes],
    }


def _release(notes: Notes) -> dict[str, Any]:
    return {
        "version": str(notes.version),
        "date": notes.date.isoformat() if notes.date else None,
        "link": safe(notes.link),
        "breaking": [_entry(entry) for entry in notes.entries if entry.breaking],
        "others": [_entry(entry) for entry in notes.entries if not entry.breaking and not entry.noise],
        "entries": len(notes.entries),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "category": safe(entry.category),
        "signal": safe(entry.signal),
        "text": safe(entry.text),
        "links": [safe(link) for link in entry.links],
    }


def _weaknesses(of: Weaknesses) -> dict[str, Any]:
    return {
        "unknown": safe(of.unknown),
        "now": [_advisory(advisory) for advisory in of.now],
        "next": [_advisory(advisory) for advisory in of.later],
        "fixed": [safe(advisory.id) for advisory in of.fixed],
    }


def _advisory(advisory: Advisory) -> dict[str, Any]:
    return {
        "id": safe(advisory.id),
        "aliases": [safe(alias) for alias in advisory.aliases],
        "severity": advisory.severity,
        "summary": safe(advisory.summary),
        "fixed_in": [str(version) for version in advisory.fixed],
        "link": safe(advisory.link),
    }


def _fact(fact: Fact) -> dict[str, Any]:
    place = safe(fact.place).replace("`", "")  # the back-ticks are for people
    return {"subject": fact.subject, "place": place}


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
