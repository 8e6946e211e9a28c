"""The next version to try: tables, laws, and FastAPI's own history."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pincheck import candidates, changelog, pins
from pincheck.candidates import Limits, Search
from pincheck.manifests import read
from pincheck.model import Declaration, Source
from pincheck.upgrades import Release
from tests.conftest import data, path

DAY = timedelta(days=1)
TODAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
FREE = Limits(None, timedelta(), SpecifierSet(), None)


def release(version: str, age: float | None = 100, *, yanked: bool = False, python: str = "") -> Release:
    uploaded = None if age is None else TODAY - age * DAY
    return Release(Version(version), uploaded, yanked, SpecifierSet(python))


def limits(cooldown: float = 3, *, project: str = "", python: str = "3.12.1", noted: Sequence[str] = ()) -> Limits:
    wait = cooldown * DAY
    cutoff = TODAY - wait if cooldown else None
    return Limits(cutoff, wait, SpecifierSet(project), Version(python), frozenset(map(Version, noted)))


def now(pin: str, *published: Release, kept: Limits | None = None) -> str:
    found = candidates.current([SpecifierSet(part) for part in pin.split(" & ")], published, kept or limits())
    return str(found.version) if found else ""


def proposed(pin: str, *published: Release, kept: Limits | None = None) -> tuple[str, dict[str, str]]:
    specifiers, kept = [SpecifierSet(pin)], kept or limits()
    stands = candidates.current(specifiers, published, kept)
    assert stands is not None
    search = candidates.next_minor(stands, specifiers, published, kept)
    reasons = {str(item.version): item.reason for item in search.passed_over}
    return str(search.found.version) if search.found else "", reasons


@pytest.mark.parametrize(
    ("pin", "published", "stands"),
    [
        ("==0.1.0", [release("0.1.0"), release("0.1.1")], "0.1.0"),
        ("==0.1.0", [release("0.1.0", 1, yanked=True), release("0.1.1")], "0.1.0"),
        ("===0.1.0", [release("0.1.0", 0)], "0.1.0"),
        ("==0.1.0", [release("0.1.1")], ""),
        ("==0.1.*", [release("0.1.0"), release("0.1.1"), release("0.2.0")], "0.1.1"),
        ("==0.1.*", [release("0.1.0"), release("0.1.1", 1)], "0.1.0"),
        ("==0.1.*", [release("0.1.0", 2), release("0.1.1", 1)], "0.1.1"),
        ("==0.1.*", [release("0.1.0"), release("0.1.1", yanked=True)], "0.1.0"),
        ("==0.1.*", [release("0.1.0", yanked=True), release("0.1.1", yanked=True)], "0.1.1"),
        ("==0.1.*", [release("0.1.0"), release("0.1.1rc1")], "0.1.0"),
        ("==0.1.*", [release("0.1.0", yanked=True), release("0.1.1rc1")], "0.1.1rc1"),
        (">=0.1.0rc1,<0.2", [release("0.1.0rc1"), release("0.1.0"), release("0.1.1rc1")], "0.1.1rc1"),
        ("==0.1.*", [release("0.1.0"), release("0.1.1", python=">=3.13")], "0.1.0"),
        ("==0.1.*", [release("0.1.0", python=">=3.13")], "0.1.0"),
        ("==0.1.* & ==0.1.1", [release("0.1.0"), release("0.1.1"), release("0.1.2")], "0.1.1"),
        ("==0.1.* & !=0.1.2", [release("0.1.0"), release("0.1.1"), release("0.1.2")], "0.1.1"),
        ("==0.1.*", [release("0.2.0")], ""),
    ],
)
def test_what_a_pin_resolves_to(pin: str, published: list[Release], stands: str) -> None:
    assert now(pin, *published) == stands


def test_the_next_minor_is_the_lowest_series_with_an_eligible_patch_and_its_newest_one() -> None:
    found = proposed(
        "==0.1.0",
        release("0.1.0"),
        release("0.1.9"),
        release("0.2.0", yanked=True),
        release("0.3.0rc1"),
        release("0.4.0", 2),
        release("0.4.1", None),
        release("0.5.0", python=">=3.13"),
        release("0.6.0"),
        release("0.6.1"),
        release("0.6.2rc1"),
        release("0.6.3", 1),
        release("0.7.0"),
    )
    assert found == (
        "0.6.1",
        {
            "0.2.0": "yanked",
            "0.3.0rc1": "a pre-release",
            "0.4.0": "published 2026-11-18 12:00 UTC, younger than the cooldown of 3 days",
            "0.4.1": "the index does not say when it was uploaded, so it counts as too young",
            "0.5.0": "requires Python >=3.13, the tests run on 3.12.1",
            "0.6.3": "published 2026-11-19 12:00 UTC, younger than the cooldown of 3 days",
        },
    )


@pytest.mark.parametrize(
    ("pin", "published", "found"),
    [
        ("==0.1.0", ["0.1.0", "1.0.0"], "1.0.0"),
        ("==0.9.0", ["0.9.0", "0.10.0", "0.9.5"], "0.10.0"),
        ("==0.1.0", ["0.1.0", "1!0.0.1"], "1!0.0.1"),
        ("==0.1.0", ["0.1.0", "0.2.0", "0.2.0.post1"], "0.2.0.post1"),
        ("==0.1.0", ["0.1.0", "0.2.0.dev1", "0.2.0a1"], ""),
        ("==0.1.*,!=0.2.1", ["0.1.0", "0.2.0", "0.2.1"], "0.2.0"),
        ("==0.1.*,!=0.2.*", ["0.1.0", "0.2.0", "0.3.0"], "0.3.0"),
        ("==0.3.0", ["0.1.0", "0.2.0", "0.3.0", "0.3.1"], ""),
    ],
)
def test_series(pin: str, published: list[str], found: str) -> None:
    ordered = sorted(map(release, published), key=lambda r: r.version)
    assert proposed(pin, *ordered)[0] == found


@pytest.mark.parametrize(
    ("age", "cooldown", "reason"),
    [
        (3, 3, ""),
        (3 + 1e-6, 3, ""),
        (3 - 1e-6, 3, "younger than the cooldown of 3 days"),
        (0.5 - 1e-6, 0.5, "younger than the cooldown of 12 hours"),
        (1 - 1e-6, 1, "younger than the cooldown of 1 day"),
        (-1000, 3, "younger than the cooldown of 3 days"),
        (None, 3, "counts as too young"),
        (None, 0, ""),
        (0, 0, ""),
    ],
)
def test_the_cooldown_ends_on_the_instant(age: float | None, cooldown: float, reason: str) -> None:
    said = candidates.obstacle(release("0.2.0", age), release("0.1.0"), [], limits(cooldown))
    assert said.endswith(reason) if reason else said == ""


@pytest.mark.parametrize(
    ("before", "project", "after", "python", "reason"),
    [
        (">=3.8", ">=3.8", ">=3.9", "3.12.1", "requires Python >=3.9, the project allows >=3.8"),
        (">=3.8", ">=3.9", ">=3.9", "3.12.1", ""),
        (">=3.9", ">=3.8", ">=3.9", "3.12.1", ""),  # The project has no 3.8 with the current one either.
        (">=3.8", "", ">=3.9", "3.12.1", ""),
        (">=3.8", "", ">=3.13", "3.12.1", "requires Python >=3.13, the tests run on 3.12.1"),
        (">=3.8", ">=3.8,<4", "", "3.12.1", ""),
        (">=3.8", "~=3.10", ">=3.10", "3.12.1", ""),
        (">=3.8", "==3.11.*", ">=3.10", "3.11.7", ""),
        (">=3.8", ">=3.10,<3.13", ">=3.10,<3.12", "3.11.7", "requires Python <3.12,>=3.10, the project allows <3.13,>=3.10"),
    ],
)  # fmt: skip
def test_no_python_of_the_project_is_taken_away(
    before: str, project: str, after: str, python: str, reason: str
) -> None:
    kept = limits(project=project, python=python)
    assert candidates.obstacle(release("0.2.0", python=after), release("0.1.0", python=before), [], kept) == reason


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("0.2.0", ""),
        ("0.3.0rc1", ""),
        ("0.1.0", "it is not above 0.1.0"),
        ("0.0.1", "it is not above 0.1.0"),
        ("0.2.7", "the index does not have it"),
        ("0.2.8", "it is in the release notes but was never published"),
        ("0.4.0", "yanked"),
        ("0.5.0", "published 2026-11-19 12:00 UTC, younger than the cooldown of 3 days; `--now` takes it all the same"),
        (
            "0.6.0",
            "the index does not say when it was uploaded, so it counts as too young; `--now` takes it all the same",
        ),
        ("0.7.0", "requires Python >=3.13, the tests run on 3.12.1"),
        ("0.8.0", "shut out by `!=0.8.0`"),
    ],
)
def test_a_version_that_a_person_asks_for(to: str, reason: str) -> None:
    published = [
        release("0.0.1"), release("0.1.0"), release("0.2.0"), release("0.3.0rc1"), release("0.4.0", yanked=True),
        release("0.5.0", 1), release("0.6.0", None), release("0.7.0", 1, python=">=3.13"), release("0.8.0"),
    ]  # fmt: skip
    pin = [SpecifierSet("==0.1.0,!=0.8.0")]
    found = candidates.named(Version(to), published[1], pin, published, limits(noted=["0.2.8"]))
    assert found == reason if reason else isinstance(found, Release)


def test_a_yank_is_shown_with_what_its_publisher_says() -> None:
    taken_back = Release(Version("0.2.0"), TODAY - 100 * DAY, True, SpecifierSet(), "it \x1b[31mleaks" + "!" * 500)
    _, reasons = proposed("==0.1.0", release("0.1.0"), taken_back)
    assert reasons["0.2.0"].startswith("yanked: it \x1b[31mleaks!")
    assert len(reasons["0.2.0"]) < 250


def test_what_only_the_notes_have_is_named() -> None:
    published = [release("0.1.0"), release("0.2.0"), release("0.2.2")]
    noted = [Version(text) for text in ("0.2.1", "0.1.0", "0.1.5")]
    assert list(map(str, candidates.unpublished(noted, published))) == ["0.1.5", "0.2.1"]
    assert candidates.unpublished(noted, []) == ()


def declared(text: str) -> tuple[Declaration, ...]:
    reading = read(Source(path("requirements.txt"), text), environ={}, named=True)
    assert reading is not None
    return reading.declarations


def test_all_declarations_move_or_none_does() -> None:
    both = declared("fastapi>=0.1.0,<0.2.0\nfastapi[all] == 0.1.3\nfastapi\n")
    moved = candidates.edits(both, Version("0.2.4"))
    assert not isinstance(moved, str)
    assert [edit.text for edit in moved[0]] == [">=0.2.0,<0.3.0", " == 0.2.4"]
    assert candidates.edits(declared("fastapi==0.2.4"), Version("0.2.4")) == ((), ())
    stuck = candidates.edits(declared("fastapi==0.1.0\nfastapi<=0.1.9\n"), Version("0.2.4"))
    assert stuck == "requirements.txt:2: `<=0.1.9` does not stand inside one minor series"
    dropped = candidates.edits(declared("fastapi>=0.1.0,!=0.1.2,<0.2.0"), Version("0.2.4"))
    assert dropped[1] == ("requirements.txt:1: dropped `!=0.1.2`, which means nothing in the new series",)


# Laws.

VERSIONS = st.builds(
    "{}.{}.{}{}".format, st.integers(0, 1), st.integers(0, 5), st.integers(0, 3), st.sampled_from(["", "", "", "rc1"])
)
RELEASES = st.lists(
    st.builds(
        release,
        VERSIONS,
        st.none() | st.floats(-1, 10),
        yanked=st.booleans(),
        python=st.sampled_from(["", ">=3.8", ">=3.10", ">=3.13"]),
    ),
    unique_by=lambda found: found.version,
    min_size=1,
).map(lambda found: sorted(found, key=lambda r: r.version))
LIMITS = st.builds(
    limits, st.sampled_from([0, 3]), project=st.sampled_from(["", ">=3.8", ">=3.10"]), noted=st.lists(VERSIONS)
)


def search(published: list[Release], stands: Release, kept: Limits) -> Search:
    return candidates.next_minor(stands, [SpecifierSet(f"=={stands.version}")], published, kept)


@given(RELEASES, LIMITS, st.data())
def test_what_is_found_is_eligible_and_in_the_lowest_series(
    published: list[Release], kept: Limits, draw: st.DataObject
) -> None:
    stands = draw.draw(st.sampled_from(published))
    found = search(published, stands, kept).found

    def eligible(r: Release) -> bool:
        above = pins.series_of(r.version) > pins.series_of(stands.version) and not r.version.is_prerelease
        old = kept.cutoff is None or (r.uploaded is not None and r.uploaded <= kept.cutoff)
        return above and not r.yanked and old and not candidates.obstacle(r, stands, [], kept)

    rest = [r for r in published if eligible(r)]
    assert (found is None) == (not rest)
    if found is not None:
        assert found.version > stands.version
        assert found in rest
        lowest = min(pins.series_of(r.version) for r in rest)
        assert found == [r for r in rest if pins.series_of(r.version) == lowest][-1]


@given(RELEASES, LIMITS, st.data())
def test_everything_passed_over_has_a_reason(published: list[Release], kept: Limits, draw: st.DataObject) -> None:
    stands = draw.draw(st.sampled_from(published))
    ended = search(published, stands, kept)
    reasons = {item.version: item.reason for item in ended.passed_over}
    assert len(reasons) == len(ended.passed_over)
    assert all(reasons.values())
    end = pins.series_of(ended.found.version) if ended.found else pins.Series(9, 0, 0)
    for r in published:
        between = pins.series_of(stands.version) < pins.series_of(r.version) < end
        if between and not r.version.is_prerelease:
            assert r.version in reasons


@given(RELEASES, LIMITS, st.sampled_from(["==0.1.*", ">=0.1.0,<0.3", "<1.3", "==0.1.1"]))
def test_what_a_pin_resolves_to_is_allowed_by_it(published: list[Release], kept: Limits, pin: str) -> None:
    found = candidates.current([SpecifierSet(pin)], published, kept)
    allowed = [r for r in published if SpecifierSet(pin).contains(r.version, prereleases=True)]
    assert (found is None) == (not allowed)
    assert found is None or found in allowed
    if found is not None and found.yanked and pin != "==0.1.1":
        assert all(r.yanked for r in allowed)


def test_a_hundred_thousand_versions_take_no_longer_than_they_must() -> None:
    published = [release(f"0.{minor}.0", yanked=True) for minor in range(100_000)]
    found = candidates.next_minor(published[0], [], published, FREE)
    assert (found.found, len(found.passed_over)) == (None, 99_999)


# FastAPI's own history: the day each version came, and the Python it asks for.


@cache
def history() -> tuple[tuple[Release, ...], frozenset[Version]]:
    listed = json.loads(data("notes", "fastapi", "requires-by-version.json").read_text())
    published = [
        Release(
            Version(x["version"]),
            datetime.combine(date.fromisoformat(x["date"]), datetime.min.time(), UTC),
            False,
            SpecifierSet(x["requires_python"] or ""),
        )
        for x in listed
    ]
    notes = data("notes", "fastapi", "release-notes.md").read_text()
    return tuple(sorted(published, key=lambda r: r.version)), frozenset(changelog.versions(notes))


def on(
    day: str, pin: str, *, python: str = "3.12.1", project: str = "", cooldown: int = 3
) -> tuple[str, dict[str, str]]:
    """Return what was proposed on a day in FastAPI's history, and the reasons for what was not."""
    published, noted = history()
    today = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    there = tuple(r for r in published if r.uploaded is not None and r.uploaded <= today)
    wait = cooldown * DAY
    kept = Limits(today - wait if cooldown else None, wait, SpecifierSet(project), Version(python), noted)
    return proposed(pin, *there, kept=kept)


