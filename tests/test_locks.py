"""What lock files say of a package."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pincheck import manifests
from pincheck.model import Source
from tests.conftest import Ended, path

PACKAGES = (
    '[[package]]\nname = "FastAPI"\nversion = "0.112.1"\nsource = { x = 1 }\n\n[[package]]\nname = "x"\nversion = "?"\n'
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", PACKAGES),
        ("poetry.lock", PACKAGES),
        ("pdm.lock", PACKAGES.replace("\n", "\r\n")),
        ("pylock.toml", PACKAGES.replace("[[package]]", "[[packages]]")),
        ("pylock.dev.toml", PACKAGES.replace("[[package]]", "[[packages]]")),
        ("Pipfile.lock", '{"_meta": 1, "default": {"fastapi": {"version": "==0.112.1"}, "y": {"git": "z"}, "x": 1}}'),
    ],
)
def test_a_lock_says_what_it_resolved_to(name: str, text: str) -> None:
    reading = manifests.read(Source(path(name), text), environ={})
    assert reading is not None
    assert [(locked.name, str(locked.version)) for locked in reading.locked] == [("fastapi", "0.112.1")]
    assert "0.112.1" in text[reading.locked[0].span.start : reading.locked[0].span.end + 30]


def test_a_pipfile_lock_that_is_no_json_is_a_problem(project: Path, pincheck: Callable[..., Ended]) -> None:
    (project / "Pipfile.lock").write_text("{")
    (project / "requirements.txt").write_text("fastapi==0.112.0\n")
    ended = pincheck("check")
    assert ended.code == 1
    assert "Pipfile.lock:1:1: cannot be read: not a Pipfile.lock" in ended.out
