"""conda's environments: what a MatchSpec means and how it moves, with py-rattler as the oracle where it is installed."""

import importlib
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from packaging.version import Version

from pincheck import candidates, dialects, edits, manifests, pins
from pincheck.dialects import Moved, Unmovable, conda
from pincheck.manifests import Reading
from pincheck.model import Declaration, Source
from tests.conftest import path

PROBES = (
    *("0.111.0", "0.112.0", "0.112.0a1", "0.112.0rc1", "0.112.1", "0.112.9", "0.112.10", "0.113.0", "0.113.1"),
    *("0.114.0", "0.1.0", "1.0.0", "2.0.0"),
)


def rattler() -> Any:
    """The reference reader of conda's rules; it is too big for every run, so its absence is said and not an error."""
    try:
        return importlib.import_module("rattler")
    except ImportError:
        pytest.skip("py-rattler is not installed: conda's rules are not compared with it")


def read(text: str, name: str = "environment.yml") -> Reading:
    found = manifests.read(Source(path(name), text), environ={"LINE": "fastapi==0.112.0"})
    assert found is not None
    return found


def one(item: str) -> Declaration:
    """What an entry of an environment declares."""
    found = read(f"dependencies:\n  - {item}\n")
    assert found.problems == ()
    (declared,) = found.declarations
    return declared


def matches(spec: str, version: str) -> bool:
    """Whether py-rattler lets a version in."""
    module = rattler()
    record = module.PackageRecord(
        name="fastapi", version=version, build=module.BuildString("py_0"), build_number=0, subdir="noarch"
    )
    return bool(module.MatchSpec(spec, strict=False).matches(record))


# What people write, and what it means in PEP 440's words.
TABLE = (
    ("fastapi", ""),
    ("fastapi=0.112", "==0.112.*"),
    ("fastapi==0.112", "==0.112"),
    ("fastapi 0.112", "==0.112"),
    ("fastapi=0.112.0", "==0.112.0.*"),
    ("fastapi =0.112.0", "==0.112.0.*"),
    ("fastapi 0.112.*", "==0.112.*"),
    ("fastapi=0.112.*", "==0.112.*"),
    ("fastapi==0.112.*", "==0.112.*"),
    ("fastapi 0.112.0*", "==0.112.0.*"),
    ("fastapi~=0.112", "~=0.112"),
    ("fastapi ~=0.112.0", "~=0.112.0"),
    ("fastapi >=0.112,<0.113", ">=0.112,<0.113"),
    ("fastapi>=0.112.0, <0.113.0", ">=0.112.0,<0.113.0"),
    ("fastapi >=0.112.0,<0.113.0a0", ">=0.112.0,<0.113.0"),
    ("fastapi >=0.112.*,<0.113.*", ">=0.112,<0.113"),
    ("fastapi =0.112,!=0.112.1", "==0.112.*,!=0.112.1"),
    ("fastapi !=0.112.*", "!=0.112.*"),
    ("fastapi 0.112.0|0.112.1", ">=0.112.0,<=0.112.1"),
    ("fastapi (>=0.112,<0.113)|0.114.0", ">=0.112,<=0.114.0"),
    ("fastapi =*", ""),
    ("fastapi *", ""),
    ("conda-forge::fastapi=0.112.0", "==0.112.0.*"),
    ("conda-forge/noarch::fastapi >=0.112,<0.113", ">=0.112,<0.113"),
    ("fastapi=0.46.0=py_0", "==0.46.0"),
    ("fastapi==0.46.0=py_0", "==0.46.0"),
    ("fastapi 0.46.0 py_0", "==0.46.0"),
    ("fastapi=0.112.*=py*", "==0.112.*"),
    ("\"fastapi[version='>=0.112,<0.113']\"", ">=0.112,<0.113"),
    ("'fastapi[version=\">=0.112,<0.113\"]'", ">=0.112,<0.113"),
    ('"fastapi[channel=conda-forge, version=0.112]"', "==0.112"),
    ("\"fastapi >=0.112[build='py*']\"", ">=0.112"),
    ("\"fastapi=0.112[build='py*']\"", "==0.112.*"),
    ("\"fastapi[version='=0.112',build_number=0]\"", "==0.112.*"),
    ("\"fastapi=0.112=py_0[channel='x']\"", "==0.112"),
    ("fastapi (>=0.112,<0.113)", ">=0.112,<0.113"),
    ("FastAPI=0.112", "==0.112.*"),
    ("fastapi=1!0.112", "==1!0.112.*"),
    ("fastapi=0.112_1", "==0.112.1.*"),
    ("fastapi=0.112  # [linux]", "==0.112.*"),
    ('"fastapi=0.112  # [linux]"', "==0.112.*"),
    ("&pin fastapi=0.112", "==0.112.*"),
    ("!!str fastapi=0.112", "==0.112.*"),
    ("https://x.test/conda/noarch/fastapi-0.112.0-py_0.conda", "==0.112.0"),
)


