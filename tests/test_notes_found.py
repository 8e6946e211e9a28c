"""Where release notes are found: place after place, each on a real server, and why the ones before were passed over."""

import gzip
import hashlib
import io
import json
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck import changelog
from pincheck.changelog import _addresses
from pincheck.changelog._addresses import Page, Raw, Releases, Repository
from pincheck.errors import PincheckError
from pincheck.indexes import File
from pincheck.upgrades import Metadata
from pincheck.world import _github, _sdists, _search, cache, http, notes
from pincheck.world.index import Indexes, Offered
from pincheck.world.notes import Forge, NotAvailable, Sdist, Told
from tests import servers
from tests.servers import Reply, Server

SHOP = NormalizedName("shop")
NOW, NEXT = Version("1.1"), Version("1.2")
NOTES = "# Changes\n\n## 1.2 (2024-03-01)\n\n* New.\n\n## 1.1 (2024-02-01)\n\n* Old.\n"
# The same in the style that the ending of its file promises.
RST = (
    "Changes\n=======\n\n1.2 (2024-03-01)\n----------------\n\n* New.\n\n1.1 (2024-02-01)\n----------------\n\n* Old.\n"
)
STALE = "# Changes\n\n## 1.1\n\n* From now on see the releases.\n\n## 1.0\n\n* First.\n"
LATER = "# Changes\n\n## 3.0\n\n* Far away.\n"
WHOLE = Repository("acme", "shop")

Find = Callable[..., Told]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    servers.alone(monkeypatch, tmp_path)
    with servers.running() as started:
        yield started


def metadata(description: str = "", media_type: str = "", **urls: str) -> Metadata:
    named = tuple((label.replace("_", " "), url) for label, url in urls.items())
    return Metadata(SHOP, NEXT, SpecifierSet(), (), named, description, media_type, "the wheel")


def found(
    server: Server, about: Metadata | None, sdist: Sdist | str = "it has no sdist", *,
    environ: Mapping[str, str] | None = None, store: cache.Store | None = None, offline: bool = False,
) -> Told:  # fmt: skip
    """Search with this server as index and as GitHub."""
    forge = Forge(f"{server.url}/api", f"{server.url}/raw")
    with http.client(cache=store, offline=offline, pause=lambda _: None) as client:
        return notes.find(
            client, SHOP, NOW, about, sdist, Indexes((server.simple,)), environ or {}, forge=forge
        )  # fmt: skip


def why(server: Server, about: Metadata | None, sdist: Sdist | str = "it has no sdist", **more: object) -> str:
    with pytest.raises(NotAvailable) as raised:
        found(server, about, sdist, **more)  # type: ignore[arg-type]
    assert "\n" not in str(raised.value)
    return str(raised.value)


def releases(*tags: str, body: str = "* Something.", **more: object) -> Reply:
    listed = [
        {"tag_name": tag, "name": tag, "body": body, "published_at": "2024-03-01T00:00:00Z", "draft": False,
         "html_url": f"https://github.com/acme/shop/releases/tag/{tag}"} | more
        for tag in tags
    ]  # fmt: skip
    return Reply(json.dumps(listed).encode(), "application/json; charset=utf-8")


API = "/api/repos/acme/shop/releases?per_page=100&page={}"
REPOSITORY = "https://github.com/acme/shop"


def text(body: str) -> Reply:
    return Reply(body.encode(), "text/plain; charset=utf-8")


# What the metadata labels as release notes.


def test_the_address_that_is_labelled_as_changelog_is_read_first(server: Server) -> None:
    server.replies["/notes.md"] = Reply(NOTES.encode(), "text/markdown")
    told = found(server, metadata(NOTES, Source=REPOSITORY, Change_Log=f"{server.url}/notes.md"))
    assert told.source == f"`{server.url}/notes.md`"
    assert told.written == changelog.Written(NOTES, "text/markdown", f"{server.url}/notes.md", "shop")
    assert told.tried == ()
    assert server.paths == ["/notes.md"]


def test_the_page_of_a_file_leads_to_the_file(server: Server) -> None:
    server.replies["/raw/acme/shop/main/docs/news.md"] = text(NOTES)
    told = found(server, metadata(Changelog=f"{REPOSITORY}/blob/main/docs/news.md#latest"))
    assert told.source == f"`{REPOSITORY}/blob/main/docs/news.md`"
    assert changelog.versions(told.written) == (Version("1.2"), Version("1.1"))
    assert server.paths == ["/raw/acme/shop/main/docs/news.md"]


