"""Why a pin is not moved, said before anything is run; and which places move together."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pincheck.commands import _pythons
from tests.conftest import Ended
from tests.test_units import pyproject
from tests.test_upgrade import TEST, house, upgrade
from tests.test_widened import write

__all__ = ["house", "upgrade"]

Upgrade = Callable[..., Ended]
PIN = "fastapi>=0.1.0,<0.2.0\n"
PROJECT = pyproject("fastapi>=0.1.0,<0.2.0", "pytest")


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"dev.txt": "f\u0430stapi==0.1.0\n"}, "dev.txt:1: it only looks like `fastapi`: U+0430 CYRILLIC SMALL LETTER A in its name"),
        ({"requirements.txt": "f\u0430stapi==0.1.0\n"}, "requirements.txt:1: it only looks like `fastapi`"),
        ({"dev.txt": "pytest\nfastapi=0.1.0\n"}, "dev.txt:2: it cannot be read, and it names `fastapi`: not a requirement: `=`"),
        ({"pyproject.toml": "[project\ndependencies = ['Fast_API', 'FastAPI']\n"}, "pyproject.toml:1: it cannot be read, and it names `fastapi`"),
        ({"pyproject.toml": PROJECT + "[tool.uv]\noverride-dependencies = ['fastapi']\n"}, "pyproject.toml:6: fastapi pin `>=0.1.0,<0.2.0` (pyproject.toml:4) has no effect: an override"),
        ({"pyproject.toml": PROJECT + "[tool.uv]\noverride-dependencies = ['fastapi==0.2.0']\n"}, "its declarations disagree: pyproject.toml:4 >=0.1.0,<0.2.0, pyproject.toml:6 ==0.2.0"),
        ({"requirements.txt": f"{PIN}-c c.txt\n", "c.txt": "fastapi==0.2.0\n", "tools.txt": PIN}, "its declarations disagree: requirements.txt:1 >=0.1.0,<0.2.0, c.txt:1 ==0.2.0"),
        ({"Dockerfile": "FROM x\nRUN pip install fastapi==$V\n"}, "Dockerfile:2: computed from `V`, which is not expanded"),
        ({"Dockerfile": "FROM x\nRUN pip install fastapi>=0.1.0\n"}, "Dockerfile:2: the shell takes its version for a redirection"),
        ({"dev.txt": "fastapi @ git+https://x.test/f\n"}, "dev.txt:1: it is a direct reference"),
    ],
)  # fmt: skip
def test_an_upgrade_is_held_with_the_place_that_stops_it(
    files: Mapping[str, str], reason: str, upgrade: Upgrade, project: Path
) -> None:
    write(project, files)
    ended = upgrade()
    assert ended.code == 1
    assert f"held: {reason}" in ended.out
    assert "running nox" not in ended.err


def test_all_that_names_a_version_moves_together(upgrade: Upgrade, project: Path) -> None:
    """Names without a version stay, whatever keeps them from being edited, and hold nothing."""
    files = {
        "requirements.txt": "fastapi>=0.1.0,<0.2.0\npytest\nfastapi\n",
        "dev.txt": "f\\\nastapi\nFastAPI ; python_version > '3'\nfastapi-x=0.1.0\n-r fastapi/base.txt\n",
        "Pipfile": '[packages]\nfastapi = {extras = ["all"]}\n[dev-packages]\nfastapi = "~=0.1.0"\n',
        "pyproject.toml": '[tool.poetry.dependencies]\nfastapi = "^0.1"\n[tool.hatch.envs.t]\ndependencies = ["f\\u0061stapi"]\n',
        "environment.yml": "dependencies:\n  - fastapi=0.1\n  - pip:\n    - fastapi==0.1.*\n",
        "Dockerfile": "FROM x\nRUN pip install 'fastapi == 0.1.1' && pip install f\\astapi\n",
        "tox.ini": "[testenv]\ndeps = fastapi===0.1.1\n",
        "setup.cfg": "[options.extras_require]\nall = fastapi[all]~=0.1.1\n",
    }
    write(project, {**files, "test_greeting.py": TEST})
    ended = upgrade("-v")
    moved = {name: (project / name).read_text() for name in files}
    assert "fastapi 0.1.1 → 0.2.1: moved" in ended.out, ended
    for name, pin in {
        "requirements.txt": "fastapi>=0.2.0,<0.3.0\n", "Pipfile": '"~=0.2.0"', "pyproject.toml": '"^0.2"',
        "environment.yml": "fastapi=0.2\n", "Dockerfile": "'fastapi == 0.2.1'", "tox.ini": "===0.2.1",
        "setup.cfg": "fastapi[all]~=0.2.1",
    }.items():  # fmt: skip
        assert pin in moved[name], name
    assert moved["dev.txt"] == files["dev.txt"]
    lines = [line for line in ended.out.splitlines() if line.startswith("  ") and ": fastapi " in line]
    assert {line.split(": fastapi ")[0].strip() for line in lines if line.endswith(": moved (to 0.2.1)")} == {
        "requirements.txt:1:1", "Pipfile:4:1", "pyproject.toml:2:1", "environment.yml:2:5", "environment.yml:4:7",
        "Dockerfile:2:18", "tox.ini:2:8", "setup.cfg:2:7",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, ""),
        ({"pyproject.toml": "[project]\nrequires-python = '>=3.11'\n[tool.poetry.dependencies]\npython = '^3.9'\n"}, ">=3.11"),
        ({"pyproject.toml": "[project]\nrequires-python = '==3.12.*'\n"}, "<3.13,>=3.12"),
        ({"pyproject.toml": "[tool.poetry.dependencies]\npython = '^3.9'\n"}, "<4.0,>=3.9"),
        ({"pyproject.toml": "[tool.poetry.dependencies]\npython = {version = '~3.11'}\n"}, "<3.12,>=3.11"),
        ({"pyproject.toml": "[project\n", "setup.cfg": "[options]\npython_requires = >=3.8, <3.13\n"}, "<3.13,>=3.8"),
        ({"setup.cfg": "[options]\npython_requires =\n    >=3.8\n", "Pipfile": "[requires]\npython_version = '3.9'\n"}, ">=3.8"),
        ({"Pipfile": "[requires]\npython_version = '3.9'\n"}, "<3.10,>=3.9"),
        ({"Pipfile": "[requires]\npython_full_version = '3.9.1'\npython_version = '3.9'\n"}, "==3.9.1"),
        ({"Pipfile": "[requires]\npython_version = '3'\n"}, "<4,>=3"),
        ({"Pipfile": "[requires]\npython_version = 3.9\n", "setup.cfg": "not a section\n"}, "<3.10,>=3.9"),
        ({"Pipfile": "requires = 'x'\n", "setup.cfg": "[options]\npython_requires = yes\n"}, ""),
    ],
)  # fmt: skip
def test_what_a_project_says_of_python_is_read_where_it_says_it(
    files: Mapping[str, str], expected: str, tmp_path: Path
) -> None:
    write(tmp_path, files)
    assert str(_pythons.required(tmp_path)) == expected
