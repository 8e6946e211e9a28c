"""`pincheck upgrade` as it really runs: real nox, real uv, real environments, from a folder of wheels."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import wheels
from tests.conftest import Ended

Upgrade = Callable[..., Ended]

TEST = "import fastapi\n\n\ndef test_greeting():\n    assert fastapi.greeting == 'hello'\n"
NOXFILE = """\
import nox


@nox.session
def tests(session):
    session.install("-r", "requirements.txt")
    session.run("python", "-m", "pytest")
"""


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheels.house(tmp_path_factory.mktemp("wheels"))


@pytest.fixture
def upgrade(project: Path, house: Path, pincheck: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> Upgrade:
    """Run `pincheck upgrade` on the project with nothing but the folder of wheels to install from."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_", "NOX")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(house))
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    write(project, "requirements.txt", "fastapi>=0.1.0,<0.2.0\npytest\n")
    write(project, "test_greeting.py", TEST)
    return lambda *arguments: pincheck("upgrade", *arguments)


def write(project: Path, name: str, text: str) -> None:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def pins(project: Path) -> str:
    return (project / "requirements.txt").read_text().splitlines()[0]


def test_a_green_candidate_is_moved_to(upgrade: Upgrade, project: Path) -> None:
    before = {path.name for path in project.iterdir()}
    ended = upgrade()
    assert ended.code == 0, ended
    assert "fastapi 0.1.1 → 0.2.1: moved" in ended.out
    assert "baseline: 1 passed with fastapi 0.1.1" in ended.out
    assert "candidate: 1 passed with fastapi 0.2.1" in ended.out
    assert "no index gives upload times, so there is no cooldown" in ended.out
    assert pins(project) == "fastapi>=0.2.0,<0.3.0"
    assert {path.name for path in project.iterdir()} == before


def test_a_candidate_that_fails_is_held_with_the_failing_test(upgrade: Upgrade, project: Path) -> None:
    write(project, "requirements.txt", "fastapi==0.2.0\npytest\n")
    ended = upgrade()
    assert ended.code == 1
    assert "fastapi 0.3.0: held: 1 failed, 0 passed" in ended.out
    assert "failed: test_greeting.py::test_greeting" in ended.out
    assert "assert 'good day' == 'hello'" in ended.out
    assert pins(project) == "fastapi==0.2.0"


def test_a_red_baseline_is_said_before_anything_is_tried(upgrade: Upgrade, project: Path) -> None:
    write(project, "test_greeting.py", TEST.replace("'hello'", "'hullo'"))
    ended = upgrade()
    assert ended.code == 1
    assert "the baseline is red: with the current pin, 1 failed, 0 passed" in ended.out
    assert "candidate" not in ended.out
    assert "candidate" not in ended.err


def test_a_dry_run_shows_the_diff_and_writes_nothing(upgrade: Upgrade, project: Path) -> None:
    ended = upgrade("--dry-run")
    assert ended.code == 0
    assert "would move" in ended.out
    assert "-fastapi>=0.1.0,<0.2.0\n+fastapi>=0.2.0,<0.3.0\n" in ended.out
    assert pins(project) == "fastapi>=0.1.0,<0.2.0"


def test_the_own_noxfile_is_used_where_it_can_take_a_candidate(upgrade: Upgrade, project: Path) -> None:
    write(project, "noxfile.py", NOXFILE)
    ended = upgrade("--format", "json")
    report = json.loads(ended.out)
    assert ended.code == 0
    assert report["outcomes"][0]["outcome"] == "moved"
    assert report["outcomes"][0]["remarks"] == []
    assert "running nox session `tests`" in ended.err


def test_a_file_that_changes_while_the_tests_run_is_not_written(upgrade: Upgrade, project: Path) -> None:
    original = project / "requirements.txt"
    meddling = f"    open({str(original)!r}, 'a').write('# edited meanwhile\\n')\n"
    write(project, "test_greeting.py", TEST + meddling)
    ended = upgrade()
    assert ended.code == 2
    assert "error: `requirements.txt` changed on disk since it was read" in ended.err
    assert original.read_text().startswith("fastapi>=0.1.0,<0.2.0\npytest\n# edited meanwhile")


@pytest.mark.slow
def test_what_a_noxfile_installs_itself_moves_along(upgrade: Upgrade, project: Path) -> None:
    write(project, "noxfile.py", NOXFILE.replace('"-r", "requirements.txt"', "'fastapi==0.1.0', \"pytest\""))
    ended = upgrade()
    assert ended.code == 0, ended
    assert "fastapi 0.1.0 → 0.2.1: moved" in ended.out
    assert "'fastapi==0.2.1', \"pytest\"" in (project / "noxfile.py").read_text()
    assert pins(project) == "fastapi>=0.2.0,<0.3.0"