def test_a_file_that_is_a_link_to_another_file_is_followed(server: Server) -> None:
    server.replies["/raw/acme/shop/HEAD/CHANGELOG.md"] = text("docs/release-notes.md\n")
    server.replies["/raw/acme/shop/HEAD/docs/release-notes.md"] = text("./../HISTORY.md")
    server.replies["/raw/acme/shop/HEAD/HISTORY.md"] = text(NOTES)
    told = found(server, metadata(Changelog=f"{REPOSITORY}/blob/HEAD/CHANGELOG.md"))
    assert told.source == f"`{REPOSITORY}/blob/HEAD/HISTORY.md`"


def test_files_that_are_links_to_each_other_are_followed_to_no_end(server: Server) -> None:
    server.replies["/raw/acme/shop/HEAD/CHANGELOG.md"] = text("CHANGES.md")
    server.replies["/raw/acme/shop/HEAD/CHANGES.md"] = text("CHANGELOG.md")
    why(server, metadata(Changelog=f"{REPOSITORY}/blob/HEAD/CHANGELOG.md"))
    assert len([path for path in server.paths if path.startswith("/raw/")]) < 12


def test_labelled_releases_are_asked_of_the_api(server: Server) -> None:
    server.replies[API.format(1)] = releases("v1.2", "v1.1")
    told = found(server, metadata(Changelog=f"{REPOSITORY}/releases"))
    assert told.source == "`https://github.com/acme/shop/releases`"
    assert changelog.versions(told.written) == (Version("1.2"), Version("1.1"))
    assert server.paths == [API.format(1)]


def test_what_the_next_place_is_better_at_is_taken_from_there(server: Server) -> None:
    server.replies |= {"/old.md": text(STALE), "/bare.md": text("Nothing."), API.format(1): releases("1.2")}
    about = metadata(Changelog=f"{server.url}/old.md", Changes=f"{server.url}/bare.md", History=f"{server.url}/gone.md",
                     Source=REPOSITORY)  # fmt: skip
    told = found(server, about)
    assert told.source == "`https://github.com/acme/shop/releases`"
    assert told.tried == (
        f"`{server.url}/old.md`: tells of nothing after `1.1`",
        f"`{server.url}/bare.md`: no heading with a version",
        f"`{server.url}/gone.md` answered 404",
    )


def test_notes_of_later_versions_only_are_better_than_none(server: Server) -> None:
    server.replies["/later.md"] = text(LATER)
    told = found(server, metadata(Changelog=f"{server.url}/later.md", Source=REPOSITORY))
    assert told.source == f"`{server.url}/later.md`"
    assert f"`{server.url}/later.md`: tells of later versions than `1.2` only" in told.tried
    told = found(server, metadata(NOTES, Changelog=f"{server.url}/later.md"))
    assert told.source == "the long description of `shop` `1.2`"


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:1/notes.md", "http://169.254.169.254/latest/meta-data", "https://localhost/notes.md",
        "file:///etc/passwd", "ftp://example.com/notes", "javascript:alert(1)", "https://[::1", "", "notes.md",
        "https://me:secret@index.example/notes.md", "https://exa\x1b[31mmple.com/",
    ],
)  # fmt: skip
def test_a_stranger_sends_us_to_public_hosts_only(server: Server, address: str) -> None:
    reason = why(server, metadata(Changelog=address))
    assert "secret" not in reason
    assert "\x1b" not in reason
    assert not server.paths


def test_a_redirect_of_a_stranger_leads_to_public_hosts_only(server: Server) -> None:
    with servers.running() as other:
        other.replies["/notes.md"] = text(NOTES)
        server.redirect("/notes.md", f"{other.url}/notes.md")
        reason = why(server, metadata(Changelog=f"{server.url}/notes.md"))
        assert "which may not be asked" in reason
        assert not other.paths


# A repository on GitHub.


def test_releases_are_paged_until_the_current_version_is_there(server: Server) -> None:
    more = {"Link": f'<{server.url}/elsewhere>; rel="next", <{server.url}/x>; rel="last"'}
    server.replies[API.format(1)] = releases(*(f"1.2.{n}" for n in range(100, 0, -1)))._replace(headers=more)
    server.replies[API.format(2)] = releases("0.9.5", "1.2", "1.1", "1.0")._replace(headers=more)
    told = found(server, metadata(Repository=f"{REPOSITORY}.git"))
    assert len(changelog.versions(told.written)) == 104
    assert server.paths == [API.format(1), API.format(2)]


def test_pages_of_releases_come_to_an_end(server: Server) -> None:
    more = {"Link": f'<{server.url}/elsewhere>; rel="next"'}
    server.replies |= {API.format(page): releases("9.1", "9.0")._replace(headers=more) for page in range(1, 100)}
    found(server, metadata(Source=REPOSITORY))
    assert server.paths == [API.format(page) for page in range(1, 11)] + server.paths[10:]
    assert not [path for path in server.paths if path.endswith("page=11")]


