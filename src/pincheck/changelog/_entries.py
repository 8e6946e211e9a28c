"""What a section of release notes says, as entries: each with its category and what kind of change it is."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pincheck.changelog import _signals
from pincheck.changelog._blocks import Block, Section
from pincheck.upgrades import Entry, Kind

# What the title of a category says; the first that matches counts.
_TITLES: dict[Kind, re.Pattern[str]] = {
    "breaking": re.compile(
        r"(?<!non-)breaking|backwards?\W+incompatib|\bincompatible\b|\bremov(?:e|es|ed|als?)\b", re.IGNORECASE
    ),
    "security": re.compile(r"\bsecurity\b|\bvulnerabilit", re.IGNORECASE),
    "deprecation": re.compile(r"\bdeprecat", re.IGNORECASE),
    "noise": re.compile(
        r"^\W*(?:docs?|translations?|internals?|misc\w*|chores?|contribut\w+|maintenance)\b|^\W*(?:ci|tests?)\W*$"
        r"|\b(?:docs|documentation|internal|contributors|contributor-facing)\b",
        re.IGNORECASE,
    ),
    "dependency": re.compile(
        r"\bupgrad(?:es?|ing)\b|\bpackaging\b|\bdependenc(?:y|ies)\b(?! (?:with|injection))|\brequirements?\b",
        re.IGNORECASE,
    ),
    "feature": re.compile(r"\bfeatures?\b|\badd(?:ed|itions?)?\b|\bhighlights?\b|^\W*new\b", re.IGNORECASE),
    "fix": re.compile(r"fix|\bbugs?\b", re.IGNORECASE),
    "change": re.compile(
        r"\brefactor|\bchang(?:es?|ed)\b|\bperformance\b|\bimprove|\benhance|\bupdate[sd]?\b", re.IGNORECASE
    ),
}
# `What's Changed` and the like say nothing, so what stands below may.
_WEAK: frozenset[Kind] = frozenset({"other", "change"})
_LOUD: tuple[Kind, ...] = ("breaking", "noise", "security")
_NEVER_LOUDER: frozenset[Kind] = frozenset({"breaking", "noise"})
_MAY_DEPRECATE: frozenset[Kind] = frozenset({"other", "feature", "change", "dependency"})
_MAY_REQUIRE: frozenset[Kind] = frozenset({"other", "feature", "change", "fix"})

# Where no category says it, the first sign of an item may. Emoji are compared without their variation selector; the
# words are those of Conventional Commits.
_EMOJI: dict[str, Kind] = {
    **dict.fromkeys("✨🎉🚸", "feature"),
    **dict.fromkeys("🐛🚑🩹", "fix"),
    **dict.fromkeys("♻⚡🎨🏷🔊🔇", "change"),
    **dict.fromkeys("⬆⬇📌➕➖", "dependency"),
    **dict.fromkeys("📝🌐👷👥✏🔧✅💚📄🍱🔨🙈💡", "noise"),
}
_COMMIT = re.compile(
    r"(?P<word>feat|fix|docs?|chore|ci|tests?|build|style|refactor|perf|deps)(?:\([^()]{0,60}\))?!?: ", re.IGNORECASE
)
_COMMITS: dict[str, Kind] = {
    **dict.fromkeys(("feat",), "feature"),
    **dict.fromkeys(("fix",), "fix"),
    **dict.fromkeys(("refactor", "perf"), "change"),
    **dict.fromkeys(("doc", "docs", "chore", "ci", "test", "tests", "build", "style", "deps"), "noise"),
}
_PICTURES = re.compile("^(?:[\u2190-\u2bff\U0001f000-\U0001faff]\ufe0f?)")

# Robots move the versions that a repository works with, not those that a package requires.
_BY_ROBOT = re.compile(r"\bby @[\w-]+(?:\[bot\]|-ci\b)|\bby @(?:dependabot|renovate|github-actions)\b")
_FOOTER = re.compile(r"(?:full changelog|diff|compare(?: changes)?|commits)[\s*:]{0,8}https?://\S+", re.IGNORECASE)

_AUTHOR = r"@[\w-]+(?:\[bot\])?"
_TRAILER = re.compile(
    r"(?:^|(?<=[^\w\s,]) )(?:(?:Original|Initial) )?PR #?[0-9]+"
    rf"(?: by {_AUTHOR}(?:(?:,| and) {_AUTHOR})*)?\.?$"
    rf"|\.? by {_AUTHOR}(?:(?:,| and) {_AUTHOR})* in (?:https://github\.com/[^/\s]+/[^/\s]+/(?:pull|issues)/|#)[0-9]+$"
)
_LONGEST_TRAILER = 400
_PULL_REQUEST = re.compile(r"https://github\.com/[^/]+/[^/]+/pull/[0-9]+")
_PROFILE = re.compile(r"https://github\.com/(?:apps/)?[^/]+/?")


class _Title(NamedTuple):
    level: int
    text: str
    kind: Kind


def entries(section: Section) -> tuple[Entry, ...]:
    """Return what a section says, in its order; a nested item is told with the item it stands in."""
    found: list[Entry] = []
    path: tuple[_Title, ...] = ()
    for group in _groups(section.blocks()):
        if group[0].kind == "heading":
            path = _path(path, group[0], section.level)
        elif entry := _entry(group, path):
            found.append(entry)
    return tuple(found)


def _groups(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Yield each heading, and each outermost block with all that belongs to it: what is nested, and code right below."""
    group: list[Block] = []
    for block in blocks:
        nested = block.level < 0 or (block.kind == "item" and block.level > 1)
        if group and group[0].kind != "heading" and (nested or block.kind == "code"):
            group.append(block)
            continue
        if group:
            yield group
        group = [block]
    if group:
        yield group


