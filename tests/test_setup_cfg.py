"""`setup.cfg`: configparser says what stands in a section, setuptools which requirements that is."""

import configparser
import io
import random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from pincheck.manifests import Reading, _ini, read
from pincheck.model import Source
from tests import oracle
from tests.conftest import path

pieces = st.sampled_from(
    [
        *(
            "[options]",
            "[a b]",
            "[]",
            "[x]y",
            "[DEFAULT]",
            "a",
            "A",
            "a-b = ",
            "a:",
            "= x",
            "x=y=z",
            "fastapi==0.112.0",
        ),
        *("%(x)s", "#", ";", "# c", " # c", ";d", " ", "  ", "\t", "é", "\x0c", "\\", "file: a.txt", "key = v", ""),
    ]
)
texts = st.lists(st.tuples(st.lists(pieces, max_size=3), st.sampled_from(["\n", "\n", "\r\n", "\r"])), max_size=12).map(
    lambda lines: "".join("".join(parts) + end for parts, end in lines)
)


def source(text: str, name: str = "setup.cfg") -> Source:
    return Source(path(name), text)


def reading(text: str) -> Reading:
    found = read(source(text), environ={})
    assert found is not None
    return found


def parsed(text: str) -> dict[tuple[str, str], str] | None:
    """What configparser makes of a text, None where it refuses it."""
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_file(io.StringIO(text, newline=None))
    except configparser.Error:
        return None
    sections = {**parser._sections, "DEFAULT": parser._defaults}  # type: ignore[attr-defined]
    return {(section, name): value for section, options in sections.items() for name, value in options.items()}


@given(texts)
@example("[a]\nb = c\n  d\n\n  # e\n  f\n\n\nx: y")
@example("\ufeff[a]\r\nb =\r\n  c\r\n")
def test_values_are_those_of_configparser(text: str) -> None:
    found = _ini.load(source(text))
    expected = parsed(text.removeprefix("\ufeff"))
    if expected is None:
        assert found.problems
        return
    assert found.problems == ()
    assert {(option.section, option.name): option.value.text for option in found.options} == expected


@given(texts)
def test_every_character_of_a_value_stands_where_it_is_said_to(text: str) -> None:
    for option in _ini.load(source(text)).options:
        for character, offset in zip(option.value.text, option.value.offsets, strict=False):
            assert character == "\n" or text[offset] == character


SETUPTOOLS = """
import json, os, sys, tempfile
from setuptools import Distribution
made = []
for text in json.load(sys.stdin):
    os.chdir(tempfile.mkdtemp())
    with open("setup.cfg", "w", encoding="utf-8", newline="") as file:
        file.write(text)
    try:
        found = Distribution({"name": "x"})
        found.parse_config_files()
        found._finalize_requires()
        requires = {"": [str(r) for r in found.install_requires or []]}
        requires.update({k: [str(r) for r in v] for k, v in (found.extras_require or {}).items()})
        made.append(requires)
    except Exception as error:
        made.append(type(error).__name__)
print(json.dumps(made))
"""
LINES = (
    *("fastapi==0.112.0", "fastapi >=0.112.0, <0.113.0", "x[fastapi]==0.112.0", "a>=1.0", "<0.113.0", "b (==1.*)"),
    *("c; python_version<'3'", "d>=1 ; python_version>'3' # why", "e==1 # fastapi==1", "e==1# no", "# fastapi", "; f"),
    *("g>=1, \\", "h>=1,\\", "i\\", "j \\", "k # \\", "", "l @ git+https://x.test/l.git#egg=l", "=0.1", "m=1", "\\"),
)


def spellings() -> list[str]:
    dice = random.Random(7)  # noqa: S311 - the same texts every time
    texts = []
    for _ in range(400):
        lines = dice.choices(LINES, k=dice.randint(1, 4))
        if dice.random() < 0.3:
            value = " " + dice.choice(["; ", ";", " ;"]).join(line for line in lines if line and "python" not in line)
        else:
            value = "".join(f"\n    {line}" for line in lines)
        where = dice.choice(
            ["[options]\ninstall_requires", "[options]\ninstall-requires", "[options.extras_require]\nT-x"]
        )
        own = "\nOwn = q==1" if "extras" not in where else ""
        texts.append(f"{where} ={value}\n{own}\n[DEFAULT]\nOwn = w\n" if "%" in value else f"{where} ={value}\n")
    return texts


