"""The command line as a program: exit codes, what goes where, what happens when nobody listens."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Ended

PINCHECK = [sys.executable, "-m", "pincheck"]


def test_help_and_version_say_so_and_end_well(pincheck: Callable[..., Ended]) -> None:
    assert pincheck("--help").code == 0
    assert pincheck("check", "--help").code == 0
    assert pincheck("--version").out.startswith("pincheck ")
    assert pincheck().code == 0


@pytest.mark.parametrize(
    "arguments", [("chek",), ("check", "--fomat", "json"), ("check", "--format", "yaml"), ("upgrade", "a", "b")]
)
def test_a_wrong_call_is_an_error_with_a_hint(pincheck: Callable[..., Ended], arguments: tuple[str, ...]) -> None:
    ended = pincheck(*arguments)
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.startswith("error: ")
    assert ended.err.endswith("hint: run `pincheck --help`\n")


def test_a_bug_is_one_line_and_a_saved_traceback(
    project: Path, pincheck: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("pincheck.commands.check.run", None)
    ended = pincheck("check", project)
    assert ended.code == 3
    error, hint = ended.err.splitlines()
    assert error.startswith("error: a bug in pincheck: TypeError")
    assert "Traceback" in Path(hint.removeprefix("hint: please report it with ")).read_text()


def test_a_reader_that_goes_away_is_no_error(project: Path) -> None:
    (project / "requirements.txt").write_text("fastapi>=0.112\n" * 5_000)
    with subprocess.Popen([*PINCHECK, "check"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.read(10)
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(60) in {0, 1}


def test_a_terminal_that_knows_only_ascii_gets_escapes(project: Path) -> None:
    (project / "requirements.txt").write_text("fast\u0430pi==1\n", encoding="utf-8")
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    ended = subprocess.run([*PINCHECK, "check"], capture_output=True, env=env, check=False)
    assert ended.returncode == 1
    assert b"Traceback" not in ended.stderr
    ended.stdout.decode("ascii")


def test_ctrl_c_leaves_nothing_behind(project: Path, tmp_path: Path) -> None:
    (project / "requirements.txt").write_text("fastapi==0.112.0\n")
    (project / "test_it.py").write_text("def test_it():\n    assert True\n")
    with socket.create_server(("127.0.0.1", 0)) as silent:  # An index that takes the call and never answers.
        silent.settimeout(30)
        index = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        env = {**os.environ, "TMPDIR": str(tmp_path), "PIP_INDEX_URL": index, "UV_NO_CONFIG": "1"}
        with subprocess.Popen([*PINCHECK, "upgrade"], env=env, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            assert child.stderr is not None
            connection, _ = silent.accept()
            with connection:
                connection.recv(1)
                child.send_signal(signal.SIGINT)
                assert child.wait(30) == 130
            assert child.stderr.read().endswith(b"stopped; no file is half written\n")
    assert not list(tmp_path.glob("pincheck-*"))
    assert (project / "requirements.txt").read_text() == "fastapi==0.112.0\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_report_that_cannot_be_written_is_an_error(project: Path) -> None:
    (project / "requirements.txt").write_text("fastapi==0.112.0\n")
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run([*PINCHECK, "check"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith(b"error: cannot write the report: no space left on device\n")
