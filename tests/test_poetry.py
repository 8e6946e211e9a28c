"""Poetry: its constraints beside poetry-core's, how they move, and its tables."""

import contextlib
import importlib
import json
import tempfile
import warnings
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pincheck import dialects, manifests, pins
from pincheck.commands._reread import damage
from pincheck.dialects import poetry
from pincheck.dialects.poetry import DIALECT
from pincheck.edits import apply
from pincheck.manifests import Reading
from pincheck.manifests._poetry_markers import marker
from pincheck.manifests.poetry import FORMAT
from pincheck.model import Edit, LeftAlone, Source

# Without their oracle the tests that are marked with it say so, by being skipped.
theirs: Any = None
factory: Any = None
with contextlib.suppress(ImportError):
    theirs = importlib.import_module("poetry.core.constraints.version")
    factory = importlib.import_module("poetry.core.factory").Factory
oracle = pytest.mark.skipif(theirs is None, reason="poetry-core, the oracle of this test, is not installed")

MEANINGS = (
    ("^0.112.0", "<0.113.0,>=0.112.0"),
    ("^0.112.3", "<0.113.0,>=0.112.3"),
    ("^0.112", "<0.113,>=0.112"),
    ("~0.112", "<0.113,>=0.112"),
    ("~0.112.0", "<0.113.0,>=0.112.0"),
    ("~0.112.3", "<0.113.0,>=0.112.3"),
    ("0.112.*", "==0.112.*"),
    ("0.112.0", "==0.112.0"),
    ("==0.112.0", "==0.112.0"),
    ("=0.112.0", "==0.112.0"),
    ("v0.112.0", "==0.112.0"),
    ("^0.112.0a1", "<0.113.0,>=0.112.0a1"),
    ("~0.112.0rc1", "<0.113.0,>=0.112.0rc1"),
    ("~=0.112.0", "<0.113.0,>=0.112.0"),
    ("~=0.112", "<1.0,>=0.112"),
    ("~=1", "<2,>=1"),
    ("^0", "<1,>=0"),
    ("~0", "<1,>=0"),
    ("0.*", "==0.*"),
    ("^0.0.3", "<0.0.4,>=0.0.3"),
    ("^0.0", "<0.1,>=0.0"),
    ("^1.2.3", "<2.0.0,>=1.2.3"),
    ("^2.7", "<3.0,>=2.7"),
    ("~2.7", "<2.8,>=2.7"),
    ("~2", "<3,>=2"),
    ("^0.112 || ^0.114", "<0.115,>=0.112"),
    ("^0.112|^0.114", "<0.115,>=0.112"),
    (">=0.112.0 <0.113.0", "<0.113.0,>=0.112.0"),
    (">=0.112,<0.114,!=0.113.*", "!=0.113.*,<0.114,>=0.112"),
    ("*", ""),
    ("*,>=1", ">=1"),
    ("x", ""),
    ("^ 1.2 ,", "<2.0,>=1.2"),
    (">=0.112.*", ">=0.112"),
    ("0.112.*.*", "==0.112.*"),
    ("!=0.112.1", "!=0.112.1"),
    ("^1!0.112", "<1!0.113,>=1!0.112"),
    ("^0.112.0+local", "<0.113.0,>=0.112.0"),
    ("==0.112.0+local", "==0.112.0+local"),
)
MALFORMED = (
    *("===0.112.0", "0.112.x", "0.112.0 - 0.113.0", "", "  ", "^0.112.*", "~=0.112.*", "=>0.112.0", ">=1,,<2"),
    *(">=1<2", "1||", "latest", "^", "^x", "0.112.*.", ">=0.112.0;<0.113.0", "1" * 2_000, "^1" + " " * 5_000 + "2"),
)


@pytest.mark.parametrize(("written", "means"), MEANINGS)
def test_a_constraint_is_said_in_pep_440(written: str, means: str) -> None:
    assert str(poetry.parse(written)) == means


