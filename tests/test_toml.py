"""The scanner that finds where each value of a TOML document stands, against tomllib, which says what they are."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path as Path_
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pincheck.manifests import read
from pincheck.manifests._toml import Document, Path, load
from pincheck.model import Problem, Source, Span
from tests.conftest import data

MULTI_LINE = ('"""', "'''")


def source(text: str) -> Source:
    return Source(PurePosixPath("pyproject.toml"), text)


def walked(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value that is no table, by its path."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from walked(below, (*path, key))
        return
    yield path, value
    if isinstance(value, list):
        for index, below in enumerate(value):
            yield from walked(below, (*path, index))


def is_inline(path: Path, document: Document) -> bool:
    """Say whether a path leads to an inline table, which stands in one place as a value does."""
    value: Any = document.values
    for key in path:
        value = value[key]
    return isinstance(value, Mapping)


def is_array_of_tables(value: Any, path: Path, document: Document) -> bool:
    """Say whether this is `[[…]]`, which has no place of its own."""
    return isinstance(value, list) and path not in document.spans


def quoted(text: str, span: Span) -> str:
    """A string with the quotes around it; the line end behind three opening quotes belongs to them."""
    for opening in ("\r\n", "\n", ""):
        start = span.start - len(opening)
        if text[start : span.start] != opening:
            continue
        for quotes in (*MULTI_LINE, '"', "'"):
            if text[start - len(quotes) : start] == quotes == text[span.end : span.end + len(quotes)]:
                return text[start - len(quotes) : span.end + len(quotes)]
    raise AssertionError(f"no quotes around {text[span.start - 5 : span.end + 5]!r}")


def agree(text: str) -> None:
    """Fail where scanner and tomllib see other values, or a string stands elsewhere than the scanner says."""
    document = load(source(text))
    assert isinstance(document, Document)
    assert document.values == tomllib.loads(text)
    expected = dict(walked(document.values))
    tables = {path for path, value in expected.items() if is_array_of_tables(value, path, document)}
    scanned = {path for path in document.spans if not is_inline(path, document)}
    assert scanned == expected.keys() - tables
    for path in tables:
        assert all(isinstance(item, Mapping) for item in expected[path])
    for path in scanned:
        at(text, document.spans[path], expected[path])


def at(text: str, span: Span, value: Any) -> None:
    """Fail where the text of a span does not say the value."""
    written = text[span.start : span.end]
    if isinstance(value, str):
        assert tomllib.loads(f"key = {quoted(text, span)}")["key"] == value
    else:
        assert repr(tomllib.loads(f"key = {written}")["key"]) == repr(value)


def corpus() -> list[Any]:
    try:
        index = data("corpus", "INDEX.tsv").read_text(encoding="utf-8").splitlines()[1:]
    except pytest.skip.Exception:
        return [pytest.param("", "", marks=pytest.mark.skip(reason="the corpus is not there: set PINCHECK_DATA"))]
    rows = [line.split("\t") for line in index]
    wanted = [
        (repo, path) for repo, path, kind, _ in rows if kind in {"pyproject", "uv.lock", "poetry.lock", "pdm.lock"}
    ]
    return [pytest.param(repo, path, id=f"{repo}/{path}") for repo, path in wanted]


@pytest.mark.parametrize(("repo", "path"), corpus())
def test_every_value_of_a_real_document_stands_where_the_scanner_says(repo: str, path: str) -> None:
    text = data("corpus", repo.replace("/", "__"), path).read_bytes().decode()
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert isinstance(load(source(text)), Problem)
        return
    agree(text)


# --- documents made up by Hypothesis: every way to write a key, a string, a table, with odd blanks and line ends

BARE = st.from_regex(r"[A-Za-z0-9_-]{1,4}", fullmatch=True)
PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
ESCAPED = PLAIN.map(json.dumps)
LITERAL = PLAIN.filter(lambda text: "'" not in text).map(lambda text: f"'{text}'")
BLOCK = st.text(st.sampled_from("ab\"'# =,]}\n\\"), max_size=10)
MULTI = BLOCK.map(lambda text: '"""' + text.replace("\\", "\\\\").replace('"""', '""\\"').removesuffix('"') + '"""')
MULTI_LITERAL = BLOCK.map(lambda text: "'''" + text.replace("'", "") + "'''")
CONTINUED = BLOCK.map(lambda text: '"""\\\n   ' + text.replace("\\", "").replace('"', "") + '\\t"""')
STRINGS = ESCAPED | LITERAL | MULTI | MULTI_LITERAL | CONTINUED
KEYS = BARE | ESCAPED | LITERAL
SCALARS = st.sampled_from(
    [
        "1",
        "-0",
        "0x1F",
        "1_000",
        "1.5",
        "-1e3",
        "inf",
        "true",
        "false",
        "1979-05-27T07:32:00Z",
        "1979-05-27 07:32:00",
        "07:32:00",
    ]
)
BLANKS = st.sampled_from(["", " ", "\t", "  "])
BREAKS = st.sampled_from(["", " ", "\n", "\r\n", ' # c ] } , "\n', "\n\n# '\n"])


@st.composite
def arrays(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    items = draw(st.lists(values, max_size=3))
    parts = [f"{draw(BREAKS)}{item}{draw(BREAKS)}" for item in items]
    return f"[{','.join(parts)}{draw(st.sampled_from(['', ','])) if items else ''}{draw(BREAKS)}]"


@st.composite
def inline_tables(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    keys = draw(st.lists(KEYS, max_size=3))
    return f"{{{','.join(f'{draw(BLANKS)}{key}{draw(BLANKS)}={draw(BLANKS)}{draw(values)}' for key in keys)}}}"


VALUES = st.recursive(STRINGS | SCALARS, lambda below: arrays(below) | inline_tables(below), max_leaves=6)


@st.composite
def lines(draw: st.DrawFn) -> str:
    keys = [f"{draw(BLANKS)}{key}{draw(BLANKS)}" for key in draw(st.lists(KEYS, min_size=1, max_size=3))]
    dotted = ".".join(keys)
    written = draw(st.sampled_from(["[{0}]", "[[{0}]]", "{0}={1}", "{0}={1}", "{0}={1} # c"]))
    return written.format(dotted, draw(VALUES)) + draw(st.sampled_from(["\n", "\r\n"]))


@given(found=st.lists(lines(), max_size=6))
@example(found=["[[a]]\n", "b.c = ['x']\n", "[a.d]\n", "e = 'y'\n", "[[a]]\n", "[a.d]\n", 'e = "z"\n'])
@example(found=['a = """"x"""""\n', "b = ''''x'''''\n", 'c = """\r\nfastapi"""\n'])
def test_every_value_of_any_document_stands_where_the_scanner_says(found: list[str]) -> None:
    text = ""
    for line in found:
        try:
            tomllib.loads(text + line)
        except tomllib.TOMLDecodeError:
            continue  # This line says something twice, or is not TOML; the others make a document.
        text += line
    agree(text)


HOSTILE = (
    "a = " + "[" * 5_000,
    "a = " + "[" * 5_000 + "]" * 5_000,
    "a = " + "{a=" * 5_000,
    "a = " + "9" * 5_000,
    "[" + "a." * 5_000 + "a]\n",
    "[project]\ndependencies = ['fastapi==" + "9" * 5_000 + "']",
    "[project]\ndependencies = ['fastapi; " + "(" * 5_000 + "']",
    "[project]\ndependencies = ['fastapi; " + "(" * 5_000 + 'python_version>"3"' + ")" * 5_000 + "']",
    "[project]\ndependencies = 1\noptional-dependencies = 2\ndynamic = 3\n[dependency-groups]\na = 4",
    "project = 1\ndependency-groups = 2\ntool = 3",
    "[project]\ndependencies = [1, {}, [], '', ' ', 'x' , '\\n']\ndynamic = [1]",
    "[[project]]\n[[dependency-groups]]\n[[tool]]",
    "[dependency-groups]\na = [{include-group = 'a'}]\nA = [{include-group = 1}, {}, {x = 1}]\n'' = ['', {include-group = ''}]",
    "a = 1\r",
    "a = '\x00'",
    "\ufeffa = 1",
    "a = 1\u2028b = 2",
    "[tool.poetry.dependencies]\n'' = 1\n[tool.uv]\nsources = 1\noverride-dependencies = 'x'",
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:30]))
def test_a_hostile_document_is_a_problem_at_worst(text: str) -> None:
    assert read(source(text), environ={}) is not None


@given(
    text=st.text(st.sampled_from("a1.-_ '\"\\[]{}=,#\n\r\t") | st.characters(exclude_categories=["Cs"]), max_size=60)
)
def test_any_text_is_a_document_or_a_problem(text: str) -> None:
    document = load(source(text))
    if isinstance(document, Problem):
        assert 0 <= document.span.start <= document.span.end <= len(text)
        return
    assert all(0 <= span.start <= span.end <= len(text) for span in document.spans.values())


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("a = 1\nb = [1, 2\nc = 3\n", 3, 1, "unclosed array"),
        ("a = 1\r\na = 2\r\n", 2, 6, "cannot overwrite a value"),
        ("a = \n", 1, 5, "invalid value"),
        ('a = "x', 1, 7, "unterminated string"),
        ("\ufeffa = 1", 1, 1, "the file begins with a byte order mark; save it without one"),
    ],
)
def test_what_is_not_toml_is_said_where_it_begins(text: str, line: int, column: int, reason: str) -> None:
    problem = load(source(text))
    assert isinstance(problem, Problem)
    assert problem.reason == f"not TOML: {reason}"
    assert problem.source.position(problem.span.start) == (line, column)


