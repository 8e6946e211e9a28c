"""What tables ask for that no installer reads, said in PEP 508, so that a generated session can install it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from pincheck.manifests import Format, pipfile, poetry, setup_cfg, setup_py
from pincheck.model import Declaration, Problem
from pincheck.world import files


def poetry_main(project: Path, table: Mapping[str, Any]) -> list[str]:
    """Return what `[tool.poetry.dependencies]` asks for where `[project]` leaves it to Poetry; optional ones are not asked for.

    `table` is the project's `pyproject.toml`.
    """
    if table.get("project", {}).get("dependencies"):
        return []
    own = table.get("tool", {}).get("poetry", {}).get("dependencies", {})
    pairs = own.items() if isinstance(own, Mapping) else ()
    optional = {canonicalize_name(n) for n, v in pairs if isinstance(v, Mapping) and v.get("optional") is True}
    return [as_pep508(found) for found in _poetry(project) if not found.group and found.name not in optional]


def poetry_groups(project: Path, wanted: Callable[[str], bool]) -> list[str]:
    """Return what the wanted groups of Poetry's tables ask for."""
    return [as_pep508(found) for found in _poetry(project) if found.group and wanted(found.group)]


def extras_of_setuptools(project: Path) -> list[str]:
    """Return the extras that `setup.cfg` and `setup.py` have requirements for."""
    found = _read(project / "setup.cfg", setup_cfg.FORMAT) + _read(project / "setup.py", setup_py.FORMAT)
    return list(dict.fromkeys(one.group.strip("[]") for one in found if one.group.startswith("[")))


def only_here(project: Path, wanted: Callable[[str], bool]) -> list[str]:
    """Return what a project asks for that has nothing but a `Pipfile`, or a `setup.cfg` without a `setup.py`.

    From a Pipfile those are the packages and the development packages, from a setup.cfg the main requirements; of
    both, the categories and extras that are wanted.
    """
    found = _read(project / "Pipfile", pipfile.FORMAT) or _read(project / "setup.cfg", setup_cfg.FORMAT)
    groups = {"", "dev-packages"}
    return [as_pep508(one) for one in found if one.group in groups or wanted(one.group.strip("[]"))]


def _poetry(project: Path) -> list[Declaration]:
    return _read(project / "pyproject.toml", poetry.FORMAT)


def _read(path: Path, form: Format) -> list[Declaration]:
    """Return what a file declares by version; paths and repositories are left out."""
    source = files.read(path)
    if isinstance(source, Problem):
        return []
    return [found for found in form.read(source, constraint=False, environ={}).declarations if not found.url]


def as_pep508(found: Declaration) -> str:
    """Return a requirement; a version rule that PEP 440 has no words for (a union) is its hull."""
    extras = f"[{','.join(sorted(found.extras))}]" if found.extras else ""
    marker = f" ; {found.marker}" if found.marker else ""
    return f"{found.name}{extras}{found.specifier}{marker}"
