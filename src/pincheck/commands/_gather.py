"""What a project consists of: its manifests, read from disk and joined to one value."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from pincheck import config, manifests
from pincheck.config import Config
from pincheck.errors import PincheckError
from pincheck.manifests import Include, Reading
from pincheck.model import LeftAlone, Problem, Project, Source, Span
from pincheck.world import files

# A chain of includes longer than this is an accident or an attack.
_MOST_FILES = 2_000


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
            targets = [self._target(key, current, include) for include in reading.includes]
            pending += [(target, True) for target in targets if target is not None]

    def _reading(self, key: Path, path: Path, *, named: bool) -> Reading:
        source = files.read(path)
        if isinstance(source, Problem):
            return Reading(problems=(source,))
        self.sources[key] = source
        return manifests.read(source, environ=self.environ, named=named) or Reading()

    def settle(self) -> None:
        """Read again, as constraints, the files that turned out to be some: named by a `-c`, and by no `-r`.

        That is known when all files have been read, in whatever order they were named or found.
        """
        required = {path for paths in self.requires.values() for path in paths}
        constraints = {path for paths in self.constrains.values() for path in paths}
        constraints |= {key for key, source in self.sources.items() if _is_constraints(source)}
        for key in (constraints - required) & self.sources.keys():
            reading = manifests.read(self.sources[key], constraint=True, environ=self.environ, named=True)
            self.readings[key] = reading or Reading()

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
            self._problem(source, include.span, f"`{include.target}` does not exist")
            return None
        if any(found.name != "requirements" for found in manifests.formats_of(PurePosixPath(target.as_posix()))):
            self._problem(source, include.span, f"`{include.target}` is not a requirements file; pip reads it as one")
            return None
        related = self.constrains if include.constraint else self.requires
        related.setdefault(key, []).append(_real(target))
        if key in self._reached(_real(target)):
            self._problem(source, include.span, f"`{include.target}` includes this file again")
        return target

    def _problem(self, source: Source, span: Span, reason: str) -> None:
        self.problems.append(Problem(source, span, reason))

    def _reached(self, start: Path) -> set[Path]:
        """Return the files that a file includes, at any depth, itself among them."""
        reached: set[Path] = set()
        pending = [start]
        while pending:
            path = pending.pop()
            if path not in reached:
                reached.add(path)
                pending += [*self.requires.get(path, []), *self.constrains.get(path, [])]
        return reached

    def constrained(self) -> frozenset[tuple[PurePosixPath, PurePosixPath]]:
        """Return which file's requirements which constraints file holds for."""
        if not self.constrains:
            return frozenset()
        pairs = set()
        for start in self.readings:
            required = self._required(start)
            constraints = {c for path in required for c in self.constrains.get(path, [])}
            pairs |= {(self._shown(a), self._shown(b)) for a in required for b in constraints}
        return frozenset(pairs)

    def _required(self, start: Path) -> set[Path]:
        reached: set[Path] = set()
        pending = [start]
        while pending:
            path = pending.pop()
            if path not in reached:
                reached.add(path)
                pending += self.requires.get(path, [])
        return reached

    def _shown(self, path: Path) -> PurePosixPath:
        return self.sources[path].path if path in self.sources else files.shown(path)


def _is_constraints(source: Source) -> bool:
    """Say whether a file that no other one names is a constraints file, by its name."""
    return source.path.name.lower().startswith("constraints")


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
    for path in paths:
        if path.is_dir():
            for manifest in files.find(path, lambda found: bool(manifests.formats_of(found))):
                gathering.read(manifest)
        else:
            _named(gathering, path)
    gathering.settle()
    readings = gathering.readings.values()
    return Project(
        declarations=tuple(d for reading in readings for d in reading.declarations),
        locked=tuple(lock for reading in readings for lock in reading.locked),
        ignores=tuple(ignore for reading in readings for ignore in reading.ignores),
        problems=_ordered([*(p for reading in readings for p in reading.problems), *gathering.problems]),
        left_alone=_relevant(
            [*(x for reading in readings for x in reading.left_alone), *gathering.left_alone], settings
        ),
        policies=dict(settings.policies),
        sources=tuple(gathering.sources.values()),
        constrained=gathering.constrained(),
    )


def _named(gathering: _Gathering, path: Path) -> None:
    """Read a file that was named; one in no format that pincheck knows is left alone, and said to be."""
    known = path.suffix in {".txt", ".in"} or (not path.suffix and "req" in path.name.lower())
    if known or manifests.formats_of(PurePosixPath(path.as_posix())):
        gathering.read(path, named=True)
        return
    source = Source(files.shown(path), "")
    reason = "no format that pincheck reads"
    gathering.left_alone.append(LeftAlone(source, Span(0, 0), path.name, reason))


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
    import tomllib  # noqa: PLC0415

    own = path.name == "pincheck.toml"
    source = files.read(path)
    if isinstance(source, Problem):
        if own:
            raise PincheckError(f"{path}: {source.reason}", "the configuration cannot be read; mend the file")
        return None
    if not own and "pincheck" not in source.text:
        return None
    try:
        values = tomllib.loads(source.text)
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