@pytest.mark.parametrize(
    ("day", "pin", "found"),
    [
        ("2026-11-20", "==0.134.0", "0.135.4"),
        ("2026-11-20", "==0.136.1", "0.137.2"),
        ("2026-11-20", "==0.143.5", "0.144.0"),
        ("2026-10-19", "==0.143.0", ""),  # All of 0.144 to 0.150 came in the last two days.
        ("2026-10-21", "==0.143.0", "0.144.0"),
        ("2026-10-23", "==0.150.0", "0.151.0"),
        ("2026-10-23", "==0.156.0", ""),
        ("2026-11-20", "==0.161.1", "0.162.7"),
        ("2026-11-15", "==0.161.1", "0.162.5"),
        ("2026-11-20", "==0.162.7", "0.163.2"),
        ("2026-11-19", "==0.162.7", "0.163.1"),
        ("2026-11-20", "==0.163.2", ""),
        ("2026-11-21", "==0.163.2", "0.165.0"),
        ("2026-11-21", "==0.165.0", ""),
        ("2023-07-08", "==0.99.1", ""),
        ("2023-08-01", "==0.99.1", "0.100.1"),
        ("2026-11-20", "==0.1.2", "0.2.1"),
    ],
)
def test_the_history_of_fastapi(day: str, pin: str, found: str) -> None:
    assert on(day, pin)[0] == found


