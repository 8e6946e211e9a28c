"""Hostile servers, from outside: how a whole command ends on each of them.

The numbers are those of the list of bad inputs for network and index. A case ends in one error and exit code 2, or in a
report that says what is odd, and exit code 0; never in a traceback, in silence, or in bytes that drive a terminal.
"""

import gzip
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck.upgrades import Metadata
from pincheck.world import _sending, http
from pincheck.world import notes as world_notes
from pincheck.world.index import Indexes
from tests.conftest import Ended
from tests.servers import JSON, Reply, Server, Upload, alone, running

Run = Callable[..., Ended]
FASTAPI = NormalizedName("fastapi")
NOTES = b"## 0.113.0\n\n### Breaking Changes\n\n* Take it away.\n\n## 0.112.0\n\n* Old.\n"
PAGE = "/simple/fastapi/"
WHEEL = "/files/fastapi-0.113.0-py3-none-any.whl"
ESC = "\x1b[31m\x9b1m\u202ered\u200b\x07"
# What no report may hold as it is: controls, and what hides or reorders text.
DRIVING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def packed_bomb(mebibytes: int, piece: bytes = bytes(2**20)) -> bytes:
    packing = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    return b"".join([*(packing.compress(piece) for _ in range(mebibytes)), packing.flush()])


def entry(version: str = "0.113.0", /, **more: Any) -> dict[str, object]:
    filename = f"fastapi-{version}-py3-none-any.whl"
    found = {"filename": filename, "url": f"../../files/{filename}", "hashes": {}, "core-metadata": True}
    return {**found, "upload-time": "2024-01-01T00:00:00Z", **more}


def page(*entries: Mapping[str, object], **more: object) -> Reply:
    files = [entry("0.112.0"), *entries]
    return Reply(json.dumps({"meta": {"api-version": "1.1"}, "name": "fastapi", "files": files, **more}).encode(), JSON)


def html(*links: str) -> Reply:
    return Reply("\n".join(["<!DOCTYPE html><html><body>", *links]).encode(), "text/html")


def about(*lines: str, name: str = "fastapi", description: str = "") -> Reply:
    head = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 0.113.0", *lines]
    return Reply("\n".join([*head, "", description]).encode())


