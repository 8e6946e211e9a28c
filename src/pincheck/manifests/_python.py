"""Python files read without being run: the strings that stand in them literally, and where."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from packaging.utils import canonicalize_name

from pincheck.manifests._python_origin import LONGEST_CHAIN, source_of
from pincheck.manifests._text import Stretch
from pincheck.model import LeftAlone, Source, Span

if TYPE_CHECKING:  # Loading `ast` costs 8 ms, and only a project with such a file needs it.
    import ast

_LITERAL = r"(?P<prefix>[A-Za-z]*)(?P<quotes>\"{3}|'{3}|\"|')(?P<body>.*)(?P=quotes)"
_NAMED = r"\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\]\s*)?(?:[=<>!~(;@]|$)"
_PASSING = {"list", "tuple", "set", "frozenset", "sorted"}
# How often in a file something is read again that has been read under another name; a list of lists doubles quickly.
MOST_REPEATS = 20_000
WORN_OUT = f"used again and again, more than {MOST_REPEATS:,} times in all; the rest is not followed"
_MOST_BRACES = 20_000
_F_STRING = r"\b(?:[fF][rR]?|[rR][fF])['\"]"
AS_WRITTEN = "its text is computed or written with escapes"


class Text(NamedTuple):
    """A string that stands in the file; `fixed` says why it cannot be edited, `""` where it can."""

    stretch: Stretch
    fixed: str


class Computed(NamedTuple):
    """An expression whose value is not written down, and why."""

    node: "ast.AST"
    reason: str


class Module:
    """A parsed file, with where its nodes stand."""

    def __init__(self, source: Source, tree: "ast.Module") -> None:
        self.source, self.tree = source, tree
        self._lead = 1 if source.text.startswith("\ufeff") else 0
        ends = [match.end() for match in re.finditer(r"\r\n|\r|\n", source.text)]
        self._starts = [self._lead, *ends, len(source.text)]
        self._columns: dict[int, list[int]] = {}
        self._left: dict[tuple[int, str, str], tuple[LeftAlone, ...]] = {}
        self._read: set[int] = set()
        self._repeats = 0

    @cached_property
    def names(self) -> "Names":
        """What names are bound to in it; RecursionError where it is nested too deeply to be looked at."""
        return Names(self)

    @property
    def is_worn_out(self) -> bool:
        """Whether more has been read again than is ever written by people."""
        return self._repeats > MOST_REPEATS

    def wears_out(self, node: "ast.AST") -> bool:
        """Count a node as read; say whether it has been before, once that has happened too often in this file."""
        if id(node) not in self._read:
            self._read.add(id(node))
            return False
        self._repeats += 1
        return self.is_worn_out

    def span(self, node: "ast.AST") -> Span:
        """Return the characters of a node."""
        return Span(
            self._offset(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self._offset(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def _offset(self, line: int, column: int) -> int:
        """Turn a line and a column in bytes of UTF-8, which is how `ast` counts, into an offset of the text."""
        if line not in self._columns:
            text = self.source.text[self._starts[line - 1] : self._starts[line]]
            self._columns[line] = [] if text.isascii() else list(accumulate(map(_width, text), initial=0))
        columns = self._columns[line]
        return self._starts[line - 1] + (bisect_left(columns, column) if columns else column)

    def text(self, node: "ast.Constant") -> Text:
        """Return a string; one that is written with escapes or in several pieces has only an approximate place."""
        value, span = str(node.value), self.span(node)
        literal = re.fullmatch(_LITERAL, self.source.at(span), re.DOTALL)
        if literal and re.sub(r"\r\n?", "\n", literal["body"]) == value:
            start, end = literal.span("body")
            return Text(Stretch.plain(self.source, Span(span.start + start, span.start + end)), "")
        offsets = [span.start] * max(len(value) - 1, 0) + [max(span.end - 1, span.start), span.end]
        return Text(Stretch(value, offsets), AS_WRITTEN)

    def left_alone(self, found: Computed, subject: str) -> tuple[LeftAlone, ...]:
        """Say of a computed expression that it was seen, and which packages the strings in it name."""
        key = id(found.node), found.reason, subject
        if key not in self._left:
            self._left[key] = tuple(self._left_alone(found, subject))
        return self._left[key]

    def _left_alone(self, found: Computed, subject: str) -> Iterator[LeftAlone]:
        import ast  # noqa: PLC0415 - see above

        span = self.span(found.node)
        texts = [n.value for n in ast.walk(found.node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        named = [match[1] for text in texts if (match := re.match(_NAMED, text))]
        if not (named and isinstance(found.node, (ast.JoinedStr, ast.BinOp))):
            yield LeftAlone(self.source, span, subject, found.reason)
        for name in dict.fromkeys(map(canonicalize_name, named)):
            yield LeftAlone(self.source, span, _written(self.source.at(span)), found.reason, name)


def _width(character: str) -> int:
    return len(character.encode("utf-8", "surrogatepass"))


def _written(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:60]}…"  # noqa: PLR2004 - about one column of a report


def parse(source: Source) -> Module | str:
    """Return a parsed file, or why this Python cannot parse it."""
    import ast  # noqa: PLC0415 - see above
    import warnings  # noqa: PLC0415 - only here, to keep the parser's remarks about escapes off the screen

    if source.text.count("{") > _MOST_BRACES and re.search(_F_STRING, source.text):
        return f"it has more than {_MOST_BRACES:,} braces, and f-strings, whose parts Python 3.11 reads again and again"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source.text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        return f"{reason}{line}"
    except (RecursionError, MemoryError):
        return "it is nested too deeply"
    return Module(source, tree)


class Names:
    """What names are bound to in a module, or in one function and the module around it.

    `keyed` is what is put under the keys of a dictionary later on, `added` what is added to a list.
    """

    def __init__(self, module: Module, function: "ast.FunctionDef | ast.AsyncFunctionDef | None" = None) -> None:
        self.module = module
        self.outer = module.names if function else None
        self.bound: dict[str, list[ast.AST]] = {}
        self.added: dict[str, list[ast.expr]] = {}
        self.keyed: dict[str, list[tuple[ast.expr, ast.expr]]] = {}
        self.functions: dict[str, ast.AST] = {}
        self._sources: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.collect(function.body if function else module.tree.body)

    def bound_to(self, name: str) -> "list[ast.AST]":
        """Return all that a name is bound to."""
        return [*(self.outer.bound_to(name) if self.outer else ()), *self.bound.get(name, ())]

    def _added_to(self, name: str) -> "list[ast.expr]":
        return [*(self.outer.added.get(name, ()) if self.outer else ()), *self.added.get(name, ())]

    def _keyed_in(self, name: str) -> "list[tuple[ast.expr, ast.expr]]":
        return [*(self.outer.keyed.get(name, ()) if self.outer else ()), *self.keyed.get(name, ())]

    def collect(self, body: "Sequence[ast.stmt]") -> None:
        """Take in what some statements bind."""
        import ast  # noqa: PLC0415 - see above

        for statement in body:
            self._bind(statement)
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.functions[statement.name] = statement
                continue
            for name in ("body", "orelse", "finalbody"):
                self.collect(getattr(statement, name, []))
            for handler in getattr(statement, "handlers", []):
                self.collect(handler.body)

    def _bind(self, statement: "ast.stmt") -> None:
        import ast  # noqa: PLC0415 - see above

        match statement:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._target(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._target(target, value)
            case ast.AugAssign(target=ast.Name(id=name), op=operator, value=value):
                if isinstance(operator, ast.Add):
                    self.added.setdefault(name, []).append(value)
                else:
                    self.bound.setdefault(name, []).append(statement)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method), args=[value])):
                self._method(name, method, value)
            case ast.With() | ast.AsyncWith() | ast.For() | ast.AsyncFor():
                self._block(statement)

    def _method(self, name: str, method: str, value: "ast.expr") -> None:
        """Take in a call that adds to a list or a dictionary."""
        import ast  # noqa: PLC0415 - see above

        if method == "extend":
            self.added.setdefault(name, []).append(value)
        elif method in {"append", "add"}:
            self.added.setdefault(name, []).append(ast.copy_location(ast.List([value], ast.Load()), value))
        elif method == "update":
            spread = ast.copy_location(ast.Constant(None), value)
            self.keyed.setdefault(name, []).append((spread, value))

    def _block(self, statement: "ast.With | ast.AsyncWith | ast.For | ast.AsyncFor") -> None:
        """Take in what a block binds at its head."""
        import ast  # noqa: PLC0415 - see above

        if isinstance(statement, (ast.With, ast.AsyncWith)):
            for item in statement.items:
                if isinstance(item.optional_vars, ast.Name):
                    self.bound.setdefault(item.optional_vars.id, []).append(item.context_expr)
            return
        for node in ast.walk(statement.target):
            if isinstance(node, ast.Name):
                self.bound.setdefault(node.id, []).append(statement)

    def _target(self, target: "ast.expr", value: "ast.expr") -> None:
        import ast  # noqa: PLC0415 - see above

        match target:
            case ast.Name(id=name):
                self.bound.setdefault(name, []).append(value)
            case ast.Subscript(value=ast.Name(id=name), slice=key):
                self.keyed.setdefault(name, []).append((key, value))
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                unpacked = ast.copy_location(ast.Call(ast.Name("unpacked", ast.Load()), [value], []), value)
                for node in elements:
                    self._target(node, unpacked)

    def strings(self, node: "ast.AST", seen: frozenset[str] = frozenset()) -> Iterator[Text | Computed]:
        """Yield the strings of a list, or what of it is computed; names are followed to what they are bound to."""
        return iter([Computed(node, WORN_OUT)]) if self.module.wears_out(node) else self._strings(node, seen)

    def _strings(self, node: "ast.AST", seen: frozenset[str]) -> Iterator[Text | Computed]:
        import ast  # noqa: PLC0415 - see above

        match node:
            case ast.Constant(value=str()):
                yield self.module.text(node)
            case ast.Constant(value=None):
                return
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                for element in elements:
                    yield from self.strings(element, seen)
            case ast.Starred(value=value):
                yield from self.strings(value, seen)
            case ast.BinOp(left=left, op=ast.Add(), right=right) if not (_is_text(left) or _is_text(right)):
                yield from self.strings(left, seen)
                yield from self.strings(right, seen)
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in _PASSING:
                yield from self.strings(argument, seen)
            case ast.Name(id=name) if name not in seen:
                yield from self._named(node, name, seen | {name})
            case ast.Subscript(value=mapping, slice=ast.Constant(value=str(key))):
                yield from self._under(node, mapping, key, seen)
            case _:
                yield Computed(node, self.reason(node))

    def _named(self, node: "ast.AST", name: str, seen: frozenset[str]) -> Iterator[Text | Computed]:
        if self.module.is_worn_out:
            yield Computed(node, WORN_OUT)
            return
        bound = self.bound_to(name)
        if len(bound) != 1:
            count = "more than once" if bound else "nowhere that can be read"
            yield Computed(node, f"`{name}` is bound {count}")
            for value in {id(value): value for value in bound}.values():
                self.module.wears_out(value)
                yield Computed(value, f"`{name}` is bound {count}")
        else:
            yield from self.strings(bound[0], seen)
        for value in self._added_to(name):
            yield from self.strings(value, seen)

    def _under(self, node: "ast.AST", mapping: "ast.expr", key: str, seen: frozenset[str]) -> Iterator[Text | Computed]:
        if self.module.is_worn_out:
            yield Computed(node, WORN_OUT)
            return
        found = [value for name, value in self.entries(mapping, seen) if name == key]
        for value in found:
            if not isinstance(value, Computed):
                yield from self.strings(value, seen | {f"[{key}]"} if f"[{key}]" not in seen else seen)
        if not found:
            yield Computed(node, self.reason(node))

    def entries(
        self, node: "ast.AST", seen: frozenset[str] = frozenset()
    ) -> "Iterator[tuple[str, ast.expr | Computed]]":
        """Yield the entries of a dictionary, `""` and why for those that are computed."""
        return iter([("", Computed(node, WORN_OUT))]) if self.module.wears_out(node) else self._entries(node, seen)

    def _entries(self, node: "ast.AST", seen: frozenset[str]) -> "Iterator[tuple[str, ast.expr | Computed]]":
        import ast  # noqa: PLC0415 - see above

        match node:
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    yield from self._entry(key, value, seen)
            case ast.Call(func=ast.Name(id="dict"), args=arguments, keywords=keywords) if len(arguments) <= 1:
                for argument in arguments:
                    yield from self.entries(argument, seen)
                for keyword in keywords:
                    key = ast.Constant(keyword.arg) if keyword.arg else None
                    yield from self._entry(key, keyword.value, seen)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                yield from self.entries(left, seen)
                yield from self.entries(right, seen)
            case ast.Name(id=name) if name not in seen:
                yield from self._entries_of(node, name, seen | {name})
            case ast.Constant(value=None):
                return
            case _:
                yield "", Computed(node, self.reason(node))

    def _entries_of(
        self, node: "ast.AST", name: str, seen: frozenset[str]
    ) -> "Iterator[tuple[str, ast.expr | Computed]]":
        if self.module.is_worn_out:
            yield "", Computed(node, WORN_OUT)
            return
        bound = self.bound_to(name)
        if len(bound) == 1:
            yield from self.entries(bound[0], seen)
        else:
            count = "more than once" if bound else "nowhere that can be read"
            yield "", Computed(node, f"`{name}` is bound {count}")
        for later, value in self._keyed_in(name):
            yield from self._entry(later, value, seen)

    def _entry(
        self, key: "ast.expr | None", value: "ast.expr", seen: frozenset[str]
    ) -> "Iterator[tuple[str, ast.expr | Computed]]":
        import ast  # noqa: PLC0415 - see above

        self.module.wears_out(value)
        match key:
            case None | ast.Constant(value=None):
                yield from self.entries(value, seen)
            case ast.Constant(value=str(text)):
                yield text, value
            case _:
                yield "", Computed(value, "the name that it stands under is computed")

    def reason(self, node: "ast.AST") -> str:
        """Say why a value is not known, and which file it evidently comes from."""
        file, pending = source_of([node])
        seen: set[str] = set()
        names = list(pending)
        while names and not file and len(seen) < LONGEST_CHAIN:
            name = names.pop()
            if name not in seen:
                seen.add(name)
                file, more = self._source_of_name(name)
                names += more
        if file:
            return f"computed from `{file}`, see there"
        return "computed; pincheck runs no project code to find out"

    def _source_of_name(self, name: str) -> tuple[str, tuple[str, ...]]:
        if name not in self._sources:
            function = self.functions.get(name) or (self.outer.functions.get(name) if self.outer else None)
            nodes = [*self.bound_to(name), *([function] if function else ())]
            of_module = self.outer is not None and not (self.bound.get(name) or self.functions.get(name))
            self._sources[name] = (
                self.outer._source_of_name(name) if of_module and self.outer else source_of(nodes)  # noqa: SLF001
            )
        return self._sources[name]


def _is_text(node: "ast.expr") -> bool:
    import ast  # noqa: PLC0415 - see above

    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
