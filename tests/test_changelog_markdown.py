from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.version import Version

from pincheck import changelog
from pincheck.changelog import Written
from tests.changelogs import SMALL, commonmark_versions, versions_of


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
        ("## 1.3.1 (June 12, 2026)", "1.3.1", date(2026, 6, 12)),
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
        "<pre>\n## 0.1.0\n</pre>\n",
        "---\ntitle: notes\n## 0.1.0\n---\n",
        "words\n0.1.0\n=====\n",
        "* item\n0.1.0\n-----\n",
        "> 0.1.0\n------\n",
        "0.1.0\n\n-----\n",
        "## Unreleased\n\n### Fixes\n",
        "## 2.0.0 (unreleased)\n",
    ],
)
def test_text_without_a_version_heading_tells_of_nothing(text: str) -> None:
    assert changelog.parse(Written(text, "text/markdown")) == ()
    assert changelog.versions(Written(text, "text/markdown")) == ()
    assert changelog.unreleased(Written(text, "text/markdown")) is None


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
        "0.1.0\n=====\n",
        "0.1.0 (2026-01-01)\n---\n",
        "# Notes\n0.1.0\n---\n",
        "<pre>## 9.9.9</pre>\n## 0.1.0\n",
        "---\ntitle: notes\n---\n## 0.1.0\n",
        "---\ntitle: never closed\n\n## 0.1.0\n",
    ],
)
def test_what_only_looks_like_a_fence_or_a_comment_hides_no_release(text: str) -> None:
    assert changelog.versions(Written(text, "text/markdown")) == (Version("0.1.0"),)
    assert versions_of(changelog.parse(Written(text, "text/markdown"))) == (Version("0.1.0"),)


@pytest.mark.parametrize(
    "title", ["Latest Changes", "Latest changes", "Next", "Next release", "UNRELEASED", "[Unreleased]"]
)
@pytest.mark.parametrize("text", ["## {}\n\n* coming\n\n## 0.1.0\n", "## 0.1.0\n\n## {}\n\n* coming\n"])
def test_what_is_not_released_is_never_returned(title: str, text: str) -> None:
    (notes,) = changelog.parse(text.format(title))
    assert notes.version == Version("0.1.0")
    assert notes.entries == ()


def test_what_is_not_released_is_shown_as_coming() -> None:
    coming = changelog.unreleased(SMALL)
    assert coming is not None
    assert (coming.title, coming.line, [entry.text for entry in coming.entries]) == (
        "Latest Changes",
        8,
        ["Not released yet."],
    )


@pytest.mark.parametrize("text", ["## Next\n\n## 0.1.0\n\n* a\n", "## 0.1.0\n", ""])
def test_nothing_is_coming_where_nothing_is_written(text: str) -> None:
    assert changelog.unreleased(text) is None


def test_a_version_below_what_is_not_released_starts_no_release() -> None:
    assert changelog.versions("## Latest Changes\n\n### 9.9.9\n\n## 0.1.0\n") == (Version("0.1.0"),)


def test_a_deeper_version_heading_is_a_category() -> None:
    (notes,) = changelog.parse("## 0.2.0\n\n### 0.1.0\n\n* An item.\n")
    assert [(entry.category, entry.text) for entry in notes.entries] == [("0.1.0", "An item.")]


def blocks(markdown: str) -> list[tuple[str, str, int, int]]:
    """Return kind, text, level and line of the blocks of a release whose heading is on the first line."""
    (section,) = changelog.sections(Written(f"## 1.2.3\n\n{markdown}", "text/markdown"))
    return [(block.kind, block.text, block.level, block.line) for block in section.blocks()]


def test_blocks_know_their_depth_and_their_line() -> None:
    text = "Words.\n\n### Fixes\n\n* One\n  goes on.\n    * Two.\n\n      More of two.\n\n* Three:\n\n  ```\n  a\n\n  b\n  ```\n\n~~~\nc\n~~~\n"
    assert blocks(text) == [
        ("paragraph", "Words.", 0, 3),
        ("heading", "Fixes", 3, 5),
        ("item", "One goes on.", 1, 7),
        ("item", "Two.", 2, 9),
        ("paragraph", "More of two.", -1, 11),
        ("item", "Three:", 1, 13),
        ("code", "a\n\nb", -1, 15),
        ("code", "c", 0, 21),
    ]


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("*\n* a", [("item", "", 1), ("item", "a", 1)]),
        ("* * a", [("item", "", 1), ("item", "a", 2)]),
        ("* ```\n  x\n  ```", [("item", "", 1), ("code", "x", -1)]),
        ("* ## 9.9.9", [("item", "9.9.9", 1)]),
        ("* a\n\n  > b", [("item", "a", 1), ("paragraph", "b", -1)]),
        ("> ## a\n> * b\n>   * c\n>\n> d", [("paragraph", "a - b - c d", 0)]),
        ("> > a", [("paragraph", "a", 0)]),
        ("> [!WARNING]\n> Mind the gap.", [("paragraph", "Warning: Mind the gap.", 0)]),
        (
            "> FastAPI includes an official skill that helps coding agents.\n>\n> Run `uvx library-skills`.\n\na",
            [("paragraph", "a", 0)],
        ),
        ("* Add a skill for coding agents.", [("item", "Add a skill for coding agents.", 1)]),
        (
            '!!! warning "It is experimental"\n    It may\n    change.\n\n    Soon.\n\nb',
            [("paragraph", "It is experimental: It may change.", 0), ("paragraph", "Soon.", 0), ("paragraph", "b", 0)],
        ),
        ("??? note\n    a\n\n    ```\n    b\n    ```", [("paragraph", "Note: a", 0), ("code", "b", 0)]),
        ("!!! what a day", [("paragraph", "!!! what a day", 0)]),
        ("1. a\n2. b", [("item", "a", 1), ("item", "b", 1)]),
        ("Fixes\n-----\n\na", [("heading", "Fixes", 2), ("paragraph", "a", 0)]),
        ("a<br>b <b>c</b>", [("paragraph", "a b c", 0)]),
    ],
)
def test_every_form_of_markdown_becomes_blocks(markdown: str, found: list[tuple[str, str, int]]) -> None:
    assert [(kind, text, level) for kind, text, level, _ in blocks(markdown)] == found


