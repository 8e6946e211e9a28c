"""What each rule finds, and what it leaves in peace."""

import re
import textwrap
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest
from packaging.utils import NormalizedName, canonicalize_name

from pincheck import pins, policy, rules
from pincheck.commands import _gather
from pincheck.config import Config
from pincheck.model import Finding, Policy
from pincheck.rules import RULES
from pincheck.rules._rule import Rule

UNREADABLE = "unreadable"


def findings(
    folder: Path, files: Mapping[str, str], policies: Mapping[str, str] | None = None, named: str = ""
) -> tuple[Finding, ...]:
    """What the rules say about files, nothing of which may be unreadable."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    own: dict[NormalizedName, Policy] = {canonicalize_name(k): policy.parse(v) for k, v in (policies or {}).items()}
    settings = Config(policies={**policy.BUILT_IN, **own})
    found = _gather.project([folder / named], {}, settings)
    assert found.problems == ()
    return rules.check(found)


def codes(folder: Path, text: str, policies: Mapping[str, str] | None = None) -> list[str]:
    """The codes for a requirements file; `unreadable` where a line of it is."""
    return codes_of(folder, {"requirements.txt": text}, policies)


def codes_of(folder: Path, files: Mapping[str, str], policies: Mapping[str, str] | None = None) -> list[str]:
    """The codes for the files of a project; `unreadable` where a line of one is."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    if _gather.project([folder], {}, Config()).problems:
        return [UNREADABLE]
    return [finding.code for finding in findings(folder, {}, policies)]


