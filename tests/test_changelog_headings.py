from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.version import Version

from pincheck.changelog._headings import Heading, is_unreleased, read_date, release, tag


@pytest.mark.parametrize(
    ("title", "version", "day", "status"),
    [
        ("0.1.19", "0.1.19", None, "released"),
        ("0.141.1 (2026-07-29)", "0.141.1", date(2026, 7, 29), "released"),
        ("0.141.1 (2026-07-29)¶", "0.141.1", date(2026, 7, 29), "released"),
        ("0.141.1 (2026-07-29) ##", "0.141.1", date(2026, 7, 29), "released"),
        ("0.100.0b3", "0.100.0b3", None, "released"),
        ("0.111.0.dev1", "0.111.0.dev1", None, "released"),
        ("1.0.0-beta.1", "1.0.0b1", None, "released"),
        ("0.9.0.post1 (August 28, 2018)", "0.9.0.post1", date(2018, 8, 28), "released"),
        ("Version 3.1.3", "3.1.3", None, "released"),
        ("v2.12 (2025-10-07)", "2.12", date(2025, 10, 7), "released"),
        ("v2.14.0b1 (2026-08-06)", "2.14.0b1", date(2026, 8, 6), "released"),
        ("[2.4.1] - 2026-05-09", "2.4.1", date(2026, 5, 9), "released"),
        ("[`2.1.0`](https://example.org)", "2.1.0", None, "released"),
        ("[26.1.0](https://example.org/tree/26.1.0) - 2026-03-19", "26.1.0", date(2026, 3, 19), "released"),
        ("1.3.1 (June 12, 2026)", "1.3.1", date(2026, 6, 12), "released"),
        ("1.3.1 (2026-02-30)", "1.3.1", None, "released"),
        ("3.7.0 (2021-02-24, subsequently yanked on 2021-02-25)", "3.7.0", date(2021, 2, 24), "yanked"),
        ("3.9.4 (Yanked)", "3.9.4", None, "yanked"),
        ("[1.0.0] [YANKED]", "1.0.0", None, "yanked"),
        (
            "8.4.0 (2025-06-02 - not published due to a release automation bug)",
            "8.4.0",
            date(2025, 6, 2),
            "unpublished",
        ),
        ("3.2.0 (unreleased)", "3.2.0", None, "unreleased"),
        ("2.0.0 (20XX-XX-XX)", "2.0.0", None, "unreleased"),
        ("pytest 9.1.1 (2026-06-19)", "9.1.1", date(2026, 6, 19), "released"),
        ("2.0.0 - The big one", "2.0.0", None, "released"),
        ("0.70.0 🎉", "0.70.0", None, "released"),
        ("1.2.3 { #v123 }", "1.2.3", None, "released"),
        ("2026-01-01, Version 3.2.1", "3.2.1", date(2026, 1, 1), "released"),
        ("rel_2_0_52", "2.0.52", None, "released"),
    ],
)
def test_a_heading_says_version_date_and_status(title: str, version: str, day: date | None, status: str) -> None:
    assert release(title) == Heading(Version(version), day, status)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "title",
    [
        "",
        "1",
        "Features",
        "Upgrade to 0.1.0",
        "Python 3.9",
        "Python 3.9 Minimum Version",
        "Using Kombu 5.5.0rc3",
        "poetry-core ([`2.1.0`](https://example.org))",
        "3.9, 3.10 and 3.11",
        "1.0 - 2.0",
        "0.1.0 is out",
        "١.٢.٣",
        "2026-07-29",
        f"{'9' * 5000}.0",
        f"1.0 ({'x' * 400})",
    ],
)
def test_a_heading_that_only_names_a_version_is_none(title: str) -> None:
    assert release(title) is None


@pytest.mark.parametrize(
    ("title", "package", "version"),
    [
        ("pytest 9.1.1", "pytest", "9.1.1"),
        ("Pytest v9.1.1 (2026-06-19)", "pytest", "9.1.1"),
        ("pydantic_settings 2.0.0", "pydantic-settings", "2.0.0"),
        ("Python 3.9 (2020-10-05)", "pytest", ""),
        ("redis-py 4.0.0", "redis", "4.0.0"),
    ],
)
def test_the_name_of_the_package_may_stand_before_its_version(title: str, package: str, version: str) -> None:
    found = release(title, package)
    assert (str(found.version) if found else "") == version


@pytest.mark.parametrize(
    ("name", "package", "version"),
    [
        ("0.141.1", "fastapi", "0.141.1"),
        ("v2.1.3", "pydantic", "2.1.3"),
        ("v2.1.0b1", "", "2.1.0b1"),
        ("9.2.0.dev0", "pytest", "9.2.0.dev0"),
        ("rel_2_0_52", "sqlalchemy", "2.0.52"),
        ("rel_2_1_0b1", "sqlalchemy", "2.1.0b1"),
        ("pydantic==2.1", "pydantic", "2.1"),
        ("pydantic/v2.1", "pydantic", "2.1"),
        ("core-v2.48.0", "pydantic", ""),
        ("core-v2.48.0", "", ""),
        ("v1", "", ""),
        ("latest", "", ""),
        ("nightly-2026-01-01", "", ""),
        ("2.1 (old)", "", ""),
    ],
)
def test_a_tag_is_a_version_or_somebody_else_s(name: str, package: str, version: str) -> None:
    assert tag(name, package) == (Version(version) if version else None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-07-29", date(2026, 7, 29)),
        ("June 12, 2026", date(2026, 6, 12)),
        ("6th December, 2024", date(2024, 12, 6)),
        ("December 6th, 2024", date(2024, 12, 6)),
        ("22nd of March 2021", date(2021, 3, 22)),
        ("31 aug 2021", date(2021, 8, 31)),
        ("Sept. 1, 2021", date(2021, 9, 1)),
        ("Released 2026-02-18", date(2026, 2, 18)),
        ("August 11,\n 2026", date(2026, 8, 11)),
        ("06-29-2015", date(2015, 6, 29)),
        ("29.06.2015", date(2015, 6, 29)),
        ("2015/06/29", date(2015, 6, 29)),
        ("06-05-2015", None),
        ("32nd August, 2021", None),
        ("2026-02-30", None),
        ("9999-99-99", None),
        ("Maybe 2026", None),
        ("", None),
    ],
)
def test_a_date_is_read_in_every_form_that_changelogs_use(text: str, day: date | None) -> None:
    assert read_date(text) == day


@pytest.mark.parametrize(
    "title", ["Latest Changes", "Next", "Next release", "UNRELEASED", "[Unreleased](x)", "🚧 next"]
)
def test_changes_that_no_release_has_are_known_by_their_title(title: str) -> None:
    assert is_unreleased(title)


@pytest.mark.parametrize("title", ["", "Next steps", "Changes", "Released", "0.1.0"])
def test_other_titles_are_not_those_of_unreleased_changes(title: str) -> None:
    assert not is_unreleased(title)


@example("=0.0")
@given(st.text() | st.text("0123456789.-_vrelab()[]{}# ,:/XJune"))
def test_any_title_is_read_without_an_error(title: str) -> None:
    found = release(title)
    assert found is None or found == release(title)
    assert tag(title) is None or found is not None
    read_date(title)
    is_unreleased(title)
