"""`Pipfile`: what its tables declare, and how a rule moves in Pipenv's words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import InvalidSpecifier
from packaging.version import Version

from pincheck import candidates, dialects, edits, manifests, pins
from pincheck.dialects import Moved, Unmovable, pep440, pipenv
from pincheck.manifests import Include, Reading
from pincheck.model import Declaration, Source
from tests.conftest import path


def read(text: str) -> Reading:
    found = manifests.read(Source(path("Pipfile"), text), environ={})
    assert found is not None
    return found


def one(entry: str) -> Declaration:
    """What an entry of `[packages]` declares."""
    found = read(f"[packages]\n{entry}\n")
    assert found.problems == ()
    (declared,) = found.declarations
    return declared


# Text, and what `pipenv.utils.dependencies.convert_deps_to_pip` of 2026.10.3 puts behind the name.
@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("*", ""),
        ("0.112.0", "==0.112.0"),
        ("0.112.*", "==0.112.*"),
        ("v0.112.0", "==v0.112.0"),
        ("~=0.112.0", "~=0.112.0"),
        (">=0.112,<0.113", ">=0.112,<0.113"),
        (">= 0.112, < 0.113", ">=0.112,<0.113"),
        ("==0.112.0", "==0.112.0"),
        ("===0.112.0", "===0.112.0"),
        (" 0.112.0 ", "==0.112.0"),
    ],
)
def test_a_rule_means_what_pipenv_takes_it_for(text: str, meaning: str) -> None:
    assert pipenv.parse(text) == pins.parse(meaning)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("=0.1", "did you mean `==`?"),
        ("= 0.1", "did you mean `==`?"),
        ("^0.112.0", "Poetry's"),
        ("~0.112.0", "Poetry's"),
        ("==*", "Invalid specifier"),
        ("0.112.x", "Invalid specifier"),
        ("9" * 200, "more than 100 digits"),
        ("nothing", "Invalid specifier"),
    ],
)
def test_a_rule_that_pipenv_cannot_read_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidSpecifier, match=reason.replace("?", r"\?").replace("^", r"\^")):
        pipenv.parse(text)


@given(
    st.integers(0, 150),
    st.integers(0, 30),
    st.integers(1, 20),
    st.integers(0, 30),
    st.sampled_from(["", "v", " ", "  "]),
)
def test_a_bare_version_moves_to_a_bare_version(minor: int, patch: int, up: int, later: int, lead: str) -> None:
    target = Version(f"0.{minor + up}.{later}")
    moved = pipenv.move(f"{lead}0.{minor}.{patch}", target)
    assert moved == Moved(f"{lead}{target}", ())


@given(
    st.integers(0, 150),
    st.sampled_from(["=={0}.3", "~={0}.0", ">={0}.0,<{1}.0", "<{1} , >= {0}", "=={0}.*", "==={0}.3"]),
    st.integers(1, 20),
)
def test_everything_else_moves_as_pep_440_moves(minor: int, form: str, up: int) -> None:
    written, target = form.format(f"0.{minor}", f"0.{minor + 1}"), Version(f"0.{minor + up}.4")
    assert pipenv.move(written, target) == pep440.move(written, target)


@pytest.mark.parametrize(
    ("written", "target", "text"),
    [("0.112.*", "0.113.2", "0.113.*"), ("0.112", "0.113.0", "0.113"), ("0.112", "0.113.2", "0.113.2")],
)
def test_a_bare_version_keeps_its_width(written: str, target: str, text: str) -> None:
    assert pipenv.move(written, Version(target)) == Moved(text, ())


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("*", "`*` does not stand inside one minor series"),
        ("0.*", "`0.*` does not stand inside one minor series"),
        ("0.112.0+local", "`0.112.0+local` names a local build"),
        ("=0.112.0", "did you mean `==`?"),
        ("0.112.x", "Invalid specifier"),
    ],
)
def test_a_rule_that_cannot_move_says_why(written: str, reason: str) -> None:
    moved = dialects.of("pipenv").move(written, Version("0.113.2"))
    assert isinstance(moved, Unmovable)
    assert reason in moved.reason


TABLES = """[[source]]
url = "https://x.test/simple"
[packages]
fastapi = {version = "~=0.112.0", extras = ["standard"], markers = "python_version > '3.8'"}
starlette = {version="*", sys_platform="== 'win32'"}
both = {version = ">1", markers = "a", os_name = "== 'nt'"}
"Py.dantic" = '>=2'
bare.version = "0.1"
nothing = {extras = ["x"]}
inexact = {version = ""}
[dev-packages.httpx]
version = "0.28.1"
index = "private"
[docs]
mkdocs = "*"
[requires]
python_version = "3.12"
[scripts]
fastapi = "0"
[pipenv]
sort_pipfile = true
"""


def test_each_table_is_a_group() -> None:
    found = read(TABLES)
    assert [(d.name, d.group, str(d.specifier), d.marker, bool(d.fixed)) for d in found.declarations] == [
        ("fastapi", "", "~=0.112.0", "python_version > '3.8'", False),
        ("starlette", "", "", "sys_platform == 'win32'", False),
        ("py-dantic", "", ">=2", "", False),
        ("bare", "", "==0.1", "", False),
        ("nothing", "", "", "", True),
        ("inexact", "", "", "", False),
        ("httpx", "dev-packages", "==0.28.1", "", False),
        ("mkdocs", "docs", "", "", False),
    ]
    assert found.declarations[0].extras == {"standard"}
    assert [found.declarations[0].source.at(d.specifier_span) for d in found.declarations][:3] == [
        "~=0.112.0",
        "*",
        ">=2",
    ]
    (problem,) = found.problems  # `a` is no marker.
    assert "both" in problem.reason


@pytest.mark.parametrize(
    ("entry", "url", "includes"),
    [
        ('x = {git = "https://x.test/x.git", ref = "abc", editable = true}', "git+https://x.test/x.git@abc", []),
        ('x = {git = "git+ssh://git@x.test/x.git"}', "git+ssh://git@x.test/x.git", []),
        ('x = {path = "./x", editable = true, extras = ["a"]}', "./x", ["./x"]),
        ('x = {path = "."}', ".", ["."]),
        ('x = {file = "https://x.test/x-1.0.tar.gz"}', "https://x.test/x-1.0.tar.gz", []),
        ('x = {file = "dist/x-1.0.tar.gz"}', "dist/x-1.0.tar.gz", []),
        ('x = {path = "dist/x-1.0.0-py3-none-any.whl"}', "dist/x-1.0.0-py3-none-any.whl", []),
    ],
)
def test_a_package_from_elsewhere_is_a_direct_reference(entry: str, url: str, includes: list[str]) -> None:
    declared = one(entry)
    assert (declared.url, declared.fixed) == (url, "it is a direct reference")
    assert str(declared.specifier) == ("==1.0.0" if url.endswith(".whl") else "")
    found = read(f"[packages]\n{entry}\n")
    assert found.includes == tuple(Include(declared.span, target, "project") for target in includes)


@pytest.mark.parametrize(
    "entry",
    [
        "x = 1",
        "x = true",
        'x = ["==1"]',
        'x = ""',
        'x = "=0.1"',
        "x = {version = 1}",
        'x = {version = "==1", extras = "a"}',
        'x = {version = "==1", extras = [1]}',
        'x = {version = "==1", markers = "nonsense"}',
        'x = {version = "==1", sys_platform = 1}',
        '"" = "==1"',
        '"-" = {path = "."}',
    ],
)
def test_an_entry_that_cannot_be_read_is_a_problem(entry: str) -> None:
    found = read(f'[packages]\n{entry}\nfastapi = "*"\n')
    assert [declared.name for declared in found.declarations] == ["fastapi"]
    (problem,) = found.problems
    assert problem.source.position(problem.span.start)[0] == 2


@pytest.mark.parametrize("text", ["packages = 1\n", "[packages\n", "\ufeff[packages]\n", "[packages]\na = 1\na = 2\n"])
def test_a_file_that_cannot_be_read_is_a_problem(text: str) -> None:
    found = read(text)
    assert found.declarations == ()
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    ("name", "claimed"), [("Pipfile", True), ("a/Pipfile", True), ("pipfile", False), ("Pipfile.lock", False)]
)
def test_a_pipfile_is_known_by_its_name(name: str, claimed: bool) -> None:
    assert any(found.name == "pipfile" for found in manifests.formats_of(path(name))) == claimed


def test_a_rule_with_escapes_is_fixed() -> None:
    assert one(r'fastapi = "==0.11\u0032.0"').fixed == "its text is computed or written with escapes"


VALUES = (
    *("'{0}'", '"{0}" # 0.112.0', '{{version = "{0}", extras = ["all"]}}', "{{ extras=['x'], version='{0}' }}"),
    '{{markers = "python_version > \'3.8\'",  version = "{0}"}}',
)
# Each format's file name, the tables that it has, and the spellings of a version that all its words have in common.
FORMATS = (
    ("Pipfile", ["packages", "dev-packages", "docs"], ["==0.112.0", "~=0.112.0", "0.112.0", ">= 0.112, <0.113"]),
    ("pixi.toml", ["pypi-dependencies", "feature.x.pypi-dependencies"], ["==0.112.0", ">=0.112.0,<0.113.0"]),
    ("pixi.toml", ["dependencies", "target.win.dependencies"], ["0.112.*", "=0.112", ">=0.112,<0.113.0a0"]),
    ("pyproject.toml", ["tool.pdm.resolution.overrides"], ["0.112.0", "==0.112.*", "~=0.112.0"]),
)


@settings(max_examples=150)  # Each reads a whole file twice.
@given(st.sampled_from(FORMATS), st.data(), st.integers(113, 130), st.integers(0, 9))
def test_after_a_move_a_table_says_the_same_but_for_the_version(
    kind: tuple[str, list[str], list[str]], data: st.DataObject, minor: int, patch: int
) -> None:
    name, tables, rules = kind
    values = VALUES if name != "pyproject.toml" else VALUES[:2]
    lines = []
    for table in tables:
        lines.append(f"[{table}]  # fastapi = '0.112.0'")
        for package in ("fastapi-cli", data.draw(st.sampled_from(["fastapi", '"FastAPI"'])), "httpx"):
            value = data.draw(st.sampled_from(values)).format(data.draw(st.sampled_from(rules)))
            lines.append(f"{package}{data.draw(st.sampled_from(['=', ' = ']))}{value}")
    newline = data.draw(st.sampled_from(["\n", "\r\n"]))
    source, target = Source(path(name), newline.join([*lines, ""])), Version(f"0.{minor}.{patch}")
    before = manifests.read(source, environ={})
    assert before is not None
    assert before.problems == ()
    made = candidates.edits([d for d in before.declarations if d.name == "fastapi"], target)
    assert not isinstance(made, str), made
    after = manifests.read(source._replace(text=edits.apply(source.text, made[0])), environ={})
    assert after is not None
    assert len(after.declarations) == 3 * len(tables)
    for old, new in zip(before.declarations, after.declarations, strict=True):
        assert (old.name, old.group, old.extras, old.marker) == (new.name, new.group, new.extras, new.marker)
        assert pins.admits(new.specifier, target) if new.name == "fastapi" else new.specifier == old.specifier