@pytest.mark.parametrize(("item", "meaning"), TABLE)
def test_an_entry_means_what_conda_takes_it_for(item: str, meaning: str) -> None:
    declared = one(item)
    assert declared.name == "fastapi"
    assert declared.specifier == pins.parse(meaning)


# A hull says less than a union, and an archive has no rule.
COMPARED = [(i, m) for i, m in TABLE if "|" not in i and "://" not in i and not i.startswith(("&", "!!"))]


@pytest.mark.parametrize(("item", "meaning"), COMPARED)
def test_an_entry_means_what_rattler_takes_it_for(item: str, meaning: str) -> None:
    spec = item.strip("\"'") if item[0] in "\"'" else item.partition(" #")[0]
    admitted = {version for version in (*PROBES, "0.46.0", "0.46.1") if matches(spec, version)}
    assert admitted == {v for v in (*PROBES, "0.46.0", "0.46.1") if pins.admits(pins.parse(meaning), Version(v))}


number = st.sampled_from(["0", "0.112", "0.112.0", "0.112.1", "0.113", "0.113.0", "1", "1.0.0", "0.112.10", "0.1"])
comparison = st.one_of(
    st.builds("{}{}".format, st.sampled_from(["=", "==", ">=", "<=", "<", ">", "!=", ""]), number),
    st.builds("{}{}.*".format, st.sampled_from(["", "=", "==", "!=", ">=", "<"]), number),
    st.builds("~={}".format, number.filter(lambda text: "." in text)),
    st.builds("<{}a0".format, number.filter(lambda text: text.count(".") > 1)),
)
joined = st.lists(comparison, min_size=1, max_size=3).map(",".join)
released = st.builds(
    "{}.{}.{}".format, st.sampled_from([0, 1]), st.sampled_from([0, 1, 111, 112, 113]), st.integers(0, 11)
)


@given(joined, st.lists(released, min_size=1, max_size=8))
def test_a_rule_lets_in_the_releases_that_rattler_lets_in(rule: str, versions: list[str]) -> None:
    # Of several parts, rattler takes the wildcard of `==0.1.*` for nothing; conda reads the first part otherwise.
    assume(not ("," in rule and "==" in rule and "*" in rule))
    meaning = conda.parse(rule)
    for version in versions:
        assert pins.admits(meaning, Version(version)) == matches(f"fastapi {rule}", version), (rule, version)


@given(
    st.sampled_from(["0.113", "0.113.0", "0.113.0.0"]),
    st.sampled_from(["", "a0", "a", "dev0", ".dev0", ".a0", "alpha0"]),
    st.sampled_from([">=0.112", ">=0.112.0", ">0.112.0", "!=0.113.*,>=0.112", "!=0.113.0", "=0.112", "~=0.112.0"]),
)
def test_the_next_series_is_open_where_rattler_lets_its_pre_releases_in(end: str, suffix: str, other: str) -> None:
    rule = f"{other},<{end}{suffix}"
    admitted = any(matches(f"fastapi {rule}", version) for version in ("0.113.0a1", "0.113.0rc1"))
    assert conda.lets_in_next(rule, pins.Series(0, 0, 112)) == admitted
    if admitted:
        closed = conda.closed(rule, pins.Series(0, 0, 112))
        assert not conda.lets_in_next(closed, pins.Series(0, 0, 112)) or "<" not in closed
        assert not matches(f"fastapi {closed}", "0.113.0a1")


