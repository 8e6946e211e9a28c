"""pixi's tables: conda's packages in conda's words, the index's in PEP 440's."""

import pytest

from pincheck import manifests
from pincheck.manifests import Reading
from pincheck.model import Declaration, Source
from tests.conftest import path


def read(text: str, name: str = "pixi.toml") -> Reading:
    found = manifests.read(Source(path(name), text), environ={})
    assert found is not None
    return found


def one(table: str, entry: str) -> Declaration:
    """What an entry of a table declares."""
    found = read(f"[{table}]\n{entry}\n")
    assert found.problems == ()
    (declared,) = found.declarations
    return declared


TABLES = (
    ("dependencies", "", "declared"),
    ("host-dependencies", "host-dependencies", "declared"),
    ("build-dependencies", "build-dependencies", "declared"),
    ("target.linux-64.dependencies", "target.linux-64.dependencies", "declared"),
    ("feature.api.dependencies", "feature.api.dependencies", "declared"),
    ("feature.api.target.osx.host-dependencies", "feature.api.target.osx.host-dependencies", "declared"),
    ("package.run-dependencies", "package.run-dependencies", "declared"),
    ("environments.py312.dependencies", "environments.py312.dependencies", "declared"),
    ("package.host-dependencies.'if(linux or win)'", "package.host-dependencies.if(linux or win)", "declared"),
    ("package.extra-dependencies.test", "package.extra-dependencies.test", "declared"),
    ("workspace.dependencies", "workspace.dependencies", "declared"),
    ("constraints", "constraints", "constraint"),
)
INDEX_TABLES = (
    ("pypi-dependencies", "declared"),
    ("feature.api.pypi-dependencies", "declared"),
    ("target.win.pypi-dependencies", "declared"),
    ("feature.api.target.osx.pypi-dependencies", "declared"),
    ("pypi-options.dependency-overrides", "override"),
    ("feature.api.pypi-options.dependency-overrides", "override"),
)


@pytest.mark.parametrize("name", ["pixi.toml", "pyproject.toml"])
@pytest.mark.parametrize(("table", "group", "origin"), TABLES)
def test_conda_tables_are_read_in_the_words_of_conda(table: str, group: str, origin: str, name: str) -> None:
    prefix = "" if name == "pixi.toml" else "tool.pixi."
    found = read(f'[{prefix}{table}]\nfastapi = "0.112.*"\n', name)
    (declared,) = found.declarations
    assert (declared.group, declared.origin, declared.dialect) == (group, origin, "conda")
    assert str(declared.specifier) == "==0.112.*"


@pytest.mark.parametrize("name", ["pixi.toml", "pyproject.toml"])
@pytest.mark.parametrize(("table", "origin"), INDEX_TABLES)
def test_index_tables_are_read_in_the_words_of_pep_440(table: str, origin: str, name: str) -> None:
    prefix = "" if name == "pixi.toml" else "tool.pixi."
    found = read(f'[{prefix}{table}]\nfastapi = "==0.112.*"\nstarlette = "*"\n', name)
    assert [(d.name, d.group, d.origin, d.dialect, str(d.specifier)) for d in found.declarations] == [
        ("fastapi", table, origin, "pipenv", "==0.112.*"),
        ("starlette", table, origin, "pipenv", ""),
    ]


@pytest.mark.parametrize(
    ("entry", "meaning"),
    [
        ('fastapi = "0.112"', "==0.112"),  # pixi: "assuming you meant `==0.112`"
        ('fastapi = "0.112.0"', "==0.112.0"),
        ('fastapi = "==0.112.0"', "==0.112.0"),
        ('fastapi = "=0.112"', "==0.112.*"),
        ('fastapi = "*"', ""),
        ('fastapi = ">=0.112,<0.113"', "<0.113,>=0.112"),
        ('fastapi = {version = "0.112.*", channel = "conda-forge"}', "==0.112.*"),
        ('[dependencies.fastapi]\nversion = "~=0.112.0"', "~=0.112.0"),
    ],
)
def test_a_conda_rule_is_the_version_part_of_a_matchspec(entry: str, meaning: str) -> None:
    declared = one("dependencies", entry)
    assert (str(declared.specifier), declared.fixed) == (meaning, "")


