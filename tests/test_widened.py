"""A pin that was inside one series in the last commit and is not any more, told by a real git."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import Ended
from tests.test_hooks import git

Pincheck = Callable[..., Ended]
POETRY = '[tool.poetry.dependencies]\npython = "^3.11"\nfastapi = "^0.114.2"\n'
PROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["fastapi>=0.141.1,<1.0.0"]\n'
PIPFILE = '[packages]\nfastapi = "~=0.114.2"\n'
NOW = "fastapi is wider than in the last commit: >=0.141.1,<1.0.0 here, "
HERE = "pyproject.toml:4:18: PIN122 warning: "


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def commit(folder: Path, files: Mapping[str, str]) -> None:
    if not (folder / ".git").exists():
        git(folder, "init", "-q")
    write(folder, files)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "before")


def told(ended: Ended) -> list[str]:
    return [line.partition("; ")[0] for line in ended.out.splitlines() if "PIN122" in line]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({"pyproject.toml": POETRY}, {"pyproject.toml": PROJECT}, "^0.114.2 in `pyproject.toml:3` there"),
        ({"Pipfile": PIPFILE}, {"pyproject.toml": PROJECT}, "~=0.114.2 in `Pipfile:2` there"),
        ({"requirements.txt": "\nfastapi == 0.114.2\n"}, {"pyproject.toml": PROJECT}, "== 0.114.2 in `requirements.txt:2` there"),
        ({"requirements/base.txt": "fastapi==0.114.*\n"}, {"pyproject.toml": PROJECT}, "==0.114.* in `requirements/base.txt:1` there"),
        ({"pyproject.toml": PROJECT.replace(">=0.141.1,<1.0.0", "~=0.114.2")}, {"pyproject.toml": PROJECT}, "~=0.114.2 in `pyproject.toml:4` there"),
        ({"Pipfile": PIPFILE.replace("~=0.114.2", "*"), "requirements.txt": "fastapi==0.114.2\n"}, {"pyproject.toml": PROJECT}, "==0.114.2 in `requirements.txt:1` there"),
        ({"pyproject.toml": PROJECT}, {"pyproject.toml": PROJECT + "# a comment\n"}, ""),
        ({"pyproject.toml": POETRY.replace("^0.114.2", ">=0.114.2")}, {"pyproject.toml": PROJECT}, ""),
        ({"Pipfile": PIPFILE, "requirements.txt": "fastapi>=0.114\n"}, {"pyproject.toml": PROJECT}, ""),
        ({"pyproject.toml": POETRY.replace(".dependencies", ".group.dev.dependencies")}, {"pyproject.toml": PROJECT}, ""),
        ({"pyproject.toml": POETRY.replace("fastapi", "fastapi-cli")}, {"pyproject.toml": PROJECT}, ""),
        ({"pyproject.toml": POETRY}, {"pyproject.toml": PROJECT.replace("<1.0.0", "<0.142.0")}, ""),
        ({"other/pyproject.toml": POETRY}, {"pyproject.toml": PROJECT}, ""),
        ({"pyproject.toml": "[tool.poetry.dependencies\n"}, {"pyproject.toml": PROJECT}, ""),
        ({"requirements.txt": "fastapi==0.114.2\n    # via -r app.in\n"}, {"pyproject.toml": PROJECT}, ""),
    ],
)  # fmt: skip
def test_what_the_last_commit_had_is_said_where_it_was_narrower(
    before: Mapping[str, str], now: Mapping[str, str], expected: str, project: Path, pincheck: Pincheck
) -> None:
    commit(project, before)
    for name in before:
        (project / name).unlink()
    write(project, now)
    assert told(pincheck("check")) == ([f"{HERE}{NOW}{expected}"] if expected else [])


def test_a_bare_name_that_had_a_version_is_told(project: Path, pincheck: Pincheck) -> None:
    commit(project, {"requirements.txt": "fastapi[all]==0.114.2\n"})
    write(project, {"requirements.txt": "fastapi[all]\n"})
    ended = pincheck("check")
    wider = "fastapi is wider than in the last commit: no specifier here, ==0.114.2 in `requirements.txt:1` there"
    assert told(ended) == [f"requirements.txt:1:1: PIN122 warning: {wider}"]
    assert ended.code == 1


def test_an_entry_that_bounded_another_table_and_is_gone_is_told(project: Path, pincheck: Pincheck) -> None:
    loose = PROJECT.replace("0.141.1", "0.114.2")
    commit(project, {"pyproject.toml": loose + POETRY, "poetry.lock": ""})
    write(project, {"pyproject.toml": loose})
    expected = ">=0.114.2,<1.0.0 here, ^0.114.2 in `pyproject.toml:7` there"
    assert told(pincheck("check")) == [f"{HERE}fastapi is wider than in the last commit: {expected}"]


def test_what_still_stands_in_the_tree_is_told_once(project: Path, pincheck: Pincheck) -> None:
    commit(project, {"Pipfile": PIPFILE, "pyproject.toml": POETRY})
    write(project, {"pyproject.toml": PROJECT.replace("0.141.1", "0.114.2")})
    ended = pincheck("check")
    assert told(ended) == [
        f"{HERE}fastapi is wider than in `Pipfile:2`: >=0.114.2,<1.0.0 here, ~=0.114.2 there",
    ]


def test_the_remedy_is_what_a_fix_would_write(project: Path, pincheck: Pincheck) -> None:
    commit(project, {"pyproject.toml": POETRY})
    write(project, {"pyproject.toml": PROJECT})
    line = next(line for line in pincheck("check").out.splitlines() if "PIN122" in line)
    assert line.endswith("; write `>=0.141.1,<0.142.0`")
    assert pincheck("check", "--fix").code == 0
    assert ">=0.141.1,<0.142.0" in (project / "pyproject.toml").read_text()


def test_a_folder_below_is_compared_with_itself(project: Path, pincheck: Pincheck) -> None:
    commit(project, {"pyproject.toml": PROJECT.replace(">=0.141.1,<1.0.0", "==0.1.0"), "api/pyproject.toml": POETRY})
    write(project, {"api/pyproject.toml": PROJECT})
    expected = [f"api/{HERE}{NOW}^0.114.2 in `api/pyproject.toml:3` there"]
    assert told(pincheck("check")) == expected
    assert told(pincheck("check", "api/pyproject.toml")) == expected
    os.chdir("api")
    assert told(pincheck("check")) == [f"{HERE}{NOW}^0.114.2 in `pyproject.toml:3` there"]


@pytest.mark.parametrize("state", ["no repository", "nothing committed", "another repository's hook"])
def test_without_a_commit_nothing_is_told(
    state: str, project: Path, pincheck: Pincheck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, {"pyproject.toml": PROJECT})
    if state == "nothing committed":
        git(project, "init", "-q")
    if state == "another repository's hook":
        (tmp_path / "other").mkdir()
        commit(tmp_path / "other", {"pyproject.toml": POETRY})
        monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
        monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / ".git" / "index"))
    ended = pincheck("check")
    assert told(ended) == []
    assert "PIN101" in ended.out


def test_a_commit_that_is_under_way_is_compared_with_the_last_one(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As git runs a hook: with the repository, the index and the prefix of the commit in the environment."""
    commit(project, {"pyproject.toml": POETRY})
    write(project, {"pyproject.toml": PROJECT})
    hook = project / ".git" / "hooks" / "pre-commit"
    said = tmp_path / "said"
    hook.write_text(f"#!/bin/sh\n{sys.executable} -m pincheck check pyproject.toml >{said}\n")
    hook.chmod(0o755)
    identity = ["-c", "user.name=tests", "-c", "user.email=tests@example.com", "-c", "commit.gpgsign=false"]
    argv = ["git", *identity, "commit", "-qam", "migrate"]
    monkeypatch.delenv("GIT_DIR", raising=False)
    ended = subprocess.run(argv, cwd=project, capture_output=True, text=True, check=False)
    assert ended.returncode != 0, ended.stderr
    assert f"{HERE}{NOW}^0.114.2 in `pyproject.toml:3` there" in said.read_text()


