"""Which session runs the tests, and what a generated one installs: tables."""

import json
from pathlib import Path

import pytest

from pincheck.config import Config
from pincheck.errors import PincheckError
from pincheck.gates import _session


def listing(*entries: tuple[str, object]) -> str:
    listed = [{"session": name, "name": name, "python": python} for name, python in entries]
    return f"some plugin talks first\n{json.dumps(listed)}\n"


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        (listing(("lint", None), ("tests", None)), "tests", _session.Session("noxfile.py", "tests")),
        (listing(("test", None)), "test", _session.Session("noxfile.py", "test")),
        (
            listing(("tests", "3.11"), ("tests", "3.12.1"), ("tests", "python3.13")),
            "tests",
            _session.Session("noxfile.py", "tests", ("3.11", "3.12", "3.13")),
        ),
        (listing(("checks", None)), "checks", _session.Session("noxfile.py", "checks")),
        ("nox > Sessions not found: test", "test", "it has no session `tests` or `test`"),
        ("nox > Sessions not found: checks", "checks", "it has no session `checks`"),
        (listing(("tests", None)), "checks", "it has no session `checks`"),
        ("Traceback (most recent call last)\n", "test", "it cannot be listed"),
        ('[{"session": ', "tests", "it has no session `tests` or `test`"),
    ],
)
def test_the_session_is_found_in_the_listing(text: str, wanted: str, expected: object) -> None:
    assert _session.of_listing(text, wanted) == expected


def test_a_session_without_an_environment_is_refused() -> None:
    assert "`python=False`" in str(_session.of_listing(listing(("tests", False)), "tests"))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('session.install("fastapi==0.1.0")', "noxfile.py:3 installs its own `fastapi==0.1.0`"),
        ('session.install("x", "FastAPI[all]<0.2")', "noxfile.py:3 installs its own `FastAPI[all]<0.2`"),
        ('session.run("uv", "pip", "install", "fastapi @ https://example.com/f.whl")', "noxfile.py:3 installs its own"),
        ('session.install("fastapi>=0.1", "fastapi-cli==0.0.1", "fastapi")', ""),
        ('print("fastapi==0.1.0")', ""),
        ('x = "fastapi==0.1.0"', ""),
        ("return )", ""),
    ],
)
def test_a_session_that_installs_another_version_is_seen(body: str, expected: str) -> None:
    noxfile = f"@nox.session\ndef tests(session):\n    {body}\n"
    found = _session.own_installs(noxfile, "tests", "fastapi", "0.2.1")
    assert found.startswith(expected) if expected else found == ""
    assert _session.own_installs(noxfile, "lint", "fastapi", "0.2.1") == ""
    renamed = noxfile.replace("@nox.session", '@nox.session(name="checks")')
    assert bool(_session.own_installs(renamed, "checks", "fastapi", "0.2.1")) == bool(expected)


def installs(project: Path) -> str:
    (project / "tests").mkdir(exist_ok=True)
    _, text = _session.generated(project, Config(), Path("/usr/bin/python3"))
    line = next(line for line in text.splitlines() if "session.install(" in line)
    return line.strip().removeprefix("session.install(*[").removesuffix("])").replace("'", "")


def write(project: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)


