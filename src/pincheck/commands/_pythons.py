"""What a project says of the Python that it runs on, wherever it says so."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet

from pincheck import dialects, manifests, pins
from pincheck.world import files

_FAILURES = (OSError, LookupError, ValueError, RecursionError, AttributeError, TypeError)


def required(folder: Path) -> SpecifierSet:
    """Return what the first of its files asks for that says anything, an empty set where none does.

    That is `[project]`, then Poetry's `python`, then setuptools' `python_requires`, then Pipenv's `[requires]`.
    """
    for read in (_project, _poetry, _setup_cfg, _pipfile):
        found = _read(read, folder)
        if found:
            return _plain(found)
    return SpecifierSet()


def _read(read: Callable[[Path], SpecifierSet], folder: Path) -> SpecifierSet:
    """Return what a file says, an empty set where it is not there or says nothing that can be read."""
    try:
        return read(folder)
    except _FAILURES:
        return SpecifierSet()


def _toml(path: Path) -> Mapping[str, Any]:
    return manifests.toml_values(files.data(path).decode("utf-8-sig"))


def _project(folder: Path) -> SpecifierSet:
    return pins.parse(_toml(folder / "pyproject.toml")["project"]["requires-python"])


def _poetry(folder: Path) -> SpecifierSet:
    written = _toml(folder / "pyproject.toml")["tool"]["poetry"]["dependencies"]["python"]
    return dialects.of("poetry").parse(written["version"] if isinstance(written, Mapping) else written)


def _setup_cfg(folder: Path) -> SpecifierSet:
    from configparser import Error, RawConfigParser  # noqa: PLC0415 - few projects have one

    parser = RawConfigParser(delimiters=("=",), comment_prefixes=("#", ";"))
    try:
        parser.read_string(files.data(folder / "setup.cfg").decode("utf-8-sig"))
        return pins.parse(parser.get("options", "python_requires", fallback=""))
    except Error as error:
        raise ValueError(str(error)) from None


def _pipfile(folder: Path) -> SpecifierSet:
    table = _toml(folder / "Pipfile")["requires"]
    exact = table.get("python_full_version")
    return pins.parse(f"=={exact}" if exact else f"=={table['python_version']}.*")


def _plain(specifier: SpecifierSet) -> SpecifierSet:
    """Return a specifier with `==3.12.*` as the range of its releases: nobody means its pre-releases."""
    clauses = []
    for clause in specifier:
        match = re.fullmatch(r"((?:\d+\.)*)(\d+)\.\*", clause.version) if clause.operator == "==" else None
        range_ = match and f">={match[1]}{match[2]},<{match[1]}{int(match[2]) + 1}"
        clauses.append(range_ or str(clause))
    return SpecifierSet(",".join(clauses))