@pytest.mark.parametrize(
    ("noxfile", "reason"),
    [
        (NOXFILE.replace('"-r", "requirements.txt"', "f\"fastapi=={'0.1.0'}\", 'pytest'"), "noxfile.py:6: computed"),
        (NOXFILE.replace('"pytest"', '"pytest", "--collect-only", "-k", "nothing"'), "no test ran"),
        (NOXFILE.replace('"pytest")', '"pytest", env={"PYTEST_ADDOPTS": ""})'), "the probe was not loaded"),
        (NOXFILE.replace('"pytest")', '"pytest", env={"PYTHONPATH": ""})'), "the probe was not loaded"),
        (NOXFILE.replace('"pytest")', '"pytest", "--version")'), "pytest stopped before its end"),
    ],
)
@pytest.mark.slow
def test_a_noxfile_that_proves_nothing_is_held(upgrade: Upgrade, project: Path, noxfile: str, reason: str) -> None:
    write(project, "noxfile.py", noxfile)
    ended = upgrade()
    assert ended.code == 1
    assert reason in ended.out
    assert pins(project) == "fastapi>=0.1.0,<0.2.0"


@pytest.mark.slow
def test_failures_that_the_noxfile_swallows_are_seen(upgrade: Upgrade, project: Path) -> None:
    write(project, "requirements.txt", "fastapi==0.2.0\npytest\n")
    write(project, "noxfile.py", NOXFILE.replace('"pytest")', '"pytest", success_codes=[0, 1])'))
    ended = upgrade()
    assert ended.code == 1
    assert "held: 1 failed, 0 passed" in ended.out


@pytest.mark.slow
def test_a_version_that_the_tests_bring_themselves_is_seen(upgrade: Upgrade, project: Path) -> None:
    write(project, "fastapi/__init__.py", "__version__ = '0.1.1'\ngreeting = 'hello'\n")
    ended = upgrade()
    assert ended.code == 1
    assert "the tests imported fastapi 0.1.1 from `fastapi/__init__.py`, not fastapi==0.2.1" in ended.out


def test_tests_that_never_import_the_package_prove_nothing(upgrade: Upgrade, project: Path) -> None:
    write(project, "test_greeting.py", "def test_nothing():\n    assert True\n")
    ended = upgrade()
    assert ended.code == 1
    assert "the tests never imported `fastapi`" in ended.out


@pytest.mark.slow
def test_tests_that_are_all_skipped_prove_nothing(upgrade: Upgrade, project: Path) -> None:
    skipped = "import fastapi\nimport pytest\n\n\n@pytest.mark.skip\ndef test_greeting():\n    assert fastapi\n"
    write(project, "test_greeting.py", skipped)
    ended = upgrade()
    assert ended.code == 1
    assert "no test ran: 1 skipped" in ended.out


@pytest.mark.parametrize(
    ("noxfile", "reason"),
    [
        (NOXFILE.replace("@nox.session", "@nox.session(python=False)"), "`python=False`"),
        (NOXFILE.replace("def tests", "def checks"), "no session `tests` or `test`"),
        ("import nox\nimport a_plugin_that_is_not_there\n", "it cannot be listed"),
        (NOXFILE.replace('"-r", "requirements.txt"', '"-r", "gone.txt"'), "failed before any test began"),
    ],
)
@pytest.mark.slow
def test_a_session_is_generated_where_the_noxfile_cannot_take_a_candidate(
    upgrade: Upgrade, project: Path, noxfile: str, reason: str
) -> None:
    write(project, "noxfile.py", noxfile)
    ended = upgrade()
    assert ended.code == 0, ended
    assert reason in ended.out
    assert "a generated session is used instead" in ended.out
    assert pins(project) == "fastapi>=0.2.0,<0.3.0"


@pytest.mark.slow
def test_a_session_that_runs_pip_cannot_reach_the_environment_of_pincheck(upgrade: Upgrade, project: Path) -> None:
    pips = 'session.run("pip", "install", "capped==1.0", external=True)'
    write(project, "noxfile.py", NOXFILE.replace('session.install("-r"', f'{pips}\n    session.install("-r"'))
    listing = [sys.executable, "-m", "pip", "list", "--format", "json"]
    before = subprocess.run(listing, capture_output=True, check=True).stdout
    ended = upgrade()
    assert ended.code == 1
    assert "baseline: 1 passed with fastapi 0.1.1" in ended.out
    assert "candidate: cannot be installed: the resolver finds no solution" in ended.out
    assert subprocess.run(listing, capture_output=True, check=True).stdout == before


