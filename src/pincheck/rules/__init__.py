"""Project → findings, one file per rule."""

from collections.abc import Iterable

from pincheck.model import Finding, Project
from pincheck.rules import (
    contradiction,
    direct_reference,
    disjoint_companion,
    floating_companion,
    floor_on_companion,
    ineffective_entry,
    lock_disagrees,
    locks_differ,
    look_alike_name,
    more_than_one_minor,
    newer_toml,
    no_version,
    not_exact,
    open_to_prereleases,
    outside_range,
    partly_outside_range,
    pinned_companion,
    read_by_shell,
    reads_differently,
    short_compatible_release,
    stops_inside_series,
    unused_ignore,
    voided_pin,
    widened,
)
from pincheck.rules._rule import Rule, pins_of

__all__ = ["RULES", "Rule", "check", "judged", "pins_of"]

RULES: tuple[Rule, ...] = (
    more_than_one_minor.RULE,
    pinned_companion.RULE,
    floor_on_companion.RULE,
    outside_range.RULE,
    partly_outside_range.RULE,
    not_exact.RULE,
    no_version.RULE,
    stops_inside_series.RULE,
    direct_reference.RULE,
    contradiction.RULE,
    lock_disagrees.RULE,
    locks_differ.RULE,
    floating_companion.RULE,
    disjoint_companion.RULE,
    reads_differently.RULE,
    short_compatible_release.RULE,
    voided_pin.RULE,
    ineffective_entry.RULE,
    newer_toml.RULE,
    look_alike_name.RULE,
    open_to_prereleases.RULE,
    widened.RULE,
    read_by_shell.RULE,
    unused_ignore.RULE,
)


def check(project: Project) -> tuple[Finding, ...]:
    """Return what is wrong, in the order of the files; findings that an ignore comment hides are left out."""
    return judged(project)[0]


def judged(project: Project) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Return what is wrong, in the order of the files, and apart from it what an ignore comment hides."""
    found = [finding for rule in RULES for finding in rule.find(project) if _is_asked(project, rule, finding)]
    hidden = unused_ignore.hidden(project, found)
    seen = [finding for finding in found if finding not in hidden]
    seen += unused_ignore.unused(project, hidden)
    return _ordered(seen), _ordered(hidden)


def _is_asked(project: Project, rule: Rule, finding: Finding) -> bool:
    """Say whether a finding is about a file that was asked about, or about one that does not fit such a file."""
    return rule.spans_files or finding.source.path not in project.context


def _ordered(found: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(dict.fromkeys(found), key=lambda f: (str(f.source.path), f.span.start, f.code)))
