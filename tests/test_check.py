"""`pincheck check` as a whole: what holds for every input."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pincheck import cli, edits, rules
from pincheck.commands import _gather, check
from pincheck.config import Config
from pincheck.model import Edit, Project, Source, Span
from tests.conftest import Ended

NAMES = ("requirements.txt", "pyproject.toml")
HEADS = (
    b"",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xff\xfe\x00\x00",
    b"# coding: latin-1\n",
    b"# coding: utf-7\n",
)
ONCE_PER_EXAMPLE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

SPECIFIERS = st.sampled_from(
    [
        *(
            "",
            "==0.112.0",
            ">=0.112.0",
            ">= 0.112 , < 0.114",
            "~=0.112",
            "~= 0.112",
            "<1",
            ">0.112",
            "==0.*",
            "!=0.113.1",
        ),
        *(
            ">=0.112,!=0.112.3,!=0.115.0",
            "(>=0.112)",
            "( ==0.37.2 )",
            "==0.37.2",
            ">=0.37,<0.39",
            ">0.37,!=0.38,<1",
            "===x",
        ),
        *(
            ">=1!0.2",
            "~=0.112rc1",
            "~=0.112.post1",
            ">=0.112.0a1",
            ">=0.112,",
            "~=0.112,",
            "(~=0.112)",
            "== v0.37.2",
            "<0.39.dev1",
        ),
    ]
)
PACKAGES = st.sampled_from(
    ["fastapi", "FastAPI[standard]", "starlette", "Starlette [full]", "pydantic", "httpx", "fastapi-cli"]
)
MARKERS = st.sampled_from(["", " ; python_version<'3.13'", ";os_name == 'nt' and python_version > '3'"])
GAPS = st.sampled_from(["", " ", "  ", "\t"])
REQUIREMENTS = st.tuples(PACKAGES, GAPS, SPECIFIERS, GAPS, MARKERS).map("".join)
COMMENTS = st.sampled_from(
    ["", "  # was fastapi>=0.112", "\t# é \u2028", " # pincheck: ignore[PIN101]", " --hash=sha256:aa", "\x0c"]
)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", " \\\n \n"])


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A requirement, perhaps with a continuation somewhere in it."""
    text = draw(REQUIREMENTS)
    place = draw(st.integers(0, 3 * len(text)))
    joint = draw(st.sampled_from(["\\\n", "\\\r\n", "\\\n    ", "\\\\\n"]))
    return text if place >= len(text) else f"{text[:place]}{joint}{text[place:]}"


LINES = st.tuples(broken() | REQUIREMENTS, COMMENTS, ENDS).map("".join) | st.sampled_from(
    ["garbage ==\n", "# c\r\n", "-i x\n"]
)
FILES = (
    st.lists(LINES, min_size=1, max_size=6)
    .map("".join)
    .flatmap(lambda t: st.sampled_from([t, t.rstrip("\r\n"), f"\ufeff{t}"]))
)
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32"])


def encoded(text: str, encoding: str) -> bytes:
    return text.removeprefix("\ufeff").encode(encoding) if encoding != "utf-8" else text.encode()


@st.composite
def tables(draw: st.DrawFn) -> str:
    """A `pyproject.toml` whose strings are written in every way that TOML knows."""
    quotes = st.sampled_from(["'{}'", '"{}"', "'''{}'''", '"""{}"""', "'''\r\n{}'''", '"{}\\u0020"'])
    strings = st.builds(
        lambda form, text: form.format(text.replace("'", "")), quotes, st.builds(str.strip, REQUIREMENTS)
    )
    listed = draw(st.lists(strings, max_size=4))
    between = draw(st.sampled_from([", ", ",\r\n  ", " , # fastapi>=0.112\n  "]))
    head = draw(
        st.sampled_from(
            [
                "[project]\ndependencies =",
                "project.dependencies=",
                "[project.optional-dependencies]\nx=",
                "[dependency-groups]\nx =",
            ]
        )
    )
    return f"{head} [{between.join(listed)}]{draw(st.sampled_from(['', chr(10), chr(13) + chr(10)]))}"


