"""What release notes tell of a range, in lines for a person: what breaks first, the rest by what it is.

A range may hold a hundred releases. What breaks is named for each of them, with a link, before anything else; of the
rest as much is listed as fits, and how much more there is.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pincheck.reports._plain import safe, safe_lines
from pincheck.upgrades import Digest, Entry, Fact, Notes

# Titles by the kind of their entries, in the order in which a person has to act on them.
_TITLES = {
    "security": "security",
    "deprecation": "deprecations",
    "dependency": "dependencies",
    "feature": "features",
    "fix": "fixes",
    "change": "other changes",
    "other": "uncategorised",
}
# One entry of release notes may take this much of the screen, and less where many stand below each other.
_LONGEST_ENTRY = 600
_SHORT_ENTRY = 110
_MOST_LINES_BELOW = 12
# So many entries that break things are listed whole; above that, each release is cut to its first ones.
_FEW = 12
# So many entries of any other kind are listed, and so many releases that only sound as if they broke something.
_MOST_OF_A_KIND = 10
_REMOVED = re.compile(r"removed|removals?", re.IGNORECASE)
_SAYS_SO = re.compile(r"remov|drop|delet|no longer|any ?more|n['’]t\b|\bnot\b|\bstop|\bgone\b", re.IGNORECASE)


class _Told(NamedTuple):
    notes: Notes
    entry: Entry


def lines(digest: Digest, *, verbose: bool = False) -> Iterator[str]:
    """Yield the lines, each indented by two blanks; `verbose` cuts nothing."""
    if digest.missing:
        yield f"  release notes not available: {safe(digest.missing)}"
    yield from breaking(digest.notes, verbose=verbose)
    told = [_Told(notes, entry) for notes in digest.notes for entry in _once(notes.entries)]
    for kind, title in _TITLES.items():
        yield from _kind(title, [one for one in told if one.entry.kind == kind], verbose=verbose)
    noise = sum(one.entry.noise for one in told)
    if noise:
        yield f"  not shown: {counted(noise, 'entry', 'entries')} of documentation, translations or internals"
    yield from _gaps(digest)
    if verbose:
        yield from (f"  looked for release notes: {safe(reason)}" for reason in digest.passed_over)


def breaking(told: Sequence[Notes], *, verbose: bool = False) -> Iterator[str]:
    """Yield what breaks, by release: under a heading that says so, then where only the words of an entry do."""
    headed = [notes for notes in told if any(entry.breaking and not entry.signal for entry in notes.entries)]
    if headed:
        yield "  breaking changes"
    entries = sum(len(_breaking(notes)) for notes in headed)
    share = entries if verbose or entries <= _FEW else max(1, _FEW // len(headed))
    for notes in headed:
        yield from _section(notes, share, short=share < entries)
    rest = [notes for notes in told if notes not in headed and _breaking(notes)]
    if rest:
        yield "  may break: no heading says so, the words do"
    shown = rest if verbose else rest[:_MOST_OF_A_KIND]
    for notes in shown:
        found = _breaking(notes)
        yield from _one(notes, found[0], short=not verbose and len(rest) > 1)
        yield from (line for entry in found[1:] if verbose for line in _one(notes, entry, short=False))
        if found[1:] and not verbose:
            yield f"      and {len(found) - 1} more"
    if len(rest) > len(shown):
        more = ", ".join(str(notes.version) for notes in rest[len(shown) :])
        yield f"    and in {more} (listed with `--verbose`)"


def _breaking(notes: Notes) -> list[Entry]:
    return _once(entry for entry in notes.entries if entry.breaking)


def _once(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries without what the notes of one release say twice in the same words."""
    return list({(entry.kind, entry.text): entry for entry in reversed(list(entries))}.values())[::-1]


def _section(notes: Notes, most: int, *, short: bool) -> Iterator[str]:
    """Yield one release whose heading says that it breaks something: its first entries, and a link to each or to it."""
    entries = _breaking(notes)
    for entry in entries[:most]:
        yield from _one(notes, entry, short=short)
    if len(entries) > most:
        yield f"      and {len(entries) - most} more"


def _one(notes: Notes, entry: Entry, *, short: bool) -> Iterator[str]:
    first, *rest = _text(entry, short=short)
    yield f"    {notes.version}{dated(notes)}: {first}"
    yield from (f"      {line}" for line in rest)
    yield from (f"      {safe(link)}" for link in _links(notes, entry))


def _kind(title: str, told: Sequence[_Told], *, verbose: bool) -> Iterator[str]:
    """Yield the entries of one kind, newest release first."""
    if not told:
        return
    many = len(told) > _MOST_OF_A_KIND and not verbose
    yield f"  {title}"
    for notes, entry in told[: _MOST_OF_A_KIND if many else None]:
        first, *rest = _text(entry, short=many)
        yield f"    {notes.version}: {first}"
        if not many:
            yield from (f"      {line}" for line in rest)
            yield from (f"      {safe(link)}" for link in _links(notes, entry))
    if many:
        yield f"    and {len(told) - _MOST_OF_A_KIND} more (listed with `--verbose`)"


def _text(entry: Entry, *, short: bool) -> list[str]:
    # "Python 3.8 support." below "Removed" would read as its opposite.
    label = f"{entry.category}: " if _REMOVED.fullmatch(entry.category) and not _SAYS_SO.search(entry.text) else ""
    first, *rest = safe_lines(label + entry.text) or [""]
    longest = _SHORT_ENTRY if short else _LONGEST_ENTRY
    shown = first if len(first) <= longest else f"{first[:longest].rstrip()}…"
    return [shown] if short else [shown, *rest[:_MOST_LINES_BELOW]]


def _links(notes: Notes, entry: Entry) -> Iterable[str]:
    """Return where to read on: the entry's own links, else that of its release."""
    return entry.links[:2] or ((notes.link,) if notes.link else ())


def dated(notes: Notes) -> str:
    """Return the date of a release after a blank, `""` where the notes have none."""
    return f" ({notes.date})" if notes.date else ""


def _gaps(digest: Digest) -> Iterator[str]:
    """Say which releases the notes or the index do not have, and what is odd about the notes."""
    if digest.without:
        label = "releases up to it:" if digest.missing else "no notes found for"
        yield f"  {label} {', '.join(map(str, digest.without))}"
    if digest.unpublished:
        yield f"  never published, only in the notes: {', '.join(map(str, digest.unpublished))}"
    if digest.coming:
        yield f"  coming, not released yet: {counted(digest.coming, 'entry', 'entries')}"
    yield from (f"  note: {safe(doubt)}" for doubt in digest.doubts)


def facts(known: Sequence[Fact]) -> Iterator[str]:
    """Yield where each fact comes from."""
    yield from (f"  {fact.subject} from {safe(fact.place)}" for fact in known)


def counted(number: int, one: str, many: str) -> str:
    """Return a number and what is counted."""
    return f"{number} {one if number == 1 else many}"