@st.composite
def pin(draw: st.DrawFn) -> tuple[str, int]:
    """A rule that stands in one series, in conda's own spellings."""
    minor, patch = draw(st.integers(1, 150)), draw(st.integers(0, 20))
    here, end = f"0.{minor}", f"0.{minor + 1}"
    blank = st.sampled_from(["", " ", "  "])
    clauses = draw(
        st.sampled_from(
            [
                [f"={here}"], [f"=={here}.{patch}"], [f"{here}.{patch}"], [f"={here}.{patch}"], [f"{here}.*"],
                [f"={here}.*"], [f"=={here}.*"], [f"{here}.{patch}.*"], [f"~={here}.{patch}"],
                [f">={here}.0", f"<{end}.0"], [f">={here}.{patch}", f"<{end}.0a0"], [f">={here}", f"<{end}"],
                [f"<{end}.0a0", f">={here}"], [f"={here}", f"!={here}.{patch}"], [f">={here}.*", f"<{end}.*"],
                [f">={here}", f"<{end}.dev0"],
            ]
        )
    )  # fmt: skip
    written = ",".join(f"{draw(blank)}{clause}{draw(blank)}" for clause in clauses)
    return written, minor


@given(pin(), st.integers(1, 30), st.integers(0, 40))
def test_a_moved_rule_stands_where_it_should_in_its_own_spelling(rule: tuple[str, int], up: int, patch: int) -> None:
    written, minor = rule
    target = Version(f"0.{minor + up}.{patch}")
    moved = conda.move(written, target)
    assert isinstance(moved, Moved), moved
    after = conda.parse(moved.text)
    assert pins.admits(after, target)
    assert pins.series(after) == pins.series_of(target)
    assert conda.lets_in_next(moved.text, pins.series_of(target)) == conda.lets_in_next(
        written, pins.Series(0, 0, minor)
    )
    if not moved.dropped:
        assert [c for c in moved.text if not c.isdigit() and c != "."] == [
            c for c in written if not c.isdigit() and c != "."
        ]
    assert conda.move(moved.text, target) == Moved(moved.text, ())


@given(pin(), st.integers(1, 30), st.integers(0, 40))
def test_rattler_lets_the_target_into_a_moved_rule(rule: tuple[str, int], up: int, patch: int) -> None:
    written, minor = rule
    moved = conda.move(written, Version(f"0.{minor + up}.{patch}"))
    assert isinstance(moved, Moved)
    assert matches(f"fastapi {moved.text}", f"0.{minor + up}.{patch}")
    assert not matches(f"fastapi {moved.text}", f"0.{minor + up + 1}.0")
    assert not matches(f"fastapi {moved.text}", f"0.{minor}.{patch}")


@st.composite
def environment(draw: st.DrawFn) -> str:
    """An environment whose entries are written in many ways, FastAPI's among others."""
    lines = ["# 😀 fastapi=0.112", "dependencies:"]
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(["fastapi", "FastAPI", "conda-forge::fastapi", "fastapi-cli", "starlette"]))
        rule = draw(st.sampled_from(["=0.112", " ==0.112.0", " >=0.112.0, <0.113.0a0", " 0.112.*", "=0.112.3"]))
        quote = draw(st.sampled_from(["", "'", '"']))
        lines.append(f"  - {quote}{name}{rule}{quote}{draw(st.sampled_from(['', '  # fastapi=0.112.0', ' ']))}")
    if draw(st.booleans()):
        lines += ["  - pip:", "    - fastapi[standard]~=0.112.0 ; python_version > '3'", "    - 'httpx==0.112.0'"]
    return draw(st.sampled_from(["\n", "\r\n"])).join([*lines, ""])


