"""What is told where only some files of a project are named, as a hook names those of a commit."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import Ended
from tests.test_units import lock, pyproject
from tests.test_widened import write

Pincheck = Callable[..., Ended]
EXPORTED = (
    "#    uv pip compile pyproject.toml -o requirements/base.txt\nfastapi==0.111.0\n    # via shop (pyproject.toml)\n"
)
COMPILED = "fastapi==0.111.0\n    # via -r base.in\n"
GOOD, FLOATING = pyproject("fastapi>=0.112.0,<0.113.0"), pyproject("fastapi==0.141.0")
BAD_NEIGHBOUR = "-r missing.txt\n-r dev.txt\n./nowhere\nx y z\nhttps://x.test/y.zip\nfastapi>=1\n"
WORKSPACE = {
    "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n',
    "packages/a/pyproject.toml": pyproject("fastapi==0.112.0"),
    "packages/b/pyproject.toml": pyproject("fastapi==0.115.0"),
    "uv.lock": lock("0.112.0"),
}
UNLOCKED = {
    "pyproject.toml": '[tool.uv]\nconstraint-dependencies = ["fastapi<0.113"]\n[tool.uv.workspace]\nmembers = ["a"]\n',
    "a/pyproject.toml": pyproject("fastapi>=0.112"),
}
LOCKED = {"pyproject.toml": GOOD, "uv.lock": lock("0.111.1")}
IN_FOLDER = {"requirements/base.in": "fastapi==0.112.0\n", "requirements/base.txt": COMPILED}


@pytest.mark.parametrize(
    ("files", "named", "expected"),
    [
        (LOCKED, "pyproject.toml", ["uv.lock PIN111"]),
        (LOCKED, "uv.lock", ["uv.lock PIN111"]),
        (LOCKED | {"pyproject.toml": GOOD.replace("fast", "slow")}, "uv.lock", []),
        ({"pyproject.toml": GOOD, "requirements/base.txt": EXPORTED}, "pyproject.toml", ["requirements/base.txt PIN111"]),
        ({"pyproject.toml": GOOD, "requirements/base.txt": EXPORTED}, "requirements/base.txt", ["requirements/base.txt PIN111"]),
        (IN_FOLDER, "requirements/base.in", ["requirements/base.txt PIN111"]),
        (IN_FOLDER, "requirements/base.txt", ["requirements/base.txt PIN111"]),
        (WORKSPACE, "packages/a/pyproject.toml", []),
        (UNLOCKED, "a/pyproject.toml", []),
        (WORKSPACE, "packages/b/pyproject.toml", ["uv.lock PIN111"]),
        (WORKSPACE, "uv.lock", ["uv.lock PIN111"]),
        ({"pyproject.toml": GOOD, "uv.lock": lock("0.112.0"), "poetry.lock": lock("0.111.0")}, "uv.lock", ["poetry.lock PIN112"]),
        ({"base.txt": "fastapi==0.112.0\n", "dev.txt": "-r base.txt\nfastapi==0.113.0\n"}, "base.txt", ["base.txt PIN110"]),
        ({"base.txt": "fastapi==0.112.0\n", "dev.txt": "-r base.txt\nfastapi==0.113.0\n", "Pipfile": "[packages]\nfastapi = '==0.112.0'\n"}, "Pipfile", []),
        ({"requirements.txt": "fastapi==0.112.0\n", "dev.txt": BAD_NEIGHBOUR}, "requirements.txt", []),
        ({"requirements.txt": "fastapi==0.112.0\n", "pyproject.toml": "[project\n"}, "requirements.txt", []),
        ({"requirements.txt": "fastapi==0.112.0  # pincheck: ignore[PIN101]\n", "pyproject.toml": GOOD}, "pyproject.toml", []),
        ({"pyproject.toml": FLOATING}, "pyproject.toml", ["pyproject.toml PIN113"]),
        ({"pyproject.toml": FLOATING, "requirements.txt": "fastapi==0.141.0\n"}, "requirements.txt", ["requirements.txt PIN113"]),
        ({"pyproject.toml": FLOATING, "uv.lock": lock("0.141.0")}, "pyproject.toml", []),
        ({"svc/pyproject.toml": FLOATING, ".git/HEAD": ""}, "svc/pyproject.toml", ["svc/pyproject.toml PIN113"]),
        ({"svc/pyproject.toml": FLOATING, ".git/HEAD": "", "pdm.lock": lock("1.0.0", name="starlette")}, "svc/pyproject.toml", []),
        ({"requirements/base.txt": "fastapi==0.141.0\n"}, "requirements/base.txt", ["requirements/base.txt PIN113"]),
        ({"requirements/base.txt": "fastapi==0.141.0\n", "constraints.txt": "starlette==1.0.0\n"}, "requirements/base.txt", []),
    ],
)  # fmt: skip
def test_a_named_file_is_judged_with_its_company(
    files: Mapping[str, str], named: str, expected: list[str], project: Path, pincheck: Pincheck
) -> None:
    write(project, files)
    ended = pincheck("check", named)
    found = [line.split(": ") for line in ended.out.splitlines()[:-1]]
    told = [f"{place.split(':')[0]} {said.split()[0]}" for place, said, *_ in found]
    assert told == expected
    assert "in 1 file" in ended.out
    assert "cannot be read" not in ended.out


def test_what_is_said_of_a_folder_is_said_of_all_its_files(project: Path, pincheck: Pincheck) -> None:
    write(project, {**WORKSPACE, "requirements.txt": "fastapi>=0.141\n"})
    names = [path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()]
    assert pincheck("check", *sorted(names)).out == pincheck("check").out
