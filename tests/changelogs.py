"""What the tests of release notes share: small readers, a whole CommonMark parser, and the real files."""

import os
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from packaging.version import Version

from pincheck import changelog
from pincheck.upgrades import Entry, Notes

DATA = Path(os.environ.get("PINCHECK_DATA") or Path(__file__).parents[1] / "../shared/data") / "notes"


SMALL = """\
---
hide:
  - navigation
---

# Release Notes

## Latest Changes

* Not released yet. PR [#9](https://github.com/fastapi/fastapi/pull/9) by [@ann](https://github.com/ann).

## 0.3.0 (2026-03-01)

Please read on.

### Breaking Changes

* Split the router. PR [#8](https://github.com/fastapi/fastapi/pull/8) by [@ann](https://github.com/ann).

Now you write:

```python
## 0.2.9
app.frontend()
```

#### Features

* A *new* thing.
    * With a detail.
        * And one more.

### Docs

* Tell of the breaking change. PR [#7](https://github.com/fastapi/fastapi/pull/7) by [@bot[bot]](https://github.com/apps/bot).

## 0.2.1

### Fixes

* Fix it.

## Upgrades

* Upgrade it.

### Internal

* Polish it.

## 0.2.0

* The first.
* The second.
"""


def real(name: str) -> str:
    """Return the text of a package's real release notes; the test is skipped where they are not there."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"PINCHECK_DATA names no folder with notes/{name}, the package's own release notes")
    return path.read_bytes().decode()


def entries(markdown: str) -> tuple[Entry, ...]:
    """Return the entries of a single release that has this body."""
    (notes,) = changelog.parse(f"## 1.2.3\n\n{markdown}")
    return notes.entries


def versions_of(notes: tuple[Notes, ...]) -> tuple[Version, ...]:
    return tuple(release.version for release in notes)


def commonmark_versions(text: str) -> Iterator[Version]:
    """Yield the versions of the outermost headings that a whole CommonMark parser finds."""
    tokens = MarkdownIt("commonmark").parse(text)
    for opening, inline in pairwise(tokens):
        found = re.match(r"[0-9.]+[0-9](?:b1|\.dev2)?(?= \(|$)", inline.content)
        if opening.type == "heading_open" and opening.level == 0 and opening.tag == "h2" and found:
            yield Version(found[0])
