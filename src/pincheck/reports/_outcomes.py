"""How a proposal or an upgrade ended, in lines for a person."""

from collections.abc import Iterator
from typing import assert_never

from pincheck.reports import _digest
from pincheck.reports._plain import safe, safe_lines
from pincheck.upgrades import (
    Advisory,
    Candidate,
    Companion,
    Current,
    Digest,
    Held,
    Moved,
    Outcome,
    Proposed,
    Verdict,
    Weaknesses,
)

# What a FastAPI project stands on is named also where it does not change.
_ALWAYS = ("python", "starlette", "pydantic")


def lines(outcome: Outcome, *, verbose: bool = False) -> list[str]:
    """Return the lines that tell of one package."""
    match outcome:
        case Current():
            return [f"{outcome.name}: {safe(outcome.reason)}", *_weaknesses(outcome.weaknesses, moving=False)]
        case Proposed():
            return [*_proposed(outcome.candidate, verbose=verbose), *_remarks(outcome.remarks)]
        case Moved():
            return _moved(outcome)
        case Held():
            return _held(outcome)
        case _:
            assert_never(outcome)


def digest(of: Digest, *, verbose: bool = False) -> list[str]:
    """Return the lines that tell of a range of releases."""
    alone = len(of.notes) == 1 and of.notes[0].version == of.high
    low = f"{of.low}.." if of.low else "" if alone else "up to "
    headed = sum(any(entry.breaking and not entry.signal for entry in notes.entries) for notes in of.notes)
    releases = _digest.counted(len(of.notes), "release", "releases")
    count = f": {releases} with notes, {headed} with breaking changes" if of.notes else ""
    head = f"{of.name} {low}{of.high}{count}"
    return [head, *_digest.lines(of, verbose=verbose), *_digest.facts(of.facts)]


def _proposed(candidate: Candidate, *, verbose: bool) -> Iterator[str]:
    yield f"{candidate.name} {candidate.now} → {candidate.next}{_published(candidate)}"
    yield from _asked(candidate)
    yield from _weaknesses(candidate.weaknesses, moving=True)
    yield from _digest.lines(candidate.digest, verbose=verbose)
    yield from _digest.facts((*candidate.facts, *candidate.digest.facts))


def _published(candidate: Candidate) -> str:
    uploaded = candidate.release.uploaded
    return f" (published {uploaded.date()})" if uploaded is not None else ""


def _asked(candidate: Candidate) -> Iterator[str]:
    """Yield what the candidate asks of Python and of other packages, first of all what it asks anew."""
    if candidate.unasked:
        yield f"  what it requires is not known: {safe(candidate.unasked)}"
        if candidate.release.requires_python:
            yield f"  requires python {candidate.release.requires_python}"
    shown = [one for one in candidate.companions if one.changes or (one.after and one.name in _ALWAYS)]
    for companion in sorted(shown, key=lambda one: (not one.changes, one.name not in _ALWAYS)):
        yield f"  requires {_companion(companion)}"
    if not all(companion.known for companion in candidate.companions):
        yield f"  what {candidate.now} requires is not known, so nothing is compared"


def _companion(companion: Companion) -> str:
    """Return `starlette >=0.37.2,<0.38.0 → >=0.40.0`, or what is asked without a change."""
    after = "no longer" if companion.after is None else safe(companion.after or "in any version")
    if not companion.changes:
        return f"{companion.name} {after}"
    before = "not at all" if companion.before is None else safe(companion.before or "in any version")
    return f"{companion.name} {before} → {after}"


def _weaknesses(of: Weaknesses, *, moving: bool) -> Iterator[str]:
    """Yield the advisories: what moving mends, what it brings, what stays."""
    mended = {advisory.id for advisory in of.fixed}
    later = {advisory.id for advisory in of.later}
    for advisory in of.fixed:
        yield from _advisory("fixes", advisory)
    for advisory in of.now:
        if advisory.id not in mended and (advisory.id in later or not moving):
            yield from _advisory("still has" if moving else "has", advisory)
    known = {advisory.id for advisory in of.now}
    for advisory in of.later:
        if advisory.id not in known:
            yield from _advisory("has", advisory)


def _advisory(verb: str, advisory: Advisory) -> Iterator[str]:
    fixed = f", fixed in {', '.join(map(str, advisory.fixed))}" if advisory.fixed else ", no fixed version"
    yield f"  {verb} {safe(advisory.id)} [{advisory.severity}] {safe(advisory.summary)}{fixed}"
    yield f"    {safe(advisory.link)}"


def _moved(outcome: Moved) -> list[str]:
    candidate = outcome.candidate
    verb = "moved" if outcome.written else "would move"
    lines = [f"{candidate.name} {candidate.now} → {candidate.next}: {verb}"]
    lines += [f"  {_verdict(verdict)}" for verdict in outcome.verdicts]
    lines += [*_asked(candidate), *_weaknesses(candidate.weaknesses, moving=True)]
    if candidate.digest.missing:
        lines.append(f"  release notes not available: {safe(candidate.digest.missing)}")
    lines += [*_digest.breaking(candidate.notes), *_remarks(outcome.remarks)]
    return lines + safe_lines(outcome.diff)


def _held(outcome: Held) -> list[str]:
    wanted = f" {safe(outcome.wanted)}" if outcome.wanted else ""
    lines = [f"{outcome.name}{wanted}: held: {safe(outcome.reason)}"]
    for verdict in outcome.verdicts:
        lines.append(f"  {_verdict(verdict)}")
        lines += [f"    | {line}" for text in verdict.evidence for line in safe_lines(text)]
    return [*lines, *_digest.breaking(outcome.notes), *_remarks(outcome.remarks)]


def _verdict(verdict: Verdict) -> str:
    return f"{verdict.gate}: {safe(verdict.summary)} ({verdict.seconds:.1f} s)"


def _remarks(remarks: tuple[str, ...]) -> list[str]:
    return [f"  note: {safe(remark)}" for remark in remarks]
