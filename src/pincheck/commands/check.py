"""`pincheck check`: are the pins as the policies want them? Offline, without running anything."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pincheck import edits, places, rules
from pincheck.commands import _gather
from pincheck.errors import PincheckError
from pincheck.model import Finding, Place, Project, Result, Source
from pincheck.world import files


def run(paths: Sequence[Path], environ: Mapping[str, str], *, fix: bool) -> Result:
    """Judge the named files, or the manifests in the named folders; with `fix`, write what is safe to write."""
    settings, _ = _gather.settings(paths)
    project = _gather.project(paths, environ, settings)
    findings, hidden = rules.judged(project)
    fixed: tuple[Finding, ...] = ()
    if fix and any(finding.edits for finding in findings):
        fixed = tuple(finding for finding in findings if finding.edits)
        _write(project, fixed, environ)
        project = _gather.project(paths, environ, settings)
        findings, hidden = rules.judged(project)
    found = _marked(places.of(project, findings, hidden), fixed)
    result = Result(findings, project.problems, left_alone=project.left_alone, fixed=fixed, places=found)
    return result._replace(summary=_summary(project, result))


def _marked(found: tuple[Place, ...], fixed: Sequence[Finding]) -> tuple[Place, ...]:
    """Mark the places that a fix has moved; its edits are of before, so they are told by file, line and package."""
    lines = {(f.source.path, f.source.position(f.span.start)[0], f.message.partition(" ")[0]): f.code for f in fixed}
    marked = []
    for place in found:
        code = lines.get((place.source.path, place.source.position(place.span.start)[0], place.name))
        marked.append(
            place._replace(status="moved", why=f"fixed {code}") if code and place.status == "right" else place
        )
    return tuple(marked)


def _write(project: Project, findings: Sequence[Finding], environ: Mapping[str, str]) -> None:
    """Write what the findings propose; PincheckError, and nothing written, where a file would say something else too."""
    from pincheck.commands._reread import damage  # noqa: PLC0415 - only a fix needs it

    sources = {source.path: source for source in project.sources}
    changes: list[tuple[Source, str]] = []
    for path, made in edits.by_path(edit for finding in findings for edit in finding.edits).items():
        text = edits.apply(sources[path].text, made)
        wrong = damage(sources[path], text, made, environ)
        if wrong:
            raise PincheckError(f"`{path}` cannot be fixed: {wrong}", "nothing was written; mend it by hand")
        changes.append((sources[path], text))
    files.write(changes)


def _summary(project: Project, result: Result) -> str:
    count = sum(source.path not in project.context for source in project.sources)
    read = f"{count} {'file' if count == 1 else 'files'}"
    watched = [d for d in project.declarations if d.name in project.policies and d.source.path not in project.context]
    if not project.sources and not project.problems:
        return _gather.NOTHING
    held = any(lock.name in project.policies and lock.source.path not in project.context for lock in project.locked)
    if not watched and not held and not result.findings and not result.problems:
        *names, last = (f"`{name}`" for name in project.policies)
        return f"no {', '.join(names)} or {last} in {read}: nothing to check{_aside(project)}"
    wrong = [f"{_count(result, 'error')} wrong", f"{_count(result, 'warning')} to look at"]
    wrong += [f"{len(result.problems)} unreadable"] if result.problems else []
    wrong += [f"{len(result.fixed)} fixed"] if result.fixed else []
    declarations = "declaration" if len(watched) == 1 else "declarations"
    return f"{len(watched)} {declarations} of watched packages in {read}: {', '.join(wrong)}{_aside(project)}"


def _aside(project: Project) -> str:
    """Say that watched packages stand where they are not read, so that nobody takes silence for approval."""
    count = sum(bool(item.name) for item in project.left_alone)
    return f"; {count} left alone, `-v` says why" if count else ""


def _count(result: Result, severity: str) -> int:
    return sum(finding.severity == severity for finding in result.findings)
