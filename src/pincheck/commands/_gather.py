"""What a project consists of: its manifests, read from disk and joined to one value."""

from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, assert_never

from packaging.utils import NormalizedName

from pincheck import config, manifests
from pincheck.commands import _around
from pincheck.config import Config
from pincheck.errors import PincheckError
from pincheck.manifests import Include, Reading
from pincheck.model import LeftAlone, Problem, Project, Source, Span
from pincheck.world import files

NOTHING = "no manifest found: no file here that pincheck reads"
# A chain of includes longer than this is an accident or an attack.
_MOST_FILES = 2_000


# The manifests that say what a project in a folder requires.
_PROJECT_FILES = ("pyproject.toml", "setup.cfg", "setup.py")


@dataclass(slots=True)
class _Gathering:
    """Files read so far, by their real path, and who includes whom."""

    environ: Mapping[str, str]
    roots: list[Path]
    readings: dict[Path, Reading] = field(default_factory=dict)
    sources: dict[Path, Source] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    left_alone: list[LeftAlone] = field(default_factory=list)
    requires: dict[Path, list[Path]] = field(default_factory=dict)
    constrains: dict[Path, list[Path]] = field(default_factory=dict)
    members: dict[Path, list[Path]] = field(default_factory=dict)
    listed: set[Path] = field(default_factory=set)

    def read(self, path: Path, *, named: bool = False) -> None:
        """Read a file and all that it includes, each once."""
        pending = deque([(path, named)])
        while pending:
            current, is_named = pending.popleft()
            key = _real(current)
            if key in self.readings:
                continue
            if len(self.readings) >= _MOST_FILES:
                raise PincheckError(f"more than {_MOST_FILES:,} manifests", "name the folder of one project")
            reading = self.readings[key] = self._reading(key, current, named=is_named)
            for include in reading.includes:
                pending += self._targets(key, current, include)

    def _reading(self, key: Path, path: Path, *, named: bool) -> Reading:
        source = files.read(path)
        if isinstance(source, Problem):
            return Reading(problems=(source,))
        self.sources[key] = source
        reading = manifests.read(source, environ=self.environ, named=named)
        if reading is None and named:
            reading = Reading(left_alone=(_unknown(source),))
        return reading or Reading()

    def settle(self, among: Container[Path]) -> None:
        """Read again, as constraints, the files that turned out to be some: named by a `-c`, and by no `-r`.

        That is known when all files have been read, in whatever order they were named or found.
        """
        required = {path for paths in self.requires.values() for path in paths}
        constraints = {path for paths in self.constrains.values() for path in paths}
        constraints |= {key for key, source in self.sources.items() if _is_constraints(source)}
        for key in (found for found in (constraints - required) & self.sources.keys() if found in among):
            reading = manifests.read(self.sources[key], constraint=True, environ=self.environ, named=True)
            self.readings[key] = reading or Reading()
        for key in self.listed & self.sources.keys():
            found = self.readings[key]
            own = [problem.span.start for problem in found.problems]
            refused = tuple(
                problem
                for problem in manifests.refused(self.sources[key])
                if not any(problem.span.start <= start <= problem.span.end for start in own)
            )
            self.readings[key] = found._replace(problems=(*found.problems, *refused))

    def _targets(self, key: Path, path: Path, include: Include) -> Iterator[tuple[Path, bool]]:
        """Yield the files that an include leads to, and whether each is a requirements file whatever its name."""
        match include.kind:
            case "requirements" | "constraints" | "listed":
                target = self._target(key, path, include)
                if target is not None:
                    yield target, True
            case "project":
                for target in self._project(key, path, include):
                    self.requires.setdefault(key, []).append(_real(target))
                    yield target, False
            case "members":
                for target in self._members(key, path, include):
                    self.members.setdefault(key, []).append(_real(target))
                    yield target, False
            case _:
                assert_never(include.kind)

    def _target(self, key: Path, path: Path, include: Include) -> Path | None:
        """Return the file that an include names, or None where it is not followed, with the reason noted."""
        source = self.sources[key]
        if "://" in include.target:
            reason = "a URL; it is not fetched"
            self.left_alone.append(LeftAlone(source, include.span, include.target, reason))
            return None
        target = path.parent / include.target
        if not files.is_inside(target, self.roots):
            self._problem(source, include.span, f"`{include.target}` is outside the project and is not followed")
            return None
        if not _exists(target):
            if source.path.name == "noxfile.py":  # A session may write the file before it installs from it.
                reason = "does not exist when the session begins"
                self.left_alone.append(LeftAlone(source, include.span, include.target, reason))
            else:
                self._problem(source, include.span, f"`{include.target}` does not exist")
            return None
        if any(found.name != "requirements" for found in manifests.formats_of(PurePosixPath(target.as_posix()))):
            self._problem(source, include.span, f"`{include.target}` is not a requirements file; pip reads it as one")
            return None
        related = self.constrains if include.kind == "constraints" else self.requires
        related.setdefault(key, []).append(_real(target))
        if include.kind == "listed":
            self.listed.add(_real(target))
        if key in self._reached(_real(target)):
            self._problem(source, include.span, f"`{include.target}` includes this file again")
        return target

    def _project(self, key: Path, path: Path, include: Include) -> list[Path]:
        """Return the manifests of a folder that a path requirement names; where there are none, the reason is noted.

        pip takes such paths from the working directory, people write them from the file's own: both are tried.
        """
        source = self.sources[key]
        folders = [base / include.target for base in (path.parent, *self.roots)]
        folder = next((found for found in folders if _exists(found)), folders[0])
        if not files.is_inside(folder, self.roots):
            reason = "a path outside the project; it is not followed"
        elif not _exists(folder):
            reason = "the path does not exist"
        elif not folder.is_dir():
            reason = "a path to a file; what it requires is not read"
        else:
            found = [folder / name for name in _PROJECT_FILES if (folder / name).is_file()]
            if found:
                return [manifest for manifest in found if _real(manifest) != key]
            reason = "a folder without a manifest"
        self.left_alone.append(LeftAlone(source, include.span, source.at(include.span), reason))
        return []

    def _folders(self, key: Path, path: Path, include: Include, pattern: str) -> list[Path]:
        """Return the folders that a glob of a workspace matches; one that is not followed is left alone."""
        found = files.folders_like(path.parent, pattern)
        if isinstance(found, str):
            source = self.sources[key]
            if not any(x.source == source and x.subject == pattern for x in self.left_alone):  # One exclusion, once.
                self.left_alone.append(LeftAlone(source, include.span, pattern, found))
            return []
        return found

    def _members(self, key: Path, path: Path, include: Include) -> Iterator[Path]:
        """Yield the manifests of a workspace's members."""
        excluded: set[Path] = set()
        for pattern in include.exclude:
            excluded.update(self._folders(key, path, include, pattern))
        for folder in self._folders(key, path, include, include.target):
            manifest = folder / "pyproject.toml"
            inside = files.is_inside(manifest, self.roots)
            if folder not in excluded and inside and manifest.is_file() and _real(manifest) != _real(path):
                yield manifest

    def _problem(self, source: Source, span: Span, reason: str) -> None:
        self.problems.append(Problem(source, span, reason))

    def _reached(self, start: Path) -> set[Path]:
        """Return the files that a file includes, at any depth, itself among them."""
        return _closure(start, lambda path: [*self.requires.get(path, []), *self.constrains.get(path, [])])

    def constrained(self) -> frozenset[tuple[PurePosixPath, PurePosixPath]]:
        """Return which file's requirements which constraints hold for, those of a workspace's root among them."""
        pairs = set()
        for start in self.readings if self.constrains else ():
            required = _closure(start, lambda path: self.requires.get(path, []))
            constraints = {c for path in required for c in self.constrains.get(path, [])}
            pairs |= {(self.shown(a), self.shown(b)) for a in required for b in constraints}
        below = {member for found in self.members.values() for member in found}  # Only a root's constraints hold.
        for key, reading in self.readings.items():
            if key not in below and any(d.origin == "constraint" for d in reading.declarations) and not _is_text(key):
                pairs |= {(self.shown(member), self.shown(key)) for member in [key, *self.members.get(key, [])]}
        return frozenset(pairs)

    def included(self) -> frozenset[tuple[PurePosixPath, PurePosixPath]]:
        """Return which file's requirements are installed along with which other's."""
        reached = {start: _closure(start, lambda path: self.requires.get(path, [])) for start in self.requires}
        return frozenset((self.shown(a), self.shown(b)) for a, found in reached.items() for b in found if a != b)

    def in_workspace(self) -> frozenset[tuple[PurePosixPath, PurePosixPath]]:
        """Return which file is the root of which workspace member."""
        return frozenset((self.shown(root), self.shown(m)) for root, found in self.members.items() for m in found)

    def shown(self, path: Path) -> PurePosixPath:
        """Return how a file that was read is shown, by its real path."""
        return self.sources[path].path if path in self.sources else files.shown(path)