def examples(rule: Rule, kind: str) -> dict[str, str]:
    """The files of an example: a line such as `# pyproject.toml` begins one, else it is a requirements file."""
    match = re.search(rf"^{kind}:\n\n((?:    .*\n|\n)+)", rule.manual, re.MULTILINE)
    assert match is not None
    files: dict[str, str] = {}
    name = "requirements.txt"
    for line in textwrap.dedent(match[1]).strip("\n").split("\n"):
        begins = re.fullmatch(r"# ([\w./-]+\.(?:txt|in|toml|lock|ya?ml|cfg|py)|Pipfile|Dockerfile)", line)
        name = begins[1] if begins else name
        files[name] = files.get(name, "") + (f"{line}\n" if not begins else "")
    return files


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_examples_of_a_manual_page_are_true(rule: Rule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = {"orjson": "exact"}
    for kind in ("Bad", "Good"):
        (tmp_path / kind).mkdir()
        monkeypatch.chdir(tmp_path / kind)
        found = codes_of(Path(), examples(rule, kind), exact)
        assert (rule.code in found) == (kind == "Bad")
        assert kind == "Bad" or found in ([], ["PIN103"])


# How FastAPI may be pinned, and how not: the truth table, its numbers those of the version specifiers specification.
ONE_MINOR = (
    *("==0.112.0", "==0.112.*", "===0.112.0", "~=0.112.0", "~=0.112.3", ">=0.112.0,<0.113.0", ">=0.112,<0.113"),
    *("<0.113.0,>=0.112.0", ">0.112.0,<0.113.0", "==0.112.0,<0.113", "==0.112.*,!=0.112.1", "==0.112.0rc1"),
    *("==0.112.0.post1", "==v0.112.0", "== 0.112.0", ">= 0.112.0 , < 0.113.0", ">=0.99.0,<0.100.0", "==0.112"),
    *(">=0.112.0,<0.113.0,!=0.112.3", " (>=0.112.0,<0.113.0)", "==0.112.0+local", "~=0.112.0,"),
    *("[standard]==0.112.0", "[all,standard] ~= 0.112.0 ; python_version < '3.13'", "~=1!0.112.0", ">=0.112,==0.112.*"),
)
WIDER = (
    *(
        "",
        "==0.*",
        ">=0.112.0,<=0.113",
        ">=0.112.0,<0.113.1",
        ">=0.112.0,<0.114",
        ">=0.112.0,!=0.113.*",
        ">0.111,<0.113",
    ),
    *(">=0.112.0", ">0.112", "<0.113", "<=0.112.9", "!=0.112.1", ">=0.112.0,<1", ">=0.112.0,<1.0.0", ">=0.112.0,==0.*"),
    *(
        ">=0.112",
        "[standard]",
        "; python_version<'3.13'",
        ">=0.112.0,<0.114.0",
    ),
    *(">=1!0.112,<1!0.114", ">=0.112.0a1,<0.114", ">=0.112.0,<0.113.0a0", "~=0.112,!=0.112.1"),
)
SHORT = ("~=0.112", "~= 0.112", "~=v0.112", "~=0.112rc1", "~=0.112.post1", "~=0.112.dev1", "~=0.112,", "~=1!0.112")
EMPTY = (
    *("===0.112.*", "===foo", "==0.112.0,==0.112.1", ">=0.113,<0.112", ">=0.112.0,<0.112.0", "==0.112.0,!=0.112.0"),
    *(">=0.165.0,<0.113.0",),
)
MALFORMED = (
    *("~=0", "~=0.112.*", ">=0.112.0 <0.113.0", ">=0.112.*", ">=0.112.*,<0.113", "<0.113.*", "==0.112.x", "=0.112.0"),
    *(
        " 0.112.0",
        " 0.112.*",
        "^0.112.0",
        "~0.112.0",
        "*",
        "==*",
        ">=0.112.0;<0.113.0",
        "=>0.112.0",
        ">=",
        "==0.112.0,,",
    ),
    *("(>=0.112.0", ">=0.112.0)", "==0.112.0 --hash=md5:ab", "[standard", "==" + "9" * 5_000, "==0.112.0;", "@"),
)
STOPS_EARLY = (">=0.112.0,<=0.112.4", ">=0.112.0,<0.112.9", "==0.112.*,<0.112.5", "~=0.112.0.1")


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        *((specifier, []) for specifier in ONE_MINOR),
        *((specifier, ["PIN101"]) for specifier in WIDER),
        *((specifier, ["PIN116"]) for specifier in SHORT),
        *((specifier, ["PIN107"]) for specifier in EMPTY),
        *((specifier, ["PIN108"]) for specifier in STOPS_EARLY),
        *((specifier, [UNREADABLE]) for specifier in MALFORMED if specifier != "==0.112.0;"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_fastapi_stands_at_one_version_or_in_one_minor_series(
    specifier: str, expected: list[str], project: Path
) -> None:
    assert codes(project, f"fastapi{specifier}\n") == expected


# The rows of the truth table that was computed with `packaging`, by number: what each spelling is in a PEP 508 file.
EXACT, RANGE, WIDE, NONE, WRONG = "exact", "one minor", "wider", "empty", "malformed"
TRUTH: tuple[tuple[int, str, str], ...] = (
    (1, "", WIDE),
    (2, "==0.112.0", EXACT),
    (4, "==0.112.*", RANGE),
    (6, "==0.*", WIDE),
    (7, "===0.112.0", EXACT),
    (8, "===0.112.*", NONE),
    (9, "===foo", NONE),
    (10, "~=0.112.0", RANGE),
    (11, "~=0.112.3", RANGE),
    (15, "~=0", WRONG),
    (16, "~=0.112.*", WRONG),
    (17, ">=0.112.0,<0.113.0", RANGE),
    (18, ">=0.112,<0.113", RANGE),
    (22, ">=0.112.0,<=0.113", WIDE),
    (25, ">=0.112.0,<0.113.1", WIDE),
    (26, ">=0.112.0,<0.114", WIDE),
    (29, ">=0.112.0,!=0.113.*", WIDE),
    (31, ">0.112.0,<0.113.0", RANGE),
    (32, ">0.111,<0.113", WIDE),
    (35, ">=0.112.0", WIDE),
    (37, ">0.112", WIDE),
    (38, "<0.113", WIDE),
    (39, "<=0.112.9", WIDE),
    (42, "!=0.112.1", WIDE),
    (45, "==0.112.0,<0.113", EXACT),
    (47, "==0.112.*,!=0.112.1", RANGE),
    (49, "==0.112.0,==0.112.1", NONE),
    (50, ">=0.113,<0.112", NONE),
    (51, ">=0.112.0,<0.112.0", NONE),
    (54, "==0.112.0rc1", EXACT),
    (56, "==0.112.0.post1", EXACT),
    (60, "==v0.112.0", EXACT),
    (61, "== 0.112.0", EXACT),
    (62, ">= 0.112.0 , < 0.113.0", RANGE),
    (63, ">=0.112.0 <0.113.0", WRONG),
    (66, ">=0.112.*", WRONG),
    (67, ">=0.112.*,<0.113", WRONG),
    (68, "<0.113.*", WRONG),
    (69, "==0.112.x", WRONG),
    (70, "=0.112.0", WRONG),
    (71, " 0.112.0", WRONG),
    (72, " 0.112.*", WRONG),
    (73, "^0.112.0", WRONG),
    (74, "~0.112.0", WRONG),
    (75, " *", WRONG),
    (76, "==*", WRONG),
    (77, ">=0.112.0;<0.113.0", WRONG),
    (78, "=>0.112.0", WRONG),
    (83, ">=0.112.0,<1", WIDE),
    (84, ">=0.112.0,<1.0.0", WIDE),
    (85, ">=0.112.0,==0.*", WIDE),
    (87, ">=0.99.0,<0.100.0", RANGE),
    (90, "==0.112.0,!=0.112.0", NONE),
    (91, ">=0.165.0,<0.113.0", NONE),
)
CODES = {EXACT: [], RANGE: [], WIDE: ["PIN101"], NONE: ["PIN107"], WRONG: [UNREADABLE]}


@pytest.mark.parametrize(("row", "specifier", "verdict"), TRUTH)
def test_a_row_of_the_truth_table(row: int, specifier: str, verdict: str, project: Path) -> None:
    assert codes(project, f"fastapi{specifier}\n") == CODES[verdict], row
    if verdict in {EXACT, RANGE, WIDE}:
        found = pins.parse(specifier)
        assert pins.is_exact(found) == (verdict == EXACT)
        assert (pins.series(found) is None) == (verdict == WIDE)


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("", []),
        (">=2.7.0,<3.0.0", []),
        (">=1.10", []),
        (">1", []),
        (">1.0.0", []),
        ("~=1.8", []),
        ("==2.*", []),
        ("==2.8.2", []),
        ("===2.8.2", []),
        ("[email]>=2", []),
        (">1.0,<2.0", []),
        (">=1.0.0", ["PIN105"]),
        ("==1.*", ["PIN105"]),
        ("<3", ["PIN105"]),
        ("!=1.9", ["PIN105"]),
        (">=1", ["PIN105"]),
        (">=0.1,<2", ["PIN105"]),
        ("~=1.0", ["PIN105"]),
        ("==1.0.*", ["PIN105"]),
        ("<1.0", ["PIN104"]),
        ("==1.0.0", ["PIN104"]),
        ("<=1.0.0", ["PIN104"]),
        ("===1.0.0", ["PIN104"]),
        ("==0.*", ["PIN104"]),
        ("~=0.32.2", ["PIN104"]),
        ("==1.0.0rc1", ["PIN104"]),
        (">=2,<1", ["PIN107"]),
    ],
)
def test_pydantic_stands_above_1_0_0(specifier: str, expected: list[str], project: Path) -> None:
    assert codes(project, f"pydantic{specifier}\n") == expected


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("", []),
        ("[full]", []),
        (">=0.49.1", ["PIN103"]),
        (">0.49", ["PIN103"]),
        ("!=0.36.0", ["PIN103"]),
        (">=0.49.1,!=0.50.0", ["PIN103"]),
        ("==0.37.2", ["PIN102"]),
        ("===0.37.2", ["PIN102"]),
        ("== 0.37.*", ["PIN102"]),
        ("~=0.37.2", ["PIN102"]),
        ("<0.39", ["PIN102"]),
        ("<=0.38", ["PIN102"]),
        (">=0.37,<0.39", ["PIN102"]),
        (">=0.40,<0.39", ["PIN107"]),
        (" @ git+https://x.test/starlette@0.37.2", ["PIN109"]),
        (" @ https://x.test/starlette-0.37.2-py3-none-any.whl", ["PIN102"]),
    ],
)
def test_starlette_is_not_pinned_by_hand(specifier: str, expected: list[str], project: Path) -> None:
    assert codes(project, f"fastapi==0.112.0\nstarlette{specifier}\n") == expected