@pytest.mark.slow
def test_a_session_can_be_named(upgrade: Upgrade, project: Path) -> None:
    write(project, "noxfile.py", NOXFILE.replace("def tests", "def checks"))
    assert upgrade("--session", "checks").code == 0
    ended = upgrade("--session", "gone")
    assert ended.code == 2
    assert "error: noxfile.py: it has no session `gone`" in ended.err


@pytest.mark.slow
def test_a_cap_of_another_package_is_held_with_the_words_of_the_resolver(upgrade: Upgrade, project: Path) -> None:
    write(project, "requirements.txt", "fastapi>=0.1.0,<0.2.0\ncapped\npytest\n")
    ended = upgrade()
    assert ended.code == 1
    assert "fastapi 0.2.1: held: it cannot be installed beside the rest: Because " in ended.out
    assert "all versions of capped depend on fastapi<0.2" in ended.out
    assert "running nox" not in ended.err


def test_the_baseline_is_what_the_project_really_resolves_to(upgrade: Upgrade, project: Path) -> None:
    write(project, "requirements.txt", "fastapi>=0.1.0,<0.2.0\npicky\npytest\n")
    ended = upgrade()
    assert "baseline: 1 passed with fastapi 0.1.0" in ended.out
    assert "fastapi 0.1.0 → 0.2.1: moved" in ended.out


@pytest.mark.slow
def test_command_and_environment_of_the_configuration_are_used(upgrade: Upgrade, project: Path) -> None:
    write(project, "pincheck.toml", 'test = "python -m pytest checks"\n[env]\nGREETING = "hello"\n')
    test = "import os\nimport fastapi\n\n\ndef test_it():\n    assert fastapi.greeting == os.environ['GREETING']\n"
    write(project, "checks/test_it.py", test)
    write(project, "test_greeting.py", "raise SystemExit('not this one')\n")
    ended = upgrade()
    assert ended.code == 0, ended


def test_all_declarations_move_together(upgrade: Upgrade, project: Path) -> None:
    pyproject = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["fastapi ~= 0.1.0"]\n'
    write(project, "pyproject.toml", pyproject)
    ended = upgrade()
    assert ended.code == 0, ended
    assert pins(project) == "fastapi>=0.2.0,<0.3.0"
    assert '["fastapi ~= 0.2.0"]' in (project / "pyproject.toml").read_text()


@pytest.mark.slow
def test_what_a_test_leaves_running_is_ended(upgrade: Upgrade, project: Path, tmp_path: Path) -> None:
    child = "import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    note = f"open({str(tmp_path / 'pids')!r}, 'a').write(f'{{child.pid}}\\n')\n"
    write(project, "test_greeting.py", child + note + TEST)
    assert upgrade().code == 0
    assert not [pid for pid in (tmp_path / "pids").read_text().split() if is_running(pid)]


