"""One stretch of reStructuredText as a tree of docutils, in which nothing is ever carried out.

This file imports docutils, which is heavy: it is only ever imported inside a function. docutils keeps directives and
roles in tables of the whole process. Here they are never asked: states and inliner of our own read every directive
and role as text, so that no file is opened, no name is registered and nobody else who uses docutils sees a difference.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from docutils import nodes, utils
from docutils.frontend import get_default_settings
from docutils.parsers.rst import Parser, states
from docutils.statemachine import StringList

# What a single paragraph may hold before it is taken as plain words: docutils looks for the end of each of its
# markers in all that follows, which is quadratic.
_LONGEST_PARAGRAPH = 10_000
_MOST_MARKS = 600
_MARK = re.compile(r"[`|*_]")
_LARGEST_TABLE = 20_000

_DIRECTIVE = re.compile(r"\.\.[ ]+((?:(?!_)\w)+(?:[-._+:](?:(?!_)\w)+)*)[ ]?::(?:[ ]+|$)")
# Substitutions and targets are looked for in the whole file beforehand.
_DEFINITION = re.compile(r"\.\.[ ]+(?:\|(?![ |])|_(?![ _]))")
_OPTION = re.compile(r":[\w-]+(?: [\w-]+)*:(?:\s|$)")

_CODE = {"code", "code-block", "sourcecode", "parsed-literal", "literal", "prompt", "doctest", "testcode", "csv-table"}
_ADMONITIONS = {
    "attention": "Attention",
    "caution": "Caution",
    "danger": "Danger",
    "error": "Error",
    "hint": "Hint",
    "important": "Important",
    "note": "Note",
    "seealso": "See also",
    "tip": "Tip",
    "warning": "Warning",
}
# https://www.sphinx-doc.org/en/master/usage/restructuredtext/directives.html#describing-changes-between-versions
_VERSIONS = {
    "deprecated": "Deprecated since version",
    "versionadded": "Added in version",
    "versionchanged": "Changed in version",
    "versionremoved": "Removed in version",
}
# What has an argument that is no text, or a text that is no note.
_SILENT = {
    "default-role", "figure", "highlight", "image", "include", "index", "literalinclude", "math", "meta", "raw", "role",
    "sectnum", "title", "todo", "toctree", "contents", "towncrier-draft-entries",
}  # fmt: skip

_CODE_ROLES = {
    "any", "attr", "class", "code", "command", "confval", "const", "data", "dec", "deco", "dir", "envvar", "exc",
    "fixture", "file", "func", "function", "globalvar", "hook", "kbd", "keyword", "literal", "makevar", "meth",
    "method", "mod", "module", "obj", "opt", "option", "paramref", "program", "property", "samp", "setting", "sig",
    "type", "typevar", "var",
}  # fmt: skip
_VERBATIM_ROLES = {"code", "file", "kbd", "literal", "math", "samp", "raw"}
_NUMBER_ROLES = {"bug", "feature", "gh", "ghissue", "ghpr", "ghpull", "issue", "pr", "pull", "support", "ticket"}
_LABEL_ROLES = {"doc", "ref", "numref"}
_USER_ROLES = {"author", "gh-user", "ghuser", "user"}
_TITLED = re.compile(r"(?s)(?P<title>.+?)\s*<(?P<target>[^<>]*)>")
_NUMBERS = re.compile(r"#?[0-9]+(?:\s*,\s*#?[0-9]+)*")
_ADVISORY = re.compile(r"(?:GHSA-)?(?P<id>[0-9a-z]{4}(?:-[0-9a-z]{4}){2})", re.IGNORECASE)
_CVE = re.compile(r"(?:CVE-)?(?P<id>[0-9]{4}-[0-9]{4,9})", re.IGNORECASE)
_NUMBERED = re.compile(r"(?P<number>[0-9]{1,5})(?:#(?P<anchor>\S*))?")
# SQLAlchemy's documentation names its modules by an underscore: `_orm.Session`.
_MODULE_ALIAS = re.compile(r"_[a-z]+\.(?=\w)")


def tree(numbered: Sequence[tuple[int, str]]) -> nodes.document:
    """Return the tree of some lines, each with its number in the file, from one."""
    document = utils.new_document("", _settings())
    machine = states.RSTStateMachine(state_classes=_STATES, initial_state="Body")
    where = [("", number - 1) for number, _ in numbered]
    machine.run(StringList([line for _, line in numbered], items=where), document, inliner=_Words())
    return document


@cache
def _settings() -> Any:
    settings = get_default_settings(Parser)
    settings.file_insertion_enabled = False
    settings.raw_enabled = False
    settings.report_level = 5
    settings.halt_level = 6
    settings.warning_stream = False
    settings.syntax_highlight = "none"
    return settings


class _Words(states.Inliner):
    """Inline markup, in which every role is its text."""

    def parse(self, text: str, lineno: int, memo: Any, parent: Any) -> Any:
        """Return the nodes of one paragraph, and nothing to report."""
        if len(text) > _LONGEST_PARAGRAPH or sum(1 for _ in _MARK.finditer(text)) > _MOST_MARKS:
            return [nodes.Text(text)], []
        found, _ = super().parse(text, lineno, memo, parent)
        return found, []

    def interpreted(self, rawsource: str, text: str, role: str, lineno: int) -> Any:  # noqa: ARG002 - docutils calls it
        """Return the node of one role, and nothing to report."""
        if not role and "`" in text.strip("`"):
            return [nodes.Text(utils.unescape(rawsource))], []
        return [_role(role.casefold().rpartition(":")[2], utils.unescape(text), rawsource)], []


# docutils fills its patterns from the pieces of the class itself, not from those it inherits.
for _name, _piece in vars(states.Inliner).items():
    if isinstance(_piece, str) and not _name.startswith("__"):
        setattr(_Words, _name, _piece)


def _role(name: str, text: str, raw: str) -> nodes.Node:
    """Return what a reader sees of a role; a single pair of back-ticks without one is code, as most people mean it."""
    titled = None if name in _VERBATIM_ROLES else _TITLED.fullmatch(text)
    title, target = (titled["title"], titled["target"]) if titled else ("", text)
    if not name or name in _CODE_ROLES:
        code = title or (text if name in _VERBATIM_ROLES or not name else _object(text))
        return nodes.literal(raw, code)
    shown, address = _known(name, target.strip())
    if address:
        return nodes.reference(raw, title or shown, refuri=address)
    return nodes.inline(raw, title or shown, label=name in _LABEL_ROLES and not title)


def _object(text: str) -> str:
    """Return what Sphinx shows of a reference to an object: `~a.b` is `b`, a leading `!` or `.` is left out."""
    bare = text.lstrip("!")
    if bare.startswith("~"):
        return bare.rpartition(".")[2].lstrip("~")
    return _MODULE_ALIAS.sub("", bare.lstrip("."), count=1) if bare.startswith(("_", ".")) else bare


def _known(name: str, target: str) -> tuple[str, str]:
    """Return the words and the address, `""` where there is none, of a role that stands for something elsewhere."""
    if name in _NUMBER_ROLES and _NUMBERS.fullmatch(target):
        return ", ".join("#" + number.strip().lstrip("#") for number in target.split(",")), ""
    if name in _USER_ROLES:
        return "@" + target.lstrip("@"), ""
    if name == "ghsa" and (found := _ADVISORY.fullmatch(target)):
        return f"GHSA-{found['id']}", f"https://github.com/advisories/GHSA-{found['id']}"
    if name == "cve" and (found := _CVE.fullmatch(target)):
        return f"CVE-{found['id']}", f"https://www.cve.org/CVERecord?id=CVE-{found['id']}"
    if name in {"pep", "rfc"} and (found := _NUMBERED.fullmatch(target)):
        return _standard(name, int(found["number"]), found["anchor"] or "")
    return target, target if target.startswith(("https://", "http://")) else ""


def _standard(name: str, number: int, anchor: str) -> tuple[str, str]:
    """Return the words and the address of a PEP or an RFC."""
    path = (
        f"https://peps.python.org/pep-{number:04}/" if name == "pep" else f"https://www.rfc-editor.org/rfc/rfc{number}"
    )
    words = f"{name.upper()} {number}" + (f" {anchor.replace('-', ' ')}" if anchor else "")
    return words, path + (f"#{anchor}" if anchor else "")


class _State:
    """What every state of the parser does otherwise: directives are text, and nothing is reported."""

    nested_sm_cache: list[Any] = []  # noqa: RUF012 - docutils keeps machines here; ours must not get into its own list

    def __init__(self, state_machine: Any, debug: bool = False) -> None:
        super().__init__(state_machine, debug)  # type: ignore[call-arg]
        self.nested_sm_kwargs = {"state_classes": _STATES, "initial_state": "Body"}

    def explicit_construct(self: Any, match: Any) -> Any:
        """Return the nodes of what starts with two dots, and whether a blank line ends it."""
        if found := _DIRECTIVE.match(match.string):
            return self.directive(found)
        if _DEFINITION.match(match.string):
            _, _, _, ended = self.state_machine.get_first_known_indented(match.end())
            return [], ended
        return super().explicit_construct(match)  # type: ignore[misc]

    def directive(self: Any, match: Any, **_presets: Any) -> Any:
        """Return what a reader sees of a directive, and whether a blank line ends it."""
        name = match[1].casefold().rpartition(":")[2]
        line = self.state_machine.get_source_and_line()[1]
        block, _, offset, ended = self.state_machine.get_first_known_indented(match.end(), strip_top=0)
        argument, content = _parts(block)
        if name in _CODE:
            start = block.info(content + 1)[1] if content + 1 < len(block) else None
            found: list[nodes.Element] = [_code(block[content:], line if start is None else start + 1)]
        elif name in _SILENT:
            found = []
        else:
            found = [self.prose(name, block, offset, argument, content)]
            found[0].line = line
        return found, ended or self.state_machine.is_next_line_blank()

    def prose(self: Any, name: str, block: Any, offset: int, argument: int, content: int) -> nodes.Element:
        """Return the paragraphs of a directive, with a word in front that says what they are."""
        box = nodes.container()
        first, label = " ".join(block[:argument]), ""
        if name in _VERSIONS:
            version, _, block[0] = block[0].strip().partition(" ") if block else ("", "", "")
            label = f"{_VERSIONS[name]} {version}"
        elif name in _ADMONITIONS:
            label = _ADMONITIONS[name]
        elif name == "rubric":
            box += nodes.rubric(first, "", *self.inliner.parse(first, 0, self.memo, box)[0])
            argument = 0
        elif name == "admonition":
            label, argument = first, 0
        elif len(block) > content or " " not in first:
            argument = 0
        self.nested_parse(block[:argument], offset, box)
        self.nested_parse(block[content:], offset + content, box)
        if name == "seealso":
            box[:] = [child for child in box.children if not _is_label(child)]
        return _labelled(box, label) if box.children or name != "seealso" else box

    def table(self: Any, isolate_function: Any, parser_class: Any) -> Any:
        """Return a table, as code where it is so large that reading its cells would take long."""

        def isolated() -> Any:
            block, messages, ended = isolate_function()
            if sum(map(len, block)) <= _LARGEST_TABLE:
                return block, messages, ended
            line = (self.state_machine.get_source_and_line()[1] or 0) - len(block) + 1
            return [], [_code(block, line)], ended

        return super().table(isolated, parser_class)  # type: ignore[misc]


def _parts(block: Any) -> tuple[int, int]:
    """Return how many lines of a directive are its argument, and where its content starts."""
    rows = list(block)
    blank = next((index for index, row in enumerate(rows) if not row.strip() and index), len(rows))
    argument = next((index for index in range(blank) if _OPTION.match(rows[index])), blank)
    return argument, blank


def _code(rows: Sequence[str], line: int) -> nodes.Element:
    text = "\n".join(rows).strip("\n")
    code = nodes.literal_block(text, text)
    code.line = line
    return code


def _is_label(node: Any) -> bool:
    """Tell whether a paragraph is nothing but names of places in the documentation, which lead nowhere from here."""
    leaves = [child for child in node.children if child.astext().strip(" ,.")]
    return isinstance(node, nodes.paragraph) and all(
        isinstance(leaf, nodes.inline) and leaf.get("label") for leaf in leaves
    )


def _labelled(box: nodes.Element, label: str) -> nodes.Element:
    """Return the box with a label before its first words."""
    if not label:
        return box
    if box.children and isinstance(box.children[0], nodes.paragraph):
        box.children[0].insert(0, nodes.Text(f"{label}: "))
    else:
        box.insert(0, nodes.paragraph("", label if not box.children else f"{label}:"))
    return box


def _derived(state: type) -> type:
    return type(state.__name__, (_State, state), {"__doc__": state.__doc__})


_STATES = tuple(map(_derived, states.state_classes))
