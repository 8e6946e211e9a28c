"""A package index on 127.0.0.1 that says what it is told to say, well or badly."""

import base64
import gzip
import http.server
import json
import os
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
    """One request that came in."""

    path: str
    authorization: str
    accept: str


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
    """A running server: what it says by path, and what it was asked."""

    url: str
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    login: str = ""
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

    def package(self, name: str, uploads: Sequence[Upload], *, form: str = "json", **info: object) -> None:
        """Offer a package on a JSON page, or on an HTML page with (`html`) or without (`html-bare`) upload times."""
        page = json_page(name, uploads) if form == "json" else html_page(name, uploads, times=form == "html")
        self.replies[f"/simple/{name}/"] = page
        if info:
            self.project(name, info)

    def project(self, name: str, urls: Mapping[str, object]) -> None:
        """Give the package a project JSON that names these addresses."""
        body = json.dumps({"info": {"project_urls": urls}}).encode()
        self.replies[f"/pypi/{name}/json"] = Reply(body, "application/json")

    def redirect(self, path: str, target: str, status: int = 302) -> None:
        self.replies[path] = Reply(b"moved", status=status, headers={"Location": target})


def json_page(name: str, uploads: Sequence[Upload]) -> Reply:
    listed = []
    for upload in uploads:
        entry: dict[str, object] = {"filename": upload.filename(name), "url": "unused", "hashes": {}}
        entry |= {"upload-time": upload.uploaded} if upload.uploaded else {}
        entry |= {"yanked": upload.yanked, "requires-python": upload.requires_python or None}
        listed.append(entry)
    document = {"meta": {"api-version": "1.1"}, "name": name, "files": listed}
    return Reply(json.dumps(document).encode(), JSON)


def html_page(name: str, uploads: Sequence[Upload], *, times: bool) -> Reply:
    lines = ["<!DOCTYPE html><html><body>"]
    for upload in uploads:
        attributes = f' data-requires-python="{escape(upload.requires_python)}"' if upload.requires_python else ""
        attributes += f' data-yanked="{upload.yanked}"' if upload.yanked else ""
        attributes += f' data-upload-time="{upload.uploaded}"' if upload.uploaded and times else ""
        filename = upload.filename(name)
        lines.append(f'<a href="../../files/{filename}#sha256=0"{attributes}>{filename}</a><br/>')
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

    def do_GET(self) -> None:
        server = _SERVERS[self.server.server_address[1]]  # type: ignore[index]
        authorization = self.headers.get("Authorization", "")
        server.asked.append(Asked(self.path, authorization, self.headers.get("Accept", "")))
        wanted = f"Basic {base64.b64encode(server.login.encode()).decode()}"
        if server.login and authorization != wanted:
            self._send(server, Reply(b"who are you?", status=401, headers={"WWW-Authenticate": "Basic"}))
            return
        self._send(server, server.replies.get(self.path, Reply(b"not here", status=404)))

    def _send(self, server: Server, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.media_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        body = reply.body[: len(reply.body) - reply.cut]
        size = max(1, -(-len(body) // reply.pieces))
        try:
            for start in range(0, len(body), size):
                if start and server.released.wait(reply.pause):
                    break
                self.wfile.write(body[start : start + size])
                self.wfile.flush()
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
