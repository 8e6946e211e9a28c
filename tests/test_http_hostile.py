"""Servers that lie, drip, bomb and lead astray, and addresses that a stranger named: one line each, and no harm."""

import functools
import gzip
import ipaddress
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.server import HTTPServer
from pathlib import Path

import httpx
import pytest

from pincheck import cli
from pincheck.world import _addresses, http
from pincheck.world.cache import Store
from tests.servers import JSON, Reply, Server, alone, packed, running

OPENSSL = shutil.which("openssl") or ""
SECRET = "hunter2-of-hostile"  # noqa: S105 - it opens nothing
LOGIN = f"me:{SECRET}"


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return alone(monkeypatch, tmp_path)


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as started:
        yield started


@pytest.fixture
def client() -> Iterator[http.Client]:
    with http.client(pause=_never) as made:
        yield made


def _never(seconds: float) -> None:
    raise AssertionError(f"nobody asked for a pause of {seconds} s")


@contextmanager
def saying(speak: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """Run a server that says whatever it likes to whoever connects; yield its URL and what it was asked."""
    heard: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve(talk: socket.socket) -> None:
        with talk:
            try:
                heard.append(talk.recv(65536))
                speak(talk)
            except OSError:
                pass  # The other side has had enough.

    def listen() -> None:
        while True:
            try:
                talk, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(talk,), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", heard
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def failure(client: http.Client, url: str, **options: object) -> http.Unreachable:
    with pytest.raises(http.Unreachable) as error:
        http.get(client, url, **options)  # type: ignore[arg-type]
    assert error.value.hint
    assert "\n" not in error.value.message
    return error.value


# Limits of time.


DRIPS: dict[str, tuple[bytes, bytes]] = {
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "header": (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n"),
    "status": (b"HTTP/1.1 2", b"0"),
    "informational": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "packed": (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10], b"\x00\x00\x00\xff\xff"),
}


@pytest.mark.parametrize("drip", DRIPS)
def test_what_comes_drop_by_drop_has_an_end(client: http.Client, monkeypatch: pytest.MonkeyPatch, drip: str) -> None:
    """Not one pause is longer than the patience with a silent server, so only the limit for all of it helps."""
    monkeypatch.setattr(http, "LONGEST", 0.3)
    begin, more = DRIPS[drip]
    done = threading.Event()

    def speak(talk: socket.socket) -> None:
        talk.sendall(begin)
        while not done.wait(0.02):
            talk.sendall(more)

    with saying(speak) as (url, _):
        error = failure(client, f"{url}/x")
        done.set()
    assert error.message == f"cannot reach `{url}/x`: the answer took longer than 0 s"


def test_a_name_server_that_says_nothing_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()

    def silent(*_: object, **__: object) -> object:
        done.wait(60)
        raise socket.gaierror(socket.EAI_NONAME, "too late")

    monkeypatch.setattr(http, "LONGEST", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", silent)
    for public in (None, http.Public()):
        with http.client(pause=_never) as client:
            assert "took longer than" in failure(client, "https://index.example/x", public=public).message
    done.set()


def test_a_server_that_says_nothing_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "PATIENCE", 0.2)
    done = threading.Event()
    with saying(lambda _: [done.wait(60)].clear()) as (url, heard), http.client(pause=_never) as client:
        assert failure(client, f"{url}/x").message == f"cannot reach `{url}/x`: timed out"
        done.set()
    assert len(heard) == 1


# Answers that are none.


BROKEN = {
    "nothing": (b"", "server disconnected"),
    "short": (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", "the answer ends early"),
    "chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "the answer ends early"),
    "no end": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "the answer ends early"),
    "chunk size": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello", "the answer ends early"),
    "two lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", "content-length"),
    "minus": (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", "content-length"),
    "other": (b"SSH-2.0-OpenSSH_9.9\r\n\r\n", "illegal status line"),
    "headers": (b"HTTP/1.1 200 OK\r\nnot a header\r\n\r\n", "illegal header line"),
    "huge header": (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n", ""),
    "empty gzip": (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08", "ends early"),
    "tail": (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"a") + gzip.compress(b"b"),
        "goes on behind its packed end",
    ),
    "location": (b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n", "which is no http address"),
    "port": (b"HTTP/1.1 302 Found\r\nLocation: http://a:99999999/\r\nContent-Length: 0\r\n\r\n", "which is no http address"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_an_answer_that_is_none_is_one_line(case: str) -> None:
    answer, words = BROKEN[case]
    with saying(lambda talk: talk.sendall(answer)) as (url, _), http.client(pause=lambda _: None) as client:
        error = failure(client, f"{url}/x")
        assert error.message.startswith((f"cannot reach `{url}/x`: ", f"`{url}/x` redirects to `"))
        assert words in error.message.lower()
        assert len(error.message) < 300


def test_a_body_longer_than_it_was_said_to_be_is_what_it_was_said_to_be(client: http.Client) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more"
    with saying(lambda talk: talk.sendall(answer)) as (url, _):
        assert [http.get(client, f"{url}/x").text for _ in range(2)] == ["hello"] * 2


def test_a_connection_that_ends_before_an_answer_is_tried_again() -> None:
    turns = iter([b"", b"", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"])
    pauses: list[float] = []
    with saying(lambda talk: talk.sendall(next(turns))) as (url, heard), http.client(pause=pauses.append) as client:
        assert http.get(client, f"{url}/x").text == "hello"
    assert (len(heard), len(pauses)) == (3, 2)


@pytest.mark.parametrize("case", ["short", "chunk", "two lengths", "other", "empty gzip"])
def test_an_answer_that_broke_off_is_not_tried_again(client: http.Client, case: str) -> None:
    with saying(lambda talk: talk.sendall(BROKEN[case][0])) as (url, heard):
        failure(client, f"{url}/x")
    assert len(heard) == 1


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "compress", "gzip, gzip", "gzip, br", "x" * 5000])
def test_a_body_packed_otherwise_is_refused(server: Server, client: http.Client, coding: str) -> None:
    server.replies["/x"] = Reply(zlib.compress(b"hello"), headers={"Content-Encoding": coding})
    message = failure(client, f"{server.url}/x").message
    assert f"the answer is packed as `{coding[:100]}`" in message


def test_five_layers_of_packing_are_refused(server: Server, client: http.Client) -> None:
    server.replies["/x"] = packed(Reply(b"hello"), 5)
    assert "packed as `gzip, gzip, gzip, gzip, gzip`" in failure(client, f"{server.url}/x").message


def endlessly(head: bytes, more: bytes) -> Callable[[socket.socket], None]:
    def speak(talk: socket.socket) -> None:
        talk.sendall(head)
        while True:
            talk.sendall(more)

    return speak


def test_an_endless_answer_ends(client: http.Client) -> None:
    with saying(endlessly(b"HTTP/1.1 200 OK\r\n\r\n", bytes(2**16))) as (url, _):
        assert "larger than 1 MiB" in failure(client, f"{url}/x", largest=2**20).message


def test_what_unpacks_to_nothing_without_end_ends(client: http.Client) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10]
    empty = b"\x00\x00\x00\xff\xff" * 10_000  # Blocks of deflate with nothing in them.
    with saying(endlessly(head, empty)) as (url, _):
        assert "larger than 1 MiB" in failure(client, f"{url}/x", largest=2**20).message


# Memory: measured in a process of its own, by the kernel's high-water mark.


MEASURE = """
import sys
from pathlib import Path
from pincheck.world import http
from pincheck.world.cache import Store
def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1])
with http.client(cache=Store(Path(sys.argv[1])), pause=lambda _: None) as client:
    http.get(client, sys.argv[2] + "/warm-up")
    before = peak()
    for path in sys.argv[3:]:
        try:
            print(http.get(client, sys.argv[2] + path).status)
        except http.Unreachable as error:
            print(error.message)
    print((peak() - before) // 1024)
"""


def bomb(mebibytes: int) -> Reply:
    packing = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    body = b"".join([*(packing.compress(bytes(2**20)) for _ in range(mebibytes)), packing.flush()])
    return Reply(body, "text/html", headers={"Content-Encoding": "gzip"})


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel does not tell the peak of memory")
def test_bombs_cost_less_than_80_mebibytes(server: Server, tmp_path: Path) -> None:
    small = bomb(300)
    assert len(small.body) < 320_000
    server.replies |= {
        "/warm-up": Reply(b"x" * 100_000),
        "/300": small,
        "/layers": packed(Reply(small.body))._replace(headers={"Content-Encoding": "gzip, gzip"}),
        "/inner": packed(Reply(gzip.compress(small.body))),
        "/redirect": small._replace(status=302, headers={**small.headers, "Location": "/300"}),
        "/error": small._replace(status=500),
        "/busy": small._replace(status=503),
        "/large": Reply(bytes(34 * 2**20)),
        "/claims": Reply(b"x", headers={"Content-Length": str(10**15)}, cut=0),
        "/deflate": small._replace(headers={"Content-Encoding": "deflate"}),
    }
    paths = ["/300", "/layers", "/inner", "/redirect", "/error", "/busy", "/large", "/claims", "/deflate"]
    argv = [sys.executable, "-c", MEASURE, str(tmp_path / "cache"), server.url, *paths]
    ended = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=120)
    *said, grown = ended.stdout.splitlines()
    assert len(said) == len(paths)
    larger = "the answer is larger than 32 MiB"
    wanted = [larger, "packed as `gzip, gzip`", "200", larger, larger, larger, larger, larger, "packed as `deflate`"]
    assert all(words in line for words, line in zip(wanted, said, strict=True)), said
    assert int(grown) < 80
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 2**20


def test_a_body_that_says_it_is_too_large_is_not_read(client: http.Client) -> None:
    def speak(talk: socket.socket) -> None:
        talk.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
        talk.recv(1)  # Nothing more is sent, so whoever waits for it waits in vain.

    with saying(speak) as (url, _):
        assert "larger than 32 MiB" in failure(client, f"{url}/x").message


# Where redirects lead.


GRAPHS: dict[str, tuple[dict[str, str], list[str], str]] = {
    # Paths of the first server and where they lead; whom the login reaches; how it ends.
    "stays": ({"/x": "/y", "/y": "{a}/z"}, ["a/x", "a/y", "a/z"], "a"),
    "other port": ({"/x": "{b}/y"}, ["a/x"], "b"),
    "other host": ({"/x": "{a_named}/y"}, ["a/x"], "a"),
    "there and back": ({"/x": "{b}/back"}, ["a/x"], "a"),
    "userinfo": ({"/x": "{a_user}/y"}, ["a/x", "a/y"], "a"),
    "other's userinfo": ({"/x": "{b_user}/y"}, ["a/x"], "b"),
    "no scheme": ({"/x": "//{b_host}/y"}, ["a/x"], "b"),
    "query": ({"/x": "?page=2"}, ["a/x", "a/x?page=2"], "a"),
    "backslash": ({"/x": "{a}\\@{b_host}/y"}, ["a/x"], "b"),  # What looks like the first server is a user of the other.
    "case": ({"/x": "{a_upper}/y"}, ["a/x", "a/y"], "a"),
    "dots": ({"/x": "/p/../y"}, ["a/x", "a/y"], "a"),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_a_login_stays_where_it_belongs(client: http.Client, name: str) -> None:
    redirects, reached, end = GRAPHS[name]
    with running() as a, running() as b:
        words = {
            "a": a.url,
            "b": b.url,
            "b_host": b.url.removeprefix("http://"),
            "a_named": a.url.replace("127.0.0.1", "localhost"),
            "a_upper": a.url.replace("http", "HTTP"),
            "a_user": a.url.replace("://", "://you:own@"),
            "b_user": b.url.replace("://", "://you:own@"),
        }
        for path, target in redirects.items():
            a.redirect(path, target.format(**words))
        b.redirect("/back", f"{a.url}/y")
        for server, said in ((a, b"a"), (b, b"b")):
            for path in ("/y", "/z", "/x?page=2"):
                server.replies.setdefault(path, Reply(said))
        told = ""
        with suppress(http.Unreachable):
            answer = http.get(client, f"{a.url.replace('://', f'://{LOGIN}@')}/x")
            told = answer.text
            assert SECRET not in answer.url
        assert told == end
        assert [f"a{asked.path}" for asked in a.asked if asked.authorization] == reached
        assert not [asked for asked in b.asked if asked.authorization]
        assert not [asked for asked in (*a.asked, *b.asked) if SECRET in repr(asked)]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_circle_of_redirects_has_an_end(server: Server, client: http.Client, status: int, method: str) -> None:
    server.redirect("/x", "/y", status)
    server.redirect("/y", "/x", status)
    ask = (
        functools.partial(http.get, client)
        if method == "get"
        else functools.partial(http.post, client, document={}, fresh=timedelta(1))
    )
    with pytest.raises(http.Unreachable) as error:
        ask(url=f"{server.url}/x")
    assert error.value.hint
    assert len(server.asked) == (6 if method == "get" or status > 303 else 1)


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "javascript:alert(1)", "data:,x", "gopher:x"]
)
def test_a_redirect_to_something_else_is_refused(server: Server, client: http.Client, target: str) -> None:
    server.redirect("/x", target)
    assert "redirects to" in failure(client, f"{server.url}/x").message
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/x",
        "file:///etc/passwd",
        "http://[/",
        "http://a:99999/",
        "http://a b/",
        "http://a%00/",
        "",
        "x",
        "http://",
        "https:///x",
        "//a/x",
    ],
)
def test_what_is_no_http_address_is_one_line(client: http.Client, url: str) -> None:
    assert "it is no http address" in failure(client, url).message


