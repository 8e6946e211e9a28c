"""`pincheck propose`: the next minor above each pin, and what its release notes say."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pincheck import places, rules
from pincheck.commands import _advice, _facts, _gather
from pincheck.commands._facts import Ground, Wish
from pincheck.model import Result
from pincheck.upgrades import Current, Held, Outcome, Proposed


def run(folder: Path, environ: Mapping[str, str], wish: Wish) -> Result:
    """Return a proposal, or why there is none, for each package that is pinned to one minor; write nothing."""
    ground = _facts.ground(folder, environ, wish)
    names = _facts.packages(ground)
    with _facts.outside(ground) as outside:
        found = [_facts.find(ground, outside, name) for name in names]
        outcomes, advice = _advice.given(ground, outside, found, [_answer(ground, item.outcome) for item in found])
    return Result(
        problems=ground.project.problems,
        outcomes=outcomes,
        left_alone=(*(x for item in found for x in item.left_alone), *ground.project.left_alone),
        remarks=tuple(dict.fromkeys([*(remark for item in found for remark in item.remarks), *advice])),
        summary="" if names else nothing_to_move(ground),
        places=places.of(ground.project, *rules.judged(ground.project)),
    )


def _answer(ground: Ground, outcome: Proposed | Current | Held) -> Outcome:
    """Say what the outcome of a search means for somebody who only asks: nothing is held that was not to be moved."""
    match outcome:
        case Held():
            wanted = f"{outcome.wanted}: " if outcome.wanted else ""
            return Current(outcome.name, f"no candidate: {wanted}{outcome.reason}")
        case Proposed():
            relock = _facts.relock(ground, outcome.candidate.name)
            remarks = (*outcome.remarks, f"re-lock needed: {relock}") if relock else outcome.remarks
            return replace(outcome, remarks=remarks)
        case Current():
            return outcome


def nothing_to_move(ground: _facts.Ground) -> str:
    """Say that a project declares no package whose pin could move."""
    if not ground.project.sources:
        return _gather.NOTHING
    return "no package that is pinned to one minor is declared here"