def _closure(start: Path, following: Callable[[Path], Iterable[Path]]) -> set[Path]:
    """Return what can be reached from a file, itself among it."""
    reached: set[Path] = set()
    pending = [start]
    while pending:
        path = pending.pop()
        if path not in reached:
            reached.add(path)
            pending += following(path)
    return reached


def _is_text(path: Path) -> bool:
    """Say whether this is a requirements file, whose constraints hold where a `-c` names it."""
    return any(found.name == "requirements" for found in manifests.formats_of(PurePosixPath(path.as_posix())))


def _is_constraints(source: Source) -> bool:
    """Say whether a file that no other one names is a constraints file, by its name."""
    return "constraint" in source.path.name.lower()


def _real(path: Path) -> Path:
    """Return what a path leads to; a link that leads to itself stays as it is."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()


def _exists(path: Path) -> bool:
    """Say whether something is there; under a name that the system refuses, there is nothing."""
    try:
        return path.exists()
    except OSError:
        return False


def project(paths: Sequence[Path], environ: Mapping[str, str], settings: Config) -> Project:
    """Read the named files and the manifests in the named folders."""
    gathering = _Gathering(environ, [files.project_root(path) for path in paths])
    for path in (path for path in paths if path.is_dir()):
        for manifest in files.find(path, manifests.mark_of):
            gathering.read(manifest)
    found = set(gathering.readings)
    for path in (path for path in paths if not path.is_dir()):
        _named(gathering, path)
    gathering.settle(set(gathering.readings))
    named = gathering.readings.keys() - found
    context = _context(gathering, paths, named, settings)
    gathering.settle(context)  # What was asked about is not made a constraint by a file that nobody asked about.
    readings = gathering.readings.values()
    asked = [reading for key, reading in gathering.readings.items() if key not in context]
    aside = {gathering.shown(key) for key in context}
    problems = [*(p for reading in asked for p in reading.problems), *gathering.problems]
    left_alone = [*(x for reading in asked for x in reading.left_alone), *gathering.left_alone]
    return Project(
        declarations=tuple(d for reading in readings for d in reading.declarations),
        locked=tuple(lock for reading in readings for lock in reading.locked),
        ignores=tuple(ignore for reading in readings for ignore in reading.ignores),
        problems=_ordered([problem for problem in problems if problem.source.path not in aside]),
        left_alone=_relevant([item for item in left_alone if item.source.path not in aside], settings),
        policies=dict(settings.policies),
        sources=tuple(gathering.sources.values()),
        constrained=gathering.constrained(),
        included=gathering.included(),
        members=gathering.in_workspace(),
        oddities=tuple(oddity for reading in readings for oddity in reading.oddities),
        context=frozenset(aside),
        committed=_around.committed([d for reading in asked for d in reading.declarations], environ, settings),
        searched=_searched(gathering, paths, named),
    )


def _context(gathering: _Gathering, paths: Sequence[Path], named: Container[Path], settings: Config) -> set[Path]:
    """Read the files that belong together with those that were asked about, and return which they are.

    A hook names the files of a commit: whether a pin and its lock agree, or whether there is a lock at all, is to be
    seen in the others of their folder, and in the root of the workspace that it is a member of.
    """
    asked = list(gathering.readings)
    watched = [key for key in asked if _names(gathering.readings[key]) & settings.policies.keys()]
    folders = dict.fromkeys(gathering.shown(key).parent for key in watched if key in named)
    above = {path if path.is_dir() else path.parent for path in paths} if watched else set()
    for path in [*_around.beside(folders), *_around.roots_of_workspaces(sorted(above), gathering.roots)]:
        if _real(path) not in gathering.readings:
            gathering.read(path)
    return gathering.readings.keys() - set(asked)


def _searched(gathering: _Gathering, paths: Sequence[Path], named: Iterable[Path]) -> tuple[PurePosixPath, ...]:
    """Return the folders that were looked through: those that were named, and those of the files that were."""
    folders = dict.fromkeys(_around.home(gathering.shown(key).parent) for key in named)
    alone = (folder for folder in folders if _around.stands_alone(folder, gathering.roots))
    return (*(files.shown(path) for path in paths if path.is_dir()), *alone)


def _names(reading: Reading) -> set[NormalizedName]:
    return {found.name for found in reading.declarations} | {found.name for found in reading.locked}


def _named(gathering: _Gathering, path: Path) -> None:
    """Read a file that was named; one in no format that pincheck knows is left alone, and said to be."""
    known = path.suffix == ".txt" or (not path.suffix and "req" in path.name.lower())
    if known or manifests.formats_of(PurePosixPath(path.as_posix())):
        gathering.read(path, named=True)
        return
    gathering.left_alone.append(_unknown(Source(files.shown(path), "")))


def _unknown(source: Source) -> LeftAlone:
    return LeftAlone(source, Span(0, 0), source.path.name, "no format that pincheck reads")


def _ordered(found: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: (str(problem.source.path), problem.span)))


def _relevant(found: Sequence[LeftAlone], settings: Config) -> tuple[LeftAlone, ...]:
    return tuple(item for item in found if not item.name or item.name in settings.policies)


def settings(paths: Sequence[Path]) -> tuple[Config, Path]:
    """Return the configuration that holds for the named paths, and the folder that its relative paths start from.

    It is the nearest one to the first path; PincheckError where it is not valid, or where a named path is missing.
    """
    for path in paths:
        if not _exists(path):
            raise PincheckError(
                f"`{path}` does not exist", "name a file or a folder, or nothing for the current folder"
            )
    first = paths[0] if paths else Path()
    folder = first if first.is_dir() else first.parent
    for path in files.config_files(folder):
        table = _table(path, judged=any(_real(path).is_relative_to(_real(named)) for named in paths))
        if table is not None:
            where = f"{path}: [tool.pincheck]" if path.name == "pyproject.toml" else str(path)
            return config.read(table, where), path.parent
    return Config(), folder


def _table(path: Path, *, judged: bool) -> Mapping[str, Any] | None:
    """Return the configuration that a file holds, or None.

    An unreadable `pyproject.toml` is a Problem of the check where it is `judged` itself, and of nobody else.
    """
    own = path.name == "pincheck.toml"
    source = files.read(path)
    if isinstance(source, Problem):
        if own:
            raise PincheckError(f"{path}: {source.reason}", "the configuration cannot be read; mend the file")
        return None
    if not own and "pincheck" not in source.text:
        return None
    try:
        values = manifests.toml_values(source.text)
    except (ValueError, RecursionError) as error:
        if own or not judged:
            raise PincheckError(
                f"{path}: not TOML: {error}", "the configuration cannot be read; mend the file"
            ) from None
        return None
    if own:
        return values
    tool = values.get("tool")
    table = tool.get("pincheck") if isinstance(tool, Mapping) else None
    if table is not None and not isinstance(table, Mapping):
        raise PincheckError(f"{path}: `tool.pincheck` must be a table", "begin it with `[tool.pincheck]`")
    return table
