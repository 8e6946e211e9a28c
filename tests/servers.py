"""A package index on 127.0.0.1 that says what it is told to say, well or badly."""

import base64
import gzip
import http.server
import json
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import NamedTuple

import pytest

JSON = "application/vnd.pypi.simple.v1+json"


class Reply(NamedTuple):
    """What is sent for one path. `pause` is the time between its pieces, `cut` how many bytes are held back."""

    body: bytes = b""
    media_type: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = {}
    pieces: int = 1
    pause: float = 0.0
    cut: int = 0


class Asked(NamedTuple):
    """One request that came in; `headers` have lower-case names."""

    path: str
    authorization: str
    accept: str
    method: str = "GET"
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Upload(NamedTuple):
    """One file that an index offers, as its pages tell of it."""

    version: str
    uploaded: str = "2024-01-01T12:00:00Z"
    yanked: bool | str = False
    requires_python: str = ""
    kind: str = "wheel"

    def filename(self, name: str) -> str:
        if self.kind == "sdist":
            return f"{name}-{self.version}.tar.gz"
        return f"{name}-{self.version}-py3-none-any.whl"


@dataclass
class Server:
    """A running server: what it says by path, what it was asked, the bytes of bodies and the connections it counted.

    `turns` are replies that are given once each, in order, before those of `replies`.
    """

    url: str
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    login: str = ""
    sent: int = 0
    connections: int = 0
    turns: dict[str, list[Reply]] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def simple(self) -> str:
        return f"{self.url}/simple"

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def with_login(self, login: str) -> str:
        """Return the address of the index with user and password."""
        return self.simple.replace("://", f"://{login}@")

    def package(
        self,
        name: str,
        uploads: Sequence[Upload],
        *,
        form: str = "json",
        requires: Mapping[str, Sequence[str]] | Sequence[str] = (),
        **urls: str,
    ) -> None:
        """Offer a package on a JSON page, or on an HTML page with (`html`) or without (`html-bare`) upload times.

        Beside each file stands its METADATA (PEP 658), which names these requirements (of all versions, or of some by
        version) and these project URLs.
        """
        page = json_page(name, uploads) if form == "json" else html_page(name, uploads, times=form == "html")
        self.replies[f"/simple/{name}/"] = page
        for upload in uploads:
            of = requires.get(upload.version, ()) if isinstance(requires, Mapping) else requires
            self.replies[f"/files/{upload.filename(name)}.metadata"] = metadata(name, upload, of, urls)

    def project(self, name: str, urls: Mapping[str, object]) -> None:
        """Give the package a project JSON that names these addresses."""
        body = json.dumps({"info": {"project_urls": urls}}).encode()
        self.replies[f"/pypi/{name}/json"] = Reply(body, "application/json")

    def redirect(self, path: str, target: str, status: int = 302) -> None:
        self.replies[path] = Reply(b"moved", status=status, headers={"Location": target})


def metadata(name: str, upload: Upload, requires: Sequence[str] = (), urls: Mapping[str, str] = {}) -> Reply:
    """Return the METADATA of a file."""
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {upload.version}"]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    lines += [f"Project-URL: {label}, {url}" for label, url in urls.items()]
    lines += [f"Requires-Python: {upload.requires_python}"] if upload.requires_python else []
    return Reply("\n".join([*lines, "", ""]).encode())


def json_page(name: str, uploads: Sequence[Upload]) -> Reply:
    listed = []
    for upload in uploads:
        filename = upload.filename(name)
        entry: dict[str, object] = {"filename": filename, "url": f"../../files/{filename}", "hashes": {}}
        entry |= {"core-metadata": True} if upload.kind == "wheel" else {}
        entry |= {"upload-time": upload.uploaded} if upload.uploaded else {}
        entry |= {"yanked": upload.yanked, "requires-python": upload.requires_python or None}
        listed.append(entry)
    document = {"meta": {"api-version": "1.1"}, "name": name, "files": listed}
    return Reply(json.dumps(document).encode(), JSON)


def html_page(name: str, uploads: Sequence[Upload], *, times: bool, beside: bool = True) -> Reply:
    """Return a page of PEP 503, with upload times if wanted; `beside`: METADATA stands beside each wheel."""
    lines = ["<!DOCTYPE html><html><body>"]
    for upload in uploads:
        attributes = f' data-requires-python="{escape(upload.requires_python)}"' if upload.requires_python else ""
        attributes += f' data-yanked="{upload.yanked}"' if upload.yanked else ""
        attributes += f' data-upload-time="{upload.uploaded}"' if upload.uploaded and times else ""
        attributes += ' data-core-metadata="true"' if upload.kind == "wheel" and beside else ""
        filename = upload.filename(name)
        lines.append(f'<a href="../../files/{filename}"{attributes}>{filename}</a><br/>')
    return Reply("\n".join(lines).encode(), "text/html; charset=utf-8")


