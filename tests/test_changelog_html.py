import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincheck.changelog import html, markdown
from pincheck.changelog._blocks import Block, Section, Written

DATA = Path(os.environ.get("PINCHECK_DATA") or Path(__file__).parents[1] / "../shared/data") / "notes" / "fastapi"
PAGE = "https://example.org/release-notes/"

MATERIAL = """\
<!doctype html><html><head><title>1.0</title></head><body>
<nav><h2>9.9.9</h2><ul><li><a href="#x">9.9.9</a></li></ul></nav>
<main><article class="md-content__inner md-typeset">
<h1 id="notes">Release Notes<a class="headerlink" href="#notes" title="Permanent link">&para;</a></h1>
<div class="admonition tip"><p class="admonition-title">For agents</p>
<p>This has an official skill that helps coding agents.</p></div>
<h2 id="latest">Latest Changes<a class="headerlink" href="#latest">&para;</a></h2>
<ul><li>Coming.</li></ul>
<h2 id="020-2026-03-01">0.2.0 (2026-03-01)<a class="headerlink" href="#020-2026-03-01">&para;</a></h2>
<blockquote><p>There is a skill which helps coding agents: <code>uvx library-skills</code></p></blockquote>
<h3 id="breaking">Breaking Changes<a class="headerlink" href="#breaking">&para;</a></h3>
<ul>
<li>
<p>Split <code>router</code>. PR <a href="https://github.com/o/r/pull/8">#8</a>, <a href="../guide/#a">guide</a>,
<a href="#b">here</a>, <a href="mailto:a@b.c">mail</a>, <a href="javascript:x()">no</a>.</p>
<ul><li>Nested.</li></ul>
<div class="highlight"><pre><span></span><code><a id="l-1" href="#l-1"></a>x = 1
  y
</code></pre></div>
<p>Explained.</p>
</li>
</ul>
<div class="admonition warning"><p class="admonition-title">Warning</p><p>Read on.</p></div>
<p>Words.</p>
<h2 id="features">Features</h2>
<ul><li>A<br>new <em>thing</em>.</li></ul>
<h2 id="010-2026-02-01">0.1.0 (2026-02-01)</h2>
<p>First.</p>
<script>var hidden = "<p>1</p>"</script><aside>Aside.</aside>
</article></main>
<footer><h2>0.0.1</h2><p>Foot.</p></footer>
</body></html>
"""

SPHINX = """\
<div class="body" role="main"><section id="changes"><h1>Changes<a class="headerlink" href="#changes">¶</a></h1>
<section id="version-3-2-0"><h2>Version 3.2.0<a class="headerlink" href="#version-3-2-0">¶</a></h2>
<p>Unreleased</p><ul class="simple"><li><p>Coming.</p></li></ul></section>
<section id="version-3-1-3"><h2>Version 3.1.3</h2>
<p>Released 2026-02-18</p>
<ul class="simple">
<li><p>Fix <a class="reference internal" href="../api/#Flask"><code class="xref docutils"><span class="pre">Flask</span></code></a>.
<a class="reference external" href="https://github.com/o/r/issues/1">#1</a></p></li></ul>
<section id="fixes"><h3>Fixes</h3><dl class="field-list"><dt>By<span class="colon">:</span></dt><dd><p>Ann</p></dd></dl></section>
</section>
<section id="id1"><h2>3.1.2 (2025-08-19)</h2><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table></section>
</section></div>
"""

GITHUB = """\
<div role="main"><article class="markdown-body">
<div class="markdown-heading"><h2 class="heading-element">v1.1.0 - 2026-01-02</h2><a id="user-content-v110" class="anchor"
 aria-label="Permalink" href="#v110"><svg><path d=""></path></svg></a></div>
<div class="markdown-alert markdown-alert-note"><p class="markdown-alert-title"><svg></svg>Note</p><p>Beware.</p></div>
<ul><li>One</li></ul>
<h2 class="sr-only">1.0.0</h2><h2><a href="/o/r/releases/tag/1.0.0">1.0.0</a></h2><p>Two</p>
</article></div>
"""


def sections(page: str, path: str = PAGE, package: str = "") -> list[Section]:
    return list(html.STYLE.sections(Written(page, "text/html", path, package)))