def project_of(folder: Path) -> Project:
    return _gather.project([folder], {}, Config())


def fix(folder: Path, name: str, content: bytes) -> bytes:
    """Write a file, run `check --fix`, and return what stands there then."""
    for other in NAMES:
        (folder / other).unlink(missing_ok=True)
    (folder / name).write_bytes(content)
    check.run([folder], {}, fix=True)
    return (folder / name).read_bytes()


@ONCE_PER_EXAMPLE
@given(name=st.sampled_from(NAMES), head=st.sampled_from(HEADS), content=st.binary(max_size=80))
@example(name="requirements.txt", head=b"", content=b"fastapi==0." + b"9" * 5_000)
@example(name="requirements.txt", head=b"", content=b"fastapi; " + b"(" * 5_000)
@example(name="requirements.txt", head=b"", content=b"fastapi; " + b"(" * 5_000 + b"os_name=='x'" + b")" * 5_000)
@example(name="requirements.txt", head=b"", content=b"-r " + b"a" * 5_000 + b".txt\n-r requirements.txt\n-c /\n-r .\n")
@example(name="requirements.txt", head=b"", content=b"fastapi " + b"\t " * 500_000 + b"x")
@example(name="requirements.txt", head=b"", content=b"./a" + b"[" * 1_000_000)
@example(name="requirements.txt", head=b"", content=b"fastapi" + b",".join(b">=0.%d" % i for i in range(5_000)))
@example(name="pyproject.toml", head=b"", content=b"tool = 1 # pincheck")
@example(
    name="pyproject.toml", head=b"", content=b"[tool]\nx = 1 # pincheck\n[project]\nname = 1\ndependencies = ['\\n']"
)
def test_no_bytes_make_check_fail(name: str, head: bytes, content: bytes, project: Path) -> None:
    for other in NAMES:
        (project / other).unlink(missing_ok=True)
    (project / name).write_bytes(head + content)
    assert cli.run(["check"]) in {0, 1}
    assert (project / name).read_bytes() == head + content


@ONCE_PER_EXAMPLE
@given(text=FILES, encoding=ENCODINGS)
def test_no_requirements_make_check_fail(text: str, encoding: str, project: Path) -> None:
    laws_of_fixing(project, "requirements.txt", encoded(text, encoding))


@ONCE_PER_EXAMPLE
@given(text=tables())
def test_no_pyproject_makes_check_fail(text: str, project: Path) -> None:
    laws_of_fixing(project, "pyproject.toml", text.encode())


def laws_of_fixing(folder: Path, name: str, content: bytes) -> None:
    """Fixing touches specifiers only, settles what it touches, and has nothing to do a second time."""
    (folder / name).write_bytes(content)
    before = project_of(folder)
    mended = [finding for finding in rules.check(before) if finding.edits]
    once = fix(folder, name, content)
    assert fix(folder, name, once) == once
    (folder / name).write_bytes(once)
    after = project_of(folder)
    assert len(after.declarations) == len(before.declarations)
    assert len(after.problems) == len(before.problems)
    only_specifiers_differ(before, after)
    assert not [finding for finding in rules.check(after) if finding.edits]
    wrong = {
        index
        for index, d in enumerate(after.declarations)
        for f in rules.check(after)
        if f.severity == "error" and f.span == d.span
    }
    touched = {index for index, d in enumerate(before.declarations) for f in mended if f.span == d.span}
    assert not wrong & touched
    if not mended:
        assert once == content


def only_specifiers_differ(before: Project, after: Project) -> None:
    assert [frame(before, source) for source in before.sources] == [frame(after, source) for source in after.sources]


def frame(project: Project, source: Source) -> str:
    """The text without specifiers, and without the parentheses, blanks and line joins around them."""
    spans = [around(source, d.specifier_span) for d in project.declarations if d.source.path == source.path]
    return edits.apply(source.text, [Edit(source.path, span, "") for span in spans])


