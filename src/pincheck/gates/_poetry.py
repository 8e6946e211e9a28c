"""Poetry's dependency tables, said in PEP 508, so that a generated session can install them.

Source: Poetry documentation, "Dependency specification".
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version


def as_pep508(name: str, value: Any) -> str:
    """Return a requirement for one entry of a table, `""` for what has no version of its own to install.

    Paths, git sources and lists of several constraints are left out, as is `python`; a version that cannot be said
    in PEP 440 (a union) becomes none.
    """
    if name == "python":
        return ""
    if isinstance(value, str):
        return f"{name}{specifier(value)}"
    if not isinstance(value, Mapping) or not isinstance(value.get("version"), str):
        return ""
    extras = f"[{','.join(value['extras'])}]" if isinstance(value.get("extras"), list) and value["extras"] else ""
    marker = f" ; {value['markers']}" if isinstance(value.get("markers"), str) else ""
    return f"{name}{extras}{specifier(value['version'])}{marker}"


def specifier(constraint: str) -> str:
    """Return Poetry's `^1.2`, `~1.2`, `1.2.*`, `*`, `1.2` or a range as a PEP 440 specifier, `""` for any version."""
    if "||" in constraint or "|" in constraint:
        return ""
    clauses = [_clause(part) for part in re.split(r"\s*,\s*|(?<=[\w*])\s+(?=[<>=!~^])", constraint.strip()) if part]
    text = ",".join(clause for clause in clauses if clause)
    try:
        return str(SpecifierSet(text))
    except InvalidSpecifier:
        return ""


def _clause(text: str) -> str:
    text = text.replace(" ", "")
    if text == "*":
        return ""
    if text.startswith("^"):
        return _up_to(text[1:], _caret)
    if text.startswith("~") and not text.startswith("~="):
        return _up_to(text[1:], _tilde)
    if text.startswith("=") and not text.startswith("=="):
        return f"={text}"
    return text if text[:1] in "<>=!~" else f"=={text}"


def _up_to(written: str, end: Callable[[Version], str]) -> str:
    try:
        version = Version(written)
    except InvalidVersion:
        return ""

    return f">={version},<{end(version)}"


def _caret(version: Version) -> str:
    """Return the version at which the leftmost number that is not zero goes up."""
    release = list(version.release)
    index = next((i for i, number in enumerate(release) if number), len(release) - 1)
    return ".".join(map(str, [*release[:index], release[index] + 1]))


def _tilde(version: Version) -> str:
    """Return the version at which the minor number goes up, or the major one where it stands alone."""
    release = version.release
    return f"{release[0]}.{release[1] + 1}" if len(release) > 1 else str(release[0] + 1)
