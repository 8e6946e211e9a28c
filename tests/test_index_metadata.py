"""What a release requires, from servers that do well, little, nothing, and harm."""

import contextlib
import gzip
import hashlib
import io
import json
import os
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from packaging.tags import sys_tags
from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck import indexes
from pincheck.upgrades import Metadata
from pincheck.world import http, index, wheels
from pincheck.world.cache import Store
from pincheck.world.http import Client
from tests.servers import JSON, Reply, Server, alone, running

FASTAPI = NormalizedName("fastapi")
ONE = Version("0.1")
WHEEL = "fastapi-0.1-py3-none-any.whl"
SDIST = "fastapi-0.1.tar.gz"
TEXT = (
    "Metadata-Version: 2.1\nName: fastapi\nVersion: 0.1\nRequires-Dist: starlette<0.38,>=0.37\nRequires-Python: >=3.8\n"
)
RANGES = {"Accept-Ranges": "bytes"}


def packed(*members: tuple[str, bytes], **how: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members:
            archive.writestr(name, data, **how)
    return out.getvalue()


def wheel(text: str = TEXT, *, before: int = 0, after: int = 0) -> bytes:
    """A wheel with so many bytes that do not get smaller before and after its metadata."""
    info = ("fastapi-0.1.dist-info/METADATA", text.encode())
    return packed(("fastapi/a.bin", os.urandom(before)), info, ("fastapi/b.bin", os.urandom(after)))


def sdist(text: str, *, name: str = "fastapi-0.1/PKG-INFO", before: int = 0) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for filename, data in (("fastapi-0.1/a.py", b"x" * before), (name, text.encode())):
            member = tarfile.TarInfo(filename)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def sha(data: bytes) -> dict[str, str]:
    return {"sha256": hashlib.sha256(data).hexdigest()}


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return alone(monkeypatch, tmp_path)


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as made:
        yield made


@pytest.fixture
def client() -> Iterator[Client]:
    with http.client(pause=lambda _: None) as made:
        yield made


def offer(server: Server, *entries: Mapping[str, object]) -> None:
    """Put files on the page of the index; each has its address, below `/files/`, where it names no other."""
    files = [{"url": f"../../files/{entry['filename']}", "hashes": {}, **entry} for entry in entries]
    server.replies["/simple/fastapi/"] = Reply(json.dumps({"files": files}).encode(), JSON)


def serve(server: Server, filename: str, data: bytes, **headers: str) -> None:
    server.replies[f"/files/{filename}"] = Reply(data, "application/octet-stream", headers=RANGES | headers)


def read(client: Client, server: Server, *, url: str = "", version: Version = ONE) -> Metadata:
    """Ask for the metadata; of the requests those for files are left."""
    offered = index.offered(client, index.Indexes((url or server.simple,)), FASTAPI)
    server.asked.clear()
    return index.metadata(client, offered, version)


def refused(client: Client, server: Server) -> str:
    with pytest.raises(index.NoMetadata) as error:
        read(client, server)
    assert error.value.message.startswith("no metadata of `fastapi` 0.1: ") or "`http" in error.value.message
    assert "\n" not in error.value.message
    return error.value.message


def is_right(found: Metadata) -> bool:
    return (found.name, found.version, [str(r) for r in found.requires], str(found.requires_python)) == (
        FASTAPI, ONE, ["starlette<0.38,>=0.37"], ">=3.8",
    )  # fmt: skip


def test_the_metadata_beside_a_wheel_is_one_request(server: Server, client: Client) -> None:
    offer(server, {"filename": WHEEL, "core-metadata": sha(TEXT.encode())})
    serve(server, f"{WHEEL}.metadata", TEXT.encode())
    found = read(client, server)
    assert is_right(found)
    assert found.source == f"{server.url}/files/{WHEEL}"
    assert server.paths == [f"/files/{WHEEL}.metadata"]


def test_metadata_beside_a_wheel_that_is_not_what_was_promised_is_not_believed(server: Server, client: Client) -> None:
    offer(server, {"filename": WHEEL, "core-metadata": sha(TEXT.encode())})
    serve(server, f"{WHEEL}.metadata", TEXT.replace("<0.38", "<9").encode())
    serve(server, WHEEL, wheel())
    message = refused(client, server)
    assert f"{WHEEL}.metadata`: its sha256 is" in message
    assert server.paths == [f"/files/{WHEEL}.metadata"]


def test_metadata_that_is_promised_and_not_there_is_read_from_the_wheel(server: Server, client: Client) -> None:
    offer(server, {"filename": WHEEL, "core-metadata": True})
    serve(server, WHEEL, wheel())
    assert is_right(read(client, server))
    assert server.paths == [f"/files/{WHEEL}.metadata", f"/files/{WHEEL}"]


def test_a_small_wheel_is_one_request_and_its_hash_is_looked_at(server: Server, client: Client) -> None:
    data = wheel(before=50_000, after=50_000)
    offer(server, {"filename": WHEEL, "hashes": sha(data)})
    serve(server, WHEEL, data)
    assert is_right(read(client, server))
    assert [asked.headers["range"] for asked in server.asked] == ["bytes=-196608"]
    offer(server, {"filename": WHEEL, "hashes": sha(b"other")})
    assert f"{WHEEL}`: its sha256 is" in refused(client, server)


@pytest.mark.parametrize(
    ("before", "after", "requests"), [(1_000_000, 10_000, 1), (10_000, 1_000_000, 2), (3_000_000, 3_000_000, 2)]
)
def test_of_a_large_wheel_only_parts_are_read(
    server: Server, client: Client, before: int, after: int, requests: int
) -> None:
    offer(server, {"filename": WHEEL, "hashes": {"sha256": "not looked at"}})
    serve(server, WHEEL, wheel(before=before, after=after))
    server.sent = 0
    assert is_right(read(client, server))
    assert len(server.asked) == requests
    assert server.sent < 210_000


def test_a_directory_that_is_larger_than_the_end_is_fetched(server: Server, client: Client) -> None:
    many = [(f"fastapi/{number:0200}", b"") for number in range(2_000)]
    offer(server, {"filename": WHEEL})
    serve(server, WHEEL, packed(("fastapi-0.1.dist-info/METADATA", TEXT.encode()), ("x", os.urandom(500_000)), *many))
    assert is_right(read(client, server))
    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [200, 400, 405, 416, 501])