def _path(path: tuple[_Title, ...], block: Block, release: int) -> tuple[_Title, ...]:
    """Return the category that holds from a heading on and, where the heading lies inside a category, the heading.

    `#### Features` of a breaking category is still breaking; FastAPI 0.137.0 has it.
    """
    title = _Title(block.level, block.text, _kind_of_title(block.text))
    inside = path and title.level > max(path[0].level, release + 1)
    return (path[0], title) if inside else (title,)


def _kind_of_title(title: str) -> Kind:
    return next((kind for kind, pattern in _TITLES.items() if pattern.search(title)), "other")


def _entry(group: list[Block], path: tuple[_Title, ...]) -> Entry | None:
    """Return what a block says with all that belongs to it, None where there are no words."""
    text = " ".join(filter(None, map(_text, group)))
    if not text:
        return None
    category = _category(path)
    kind, signal = _kind(text, group[0], path)
    return Entry(category, text, _links(link for block in group for link in block.links), kind, group[0].line, signal)


def _category(path: tuple[_Title, ...]) -> str:
    """Return the title of the category; the one below it where it says nothing by itself."""
    refined = len(path) > 1 and path[0].kind in _WEAK and path[1].kind not in _WEAK
    return path[refined].text if path else ""


def _kind(text: str, block: Block, path: tuple[_Title, ...]) -> tuple[Kind, str]:
    """Return the kind of an entry, and the words that made it other than what its category says."""
    kind = _kind_of_path(path)
    if kind in _WEAK:
        kind = _kind_by_sign(block, kind)
    if kind in _NEVER_LOUDER:
        return kind, ""
    if words := _signals.breaking(text, behaviour=kind != "dependency"):
        return "breaking", words
    if kind != "security" and (words := _signals.security(text)):
        return "security", words
    if kind in _MAY_DEPRECATE and (words := _signals.deprecation(text)):
        return "deprecation", words
    if kind in _MAY_REQUIRE and block.kind == "item" and (words := _signals.requirement(text)):
        return "dependency", words
    return kind, ""


def _kind_of_path(path: tuple[_Title, ...]) -> Kind:
    """Return what the titles above an entry say: the loudest, then the outermost that says anything."""
    kinds: list[Kind] = [title.kind for title in path]
    telling = [kind for kind in _LOUD if kind in kinds] + [kind for kind in kinds if kind not in _WEAK] + kinds
    return telling[0] if telling else "other"


def _kind_by_sign(block: Block, kind: Kind) -> Kind:
    """Return the kind that an item begins with a sign for, or who wrote it gives away."""
    if _FOOTER.fullmatch(block.text):
        return "noise"
    if block.kind != "item":
        return kind
    if _BY_ROBOT.search(block.text[-_LONGEST_TRAILER:]):
        return "noise"
    text = block.text.lstrip()
    if commit := _COMMIT.match(text):
        return _COMMITS.get(commit["word"].lower(), kind)
    found = _PICTURES.match(text) if kind == "other" else None
    return _EMOJI.get(found[0][0], kind) if found else kind


def _text(block: Block) -> str:
    """Return the words of one block of an entry, those of a nested item after a hyphen."""
    if block.kind == "code":
        return _code(block.text)
    words = _without_trailer(block.text)
    return f"- {words}" if words and block.kind == "item" and block.level > 1 else words


def _without_trailer(text: str) -> str:
    """Return a text without the pull request and the authors at its end, unless it is nothing else."""
    head, tail = text[:-_LONGEST_TRAILER], text[-_LONGEST_TRAILER:]
    return head + _TRAILER.sub("", tail) or text


def _code(content: str) -> str:
    """Return the first line of code between back-ticks: an entry is one line, in which indentation would be lost."""
    first, *more = [" ".join(line.split()) for line in content.splitlines() if line.strip()] or [""]
    return f"`{first} …`" if more else f"`{first}`" if first else ""


def _links(targets: Iterable[str]) -> tuple[str, ...]:
    """Return each web address once, pull requests first, people left out."""
    kept = [
        target
        for target in dict.fromkeys(targets)
        if target.startswith(("https://", "http://")) and not _PROFILE.fullmatch(target)
    ]
    return tuple(sorted(kept, key=lambda target: _PULL_REQUEST.match(target) is None))