def test_toml_1_1_is_read_and_said_to_be() -> None:
    found = load(source('a = {b = 1,\n  # more\n  c = "\\e\\x41",\n}\n'))
    assert isinstance(found, Document)
    assert found.values == {"a": {"b": 1, "c": "\x1bA"}}
    assert found.newer is not None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = {b = 1}", ""),
        ("a = {b = [\n1,\n], c = { } }", ""),
        ('a = "\\\\e"', ""),
        ("a = '\\e\\x41'", ""),
        ("a = '''\\e'''", ""),
        ("a = 10:00:00\nb = 2026-01-01 10:00:00.5", ""),
        ("a = {\n}", "{\n}"),
        ("a = {b = 1,}", "{b = 1,}"),
        ("a = {b = 1\n,c = 2}", "{b = 1\n,c = 2}"),
        ("a = {b = 1, # c\nc = {d = 1,}}", "{b = 1, # c\nc = {d = 1,}}"),
        ('a = 1\nb = "x\\e[1m"', "\\e"),
        ('a = """\n\\x41"""', "\\x41"),
        ('"\\x41" = 1', "\\x41"),
        ("a = 10:00", "10:00"),
        ("a = [2026-01-01T10:00Z]", "2026-01-01T10:00Z"),
    ],
)
def test_the_first_syntax_of_toml_1_1_is_found(text: str, place: str) -> None:
    found = load(source(text))
    assert isinstance(found, Document)
    assert (source(text).at(found.newer) if found.newer else "") == place


