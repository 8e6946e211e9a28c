import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from docutils.parsers.rst import directives, roles
from hypothesis import given, settings
from hypothesis import strategies as st

from pincheck.changelog import restructured
from pincheck.changelog._blocks import Block, Section, Written

DATA = Path(os.environ.get("PINCHECK_DATA") or Path(__file__).parents[1] / "../shared/data") / "notes"

FLASK = """\
Version 2.0.0
-------------

Unreleased

-   Coming. :pr:`9`


Version 1.1.0
-------------

Released 2026-02-18, codename Rum

-   Fix :class:`~flask.Flask` and ``url_for``. :issue:`1,2` :ghsa:`68rp-wp8r-4726`

    Second paragraph with a target_ and |sub| and |unknown|.

    -   Nested :func:`run`.

        .. code-block:: python

            x = 1

.. _target: https://example.org/target
.. |sub| replace:: replaced words
"""

TOWNCRIER = """\
=========
Changelog
=========

..
    A comment.

3.14.3 (2026-07-22)
===================

Bug fixes
---------

- Fixed ``a`` -- by :user:`ann`.


  *Related issues and pull requests on GitHub:*
  :issue:`13180`.


----


3.14.2 (2021-03-01, subsequently yanked on 2021-03-02)
======================================================

1. Breaking ``x``
-----------------

Python 3.9 minimum
~~~~~~~~~~~~~~~~~~

.. warning:: Beware.

`Text <https://example.org/a>`_ and `more`__ and word_ and a*b.

__ https://example.org/b
"""


def sections(text: str, package: str = "", path: str = "CHANGES.rst") -> list[Section]:
    return list(restructured.STYLE.sections(Written(text, path=path, package=package)))


def blocks(body: str) -> list[Block]:
    (section,) = sections(f"1.0\n===\n\n{body}")
    return list(section.blocks())


def said(body: str) -> list[tuple[str, str, int]]:
    return [(block.kind, block.text, block.level) for block in blocks(body)]


def real(name: str, package: str) -> list[Section]:
    file = DATA / name
    if not file.exists():
        pytest.skip(f"PINCHECK_DATA has no {name}")
    return sections(file.read_text(encoding="utf-8"), package)


def test_an_underlined_version_starts_a_release_and_the_line_below_dates_it() -> None:
    coming, newest = sections(FLASK, "flask")
    assert (coming.version, coming.status, coming.title) == (None, "unreleased", "Version 2.0.0")
    assert (str(newest.version), newest.date, newest.status) == ("1.1.0", date(2026, 2, 18), "released")
    assert (newest.line, newest.level) == (9, 1)


def test_a_section_gives_its_items_paragraphs_and_code_with_their_lines() -> None:
    _, newest = sections(FLASK, "flask")
    assert list(newest.blocks()) == [
        Block(
            "item",
            "Fix `Flask` and `url_for`. #1, #2 GHSA-68rp-wp8r-4726",
            1,
            ("https://github.com/advisories/GHSA-68rp-wp8r-4726",),
            14,
        ),
        Block(
            "paragraph",
            "Second paragraph with a target and replaced words and unknown.",
            -1,
            ("https://example.org/target",),
            16,
        ),
        Block("item", "Nested `run`.", 2, (), 18),
        Block("code", "x = 1", -1, (), 22),
    ]


def test_deeper_titles_never_start_a_release() -> None:
    newest, yanked = sections(TOWNCRIER, "aiohttp")
    assert (str(newest.version), newest.date, newest.level) == ("3.14.3", date(2026, 7, 22), 2)
    assert (str(yanked.version), yanked.status) == ("3.14.2", "yanked")
    assert [(block.kind, block.text, block.level) for block in newest.blocks()] == [
        ("heading", "Bug fixes", 3),
        ("item", "Fixed `a` -- by @ann.", 1),
        ("paragraph", "Related issues and pull requests on GitHub: #13180.", -1),
    ]
    found = list(yanked.blocks())
    assert [(block.kind, block.text, block.level) for block in found] == [
        ("heading", "1. Breaking `x`", 3),
        ("heading", "Python 3.9 minimum", 4),
        ("paragraph", "Warning: Beware.", 0),
        ("paragraph", "Text and more and word_ and a*b.", 0),
    ]
    assert found[-1].links == ("https://example.org/a", "https://example.org/b")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("- a\n  - b\n- c\n", [("item", "a", 1), ("item", "b", 2), ("item", "c", 1)]),
        ("Text:\n- a\n* b\n", [("paragraph", "Text:", 0), ("item", "a", 1), ("item", "b", 1)]),
        ("- wrapped\n    too far\n", [("item", "wrapped too far", 1)]),
        ("**Bug fixes**\n\n- a\n", [("heading", "Bug fixes", 2), ("item", "a", 1)]),
        ("Features\n  * a\n", [("heading", "Features", 2), ("item", "a", 1)]),
        (".. rubric:: Fixes\n\n1. a\n", [("heading", "Fixes", 2), ("item", "a", 1)]),
        (".. versionadded:: 2.0\n   Words.\n", [("paragraph", "Added in version 2.0: Words.", 0)]),
        (".. unknown-thing:: id\n\n   - kept\n", [("item", "kept", 1)]),
        ("Code::\n\n    # 1.0\n    - x\n", [("paragraph", "Code:", 0), ("code", "# 1.0\n- x", 0)]),
        ("=  ==\na  b\n=  ==\n1  2\n=  ==\n", [("paragraph", "a | b", 0), ("paragraph", "1 | 2", 0)]),
        ("- :rfc:`9110#section-8.6` :pep:`593`\n", [("item", "RFC 9110 section 8.6 PEP 593", 1)]),
        ("- :ref:`the guide <guide>` :meth:`!run` :made-up:`x`\n", [("item", "the guide `run` x", 1)]),
        ("- by ann/`#1 <https://example.org/1>`__\n", [("item", "by ann/#1", 1)]),
        ("- ``unclosed and *more\n", [("item", "``unclosed and *more", 1)]),
    ],
)
def test_what_a_reader_sees_of_a_markup(body: str, expected: list[tuple[str, str, int]]) -> None:
    assert said(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        ".. include:: {secret}\n\n- kept\n",
        ".. include:: {secret}\n   :literal:\n\n- kept\n",
        ".. literalinclude:: {secret}\n\n- kept\n",
        ".. raw:: html\n   :file: {secret}\n\n- kept\n",
        ".. raw:: html\n\n   <script>secret</script>\n\n- kept\n",
        ".. csv-table:: t\n   :file: {secret}\n\n- kept\n",
        ".. csv-table:: t\n   :url: file://{secret}\n\n- kept\n",
        ".. role:: raw-html(raw)\n   :format: html\n\n- kept\n",
        ".. default-role:: raw\n\n- kept\n",
    ],
)
def test_nothing_in_the_notes_is_carried_out(body: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.write_text("secret\n", encoding="utf-8")
    found = blocks(body.format(secret=file))
    assert [block.text for block in found if block.kind == "item"] == ["kept"]
    assert not any("secret" in block.text for block in found)
    assert capfd.readouterr() == ("", "")


def test_docutils_own_tables_of_directives_and_roles_stay_as_they_were() -> None:
    before = (dict(directives._directives), dict(roles._roles))  # type: ignore[attr-defined]
    assert said(".. role:: mine(code)\n\n.. default-role:: mine\n\n- :mine:`x` :pr:`1` `y`\n") == [
        ("item", "x #1 `y`", 1)
    ]
    assert (dict(directives._directives), dict(roles._roles)) == before  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"{' ' * 2 * depth}- deep\n\n" for depth in range(300)),
        "".join(f"{' ' * 3 * depth}.. note:: deep\n\n" for depth in range(150)),
        "deep\n-\n" * 2_000,
        "`" * 100_000 + " deep",
        '.. end of inclusion from "\n\ndeep\n',
    ],
    ids=["lists", "notes", "titles", "marks", "broken"],
)
def test_what_docutils_stumbles_over_is_shown_as_plain_lines(body: str) -> None:
    assert any("deep" in block.text for block in blocks(body))


