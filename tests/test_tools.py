"""What a move leaves behind, judged by the tool that owns each format; every tool is the real one, from the index.

uv fetches each tool into an environment of its own and keeps it in its cache.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pincheck import manifests
from pincheck.model import Source
from pincheck.world import files, index
from tests.moving import move

pytestmark = pytest.mark.tools

UV = Path(sys.executable).parent / "uv"
# Uncapped requirements of PDM 2.29 have since moved on without it.
PDM = ("--from", "pdm", "--with", "hishel<2", "--with", "unearth<0.19")
BEFORE, AFTER = SpecifierSet("==0.112.*"), SpecifierSet("==0.113.*")


@pytest.fixture(scope="module")
def environ() -> dict[str, str]:
    """An environment in which uv and pip use the indexes of this machine, and no tool a cache or an answer of its own."""
    configured = index.configured(Path(), os.environ).variables
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "VIRTUAL_ENV"))},
        **configured,
        "UV_PYTHON": sys.executable,
        "PIPENV_IGNORE_VIRTUALENVS": "1",
        "PIPENV_VENV_IN_PROJECT": "1",
        "PIPENV_NOSPIN": "1",
        "PDM_CHECK_UPDATE": "0",
        "POETRY_VIRTUALENVS_IN_PROJECT": "true",
        "NO_COLOR": "1",
    }


def run(environ: Mapping[str, str], *argv: object) -> str:
    """Return what a program printed; it has to end with 0."""
    command = [str(argument) for argument in argv]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


def tool(environ: Mapping[str, str], name: str, *argv: object) -> str:
    where = PDM if name == "pdm" else ("--from", name)
    return run(environ, UV, "tool", "run", "-q", *where, name, *argv)


def locked(lock: str, name: str = "fastapi") -> Version:
    source = files.read(Path(lock))
    assert isinstance(source, Source)
    reading = manifests.read(source, environ={})
    assert reading is not None
    assert not reading.problems
    return next(found.version for found in reading.locked if found.name == name)


def moved() -> None:
    ended = move("fastapi", "0.113.0")
    assert ended.code == 0, ended.out
    assert "0.113" in ended.out


PYPROJECT = """[project]
name = "shop"
version = "1"
requires-python = ">=3.11"
# fastapi>=0.112.0,<0.113.0 is what this was tested with
dependencies = ['fastapi >=0.112.0, <0.113.0 ; python_version > "3.8"', "pydantic>=2.7,<3"]  # fastapi==0.112.0

[project.optional-dependencies]
more = ["fastapi~=0.112.0"]

[dependency-groups]
test = ["FastAPI==0.112.*", {include-group = "base"}]
base = ["fastapi>=0.112"]
"""


def test_uv_locks_what_was_moved(project: Path, environ: dict[str, str]) -> None:
    (project / "pyproject.toml").write_text(PYPROJECT.replace(', {include-group = "base"}', ""))
    text = (project / "pyproject.toml").read_text().replace('base = ["fastapi>=0.112"]\n', "")
    (project / "pyproject.toml").write_text(text)
    run(environ, UV, "lock", "-q")
    assert locked("uv.lock") in BEFORE
    moved()
    run(environ, UV, "lock", "-q")
    run(environ, UV, "lock", "-q", "--check")
    assert locked("uv.lock") in AFTER


def test_uv_locks_a_workspace_with_constraints_and_overrides(project: Path, environ: dict[str, str]) -> None:
    (project / "pyproject.toml").write_text(
        '[project]\nname = "root"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["api"]\n'
        '[tool.uv]\nconstraint-dependencies = ["fastapi<0.113.0,>=0.112.0"]\n'
        "dev-dependencies = ['fastapi ~= 0.112.1']\n"
        '[tool.uv.sources]\napi = { workspace = true }\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
    )
    (project / "packages" / "api").mkdir(parents=True)
    (project / "packages" / "api" / "pyproject.toml").write_text(
        '[project]\nname = "api"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["fastapi==0.112.*"]\n'
    )
    run(environ, UV, "lock", "-q")
    assert locked("uv.lock") in BEFORE
    moved()
    run(environ, UV, "lock", "-q")
    run(environ, UV, "lock", "-q", "--check")
    assert locked("uv.lock") in AFTER


def test_uv_locks_a_script(project: Path, environ: dict[str, str]) -> None:
    (project / "report.py").write_text(
        '#!/usr/bin/env python\n# /// script\n# requires-python = ">=3.11"\n# dependencies = [\n'
        '#   "fastapi>=0.112.0,<0.113.0",  # not 0.112.9\n# ]\n# ///\nprint("fastapi>=0.112.0,<0.113.0")\n'
    )
    run(environ, UV, "lock", "-q", "--script", "report.py")
    moved()
    run(environ, UV, "lock", "-q", "--script", "report.py")
    run(environ, UV, "lock", "-q", "--check", "--script", "report.py")
    assert locked("report.py.lock") in AFTER
    assert (project / "report.py").read_text().endswith('print("fastapi>=0.112.0,<0.113.0")\n')


def dry_run(environ: Mapping[str, str], *argv: str) -> Version:
    """Return the FastAPI that pip would install."""
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "-q", "--dry-run")
    report = json.loads(run(environ, *pip, "--ignore-installed", "--report", "-", *argv))
    names = {item["metadata"]["name"]: item["metadata"]["version"] for item in report["install"]}
    return Version(names["fastapi"])


def test_pip_takes_a_requirements_file(project: Path, environ: dict[str, str]) -> None:
    (project / "requirements.txt").write_bytes(
        b"\xef\xbb\xbf-c constraints.txt\r\n-r base.in\r\nfastapi[standard] >=0.112.0, \\\r\n  <0.113.0  # <0.113.0"
    )
    (project / "base.in").write_text("FastAPI~=0.112.0 ; python_version > '3.8'\n")
    (project / "constraints.txt").write_bytes("fastapi<0.113,>=0.112\r\n".encode("utf-16"))
    assert dry_run(environ, "-r", "requirements.txt") in BEFORE
    moved()
    assert dry_run(environ, "-r", "requirements.txt") in AFTER


POETRY = """[tool.poetry]
name = "shop"
version = "1"
description = ""
authors = []
package-mode = false

