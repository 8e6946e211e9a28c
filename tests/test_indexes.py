"""Index pages read as values, and where packages come from by the configuration of pip and uv."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck import indexes
from pincheck.errors import PincheckError
from pincheck.upgrades import Release
from pincheck.world import http, index
from tests.servers import JSON, Reply, Upload, alone, html_page, json_page, running

FASTAPI = NormalizedName("fastapi")
PAGE = "https://index.example/simple/fastapi/"
NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


def read(page: object, media_type: str = JSON) -> tuple[indexes.File, ...]:
    text = page if isinstance(page, str) else json.dumps(page)
    return indexes.page(text, media_type, FASTAPI, PAGE).files


def entry(filename: str = "fastapi-0.112.0.tar.gz", **more: object) -> dict[str, object]:
    return {"filename": filename, **{key.replace("_", "-"): value for key, value in more.items()}}


def test_json_and_html_with_times_say_the_same() -> None:
    uploads = [
        Upload("0.112.0", requires_python=">=3.8,<4"),
        Upload("0.112.0", kind="sdist", yanked="broken"),
        Upload("0.113.0rc1", uploaded="2024-01-02T00:00:00+02:00"),
    ]
    as_json, as_html = json_page("fastapi", uploads), html_page("fastapi", uploads, times=True)
    assert as_json.media_type == JSON
    found = read(as_json.body.decode())
    assert found == read(as_html.body.decode(), "text/html")
    assert [file.yanked for file in found] == [False, True, False]
    assert indexes.releases(found) == (
        Release(Version("0.112.0"), NOON, False, SpecifierSet(">=3.8,<4")),
        Release(Version("0.113.0rc1"), datetime(2024, 1, 1, 22, tzinfo=UTC), False, SpecifierSet()),
    )


@pytest.mark.parametrize(
    "filename",
    [
        None, 7, "", "fastapi-0.112.0.exe", "fastapi-0.112.0.egg", "other-0.112.0.tar.gz", "fastapi_slim-1.0.tar.gz",
        "fastapi-x.y.tar.gz", f"fastapi-{'9' * 5000}.tar.gz", "fastapi-0.112.0-py3-none.whl", "../../etc/passwd",
    ],
)  # fmt: skip
def test_what_is_no_file_of_the_package_is_left_out(filename: object) -> None:
    assert read({"files": [{"filename": filename}, "x", None]}) == ()


@pytest.mark.parametrize(
    ("time", "read_as"),
    [
        ("2024-01-01T12:00:00Z", NOON), ("2024-01-01T12:00:00.000000Z", NOON), ("2024-01-01T12:00:00", NOON),
        ("2024-01-01T14:00:00+02:00", NOON), ("0001-01-01T00:00:00+14:00", None), ("yesterday", None), (7, None),
        ("", None), (None, None),
    ],
)  # fmt: skip
def test_upload_times(time: object, read_as: datetime | None) -> None:
    (file,) = read({"files": [entry(upload_time=time)]})
    assert file.uploaded == read_as


@pytest.mark.parametrize(
    ("asked", "read_as"),
    [(">=3.8", ">=3.8"), (None, ""), (7, ""), ("", ""), ("nonsense", ""), (f">=3.{'1' * 5000}", "")],
)
def test_a_requires_python_that_cannot_be_read_asks_for_nothing(asked: object, read_as: str) -> None:
    (file,) = read({"files": [entry(requires_python=asked)]})
    assert file.requires_python == SpecifierSet(read_as)


@pytest.mark.parametrize(("yanked", "read_as"), [(True, True), ("why \x1b[31m", True), (False, False), ("", False)])
def test_a_yank_may_have_a_reason(yanked: object, read_as: bool) -> None:
    (file,) = read({"files": [entry(yanked=yanked)]})
    assert file.yanked is read_as


@pytest.mark.parametrize(
    ("html", "versions"),
    [
        ('<a href="fastapi-0.1.tar.gz">', ["0.1"]),
        ("<A HREF='https://index.example/a/fastapi-0.1.tar.gz?x=1#sha256=0'>", ["0.1"]),
        ('<a href="fastapi-0.1%2Blocal.tar.gz">', ["0.1+local"]),
        ('<a href="http://[/fastapi-0.1.tar.gz"><a href="fastapi-0.2.tar.gz">', ["0.2"]),
        ('<a href="javascript:alert(1)"><a href="file:///etc/passwd"><a><a href><b href="fastapi-0.1.tar.gz">', []),
        ('<!-- <a href="fastapi-0.1.tar.gz"> -->', []),
        ('<a href="fastapi-0.1.tar.gz" data-yanked>', ["0.1"]),
    ],
)
def test_links_of_a_html_page(html: str, versions: list[str]) -> None:
    assert [str(file.version) for file in read(html, "text/html")] == versions


def test_an_empty_yank_is_a_yank_in_html() -> None:
    (file,) = read('<a href="fastapi-0.1.tar.gz" data-yanked="">', "text/html")
    assert file.yanked


_MANY = " ".join(f'a{number}=">"' for number in range(200_000))


@pytest.mark.parametrize(
    "page",
    [
        f'<a x=">" {"y " * 200_000}>',
        f"<a x='>' {'y ' * 200_000}>",
        f"<a {_MANY}>",
        f'<!-- <a x=" --><a {_MANY}>',
        f'<script>"</script><p title="><meta {_MANY}>',
        f"<a href={'/ ' * 200_000}x='<'>",
    ],
)
def test_a_tag_that_hides_its_length_in_quotes_is_refused(page: str) -> None:
    """Parsers compare each attribute of a tag with all others: these would take from seconds to hours."""
    with pytest.raises(ValueError, match="a tag that is too long"):
        indexes.page(page, "text/html", FASTAPI)


def test_a_long_page_with_brackets_in_quotes_says_the_same_as_a_short_one() -> None:
    lines = [
        f"<a href='../fastapi-0.{number}.0-py3-none-any.whl#sha256=ab' data-requires-python=\">=3.{number % 9}\" "
        'data-yanked="a &amp;&nbsp;&quot;b&quot;"\n data-size=7>it</a><br/>'
        for number in range(1_000)
    ]
    around = (
        "<!-- <a href='fastapi-9.0-py3-none-any.whl'> --><script>'<a href=\"fastapi-8.0-py3-none-any.whl\">'</script>"
    )
    base = "<BASE href='https://index.example/a/b/'>"
    whole = indexes.page(f"{base}{around}{''.join(lines)}", "text/html", FASTAPI, "https://index.example/")
    each = [indexes.page(f"{base}{line}", "text/html", FASTAPI, "https://index.example/") for line in lines]
    assert whole.files == tuple(file for found in each for file in found.files)
    assert len(whole.files) == 1_000


@pytest.mark.parametrize(
    ("page", "media_type", "words"),
    [
        ('{"files": [', JSON, "Expecting value"),
        ("[]", JSON, "no list of files"),
        ("null", JSON, "no list of files"),
        ('{"files": {}}', JSON, "no list of files"),
        ("[" * 100_000, JSON, "nested too deeply"),
        ('{"files": []}', "text/html", "says that it is HTML, and is JSON"),
        ("<!DOCTYPE html>", JSON, "says that it is JSON, and is not"),
        ("<a " + "x" * 70_000, "text/html", "a tag that is too long"),
        ('<meta name="pypi:repository-version" content="2.0">', "text/html", "only version 1"),
        ('{"meta": {"api-version": "2.0"}, "files": []}', JSON, "only version 1"),
        ("x", "application/pdf", "cannot be `application/pdf`"),
    ],
)
def test_what_is_no_page_is_a_value_error(page: str, media_type: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read(page, media_type)


@given(st.text(), st.sampled_from([JSON, "text/html"]))
def test_any_text_is_a_page_or_a_value_error(text: str, media_type: str) -> None:
    with contextlib.suppress(ValueError):
        indexes.releases(read(text, media_type))


JSON_VALUES = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=2)


@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("filename", "upload-time", "yanked", "requires-python"), JSON_VALUES)
    )
)
def test_any_entry_is_a_file_or_left_out(found: Mapping[str, object]) -> None:
    assert len(read({"files": [{"filename": "fastapi-0.1.tar.gz", **found}]})) <= 1


def test_a_release_is_yanked_with_all_its_files_and_as_old_as_its_first() -> None:
    def release(*files: tuple[bool, int | None]) -> Release:
        made = (
            indexes.File(
                Version("1"),
                datetime(2024, 1, day, tzinfo=UTC) if day else None,
                yanked,
                SpecifierSet(f">=3.{day or 0}"),
            )
            for yanked, day in files
        )
        return indexes.releases(made)[0]

    assert release((True, 1), (True, 2)).yanked
    assert release((True, 1), (False, 2)) == release((False, 2))
    assert release((False, 3), (False, 2), (False, None)).uploaded == datetime(2024, 1, 2, tzinfo=UTC)
    assert release((False, None)).uploaded is None


# Where packages come from.


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return alone(monkeypatch, tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "above" / "project"
    made.mkdir(parents=True)
    return made


A, B, C = (f"https://{letter}.index.example/simple" for letter in "abc")


def configured(folder: Path, **environ: str) -> index.Indexes:
    return index.configured(folder, {**os.environ, **environ})


def test_nothing_configured_is_what_pip_was_compiled_with(home: Path, folder: Path) -> None:  # noqa: ARG001
    argv = [sys.executable, "-c", "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"]
    default = subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()
    found = configured(folder)
    assert found == index.Indexes((default,))


def test_pip_by_environment(home: Path, folder: Path) -> None:  # noqa: ARG001
    links = {"PIP_FIND_LINKS": "links /opt/more", "PIP_CERT": "/ca.pem", "PIP_TRUSTED_HOST": "a.index.example"}
    found = configured(folder, PIP_INDEX_URL=A, PIP_EXTRA_INDEX_URL=f"{B} {C}", **links)
    places = ((folder / "links").as_uri(), "file:///opt/more")
    assert found == index.Indexes((A, B, C), places, False, "/ca.pem", ("a.index.example",), found.variables)
    assert found.variables == {
        "UV_DEFAULT_INDEX": A,
        "UV_INDEX": f"{B} {C}",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": ",".join(places),
        "UV_INSECURE_HOST": "a.index.example",
        "SSL_CERT_FILE": "/ca.pem",
        "PIP_CERT": "/ca.pem",
    }


def test_pip_by_its_file(home: Path, folder: Path) -> None:
    (home / "pip.conf").write_text(f"[global]\nindex-url = {A}\n[install]\nextra-index-url =\n  {B}\n  {C}\n")
    assert configured(folder, PIP_CONFIG_FILE=str(home / "pip.conf")).urls == (A, B, C)


def test_a_broken_file_of_pip_is_an_error(home: Path, folder: Path) -> None:
    (home / "pip.conf").write_text("index-url\n")
    with pytest.raises(PincheckError, match="cannot read pip's configuration"):
        configured(folder, PIP_CONFIG_FILE=str(home / "pip.conf"))


def test_pip_without_an_index_looks_at_links_only(home: Path, folder: Path) -> None:  # noqa: ARG001
    found = configured(folder, PIP_NO_INDEX="1", PIP_FIND_LINKS="/opt/links", PIP_EXTRA_INDEX_URL=B)
    assert (found.urls, found.find_links) == ((), ("file:///opt/links",))
    assert found.variables == {
        "UV_DEFAULT_INDEX": "file:///no-index-is-configured",
        "UV_FIND_LINKS": "file:///opt/links",
    }


def test_uv_by_environment(home: Path, folder: Path) -> None:  # noqa: ARG001
    login = {"UV_INDEX_CORP_PYTHON_USERNAME": "me", "UV_INDEX_CORP_PYTHON_PASSWORD": "p@ss"}
    more = {"UV_EXTRA_INDEX_URL": C, "UV_FIND_LINKS": "links,/opt/with blank", "SSL_CERT_FILE": "/ca.pem"}
    found = configured(folder, UV_DEFAULT_INDEX=A, UV_INDEX=f"corp-python={B}", **login, **more)
    with_login = B.replace("://", "://me:p%40ss@")
    assert found.urls == (with_login, C, A)
    assert found.find_links == ((folder / "links").as_uri(), "file:///opt/with%20blank")
    assert (found.first_match, found.certificates) == (True, "/ca.pem")
    assert found.variables == {
        "PIP_INDEX_URL": A,
        "PIP_EXTRA_INDEX_URL": f"{with_login} {C}",
        "PIP_FIND_LINKS": " ".join(found.find_links),
        "SSL_CERT_FILE": "/ca.pem",
        "PIP_CERT": "/ca.pem",
    }


def test_uv_beside_a_pip_of_its_own_keeps_to_the_same_default(home: Path, folder: Path) -> None:  # noqa: ARG001
    found = configured(folder, UV_INDEX=B, PIP_INDEX_URL=A)
    assert (found.urls, found.variables) == ((B, A), {"UV_DEFAULT_INDEX": A})


def test_uv_by_the_project(home: Path, folder: Path) -> None:  # noqa: ARG001
    (folder / "pyproject.toml").write_text(f"""\
