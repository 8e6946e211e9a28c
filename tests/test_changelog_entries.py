import pytest

from pincheck import changelog
from tests.changelogs import SMALL, entries


def test_every_block_becomes_an_entry_of_its_category() -> None:
    newest, patch, oldest = changelog.parse(SMALL)
    assert [(entry.category, entry.text) for entry in newest.entries] == [
        ("", "Please read on."),
        ("Breaking Changes", "Split the router."),
        ("Breaking Changes", "Now you write: `## 0.2.9 …`"),
        ("Breaking Changes", "A new thing. - With a detail. - And one more."),
        ("Docs", "Tell of the breaking change."),
    ]
    assert [entry.breaking for entry in newest.entries] == [False, True, True, True, False]
    assert [entry.noise for entry in newest.entries] == [False, False, False, False, True]
    assert [entry.category for entry in patch.entries] == ["Fixes", "Upgrades", "Internal"]
    assert [entry.noise for entry in patch.entries] == [False, False, True]
    assert [entry.category for entry in oldest.entries] == ["", ""]


def test_a_category_may_stand_any_number_of_levels_below_its_release() -> None:
    found = entries("#### Fixes\n\n* a\n\n#### Docs\n\n* b\n\n### Added\n\n* c\n")
    assert [(entry.category, entry.noise) for entry in found] == [("Fixes", False), ("Docs", True), ("Added", False)]


@pytest.mark.parametrize(
    ("title", "breaking", "noise"),
    [
        ("Breaking Changes", True, False),
        ("Breaking changes", True, False),
        ("Breaking Changes - Upgrade", True, False),
        ("Fixes - Breaking Changes", True, False),
        ("Backward-incompatible Changes", True, False),
        ("Backwards-incompatible Changes:", True, False),
        ("Removals and backward incompatible breaking changes", True, False),
        ("Deprecations and Removals", True, False),
        ("Removed", True, False),
        ("💥 Breaking docs", True, False),
        ("Non-breaking changes", False, False),
        ("Features", False, False),
        ("Security fixes", False, False),
        ("Dependencies with `yield`, `HTTPException` and Background Tasks", False, False),
        ("Docs", False, True),
        ("📝 Documentation", False, True),
        ("Translations", False, True),
        ("Internal", False, True),
        ("Miscellaneous internal changes", False, True),
        ("Contributor-facing changes", False, True),
        ("New Contributors", False, True),
    ],
)
def test_the_title_of_a_category_says_what_kind_it_is(title: str, breaking: bool, noise: bool) -> None:
    (entry,) = entries(f"### {title}\n\n* An item.\n")
    assert (entry.category, entry.text, entry.breaking, entry.noise) == (title, "An item.", breaking, noise)


@pytest.mark.parametrize(
    ("category", "inner", "breaking", "noise"),
    [
        ("Breaking Changes", "Features", True, False),
        ("Breaking Changes", "Docs", True, False),
        ("Highlights", "Specific Breaking Changes", True, False),
        ("Highlights", "Docs", False, True),
        ("Docs", "Features", False, True),
        ("Features", "Forms", False, False),
    ],
)
def test_a_heading_inside_a_category_inherits_its_kind(category: str, inner: str, breaking: bool, noise: bool) -> None:
    found = entries(f"### {category}\n\n#### {inner}\n\n* An item.\n\n#### Rest\n\n* Another.\n")
    assert (found[0].text, found[0].breaking, found[0].noise) == ("An item.", breaking, noise)
    assert {entry.category for entry in found} == {category}


@pytest.mark.parametrize(
    ("text", "breaking"),
    [
        ("There are some possible **breaking changes** in the `TestClient` usage.", True),
        ("Upgrade Pydantic and update internal code to use it (breaking change).", True),
        ("BREAKING CHANGE: the default moved.", True),
        ("Breaking: the default moved.", True),
        ("This is a breaking API change.", True),
        ("Fix it. This is a breaking change.", True),
        ("This has no effect on most, but it is a breaking change.", True),
        ("A backwards-incompatible rename.", True),
        ("This is not backwards compatible.", True),
        ("Drop support for Pydantic v1.", True),
        ("This version drops support for Python 3.6.", True),
        ("An item\n    * with a breaking change below.", True),
        ("There are no major nor breaking changes in this release.", False),
        ("For most cases, upgrading won't have any breaking changes.", False),
        ("For most cases, upgrading won’t have any breaking changes.", False),
        ("This release has **no breaking changes**. 🎉", False),
        ("First to `0.68.2`, with no breaking changes, but upgrading all the sub-dependencies.", False),
        ("This would actually not be a _breaking_ change.", False),
        ("This fixes a breaking change introduced by 0.65.2.", False),
        ("Only non-breaking changes.", False),
        ("Deprecate it first, to avoid breaking changes.", False),
        ("This does not drop support for Python 3.9.", False),
        ("Keep backwards compatibility.", False),
        ("Handle an incompatibility with AnyIO 4.", False),
        ("Fix CSS breaking RTL languages.", False),
    ],
)
def test_words_tell_of_a_break_unless_they_deny_it(text: str, breaking: bool) -> None:
    assert [entry.breaking for entry in entries(f"* {text}\n")] == [breaking]
    assert [entry.breaking for entry in entries(f"### Fixes\n\n{text}\n")] == [breaking]
    assert [entry.breaking for entry in entries(f"### Internal\n\n* {text}\n")] == [False]


