"""The door of a rule, and what several rules ask of a project."""

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
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
    # Whether it compares files, and so may speak of one that belongs to a file which was asked about.
    spans_files: bool = False


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

    @property
    def names_one_release(self) -> bool:
        """Whether one version is meant: conda's `=0.112.0`, its users' `==`, is that and what is built upon it."""
        found = self.declaration.specifier
        if pins.is_exact(found) or self.declaration.dialect != "conda":
            return pins.is_exact(found)
        patches = [version for version in pins.mentioned(found) if len(version.release) > 2]  # noqa: PLR2004
        return any(pins.is_subset(found, SpecifierSet(f"=={patch.base_version}.*")) for patch in patches)

    def range_of(self, specifier: SpecifierSet, stays_in: pins.Series) -> str:
        """Return the range from a specifier's floor to the end of a series, as it would be written here."""
        return self.dialect.range_of(specifier, stays_in)

    def rewritten(self, specifier: str) -> tuple[Edit, ...]:
        """Return the edit that puts another specifier here, the blanks before the old one kept."""
        found = self.declaration
        if found.dialect == "shell" and re.search("[<>]", specifier):
            return ()  # A shell would take it for a redirection.
        old = found.source.at(found.specifier_span)
        named = found.source.text[: found.specifier_span.start][-1:].isalnum()  # Behind a name, nothing is anything.
        specifier = specifier or ("" if named else self.dialect.anything)
        lead = old[: len(old) - len(old.lstrip())] if specifier else ""
        return (Edit(found.source.path, found.specifier_span, f"{lead}{specifier}"),)


def pins_of(project: Project, *policies: type[Policy]) -> Iterator[Pin]:
    """Yield the declarations whose package has one of these policies, versions only: no bare URL among them."""
    for declaration in project.declarations:
        policy = project.policies.get(declaration.name)
        if isinstance(policy, policies) and not (declaration.url and not declaration.specifier):
            yield Pin(declaration, policy, _effective(project, declaration))


class Bounds:
    """What a bare name is bound by: the version of the same package that is always installed along with it.

    That is one in the main requirements of its own file (an extra's `fastapi[all]` beside the project's pin) or of a
    file that it includes.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._pinned: dict[tuple[str, PurePosixPath], list[Declaration]] | None = None
        self._included: dict[PurePosixPath, list[PurePosixPath]] = {}

    def on(self, bare: Declaration) -> SpecifierSet:
        """Return what bounds a declaration without a specifier, an empty set where nothing does."""
        if bare.origin != "declared" or bare.url:
            return bare.specifier
        if self._pinned is None:
            self._pinned = {}
            for found in self._project.declarations:
                if found.specifier and not found.group and found.origin in {"declared", "compiled"}:
                    self._pinned.setdefault((found.name, found.source.path), []).append(found)
            for path, other in sorted(self._project.included):
                self._included.setdefault(path, []).append(other)
        included = (
            [] if bare.group else self._included.get(bare.source.path, [])
        )  # One session's files are not another's.
        for path in (bare.source.path, *included):
            for found in self._pinned.get((bare.name, path), []):
                if found.marker in {"", bare.marker}:
                    return found.specifier
        return bare.specifier


def is_asked(project: Project, *paths: PurePosixPath) -> bool:
    """Say whether somebody asked about one of these files; all of them were read."""
    return not project.context.issuperset(paths)


def is_resolved(project: Project) -> bool:
    """Say whether a lock or a compiled file is among what was read."""
    return bool(project.locked) or any(found.origin == "compiled" for found in project.declarations)


def at(declaration: Declaration) -> str:
    """Return the file and the line of a declaration, for a message about another place."""
    line, _ = declaration.source.position(declaration.span.start)
    return f"`{declaration.source.path}:{line}`"


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
    return other.origin in {"constraint", "compiled"} and (here, there) in project.constrained


def shown(pin: Pin) -> str:
    """Return the specifier as a person wrote it, or what a direct reference, a variable or an escape amounts to."""
    found = pin.declaration
    written = " ".join(re.sub(r"\\(?:\r\n|\r|\n)", "", found.written).split())
    written = written if not found.fixed or _says(pin, written) else ""
    return written or range_of(found.specifier) or "no specifier"


def _says(pin: Pin, written: str) -> bool:
    """Say whether a text that cannot be edited means by itself what its declaration does: no variable, no escape."""
    try:
        return pin.dialect.parse(written) == pin.declaration.specifier
    except ValueError:
        return False


def range_of(specifier: SpecifierSet) -> str:
    """Return a specifier as people write it, its floor first."""
    return ",".join(sorted(map(str, specifier), key=lambda clause: (not clause.startswith(">"), clause)))


def kept_exclusions(specifier: SpecifierSet, stays_in: pins.Series) -> str:
    """Return the `!=` clauses that still mean something inside one series, ready to be appended."""
    inside = [c for c in specifier if c.operator == "!=" and f"{c.version}.".startswith(f"{stays_in}.")]
    return "".join(f",{clause}" for clause in sorted(inside, key=str))
