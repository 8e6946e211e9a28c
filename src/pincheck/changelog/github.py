"""The releases of a GitHub repository as its API lists them; the body of each is Markdown.

GitHub REST API, "List releases": fields `tag_name`, `name`, `draft`, `published_at`, `body` and `html_url`.
"""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from pincheck.changelog import _headings, _inline, _limits
from pincheck.changelog._blocks import Block, Section, Style, Written

_TYPES = {"application/vnd.github+json", "application/vnd.github.v3+json"}
# A body's own headings are one level below the heading that its release would have in a file.
_LEVEL = 2


def _looks(written: Written) -> bool:
    if written.media_type in _TYPES:
        return True
    return written.text.lstrip("\ufeff \t\r\n").startswith(("[", "{")) and any(_releases(written.text))


def _sections(written: Written) -> Iterator[Section]:
    """Yield a section for each release, newest first; drafts and the tags of other packages are left out."""
    found = []
    for release in _releases(written.text):
        version = _headings.tag(release["tag_name"], written.package)
        if version is not None and release.get("draft") is not True:
            found.append((version, release))
    for version, release in sorted(found, key=lambda pair: pair[0], reverse=True):
        blocks = partial(_blocks, _written(release, "body"))
        title = _written(release, "name").strip() or release["tag_name"]
        link = _written(release, "html_url")
        day = _headings.read_date(_written(release, "published_at")[:10])
        yield Section(version, title, day, 0, _LEVEL, blocks, link=link if link.startswith("https://") else "")


def _releases(text: str) -> Iterator[dict[str, Any]]:
    """Yield the releases of an answer, a list or a single one; whatever else it holds is passed over."""
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return
    for release in document if isinstance(document, list) else [document]:
        if isinstance(release, dict) and isinstance(release.get("tag_name"), str):
            yield release


def _blocks(body: str) -> Iterator[Block]:
    markup, whole = _limits.cut(body.replace("\r\n", "\n").replace("\r", "\n"))
    yield from _inline.blocks(markup, 0, {})
    yield from () if whole else _limits.left_out(_LEVEL)


def _written(release: dict[str, Any], field: str) -> str:
    """Return a field's text, `""` where it is none; half of a surrogate pair, which JSON may escape, is replaced."""
    value = release.get(field)
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else ""


STYLE = Style("github", _looks, _sections)
