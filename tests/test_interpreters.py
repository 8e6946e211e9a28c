"""Which Python a project's tests run on: real interpreters, found in folders made for the test."""

import os
import sys
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pincheck.world import interpreters
from pincheck.world.interpreters import Interpreter
from tests.servers import alone

HERE = Path(os.path.realpath(sys.executable))
MINE = Version(".".join(map(str, sys.version_info[:3])))
SERIES = f"{MINE.major}.{MINE.minor}"
NEXT = f"{MINE.major}.{MINE.minor + 1}"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home without any Python, on a machine whose PATH has the one that runs this test."""
    return alone(monkeypatch, tmp_path)


def choose(project: Path, *required: str) -> Interpreter | str:
    return interpreters.choose(project, [SpecifierSet(one) for one in required], os.environ)


def kept(root: Path, version: str) -> Path:
    """Put the Python of this test where pyenv would keep a version, and return its path."""
    folder = root / "versions" / version / "bin"
    folder.mkdir(parents=True)
    (folder / "python").symlink_to(HERE)
    return folder / "python"


def environment(project: Path, version: str, key: str = "version") -> Path:
    (project / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
    python = project / ".venv" / "bin" / "python"
    python.unlink(missing_ok=True)
    python.symlink_to(HERE)
    (project / ".venv" / "pyvenv.cfg").write_text(
        f"home = /x\ninclude-system-site-packages = false\n{key} = {version}\n"
    )
    return python


def test_the_newest_on_path_that_satisfies_is_taken(home: Path, project: Path) -> None:  # noqa: ARG001
    found = choose(project, "", f">={SERIES}")
    assert isinstance(found, Interpreter)
    assert (found.version, found.minor) == (MINE, SERIES)


@pytest.mark.parametrize("key", ["version", "version_info", "version_info "])
def test_the_projects_environment_comes_first(home: Path, project: Path, key: str) -> None:  # noqa: ARG001
    python = environment(project, "3.9.18.final.0" if key != "version" else "3.9.18", key)
    assert choose(project, ">=3.9") == Interpreter(Version("3.9.18"), python)


@pytest.mark.parametrize("text", ["", "version = x\n", "version =\n", "version = 3\n"])
def test_an_environment_that_says_no_version_is_passed_over(home: Path, project: Path, text: str) -> None:  # noqa: ARG001
    environment(project, "3.9.18")
    (project / ".venv" / "pyvenv.cfg").write_text(text)
    found = choose(project, "")
    assert isinstance(found, Interpreter)
    assert found.version == MINE


def test_an_environment_whose_python_is_gone_or_not_compatible_is_passed_over(home: Path, project: Path) -> None:  # noqa: ARG001
    python = environment(project, "3.9.18")
    assert choose(project, f">={SERIES}") == choose(project.parent, f">={SERIES}")
    python.unlink()
    python.symlink_to("/nowhere/python3.9")
    assert choose(project, "") == choose(project.parent, "")
    (project / ".venv" / "pyvenv.cfg").unlink()
    assert choose(project, "") == choose(project.parent, "")


def test_pyenv_keeps_what_path_does_not_have(home: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    low, high = kept(home / ".pyenv", f"{NEXT}.1"), kept(home / ".pyenv", f"{NEXT}.10")
    kept(home / ".pyenv", f"{NEXT}-dev")
    kept(home / ".pyenv", "pypy3.10-7.3")
    (home / ".pyenv" / "versions" / f"{NEXT}.99" / "bin").mkdir(parents=True)
    assert choose(project, f">={NEXT}") == Interpreter(Version(f"{NEXT}.10"), high)
    assert choose(project, f"=={NEXT}.1") == Interpreter(Version(f"{NEXT}.1"), low)
    found = choose(project, f">={SERIES}")
    assert isinstance(found, Interpreter)
    assert found.version == MINE  # What is on PATH comes before what is only kept.
    monkeypatch.setenv("PYENV_ROOT", str(home / "elsewhere"))
    assert isinstance(choose(project, f">={NEXT}"), str)
    kept(home / "elsewhere", f"{NEXT}.2")
    assert choose(project, f">={NEXT}") == Interpreter(
        Version(f"{NEXT}.2"), home / "elsewhere" / "versions" / f"{NEXT}.2" / "bin" / "python"
    )


def test_a_shim_is_replaced_by_the_interpreter_behind_it(
    home: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shims = home / ".pyenv" / "shims"
    shims.mkdir(parents=True)
    (shims / "python3").write_text(f'#!/bin/sh\nexec "{HERE}" "$@"\n')
    (shims / "python3").chmod(0o755)
    monkeypatch.setenv("PATH", str(shims))
    found = choose(project, "")
    assert isinstance(found, Interpreter)
    assert found.path == shims / "python3"
    python = kept(home / ".pyenv", str(MINE))
    assert choose(project, "") == Interpreter(MINE, python)


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        (f"{NEXT}.1", NEXT), (NEXT, NEXT), (f"{NEXT}\n{SERIES}\n", NEXT), (f"# ours\n\n  {NEXT}  \n", NEXT),
        (f"cpython-{NEXT}", NEXT), (f"cpython@{NEXT}", NEXT), (f"cpython-{NEXT}.1-linux-x86_64-gnu", NEXT),
        (f"python-{NEXT}.1", NEXT), (f"python{NEXT}", NEXT), ("3", SERIES), ("2.7.18", SERIES), ("system", SERIES),
        ("pypy3.10", SERIES), (f"{NEXT}-dev", SERIES), ("", SERIES), ("\n", SERIES), (f">={NEXT}", SERIES),
        (NEXT[:-1], SERIES),
    ],
)  # fmt: skip
def test_python_version_files(home: Path, project: Path, written: str, minor: str) -> None:
    kept(home / ".pyenv", f"{NEXT}.1")
    (project / ".python-version").write_text(written)
    found = choose(project, "")
    assert isinstance(found, Interpreter)
    assert found.minor == minor


def test_a_python_version_file_that_is_not_compatible_or_not_text_is_passed_over(home: Path, project: Path) -> None:
    kept(home / ".pyenv", f"{NEXT}.1")
    (project / ".python-version").write_text(NEXT)
    found = choose(project, f"<{NEXT}")
    assert isinstance(found, Interpreter)
    assert found.minor == SERIES
    (project / ".python-version").write_bytes(b"\xff\xfe")
    assert choose(project, "") == found


def test_an_interpreter_inside_the_project_has_a_path_that_holds_anywhere(
    home: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "tools").mkdir()
    (project / "tools" / "python3").symlink_to(HERE)
    monkeypatch.setenv("PATH", str(project / "tools"))
    assert choose(Path(), "") == Interpreter(MINE, project / "tools" / "python3")
    assert home.exists()


def test_without_any_that_satisfies_the_reason_names_what_there_is(home: Path, project: Path) -> None:  # noqa: ARG001
    assert choose(project, ">=3.99", "", ">=3.99") == f"no installed Python satisfies >=3.99; installed: {MINE}"


def test_on_a_machine_without_python_the_reason_says_so(
    home: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(home))
    found = choose(project, "")
    # Some systems keep one where uv looks besides PATH.
    assert found == "no installed Python satisfies this project; installed: none" or isinstance(found, Interpreter)


def test_a_session_that_names_its_pythons_gets_the_newest_of_them(home: Path, project: Path) -> None:
    python = kept(home / ".pyenv", f"{NEXT}.1")
    assert interpreters.for_minors([NEXT, "2.7"], project, os.environ) == Interpreter(Version(f"{NEXT}.1"), python)
    assert interpreters.for_minors(["2.7"], project, os.environ) is None
