import os
import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from packaging.version import Version

from pincheck import changelog
from pincheck.upgrades import Entry, Notes

DATA = Path(os.environ.get("PINCHECK_DATA") or Path(__file__).parents[1] / "../shared/data") / "notes" / "fastapi"

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


def entries(markdown: str) -> tuple[Entry, ...]:
    """Return the entries of a single release that has this body."""
    (notes,) = changelog.parse(f"## 1.2.3\n\n{markdown}")
    return notes.entries


def versions_of(notes: tuple[Notes, ...]) -> tuple[Version, ...]:
    return tuple(release.version for release in notes)


def test_released_sections_come_in_file_order_with_date_and_line() -> None:
    found = [(str(notes.version), notes.date, notes.line) for notes in changelog.parse(SMALL)]
    assert found == [("0.3.0", date(2026, 3, 1), 12), ("0.2.1", None, 37), ("0.2.0", None, 51)]


def test_a_range_excludes_its_lower_end_and_includes_its_upper_one() -> None:
    notes = changelog.between(SMALL, Version("0.2.0"), Version("0.3.0"))
    assert versions_of(notes) == (Version("0.3.0"), Version("0.2.1"))


def test_a_range_is_newest_first_even_where_the_file_is_not() -> None:
    text = "## 1.0.1\n\n## 1.1.0\n\n## 1.0.0\n"
    assert versions_of(changelog.parse(text)) == (Version("1.0.1"), Version("1.1.0"), Version("1.0.0"))
    notes = changelog.between(text, Version("0"), Version("2"))
    assert versions_of(notes) == (Version("1.1.0"), Version("1.0.1"), Version("1.0.0"))


def test_every_block_becomes_an_entry_of_its_category() -> None:
    newest, patch, oldest = changelog.parse(SMALL)
    assert [(entry.category, entry.text) for entry in newest.entries] == [
        ("", "Please read on."),
        ("Breaking Changes", "Split the router."),
        ("Breaking Changes", "Now you write: `## 0.2.9 …`"),
        ("Breaking Changes", "A new thing. - With a detail. - And one more."),
        ("Docs", "Tell of the breaking change."),
    ]
    assert [entry.breaking for entry in newest.entries] == [False, True, True, True, False]
    assert [entry.noise for entry in newest.entries] == [False, False, False, False, True]
    assert [entry.category for entry in patch.entries] == ["Fixes", "Upgrades", "Internal"]
    assert [entry.noise for entry in patch.entries] == [False, False, True]
    assert [entry.category for entry in oldest.entries] == ["", ""]