def test_a_server_that_knows_no_ranges_gives_the_whole(server: Server, client: Client, status: int) -> None:
    data = wheel(after=300_000)
    offer(server, {"filename": WHEEL, "hashes": sha(data)})
    server.replies[f"/files/{WHEEL}"] = Reply(data)
    server.turns[f"/files/{WHEEL}"] = [Reply(b"", status=status)] if status != 200 else []
    found = index.offered(client, index.Indexes((server.simple,)), FASTAPI)
    assert is_right(index.metadata(client, found, ONE))


def test_a_whole_that_is_not_what_was_promised_is_not_believed(server: Server, client: Client) -> None:
    offer(server, {"filename": WHEEL, "hashes": sha(b"other")})
    server.replies[f"/files/{WHEEL}"] = Reply(wheel(after=300_000))
    assert "its sha256 is" in refused(client, server)


def test_a_whole_that_is_too_large_is_not_fetched(
    server: Server, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pincheck.world._metadata.LARGEST_WHOLE", 100_000)
    offer(server, {"filename": WHEEL, "size": 300_000})
    server.replies[f"/files/{WHEEL}"] = Reply(b"", status=501)
    assert "is larger than 0 MiB, and cannot be read in part" in refused(client, server)
    assert len(server.asked) == 1
    offer(server, {"filename": SDIST})
    server.replies[f"/files/{SDIST}"] = Reply(bytes(200_000))
    assert "cannot be read in part" not in refused(client, server)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Range": "bytes 0-9/10"},
        {"Content-Range": "bytes 9-0/10"},
        {"Content-Range": "bytes */10"},
        {"Content-Range": "bytes 0-4/*"},
        {"Content-Range": f"bytes 0-4/{'9' * 5000}"},
        {"Content-Range": "bytes 0-4/3"},
    ],
)
def test_a_server_that_lies_about_its_parts_is_not_believed(
    server: Server, client: Client, headers: Mapping[str, str]
) -> None:
    offer(server, {"filename": WHEEL})
    server.replies[f"/files/{WHEEL}"] = Reply(b"12345", status=206, headers=headers)
    assert "does not say which part it gave" in refused(client, server)


