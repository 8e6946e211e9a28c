import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincheck.changelog import sphinx
from pincheck.changelog._blocks import Block, Section, Written

DATA = Path(os.environ.get("PINCHECK_DATA") or Path(__file__).parents[1] / "../shared/data") / "notes"

TEXT = """\
=============
2.0 Changelog
=============

.. changelog_imports::

    .. include:: changelog_14.rst

.. changelog::
    :version: 2.0.53
    :include_notes_from: unreleased_20

.. changelog::
    :version: 2.0.52
    :released: August 11, 2026

    A word before.

    .. change::
        :tags: bug, orm, regression
        :tickets: 13157, 2

        Fixed :meth:`_orm.Session.get` in :paramref:`.Numeric.scale`.

        Note :ticket:`3`.

        * nested

        .. seealso::

            :ref:`change_1`

    .. change::
        :tags: usecase,
            sql

        Added a thing.

    .. change::
       :tags: bug, tests

       Fixed another.

.. changelog::
    :version: 2.0.0b1
    :released:
"""


def sections(text: str) -> list[Section]:
    return list(sphinx.STYLE.sections(Written(text, path="changelog_20.rst", package="sqlalchemy")))


def test_each_changelog_directive_is_a_release_and_without_a_date_it_is_coming() -> None:
    found = [(str(one.version), one.title, one.date, one.line, one.status) for one in sections(TEXT)]
    assert found == [
        ("None", "2.0.53", None, 9, "unreleased"),
        ("2.0.52", "2.0.52", date(2026, 8, 11), 13, "released"),
        ("None", "2.0.0b1", None, 44, "unreleased"),
    ]


def test_changes_stand_under_the_heading_of_their_tags() -> None:
    assert list(sections(TEXT)[1].blocks()) == [
        Block("paragraph", "A word before.", 0, (), 17),
        Block("heading", "Bug fixes", 2, (), 19),
        Block("item", "[orm, regression] Fixed `Session.get` in `Numeric.scale`. (#13157, #2)", 1, (), 19),
        Block("paragraph", "Note #3.", -1, (), 25),
        Block("item", "nested", 2, (), 27),
        Block("item", "Fixed another.", 1, (), 39),
        Block("heading", "Features", 2, (), 33),
        Block("item", "[sql] Added a thing.", 1, (), 33),
    ]


@pytest.mark.parametrize(
    ("written", "is_ours"),
    [
        (Written(TEXT, path="changelog_20.rst"), True),
        (Written(TEXT), True),
        (Written(TEXT, path="changelog.md"), False),
        (Written("1.0\n===\n", path="changelog.rst"), False),
    ],
)
def test_the_style_is_known_by_its_directives(written: Written, is_ours: bool) -> None:
    assert sphinx.STYLE.looks(written) is is_ours


@given(st.text(alphabet=st.sampled_from("a :\n.-*`")) | st.text())
@settings(deadline=None, max_examples=100)
def test_no_text_whatever_makes_it_raise(text: str) -> None:
    indented = "\n".join(f"        {line}" for line in text.split("\n"))
    for body in (text, f"    .. change::\n        :tags: bug\n\n{indented}"):
        for section in sections(f".. changelog::\n    :version: 1.0\n    :released: 2026-01-01\n\n{body}"):
            assert all(block.text for block in section.blocks())


@pytest.mark.parametrize(
    ("name", "releases", "changes", "first"),
    [("changelog_20.rst", 61, 725, "2.0.52"), ("changelog_21.rst", 4, 129, "2.1.0b3")],
)
def test_the_changes_of_sqlalchemy_are_all_there(name: str, releases: int, changes: int, first: str) -> None:
    file = DATA / "sqlalchemy" / name
    if not file.exists():
        pytest.skip(f"PINCHECK_DATA has no {name}")
    found = sections(file.read_text(encoding="utf-8"))
    assert len(found) == releases
    assert [section.status for section in found].count("unreleased") == 1
    assert str(found[1].version) == first
    assert all(section.date for section in found[1:])
    items = [block for section in found for block in section.blocks() if block.kind == "item" and block.level == 1]
    assert len(items) == changes
    assert not [item.text for item in items if ":class:" in item.text or ":meth:" in item.text]
