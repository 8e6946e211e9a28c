"""uv's own tables, and what they do to a pin that is declared."""

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from pincheck import edits, manifests
from pincheck.commands import _gather
from pincheck.config import Config
from pincheck.dialects import Moved, pep440
from pincheck.manifests import Reading
from pincheck.model import Edit, Project, Source
from tests.test_rules import codes_of, findings

PROJECT = '[project]\nname = "shop"\nversion = "1"\n'
PINNED = f'{PROJECT}dependencies = ["fastapi>=0.112.0,<0.113.0"]\n'


def read(text: str, name: str = "pyproject.toml") -> Reading:
    found = manifests.read(Source(PurePosixPath(name), text), environ={})
    assert found is not None
    return found


def written(folder: Path, files: dict[str, str]) -> Project:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return _gather.project([folder], {}, Config())


@pytest.mark.parametrize(
    ("key", "origin", "group"),
    [
        ("dev-dependencies", "declared", "dev"),
        ("constraint-dependencies", "constraint", ""),
        ("override-dependencies", "override", ""),
    ],
)
def test_each_list_says_what_it_does_to_a_pin(key: str, origin: str, group: str) -> None:
    (found,) = read(f"[tool.uv]\n{key} = [\"FastAPI[all] ~=0.112.0 ; python_version>'3'\"]\n").declarations
    assert (found.name, found.origin, found.group) == ("fastapi", origin, group)
    assert (found.written, found.marker, found.extras) == ("~=0.112.0", "python_version>'3'", frozenset({"all"}))


@pytest.mark.parametrize("name", ["pyproject.toml", "uv.toml"])
def test_what_builds_are_held_to_is_no_constraint_and_holds_no_upgrade(name: str) -> None:
    head = "" if name == "uv.toml" else "[tool.uv]\n"
    found = read(f'{head}build-constraint-dependencies = ["fastapi<0.113"]\n', name)
    assert found.declarations == ()
    assert [(item.subject, item.name) for item in found.left_alone] == [("fastapi<0.113", "")]


@pytest.mark.parametrize(
    ("given", "voided"),
    [
        ('{ git = "https://x.test/f" }', ["a git repository"]),
        ('{ url = "https://x.test/f.tar.gz" }', ["a URL"]),
        ('{ path = "../f" }', ["a path"]),
        ('{ index = "internal" }', []),
        ("{ workspace = true }", []),
        ('[{ index = "a", marker = "x" }, { path = "f", extra = "cpu" }]', ["a path"]),
        (
            '[{ git = "g", marker = "os_name == \'nt\'" }, { url = "u" }]',
            ["a git repository where `os_name == 'nt'`", "a URL"],
        ),
    ],
)
def test_a_source_takes_a_version_out_of_effect_where_it_has_one_of_its_own(given: str, voided: list[str]) -> None:
    found = read(f"{PINNED}[tool.uv.sources]\n'Fast.API' = {given}\n")
    assert [oddity.text.removeprefix("`tool.uv.sources` takes it from ") for oddity in found.oddities] == voided
    assert {oddity.name for oddity in found.oddities} <= {"fast-api"}
    assert [item.name for item in found.left_alone] == ["fast-api"] * len(voided)


@pytest.mark.parametrize(
    "given",
    [
        '{ package = "shop", dependencies = ["fastapi"] }',
        '{ package = { name = "" }, dependencies = ["fastapi"] }',
        '{ package = { name = 1 }, dependencies = ["fastapi"] }',
        '{ package = { name = "shop" }, dependencies = "fastapi" }',
        '{ package = { name = "shop" } }',
        "{}",
        "[]",
    ],
)
@pytest.mark.parametrize("key", ["override-dependencies", "exclude-dependencies"])
def test_a_scope_is_a_package_and_its_dependencies_or_a_problem(key: str, given: str) -> None:
    found = read(f"[tool.uv]\n{key} = [{given}]\n")
    assert (len(found.problems), found.declarations, found.oddities) == (1, (), ())