@pytest.mark.parametrize(
    ("heading", "version", "day"),
    [
        ("## 0.1.19", "0.1.19", None),
        ("## 0.141.1 (2026-07-29)", "0.141.1", date(2026, 7, 29)),
        ("##\t0.141.1  (2026-07-29)  ##", "0.141.1", date(2026, 7, 29)),
        ("# 0.100.0b3", "0.100.0b3", None),
        ("## 0.111.0.dev1", "0.111.0.dev1", None),
        ("### Version 2.0", "2.0", None),
        ("## v2.12 (2025-10-07)", "2.12", date(2025, 10, 7)),
        ("## [2.4.1] - 2026-05-09", "2.4.1", date(2026, 5, 9)),
        ("## [26.1.0](https://example.org/tree/26.1.0) - 2026-03-19", "26.1.0", date(2026, 3, 19)),
        ("## 1.3.1 (June 12, 2026)", "1.3.1", None),
        ("## 1.3.1 (2026-02-30)", "1.3.1", None),
        ("## 3.7.0 (2021-02-24, subsequently yanked on 2021-02-25)", "3.7.0", date(2021, 2, 24)),
    ],
)
def test_a_heading_that_is_a_version_starts_a_release(heading: str, version: str, day: date | None) -> None:
    (notes,) = changelog.parse(heading)
    assert (notes.version, notes.date) == (Version(version), day)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Release Notes\n\n* An item.\n",
        '<h2 id="01370-2026-06-14">0.137.0 (2026-06-14)<a href="#01370">&para;</a></h2>\n<ul><li>An item.</li></ul>\n',
        "0.1.0\n",
        "##0.1.0\n",
        "####### 0.1.0\n",
        "## 1\n",
        "## Upgrade to 0.1.0\n",
        "## ١.٢.٣\n",
        f"## {'9' * 5000}.0\n",
        "    ## 0.1.0\n",
        "* ## 0.1.0\n",
        "> ## 0.1.0\n",
        "```\n## 0.1.0\n```\n",
        "~~~ text ` ```\n## 0.1.0\n```\n## 0.2.0\n~~~~\n",
        "````\n```\n## 0.1.0\n",
        "<!-- hidden\n## 0.1.0\n-->\n",
        "<!--\n## 0.1.0\n",
        "## Unreleased\n\n### Fixes\n",
    ],
)
def test_text_without_a_version_heading_tells_of_nothing(text: str) -> None:
    assert changelog.parse(text) == ()
    assert changelog.versions(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "```\n```\n## 0.1.0\n",
        "``` not ` a fence\n## 0.1.0\n",
        "  ~~~\n  code\n   ~~~\n## 0.1.0\n",
        "<!-- a whole comment -->\n## 0.1.0\n",
        "<!--\n-->\n## 0.1.0\n",
        "words <!-- of a paragraph\n## 0.1.0\n",
        "---\nhide: [navigation]\n---\n## 0.1.0\n",
        "---\n\n## 0.1.0\n\n---\n",
        "\ufeff## 0.1.0\n",
        "# Notes\r\n\r\n## 0.1.0\r\n\r\n* An item.\r\n",
        "# Notes\r## 0.1.0\r",
    ],
)
def test_what_only_looks_like_a_fence_or_a_comment_hides_no_release(text: str) -> None:
    assert changelog.versions(text) == (Version("0.1.0"),)
    assert versions_of(changelog.parse(text)) == (Version("0.1.0"),)


@pytest.mark.parametrize(
    "title", ["Latest Changes", "Latest changes", "Next", "Next release", "UNRELEASED", "[Unreleased]"]
)
@pytest.mark.parametrize("text", ["## {}\n\n* coming\n\n## 0.1.0\n", "## 0.1.0\n\n## {}\n\n* coming\n"])
def test_what_is_not_released_is_never_returned(title: str, text: str) -> None:
    (notes,) = changelog.parse(text.format(title))
    assert notes.version == Version("0.1.0")
    assert notes.entries == ()


def test_a_version_below_what_is_not_released_starts_no_release() -> None:
    assert changelog.versions("## Latest Changes\n\n### 9.9.9\n\n## 0.1.0\n") == (Version("0.1.0"),)


def test_a_deeper_version_heading_is_a_category() -> None:
    (notes,) = changelog.parse("## 0.2.0\n\n### 0.1.0\n\n* An item.\n")
    assert [(entry.category, entry.text) for entry in notes.entries] == [("0.1.0", "An item.")]


def test_a_category_may_stand_any_number_of_levels_below_its_release() -> None:
    found = entries("#### Fixes\n\n* a\n\n#### Docs\n\n* b\n\n### Added\n\n* c\n")
    assert [(entry.category, entry.noise) for entry in found] == [("Fixes", False), ("Docs", True), ("Added", False)]


@pytest.mark.parametrize(
    ("title", "breaking", "noise"),
    [
        ("Breaking Changes", True, False),
        ("Breaking changes", True, False),
        ("Breaking Changes - Upgrade", True, False),
        ("Fixes - Breaking Changes", True, False),
        ("Backward-incompatible Changes", True, False),
        ("Backwards-incompatible Changes:", True, False),
        ("Removals and backward incompatible breaking changes", True, False),
        ("Deprecations and Removals", True, False),
        ("Removed", True, False),
        ("💥 Breaking docs", True, False),
        ("Non-breaking changes", False, False),
        ("Features", False, False),
        ("Security fixes", False, False),
        ("Dependencies with `yield`, `HTTPException` and Background Tasks", False, False),
        ("Docs", False, True),
        ("📝 Documentation", False, True),
        ("Translations", False, True),
        ("Internal", False, True),
        ("Miscellaneous internal changes", False, True),
        ("Contributor-facing changes", False, True),
        ("New Contributors", False, True),
    ],
)
def test_the_title_of_a_category_says_what_kind_it_is(title: str, breaking: bool, noise: bool) -> None:
    assert entries(f"### {title}\n\n* An item.\n") == (Entry(title, "An item.", (), breaking, noise),)


