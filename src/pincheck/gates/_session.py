"""The nox session that runs a project's tests: the project's own where it can take a candidate, else a generated one."""

import ast
import json
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pincheck.config import Config
from pincheck.errors import PincheckError
from pincheck.gates import _declared

GENERATED = "pincheck_noxfile.py"
# What people call the things that their tests need: extras, groups, hatch environments, files.
_FOR_TESTS = ("test", "tests", "testing", "dev", "develop", "development", "ci")
_FILES = re.compile(
    rf"(?:requirements|reqs?)[-_.]?(?:{'|'.join(_FOR_TESTS)})\.(?:txt|in)"
    rf"|(?:{'|'.join(_FOR_TESTS)})[-_.](?:requirements|reqs?)\.(?:txt|in)|(?:requirements|reqs?)\.txt"
)
_IN_FOLDER = re.compile(rf"(?:{'|'.join(_FOR_TESTS)}|requirements|base|main|common|app|prod|production)\.txt")
_USUAL = ("tests", "test")
_INSTALLING = {"install", "run", "run_always", "run_install"}
_SKIPPED = {".git", ".venv", "venv", ".nox", ".tox", "node_modules", "__pycache__"}


@dataclass(frozen=True, slots=True)
class Session:
    """A session to ask nox for: its noxfile, its name, the minors that it is listed with, and how it came about."""

    noxfile: str
    name: str
    minors: tuple[str, ...] = ()
    remark: str = ""

    @property
    def generated(self) -> bool:
        """Whether pincheck writes the noxfile itself."""
        return self.noxfile == GENERATED


def of_listing(listing: str, wanted: str) -> Session | str:
    """Find a session in what `nox --list --json -s NAME` printed, or say why it cannot take a candidate."""
    start = listing.find("[{")
    try:
        entries, _ = json.JSONDecoder().raw_decode(listing[start:]) if start >= 0 else ([], 0)
    except ValueError:
        entries = []
    found = [entry for entry in entries if wanted in {entry.get("name"), entry.get("session")}]
    if any(entry.get("python") is False for entry in found):
        return f"its session `{wanted}` has `python=False`, so there is no environment to put a candidate into"
    if found:
        minors = [m[1] for entry in found if (m := re.search(r"(\d+\.\d+)", str(entry.get("python"))))]
        return Session("noxfile.py", wanted, tuple(minors))
    missing = "Sessions not found" in listing or start >= 0
    return (
        "it has no session `tests` or `test`"
        if missing and wanted in _USUAL
        else (f"it has no session `{wanted}`" if missing else "it cannot be listed")
    )