def test_nothing_of_the_repositorys_configuration_is_run(project: Path, pincheck: Pincheck, tmp_path: Path) -> None:
    commit(project, {"pyproject.toml": POETRY, ".gitattributes": "* filter=evil diff=evil text eol=crlf\n"})
    write(project, {"pyproject.toml": PROJECT})
    mark = tmp_path / "ran"
    evil = f"sh -c 'echo \"$0 $@\" >>{mark}'"
    for key in (
        "core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "core.askPass", "core.gitProxy",
        "core.alternateRefsCommand", "filter.evil.smudge", "filter.evil.clean", "filter.evil.process",
        "diff.evil.textconv", "diff.evil.command", "diff.external", "pager.ls-tree", "pager.cat-file",
        "interactive.diffFilter", "gpg.program", "uploadpack.packObjectsHook",
    ):  # fmt: skip
        git(project, "config", key, evil)
    git(project, "config", "alias.ls-tree", f"!{evil}")
    git(project, "config", "alias.cat-file", f"!{evil}")
    git(project, "config", "core.hooksPath", str(tmp_path / "hooks"))
    for name in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        write(tmp_path, {f"hooks/{name}": f"#!/bin/sh\n{evil}\n"})
        (tmp_path / "hooks" / name).chmod(0o755)
    assert told(pincheck("check")) == [f"{HERE}{NOW}^0.114.2 in `pyproject.toml:3` there"]
    assert not mark.exists()


def test_an_object_that_is_not_there_is_not_fetched(project: Path, pincheck: Pincheck, tmp_path: Path) -> None:
    """A clone without its objects asks for them by commands that its configuration names."""
    commit(project, {"pyproject.toml": POETRY})
    blob = git(project, "rev-parse", "HEAD:pyproject.toml")
    (project / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    write(project, {"pyproject.toml": PROJECT})
    mark = tmp_path / "ran"
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\necho ran >>{mark}\n")
    evil.chmod(0o755)
    for key, value in {
        "core.repositoryFormatVersion": "1", "extensions.partialClone": "origin", "remote.origin.promisor": "true",
        "remote.origin.url": str(project), "remote.origin.uploadpack": str(evil), "protocol.file.allow": "always",
        "protocol.ext.allow": "always", "core.sshCommand": str(evil),
    }.items():  # fmt: skip
        git(project, "config", key, value)
    assert told(pincheck("check")) == []
    git(project, "config", "remote.origin.url", f"ext::{evil}")
    assert told(pincheck("check")) == []
    assert not mark.exists()
    ended = subprocess.run(["git", "cat-file", "-p", blob], cwd=project, capture_output=True, check=False)
    assert ended.returncode != 0
    assert mark.exists(), "this git fetches nothing, and the test proves nothing"


def test_what_is_no_plain_file_of_a_commit_is_passed_over(project: Path, pincheck: Pincheck) -> None:
    (project / "requirements.txt").symlink_to("elsewhere.md")
    commit(project, {"elsewhere.md": "fastapi==0.114.2\n", "Pipfile": "# " + "x" * 2_200_000 + "\n" + PIPFILE})
    for name in ("requirements.txt", "Pipfile"):
        (project / name).unlink()
    write(project, {"pyproject.toml": PROJECT})
    assert told(pincheck("check")) == []
