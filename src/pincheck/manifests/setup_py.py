"""`setup.py`: what a call of `setup(…)` says literally; the file is never run."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pincheck.manifests import _python
from pincheck.manifests._pep508 import Place
from pincheck.manifests._python import Computed, Module, Names
from pincheck.manifests._reading import Format, Item, Reading
from pincheck.manifests._setuptools import requirements
from pincheck.manifests._text import ignores
from pincheck.model import Declaration, LeftAlone, Problem, Source, Span

if TYPE_CHECKING:  # Loading `ast` costs 8 ms, and only a project with such a file needs it.
    import ast

_LISTS = {"install_requires": "", "setup_requires": "setup_requires", "tests_require": "tests_require"}
_EXTRAS = "extras_require"
_MODULES = {"setuptools", "distutils", "distutils.core", "skbuild", "numpy.distutils.core"}
_PACKAGING = r"\b(?:setuptools|distutils)\b"


def claims(path: PurePosixPath) -> bool:
    """Say whether this is a `setup.py`."""
    return path.name == "setup.py"


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read what every `setup(…)` of the file is told; a `setup.py` that is no packaging says nothing."""
    if "require" not in source.text or "setup" not in source.text:
        return Reading()
    module = _python.parse(source)
    if isinstance(module, str):
        return Reading.of([_unparsed(source, module)])
    try:
        found = [item for call, names in _calls(module) for item in _readable(call, names)]
    except RecursionError:
        return Reading.of([Problem(source, Span(0, 0), "not readable: it is nested too deeply")])
    return Reading.of(_once(found), ignores(source))


def _readable(call: "ast.Call", names: Names) -> list[Item]:
    try:
        return list(_read_call(call, names))
    except RecursionError:
        reason = "not readable: what `setup` is told here is nested too deeply"
        return [Problem(names.module.source, names.module.span(call), reason)]


def _unparsed(source: Source, reason: str) -> Item:
    if re.search(_PACKAGING, source.text) and re.search(r"\bsetup\s*\(", source.text):
        return Problem(source, Span(0, 0), f"not Python that can be read: {reason}")
    return LeftAlone(source, Span(0, 0), source.path.name, f"no packaging, and not Python that can be read: {reason}")


def _calls(module: Module) -> "Iterator[tuple[ast.Call, Names]]":
    """Yield the calls of setuptools' or distutils' `setup`, with the names that hold there."""
    import ast  # noqa: PLC0415 - see above

    functions, modules = _imported(module.tree)
    holders: list[ast.AST] = [module.tree]
    holders += [n for n in ast.walk(module.tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    for holder in holders:
        names: Names | None = None
        for node in _own(holder):
            if isinstance(node, ast.Call) and _is_setup(node.func, functions, modules):
                if names is None and isinstance(holder, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    names = Names(module, holder)
                yield node, names or module.names


def _own(holder: "ast.AST") -> "Iterator[ast.AST]":
    """Yield what stands in a function or module, the functions in it left out."""
    import ast  # noqa: PLC0415 - see above

    pending = list(ast.iter_child_nodes(holder))
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            pending += ast.iter_child_nodes(node)


def _imported(tree: "ast.AST") -> tuple[set[str], set[str]]:
    """Return the names that `setup` is imported under, and those of the modules that have it."""
    import ast  # noqa: PLC0415 - see above

    functions, modules = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            functions |= {alias.asname or alias.name for alias in node.names if alias.name == "setup"}
            functions |= {"setup" for alias in node.names if alias.name == "*" and node.module in _MODULES}
            modules |= {a.asname or a.name for a in node.names if f"{node.module}.{a.name}" in _MODULES}
        elif isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name for alias in node.names if alias.name in _MODULES}
    return functions, modules


def _is_setup(function: "ast.expr", functions: set[str], modules: set[str]) -> bool:
    import ast  # noqa: PLC0415 - see above

    if isinstance(function, ast.Name):
        return function.id in functions
    return isinstance(function, ast.Attribute) and function.attr == "setup" and _dotted(function.value) in modules


def _dotted(node: "ast.expr") -> str:
    """Return a name with its attributes, `""` for any other expression."""
    import ast  # noqa: PLC0415 - see above

    words: list[str] = []
    while isinstance(node, ast.Attribute):
        words.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(words)]) if isinstance(node, ast.Name) else ""


def _read_call(call: "ast.Call", names: Names) -> Iterator[Item]:
    for keyword in call.keywords:
        if keyword.arg:
            yield from _keyword(keyword.arg, keyword.value, names)
            continue
        for name, value in names.entries(keyword.value):
            if isinstance(value, Computed):
                yield from names.module.left_alone(value, "setup(**…)")
            else:
                yield from _keyword(name, value, names)


def _keyword(name: str, value: "ast.expr", names: Names) -> Iterator[Item]:
    source = names.module.source
    if name in _LISTS:
        yield from _listed(name, value, names, Place(source, _LISTS[name], "declared"))
    elif name == _EXTRAS:
        for key, listed in names.entries(value):
            extra, _, marker = key.partition(":")
            if isinstance(listed, Computed):
                yield from names.module.left_alone(listed, _EXTRAS)
            else:
                found = _listed(f"{_EXTRAS}[{key}]", listed, names, Place(source, f"[{extra}]", "declared"))
                yield from (_under(item, marker) for item in found)


def _under(item: Item, marker: str) -> Item:
    """Return a requirement of `extras_require["extra:marker"]`, an old way to write markers."""
    if not marker or not isinstance(item, Declaration):
        return item
    return item._replace(marker=f"({item.marker}) and ({marker})" if item.marker else marker)


def _listed(subject: str, value: "ast.expr", names: Names, place: Place) -> Iterator[Item]:
    for found in names.strings(value):
        if isinstance(found, Computed):
            yield from names.module.left_alone(found, subject)
        else:
            yield from requirements([found.stretch], place, found.fixed)


def _once(found: list[Item]) -> Iterator[Item]:
    """Yield each requirement once: a list that has a name may be used in several places."""
    seen = set()
    for item in found:
        place = (item.span, item.subject, item.name) if isinstance(item, LeftAlone) else (item.span, "", "")
        if isinstance(item, Declaration) and item.fixed:
            place = (item.span, str(item.specifier), item.name)
        if place not in seen:
            seen.add(place)
            yield item


FORMAT = Format("setup-py", claims, read)
