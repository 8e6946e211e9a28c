"""Case folders: what stands in `in/`, the command line in `cmd`, what it prints and leaves behind.

`cmd` holds the command line on its first line and `exit N` on its second (`move PACKAGE VERSION` stands for what an
upgrade does to the files once the tests have passed); `stderr` is compared where it exists. `out/`
is compared whole where it exists; without it nothing may have changed. `nox -s accept` rewrites the expectations.
"""

import os
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.version import Version

from pincheck import candidates
from pincheck import edits as editing
from pincheck.commands import _gather
from pincheck.commands._reread import damage
from pincheck.model import Project
from pincheck.world import files
from tests.conftest import Ended

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(path.parent for path in CASES.rglob("cmd"))
ACCEPT = bool(os.environ.get("PINCHECK_ACCEPT"))


def contents(folder: Path) -> dict[str, bytes | str]:
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"link to {path.readlink()}"
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


@pytest.mark.parametrize("case", FOLDERS, ids=lambda path: path.relative_to(CASES).as_posix())
def test_case(case: Path, project: Path, pincheck: Callable[..., Ended]) -> None:
    shutil.copytree(case / "in", project, symlinks=True, dirs_exist_ok=True)
    command, _, code = (case / "cmd").read_text().strip().partition("\n")
    program, *arguments = shlex.split(command)
    ended = move(*arguments) if program == "move" else pincheck(*arguments)
    if ACCEPT:
        accept(case, project, command, ended)
    assert ended.out == (case / "stdout").read_text(encoding="utf-8")
    assert f"exit {ended.code}" == code
    expected = case / "out" if (case / "out").exists() else case / "in"
    assert contents(project) == contents(expected)
    if (case / "stderr").exists() or ended.err:
        assert ended.err == (case / "stderr").read_text(encoding="utf-8")


def move(package: str, version: str) -> Ended:
    """Move every declaration of a package and write the files, as an upgrade does."""
    settings, _ = _gather.settings([Path()])
    found = _gather.project([Path()], {}, settings)
    made = candidates.edits([d for d in found.declarations if d.name == package], Version(version))
    if isinstance(made, str):
        return Ended(1, f"{made}\n", "")
    changes, remarks = made
    sources = {source.path: source for source in found.sources}
    for name, edits in editing.by_path(changes).items():
        text = editing.apply(sources[name].text, edits)
        assert damage(sources[name], text, edits, {}) == ""
        files.write([(sources[name], text)])
    moved = _gather.project([Path()], {}, settings)
    assert meaning(moved, package) == meaning(found, package)
    return Ended(
        0, editing.diff({p: s.text for p, s in sources.items()}, changes) + "".join(f"{r}\n" for r in remarks), ""
    )


def meaning(found: Project, moved: str) -> list[tuple[object, ...]]:
    """Return what a project declares, the specifiers of one package left out."""
    return [
        (d.source.path, d.group, d.name, d.extras, d.marker, d.url, d.origin, d.name == moved or str(d.specifier))
        for d in found.declarations
    ]


def accept(case: Path, project: Path, command: str, ended: Ended) -> None:
    (case / "stdout").write_text(ended.out, encoding="utf-8")
    (case / "cmd").write_text(f"{command}\nexit {ended.code}\n")
    (case / "stderr").unlink(missing_ok=True)
    if ended.err:
        (case / "stderr").write_text(ended.err, encoding="utf-8")
    shutil.rmtree(case / "out", ignore_errors=True)
    if contents(project) != contents(case / "in"):
        shutil.copytree(project, case / "out", symlinks=True)
    pytest.skip("the expectation was rewritten")


def test_there_are_cases() -> None:
    assert FOLDERS