def normal(requires: dict[str, list[str]]) -> dict[str, list[str]]:
    return {group: sorted(str(Requirement(text)) for text in found) for group, found in requires.items() if found}


def test_requirements_are_those_of_setuptools() -> None:
    texts = spellings()
    expected: list[Any] = oracle.ask("setuptools", 80, SETUPTOOLS, texts)
    assert sum(isinstance(found, dict) for found in expected) > 50
    for text, requires in zip(texts, expected, strict=True):
        found = reading(text)
        if isinstance(requires, str):
            assert found.problems, (text, requires)
            continue
        if any("setuptools drops it" in problem.reason for problem in found.problems):
            continue  # setuptools says nothing of a requirement that it loses; pincheck does.
        assert found.problems == (), (text, requires)
        groups: dict[str, list[str]] = {}
        for declared in found.declarations:
            extras = f"[{','.join(sorted(declared.extras))}]" if declared.extras else ""
            written = f" @ {declared.url} " if declared.url else str(declared.specifier)
            marker = f" ; {declared.marker}" if declared.marker else ""
            groups.setdefault(declared.group.strip("[]"), []).append(f"{declared.name}{extras}{written}{marker}")
        assert {k.lower(): v for k, v in normal(groups).items()} == {
            k.lower(): v for k, v in normal(requires).items()
        }, text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[options]\ninstall_requires = a; fastapi==0.112.0\n", [("", "a"), ("", "fastapi")]),
        ("[options]\nSetup_Requires = fastapi\n", [("setup_requires", "fastapi")]),
        ("[options]\ntests-require =\n  fastapi\n", [("tests_require", "fastapi")]),
        ("[options.extras_require]\nWeb =\n\tfastapi\n", [("[Web]", "fastapi")]),
        ("[Options]\ninstall_requires = fastapi\n", []),
        ("[metadata]\ninstall_requires = fastapi\n", []),
        ("[testenv]\ndeps = fastapi\n", []),
        ("[tox:tox]\nenvlist = a\n[testenv]\ndeps = fastapi\n", [("testenv", "fastapi")]),
    ],
)
def test_only_what_setuptools_and_tox_read_is_a_declaration(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(found.group, found.name) for found in reading(text).declarations] == expected


def test_files_are_included() -> None:
    found = reading("[options]\ninstall_requires = file: a.txt, requirements/b.txt\n")
    assert [(include.target, include.kind) for include in found.includes] == [
        ("a.txt", "requirements"),
        ("requirements/b.txt", "requirements"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[options.extras_require]\na = fastapi\nall =\n  %(a)s\n  b\n", [("[a]", "fastapi"), ("[all]", "b")]),
        ("[options]\nweb = fastapi\ninstall_requires =\n  %(web)s\n  b\n", [("", "fastapi"), ("", "b")]),
        ("[DEFAULT]\nweb = fastapi\n[options]\ninstall_requires = %(web)s\n", [("", "fastapi")]),
        ("[options]\nx = %(y)s\ny = %(x)s\ninstall_requires = %(y)s; b\n", [("", "b")]),
    ],
)
def test_an_option_can_stand_for_another(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(found.group, found.name) for found in reading(text).declarations] == expected
    assert not reading(text).problems


@pytest.mark.parametrize("line", ["%(nothing)s", "fastapi%", "fastapi==%s", "a @ https://x.test/%20a.whl"])
def test_a_bad_interpolation_is_a_problem(line: str) -> None:
    assert len(reading(f"[options]\ninstall_requires =\n  {line}\n  b\n").problems) == 1


def test_a_part_that_is_put_in_is_left_alone() -> None:
    found = reading("[options]\nv = 0.112.0\ninstall_requires = fastapi==%(v)s\n")
    assert [(item.name, item.reason) for item in found.left_alone] == [
        ("fastapi", "computed from `%(v)s`, which setuptools puts in")
    ]
    assert not found.declarations


def test_a_doubled_percent_sign_is_one() -> None:
    (found,) = reading("[options]\ninstall_requires = a @ https://x.test/%%20a%%20b.tar.gz\n").declarations
    assert found.url == "https://x.test/%20a%20b.tar.gz"
