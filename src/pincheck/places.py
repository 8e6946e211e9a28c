"""Every place where a watched package stands, and how it fared: nothing is passed over in silence."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from pincheck.model import (
    Declaration,
    Edit,
    Finding,
    Free,
    LeftAlone,
    Locked,
    Oddity,
    Place,
    Project,
    Source,
    Span,
    Status,
)

_NONE = "no specifier"
# What a reader takes for a declaration, and an installer does not.
_NAMING = {"look-alike", "swallowed-line"}
_Findings = Mapping[tuple[PurePosixPath, int], Sequence[Finding]]


def of(project: Project, findings: Sequence[Finding], hidden: Sequence[Finding] = ()) -> tuple[Place, ...]:
    """Return the places of a project's watched packages, in the order of its files.

    `hidden` are the findings that a comment hides. A place is wrong where a finding of severity error is about it.
    """
    shown, ignored = _by_place(findings), _by_place(hidden)
    found = [_declared(d, project, shown, ignored) for d in project.declarations if d.name in project.policies]
    found += [_locked(lock, shown, ignored) for lock in project.locked if lock.name in project.policies]
    found += [
        _odd(odd, shown, ignored) for odd in project.oddities if odd.kind in _NAMING and odd.name in project.policies
    ]
    found += [_left_alone(item, shown, ignored) for item in project.left_alone if item.name in project.policies]
    asked = (place for place in dict.fromkeys(found) if place.source.path not in project.context)
    return tuple(sorted(asked, key=lambda place: (str(place.source.path), place.span)))


def moved(before: Sequence[Place], name: str, edits: Sequence[Edit], why: str) -> tuple[Place, ...]:
    """Return places with those of a package marked as moved that one of the edits is in."""
    return tuple(
        place._replace(status="moved", why=why) if place.name == name and _is_edited(place, edits) else place
        for place in before
    )


def _is_edited(place: Place, edits: Sequence[Edit]) -> bool:
    start, end = place.span
    return any(place.source.path == e.path and start <= e.span.start and e.span.end <= end for e in edits)


def _by_place(findings: Sequence[Finding]) -> dict[tuple[PurePosixPath, int], list[Finding]]:
    found: dict[tuple[PurePosixPath, int], list[Finding]] = {}
    for finding in findings:
        found.setdefault((finding.source.path, finding.span.start), []).append(finding)
    return found


def _declared(found: Declaration, project: Project, shown: _Findings, ignored: _Findings) -> Place:
    spans = (found.span, found.specifier_span)  # Of what a tool resolved, rules speak at the version.
    status, why = _judged(found.source, spans, shown, ignored) or _unjudged(found, project)
    if found.url and not found.specifier and status == "right":
        status, why = "left alone", f"a direct reference; {why}"
    return Place(found.source, found.span, found.name, _written(found), status, why)


def _unjudged(found: Declaration, project: Project) -> tuple[Status, str]:
    """Return how a declaration fares that no finding is about."""
    if found.url and not found.specifier:
        return "left alone", "a direct reference"
    if found.origin == "compiled":
        return "left alone", "compiled by a tool, which locks it again"
    if isinstance(project.policies[found.name], Free):
        return "left alone", "its policy is `free`"
    return "right", f"cannot be moved: {found.fixed}" if found.fixed else ""


def _written(found: Declaration) -> str:
    """Return a requirement's own words on one line; the group that it stands in tells two of them apart."""
    words = " ".join(found.written.replace("\\\r\n", "").replace("\\\n", "").split())
    return words or ("" if found.url else _NONE)


def _locked(found: Locked, shown: _Findings, ignored: _Findings) -> Place:
    status, why = _judged(found.source, (found.span,), shown, ignored) or ("right", "locked by a tool")
    return Place(found.source, found.span, found.name, str(found.version), status, why)


def _odd(odd: Oddity, shown: _Findings, ignored: _Findings) -> Place:
    status, why = _judged(odd.source, (odd.span,), shown, ignored) or ("left alone", "it is not read as one")
    words = " ".join(odd.source.at(odd.span).split())
    behind = words[len(odd.name) :].strip() if words.lower().startswith(odd.name) else words
    return Place(odd.source, odd.span, odd.name, behind, status, why)


def _left_alone(item: LeftAlone, shown: _Findings, ignored: _Findings) -> Place:
    written = "" if item.subject == item.name else item.subject
    status, why = _judged(item.source, (item.span,), shown, ignored) or ("left alone", item.reason)
    if status == "right":  # A warning is about it, and it is left alone all the same.
        status, why = "left alone", f"{item.reason}; {why}"
    return Place(item.source, item.span, item.name, written, status, why)


def _judged(source: Source, spans: Sequence[Span], shown: _Findings, ignored: _Findings) -> tuple[Status, str] | None:
    """Return what the findings about a place come to, None where there are none."""
    keys = dict.fromkeys((source.path, span.start) for span in spans)
    found = [finding for key in keys for finding in shown.get(key, ())]
    if found:
        wrong = any(finding.severity == "error" for finding in found)
        return ("wrong" if wrong else "right"), _codes(found)
    hidden = [finding for key in keys for finding in ignored.get(key, ())]
    return ("left alone", f"ignored: {_codes(hidden)}") if hidden else None


def _codes(findings: Sequence[Finding]) -> str:
    return ", ".join(dict.fromkeys(finding.code for finding in findings))