@pytest.mark.parametrize(
    "before", ["", "<!-- Release notes generated using configuration in x.yml -->\r\n\r\n", " " * 5000]
)
def test_releases_that_say_nothing_are_passed_over_for_a_changelog(server: Server, before: str) -> None:
    said = f"{before}**Full Changelog**: https://github.com/acme/shop/compare/1.1...1.2\n"
    server.replies[API.format(1)] = releases("1.2", "1.1", body=said)
    server.replies["/raw/acme/shop/HEAD/CHANGES.rst"] = text(RST)
    told = found(server, metadata(Source=REPOSITORY))
    assert told.source == f"`{REPOSITORY}/blob/HEAD/CHANGES.rst`"
    assert "`github.com/acme/shop/releases` holds no notes" in told.tried


def test_a_draft_is_no_release(server: Server) -> None:
    server.replies[API.format(1)] = releases("1.2", draft=True)
    assert "`github.com/acme/shop/releases` holds no notes" in why(server, metadata(Source=REPOSITORY))


def test_a_package_in_a_folder_of_a_repository_has_its_changelog_there(server: Server) -> None:
    server.replies["/raw/acme/all/main/packages/shop/CHANGELOG.md"] = text(NOTES)
    told = found(server, metadata(Source="https://github.com/acme/all/tree/main/packages/shop"))
    assert told.source == "`https://github.com/acme/all/blob/main/packages/shop/CHANGELOG.md`"
    assert server.paths == ["/raw/acme/all/main/packages/shop/CHANGELOG.md"]


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "GH_TOKEN"])
def test_a_token_goes_to_the_api_and_nowhere_else(server: Server, name: str) -> None:
    server.redirect(API.format(1), f"{server.url.replace('127.0.0.1', 'localhost')}/away")
    server.replies["/raw/acme/shop/HEAD/CHANGELOG.md"] = text(NOTES)
    server.replies["/notes.md"] = text(STALE)
    told = found(server, metadata(Source=REPOSITORY, Changelog=f"{server.url}/notes.md"), environ={name: "t0ken\n"})
    assert told.source == f"`{REPOSITORY}/blob/HEAD/CHANGELOG.md`"
    assert {asked.path: asked.authorization for asked in server.asked} == {
        "/notes.md": "", API.format(1): "Bearer t0ken", "/raw/acme/shop/HEAD/CHANGELOG.md": "",
    }  # fmt: skip


def test_a_token_of_another_server_stays_there(server: Server) -> None:
    server.replies[API.format(1)] = releases("1.2")
    environ = {"GITHUB_TOKEN": "t0ken", "GITHUB_API_URL": "https://github.example.com/api/v3"}
    found(server, metadata(Source=REPOSITORY), environ=environ)
    assert server.asked[0].authorization == ""


@pytest.mark.parametrize(
    ("reply", "environ", "advice"),
    [
        (
            Reply(b"{}", status=403),
            {},
            "GitHub's limit of requests is reached for `github.com/acme/shop/releases`: set `GITHUB_TOKEN`",
        ),
        (
            Reply(b"{}", status=429),
            {},
            "GitHub's limit of requests is reached for `github.com/acme/shop/releases`: set `GITHUB_TOKEN`",
        ),
        (
            Reply(b"{}", status=403),
            {"GITHUB_TOKEN": "t0ken"},
            "GitHub's limit of requests is reached for `github.com/acme/shop/releases`: try again later",
        ),
        (
            Reply(b"{}", status=429, headers={"Retry-After": "3600"}),
            {},
            "GitHub's limit of requests is reached for `github.com/acme/shop/releases`: set `GITHUB_TOKEN`",
        ),
        (
            Reply(b"{}", status=401),
            {"GITHUB_TOKEN": "t0ken"},
            "GitHub does not accept the token in `GITHUB_TOKEN` or `GH_TOKEN`",
        ),
    ],
)
def test_a_limit_of_requests_is_told_first(
    server: Server, reply: Reply, environ: Mapping[str, str], advice: str
) -> None:
    server.replies[API.format(1)] = reply
    reason = why(server, metadata(Source=REPOSITORY, Changelog=f"{server.url}/gone.md"), environ=environ)
    assert reason.startswith(f"{advice}; ")
    assert "t0ken" not in reason


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[" * 100_000, b"[1, null, {}]", b'[{"tag_name": 1, "body": 2}]', b"\xff"]
)
def test_an_answer_that_is_no_list_of_releases_is_passed_over(server: Server, body: bytes) -> None:
    server.replies[API.format(1)] = Reply(body, "application/json")
    server.replies["/raw/acme/shop/HEAD/HISTORY.md"] = text(NOTES)
    assert found(server, metadata(Source=REPOSITORY)).source == f"`{REPOSITORY}/blob/HEAD/HISTORY.md`"


