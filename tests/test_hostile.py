"""No input makes a reader slow, loop or stumble: hard texts of every format, arbitrary bytes, and files cut to pieces."""

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from packaging.version import Version

from benchmarks import _hostile as hostile
from pincheck import candidates, cli, edits, manifests
from pincheck.commands._reread import damage
from pincheck.model import Source, Span

TARGET = Version("0.113.2")
# What the grammars give a meaning to, to be put anywhere.
PIECES = [
    *(
        "fastapi",
        "==0.112.0",
        "0.112",
        "\n",
        "\r",
        "\r\n",
        "\t",
        " ",
        "  ",
        "\\",
        "\\\n",
        "'",
        '"',
        '"""',
        "#",
        " #",
        ";",
    ),
    *(
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        "${",
        "$(",
        "`",
        "%",
        "%(",
        ")s",
        "%%",
        ",",
        ":",
        "=",
        "|",
        "||",
        "^",
        "~",
        "<",
        ">",
        "@",
    ),
    *(
        "&",
        "*",
        "-",
        "--",
        "- ",
        "\x00",
        "\ufeff",
        "\x0c",
        "\u2028",
        "\u0430",
        "é",
        "\U0001f600",
        "/// script",
        "1" * 200,
    ),
]
SIZE = 3_000


def checked(name: str, content: bytes) -> tuple[int, str]:
    """Check one file in the working directory; return the exit code and all that was said."""
    Path(name).write_bytes(content)
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = cli.run(["check", name])
    return code, said.getvalue()


@pytest.mark.parametrize(
    ("name", "made"),
    [
        pytest.param(name, made, id=f"{name}-{kind}")
        for name, texts in hostile.FORMATS.items()
        for kind, made in texts.items()
    ],
)
def test_a_hard_text_is_a_problem_at_most(name: str, made: hostile.Text, project: Path) -> None:
    assert project == Path.cwd()
    code, said = checked(name, made(SIZE).encode("utf-8", "surrogatepass"))
    assert code in {0, 1}, said


def spans_of(found: manifests.Reading) -> Iterator[Span]:
    for declaration in found.declarations:
        yield from (declaration.span, declaration.specifier_span)
    for items in (found.problems, found.includes, found.left_alone, found.locked, found.ignores, found.oddities):
        yield from (item.span for item in items)


def assert_sound(name: str, text: str) -> None:
    """Check a file, and that its places lie in it, and that each pin of it moves without harm to the others."""
    code, said = checked(name, text.encode("utf-8", "surrogatepass"))
    assert code in {0, 1}, said
    if "\0" in text:
        return
    source = Source(PurePosixPath(name), text)
    found = manifests.read(source, environ={}, named=True) or manifests.Reading()
    assert all(0 <= span.start <= span.end <= len(text) for span in spans_of(found))
    for declaration in found.declarations:
        span = declaration.specifier_span
        assert declaration.span.start <= span.start <= span.end <= declaration.span.end
        made = candidates.edits([declaration], TARGET)
        if not isinstance(made, str):
            moved = edits.apply(text, made[0])
            assert damage(source, moved, made[0], {}) == "", (declaration, moved)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("setup.cfg", hostile.FORMATS["setup.cfg"]["a chain"](2_000), "more than 10 deep are refused"),
        ("Dockerfile", f"FROM x\nRUN pip install fastapi {'a ' * 70_000}", "longer than 131,071 characters"),
        ("Dockerfile", "FROM x\nRUN pip install fastapi==${A", "a brace is not closed"),
        ("setup.py", hostile.FORMATS["setup.py"]["doubled lists"](10_000), "more than 20,000 times in all"),
        ("setup.py", f"from setuptools import setup\nsetup(install_requires=f'{'{a}' * 20_001}')", "20,000 braces"),
        ("noxfile.py", hostile.FORMATS["noxfile.py"]["additions"](12_000), "`tests` is nested too deeply"),
        ("pyproject.toml", hostile.FORMATS["pyproject.toml"]["deep keys"](2_000), "a key has more than 100 dots"),
        ("uv.lock", hostile.FORMATS["uv.lock"]["keys"](2_000), "a key has more than 100 dots"),
        ("requirements.txt", "fastapi\0", "zero bytes"),
    ],
)
def test_a_limit_is_named_where_it_is_passed(
    name: str, text: str, said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / name).write_text(text)
    assert cli.run(["check", "-v", name]) in {0, 1}
    assert said in capsys.readouterr().out


def test_one_session_that_is_nested_too_deeply_does_not_hide_the_others(project: Path) -> None:
    deep = hostile.FORMATS["noxfile.py"]["additions"](12_000)
    (project / "noxfile.py").write_text(f"{deep}@nox.session\ndef other(session):\n  session.install('fastapi')\n")
    found = manifests.read(Source(PurePosixPath("noxfile.py"), (project / "noxfile.py").read_text()), environ={})
    assert found is not None
    assert [d.group for d in found.declarations] == ["session other"]
    assert len(found.problems) == 1


def test_a_glob_of_many_stars_is_walked_once(project: Path) -> None:
    text = hostile.FORMATS["pyproject.toml"]["stars"](9_000)
    assert checked("pyproject.toml", text.encode())[0] == 0
    assert project == Path.cwd()


FAST = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
by_format = pytest.mark.parametrize("name", hostile.VALID)
piece = st.sampled_from(PIECES)


@by_format
def test_a_file_as_people_write_it_is_sound(name: str, project: Path) -> None:
    assert project == Path.cwd()
    assert_sound(name, hostile.VALID[name])


@by_format
@FAST
@given(content=st.binary(max_size=200))
@example(content=b"\x00")
@example(content=b"\xef\xbb\xbf")
@example(content=b"\xff\xfe\x00")
@example(content=b"# coding: utf-7\n")
def test_arbitrary_bytes_are_a_problem_at_most(name: str, content: bytes, project: Path) -> None:
    assert project == Path.cwd()
    code, said = checked(name, content)
    assert code in {0, 1}, said


@by_format
@FAST
@given(parts=st.lists(st.one_of(piece, st.text(max_size=5)), max_size=30))
def test_arbitrary_texts_are_a_problem_at_most(name: str, parts: list[str], project: Path) -> None:
    assert project == Path.cwd()
    head = hostile.VALID[name].partition("fastapi")[0]
    text = "".join([head, "fastapi", *parts])
    assert_sound(name, text.encode("utf-8", "replace").decode())


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """Cut slices of a text out, write them twice, or put something else in their place."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 1, 2, 5, 20, 100])))
        middle = text[start:end]
        put = draw(st.sampled_from(["", middle * 2, draw(piece), draw(piece) + middle + draw(piece), middle[::-1]]))
        text = text[:start] + put + text[end:]
    return text


@by_format
@settings(FAST, max_examples=300)
@given(data=st.data())
def test_a_file_cut_to_pieces_is_still_sound(name: str, data: st.DataObject, project: Path) -> None:
    assert project == Path.cwd()
    assert_sound(name, data.draw(mutated(hostile.VALID[name])))