def test_a_part_of_another_file_is_not_believed(server: Server, client: Client) -> None:
    data = wheel(after=500_000)
    size = len(data)
    offer(server, {"filename": WHEEL})
    first = Reply(data[-1000:], status=206, headers={"Content-Range": f"bytes {size - 1000}-{size - 1}/{size}"})
    other = Reply(data[:1100], status=206, headers={"Content-Range": f"bytes 0-1099/{size + 1}"})
    server.turns[f"/files/{WHEEL}"] = [first, other]
    assert "gave another part than was asked for" in refused(client, server)


@pytest.mark.parametrize(("status", "hint"), [(404, "later"), (401, "password"), (403, "password"), (500, "later")])
def test_a_file_that_cannot_be_had(server: Server, client: Client, status: int, hint: str) -> None:
    offer(server, {"filename": WHEEL})
    server.replies[f"/files/{WHEEL}"] = Reply(b"", status=status)
    with pytest.raises(index.NoMetadata, match=f"answered {status}") as error:
        read(client, server)
    assert hint in error.value.hint


def test_a_server_that_is_gone_is_no_metadata(server: Server, client: Client) -> None:
    with running() as gone:
        offer(server, {"filename": WHEEL, "url": f"{gone.url}/{WHEEL}"})
    assert "cannot reach" in refused(client, server)


LYING = {
    "another name": wheel(TEXT.replace("Name: fastapi", "Name: fastapy")),
    "another version": wheel(TEXT.replace("Version: 0.1", "Version: 0.2")),
    "no name": wheel("Version: 0.1\n"),
    "nothing": b"",
    "text": b"<html>not here</html>",
    "no members": packed(),
    "no metadata": packed(("fastapi-0.1.dist-info/RECORD", b"")),
    "of another": packed(("starlette-0.1.dist-info/METADATA", TEXT.encode())),
    "deeper": packed(("x/fastapi-0.1.dist-info/METADATA", TEXT.encode())),
    "bzip2": packed(("fastapi-0.1.dist-info/METADATA", TEXT.encode()), compress_type=zipfile.ZIP_BZIP2),
    "lzma": packed(("fastapi-0.1.dist-info/METADATA", TEXT.encode()), compress_type=zipfile.ZIP_LZMA),
    "huge": packed(("fastapi-0.1.dist-info/METADATA", bytes(50_000_000)), compress_type=zipfile.ZIP_DEFLATED),
    "cut": wheel(after=1000)[:-30],
    "cut early": wheel(before=1000)[1060:],
    "damaged": wheel().replace(b"starlette<0.38", b"starlette<9.99"),
}


@pytest.mark.parametrize("data", LYING.values(), ids=LYING)
def test_a_wheel_that_lies_is_no_metadata(server: Server, client: Client, data: bytes) -> None:
    offer(server, {"filename": WHEEL})
    serve(server, WHEEL, data)
    assert WHEEL in refused(client, server)


def test_a_wheel_with_two_of_them_is_no_metadata(server: Server, client: Client) -> None:
    info = ("fastapi-0.1.dist-info/METADATA", TEXT.encode())
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = packed(info, info)
    offer(server, {"filename": WHEEL})
    serve(server, WHEEL, data)
    assert "has more than one METADATA" in refused(client, server)


def test_any_byte_of_a_wheel_may_be_wrong(server: Server, client: Client) -> None:
    right = wheel()
    offer(server, {"filename": WHEEL})
    found = index.offered(client, index.Indexes((server.simple,)), FASTAPI)
    for place in range(0, len(right), 3):
        data = bytearray(right)
        data[place] ^= 0xFF
        serve(server, WHEEL, bytes(data))
        with contextlib.suppress(index.NoMetadata):
            index.metadata(client, found, ONE)


def test_sizes_that_a_wheel_claims_are_not_believed(server: Server, client: Client) -> None:
    offer(server, {"filename": WHEEL})
    data = packed(("fastapi-0.1.dist-info/METADATA", bytes(60_000_000)), compress_type=zipfile.ZIP_DEFLATED)
    place = data.rindex(b"PK\x01\x02")
    small = data[: place + 24] + struct.pack("<L", 100) + data[place + 28 :]
    serve(server, WHEEL, small)
    tracemalloc.start()
    try:
        assert WHEEL in refused(client, server)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_directory_of_countless_members_takes_bounded_memory(server: Server, client: Client) -> None:
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
    offer(server, {"filename": WHEEL})
    peaks = []
    for count in (89_000, 300_000):
        end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, count * len(entry), 0, 0)
        serve(server, WHEEL, entry * count + end)
        tracemalloc.start()
        try:
            assert WHEEL in refused(client, server)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert max(peaks) < 80 * 1024 * 1024, peaks