def test_what_a_token_may_not_see_is_no_matter_of_limits(server: Server) -> None:
    server.replies[API.format(1)] = Reply(b"{}", status=403, headers={"X-RateLimit-Remaining": "4999"})
    reason = why(server, metadata(Source=REPOSITORY), environ={"GITHUB_TOKEN": "t0ken"})
    assert "`github.com/acme/shop/releases` answered 403" in reason


@pytest.mark.parametrize("second", [releases("1.1", body="x" * 20_000), Reply(b"{}", status=403), Reply(b"no")])
def test_the_newest_releases_are_better_than_none(
    server: Server, monkeypatch: pytest.MonkeyPatch, second: Reply
) -> None:
    monkeypatch.setattr(_github, "_LARGEST", 30_000)
    more = {"Link": f'<{server.url}/elsewhere>; rel="next"'}
    server.replies |= {API.format(1): releases("1.2", body="x" * 20_000)._replace(headers=more), API.format(2): second}
    told = found(server, metadata(Source=REPOSITORY))
    assert changelog.versions(told.written) == (Version("1.2"),)
    assert server.paths[:2] == [API.format(1), API.format(2)]


def test_nothing_is_asked_twice(server: Server) -> None:
    why(server, metadata(Changelog=f"{REPOSITORY}/releases", Release_notes=REPOSITORY, Source=REPOSITORY))
    assert len(server.paths) == len(set(server.paths))


# The source distribution.


def packed(members: Mapping[str, str | bytes], form: int = tarfile.PAX_FORMAT, top: str = "shop-1.2/") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=form) as archive:
        for name, content in members.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(f"{top}{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def given_sdist(data: bytes) -> Sdist:
    return Sdist("https://index.example/shop-1.2.tar.gz", hashlib.sha256(data).hexdigest(), lambda: data)


LONG = "x" * 150


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize(
    "path",
    [
        "CHANGES.rst",
        "HISTORY.md",
        "Changelog.rst",
        "NEWS",
        "docs/release-notes.md",
        "doc/en/changelog.rst",
        "docs/en/docs/release_notes.txt",
    ],
)
def test_the_changelog_of_a_source_distribution_is_read(server: Server, path: str, form: int) -> None:
    written = RST if path.endswith(".rst") else NOTES
    members = {
        f"src/{'ü' * 30 if form == tarfile.USTAR_FORMAT else LONG}.py": "x = 1\n" * 1000,
        "tests/CHANGES.rst": STALE,
        path: written,
        "README.md": NOTES,
    }
    told = found(server, metadata(), given_sdist(packed(members, form)))
    assert told.source == f"`{path}` in `shop-1.2.tar.gz`"
    assert told.written == changelog.Written(written, "", path, "shop")


def test_a_zip_archive_is_read_too(server: Server) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("shop-1.2/src/shop.py", "")
        archive.writestr("shop-1.2/CHANGES.rst", RST)
    assert found(server, metadata(), given_sdist(out.getvalue())).source == "`CHANGES.rst` in `shop-1.2.tar.gz`"


def test_a_file_that_only_points_elsewhere_or_is_old_is_passed_over(server: Server) -> None:
    members = {
        "CHANGELOG.rst": "The changelog is at https://example.com/changelog\n",
        "CHANGES": STALE,
        "docs/changelog.md": NOTES,
    }
    told = found(server, metadata(), given_sdist(packed(members)))
    assert told.source == "`docs/changelog.md` in `shop-1.2.tar.gz`"
    assert "`CHANGES` in `shop-1.2.tar.gz`: tells of nothing after `1.1`" in told.tried


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is not a whole archive"),
        (b"no archive at all", "it is not a whole archive"),
        (b"PK\x03\x04 no archive", "it is not a whole archive"),
        (gzip.compress(b"no archive" * 1000), "it is not a whole archive"),
        (packed({"CHANGES.rst": os.urandom(5000)})[:3000], "it is not a whole archive"),
        (gzip.compress(bytes(1000)), "holds no changelog"),
        (packed({"setup.py": ""}), "holds no changelog"),
        (packed({"CHANGES.rst": NOTES}, top="/etc/../"), "holds no changelog"),
        (packed({"CHANGES.rst": "x" * 5_000_000}), "holds no changelog"),
    ],
)
def test_an_archive_that_is_none_is_a_reason(server: Server, data: bytes, reason: str) -> None:
    assert reason in why(server, metadata(), given_sdist(data))


