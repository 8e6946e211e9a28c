"""What a release asks of Python and of other packages: what that changes, and whether a project can live with it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName, default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from pincheck import pins
from pincheck.model import Declaration, Project
from pincheck.upgrades import Companion, Metadata

PYTHON = NormalizedName("python")


def between(now: Metadata | None, later: Metadata, extras: Iterable[str], python: Version) -> tuple[Companion, ...]:
    """Return what `later` asks of Python and of each package, beside what `now` asks, Python first.

    Only what is asked on this machine with that Python counts, and of the extras only what these ask. Where `now` is
    None, nothing is known of it.
    """
    wanted = tuple(extras)
    before = _asked(now, wanted, python) if now else {}
    after = _asked(later, wanted, python)
    names = [PYTHON, *sorted({*before, *after} - {PYTHON})]
    return tuple(
        Companion(name, _text(before.get(name)) if now else None, _text(after.get(name)), known=now is not None)
        for name in names
        if name in before or name in after
    )


def _text(specifier: SpecifierSet | None) -> str | None:
    return None if specifier is None else written(specifier)


def written(specifier: SpecifierSet) -> str:
    """Return a specifier as people write it, lower bound first: `>=0.40.0,<0.42.0`."""
    order = {"===": 0, "==": 0, "~=": 1, ">=": 2, ">": 2, "<=": 3, "<": 3, "!=": 4}
    clauses = sorted(specifier, key=lambda clause: (order.get(clause.operator, 5), str(clause)))
    return ",".join(dict.fromkeys(map(str, clauses)))


def _asked(of: Metadata, extras: Sequence[str], python: Version) -> dict[NormalizedName, SpecifierSet]:
    """Return what is asked of each package, several lines about one joined."""
    found = {PYTHON: of.requires_python}
    for requirement in of.requires:
        if applies(requirement, extras, python):
            name = canonicalize_name(requirement.name)
            found[name] = found.get(name, SpecifierSet()) & requirement.specifier
    return found


def applies(requirement: Requirement, extras: Sequence[str], python: Version) -> bool:
    """Say whether a requirement counts on this machine, with that Python and any of these extras.

    A marker that cannot be evaluated does not shut a requirement out of the report.
    """
    if requirement.marker is None:
        return True
    environment = _environment(python)
    try:
        return any(requirement.marker.evaluate({**environment, "extra": extra}) for extra in ("", *extras))
    except (UndefinedComparison, UndefinedEnvironmentName, ValueError, RecursionError):
        return True


def _environment(python: Version) -> dict[str, str]:
    return {
        **{name: str(value) for name, value in default_environment().items()},
        "python_version": f"{python.major}.{python.minor}",
        "python_full_version": str(python),
        "implementation_version": str(python),
    }


def conflicts(
    project: Project, moving: NormalizedName, asked: Sequence[Companion]
) -> Iterator[tuple[Companion, Declaration]]:
    """Yield what a release asks of a package that the project declares beside it in a way that shares no version.

    "Beside" is what is installed along with a declaration of the moving package: the same file's main part and its
    own group, and what is included or holds as a constraint. Compiled files do not count, they are made anew; where an
    override speaks, it has the last word. What stands in another file and could not be had with the current release
    either says nothing of this one.
    """
    declared = [d for d in project.declarations if d.name == moving and d.origin != "compiled"]
    overridden = {d.name for d in project.declarations if d.origin == "override"}
    found = {companion.name: companion for companion in asked if companion.after}
    for other in project.declarations:
        companion = found.get(other.name)
        if companion is None or other.name in overridden or other.origin == "compiled" or other.url:
            continue
        if not _counts(other) or not _shares_nothing(other.specifier, SpecifierSet(companion.after or "")):
            continue
        today = _shares_nothing(other.specifier, SpecifierSet(companion.before or ""))
        if any(
            _installed_together(project, one, other) for one in declared if not today or _are_neighbours(one, other)
        ):
            yield companion, other


def environments(project: Project, moving: NormalizedName) -> tuple[tuple[Declaration, ...], ...]:
    """Return, for each environment that a package is declared for, the declarations that are always installed in it.

    Each begins with those of the package itself; constraints are left out. What has no version of an index (an address,
    a path, a text that says nothing certain, what uv takes elsewhere) is left out too, and so is what conda installs.
    """
    voided = {oddity.name for oddity in project.oddities if oddity.kind == "voided"} - {moving}
    offered = (d for d in project.declarations if d.origin == "declared" and not d.url and d.dialect != "conda")
    known = [d for d in offered if d.name not in voided]
    found = []
    for one in (d for d in known if d.name == moving):
        roots = [here for here, there in project.included if there == one.source.path and _is_one_environment(here)]
        for root in (one.source.path, *(sorted(roots) if not one.group else ())):
            beside = [d for d in known if d.name != moving and _is_installed_at(project, root, one, d)]
            also = [d for d in known if d.name == moving and d != one and _is_installed_at(project, root, one, d)]
            found.append((one, *also, *beside))
    return tuple({frozenset(each): each for each in found}.values())


def _is_installed_at(project: Project, root: PurePosixPath, one: Declaration, other: Declaration) -> bool:
    """Say whether a declaration is always installed where a root file, which leads to another, is installed from."""
    if other.source.path == one.source.path:
        return _installed_together(project, one, other)
    if one.group or other.group or (other.marker and other.marker != one.marker):
        return False
    return other.source.path == root or (root, other.source.path) in project.included


def _is_one_environment(path: PurePosixPath) -> bool:
    """Say whether all that a file includes is installed together, which is so of a requirements file."""
    return path.suffix in {".txt", ".in"}


def _counts(other: Declaration) -> bool:
    return bool(other.specifier) and not pins.is_empty(other.specifier)


def _shares_nothing(specifier: SpecifierSet, needed: SpecifierSet) -> bool:
    return not pins.is_empty(needed) and pins.is_disjoint(specifier, needed)


def _are_neighbours(one: Declaration, other: Declaration) -> bool:
    return one.source.path == other.source.path and one.group == other.group and other.origin != "constraint"


def _installed_together(project: Project, one: Declaration, other: Declaration) -> bool:
    """Say whether two declarations are always installed together, as far as the files say so."""
    if one.marker != other.marker and other.marker:
        return False
    here, there = one.source.path, other.source.path
    if other.origin == "constraint":
        return here == there or ((here, there) in project.constrained and not _is_of_a_session(project, there))
    if here == there:
        return _in_one_part(one, other)
    return (
        not one.group and not other.group and ((here, there) in project.included or (there, here) in project.included)
    )


def _in_one_part(one: Declaration, other: Declaration) -> bool:
    """Say whether two declarations of one file are always installed together.

    An extra comes with the main part. A dependency group (PEP 735) and an environment of a tool may come without it,
    but Poetry locks its groups together with it. Of one environment, a command installs what stands in it, and the
    next one may replace that; and of tox's lines, some hold for an environment's factors only.
    """
    if one.group != other.group:
        with_main = one.group.startswith("[") or one.dialect == other.dialect == "poetry"
        return other.group == "" and with_main
    if _is_of_commands(one.source.path):
        first, second = sorted((one.span, other.span))
        between = one.source.text[first.end : second.start]
        return not re.search(r"[()]|&&|;|(?<!\\)\n(?!\s*[\"'#])", between)
    return _factors(other) in {"", _factors(one)}


def _is_of_commands(path: PurePosixPath) -> bool:
    """Say whether a file holds commands that install, in the order of their text."""
    name = path.name.lower()
    return name == "noxfile.py" or "dockerfile" in name or "containerfile" in name


def _factors(declared: Declaration) -> str:
    """Return the factors that tox puts before a line (`py312,dev: `), `""` where there are none."""
    if not declared.group.startswith("testenv"):
        return ""
    text = declared.source.text
    before = text[max(text.rfind("\n", 0, declared.span.start), text.rfind("\r", 0, declared.span.start)) + 1 :]
    found = re.match(r"(?:\s*deps\s*=)?\s*([!\w.,*?{}\[\] -]+):\s", before[: declared.span.start])
    return found[1].strip() if found else ""


def _is_of_a_session(project: Project, constraints: PurePosixPath) -> bool:
    """Say whether a session or an image names a constraints file, which then need not hold anywhere else."""
    named = re.compile(rf"(?<![\w.-]){re.escape(constraints.name)}(?![\w.-])")
    return any(
        named.search(source.text)
        for source in project.sources
        if _is_of_commands(source.path) or source.path.name in {"tox.ini", "tox.toml"}
    )
