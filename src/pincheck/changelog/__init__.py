"""Release notes as values, in whatever style they are written.

A style finds where each release stands at the price of one scan; only the releases that are asked for are read.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise

from packaging.version import Version

from pincheck.changelog import _entries, _limits, github, html, markdown, plain, restructured, sphinx
from pincheck.changelog._blocks import Section, Style, Written
from pincheck.upgrades import Coming, Notes

# The first whose marks a text bears is asked; each looks at the media type, then at the path, then at the text.
# Markdown may underline its titles as reStructuredText does, so that is asked first.
STYLES: tuple[Style, ...] = (
    github.STYLE,
    html.STYLE,
    sphinx.STYLE,
    restructured.STYLE,
    markdown.STYLE,
    plain.STYLE,
)


def style(written: Written | str) -> Style | None:
    """Return the style that release notes are written in, None where no style knows them."""
    found = _written(written)
    return next((one for one in STYLES if one.looks(found)), None)


def sections(written: Written | str) -> Iterator[Section]:
    """Yield where each release stands, and what is not released yet, in the order of the text, up to a limit."""
    return islice(_sections(_written(written)), _limits.MOST_RELEASES)


def _sections(whole: Written) -> Iterator[Section]:
    # A server may call a text what it is not; then its own looks decide.
    for one in (whole, whole._replace(media_type="", path="")):
        found = style(one)
        first, rest = _first(found.sections(one)) if found else (None, iter(()))
        if first is not None:
            yield first
            yield from rest
            return


def _first(found: Iterator[Section]) -> tuple[Section | None, Iterator[Section]]:
    return next(found, None), found


def parse(written: Written | str) -> tuple[Notes, ...]:
    """Return every released section, in the order of the text; `()` where it tells of no version."""
    return tuple(_notes(_released(written)))


def between(written: Written | str, low: Version, high: Version) -> tuple[Notes, ...]:
    """Return the sections with `low < version <= high`, newest first; nothing else is read.

    Not even notes in strictly descending order are cut at the first version that is low enough: maintenance releases
    stand anywhere, and passing a section over costs nothing.
    """
    wanted = [(section, version) for section, version in _released(written) if low < version <= high]
    return tuple(_notes(sorted(wanted, key=lambda pair: pair[1], reverse=True)))


def versions(written: Written | str) -> tuple[Version, ...]:
    """Return the versions that `parse` tells of, in the order of the text, at the price of one scan."""
    return tuple(version for _, version in _released(written))


def unreleased(written: Written | str) -> Coming | None:
    """Return the changes that no release has yet, None where the notes tell of none."""
    for section in sections(written):
        known, _ = _limits.within(section, _limits.MOST_BLOCKS) if section.version is None else (None, 0)
        if known and (entries := _entries.entries(known)):
            return Coming(section.title, section.line, entries)
    return None


def doubts(written: Written | str) -> tuple[str, ...]:
    """Return what is odd about the notes: versions that do not descend, those told of twice, and far too many."""
    whole = _written(written)
    found = versions(whole)
    climbs = [f"`{below}` below `{above}`" for above, below in pairwise(found) if above < below]
    twice = [version for version, count in Counter(found).items() if count > 1]
    said = []
    if climbs:
        said.append(f"the notes are not in descending order: {_few(climbs)}")
    if twice:
        said.append(f"the notes tell of a version more than once: {_few([f'`{version}`' for version in twice])}")
    if next(islice(_sections(whole), _limits.MOST_RELEASES, None), None):
        said.append(f"the notes tell of more than {_limits.MOST_RELEASES} releases: the others were not looked at")
    return tuple(said)


def _few(items: list[str]) -> str:
    return f"{items[0]} and {len(items) - 1} more" if len(items) > 1 else items[0]


def _released(written: Written | str) -> Iterator[tuple[Section, Version]]:
    for section in sections(written):
        if section.version is not None and section.status != "unreleased":
            yield section, section.version


def _notes(found: Iterable[tuple[Section, Version]]) -> Iterator[Notes]:
    """Yield what each release says; where they say far too much, the last of them only that they were not read."""
    left = _limits.MOST_BLOCKS
    for section, version in found:
        known, left = _limits.within(section, left)
        entries = _entries.entries(known)
        yield Notes(version, section.date, section.line, entries, section.status, section.link)


def _written(written: Written | str) -> Written:
    return Written(written) if isinstance(written, str) else written


__all__ = [
    "STYLES",
    "Section",
    "Style",
    "Written",
    "between",
    "doubts",
    "parse",
    "sections",
    "style",
    "unreleased",
    "versions",
]
