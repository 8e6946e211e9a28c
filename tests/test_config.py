"""`[tool.pincheck]` and `pincheck.toml`: what is read, from where, and every way to get it wrong."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from pincheck import config, policy
from pincheck.errors import PincheckError
from pincheck.model import Exact, Free, OneMinor, Unpinned, Within
from tests.conftest import Ended


def test_an_empty_table_is_the_defaults() -> None:
    assert config.read({}, "here") == config.Config()
    assert config.Config().cooldown == timedelta(days=3)
    assert config.Config().policies == policy.BUILT_IN


def test_every_key_is_read() -> None:
    read = config.read(
        {
            "policy": {"Starlette": "free", "sql.model": "one-minor", "httpx": "exact", "numpy": ">=2,<3"},
            "notes": {"FastAPI": "NOTES.md"},
            "session": "tests",
            "cooldown": "1 week",
            "test": "pytest -q",
            "env": {"DATABASE": "memory"},
            "cooldown-required": True,
            "advisories": "https://osv.example/",
        },
        "here",
    )
    assert (read.cooldown_required, read.advisories) == (True, "https://osv.example")
    assert config.read({"advisories": False}, "here").advisories == ""
    assert isinstance(read.policies[NormalizedName("starlette")], Free)
    assert isinstance(read.policies[NormalizedName("sql-model")], OneMinor)
    assert isinstance(read.policies[NormalizedName("httpx")], Exact)
    assert read.policies[NormalizedName("numpy")] == Within(SpecifierSet(">=2,<3"))
    assert isinstance(read.policies[NormalizedName("fastapi")], OneMinor)
    assert read.notes == {"fastapi": "NOTES.md"}
    assert (read.session, read.cooldown, read.test) == ("tests", timedelta(weeks=1), "pytest -q")
    assert read.env == {"DATABASE": "memory"}


@pytest.mark.parametrize(
    ("table", "message", "hint"),
    [
        ({"polcy": {}}, "here: unknown key `polcy`", "did you mean `policy`?"),
        ({"cool-down": "1 day"}, "here: unknown key `cool-down`", "did you mean `cooldown`?"),
        ({"tests": "x"}, "here: unknown key `tests`", "did you mean `test`?"),
        (
            {"zzz": 1},
            "here: unknown key `zzz`",
            "valid are `policy`, `notes`, `session`, `cooldown`, `cooldown-required`, `advisories`, `test`, `env`",
        ),
        ({"cooldown-required": "yes"}, "here: `cooldown-required` must be true or false", ""),
        ({"advisories": "osv"}, "here: `advisories` must be a web address, or false", f"the default is {config.OSV}"),
        ({"policy": {"fastapi": "one-miner"}}, "unknown policy `one-miner`", "did you mean `one-minor`?"),
        ({"policy": {"fastapi": "unpined"}}, "unknown policy `unpined`", "did you mean `unpinned`?"),
        (
            {"policy": {"fastapi": "0.112"}},
            "here: `policy.fastapi`: unknown policy `0.112`",
            "valid are `one-minor`, `exact`, `unpinned`, `free`, `>=2,<3`",
        ),
        ({"policy": {"fastapi": ""}}, "here: `policy.fastapi`: a policy cannot be empty", ""),
        ({"policy": {"fastapi": ">2,<1"}}, "here: `policy.fastapi`: `>2,<1` allows no version", ""),
        ({"policy": {"fastapi": "===1"}}, "here: `policy.fastapi`: `===1` allows no version", ""),
        ({"policy": {"fast api": "free"}}, "here: `policy.fast api` is not the name of a package", ""),
        ({"policy": {"fastapi": 7}}, "here: `policy` must be a table of strings", ""),
        ({"policy": "one-minor"}, "here: `policy` must be a table of strings", ""),
        ({"notes": "NOTES.md"}, "here: `notes` must be a table of strings", ""),
        ({"notes": {"a b": "NOTES.md"}}, "here: `notes.a b` is not the name of a package", ""),
        ({"env": {"A": 1}}, "here: `env` must be a table of strings", ""),
        ({"session": ["tests"]}, "here: `session` must be a string", ""),
        ({"test": 1}, "here: `test` must be a string", ""),
    ],
)
def test_what_is_wrong_is_said_with_what_is_right(table: Mapping[str, Any], message: str, hint: str) -> None:
    with pytest.raises(PincheckError) as error:
        config.read(table, "here")
    assert message in error.value.message
    assert error.value.hint == hint


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("3 days", timedelta(days=3)),
        ("1 day", timedelta(days=1)),
        ("0 days", timedelta()),
        ("12hours", timedelta(hours=12)),
        (" 2  WEEKS ", timedelta(weeks=2)),
        ("99999 weeks", timedelta(weeks=99999)),
    ],
)
def test_durations(written: str, read: timedelta) -> None:
    assert config.duration(written, "here") == read


@pytest.mark.parametrize(
    "written",
    [
        "",
        "3",
        3,
        3.0,
        None,
        "three days",
        "-1 days",
        "1.5 days",
        "3 months",
        "P3D",
        "1 day 2 hours",
        "9" * 6 + " days",
        "٣ days",
    ],
)
def test_what_is_no_duration(written: object) -> None:
    with pytest.raises(PincheckError, match="is not a duration") as error:
        config.duration(written, "here: `cooldown`")
    assert error.value.hint == 'write it as "3 days", "12 hours" or "1 week"'


def test_what_is_read_cannot_be_changed_by_the_defaults() -> None:
    assert isinstance(config.Config().policies, MappingProxyType)
    assert isinstance(policy.parse("unpinned"), Unpinned)


# From which file.

Check = Callable[..., Ended]
STRICT, LOOSE = '[policy]\nhttpx = "exact"\n', '[tool.pincheck.policy]\nhttpx = "free"\n'


def judged(pincheck: Check, *arguments: str) -> bool:
    """Say whether the policy `exact` for httpx held."""
    ended = pincheck("check", *arguments)
    assert ended.err == ""
    return "httpx" in ended.out


def test_the_nearest_file_holds_and_pincheck_toml_before_pyproject_toml(pincheck: Check, project: Path) -> None:
    below = project / "backend" / "api"
    below.mkdir(parents=True)
    (below / "requirements.txt").write_text("httpx>=1\n")
    assert not judged(pincheck, "backend/api")
    (project / "pincheck.toml").write_text(STRICT)
    assert judged(pincheck, "backend/api")
    assert judged(pincheck, "backend/api/requirements.txt")
    (project / "backend" / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\n')
    assert judged(pincheck, "backend/api")
    (project / "backend" / "pyproject.toml").write_text(LOOSE)
    assert not judged(pincheck, "backend/api")
    (project / "backend" / "pincheck.toml").write_text(STRICT)
    assert judged(pincheck, "backend/api")
    (below / "pincheck.toml").write_text("")
    assert not judged(pincheck, "backend/api")


@pytest.mark.parametrize(
    ("name", "text", "err"),
    [
        (
            "pincheck.toml",
            'polcy = "x"\n',
            "error: pincheck.toml: unknown key `polcy`\nhint: did you mean `policy`?\n",
        ),
        (
            "pyproject.toml",
            "[tool.pincheck]\nsesion = 'x'\n",
            "error: pyproject.toml: [tool.pincheck]: unknown key `sesion`\nhint: did you mean `session`?\n",
        ),
        ("pyproject.toml", "[tool]\npincheck = 7\n", "error: pyproject.toml: `tool.pincheck` must be a table\n"),
        ("pincheck.toml", "policy = \n", "error: pincheck.toml: not TOML: "),
    ],
)
def test_a_wrong_file_stops_every_verb(pincheck: Check, project: Path, name: str, text: str, err: str) -> None:
    (project / name).write_text(text)
    for verb in ("check", "propose", "upgrade"):
        ended = pincheck(verb)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith(err)
