from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from pincheck import changelog
from pincheck.changelog import Written
from pincheck.changelog.plain import STYLE

CHANGES = """\
This file tells of the versions before 4.0.0

* 3.5.3 (June 1, 2020)
  * Fix it, see
      https://example.org/1. #1339
    * And more.

  * Drop support for Python 2.
* 3.5.2
    * Tune it.
* 1.0 is not here
* 2.10.6

  Words.
3.0.0 (2019-01-01)
"""


def test_lines_at_the_margin_are_releases_and_what_is_indented_is_theirs() -> None:
    written = Written(CHANGES, "text/plain", "CHANGES")
    found = changelog.style(written)
    assert found is STYLE
    told = changelog.parse(written)
    assert [(str(notes.version), notes.date, notes.line) for notes in told] == [
        ("3.5.3", date(2020, 6, 1), 3),
        ("3.5.2", None, 9),
        ("2.10.6", None, 12),
    ]
    assert [(entry.text, entry.line, entry.kind) for entry in told[0].entries] == [
        ("Fix it, see https://example.org/1. #1339 - And more.", 4, "other"),
        ("Drop support for Python 2.", 8, "breaking"),
    ]
    assert told[0].entries[0].links == ("https://example.org/1",)
    assert [entry.text for entry in told[2].entries] == ["Words.", "3.0.0 (2019-01-01)"]


@pytest.mark.parametrize("text", ["", "1.0\n", "1.0\nwords\n", "  1.0\n    * a\n", "1.0 2.0\n  a\n", "1.0, 2.0\n  a\n"])
def test_a_number_with_nothing_below_is_no_release(text: str) -> None:
    assert changelog.parse(Written(text, "text/plain", "CHANGES")) == ()


def test_what_is_not_released_is_coming() -> None:
    coming = changelog.unreleased(Written("* Unreleased\n  * a\n* 1.0\n  * b\n"))
    assert coming is not None
    assert [entry.text for entry in coming.entries] == ["a"]


@given(st.text(), st.lists(st.sampled_from(["* 1.0 (2020-01-01)", "  * a", "    b", "", "c", "* 1.1", "\t* d"])))
def test_any_text_is_read_and_every_line_number_is_right(text: str, lines: list[str]) -> None:
    for written in (Written(text), Written("\n".join(lines))):
        for section in STYLE.sections(written):
            line = written.text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
            assert section.title.split()[0] in line[section.line - 1].expandtabs()
            assert [block.line > section.line for block in section.blocks()].count(False) == 0
    assert all(
        version == Version("1.0") or version == Version("1.1") for version in changelog.versions("\n".join(lines))
    )


MIXED = """\
For a complete changelog, see:

* https://example.test/commits

6.1 (2026-09-25)

* One thing.
* Another.

6.0 (2025-08-06)

This line was at the margin in 6.0 (2025-08-06) already.

* More.

5.2 (2019-12-02)
----------------

* Old.
"""


@pytest.mark.parametrize("path", ["CHANGES", "CHANGES.txt"])
def test_releases_without_a_title_above_those_with_one_are_told(path: str) -> None:
    told = changelog.parse(Written(MIXED, path=path))
    assert [(str(notes.version), str(notes.date)) for notes in told] == [
        ("6.1", "2026-09-25"),
        ("6.0", "2025-08-06"),
        ("5.2", "2019-12-02"),
    ]
    assert [[entry.text for entry in notes.entries] for notes in told][::2] == [["One thing.", "Another."], ["Old."]]


def test_a_line_with_equals_signs_and_a_date_without_hyphens_is_a_release() -> None:
    told = changelog.parse(Written("= 4.13.1 (20250203)\n\n* a\n\n= 4.13.0 (20250202)\n\nWords.\n", path="CHANGELOG"))
    assert [(str(notes.version), str(notes.date)) for notes in told] == [
        ("4.13.1", "2025-02-03"),
        ("4.13.0", "2025-02-02"),
    ]
