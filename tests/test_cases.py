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

from tests.conftest import Ended
from tests.moving import move

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