@pytest.mark.parametrize(
    ("scope", "written", "expected"),
    [
        ("shop", "fastapi>=0.100", ["override"]),
        ("Shop", "fastapi==0.112.1", ["override"]),
        ("other", "fastapi==0.112.1", ["declared"]),
        ("other", "fastapi>=0.100", []),
    ],
)
def test_an_override_of_one_package_reaches_no_other(scope: str, written: str, expected: list[str]) -> None:
    table = f'[{{ package = {{ name = "{scope}" }}, dependencies = ["{written}"] }}]'
    found = read(f"{PROJECT}[tool.uv]\noverride-dependencies = {table}\n")
    assert [declared.origin for declared in found.declarations] == expected
    assert (len(found.left_alone), found.problems) == (1 - len(expected), ())


def test_a_path_source_is_read_for_what_it_requires(project: Path) -> None:
    sources = (
        '[tool.uv.sources]\ncore = { path = "../outside/core" }\nown = { path = "libs/own" }\nw = { path = "w.whl" }\n'
    )
    found = written(project, {"pyproject.toml": PINNED + sources, "libs/own/pyproject.toml": PINNED})
    assert len(found.declarations) == 2
    assert (PurePosixPath("pyproject.toml"), PurePosixPath("libs/own/pyproject.toml")) in {
        (a.relative_to(project) if a.is_absolute() else a, b) for a, b in found.included
    }
    assert all(item.name or "outside the project" in item.reason for item in found.left_alone)


def test_members_are_those_of_the_globs_without_the_excluded(project: Path) -> None:
    workspace = '[tool.uv.workspace]\nmembers = ["packages/*", "app"]\nexclude = ["packages/old-*", "packages/x"]\n'
    files = {
        f"{name}/pyproject.toml": PINNED for name in ("packages/a", "packages/old-b", "packages/x", "app", "other")
    }
    found = written(project, {"pyproject.toml": PINNED + workspace, **files})
    assert sorted(str(member) for _, member in found.members) == ["app/pyproject.toml", "packages/a/pyproject.toml"]


CONSTRAINED = f'{PROJECT}dependencies = ["fastapi>=0.112.0"]\n'


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"pyproject.toml": f'{CONSTRAINED}[tool.uv]\nconstraint-dependencies = ["fastapi<0.113"]\n'}, []),
        (
            {"pyproject.toml": f'{CONSTRAINED}[tool.uv]\nbuild-constraint-dependencies = ["fastapi<0.113"]\n'},
            ["PIN101"],
        ),
        (
            {
                "pyproject.toml": f'{PROJECT}[tool.uv]\nconstraint-dependencies = ["fastapi<0.113"]\nworkspace.members = ["m"]\n',
                "m/pyproject.toml": CONSTRAINED,
            },
            [],
        ),
        (
            {
                "pyproject.toml": f'{PROJECT}[tool.uv]\nworkspace.members = ["m"]\n',
                "m/pyproject.toml": f'{CONSTRAINED}[tool.uv]\nconstraint-dependencies = ["fastapi==0.112.0"]\n',
            },
            ["PIN101", "PIN117"],
        ),
    ],
)
def test_a_constraint_makes_a_pin_right_where_uv_heeds_it(
    files: dict[str, str], expected: list[str], project: Path
) -> None:
    assert codes_of(project, files) == expected


@pytest.mark.parametrize(
    ("pin", "override", "expected"),
    [
        (">=0.112.0,<0.113.0", "==0.112.3", []),
        (">=0.112.0,<0.113.0", "~=0.112.1", []),
        (">=0.112.0", "==0.115.0", ["PIN101"]),  # the floor is still judged, the override is right
        ("", "==0.115.0", ["PIN101"]),
        ("==0.112.0", "==0.115.0", ["PIN117 error"]),
        ("==0.112.0", "~=0.112.0", ["PIN117 error"]),
        ("==0.112.0", ">=0.112.0", ["PIN101", "PIN117 error"]),
        ("==0.112.0", "", ["PIN101", "PIN117 error"]),
        ("==0.112.0", " @ git+https://x.test/f", ["PIN109", "PIN117 warning"]),
        (" @ git+https://x.test/f", "==0.115.0", ["PIN109"]),
    ],
)
def test_an_override_is_judged_and_must_stay_inside_the_pin(
    pin: str, override: str, expected: list[str], project: Path
) -> None:
    text = f'{PROJECT}dependencies = ["fastapi{pin}"]\n[tool.uv]\noverride-dependencies = ["fastapi{override}"]\n'
    found = findings(project, {"pyproject.toml": text})
    assert sorted(f"{f.code} {f.severity}" if f.code == "PIN117" else f.code for f in found) == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("one-minor", ["error"]), ("exact", ["error"]), (">=2,<3", ["warning"]), ("free", []), (None, [])],
)
def test_how_much_a_voided_pin_matters_is_the_policys(policy: str | None, expected: list[str], project: Path) -> None:
    text = f'{PROJECT}dependencies = ["orjson==2.1.0"]\n[tool.uv]\noverride-dependencies = ["orjson==2.2.0"]\n'
    found = findings(project, {"pyproject.toml": text}, {"orjson": policy} if policy else None)
    assert [f.severity for f in found if f.code == "PIN117"] == expected


