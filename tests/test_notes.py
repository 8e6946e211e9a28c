"""`pincheck notes` from outside: a digest that a person can act on, from FastAPI's own notes and from small ones."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Ended, data
from tests.servers import Reply, Server, Upload, alone, running
from tests.wheels import wheel

Notes = Callable[..., Ended]
# The minors between with a heading that says "breaking" (release-notes.md of FastAPI, lines 396 to 1186).
HEADED = ["0.137.0", "0.132.0", "0.131.0", "0.129.0", "0.128.0", "0.127.0", "0.125.0"]
SCREEN = 40
UPLOADED = "2026-03-01T12:00:00Z"
SMALL = """\
# Changes

## Unreleased

* Not yet.
* Nor this.

## 0.3.0 (2026-03-01)

### Breaking Changes

* Take it away. PR [#3](https://github.com/o/r/pull/3) by [@ann](https://github.com/ann).

### Security

* Close a hole. PR [#2](https://github.com/o/r/pull/2) by [@ann](https://github.com/ann).

### Docs

* Say it better.

## 0.2.9 (2026-02-01)

### Fixes

* Mend it.

## 0.2.0 (2026-01-01)

### Features

* Begin.
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """An index with FastAPI's own versions, to which pip is configured."""
    alone(monkeypatch, tmp_path)
    with running() as started:
        monkeypatch.setenv("PIP_INDEX_URL", started.simple)
        yield started


@pytest.fixture
def notes(pincheck: Callable[..., Ended], server: Server, project: Path) -> Notes:
    """Run the verb in an empty folder beside small notes."""
    (project / "small.md").write_text(SMALL)
    server.package("small", [Upload(version, UPLOADED) for version in ("0.2.0", "0.2.1", "0.3.0", "0.4.0rc1")])
    return lambda *arguments: pincheck("notes", *arguments)


@pytest.fixture
def real(notes: Notes, server: Server) -> Callable[..., Ended]:
    """Run the verb on FastAPI's own release notes."""
    rows = json.loads(data("notes", "fastapi", "requires-by-version.json").read_text())
    server.package("fastapi", [Upload(row["version"], f"{row['date']}T12:00:00Z") for row in rows])
    place = data("notes", "fastapi", "release-notes.md")
    return lambda versions, *more: notes("fastapi", versions, "--notes", place, *more)


def test_every_breaking_section_of_a_long_range_is_on_the_first_screen_with_its_link(real: Notes) -> None:
    ended = real("0.112.0..0.141.1")
    assert ended.code == 0
    first = ended.out.splitlines()[:SCREEN]
    at = first.index("  breaking changes")
    for version in HEADED:
        heads = [number for number, line in enumerate(first[at:], at) if line.startswith(f"    {version} (")]
        assert heads, version
        assert any("https://github.com/" in line for line in first[heads[0] + 1 : heads[0] + 3]), version
    assert "7 with breaking changes" in first[0]
    assert all(len(line) < 180 for line in first)


def test_each_breaking_section_is_whole_with_verbose(real: Notes) -> None:
    out = real("0.112.0..0.141.1", "-v").out
    short = real("0.112.0..0.141.1").out
    assert out.count("\n") > short.count("\n")
    assert "(listed with `--verbose`)" not in out
    assert "(listed with `--verbose`)" in short


def test_a_version_without_notes_and_one_that_was_never_published_are_named(real: Notes) -> None:
    out = real("0.136.0..0.142.0").out
    assert "  no notes found for 0.142.0\n" in out
    assert "  never published, only in the notes: 0.136.2\n" in out
    assert "  coming, not released yet: 42 entries\n" in out


def test_what_is_noise_is_counted_and_not_printed(real: Notes) -> None:
    out = real("0.112.0..0.141.1").out
    assert "entries of documentation, translations or internals" in out
    assert "🌐" not in out


def test_the_kinds_come_in_the_order_in_which_a_person_acts(notes: Notes) -> None:
    assert notes("small", "0.2.0..0.3.0", "--notes", "small.md") == Ended(
        0,
        """\
small 0.2.0..0.3.0: 2 releases with notes, 1 with breaking changes
  breaking changes
    0.3.0 (2026-03-01): Take it away.
      https://github.com/o/r/pull/3
  security
    0.3.0: Close a hole.
      https://github.com/o/r/pull/2
  fixes
    0.2.9: Mend it.
  not shown: 1 entry of documentation, translations or internals
  no notes found for 0.2.1
  never published, only in the notes: 0.2.9
  coming, not released yet: 2 entries
  release notes from `small.md`
""",
        "",
    )


@pytest.mark.parametrize(
    ("versions", "told"),
    [
        ("0.2.0..0.3.0", ["0.3.0", "0.2.9"]),
        ("0.2.0..", ["0.3.0", "0.2.9"]),
        ("..0.2.9", ["0.2.9", "0.2.0"]),
        ("0.3.0", ["0.3.0"]),
        ("0.2.9", ["0.2.9"]),
    ],
)
def test_a_range_has_two_ends_or_one_or_is_one_release(notes: Notes, versions: str, told: list[str]) -> None:
    ended = notes("small", versions, "--notes", "small.md", "--format", "json")
    (digest,) = json.loads(ended.out)["digests"]
    assert [one["version"] for one in digest["notes"]] == told


@pytest.mark.parametrize(
    ("package", "versions", "error"),
    [
        ("small", "new", "`new` is not a range of versions"),
        ("small", "0.3..0.2", "`0.3..0.2` ends before it begins"),
        ("sm all", "0.3..0.4", "`sm all` is not the name of a package"),
        ("small", "0.7.0..0.8.0", "no release notes of `small` for 0.7.0..0.8.0"),
        ("gone", "0.7.0..0.8.0", "no index has `gone`"),
    ],
)
def test_what_cannot_be_told_is_one_error(notes: Notes, package: str, versions: str, error: str) -> None:
    place = ("--notes", "small.md") if package == "small" else ()
    ended = notes(package, versions, *place)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"error: {error}")


def test_named_notes_are_enough_where_the_index_is_down(notes: Notes, server: Server) -> None:
    server.replies["/simple/small/"] = Reply(b"no", status=500)
    ended = notes("small", "0.2.0..0.3.0", "--notes", "small.md")
    assert ended.code == 0
    assert "Take it away." in ended.out
    assert "which of these releases were published is not known" in ended.out


def test_hostile_words_are_shown_escaped(notes: Notes, project: Path) -> None:
    (project / "small.md").write_text("## 0.3.0\n\n* \x1b[31mred\u202e ::error::no\n")
    out = notes("small", "0.2.0..0.3.0", "--notes", "small.md").out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_one_release_is_found_at_the_place_that_the_package_names(notes: Notes, server: Server) -> None:
    server.replies["/small.md"] = Reply(SMALL.encode(), "text/markdown")
    server.package("small", [Upload("0.2.0"), Upload("0.3.0")], Changelog=f"{server.url}/small.md")
    ended = notes("small", "0.3.0")
    assert ended.code == 0
    assert ended.out.startswith("small 0.3.0: 1 release with notes, 1 with breaking changes\n")
    assert f"  release notes from `{server.url}/small.md`\n" in ended.out


def test_where_nothing_tells_of_a_range_every_place_is_named(notes: Notes, server: Server) -> None:
    server.package("small", [Upload("0.2.0"), Upload("0.3.0")], Changelog=f"{server.url}/gone.md")
    ended = notes("small", "0.2.0..0.3.0")
    assert (ended.code, ended.out) == (2, "")
    assert f"`{server.url}/gone.md` answered 404" in ended.err
    assert "has no source distribution" in ended.err
    assert "hint: name a place with `--notes PLACE`" in ended.err


def test_a_date_is_that_of_the_upload_and_where_the_index_has_none_that_of_the_notes(
    notes: Notes, server: Server
) -> None:
    server.package("small", [Upload("0.3.0", "2026-04-05T12:00:00Z")])
    assert "    0.3.0 (2026-04-05): Take it away.\n" in notes("small", "0.2.0..0.3.0", "--notes", "small.md").out
    server.package("small", [Upload("0.3.0", "")])
    assert "    0.3.0 (2026-03-01): Take it away.\n" in notes("small", "0.2.0..0.3.0", "--notes", "small.md").out


def test_a_pre_release_is_not_asked_for_the_notes_of_final_releases(
    notes: Notes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    wheel(wheels, "shop", "1.1", "", description="## 1.1\n\n* New.\n")
    wheel(wheels, "shop", "2.0a1", "", description="## 2.0a1\n\n* Left behind.\n")
    monkeypatch.setenv("PIP_FIND_LINKS", wheels.as_uri())
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert "1.1: New." in notes("shop", "1.0..2.0").out
    assert "2.0a1: Left behind." in notes("shop", "1.1..2.0a1").out


def test_an_error_names_every_place_that_was_looked_at(
    notes: Notes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    wheel(wheels, "shop", "1.1", "", description="Words.\n")
    monkeypatch.setenv("PIP_FIND_LINKS", wheels.as_uri())
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    ended = notes("shop", "1.0..2.0")
    assert ended.code == 2
    assert "the long description of `shop` `1.1`: no heading with a version" in ended.err
    assert "names no changelog" in ended.err
    assert "--verbose" not in ended.err


def test_what_a_release_tells_twice_is_shown_once(notes: Notes, project: Path) -> None:
    body = "### Removed\n\n* It.\n* It.\n\n### Fixed\n\n* That.\n\n### Security\n\n* That.\n* That.\n"
    (project / "twice.md").write_text(f"## 0.3.0\n\n{body}")
    out = notes("small", "0.2.1..0.3.0", "--notes", "twice.md").out
    assert (out.count("It."), out.count("That.")) == (1, 2)


def test_what_was_removed_does_not_read_as_if_it_were_added(notes: Notes, project: Path) -> None:
    (project / "gone.md").write_text("## 0.3.0\n\n### Removed\n\n* Python 3.8 support.\n* Drop the old one.\n")
    out = notes("small", "0.2.1..0.3.0", "--notes", "gone.md").out
    assert "0.3.0 (2026-03-01): Removed: Python 3.8 support.\n" in out
    assert "0.3.0 (2026-03-01): Drop the old one.\n" in out