@settings(max_examples=150)  # Each reads a whole file twice.
@given(environment(), st.integers(113, 130), st.integers(0, 9))
def test_after_a_move_an_environment_says_the_same_but_for_the_version(text: str, minor: int, patch: int) -> None:
    target = Version(f"0.{minor}.{patch}")
    before = read(text)
    assert before.problems == ()
    wanted = [declared for declared in before.declarations if declared.name == "fastapi"]
    made = candidates.edits(wanted, target)
    assert not isinstance(made, str), made
    after = read(edits.apply(text, made[0]))
    assert after.problems == ()
    assert [(d.name, d.group, d.extras, d.marker) for d in after.declarations] == [
        (d.name, d.group, d.extras, d.marker) for d in before.declarations
    ]
    for old, new in zip(before.declarations, after.declarations, strict=True):
        assert pins.admits(new.specifier, target) if new.name == "fastapi" else new.specifier == old.specifier


@given(st.text(st.sampled_from("=<>!~^*|,.() 0123456789abdev_-+[]'\"#:"), max_size=30))
def test_any_text_is_a_requirement_or_a_problem(text: str) -> None:
    source = Source(path("environment.yml"), "dependencies:\n- >-\n  fastapi" + text + "\n")
    found = manifests.read(source, environ={})
    assert found is not None
    for declared in found.declarations:
        assert declared.fixed or source.at(declared.span).startswith("fastapi")


@pytest.mark.parametrize(
    ("written", "target", "text"),
    [
        ("=0.112", "0.113.2", "=0.113"),
        ("=0.112.0", "0.113.2", "=0.113.2"),
        ("==0.112.0", "0.113.2", "==0.113.2"),
        (" 0.112.0", "0.113.2", " 0.113.2"),
        (" 0.112.*", "0.113.2", " 0.113.*"),
        (" >=0.112.0,<0.113.0", "0.113.2", " >=0.113.0,<0.114.0"),
        (" >=0.112.0 , <0.113.0a0", "0.113.2", " >=0.113.0 , <0.114.0a0"),
        (" <0.113,>=0.112.3", "0.113.2", " <0.114,>=0.113.2"),
        (" >=0.112,<0.113.dev0", "0.113.2", " >=0.113,<0.114.dev0"),
        ("~=0.112.0", "0.113.2", "~=0.113.0"),
        ("=0.112,!=0.112.3", "0.113.2", "=0.113"),
        ("=0.112,!=0.113.3", "0.113.2", "=0.113,!=0.113.3"),
    ],
)
def test_a_rule_moves_in_its_own_words(written: str, target: str, text: str) -> None:
    moved = dialects.of("conda").move(written, Version(target))
    assert isinstance(moved, Moved)
    assert moved.text == text


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("~=0.112", "does not stand inside one minor series"),
        (">=0.112", "does not stand inside one minor series"),
        (">=0.112.0,<=0.112.4", "stops inside its series; write `>=0.112.0,<0.113.0a0` first"),
        ("0.112.0|0.112.1", "`0.112.0|0.112.1`"),
        ("===0.112", "conda has no `===`"),
    ],
)
def test_a_rule_that_cannot_move_says_why(written: str, reason: str) -> None:
    moved = dialects.of("conda").move(written, Version("0.113.2"))
    assert isinstance(moved, Unmovable)
    assert reason in moved.reason


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("fastapi===0.112", "conda has no `===`"),
        ("fastapi=>0.112", "the operator is turned around"),
        ("fastapi ^0.112", "`^` is Poetry's"),
        ("fastapi ~0.112", "`~` is Poetry's"),
        ("fastapi >=0.112 <0.113", "clauses are separated by commas"),
        ("fastapi >=", "is not a version rule"),
        ("fastapi >=0.112,", "is not a build"),
        ("fastapi >0.112.*", "`.*` may not stand behind `>`"),
        ("fastapi ~=0.112.*", "`.*` may not stand behind `~=`"),
        ("fastapi !=*", "allows nothing"),
        ("fastapi[standard]", "conda has no `[extra]`"),
        ("fastapi[version=0.1", "brackets"),
        ("fastapi*", "there is no package name"),
        ("fastapi ~=0", "not a version rule"),
        ("fastapi=" + "9" * 200, "more than 100 digits"),
        ("fastapi " + "0," * 3000 + "1", "longer than"),
        ("1.0", "an entry must be text"),
        ("[a, b]", "an entry must be text"),
        ("", "an entry must be text"),
        ("''", "it is empty"),
    ],
)
def test_an_entry_that_cannot_be_read_is_a_problem(item: str, reason: str) -> None:
    found = read(f"dependencies:\n  - {item}\n  - starlette\n")
    assert [declared.name for declared in found.declarations] == ["starlette"]
    (problem,) = found.problems
    assert reason in problem.reason
    assert problem.source.position(problem.span.start)[0] == 2