def test_an_override_of_uv_toml_voids_the_requirements_files_beside_it(project: Path) -> None:
    files = {"uv.toml": 'override-dependencies = ["fastapi==0.115.0"]\n', "pyproject.toml": PINNED}
    files |= {"requirements.txt": "fastapi==0.112.0\n", "a/requirements.txt": "fastapi==0.112.0\n"}
    (found,) = findings(project, files)
    assert (found.code, found.source.path.name) == ("PIN117", "uv.toml")
    assert "requirements.txt:1)" in found.message
    assert "a/requirements.txt" not in found.message


def test_an_override_of_another_project_voids_nothing(project: Path) -> None:
    other = f'{PROJECT}dependencies = ["fastapi==0.115.0"]\n[tool.uv]\noverride-dependencies = ["fastapi==0.115.1"]\n'
    found = findings(project, {"a/pyproject.toml": PINNED, "b/pyproject.toml": other})
    assert [(f.code, f.source.path.parent.name) for f in found] == [("PIN117", "b")]


def test_an_override_of_the_root_voids_the_pins_of_members_and_followed_files(project: Path) -> None:
    root = f'{PROJECT}[tool.uv]\noverride-dependencies = ["fastapi==0.115.0"]\nworkspace.members = ["m"]\n'
    member = f'{PROJECT}dynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies.file = "r.list"\n'
    files = {"pyproject.toml": root, "m/pyproject.toml": member, "m/r.list": "fastapi==0.112.0\n"}
    (found,) = findings(project, files)
    assert found.code == "PIN117"
    assert "m/r.list:1" in found.message


@given(
    st.lists(
        st.sampled_from(["fastapi==0.112.0", "FastAPI ~= 0.112.1", "fastapi[all]>=0.112,<0.113", "httpx==0.112.0"])
    ),
    st.sampled_from(["dev-dependencies", "constraint-dependencies", "override-dependencies"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["'", '"']),
)
def test_reading_after_moving_gives_the_same_but_for_the_version(
    listed: list[str], key: str, line_end: str, quote: str
) -> None:
    lines = ["[tool.uv]", f"{key} = [", *(f"  {quote}{one}{quote},  # {one}" for one in listed), "]", ""]
    before = read(line_end.join(lines))
    source = Source(PurePosixPath("pyproject.toml"), line_end.join(lines))
    made = []
    for declared in before.declarations:
        moved = pep440.move(source.at(declared.specifier_span), Version("0.115.2"))
        assert isinstance(moved, Moved)
        made.append(Edit(source.path, declared.specifier_span, moved.text))
    after = read(edits.apply(source.text, made))
    assert [(d.name, d.extras, d.origin, d.group) for d in after.declarations] == [
        (d.name, d.extras, d.origin, d.group) for d in before.declarations
    ]
    assert all(d.specifier.contains("0.115.2") for d in after.declarations)
    assert [line.partition("#")[2] for line in edits.apply(source.text, made).split(line_end)] == [
        line.partition("#")[2] for line in lines
    ]


HOSTILE = (
    "[tool.uv]\nsources = { a = { path = 1 }, b = [[], 1], c = { git = {} }, '' = { url = 2 } }\n",
    "[tool.uv]\nworkspace = { members = [[], '', '/', '../..', '**', '[', '\\u0000'] }\n",
    "[tool.uv]\nexclude-dependencies = [[], {}, '', 'a b', 'x; ((((']\nbuild-constraint-dependencies = {}\n",
    "[[tool.uv]]\nsources = 1\n",
    "tool = []\n",
    "[tool.uv.workspace]\nmembers = {}\nexclude = ['']\n",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_tables_are_problems_at_worst(text: str, project: Path) -> None:
    (project / "pyproject.toml").write_text(text)
    assert _gather.project([project], {}, Config()).sources