def around(source: Source, span: Span) -> Span:
    start, end = span
    while source.text[start - 1] in " \t\r\n\\(":
        start -= 1
    while source.text[end : end + 1] in set(" \t\r\n\\)"):
        end += 1
    return Span(start, end)


# --- files and folders of odd kinds

Pincheck = Callable[..., Ended]


def test_a_link_that_leads_to_itself_is_unreadable(project: Path, pincheck: Pincheck) -> None:
    (project / "requirements.txt").symlink_to("requirements.txt")
    assert pincheck("check").code == 1


def test_a_pipe_is_not_waited_for(project: Path, pincheck: Pincheck) -> None:
    os.mkfifo(project / "requirements.txt")
    ended = pincheck("check")
    assert (ended.code, ended.out.splitlines()[0]) == (1, "requirements.txt:1:1: cannot be read: not a regular file")


def test_a_name_that_the_system_refuses_does_not_exist(project: Path, pincheck: Pincheck) -> None:
    assert project.is_dir()
    ended = pincheck("check", "a" * 300)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error: `aaa")


def test_a_file_that_is_linked_keeps_its_link_and_mode(project: Path, pincheck: Pincheck) -> None:
    real = project / "real.txt"
    real.write_text("fastapi>=0.112.0\n")
    real.chmod(0o640)
    (project / "requirements.txt").symlink_to("real.txt")
    assert pincheck("check", "--fix").code == 0
    assert (project / "requirements.txt").is_symlink()
    assert real.read_text() == "fastapi>=0.112.0,<0.113.0\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_an_include_outside_the_project_is_not_read(project: Path, pincheck: Pincheck) -> None:
    (project.parent / "secret.txt").write_text("fastapi\n")
    (project / "requirements.txt").write_text("-r ../secret.txt\nfastapi==0.112.0\n")
    ended = pincheck("check")
    assert ended.code == 1
    assert "`../secret.txt` is outside the project and is not followed" in ended.out
    assert "PIN101" not in ended.out


def test_an_included_link_that_leads_outside_is_not_read(project: Path, pincheck: Pincheck) -> None:
    (project.parent / "secret.txt").write_text("fastapi\n")
    (project / "base.txt").symlink_to("../secret.txt")
    (project / "requirements.txt").write_text("-r base.txt\n")
    assert "`base.txt` is outside the project and is not followed" in pincheck("check").out


def test_a_variable_of_the_environment_is_read(
    project: Path, pincheck: Pincheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTAPI_PIN", ">=0.112.0")
    (project / "requirements.txt").write_text("fastapi${FASTAPI_PIN}\n")
    ended = pincheck("check", "--fix")
    assert ended.code == 1
    assert ended.out.startswith("requirements.txt:1:1: PIN101 fastapi allows more than one minor series: >=0.112.0")
    assert (project / "requirements.txt").read_text() == "fastapi${FASTAPI_PIN}\n"


def test_a_configuration_in_a_broken_file_is_not_passed_over(project: Path, pincheck: Pincheck) -> None:
    (project / "pyproject.toml").write_text("[tool.pincheck\n")
    (project / "requirements.txt").write_text("fastapi==0.112.0\n")
    named = pincheck("check", "requirements.txt")
    assert (named.code, named.out) == (2, "")
    assert named.err.startswith("error: pyproject.toml: not TOML: ")
    whole = pincheck("check")
    assert (whole.code, whole.err) == (1, "")
    assert "pyproject.toml:1:" in whole.out


def test_credentials_are_never_shown(project: Path, pincheck: Pincheck) -> None:
    (project / "requirements.txt").write_text(
        "fastapi @ https://user:secret@x.test/f.tar.gz\n-r https://u:secret@x.test/r.txt\n"
    )
    for form in ("text", "json", "github"):
        assert "secret" not in pincheck("check", "-v", "--format", form).out
