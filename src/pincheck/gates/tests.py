"""The gate of the tests: a project's own tests, under nox, with one version of a package really installed."""

import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from pincheck.config import Config
from pincheck.errors import PincheckError
from pincheck.gates import _session
from pincheck.gates._session import Session
from pincheck.upgrades import Run, Verdict
from pincheck.world import interpreters, process, scratch
from pincheck.world.index import Indexes
from pincheck.world.interpreters import Interpreter

_TIME_LIMIT = 30 * 60.0
_TAIL_LINES = 40
_MOST_FAILURES = 20
_NO_SOLUTION = re.compile(
    r"No solution found when resolving|ResolutionImpossible|No matching distribution found"
    r"|conflicting dependencies|Because .* we can conclude that"
)
# Variables of the process that would reach past the scratch environment: into pincheck's own, another project's, or
# around the constraint.
_DROPPED = {
    "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "PYTHONHOME", "CONDA_PREFIX", "NOXSESSION", "NOXPYTHON", "NOXEXTRAPYTHON",
    "NOXFORCEPYTHON", "NOXENVDIR", "NOX_DEFAULT_VENV_BACKEND", "UV_PROJECT_ENVIRONMENT", "UV_PROJECT", "UV_PYTHON",
    "UV_OVERRIDE", "UV_EXCLUDE_NEWER", "UV_EXCLUDE", "UV_FROZEN", "UV_LOCKED", "UV_TARGET", "UV_SYSTEM_PYTHON",
    "PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_ROOT", "PIP_PYTHON", "PIP_UPLOADED_PRIOR_TO", "PYTEST_CURRENT_TEST",
    "PWD", "OLDPWD", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "PINCHECK_PROBE_PROCESS",
    "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG", "COV_CORE_SOURCE", "COV_CORE_CONFIG", "COV_CORE_DATAFILE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trial:
    """What both sides of a trial share.

    `cutoff` is the time after which no release may be installed (None: no cooldown); `pip_knows_times` says whether
    pip too can be told so: it refuses to work where an index gives it no upload times.
    """

    project: Path
    package: NormalizedName
    settings: Config
    indexes: Indexes
    interpreter: Interpreter
    environ: Mapping[str, str]
    cutoff: datetime | None
    pip_knows_times: bool = False
    session: str = ""
    progress: Callable[[str], object] = print


@dataclass(frozen=True, slots=True)
class Side:
    """One side: what it is called, the constraint that fixes the version, and the files that are changed for it.

    `address` is the file that is installed although it is younger than the cooldown (`""`: none may be).
    """

    name: str
    constraint: SpecifierSet
    texts: Mapping[Path, bytes] = field(default_factory=dict)
    address: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one side did: the verdict, the version that was imported (None: none), the session, how many tests passed."""

    verdict: Verdict
    version: Version | None
    session: Session
    unsolvable: bool
    remarks: tuple[str, ...] = ()
    passed: int = 0


@dataclass(frozen=True, slots=True)
class _Record:
    """What the probe wrote down, all its processes together."""

    loaded: bool
    finished: bool
    tests: Mapping[str, str]
    imported: tuple[tuple[str, str], ...]

    def having(self, *outcomes: str) -> list[str]:
        return [name for name, outcome in self.tests.items() if outcome in outcomes]


def try_side(trial: Trial, side: Side, session: Session | None = None) -> Seen:
    """Run the tests of a fresh copy of the project with the package held to a constraint.

    `session` is the one that the other side used (None: choose it). Where the session that was chosen dies before any
    test begins, for a reason that is not the package's, a generated one is tried in its place; one that has worked on
    the other side is never called stale.
    """
    with scratch.folder() as folder:
        copy = _copied(trial, side, folder)
        env = environment(trial, side, folder)
        seen = _run(trial, side, copy, env, folder, session or _chosen(trial, side, copy, env))
    if session is not None or not _is_stale(trial, seen):
        return seen
    remark = f"the noxfile's session `{seen.session.name}` {seen.verdict.summary}; a generated session is used instead"
    with scratch.folder() as folder:
        copy = _copied(trial, side, folder)
        again = Session(_session.GENERATED, "tests", remark=remark)
        return _run(trial, side, copy, environment(trial, side, folder), folder, again)


def _copied(trial: Trial, side: Side, folder: Path) -> Path:
    """Copy the project and put the side's texts in; nothing is written through a link that leads out of the copy."""
    copy = folder / "project"
    scratch.copy(trial.project, copy)
    for path, data in side.texts.items():
        target = copy / path
        mode = target.stat().st_mode
        target.unlink()  # Whether it is read-only, or a link that leads out.
        target.write_bytes(data)
        target.chmod(mode)
    return copy


def _is_stale(trial: Trial, seen: Seen) -> bool:
    """Say whether the project's own session could not even begin, which says nothing of the version."""
    mine = seen.session.generated or trial.session or trial.settings.session
    return not mine and not seen.verdict.passed and seen.verdict.summary in _NEVER_BEGAN and not seen.unsolvable


_NEVER_BEGAN = ("failed before any test began", "has no environment of its own")


def _chosen(trial: Trial, side: Side, copy: Path, env: Mapping[str, str]) -> Session:
    """Choose the project's own session where it can take a candidate, else a generated one with the reason."""
    wanted = trial.session or trial.settings.session
    if not (copy / "noxfile.py").is_file():
        if wanted:
            raise PincheckError(f"there is no noxfile with a session `{wanted}`")
        return Session(_session.GENERATED, "tests")
    trial.progress(f"{side.name}: listing the noxfile's sessions")
    found: Session | str = ""
    for name in [wanted] if wanted else ["tests", "test"]:
        run = process.run(_nox("--list", "--json", "-s", name), cwd=copy, env=env, limit=120)
        found = _session.of_listing(run.output, name)
        if isinstance(found, Session):
            return found
        if "python=False" in found:
            break
    if wanted:
        raise PincheckError(f"noxfile.py: {found}", "name another with `--session`")
    return Session(_session.GENERATED, "tests", remark=f"noxfile.py: {found}; a generated session is used instead")


def _nox(*arguments: str) -> list[str]:
    """Return the command that asks nox; `-I` keeps modules of the project from standing in for nox's own."""
    return [sys.executable, "-I", "-m", "nox", "--nocolor", *arguments]


def _run(trial: Trial, side: Side, copy: Path, env: Mapping[str, str], folder: Path, session: Session) -> Seen:
    interpreter = trial.interpreter
    remarks = [session.remark] if session.remark else []
    if session.generated:
        _, text = _session.generated(copy, trial.settings, interpreter.path)
        noxfile = folder / "nox" / _session.GENERATED  # Outside the copy, where no test run or coverage sees it.
        noxfile.parent.mkdir()
        noxfile.write_text(text, encoding="utf-8")
    else:
        noxfile = copy / session.noxfile
        refused = _own_copy(copy, trial, side, session)
        if refused:
            verdict = Verdict(side.name, False, refused, (), 0.0)
            return Seen(verdict, None, session, unsolvable=False)
        if session.minors and interpreter.minor not in session.minors:
            other = interpreters.for_minors(session.minors, trial.project, trial.environ)
            if other is None:
                raise PincheckError(
                    f"no Python of the session `{session.name}` is installed: {', '.join(session.minors)}"
                )
            interpreter = other
    trial.progress(f"{side.name}: running nox session `{session.name}` with `{trial.package}{side.constraint}`")
    arguments = ["-f", str(noxfile), "-s", session.name, "-fb", "uv", "-P", str(interpreter.path)]
    run = process.run(
        _nox(*arguments, "--no-reuse-existing-virtualenvs", "--non-interactive", "--error-on-missing-interpreters"),
        cwd=copy, env=env, limit=_TIME_LIMIT,
    )  # fmt: skip
    record = _recorded(folder / "probe" / "records")
    verdict, unsolvable = _judged(trial, side, run, record, interpreter)
    if trial.cutoff is not None and re.search(
        r"^nox > (?!Command )(?!\S*uv pip )\S.*\bpip install\b", run.output, re.MULTILINE
    ):
        remarks += _pip_remark(env)
    passed = len(record.having("passed"))
    return Seen(verdict, _only_version(record), session, unsolvable, tuple(remarks), passed)


def _pip_remark(env: Mapping[str, str]) -> list[str]:
    if "PIP_UPLOADED_PRIOR_TO" in env:
        return []
    return ["the noxfile runs pip itself, which cannot be held to the cooldown: this index gives it no upload times"]


def _own_copy(copy: Path, trial: Trial, side: Side, session: Session) -> str:
    """Return where the noxfile installs a version of the package other than the one on trial."""
    exact = [clause.version for clause in side.constraint if clause.operator == "=="]
    text = (copy / "noxfile.py").read_text(encoding="utf-8", errors="replace")
    return _session.own_installs(text, session.name, trial.package, exact[0]) if exact else ""


def environment(trial: Trial, side: Side, folder: Path) -> dict[str, str]:
    """Return the environment of nox: the constraint for uv and pip, the cooldown, the probe, no way back to us."""
    given = {**trial.environ, **trial.settings.env}
    env = {name: value for name, value in given.items() if name not in _DROPPED}
    constraints = folder / "constraints.txt"
    # Neither uv's nor pip's variables can exempt one package from the cooldown, but a file that is named is not chosen by
    # its age: so one release may be young, and nothing that it brings along.
    held_to = f" @ {side.address}" if side.address else side.constraint
    constraints.write_text(f"{trial.package}{held_to}\n", encoding="utf-8")
    plugins = folder / "probe"
    (plugins / "records").mkdir(parents=True)
    # The plugin's code has no file of its own, so that a project's coverage does not count it.
    code = Path(__file__).with_name("probe.py").read_text(encoding="utf-8")
    (plugins / "pincheck_probe.py").write_text(f"exec(compile({code!r}, '<pincheck>', 'exec'))\n", encoding="utf-8")
    env |= trial.indexes.variables
    env |= {
        "UV_CONSTRAINT": _appended(env, "UV_CONSTRAINT", str(constraints)),
        "PIP_CONSTRAINT": _appended(env, "PIP_CONSTRAINT", str(constraints)),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_VENV_SEED": "1",
        "UV_NO_PROGRESS": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTEST_ADDOPTS": f"{env.get('PYTEST_ADDOPTS', '')} -p pincheck_probe".strip(),
        "PYTHONPATH": os.pathsep.join([str(plugins), *_moved_paths(env.get("PYTHONPATH", ""), trial, folder)]),
        "PINCHECK_PROBE": str(plugins / "records"),
        "PINCHECK_WATCHED": trial.package,
        "PATH": _path_without_us(env.get("PATH", os.defpath)),
        "NO_COLOR": "1",
    }
    env.pop("FORCE_COLOR", None)
    if trial.cutoff is not None:
        env["UV_EXCLUDE_NEWER"] = trial.cutoff.strftime("%Y-%m-%dT%H:%M:%SZ")
        if trial.pip_knows_times:
            env["PIP_UPLOADED_PRIOR_TO"] = env["UV_EXCLUDE_NEWER"]
    return env


def _moved_paths(written: str, trial: Trial, folder: Path) -> list[str]:
    """Return the folders of a search path, those of the project in its copy."""
    moved = []
    for part in written.split(os.pathsep):
        inside = part and Path(part).is_relative_to(trial.project)
        moved.append(str(folder / "project" / Path(part).relative_to(trial.project)) if inside else part)
    return [part for part in moved if part]


def _appended(env: Mapping[str, str], name: str, value: str) -> str:
    return f"{env[name]} {value}" if env.get(name) else value


def _path_without_us(path: str) -> str:
    """Return PATH without the environment that pincheck itself is installed in."""
    if sys.prefix == sys.base_prefix:
        return path
    own = {Path(sys.executable).parent, Path(sys.prefix) / "bin", Path(sys.prefix).resolve() / "bin"}
    return os.pathsep.join(part for part in path.split(os.pathsep) if Path(part) not in own)


def _recorded(folder: Path) -> _Record:
    tests: dict[str, str] = {}
    imported: list[tuple[str, str]] = []
    loaded, finished = False, True
    for path in sorted(folder.glob("*.json")):
        try:
            record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue
        loaded = True
        if not record["worker"]:
            finished = finished and record["status"] is not None
            tests = _worst(tests, record["tests"])
        if record["imported"]:
            imported.append((record["imported"]["version"], record["imported"]["path"]))
    return _Record(loaded, finished, tests, tuple(dict.fromkeys(imported)))


def _worst(known: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Join the outcomes of two runs of the same tests; what failed in one of them has failed."""
    bad = {name: outcome for name, outcome in known.items() if outcome in {"failed", "error"}}
    return {**known, **more, **bad}


def _only_version(record: _Record) -> Version | None:
    try:
        versions = {Version(version) for version, _ in record.imported}
    except InvalidVersion:
        return None
    return versions.pop() if len(versions) == 1 else None


def _judged(trial: Trial, side: Side, run: Run, record: _Record, interpreter: Interpreter) -> tuple[Verdict, bool]:
    """Return the verdict on a run, and whether the resolver found no solution."""
    reason = _reason(trial, side, run, record)
    failures = [f"{outcome}: {name}" for outcome in ("failed", "error") for name in record.having(outcome)]
    if not reason:
        ran = len(record.having("passed"))
        summary = f"{ran} passed with {trial.package} {_only_version(record)}, Python {interpreter.version}"
        return Verdict(side.name, True, summary, (), run.seconds), False
    shown = failures[:_MOST_FAILURES]
    if len(failures) > len(shown):
        shown.append(f"… and {len(failures) - len(shown)} more")
    unsolvable = not record.loaded and _NO_SOLUTION.search(run.output) is not None
    evidence = (*shown, _relevant(run.output, trial.project))
    return Verdict(side.name, False, reason, evidence, run.seconds), unsolvable


def _reason(trial: Trial, side: Side, run: Run, record: _Record) -> str:
    """Return why a run is not a proof, `""` where it is one."""
    if run.timed_out:
        return f"ran longer than {_TIME_LIMIT / 60:.0f} minutes"
    if not record.loaded:
        return _without_probe(run)
    failed = record.having("failed", "error")
    if failed:
        return f"{len(failed)} failed, {len(record.having('passed'))} passed"
    if not record.finished:
        return f"pytest stopped before its end (exit code {run.code})"
    if not record.having("passed"):
        skipped = len(record.having("skipped", "xfailed"))
        return f"no test ran: {skipped} skipped" if skipped else "no test ran: nothing was collected"
    wrong = _wrong_import(trial, side, record)
    if wrong:
        return wrong
    return f"all tests passed, but nox ended with exit code {run.code}" if run.code else ""


def _without_probe(run: Run) -> str:
    """Say why the probe wrote nothing: the run never got so far, or the session kept it out."""
    if _NO_SOLUTION.search(run.output):
        return "cannot be installed: the resolver finds no solution"
    if "pincheck_probe" in run.output:
        return "the probe was not loaded: the session replaces `PYTHONPATH`"
    if "Creating virtual environment" not in run.output and "Re-using existing" not in run.output:
        return "has no environment of its own"
    if run.code == 0:
        return "the probe was not loaded: the session runs no pytest, or replaces `PYTEST_ADDOPTS`"
    return "failed before any test began"


def _wrong_import(trial: Trial, side: Side, record: _Record) -> str:
    if not record.imported:
        return f"the tests never imported `{trial.package}`"
    for version, path in record.imported:
        if not version or not side.constraint.contains(version, prereleases=True):
            seen = f"{trial.package} {version or 'of unknown version'}"
            return f"the tests imported {seen} from `{_short(path)}`, not {trial.package}{side.constraint}"
    return ""


def _short(path: str) -> str:
    """Return a path without the folders of the scratch copy."""
    return re.sub(r"^.*?/pincheck-[^/]+/project/", "", path)


def _relevant(output: str, project: Path) -> str:
    """Return the resolver's own text where it speaks, else the end of the output, without the scratch copy's path."""
    output = re.sub(r"/[^\s:'\"]*/pincheck-\w+/project", lambda _: str(project), output)
    output = re.sub(r"/[^\s:'\"]*/pincheck-\w+/", "", output)
    lines = output.rstrip().splitlines()
    start = next((i for i, line in enumerate(lines) if _NO_SOLUTION.search(line)), None)
    chosen = lines[start : start + _TAIL_LINES] if start is not None else lines[-_TAIL_LINES:]
    return "\n".join(chosen)
