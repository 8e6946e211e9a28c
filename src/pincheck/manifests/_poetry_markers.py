"""What `markers`, `python` and `platform` of a Poetry entry say together, as one marker (PEP 508)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.specifiers import Specifier

from pincheck.dialects import poetry


def marker(entry: Mapping[str, Any]) -> str:
    """Return an entry's marker, `""` for none; a `python` or `platform` that cannot be read adds nothing to it."""
    parts = [part for part in _parts(entry) if part]
    return parts[0] if len(parts) == 1 else " and ".join(f"({p})" if " or " in p else p for p in parts)


def _parts(entry: Mapping[str, Any]) -> Iterator[str]:
    written, python, platform = entry.get("markers"), entry.get("python"), entry.get("platform")
    if isinstance(written, str):
        yield written.strip()
    if isinstance(python, str):
        yield _python(python)
    if isinstance(platform, str):
        yield _platform(platform)


def _python(text: str) -> str:
    """Return the marker of a Python constraint: `^3.11` is `python_version >= "3.11" and python_version < "4.0"`."""
    try:
        found = [_ordered(list(specifier)) for specifier in poetry.alternatives(text)]
    except ValueError:
        return ""
    if not all(found):  # One of them is every version.
        return ""
    parts = [" and ".join(map(_clause, clauses)) for clauses in found]
    return parts[0] if len(parts) == 1 else " or ".join(f"({part})" if " and " in part else part for part in parts)


def _ordered(clauses: list[Specifier]) -> list[Specifier]:
    return sorted(clauses, key=lambda clause: (not clause.operator.startswith(">"), str(clause)))


def _clause(clause: Specifier) -> str:
    """Return one clause; `python_version` has no patch, so that where a patch matters it is the full version's."""
    version, operator = clause.version, clause.operator
    width = len(version.removesuffix(".*").split("."))
    if width < 3 and (operator in {">", "<="} or (operator == "!=" and not version.endswith(".*"))):  # noqa: PLR2004
        return f'python_full_version {operator} "{version}{".0" * (3 - width)}"'
    return f'python_{"full_" if width > 2 else ""}version {operator} "{version}"'  # noqa: PLR2004 - major and minor


def _platform(text: str) -> str:
    """Return the marker of a platform: `linux`, `!=win32`, `linux || darwin`."""
    alternatives = []
    for alternative in re.split(r"\s*\|\|?\s*", text.strip()):
        clauses = [re.fullmatch(r"(!=|==|=)?\s*(\w+)", part.strip()) for part in alternative.split(",")]
        if None in clauses:
            return ""
        names = [("!=" if match[1] == "!=" else "==", match[2]) for match in clauses if match is not None]
        alternatives.append(" and ".join(f'sys_platform {operator} "{name}"' for operator, name in names))
    return " or ".join(alternatives)
