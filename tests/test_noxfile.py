"""Noxfiles: what the sessions install that stands there literally."""

import pytest

from pincheck.manifests import Reading, read
from pincheck.model import Source
from tests.conftest import path


def reading(body: str, head: str = "import nox\n", decorator: str = "@nox.session") -> Reading:
    text = f"{head}{decorator}\ndef tests(session):\n    {body}\n"
    found = read(Source(path("noxfile.py"), text), environ={})
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("session.install('fastapi==0.112.0')", ["fastapi==0.112.0"]),
        ("session.install('-U', 'fastapi==0.112.0', '--index-url', 'https://x.test')", ["fastapi==0.112.0"]),
        ("session.install('--index-url=https://x.test', '-t', 'x', 'fastapi==0.112.0')", ["fastapi==0.112.0"]),
        ("session.run('pip', 'install', 'fastapi==0.112.0')", ["fastapi==0.112.0"]),
        ("session.run('python', '-m', 'pip', 'install', 'fastapi==0.112.0', silent=True)", ["fastapi==0.112.0"]),
        ("session.run('uv', 'pip', 'install', 'fastapi==0.112.0')", ["fastapi==0.112.0"]),
        ("session.run_install('pip', 'install', 'fastapi==0.112.0')", ["fastapi==0.112.0"]),
        ("session.run_always('pip', 'install', 'fastapi==0.112.0')", ["fastapi==0.112.0"]),
        ("for _ in []: session.install('fastapi==0.112.0')", ["fastapi==0.112.0"]),
        ("deps = ['fastapi==0.112.0']; session.install(*deps)", ["fastapi==0.112.0"]),
        ("session.install('.', '-e', '.', '.[test]', '-e.[x]')", []),
        ("session.run('pytest', 'fastapi==0.112.0')", []),
        ("session.log('pip install fastapi'); other.install('fastapi')", []),
        ("session.install(x, *y, f'{z}')", []),
    ],
)
def test_what_a_session_installs(body: str, expected: list[str]) -> None:
    found = reading(body)
    assert [f"{d.name}{d.specifier}" for d in found.declarations] == expected
    assert {d.group for d in found.declarations} <= {"session tests"}
    assert not found.problems
    assert not found.includes
    assert not found.left_alone


@pytest.mark.parametrize(
    ("head", "decorator", "group"),
    [
        ("import nox\n", "@nox.session(python=['3.11'])", "session tests"),
        ("import nox\n", "@nox.session(name='unit tests')", "session unit tests"),
        ("from nox import session as nox_session, session\n", "@session", "session tests"),
        ("import nox\n", "@nox.session\n@nox.parametrize('x', [1])", "session tests"),
        ("import nox\n", "@functools.cache", ""),
    ],
)
def test_a_session_is_known_by_its_decorator(head: str, decorator: str, group: str) -> None:
    found = reading("session.install('fastapi')", head, decorator)
    assert [d.group for d in found.declarations] == ([group] if group else [])


def test_a_function_that_is_given_a_session_is_read_too() -> None:
    text = "def web(s: nox.Session, x: int) -> None:\n    s.install('fastapi')\n"
    found = read(Source(path("noxfile.py"), text), environ={})
    assert found is not None
    assert [d.group for d in found.declarations] == ["session web"]


def test_files_are_included_and_paths_are_projects() -> None:
    found = reading("session.install('-r', 'a.txt', '-cb.txt', '--requirement=c.txt', './lib', '-e', '../x[y]', '.')")
    assert [(include.target, include.kind) for include in found.includes] == [
        ("a.txt", "requirements"),
        ("b.txt", "constraints"),
        ("c.txt", "requirements"),
        ("./lib", "project"),
        ("../x", "project"),
    ]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("session.install(f'fastapi=={V}')", "fastapi"),
        ("session.install('fastapi==' + V)", "fastapi"),
        ("session.install(*[x for x in ['fastapi==1']])", "fastapi"),
        ("session.conda_install('conda-forge::fastapi=0.112')", "fastapi"),
        ("session.conda_install('fastapi')", "fastapi"),
    ],
)
def test_what_evidently_names_a_package_is_left_alone_under_its_name(body: str, name: str) -> None:
    found = reading(body)
    assert [item.name for item in found.left_alone] == [name]
    assert not found.declarations


def test_a_file_that_is_no_python_is_a_problem() -> None:
    assert len(reading("session.install('x'").problems) == 1
    assert not reading("session.run('x'").problems  # Nothing is installed, so nothing is asked of it.
