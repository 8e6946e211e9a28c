"""Whether two environment markers can hold in one environment.

packaging evaluates a marker in a given environment and has no relations between markers; so the environments are
tried that the two markers could tell apart.

Source: dependency specifiers specification (PEP 508), "Environment markers".
"""

import re
from collections.abc import Iterator, Sequence
from itertools import product

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.version import InvalidVersion, Version

# What one machine says of itself under several names: sys_platform, platform_system, os_name.
_SYSTEMS = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))
_MACHINES = ("x86_64", "AMD64", "aarch64", "arm64")
_IMPLEMENTATIONS = (("cpython", "CPython"), ("pypy", "PyPy"))
_MINORS = tuple(f"3.{minor}" for minor in range(6, 17))
_QUOTED = r"\"([^\"]*)\"|'([^']*)'"
# More environments than this are not tried; then the markers count as ones that can hold together.
_MOST = 50_000
# Nor is more than this read of the markers, all environments together: a long marker takes its time in each.
_MOST_CHARACTERS = 5_000_000


def can_coincide(left: str, right: str) -> bool:
    """Say whether some environment satisfies both; an empty marker holds everywhere.

    True is also the answer where a marker cannot be evaluated.
    """
    if not left or not right or left == right:
        return True
    try:
        markers = Marker(left), Marker(right)
        return any(all(m.evaluate(dict(environment)) for m in markers) for environment in _environments(left, right))
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, RecursionError, ValueError):
        return True


def _environments(*markers: str) -> Iterator[dict[str, str]]:
    text = " ".join(markers)
    literals = tuple(dict.fromkeys(a or b for a, b in re.findall(_QUOTED, text)))
    known = {name for system in _SYSTEMS for name in system}
    systems = (*_SYSTEMS, *((value, value, value) for value in literals if _is_word(value) and value not in known))
    named = [name for name in ("platform_release", "platform_version", "extra") if name in text]
    machines = (*_MACHINES, *filter(_is_word, literals)) if "machine" in text else _MACHINES[:1]
    implementations = _IMPLEMENTATIONS if "implementation" in text else _IMPLEMENTATIONS[:1]
    pythons = tuple(_pythons(literals)) if "python" in text or "implementation" in text else ("3.11.1",)
    others = [("", *literals) for _ in named]
    tried = product(systems, machines, implementations, pythons, *others)
    most = min(_MOST, _MOST_CHARACTERS // len(text))
    for count, (system, machine, implementation, python, *rest) in enumerate(tried):
        if count > most:
            raise ValueError("too many environments to try")
        yield {
            **dict(zip(("sys_platform", "platform_system", "os_name"), system, strict=True)),
            "platform_machine": machine,
            **dict(zip(("implementation_name", "platform_python_implementation"), implementation, strict=True)),
            "python_version": ".".join(python.split(".")[:2]),
            "python_full_version": python,
            "implementation_version": python,
            "platform_release": "",
            "platform_version": "",
            "extra": "",
            **dict(zip(named, rest, strict=True)),
        }


def _pythons(literals: Sequence[str]) -> Iterator[str]:
    """Yield full versions of Python: patches of every minor, and those around the versions that are named."""
    found = dict.fromkeys(f"{minor}.{patch}" for minor in _MINORS for patch in (0, 9))
    for literal in literals:
        for text in re.split(r"[\s,|]+", literal.removesuffix(".*")):
            try:
                release = (*Version(text).release, 0, 0)[:3]
            except InvalidVersion:
                continue
            for patch in {max(release[2] - 1, 0), release[2], release[2] + 1}:
                found[f"{release[0]}.{release[1]}.{patch}"] = None
    yield from found


def _is_word(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][\w.+-]*", text) is not None
