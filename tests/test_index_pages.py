"""Everything that one page of an index says, in both of its forms, and pages that nobody should believe."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mousebender import simple
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck import indexes
from pincheck.indexes import Page

FASTAPI = NormalizedName("fastapi")
JSON, HTML = indexes.JSON, "text/html"
URL = "https://index.example/simple/fastapi/"
SHA = "ab" * 32
REASON = '<meta name="pypi:project-status-reason" content="&lt;x">'
NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


def page(document: object, url: str = URL) -> Page:
    if isinstance(document, str):
        return indexes.page(document, HTML, FASTAPI, url)
    return indexes.page(json.dumps(document), JSON, FASTAPI, url)


def of(*entries: object, **more: object) -> dict[str, object]:
    return {"meta": {"api-version": "1.4"}, "name": "fastapi", "files": list(entries), **more}


def entry(**more: object) -> dict[str, object]:
    return {"filename": "fastapi-0.1.tar.gz", "url": "x"} | {key.replace("_", "-"): more[key] for key in more}


def test_both_forms_say_the_same_of_a_file() -> None:
    told = {
        "filename": "fastapi-0.1-py3-none-any.whl",
        "url": "https://files.example/a/fastapi-0.1-py3-none-any.whl",
        "hashes": {"sha256": SHA},
        "core-metadata": {"sha256": "cd" * 32},
        "yanked": "broken <badly>",
        "requires-python": ">=3.8,<4",
        "upload-time": "2024-01-01T12:00:00Z",
    }
    html = f"""<a href="../../a/fastapi-0.1-py3-none-any.whl#sha256={SHA}" data-core-metadata="sha256={"cd" * 32}"
        data-yanked="broken &lt;badly&gt;" data-requires-python="&gt;=3.8,&lt;4"
        data-upload-time="2024-01-01T12:00:00Z">fastapi-0.1-py3-none-any.whl</a>"""
    (file,) = page(of(told)).files
    assert page(html, "https://files.example/simple/fastapi/").files == (file,)
    assert (file.filename, file.url, file.yanked, file.yanked_reason) == (
        told["filename"], told["url"], True, "broken <badly>",
    )  # fmt: skip
    assert (file.hashes, file.core_metadata, file.uploaded) == ((("sha256", SHA),), (("sha256", "cd" * 32),), NOON)


@pytest.mark.parametrize(
    ("keys", "read_as"),
    [
        ({}, None),
        ({"core-metadata": False}, None),
        ({"core-metadata": True}, ()),
        ({"core-metadata": {"sha256": SHA.upper()}}, (("sha256", SHA),)),
        ({"dist-info-metadata": True}, ()),
        ({"core-metadata": False, "dist-info-metadata": True}, None),
        ({"core-metadata": "sha256=0"}, None),
        ({"core-metadata": {"sha256": 7, "": "x"}}, ()),
    ],
)
def test_core_metadata_beside_a_file_in_json(keys: Mapping[str, object], read_as: object) -> None:
    (file,) = page(of(entry(**dict(keys)))).files
    assert file.core_metadata == read_as


@pytest.mark.parametrize(
    ("attributes", "read_as"),
    [
        ("", None),
        ("data-core-metadata=false", None),
        ("data-core-metadata=true", ()),
        (f"data-core-metadata='SHA256={SHA}'", (("sha256", SHA),)),
        ("data-dist-info-metadata=true", ()),
        (f"data-dist-info-metadata=true data-core-metadata=sha256={SHA}", (("sha256", SHA),)),
        ("data-dist-info-metadata=true data-core-metadata=false", None),
    ],
)
def test_core_metadata_beside_a_file_in_html(attributes: str, read_as: object) -> None:
    (file,) = page(f"<a href=fastapi-0.1.tar.gz {attributes}>").files
    assert file.core_metadata == read_as


@pytest.mark.parametrize(
    ("size", "read_as"), [(0, 0), (7, 7), (-1, None), (True, None), ("7", None), (1.5, None), (None, None)]
)
def test_sizes(size: object, read_as: int | None) -> None:
    (file,) = page(of(entry(size=size))).files
    assert file.size == read_as


@pytest.mark.parametrize(
    ("url", "href", "leads_to"),
    [
        (URL, "a/fastapi-0.1.tar.gz", f"{URL}a/fastapi-0.1.tar.gz"),
        (URL, "../../fastapi-0.1.tar.gz?x=1#sha256=0", "https://index.example/fastapi-0.1.tar.gz?x=1"),
        (URL, "//files.example/fastapi-0.1.tar.gz", "https://files.example/fastapi-0.1.tar.gz"),
        (URL, " https://me:pass@files.example/fastapi-0.1.tar.gz\n", "https://files.example/fastapi-0.1.tar.gz"),
        (URL, "javascript:alert(1)/fastapi-0.1.tar.gz", None),
        (URL, "data:text/plain,/fastapi-0.1.tar.gz", None),
        (URL, "file:///etc/fastapi-0.1.tar.gz", None),
        (URL, "ftp://files.example/fastapi-0.1.tar.gz", None),
        (URL, "http:///fastapi-0.1.tar.gz", None),
        (URL, "https://x:y/fastapi-0.1.tar.gz", None),
        (URL, "http://[/fastapi-0.1.tar.gz", None),
        ("file:///srv/fastapi/index.html", "fastapi-0.1.tar.gz", "file:///srv/fastapi/fastapi-0.1.tar.gz"),
        ("file:///srv/fastapi/index.html", "../fastapi-0.1.tar.gz", "file:///srv/fastapi-0.1.tar.gz"),
        ("file:///srv/fastapi/index.html", "file://other/fastapi-0.1.tar.gz", None),
        ("file:///srv/fastapi/index.html", "https://b.example/fastapi-0.1.tar.gz", "https://b.example/fastapi-0.1.tar.gz"),
    ],
)  # fmt: skip
def test_where_links_lead(url: str, href: str, leads_to: str | None) -> None:
    found = [file.url for file in page(f'<a href="{href}">', url).files]
    assert found == [file.url for file in page(of(entry(url=href)), url).files]
    assert found == ([leads_to] if leads_to else [])


@pytest.mark.parametrize(
    ("base", "leads_to"),
    [
        ('<base href="/files/">', "https://index.example/files/fastapi-0.1.tar.gz"),
        ('<base href="https://files.example/a/"><base href="/b/">', "https://files.example/a/fastapi-0.1.tar.gz"),
        ('<base target="_top">', f"{URL}fastapi-0.1.tar.gz"),
        ('<base href="javascript:x">', f"{URL}fastapi-0.1.tar.gz"),
        ('<base href="file:///etc/">', f"{URL}fastapi-0.1.tar.gz"),
    ],
)
def test_a_page_may_say_what_its_links_are_relative_to(base: str, leads_to: str) -> None:
    found = page(f'<html><head>{base}</head><body><a href="fastapi-0.1.tar.gz">x</a>').files
    assert [file.url for file in found] == [leads_to]


@pytest.mark.parametrize(
    ("document", "status", "reason", "files"),
    [
        (of(entry()), "active", "", 1),
        (of(entry(), **{"project-status": {"status": "archived", "reason": "done"}}), "archived", "done", 1),
        (of(entry(), **{"project-status": {"status": "deprecated"}}), "deprecated", "", 1),
        (of(entry(), **{"project-status": {"status": "quarantined", "reason": "\x1b[31m"}}), "quarantined", "\x1b[31m", 0),
        (of(entry(), **{"project-status": {"status": "haunted", "reason": 7}}), "active", "", 1),
        (of(entry(), **{"project-status": "quarantined"}), "quarantined", "", 0),
        (of(entry(), meta={"project-status": "archived", "project-status-reason": "old"}), "archived", "old", 1),
        (of(entry(), meta=7, **{"project-status": 7}), "active", "", 1),
        ('<meta name="pypi:project-status" content="quarantined"><a href=fastapi-0.1.zip>', "quarantined", "", 0),
        (
            '<meta name="pypi:project-status" content="archived"><a href=fastapi-0.1.zip>' + REASON,
            "archived", "<x", 1,
        ),
    ],
)  # fmt: skip
def test_the_status_of_a_project(document: object, status: str, reason: str, files: int) -> None:
    found = page(document)
    assert (found.status, found.status_reason, len(found.files)) == (status, reason, files)


def test_addresses_of_the_same_project_elsewhere() -> None:
    one, two = "https://a.example/simple/fastapi/", "https://b.example/simple/fastapi/"
    as_json = page(of(meta={"api-version": "1.2", "tracks": [one, 7]}, **{"alternate-locations": [one, two, None]}))
    as_html = page(
        f'<meta name="pypi:tracks" content="{one}"><meta name="pypi:alternate-locations" content="{one}">'
        f'<meta name="pypi:alternate-locations" content="{two}">'
    )
    assert as_json == as_html == Page((), tracks=(one,), alternates=(one, two))


A, B, C = (f"https://{letter}.example/simple/fastapi/" for letter in "abc")


@pytest.mark.parametrize(
    ("pages", "together"),
    [
        ({A: Page(())}, True),
        ({A: Page(()), B: Page(())}, False),
        ({A: Page(()), B: Page((), tracks=(A,))}, True),
        ({A: Page((), tracks=(B,)), B: Page(())}, True),
        ({A: Page(()), B: Page((), tracks=(C,))}, False),
        ({A: Page(()), B: Page((), tracks=(A,)), C: Page(())}, False),
        ({A: Page(()), B: Page((), tracks=(A,)), C: Page((), tracks=(A,))}, True),
        ({A: Page((), tracks=(B,)), B: Page((), tracks=(A,))}, False),
        ({A: Page((), alternates=(A, B)), B: Page((), alternates=(B, A))}, True),
        ({A: Page((), alternates=(B,)), B: Page((), alternates=(A,))}, True),
        (
            {A: Page((), alternates=(B.rstrip("/"),)), B: Page((), alternates=("HTTPS://A.example/simple/fastapi",))},
            True,
        ),
        ({A: Page((), alternates=(B,)), B: Page(())}, False),
        ({A: Page((), alternates=(A, B, C)), B: Page((), alternates=(A, B))}, False),
        ({A: Page((), alternates=(C,)), B: Page((), alternates=(C,))}, False),
        ({A: Page((), alternates=("http://[",)), B: Page((), alternates=("http://[",))}, False),
    ],
)
def test_indexes_belong_together_where_they_all_say_so(pages: Mapping[str, Page], together: bool) -> None:
    assert indexes.belong_together(pages) is together


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"urls": [{"filename": "a", "upload_time_iso_8601": "2024-01-01T12:00:00.000Z"}]}, {"a": NOON}),
        ({"releases": {"1": [{"filename": "a", "upload_time": "2024-01-01T12:00:00"}], "2": 7}}, {"a": NOON}),
        ({"urls": [{"filename": "a", "upload_time_iso_8601": "x"}, {"filename": 7}, 7]}, {}),
        ({"urls": {}, "releases": []}, {}),
        ([], {}),
    ],
)
def test_times_of_a_project_json(document: object, found: Mapping[str, datetime]) -> None:
    assert indexes.times(json.dumps(document)) == found


@pytest.mark.parametrize("text", ["", "{", "[" * 1_000_000])
def test_a_project_json_that_is_none_has_no_times(text: str) -> None:
    assert indexes.times(text) == {}


def test_times_from_elsewhere_do_not_replace_those_of_the_page() -> None:
    later = NOON + timedelta(days=1)
    files = page(of(entry(upload_time=NOON.isoformat()), entry(filename="fastapi-0.2.tar.gz"))).files
    found = indexes.with_times(files, dict.fromkeys(("fastapi-0.1.tar.gz", "fastapi-0.2.tar.gz"), later))
    assert [file.uploaded for file in found] == [NOON, later]


def test_the_reason_of_a_yank_is_kept_as_it_is_and_only_where_all_is_yanked() -> None:
    reason = "see \x1b]8;;https://evil.example\x07here"
    one, two = entry(yanked=reason), entry(filename="fastapi-0.1.zip", yanked=False)
    (release,) = indexes.releases(page(of(one)).files)
    assert (release.yanked, release.yanked_reason) == (True, reason)
    (release,) = indexes.releases(page(of(one, two)).files)
    assert (release.yanked, release.yanked_reason) == (False, "")


# mousebender reads well-formed pages; what it does not know are upload times and addresses.
_WORD = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)
_LINKS = st.lists(
    st.fixed_dictionaries(
        {
            "version": st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}(rc1|\.post2)?", fullmatch=True),
            "wheel": st.booleans(),
        },
        optional={
            "yanked": st.just("") | _WORD,
            "requires-python": st.sampled_from([">=3.8", ">=3.8,<4", "!=3.9.*", "<4,>3"]),
            "core-metadata": st.just("true") | st.just(f"sha256={SHA}"),
            "dist-info-metadata": st.just("true") | st.just(f"sha256={SHA[::-1]}"),
            "sha256": st.just(SHA),
        },
    ),
    max_size=6,
)


@given(_LINKS, st.sampled_from(["<br/>", "</a><br>\n", "</a>"]), st.booleans())
def test_on_well_formed_pages_mousebender_reads_the_same(
    links: list[Mapping[str, str]], end: str, quoted: bool
) -> None:
    lines = []
    for link in links:
        filename = f"fastapi-{link['version']}" + ("-py3-none-any.whl" if link["wheel"] else ".tar.gz")
        data = "".join(f' data-{key}="{escape(link[key])}"' for key in link if "-" in key or key == "yanked")
        data = data.replace('data-yanked=""', "data-yanked") if quoted else data
        fragment = f"#sha256={link['sha256']}" if "sha256" in link else ""
        lines.append(f'<a href="../../{filename}{fragment}"{data}>{filename}{end}')
    html = f"<!DOCTYPE html><html><head><title>x</title></head><body><h1>x</h1>{''.join(lines)}</body></html>"
    theirs = [
        (
            file["filename"], file.get("yanked", False), SpecifierSet(file.get("requires-python", "")), file["hashes"],
            file.get("core-metadata"),
        )
        for file in simple.from_project_details_html(html, "fastapi")["files"]
    ]  # fmt: skip
    ours = [
        (
            file.filename, file.yanked_reason or file.yanked, file.requires_python, dict(file.hashes),
            None if file.core_metadata is None else dict(file.core_metadata) or True,
        )
        for file in page(html).files
    ]  # fmt: skip
    assert ours == theirs


# Pages that nobody should believe.


def test_a_page_a_million_elements_deep_is_read() -> None:
    deep = "<div>" * 500_000 + "<b><p>" * 250_000
    assert [str(file.version) for file in page(f'{deep}<a href="fastapi-0.1.tar.gz">').files] == ["0.1"]


def test_elements_that_hold_text_hold_no_links() -> None:
    link = '<a href="fastapi-0.1.tar.gz">'
    hidden = "".join(f"<{tag}>{link}</{tag}>" for tag in ("script", "style", "title", "textarea", "xmp"))
    assert page(f"{hidden}<!--{link}--><article>{link}</article>").files == page(link).files


@pytest.mark.parametrize("form", ["json", "html"])
def test_a_hundred_thousand_files_are_read(form: str) -> None:
    names = [f"fastapi-{number}-py3-none-any.whl" for number in range(100_000)]
    if form == "json":
        text, media_type = json.dumps({"files": [{"filename": name, "url": name} for name in names]}), JSON
    else:
        text, media_type = "".join(f'<a href="{name}">{name}</a><br/>\n' for name in names), HTML
    found = indexes.page(text, media_type, FASTAPI, URL)
    assert len(found.files) == 100_000
    assert len(indexes.releases(found.files)) == 100_000


def test_versions_that_the_page_lists_are_not_believed() -> None:
    garbage: list[object] = ["\x1b[31m", "9" * 5_000, None, {}, *(f"1.{number}" for number in range(100_000))]
    assert page(of(entry(), versions=garbage)) == page(of(entry()))


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ('{"files": [{"filename": "fastapi-0.1.tar.gz", "size": NaN, "upload-time": Infinity}]}', ["0.1"]),
        ('{"files": [{"filename": "fastapi-0.1.tar.gz", "filename": "fastapi-0.2.tar.gz"}]}', ["0.2"]),
        ('{"files": [7, "x", null, [], {"filename": "fastapi-0.1.tar.gz"}]}', ["0.1"]),
        ('{"files": [], "files": [{"filename": "fastapi-0.1.tar.gz"}]}', ["0.1"]),
    ],
)
def test_json_that_is_odd_and_can_be_read(text: str, versions: list[str]) -> None:
    found = indexes.page(text, JSON, FASTAPI, URL).files
    assert [str(file.version) for file in found] == versions
    assert all(file.size is None and file.uploaded is None for file in found)


@pytest.mark.parametrize(
    "text",
    [
        '{"files": [{"filename": "fasta', "[" * 1_000_000, '{"a":' * 1_000_000, '{"files": {}}', '{"files": "x"}', "7", "NaN",
        f'{{"files": [], "x": {"9" * 5_000}}}', "\ufeff{}",
    ],
    ids=["cut", "lists", "tables", "table", "string", "number", "nan", "digits", "mark"],
)  # fmt: skip
def test_json_that_is_no_page_is_a_value_error_of_one_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]{1,200}$"):
        indexes.page(text, JSON, FASTAPI, URL)


@given(st.text(alphabet="<>/a=bsemth rf\"'!-#0.", max_size=60))
def test_any_markup_is_a_page_or_a_value_error(text: str) -> None:
    try:
        found = page(f'{text}<a href="fastapi-0.1.tar.gz">')
    except ValueError:
        return
    assert all(file.version == Version("0.1") for file in found.files)