def test_substitutions_of_substitutions_are_not_followed() -> None:
    laughs = "".join(f".. |a{n}| replace:: |a{n - 1}| |a{n - 1}|\n" for n in range(1, 60))
    (item,) = blocks(f"- |a59|\n\n.. |a0| replace:: ha\n{laughs}")
    assert item.text == "|a58| |a58|"


@pytest.mark.parametrize(
    ("written", "is_ours"),
    [
        (Written("x", path="https://example.org/CHANGES.rst"), True),
        (Written("x", media_type="text/x-rst"), True),
        (Written("1.0\n===\n\n- ``a`` :pr:`1`\n"), True),
        (Written("1.0\n===\n\n- [a](https://example.org)\n\n## 1\n"), False),
        (Written("1.0\n===\n", path="CHANGES.md"), False),
        (Written("1.0\n===\n", media_type="text/html"), False),
        (Written("## 1.0\n"), False),
    ],
)
def test_the_style_is_known_by_type_path_and_text(written: Written, is_ours: bool) -> None:
    assert restructured.STYLE.looks(written) is is_ours


@given(st.text(alphabet=st.sampled_from("a1. \n-=*`|_:<>\\[]#~+\t")) | st.text())
@settings(deadline=None, max_examples=200)
def test_no_text_whatever_makes_it_raise(text: str) -> None:
    for section in sections(f"1.0\n===\n\n{text}"):
        assert all(block.text for block in section.blocks())


@pytest.mark.parametrize(
    ("name", "package", "count", "first", "last"),
    [
        ("flask/CHANGES.rst", "flask", {"released": 62, "unreleased": 1}, "3.1.3", "0.1"),
        ("aiohttp/CHANGES.rst", "aiohttp", {"released": 227, "yanked": 1}, "3.14.3", "0.2"),
        ("celery/Changelog.rst", "celery", {"released": 46, "yanked": 2}, "5.6.2", "5.2.0b1"),
        ("boto3/CHANGELOG.rst", "boto3", {"released": 2098}, "1.43.78", "0.0.1"),
    ],
)
def test_real_changelogs_have_their_releases(
    name: str, package: str, count: dict[str, int], first: str, last: str
) -> None:
    found = real(name, package)
    versions = [str(section.version) for section in found if section.version]
    assert Counter(section.status for section in found) == count
    assert (versions[0], versions[-1]) == (first, last)


@pytest.mark.parametrize(
    ("name", "package"),
    [("flask/CHANGES.rst", "flask"), ("aiohttp/CHANGES.rst", "aiohttp"), ("celery/Changelog.rst", "celery")],
)
def test_no_bullet_of_a_real_changelog_is_lost(name: str, package: str) -> None:
    found = real(name, package)
    lines = (DATA / name).read_text(encoding="utf-8").split("\n")
    bullets = {number for number, line in enumerate(lines, start=1) if line.lstrip().startswith(("- ", "* ", "-   "))}
    assert {block.line for section in found for block in section.blocks() if block.kind == "item"} == bullets
    assert all(section.date for section in real("celery/Changelog.rst", "celery"))


def test_a_role_in_back_ticks_of_its_own_is_read_as_a_role() -> None:
    (section,) = restructured.STYLE.sections(Written("1.0\n===\n\n* Mend it (`:ghpull:`10889`).\n"))
    assert [block.text for block in section.blocks()] == ["Mend it (#10889)."]