@pytest.mark.parametrize(
    ("category", "inner", "breaking", "noise"),
    [
        ("Breaking Changes", "Features", True, False),
        ("Breaking Changes", "Docs", True, False),
        ("Highlights", "Specific Breaking Changes", True, False),
        ("Highlights", "Docs", False, True),
        ("Docs", "Features", False, True),
        ("Features", "Forms", False, False),
    ],
)
def test_a_heading_inside_a_category_inherits_its_kind(category: str, inner: str, breaking: bool, noise: bool) -> None:
    found = entries(f"### {category}\n\n#### {inner}\n\n* An item.\n\n#### Rest\n\n* Another.\n")
    assert found[0] == Entry(category, "An item.", (), breaking, noise)
    assert {entry.category for entry in found} == {category}


@pytest.mark.parametrize(
    ("text", "breaking"),
    [
        ("There are some possible **breaking changes** in the `TestClient` usage.", True),
        ("Upgrade Pydantic and update internal code to use it (breaking change).", True),
        ("BREAKING CHANGE: the default moved.", True),
        ("Breaking: the default moved.", True),
        ("This is a breaking API change.", True),
        ("Fix it. This is a breaking change.", True),
        ("This has no effect on most, but it is a breaking change.", True),
        ("A backwards-incompatible rename.", True),
        ("This is not backwards compatible.", True),
        ("Drop support for Pydantic v1.", True),
        ("This version drops support for Python 3.6.", True),
        ("An item\n    * with a breaking change below.", True),
        ("There are no major nor breaking changes in this release.", False),
        ("For most cases, upgrading won't have any breaking changes.", False),
        ("For most cases, upgrading won’t have any breaking changes.", False),
        ("This release has **no breaking changes**. 🎉", False),
        ("First to `0.68.2`, with no breaking changes, but upgrading all the sub-dependencies.", False),
        ("This would actually not be a _breaking_ change.", False),
        ("This fixes a breaking change introduced by 0.65.2.", False),
        ("Only non-breaking changes.", False),
        ("Deprecate it first, to avoid breaking changes.", False),
        ("This does not drop support for Python 3.9.", False),
        ("Keep backwards compatibility.", False),
        ("Handle an incompatibility with AnyIO 4.", False),
        ("Fix CSS breaking RTL languages.", False),
    ],
)
def test_words_tell_of_a_break_unless_they_deny_it(text: str, breaking: bool) -> None:
    assert [entry.breaking for entry in entries(f"* {text}\n")] == [breaking]
    assert [entry.breaking for entry in entries(f"### Fixes\n\n{text}\n")] == [breaking]
    assert [entry.breaking for entry in entries(f"### Internal\n\n* {text}\n")] == [False]


