"""The Python interpreters of a machine, and which of them a project's tests run on."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from pincheck.world import files, process


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A CPython that is installed: its version and where it stands."""

    version: Version
    path: Path

    @property
    def minor(self) -> str:
        """`MAJOR.MINOR`, as nox and `.python-version` write it."""
        return f"{self.version.major}.{self.version.minor}"


@cache
def uv() -> str:
    """Return where the uv that came with pincheck stands."""
    from uv import find_uv_bin  # noqa: PLC0415

    return str(find_uv_bin())


def choose(project: Path, required: Sequence[SpecifierSet], environ: Mapping[str, str]) -> Interpreter | str:
    """Return the interpreter for a project's tests, or why there is none.

    The project's `.venv` or `.python-version` where that is compatible, else the newest one on PATH that is, else
    the newest that pyenv keeps. Nothing is downloaded.
    """

    def compatible(found: Interpreter) -> bool:
        return all(specifier.contains(found.version, prereleases=True) for specifier in required)

    own = _of_environment(project / ".venv")
    if own is not None and compatible(own):
        return own
    installed = _installed(project, environ)
    asked = _asked(project)
    for found in installed if asked else ():
        if f"{found.version}.".startswith(f"{asked}.") and compatible(found):
            return found
    best = next((found for found in installed if compatible(found)), None)
    if best is not None:
        return best
    wanted = ", ".join(dict.fromkeys(str(specifier) for specifier in required if specifier)) or "this project"
    have = ", ".join(str(found.version) for found in installed) or "none"
    return f"no installed Python satisfies {wanted}; installed: {have}"


def for_minors(minors: Iterable[str], project: Path, environ: Mapping[str, str]) -> Interpreter | None:
    """Return the newest installed interpreter whose `MAJOR.MINOR` is one of those named."""
    wanted = set(minors)
    return next((found for found in _installed(project, environ) if found.minor in wanted), None)


def _of_environment(folder: Path) -> Interpreter | None:
    """Return the interpreter of a virtual environment, by its `pyvenv.cfg`."""
    python = folder / "bin" / "python"
    try:
        text = files.data(folder / "pyvenv.cfg").decode()
        match = re.search(r"^version(?:_info)?\s*=\s*(\d+\.\d+\.\d+)", text, re.MULTILINE)
        return Interpreter(Version(match[1]), python) if match and python.exists() else None
    except (OSError, ValueError):
        return None


def _asked(project: Path) -> str:
    """Return the version that `.python-version` names first, `""` where it names none.

    pyenv writes `3.12.1` or `3.12`, uv also `cpython@3.12`, `cpython-3.12.1-linux-x86_64-gnu` and comments.
    """
    try:
        lines = files.data(project / ".python-version").decode().splitlines()
    except (OSError, ValueError):
        return ""
    wanted = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    match = re.fullmatch(r"(?:cpython[-@]?|python-?)?(\d+(?:\.\d+){0,2})(?:-\w+)*", wanted[0]) if wanted else None
    return match[1] if match and not wanted[0].endswith("-dev") else ""


def _installed(project: Path, environ: Mapping[str, str]) -> list[Interpreter]:
    """Return what uv finds on PATH, newest first, then what pyenv keeps beside it."""
    env = {**environ, "UV_PYTHON_DOWNLOADS": "never", "UV_PYTHON_PREFERENCE": "system"}
    argv = [uv(), "python", "list", "--only-installed", "--output-format", "json", "--no-config"]
    run = process.run(argv, cwd=project, env=env, limit=60)
    start = run.output.find("[{")
    found: list[Interpreter] = []
    try:
        listed, _ = json.JSONDecoder().raw_decode(run.output[start:]) if start >= 0 else ([], 0)
        found = [_from_uv(entry, project) for entry in listed if _is_plain(entry)]
    except (ValueError, KeyError, InvalidVersion):
        found = []
    kept = {i.version: i for i in _pyenv(environ)}
    # What a shim leads to depends on the folder that it is called in; the interpreter behind it does not.
    found = [kept.get(i.version, i) if i.path.parent.name == "shims" else i for i in found]
    on_path = sorted({i.version: i for i in reversed(found)}.values(), key=lambda i: i.version, reverse=True)
    beside = [i for version, i in kept.items() if version not in {p.version for p in on_path}]
    return [i for i in [*on_path, *beside] if not i.version.is_prerelease]


def _is_plain(entry: Mapping[str, str]) -> bool:
    return entry.get("implementation") == "cpython" and entry.get("variant", "default") == "default"


def _from_uv(entry: Mapping[str, str], project: Path) -> Interpreter:
    """Read one entry of uv's list, which shows what lies below the folder that it runs in without that folder."""
    return Interpreter(Version(entry["version"]), project.resolve() / entry["path"])


def _pyenv(environ: Mapping[str, str]) -> list[Interpreter]:
    """Return pyenv's interpreters that no shim on PATH leads to, newest first."""
    root = Path(environ.get("PYENV_ROOT") or Path(environ.get("HOME", "/")) / ".pyenv") / "versions"
    found = []
    for folder in root.iterdir() if root.is_dir() else []:
        python = folder / "bin" / "python"
        if re.fullmatch(r"\d+\.\d+\.\d+", folder.name) and python.exists():
            found.append(Interpreter(Version(folder.name), python))
    return sorted(found, key=lambda i: i.version, reverse=True)