COMPILED = {
    "compiled by pip-compile": "#\n# This file is autogenerated by pip-compile with Python 3.11\n# by the following command:\n",
    "compiled by uv": "# This file was autogenerated by uv via the following command:\n#    uv pip compile requirements.in\n",
    "without a header, with via": "",
}


@pytest.mark.parametrize("header", COMPILED.values(), ids=COMPILED)
def test_starlette_in_a_compiled_file_is_right(header: str, project: Path) -> None:
    text = (
        f"{header}fastapi==0.112.0\n    # via -r requirements.in\nstarlette==0.37.2\n    # via fastapi\nuvicorn==0.30\n"
    )
    assert codes(project, text) == []


@pytest.mark.parametrize(
    "line",
    [
        "starlette==0.37.2  # via fastapi",
        "starlette==0.37.2  # via fastapi, sse-starlette (pyproject.toml)",
        "starlette==0.37.2  # via -r requirements.in, fastapi",
        "starlette==0.37.2 --hash=sha256:aa",
        "starlette==0.37.2 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb",
    ],
)
def test_the_line_of_a_compiler_is_known(line: str, project: Path) -> None:
    assert codes(project, f"fastapi==0.112.0\n{line}\n") == []


@pytest.mark.parametrize(
    "line",
    [
        "starlette==0.37.2  # via the proxy it was slow",
        "starlette==0.37.2  # viable",
        "starlette==0.37.2  # pinned, see 123",
    ],
)
def test_the_comment_of_a_person_is_none_of_a_compiler(line: str, project: Path) -> None:
    assert codes(project, f"fastapi==0.112.0\n{line}\n") == ["PIN102"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["anyio==4.4.0", "fastapi==0.112.0", "pydantic==2.8.2", "starlette==0.37.2"], []),
        (["Anyio==4.4.0", "fastapi==0.112.0", "Jinja2==3", "pydantic_core==2", "starlette==0.37.2"], []),
        (["anyio==4", "fastapi @ git+https://x.test/f@1", "starlette==0.37.2"], ["PIN109"]),
        (["fastapi==0.112.0", "anyio==4.4.0", "starlette==0.37.2"], ["PIN102"]),  # not sorted
        (["anyio>=4", "fastapi==0.112.0", "starlette==0.37.2"], ["PIN102"]),  # not all exact
        (["anyio", "fastapi==0.112.0", "starlette==0.37.2"], ["PIN102"]),
        (["anyio==4.*", "fastapi==0.112.0", "starlette==0.37.2"], ["PIN102"]),
        (["fastapi==0.112.0", "starlette==0.37.2"], ["PIN102"]),  # only one of FastAPI's own
    ],
)
def test_a_freeze_is_known_by_its_look(lines: list[str], expected: list[str], project: Path) -> None:
    assert codes(project, "\n".join(lines)) == expected