@pytest.mark.parametrize("item", ["openssl=1.1.1w", "jpeg=9e=h166bdaf_2", "_libgcc_mutex=0.1=main", "x=0.*.1"])
def test_what_pep_440_has_no_words_for_is_left_alone(item: str) -> None:
    found = read(f"dependencies:\n  - {item}\n")
    assert (found.declarations, found.problems) == ((), ())
    assert [left.name for left in found.left_alone] == [item.partition("=")[0]]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("dependencies:\n\t- fastapi\n", 2),
        ("dependencies:\n  - fastapi\n---\ndependencies: []\n", 3),
        ("dependencies:\n  - *none\n", 2),
        ("dependencies:\n  - 'fastapi\n", 3),
        ("dependencies:\n  - fastapi\x00\n", 2),
        ("dependencies: " + "[" * 5_000 + "\n", 1),
        ("dependencies:\n  - fastapi\n  {}: }\n", 3),
    ],
    ids=range(7),
)
def test_what_is_not_yaml_is_a_problem_with_a_line(text: str, line: int) -> None:
    found = read(text)
    assert found.declarations == ()
    (problem,) = found.problems
    assert problem.reason.startswith("not YAML")
    assert problem.source.position(problem.span.start)[0] == line


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name: x\n",
        "name: x  # dependencies: none\n",
        "dependencies:\n",
        "dependencies: {fastapi: 1}\n",
        "dependencies: none\n",
        "dependencies:\n  - name: redis\n    version: 0.1.0\n",
        "? [a]\n: b\ndependencies: {}\n",
        "  dependencies: [{{ template }}]\n",
        "[]\n",
    ],
)
def test_a_file_without_a_list_of_dependencies_is_no_environment(text: str) -> None:
    found = manifests.read(Source(path("environment.yml"), text), environ={})
    assert found in {None, Reading()}


@pytest.mark.parametrize(
    ("name", "claimed"),
    [
        *(
            (f"{stem}.{end}", True)
            for stem in ("environment", "env", "environment-dev", "conda")
            for end in ("yml", "yaml")
        ),
        *((name, True) for name in ("conda_env.yml", "env-gpu.yml", "dev-environment.yml", "environment.lock.yml")),
        *((name, True) for name in ("environments/api.yml", "ci/environment-py311.yaml", "Environment.yml")),
        *((name, False) for name in ("compose.yml", "envoy.yml", "environment.txt", "mkdocs.yml", "pubspec.yaml")),
    ],
)
def test_an_environment_is_known_by_its_name(name: str, claimed: bool) -> None:
    assert any(found.name == "conda" for found in manifests.formats_of(path(name))) == claimed


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_marks_and_line_ends_move_nothing(newline: str, mark: str) -> None:
    lines = ["# π 😀 fastapi=0.1", "dependencies:", "  - fastapi =0.112 # 😀", "  - 'starlette'", ""]
    found = read(mark + newline.join(lines))
    assert [d.source.at(d.span) for d in found.declarations] == ["fastapi =0.112", "starlette"]
    assert [d.written for d in found.declarations] == ["=0.112", ""]


@pytest.mark.parametrize("scalar", ['"fastapi=0.1\\x312"', "fastapi\n    =0.112", ">-\n    fastapi\n    =0.112"])
def test_a_scalar_that_is_not_as_it_is_written_is_fixed(scalar: str) -> None:
    declared = one(scalar)
    assert declared.specifier == pins.parse("==0.112.*")
    assert declared.fixed == "its text is computed or written with escapes"


def test_a_name_that_is_not_as_it_is_written_takes_no_version() -> None:
    found = read('dependencies:\n  - "fast\\x61pi"\n  - pip:\n    - >-\n      fastapi\n')
    assert [(d.name, bool(d.fixed)) for d in found.declarations] == [("fastapi", True), ("fastapi", True)]