PULL = "https://github.com/fastapi/fastapi/pull"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        (f"* Fix it. PR [#1]({PULL}/1) by [@ann](https://github.com/ann).", "Fix it."),
        (f"* Fix it. PR [#1]({PULL}/1) by [@bot[bot]](https://github.com/apps/bot).", "Fix it."),
        (f"* Fix it. PR [#1]({PULL}/1) by [@a](https://github.com/a) and [@b-c](https://github.com/b-c).", "Fix it."),
        (f"* Drop `it` PR [#1]({PULL}/1).", "Drop `it`"),
        (f"* Fix it. Initial PR [1]({PULL}/1) by [@ann](https://github.com/ann).", "Fix it."),
        (f"* Documented in PR [#1]({PULL}/1).", "Documented in PR #1."),
        (
            f"* Fix it. PR [#1]({PULL}/1). New docs at [Forms](https://example.org).",
            "Fix it. PR #1. New docs at Forms.",
        ),
        (f"* PR [#1]({PULL}/1).", "PR #1."),
        (f"* (Empty PR merge by accident) [#1]({PULL}/1).", "(Empty PR merge by accident) #1."),
        ("* ✏️  Two   blanks.", "✏️ Two blanks."),
        ("* Two\n  lines.", "Two lines."),
        ("* A *path*, a **name**, a _word_ and ***both***.", "A path, a name, a word and both."),
        ("* `snake_case`, ``a ` tick`` and 2 \\* 3 &amp; 4.", "`snake_case`, ``a ` tick`` and 2 * 3 & 4."),
        ("* See <https://example.org> and [**docs**](https://example.org).", "See https://example.org and docs."),
        ('* See <a href="https://example.org" target="_blank">#17</a>.', "See #17."),
        ("1. Numbered.", "Numbered."),
        ("> Quoted\n> words.", "Quoted words."),
        ("<div>\nA <b>block</b> of HTML.\n</div>", "A block of HTML."),
        ("* One.\n\n    Still one.\n", "One. Still one."),
        ("* One:\n\n    ```bash\n    run\n    ```\n", "One: `run`"),
        (f"* One. PR [#1]({PULL}/1).\n    * Two. PR [#2]({PULL}/2).\n    * Three", "One. - Two. - Three"),
        ("Install:\n\n```bash\npip install it\n```\n\n```\n\n```", "Install: `pip install it`"),
        ("```python\n\n  first  line\nsecond\n```", "`first line …`"),
    ],
)
def test_the_text_of_an_entry_is_one_line_of_plain_words(markdown: str, text: str) -> None:
    assert [entry.text for entry in entries(markdown)] == [text]


@pytest.mark.parametrize(
    "markdown", ["", "---\n", "*\n", "<!-- hidden -->\n", "### Fixes\n", "[a]: https://example.org\n"]
)
def test_a_block_without_words_is_no_entry(markdown: str) -> None:
    assert entries(markdown) == ()


def test_code_belongs_to_what_it_follows_directly() -> None:
    found = entries(
        "A.\n\n```\nx\n```\n\n---\n\n```\ny\n```\n\n### Fixes\n\n```\nz\n```\n\n* B.\n* C.\n\n```\nw\n```\n"
    )
    assert [entry.text for entry in found] == ["A. `x` `y`", "`z`", "B.", "C. `w`"]