def test_links_in_an_archive_are_not_followed(server: Server) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for kind, name in (
            (tarfile.SYMTYPE, "CHANGES.rst"),
            (tarfile.LNKTYPE, "HISTORY.md"),
            (tarfile.FIFOTYPE, "NEWS"),
        ):
            member = tarfile.TarInfo(f"shop-1.2/{name}")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    assert "holds no changelog" in why(server, metadata(), given_sdist(out.getvalue()))


def bomb(header: tarfile.TarInfo, size: int) -> bytes:
    """Return a small archive whose one member unpacks to many zeros."""
    header.size = size
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1) as file:
        file.write(header.tobuf(tarfile.GNU_FORMAT))
        for _ in range(0, size, 1024 * 1024):
            file.write(bytes(1024 * 1024))
    return out.getvalue()


def test_an_archive_that_unpacks_to_far_too_much_is_left(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sdists, "_LARGEST_UNPACKED", 8 * 1024 * 1024)
    data = bomb(tarfile.TarInfo("shop-1.2/data"), 16 * 1024 * 1024)
    assert "unpacked, it is larger than 8 MiB" in why(server, metadata(), given_sdist(data))


def test_a_long_name_is_not_believed_to_be_as_long_as_it_says(server: Server) -> None:
    header = tarfile.TarInfo("shop-1.2/name")
    header.type = tarfile.GNUTYPE_LONGNAME
    data = bomb(header, 16 * 1024 * 1024)
    assert "it is not a whole archive" in why(server, metadata(), given_sdist(data))


def test_of_very_many_members_some_are_looked_at(server: Server) -> None:
    header = tarfile.TarInfo("shop-1.2/empty").tobuf(tarfile.USTAR_FORMAT)
    last = tarfile.TarInfo("shop-1.2/CHANGES.rst").tobuf(tarfile.USTAR_FORMAT)
    data = gzip.compress(header * 100_000 + last, compresslevel=1)
    assert "holds no changelog" in why(server, metadata(), given_sdist(data))


@given(st.binary(max_size=600), st.integers(0, 2000), st.binary(max_size=8))
def test_a_damaged_archive_never_raises_anything_but_a_value_error(data: bytes, at: int, damage: bytes) -> None:
    sound = gzip.decompress(packed({"CHANGES.rst": NOTES, f"docs/{LONG}.md": "x"}))
    damaged = sound[:at] + damage + sound[at + len(damage) :]
    for some in (data, gzip.compress(damaged), packed({"CHANGES.rst": RST})[:at] + damage, b"PK" + data):
        try:
            texts = _sdists.changelogs(some)
        except ValueError:
            continue
        assert all(_addresses.readable(path) == path for path, _ in texts)


def offered(url: str, indexes: Indexes, sha256: str = "", **more: object) -> Offered:
    hashes = (("sha256", sha256),) if sha256 else ()
    file = File(NEXT, None, False, SpecifierSet(), url.rpartition("/")[2], url, hashes, **more)  # type: ignore[arg-type]
    wheel = File(NEXT, None, False, SpecifierSet(), "shop-1.2-py3-none-any.whl", f"{url}.whl")
    return Offered((wheel, file), False, False, "", (), SHOP, indexes)


def test_a_source_distribution_is_fetched_with_the_login_of_its_index_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers.alone(monkeypatch, tmp_path)
    data, store = packed({"CHANGES.rst": RST}), cache.Store(tmp_path / "cache")
    with servers.running("me:secret") as server:
        server.replies["/files/shop-1.2.tar.gz"] = Reply(data, headers={"Cache-Control": "no-store"})
        indexes, url = Indexes((server.with_login("me:secret"),)), f"{server.url}/files/shop-1.2.tar.gz"
        for offline in (False, False, True):
            with http.client(cache=store, offline=offline) as client:
                one = notes.sdist(client, offered(url, indexes, hashlib.sha256(data).hexdigest()), NEXT)
                told = notes.find(client, SHOP, NOW, metadata(), one, indexes, {})
            assert isinstance(one, Sdist)
            assert one.url == url
            assert told.source == "`CHANGES.rst` in `shop-1.2.tar.gz`"
        assert server.paths == ["/files/shop-1.2.tar.gz"]


