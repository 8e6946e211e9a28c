"""Inline scripts: where their blocks are, against the pattern of the specification, and where each string stands."""

import re
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.version import Version

from pincheck import edits, manifests
from pincheck.commands import _gather
from pincheck.config import Config
from pincheck.dialects import Moved, pep440
from pincheck.manifests import inline_script
from pincheck.model import Edit, Source

# The reference implementation of the specification, as PEP 723 gives it.
REFERENCE = r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$"


def source(text: str) -> Source:
    return Source(PurePosixPath("tool.py"), text)


def by_reference(text: str) -> list[tuple[str, str]]:
    """What the specification's pattern finds in a text as Python's text files have it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return [
        (
            match["type"],
            "".join(
                line[2:] if line.startswith("# ") else line[1:] for line in match["content"].splitlines(keepends=True)
            ),
        )
        for match in re.finditer(REFERENCE, text)
    ]


LINES = ("# /// script", "# ///", "# /// x-1", "#", "# a = 1", "#a", "", "print()", "# /// ", " # ///", "# ", "#  ///")


@given(
    st.lists(st.sampled_from(LINES), max_size=14),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
@example(["# /// script", "# ///"], "\n", True)
@example(["# /// script", "# ///", "# ///"], "\n", False)
@example(["# /// script", "# a = 1", "# ///", "# /// script", "# ///"], "\n", False)
def test_the_blocks_are_those_of_the_specification(lines: list[str], line_end: str, ends: bool) -> None:
    text = line_end.join(lines) + (line_end if ends else "")
    found = [(block.kind, block.content.text) for block in inline_script.blocks(source(text))]
    assert found == by_reference(text)


@given(
    st.lists(st.sampled_from(["fastapi==0.112.0", "FastAPI[all] ~= 0.112.0", "httpx==0.112.0", "x>=1 ; os_name=='a'"])),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["", "\ufeff", "#!/usr/bin/env python\n\n", "# -*- coding: utf-8 -*-\r\n", "é = 'ü'\n"]),
    st.integers(0, 5),
)
def test_every_requirement_stands_where_it_is_said_to(
    listed: list[str], line_end: str, before: str, indent: int
) -> None:
    block = ["# /// script", "# dependencies = [", *(f'# {" " * indent}"{one}", # {one}' for one in listed), "#", "# ]"]
    found = source(before + line_end.join([*block, "# ///", f"x = {listed}", ""]))
    reading = manifests.read(found, environ={})
    assert reading is not None
    assert [found.at(d.span) for d in reading.declarations] == listed
    assert all(not d.fixed for d in reading.declarations)
    made = []
    for declared in (d for d in reading.declarations if d.name == "fastapi"):
        moved = pep440.move(found.at(declared.specifier_span), Version("0.115.2"))
        assert isinstance(moved, Moved)
        made.append(Edit(found.path, declared.specifier_span, moved.text))
    again = manifests.read(source(edits.apply(found.text, made)), environ={})
    assert again is not None
    assert [(d.name, d.extras, d.marker) for d in again.declarations] == [
        (d.name, d.extras, d.marker) for d in reading.declarations
    ]
    assert edits.apply(found.text, made).replace("0.115.2", "0.112.0").replace("0.115.0", "0.112.0") == found.text


def test_a_string_that_the_comment_signs_run_through_is_read_and_not_edited() -> None:
    text = '# /// script\n# dependencies = ["""\\\n#   fastapi==0.112.0\\\n#   """, "fastapi\\u003d=0.112.0"]\n# ///\n'
    reading = manifests.read(source(text), environ={})
    assert reading is not None
    assert [(str(d.specifier), bool(d.fixed)) for d in reading.declarations][1] == ("==0.112.0", True)
    assert len(reading.declarations) + len(reading.problems) == 2


def test_wrong_toml_is_said_where_it_stands_in_the_script() -> None:
    text = 'import os\r\n# /// script\r\n# dependencies = ["a" "b"]\r\n# ///\r\n'
    reading = manifests.read(source(text), environ={})
    assert reading is not None
    (problem,) = reading.problems
    assert problem.source.position(problem.span.start) == (3, 23)


def test_ordinary_python_files_are_not_claimed(project: Path) -> None:
    for number in range(300):
        folder = project / f"package{number % 20}"
        folder.mkdir(exist_ok=True)
        (folder / f"module{number}.py").write_text(f'"""Module {number}: fastapi>=0.1."""\n\n# script\nx = "///"\n')
    (project / "package7" / "load.py").write_text('# /// script\n# dependencies = ["fastapi==0.112.0"]\n# ///\n')
    found = _gather.project([project], {}, Config())
    assert [path.path.name for path in found.sources] == ["load.py"]
    assert (found.problems, found.left_alone) == ((), ())


def test_a_named_file_without_a_block_is_not_taken_for_a_list_of_requirements(project: Path) -> None:
    (project / "app.py").write_text("import fastapi\nfastapi==1\n")
    found = _gather.project([project / "app.py"], {}, Config())
    assert (found.declarations, found.problems) == ((), ())
    assert [item.reason for item in found.left_alone] == ["no format that pincheck reads"]


@pytest.mark.parametrize("count", [20_000])
def test_a_hostile_file_takes_no_longer_than_a_long_one(count: int) -> None:
    found = source("# /// script\n" * count)
    assert list(inline_script.blocks(found)) == []
    reading = manifests.read(found, environ={})
    assert reading is not None
    assert len(reading.problems) == 1