def test_link_definitions_anywhere_in_the_file_are_known() -> None:
    text = "## [1.1.0] - 2026-01-02\n\n* Fix it, see [#7].\n\n## [1.0.0]\n\n[#7]: https://example.org/7\n[1.1.0]: <https://example.org/1.1.0>\n"
    newest, oldest = changelog.parse(text)
    assert (newest.link, oldest.link) == ("https://example.org/1.1.0", "")
    assert [(entry.text, entry.links) for entry in newest.entries] == [("Fix it, see #7.", ("https://example.org/7",))]


def test_a_release_is_linked_by_its_heading() -> None:
    (notes,) = changelog.parse("## [26.1.0](https://example.org/tree/26.1.0) - 2026-03-19\n")
    assert notes.link == "https://example.org/tree/26.1.0"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("## 1.1\n\n## 1.0\n", ()),
        ("## 1.0\n\n## 1.1\n", ("the notes are not in descending order: `1.1` below `1.0`",)),
        (
            "## 1.0\n\n## 1.2\n\n## 1.1\n\n## 1.3\n",
            ("the notes are not in descending order: `1.2` below `1.0` and 1 more",),
        ),
        ("## 1.0.0\n\n## 1.0\n", ("the notes tell of a version more than once: `1.0.0`",)),
        ("", ()),
    ],
)
def test_odd_orders_are_told(text: str, found: tuple[str, ...]) -> None:
    assert changelog.doubts(text) == found


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (Written("## 1.0\n"), "markdown"),
        (Written("", "text/markdown"), "markdown"),
        (Written("", "", "docs/HISTORY.md"), "markdown"),
        (Written("", "", "https://example.org/CHANGELOG.md?raw=1#top"), "markdown"),
        (Written("* 1.0 (2026-01-01)\n  * a\n"), "plain"),
        (Written("[]", "application/vnd.github+json"), "github"),
        (Written('[{"tag_name": "1.0"}]'), "github"),
        (Written("nothing"), None),
        (Written("## 1.0\n", "application/pdf"), "markdown"),
    ],
)
def test_the_style_is_known_by_type_path_or_text(written: Written, name: str | None) -> None:
    found = changelog.style(written)
    assert (found.name if found else None) == name


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
    "words\n9.9.9\n---",
    "!!! note\n    ## 9.9.9",
    "> * quoted\n> > deeper",
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
def test_every_line_number_leads_to_what_stands_there(text: str) -> None:
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for section in changelog.sections(Written(text, "text/markdown")):
        heading = lines[section.line - 1]
        assert section.title in " ".join(heading.split()) or "`" in section.title or not heading.startswith("#")
        assert heading.strip()
        following = [block.line for block in section.blocks()]
        assert following == sorted(following)
        assert all(section.line < line <= len(lines) for line in following)


@settings(deadline=None)
@given(ANY_TEXT)
def test_versions_are_those_of_the_sections(text: str) -> None:
    assert changelog.versions(text) == versions_of(changelog.parse(text))


@settings(deadline=None)
@given(NOTES, VERSIONS, VERSIONS)
def test_a_range_is_the_filter_of_all_sections(text: str, low: Version, high: Version) -> None:
    within = [notes for notes in changelog.parse(text) if low < notes.version <= high]
    assert changelog.between(text, low, high) == tuple(sorted(within, key=lambda notes: notes.version, reverse=True))


@settings(deadline=None)
@given(NOTES)
def test_the_scan_of_lines_finds_the_releases_that_a_whole_parser_finds(text: str) -> None:
    assert changelog.versions(text) == tuple(commonmark_versions(text))


def test_a_line_below_the_title_tells_when_it_was_released_or_that_it_was_not() -> None:
    text = "## Version 8.6.0\n\nUnreleased\n\n- a\n\n## Version 8.5.1\n\nReleased 2026-11-09\n\n- b\n\n## 8.5.0\n\nReleased too soon.\n\n- c\n"
    told = changelog.parse(text)
    assert [(str(notes.version), str(notes.date)) for notes in told] == [("8.5.1", "2026-11-09"), ("8.5.0", "None")]
    assert [[entry.text for entry in notes.entries] for notes in told] == [["b"], ["Released too soon.", "c"]]
    assert [notes.entries[0].line for notes in told] == [11, 15]
    coming = changelog.unreleased(text)
    assert coming is not None
    assert [entry.text for entry in coming.entries] == ["a"]
