"""Dockerfiles: what a shell makes of the words, and which of them pip installs."""

import contextlib
import shlex
import subprocess
import time
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from pincheck import candidates, dialects, edits, pins
from pincheck.manifests import Reading, _shell, dockerfile, read
from pincheck.manifests._text import Stretch
from pincheck.model import Source, Span
from tests.conftest import path
from tests.test_rules import codes_of, findings

FROM = "FROM python:3.13\n"


def reading(text: str) -> Reading:
    found = read(Source(path("Dockerfile"), FROM + text), environ={})
    assert found is not None
    return found


def declared(text: str) -> list[str]:
    return [f"{d.name}{d.specifier}" for d in reading(text).declarations]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, True) for name in ("Dockerfile", "dockerfile", "Containerfile", "web.Dockerfile", "Dockerfile.dev")),
        *((name, True) for name in ("Dockerfile-poetry", "dockerfile.prod", "uvicorn.dockerfile", "Containerfile.web")),
        *((name, False) for name in ("Dockerfile.dockerignore", "dockerfile.py", "Dockerfile.md", "Dockerfiles")),
        *((name, False) for name in ("mydockerfile", "Dockerfile.", "dockerfile_lint.txt", "compose.yaml")),
    ],
)
def test_a_dockerfile_is_known_by_its_name(name: str, expected: bool) -> None:
    assert dockerfile.claims(PurePosixPath("deploy") / name) == expected


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("pip install fastapi==0.112.0", ["fastapi==0.112.0"]),
        ("pip3.11 --no-cache-dir install fastapi==0.112.0", ["fastapi==0.112.0"]),
        ("python3 -m pip --proxy http://x.test install fastapi==0.112.0", ["fastapi==0.112.0"]),
        ("/opt/venv/bin/pip install fastapi==0.112.0", ["fastapi==0.112.0"]),
        ("$VENV/bin/pip install fastapi==0.112.0", ["fastapi==0.112.0"]),
        ("sudo -E pip install fastapi==0.112.0", ["fastapi==0.112.0"]),
        ("X=1 pip install fastapi==0.112.0", ["fastapi==0.112.0"]),
        ("uv pip install --python 3.12 fastapi==0.112.0", ["fastapi==0.112.0"]),
        ("conda run -n web pip install fastapi==0.112.0", ["fastapi==0.112.0"]),
        ("cd /x && pip install a; pip install b || pip install c | tee log", ["a", "b", "c"]),
        ("if true; then pip install a; fi && (pip install b) && { pip install c; }", ["a", "b", "c"]),
        ("pip install -r a.txt -c b.txt -i https://x.test --extra-index-url https://y.test a", ["a"]),
        ("pip install -Ur a.txt -qqU -t /x --index-url=https://x.test a", ["a"]),
        ("pip install --no-binary :all: a --upgrade", ["a"]),
        ("pip install . ./app /wheels/a.whl ../x .[test] -e . -e ./y a", ["a"]),
        ("pip install a # b", ["a"]),
        ("pip install a 2>/dev/null >log b < in", ["a", "b"]),
        ("pip install 'a' \"b\" c\\==1 'd'\"==2\"", ["a", "b", "c==1", "d==2"]),
        ("sh -c 'pip install a && pip install \"b==1\"'", ["a", "b==1"]),
        ("/bin/bash -euo pipefail -c \"pip install 'a>=1,<2'\"", ["a<2,>=1"]),
        ('["pip", "install", "a==1", "b"]', ["a==1", "b"]),
        ('["sh", "-c", "pip install a==1"]', ["a==1"]),
        ("--mount=type=cache,target=/x --network=none pip install a", ["a"]),
        ("pip install \\\n  # b\n\n  a \\\n c", ["a", "c"]),
        ("<<EOF\npip install a\n# pip install b\npip install c \\\n  d\nEOF", ["a", "c", "d"]),
        ("<<-'EOF'\n\tpip install a\n\tEOF\nRUN pip install b", ["a", "b"]),
        ("bash -e <<EOF\npip install a\nEOF", ["a"]),
        ("<<EOF\n#!/bin/sh\npip install a\nEOF", ["a"]),
        # not installed by pip
        ("<<EOF\n#!/usr/bin/env python3\npip install a\nEOF", []),
        ("python <<EOF\npip install a\nEOF", []),
        ("echo pip install a", []),
        ("echo 'pip install a'", []),
        ("apt-get install -y python3-pip", []),
        ("pipx install a && uv add b && poetry add c && pip download d", []),
        ("pip uninstall a", []),
        ('pip install $A ${B} `c` $(d) "$E"', []),
    ],
)
def test_what_a_run_installs(run: str, expected: list[str]) -> None:
    found = reading(f"RUN {run}\n")
    assert [f"{d.name}{d.specifier}" for d in found.declarations] == expected
    assert not found.problems