def test_a_freeze_with_a_line_that_cannot_be_read_is_none(project: Path) -> None:
    (project / "requirements.txt").write_text("anyio==4.4.0\n??\nstarlette==0.37.2\n")
    found = _gather.project([project], {}, Config())
    assert [finding.code for finding in rules.check(found)] == ["PIN102"]


# --- the lines that trip other tools

ADVERSARIAL: tuple[tuple[str, list[str]], ...] = (
    ("fastapi-cli>=0.0.5\nfastapi >= 0.112.0\n", ["PIN101"]),
    ("fastapi-cli==0.0.5\nFastAPI>=0.112.0\n", ["PIN101"]),
    ("fastapi<0.113.0,>=0.112.0\n", []),
    ("# fastapi==0.112.0\nfastapi>=0.112.0  # was fastapi==0.112.0\n", ["PIN101"]),
    ("fastapi>=0.112;python_version<'3.9'\nfastapi>=0.112;python_version>='3.9'\n", ["PIN101", "PIN101"]),
    ("fastapi==0.110.0;python_version<'3.9'\nfastapi==0.112.0;python_version>='3.9'\n", []),
    ("fastapi>=0.112.0 --hash=sha256:aa\n", ["PIN101"]),
    ("fastapi (>=0.112.0,<0.113.0)\n", []),
    ("fastapi>=0.112.0,\\\n    <0.113.0\n", ["PIN115"]),
    ("fastapi\\\n    >=0.112.0\n", ["PIN101", "PIN115"]),
    ("\ufefffastapi>=0.112.0\r\nstarlette==1\r\n", ["PIN101", "PIN102"]),
    ("fastapi  >=  0.112.0 ,<  0.113.0  ;  python_version > '3.8'\n", []),
    ("x[fastapi]==0.112.0\nfastapi==0.112.0\n", []),
    ("x[fastapi]==0.112.0\nfastapi\n", ["PIN101"]),
    ("fastapi; python_version<'3.9' # <0.113\n", ["PIN101"]),
    ("Fast_API==1\nfast.api==2\nfast-api\n", []),
    ("fastapi==0.112.0 # pinned \\\nstarlette==0.37.2\n", ["PIN115"]),  # pip sees no Starlette here
)


