"""Hatch's environments, against what Hatch itself makes of them where it is installed."""

import json
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincheck import manifests
from pincheck.commands import _gather
from pincheck.config import Config
from pincheck.manifests import Reading
from pincheck.model import Source

PROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["pydantic>=2"]\n'
BUILD = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


def read(text: str, name: str = "hatch.toml") -> Reading:
    found = manifests.read(Source(PurePosixPath(name), text), environ={})
    assert found is not None
    return found


@pytest.mark.parametrize(
    "text",
    [
        'dependencies = ["fastapi==0.112.0"]',
        'extra-dependencies = ["fastapi==0.112.0"]',
        'overrides.matrix.v.dependencies = ["fastapi==0.112.0"]',
        'overrides.matrix.v.set-extra-dependencies = ["fastapi==0.112.0"]',
        'overrides.env.CI.extra-dependencies = [{ value = "fastapi==0.112.0", if = ["1"] }]',
        'overrides.platform.linux.dependencies = [{ if = ["1"], value = "fastapi==0.112.0" }]',
        'overrides.name."^a.*$".set-dependencies = ["fastapi==0.112.0"]',
    ],
)
@pytest.mark.parametrize(("name", "table"), [("hatch.toml", "envs"), ("pyproject.toml", "tool.hatch.envs")])
def test_an_environment_requires_what_any_of_its_lists_say(text: str, name: str, table: str) -> None:
    reading = read(f"[{table}.test]\n{text}\n", name)
    assert reading.problems == ()
    (found,) = reading.declarations
    assert (found.name, found.group, found.origin, found.fixed) == ("fastapi", "envs.test", "declared", "")
    assert found.source.at(found.span) == "fastapi==0.112.0"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("fastapi=={matrix:fastapi}", "fastapi"),
        ("FastAPI[all] ~= {env:PIN:0.112.0}", "fastapi"),
        ("fastapi @ {root:uri}/fastapi", "fastapi"),
        ("fastapi{matrix:range}", ""),
        ("{env:PACKAGE}>=1", ""),
        ("fastapi>=0.112 ; python_version > '{matrix:python}'", "fastapi"),
    ],
)
def test_what_hatch_fills_in_is_left_alone_under_its_name(text: str, name: str) -> None:
    reading = read(f'[envs.test]\ndependencies = ["{text}"]\n')
    assert (reading.declarations, reading.problems) == ((), ())
    assert [(item.subject, item.name) for item in reading.left_alone] == [(text, name)]


def test_what_only_builds_need_is_not_read() -> None:
    assert read('[build.targets.wheel]\ndependencies = ["fastapi"]\n') == Reading()


def test_the_files_of_the_plugin_are_followed(project: Path) -> None:
    hook = '[metadata.hooks.requirements_txt]\nfilename = "a.list"\n[metadata.hooks.requirements_txt.optional-dependencies]\nx = ["b.list"]\n'
    (project / "hatch.toml").write_text(hook)
    (project / "a.list").write_text("fastapi==0.112.0\n")
    (project / "b.list").write_text("fastapi==0.112.1  # c\n")
    found = _gather.project([project], {}, Config())
    assert [(str(d.source.path), str(d.specifier)) for d in found.declarations] == [
        ("a.list", "==0.112.0"),
        ("b.list", "==0.112.1"),
    ]
    assert (found.problems, found.left_alone) == ((), ())


REQUIREMENTS = st.lists(st.sampled_from(["fastapi==0.112.0", "httpx", "anyio>=4", "trio<1"]), max_size=3)


@st.composite
def environments(draw: st.DrawFn) -> str:
    """Write an environment with a matrix and every kind of override, all of whose conditions hold."""
    lines = ["[tool.hatch.envs.probe]", "skip-install = true"]
    lines += [f"{key} = {json.dumps(draw(REQUIREMENTS))}" for key in ("dependencies", "extra-dependencies")]
    lines += ["[[tool.hatch.envs.probe.matrix]]", 'v = ["1"]', "[tool.hatch.envs.probe.overrides]"]
    for condition in ("matrix.v", 'name."^.*$"'):
        given = draw(REQUIREMENTS)
        entries = [draw(st.sampled_from([json.dumps(one), f"{{ value = {json.dumps(one)} }}"])) for one in given]
        lines.append(
            f"{condition}.{draw(st.sampled_from(['dependencies', 'extra-dependencies']))} = [{', '.join(entries)}]"
        )
    return "\n".join(lines) + "\n"


def test_hatch_requires_no_more_than_is_read(project: Path) -> None:
    """Every requirement that Hatch puts into the environment is among the declarations, and the other way round."""
    hatch = shutil.which("hatch")
    if hatch is None:
        pytest.skip("Hatch is not installed: `hatch env show --json` says what its environments require")
    examples: list[str] = []

    @given(environments())
    def collect(text: str) -> None:
        examples.append(text)

    collect()
    for text in sorted(set(examples), key=lambda text: (-len(text), text))[:8]:
        (project / "pyproject.toml").write_text(PROJECT + BUILD + text)
        shown = subprocess.run(
            [hatch, "env", "show", "--json"], capture_output=True, check=True, text=True, timeout=120
        )
        found = {k: v for k, v in json.loads(shown.stdout).items() if k.split(".")[0] == "probe"}
        asked = {
            one for env in found.values() for key in ("dependencies", "extra-dependencies") for one in env.get(key, [])
        }
        reading = manifests.read(Source(PurePosixPath("pyproject.toml"), PROJECT + BUILD + text), environ={})
        assert reading is not None
        assert {d.source.at(d.span) for d in reading.declarations if d.group == "envs.probe"} == asked


HOSTILE = (
    "envs = [1]",
    "[envs]\na = []\n'' = { dependencies = [[], {}, 1, '{', '{}', '{a', '}'] }",
    "[envs.a]\noverrides = 1",
    "[envs.a.overrides]\nmatrix = []\nenv = { x = 1, y = { dependencies = { value = 'x' } } }",
    "[envs.a.overrides.name.x]\ndependencies = [{ value = 1 }, { value = ['x'] }, {}]",
    "[metadata]\nhooks = 1",
    "[metadata.hooks.requirements_txt]\nfiles = [1, '']\nfilename = {}\noptional-dependencies = 'x'",
    "[metadata.hooks.requirements_txt.optional-dependencies]\na = 'x'\nb = [[]]",
    "[envs.a]\ndependencies = ['" + "{env:" * 3_000 + "']",
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:40])
def test_hostile_tables_are_problems_at_worst(text: str, project: Path) -> None:
    (project / "hatch.toml").write_text(text)
    assert _gather.project([project], {}, Config()).sources
