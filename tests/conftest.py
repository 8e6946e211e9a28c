import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest
from hypothesis import settings

from pincheck import cli

ROOT = Path(__file__).parent.parent
# Nothing of this machine's cache takes part, and nobody outside is asked; tests of either say so themselves.
os.environ.update({"PINCHECK_CACHE": "off", "PINCHECK_ADVISORIES": "off"})
settings.register_profile("default", max_examples=1_000, deadline=None, derandomize=True, database=None)
settings.register_profile("thorough", max_examples=20_000, deadline=None, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


class Ended(NamedTuple):
    """How a command line ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def pincheck(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run a command line in this process."""

    def run(*arguments: object) -> Ended:
        capfd.readouterr()
        code = cli.run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Ended(code, out, err)

    return run


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the working directory."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def data(*parts: str) -> Path:
    """Return a file of the real-world data, or skip with the reason."""
    folder = Path(os.environ.get("PINCHECK_DATA", ROOT.parent / "shared" / "data"))
    folder = folder if folder.is_absolute() else ROOT / folder
    path = folder.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"real-world data not found at {path}: set PINCHECK_DATA to its folder")
    return path


def path(name: str) -> PurePosixPath:
    """Return a path as the nouns have it."""
    return PurePosixPath(name)
