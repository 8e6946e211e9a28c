"""A web page that a parser can be trusted with: what it costs to read grows with its length, and no faster.

The algorithm of the HTML standard looks through all open elements for many a tag, compares all attributes of one, and
opens unclosed formatting anew in each paragraph, so that a page of some megabytes can take hours or all memory.
"""

import re

# What no notes are in. What is left out here need not be understood below.
_UNREAD = "iframe|math|noembed|noframes|noscript|object|plaintext|script|select|style|svg|template|textarea|title|xmp"
_AWAY = re.compile(
    rf"(?is)<!--(?:.*?--!?>|.*)|<(?P<name>{_UNREAD})(?=[\s/>])(?:.*?</(?P=name)(?=[\s/>])[^>]*+>?|.*)|<[!?][^>]*+>?"
)
# A tag as the standard's tokenizer reads it, with no `<` in its attributes; every other `<` is a character.
_ATTRIBUTE = r"""[\s/]*+[^\s"'<>/=]++(?:\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'|[^\s"'<>`][^\s<>]*+))?+"""
_NO_TAG = re.compile(rf"<(?!/?[a-zA-Z][a-zA-Z0-9:-]{{0,40}}(?=[\s/>])(?:{_ATTRIBUTE}){{0,60}}+[\s/]*+>)")
_TAG = re.compile(r"<(?P<closes>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:-]*)")

_UNCOUNTED = frozenset({
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "optgroup", "option",
    "p", "rp", "rt", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
})  # fmt: skip
_FORMATTING = frozenset({
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
})  # fmt: skip

_MOST_TAGS = 600_000
_DEEPEST = 1_000
_MOST_FORMATTING = 1_000_000


def tamed(page: str) -> str:
    """Return a page without what no notes are in, `""` where its elements nest without end."""
    kept = _NO_TAG.sub("&lt;", _AWAY.sub(" ", page.replace("\0", "\ufffd")))
    return kept if kept.count("<") <= _MOST_TAGS and _is_flat(kept) else ""


def _is_flat(page: str) -> bool:
    """Tell whether few elements are open at any place.

    An element that may be left unclosed is closed by the end of what holds it. Any other end tag counts only where it
    closes the innermost element, so that never fewer are counted than a browser has open.
    """
    opened: list[str] = []
    formatting = again = 0
    for closes, written in _TAG.findall(page):
        name = written.lower()
        if not closes:
            again += formatting
        if name in _UNCOUNTED:
            continue
        if not closes:
            opened.append(name)
            formatting += name in _FORMATTING
        elif opened and opened[-1] == name:
            opened.pop()
            formatting -= name in _FORMATTING
        if len(opened) > _DEEPEST or again > _MOST_FORMATTING:
            return False
    return True