def told(section: Section) -> list[tuple[str, str, int]]:
    return [(block.kind, block.text, block.level) for block in section.blocks()]


def told_of(body: str) -> list[tuple[str, str, int]]:
    (section,) = sections(f"<h2>1.0</h2>{body}")
    return told(section)


def test_each_release_of_a_page_has_its_date_and_the_address_of_its_heading() -> None:
    found = [
        (str(one.version), one.title, one.date, one.line, one.level, one.status, one.link) for one in sections(MATERIAL)
    ]
    assert found == [
        ("None", "Latest Changes", None, 0, 2, "unreleased", f"{PAGE}#latest"),
        ("0.2.0", "0.2.0 (2026-03-01)", date(2026, 3, 1), 0, 2, "released", f"{PAGE}#020-2026-03-01"),
        ("0.1.0", "0.1.0 (2026-02-01)", date(2026, 2, 1), 0, 2, "released", f"{PAGE}#010-2026-02-01"),
    ]


def test_a_release_reads_as_it_does_on_the_page_without_what_is_no_note() -> None:
    _, newest, oldest = sections(MATERIAL)
    assert list(newest.blocks()) == [
        Block("heading", "Breaking Changes", 3),
        Block(
            "item",
            "Split `router`. PR #8, guide, here, mail, no.",
            1,
            ("https://github.com/o/r/pull/8", "https://example.org/guide/#a"),
        ),
        Block("item", "Nested.", 2),
        Block("code", "x = 1\n  y", -1),
        Block("paragraph", "Explained.", -1),
        Block("paragraph", "Warning: Read on."),
        Block("paragraph", "Words."),
        Block("heading", "Features", 2),
        Block("item", "A new thing.", 1),
    ]
    assert list(oldest.blocks()) == [Block("paragraph", "First.")]


def test_a_section_can_be_read_twice() -> None:
    newest = sections(MATERIAL)[1]
    assert list(newest.blocks()) == list(newest.blocks())


def test_the_nested_sections_of_sphinx_are_read_like_flat_headings() -> None:
    coming, newest, oldest = sections(SPHINX, package="flask")
    assert (coming.version, coming.status) == (None, "unreleased")
    assert (str(newest.version), newest.date, newest.link) == ("3.1.3", date(2026, 2, 18), f"{PAGE}#version-3-1-3")
    assert told(newest) == [("item", "Fix `Flask`. #1", 1), ("heading", "Fixes", 3), ("paragraph", "By: Ann", 0)]
    assert next(iter(newest.blocks())).links == (
        "https://example.org/api/#Flask",
        "https://github.com/o/r/issues/1",
    )
    assert (oldest.date, oldest.link) == (date(2025, 8, 19), f"{PAGE}#id1")
    assert told(oldest) == [("paragraph", "a | b", 0), ("paragraph", "1 | 2", 0)]


def test_pages_of_github_are_read() -> None:
    newest, oldest = sections(GITHUB)
    assert (str(newest.version), newest.date) == ("1.1.0", date(2026, 1, 2))
    assert told(newest) == [("paragraph", "Note: Beware.", 0), ("item", "One", 1)]
    assert (str(oldest.version), told(oldest)) == ("1.0.0", [("paragraph", "Two", 0)])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("loose words<ul><li>a</ul>", [("paragraph", "loose words", 0), ("item", "a", 1)]),
        ("<ol><li>a<ol><li>b</ol></ol>", [("item", "a", 1), ("item", "b", 2)]),
        ("<p>a < b && c > d", [("paragraph", "a < b && c > d", 0)]),
        ("<details><summary>More</summary><p>x</p></details>", [("paragraph", "More: x", 0)]),
        ("<p><code>a`b</code> <code></code></p>", [("paragraph", "``a`b``", 0)]),
        ("<!-- <h2>0.9</h2> --><p>x</p>", [("paragraph", "x", 0)]),
        ("<style>p{}</style><template><p>y</p></template><p>x</p>", [("paragraph", "x", 0)]),
        ("<p hidden>y</p><p title='>'>x</p>", [("paragraph", "x", 0)]),
    ],
)
def test_what_a_reader_sees_of_an_element(body: str, expected: list[tuple[str, str, int]]) -> None:
    assert told_of(body) == expected