def test_a_patch_that_raised_the_python_gives_way_to_the_one_before() -> None:
    found, reasons = on("2026-11-20", "==0.161.1", python="3.10.13", project=">=3.10")
    assert found == "0.162.5"
    assert reasons["0.162.6"] == "requires Python >=3.11, the tests run on 3.10.13"
    found, reasons = on("2026-11-20", "==0.161.1", python="3.12.1", project=">=3.10")
    assert found == "0.162.5"
    assert reasons["0.162.7"] == "requires Python >=3.11, the project allows >=3.10"


def test_what_was_noted_and_never_published_is_never_proposed() -> None:
    found, reasons = on("2026-11-20", "==0.135.0")
    assert (found, reasons) == ("0.136.3", {})
    published, noted = history()
    assert Version("0.136.2") in candidates.unpublished(noted, published)


def test_every_minor_of_the_history_leads_to_the_next_and_so_to_the_end() -> None:
    seen, pin = [], "==0.1.0"
    while pin:
        found, _ = on("2026-11-30", pin)
        seen.append(found)
        pin = f"=={found}" if found else ""
    published, _ = history()
    assert len(seen) == len({pins.series_of(r.version) for r in published if not r.version.is_prerelease})
    assert seen[-3:] == ["0.163.2", "0.165.0", ""]


def test_missing_notes_are_named() -> None:
    published, noted = history()
    missing = candidates.missing_notes(noted, Version("0.141.1"), Version("0.142.1"), published)
    assert list(map(str, missing)) == ["0.142.0", "0.142.1"]