@pytest.mark.parametrize(
    ("markdown", "links"),
    [
        (f"Fix it. PR [#192]({PULL}/195) by [@ann](https://github.com/ann).", (f"{PULL}/195",)),
        (f"See [docs](https://example.org/a). PR [#1]({PULL}/1).", (f"{PULL}/1", "https://example.org/a")),
        (f"PR [#1]({PULL}/1) and PR [#2]({PULL}/2), again [#1]({PULL}/1).", (f"{PULL}/1", f"{PULL}/2")),
        ("By [@bot[bot]](https://github.com/apps/bot), [@ann](https://github.com/ann/).", ()),
        ("See [repo](https://github.com/fastapi/typer).", ("https://github.com/fastapi/typer",)),
        (f'Fix it: <a href="{PULL}/17" target="_blank">#17</a>', (f"{PULL}/17",)),
        (
            "See <https://example.org>, [here](../tutorial/index.md) and [mail](mailto:a@example.org).",
            ("https://example.org",),
        ),
        ("![picture](https://example.org/p.png)", ("https://example.org/p.png",)),
        (f"One.\n    * Two. PR [#2]({PULL}/2).", (f"{PULL}/2",)),
        ("`[code](https://example.org)`", ()),
    ],
)
def test_links_are_pull_requests_first_and_nobody_s_profile(markdown: str, links: tuple[str, ...]) -> None:
    assert [entry.links for entry in entries(f"* {markdown}")] == [links]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Breaking Changes", "breaking"),
        ("Breaking Changes - Upgrade", "breaking"),
        ("Fixes - Breaking Changes", "breaking"),
        ("Backward-incompatible Changes", "breaking"),
        ("Deprecations and Removals", "breaking"),
        ("Deprecated/removed", "breaking"),
        ("Removed", "breaking"),
        ("Security fixes", "security"),
        ("🔒️ Security", "security"),
        ("Deprecated", "deprecation"),
        ("Deprecations:", "deprecation"),
        ("Upgrades", "dependency"),
        ("Packaging", "dependency"),
        ("Dependencies", "dependency"),
        ("Dependencies with `yield`, `HTTPException` and Background Tasks", "other"),
        ("Features", "feature"),
        ("Added", "feature"),
        ("New features", "feature"),
        ("Highlights", "feature"),
        ("Fixed", "fix"),
        ("Bug fixes", "fix"),
        ("Bugfixes", "fix"),
        ("🐛 Bugs", "fix"),
        ("Refactors", "change"),
        ("Changed", "change"),
        ("What's Changed", "change"),
        ("Performance", "change"),
        ("Docs", "noise"),
        ("Improved documentation", "noise"),
        ("Translations", "noise"),
        ("Miscellaneous internal changes", "noise"),
        ("Contributor-facing changes", "noise"),
        ("New Contributors", "noise"),
        ("Migration", "other"),
        ("Routing", "other"),
        ("Tests", "noise"),
        ("Test client", "other"),
    ],
)
def test_every_title_of_a_category_has_a_kind(title: str, kind: str) -> None:
    (entry,) = entries(f"### {title}\n\n* An item.\n")
    assert (entry.category, entry.kind, entry.signal) == (title, kind, "")


@pytest.mark.parametrize(
    ("titles", "category", "kind"),
    [
        (["What's Changed", "Fixes"], "Fixes", "fix"),
        (["Changes", "Routing"], "Changes", "change"),
        (["Release", "Added"], "Added", "feature"),
        (["Features", "Fixes"], "Features", "feature"),
        (["Upgrades", "Security"], "Upgrades", "security"),
        (["Internal", "Security"], "Internal", "noise"),
    ],
)
def test_a_title_that_says_nothing_leaves_it_to_the_one_below(titles: list[str], category: str, kind: str) -> None:
    (entry,) = entries(f"### {titles[0]}\n\n#### {titles[1]}\n\n* An item.\n")
    assert (entry.category, entry.kind) == (category, kind)


