"""Release notes that are hard on a reader: for each style functions that make one of about so many characters."""

import json

from benchmarks._hostile import Text, many, nested

_TITLE = "## 1.0.0 (2026-01-01)\n\n"
_RST_TITLE = "1.0.0 (2026-01-01)\n==================\n\n"
_DIRECTIVE = ".. changelog::\n    :version: 1.0\n    :released: 2026-01-01\n\n"


def _releases(size: int) -> str:
    return json.dumps([{"tag_name": f"1.{number}", "body": "* a\r\n"} for number in range(size // 40)])


def _body(unit: str) -> Text:
    return lambda size: json.dumps([{"tag_name": "1.0", "body": unit * (size // len(unit))}])


_MARKDOWN: dict[str, Text] = {
    "releases": many("## 1.{i}.0\n\n"),
    "the same release": many("## 1.0\n"),
    "long heading": many("1.", "## "),
    "brackets in a heading": many("[", "## "),
    "blanks in a heading": many(" ", "## 1.0", "x\n"),
    "underlines": many("1.0\n=\n"),
    "a long line underlined": many("x", _TITLE, "\n====\n"),
    "open fences": many("```\n", _TITLE),
    "one long fence": many("`", _TITLE),
    "comments": many("<!-- a -->\n", _TITLE),
    "open comments": many("<!-- a\n", _TITLE),
    "raw HTML": many("<pre>\n", _TITLE),
    "front matter": many("a: b\n", "---\n"),
    "items": many("* a\n", _TITLE),
    "nested items": nested("* ", "", _TITLE, "a"),
    "quotations": nested("> ", "", _TITLE, "a"),
    "categories": many("### a\n\n#### b\n\n* c\n", _TITLE),
    "admonitions": many("!!! a\n    b\n", _TITLE),
    "definitions": many("[a{i}]: https://example.test\n", _TITLE),
    "brackets": many("[", _TITLE),
    "links": many("[a](b", _TITLE),
    "emphasis": many("*a_ ", _TITLE),
    "anchors": many("<a ", _TITLE),
    "addresses": many("https://example.test/ ", _TITLE + "* "),
    "an address of dots": many(".", _TITLE + "* https://"),
    "denials": many("no not ", _TITLE + "* ", "breaking changes\n"),
    "breaks": many("breaking change ", _TITLE + "* "),
    "denied breaks": many("no breaking change ", _TITLE + "* "),
    "announcements": many("soon next ", _TITLE + "* "),
    "sentences": many("a. ", _TITLE + "* "),
    "upgrades": many("upgrade ", _TITLE + "* "),
    "removals": many("removes a ", _TITLE + "* "),
    "authors": many("@a, ", _TITLE + "* a. PR #1 by "),
    "code": many("`a` ``b ", _TITLE + "* "),
    "pictures": many("📝", _TITLE + "* "),
    "footers": many("*", _TITLE + "* Full Changelog"),
}
_REST: dict[str, Text] = {
    "releases": many("1.{i}.0\n=======\n\n* a\n\n"),
    "underlines": many("1.0\n===\n"),
    "items": many("* a\n", _RST_TITLE),
    "roles": many(":a:`b` ", _RST_TITLE),
    "paragraphs": many("a\n\n", _RST_TITLE),
    "titles inside": many("a\n----\n\n* b\n\n", _RST_TITLE),
    "directives": many("    .. change::\n\n        a\n\n", _DIRECTIVE),
}
_PLAIN: dict[str, Text] = {
    "releases": many("* 1.{i}\n  * a\n"),
    "items": many("  * a\n", "* 1.0\n"),
    "lines": many("    a\n", "* 1.0\n  * a\n"),
    "blank lines": many("1.0\n\n", "", "  a"),
}
_GITHUB: dict[str, Text] = {
    "releases": _releases,
    "lines": _body("a\r\n"),
    "brackets": many("["),
}

NOTES: dict[str, dict[str, Text]] = {
    "notes.md": _MARKDOWN,
    "notes.rst": _REST,
    "notes.txt": _PLAIN,
    "notes.json": _GITHUB,
}