@pytest.mark.parametrize(
    ("path", "more", "reason"),
    [
        ("shop-1.2.tar.gz", {"sha256": "0" * 64}, "and the index says 0000"),
        ("gone.tar.gz", {}, "answered 404"),
        ("shop-1.2.tar.gz", {"size": 30_000_000}, "`shop-1.2.tar.gz` is larger than 20 MiB"),
        ("shop-1.2.exe", {}, "`shop` `1.2` has no source distribution"),
    ],
)
def test_a_source_distribution_that_is_not_what_the_index_says_is_not_read(
    server: Server, path: str, more: Mapping[str, object], reason: str
) -> None:
    server.replies["/shop-1.2.tar.gz"] = Reply(packed({"CHANGES.rst": RST}))
    indexes = Indexes((server.simple,))
    with http.client() as client:
        one = notes.sdist(client, offered(f"{server.url}/{path}", indexes, **more), NEXT)  # type: ignore[arg-type]
        with pytest.raises(NotAvailable, match=reason):
            notes.find(client, SHOP, NOW, metadata(), one, indexes, {})


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("shop-1.2.tar.gz", ""),
        ("gone.tar.gz", "no such file or directory"),
        ("large.tar.gz", "it is larger than 0 MiB"),
    ],
)
def test_a_source_distribution_on_disk_is_read_there(
    tmp_path: Path, name: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sdists, "LARGEST", 10_000)
    (tmp_path / "shop-1.2.tar.gz").write_bytes(packed({"CHANGES.rst": RST}))
    (tmp_path / "large.tar.gz").write_bytes(bytes(10_001))
    with http.client() as client:
        one = notes.sdist(client, offered(f"{tmp_path.as_uri()}/{name}", Indexes((tmp_path.as_uri(),))), NEXT)
    assert isinstance(one, Sdist)
    found_there = one.fetch()
    assert isinstance(found_there, bytes) if not reason else found_there == f"`{name}`: {reason}"


DATA = os.environ.get("PINCHECK_DATA", "")


@pytest.mark.skipif(not DATA, reason="PINCHECK_DATA names no folder of real release notes")
@pytest.mark.parametrize(
    ("package", "now", "following", "files", "source"),
    [
        (
            "starlette",
            "1.9.0",
            "1.10.0",
            {"docs/release-notes.md": "starlette/release-notes@1.10.0-sdist.md"},
            "docs/release-notes.md",
        ),
        ("aiohttp", "3.14.4", "3.14.5", {"CHANGES.rst": "aiohttp/CHANGES@3.14.5-sdist.rst"}, "CHANGES.rst"),
        ("celery", "5.6.0", "5.7.0", {"Changelog.rst": "celery/Changelog@5.7.0-sdist.rst"}, "Changelog.rst"),
        ("redis", "7.0.0", "8.1.0", {"CHANGES": "redis/CHANGES"}, ""),
        (
            "sqlalchemy",
            "2.0.50",
            "2.0.52",
            {
                "CHANGES.rst": "uvicorn/CHANGELOG.md",
                "doc/build/changelog/changelog_20.rst": "sqlalchemy/changelog_20.rst",
                "doc/build/changelog/changelog_21.rst": "sqlalchemy/changelog_21.rst",
            },
            "doc/build/changelog/changelog_20.rst",
        ),
    ],
)
def test_the_changelogs_that_are_really_shipped_are_read(
    package: str, now: str, following: str, files: Mapping[str, str], source: str
) -> None:
    data = packed({path: (Path(DATA) / "notes" / name).read_bytes() for path, name in files.items()})
    about = Metadata(NormalizedName(package), Version(following), SpecifierSet())
    with http.client() as client:
        try:
            told = notes.find(client, about.name, Version(now), about, given_sdist(data), Indexes(()), {}).source
        except NotAvailable as error:
            told = str(error)
    assert told == f"`{source}` in `shop-1.2.tar.gz`" if source else "`CHANGES` in `shop-1.2.tar.gz`" in told


# The long description, and the end of the search.


def test_the_long_description_is_the_last_place(server: Server) -> None:
    about = metadata(f"A shop.\n\n{NOTES}", "text/markdown; charset=UTF-8; variant=GFM")
    told = found(server, about)
    assert told.source == "the long description of `shop` `1.2`"
    assert told.written.media_type == "text/markdown"
    assert told.tried[-1] == "it has no sdist"
    assert not server.paths


def test_without_metadata_the_source_distribution_is_still_read(server: Server) -> None:
    assert found(server, None, given_sdist(packed({"NEWS.md": NOTES}))).source == "`NEWS.md` in `shop-1.2.tar.gz`"
    assert why(server, None) == "the metadata of `shop` cannot be had; it has no sdist"


def test_every_place_that_was_passed_over_is_told_the_nearest_first(server: Server) -> None:
    server.replies["/old.md"] = text(STALE)
    about = metadata("A shop.", Source=REPOSITORY, Changelog=f"{server.url}/old.md")
    assert why(server, about, given_sdist(packed({}))) == (
        f"`{server.url}/old.md`: tells of nothing after `1.1`; "
        "`github.com/acme/shop/releases` answered 404; "
        "the long description of `shop` `1.2`: no heading with a version; "
        "`github.com/acme/shop` has no changelog under a usual name; "
        "`shop-1.2.tar.gz` holds no changelog"
    )