def is_running(pid: str) -> bool:
    """Say whether a process goes on; one that has ended and that nobody has asked about (a zombie) does not."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, text=True, check=False).stdout
    return bool(listed.strip()) and not listed.startswith("Z")


def test_what_a_lock_fixes_is_held_without_a_run(upgrade: Upgrade, project: Path) -> None:
    write(project, "uv.lock", '[[package]]\nname = "fastapi"\nversion = "0.1.1"\n')
    ended = upgrade()
    assert ended.code == 1
    assert "held: re-lock needed: `uv.lock`" in ended.out
    assert "running nox" not in ended.err


def test_a_spelling_that_cannot_be_moved_is_held_without_a_run(upgrade: Upgrade, project: Path) -> None:
    write(project, "requirements.txt", "fastapi>=0.1.0,<=0.1.1\n")
    ended = upgrade()
    assert ended.code == 1
    assert "stops inside its series; write `>=0.1.0,<0.2.0` first" in ended.out
    assert "running nox" not in ended.err


def test_a_python_that_is_not_installed_is_held(upgrade: Upgrade, project: Path) -> None:
    write(project, "pyproject.toml", '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.99"\n')
    ended = upgrade()
    assert ended.code == 1
    assert "no installed Python satisfies >=3.99" in ended.out


def test_a_project_without_tests_is_an_error_with_a_hint(upgrade: Upgrade, project: Path) -> None:
    (project / "test_greeting.py").unlink()
    ended = upgrade()
    assert ended.code == 2
    assert ended.err.endswith('hint: say how with `[tool.pincheck]` and `test = "pytest path"`\n')


BREAKS = "fastapi==0.2.0\npytest\n"  # Its next minor greets otherwise.


@pytest.mark.slow
def test_a_session_that_worked_before_is_never_called_stale(upgrade: Upgrade, project: Path) -> None:
    write(project, "requirements.txt", BREAKS)
    write(project, "test_greeting.py", "import fastapi\n\n\ndef test_it():\n    assert fastapi\n")
    check = 'session.run("python", "-c", "import fastapi; assert fastapi.greeting == \'hello\'")\n    session.run("python", "-m"'
    write(project, "noxfile.py", NOXFILE.replace('session.run("python", "-m"', check))
    ended = upgrade()
    assert ended.code == 1, ended
    assert "held: failed before any test began" in ended.out


@pytest.mark.slow
def test_a_session_that_does_not_run_by_default_is_found(upgrade: Upgrade, project: Path) -> None:
    write(
        project,
        "noxfile.py",
        NOXFILE + "\n\nnox.options.sessions = ['lint']\n\n\n@nox.session\ndef lint(session):\n    pass\n",
    )
    ended = upgrade()
    assert ended.code == 0, ended
    assert "a generated session" not in ended.out


@pytest.mark.slow
def test_tests_that_vanish_with_the_candidate_are_missed(upgrade: Upgrade, project: Path) -> None:
    write(project, "requirements.txt", BREAKS)
    skipping = "import fastapi\nimport pytest\n\nif fastapi.greeting != 'hello':\n    pytest.skip('no', allow_module_level=True)\n"
    write(project, "test_more.py", skipping + "\n\ndef test_it():\n    assert fastapi\n")
    write(project, "test_greeting.py", "import fastapi\n\n\ndef test_it():\n    assert fastapi\n")
    ended = upgrade()
    assert ended.code == 1
    assert "held: 2 tests passed before, only 1 now" in ended.out


@pytest.mark.slow
def test_one_run_that_ends_does_not_hide_another_that_does_not(upgrade: Upgrade, project: Path) -> None:
    write(project, "requirements.txt", BREAKS)
    test = "import fastapi\n\n\ndef test_it():\n    assert fastapi\n"
    write(project, "a/test_a.py", test)
    write(project, "b/test_b.py", test)
    write(project, "b/conftest.py", "import os\n\nimport fastapi\n\nif fastapi.greeting != 'hello':\n    os._exit(0)\n")
    twice = '"pytest", "a")\n    session.run("python", "-m", "pytest", "b")'
    write(project, "noxfile.py", NOXFILE.replace('"pytest")', twice))
    ended = upgrade()
    assert ended.code == 1, ended
    assert "pytest stopped before its end" in ended.out


@pytest.mark.slow
def test_nothing_of_pincheck_is_in_the_way_of_the_tests(upgrade: Upgrade, project: Path) -> None:
    write(project, "pytest.ini", "[pytest]\naddopts = --doctest-modules\n")
    write(project, "lib/mine.py", "GREETING = 'hello'\n")
    write(project, "pincheck.toml", '[env]\nPYTHONPATH = "lib"\nPYTEST_ADDOPTS = "-x"\n')
    nested = "import pathlib, subprocess, sys\n\nimport fastapi\nimport mine\n\n\ndef test_it(tmp_path):\n"
    nested += "    (tmp_path / 'test_x.py').write_text('def test_x():\\n    assert 0\\n')\n"
    nested += "    assert subprocess.run([sys.executable, '-m', 'pytest', str(tmp_path)]).returncode == 1\n"
    nested += "    assert mine.GREETING == fastapi.greeting\n"
    nested += "    assert [p.name for p in pathlib.Path().glob('*.py')] == ['test_greeting.py']\n"
    write(project, "test_greeting.py", nested)
    ended = upgrade()
    assert ended.code == 0, ended


@pytest.mark.slow
def test_a_read_only_manifest_is_moved_and_stays_read_only(upgrade: Upgrade, project: Path) -> None:
    (project / "requirements.txt").chmod(0o444)
    assert upgrade().code == 0
    assert (project / "requirements.txt").stat().st_mode & 0o777 == 0o444


@pytest.mark.slow
def test_a_cancelled_run_leaves_nothing_behind(upgrade: Upgrade, project: Path, tmp_path: Path) -> None:
    assert callable(upgrade)  # Its environment is what is wanted of it.
    write(project, "test_greeting.py", "import time\nimport fastapi\nopen('begun', 'w').close()\ntime.sleep(60)\n")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    env = {**os.environ, "TMPDIR": str(scratch)}
    # As a background job of a script has it: Ctrl-C is ignored, a cancel is not.
    argv = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-m", "pincheck", "upgrade"]
    with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        while child.poll() is None and not list(scratch.glob("pincheck-*/project/begun")):
            pass
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 130
    assert not list(scratch.iterdir())
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(scratch) not in running
