"""Where a value that a Python file computes evidently comes from: the file that is named in the expression."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Loading `ast` costs 8 ms, and only a project with such a file needs it.
    import ast

_PATH = r"[\w./-]+"
_FILE = r"requirement|requires|constraints|[^.]\.(?:txt|in)\Z"
LONGEST_CHAIN = 20  # Far more names than people write between a value and its file.


def source_of(nodes: "Iterable[ast.AST]") -> tuple[str, tuple[str, ...]]:
    """Return the file that stands in expressions, `""` where none does, and the names in them."""
    import ast  # noqa: PLC0415 - see above

    names: dict[str, None] = {}
    for node in nodes:
        for found in ast.walk(node):
            if isinstance(found, ast.Name):
                names[found.id] = None
            elif isinstance(found, ast.Constant) and isinstance(found.value, str) and _is_file(found.value):
                return found.value, ()
    return "", tuple(names)[:LONGEST_CHAIN]


def _is_file(text: str) -> bool:
    return re.search(_FILE, text) is not None and re.fullmatch(_PATH, text) is not None
