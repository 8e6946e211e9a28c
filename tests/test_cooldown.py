"""The cooldown as it is installed: what a release brings along is held to it too, under uv and under pip."""

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

import pytest
from packaging.utils import parse_wheel_filename

from tests import wheels
from tests.conftest import Ended
from tests.servers import JSON, Reply, Server, running

pytestmark = pytest.mark.slow

OLD = "2024-01-01T00:00:00Z"
LOGIN = "ann:s3cr3t"
TEST = """\
import fastapi
import helper


def test_helper():
    assert helper.__version__ == "1.0", helper.__version__
"""
NOXFILE = """\
import nox


@nox.session
def tests(session):
    {installs}
    session.run("python", "-m", "pytest")
"""
Upgrade = Callable[..., Ended]


def days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheels of pytest and of what it needs, of pip and setuptools."""
    folder = tmp_path_factory.mktemp("tools")
    argv = [sys.executable, "-m", "pip", "download", "-q", "--only-binary", ":all:", "-d", str(folder)]
    subprocess.run([*argv, "pip", "pytest==8.4.2", "setuptools==80.9.0", "wheel"], check=True, capture_output=True)
    return folder


def packages(folder: Path) -> Path:
    """Write fastapi 0.1.0 to 0.3.0, of which 0.2.0 needs `helper`, which has a version that must not come along."""
    folder.mkdir()
    for version in ("0.1.0", "0.1.1", "0.2.0", "0.2.1", "0.3.0"):
        code = f"__version__ = {version!r}\n"
        requires = ["helper>=1", "extra-helper>=1 ; extra == 'standard'"]
        wheels.wheel(folder, "fastapi", version, code, requires, ">=3.8")
    for version in ("1.0", "1.1"):
        wheels.wheel(folder, "helper", version, f"__version__ = {version!r}\n")
        wheels.wheel(folder, "extra-helper", version, f"__version__ = {version!r}\n")
    return folder


def shelve(server: Server, folder: Path, form: str, young: Mapping[str, str]) -> None:
    """Offer the wheels of a folder, uploaded long ago but for those that are named."""
    listed: dict[str, list[tuple[str, str, str]]] = {}
    for path in sorted(folder.glob("*.whl")):
        data = path.read_bytes()
        server.replies[f"/files/{path.name}"] = Reply(data, "application/octet-stream")
        server.replies[f"/files/{path.name}.metadata"] = Reply(_metadata(path))
        project, version, _, _ = parse_wheel_filename(path.name)
        name = str(project)
        uploaded = young.get(f"{name} {version}", OLD)
        listed.setdefault(name, []).append((path.name, hashlib.sha256(data).hexdigest(), uploaded))
    for name, files in listed.items():
        server.replies[f"/simple/{name}/"] = _json(name, files) if form == "json" else _html(files)


def _metadata(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        (member,) = (name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        return archive.read(member)


def _json(name: str, files: list[tuple[str, str, str]]) -> Reply:
    entries = [
        {
            "filename": file,
            "url": f"../../files/{file}",
            "core-metadata": True,
            "hashes": {"sha256": digest},
            "upload-time": uploaded,
        }
        for file, digest, uploaded in files
    ]
    document = {"meta": {"api-version": "1.1"}, "name": name, "versions": [], "files": entries}
    return Reply(json.dumps(document).encode(), JSON)


def _html(files: list[tuple[str, str, str]]) -> Reply:
    lines = [
        f'<a href="../../files/{escape(file)}#sha256={digest}" data-upload-time="{uploaded}" data-core-metadata="true">{file}</a>'
        for file, digest, uploaded in files
    ]
    return Reply("\n".join(["<!DOCTYPE html><html><body>", *lines]).encode(), "text/html")


@pytest.fixture
def upgrade(
    project: Path, tools: Path, tmp_path: Path, pincheck: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Upgrade]]:
    """Offer the packages with these upload times, and give the command that upgrades from there."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_", "NOX")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "pip"))
    house = packages(tmp_path / "house")
    (project / "test_helper.py").write_text(TEST)

    def offered(young: Mapping[str, str], form: str = "json", login: str = "") -> Upgrade:
        server.login = login
        for folder in (tools, house):
            shelve(server, folder, form, {"helper 1.1": days_ago(1), "extra-helper 1.1": days_ago(1), **young})
        monkeypatch.setenv("PIP_INDEX_URL", server.with_login(login) if login else server.simple)
        return lambda *arguments: pincheck("upgrade", *arguments)

    with running() as server:
        yield offered


