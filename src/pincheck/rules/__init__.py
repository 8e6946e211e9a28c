"""Project → findings, one file per rule."""

from pincheck.model import Finding, Project
from pincheck.rules import (
    direct_reference,
    floor_on_companion,
    more_than_one_minor,
    no_version,
    not_exact,
    outside_range,
    partly_outside_range,
    pinned_companion,
    stops_inside_series,
    unused_ignore,
)
from pincheck.rules._rule import Rule

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
    unused_ignore.RULE,
)


def check(project: Project) -> tuple[Finding, ...]:
    """Return what is wrong, in the order of the files; findings that an ignore comment hides are left out."""
    found = [finding for rule in RULES for finding in rule.find(project)]
    hidden = unused_ignore.hidden(project, found)
    seen = [finding for finding in found if finding not in hidden]
    seen += unused_ignore.unused(project, hidden)
    return tuple(sorted(dict.fromkeys(seen), key=lambda f: (str(f.source.path), f.span.start, f.code)))