@pytest.mark.parametrize(
    ("text", "kind", "signal"),
    [
        ("🚨 This is a security fix. Please upgrade.", "security", "security fix"),
        ("🔒 Check the header.", "security", "🔒"),
        ("🔒️ Check the header.", "security", "🔒"),
        ("Update ujson ranges for CVE-2021-45958.", "security", "CVE-2021-45958"),
        ("See [GHSA-8h2j-cgx8-6xv7](https://example.org).", "security", "GHSA-8h2j-cgx8-6xv7"),
        ("This solves a vulnerability in forms.", "security", "vulnerability"),
        ("Fix security issue: it could leak.", "security", "security issue"),
        ("There are no security issues in it.", "other", ""),
        ("Fix OpenAPI security scheme.", "other", ""),
        ("Use `401` in security classes.", "other", ""),
        ("🗑️ Deprecate `ORJSONResponse`.", "deprecation", "🗑"),
        ("The parameter `regex` has been deprecated.", "deprecation", "has been deprecated"),
        ("Add deprecation warnings when using `pydantic.v1`.", "deprecation", "Add deprecation warnings"),
        ("Update code to address deprecations.", "other", ""),
        ("Fix typo in deprecation warnings.", "other", ""),
        ("`deprecated`: to mark all the operations.", "other", ""),
        ("Upgrade Starlette range to `>=0.40.0,<0.49.0`.", "dependency", "Upgrade Starlette range to >=0.40.0"),
        ("Bump the minimum version of Pydantic.", "dependency", "minimum version"),
        ("Increase lower bound to `pydantic >=2.9.0`.", "dependency", "Increase lower bound to pydantic >=2.9.0"),
        ("Require Python 3.11 or later.", "dependency", "Require Python 3"),
        ("Upgrade internal syntax to Python 3.9+.", "other", ""),
        ("Update tests for Pydantic >=2.10.", "other", ""),
        ("Drop support for Python 3.9.", "breaking", "Drop support"),
        ("Remove `orjson` from default dependencies.", "breaking", "Remove `orjson` from default dependencies"),
        ("If your code depended on the old `403`, see the docs.", "breaking", "If your code depended on"),
        ("Soon there will be a release that has breaking changes.", "other", ""),
        ("It will be removed in a future version, which is a breaking change.", "other", ""),
        ("`no breaking changes` is what it prints.", "other", ""),
    ],
)
def test_words_give_away_what_no_title_says(text: str, kind: str, signal: str) -> None:
    (entry,) = entries(f"* {text}\n")
    assert (entry.kind, entry.signal) == (kind, signal)
    (hidden,) = entries(f"### Internal\n\n* {text}\n")
    assert (hidden.kind, hidden.signal) == ("noise", "")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("✨ Add it.", "feature"),
        ("🐛 Mend it.", "fix"),
        ("♻️ Turn it.", "change"),
        ("⬆️ Raise it.", "dependency"),
        ("📝 Tell of it.", "noise"),
        ("🌐 Say it in French.", "noise"),
        ("🥸 Hide it.", "other"),
        ("feat(router): add it", "feature"),
        ("fix: mend it", "fix"),
        ("docs: tell of it", "noise"),
        ("chore(deps): bump it", "noise"),
        ("refactor!: turn it", "breaking"),
        ("Bump it from 1 to 2 by @dependabot[bot] in #7", "noise"),
        ("Bump it from 1 to 2 by @ann in #7", "other"),
        ("**Full Changelog**: https://example.org/compare/1...2", "noise"),
    ],
)
def test_without_a_category_the_first_sign_of_an_item_tells_its_kind(text: str, kind: str) -> None:
    assert [entry.kind for entry in entries(f"* {text}\n")] == [kind]
    assert [entry.kind for entry in entries(f"### Upgrades\n\n* {text}\n")] == [
        "breaking" if kind == "breaking" else "dependency"
    ]


def test_the_line_of_an_entry_is_where_it_starts() -> None:
    found = entries("Words.\n\n### Fixes\n\n* One,\n  two.\n    * Three.\n* Four.\n")
    assert [(entry.text, entry.line) for entry in found] == [("Words.", 3), ("One, two. - Three.", 7), ("Four.", 10)]


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("Deprecations (removal in next major release)", "The `a` option is now deprecated.", "deprecation"),
        ("Deprecations (removal in next major release)", "Schedule `a` for pytest 10.", "deprecation"),
        ("Deprecations and Removals", "Deprecated using an empty collection.", "deprecation"),
        ("Deprecations and Removals", "`a` is deprecated and replaced by `b`.", "deprecation"),
        ("Deprecations and Removals", "Removed `a`, which was deprecated in 1.0.", "breaking"),
        ("Deprecations and Removals", "`a`, deprecated since 1.0, has been removed.", "breaking"),
        ("Deprecations and Removals", "Drop support for Python 3.9.", "breaking"),
        ("Deprecations and Removals", "`a` is keyword-only.", "breaking"),
        ("Removals and backward incompatible breaking changes", "`a` is now deprecated.", "breaking"),
    ],
)
def test_a_title_of_deprecations_and_removals_leaves_it_to_the_entry(title: str, text: str, kind: str) -> None:
    (entry,) = entries(f"### {title}\n\n* {text}\n")
    assert entry.kind == kind


