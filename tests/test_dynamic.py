"""Dynamic fields: which files setuptools takes them from, and which lines it refuses that pip reads."""

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincheck import manifests
from pincheck.commands import _gather
from pincheck.config import Config
from pincheck.model import Source
from tests import oracle

PROJECT = '[project]\nname = "shop"\nversion = "1"\n'
FOLLOWED = f'{PROJECT}dynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {{ file = "r.txt" }}\n'


def refused(text: str) -> list[str]:
    """The lines that setuptools would not read."""
    source = Source(PurePosixPath("r.txt"), text)
    return [source.at(problem.span) for problem in manifests.refused(source)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fastapi==0.112.0\n", []),
        ("fastapi==0.112.0 # pinned\n", []),
        ("fastapi==0.112.0\t# pinned\n", ["fastapi==0.112.0\t# pinned"]),
        ("fastapi==0.112.0#pinned\n", ["fastapi==0.112.0#pinned"]),
        ("# -r x\n\n  # --pre\n", []),
        ("-r more.txt\nfastapi\n--pre\n", ["-r more.txt", "--pre"]),
        ("fastapi==0.112.0 --hash=sha256:aa\n", ["fastapi==0.112.0 --hash=sha256:aa"]),
        ("fastapi \\\n  ==0.112.0\nx y\n", ["x y"]),
        ("fastapi==0.112.01\\\n0\n", ["fastapi==0.112.01\\\n0"]),
        ("fastapi==0.112.0 \\\n  --hash=sha256:aa\nhttpx\n", ["fastapi==0.112.0 \\\n  --hash=sha256:aa"]),
        ("fastapi \\\n", []),
        ("./local\n", ["./local"]),
        ("https://x.test/a-1-py3-none-any.whl\n", ["https://x.test/a-1-py3-none-any.whl"]),
        ("a @ https://x.test/a.zip\n", []),
        ("fastapi==${PIN}\n", ["fastapi==${PIN}"]),
        ("\ufefffastapi\n", ["\ufefffastapi"]),
        ("a\rb\x0cc d\n", ["c d"]),
    ],
)
def test_setuptools_refuses_lines_that_pip_reads(text: str, expected: list[str]) -> None:
    assert refused(text) == expected


LINE = st.sampled_from(
    [
        *("fastapi==0.112.0", "fastapi~=0.112.0 # c", "fastapi\t# c", "#", "# c", " ", "-r x", "--pre", "a b", "a#b"),
        *("a \\", "a\\", "==1", "# \\", "a ; os_name == 'x'", "a[b]", "a @ https://x.test/a", "./a", "a==1 --hash=x:1"),
        *("a;", "a>=1,<2 \\", "\\", " \\", "a # \\"),
    ]
)


SETUPTOOLS = """
import json, sys
from setuptools._reqs import parse
from setuptools.config.pyprojecttoml import _parse_requirements_list
def refused(text):
    try:
        list(parse(_parse_requirements_list(text)))
    except ValueError:
        return True
    return False
print(json.dumps([refused(text) for text in json.load(sys.stdin)]))
"""


def test_setuptools_agrees() -> None:
    """A file is refused where setuptools refuses it; a cut character (`a\\`) is ours to tell, setuptools says nothing."""
    texts = ["a \\\n==1", "a \\\r\n==1"]

    @settings(max_examples=200)
    @given(st.lists(LINE, max_size=5), st.sampled_from(["\n", "\r\n"]))
    def collect(lines: list[str], line_end: str) -> None:
        texts.append(line_end.join(lines))

    collect()
    expected: list[bool] = oracle.ask("setuptools", 80, SETUPTOOLS, texts)
    assert any(expected)
    for text, refused in zip(texts, expected, strict=True):
        told = [
            problem.reason
            for problem in manifests.refused(Source(PurePosixPath("r.txt"), text))
            if "before the backslash" not in problem.reason
        ]
        assert bool(told) == refused, text


def test_one_refused_line_hides_none_of_the_others(project: Path) -> None:
    (project / "pyproject.toml").write_text(FOLLOWED)
    (project / "r.txt").write_text("-r s.txt\nfastapi==0.112.0\n--pre\nstarlette>=0.1\n")
    (project / "s.txt").write_text("httpx\n")
    found = _gather.project([project], {}, Config())
    assert [d.name for d in found.declarations] == ["fastapi", "starlette", "httpx"]
    assert [(p.source.path.name, p.source.position(p.span.start)[0]) for p in found.problems] == [
        ("r.txt", 1),
        ("r.txt", 3),
    ]


def test_a_line_that_neither_reads_is_told_once(project: Path) -> None:
    (project / "pyproject.toml").write_text(FOLLOWED)
    (project / "r.txt").write_text("fastapi=0.112.0\n")
    assert len(_gather.project([project], {}, Config()).problems) == 1


def test_a_file_that_only_pip_reads_is_not_held_to_setuptools(project: Path) -> None:
    (project / "requirements.txt").write_text("-r other.txt\n")
    (project / "other.txt").write_text("--pre\n")
    assert _gather.project([project], {}, Config()).problems == ()


@pytest.mark.parametrize(
    ("tables", "reasons"),
    [
        ("", ["left to setuptools, which takes it from `setup.py` or `setup.cfg`"]),
        ('[build-system]\nbuild-backend = "setuptools.build_meta"\n', ["left to setuptools, which takes it from `setup.py` or `setup.cfg`"]),
        ('[build-system]\nbuild-backend = "hatchling.build"\n', ["computed by the build backend, which pincheck does not run"]),
        ("[build-system]\nbuild-backend = 7\n", ["computed by the build backend, which pincheck does not run"]),
        ("[tool.poetry.dependencies]\npython = '3'\n", []),
        ("[tool.hatch.metadata.hooks.requirements_txt]\nfilename = 'r.txt'\n", []),
        ("[tool.setuptools.dynamic]\ndependencies = { file = 'r.txt' }\n", []),
    ],
)  # fmt: skip
def test_what_a_dynamic_field_stands_for_is_said(tables: str, reasons: list[str]) -> None:
    text = f'{PROJECT}dynamic = ["dependencies"]\n{tables}'
    reading = manifests.read(Source(PurePosixPath("pyproject.toml"), text), environ={})
    assert reading is not None
    assert [item.reason for item in reading.left_alone] == reasons
    assert reading.problems == ()