def zipped(members: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def sdist(members: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz", compresslevel=9) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(f"fastapi-0.113.0/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, project: Path) -> Iterator[Server]:
    alone(monkeypatch, tmp_path)
    monkeypatch.setattr(http, "LONGEST", 2.0)
    monkeypatch.setattr(_sending, "_FIRST_WAIT", 0.01)
    (project / "requirements.txt").write_text("fastapi>=0.112.0,<0.113.0\n")
    with running() as started:
        usual(started)
        monkeypatch.setenv("PIP_INDEX_URL", started.simple)
        yield started


def usual(server: Server) -> None:
    server.package("fastapi", [Upload("0.112.0"), Upload("0.113.0")], Changelog=f"{server.url}/notes.md")
    server.replies["/notes.md"] = Reply(NOTES, "text/markdown")


class Case(NamedTuple):
    """What a server says in place of its usual replies, and how `propose` ends: its code, and what it says."""

    replies: Mapping[str, Reply]
    code: int
    words: str
    form: str = "text"


def index(reply: Reply, words: str) -> Case:
    return Case({PAGE: reply}, 2, words)


def told(words: str, **replies: Reply) -> Case:
    names = {"page": PAGE, "metadata": f"{WHEEL}.metadata", "wheel": WHEEL, "notes": "/notes.md"}
    return Case({names[name]: reply for name, reply in replies.items()}, 0, words)


BEYOND = {"Retry-After": "1000000000"}
CASES: dict[str, Case] = {
    "91 bomb as the index page": index(
        Reply(packed_bomb(300), JSON, headers={"Content-Encoding": "gzip"}), "larger than 32 MiB"
    ),
    "91 bomb as release notes": told(
        "larger than 16 MiB", notes=Reply(packed_bomb(300), headers={"Content-Encoding": "gzip"})
    ),
    "91 bomb as METADATA": told(
        "what it requires is not known: ", metadata=Reply(packed_bomb(300), headers={"Content-Encoding": "gzip"})
    ),
    "92 five layers": index(Reply(gzip.compress(b"{}"), JSON, headers={"Content-Encoding": "gzip, gzip, gzip, gzip, gzip"}), "is packed as"),
    "93 a byte a second": index(Reply(b"{" + b" " * 1000, JSON, pieces=1000, pause=0.1), "took longer than"),
    "93 slow notes": told("took longer than", notes=Reply(NOTES, pieces=len(NOTES), pause=0.1)),
    "94 truncated JSON": index(Reply(b'{"files": [{"filename": "fast', JSON), "it says that it is JSON, and is not"),
    "94 truncated body": index(page(entry())._replace(cut=10), "the answer ends early"),
    "95 JSON a million deep": index(Reply(b"[" * 1_000_000, JSON), "it is nested too deeply"),
    "95 JSON deep below a key": index(Reply(b'{"files": ' + b"[" * 1_000_000, JSON), "it is nested too deeply"),
    "96 links that are no addresses of files": told(
        "it is the newest minor",
        page=html(
            '<a href="../../files/fastapi-0.112.0-py3-none-any.whl">it</a>',
            *(f'<a href="{scheme}fastapi-0.113.0-py3-none-any.whl">it</a>' for scheme in ("javascript:", "file:///", "data:,", "ftp://h/")),
        ),
    ),
    "97 versions that are garbage": told(
        "fastapi 0.112.0 → 0.113.0",
        page=page(entry(), entry("0.114.0+" + "a" * 9999), entry("9" * 5000), entry("1!!0"), entry(ESC), entry("../../x"), versions=[ESC, None, 7, "x" * 9999]),
    ),
    "97 a hundred thousand versions": told(
        "fastapi 0.112.0 → 0.113.0", page=page(*(entry(f"0.113.0.post{n}") for n in range(20_000)), entry(), versions=[f"0.{n}" for n in range(100_000)])
    ),
    "98 upload times that are none": told(
        "the index does not say when it was uploaded, so it counts as too young",
        page=page(entry("0.113.0", **{"upload-time": "yesterday"}), entry("0.114.0", **{"upload-time": None}), entry("0.115.0", **{"upload-time": 7})),
    ),
    "98 an upload time to come": told("younger than the cooldown", page=page(entry(**{"upload-time": "9999-12-31T23:59:59Z"}))),
    "98 a naive upload time": told("fastapi 0.112.0 → 0.113.0", page=page(entry(**{"upload-time": "2024-01-01T00:00:00"}))),
    "99 yanked with escapes": told("0.113.0 (yanked: \\u{1b}[31m\\u{9b}1m\\u{202e}red\\u{200b}\\u{7})", page=page(entry(yanked=ESC))),
    "100 quarantined": index(page(entry(), **{"project-status": {"status": "quarantined", "reason": ESC}}), "`fastapi` is quarantined on"),
    "101 METADATA with another hash": told("its sha256 is ", page=page(entry(**{"core-metadata": {"sha256": "0" * 64}}))),
    "101 a wheel with another hash": told(
        "its sha256 is ",
        page=page(entry(**{"core-metadata": False, "hashes": {"sha256": "0" * 64}})),
        wheel=Reply(zipped({"fastapi-0.113.0.dist-info/METADATA": about().body})),
    ),
    "102 redirect to a machine's metadata": index(Reply(status=302, headers={"Location": "http://169.254.169.254/"}), "which is not asked"),
    "102 redirect of notes to this machine": told("may not be asked", notes=Reply(status=302, headers={"Location": "http://127.0.0.1:1/"})),
    "102 redirect to another scheme": index(Reply(status=302, headers={"Location": "file:///etc/passwd"}), "which is no http address"),
    "103 a circle": index(Reply(status=307, headers={"Location": PAGE}), "more than 5 redirects"),
    "105 gone": index(Reply(status=404), "no index has `fastapi`"),
    "105 forbidden": index(Reply(status=403), "answered 403"),
    "105 too many, come back in 31 years": index(Reply(status=429, headers=BEYOND), "come back in 11574 days"),
    "105 busy, come back in 31 years": index(Reply(status=503, headers=BEYOND), "come back in 11574 days"),
    "105 busy": index(Reply(status=503), "answered 503"),
    "METADATA of another package": told("it says that it is `flask`", metadata=about(name="flask")),
    "METADATA with escapes and commands": told(
        "fastapi 0.112.0 → 0.113.0",
        metadata=about(f"Requires-Dist: {ESC}", "Requires-Dist: ::error::x", "Requires-Dist: a>=1; python_version > '\\n::error::x'", f"Summary: {ESC}", "Requires-Dist: starlette===" + ESC),
    ),
    "METADATA with ten thousand requirements": told("fastapi 0.112.0 → 0.113.0", metadata=about(*(f"Requires-Dist: p{n}>=1" for n in range(10_000)))),
    "METADATA with a marker that nests": told("fastapi 0.112.0 → 0.113.0", metadata=about("Requires-Dist: a; " + "(" * 50_000, "Requires-Python: " + ">=3," * 50_000)),
    "METADATA that is too large": told("larger than 4 MiB", metadata=Reply(about().body + b"x" * 5 * 2**20)),
    "a wheel with METADATA that unpacks to too much": told(
        "its metadata is larger than 4 MiB",
        page=page(entry(**{"core-metadata": False})),
        wheel=Reply(zipped({"fastapi-0.113.0.dist-info/METADATA": bytes(64 * 2**20)})),
    ),
    "a wheel that is none": told("it is no zip file", page=page(entry(**{"core-metadata": False})), wheel=Reply(b"x" * 1000)),
    "notes with a line of a megabyte": told("0.113.0: ", notes=Reply(b"## 0.113.0\n\n* " + b"x" * 2**20)),
    "notes that nest": told("fastapi 0.112.0 → 0.113.0", notes=Reply(b"## 0.113.0\n\n" + b"> " * 100_000 + b"x\n" + b"* " * 100_000)),
    "notes of a million tags": told("fastapi 0.112.0 → 0.113.0", notes=Reply(b"<html><body><h2>0.113.0</h2>" + b"<b>" * 1_000_000, "text/html")),
    "notes with escapes, commands and mentions": told(
        "fastapi 0.112.0 → 0.113.0", notes=Reply(f"## 0.113.0\n\n* {ESC} @all\n* ::error::x\n\n::error::y\n\n* ##[error]z\n* <script>x</script>\n".encode())
    ),
    "notes in reStructuredText that read files": told(
        "fastapi 0.112.0 → 0.113.0",
        notes=Reply(b"0.113.0\n=======\n\n* x\n\n.. include:: /etc/passwd\n.. raw:: html\n   :file: /etc/passwd\n.. csv-table:: x\n   :file: /etc/passwd\n", "text/x-rst"),
    ),
    "notes that are no text": told("release notes not available", notes=Reply(os.urandom(100_000), "application/octet-stream")),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_server_ends_in_one_error_or_in_a_fact_of_the_report(
    pincheck: Run, server: Server, case: str
) -> None:
    of = CASES[case]
    server.replies |= of.replies
    ended = pincheck("propose", "-v")
    holds(ended, of)
    if of.code == 2:
        for arguments in (("upgrade", "--dry-run"), ("notes", "fastapi", "0.112.0..0.113.0")):
            holds(pincheck(*arguments), of)
    else:
        github = pincheck("propose", "--format", "github")
        assert github.code == 0
        commands = [line for line in github.out.splitlines() if line.startswith(("::", "##["))]
        assert commands == ["::group::places", "::endgroup::"]
        json.loads(pincheck("propose", "--format", "json").out)


def holds(ended: Ended, of: Case) -> None:
    assert ended.code == of.code, ended.out[:2000] + ended.err[:2000]
    assert of.words in (ended.err if of.code else ended.out), ended.out[:2000] + ended.err[:2000]
    assert "Traceback" not in ended.out + ended.err
    assert "root:" not in ended.out
    assert not DRIVING.search(ended.out + ended.err)
    if of.code == 2:
        assert ended.out == ""
        *_, error, hint = ["", *ended.err.splitlines()]
        assert (hint if hint.startswith("error: ") else error).startswith("error: ")
    assert len(ended.err) < 5_000


def test_a_proxy_of_the_environment_shows_nothing_of_its_login(
    pincheck: Run, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """104."""
    for url in ("http://me:zqzqzq@127.0.0.1:1", "http://me:zqzqzq@[", "socks5://me:zqzqzq@127.0.0.1:1"):
        monkeypatch.setenv("http_proxy", url)
        ended = pincheck("propose")
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith("error: ")
        assert "zqzqzq" not in ended.err
    assert server.asked == []


@pytest.mark.parametrize(
    "host", ["bücher.invalid", "xn--bcher-kva.invalid", "a..b.invalid", "-x.invalid", f"{'x' * 70}.invalid"]
)
def test_a_host_with_an_odd_name_is_one_error(
    pincheck: Run,
    server: Server,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
    host: str,
) -> None:
    """106."""
    monkeypatch.setenv("PIP_INDEX_URL", f"https://{host}/simple")
    ended = pincheck("propose")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error: ")
    assert len(ended.err.splitlines()) == 2


def tar_bomb() -> bytes:
    """Return an archive with one file of a gibibyte, of which the first 300 MiB are there."""
    info = tarfile.TarInfo("fastapi-0.113.0/README")
    info.size = 2**30
    packing = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    pieces = [packing.compress(info.tobuf()), *(packing.compress(bytes(2**20)) for _ in range(300)), packing.flush()]
    return b"".join(pieces)


SDISTS: dict[str, tuple[bytes, str]] = {
    "a bomb": (tar_bomb(), "unpacked, it is larger than"),
    "no archive": (b"x" * 1000, "it is not a whole archive"),
    "cut": (sdist({"CHANGELOG.md": NOTES})[:60], "it is not a whole archive"),
    "a changelog of a bomb": (sdist({"CHANGELOG.md": bytes(64 * 2**20)}), "holds no changelog"),
    "escapes": (sdist({"CHANGELOG.md": f"## 0.113.0\n\n* {ESC}\n".encode()}), "\\u{1b}[31m"),
    "hostile names": (sdist({"../../../etc/CHANGELOG.md": b"x", f"{ESC}/CHANGELOG.md": b"x", "CHANGELOG.md": NOTES}), "Take it away"),
}  # fmt: skip


@pytest.mark.parametrize("case", SDISTS)
def test_a_hostile_source_distribution_is_a_reason_or_read_with_care(pincheck: Run, server: Server, case: str) -> None:
    data, words = SDISTS[case]
    server.package("fastapi", [Upload("0.112.0"), Upload("0.113.0"), Upload("0.113.0", kind="sdist")])
    server.replies["/files/fastapi-0.113.0.tar.gz"] = Reply(data)
    holds(pincheck("propose", "-v"), Case({}, 0, words))


def osv(*vulns: object) -> Reply:
    return Reply(json.dumps({"results": [{"vulns": list(vulns)}, {}]}).encode(), "application/json")


ADVICE: dict[str, tuple[Mapping[str, Reply], str]] = {
    "a bomb": ({"/v1/querybatch": Reply(packed_bomb(300), headers={"Content-Encoding": "gzip"})}, "larger than 32 MiB"),
    "too deep": ({"/v1/querybatch": Reply(b"[" * 1_000_000)}, "gave no answer that can be read"),
    "no list": ({"/v1/querybatch": Reply(b'{"results": 7}')}, "gave no answer that can be read"),
    "a redirect": ({"/v1/querybatch": Reply(status=302, headers={"Location": "/x"})}, "answers a question with a redirect"),
    "names that lead elsewhere": ({"/v1/querybatch": osv({"id": "../../secret"}, {"id": ESC}, {"id": 7}, 7)}, "advisories of `fastapi` `0.112.0` without a readable id"),
    "escapes": (
        {
            "/v1/querybatch": osv({"id": "GHSA-1", "modified": "2024-01-01T00:00:00Z"}),
            "/v1/vulns/GHSA-1": Reply(json.dumps({
                "id": "GHSA-1", "summary": f"{ESC}\n::error::x", "details": "x" * 10**6, "aliases": [ESC, 7], "modified": "2024-01-01T00:00:00Z",
                "affected": [{"package": {"ecosystem": "PyPI", "name": "fastapi"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}],
            }).encode()),
        },
        "fixes GHSA-1 [unknown]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ADVICE)
def test_a_hostile_server_of_advisories_is_a_note(
    pincheck: Run, server: Server, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    replies, words = ADVICE[case]
    monkeypatch.setenv("PINCHECK_ADVISORIES", server.url)
    server.replies |= replies
    holds(pincheck("propose", "-v"), Case({}, 0, words))
    assert not [path for path in server.paths if "secret" in path]


FORGES: dict[str, Reply] = {
    "a bomb": Reply(packed_bomb(300), headers={"Content-Encoding": "gzip"}),
    "too deep": Reply(b"[" * 1_000_000),
    "garbage": Reply(json.dumps([7, None, {}, {"tag_name": 7, "body": 7}, {"tag_name": ESC, "body": ESC}, {"tag_name": "0.113.0", "body": ["x"]}]).encode()),
    "a next page without end": Reply(json.dumps([{"tag_name": "nightly", "body": "* x"}] * 100).encode(), headers={"Link": '</repos/o/r/releases?per_page=100&page=1>; rel="next"'}),
    "elsewhere": Reply(status=302, headers={"Location": "http://169.254.169.254/"}),
}  # fmt: skip


@pytest.mark.parametrize("case", FORGES)
def test_a_hostile_forge_is_a_reason(server: Server, case: str) -> None:
    for number in range(20):
        server.replies[f"/repos/o/r/releases?per_page=100&page={number}"] = FORGES[case]
    urls = (("Source", "https://github.com/o/r"),)
    of = Metadata(FASTAPI, Version("0.113.0"), SpecifierSet(), urls=urls)
    forge = world_notes.Forge(server.url, server.url)
    with http.client() as client, pytest.raises(world_notes.NotAvailable) as error:
        world_notes.find(client, FASTAPI, Version("0.112.0"), of, "none", Indexes((server.simple,)), {}, forge=forge)
    assert all(reason.isprintable() and len(reason) < 500 for reason in error.value.reasons)
    assert len(server.asked) < 30


# Memory: the peak of a whole command, beside that of the same command on a server that means well.

MEASURE = """
import resource, sys
from pincheck import cli
code = cli.run(["propose", "-v"])
sys.stdout.flush()
print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def peak(place: Path) -> int:
    """Run the command in a process of its own; return its peak in KiB."""
    argv = [sys.executable, "-c", MEASURE]
    ended = subprocess.run(argv, cwd=place, capture_output=True, text=True, check=True, timeout=60)
    code, size = ended.stderr.splitlines()[-1].split()
    assert code in {"0", "2"}, ended.stderr
    return int(size)


@pytest.mark.parametrize(
    "case",
    [
        "91 bomb as the index page",
        "91 bomb as release notes",
        "91 bomb as METADATA",
        "a wheel with METADATA that unpacks to too much",
        "notes with a line of a megabyte",
        "METADATA that is too large",
        "sdist",
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="the unit of the peak differs")
def test_a_whole_command_on_a_bomb_takes_less_than_80_mebibytes_more(server: Server, project: Path, case: str) -> None:
    plain = peak(project)
    if case == "sdist":
        server.package("fastapi", [Upload("0.112.0"), Upload("0.113.0"), Upload("0.113.0", kind="sdist")])
        server.replies["/files/fastapi-0.113.0.tar.gz"] = Reply(SDISTS["a bomb"][0])
    else:
        server.replies |= CASES[case].replies
    assert (peak(project) - plain) // 1024 < 80