@pytest.mark.parametrize(
    ("text", "breaking"),
    [
        ("Drop Python 3.10 support.", True),
        ("#1: Drop Docutils 0.20 support.", True),
        ("drop Python 2.7", True),
        ("Python 3.4 is gone, support for it too: support for Windows 7 has been dropped.", True),
        ("Drop the last of many words that say nothing of it.", False),
        ("Raise an error when `a` is frozen.", True),
        ("Raise a validation error when `a` is frozen.", True),
        ("Raise a clear error when `a` is frozen.", False),
        ("Raise a better error when `a` is frozen.", False),
        ("Use less of the interface. Avoids breaking changes of the next Python.", False),
    ],
)
def test_support_that_is_dropped_breaks_and_a_better_error_does_not(text: str, breaking: bool) -> None:
    (entry,) = entries(f"### Changes\n\n* {text}\n")
    assert entry.breaking is breaking


def test_thanks_are_no_change_and_the_numbers_below_an_entry_are_short() -> None:
    first, second = entries(
        "### Breaking Changes\n\nTake it away.\n\nContributed by Jane Doe in [PR 1](https://example.test/1).\n"
    )
    assert (first.kind, second.kind) == ("breaking", "noise")
    (entry,) = entries("### Fixes\n\n* Mend it.\n\n  *Related issues and pull requests on GitHub:*\n  #1, #2.\n")
    assert entry.text == "Mend it. (#1, #2)"


def test_a_paragraph_in_bold_above_a_list_is_a_title() -> None:
    found = entries("**Bugfixes**\n\n- Mend it.\n\n**Security:**\n\n- Close it.\n\n**Bold words.**\n\nMore.\n")
    assert [(entry.category, entry.kind, entry.text) for entry in found] == [
        ("Bugfixes", "fix", "Mend it."),
        ("Security", "security", "Close it."),
        ("Security", "security", "Bold words."),
        ("Security", "security", "More."),
    ]


def test_a_bold_title_inside_a_category_stays_inside_it() -> None:
    found = entries("### Breaking Changes\n\n**Features**\n\n- a\n\n### Fixes\n\n- b\n")
    assert [entry.kind for entry in found] == ["breaking", "fix"]


def test_a_requirement_that_only_a_detail_names_is_not_what_an_item_is_about() -> None:
    (entry,) = entries("### Features\n\n* Add webhooks.\n    * Upgrade the viewer to version 5.1.\n")
    assert entry.kind == "feature"


def test_a_label_above_a_list_is_a_title_and_one_that_says_nothing_ends_it() -> None:
    found = entries(
        "Words of it:\n\n- a\n\nBug fixes:\n\n- b\n\nBackwards-incompatible:\n\n- c\n\nOther:\n\n- d\n\nNote: e.\n"
    )
    assert [(entry.text, entry.category, entry.kind) for entry in found] == [
        ("Words of it:", "", "other"),
        ("a", "", "other"),
        ("b", "Bug fixes", "fix"),
        ("c", "Backwards-incompatible", "breaking"),
        ("d", "Other", "other"),
        ("Note: e.", "Other", "other"),
    ]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Drop it. {pr}`2588` {issue}`1`", "Drop it. #2588 #1"),
        ("{func}`~click.echo` and {meth}`a.b`", "`echo` and `a.b`"),
        ("See {ref}`the words <target>`, {doc}`page` and {pep}`621`.", "See the words, page and PEP 621."),
        ("Use `{a}` and {b}.", "Use `{a}` and {b}."),
    ],
)
def test_roles_in_markdown_are_read(written: str, text: str) -> None:
    (entry,) = entries(f"* {written}\n")
    assert entry.text == text


def test_what_comes_before_a_break_is_none() -> None:
    (entry,) = entries("* Mend a warning before we drop Python 3.8.\n")
    assert not entry.breaking


@pytest.mark.parametrize(
    "label", ["BACKWARDS INCOMPATIBLE:", "**Breaking Change:**", "⚠️Breaking changes⚠️:", "BREAKING:"]
)
def test_an_entry_that_is_labelled_as_breaking_counts_as_one_below_such_a_title(label: str) -> None:
    (entry,) = entries(f"* {label} Take it away.\n")
    assert (entry.kind, entry.signal) == ("breaking", "")
    (entry,) = entries(f"### Docs\n\n* {label} Take it away.\n")
    assert entry.noise