def test_offline_what_was_found_before_is_found_again(server: Server, tmp_path: Path) -> None:
    store = cache.Store(tmp_path / "cache")
    server.replies["/raw/acme/shop/HEAD/CHANGES.md"] = text(NOTES)
    about = metadata(Source=REPOSITORY)
    first = found(server, about, store=store)
    server.asked.clear()
    assert found(server, about, store=store, offline=True) == first
    assert "with `--offline`" in why(server, metadata(Changelog=f"{server.url}/other.md"), store=store, offline=True)
    assert not server.asked


def test_the_usual_case_costs_one_request(server: Server) -> None:
    server.replies[API.format(1)] = releases("1.2", "1.1", "1.0")
    found(server, metadata(Source=REPOSITORY))
    assert len(server.paths) == 1


# What a person named.


def test_a_person_may_name_a_repository_a_file_on_github_or_a_path(server: Server, tmp_path: Path) -> None:
    server.replies |= {API.format(1): releases("1.2"), "/raw/acme/shop/main/NEWS.md": text(NOTES), "/x": text(NOTES)}
    (tmp_path / "notes.md").write_text(NOTES)
    forge = Forge(f"{server.url}/api", f"{server.url}/raw")
    sources = []
    with http.client() as client:
        for place in (REPOSITORY, f"{REPOSITORY}/blob/main/NEWS.md", f"{server.url}/x", "notes.md"):
            told = notes.given(client, place, tmp_path, SHOP, NOW, {}, forge=forge)
            assert Version("1.2") in changelog.versions(told.written)
            sources.append(told.source)
    assert sources == [
        f"`{REPOSITORY}/releases`", f"`{REPOSITORY}/blob/main/NEWS.md`", f"`{server.url}/x`", "`notes.md`",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("{url}/bare.md", "no heading with a version"),
        ("{url}/gone.md", "release notes: `.*/gone.md` answered 404"),
        ("bare.md", "no heading with a version"),
        ("gone.md", "no such file"),
        ("https://[::1", "cannot reach"),
    ],
)
def test_what_a_person_named_and_is_none_is_an_error(server: Server, tmp_path: Path, place: str, reason: str) -> None:
    server.replies["/bare.md"] = text("Nothing.")
    (tmp_path / "bare.md").write_text("Nothing.")
    with http.client() as client, pytest.raises(PincheckError, match=reason):
        notes.given(client, place.format(url=server.url), tmp_path, SHOP, NOW, {})


def test_links_that_lead_nowhere_are_an_error_too(server: Server, tmp_path: Path) -> None:
    server.replies["/raw/acme/shop/HEAD/A.md"] = text("B.md")
    server.replies["/raw/acme/shop/HEAD/B.md"] = text("A.md")
    forge = Forge(f"{server.url}/api", f"{server.url}/raw")
    with http.client() as client, pytest.raises(PincheckError, match="leads from link to link"):
        notes.given(client, f"{REPOSITORY}/blob/HEAD/A.md", tmp_path, SHOP, NOW, {}, forge=forge)


# Addresses.


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://github.com/acme/shop", WHOLE),
        ("http://www.github.com/acme/shop/", WHOLE),
        ("git+https://github.com/acme/shop.git", WHOLE),
        ("https://github.com/acme/shop#readme", WHOLE),
        ("https://github.com/acme/shop/issues", WHOLE),
        ("https://github.com/acme/shop/tree/main", Repository("acme", "shop", "main")),
        ("https://github.com/acme/all/tree/main/a/b", Repository("acme", "all", "main", "a/b")),
        ("https://github.com/acme/shop/tree/main/CHANGES.md", Raw(WHOLE, "main/CHANGES.md")),
        ("https://github.com/acme/shop/blob/main/CHANGES.md?plain=1#L3", Raw(WHOLE, "main/CHANGES.md")),
        ("https://github.com/acme/shop/raw/v1/a%20b/c.md", Raw(WHOLE, "v1/a%20b/c.md")),
        ("https://github.com/acme/shop/releases/latest", Releases(WHOLE)),
        ("https://github.com/acme/shop/tags", Releases(WHOLE)),
        ("https://github.com/acme/shop/blob/main/../../../x", WHOLE),
        ("https://github.com/acme/shop/wiki/News", Page("https://github.com/acme/shop/wiki/News")),
        ("https://github.com/sponsors/acme", Page("https://github.com/sponsors/acme")),
        ("https://github.com/acme", Page("https://github.com/acme")),
        ("https://github.com/acme/..", Page("https://github.com/acme/..")),
        ("https://github.com.example.com/acme/shop", Page("https://github.com.example.com/acme/shop")),
        ("ssh://github.com/acme/shop", Page("ssh://github.com/acme/shop")),
        ("https://gitlab.com/a/b/c/-/blob/main/NEWS.md?ref_type=heads", Page("https://gitlab.com/a/b/c/-/raw/main/NEWS.md")),
        ("https://bitbucket.org/a/b/src/main/NEWS.md", Page("https://bitbucket.org/a/b/raw/main/NEWS.md")),
        ("https://codeberg.org/a/b/src/branch/main/N.md", Page("https://codeberg.org/a/b/raw/branch/main/N.md")),
        ("https://example.com/news.html?a=b", Page("https://example.com/news.html?a=b")),
        ("https://[::1", Page("https://[::1")),
    ],
)  # fmt: skip
def test_an_address_leads_to_a_place(url: str, place: object) -> None:
    assert _addresses.place(url) == place


