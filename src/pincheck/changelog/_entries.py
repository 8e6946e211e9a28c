"""What a section of release notes says, as entries: each with its category and what kind of change it is."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
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
# towncrier's "Deprecations and Removals" holds both, "Deprecations (removal in next major release)" only the first.
_DEPRECATIONS = re.compile(r"^\W*deprecat(?:ions?|ed)\b", re.IGNORECASE)
_LATER = re.compile(r"\((?:for |pending )?remov(?:e|ed|als?)\b", re.IGNORECASE)
_REMOVED = re.compile(r"\b(?:remov(?:e|es|ed|ing)|drop(?:s|ped)?|deleted?)\b", re.IGNORECASE)
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
# "Contributed by Jane Doe in PR 18372": a paragraph of thanks below what it is for.
_CREDIT = re.compile(
    r"\W{0,3}(?:(?:this was )?contributed|patch(?:es)?|fixed|reported) by [^.]{1,200}\.?\W{0,3}", re.IGNORECASE
)
# An entry with a title of its own: cryptography writes `BACKWARDS INCOMPATIBLE:`, Pydantic `Breaking Change:`.
_LABELLED = re.compile(
    r"\W{0,6}(?:backwards?[- ]incompatible(?: changes?)?|breaking(?: changes?)?)\W{0,4}:", re.IGNORECASE
)
_LABEL = re.compile(r"[^\W\d_][\w/-]*(?: [\w/&-]+){0,2}:")
_LOWEST_TITLE = 6
_FOOTER = re.compile(r"(?:full changelog|diff|compare(?: changes)?|commits)[\s*:]{0,8}https?://\S+", re.IGNORECASE)

_AUTHOR = r"@[\w-]+(?:\[bot\])?"
# What towncrier's template of aio-libs puts below each entry.
_RELATED = re.compile(
    r"related issues and pull requests on github: (?P<numbers>#[0-9]+(?:, #[0-9]+)*)\.?", re.IGNORECASE
)
_TRAILER = re.compile(
    r"(?:^|(?<=[^\w\s,]) )(?:(?:Original|Initial) )?PR #?[0-9]+"
    rf"(?: by {_AUTHOR}(?:(?:,| and) {_AUTHOR})*)?\.?$"
    rf"|\.? by {_AUTHOR}(?:(?:,| and) {_AUTHOR})* in "
    r"(?:https://github\.com/[^/\s]+/[^/\s]+/(?:pull|issues)/|(?:[\w.-]+/[\w.-]+)?#)[0-9]+$"
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
    for group in _groups(_titled(section.blocks())):
        if group[0].kind == "heading":
            path = _path(path, group[0], section.level)
        elif entry := _entry(group, path):
            found.append(entry)
    return tuple(found)


def _titled(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield the blocks, with a paragraph like `Bug fixes:` above a list as the title that it is meant to be.

    marshmallow and peewee write so. After such a title, one that says nothing (`Other:`) ends what it began.
    """
    before: Block | None = None
    inside = False
    for block in chain(blocks, (None,)):
        if before is not None:
            is_list = block is not None and block.kind == "item" and block.level == 1
            is_title = before.kind == "paragraph" and before.level == 0 and _LABEL.fullmatch(before.text) is not None
            if is_list and is_title and (inside or _kind_of_title(before.text) != "other"):
                before = before._replace(kind="heading", text=before.text.rstrip(": "), level=_LOWEST_TITLE)
                inside = True
            elif before.kind == "heading":
                inside = False
            yield before
        before = block


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
    if _DEPRECATIONS.search(title) and _LATER.search(title):
        return "deprecation"
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
    if _CREDIT.fullmatch(text):
        return "noise", ""
    if kind == "breaking" and _only_deprecates(text, path):
        return "deprecation", ""
    if kind in _NEVER_LOUDER:
        return kind, ""
    if _LABELLED.match(text):
        return "breaking", ""
    if words := _signals.breaking(text, behaviour=kind != "dependency"):
        return "breaking", words
    if kind != "security" and (words := _signals.security(text)):
        return "security", words
    if kind in _MAY_DEPRECATE and (words := _signals.deprecation(text)):
        return "deprecation", words
    if kind in _MAY_REQUIRE and block.kind == "item" and (words := _signals.requirement(_text(block))):
        return "dependency", words
    return kind, ""


def _only_deprecates(text: str, path: tuple[_Title, ...]) -> bool:
    """Tell whether an entry below "Deprecations and Removals" is one of the former."""
    both = any(_DEPRECATIONS.search(title.text) for title in path)
    return both and _signals.deprecation(text) != "" and not (_signals.breaking(text) or _REMOVED.search(text))


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
    if related := _RELATED.fullmatch(block.text):
        return f"({related['numbers']})"
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