# Addresses that a stranger named.


PRIVATE = (
    # literal addresses, as they are usually written
    "https://127.0.0.1/", "https://127.8.9.1/", "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/", "https://100.100.100.200/", "https://100.64.0.1/",
    "https://0.0.0.0/", "https://0.1.2.3/", "https://255.255.255.255/", "https://224.0.0.1/", "https://240.0.0.1/",
    "https://192.0.0.192/", "https://192.0.2.1/", "https://198.18.0.1/", "https://198.51.100.1/",
    "https://203.0.113.9/", "https://192.88.99.1/", "https://168.63.129.16/",
    # … and with other ports
    "https://127.0.0.1:{port}/", "https://127.0.0.1:{port}", "https://[::1]:{port}/",
    # other spellings of numbers
    "https://2130706433/", "https://2852039166/", "https://0x7f000001/", "https://0x7f.0.0.1/",
    "https://0x7f.0x0.0x0.0x1/", "https://0177.0.0.1/", "https://017700000001/", "https://127.1/", "https://127.0.1/",
    "https://0/", "https://1/", "https://127.0.0.1./", "https://127.0.0.1../", "https://0251.0376.0251.0376/",
    "https://0xa9fea9fe/", "https://169.254.43518/", "https://0XA9.0XFE.0XA9.0XFE/", "https://127.0.0.0x1/",
    "https://00000000177.0.0.1/", "https://127.0.0.256/", "https://1.2.3/", "https://a.b.0x7f/", "https://a.127/",
    # other spellings of characters
    "https://127。0。0。1/", "https://127．0．0．1/", "https://127｡0｡0｡1/", "https://１２７.0.0.1/",
    "https://①②⑦.0.0.1/", "https://%31%32%37.0.0.1/", "https://127%2e0%2e0%2e1/", "https://localhost%2e/",
    "https://127.0.0.1%00.index.example/", "https://ⓛocalhost/", "https://locaℓhost/", "https://loc\u00adalhost/",
    # IPv6 that is private, or carries an address that is
    "https://[::1]/", "https://[::]/", "https://[0:0:0:0:0:0:0:1]/", "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:169.254.169.254]/", "https://[::ffff:a9fe:a9fe]/", "https://[::127.0.0.1]/",
    "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fc00::1]/", "https://[fd00:ec2::254]/",
    "https://[2002:7f00:1::]/", "https://[2002:a9fe:a9fe::1]/", "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::169.254.169.254]/", "https://[64:ff9b:1::1]/", "https://[2001:0:7f00:1::1]/",
    "https://[2001:db8::1]/", "https://[ff02::1]/", "https://[fec0::1]/", "https://[100::1]/", "https://[3fff::1]/",
    "https://[::ffff:0:127.0.0.1]/", "https://[::1", "https://[v1.fe80]/", "https://[127.0.0.1]/",
    # names that lead inside
    "https://localhost/", "https://localhost./", "https://LOCALHOST/", "https://localhost:{port}/",
    "https://a.localhost/", "https://a.localhost./", "https://router/", "https://router./", "https://metadata/",
    "https://metadata.google.internal/", "https://printer.local/", "https://wiki.corp/", "https://nas.lan/",
    "https://nas.home.arpa/", "https://localhost.localdomain/", "https://x.onion/", "https:///", "https://./",
    "https://../", "https://.example.com/", "https://a..example.com/", "https://-/", "https://a_b/",
    # who is asked is not who it looks like
    "https://index.example@127.0.0.1/", "https://index.example:443@127.0.0.1:{port}/",
    "https://me:pass@index.example/", "https://@index.example/", "https://:@index.example/",
    "https://index.example\\@127.0.0.1/", "https://127.0.0.1\\@index.example/", "https://127.0.0.1\\.index.example/",
    "https://index.example#@127.0.0.1:{port}@/", "https://127.0.0.1#@index.example/",
    "https://127.0.0.1?@index.example/", "https://127.0.0.1/@index.example/", "https://127.0.0.1 .index.example/",
    "https://127.0.0.1\t.index.example/", "https://127.0.0.1\r\nHost: index.example/",
    # other schemes
    "http://index.example/", "http://127.0.0.1:{port}/", "HTTP://index.example/", "ftp://index.example/",
    "file:///etc/passwd", "file://index.example/etc/passwd", "javascript:alert(1)", "data:text/plain,x",
    "gopher://127.0.0.1:{port}/", "unix:///var/run/docker.sock", "//127.0.0.1/", "/etc/passwd", "127.0.0.1",
    "https:127.0.0.1", "https:/127.0.0.1", "", " https://127.0.0.1/", "https://\ud800/", "jar:https://127.0.0.1!/",
)  # fmt: skip
# These begin at a name that anybody may ask; only what stands behind it is odd.
HARMLESS = {"https://index.example#@127.0.0.1:{port}@/", "https://@index.example/"}