YOUNG = {"fastapi 0.2.1": days_ago(0.5), "fastapi 0.3.0": days_ago(0.1), "fastapi 0.2.0": days_ago(1.0)}


def say(project: Path, requirement: str, installs: str = "") -> None:
    (project / "requirements.txt").write_text(f"{requirement}\npytest\n")
    if installs:
        (project / "noxfile.py").write_text(NOXFILE.format(installs=installs))


@pytest.mark.parametrize("form", ["json", "html"])
def test_what_comes_along_is_as_old_as_the_cooldown_wants(
    upgrade: Callable[..., Upgrade], project: Path, form: str
) -> None:
    say(project, "fastapi>=0.1.0,<0.2.0")
    ended = upgrade({"fastapi 0.3.0": days_ago(1)}, form)()
    assert ended.code == 0, ended
    assert "candidate: 1 passed with fastapi 0.2.1" in ended.out


INSTALLS = [
    'session.install("-r", "requirements.txt")',
    'session.install("fastapi", "pytest")',
    'session.run("pip", "install", "-r", "requirements.txt", external=True)',
    'session.run("python", "-m", "pip", "install", "-r", "requirements.txt")',
    'session.run("uv", "pip", "install", "-r", "requirements.txt", external=True)',
    (
        'session.run("uv", "pip", "compile", "-q", "requirements.txt", "-o", "all.txt", external=True)\n'
        '    session.run("uv", "pip", "sync", "all.txt", external=True)'
    ),
]


@pytest.mark.parametrize("installs", ["", *INSTALLS])
@pytest.mark.parametrize("requirement", ["fastapi>=0.1.0,<0.2.0", "fastapi[standard]==0.1.1"])
def test_a_young_release_comes_alone_where_somebody_takes_it_all_the_same(
    upgrade: Callable[..., Upgrade], project: Path, requirement: str, installs: str
) -> None:
    say(project, requirement, installs)
    run = upgrade(YOUNG)
    ended = run()
    assert "fastapi: 0.1.1 stays" in ended.out, ended
    ended = run("--now")
    assert ended.code == 0, ended
    assert "fastapi 0.1.1 → 0.2.1: moved" in ended.out
    assert "candidate: 1 passed with fastapi 0.2.1" in ended.out
    assert "a generated session is used instead" not in ended.out


@pytest.mark.parametrize("installs", ["", INSTALLS[0], INSTALLS[2]])
def test_the_login_of_an_index_is_good_for_the_file_that_is_named_and_shown_nowhere(
    upgrade: Callable[..., Upgrade], project: Path, installs: str
) -> None:
    say(project, "fastapi[standard]>=0.1.0,<0.2.0", installs)
    run = upgrade(YOUNG, login=LOGIN)
    ended = run("--now")
    assert ended.code == 0, ended
    assert "candidate: 1 passed with fastapi 0.2.1" in ended.out
    (project / "requirements.txt").write_text("fastapi==0.1.1\npytest\n")
    (project / "test_helper.py").write_text(f"{TEST}    assert fastapi.__version__ < '0.2'\n")
    held = run("--now", "-v")
    assert held.code == 1, held
    assert "candidate: 1 failed" in held.out
    assert "s3cr3t" not in ended.out + ended.err + held.out + held.err


@pytest.mark.parametrize("requirement", ["fastapi==0.1.1", "fastapi>=0.1.0,<0.2.0", "fastapi==0.1.*"])
@pytest.mark.parametrize("installs", ["", INSTALLS[2]])
def test_the_current_release_may_be_young_too(
    upgrade: Callable[..., Upgrade], project: Path, requirement: str, installs: str
) -> None:
    say(project, requirement, installs)
    run = upgrade({"fastapi 0.1.1": days_ago(1), "fastapi 0.3.0": days_ago(1)})
    ended = run("--dry-run", "--now")
    assert ended.code == 0, ended
    assert "baseline: 1 passed with fastapi 0.1.1" in ended.out
    ended = run()
    if requirement == "fastapi==0.1.1":
        assert ended.code == 1
        held = "the current 0.1.1 is younger than the cooldown, so the tests cannot install it; `--now` does"
        assert f"fastapi 0.2.1: held: {held}" in ended.out
        assert "running nox" not in ended.err
        return
    assert ended.code == 0, ended
    assert "baseline: 1 passed with fastapi 0.1.0" in ended.out
    assert "candidate: 1 passed with fastapi 0.2.1" in ended.out