@pytest.mark.parametrize(("text", "expected"), ADVERSARIAL)
def test_lines_that_trip_other_tools(text: str, expected: list[str], project: Path) -> None:
    assert codes(project, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[project]\ndependencies = ["fastapi-cli>=0.0.5", "fastapi >= 0.112.0"]', [("PIN101", 2, 40)]),
        (
            '[project]\ndependencies = [ # "fastapi==0.112.0"\n  "FastAPI>=0.112.0", # was fastapi==0.112.0\n]',
            [("PIN101", 3, 4)],
        ),
        (
            "[project.optional-dependencies]\nall = ['shop[gui]', 'fastapi']\ngui = ['starlette<1']",
            [("PIN101", 2, 22), ("PIN102", 3, 9)],
        ),
        ("[dependency-groups]\ndev = ['fastapi<1', {include-group = 'test'}]\ntest = ['pytest']", [("PIN101", 2, 9)]),
        ('[project]\ndependencies = ["""fastapi"""]', [("PIN101", 2, 20)]),
        ('[project]\ndependencies = ["fastap\\u0069"]', [("PIN101", 2, 18)]),
        ('project.dependencies = ["fastapi"]', [("PIN101", 1, 26)]),
        ('project = {dependencies = ["fastapi"]}', [("PIN101", 1, 29)]),
        ("[\"project\"]\n'dependencies' = [\"fastapi; python_version<'3.9'\"]", [("PIN101", 2, 20)]),
        ("[project]\ndependencies = ['pydantic>=2', 'fastapi~=0.112.0']\ndynamic = ['dependencies']", []),
    ],
)
def test_pyproject_toml_is_judged_where_it_stands(text: str, expected: list[object], project: Path) -> None:
    found = findings(project, {"pyproject.toml": text})
    assert [(f.code, *f.source.position(f.span.start)) for f in found] == expected


# --- policies of the project's own


@pytest.mark.parametrize(
    ("policies", "text", "expected"),
    [
        ({"orjson": "exact"}, "orjson>=3\n", ["PIN106"]),
        ({"orjson": "exact"}, "orjson\n", ["PIN106"]),
        ({"orjson": "exact"}, "orjson==3.*\n", ["PIN106"]),
        ({"orjson": "exact"}, "orjson==3.10.7\norjson===3.10.7\n", []),
        ({"orjson": "exact"}, "orjson>=3.10.7,<=3.10.7\n", []),
        ({"OrJSON": "exact"}, "orjson>=3\n", ["PIN106"]),
        ({"sqlmodel": "one-minor"}, "sqlmodel>=0.0.20\n", ["PIN101"]),
        ({"sqlmodel": "one-minor"}, "sqlmodel~=0.0.20\n", []),
        ({"uvicorn": "unpinned"}, "uvicorn<1\n", ["PIN102"]),
        ({"sqlalchemy": ">=2,<3"}, "sqlalchemy\n", ["PIN104"]),
        ({"sqlalchemy": ">=2,<3"}, "sqlalchemy>=2\n", ["PIN104"]),
        ({"sqlalchemy": ">=2,<3"}, "sqlalchemy>=2.0.30,<2.1\n", []),
        ({"sqlalchemy": ">=2,<3"}, "sqlalchemy==2.0.30\n", []),
        ({"sqlalchemy": ">=2,<3"}, "sqlalchemy<2\n", ["PIN104"]),
        ({"starlette": "free"}, "starlette==0.37.2\n", []),
        ({"starlette": "free"}, "starlette>2,<1\n", ["PIN107"]),
        ({"fastapi": "free"}, "fastapi\n", []),
        ({"fastapi": "exact"}, "fastapi~=0.112.0\n", ["PIN106"]),
        ({"pydantic": ">=2"}, "pydantic\n", ["PIN104"]),
    ],
)
def test_a_project_may_have_policies_of_its_own(
    policies: dict[str, str], text: str, expected: list[str], project: Path
) -> None:
    assert codes(project, text, policies) == expected


