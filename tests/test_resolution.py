"""What the resolver is asked before the tests run: real uv, a folder of wheels, and projects that it says nothing of."""

import io
import os
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck.commands import _gather
from pincheck.config import Config
from pincheck.gates import Side, Trial, resolution
from pincheck.world import index
from pincheck.world.interpreters import Interpreter
from tests.servers import alone
from tests.wheels import wheel

Refused = Callable[..., str]
FASTAPI = NormalizedName("fastapi")
PIN = "fastapi>=0.1.0,<0.2.0\n"
CAPPED = f"{PIN}capped\n"
PROJECT = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.8"\n'
BUILD = "open({ran!r}, 'w').close()\nfrom setuptools import setup\nsetup(name={name!r}, version='1.0')\n"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder with fastapi 0.1 and 0.2 and what goes with one of them or with both."""
    folder = tmp_path / "house"
    folder.mkdir()
    wheel(folder, "fastapi", "0.1.0", "")
    wheel(folder, "fastapi", "0.2.0", "", ["newer>=1"])
    wheel(folder, "newer", "0.9", "")
    wheel(folder, "newer", "1.0", "")
    wheel(folder, "capped", "1.0", "", ["fastapi<0.2"])
    wheel(folder, "plain", "1.0", "")
    wheel(folder, "plain", "2.0b1", "")
    wheel(folder, "old-newer", "1.0", "", ["newer<1"])
    wheel(folder, "needs-new-python", "1.0", "", ["fastapi"], requires_python=">=3.99")
    return folder


@pytest.fixture
def refused(project: Path, house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Refused:
    """Ask about fastapi 0.2.0 beside what is declared in these files, by their names."""
    path = os.environ["PATH"]
    alone(monkeypatch, tmp_path)
    monkeypatch.setenv("PATH", path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(house))

    def ask(texts: dict[str, str], **given: str) -> str:
        for name, text in texts.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(text)
        before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
        version = ".".join(map(str, sys.version_info[:3]))
        trial = Trial(
            project=project,
            package=FASTAPI,
            settings=Config(),
            indexes=index.configured(project, os.environ),
            interpreter=Interpreter(Version(version), Path(os.path.realpath(sys.executable))),
            environ={**os.environ, **given},
            cutoff=None,
        )
        sides = (Side("baseline", SpecifierSet("==0.1.0")), Side("candidate", SpecifierSet("==0.2.0")))
        words = resolution.refused(trial, _gather.project([Path()], {}, Config()), *sides)
        assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before
        return words

    return ask


@pytest.mark.parametrize(
    "texts",
    [
        {"requirements.txt": CAPPED},
        {"requirements.txt": f"{PIN}-r more.txt\n", "more.txt": "capped\n"},
        {"requirements.txt": PIN, "requirements-dev.txt": "-r requirements.txt\ncapped\n"},
        {"requirements.txt": f"{PIN}plain @ file:///nowhere/plain.whl\n-e .\n./lib\ncapped\n"},
        {"requirements.txt": f"{PIN}plain ; sys_platform == 'win32'\ncapped ; python_version > '3'\ncapped\n"},
        {"pyproject.toml": f'{PROJECT}dependencies = ["fastapi>=0.1.0,<0.2.0", "capped"]\n'},
        {"pyproject.toml": f'{PROJECT}[project.optional-dependencies]\nweb = ["fastapi~=0.1.0", "capped"]\n'},
        {"pyproject.toml": f'{PROJECT}[dependency-groups]\nweb = ["fastapi~=0.1.0", "capped", "shop"]\n'},
        {"Pipfile": '[packages]\nfastapi = "~=0.1.0"\ncapped = "*"\n'},
        {"requirements.txt": f"{PIN}old-newer\n"},
        # The private package of one extra says nothing of the other.
        {
            "pyproject.toml": f'{PROJECT}[project.optional-dependencies]\nweb = ["fastapi~=0.1.0", "capped"]\n'
            'more = ["fastapi~=0.1.0", "private"]\n'
        },
        {
            "pyproject.toml": f'{PROJECT}dependencies = ["fastapi~=0.1.0", "capped", "ours", "theirs"]\n'
            '[tool.uv.sources]\nours = { workspace = true }\ntheirs = { git = "https://example.com/theirs" }\n'
        },
        # Where the settings of uv's own `pip compile` ask for a file and another platform.
        {
            "pyproject.toml": f'{PROJECT}dependencies = ["fastapi~=0.1.0", "capped"]\n'
            '[tool.uv.pip]\noutput-file = "requirements.lock"\nuniversal = true\n'
        },
    ],
)
def test_a_candidate_that_cannot_stand_beside_the_rest_is_refused_in_the_words_of_the_resolver(
    refused: Refused, texts: dict[str, str]
) -> None:
    words = refused(texts)
    assert words.startswith("Because ")
    assert "fastapi" in words


@pytest.mark.parametrize(
    "texts",
    [
        {"requirements.txt": f"{PIN}plain\n"},
        # What is not installed along with it.
        {"requirements.txt": f"{PIN}capped ; sys_platform == 'win32'\n"},
        {"requirements.txt": f"{PIN}plain\n", "requirements-other.txt": "capped\n"},
        {
            "pyproject.toml": f'{PROJECT}dependencies = ["fastapi~=0.1.0", "plain"]\n'
            '[project.optional-dependencies]\nold = ["capped"]\n[dependency-groups]\nolder = ["capped"]\n'
        },
        {
            "pyproject.toml": f'{PROJECT}[project.optional-dependencies]\nweb = ["fastapi~=0.1.0", "plain"]\n'
            'old = ["capped"]\n'
        },
        {"Pipfile": '[packages]\nfastapi = "~=0.1.0"\nplain = "*"\n[dev-packages]\ncapped = "*"\n'},
        {
            "requirements.txt": f"{PIN}plain\n",
            "Dockerfile": f"FROM a\nRUN pip install {PIN[:-1]!r}\nRUN pip install capped\n",
        },
        {"tox.ini": "[testenv]\ndeps =\n    new: fastapi~=0.1.0\n    old: capped\n    plain\n"},
        {
            "noxfile.py": "def tests(session):\n    session.install('fastapi~=0.1.0', 'plain')\n"
            "    session.install('capped')\n"
        },
        # What has no solution today either.
        {"requirements.txt": f"{CAPPED}private==1.0\n"},
        {"requirements.txt": f"{CAPPED}plain>=2,<3\n"},
        {"requirements.txt": f"{CAPPED}needs-new-python\n"},
        # What the installer is told beside what is declared.
        {"requirements.txt": f"--pre\n{CAPPED}"},
        {"requirements.txt": f"--extra-index-url https://example.com/simple\n{CAPPED}"},
        {"requirements.txt": f"-f wheels\n{CAPPED}"},
        {
            "requirements.txt": CAPPED,
            "noxfile.py": "def tests(session):\n    session.install('--no-deps', '-r', 'requirements.txt')\n",
        },
        {
            "requirements.txt": CAPPED,
            "noxfile.py": "def tests(session):\n    session.install('-r', 'requirements.txt', '--overrides', 'o.txt')\n",
        },
        {
            "pyproject.toml": f'{PROJECT}dependencies = ["fastapi~=0.1.0", "capped"]\n'
            '[tool.uv]\noverride-dependencies = ["fastapi>=0.1"]\n'
        },
        {"requirements.txt": "fastapi~=0.1.0\n-c held.txt\nplain\n", "held.txt": "capped==9\nplain<3\n"},
        # What only its own tool knows where to find.
        {
            "pyproject.toml": '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\nfastapi = "~0.1.0"\n'
            'capped = { version = "*", source = "ours" }\n[[tool.poetry.source]]\nname = "ours"\nurl = "https://a.example"\n'
        },
        {
            "pyproject.toml": f'{PROJECT}dependencies = ["fastapi~=0.1.0", "capped"]\n'
            "[tool.uv.sources]\ncapped = { workspace = true }\n"
        },
        {"pyproject.toml": f'{PROJECT.replace("shop", "capped")}dependencies = ["fastapi~=0.1.0", "capped[a]"]\n'},
    ],
)
def test_where_the_tests_may_see_it_otherwise_nothing_is_refused(refused: Refused, texts: dict[str, str]) -> None:
    assert refused(texts) == ""


@pytest.mark.parametrize("name", ["UV_NO_DEPS", "UV_PRERELEASE"])
def test_where_the_environment_tells_the_installer_more_nothing_is_refused(refused: Refused, name: str) -> None:
    assert refused({"requirements.txt": CAPPED}, **{name: "1" if name == "UV_NO_DEPS" else "allow"}) == ""


@pytest.mark.parametrize(
    ("requires", "python"),
    [
        (["plain>=2.0b1,<3"], ""),
        (["nowhere-to-be-found"], ""),
        (["needs-new-python"], ""),
        ([], ">=3.99"),
    ],
)
def test_what_a_candidate_brings_and_versions_alone_do_not_decide_is_left_to_the_tests(
    refused: Refused, house: Path, requires: list[str], python: str
) -> None:
    wheel(house, "fastapi", "0.2.0", "", requires, requires_python=python)
    assert refused({"requirements.txt": f"{PIN}old-newer\n"}) == ""


def test_nothing_of_the_project_is_built(refused: Refused, house: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    setup = BUILD.format(ran=str(ran), name="shop")
    stranger = BUILD.format(ran=str(ran), name="ours").encode()
    with tarfile.open(house / "ours-1.0.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("ours-1.0/setup.py")
        member.size = len(stranger)
        archive.addfile(member, io.BytesIO(stranger))
    words = refused(
        {
            "setup.py": setup,
            "lib/setup.py": setup,
            "requirements.txt": f"{CAPPED}-e .\n./lib\nshop @ file:.\n",
            "pyproject.toml": f'{PROJECT}dependencies = ["fastapi~=0.1.0", "ours", "shop[web]"]\n'
            '[project.optional-dependencies]\nweb = ["plain"]\n'
            "[tool.uv.sources]\nours = { workspace = true }\n",
        }
    )
    assert "fastapi" in words
    assert not ran.exists()


def test_a_package_that_cannot_be_built_says_nothing_of_the_candidate(refused: Refused, house: Path) -> None:
    with tarfile.open(house / "broken-1.0.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("broken-1.0/setup.py")
        text = b"raise SystemExit('no compiler')\n"
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    assert refused({"requirements.txt": f"{PIN}broken\n"}) == ""