def test_labels_are_compared_as_their_standard_says_and_the_best_comes_first() -> None:
    urls = [("History", "https://h.example"), ("Docs: Changelog", "https://d.example"), ("Changelog (old)", "https://o.example"),
            ("What's New?", "https://w.example"), ("Release-Notes", "https://r.example"), ("CHANGE LOG", "https://c.example"),
            ("Documentation", "https://x.example"), ("Changes", "https://h.example")]  # fmt: skip
    shown = [place.url[8:9] for place in _addresses.changelogs(urls) if isinstance(place, Page)]
    assert shown == ["c", "r", "h", "w", "d", "o"]


def test_the_repository_is_the_one_that_the_best_label_names() -> None:
    urls = [
        ("Homepage", "https://github.com/acme/site"),
        ("Source Code", "https://example.com/x"),
        ("Code", "https://github.com/acme/shop/tree/main/src"),
    ]
    assert _addresses.repository(urls) == Repository("acme", "shop", "main", "src")
    assert _addresses.repository([("Funding", "https://github.com/acme/shop")]) is None
    assert _addresses.repository([("Issues", "https://github.com/acme/shop/issues")]) == WHOLE


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://shop.example/news?a=b", "https://shop.example/news?a=b"),
        ("http://shop.example:80/news", "https://shop.example/news"),
        ("http://shop.example:8080/news", "http://shop.example:8080/news"),
        ("http://index.example/news", "http://index.example/news"),
        ("https://shop.example/news", "https://shop.example/news"),
        ("http://shop.example:x/", "http://shop.example:x/"),
    ],
)
def test_an_address_of_old_metadata_is_asked_encrypted(url: str, asked: str) -> None:
    assert _search._encrypted(url, http.Public.but(["http://index.example/simple"])) == asked
    assert _search._encrypted(url, None) == url


@given(
    st.lists(
        st.tuples(st.sampled_from(["Changelog", "Source", "Changelog: x"]) | st.text(), st.text() | st.just(REPOSITORY))
    )
)
def test_project_urls_that_are_none_raise_nothing(urls: list[tuple[str, str]]) -> None:
    assert len(_addresses.changelogs(urls)) <= len(urls)
    found = _addresses.repository(urls)
    assert found is None or found == WHOLE


@given(st.text(alphabet="htps:/gitubcom.@#?%-[]\\ \x1ba1\n", max_size=60))
def test_an_address_that_is_none_leads_nowhere_and_raises_nothing(url: str) -> None:
    for some in (url, f"https://github.com/{url}", f"https://github.com/a/b/blob/{url}"):
        place = _addresses.place(some)
        if isinstance(place, Raw):
            assert not {".", ".."} & set(place.path.split("/"))
            assert place.path.isprintable()
            assert not set(place.path) & set("?#\\ ")


@pytest.mark.parametrize(
    ("target", "path", "pointed"),
    [
        ("docs/notes.md\n", "HEAD/CHANGES.md", "HEAD/docs/notes.md"),
        ("../NEWS.md", "HEAD/docs/notes.md", "HEAD/NEWS.md"),
        ("../../NEWS.md", "HEAD/docs/notes.md", ""),
        ("/etc/notes.md", "HEAD/CHANGES.md", ""),
        ("See docs/notes.md", "HEAD/CHANGES.md", ""),
        (NOTES, "HEAD/CHANGES.md", ""),
        ("", "HEAD/CHANGES.md", ""),
    ],
)
def test_a_link_between_files_stays_in_the_repository(target: str, path: str, pointed: str) -> None:
    assert _addresses.pointed(target, path) == pointed