@pytest.mark.parametrize(
    ("entry", "meaning", "reason"),
    [
        ('{version = "0.112.0", build = "py_0"}', "==0.112.0", "the build `py_0` belongs to this version"),
        ('{version = "0.112.0", build-number = 1}', "==0.112.0", "the build `1` belongs to this version"),
        ('{version = "0.112.0", md5 = "ab"}', "==0.112.0", "it is pinned to one file"),
        ('{channel = "x"}', "", "its table names no version"),
        ('"0.112.0|0.112.1"', "<=0.112.1,>=0.112.0", "alternatives (`|`) cannot be moved; write one range"),
        ('{url = "https://x.test/fastapi-0.112.0-py_0.conda"}', "==0.112.0", "it is a direct reference"),
        ('{git = "https://x.test/f.git", tag = "0.112.0"}', "", "it is a direct reference"),
        ('{path = "../fastapi"}', "", "it is a direct reference"),
    ],
)
def test_what_cannot_be_edited_is_fixed(entry: str, meaning: str, reason: str) -> None:
    declared = one("dependencies", f"fastapi = {entry}")
    assert (str(declared.specifier), declared.fixed) == (meaning, reason)


def test_a_package_of_the_index_has_extras_and_a_marker() -> None:
    declared = one(
        "pypi-dependencies",
        """fastapi = {version = "~=0.112.0", extras = ["standard"], env-markers = "sys_platform == 'win32'"}""",
    )
    assert (declared.extras, declared.marker) == (frozenset({"standard"}), "sys_platform == 'win32'")
    assert declared.written == "~=0.112.0"


@pytest.mark.parametrize(
    ("entry", "url", "targets"),
    [
        ('app = {path = ".", editable = true}', ".", ["."]),
        ('app = {git = "https://x.test/a.git", rev = "abc"}', "git+https://x.test/a.git@abc", []),
        ('app = {url = "https://x.test/app-1.0-py3-none-any.whl"}', "https://x.test/app-1.0-py3-none-any.whl", []),
        ('app = {extras = ["x"]}', "", []),
    ],
)
def test_a_package_of_the_index_may_come_from_elsewhere(entry: str, url: str, targets: list[str]) -> None:
    found = read(f"[pypi-dependencies]\n{entry}\n")
    (declared,) = found.declarations
    assert (declared.url, bool(declared.fixed)) == (url, True)
    assert [include.target for include in found.includes] == targets


@pytest.mark.parametrize(
    ("table", "entry", "reason"),
    [
        ("dependencies", 'x = ""', "it is empty; every version is `*`"),
        ("dependencies", "x = 1", "must be a version rule or a table"),
        ("dependencies", 'x = "^0.1"', "Poetry's"),
        ("dependencies", 'x = ">=0.1 <0.2"', "separated by commas"),
        ("dependencies", "x = {version = 1}", "not text"),
        ("dependencies", '"" = "1.0"', "not a version rule"),
        ("pypi-dependencies", 'x = "0.112.0"', "has no operator; did you mean `==0.112.0`?"),
        ("pypi-dependencies", 'x = ""', "it is empty; every version is `*`"),
        ("pypi-dependencies", 'x = {version = "1.0"}', "has no operator"),
        ("pypi-dependencies", 'x = {version = ">1", extras = "a"}', "not text"),
        ("pypi-dependencies", 'x = {version = ">1", env-markers = "a"}', "not a version rule"),
        ("pypi-dependencies", "x = []", "must be a version rule or a table"),
    ],
)
def test_an_entry_that_cannot_be_read_is_a_problem(table: str, entry: str, reason: str) -> None:
    found = read(f'[{table}]\n{entry}\nfastapi = "*"\n')
    assert [declared.name for declared in found.declarations] == ["fastapi"]
    (problem,) = found.problems
    assert reason in problem.reason
    assert problem.source.position(problem.span.start)[0] == 2


@pytest.mark.parametrize("text", ["dependencies = 1\n", "[feature.x]\npypi-dependencies = []\n"])
def test_a_table_must_be_a_table(text: str) -> None:
    (problem,) = read(text).problems
    assert "must be a table" in problem.reason


def test_a_version_of_conda_alone_is_left_alone() -> None:
    found = read('[dependencies]\nopenssl = "1.1.1w.*"\n_r-mutex = "*"\n')
    assert [left.name for left in found.left_alone] == ["openssl", "_r-mutex"]
    assert (found.declarations, found.problems) == ((), ())


def test_a_version_of_the_workspace_is_read_where_it_stands() -> None:
    found = read('[workspace.dependencies]\nfastapi = "0.112.*"\n[dependencies]\nfastapi = { workspace = true }\n')
    assert [declared.group for declared in found.declarations] == ["workspace.dependencies"]


def test_a_project_without_pixi_says_nothing() -> None:
    assert read("[dependencies]\nx = 1\n", "pyproject.toml") == Reading()