def test_a_file_has_no_address_and_its_relative_links_lead_nowhere() -> None:
    (section,) = sections("<h2 id=a>1.0</h2><p><a href=x>y</a> <a href='https://example.org/z'>z</a></p>", "notes.html")
    assert (section.link, [block.links for block in section.blocks()]) == ("", [("https://example.org/z",)])


@pytest.mark.parametrize(
    ("written", "is_ours"),
    [
        (Written("x", media_type="text/html"), True),
        (Written("x", path="https://example.org/notes.html?a#b"), True),
        (Written("\ufeff <!-- x -->\n<!DOCTYPE html><p>"), True),
        (Written("## 1.0\n\n<p>x</p>"), False),
        (Written("<h2>1.0</h2>", path="CHANGES.md"), False),
    ],
)
def test_the_style_is_known_by_type_path_and_text(written: Written, is_ours: bool) -> None:
    assert html.STYLE.looks(written) is is_ours


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 1_000_000,
        "<ul><li>" * 300_000,
        "<div a='</div>'>" * 200_000,
        "<!--" * 100_000,
        "<p>" + "".join(f"<b a={n}>" for n in range(900)) + "<p>x" * 300_000,
        "<p " + " ".join(f"a{n}" for n in range(300_000)) + ">",
        "<script>" * 100_000,
        '<p a="' * 100_000,
        "<x" * 300_000,
    ],
    ids=["deep", "lists", "fake ends", "comments", "formatting", "attributes", "scripts", "quotes", "names"],
)
def test_a_page_made_to_be_slow_ends_without_notes(page: str) -> None:
    assert [section.title for section in sections(f"{page}<h2>1.0</h2><p>x</p>")] in ([], ["1.0"])


def test_elements_may_nest_far_deeper_than_python_can_recurse() -> None:
    assert told_of("<ul><li>x" * 400)[-1] == ("item", "x", 400)


@given(
    st.lists(
        st.sampled_from(
            [
                "<h2>1.0</h2>",
                "<ul>",
                "<li>",
                "</ul>",
                "<p>",
                "<code>",
                "</code>",
                "<a href='http://['>",
                "<pre>",
                "</pre>",
                "<td>",
                "</b>",
                "x`",
                "<h3>",
            ]
        )
    ).map("".join)
    | st.text()
)
@settings(deadline=None, max_examples=200)
def test_no_page_whatever_makes_it_raise(page: str) -> None:
    for section in sections(page):
        assert all(block.text for block in section.blocks())


@pytest.mark.parametrize("name", ["release-notes.mkdocs-material.html", "release-notes.zensical.html"])
def test_the_rendered_notes_of_fastapi_say_what_the_markdown_says(name: str) -> None:
    if not (DATA / "html" / name).exists():
        pytest.skip(f"PINCHECK_DATA has no {name}")
    page = sections((DATA / "html" / name).read_text(encoding="utf-8"), PAGE, "fastapi")
    text = (DATA / "release-notes.md").read_text(encoding="utf-8")
    written = list(markdown.STYLE.sections(Written(text, path="release-notes.md", package="fastapi")))
    assert [(one.version, one.date, one.status) for one in page] == [
        (one.version, one.date, one.status) for one in written
    ]
    assert sum(1 for one in page if one.version and one.date) == 295
    blocks = [block for one in page for block in one.blocks()]
    assert Counter(block.kind for block in blocks) == {"item": 3874, "heading": 619, "paragraph": 170, "code": 31}
    assert sum(1 for block in blocks if block.kind == "item" and block.level == 1) == 3590
    assert _plain(blocks) == _plain([block for one in written for block in one.blocks()])
    breaking = [
        one
        for one in page
        if any(block.kind == "heading" and "breaking" in block.text.lower() for block in one.blocks())
    ]
    assert len({one.version for one in breaking}) == 20
    assert all(one.version and one.version.micro == 0 for one in breaking)


def _plain(blocks: list[Block]) -> list[tuple[str, str, int]]:
    """Return blocks without the blanks and back-ticks in which forms of the same notes may differ."""
    return [(block.kind, " ".join(block.text.replace("`", "").split()), block.level) for block in blocks]
