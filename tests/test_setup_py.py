"""`setup.py` is read, never run: what stands in it literally, and what is left alone."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from pincheck import candidates, edits
from pincheck.manifests import Reading, _python, read
from pincheck.model import Source
from tests.conftest import path

IMPORT = "from setuptools import setup\n"


def reading(text: str, name: str = "setup.py") -> Reading:
    found = read(Source(path(name), text), environ={})
    assert found is not None
    return found


def declared(text: str) -> list[tuple[str, str, str, bool]]:
    return [(d.group, d.name, str(d.specifier), bool(d.fixed)) for d in reading(text).declarations]


PLAIN = ("", "fastapi", "==0.112.0", False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("setup(install_requires=['fastapi==0.112.0'])", [PLAIN]),
        ("setup(install_requires=('fastapi==0.112.0',))", [PLAIN]),
        ("setup(install_requires={'fastapi==0.112.0'})", [PLAIN]),
        ("setup(install_requires='fastapi==0.112.0')", [PLAIN]),
        ("setup(install_requires=r'fastapi==0.112.0')", [PLAIN]),
        ("setup(install_requires=u'fastapi==0.112.0')", [PLAIN]),
        ("setup(install_requires='''\nfastapi==0.112.0\n''')", [PLAIN]),
        ("setup(install_requires='fastapi' '==0.112.0')", [(*PLAIN[:3], True)]),
        ("setup(install_requires='f\\x61stapi==0.112.0')", [(*PLAIN[:3], True)]),
        ("setup(install_requires='''\\\nfastapi==0.112.0''')", [(*PLAIN[:3], True)]),
        ("A = ['fastapi==0.112.0']\nsetup(install_requires=A)", [PLAIN]),
        ("A = 'fastapi==0.112.0'\nsetup(install_requires=[A])", [PLAIN]),
        ("A: list = ['fastapi==0.112.0']\nsetup(install_requires=[*A])", [PLAIN]),
        ("A = []\nA += ['fastapi==0.112.0']\nsetup(install_requires=A)", [PLAIN]),
        ("A = []\nA.append('fastapi==0.112.0')\nsetup(install_requires=A)", [PLAIN]),
        ("A = []\nA.extend(('fastapi==0.112.0',))\nsetup(install_requires=A)", [PLAIN]),
        ("if x:\n  A = ['fastapi==0.112.0']\nsetup(install_requires=A)", [PLAIN]),
        ("A = ['fastapi==0.112.0']\nsetup(install_requires=A, extras_require={'all': A})", [PLAIN]),
        ("setup(install_requires=list(set(['fastapi==0.112.0'])))", [PLAIN]),
        ("def main():\n  a = ['fastapi==0.112.0']\n  setup(install_requires=a)", [PLAIN]),
        ("K = dict(install_requires=['fastapi==0.112.0'])\nsetup(**K)", [PLAIN]),
        ("K = {}\nK['install_requires'] = ['fastapi==0.112.0']\nsetup(**K)", [PLAIN]),
        ("import setuptools as s\ns.setup(install_requires=['fastapi==0.112.0'])", [PLAIN]),
        ("import distutils.core\ndistutils.core.setup(install_requires=['fastapi==0.112.0'])", [PLAIN]),
        ("from distutils import core\ncore.setup(install_requires=['fastapi==0.112.0'])", [PLAIN]),
        ("setup(tests_require=['fastapi==0.112.0'])", [("tests_require", *PLAIN[1:])]),
        ("setup(extras_require={'t': 'fastapi==0.112.0'})", [("[t]", *PLAIN[1:])]),
        ("setup(extras_require=dict(t=['fastapi==0.112.0']))", [("[t]", *PLAIN[1:])]),
        ("E = {'t': []}\nE.update({'u': ['fastapi==0.112.0']})\nsetup(extras_require=E)", [("[u]", *PLAIN[1:])]),
        ("setup(install_requires=['fastapi==0.112.0', os.environ['X']])", [PLAIN]),
        ("setup(install_requires=['fastapi==0.112.0'] + more())", [PLAIN]),
        # no declarations
        ("setup(description='fastapi==0.112.0', keywords=['fastapi'])", []),
        ("'''fastapi==0.112.0'''\nX = ['fastapi==0.112.0']  # require", []),
        ("app.setup(install_requires=['fastapi==0.112.0'])", []),
        ("A = ['fastapi==0.112.0']\nA = A + []\nsetup(install_requires=A)", []),
        ("setup(install_requires=A)\nA = A", []),
    ],
)
def test_what_stands_there_literally_is_declared(text: str, expected: list[tuple[str, str, str, bool]]) -> None:
    for end in ("\n", "\r\n", "\r"):
        whole = (IMPORT + text).replace("\n", end)
        assert declared(whole) == expected
        assert declared("\ufeff" + whole) == expected


@pytest.mark.parametrize(
    ("value", "name", "reason"),
    [
        ("[f'fastapi=={V}']", "fastapi", "computed; pincheck runs no project code to find out"),
        ("['fastapi==' + V]", "fastapi", "computed; pincheck runs no project code to find out"),
        ("['fastapi==%s' % V]", "fastapi", "computed; pincheck runs no project code to find out"),
        ("['fastapi=={}'.format(V)]", "fastapi", "computed; pincheck runs no project code to find out"),
        ("[x for x in ['fastapi']]", "fastapi", "computed; pincheck runs no project code to find out"),
        ("open('requirements.txt').read()", "", "computed from `requirements.txt`, see there"),
        (
            "Path('deps/requirements-web.in').read_text().split()",
            "",
            "computed from `deps/requirements-web.in`, see there",
        ),
        ("UNKNOWN", "", "`UNKNOWN` is bound nowhere that can be read"),
    ],
)
def test_what_is_computed_is_left_alone_with_the_reason(value: str, name: str, reason: str) -> None:
    found = reading(f"{IMPORT}setup(install_requires={value})")
    assert (name, reason) in [(item.name, item.reason) for item in found.left_alone]
    assert not found.declarations
    assert not found.problems


def test_a_file_that_is_opened_elsewhere_is_named() -> None:
    text = f"{IMPORT}with open('reqs.txt') as f:\n  R = f.readlines()\nsetup(install_requires=R)"
    assert [item.reason for item in reading(text).left_alone] == ["computed from `reqs.txt`, see there"]


def test_a_marker_in_the_name_of_an_extra_holds_for_its_requirements() -> None:
    text = f"{IMPORT}setup(extras_require={{'t:python_version<\"3.9\"': ['fastapi', 'x; os_name==\"nt\"']}})"
    found = reading(text).declarations
    assert [(d.group, d.marker) for d in found] == [
        ("[t]", 'python_version<"3.9"'),
        ("[t]", '(os_name=="nt") and (python_version<"3.9")'),
    ]


@pytest.mark.parametrize("depth", [60, 2_000])
def test_deep_nesting_is_a_value_and_no_crash(depth: int) -> None:
    reading(f"{IMPORT}setup(install_requires={'[' * depth}{']' * depth})")
    reading(f"{IMPORT}A = ['x']\nsetup(install_requires={' + '.join(['A'] * depth)})")


def test_a_name_that_is_bound_to_itself_comes_to_an_end() -> None:
    assert declared(f"{IMPORT}A = A + ['fastapi==0.112.0']\nsetup(install_requires=A)") == [PLAIN]


strings = st.text(st.sampled_from("abé\U0001f600 =<>'\"\\\n\t#{}\x0c0.,"), max_size=12)
prefixes = st.sampled_from(["", "r", "u", "R"])
quotes = st.sampled_from(['"', "'", '"""', "'''"])
lists = st.lists(st.tuples(prefixes, quotes, strings, st.sampled_from([" ", "  # é 'x'\n ", "\n\t"])), max_size=6)


