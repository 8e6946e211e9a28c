"""`pincheck upgrade`: try the next minor with the project's own tests, and move the pin if they pass."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pincheck import edits as editing
from pincheck import places, rules
from pincheck.commands import _advice, _facts
from pincheck.commands._facts import Found, Ground
from pincheck.commands._reread import damage
from pincheck.commands.propose import nothing_to_move
from pincheck.errors import PincheckError
from pincheck.gates import Seen, Side, Trial, resolution
from pincheck.gates.tests import try_side
from pincheck.model import Place, Project, Result, Source
from pincheck.upgrades import Candidate, Held, Moved, Outcome, Proposed
from pincheck.world import files


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person asked for on the command line."""

    to: str = ""
    session: str = ""
    dry_run: bool = False
    notes: tuple[str, ...] = ()
    now: bool = False
    offline: bool = False


def run(folder: Path, environ: Mapping[str, str], wishes: Wishes, progress: Callable[[str], object]) -> Result:
    """Try a candidate for each package that is pinned to one minor, one after the other, and move what passes."""
    wish = _facts.Wish(_facts.wished_notes(wishes.notes), wishes.to, wishes.now, wishes.offline)
    ground = _facts.ground(folder, environ, wish)
    _require_whole(ground)
    before = ground.project
    names = [name for name in _facts.packages(ground) if not wishes.to or name == "fastapi"]
    found: list[Found] = []
    outcomes: list[Outcome] = []
    with _facts.outside(ground) as outside:
        for name in names:
            if any(isinstance(outcome, Moved) and outcome.written for outcome in outcomes):
                ground = _facts.ground(folder, environ, wish)  # The files have changed under the next package.
            progress(f"{name}: asking the index")
            try:
                item = _facts.find(ground, outside, name)
                outcome = _tried(ground, item, wishes, progress)
            except PincheckError as error:
                if not outcomes:
                    raise
                item = Found(Held(name, "", error.message))  # What the others came to must still be told.
                outcome = item.outcome
            found.append(item)
            outcomes.append(outcome)
        progress("")
        advised, advice = _advice.given(ground, outside, found, outcomes)
    return Result(
        problems=ground.project.problems,
        outcomes=advised,
        left_alone=(*(x for item in found for x in item.left_alone), *ground.project.left_alone),
        remarks=tuple(dict.fromkeys([*(remark for item in found for remark in item.remarks), *advice])),
        summary="" if names else nothing_to_move(ground),
        places=_places(before, outcomes),
    )


def _places(before: Project, outcomes: Sequence[Outcome]) -> tuple[Place, ...]:
    """Return where the packages stood when the run began, and which of those places have moved."""
    found = places.of(before, *rules.judged(before))
    for outcome in outcomes:
        if isinstance(outcome, Moved) and outcome.written:
            found = places.moved(found, outcome.candidate.name, outcome.edits, f"to {outcome.candidate.next}")
    return found


def _require_whole(ground: Ground) -> None:
    """Raise PincheckError where a file that the project includes is not in the folder, and so not in its copy."""
    top = files.shown(ground.folder)
    for source in ground.project.sources:
        if top != PurePosixPath(".") and not source.path.is_relative_to(top):
            raise PincheckError(f"`{source.path}` is outside `{ground.folder}`", "name the folder that holds both")
        if top == PurePosixPath(".") and source.path.is_absolute():
            raise PincheckError(f"`{source.path}` is outside this folder", "name the folder that holds both")


def _elsewhere(ground: Ground, texts: Mapping[Source, str]) -> tuple[str, ...]:
    """Say which files of other parts of the project are moved along, whose tests are not what was run."""
    top = files.shown(ground.folder)
    below = [source.path for source in texts if len(source.path.relative_to(top).parts) > 1]
    apart = [path for path in below if path.parent.name.lower() not in {"requirements", "reqs"}]
    shown = ", ".join(f"`{path}`" for path in apart)
    return (f"{shown} moved along; what was run are the tests of `{top}`",) if apart else ()


def _tried(ground: Ground, found: Found, wishes: Wishes, progress: Callable[[str], object]) -> Outcome:
    """Return how a proposal fares: held before it is tried, held by a gate, or moved."""
    proposed = found.outcome
    if not isinstance(proposed, Proposed):
        return proposed
    candidate = proposed.candidate
    relock = _facts.relock(ground, candidate.name)
    if relock:
        return Held(candidate.name, str(candidate.next), f"re-lock needed: {relock}", remarks=proposed.remarks)
    sources = {source.path: source for source in ground.project.sources}
    texts = _new_texts(ground, proposed, sources)
    if isinstance(texts, str):
        return Held(candidate.name, str(candidate.next), texts)
    if _is_held_back(found):
        reason = (
            f"the current {candidate.now} is younger than the cooldown, so the tests cannot install it; `--now` does"
        )
        return Held(candidate.name, str(candidate.next), reason, remarks=proposed.remarks, notes=candidate.notes)
    trial = _trial(ground, found, candidate, wishes, progress)
    refused = _refused(trial, ground, found, candidate)
    if refused:
        return Held(candidate.name, str(candidate.next), refused, remarks=proposed.remarks, notes=candidate.notes)
    outcome = _both_sides(trial, found, candidate, _bytes(ground, texts))
    if isinstance(outcome, Held):
        return outcome
    outcome = replace(outcome, remarks=(*outcome.remarks, *_elsewhere(ground, texts)))
    return _moved(outcome, proposed, texts, wishes)