PIECES = ("1", '"x"', '"\\e"', '"\\\\e"', "'\\x41'", '"\\x41"', "10:00", "10:00:00", "{}", "{a=1,}", "{\n}", "[\n1,\n]")


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="tomllib reads TOML 1.1 from Python 3.15 on")
@given(st.lists(st.sampled_from(PIECES), max_size=4), st.sampled_from(["a{} = {}\n", "[t{}]\nx = {{y = [{}]}}\n"]))
def test_it_is_found_where_tomllib_refuses_the_text(pieces: list[str], form: str) -> None:
    text = "".join(form.format(index, piece) for index, piece in enumerate(pieces))
    found = load(source(text))
    assert isinstance(found, Document)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert found.newer is not None
    else:
        assert found.newer is None


def test_a_lock_may_be_as_new_as_it_likes() -> None:
    lock = read(Source(PurePosixPath("uv.lock"), "a = {\n}\n"), environ={})
    assert lock is not None
    assert lock.oddities == ()


def test_a_file_that_is_only_read_is_not_given_to_tomlkit(project: Path_) -> None:
    (project / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\ndependencies = ["fastapi>=0.112"]\n')
    program = "import sys; from pincheck import cli; cli.run(sys.argv[1:]); print('tomlkit' in sys.modules)"
    for arguments, expected in ((["check"], "False"), (["check", "--fix"], "True")):
        argv = [sys.executable, "-c", program, *arguments]
        ended = subprocess.run(argv, cwd=project, capture_output=True, text=True, check=True)
        assert ended.stdout.splitlines()[-1] == expected