def test_an_alias_is_read_once() -> None:
    found = read("x: &more [a]\ndependencies:\n  - &pin fastapi=0.112\n  - *pin\n")
    assert [declared.name for declared in found.declarations] == ["fastapi"]


PIP = """dependencies:
  - pip
  - pip:
    - fastapi[standard]==0.112.0 ; python_version > "3.8"
    - "-r requirements.txt"
    - -e ./lib
    - -c pins.txt
    - ${LINE}
    - 'starlette  # a comment'
    - "# only a comment"
    - fastapi=0.1
    - 1.0
    - git+https://x.test/f.git#egg=pydantic
"""


def test_the_list_of_pip_is_a_requirements_file() -> None:
    found = read(PIP)
    assert [(d.name, d.group, str(d.specifier), bool(d.fixed)) for d in found.declarations] == [
        ("pip", "", "", False),
        ("fastapi", "pip", "==0.112.0", False),
        ("fastapi", "pip", "==0.112.0", True),
        ("starlette", "pip", "", False),
        ("pydantic", "pip", "", True),
    ]
    assert [(i.kind, i.target) for i in found.includes] == [
        ("requirements", "requirements.txt"),
        ("project", "./lib"),
        ("constraints", "pins.txt"),
    ]
    assert [p.reason.partition(":")[0] for p in found.problems] == ["not a requirement", "`pip` must hold text only"]


@pytest.mark.parametrize(("value", "problems"), [("", 0), ("fastapi==0.1", 1), ("{a: b}", 1), ("[]", 0)])
def test_pip_must_be_a_list(value: str, problems: int) -> None:
    assert len(read(f"dependencies:\n  - python\n  - pip: {value}\n").problems) == problems


def test_another_installer_is_left_alone() -> None:
    found = read("dependencies:\n  - python\n  - npm:\n    - left-pad\n")
    assert [left.subject for left in found.left_alone] == ["npm"]


EXPORTED = "name: x\ndependencies:\n  - fastapi=0.112.0{0}\n  - pydantic=2.8.2{0}\n  - starlette=0.37.2{0}\n"


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        (EXPORTED.format("=pyhd8ed1ab_0"), "compiled"),
        (EXPORTED.format("") + "prefix: /opt/x\n", "compiled"),
        (EXPORTED.format(""), "compiled"),
        (EXPORTED.format("") + "  - python=3.12\n  - anyio=4\n", "declared"),
        (EXPORTED.format("") + "  - pip:\n    - anyio\nprefix: /opt/x\n", "declared"),
        ("dependencies:\n  - fastapi=0.112.0=py_0\n", "declared"),
    ],
)
def test_an_export_is_known_by_its_look(text: str, origin: str) -> None:
    assert {declared.origin for declared in read(text).declarations} == {origin}


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("fastapi=0.46.0=py_0", "the build `py_0` belongs to this version"),
        ("\"fastapi[version='0.46.0',build=py_0]\"", "the build `py_0` belongs to this version"),
        ("\"fastapi[version='0.46.0',md5=ab]\"", "it is pinned to one file"),
        ("fastapi 0.112.0|0.112.1", "alternatives (`|`) cannot be moved; write one range"),
        ('"fastapi[url=https://x.test/fastapi-0.46.0-py_0.conda]"', "it is a direct reference"),
        ("https://x.test/fastapi-0.46.0-py_0.tar.bz2", "it is a direct reference"),
    ],
)
def test_what_belongs_to_one_version_is_fixed(item: str, reason: str) -> None:
    assert one(item).fixed == reason


@pytest.mark.parametrize(
    ("conda_rule", "pep440", "same"),
    [("0.112.*", "~=0.112.0", True), ("=0.112", "~=0.112.0", True), ("~=0.112", "~=0.112.0", False)],
)
def test_spellings_of_one_series_have_one_verdict(conda_rule: str, pep440: str, same: bool) -> None:
    assert (pins.series(conda.parse(conda_rule)) == pins.series(pins.parse(pep440))) == same