@pytest.mark.parametrize("written", [*MALFORMED, "<>0.112.0"], ids=lambda written: written[:20])
def test_what_is_no_constraint_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        poetry.parse(written)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("===0.112.0", "`===0.112.0`: Poetry has no `===`; write `==`"),
        ("0.112.x", "`0.112.x`: a wildcard is written `.*`"),
        ("0.112.0 - 0.113.0", "`0.112.0 - 0.113.0`: Poetry has no ranges with a hyphen; write `>=` and `<`"),
        ("", "it is empty; every version is `*`"),
        ("<>0.112.0", "`<>` is read as `==` by Poetry; write `!=`"),
        ("latest", "`latest` is not a constraint of Poetry's"),
    ],
)
def test_a_refusal_says_what_to_write(written: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as raised:
        poetry.parse(written)
    assert str(raised.value) == reason


@oracle
@pytest.mark.parametrize("written", [w for w in MALFORMED if len(w) < 100], ids=lambda written: written[:20])
def test_poetry_refuses_it_too(written: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        theirs.parse_constraint(written)


FINALS = [f"{a}.{b}.{c}" for a in range(3) for b in range(5) for c in range(4)]
FINALS += [f"0.{b}.{c}" for b in (111, 112, 113, 114, 115) for c in (0, 1, 3, 4, 40)]


def allowed(written: str) -> list[str]:
    """The final versions that poetry-core says a constraint allows."""
    constraint = theirs.parse_constraint(written)
    return [text for text in FINALS if constraint.allows(theirs.Version.parse(text))]


@oracle
@pytest.mark.parametrize("written", [w for w, _ in MEANINGS if "|" not in w and w != "^0.112.0+local"])
def test_a_constraint_allows_what_poetry_says(written: str) -> None:
    assert [text for text in FINALS if pins.admits(poetry.parse(written), Version(text))] == allowed(written)


number = st.integers(0, 4)
blank = st.sampled_from(["", "", " ", "  "])
version = st.builds(
    lambda prefix, numbers, rest: prefix + ".".join(map(str, numbers)) + rest,
    st.sampled_from(["", "", "", "v"]),
    st.lists(number, min_size=1, max_size=4),
    st.sampled_from(["", "", "", "", "a1", "rc1", ".dev0", ".post1"]),
)
clause = st.one_of(
    st.builds(
        lambda operator, gap, text: f"{operator}{gap}{text}",
        st.sampled_from(["", "^", "^", "~", "~", "~=", "=", "==", ">=", ">", "<", "<=", "!="]),
        blank,
        version,
    ),
    st.builds(
        lambda operator, numbers: f"{operator}{'.'.join(map(str, numbers))}.*",
        st.sampled_from(["", "=", "==", "!=", ">="]),
        st.lists(number, min_size=1, max_size=3),
    ),
    st.just("*"),
)
joint = st.sampled_from([",", ", ", " , ", " ", "  "])


@st.composite
def constraint(draw: st.DrawFn) -> str:
    """Write clauses one behind the other, as people do."""
    text = draw(clause)
    for more in draw(st.lists(clause, max_size=2)):
        text += draw(joint) + more
    return draw(blank) + text + draw(st.sampled_from(["", "", "", ","])) + draw(blank)


def ours(written: str) -> SpecifierSet | None:
    try:
        return poetry.parse(written)
    except ValueError:
        return None


@oracle
@given(constraint())
def test_any_constraint_allows_the_final_versions_that_poetry_says(written: str) -> None:
    mine = ours(written)
    try:
        expected = allowed(written)
    except ValueError:
        assert mine is None
        return
    assert mine is not None
    assert [text for text in FINALS if pins.admits(mine, Version(text))] == expected


@oracle
@given(st.lists(constraint(), min_size=2, max_size=3), st.sampled_from(["||", " || ", "|", " | "]))
def test_the_hull_of_a_union_holds_all_that_poetry_allows(parts: list[str], either: str) -> None:
    written = either.join(parts)
    mine = ours(written)
    try:
        expected = allowed(written)
    except ValueError:
        assert mine is None
        return
    assert mine is not None
    assert all(pins.admits(mine, Version(text)) for text in expected)


@oracle
@given(st.text(st.sampled_from("0123.*x^~=<>! ,|-v+ab"), max_size=12))
def test_any_text_is_read_or_refused_as_poetry_does(written: str) -> None:
    assume("<>" not in written)  # Poetry takes it for `==`; it is refused here.
    mine = ours(written)
    try:
        theirs.parse_constraint(written)
    except ValueError:
        assert mine is None


@pytest.mark.parametrize(
    ("written", "target", "moved", "dropped"),
    [
        ("^0.112.0", "0.113.2", "^0.113.0", ()),
        ("^0.112", "0.113.2", "^0.113", ()),
        ("^0.112.3", "0.113.2", "^0.113.2", ()),
        ("^0.112.0.0", "0.113.2", "^0.113.0.0", ()),
        ("^ 0.112.0", "0.113.2", "^ 0.113.0", ()),
        ("^v0.112.0", "0.113.2", "^v0.113.0", ()),
        ("^0.112.0a1", "0.113.2", "^0.113.0", ()),
        ("^0.112.0a0", "0.113.2", "^0.113.0a0", ()),
        ("~0.112", "0.113.2", "~0.113", ()),
        ("~0.112.0", "0.113.2", "~0.113.0", ()),
        ("~0.112.3", "0.113.2", "~0.113.2", ()),
        ("~1.2.3", "1.3.1", "~1.3.1", ()),
        ("~0.112.3", "1.0.1", "~1.0.1", ()),
        ("^0.0", "0.1.2", "^0.1", ()),
        ("~=0.112.0", "0.113.2", "~=0.113.0", ()),
        ("0.112.*", "0.113.2", "0.113.*", ()),
        ("==0.112.*", "0.113.2", "==0.113.*", ()),
        ("= 0.112.*", "0.113.2", "= 0.113.*", ()),
        ("0.112.*.*", "0.113.2", "0.113.*.*", ()),
        ("0.112.0", "0.113.2", "0.113.2", ()),
        ("0.112", "0.113.0", "0.113", ()),
        ("0.112", "0.113.2", "0.113.2", ()),
        ("v0.112.0", "0.113.2", "v0.113.2", ()),
        ("=0.112.0", "0.113.2", "=0.113.2", ()),
        ("== 0.112.0", "0.113.2", "== 0.113.2", ()),
        ("0.112.0rc1", "0.113.2", "0.113.2", ()),
        (">=0.112.0 <0.113.0", "0.113.2", ">=0.113.0 <0.114.0", ()),
        (">=0.112.3,<0.113", "0.113.2", ">=0.113.2,<0.114", ()),
        (" >= 0.112.0 , < 0.113.0 ", "0.113.2", " >= 0.113.0 , < 0.114.0 ", ()),
        ("<0.113.0 >=0.112.0,", "0.113.2", "<0.114.0 >=0.113.0,", ()),
        (">=0.112.*,<0.113.*", "0.113.2", ">=0.113.*,<0.114.*", ()),
        ("^0.112.0,!=0.112.3", "0.113.2", "^0.113.0", ("!=0.112.3",)),
        ("!=0.112.3 ^0.112.0", "0.113.2", "^0.113.0", ("!=0.112.3",)),
        (">=0.112.0 , !=0.112.3 , <0.113.0", "0.113.2", ">=0.113.0 , <0.114.0", ("!=0.112.3",)),
        ("^0.112.0, !=0.113.1", "0.113.2", "^0.113.0, !=0.113.1", ()),
        ("*,^0.112.0", "0.113.2", "*,^0.113.0", ()),
        ("^1.2.3,<1.3", "1.3.1", "^1.3.1,<1.4", ()),
        (">=0.111,^0.112.1", "0.113.2", ">=0.111,^0.113.2", ()),
    ],
)
def test_a_constraint_moves_in_its_own_spelling(
    written: str, target: str, moved: str, dropped: tuple[str, ...]
) -> None:
    assert poetry.move(written, Version(target)) == dialects.Moved(moved, dropped)


@pytest.mark.parametrize(
    ("written", "target", "reason"),
    [
        ("^0", "0.113.2", "`^0` does not stand inside one minor series"),
        ("~0", "0.113.2", "`~0` does not stand inside one minor series"),
        ("*", "0.113.2", "`*` does not stand inside one minor series"),
        ("0.*", "0.113.2", "`0.*` does not stand inside one minor series"),
        ("~=0.112", "0.113.2", "`~=0.112` does not stand inside one minor series"),
        ("^1.2.3", "1.3.0", "`^1.2.3` does not stand inside one minor series"),
        ("^0.112.0", "1.0.0", "`^0.112.0` cannot be moved to the 1.0 series in its own spelling"),
        ("^0.0.3", "0.1.0", "`^0.0.3` stops inside its series; write `~0.0.3` first"),
        (">=0.112.0 <0.112.5", "0.113.0", "`>=0.112.0 <0.112.5` stops inside its series; write `^0.112.0` first"),
        ("^0.112.0 || 0.112.9", "0.113.0", "`^0.112.0 || 0.112.9`: it is a union (`||`), which does not move as one"),
        ("0.112.0+cu1", "0.113.0", "`0.112.0+cu1` names a local build, which no index offers"),
        ("0.112.0,!=0.113.2", "0.113.2", "`0.112.0,!=0.113.2` cannot be moved to 0.113.2 in its own spelling"),
        ("0.112.x", "0.113.0", "`0.112.x`: a wildcard is written `.*`"),
    ],
)
def test_what_a_spelling_cannot_say_has_a_reason(written: str, target: str, reason: str) -> None:
    assert poetry.move(written, Version(target)) == dialects.Unmovable(reason)


@st.composite
def pinned(draw: st.DrawFn) -> str:
    """Write a pin inside 0.112 in any of the ways that users of Poetry write one."""
    start = draw(st.sampled_from(["0.112", "0.112.0", "0.112.3", "v0.112.0", "0.112.0a0"]))
    end = draw(st.sampled_from(["0.113", "0.113.0", "0.113.*"]))
    exact = start.removesuffix("a0")  # As an exact pin that is a version, not the start of a series.
    gap, comma = draw(blank), draw(joint)
    texts = [
        f"^{gap}{start}",
        f"~{gap}{start}",
        f"~={gap}0.112.0",
        f"={gap}{exact}",
        f"=={gap}{exact}",
        exact,
        "0.112.*",
        f"=={gap}0.112.*",
        f">={gap}{start}{comma}<{gap}{end}",
        f"<{gap}{end}{comma}>={gap}{start}",
        f"^{start}{comma}!=0.112.5",
        f"!=0.112.5{comma}~{start}",
        f">={start}{comma}!=0.112.5{comma}<{end}",
        f"*{comma}^{start}",
    ]
    return draw(blank) + draw(st.sampled_from(texts)) + draw(st.sampled_from(["", "", ","]))


@given(pinned(), st.integers(1, 30), st.integers(0, 40))
def test_a_moved_constraint_stands_where_it_should(written: str, up: int, patch: int) -> None:
    target = Version(f"0.{112 + up}.{patch}")
    moved = poetry.move(written, target)
    assert isinstance(moved, dialects.Moved), moved
    before, after = poetry.parse(written), poetry.parse(moved.text)
    new = pins.series_of(target)
    assert pins.admits(after, target)
    assert pins.series(after) == new
    assert pins.is_exact(before) == pins.is_exact(after)
    assert pins.is_exact(after) or pins.admits_later_patches(after, new)
    assert poetry.move(moved.text, target) == dialects.Moved(moved.text, ())
    if not moved.dropped:
        assert [c for c in moved.text if not c.isdigit() and c not in ".a"] == [
            c for c in written if not c.isdigit() and c not in ".a"
        ]


@oracle
@given(pinned(), st.integers(1, 2), st.integers(0, 4))
def test_poetry_allows_the_target_of_a_move(written: str, up: int, patch: int) -> None:
    target = f"0.{112 + up}.{patch}"
    moved = poetry.move(written, Version(target))
    assert isinstance(moved, dialects.Moved)
    after = theirs.parse_constraint(moved.text)
    assert after.allows(theirs.Version.parse(target))
    assert not after.allows(theirs.Version.parse(f"0.{113 + up}.0"))
    assert not after.allows(theirs.Version.parse(f"0.{111 + up}.99"))


@pytest.mark.parametrize(
    ("specifier", "written"),
    [
        (">=0.112.0", "^0.112.0"),
        (">=0.112", "^0.112"),
        (">=0.112.3", "^0.112.3"),
        ("==0.112.*", "^0.112"),
        (">=0.112.0a1", "^0.112.0"),
        ("", "^0.112.0"),
    ],
)
def test_a_whole_series_is_written_with_a_caret(specifier: str, written: str) -> None:
    assert DIALECT.range_of(SpecifierSet(specifier), pins.Series(0, 0, 112)) == written


@pytest.mark.parametrize(
    ("specifier", "series", "written"),
    [
        (">=1.2.3", pins.Series(0, 1, 2), "~1.2.3"),
        (">=1", pins.Series(0, 1, 0), "~1.0"),
        (">=0.0.3", pins.Series(0, 0, 0), "~0.0.3"),
        (">=1!0.2.3", pins.Series(1, 0, 2), "^1!0.2.3"),
    ],
)
def test_where_a_caret_would_be_wider_it_is_a_tilde(specifier: str, series: pins.Series, written: str) -> None:
    found = DIALECT.range_of(SpecifierSet(specifier), series)
    assert found == written
    assert pins.series(poetry.parse(found)) == series


# --- its tables


def source(text: str) -> Source:
    return Source(PurePosixPath("pyproject.toml"), text)


def read(text: str) -> Reading:
    return FORMAT.read(source(text), constraint=False, environ={})


MARKERS: tuple[tuple[dict[str, str], str], ...] = (
    ({}, ""),
    ({"markers": " os_name == 'nt' "}, "os_name == 'nt'"),
    ({"python": "^3.11"}, 'python_version >= "3.11" and python_version < "4.0"'),
    ({"python": "~3.11"}, 'python_version >= "3.11" and python_version < "3.12"'),
    ({"python": "^3.11.2"}, 'python_full_version >= "3.11.2" and python_full_version < "4.0.0"'),
    ({"python": ">=3.8,<3.12"}, 'python_version >= "3.8" and python_version < "3.12"'),
    ({"python": ">3.8"}, 'python_full_version > "3.8.0"'),
    ({"python": "<=3.11"}, 'python_full_version <= "3.11.0"'),
    ({"python": "3.11"}, 'python_version == "3.11"'),
    ({"python": "3.11.2"}, 'python_full_version == "3.11.2"'),
    ({"python": "3.11.*"}, 'python_version == "3.11.*"'),
    ({"python": "!=3.11.*"}, 'python_version != "3.11.*"'),
    ({"python": "!=3.11"}, 'python_full_version != "3.11.0"'),
    ({"python": "~3.9 || >=3.12"}, '(python_version >= "3.9" and python_version < "3.10") or python_version >= "3.12"'),
    ({"python": "*"}, ""),
    ({"python": "* || ^3.9"}, ""),
    ({"platform": "linux"}, 'sys_platform == "linux"'),
    ({"platform": "!=win32"}, 'sys_platform != "win32"'),
    ({"platform": "!=win32,!=darwin"}, 'sys_platform != "win32" and sys_platform != "darwin"'),
    ({"platform": "linux || darwin"}, 'sys_platform == "linux" or sys_platform == "darwin"'),
    ({"python": "<3.12", "platform": "linux"}, 'python_version < "3.12" and sys_platform == "linux"'),
    (
        {"markers": "os_name == 'nt' or os_name == 'posix'", "python": "<3.12"},
        "(os_name == 'nt' or os_name == 'posix') and python_version < \"3.12\"",
    ),
)


@pytest.mark.parametrize(("entry", "said"), MARKERS)
def test_python_and_platform_are_said_as_a_marker(entry: dict[str, str], said: str) -> None:
    assert marker(entry) == said


@pytest.mark.parametrize("entry", [{"python": "latest"}, {"python": ""}, {"platform": "a b"}, {"platform": ""}])
def test_what_cannot_be_said_as_a_marker_is_left_out(entry: dict[str, str]) -> None:
    assert marker(entry) == ""


@oracle
@pytest.mark.parametrize("entry", [entry for entry, said in MARKERS if said])
def test_a_marker_holds_where_poetry_says(entry: dict[str, str]) -> None:
    mine, poetrys = Marker(marker(entry)), factory.create_dependency("x", {"version": "*", **entry}).marker
    for python in ("3.7.4", "3.8.0", "3.8.1", "3.9.7", "3.10.0", "3.11.0", "3.11.2", "3.11.9", "3.12.1", "4.0.0"):
        for platform in ("linux", "win32", "darwin"):
            environment = {
                "python_version": python.rpartition(".")[0],
                "python_full_version": python,
                "sys_platform": platform,
                "os_name": "nt" if platform == "win32" else "posix",
            }
            assert mine.evaluate(environment) == poetrys.validate(environment), environment


names = st.sampled_from(["a", "b", "C_c"])


def _array(chosen: list[str]) -> str:
    return json.dumps([f"{name}>=1" for name in chosen])


@st.composite
def both_tables(draw: st.DrawFn) -> str:
    """Write a project that has standard tables and Poetry's own."""
    fields = draw(st.sets(st.sampled_from(["dependencies", "optional-dependencies"])))
    lines = ["[project]", 'name = "shop"', 'version = "1"']
    lines += [f"dynamic = {json.dumps(sorted(fields))}"] if fields else []
    lines += [f"dependencies = {_array(draw(st.lists(names, max_size=2)))}"] if draw(st.booleans()) else []
    if draw(st.booleans()):
        lines += ["[project.optional-dependencies]", f"x = {_array(draw(st.lists(names, max_size=2)))}"]
    if draw(st.booleans()):
        lines += ["[dependency-groups]", f"Dev = {_array(draw(st.lists(names, max_size=2)))}"]
    tables = [
        "tool.poetry.dependencies",
        draw(st.sampled_from(["tool.poetry.group.Dev.dependencies", "tool.poetry.dev-dependencies"])),
    ]
    for table in tables:
        lines.append(f"[{table}]")
        for name in sorted(draw(st.sets(st.sampled_from(["a", "b", "c-C"])))):
            optional = draw(st.sampled_from(["", ", optional = true"]))
            lines.append(f'{name} = {{ version = "^1"{optional} }}')
    return "\n".join(lines) + "\n"


@oracle
@given(both_tables())
def test_poetry_ignores_the_entries_that_are_said_to_be_ignored(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (Path(folder) / "pyproject.toml").write_text(text)
        package = factory().create_poetry(Path(folder)).package
    locking = {
        (group if group != "main" else "", dependency.name)
        for group in ("main", "dev")
        if package.has_dependency_group(group)
        for dependency in package.dependency_group(group).dependencies_for_locking
    }
    found = manifests.read(source(text), environ={})
    assert found is not None
    counted = {(d.group.lower() if d.group.lower() == "dev" else "", d.name) for d in found.declarations}
    assert counted == locking
    assert {oddity.name for oddity in found.oddities} == {x.name for x in found.left_alone if "ignores" in x.reason}


quoted = st.sampled_from(['"{}"', "'{}'", '"""{}"""', "{{version='{}'}}", '{{ extras = ["a"], version = "{}" }}'])


@given(quoted, st.sampled_from(["\n", "\r\n"]), pinned(), st.integers(1, 9), st.integers(0, 9))
def test_moving_an_entry_changes_nothing_but_its_version(
    quotes: str, newline: str, written: str, up: int, patch: int
) -> None:
    before = source(
        newline.join(
            [
                "[tool.poetry.dependencies]",
                f'fastapi-x = "{written}"  # {written}',
                f"fastapi = {quotes.format(written)} # fastapi = '{written}'",
                f'x-fastapi = "{written}"',
            ]
        )
    )
    found = next(d for d in read(before.text).declarations if d.name == "fastapi")
    moved = poetry.move(before.at(found.specifier_span), Version(f"0.{112 + up}.{patch}"))
    assert isinstance(moved, dialects.Moved)
    edit = Edit(before.path, found.specifier_span, moved.text)
    after = apply(before.text, [edit])
    assert damage(before, after, [edit], {}) == ""
    assert after.replace(moved.text, written, 1) == before.text or moved.text == written
    again = [str(d.specifier) for d in read(after).declarations]
    assert again == [str(poetry.parse(text)) for text in (written, moved.text, written)]


def test_a_string_with_escapes_is_read_and_not_edited() -> None:
    found = read('[tool.poetry.dependencies]\nfastapi = "\\u005e0.112.0"\n').declarations[0]
    assert str(found.specifier) == "<0.113.0,>=0.112.0"
    assert found.fixed == "its text is computed or written with escapes"


def test_a_repository_a_path_and_an_address_are_direct_references() -> None:
    text = (
        "[tool.poetry.dependencies]\n"
        'a = { git = "https://x.test/a.git", branch = "main", extras = ["x"], python = "^3.11" }\n'
        'b = { path = "../b", develop = true }\n'
        'c = { url = "https://x.test/c-1.2.3-py3-none-any.whl" }\n'
        'd = { path = "d-1.0.tar.gz" }\n'
    )
    reading = read(text)
    assert [(d.name, d.url, str(d.specifier), d.fixed) for d in reading.declarations] == [
        ("a", "https://x.test/a.git", "", "it is a direct reference"),
        ("b", "../b", "", "it is a direct reference"),
        ("c", "https://x.test/c-1.2.3-py3-none-any.whl", "==1.2.3", "it is a direct reference"),
        ("d", "d-1.0.tar.gz", "", "it is a direct reference"),
    ]
    assert reading.declarations[0].extras == {"x"}
    assert reading.declarations[0].marker == 'python_version >= "3.11" and python_version < "4.0"'
    assert [(include.target, include.kind) for include in reading.includes] == [("../b", "project")]


def test_where_the_standard_table_cannot_be_read_nothing_is_said_to_be_ignored() -> None:
    text = '[project]\ndependencies = ["fastapi^0.112.0"]\n[tool.poetry.dependencies]\nfastapi = "^0.112.0"\n'
    reading = read(text)
    assert [d.name for d in reading.declarations] == ["fastapi"]
    assert reading.oddities == ()


def test_an_ignored_entry_holds_an_upgrade_back() -> None:
    text = '[project]\ndependencies = ["a"]\n[tool.poetry.dependencies]\nfastapi = "^0.112.0"\n'
    reading = read(text)
    assert reading.declarations == ()
    assert [type(item) for item in reading.left_alone] == [LeftAlone]
    assert reading.left_alone[0].name == "fastapi"


@pytest.mark.parametrize(
    "text",
    [
        "tool = 1",
        "[tool]\npoetry = 1",
        "[tool.poetry]\ndependencies = 1\ngroup = 2\ndev-dependencies = []",
        "[tool.poetry.group]\na = []\n[tool.poetry.group.b]\ndependencies = 1",
        "[tool.poetry.dependencies]\na = [[]]\nb = [1]\nc = {}\nd = [{}]\n'' = 'x'\ne = 2026-01-01",
        "[tool.poetry.dependencies]\na = {extras = 1, markers = 2, python = 3, platform = 4, version = 5}",
        "[tool.poetry.dependencies]\na = {markers = '" + "(" * 5_000 + "'}",
        "[tool.poetry.dependencies]\na = '" + "1" * 5_000 + "'",
        "[tool.poetry.dependencies]\na = '>=1" + " " * 5_000 + "<2'",
        "[project]\ndependencies = 1\ndynamic = 2\n[dependency-groups]\na = 1\n[tool.poetry.dependencies]\na = '1'",
        "[[tool.poetry.dependencies]]\na = 1",
        "poetry = {{",
    ],
    ids=lambda text: text[:40],
)
def test_a_hostile_table_is_a_problem_at_worst(text: str) -> None:
    reading = read(text)
    spans = [problem.span for problem in reading.problems] + [d.span for d in reading.declarations]
    assert all(0 <= span.start <= span.end <= len(text) for span in spans)