PULL = "https://github.com/fastapi/fastapi/pull"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        (f"* Fix it. PR [#1]({PULL}/1) by [@ann](https://github.com/ann).", "Fix it."),
        (f"* Fix it. PR [#1]({PULL}/1) by [@bot[bot]](https://github.com/apps/bot).", "Fix it."),
        (f"* Fix it. PR [#1]({PULL}/1) by [@a](https://github.com/a) and [@b-c](https://github.com/b-c).", "Fix it."),
        (f"* Drop `it` PR [#1]({PULL}/1).", "Drop `it`"),
        (f"* Fix it. Initial PR [1]({PULL}/1) by [@ann](https://github.com/ann).", "Fix it."),
        (f"* Documented in PR [#1]({PULL}/1).", "Documented in PR #1."),
        (
            f"* Fix it. PR [#1]({PULL}/1). New docs at [Forms](https://example.org).",
            "Fix it. PR #1. New docs at Forms.",
        ),
        (f"* PR [#1]({PULL}/1).", "PR #1."),
        (f"* (Empty PR merge by accident) [#1]({PULL}/1).", "(Empty PR merge by accident) #1."),
        ("* ✏️  Two   blanks.", "✏️ Two blanks."),
        ("* Two\n  lines.", "Two lines."),
        ("* A *path*, a **name**, a _word_ and ***both***.", "A path, a name, a word and both."),
        ("* `snake_case`, ``a ` tick`` and 2 \\* 3 &amp; 4.", "`snake_case`, ``a ` tick`` and 2 * 3 & 4."),
        ("* See <https://example.org> and [**docs**](https://example.org).", "See https://example.org and docs."),
        ('* See <a href="https://example.org" target="_blank">#17</a>.', "See #17."),
        ("1. Numbered.", "Numbered."),
        ("> Quoted\n> words.", "Quoted words."),
        ("<div>\nA <b>block</b> of HTML.\n</div>", "A block of HTML."),
        ("* One.\n\n    Still one.\n", "One. Still one."),
        ("* One:\n\n    ```bash\n    run\n    ```\n", "One: `run`"),
        (f"* One. PR [#1]({PULL}/1).\n    * Two. PR [#2]({PULL}/2).\n    * Three", "One. - Two. - Three"),
        ("Install:\n\n```bash\npip install it\n```\n\n```\n\n```", "Install: `pip install it`"),
        ("```python\n\n  first  line\nsecond\n```", "`first line …`"),
    ],
)
def test_the_text_of_an_entry_is_one_line_of_plain_words(markdown: str, text: str) -> None:
    assert [entry.text for entry in entries(markdown)] == [text]


@pytest.mark.parametrize(
    "markdown", ["", "---\n", "*\n", "<!-- hidden -->\n", "### Fixes\n", "[a]: https://example.org\n"]
)
def test_a_block_without_words_is_no_entry(markdown: str) -> None:
    assert entries(markdown) == ()


def test_code_belongs_to_what_it_follows_directly() -> None:
    found = entries(
        "A.\n\n```\nx\n```\n\n---\n\n```\ny\n```\n\n### Fixes\n\n```\nz\n```\n\n* B.\n* C.\n\n```\nw\n```\n"
    )
    assert [entry.text for entry in found] == ["A. `x`", "`y`", "`z`", "B.", "C. `w`"]


@pytest.mark.parametrize(
    ("markdown", "links"),
    [
        (f"Fix it. PR [#192]({PULL}/195) by [@ann](https://github.com/ann).", (f"{PULL}/195",)),
        (f"See [docs](https://example.org/a). PR [#1]({PULL}/1).", (f"{PULL}/1", "https://example.org/a")),
        (f"PR [#1]({PULL}/1) and PR [#2]({PULL}/2), again [#1]({PULL}/1).", (f"{PULL}/1", f"{PULL}/2")),
        ("By [@bot[bot]](https://github.com/apps/bot), [@ann](https://github.com/ann/).", ()),
        ("See [repo](https://github.com/fastapi/typer).", ("https://github.com/fastapi/typer",)),
        (f'Fix it: <a href="{PULL}/17" target="_blank">#17</a>', (f"{PULL}/17",)),
        (
            "See <https://example.org>, [here](../tutorial/index.md) and [mail](mailto:a@example.org).",
            ("https://example.org",),
        ),
        ("![picture](https://example.org/p.png)", ("https://example.org/p.png",)),
        (f"One.\n    * Two. PR [#2]({PULL}/2).", (f"{PULL}/2",)),
        ("`[code](https://example.org)`", ()),
    ],
)
def test_links_are_pull_requests_first_and_nobody_s_profile(markdown: str, links: tuple[str, ...]) -> None:
    assert [entry.links for entry in entries(f"* {markdown}")] == [links]


@pytest.mark.parametrize(
    "markdown",
    [
        "*" * 5000 + "a" + "*" * 5000,
        "![" * 5000,
        "![" * 3000 + "a" + "](b)" * 3000,
        "[" * 5000,
        ">" * 5000,
        "* " * 5000,
    ],
    ids=["emphasis", "pictures", "closed pictures", "brackets", "quotes", "lists"],
)
def test_deep_nesting_is_read_without_an_error(markdown: str) -> None:
    assert len(changelog.parse(f"## 0.1.0\n\n{markdown}\n\n## 0.0.1\n")) == 2