def test_other_instructions_install_nothing() -> None:
    assert declared('CMD ["pip", "install", "a"]\nENTRYPOINT pip install b\nCOPY <<x /y\nRUN pip install c\nx\n') == []
    assert declared("ONBUILD RUN pip install a\nrun pip install b\n") == ["a", "b"]


def test_the_escape_character_can_be_another_one() -> None:
    found = read(Source(path("Dockerfile"), "# escape=`\nFROM x\nRUN pip install `\n a `\n b\n"), environ={})
    assert found is not None
    assert [d.name for d in found.declarations] == ["a", "b"]


@pytest.mark.parametrize(
    "text", ["RUN pip install 'a", 'RUN pip install "a', "RUN pip install $(a", "RUN pip install `a"]
)
def test_what_is_left_open_is_a_problem(text: str) -> None:
    assert len(reading(text).problems) == 1
    assert not reading(text.replace("install", "freeze")).problems


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("fastapi>=0.112.0,<0.113.0", ["fastapi"]),
        ("fastapi>=0.112.0, <0.113.0", ["fastapi"]),
        ("fastapi >=0.112.0", ["fastapi"]),
        ("fastapi<0.113", ["fastapi"]),
        ("fastapi>0.112", ["fastapi"]),
        ("'fastapi'>=0.112.0 starlette<1", ["fastapi", "starlette"]),
        ("fastapi[all]>=0.112.0", ["fastapi"]),
        ("fastapi==0.112.0 >log", []),
        ("fastapi==0.112.0 > 1.log", []),
        ("fastapi==0.112.0 2>1", []),
        ("fastapi==0.112.0 2>&1 <in", []),
        ("'fastapi>=0.112.0' \"starlette<1\" a\\>=1", []),
        ("fastapi~=0.112.0", []),
    ],
)
def test_a_version_that_the_shell_takes_is_seen(words: str, names: list[str]) -> None:
    found = reading(f"RUN pip install {words}\n")
    assert [oddity.name for oddity in found.oddities] == names
    for declaration in found.declarations:
        assert declaration.name not in names or (not declaration.specifier and declaration.fixed)


def test_the_shell_really_does_so(tmp_path: Path) -> None:
    ran = subprocess.run(["sh", "-c", "echo fastapi>=0.112.0"], cwd=tmp_path, check=True, capture_output=True)
    assert ran.stdout == b""
    assert [file.name for file in tmp_path.iterdir()] == ["=0.112.0"]


def test_such_a_version_is_one_finding_and_only_for_watched_packages(project: Path) -> None:
    text = f"{FROM}RUN pip install fastapi>=0.112.0 uvicorn>=0.30 pydantic>=2\n"
    assert codes_of(project, {"Dockerfile": text}) == ["PIN123", "PIN123"]
    found = findings(project, {"Dockerfile": text}, {"fastapi": "free", "pydantic": "free"})
    assert found == ()


def test_the_finding_says_what_to_write(project: Path) -> None:
    found = findings(project, {"Dockerfile": f"{FROM}RUN pip install fastapi>=0.112.0,<0.113.0\n"})
    assert [finding.remedy for finding in found] == ['write `"fastapi>=0.112.0,<0.113.0"`, with the quotes']


