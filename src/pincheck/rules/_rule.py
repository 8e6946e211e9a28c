"""The door of a rule, and what several rules ask of a project."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from packaging.specifiers import SpecifierSet

from pincheck import dialects, pins
from pincheck.dialects import Dialect
from pincheck.model import Declaration, Edit, Finding, Policy, Project, Severity


class Rule(NamedTuple):
    """One thing that can be wrong with a pin; its file's docstring is its manual page."""

    code: str
    name: str
    find: Callable[[Project], Iterator[Finding]]
    manual: str


class Pin(NamedTuple):
    """A declaration under a policy, and what it allows together with the constraints that hold for it."""

    declaration: Declaration
    policy: Policy
    effective: SpecifierSet

    def finding(
        self, code: str, severity: Severity, message: str, remedy: str, edits: tuple[Edit, ...] = ()
    ) -> Finding:
        """Return a finding at this declaration; nothing is edited where its text cannot be."""
        found = self.declaration
        safe = edits if not found.fixed and found.origin != "compiled" else ()
        return Finding(found.source, found.span, code, severity, f"{found.name} {message}", remedy, safe)

    @property
    def dialect(self) -> Dialect:
        """The words that the declaration is written in."""
        return dialects.of(self.declaration.dialect)

    def range_of(self, specifier: SpecifierSet, stays_in: pins.Series) -> str:
        """Return the range from a specifier's floor to the end of a series, as it would be written here."""
        return self.dialect.range_of(specifier, stays_in)

    def rewritten(self, specifier: str) -> tuple[Edit, ...]:
        """Return the edit that puts another specifier here, the blanks before the old one kept."""
        found, specifier = self.declaration, specifier or self.dialect.anything
        old = found.source.at(found.specifier_span)
        lead = old[: len(old) - len(old.lstrip())] if specifier else ""
        return (Edit(found.source.path, found.specifier_span, f"{lead}{specifier}"),)


def pins_of(project: Project, *policies: type[Policy]) -> Iterator[Pin]:
    """Yield the declarations whose package has one of these policies, versions only: no bare URL among them."""
    for declaration in project.declarations:
        policy = project.policies.get(declaration.name)
        if isinstance(policy, policies) and not (declaration.url and not declaration.specifier):
            yield Pin(declaration, policy, _effective(project, declaration))


def _effective(project: Project, declaration: Declaration) -> SpecifierSet:
    """Return what a declaration and the constraints on it allow together.

    A constraint is not a requirement: what it allows counts only beside what it constrains.
    """
    if not project.constrained:
        return declaration.specifier
    partners = [
        other
        for other in project.declarations
        if other.name == declaration.name
        and other is not declaration
        and other.marker in {"", declaration.marker}
        and _constrains(project, declaration, other)
    ]
    effective = declaration.specifier
    for other in partners:
        effective &= other.specifier
    return effective


def _constrains(project: Project, declaration: Declaration, other: Declaration) -> bool:
    here, there = declaration.source.path, other.source.path
    if declaration.origin == "constraint":
        return other.origin == "declared" and (there, here) in project.constrained
    return other.origin == "constraint" and (here, there) in project.constrained


def shown(pin: Pin) -> str:
    """Return the specifier as a person wrote it, or what a direct reference, a variable or an escape amounts to."""
    found = pin.declaration
    written = "" if found.fixed else " ".join(re.sub(r"\\(?:\r\n|\r|\n)", "", found.written).split())
    return written or range_of(found.specifier) or "no specifier"


def range_of(specifier: SpecifierSet) -> str:
    """Return a specifier as people write it, its floor first."""
    return ",".join(sorted(map(str, specifier), key=lambda clause: (not clause.startswith(">"), clause)))


def kept_exclusions(specifier: SpecifierSet, stays_in: pins.Series) -> str:
    """Return the `!=` clauses that still mean something inside one series, ready to be appended."""
    inside = [c for c in specifier if c.operator == "!=" and f"{c.version}.".startswith(f"{stays_in}.")]
    return "".join(f",{clause}" for clause in sorted(inside, key=str))