BLOCKS = (
    "* An item. PR [#1](https://github.com/fastapi/fastapi/pull/1) by [@ann](https://github.com/ann).",
    "* An item\n    * with a child\n        * and its child.",
    "1. A numbered item.",
    "* An item with code:\n\n  ```\n  ## 9.9.9\n  ```",
    "A paragraph with a **breaking change**.",
    "There are no breaking changes.",
    "```python\n## 9.9.9 (2026-01-01)\n```",
    "~~~\n```\n## 9.9.9\n~~~",
    "<!-- hidden\n## 9.9.9\n-->",
    "<!-- hidden -->",
    "> ## 9.9.9",
    "    ## 9.9.9",
    "* ## 9.9.9",
    "---",
    "### Breaking Changes",
    "### Docs",
    "## Features",
    "#### Features",
    "### 9.9.9",
)
VERSIONS = st.builds(
    "{}.{}.{}{}".format,
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from(["", "", "b1", ".dev2"]),
).map(Version)
DATES = st.sampled_from(["", " (2026-07-29)", " (June 12, 2026)"])
BODIES = st.lists(st.sampled_from(BLOCKS), max_size=6).map("\n\n".join)
SECTIONS = st.builds("## {}{}\n\n{}".format, VERSIONS, DATES, BODIES)
UNRELEASED = BODIES.map("## Latest Changes\n\n{}".format)
HEADERS = st.sampled_from(["", "# Release Notes", "---\nhide:\n  - navigation\n---\n\n# Release Notes"])
NOTES = st.tuples(HEADERS, st.lists(SECTIONS | UNRELEASED, max_size=6)).map(
    lambda parts: "\n\n".join((parts[0], *parts[1])) + "\n"
)
MARKUP = st.lists(
    st.sampled_from([*"#*-_`~<>![]()&\\ \t\n\r1.a", "## 0.1.0", "\n## 1.0\n", "<!--", "-->", "```", "    "])
)
ANY_TEXT = st.text() | MARKUP.map("".join) | MARKUP.map(lambda parts: "## 0.1.0\n" + "".join(parts)) | NOTES


@settings(deadline=None)
@given(ANY_TEXT)
@example("## 0.1.0\n```")
@example("## 0.1.0\n<!--")
@example("## 0.1.0 (9999-99-99)")
@example("## 0.1.0\n[a](http://[)")
def test_any_text_is_read_without_an_error(text: str) -> None:
    for notes in changelog.parse(text):
        for entry in notes.entries:
            assert entry.text == " ".join(entry.text.split()) != ""
            assert not (entry.breaking and entry.noise)


@settings(deadline=None)
@given(ANY_TEXT)
def test_versions_are_those_of_the_sections(text: str) -> None:
    assert changelog.versions(text) == versions_of(changelog.parse(text))


@settings(deadline=None)
@given(NOTES, VERSIONS, VERSIONS)
def test_a_range_is_the_filter_of_all_sections(text: str, low: Version, high: Version) -> None:
    within = [notes for notes in changelog.parse(text) if low < notes.version <= high]
    assert changelog.between(text, low, high) == tuple(sorted(within, key=lambda notes: notes.version, reverse=True))


def commonmark_versions(text: str) -> Iterator[Version]:
    """Yield the versions of the outermost headings that a whole CommonMark parser finds."""
    tokens = MarkdownIt("commonmark").parse(text)
    for opening, inline in pairwise(tokens):
        found = re.match(r"[0-9.]+[0-9](?:b1|\.dev2)?(?= \(|$)", inline.content)
        if opening.type == "heading_open" and opening.level == 0 and opening.tag == "h2" and found:
            yield Version(found[0])


@settings(deadline=None)
@given(NOTES)
def test_the_scan_of_lines_finds_the_releases_that_a_whole_parser_finds(text: str) -> None:
    assert changelog.versions(text) == tuple(commonmark_versions(text))


def fastapi_file(name: str) -> str:
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"PINCHECK_DATA names no folder with notes/fastapi/{name}, FastAPI's own release notes")
    return path.read_bytes().decode()