def test_there_are_enough_spellings() -> None:
    assert len(set(PRIVATE)) >= 130


def ask_all(urls: Sequence[str], extra: dict[str, str]) -> list[str]:
    """Ask in a process that takes note of every connection and every name looked up; return notes and outcomes."""
    program = """
import json, sys
from pincheck.world import http
seen = []
def note(event, arguments):
    if event in {"socket.connect", "socket.sendto"}:
        seen.append(f"{event} {arguments[1]}")
sys.addaudithook(note)
with http.client(pause=lambda _: None) as client:
    for url in json.loads(sys.stdin.read()):
        try:
            print("REACHED", ascii(url), http.get(client, url, public=http.Public()).status)
        except http.Unreachable as error:
            print(ascii(error.message), bool(error.hint))
print(seen)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(urls), capture_output=True, text=True, check=True,
        env={**os.environ, **extra}, timeout=120,
    )  # fmt: skip
    return ended.stdout.splitlines()


@pytest.mark.parametrize("proxy", [False, True])
def test_no_spelling_of_a_private_address_is_asked(server: Server, proxy: bool) -> None:
    urls = [url.format(port=server.url.rpartition(":")[2]) for url in PRIVATE if url not in HARMLESS]
    extra = {"HTTPS_PROXY": server.url, "HTTP_PROXY": server.url, "ALL_PROXY": server.url} if proxy else {}
    *said, seen = ask_all(urls, extra)
    assert seen == "[]"
    assert [line for line in said if "is not a public https address" not in line or not line.endswith("True")] == []
    assert len(said) == len(urls)
    assert server.connections == 0


def can_be_a_redirect(url: str) -> bool:
    """Say whether a header can say this, and it is not another address of the server that says it."""
    own = url.startswith(("http://127.0.0.1", "/", "https:1", "https:/1")) or ":" not in url
    return not own and url.isprintable() and all(ord(character) < 256 for character in url)


@pytest.mark.parametrize("url", [url for url in PRIVATE if url not in HARMLESS and can_be_a_redirect(url)])
def test_no_redirect_to_a_private_address_is_followed(server: Server, client: http.Client, url: str) -> None:
    with running() as other:
        server.redirect("/x", url.format(port=other.url.rpartition(":")[2]))
        error = failure(client, f"{server.url}/x", public=http.Public.but([server.url]))
        assert other.connections == 0
    assert "redirects to" in error.message
    assert server.paths == ["/x"]


def test_the_configured_index_may_be_named_by_a_stranger(server: Server, client: http.Client) -> None:
    server.replies["/x"] = Reply(b"hello")
    server.redirect("/y", "/x")
    public = http.Public.but([f"{server.url.replace('://', f'://{LOGIN}@')}/simple", "file:///x", "https://["])
    assert http.get(client, f"{server.url}/y", public=public).text == "hello"
    with running() as other:
        server.redirect("/z", f"{other.url}/x")
        assert "may not be asked" in failure(client, f"{server.url}/z", public=public).message
        assert other.connections == 0


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True), ("1.1.1.1", True), ("2606:4700::1111", True), ("64:ff9b::101:101", True),
        ("2a00:1450::1", True), ("9.9.9.9", True), ("127.0.0.1", False), ("::ffff:1.1.1.1", False),
        ("192.0.0.8", False), ("64:ff9b::a00:1", False), ("2002:101:101::1", False), ("233.252.0.1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert _addresses.is_public(ipaddress.ip_address(address)) is public


def looked_up(monkeypatch: pytest.MonkeyPatch, *answers: Sequence[str]) -> list[str]:
    """Let name servers say this, one answer after the other; return the names that they are asked for."""
    asked: list[str] = []
    turns = iter(answers)
    lookup = socket.getaddrinfo

    def answer(host: str | bytes, port: int, *_: object, **__: object) -> object:
        name = host.decode() if isinstance(host, bytes) else host
        if name.replace(".", "").isdigit() or ":" in name:
            return lookup(name, port, type=socket.SOCK_STREAM)
        asked.append(name)
        return [found for one in next(turns) for found in lookup(one, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::1", "1.1.1.1"], ["::ffff:10.0.0.1"], ["fd00::1"]]
)
def test_a_public_name_with_a_private_address_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, client: http.Client, addresses: list[str]
) -> None:
    connected = connections(monkeypatch)
    looked_up(monkeypatch, addresses)
    error = failure(client, "https://changes.example/x", public=http.Public())
    assert error.message == "`https://changes.example/x` is not a public https address"
    assert connected == []


def connections(monkeypatch: pytest.MonkeyPatch, to: dict[str, tuple[str, int]] | None = None) -> list[object]:
    """Lead connections to these addresses elsewhere, refuse all others; return what was to be connected to."""
    wanted: list[object] = []
    create = socket.create_connection

    def connect(address: tuple[str, int], *arguments: object, **options: object) -> socket.socket:
        wanted.append(address)
        if to is None or address[0] not in to:
            raise ConnectionRefusedError(111, "Connection refused")
        return create(to[address[0]], *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "create_connection", connect)
    return wanted


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not OPENSSL:
        pytest.skip("there is no openssl here to make a certificate")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    names = "subjectAltName=DNS:changes.example,DNS:xn--bcher-kva.example"
    subject = ["-subj", "/CN=changes.example", "-addext", names]
    argv = [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, "-keyout", path, "-out", path]
    subprocess.run([str(part) for part in argv], check=True, capture_output=True)
    return path


@pytest.fixture
def encrypted(certificate: Path) -> Iterator[Server]:
    def wrap(httpd: HTTPServer) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
        return "https"

    with running(wrap=wrap) as started:
        started.replies["/x"] = Reply(b"hello")
        yield started


def at(server: Server) -> tuple[str, int]:
    return "127.0.0.1", int(server.url.rpartition(":")[2])


@pytest.mark.parametrize("host", ["changes.example", "CHANGES.example", "changes.example.", "bücher.example"])
def test_the_address_that_was_looked_at_is_asked_by_its_name(
    monkeypatch: pytest.MonkeyPatch, encrypted: Server, certificate: Path, host: str
) -> None:
    names = looked_up(monkeypatch, ["93.184.215.14", "1.1.1.1"], ["127.0.0.1"])  # the second answer is the rebinding
    wanted = connections(monkeypatch, {"1.1.1.1": at(encrypted)})
    with http.client(str(certificate), pause=_never) as client:
        assert http.get(client, f"https://{host}/x", public=http.Public()).text == "hello"
    ascii_name = host.lower().replace("bücher", "xn--bcher-kva")
    assert names == [ascii_name.rstrip(".")]
    assert wanted == [("93.184.215.14", 443), ("1.1.1.1", 443)]
    assert encrypted.asked[0].headers["host"] == ascii_name


def test_two_hosts_at_one_address_do_not_share_a_connection(
    monkeypatch: pytest.MonkeyPatch, encrypted: Server, certificate: Path
) -> None:
    looked_up(monkeypatch, *[["1.1.1.1"]] * 4)
    wanted = connections(monkeypatch, {"1.1.1.1": at(encrypted)})
    with http.client(str(certificate), pause=_never) as client:
        for host in ("changes.example", "bücher.example", "changes.example"):
            http.get(client, f"https://{host}/x", public=http.Public())
        assert "certificate" in failure(client, "https://other.example/x", public=http.Public()).message
    assert len(wanted) == 3
    assert [asked.headers["host"] for asked in encrypted.asked] == [
        "changes.example", "xn--bcher-kva.example", "changes.example",
    ]  # fmt: skip


def test_a_stranger_s_redirect_is_looked_at_like_its_address(
    monkeypatch: pytest.MonkeyPatch, encrypted: Server, certificate: Path
) -> None:
    looked_up(monkeypatch, ["1.1.1.1"], ["169.254.169.254"])
    connections(monkeypatch, {"1.1.1.1": at(encrypted)})
    encrypted.redirect("/away", "https://rebound.example/latest")
    encrypted.redirect("/inside", "https://169.254.169.254/latest")
    with http.client(str(certificate), pause=_never) as client:
        error = failure(client, "https://changes.example/away", public=http.Public())
        assert error.message == "`https://rebound.example/latest` is not a public https address"
    looked_up(monkeypatch, ["1.1.1.1"])
    with http.client(str(certificate), pause=_never) as client:
        error = failure(client, "https://changes.example/inside", public=http.Public())
        assert error.message.endswith("redirects to `https://169.254.169.254/latest`, which may not be asked")


def test_a_proxy_is_asked_for_a_stranger_s_host_by_its_name(
    monkeypatch: pytest.MonkeyPatch, server: Server, client: http.Client
) -> None:
    names = looked_up(monkeypatch)
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    failure(client, "https://changes.example/x", public=http.Public())  # The server is no proxy, and says 501.
    assert (names, server.connections) == ([], 1)
    monkeypatch.setenv("NO_PROXY", "changes.example")
    looked_up(monkeypatch, ["127.0.0.1"])
    assert "not a public" in failure(client, "https://changes.example/x", public=http.Public()).message
    assert server.connections == 1


# Certificates.


def test_a_certificate_that_nobody_trusts_is_refused_and_not_asked_about_again(
    encrypted: Server, client: http.Client
) -> None:
    error = failure(client, f"{encrypted.url}/x")
    assert error.message == f"cannot reach `{encrypted.url}/x`: its certificate is not trusted: self-signed certificate"
    assert "SSL_CERT_FILE" in error.hint
    assert encrypted.asked == []


def test_a_certificate_for_another_host_is_refused(encrypted: Server, certificate: Path) -> None:
    with http.client(str(certificate), pause=_never) as client:
        error = failure(client, f"{encrypted.url}/x")
    assert "certificate" in error.message.lower()
    assert encrypted.asked == []


@pytest.mark.parametrize(
    ("trusted", "works"),
    [
        ("127.0.0.1", True), ("127.0.0.1:{port}", True), ("https://127.0.0.1:{port}", True), ("https://127.0.0.1/", True),
        ("127.0.0.1:1", False), ("127.0.0.1:443", False), ("localhost", False), ("::1", False), ("[::1]:{port}", False),
        ("https://", False), ("a:b:c", False), ("", False), ("*", False),
    ],
)  # fmt: skip
def test_which_hosts_need_no_certificate(encrypted: Server, trusted: str, works: bool) -> None:
    hosts = (trusted.format(port=at(encrypted)[1]),)
    with http.client("", hosts, pause=_never) as client:
        if works:
            assert http.get(client, f"{encrypted.url}/x").text == "hello"
        else:
            assert "certificate" in failure(client, f"{encrypted.url}/x").message.lower()


def test_trust_in_one_host_is_none_in_another(encrypted: Server) -> None:
    encrypted.redirect("/away", f"{encrypted.url.replace('127.0.0.1', 'localhost')}/x")
    with http.client("", ("127.0.0.1",), pause=_never) as client:
        assert "certificate" in failure(client, f"{encrypted.url}/away").message.lower()


def test_encryption_is_never_given_up(encrypted: Server, server: Server) -> None:
    server.replies["/x"] = Reply(b"hello")
    encrypted.redirect("/away", f"{server.url}/x")
    with http.client("", ("127.0.0.1",), pause=_never) as client:
        assert failure(client, f"{encrypted.url}/away").message.endswith("which is not encrypted")
    assert server.connections == 0


def test_a_server_that_speaks_no_tls_is_one_line(client: http.Client, server: Server) -> None:
    error = failure(client, f"{server.url.replace('http:', 'https:')}/x")
    assert error.message.endswith("/x`: it speaks no TLS that is understood: wrong version number")
    assert server.asked == []


def test_what_a_server_said_that_proved_nothing_is_not_used_where_it_has_to(encrypted: Server, tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    with http.client("", ("127.0.0.1",), cache=store, pause=_never) as client:
        assert http.get(client, f"{encrypted.url}/x").text == "hello"
        assert http.get(client, f"{encrypted.url}/x").from_cache
    with http.client(cache=store, pause=_never) as client:
        assert "certificate" in failure(client, f"{encrypted.url}/x").message


def test_what_a_person_fetched_is_not_used_where_a_stranger_names_it(
    monkeypatch: pytest.MonkeyPatch, encrypted: Server, certificate: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path / "cache")
    looked_up(monkeypatch, ["127.0.0.1"])
    connections(monkeypatch, {"changes.example": at(encrypted)})
    with http.client(str(certificate), cache=store, pause=_never) as client:
        assert http.get(client, "https://changes.example/x").text == "hello"
        error = failure(client, "https://changes.example/x", public=http.Public())
    assert "not a public" in error.message


# The same, seen from the command line.


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (bomb(300), "the answer is larger than 32 MiB"),
        (packed(Reply(b"{}", JSON), 5), "packed as `gzip, gzip, gzip, gzip, gzip`"),
        (Reply(b'{"files": [{"filename": "fasta', JSON), "is not an index page"),
        (Reply(b"[" * 1_000_000, JSON), "nested too deeply"),
        (Reply(b'{"files":' * 100_000, JSON), "nested too deeply"),
        (Reply(b"{}", JSON, status=302, headers={"Location": "https://[::1"}), "it redirects to what is no valid URL"),
        (Reply(b"{}", JSON, status=403), "answered 403"),
        (Reply(b"{}", JSON, status=429, headers={"Retry-After": "1000000000"}), "come back in 11574 days"),
        (Reply(b"{}", JSON, status=503, headers={"Retry-After": "1000000000"}), "come back in 11574 days"),
        (Reply(b"{}", JSON, cut=1), "the answer ends early"),
    ],
)
def test_a_hostile_index_ends_in_one_line(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    reply: Reply, words: str,
) -> None:  # fmt: skip
    project = tmp_path / "project"
    project.mkdir()
    (project / "requirements.txt").write_text("fastapi==0.112.0\n")
    monkeypatch.chdir(project)
    monkeypatch.setenv("PIP_INDEX_URL", server.with_login(LOGIN))
    server.replies["/simple/fastapi/"] = reply
    assert cli.run(["propose"]) == 2
    said = capsys.readouterr()
    error, *hints = said.err.splitlines()
    assert error.startswith("error: ")
    assert words in error
    assert len(hints) <= 1
    assert all(hint.startswith("hint: ") for hint in hints)
    assert "Traceback" not in said.out + said.err
    assert SECRET not in said.out + said.err


def test_a_store_does_not_keep_what_a_hostile_server_sends(server: Server, tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    server.replies["/x"] = bomb(40)
    with http.client(cache=store, pause=_never) as client:
        failure(client, f"{server.url}/x")
    with http.client(cache=store, offline=True) as client, pytest.raises(http.Offline):
        http.get(client, f"{server.url}/x")


def test_a_url_that_is_none_to_httpx_either_is_refused_first() -> None:
    """What is checked is what is asked: both read a URL by the same rules."""
    for url in PRIVATE:
        try:
            parsed = httpx.URL(url.format(port=1))
        except (httpx.InvalidURL, ValueError):
            continue
        assert _addresses.allowed(parsed, http.Public()) is (url in HARMLESS), url