plain = st.text(st.sampled_from("ab=.,[]-_é~!"), max_size=6)
inside = st.text(st.sampled_from("ab=<>;,&|# (){}[]~*\\"), max_size=6)
part = st.one_of(
    plain.map(lambda text: (text, text)),
    inside.map(lambda text: (f"'{text}'", text)),
    inside.map(lambda text: ('"' + text.replace("\\", "\\\\") + '"', text)),
    st.sampled_from("<>;&|# '\"\\()").map(lambda c: (f"\\{c}", c)),
)
word = st.lists(part, min_size=1, max_size=4).map(
    lambda parts: ("".join(a for a, _ in parts), "".join(b for _, b in parts))
)


@given(st.lists(word, min_size=1, max_size=5), st.sampled_from([" ", "  ", "\t", " \\\n "]))
def test_words_are_those_of_a_shell(words: list[tuple[str, str]], blank: str) -> None:
    written = [(raw, value) for raw, value in words if raw]
    text = blank.join(raw for raw, _ in written)
    found = list(_shell.commands(Stretch.plain(Source(path("x"), text), Span(0, len(text)))))
    assert [word.text for command in found for word in command] == [value for _, value in written]
    assert [word.text for command in found for word in command] == shlex.split(text.replace(" \\\n ", "  "))
    for command in found:
        for one in command:
            assert "".join(text[offset] for offset in one.stretch.offsets[:-1]) == one.text


@given(st.text(st.sampled_from("ab '\"\\$(){}<>|&;#\n`=1"), max_size=30))
def test_any_text_comes_to_an_end(text: str) -> None:
    stretch = Stretch.plain(Source(path("x"), text), Span(0, len(text)))
    with contextlib.suppress(ValueError):  # Something is not closed.
        for command in _shell.commands(stretch):
            assert all("".join(text[offset] for offset in word.stretch.offsets[:-1]) == word.text for word in command)


pin = st.sampled_from([("==0.112.0", True), ("~=0.112.0", True), ("==0.112.*", True), (">=0.112.0,<0.113.0", False)])


@given(
    st.lists(
        st.tuples(pin, st.sampled_from(["'", '"', ""]), st.sampled_from([" ", " \\\n  ", " \\\r\n # c\r\n"])),
        max_size=5,
    )
)
def test_a_move_changes_the_version_and_nothing_else(pins_: list[tuple[tuple[str, bool], str, str]]) -> None:
    text = "RUN pip install fastapi-cli==0.112.0"
    for (specifier, safe), chosen, blank in pins_:
        quote = chosen or ("" if safe else "'")
        text += f"{blank}{quote}fastapi{specifier}{quote}"
    before = reading(text)
    made = candidates.edits([d for d in before.declarations if d.name == "fastapi"], Version("0.113.2"))
    assert not isinstance(made, str)
    moved = edits.apply(FROM + text, list(made[0]))
    after = read(Source(path("Dockerfile"), moved), environ={})
    assert after is not None
    assert not after.problems
    assert not after.oddities
    assert len(after.declarations) == len(before.declarations) == len(pins_) + 1
    assert all(str(d.specifier).count("0.113") for d in after.declarations if d.name == "fastapi")
    assert "fastapi-cli==0.112.0" in moved


@given(
    st.integers(0, 200),
    st.integers(0, 30),
    st.sampled_from([">=0.{}.{}", "~=0.{}", "!=0.{}.{}", ">0.{}", ">=0.{}.{}rc1", "<1"]),
)
def test_an_unquoted_range_needs_no_quotes(minor: int, patch: int, form: str) -> None:
    specifier, stays_in = pins.parse(form.format(minor, patch)), pins.Series(0, 0, minor)
    text = dialects.of("shell").range_of(specifier, stays_in)
    assert not set(text) & set("<>;&|* '\"$`\\()#")
    means = pins.parse(text)
    assert pins.series(means) == stays_in
    assert pins.admits_later_patches(means, stays_in)


def test_a_big_file_is_read_quickly() -> None:
    line = "RUN apt-get update && pip install --no-cache-dir 'fastapi==0.112.0' uvicorn \\\n    # why\n    starlette\n"
    text = FROM + line * 5_000 + "RUN echo " + "a " * 200_000 + "\\\n" * 50_000
    started = time.perf_counter()
    found = read(Source(path("Dockerfile"), text), environ={})
    assert time.perf_counter() - started < 10
    assert found is not None
    assert len(found.declarations) == 15_000