def own_installs(noxfile: str, session: str, package: str, version: str) -> str:
    """Return where a session installs a version of the package that shuts the candidate out, `""` where it does not."""
    try:
        tree = ast.parse(noxfile)
    except (SyntaxError, ValueError, RecursionError):
        return ""
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and _is_named(n, session)]
    for node in (node for function in functions for node in ast.walk(function)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        for argument in node.args if node.func.attr in _INSTALLING else ():
            written = argument.value if isinstance(argument, ast.Constant) else None
            if isinstance(written, str) and _shuts_out(written, package, version):
                return f"noxfile.py:{argument.lineno} installs its own `{written}`"
    return ""


def _is_named(function: ast.FunctionDef, session: str) -> bool:
    """Say whether a function is a session: by its own name, or by the `name` that its decorator gives it."""
    given = [k.value for d in function.decorator_list if isinstance(d, ast.Call) for k in d.keywords if k.arg == "name"]
    names = {value.value for value in given if isinstance(value, ast.Constant)} or {function.name}
    return session in names


def _shuts_out(written: str, package: str, version: str) -> bool:
    try:
        requirement = Requirement(written)
    except (InvalidRequirement, ValueError, RecursionError):
        return False
    return canonicalize_name(requirement.name) == package and not _admits(requirement, version)


def _admits(requirement: Requirement, version: str) -> bool:
    return requirement.url is None and requirement.specifier.contains(version, prereleases=True)


def generated(project: Path, settings: Config, python: Path, remark: str = "") -> tuple[Session, str]:
    """Return a session that installs what the project declares and runs its tests, and the noxfile that holds it.

    PincheckError where there is nothing to run.
    """
    table = _pyproject(project)
    command = shlex.split(settings.test) if settings.test else _inferred(project, table)
    if not command:
        hint = 'say how with `[tool.pincheck]` and `test = "pytest path"`'
        raise PincheckError("no tests found: no `tests` folder, no `test_*.py`", hint)
    installs = _installs(project, table)
    if not installs:
        raise PincheckError(
            "nothing to install: no requirements file, no `[project]` and no `Pipfile` at the top of the folder",
            "say what the tests need in a requirements file; a conda environment is not made here",
        )
    if command[:3] == ["python", "-m", "pytest"]:
        installs.append("pytest")
    folder = "src" if (project / "src").is_dir() and not _is_package(project, table) else ""
    text = _noxfile(str(python), str(project), installs, command, folder)
    return Session(GENERATED, "tests", remark=remark), text


def _noxfile(python: str, project: str, installs: Sequence[str], command: Sequence[str], folder: str) -> str:
    return f'''"""Written by pincheck for one run: installs what the project declares, and runs its tests."""

import os

import nox


@nox.session(python={python!r})
def tests(session: nox.Session) -> None:
    session.chdir({project!r})
    session.install(*{list(installs)!r})
    env = {{}}
    if {folder!r}:
        env["PYTHONPATH"] = os.pathsep.join([os.path.abspath({folder!r}), os.environ.get("PYTHONPATH", "")])
    session.run(*{list(command)!r}, env=env, external=True)
'''


def _pyproject(project: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads((project / "pyproject.toml").read_bytes().decode())
    except (OSError, ValueError, RecursionError):
        return {}


def _inferred(project: Path, table: Mapping[str, Any]) -> list[str]:
    """Return pytest's command where something looks like tests; pytest runs unittest's cases too."""
    configured = "pytest" in table.get("tool", {}) or any(
        (project / n).is_file() for n in ("pytest.ini", "conftest.py")
    )
    folders = any((project / name).is_dir() for name in ("tests", "test"))
    return ["python", "-m", "pytest"] if configured or folders or next(_test_files(project), None) else []


def _test_files(project: Path) -> Iterator[Path]:
    for path in project.rglob("*.py"):
        if _SKIPPED.isdisjoint(path.relative_to(project).parts) and re.fullmatch(r"test_.*\.py|.*_test\.py", path.name):
            yield path


def _is_package(project: Path, table: Mapping[str, Any]) -> bool:
    """Say whether there is something to build, by uv's rule: a `[build-system]`, or setuptools' own files."""
    if table.get("tool", {}).get("poetry", {}).get("package-mode") is False:
        return False
    managed = table.get("tool", {}).get("uv", {}).get("package")
    if isinstance(managed, bool):
        return managed
    return "build-system" in table or (project / "setup.py").is_file()


def _installs(project: Path, table: Mapping[str, Any]) -> list[str]:
    """Return the arguments of one `uv pip install`, so that everything is resolved together."""
    arguments: list[str] = []
    for path in _requirement_files(project):
        arguments += ["-r", path.relative_to(project).as_posix()]
    named = [*table.get("project", {}).get("optional-dependencies", {}), *_declared.extras_of_setuptools(project)]
    extras = [name for name in dict.fromkeys(named) if _is_for_tests(name)]
    if _is_package(project, table):
        arguments += ["-e", f".[{','.join(extras)}]" if extras else "."]
    elif by_declared := _declared.poetry_main(project, table):
        arguments += by_declared
    elif "project" in table:
        arguments += ["-r", "pyproject.toml", *(part for extra in extras for part in ("--extra", extra))]
    if not arguments:
        arguments += _declared.only_here(project, _is_for_tests)
    for group in table.get("dependency-groups", {}):
        if _is_for_tests(group):
            arguments += ["--group", group]
    by_tools = [*_declared.poetry_groups(project, _is_for_tests), *_from_tools(table.get("tool", {}))]
    return arguments + (by_tools if arguments else [])


def _is_for_tests(name: str) -> bool:
    return canonicalize_name(name) in _FOR_TESTS


def _requirement_files(project: Path) -> list[Path]:
    here = [path for path in sorted(project.iterdir()) if _FILES.fullmatch(path.name.lower()) and path.is_file()]
    folder = project / "requirements"
    listed = sorted(folder.glob("*.txt")) if folder.is_dir() else []
    chosen = [path for path in listed if _IN_FOLDER.fullmatch(path.name.lower())]
    for_tests = [path for path in chosen if _is_for_tests(path.stem)]
    below = for_tests if any(path.suffix == ".txt" for path in here) else chosen or listed
    return here + below


def _from_tools(tool: Mapping[str, Any]) -> list[str]:
    """Return the development requirements that other tools keep in tables of their own, as PEP 508 texts."""
    found: list[str] = []
    for name, listed in tool.get("pdm", {}).get("dev-dependencies", {}).items():
        found += _texts(listed) if _is_for_tests(name) else []
    found += _texts(tool.get("uv", {}).get("dev-dependencies", []))
    for name, environment in tool.get("hatch", {}).get("envs", {}).items():
        if name in {"default", "hatch-test"} or _is_for_tests(name):
            found += _texts(environment.get("dependencies", []))
            found += _texts(environment.get("extra-dependencies", []))
    return found


def _texts(listed: Any) -> list[str]:
    """Return the strings of a list that are plain requirements: no editables, no hatch fields."""
    texts = [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
    return [text for text in texts if not text.startswith("-") and "{" not in text]
