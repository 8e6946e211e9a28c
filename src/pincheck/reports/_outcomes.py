"""How a proposal or an upgrade ended, in lines for a person."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from pincheck.reports._plain import safe, safe_lines
from pincheck.upgrades import Candidate, Current, Entry, Held, Moved, Notes, Outcome, Proposed, Verdict

# One entry of release notes may take this much of the screen.
_LONGEST_ENTRY = 600


def lines(outcome: Outcome) -> list[str]:
    """Return the lines that tell of one package."""
    match outcome:
        case Current():
            return [f"{outcome.name}: {safe(outcome.reason)}"]
        case Proposed():
            return [*_proposed(outcome.candidate), *_remarks(outcome.remarks)]
        case Moved():
            return _moved(outcome)
        case Held():
            return _held(outcome)
        case _:
            assert_never(outcome)


def _proposed(candidate: Candidate) -> Iterator[str]:
    yield f"{candidate.name} {candidate.now} → {candidate.next}{_facts(candidate)}"
    yield from _about_notes(candidate)
    yield from _breaking(candidate.notes)
    for notes in candidate.notes:
        rest = [entry for entry in notes.entries if not entry.breaking and not entry.noise]
        quiet = sum(entry.noise for entry in notes.entries)
        counted = f", without {quiet} entries of documentation, translations or internals" if quiet else ""
        absent = ", never published" if notes.version in candidate.unpublished else ""
        yield f"  {notes.version}{_dated(notes)}{absent}{counted}{':' if rest else ''}"
        yield from _entries(rest)
    if candidate.without_notes:
        label = "releases up to it:" if candidate.notes_missing else "no notes found for"
        yield f"  {label} {', '.join(map(str, candidate.without_notes))}"


def _about_notes(candidate: Candidate) -> Iterator[str]:
    if candidate.notes_missing:
        yield f"  release notes not available: {safe(candidate.notes_missing)}"


def _breaking(told: Sequence[Notes]) -> Iterator[str]:
    for notes in told:
        entries = [entry for entry in notes.entries if entry.breaking]
        if entries:
            yield f"  {notes.version}{_dated(notes)}: breaking changes"
            yield from _entries(entries)


def _facts(candidate: Candidate) -> str:
    facts = []
    if candidate.release.uploaded is not None:
        facts.append(f"published {candidate.release.uploaded.date()}")
    if candidate.release.requires_python:
        facts.append(f"requires Python {candidate.release.requires_python}")
    return f" ({', '.join(facts)})" if facts else ""


def _dated(notes: Notes) -> str:
    return f" ({notes.date})" if notes.date else ""


def _entries(entries: Sequence[Entry]) -> Iterator[str]:
    category = ""
    for entry in entries:
        if entry.category != category and entry.category:
            yield f"    {safe(entry.category)}"
        category = entry.category
        first, *rest = safe_lines(entry.text) or [""]
        shown = first if len(first) <= _LONGEST_ENTRY else f"{first[:_LONGEST_ENTRY].rstrip()}…"
        yield f"      - {shown}"
        yield from (f"        {line}" for line in rest[:12])
        yield from (f"        {safe(link)}" for link in entry.links[:2])


def _moved(outcome: Moved) -> list[str]:
    candidate = outcome.candidate
    verb = "moved" if outcome.written else "would move"
    lines = [f"{candidate.name} {candidate.now} → {candidate.next}: {verb}"]
    lines += [f"  {_verdict(verdict)}" for verdict in outcome.verdicts]
    lines += [*_about_notes(candidate), *_breaking(candidate.notes), *_remarks(outcome.remarks)]
    return lines + safe_lines(outcome.diff)


def _held(outcome: Held) -> list[str]:
    wanted = f" {safe(outcome.wanted)}" if outcome.wanted else ""
    lines = [f"{outcome.name}{wanted}: held: {safe(outcome.reason)}"]
    for verdict in outcome.verdicts:
        lines.append(f"  {_verdict(verdict)}")
        lines += [f"    | {line}" for text in verdict.evidence for line in safe_lines(text)]
    return [*lines, *_breaking(outcome.notes), *_remarks(outcome.remarks)]


def _verdict(verdict: Verdict) -> str:
    return f"{verdict.gate}: {safe(verdict.summary)} ({verdict.seconds:.1f} s)"


def _remarks(remarks: tuple[str, ...]) -> list[str]:
    return [f"  note: {safe(remark)}" for remark in remarks]