def _is_held_back(found: Found) -> bool:
    """Say whether nothing that the pin allows is as old as the cooldown wants, so that there is no baseline."""
    uploaded = found.now.uploaded if found.now else None
    return uploaded is not None and found.cutoff is not None and not found.address and uploaded > found.cutoff


def _new_texts(ground: Ground, proposed: Proposed, sources: Mapping[PurePosixPath, Source]) -> dict[Source, str] | str:
    """Return the files as they will be, read again to see that nothing but the pin has changed, or what is wrong."""
    texts: dict[Source, str] = {}
    for path, made in editing.by_path(proposed.edits).items():
        source = sources[path]
        text = editing.apply(source.text, made)
        wrong = damage(source, text, made, ground.environ)
        if wrong:
            return f"{source.path}: {wrong}"
        texts[source] = text
    return texts


def _trial(
    ground: Ground, found: Found, candidate: Candidate, wishes: Wishes, progress: Callable[[str], object]
) -> Trial:
    assert found.interpreter is not None
    return Trial(
        project=ground.folder.resolve(),
        package=candidate.name,
        settings=ground.settings,
        indexes=ground.indexes,
        interpreter=found.interpreter,
        environ={**ground.environ, "UV_OFFLINE": "1"} if wishes.offline else ground.environ,
        cutoff=found.cutoff,
        pip_knows_times=found.pip_knows_times,
        session=wishes.session,
        progress=progress,
    )


def _refused(trial: Trial, ground: Ground, found: Found, candidate: Candidate) -> str:
    """Return why the candidate cannot be installed beside the rest of the project, before any test is run."""
    trial.progress(f"{candidate.name}: asking the resolver about {candidate.next}")
    baseline = Side("baseline", found.specifier or SpecifierSet(f"=={candidate.now}"), address=found.address)
    side = Side("candidate", SpecifierSet(f"=={candidate.next}"), address=candidate.address)
    words = resolution.refused(trial, ground.project, baseline, side)
    return f"it cannot be installed beside the rest: {words}" if words else ""


def _bytes(ground: Ground, texts: Mapping[Source, str]) -> dict[Path, bytes]:
    """Return the new files' bytes by their path inside the project."""
    top = files.shown(ground.folder)
    found = {}
    for source, text in texts.items():
        try:
            found[Path(source.path.relative_to(top))] = text.encode(source.encoding)
        except ValueError:
            raise PincheckError(
                f"`{source.path}` is outside `{ground.folder}`", "name the folder that holds it"
            ) from None
    return found


def _both_sides(trial: Trial, found: Found, candidate: Candidate, texts: Mapping[Path, bytes]) -> Moved | Held:
    """Run the baseline, then the candidate; only two green runs that imported what they should let it pass."""
    wanted = str(candidate.next)
    baseline = _baseline(trial, found, candidate)
    remarks = baseline.remarks
    if not baseline.verdict.passed:
        reason = f"the baseline is red: with the current pin, {baseline.verdict.summary}"
        return Held(candidate.name, wanted, reason, (baseline.verdict,), remarks, candidate.notes)
    tested = replace(candidate, now=baseline.version or candidate.now)
    side = Side("candidate", SpecifierSet(f"=={candidate.next}"), texts, candidate.address)
    tried = try_side(trial, side, baseline.session)
    remarks = tuple(dict.fromkeys([*remarks, *tried.remarks]))
    verdicts = (baseline.verdict, tried.verdict)
    if not tried.verdict.passed:
        return Held(candidate.name, wanted, tried.verdict.summary, verdicts, remarks, candidate.notes)
    if tried.passed < baseline.passed:
        lost = (
            f"{baseline.passed} tests passed before, only {tried.passed} now: the others were skipped or not collected"
        )
        return Held(candidate.name, wanted, lost, verdicts, remarks, candidate.notes)
    return Moved(tested, (), verdicts, "", written=False, remarks=remarks)


def _baseline(trial: Trial, found: Found, candidate: Candidate) -> Seen:
    """Try the current pin: at the newest version it allows, or where another package forbids that, at any."""
    newest = Side("baseline", SpecifierSet(f"=={candidate.now}"), address=found.address)
    seen = try_side(trial, newest)
    if seen.unsolvable and len(found.specifier) and not _is_exact(found.specifier, candidate.now):
        return try_side(trial, Side("baseline", found.specifier))
    return seen


def _is_exact(specifier: SpecifierSet, now: Version) -> bool:
    return str(specifier) == f"=={now}"


def _moved(passed: Moved, proposed: Proposed, texts: Mapping[Source, str], wishes: Wishes) -> Moved:
    diff = editing.diff({source.path: source.text for source in texts}, proposed.edits)
    if not wishes.dry_run:
        files.write(list(texts.items()))
    return replace(
        passed,
        edits=proposed.edits,
        diff=diff,
        written=not wishes.dry_run,
        remarks=(*proposed.remarks, *passed.remarks),
    )