def test_a_wheel_that_needs_large_numbers_is_read(server: Server, client: Client) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        with archive.open("fastapi-0.1.dist-info/METADATA", "w", force_zip64=True) as member:
            member.write(TEXT.encode())
        archive.filelist += map(_empty, range(65_600))
        archive._didModify = True  # type: ignore[attr-defined]
    offer(server, {"filename": WHEEL})
    serve(server, WHEEL, out.getvalue())
    assert is_right(read(client, server))


def _empty(number: int) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(f"{number:x}")
    found.header_offset = found.CRC = found.compress_size = found.file_size = 0
    return found


NEW = TEXT.replace("2.1", "2.2")


def test_a_source_distribution_that_settles_it_is_read(server: Server, client: Client) -> None:
    data = sdist(NEW, before=100_000)
    offer(server, {"filename": SDIST, "hashes": sha(data)})
    serve(server, SDIST, data)
    assert is_right(read(client, server))
    zipped = packed(("fastapi-0.1/PKG-INFO", NEW.encode()))
    offer(server, {"filename": "fastapi-0.1.zip"})
    serve(server, "fastapi-0.1.zip", zipped)
    assert is_right(read(client, server))


BAD_SDISTS = {
    "old": (sdist(TEXT), "in which nothing is binding"),
    "dynamic": (sdist(f"{NEW}Dynamic: Requires-Dist\n"), "leaves Requires-Dist to the build"),
    "deeper": (sdist(NEW, name="fastapi-0.1/fastapi.egg-info/PKG-INFO"), "it has no PKG-INFO"),
    "of another": (sdist(NEW, name="starlette-0.1/PKG-INFO"), "it has no PKG-INFO"),
    "text": (b"hello", "it is no tar file"),
    "cut": (sdist(NEW, before=100_000)[:-50], "it is no tar file"),
    "nothing": (gzip.compress(b""), "it is no tar file"),
    "large": (sdist(NEW + "x" * 5_000_000), "is larger than 4 MiB"),
}


@pytest.mark.parametrize(("data", "words"), BAD_SDISTS.values(), ids=BAD_SDISTS)
def test_a_source_distribution_that_does_not_settle_it(server: Server, client: Client, data: bytes, words: str) -> None:
    offer(server, {"filename": SDIST})
    serve(server, SDIST, data)
    assert words in refused(client, server)


def test_a_source_distribution_that_unpacks_to_too_much_is_left(
    server: Server, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheels, "_LARGEST_UNPACKED", 10_000_000)
    offer(server, {"filename": SDIST})
    serve(server, SDIST, sdist(NEW, before=20_000_000))
    tracemalloc.start()
    try:
        assert "it unpacks to more than" in refused(client, server)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", [b"x", b"L", b"g"])
def test_a_header_of_a_tar_file_that_claims_much_is_left(server: Server, client: Client, kind: bytes) -> None:
    member = tarfile.TarInfo("x")
    member.size, member.type = 100_000_000, kind
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    data = packer.compress(member.tobuf()) + packer.compress(bytes(100_000_000)) + packer.flush()
    offer(server, {"filename": SDIST})
    serve(server, SDIST, data)
    tracemalloc.start()
    try:
        assert "it has a part of more than 8 KiB" in refused(client, server)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("version", ["0.1", "0.2"])
def test_a_version_without_a_file_to_read_has_no_metadata(server: Server, client: Client, version: str) -> None:
    server.replies["/simple/fastapi/"] = Reply(json.dumps({"files": [{"filename": WHEEL}]}).encode(), JSON)
    with pytest.raises(index.NoMetadata, match="no file of it that can be read"):
        read(client, server, version=Version(version))


def test_the_wheel_that_runs_here_is_read(server: Server, client: Client) -> None:
    best = next(iter(sys_tags()))
    names = [
        "fastapi-0.1.tar.gz", "fastapi-0.1-cp27-cp27m-win32.whl", "fastapi-0.1-py3-none-any.whl",
        f"fastapi-0.1-{best}.whl",
    ]  # fmt: skip
    for count in (4, 3, 2):
        offer(server, *({"filename": name} for name in names[:count]))
        serve(server, names[count - 1], wheel())
        assert is_right(read(client, server))
        assert server.paths == [f"/files/{names[count - 1]}"]
    offer(server, {"filename": names[2], "yanked": True}, {"filename": names[1]})
    assert is_right(read(client, server))
    assert server.paths == [f"/files/{names[1]}"]