# --- comments that hide a finding


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fastapi # pincheck: ignore[PIN101]\n", []),
        ("fastapi # pincheck: ignore[PIN101] until spring\n", []),
        ("fastapi # why\t# pincheck:ignore[ pin101 , PIN102 ]\n", []),
        ("fastapi \\\n  >=0.112.0 # pincheck: ignore[PIN101, PIN115]\n", []),
        ("starlette # pincheck: ignore[PIN102]\n", ["PIN901"]),
        ("fastapi # pincheck: ignore[PIN102]\n", ["PIN101", "PIN901"]),
        ("fastapi # pincheck: ignore\n", ["PIN101", "PIN901"]),
        ("fastapi # pincheck: ignore[]\n", ["PIN101", "PIN901"]),
        ("# pincheck: ignore[PIN101]\nfastapi\n", ["PIN901", "PIN101"]),
        ("fastapi # pincheck: ignored by nobody\n", ["PIN101"]),
        ("fastapi # pinchecked: ignore[PIN101]\n", ["PIN101"]),
        ("fastapi==0.112.0 # pincheck: ignore\n[PIN101]\n", [UNREADABLE]),
    ],
)
def test_a_comment_hides_what_it_names_on_its_line(text: str, expected: list[str], project: Path) -> None:
    assert codes(project, text) == expected


def test_a_bare_comment_does_not_take_the_next_table_for_its_codes(project: Path) -> None:
    found = findings(project, {"pyproject.toml": "# pincheck: ignore\n[PIN101]\n"})
    assert [finding.message for finding in found] == ["ignore comment names no rule"]


def test_a_comment_hides_a_finding_in_pyproject_toml(project: Path) -> None:
    text = "[project]\ndependencies = [\n  'fastapi', # pincheck: ignore[PIN101]\n  'starlette<1',\n]"
    assert [finding.code for finding in findings(project, {"pyproject.toml": text})] == ["PIN102"]


# --- constraints and what they constrain


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"requirements.txt": "fastapi\n-c pins.txt\n", "pins.txt": "fastapi==0.112.0\n"}, []),
        ({"requirements.txt": "fastapi>=0.112.0\n-c pins.txt\n", "pins.txt": "fastapi<0.113.0\n"}, []),
        ({"requirements.txt": "fastapi\n-c pins.txt\n", "pins.txt": "fastapi<1\n"}, ["PIN101", "PIN101"]),
        ({"requirements.txt": "fastapi\n", "constraints.txt": "fastapi==0.112.0\n"}, ["PIN101"]),
        (
            {"requirements.txt": "-r base.txt\n-c pins.txt\n", "base.txt": "fastapi\n", "pins.txt": "fastapi~=0.112.0"},
            [],
        ),
        ({"requirements.txt": "-r base.txt\n", "base.txt": "fastapi\n-c p.txt\n", "p.txt": "fastapi~=0.112.0"}, []),
        ({"requirements.txt": "fastapi\n-c a.txt\n", "a.txt": "fastapi==0.112.0;python_version<'3.9'\n"}, ["PIN101"]),
        ({"requirements.txt": "fastapi\n-c requirements-a.txt\n", "requirements-a.txt": "fastapi==0.112.0\n"}, []),
        (
            {"requirements.txt": "fastapi\n-r constraints.txt\n", "constraints.txt": "-e git+https://x.test/y#egg=y\n"},
            ["PIN101"],
        ),
        ({"requirements.txt": "fastapi==0.112.0\n-c pins.txt\n", "pins.txt": "starlette==0.37.2\n"}, []),
        ({"requirements.txt": "pydantic\n-c pins.txt\n", "pins.txt": "pydantic<3\n"}, ["PIN105"]),
    ],
)
def test_a_constraint_counts_with_what_it_constrains(files: dict[str, str], expected: list[str], project: Path) -> None:
    assert [finding.code for finding in findings(project, files)] == expected