[tool.poetry.dependencies]
python = "^3.11"
# fastapi = "^0.112.0"
fastapi = { version = '^0.112.0', extras = ["standard"] }  # "^0.112.0"

[tool.poetry.group.test.dependencies]
fastapi = [
  { version = "~0.112", markers = "sys_platform == 'win32'" },
  { version = ">=0.112.0 <0.113.0", markers = "sys_platform != 'win32'" },
]
"""


def address() -> str:
    """Return an index that is asked over HTTP: Poetry and Pipenv take no folder for one."""
    urls = index.configured(Path(), os.environ).urls
    return next((url for url in urls if url.startswith("http")), urls[0])


def source() -> str:
    """Return the table that lets Poetry use the index of this machine; its own wants an interface of its own."""
    return f'\n[[tool.poetry.source]]\nname = "here"\nurl = "{address()}"\npriority = "primary"\n'


POETRY_2 = """[project]
name = "shop"
version = "1"
requires-python = ">=3.11,<4"
dependencies = ["fastapi[standard] (>=0.112.0,<0.113.0)"]

[tool.poetry]
package-mode = false

[tool.poetry.dependencies]
fastapi = { version = "^0.112.0" }
"""


@pytest.mark.parametrize("text", [POETRY, POETRY_2], ids=["its own tables", "with a project table"])
def test_poetry_locks_what_was_moved(text: str, project: Path, environ: dict[str, str]) -> None:
    (project / "pyproject.toml").write_text(text + source())
    tool(environ, "poetry", "check")
    moved()
    tool(environ, "poetry", "check")
    tool(environ, "poetry", "lock", "-n")
    tool(environ, "poetry", "check", "--lock")
    assert locked("poetry.lock") in AFTER


def test_pdm_locks_what_was_moved(project: Path, environ: dict[str, str]) -> None:
    (project / "pyproject.toml").write_text(
        '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["fastapi ~= 0.112.0"]\n'
        "[tool.pdm]\ndistribution = false\n[tool.pdm.dev-dependencies]\ntest = ['fastapi >=0.112.0,<0.113.0']\n"
        '[tool.pdm.resolution.overrides]\nfastapi = "0.112.2"  # 0.112.2\n'
    )
    moved()
    environ = {**environ, "PDM_IGNORE_SAVED_PYTHON": "1"}
    tool(environ, "pdm", "lock", "-q")
    tool(environ, "pdm", "lock", "-q", "--check")
    assert locked("pdm.lock") in AFTER


def test_pipenv_verifies_what_was_moved(project: Path, environ: dict[str, str]) -> None:
    (project / "Pipfile").write_text(
        '[[source]]\nname = "main"\nurl = "${PINCHECK_TEST_INDEX}"\nverify_ssl = true\n\n[packages]\n'
        'fastapi = {version = "~=0.112.0", extras = ["standard"]}  # "~=0.112.0"\npydantic = "*"\n\n'
        "[dev-packages]\nfastapi = '>=0.112.0, <0.113.0'\n"
    )
    environ = {**environ, "PINCHECK_TEST_INDEX": address()}
    moved()
    tool(environ, "pipenv", "lock", "--python", sys.executable)
    tool(environ, "pipenv", "verify")
    assert locked("Pipfile.lock") in AFTER


def test_hatch_shows_what_was_moved(project: Path, environ: dict[str, str]) -> None:
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["fastapi~=0.112.0"]\n'
        '[tool.hatch.envs.test]\ndependencies = ["fastapi >=0.112.0,<0.113.0", "pytest"]\n'
        "[tool.hatch.envs.lint]\ndetached = true\nextra-dependencies = ['fastapi==0.112.*']  # ==0.112.*\n"
    )
    moved()
    shown = json.loads(tool(environ, "hatch", "env", "show", "--json"))
    assert [Requirement(text) for text in shown["test"]["dependencies"]] == [
        Requirement("fastapi>=0.113.0,<0.114.0"),
        Requirement("pytest"),
    ]
    assert shown["lint"]["extra-dependencies"] == ["fastapi==0.113.*"]


def test_setuptools_builds_what_was_moved(project: Path, environ: dict[str, str]) -> None:
    (project / "setup.cfg").write_text(
        "[metadata]\nname = shop\nversion = 1\n\n[options]\npy_modules =\ninstall_requires =\n"
        "    fastapi >=0.112.0, <0.113.0\n    # fastapi>=0.112.0,<0.113.0\n    pydantic>=2.7,<3\n"
        "[options.extras_require]\nmore =\n    fastapi~=0.112.0\n"
    )
    (project / "setup.py").write_text('from setuptools import setup\n\nsetup(description="fastapi==0.112.0")\n')
    assert dry_run(environ, ".") in BEFORE
    moved()
    assert dry_run(environ, ".[more]") in AFTER


def test_setuptools_runs_a_setup_script_that_was_moved(project: Path, environ: dict[str, str]) -> None:
    (project / "setup.py").write_text(
        "from setuptools import setup\n\nREQUIRES = [\n    'fastapi[all]>=0.112.0,<0.113.0',  # fastapi<0.113.0\n]\n"
        'setup(name="shop", version="1", py_modules=[], install_requires=REQUIRES, description="fastapi==0.112.0")\n'
    )
    assert dry_run(environ, ".") in BEFORE
    moved()
    assert dry_run(environ, ".") in AFTER


def test_tox_installs_what_was_moved(project: Path, environ: dict[str, str]) -> None:
    (project / "tox.ini").write_text(
        "[tox]\nskipsdist = true\nenv_list = py311\n\n[testenv]\ndeps =\n    # fastapi==0.112.0\n"
        "    py311: fastapi>=0.112.0,<0.113.0\n    py310: fastapi==0.112.1\ncommands = python -m pip freeze\n"
    )
    moved()
    assert "fastapi>=0.113.0,<0.114.0" in tool(environ, "tox", "config", "-e", "py311", "-k", "deps")


def test_nox_installs_what_was_moved(project: Path, environ: dict[str, str]) -> None:
    (project / "noxfile.py").write_text(
        'import nox\n\n\n@nox.session(venv_backend="uv")\ndef tests(session):\n'
        "    session.install('fastapi>=0.112.0,<0.113.0')  # fastapi\n"
        '    session.run("python", "-c", "import fastapi; print(fastapi.__version__)")\n'
    )
    moved()
    assert "0.113.0" in run(environ, sys.executable, "-m", "nox", "-s", "tests")


def test_a_shell_installs_what_was_moved_in_a_dockerfile(project: Path, environ: dict[str, str]) -> None:
    (project / "Dockerfile").write_text(
        "FROM python:3.12\n# RUN pip install fastapi==0.112.0\n"
        "RUN pip install --no-cache-dir \\\n    # the framework\n    'fastapi[standard]>=0.112.0,<0.113.0' \\\n"
        '    "pydantic>=2.7,<3"\n'
    )
    moved()
    lines = (project / "Dockerfile").read_text().splitlines()[2:]
    words = " ".join(line.strip().rstrip("\\") for line in lines if not line.strip().startswith("#"))
    arguments = run(environ, "sh", "-c", f'pip() {{ printf "%s\\n" "$@"; }}; {words.removeprefix("RUN ")}')
    assert dry_run(environ, *arguments.splitlines()[2:]) in AFTER


def test_conda_matches_what_was_moved(project: Path, environ: dict[str, str]) -> None:
    (project / "environment.yml").write_text(
        "name: shop\nchannels: [conda-forge]\ndependencies:\n  - python=3.12\n  - fastapi=0.112  # =0.112\n"
        "  - conda-forge::fastapi 0.112.*\n  - 'fastapi >=0.112.0,<0.113.0a0'\n  - pip:\n    - fastapi~=0.112.0\n"
    )
    moved()
    (project / "match.py").write_text(
        "import rattler, yaml\nfor text in yaml.safe_load(open('environment.yml'))['dependencies']:\n"
        "    spec = rattler.MatchSpec(text) if 'fastapi' in str(text) and isinstance(text, str) else None\n"
        "    if spec is not None:\n"
        "        allowed = rattler.VersionSpec(str(spec.version))\n"
        "        print(*(allowed.matches(rattler.Version(v)) for v in ('0.112.1', '0.113.1', '0.114.0')))\n"
    )
    with_rattler = (UV, "run", "-q", "--no-project", "--with", "py-rattler", "--with", "pyyaml", "python", "match.py")
    assert run(environ, *with_rattler).splitlines() == ["False True False"] * 3