@given(lists, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["", "\ufeff", "\x0c"]))
def test_a_string_stands_where_it_is_said_to(written: list[tuple[str, str, str, str]], end: str, lead: str) -> None:
    body = ",".join(f"{blank}{prefix}{quote}{text}{quote}" for prefix, quote, text, blank in written)
    text = lead + f"é = 'ü'\nA = [{body}]\n".replace("\n", end)
    module = _python.parse(Source(path("setup.py"), text))
    if isinstance(module, str):
        return
    names = _python.Names(module)
    found = [item for item in names.strings(names.bound["A"][0]) if isinstance(item, _python.Text)]
    value = names.bound["A"][0]
    assert isinstance(value, ast.List)
    constants = [node.value for node in value.elts if isinstance(node, ast.Constant)]
    for constant, item in zip(constants, found, strict=False):
        if not item.fixed:
            at = module.source.at(item.stretch.span)
            assert at.replace("\r\n", "\n").replace("\r", "\n") == constant
        else:
            assert item.stretch.text == constant


pin = st.sampled_from(
    ["==0.112.0", ">=0.112.0,<0.113.0", " ~= 0.112.0 ", "[all] == 0.112.*", "==0.112.0 ; os_name=='é'"]
)


@given(st.lists(st.tuples(pin, st.sampled_from(["fastapi", "x", "FastAPI"])), min_size=1, max_size=5), st.booleans())
def test_a_move_changes_the_version_and_nothing_else(written: list[tuple[str, str]], crlf: bool) -> None:
    body = ",\n  ".join(f'"{name}{specifier}"' for specifier, name in written)
    text = f"# é fastapi==0.112.0\n{IMPORT}setup(description='fastapi==0.112.0',\n install_requires=[\n  {body}])\n"
    text = text.replace("\n", "\r\n") if crlf else text
    before = reading(text)
    made = candidates.edits([d for d in before.declarations if d.name == "fastapi"], Version("0.113.2"))
    assert not isinstance(made, str)
    moved = edits.apply(text, list(made[0]))
    after = reading(moved)
    assert not after.problems
    assert [(d.name, d.extras, d.marker) for d in after.declarations] == [
        (d.name, d.extras, d.marker) for d in before.declarations
    ]
    assert all("0.113" in str(d.specifier) for d in after.declarations if d.name == "fastapi")
    assert moved.count("fastapi==0.112.0") >= 2