def test_what_was_read_once_is_not_asked_again(server: Server, tmp_path: Path) -> None:
    data = wheel()
    offer(server, {"filename": WHEEL, "hashes": sha(data)})
    serve(server, WHEEL, data)
    store = Store(tmp_path / "cache")
    with http.client(cache=store) as client:
        found = index.offered(client, index.Indexes((server.simple,)), FASTAPI)
        assert is_right(index.metadata(client, found, ONE))
        server.asked.clear()
        assert is_right(index.metadata(client, found, ONE))
    with http.client(cache=store, offline=True) as client:
        assert is_right(index.metadata(client, found, ONE))
    assert server.paths == []
    with http.client(cache=store, offline=True) as client, running() as other:
        offer(server, {"filename": WHEEL, "url": f"{other.url}/x/{WHEEL}"})
        with http.client() as online:
            found = index.offered(online, index.Indexes((server.simple,)), FASTAPI)
        with pytest.raises(index.NoMetadata, match="offline"):
            index.metadata(client, found, ONE)


def test_what_is_kept_has_no_login_in_it(server: Server, tmp_path: Path) -> None:
    server.login = "me:hunter2"
    offer(server, {"filename": WHEEL})
    serve(server, WHEEL, wheel())
    with http.client(cache=Store(tmp_path / "cache")) as client:
        found = read(client, server, url=server.with_login("me:hunter2"))
    assert "hunter2" not in found.source
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file() and b"hunter2" in path.read_bytes()]


def test_the_login_goes_to_the_files_of_its_own_index_only(server: Server, client: Client) -> None:
    server.login = "me:hunter2"
    with running() as other:
        offer(server, {"filename": WHEEL, "url": f"{other.url}/{WHEEL}"})
        other.replies[f"/{WHEEL}"] = Reply(wheel())
        assert is_right(read(client, server, url=server.with_login("me:hunter2")))
        assert [asked.authorization for asked in other.asked] == [""]
    offer(server, {"filename": WHEEL})
    serve(server, WHEEL, wheel())
    assert is_right(read(client, server, url=server.with_login("me:hunter2")))
    assert [bool(asked.authorization) for asked in server.asked] == [True]


def test_where_every_index_is_encrypted_so_are_the_files(client: Client) -> None:
    page = {"filename": WHEEL, "url": f"http://files.example/{WHEEL}"}
    files = indexes.page(json.dumps({"files": [page]}), JSON, FASTAPI).files
    configured = index.Indexes(("https://index.example/simple",))
    offered = index.Offered(files, False, False, "", (), FASTAPI, configured)
    with pytest.raises(index.NoMetadata, match="is not encrypted"):
        index.metadata(client, offered, ONE)


@pytest.mark.parametrize(("filename", "data"), [(WHEEL, wheel(after=500_000)), (SDIST, sdist(NEW))])
def test_files_on_disk_are_read_there(tmp_path: Path, client: Client, filename: str, data: bytes) -> None:
    folder = tmp_path / "links è"
    folder.mkdir()
    (folder / filename).write_bytes(data)
    found = index.offered(client, index.Indexes((), (folder.as_uri(),)), FASTAPI)
    assert is_right(index.metadata(client, found, ONE))
    (folder / filename).write_bytes(b"x")
    with pytest.raises(index.NoMetadata, match="it is no"):
        index.metadata(client, found, ONE)
    (folder / filename).unlink()
    with pytest.raises(index.NoMetadata, match="no such file"):
        index.metadata(client, found, ONE)


def test_an_index_on_disk_names_its_files(tmp_path: Path, client: Client) -> None:
    (tmp_path / "simple" / "fastapi").mkdir(parents=True)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / WHEEL).write_bytes(wheel())
    (tmp_path / "simple" / "fastapi" / "index.html").write_text(f'<a href="../../files/{WHEEL}">')
    found = index.offered(client, index.Indexes(((tmp_path / "simple").as_uri(),)), FASTAPI)
    assert is_right(index.metadata(client, found, ONE))
