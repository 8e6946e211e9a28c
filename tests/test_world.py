"""Processes and copies: what is run ends, what is copied is the project and no more."""

import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pincheck import verbs
from pincheck.errors import PincheckError
from pincheck.upgrades import Run
from pincheck.world import crash, process, scratch


def python(code: str, folder: Path, limit: float = 60.0) -> Run:
    return process.run([sys.executable, "-c", code], cwd=folder, env=dict(os.environ), limit=limit)


def test_both_streams_and_the_exit_code_are_kept(tmp_path: Path) -> None:
    run = python("import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)", tmp_path)
    assert (run.code, run.output, run.timed_out) == (3, "out\nerr\n", False)


def test_a_program_that_ignores_the_signal_is_ended_at_its_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_GRACE", 0.2)
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"
    )
    begun = time.monotonic()
    run = python(stubborn, tmp_path, limit=1.0)
    assert run.timed_out
    assert run.output == "on\n"
    assert time.monotonic() - begun < 20


def test_the_middle_of_a_long_output_is_left_out(tmp_path: Path) -> None:
    run = python("print('a' * 70_000); print('b' * 2_000_000); print('end')", tmp_path)
    assert run.output.startswith("a" * 1_000)
    assert run.output.endswith("b\nend\n")
    assert "bytes left out" in run.output
    assert len(run.output) < 700_000


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PincheckError, match="cannot run `no-such-program`"):
        process.run(["no-such-program"], cwd=tmp_path, env={}, limit=1)


def test_a_copy_is_the_project_without_what_is_not_it(tmp_path: Path) -> None:
    project, target = tmp_path / "project", tmp_path / "copy"
    for name in (
        "app/main.py", "app/build/keep.py", "build/lib/kept.py", "dist/kept.whl", ".venv/pyvenv.cfg", "env/pyvenv.cfg",
        ".nox/x", "node_modules/x", "app/__pycache__/x.pyc", "shop.egg-info/PKG-INFO", ".git/HEAD", ".git/config",
        ".git/hooks/pre-commit", ".git/objects/ab/cd", ".env",
    ):  # fmt: skip
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(name)
    (project / "run.sh").write_text("#!/bin/sh\n")
    (project / "run.sh").chmod(0o750)
    (project / "inside").symlink_to("app/main.py")
    (tmp_path / "outside.txt").write_text("outside")
    (project / "out").symlink_to("../outside.txt")
    os.mkfifo(project / "pipe")
    scratch.copy(project, target)
    found = sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if not path.is_dir())
    assert found == [
        ".env", ".git/HEAD", ".git/objects/ab/cd", "app/build/keep.py", "app/main.py", "build/lib/kept.py",
        "dist/kept.whl", "inside", "out", "run.sh",
    ]  # fmt: skip
    assert stat.S_IMODE((target / "run.sh").stat().st_mode) == 0o750
    assert (target / "inside").resolve() == target / "app/main.py"
    assert (target / "out").resolve() == tmp_path / "outside.txt"


def test_a_scratch_folder_goes_whatever_is_in_it() -> None:
    with scratch.folder() as folder:
        locked = folder / "locked"
        locked.mkdir()
        (locked / "file").write_text("x")
        (locked / "file").chmod(0o400)
        locked.chmod(0o500)
    assert not folder.exists()


def test_a_project_that_is_too_large_is_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "_MOST_BYTES", 10)
    project = tmp_path / "project"
    project.mkdir()
    (project / "large.bin").write_bytes(bytes(11))
    with pytest.raises(PincheckError, match="is larger than"):
        scratch.copy(project, tmp_path / "copy")


def test_a_crash_is_kept_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert crash.save(ValueError("x"), str) is None


def test_a_person_at_a_terminal_sees_what_is_going_on(tmp_path: Path) -> None:
    program = "from pincheck import verbs; show = verbs._progress(); show('trying [it]'); import time; time.sleep(0.3); show('')"
    env = {name: value for name, value in os.environ.items() if name not in {"CI", "NO_COLOR"}}
    shown = tmp_path / "shown"
    argv = ["script", "-qec", f'{sys.executable} -c "{program}"', str(shown)]
    if shutil.which("script") is None:
        pytest.skip("there is no `script` here to stand in for a terminal")
    subprocess.run(argv, env={**env, "TERM": "xterm"}, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    assert "trying [it]" in shown.read_text(errors="replace")


def test_where_nobody_watches_plain_lines_are_printed(capfd: pytest.CaptureFixture[str]) -> None:
    show = verbs._progress()
    show("trying \x1b[31mit")
    show("")
    assert capfd.readouterr().err == "trying \\u{1b}[31mit\n"
