"""tox: its own steps say which lines `deps` consists of."""

import random
from typing import Any

import pytest

from pincheck.manifests import Reading, _ini, read, tox
from pincheck.model import Source
from tests import oracle
from tests.conftest import path


def reading(text: str, name: str = "tox.ini") -> Reading:
    found = read(Source(path(name), text), environ={})
    assert found is not None
    return found


def declared(text: str, name: str = "tox.ini") -> list[tuple[str, str]]:
    return [(d.group, f"{d.name}{d.specifier}") for d in reading(text, name).declarations]


TOX = r"""
import json, re, sys
from configparser import ConfigParser
from tox.config.loader.ini import _COMMENTS
from tox.config.loader.ini.factor import expand_factors
made = []
for text in json.load(sys.stdin):
    parser = ConfigParser(interpolation=None)
    parser.read_string(text)
    # What `IniLoader.process_raw` does, with every factor chosen.
    elements = []
    for line in parser["testenv"]["deps"].split("\n"):
        if not line.startswith("#"):
            elements.append(_COMMENTS.sub("", line).replace("\\#", "#"))
    chosen = "\n".join(content for _, content in expand_factors("\n".join(elements)))
    made.append([line.strip() for line in chosen.replace("\\\n", "").split("\n") if line.strip()])
print(json.dumps(made))
"""
PARTS = (
    *(
        "fastapi==0.112.0",
        "py311: fastapi==0.112.0",
        "py311,dev:  x",
        "!py38: y",
        "py{38,39}-{a,b}: z",
        "a b: c",
        "# d",
    ),
    *(
        "e # fastapi",
        "f#g",
        "h\\#i",
        "j>=1, \\",
        "<2",
        "-r {toxinidir}/r.txt",
        "-rx.txt",
        "{[base]deps}",
        "k:",
        "l: \\",
    ),
    *(
        "m @ https://x.test/m.whl",
        "py311: -e .",
        "n ; python_version < '3.9'",
        "\\",
        "o:p",
        "py31*, !x: q",
        ": r",
        "s \\",
    ),
)


def test_lines_are_those_of_tox() -> None:
    dice = random.Random(3)  # noqa: S311 - the same texts every time
    texts = []
    for _ in range(500):
        lines = dice.choices(PARTS, k=dice.randint(1, 5))
        texts.append("[testenv]\ndeps =" + "".join(f"\n    {line}" for line in lines) + "\n")
    expected: list[Any] = oracle.ask("tox", 4, TOX, texts)
    for text, lines in zip(texts, expected, strict=True):
        source = Source(path("tox.ini"), text)
        (option,) = _ini.load(source, lower=True).options
        found = ["".join(line.text.split()) for line in tox._lines(source, option.value)]
        assert found == ["".join(line.rstrip("\\").split()) for line in lines if line.rstrip("\\")], text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[testenv]\ndeps = fastapi==0.112.0\n", [("testenv", "fastapi==0.112.0")]),
        ("[testenv:a]\nDEPS=\n\tfastapi==0.112.0\n", [("testenv:a", "fastapi==0.112.0")]),
        ("[base]\ndeps = a\n[testenv]\ndeps = {[base]deps}\n", [("base", "a")]),
        ("[base]\nweb = a\n[testenv]\ndeps = {[base]web}\n  b\n", [("testenv", "b"), ("base", "a")]),
        ("[base]\nweb = a\n[testenv]\ndeps = b\n", [("testenv", "b")]),
        ("[x]\na = {[x]b}\nb = {[x]a}\ndeps = {[x]a}\n", []),
        ("[testenv]\ncommands = pip install fastapi\ndescription = deps fastapi\n", []),
        ("[testenv]\ndeps = .[test]\n  -e .\n  -e {toxinidir}\n  {toxinidir}\n  {tox_root}/[x]\n", []),
    ],
)
def test_what_an_environment_installs(text: str, expected: list[tuple[str, str]]) -> None:
    assert declared(text) == expected
    assert not reading(text).problems
    assert not reading(text).left_alone
    assert not reading(text).includes


def test_files_start_from_the_folder_of_tox_ini() -> None:
    text = "[testenv]\ndeps =\n  -r{toxinidir}/a.txt\n  -r {tox_root}/b/c.txt\n  x: -cd.txt\n  {toxinidir}/lib\n"
    assert [(include.target, include.kind) for include in reading(text).includes] == [
        ("./a.txt", "requirements"),
        ("./b/c.txt", "requirements"),
        ("d.txt", "constraints"),
        ("./lib", "project"),
    ]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("fastapi=={env:X}", "fastapi"),
        ("fastapi[all] >={env:X:0.112.0}", "fastapi"),
        ("-r {env:X}", ""),
        ("{posargs:fastapi}", ""),
        ("{toxworkdir}/x", ""),
    ],
)
def test_what_tox_puts_in_is_left_alone(line: str, name: str) -> None:
    found = reading(f"[testenv]\ndeps = {line}\n")
    assert [item.name for item in found.left_alone] == [name]
    assert not found.declarations
    assert not found.problems


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("tox.toml", 'env_run_base.deps = ["fastapi==0.112.0"]', [("env_run_base", "fastapi==0.112.0")]),
        ("tox.toml", '[env.web]\ndeps = "fastapi==0.112.0"', [("env.web", "fastapi==0.112.0")]),
        ("tox.toml", '[env_run_base]\nconstraints = ["fastapi==0.112.0"]', [("env_run_base", "fastapi==0.112.0")]),
        ("pyproject.toml", '[tool.tox.env.web]\ndeps = ["a # b"]', [("env.web", "a")]),
        ("pyproject.toml", '[tool.tox]\nlegacy_tox_ini = "[testenv]\\ndeps = a"', []),
        ("pyproject.toml", "[tool.tox]\nlegacy_tox_ini = '''\n[testenv]\ndeps = a'''", [("testenv", "a")]),
        ("pyproject.toml", '[tool.toxic.env.web]\ndeps = ["a"]', []),
        ("pyproject.toml", '[env.web]\ndeps = ["a"] # tox', []),
    ],
)
def test_toml_says_the_same(name: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert declared(text, name) == expected
    assert not reading(text, name).problems


def test_constraints_are_constraints() -> None:
    found = reading("[testenv]\nconstraints = fastapi==0.112.0\n")
    assert [d.origin for d in found.declarations] == ["constraint"]


@pytest.mark.parametrize("listed", ["1", "[1]", "[['a']]", "true"])
def test_what_is_no_text_is_a_problem(listed: str) -> None:
    assert len(reading(f"env_run_base.deps = {listed}", "tox.toml").problems) == 1
