"""Which markers can hold in one environment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker, default_environment

from pincheck import markers


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("", 'python_version < "3.8"'),
        ('python_version < "3.9"', 'python_version >= "3.8"'),
        ('python_version in "3.8 3.9"', 'python_version < "3.9"'),
        ('python_full_version >= "3.11.4"', 'python_version == "3.11"'),
        ('sys_platform == "win32"', 'platform_system == "Windows"'),
        ('sys_platform != "win32"', 'python_version >= "3.12"'),
        ('platform_machine == "riscv64"', 'sys_platform == "linux"'),
        ('sys_platform == "emscripten"', 'python_version >= "3.12"'),
        ('extra == "a"', 'python_version >= "3.9"'),
        ("nonsense", 'python_version >= "3.9"'),
    ],
)
def test_they_can(left: str, right: str) -> None:
    assert markers.can_coincide(left, right)
    assert markers.can_coincide(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ('python_version < "3.9"', 'python_version >= "3.9"'),
        ('python_full_version < "3.11.4"', 'python_full_version >= "3.11.4"'),
        ('python_version < "3.11"', 'python_full_version >= "3.11.4"'),
        ('sys_platform == "win32"', 'sys_platform != "win32"'),
        ('sys_platform == "win32"', 'platform_system == "Linux"'),
        ('sys_platform == "darwin"', 'os_name == "nt"'),
        ('sys_platform != "win32"', 'os_name == "nt"'),
        ('platform_machine == "arm64"', 'platform_machine == "x86_64"'),
        ('implementation_name == "pypy"', 'platform_python_implementation == "CPython"'),
        ('extra == "a"', 'extra == "b"'),
        ('python_version == "3.8" or python_version == "3.9"', 'python_version > "3.9"'),
    ],
)
def test_they_cannot(left: str, right: str) -> None:
    assert not markers.can_coincide(left, right)
    assert not markers.can_coincide(right, left)


one = st.builds(
    lambda name, operator, value: f'{name} {operator} "{value}"',
    st.sampled_from(["python_version", "python_full_version"]),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.sampled_from(["3.8", "3.9", "3.10", "3.11", "3.11.4", "3.12"]),
) | st.builds(
    lambda name, operator, value: f'{name} {operator} "{value}"',
    st.sampled_from(["sys_platform", "platform_system", "os_name", "platform_machine"]),
    st.sampled_from(["==", "!="]),
    st.sampled_from(["linux", "Linux", "win32", "nt", "posix", "darwin", "aarch64", "cygwin"]),
)
marker = one | st.builds(lambda a, b, word: f"{a} {word} {b}", one, one, st.sampled_from(["and", "or"]))


@given(marker, marker, st.sampled_from(["3.8.1", "3.9.9", "3.10.0", "3.11.3", "3.11.4", "3.12.7"]))
def test_what_holds_in_a_real_environment_can(left: str, right: str, python: str) -> None:
    here = {**default_environment(), "python_full_version": python, "python_version": python.rpartition(".")[0]}
    environment = {key: str(value) for key, value in here.items()}
    if Marker(left).evaluate(dict(environment)) and Marker(right).evaluate(dict(environment)):
        assert markers.can_coincide(left, right)
