"""Where the project URLs of a package say that its release notes are (PEP 753, "Well-known project URLs").

An address that shows a file of a repository to people becomes the address of the file's own text.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

_LABELS = ("changelog", "releasenotes", "changes", "whatsnew", "history", "docschangelog", "releases", "news")
_SOURCES = (
    "source",
    "repository",
    "sourcecode",
    "github",
    "code",
    "homepage",
    "sources",
    "repo",
    "git",
    "home",
    "issues",
    "bugtracker",
    "tracker",
)
_MOST_URLS = 200
_LONGEST_URL = 2_000
_LONGEST_SHOWN = 400

# Segments of an address that stand for no owner on GitHub.
_NO_OWNERS = {"about", "apps", "features", "login", "marketplace", "orgs", "settings", "sponsors", "topics", "users"}
_OWNER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_SEGMENT = re.compile(r"(?!\.{1,2}$)(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+")
_TEXT = re.compile(r".*\.(?:md|markdown|rst|txt)", re.IGNORECASE)

# The names under which repositories keep release notes, the most common first; every try costs a request.
_USUAL = (
    "CHANGELOG.md", "CHANGES.rst", "CHANGES.md", "HISTORY.md", "docs/release-notes.md", "CHANGELOG.rst",
    "docs/en/docs/release-notes.md", "docs/changelog.md",
)  # fmt: skip


class Page(NamedTuple):
    """An address to be read as it is."""

    url: str


class Repository(NamedTuple):
    """A repository on GitHub, or a folder in it (`""`: all of it) at a branch, tag or commit."""

    owner: str
    name: str
    ref: str = "HEAD"
    folder: str = ""


class Raw(NamedTuple):
    """A file in a repository on GitHub; `path` begins with its branch, tag or commit."""

    repository: Repository
    path: str


class Releases(NamedTuple):
    """The releases of a repository on GitHub."""

    repository: Repository


Place = Page | Raw | Releases


def label(text: str) -> str:
    """Return a label as PEP 753 compares it: without punctuation and blanks, in lower case."""
    return "".join(character for character in text.lower() if character.isalnum())


def changelogs(urls: Iterable[tuple[str, str]]) -> tuple[Place | Repository, ...]:
    """Return the places that are labelled as release notes, the best label first."""
    return tuple(dict.fromkeys(place(url) for url in _labelled(urls, _LABELS)))


def repository(urls: Iterable[tuple[str, str]]) -> Repository | None:
    """Return the repository on GitHub that the URLs name, by the best of their labels; None where there is none."""
    for url in _labelled(urls, _SOURCES):
        found = place(url)
        if isinstance(found, Repository):
            return found
        if isinstance(found, Raw | Releases):
            return found.repository
    return None


def _labelled(urls: Iterable[tuple[str, str]], labels: Sequence[str]) -> list[str]:
    named = [(label(text), url) for text, url in list(urls)[:_MOST_URLS] if len(url) <= _LONGEST_URL]
    found = [url for wanted in labels for text, url in named if text == wanted]
    if labels is _LABELS:
        found += [url for text, url in named if text.startswith("changelog")]
    return list(dict.fromkeys(url.strip() for url in found))


def place(url: str) -> Place | Repository:
    """Return what an address leads to; the page of a file leads to the file."""
    try:
        parts = urlsplit(url.removeprefix("git+"))
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return Page(url)
    if host == "github.com" and parts.scheme in {"http", "https"}:
        return _on_github([part for part in parts.path.split("/") if part]) or Page(url)
    # GitLab, then Bitbucket, then Forgejo and Gitea: they differ from each other, and not by their hosts.
    path = parts.path.replace("/-/blob/", "/-/raw/", 1)
    if host == "bitbucket.org":
        path = re.sub(r"^(/[^/]+/[^/]+)/src/", r"\1/raw/", path)
    path = re.sub(r"^(/[^/]+/[^/]+)/src/(branch|tag|commit)/", r"\1/raw/\2/", path)
    return Page(urlunsplit(parts._replace(path=path, query="")) if path != parts.path else url)


def _on_github(segments: Sequence[str]) -> Place | Repository | None:
    """Return what the path of an address on GitHub leads to; None where it is no repository's."""
    owner, name, kind, ref = [*segments[:4], "", "", "", ""][:4]
    name = name.removesuffix(".git")
    if owner.lower() in _NO_OWNERS or not _OWNER.fullmatch(owner) or not _NAME.fullmatch(name) or name in {".", ".."}:
        return None
    whole = Repository(owner, name)
    if not all(_SEGMENT.fullmatch(segment) for segment in segments[3:]):
        return whole
    path = "/".join(segments[4:])
    if kind in {"blob", "raw"} and path:
        return Raw(whole, f"{ref}/{path}")
    if kind == "tree" and ref:
        return Raw(whole, f"{ref}/{path}") if _TEXT.fullmatch(path) else Repository(owner, name, ref, path)
    if kind in {"releases", "tags"}:
        return Releases(whole)
    return None if kind == "wiki" else whole


def usual(found: Repository) -> tuple[str, ...]:
    """Return where a repository may keep its release notes, seen from its root, most likely first; begins with the ref."""
    folder = f"{found.ref}/{found.folder}/" if found.folder else f"{found.ref}/"
    return tuple(f"{folder}{name}" for name in _USUAL)


def pointed(text: str, path: str) -> str:
    """Return the path that a link between files leads to, `""` where the text of a file is no such link.

    A server of raw files gives for a link what it says: `docs/release-notes.md`.
    """
    target = text.strip()
    if len(target) > 200 or not _TEXT.fullmatch(target) or not re.fullmatch(r"[\w./-]+", target, re.ASCII):  # noqa: PLR2004 - longer than any such path
        return ""
    ref, *above = path.split("/")[:-1]
    for segment in target.split("/"):
        if segment == ".." and above:
            above.pop()
        elif segment == ".." or not segment:
            return ""
        elif segment != ".":
            above.append(segment)
    return "/".join([ref, *above])


def readable(text: str) -> str:
    """Return a text with addresses in it without what steers a terminal, and not too long."""
    shown = "".join(character for character in text[: 2 * _LONGEST_SHOWN] if character.isprintable())
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[: _LONGEST_SHOWN - 1]}…"