[tool.uv]
index-strategy = "unsafe-best-match"
allow-insecure-host = ["a.index.example"]
find-links = ["./links"]
[[tool.uv.index]]
url = "{A}"
[[tool.uv.index]]
name = "torch"
url = "https://torch.index.example"
explicit = true
[[tool.uv.index]]
url = "wheels"
format = "flat"
[[tool.uv.index]]
url = "{B}"
default = true
[[tool.uv.index]]
name = "no url"
""")
    found = configured(folder)
    assert found.urls == (A, B)
    assert found.find_links == ((folder / "wheels").as_uri(), (folder / "links").as_uri())
    assert (found.first_match, found.trusted_hosts) == (False, ("a.index.example",))
    assert not any(name.startswith("UV_") for name in found.variables)


def test_uv_above_the_project_reaches_a_copy_of_it(home: Path, folder: Path) -> None:  # noqa: ARG001
    (folder.parent / "uv.toml").write_text(f'index-url = "{A}"\nextra-index-url = ["{B}"]\nfind-links = ["links"]\n')
    (folder / "pyproject.toml").write_text('[project]\nname = "x"\n')
    found = configured(folder)
    assert found.urls == (B, A)
    links = (folder.parent / "links").as_uri()
    wanted = {"UV_DEFAULT_INDEX": A, "UV_INDEX": B, "UV_FIND_LINKS": links}
    assert {name: value for name, value in found.variables.items() if name.startswith("UV_")} == wanted


def test_uv_above_the_project_may_shut_out_every_index(home: Path, folder: Path) -> None:  # noqa: ARG001
    (folder.parent / "uv.toml").write_text('no-index = true\nfind-links = ["/opt/links"]\n')
    found = configured(folder)
    assert (found.urls, found.find_links) == ((), ("file:///opt/links",))
    assert found.variables["UV_DEFAULT_INDEX"] == "file:///no-index-is-configured"
    assert found.variables["PIP_NO_INDEX"] == "1"


def test_the_nearest_uv_settings_hold_over_the_users(home: Path, folder: Path) -> None:
    users = home / ".config" / "uv"
    users.mkdir(parents=True)
    (users / "uv.toml").write_text(f'[[index]]\nurl = "{C}"\ndefault = true\n')
    assert configured(folder).urls == (C,)
    (folder / "uv.toml").write_text(f'[[index]]\nurl = "{B}"\ndefault = true\n')
    assert configured(folder).urls == (B,)
    assert configured(folder, UV_DEFAULT_INDEX=A).urls == (A,)
    assert configured(folder, UV_NO_CONFIG="true", PIP_INDEX_URL=A).urls == (A,)
    assert configured(folder, UV_CONFIG_FILE=str(users / "uv.toml")).urls == (C,)


@pytest.mark.parametrize("text", ["tool = 7", "[tool]\nuv = []", "[tool.uv]\nindex = 7\npip = 7", "[", "\ufeff[tool]"])
def test_a_project_file_of_another_shape_says_nothing_of_uv(home: Path, folder: Path, text: str) -> None:  # noqa: ARG001
    (folder / "pyproject.toml").write_text(text)
    assert configured(folder, PIP_INDEX_URL=A).urls == (A,)


def test_a_broken_file_of_uv_is_an_error_and_not_another_index(home: Path, folder: Path) -> None:  # noqa: ARG001
    (folder / "uv.toml").write_text("[[index]\n")
    with pytest.raises(PincheckError, match="cannot read uv's configuration"):
        configured(folder)


@pytest.mark.parametrize("url", ["https://me:pass@x:y/", "gopher:x", "https://"])
def test_an_index_that_is_no_url_is_an_error(home: Path, folder: Path, url: str) -> None:  # noqa: ARG001
    with pytest.raises(PincheckError, match="an index cannot be at") as error:
        configured(folder, PIP_INDEX_URL=url)
    assert "pass" not in str(error.value)


def test_pip_is_held_to_a_cooldown_only_where_every_index_gives_it_times(home: Path) -> None:  # noqa: ARG001
    timed, bare = [Upload("0.1")], [Upload("0.1", uploaded="")]
    with running() as one, running() as two, http.client() as client:

        def for_pip(first: str, second: str, *, first_match: bool = False) -> bool:
            for server, form in ((one, first), (two, second)):
                server.replies.clear()
                if form:
                    server.package(
                        "fastapi", bare if form == "untimed" else timed, form=form.replace("untimed", "json")
                    )
            found = index.offered(client, index.Indexes((one.simple, two.simple), (), first_match), FASTAPI)
            return found.timed_for_pip

        assert for_pip("json", "json")
        assert for_pip("json", "")
        assert for_pip("", "json", first_match=True)
        assert not for_pip("json", "html")
        assert not for_pip("json", "untimed")
        assert not for_pip("json", "json", first_match=True)


def test_links_that_cannot_be_had(home: Path, tmp_path: Path) -> None:  # noqa: ARG001
    (tmp_path / "links.html").write_text('<a href="fastapi-0.1.tar.gz">')
    with running() as server, http.client() as client:
        server.replies["/links"] = html_page("fastapi", [Upload("0.2")], times=False)
        links = (f"{server.url}/links", f"{server.url}/gone", (tmp_path / "links.html").as_uri(), "file:///nowhere")
        found = index.offered(client, index.Indexes((), links), FASTAPI)
        assert sorted(str(file.version) for file in found.files) == ["0.1", "0.2"]
        assert (found.timed, found.answered) == (False, "")
        with pytest.raises(PincheckError, match="no index has `fastapi`: none is configured"):
            index.offered(client, index.Indexes(()), FASTAPI)


def test_a_page_on_disk_that_is_none_is_an_error(home: Path, tmp_path: Path) -> None:  # noqa: ARG001
    (tmp_path / "fastapi").mkdir()
    (tmp_path / "fastapi" / "index.html").write_bytes(b'{"files": []}')
    with http.client() as client, pytest.raises(PincheckError, match="html` is not an index page: it says"):
        index.offered(client, index.Indexes((tmp_path.as_uri(),)), FASTAPI)


@pytest.mark.parametrize("charset", ["utf-8", "no-such-code", "base64", "idna"])
def test_a_charset_that_python_lacks_is_read_as_utf_8(home: Path, charset: str) -> None:  # noqa: ARG001
    with running() as server, http.client() as client:
        server.replies["/x"] = Reply("è".encode(), f"text/plain; charset={charset}")
        assert http.get(client, f"{server.url}/x").text == "è"