@pytest.fixture(scope="module")
def text() -> str:
    return fastapi_file("release-notes.md")


@pytest.fixture(scope="module")
def releases(text: str) -> dict[str, Notes]:
    return {str(notes.version): notes for notes in changelog.parse(text)}


def categories(notes: Notes) -> list[str]:
    return list(dict.fromkeys(entry.category for entry in notes.entries if entry.category))


def headed_breaking(notes: Notes) -> bool:
    return any("breaking" in category.lower() for category in categories(notes))


def test_all_295_releases_are_dated_and_strictly_descending(text: str, releases: dict[str, Notes]) -> None:
    found = [notes.version for notes in releases.values()]
    assert len(found) == 295
    assert found == sorted(set(found), reverse=True)
    assert all(notes.date for notes in releases.values())
    assert changelog.versions(text) == tuple(found) == tuple(commonmark_versions(text))
    assert [sum(version.micro == 0 for version in found), sum(version.micro > 0 for version in found)] == [140, 155]


def test_no_change_is_lost_and_none_is_unreleased(releases: dict[str, Notes]) -> None:
    # 3,590 items and 170 paragraphs, less the 42 items of the latest changes.
    assert sum(len(notes.entries) for notes in releases.values()) == 3590 + 170 - 42
    links = {link for notes in releases.values() for entry in notes.entries for link in entry.links}
    assert "https://github.com/fastapi/fastapi/pull/16105" in links
    assert "https://github.com/fastapi/fastapi/pull/16196" not in links


@pytest.mark.parametrize(
    ("version", "day", "line", "names", "items", "paragraphs"),
    [
        ("0.141.1", "2026-07-29", 64, ["Fixes", "Docs"], 2, 0),
        ("0.137.0", "2026-06-14", 394, ["Breaking Changes", "Docs", "Translations", "Internal"], 57, 13),
        ("0.136.3", "2026-05-23", 503, ["Refactors"], 1, 0),
        ("0.126.0", "2025-12-20", 1162, ["Upgrades", "Docs", "Translations", "Internal"], 6, 0),
        ("0.112.0", "2024-08-02", 3034, ["Breaking Changes", "Docs", "Translations", "Internal"], 26, 7),
        ("0.104.0", "2023-10-18", 3990, ["Features", "Upgrades", "Internal"], 7, 0),
        ("0.100.0", "2023-07-07", 4209, ["Migration", "Pydantic v1", "Changes"], 13, 13),
        (
            "0.62.0",
            "2020-11-29",
            6152,
            ["Features", "Breaking Changes", "Docs", "Translations", "Internal"],
            39,
            14,
        ),
    ],
)
def test_a_release_is_read_whole(
    releases: dict[str, Notes], version: str, day: str, line: int, names: list[str], items: int, paragraphs: int
) -> None:
    notes = releases[version]
    assert (notes.date, notes.line) == (date.fromisoformat(day), line)
    assert categories(notes) == names
    assert len(notes.entries) == items + paragraphs


def test_only_minors_have_a_breaking_category(releases: dict[str, Notes]) -> None:
    headed = [version for version, notes in releases.items() if headed_breaking(notes)]
    assert headed == [
        *("0.137.0", "0.132.0", "0.131.0", "0.129.0", "0.128.0", "0.127.0", "0.125.0", "0.112.0", "0.110.0", "0.106.0"),
        *("0.84.0", "0.80.0", "0.79.0", "0.74.0", "0.70.0", "0.69.0", "0.65.0", "0.63.0", "0.62.0", "0.61.0"),
    ]


def test_words_reveal_five_more_breaking_releases(releases: dict[str, Notes]) -> None:
    silent = [notes for notes in releases.values() if not headed_breaking(notes)]
    told = {str(notes.version): [entry.text for entry in notes.entries if entry.breaking] for notes in silent}
    assert [(version, len(texts)) for version, texts in told.items() if texts] == [
        ("0.126.0", 1),
        ("0.104.0", 1),
        ("0.87.0", 1),
        ("0.68.2", 1),
        ("0.38.0", 1),
    ]


