"""`noxfile.py`: what the sessions of nox install; the file is never run."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pincheck.manifests import _python
from pincheck.manifests._pep508 import Place
from pincheck.manifests._pip_words import Word, arguments, installed
from pincheck.manifests._python import Computed, Module, Names, Text
from pincheck.manifests._reading import Format, Include, Item, Reading
from pincheck.manifests._text import Stretch, ignores
from pincheck.manifests.requirements_txt import read_line
from pincheck.model import Declaration, LeftAlone, Problem, Source, Span

if TYPE_CHECKING:  # Loading `ast` costs 8 ms, and only a project with such a file needs it.
    import ast

_RUNNING = {"run", "run_install", "run_always"}
_NAMED = r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?"


def claims(path: PurePosixPath) -> bool:
    """Say whether this is a `noxfile.py`."""
    return path.name == "noxfile.py"


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read what each session installs that stands there literally."""
    if "install" not in source.text:
        return Reading()
    module = _python.parse(source)
    if isinstance(module, str):
        return Reading.of([Problem(source, Span(0, 0), f"not Python that can be read: {module}")])
    return Reading.of(dict.fromkeys(_sessions(module)), ignores(source))


def _sessions(module: Module) -> Iterator[Item]:
    """Read every function that has a session: decorated as one, or given one."""
    import ast  # noqa: PLC0415 - see above

    for function in ast.walk(module.tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            try:
                found = list(_session(function, module))
            except RecursionError:
                reason = f"not readable: `{function.name}` is nested too deeply"
                found = [Problem(module.source, module.span(function), reason)]
            yield from found


def _session(function: "ast.FunctionDef | ast.AsyncFunctionDef", module: Module) -> Iterator[Item]:
    import ast  # noqa: PLC0415 - see above

    parameters = [*function.args.posonlyargs, *function.args.args]
    name = _session_name(function)
    given = [p.arg for p in parameters if p.annotation and re.search(r"\bSession\b", ast.unparse(p.annotation))]
    if name and parameters:
        given.append(parameters[0].arg)
    if given:
        place = Place(module.source, f"session {name or function.name}", "declared")
        yield from _function(function, frozenset(given), Names(module, function), place)


def _session_name(function: "ast.FunctionDef | ast.AsyncFunctionDef") -> str:
    """Return the name of the session that a function is, `""` where it is none."""
    import ast  # noqa: PLC0415 - see above

    for decorator in function.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        if ast.unparse(call.func if call else decorator).rpartition(".")[2] != "session":
            continue
        for keyword in call.keywords if call else ():
            if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value)
        return function.name
    return ""


def _function(function: "ast.AST", sessions: frozenset[str], names: Names, place: Place) -> Iterator[Item]:
    import ast  # noqa: PLC0415 - see above

    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    methods = [(call.func.attr, call) for call in calls if _is_of_session(call.func, sessions)]  # type: ignore[attr-defined]
    leaves = any(method in {"chdir", "cd"} for method, _ in methods)
    for method, call in methods:
        found = [text for argument in call.args for text in names.strings(argument)]
        for text in found if method in {"install", "conda_install", *_RUNNING} else ():
            if isinstance(text, Computed):
                yield from (item for item in names.module.left_alone(text, "") if item.name)
        words = [_word(text, names.module) for text in found]
        wanted = words if method == "install" else installed(words) if method in _RUNNING else None
        if wanted is not None:
            yield from _installed(wanted, place, leaves=leaves)
        elif method == "conda_install":
            yield from _conda(words, place)


def _is_of_session(function: "ast.expr", sessions: frozenset[str]) -> bool:
    import ast  # noqa: PLC0415 - see above

    return (
        isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id in sessions
    )


def _word(found: Text | Computed, module: Module) -> Word:
    if isinstance(found, Text):
        span = found.stretch.span
        return Word(found.stretch, span, fixed=found.fixed, quoted=(span,))
    span = module.span(found.node)
    return Word(Stretch("", [span.start]), span, computed=found.reason)


def _installed(words: Sequence[Word], place: Place, *, leaves: bool) -> Iterator[Item]:
    """Read the arguments of an install; nox runs in the folder of the noxfile, unless the session leaves it."""
    for role, word in arguments(words):
        if word.computed:
            continue
        if role in {"requirement", "editable"}:
            for item in read_line(word.stretch, place):
                yield from _kept(item, word)
        elif leaves:
            reason = "the session changes the folder, so the file is not looked for"
            yield LeftAlone(place.source, word.span, word.text, reason)
        else:
            yield Include(word.span, word.text, "constraints" if role == "constraints" else "requirements")


def _kept(item: Item, word: Word) -> Iterator[Item]:
    """Leave out the project itself, whose manifests are read anyway; what is not written plainly cannot be edited."""
    if isinstance(item, Declaration) and word.fixed:
        yield item._replace(fixed=item.fixed or word.fixed)
    elif not (isinstance(item, Include) and item.target in {".", "./"}):
        yield item


def _conda(words: Sequence[Word], place: Place) -> Iterator[Item]:
    for word in words:
        name = re.match(_NAMED, word.text.rpartition("::")[2])
        if name and not word.text.startswith("-"):
            reason = "conda installs it, whose words are read in environment files only"
            yield LeftAlone(place.source, word.span, word.text, reason, canonicalize_name(name[0]))


FORMAT = Format("noxfile", claims, read)