PROJECT = '[project]\nname = "shop"\nversion = "1"\n'
BUILD = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"requirements.txt": ""}, "-r, requirements.txt, pytest"),
        (
            {"requirements.txt": "", "requirements-dev.txt": "", "docs-requirements.txt": "", "constraints.txt": ""},
            "-r, requirements-dev.txt, -r, requirements.txt, pytest",
        ),
        ({"test-requirements.txt": "", "requirements.txt": ""}, "-r, requirements.txt, -r, test-requirements.txt, pytest"),
        (
            {"requirements/base.txt": "", "requirements/dev.txt": "", "requirements/docs.txt": ""},
            "-r, requirements/base.txt, -r, requirements/dev.txt, pytest",
        ),
        ({"requirements.txt": "", "requirements/test.txt": "", "requirements/base.txt": ""}, "-r, requirements.txt, -r, requirements/test.txt, pytest"),
        ({"pyproject.toml": PROJECT}, "-r, pyproject.toml, pytest"),
        (
            {"pyproject.toml": f"{PROJECT}[project.optional-dependencies]\ntest = []\ndocs = []\n"},
            "-r, pyproject.toml, --extra, test, pytest",
        ),
        (
            {"pyproject.toml": f"{BUILD}{PROJECT}[project.optional-dependencies]\nTesting = []\ndev = []\n"},
            "-e, .[Testing,dev], pytest",
        ),
        ({"pyproject.toml": f"{PROJECT}[dependency-groups]\ndev = []\nlint = []\n"}, "-r, pyproject.toml, --group, dev, pytest"),
        ({"setup.py": "", "requirements.txt": ""}, "-r, requirements.txt, -e, ., pytest"),
        ({"pyproject.toml": f"{BUILD}{PROJECT}[tool.uv]\npackage = false\n"}, "-r, pyproject.toml, pytest"),
        (
            {"pyproject.toml": f'{BUILD}{PROJECT}[tool.poetry]\npackage-mode = false\n[tool.poetry.group.dev.dependencies]\npytest = "^8.1"\nhttpx = {{version = "~0.27", extras = ["http2"]}}\nmine = {{path = "."}}\n'},
            "-r, pyproject.toml, pytest<9.0,>=8.1, httpx[http2]<0.28,>=0.27, pytest",
        ),
        (
            {"pyproject.toml": '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.11"\nfastapi = "^0.112.0"\norjson = { version = "^3", optional = true }\nx = { git = "https://x.test/x.git" }\ny = "^1 || ^3"\nz = [{ version = "1.0", python = "<3.12" }, { version = "2.*", python = ">=3.12" }]\n[tool.poetry.group.docs.dependencies]\nmkdocs = "*"\n[tool.poetry.dev-dependencies]\nhttpx = "*"\n'},
            'fastapi<0.113.0,>=0.112.0, y<4,>=1, z==1.0 ; python_version < "3.12", z==2.* ; python_version >= "3.12", httpx, pytest',
        ),
        (
            {"pyproject.toml": f'{PROJECT}dynamic = ["dependencies"]\n[tool.poetry.dependencies]\nfastapi = "0.112.*"\n'},
            "fastapi==0.112.*, pytest",
        ),
        (
            {"pyproject.toml": f'{PROJECT}dependencies = ["fastapi"]\n[tool.poetry.dependencies]\nfastapi = "0.112.*"\n'},
            "-r, pyproject.toml, pytest",
        ),
        (
            {"pyproject.toml": f'{PROJECT}[tool.pdm.dev-dependencies]\ntest = ["httpx", "-e file:///x"]\ndoc = ["mkdocs"]\n'},
            "-r, pyproject.toml, httpx, pytest",
        ),
        (
            {"pyproject.toml": f'{PROJECT}[tool.hatch.envs.test]\nextra-dependencies = ["httpx", "{{root:uri}}/x"]\n[tool.uv]\ndev-dependencies = ["anyio"]\n'},
            "-r, pyproject.toml, anyio, httpx, pytest",
        ),
    ],
)  # fmt: skip
def test_a_generated_session_installs_what_the_project_declares(
    project: Path, files: dict[str, str], expected: str
) -> None:
    write(project, files)
    assert installs(project) == expected


def test_a_generated_session_runs_the_command_in_the_project(project: Path) -> None:
    write(project, {"requirements.txt": "", "src/shop.py": ""})
    settings = Config(test="python -m unittest -v")
    _, text = _session.generated(project, settings, Path("/usr/bin/python3"))
    compile(text, "noxfile.py", "exec")
    assert "session.run(*['python', '-m', 'unittest', '-v'], env=env, external=True)" in text
    assert f"session.chdir({str(project)!r})" in text
    assert "os.path.abspath('src')" in text


@pytest.mark.parametrize("name", ["pytest.ini", "conftest.py", "deep/test_it.py", "deep/it_test.py"])
def test_tests_are_recognised(project: Path, name: str) -> None:
    write(project, {"requirements.txt": "", name: ""})
    assert "'-m', 'pytest'" in _session.generated(project, Config(), Path("python"))[1]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"requirements.txt": "", ".venv/lib/test_it.py": ""}, "no tests found"),
        ({"test_it.py": ""}, "nothing to install"),
        ({"test_it.py": "", "pyproject.toml": "not = [toml"}, "nothing to install"),
    ],
)
def test_where_there_is_nothing_to_run_that_is_said(project: Path, files: dict[str, str], message: str) -> None:
    write(project, files)
    with pytest.raises(PincheckError, match=message):
        _session.generated(project, Config(), Path("python"))


def test_a_pipfile_or_a_setup_cfg_alone_says_what_is_installed(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("")
    (tmp_path / "setup.cfg").write_text(
        "[options]\ninstall_requires =\n    fastapi~=0.112.0\n[options.extras_require]\ntest = httpx\ndocs = sphinx\n"
    )
    assert _session._installs(tmp_path, {}) == ["fastapi~=0.112.0", "httpx"]
    (tmp_path / "setup.py").write_text("from setuptools import setup\nsetup(extras_require={'dev': ['x']})\n")
    assert _session._installs(tmp_path, {}) == ["-e", ".[test,dev]"]
    (tmp_path / "setup.py").unlink()
    (tmp_path / "Pipfile").write_text(
        "[packages]\nfastapi = {version = '0.112.0', extras = ['all']}\n[dev-packages]\npytest = '*'\n"
        "[docs]\nsphinx = '*'\n[test]\nhttpx = {git = 'https://x.test/httpx'}\n"
    )
    assert _session._installs(tmp_path, {}) == ["fastapi[all]==0.112.0", "pytest"]
