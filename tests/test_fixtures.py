"""The fixture projects, upgraded for real from the configured index."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT, Ended

NOTES = ROOT / "fixtures" / "notes" / "fastapi.md"

MOVED = [
    ("bookshop", "requirements/base.txt", "fastapi>=0.115.0,<0.116.0  #", "fastapi>=0.116.0,<0.117.0  #"),
    ("parcels", "pyproject.toml", '"fastapi ~= 0.115.0"', '"fastapi ~= 0.116.0"'),
    ("clinic", "pyproject.toml", "'fastapi==0.115.*'", "'fastapi==0.116.*'"),
    ("quarry", "Pipfile", '{version = "~=0.115.0"}', '{version = "~=0.116.0"}'),
    ("harbour", "requirements.txt", "] >=0.112.0, <0.113.0 ;", "] >=0.113.0, <0.114.0 ;"),
]
# Every declaration of the package moves, whatever it is written in, and nothing else does.
TOGETHER = [
    (
        "orchard",
        [
            ("pyproject.toml", 'fastapi = "^0.115.0"  #', 'fastapi = "^0.116.0"  #'),
            ("pyproject.toml", "version = '~0.115'", "version = '~0.116'"),
        ],
    ),
    (
        "mill",
        [
            ("setup.cfg", "fastapi >=0.115.0, <0.116.0", "fastapi >=0.116.0, <0.117.0"),
            ("tox.ini", "fastapi==0.115.*", "fastapi==0.116.*"),
            ("Dockerfile", "'fastapi[standard]>=0.115.0,<0.116.0'", "'fastapi[standard]>=0.116.0,<0.117.0'"),
        ],
    ),
]
HELD = [
    ("gatehouse", "failed: tests/test_gate.py::test_without_a_badge_nobody_passes"),
    ("ferry", "failed: tests/test_routes.py::test_every_route_has_a_tag"),
    ("redpost", "the baseline is red: with the current pin, 1 failed, 5 passed"),
]


def copied(name: str, project: Path) -> dict[str, bytes]:
    shutil.copytree(ROOT / "fixtures" / "projects" / name, project, dirs_exist_ok=True)
    return contents(project)


def contents(project: Path) -> dict[str, bytes]:
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in project.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "file", "old", "new"), MOVED, ids=[row[0] for row in MOVED])
def test_a_green_project_is_moved_and_nothing_else_changes(
    name: str, file: str, old: str, new: str, project: Path, pincheck: Callable[..., Ended]
) -> None:
    before = copied(name, project)
    ended = pincheck("upgrade", "--notes", NOTES)
    assert ended.code == 0, ended
    assert ": moved" in ended.out
    before[file] = before[file].replace(old.encode(), new.encode())
    assert contents(project) == before


@pytest.mark.slow
@pytest.mark.parametrize(("name", "changes"), TOGETHER, ids=[row[0] for row in TOGETHER])
def test_every_declaration_of_a_project_moves(
    name: str, changes: list[tuple[str, str, str]], project: Path, pincheck: Callable[..., Ended]
) -> None:
    before = copied(name, project)
    ended = pincheck("upgrade", "--notes", NOTES)
    assert ended.code == 0, ended
    for file, old, new in changes:
        assert before[file].count(old.encode()) == 1
        before[file] = before[file].replace(old.encode(), new.encode())
    assert contents(project) == before


@pytest.mark.slow
@pytest.mark.parametrize(("name", "reason"), HELD, ids=[row[0] for row in HELD])
def test_a_project_that_would_break_keeps_every_byte(
    name: str, reason: str, project: Path, pincheck: Callable[..., Ended]
) -> None:
    before = copied(name, project)
    ended = pincheck("upgrade", "--notes", NOTES)
    assert ended.code == 1, ended
    assert reason in ended.out
    assert contents(project) == before
    if name == "ferry":
        assert "  breaking changes\n    0.137.0 (2026-06-14): " in ended.out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("beside", "reason"),
    [
        (
            "opentelemetry-api==1.39.1",
            "it needs `opentelemetry-api>=1.44.0`, and requirements.txt:2 has `opentelemetry-api==1.39.1`",
        ),
        # That one itself asks for opentelemetry-api==1.39.1, which only a resolver sees.
        ("opentelemetry-sdk==1.39.1", "it cannot be installed beside the rest: Because "),
    ],
)
def test_a_third_partys_cap_is_named_before_a_test_runs(
    beside: str, reason: str, project: Path, pincheck: Callable[..., Ended]
) -> None:
    requirements = f"fastapi==0.141.1\n{beside}\nhttpx==0.28.1\npytest==8.4.2\n"
    (project / "requirements.txt").write_text(requirements)
    test = "import fastapi\n\n\ndef test_it():\n    assert fastapi.FastAPI()\n"
    (project / "test_it.py").write_text(test)
    ended = pincheck("upgrade", "--to", "0.142.0")
    assert ended.code == 1
    assert ended.out.startswith(f"fastapi 0.142.0: held: {reason}")
    assert "opentelemetry-api" in ended.out
    assert "running nox" not in ended.err
    assert (project / "requirements.txt").read_text() == requirements


@pytest.mark.slow
def test_a_version_that_was_never_published_is_held(project: Path, pincheck: Callable[..., Ended]) -> None:
    (project / "requirements.txt").write_text("fastapi==0.135.3\npytest\n")
    ended = pincheck("upgrade", "--to", "0.136.2", "--notes", NOTES)
    assert ended.code == 1
    assert "it is in the release notes but was never published" in ended.out


@pytest.mark.slow
def test_a_minor_that_does_not_exist_is_stepped_over(project: Path, pincheck: Callable[..., Ended]) -> None:
    (project / "requirements.txt").write_text("fastapi==0.163.2\nhttpx==0.28.1\npytest==8.4.2\n")
    (project / "test_it.py").write_text("import fastapi\n\n\ndef test_it():\n    assert fastapi.FastAPI()\n")
    ended = pincheck("upgrade", "--now")
    assert ended.code == 0, ended
    assert (project / "requirements.txt").read_text().startswith("fastapi==0.165.")
