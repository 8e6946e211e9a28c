"""The hook that this repository offers, run by pre-commit itself."""

import os
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest
import yaml

from pincheck import manifests
from tests.conftest import ROOT

HOOKS = ROOT / ".pre-commit-hooks.yaml"


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=tests", "-c", "user.email=tests@example.com", "-c", "commit.gpgsign=false"]
    argv = ["git", *identity, *arguments]
    return subprocess.run(argv, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="session")
def hooked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that holds this project as it stands on disk, committed."""
    copy = tmp_path_factory.mktemp("hooked") / "pincheck"
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True)
    for name in names.stdout.decode().splitlines():
        if (ROOT / name).is_file() and name.startswith(
            ("src/", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-h")
        ):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    git(copy, "init", "-q")
    git(copy, "add", "-A")
    git(copy, "commit", "-qm", "as it stands")
    return copy


def try_repo(repository: Path, hooked: Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "pre_commit", "try-repo", str(hooked), "pincheck", "--all-files", "--verbose"]
    env = {**os.environ, "PRE_COMMIT_HOME": str(hooked.parent / "cache"), "NO_COLOR": "1"}
    return subprocess.run(argv, cwd=repository, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "name",
    [
        *("pyproject.toml", "a/uv.lock", "report.py.lock", "pylock.dev.toml", "Pipfile", "Pipfile.lock", "setup.py"),
        *("setup.cfg", "tox.ini", "tox.toml", "noxfile.py", "uv.toml", "hatch.toml", "pixi.toml", "requirements.txt"),
        *(
            "requirements-3.11.txt",
            "requirements_versions.txt",
            "a/requirements/base.txt",
            "reqs.txt",
            "req.txt",
            "dev.in",
        ),
        *(
            "dev-requirements.txt",
            "constraints.txt",
            "deps.txt",
            "environment.yml",
            "ci/environment-dev.yaml",
            "env.yml",
        ),
        *("Dockerfile", "api.Dockerfile", "Dockerfile-poetry", "docker/dockerfile", "Containerfile"),
    ],
)
def test_the_hook_is_given_what_can_hold_a_requirement(name: str) -> None:
    assert re.search(yaml.safe_load(HOOKS.read_text())[0]["files"], name)
    assert manifests.formats_of(PurePosixPath(name))


@pytest.mark.parametrize("name", ["MANIFEST.in", "Makefile.in", "config.h.in", "README.md", "app.py", "docs/notes.txt"])
def test_the_hook_is_not_given_anything_else(name: str) -> None:
    assert not re.search(yaml.safe_load(HOOKS.read_text())[0]["files"], name)


@pytest.mark.hooks
def test_the_hook_passes_good_pins_and_stops_bad_ones(tmp_path: Path, hooked: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "README.md").write_text("fastapi>=0.112\n")
    (tmp_path / "requirements.txt").write_text("fastapi>=0.112.0,<0.113.0\n-r common/base.txt\n")
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "base.txt").write_text("pydantic>=2.7.0,<3.0.0\n")
    (tmp_path / "reqs-dev.txt").write_bytes("fastapi~=0.112.0\r\n".encode("utf-16"))  # As PowerShell freezes.
    git(tmp_path, "add", "-A")
    passed = try_repo(tmp_path, hooked)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "3 declarations of watched packages in 3 files: 0 wrong" in passed.stdout
    (tmp_path / "common" / "base.txt").write_text("starlette==0.37.2\n")
    git(tmp_path, "add", "-A")
    failed = try_repo(tmp_path, hooked)
    assert failed.returncode == 1
    assert "common/base.txt:1:1: PIN102 starlette is pinned by hand: ==0.37.2" in failed.stdout
