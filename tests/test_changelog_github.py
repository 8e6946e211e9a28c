import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from pincheck import changelog
from pincheck.changelog import Written

API = "application/vnd.github+json"

BODY = """\
> FastAPI includes an official skill that helps coding agents.\r
>\r
> Run `uvx library-skills`.\r
\r
Please read on.\r
\r
### Breaking Changes\r
\r
* ♻️ Split the router. PR [#8](https://github.com/fastapi/fastapi/pull/8) by [@ann](https://github.com/ann).\r
\r
### Internal\r
\r
* ⬆ Bump starlette from 0.52.1 to 1.0.0. PR [#9](https://github.com/fastapi/fastapi/pull/9).\r
"""

GENERATED = """\
<!-- Release notes generated using configuration in .github/release.yml at main -->

## What's Changed
### Exciting New Features 🎉
* Add a router by @ann in https://github.com/example/web/pull/1
### Other Changes
* fix(core): mend it by @bob in https://github.com/example/web/pull/2
* feat!: take no bytes by @bob in https://github.com/example/web/pull/3
* Bump actions/checkout from 4 to 5 by @dependabot[bot] in https://github.com/example/web/pull/4
* [pre-commit.ci] pre-commit autoupdate by @pre-commit-ci[bot] in https://github.com/example/web/pull/5
* ci: run twice by @bob in https://github.com/example/web/pull/6
* Deprecate the old way by @ann and @bob in https://github.com/example/web/pull/7

## New Contributors
* @bob made their first contribution in https://github.com/example/web/pull/2

**Full Changelog**: https://github.com/example/web/compare/1.0.0...1.1.0
"""


def release(tag: str, body: str | None = "", **more: Any) -> dict[str, Any]:
    return {
        "tag_name": tag,
        "name": None,
        "draft": False,
        "prerelease": False,
        "published_at": "2026-07-29T17:17:26Z",
        "body": body,
        "html_url": f"https://github.com/fastapi/fastapi/releases/tag/{tag}",
        **more,
    }


def answer(*releases: Any, package: str = "fastapi") -> Written:
    return Written(json.dumps(releases), API, package=package)


def test_a_release_is_read_from_its_body() -> None:
    (notes,) = changelog.parse(answer(release("0.162.0", BODY, name="Big one")))
    assert (notes.version, notes.date, notes.line) == (Version("0.162.0"), date(2026, 7, 29), 0)
    assert notes.link == "https://github.com/fastapi/fastapi/releases/tag/0.162.0"
    assert [(entry.kind, entry.category, entry.text, entry.line) for entry in notes.entries] == [
        ("other", "", "Please read on.", 0),
        ("breaking", "Breaking Changes", "♻️ Split the router.", 0),
        ("noise", "Internal", "⬆ Bump starlette from 0.52.1 to 1.0.0.", 0),
    ]


def test_what_github_writes_itself_is_understood() -> None:
    (notes,) = changelog.parse(answer(release("1.1.0", GENERATED)))
    assert [(entry.kind, entry.text) for entry in notes.entries] == [
        ("feature", "Add a router"),
        ("fix", "fix(core): mend it"),
        ("breaking", "feat!: take no bytes"),
        ("noise", "Bump actions/checkout from 4 to 5"),
        ("noise", "[pre-commit.ci] pre-commit autoupdate"),
        ("noise", "ci: run twice"),
        ("deprecation", "Deprecate the old way"),
        ("noise", "@bob made their first contribution in https://github.com/example/web/pull/2"),
        ("noise", "Full Changelog: https://github.com/example/web/compare/1.0.0...1.1.0"),
    ]
    assert notes.entries[0].links == ("https://github.com/example/web/pull/1",)
    assert notes.entries[0].category == "Exciting New Features 🎉"


def test_releases_come_newest_first_without_drafts_and_without_other_packages() -> None:
    listed = [
        release("v1.0.0"),
        release("v1.10.0", draft=True),
        release("core-v2.48.0"),
        release("v1.2.0b1", prerelease=True),
        release("rel_1_9_0"),
        release("fastapi-1.3.0"),
        release("latest"),
        release("v1"),
    ]
    assert list(map(str, changelog.versions(answer(*listed)))) == ["1.9.0", "1.3.0", "1.2.0b1", "1.0.0"]
    assert changelog.unreleased(answer(*listed)) is None


def test_a_range_of_releases_is_cut() -> None:
    written = answer(*(release(f"1.{minor}.0", "* One.") for minor in range(5)))
    found = changelog.between(written, Version("1.1.0"), Version("1.3.0"))
    assert [str(notes.version) for notes in found] == ["1.3.0", "1.2.0"]


@pytest.mark.parametrize("text", [json.dumps(release("1.0")), "\ufeff\n" + json.dumps([release("1.0")])])
def test_the_latest_release_alone_is_read_too(text: str) -> None:
    assert changelog.versions(text) == (Version("1.0"),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        "[1, null, [], {}]",
        '[{"tag_name": 1}]',
        '[{"tag_name": "v1.0"',
        '{"message": "API rate limit exceeded"}',
        "[" * 100_000,
        '[{"tag_name": "' + "9" * 5000 + '.0"}]',
    ],
)
def test_an_answer_without_a_release_tells_of_nothing(text: str) -> None:
    assert changelog.parse(Written(text, API)) == ()


@pytest.mark.parametrize(
    ("fields", "day", "link"),
    [
        ({"published_at": None}, None, "https://example.org/1"),
        ({"published_at": "9999-99-99T00:00:00Z"}, None, "https://example.org/1"),
        ({"html_url": "javascript:alert(1)"}, date(2026, 7, 29), ""),
        ({"html_url": None}, date(2026, 7, 29), ""),
        ({"name": "\ud800", "body": 7}, date(2026, 7, 29), "https://example.org/1"),
    ],
)
def test_a_field_that_is_missing_or_strange_costs_only_itself(
    fields: dict[str, Any], day: date | None, link: str
) -> None:
    (notes,) = changelog.parse(answer(release("1.0", **{"html_url": "https://example.org/1", **fields})))
    assert (notes.date, notes.link, notes.entries) == (day, link, ())


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["tag_name", "body", "draft", "name"]), inner),
)


@settings(deadline=None)
@given(JSON, st.text())
def test_any_answer_is_read_without_an_error(document: object, body: str) -> None:
    changelog.parse(Written(json.dumps(document), API))
    for notes in changelog.parse(answer(document, release("1.0", body))):
        "".join(entry.text for entry in notes.entries).encode()