@pytest.mark.parametrize("order", [("pins.txt", "requirements.txt"), ("requirements.txt", "pins.txt")])
def test_the_order_of_named_files_changes_nothing(order: tuple[str, str], project: Path) -> None:
    (project / "requirements.txt").write_text("fastapi\n-c pins.txt\n")
    (project / "pins.txt").write_text("fastapi==0.112.0\n")
    found = _gather.project([Path(name) for name in order], {}, Config())
    assert rules.check(found) == ()
    assert {d.source.path: d.origin for d in found.declarations} == {
        PurePosixPath("requirements.txt"): "declared",
        PurePosixPath("pins.txt"): "constraint",
    }


# --- what to write instead


@pytest.mark.parametrize(
    ("files", "remedy"),
    [
        ({"requirements.txt": "fastapi>=0.112"}, "write `>=0.112,<0.113`"),
        ({"requirements.txt": "fastapi>=0.112.3,<1"}, "write `>=0.112.3,<0.113.0`"),
        ({"requirements.txt": "fastapi>=0.112.0,!=0.112.2,!=0.113.1"}, "write `>=0.112.0,<0.113.0,!=0.112.2`"),
        ({"requirements.txt": "fastapi~=0.112"}, "write `~=0.112.0`"),
        ({"requirements.txt": "fastapi ~= 0.112"}, "write `~= 0.112.0`"),
        ({"requirements.txt": "fastapi~=0.112,"}, "write `>=0.112,<0.113`"),
        ({"requirements.txt": "fastapi~=0.112rc1"}, "write `>=0.112.0,<0.113.0`"),
        ({"requirements.txt": "fastapi>=1!0.112"}, "write `>=1!0.112,<1!0.113`"),
        ({"requirements.txt": "fastapi"}, "write the version that your tests passed with"),
        ({"requirements.txt": "fastapi<0.113"}, "write the version that your tests passed with"),
        ({"requirements.txt": "fastapi>0.112"}, "write the version that your tests passed with"),
        (
            {"requirements.txt": "fastapi", "uv.lock": '[[package]]\nname = "fastapi"\nversion = "0.112.2"\n'},
            "write `>=0.112.2,<0.113.0`",
        ),
        (
            {"requirements.txt": "fastapi", "uv.lock": '[[package]]\nname = "fastapi"\nversion = "0.112.2+cu1"\n'},
            "write `>=0.112.2,<0.113.0`",
        ),
        (
            {"requirements.txt": "fastapi>1", "uv.lock": '[[package]]\nname = "fastapi"\nversion = "0.112.2"\n'},
            "write the version that your tests passed with",
        ),
        (
            {"requirements.in": "fastapi", "requirements.txt": "fastapi==0.112.2  # via -r requirements.in"},
            "write `>=0.112.2,<0.113.0`",
        ),
        (
            {"requirements.txt": "fastapi==0.112.0\nstarlette>0.37,<0.40,!=0.38.1"},
            "write `starlette>0.37,!=0.38.1`, or nothing: FastAPI chooses it",
        ),
        (
            {"requirements.txt": "fastapi==0.112.0\nstarlette~=0.37.2"},
            "write `starlette>=0.37.2`, or nothing: FastAPI chooses it",
        ),
        (
            {"requirements.txt": "fastapi==0.112.0\nstarlette==0.37.2"},
            "write `starlette`, or nothing: FastAPI chooses it",
        ),
        ({"requirements.txt": "fastapi>=0.112.0,<=0.112.4"}, "write `>=0.112.0,<0.113.0`"),
    ],
)
def test_a_finding_says_what_to_write(files: dict[str, str], remedy: str, project: Path) -> None:
    found = findings(project, files)
    assert len(found) == 1
    assert found[0].remedy.startswith(remedy)


def test_a_starlette_that_no_fastapi_bounds_is_not_loosened(project: Path) -> None:
    assert [finding.edits for finding in findings(project, {"requirements.txt": "starlette==0.37.2\n"})] == [()]
