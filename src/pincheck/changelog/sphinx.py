"""Release notes as sphinx-changelog writes them: a `.. changelog::` for each release, a `.. change::` for each change.

SQLAlchemy, Alembic, Mako and dogpile do. There are no titles: what a change is, its tags say.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

from pincheck.changelog import _headings, _limits, _rst
from pincheck.changelog._blocks import Block, Section, Status, Style, Written
from pincheck.changelog._rst import lines_of

_RELEASE = re.compile(r"(?P<indent> *)\.\. changelog::\s*$")
_CHANGE = re.compile(r"(?P<indent> *)\.\. change::.*$")
_OPTION = re.compile(r" +:(?P<name>[a-z_]+):(?P<value>.*)$")
_MARK = re.compile(r"(?m)^ *\.\. changelog::[ \t]*\n(?: +:[a-z_]{1,40}:.*\n){0,20}? +:version:")
_COMING = re.compile(r"(?:not |un|to be )|TB[AD]\b|in (?:development|progress)", re.IGNORECASE)
_LINES_OF_OPTIONS = 40

# Under which heading a change stands, by the first of these tags that it has.
_CATEGORIES = {
    "security": "Security",
    "removed": "Removed",
    "removals": "Removed",
    "deprecations": "Deprecations",
    "deprecation": "Deprecations",
    "deprecated": "Deprecations",
    "bug": "Bug fixes",
    "bugs": "Bug fixes",
    "fix": "Bug fixes",
    "regression": "Bug fixes",
    "feature": "Features",
    "features": "Features",
    "usecase": "Features",
    "performance": "Performance",
    "improvement": "Changes",
    "change": "Changes",
    "changed": "Changes",
    "tests": "Internal",
    "test": "Internal",
    "documentation": "Documentation",
    "docs": "Documentation",
}
# Tags that say more than the heading under which the change stands.
_TELLING = {"regression", "performance", "security"}
_OTHER = "Other"

_OTHER_FILES = (".md", ".markdown", ".html", ".htm", ".json")
_OTHER_TYPES = {"text/html", "application/xhtml+xml", "text/markdown", "application/json"}


class _Directive(NamedTuple):
    """A directive as lines: where it and its content start, where it ends (all from zero), and its options."""

    start: int
    content: int
    end: int
    options: Mapping[str, str]


@dataclass(frozen=True)
class _File:
    """A file as lines; what its names mean is looked for when it is first asked for."""

    text: str

    @cached_property
    def lines(self) -> list[str]:
        return lines_of(self.text)

    @cached_property
    def names(self) -> _rst.Names:
        return _rst.names("\n".join(self.lines))


def _looks(written: Written) -> bool:
    path = written.path.casefold().partition("?")[0].partition("#")[0]
    if written.media_type in _OTHER_TYPES or path.endswith(_OTHER_FILES):
        return False
    return _MARK.search(written.text.replace("\r\n", "\n")) is not None


def _sections(written: Written) -> Iterator[Section]:
    file = _File(written.text)
    for found in _directives(file.lines, _RELEASE, 0, len(file.lines)):
        title = found.options.get("version", "")
        heading = _headings.release(title, written.package)
        released = found.options.get("released", "")
        day = _headings.read_date(released)
        coming = not released or (day is None and bool(_COMING.match(released)))
        status: Status = "unreleased" if coming or heading is None else heading.status
        version = heading.version if heading and status != "unreleased" else None
        blocks = partial(_blocks, file, found)
        yield Section(version, title or "Unreleased", day, found.start + 1, 1, blocks, status)


def _directives(lines: Sequence[str], opening: re.Pattern[str], start: int, end: int) -> Iterator[_Directive]:
    """Yield the directives of one name between two lines; each holds the lines that are indented more than it."""
    index = start
    while index < end:
        found = opening.match(lines[index])
        if not found:
            index += 1
            continue
        indent = len(found["indent"])
        first = index
        index += 1
        while index < end and (not lines[index] or _indent(lines[index]) > indent):
            index += 1
        content, options = _options(lines, first + 1, index)
        yield _Directive(first, content, index, options)


def _options(lines: Sequence[str], start: int, end: int) -> tuple[int, dict[str, str]]:
    """Return where the options of a directive end, and what they say; one may go on, indented, on the next line."""
    options: dict[str, str] = {}
    name, index = "", start
    for index in range(start, min(end, start + _LINES_OF_OPTIONS)):
        found = _OPTION.match(lines[index])
        if found:
            name = found["name"]
            options.setdefault(name, found["value"].strip())
        elif name and lines[index] and _indent(lines[index]) > _indent(lines[index - 1]):
            options[name] = f"{options[name]} {lines[index].strip()}".strip()
        else:
            return index, options
    return min(index + 1, end), options


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _blocks(file: _File, release: _Directive) -> Iterator[Block]:
    """Yield what one release says: what stands before its changes, then the changes by category."""
    end = min(release.end, release.content + _limits.MOST_LINES)
    changes = list(_directives(file.lines, _CHANGE, release.content, end))
    prose = changes[0].start if changes else end
    yield from _read(file, release.content, prose)
    categories: dict[str, list[_Directive]] = {}
    for change in changes:
        categories.setdefault(_category(_tags(change)), []).append(change)
    for category, members in categories.items():
        yield Block("heading", category, 2, (), members[0].start + 1)
        for change in members:
            yield from _change(file, change)
    yield from _limits.left_out(1, end + 1) if end < release.end else ()


def _read(file: _File, start: int, end: int) -> Sequence[Block]:
    """Return what some lines say, however far they are indented."""
    lines = file.lines[start:end]
    margin = min((_indent(line) for line in lines if line), default=0)
    return _rst.blocks([line[margin:] for line in lines], start + 1, 1, file.names)


def _tags(change: _Directive) -> list[str]:
    return [" ".join(tag.split()) for tag in change.options.get("tags", "").split(",") if tag.strip()]


def _category(tags: Sequence[str]) -> str:
    words = {word for tag in tags for word in (tag.casefold(), *tag.casefold().split())}
    return next((title for tag, title in _CATEGORIES.items() if tag in words), _OTHER)


def _change(file: _File, change: _Directive) -> Iterator[Block]:
    """Yield one change: its first paragraph is an item, with its other tags in front and its tickets behind."""
    tags = [tag for tag in _tags(change) if tag.casefold() not in _CATEGORIES or tag.casefold() in _TELLING]
    label = f"[{', '.join(dict.fromkeys(tags))}] " if tags else ""
    tickets = [ticket.strip().lstrip("#") for ticket in change.options.get("tickets", "").split(",")]
    behind = ", ".join(f"#{ticket}" if ticket.isdecimal() else ticket for ticket in tickets if ticket)
    first, *more = _read(file, change.content, change.end) or [Block("paragraph", "")]
    if first.kind != "paragraph":
        first, more = Block("paragraph", ""), [first, *more]
    text = f"{label}{first.text}{f' ({behind})' if behind else ''}".strip()
    if text:
        yield Block("item", text, 1, first.links, change.start + 1)
    for block in more:
        kind = "paragraph" if block.kind == "heading" else block.kind
        yield block._replace(kind=kind, level=block.level + 1 if kind == "item" else -1)


STYLE = Style("sphinx", _looks, _sections)
