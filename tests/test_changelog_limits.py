"""Release notes that are far too long: they end early, and say so."""

import json

import pytest
from packaging.version import Version

from pincheck import changelog
from pincheck.changelog import Written, _limits

CUT = "the rest is not read: these notes are too long"
MANY = _limits.MOST_RELEASES + 10
HTML = "<html><body><main>{}</main></body></html>"
RELEASES = {
    "notes.md": "".join(f"## 1.{number}\n\n* a\n\n" for number in range(MANY)),
    "notes.rst": "".join(f"1.{number}\n========\n\na\n\n" for number in range(MANY)),
    "notes.txt": "".join(f"* 1.{number}\n  * a\n" for number in range(MANY)),
    "notes.html": HTML.format("".join(f"<h2>1.{number}</h2><p>a</p>" for number in range(MANY))),
    "changelog.rst": "".join(
        f".. changelog::\n    :version: 1.{number}\n    :released: 2026-01-01\n\n" for number in range(MANY)
    ),
    "notes.json": json.dumps([{"tag_name": f"1.{number}", "body": "a"} for number in range(MANY)]),
}
LINES = _limits.MOST_LINES
LONG = {
    "notes.md": "## 1.0\n\n" + "* a\n" * (LINES + 10),
    "notes.rst": "1.0\n===\n\n" + "* a\n" * (LINES + 10),
    "notes.txt": "* 1.0\n" + "  * a\n" * (LINES + 10),
    "changelog.rst": ".. changelog::\n    :version: 1.0\n    :released: 2026-01-01\n\n"
    + "    .. change::\n\n        a\n\n" * (LINES // 3),
    "notes.json": json.dumps([{"tag_name": "1.0", "body": "* a\n" * (LINES + 10)}]),
    "notes.html": HTML.format("<h2>1.0</h2><ul>" + "<li>a</li>" * (_limits.MOST_BLOCKS + 10) + "</ul>"),
}


@pytest.mark.parametrize("path", RELEASES)
def test_of_far_too_many_releases_the_first_are_told_and_a_doubt_says_so(path: str) -> None:
    written = Written(RELEASES[path], path=path)
    assert len(changelog.versions(written)) == _limits.MOST_RELEASES
    said = "the notes tell of more than 5000 releases: the others were not looked at"
    assert said in changelog.doubts(written)
    assert not [doubt for doubt in changelog.doubts("## 1.1\n\n* a\n\n## 1.0\n") if "more than" in doubt]


@pytest.mark.parametrize("path", LONG)
def test_a_release_that_says_far_too_much_is_cut_and_says_so_itself(path: str) -> None:
    (notes,) = changelog.parse(Written(LONG[path], path=path))
    *read, last = notes.entries
    assert (last.category, last.text, last.kind) == ("Not read", CUT, "other")
    assert 0 < len(read) <= _limits.MOST_BLOCKS
    assert {entry.text for entry in read} == {"a"}


def test_where_a_range_says_far_too_much_its_newest_releases_are_read_and_the_others_say_that_they_are_not() -> None:
    items = "* a\n" * (LINES - 10)
    text = "".join(f"## 1.{number}\n\n{items}\n" for number in range(10))
    told = changelog.between(text, Version("0.1"), Version("2"))
    assert [notes.version.minor for notes in told] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert [notes.entries[-1].text == CUT for notes in told] == [False] * 5 + [True] * 5
    assert sum(len(notes.entries) for notes in told) <= _limits.MOST_BLOCKS + 10


def test_what_docutils_may_not_read_any_more_is_shown_as_it_is_written() -> None:
    text = "".join(f"1.{number}\n========\n\n* A *word*.\n\n" for number in range(_limits.MOST_READINGS + 1))
    told = changelog.parse(Written(text, path="notes.rst"))
    assert [notes.entries[0].text for notes in (told[0], told[-2], told[-1])] == ["A word.", "A word.", "A *word*."]