@pytest.mark.parametrize("version", ["0.120.0", "0.92.0", "0.65.3"])
def test_a_release_that_denies_breaking_is_not_flagged(releases: dict[str, Notes], version: str) -> None:
    assert not any(entry.breaking for entry in releases[version].entries)


def test_categories_at_the_level_of_releases_stay_in_their_release(releases: dict[str, Notes]) -> None:
    found = [(entry.category, entry.text[:38]) for entry in releases["0.104.0"].entries if not entry.noise]
    assert found == [
        ("Features", "✨ Add reference (code API) docs with P"),
        ("Upgrades", "⬆️ Drop support for Python 3.7, requir"),
    ]


def test_a_breaking_category_is_breaking_down_to_its_last_entry(releases: dict[str, Notes]) -> None:
    found = [entry for entry in releases["0.137.0"].entries if entry.breaking]
    assert len(found) == 23
    assert {entry.category for entry in found} == {"Breaking Changes"}
    assert found[0].text == "♻️ Refactor internals to preserve `APIRouter` and `APIRoute` instances."
    assert found[0].links == ("https://github.com/fastapi/fastapi/pull/15745",)
    assert found[-1].text == "Other features planned"
    assert all(entry.noise for entry in releases["0.137.0"].entries if not entry.breaking)


def test_91_releases_have_no_category(releases: dict[str, Notes]) -> None:
    bare = [notes for notes in releases.values() if not categories(notes)]
    assert len(bare) == 91
    assert max(notes.version for notes in bare) == Version("0.60.2")
    assert all(notes.entries for notes in bare)


@pytest.mark.parametrize(
    ("version", "count"), [("0.100.0", 11), ("0.95.2", 1), ("0.87.0", 5), ("0.70.0", 6), ("0.68.1", 1)]
)
def test_what_stands_above_the_first_category_is_kept(releases: dict[str, Notes], version: str, count: int) -> None:
    assert sum(not entry.category for entry in releases[version].entries) == count


def test_the_address_of_a_pull_request_counts_not_its_label(releases: dict[str, Notes]) -> None:
    assert releases["0.21.0"].entries[0].links == ("https://github.com/tiangolo/fastapi/pull/195",)


def test_authors_are_in_no_link_and_at_the_end_of_no_recent_text(releases: dict[str, Notes]) -> None:
    recent = [entry for notes in releases.values() if notes.version >= Version("0.100.0") for entry in notes.entries]
    assert not [entry.text for entry in recent if re.search(r"PR #\d+ by \S+\.$", entry.text)]
    assert not [link for entry in recent for link in entry.links if re.search(r"github\.com/(apps/)?[^/]+$", link)]


@pytest.mark.parametrize(
    ("low", "high"), [("0.139.2", "0.141.1"), ("0.99.1", "0.104.0"), ("0.141.1", "0.150"), ("0", "1")]
)
def test_a_range_of_the_real_notes_is_its_filter(text: str, releases: dict[str, Notes], low: str, high: str) -> None:
    within = tuple(notes for notes in releases.values() if Version(low) < notes.version <= Version(high))
    assert changelog.between(text, Version(low), Version(high)) == within


@pytest.mark.parametrize(
    ("tag", "count", "dated", "items", "paragraphs", "breaking"),
    [
        ("0.1.19", 1, 0, 1, 0, 0),
        ("0.4.0", 5, 0, 7, 0, 0),
        ("0.8.0", 15, 0, 36, 0, 0),
        ("0.27.1", 41, 0, 117, 0, 0),
        ("0.53.0", 75, 0, 283, 0, 0),
        ("0.61.2", 94, 0, 526, 0, 1),
        ("0.104.0", 162, 0, 1456, 99, 10),
        ("0.135.2", 264, 264, 3248, 157, 19),
    ],
)
def test_the_style_of_every_age_is_read(
    tag: str, count: int, dated: int, items: int, paragraphs: int, breaking: int
) -> None:
    notes = changelog.parse(fastapi_file(f"history/release-notes@{tag}.md"))
    assert len(notes) == count
    assert sum(release.date is not None for release in notes) == dated
    assert sum(len(release.entries) for release in notes) == items + paragraphs
    assert sum(headed_breaking(release) for release in notes) == breaking
    assert notes[0].version == Version(tag)
