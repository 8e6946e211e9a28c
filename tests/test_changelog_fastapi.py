import re
from collections import Counter
from datetime import date

import pytest
from packaging.version import Version

from pincheck import changelog
from pincheck.changelog import Written
from pincheck.upgrades import Notes
from tests.changelogs import commonmark_versions, real


@pytest.fixture(scope="module")
def text() -> str:
    return real("fastapi/release-notes.md")


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


def test_every_block_of_the_file_is_found(text: str) -> None:
    blocks = [block for section in changelog.sections(text) for block in section.blocks()]
    items = [block for block in blocks if block.kind == "item"]
    assert Counter(block.level for block in items) == {1: 3590, 2: 237, 3: 47}
    assert Counter(block.level for block in blocks if block.kind == "heading") == {2: 2, 3: 605, 4: 12}
    assert sum(block.kind == "code" for block in blocks) == 31
    assert sum(block.kind == "paragraph" for block in blocks) == 170
    lines = text.split("\n")
    assert all(lines[block.line - 1].lstrip().startswith("*") for block in items)
    categories = Counter(block.text for block in blocks if block.kind == "heading" and block.level < 4)
    assert [categories[name] for name in ("Internal", "Docs", "Translations", "Fixes", "Features")] == [
        145,
        105,
        100,
        79,
        59,
    ]
    assert [categories[name] for name in ("Refactors", "Upgrades", "Breaking Changes", "Security fixes")] == [
        52,
        38,
        14,
        3,
    ]


def test_the_latest_changes_are_coming(text: str) -> None:
    coming = changelog.unreleased(text)
    assert coming is not None
    assert (coming.title, coming.line, len(coming.entries)) == ("Latest Changes", 8, 42)
    assert changelog.doubts(text) == ()


def test_the_largest_release_and_the_small_ones(text: str, releases: dict[str, Notes]) -> None:
    assert max(len(notes.entries) for notes in releases.values()) == len(releases["0.110.1"].entries) == 169
    found = [[block.kind for block in section.blocks()].count("item") for section in changelog.sections(text)]
    assert (max(found), found.count(1)) == (169, 44)


def test_seven_releases_in_range_have_a_breaking_heading(text: str) -> None:
    told = changelog.between(text, Version("0.112.0"), Version("0.141.1"))
    headed = [str(notes.version) for notes in told if headed_breaking(notes)]
    assert headed == ["0.137.0", "0.132.0", "0.131.0", "0.129.0", "0.128.0", "0.127.0", "0.125.0"]
    first = {
        str(notes.version): next(entry for entry in notes.entries if entry.breaking)
        for notes in told
        if headed_breaking(notes)
    }
    assert all(entry.links and "/pull/" in entry.links[0] for entry in first.values())
    assert [entry.line for entry in first.values()] == [398, 794, 811, 869, 1117, 1151, 1188]


@pytest.mark.parametrize(
    ("version", "line", "kind", "signal"),
    [
        ("0.136.3", 507, "breaking", "Do not accept"),
        ("0.126.0", 1166, "breaking", "Drop support"),
        ("0.122.0", 1415, "breaking", "If your code depended on"),
        ("0.118.0", 1672, "breaking", "behavior was reverted"),
        ("0.104.0", 3998, "breaking", "Drop support"),
        ("0.92.0", 4737, "security", "security fix"),
        ("0.109.1", 3567, "security", ""),
        ("0.37.0", 6867, "security", "security issue"),
        ("0.119.0", 1599, "deprecation", "is now deprecated"),
        ("0.133.0", 777, "dependency", ""),
        ("0.71.0", 5689, "dependency", "Upgrade Starlette to 0.17.1"),
        ("0.128.3", 966, "dependency", ""),
        ("0.111.1", 3108, "breaking", "Remove `orjson` and `ujson` from default dependencies"),
        ("0.137.0", 478, "noise", ""),
        ("0.136.1", 584, "noise", ""),
        ("0.136.1", 591, "noise", ""),
        ("0.120.0", 1536, "other", ""),
        ("0.65.3", 5956, "fix", ""),
    ],
)
def test_each_entry_has_its_kind(
    text: str, releases: dict[str, Notes], version: str, line: int, kind: str, signal: str
) -> None:
    found = [entry for entry in releases[version].entries if entry.line == line]
    assert [(entry.kind, entry.signal) for entry in found] == [(kind, signal)], text.split("\n")[line - 1]


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


def test_words_reveal_more_breaking_releases_than_headings(releases: dict[str, Notes]) -> None:
    silent = [notes for notes in releases.values() if not headed_breaking(notes)]
    told = {str(notes.version): sum(entry.breaking for entry in notes.entries) for notes in silent}
    assert {version: count for version, count in told.items() if count} == {
        "0.136.3": 1,
        "0.126.0": 1,
        "0.122.0": 1,
        "0.118.0": 1,
        "0.111.1": 1,
        "0.104.0": 1,
        "0.100.0": 2,
        "0.87.0": 1,
        "0.77.0": 1,
        "0.60.2": 1,
        "0.38.0": 1,
    }


@pytest.mark.parametrize("version", ["0.120.0", "0.92.0", "0.68.2", "0.65.3"])
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
    notes = changelog.parse(real(f"fastapi/history/release-notes@{tag}.md"))
    assert len(notes) == count
    assert sum(release.date is not None for release in notes) == dated
    assert sum(len(release.entries) for release in notes) == items + paragraphs
    assert sum(headed_breaking(release) for release in notes) == breaking
    assert notes[0].version == Version(tag)


@pytest.mark.parametrize(
    ("name", "count", "dated", "newest", "oldest"),
    [
        ("starlette/release-notes.md", 137, 89, "1.3.1", "0.6.0"),
        ("starlette/release-notes@1.10.0-sdist.md", 146, 98, "1.10.0", "0.6.0"),
        ("uvicorn/release-notes.md", 96, 96, "0.51.0", "0.10.0"),
        ("httpx/CHANGELOG.md", 77, 77, "0.28.1", "0.6.0"),
        ("redis/CHANGES", 62, 4, "3.5.3", "2.2.0"),
    ],
)
def test_the_notes_of_other_packages_are_read(name: str, count: int, dated: int, newest: str, oldest: str) -> None:
    notes = changelog.parse(Written(real(name), path=name))
    assert (len(notes), sum(release.date is not None for release in notes)) == (count, dated)
    assert (str(notes[0].version), str(notes[-1].version)) == (newest, oldest)
    assert changelog.doubts(real(name)) == ()


def test_a_file_that_only_names_another_tells_of_nothing() -> None:
    assert changelog.versions(Written(real("uvicorn/CHANGELOG.md"), path="CHANGELOG.md")) == ()


def test_an_admonition_of_starlette_is_kept() -> None:
    (notes,) = changelog.between(real("starlette/release-notes@1.10.0-sdist.md"), Version("1.6.99"), Version("1.7.0"))
    (told,) = [entry for entry in notes.entries if entry.text.startswith("OpenTelemetryMiddleware is experimental:")]
    assert told.links == ("https://github.com/Kludex/starlette/pull/3574",)