def packed(reply: Reply, times: int = 1) -> Reply:
    """Return a reply packed by gzip, more than once if wanted."""
    body = reply.body
    for _ in range(times):
        body = gzip.compress(body)
    return reply._replace(body=body, headers={**reply.headers, "Content-Encoding": ", ".join(["gzip"] * times)})


@contextmanager
def running(login: str = "", wrap: Callable[[http.server.HTTPServer], str] | None = None) -> Iterator[Server]:
    """Run a server; with a `login` (`user:password`) it answers 401 to everybody else.

    `wrap` may put TLS around its socket and returns the scheme.
    """
    httpd = _Http(("127.0.0.1", 0), _Handler)
    httpd.daemon_threads = True
    scheme = wrap(httpd) if wrap else "http"
    server = Server(f"{scheme}://127.0.0.1:{httpd.server_port}", login=login)
    _SERVERS[httpd.server_port] = server
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        httpd.shutdown()
        httpd.server_close()
        del _SERVERS[httpd.server_port]


_SERVERS: dict[int, Server] = {}


class _Http(http.server.ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that went away, which it may do at any time."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        _SERVERS[self.server.server_address[1]].connections += 1  # type: ignore[index]

    def do_GET(self) -> None:
        server = _SERVERS[self.server.server_address[1]]  # type: ignore[index]
        authorization = self.headers.get("Authorization", "")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        server.asked.append(
            Asked(self.path, authorization, self.headers.get("Accept", ""), self.command, headers, body)
        )
        wanted = f"Basic {base64.b64encode(server.login.encode()).decode()}"
        if server.login and authorization != wanted:
            self._send(server, Reply(b"who are you?", status=401, headers={"WWW-Authenticate": "Basic"}))
            return
        turns = server.turns.get(self.path)
        reply = turns.pop(0) if turns else server.replies.get(self.path, Reply(b"not here", status=404))
        self._send(server, self._conditional(self._partial(reply)))

    do_POST = do_HEAD = do_GET  # noqa: N815 - the names are the standard library's

    def _partial(self, reply: Reply) -> Reply:
        """Return the part that a `Range` asks for (`bytes=-N`, `bytes=A-B`), where the reply says that it has parts."""
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if reply.status != 200 or reply.headers.get("Accept-Ranges") != "bytes" or wanted is None:
            return reply
        size = len(reply.body)
        first = int(wanted[1]) if wanted[1] else max(0, size - int(wanted[2]))
        last = min(size - 1, int(wanted[2]) if wanted[1] and wanted[2] else size - 1)
        if first > last:
            return reply._replace(body=b"", status=416, headers={"Content-Range": f"bytes */{size}"})
        headers = {**reply.headers, "Content-Range": f"bytes {first}-{last}/{size}"}
        return reply._replace(body=reply.body[first : last + 1], status=206, headers=headers)

    def _conditional(self, reply: Reply) -> Reply:
        """Return 304 where what is asked for is what the other side has, by `ETag` or `Last-Modified`."""
        for ours, theirs in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")):
            if reply.status == 200 and ours in reply.headers and self.headers.get(theirs) == reply.headers[ours]:
                return reply._replace(body=b"", status=304)
        return reply

    def _send(self, server: Server, reply: Reply) -> None:
        self.send_response_only(reply.status)
        if "Date" not in reply.headers:
            self.send_header("Date", self.date_time_string())
        if reply.status != 304:
            self.send_header("Content-Type", reply.media_type)
            self.send_header("Content-Length", reply.headers.get("Content-Length", str(len(reply.body))))
        for name, value in reply.headers.items():
            if name != "Content-Length":  # One that is not true is said in place of the true one.
                self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        body = reply.body[: len(reply.body) - reply.cut]
        size = max(1, -(-len(body) // reply.pieces))
        try:
            for start in range(0, len(body), size):
                if start and server.released.wait(reply.pause):
                    break
                self.wfile.write(body[start : start + size])
                self.wfile.flush()
                server.sent += len(body[start : start + size])
        except (BrokenPipeError, ConnectionResetError):
            pass  # The other side has had enough, which is what some tests are about.
        if reply.cut:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the standard library's
        """Say nothing."""


def alone(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Shut out what this machine says of indexes, logins, proxies and interpreters; return a home of our own."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_", "XDG_", "SSL_CERT", "PYENV")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC", "VIRTUAL_ENV"):
        monkeypatch.delenv(name, raising=False)
    home, programs = folder / "home", folder / "programs"
    home.mkdir()
    programs.mkdir()
    (programs / "python3").symlink_to(os.path.realpath(sys.executable))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return home
