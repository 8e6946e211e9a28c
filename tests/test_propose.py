"""`pincheck propose` from outside: a real index on 127.0.0.1, real release notes, the words on the screen."""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import HTTPServer
from pathlib import Path

import pytest

from pincheck.world import http
from tests.conftest import Ended, data
from tests.servers import Reply, Server, Upload, alone, packed, running
from tests.wheels import wheel

Propose = Callable[..., Ended]
SECRET = "s3cr3t-T0K3N"  # noqa: S105 - it opens nothing
OPENSSL = shutil.which("openssl") or ""  # The tests shorten PATH.
NOTES = """\
# Release Notes

## 0.113.1 (2024-02-02)

### Fixes

* Mend a leak. PR [#4](https://github.com/fastapi/fastapi/pull/4) by [@them](https://github.com/them).

## 0.113.0 (2024-02-01)

### Features

* Add a thing. PR [#3](https://github.com/fastapi/fastapi/pull/3) by [@them](https://github.com/them).

### Breaking Changes

* Take a thing away. PR [#2](https://github.com/fastapi/fastapi/pull/2) by [@them](https://github.com/them).

### Docs

* Say it better. PR [#1](https://github.com/fastapi/fastapi/pull/1) by [@them](https://github.com/them).

## 0.112.0 (2024-01-01)

### Fixes

* Old news.
"""
UPLOADS = [Upload("0.112.0"), Upload("0.113.0"), Upload("0.113.1"), Upload("0.114.0")]
REQUIRES = {
    "0.112.0": ["starlette>=0.37.2,<0.38.0", "pydantic>=1.7.4"],
    "0.113.1": ["starlette>=0.38.0,<0.39.0", "pydantic>=1.7.4"],
}


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return alone(monkeypatch, tmp_path)


@pytest.fixture
def server(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:  # noqa: ARG001
    """An index with four releases of FastAPI, to which pip is configured."""
    with running() as started:
        started.package("fastapi", UPLOADS, requires=REQUIRES, Changelog=f"{started.url}/notes.md")
        started.replies["/notes.md"] = Reply(NOTES.encode(), "text/markdown")
        monkeypatch.setenv("PIP_INDEX_URL", started.simple)
        yield started


@pytest.fixture
def propose(pincheck: Callable[..., Ended], project: Path) -> Propose:
    """Run the verb on a project with one pin."""

    def run(*arguments: object, pin: str = "fastapi>=0.112.0,<0.113.0") -> Ended:
        if pin:
            (project / "requirements.txt").write_text(f"{pin}\n")
        return pincheck("propose", *arguments)

    return run


def days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def test_the_next_minor_is_shown_with_breaking_entries_first(propose: Propose, server: Server, project: Path) -> None:
    ended = propose()
    assert ended == Ended(
        0,
        """\
fastapi 0.112.0 → 0.113.1 (published 2024-01-01)
  requires starlette >=0.37.2,<0.38.0 → >=0.38.0,<0.39.0
  requires pydantic >=1.7.4
  breaking changes
    0.113.0 (2024-01-01): Take a thing away.
      https://github.com/fastapi/fastapi/pull/2
  features
    0.113.0: Add a thing.
      https://github.com/fastapi/fastapi/pull/3
  fixes
    0.113.1: Mend a leak.
      https://github.com/fastapi/fastapi/pull/4
  not shown: 1 entry of documentation, translations or internals
"""
        f"  versions from `{server.simple}`\n"
        f"  requirements from `{server.url}/files/fastapi-0.113.1-py3-none-any.whl`\n"
        f"  release notes from `{server.url}/notes.md`\n",
        "",
    )
    assert (project / "requirements.txt").read_text() == "fastapi>=0.112.0,<0.113.0\n"
    assert server.paths == [
        "/simple/fastapi/",
        "/files/fastapi-0.113.1-py3-none-any.whl.metadata",
        "/notes.md",
        "/files/fastapi-0.112.0-py3-none-any.whl.metadata",
    ]
    assert server.asked[0].accept.startswith("application/vnd.pypi.simple.v1+json")


def test_the_json_report_says_the_same_to_a_program(propose: Propose, server: Server) -> None:  # noqa: ARG001
    (outcome,) = json.loads(propose("--format", "json").out)["outcomes"]
    assert (outcome["outcome"], outcome["from"], outcome["to"]) == ("proposed", "0.112.0", "0.113.1")
    assert outcome["edits"] == [{"path": "requirements.txt", "start": 7, "end": 25, "text": ">=0.113.0,<0.114.0"}]
    assert outcome["published"] == "2024-01-01T12:00:00+00:00"


@pytest.mark.parametrize("form", ["json", "html"])
def test_both_forms_of_the_simple_api_are_read(propose: Propose, server: Server, form: str) -> None:
    uploads = [
        Upload("0.112.0", requires_python=">=3.8"),
        Upload("0.113.0", yanked="it is broken"),
        Upload("0.113.1", requires_python=">=3.99"),
        Upload("0.114.0rc1"),
        Upload("0.114.0", requires_python=">=3.9"),
        Upload("0.115.0"),
    ]
    server.package("fastapi", uploads, form=form)
    ended = propose("-v")
    assert "fastapi 0.112.0 → 0.114.0 (published 2024-01-01)\n  requires python >=3.8 → >=3.9\n" in ended.out
    assert "fastapi 0.113.0: yanked" in ended.out
    assert re.search(r"fastapi 0\.113\.1: requires Python >=3\.99, the tests run on 3\.\d+\.\d+\n", ended.out)
    assert "no index gives" not in ended.out


def test_an_index_without_upload_times_gives_one_warning_and_no_cooldown(propose: Propose, server: Server) -> None:
    server.package("fastapi", UPLOADS, form="html-bare")
    server.package("starlette", UPLOADS, form="html-bare")
    (Path("pincheck.toml")).write_text('[policy]\nstarlette = "one-minor"\n')
    (Path("more-requirements.txt")).write_text("starlette==0.112.0\n")
    ended = propose()
    assert ended.out.count("note: no index gives upload times, so there is no cooldown\n") == 1
    assert "fastapi 0.112.0 → 0.113.1\n" in ended.out
    assert "starlette 0.112.0 → 0.113.1\n" in ended.out


def test_a_release_without_a_time_is_too_young_where_others_have_one(propose: Propose, server: Server) -> None:
    server.package("fastapi", [Upload("0.112.0"), Upload("0.113.0", uploaded=""), Upload("0.114.0")])
    ended = propose("-v")
    assert "fastapi 0.112.0 → 0.114.0" in ended.out
    assert "fastapi 0.113.0: the index does not say when it was uploaded, so it counts as too young" in ended.out
    assert "fastapi 0.112.0 → 0.113.0" in propose("--now").out


def test_what_is_younger_than_the_cooldown_waits(propose: Propose, server: Server) -> None:
    server.package("fastapi", [Upload("0.112.0"), Upload("0.113.0", days_ago(4)), Upload("0.113.1", days_ago(2))])
    assert "fastapi 0.112.0 → 0.113.0" in propose().out
    assert "fastapi 0.112.0 → 0.113.1" in propose("--now").out
    Path("pincheck.toml").write_text('cooldown = "1 week"\n')
    ended = propose()
    assert re.fullmatch(
        r"fastapi: 0\.112\.0 stays: nothing above it is eligible: 0\.113\.1 \(published \d{4}-\d\d-\d\d \d\d:\d\d UTC, "
        r"younger than the cooldown of 7 days\) and 1 more \(listed with `--verbose`\)\n",
        ended.out,
    )
    assert ended.code == 0
    Path("pincheck.toml").write_text('cooldown = "0 days"\n')
    assert "fastapi 0.112.0 → 0.113.1" in propose().out


def test_one_yanked_file_does_not_yank_a_release(propose: Propose, server: Server) -> None:
    server.package("fastapi", [*UPLOADS[:2], Upload("0.113.0", yanked=True, kind="sdist")])
    assert "fastapi 0.112.0 → 0.113.0" in propose().out


def test_a_python_that_the_project_allows_is_not_taken_away(propose: Propose, server: Server, project: Path) -> None:
    (project / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.8"\n')
    server.package("fastapi", [Upload("0.112.0"), Upload("0.113.0", requires_python=">=3.10"), Upload("0.113.1")][:2])
    ended = propose("-v")
    assert "fastapi 0.113.0: requires Python >=3.10, the project allows >=3.8" in ended.out


def test_the_newest_minor_has_nothing_above(propose: Propose, server: Server) -> None:
    ended = propose(pin="fastapi==0.114.0")
    assert ended == Ended(0, "fastapi: 0.114.0 stays: it is the newest minor\n", "")
    assert server.paths.count("/simple/fastapi/") == 1


@pytest.mark.parametrize(
    ("pin", "out"),
    [
        ("fastapi", "fastapi: no candidate: requirements.txt:1: it has no pin to move; pin it first\n"),
        (
            "fastapi>=0.100",
            "fastapi: no candidate: requirements.txt:1: `>=0.100` is not inside one minor series; pin it first\n",
        ),
        (
            "fastapi==0.112.0\nfastapi==0.113.0",
            "fastapi: no candidate: its declarations disagree: requirements.txt:1 ==0.112.0, requirements.txt:2 ==0.113.0\n",
        ),
        ("fastapi==0.111.0", "fastapi: no candidate: the index has no version that the pin allows: ==0.111.0\n"),
        ("fastapi>=0.112.0,<0.112.9", None),
    ],
)
def test_a_pin_that_cannot_move_has_no_candidate(propose: Propose, server: Server, pin: str, out: str | None) -> None:  # noqa: ARG001
    ended = propose(pin=pin)
    assert ended.code == 0
    assert (
        ended.out == out
        if out
        else "no candidate: 0.113.1: requirements.txt:1: `>=0.112.0,<0.112.9` stops inside" in ended.out
    )


def test_without_a_manifest_or_a_pin_it_says_so(propose: Propose, server: Server) -> None:
    assert propose(pin="").out == "no manifest found: no file here that pincheck reads\n"
    assert propose(pin="httpx").out == "no package that is pinned to one minor is declared here\n"
    assert server.paths == []


def test_a_package_whose_entry_its_tool_ignores_has_no_candidate(
    propose: Propose,
    server: Server,  # noqa: ARG001
    project: Path,
) -> None:
    (project / "pyproject.toml").write_text(
        '[project]\ndependencies = ["httpx"]\n[tool.poetry.dependencies]\nfastapi = "~0.112.0"\n'
    )
    ended = propose(pin="")
    assert ended.code == 0
    assert ended.out.startswith("fastapi: no candidate: pyproject.toml:4: Poetry ignores it, because")


# Which index.


def test_pip_joins_its_indexes(propose: Propose, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as second:
        second.package("fastapi", [Upload("0.113.9")])
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", second.simple)
        assert "fastapi 0.112.0 → 0.113.9" in propose().out
    assert "/simple/fastapi/" in server.paths


def test_uv_takes_the_first_index_that_has_the_package(
    propose: Propose, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running() as second:
        second.package("fastapi", [Upload("0.112.0"), Upload("0.113.0")])
        monkeypatch.setenv("UV_INDEX", f"corner={second.simple}")
        monkeypatch.setenv("UV_DEFAULT_INDEX", server.simple)
        assert "fastapi 0.112.0 → 0.113.0" in propose().out
        assert "/simple/fastapi/" not in server.paths
        monkeypatch.setenv("UV_INDEX_STRATEGY", "unsafe-best-match")
        assert "fastapi 0.112.0 → 0.113.1" in propose().out


def test_the_projects_own_uv_settings_say_where_to_look(propose: Propose, server: Server, project: Path) -> None:
    with running(login=f"me:{SECRET}") as second, running() as explicit:
        second.package("fastapi", [Upload("0.112.0"), Upload("0.113.0")])
        (project / "pyproject.toml").write_text(f"""\
[[tool.uv.index]]
name = "only-for-torch"
url = "{explicit.simple}"
explicit = true
[[tool.uv.index]]
name = "our-own"
url = "{second.simple}"
default = true
""")
        os.environ["UV_INDEX_OUR_OWN_USERNAME"] = "me"
        os.environ["UV_INDEX_OUR_OWN_PASSWORD"] = SECRET
        try:
            assert "fastapi 0.112.0 → 0.113.0" in propose().out
        finally:
            del os.environ["UV_INDEX_OUR_OWN_USERNAME"], os.environ["UV_INDEX_OUR_OWN_PASSWORD"]
        assert (server.paths, explicit.paths) == ([], [])


def test_an_index_and_links_on_disk_are_read(
    propose: Propose,
    home: Path,  # noqa: ARG001
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages, wheels = tmp_path / "simple" / "fastapi", tmp_path / "some wheels"
    pages.mkdir(parents=True)
    wheels.mkdir()
    (pages / "index.html").write_text('<a href="../fastapi-0.112.0-py3-none-any.whl">x</a>')
    found = wheel(
        wheels, "fastapi", "0.113.0", "", ["starlette>=0.39.0"], description="## 0.113.0\n\n* ✨ Read from disk.\n"
    )
    (wheels / "fastapi-docs-0.114.0.tar.gz").touch()
    monkeypatch.setenv("PIP_INDEX_URL", (tmp_path / "simple").as_uri())
    monkeypatch.setenv("PIP_FIND_LINKS", wheels.as_uri())
    ended = propose()
    assert ended.out == (
        "fastapi 0.112.0 → 0.113.0\n  requires starlette >=0.39.0\n"
        "  what 0.112.0 requires is not known, so nothing is compared\n  features\n    0.113.0: ✨ Read from disk.\n"
        f"  versions from `{(tmp_path / 'simple').as_uri()}`\n  requirements from `{found.as_uri()}`\n"
        "  release notes from the long description of `fastapi` `0.113.0`\n"
        "note: no index gives upload times, so there is no cooldown\n"
    )


# Logins.


def test_a_login_in_the_url_goes_to_the_index_and_nowhere_else(
    propose: Propose, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(login=f"me:{SECRET}") as second:
        second.package("fastapi", UPLOADS)
        second.redirect("/simple/fastapi/", "/elsewhere/fastapi/")
        second.redirect("/elsewhere/fastapi/", f"{second.url}/absolute/fastapi/")
        second.redirect("/absolute/fastapi/", f"{server.simple}/fastapi/")
        monkeypatch.setenv("PIP_INDEX_URL", second.with_login(f"me:{SECRET}"))
        ended = propose()
    assert "fastapi 0.112.0 → 0.113.1" in ended.out
    assert [bool(asked.authorization) for asked in second.asked] == [True] * 3
    assert [asked.authorization for asked in server.asked] == [""] * 3
    assert SECRET not in ended.out + ended.err


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
@pytest.mark.parametrize("password", [SECRET, f"{SECRET}%40more", f"x@{SECRET}"])
def test_a_failing_index_is_an_error_that_shows_no_password(
    propose: Propose, server: Server, monkeypatch: pytest.MonkeyPatch, status: int, password: str
) -> None:
    server.replies["/simple/fastapi/"] = Reply(b"no", status=status, headers={"Retry-After": "1000000000"})
    monkeypatch.setenv("PIP_INDEX_URL", server.with_login(f"me:{password}"))
    ended = propose("-v")
    assert (ended.code, ended.out) == (2, "")
    assert server.simple in ended.err
    assert ("no index has `fastapi`" if status == 404 else f"answered {status}") in ended.err
    assert SECRET not in ended.err


@pytest.mark.parametrize(
    "index", [f"http://me:{SECRET}@127.0.0.1:1/simple", f"http://me:{SECRET}/x@y:z/", f"http://[me:{SECRET}@::1/simple"]
)
def test_an_index_that_is_not_there_shows_no_password(
    propose: Propose, server: Server, monkeypatch: pytest.MonkeyPatch, index: str
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", index)
    ended = propose()
    assert (ended.code, ended.out, server.paths) == (2, "", [])
    assert ended.err.startswith(("error: cannot reach `http://127.0.0.1:1/", "error: an index cannot be at `"))
    assert SECRET not in ended.err


def test_a_login_from_netrc_is_used(
    propose: Propose, server: Server, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.login = f"me:{SECRET}"
    assert "answered 401" in propose().err
    netrc = home / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login me password {SECRET}\n")
    netrc.chmod(0o600)
    ended = propose()
    assert "fastapi 0.112.0 → 0.113.1" in ended.out
    assert SECRET not in ended.out
    monkeypatch.setenv("NETRC", str(home / "none"))
    assert "check the name and password of this index" in propose().err


# Servers that misbehave.


def test_redirects_have_an_end(propose: Propose, server: Server) -> None:
    server.redirect("/simple/fastapi/", "/simple/fastapi/", 307)
    ended = propose()
    assert ended.code == 2
    assert ended.err.splitlines() == [
        f"error: cannot reach `{server.simple}/fastapi/`: more than 5 redirects",
        "hint: give the address at which it is now",
    ]
    assert len(server.paths) == 6


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(b'{"files": [', "application/vnd.pypi.simple.v1+json"), "is not an index page"),
        (Reply(b'{"files": ' + b"[" * 200_000, "application/json"), "nested too deeply"),
        (Reply(b'{"files": []}', "application/vnd.pypi.simple.v1+json"), "no index has `fastapi`"),
        (Reply(b'{"files": 7}', "application/json"), "has no list of files"),
        (Reply(b"<![x[ ]]>", "text/html"), "is not HTML"),
        (Reply(b"hello", "text/plain"), "cannot be `text/plain`"),
        (Reply(b"", "text/html", headers={"Location": "/x"}, status=304), "answered 304"),
        (Reply(b"x" * 1000, "text/html", cut=500), "cannot reach"),
        (Reply(b"x", "text/html", headers={"Content-Encoding": "br"}), "packed as `br`"),
        (Reply(b"not gzip", "text/html", headers={"Content-Encoding": "gzip"}), "incorrect header"),
        (packed(Reply(b"x" * 1000, "text/html"), 2), "packed as `gzip, gzip`"),
    ],
)
def test_a_bad_answer_is_one_error(propose: Propose, server: Server, reply: Reply, words: str) -> None:
    server.replies["/simple/fastapi/"] = reply
    ended = propose()
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert ended.err.count("error:") == 1


def test_a_page_packed_by_gzip_is_read(propose: Propose, server: Server) -> None:
    server.replies["/simple/fastapi/"] = packed(server.replies["/simple/fastapi/"])
    assert "fastapi 0.112.0 → 0.113.1" in propose().out


def test_an_answer_that_ends_early_while_packed_is_an_error(propose: Propose, server: Server) -> None:
    reply = packed(server.replies["/simple/fastapi/"])
    server.replies["/simple/fastapi/"] = reply._replace(body=reply.body[:-20])
    assert "the answer ends early" in propose().err


def test_a_bomb_is_refused_without_being_unpacked(propose: Propose, server: Server, project: Path) -> None:
    propose()
    packing = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    body = b"".join([*(packing.compress(bytes(1024 * 1024)) for _ in range(100)), packing.flush()])
    server.replies["/simple/fastapi/"] = Reply(body, "text/html", headers={"Content-Encoding": "gzip"})
    # The kernel's own high-water mark of the memory that the program has had since it began.
    program = "from pathlib import Path; from pincheck import cli; cli.run(['propose']); print(Path('/proc/self/status').read_text())"
    ended = subprocess.run([sys.executable, "-c", program], cwd=project, capture_output=True, text=True, check=True)
    peak = next(line for line in ended.stdout.splitlines() if line.startswith("VmHWM:"))
    assert len(body) < 128 * 1024
    assert "the answer is larger than 32 MiB" in ended.stderr
    assert int(peak.split()[1]) < 180 * 1024  # KiB; about 70 MiB of it are Python and its libraries.


def test_a_slow_answer_has_a_limit(propose: Propose, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST", 0.2)
    page = server.replies["/simple/fastapi/"]
    server.replies["/simple/fastapi/"] = page._replace(pieces=len(page.body), pause=0.05)
    start = time.monotonic()
    assert "the answer took longer than 0 s" in propose().err
    assert time.monotonic() - start < 5


def test_a_server_that_says_nothing_has_a_limit(
    propose: Propose, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "PATIENCE", 0.2)
    server.replies["/simple/fastapi/"] = Reply(b"ab", "text/html", pieces=2, pause=30)
    assert "timed out" in propose().err


# TLS.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody trusts, with its key in the same file."""
    if not OPENSSL:
        pytest.skip("there is no openssl here to make a certificate")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    argv = [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, "-keyout", path, "-out", path]
    subprocess.run([str(part) for part in argv], check=True, capture_output=True)
    return path


@pytest.fixture
def encrypted(certificate: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:  # noqa: ARG001
    def wrap(httpd: HTTPServer) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
        return "https"

    with running(wrap=wrap) as started:
        started.package("fastapi", UPLOADS)
        monkeypatch.setenv("PIP_INDEX_URL", started.simple)
        yield started


def test_a_certificate_that_nobody_trusts_is_refused(propose: Propose, encrypted: Server) -> None:
    ended = propose()
    assert (ended.code, ended.out) == (2, "")
    assert "certificate" in ended.err.lower()
    assert encrypted.paths == []


@pytest.mark.parametrize(("name", "folder"), [("PIP_CERT", False), ("SSL_CERT_FILE", False), ("PIP_CERT", True)])
def test_certificates_that_pip_or_uv_trust_are_trusted(
    propose: Propose,
    encrypted: Server,  # noqa: ARG001
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    folder: bool,
) -> None:
    if folder:
        argv = [OPENSSL, "x509", "-noout", "-hash", "-in", str(certificate)]
        digest = subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()
        (tmp_path / "ca").mkdir()
        (tmp_path / "ca" / f"{digest}.0").write_bytes(certificate.read_bytes())
    monkeypatch.setenv(name, str(tmp_path / "ca" if folder else certificate))
    assert "fastapi 0.112.0 → 0.113.1" in propose().out


def test_a_trusted_host_needs_no_certificate(
    propose: Propose, encrypted: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_TRUSTED_HOST", encrypted.url.removeprefix("https://"))
    assert "fastapi 0.112.0 → 0.113.1" in propose().out


def test_certificates_that_cannot_be_read_are_an_error(
    propose: Propose,
    encrypted: Server,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PIP_CERT", "/nowhere.pem")
    error, hint = propose().err.splitlines()
    assert error == "error: cannot read the certificates `/nowhere.pem`: no such file or directory"
    assert hint == "hint: look at `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE` and pip's `cert`"


def test_a_redirect_never_gives_up_encryption(
    propose: Propose, encrypted: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CERT", str(certificate))
    with running() as plain:
        plain.package("fastapi", UPLOADS)
        encrypted.redirect("/simple/fastapi/", f"{plain.simple}/fastapi/")
        assert "which is not encrypted" in propose().err
        assert plain.paths == []


# Release notes.


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("{other}/notes.md", "is not a public https address"),
        ("https://127.0.0.1:1/notes.md", "is not a public https address"),
        ("https://0x7f.0.0.1/notes.md", "is not a public https address"),
        ("https://127.1/notes.md", "is not a public https address"),
        ("https://127。0。0。1/notes.md", "is not a public https address"),
        ("https://169.254.169.254/latest", "is not a public https address"),
        ("https://[::1]/notes.md", "is not a public https address"),
        ("https://[::ffff:169.254.169.254]/notes.md", "is not a public https address"),
        ("https://localhost/notes.md", "is not a public https address"),
        ("https://localhost./notes.md", "is not a public https address"),
        ("https://metadata.internal/notes.md", "is not a public https address"),
        (f"https://me:{SECRET}@index.example/notes.md", "is not a public https address"),
        ("https://index.example\\@127.0.0.1/notes.md", "is not a public https address"),
        ("file:///etc/passwd", "is not a public https address"),
        ("javascript:alert(1)", "is not a public https address"),
        ("https://[", "is not a public https address"),
        ("{own}/gone.md", "answered 404"),
        ("{own}/prose.txt", "no heading with a version"),
        ("{own}/old.md", "tells of nothing after `0.112.0`"),
        ("{own}/away", "which may not be asked"),
        ("{own}/round", "more than 5 redirects"),
        ("", "the metadata of `fastapi` names no changelog"),
    ],
)
def test_default_notes_that_cannot_be_had_leave_the_index_alone(
    propose: Propose, server: Server, address: str, words: str
) -> None:
    with running() as other:
        server.replies["/old.md"] = Reply(b"## 0.112.0\n\n* Old news.\n")
        server.replies["/prose.txt"] = Reply(b"hello")
        server.redirect("/away", f"{other.url}/notes.md")
        server.redirect("/round", "/round")
        address = address.format(own=server.url, other=other.url)
        server.package("fastapi", UPLOADS, **({"Changelog": address} if address else {}))
        ended = propose("-v")
        assert other.paths == []
    assert ended.code == 0
    assert "fastapi 0.112.0 → 0.113.1 (published 2024-01-01)\n  release notes not available: " in ended.out
    assert words in ended.out
    assert SECRET not in ended.out


def test_a_public_name_that_leads_to_a_private_address_is_not_asked(
    propose: Propose, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookup = socket.getaddrinfo

    def rebound(host: str, *arguments: object, **options: object) -> object:
        return lookup("127.0.0.1" if host == "notes.example" else host, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    port = server.url.rpartition(":")[2]
    server.package("fastapi", UPLOADS, Changelog=f"https://notes.example:{port}/notes.md")
    assert "is not a public https address" in propose("-v").out
    assert "/notes.md" not in server.paths


@pytest.mark.parametrize(
    ("host", "words"), [("notes.example", "cannot reach"), ("notes.0x7f", "is not a public https")]
)
def test_a_name_that_nobody_knows_is_not_available(
    propose: Propose, server: Server, monkeypatch: pytest.MonkeyPatch, host: str, words: str
) -> None:
    lookup = socket.getaddrinfo

    def unknown(name: str | bytes, *arguments: object, **options: object) -> object:
        if name in {"127.0.0.1", b"127.0.0.1"}:
            return lookup(name, *arguments, **options)  # type: ignore[arg-type]
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    server.package("fastapi", UPLOADS, Changelog=f"https://{host}/notes.md")
    ended = propose("-v")
    assert (ended.code, words in ended.out) == (0, True)


def test_named_notes_are_read_from_a_file_or_a_server(propose: Propose, server: Server, project: Path) -> None:
    (project / "a=b.md").write_text(NOTES)
    server.replies["/other.md"] = Reply(NOTES.encode(), "text/html")
    for place in (
        "./a=b.md",
        "fastapi=a=b.md",
        "FastAPI=./a=b.md",
        (project / "a=b.md").as_uri(),
        f"{server.url}/other.md",
    ):
        assert "Take a thing away." in propose("--notes", place).out
    (project / "pyproject.toml").write_text(f'[tool.pincheck.notes]\nfastapi = "{server.url}/other.md"\n')
    assert "Take a thing away." in propose().out
    assert "/notes.md" not in server.paths


def test_notes_of_a_configuration_above_are_found_from_there(propose: Propose, server: Server, project: Path) -> None:  # noqa: ARG001
    (project / "NOTES.md").write_text(NOTES)
    (project / "pincheck.toml").write_text('notes.fastapi = "NOTES.md"\n')
    (project / "backend").mkdir()
    (project / "backend" / "requirements.txt").write_text("fastapi==0.112.0\n")
    assert "Take a thing away." in propose("backend").out


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("gone.md", "error: release notes `gone.md`: no such file or directory\n"),
        (".", "error: release notes `.`: is a directory\n"),
        ("~nobody-of-this-name/x", "no such file or directory"),
        ("prose.md", "no heading with a version in them\nhint: Markdown, reStructuredText, HTML"),
        ("{url}/gone.md", "gone.md` answered 404\n"),
        (f"http://me:{SECRET}@127.0.0.1:1/x", "cannot reach `http://127.0.0.1:1/x`: "),
        (f"http://me:p@{SECRET}@127.0.0.1:1/x", "cannot reach `http://127.0.0.1:1/x`: "),
        (f"http://me:{SECRET}@127.0.0.1:x/", "cannot reach `127.0.0.1:x/`: it is no valid URL"),
    ],
)
def test_named_notes_that_cannot_be_had_are_an_error(
    propose: Propose, server: Server, project: Path, place: str, words: str
) -> None:
    (project / "prose.md").write_text("Nothing here.\n")
    ended = propose("--notes", place.format(url=server.url))
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert SECRET not in ended.err


def test_notes_of_a_package_without_a_pin_are_an_error(propose: Propose, server: Server) -> None:  # noqa: ARG001
    ended = propose("--notes", "fastapo=NOTES.md")
    assert ended.err == (
        "error: `--notes` names notes of `fastapo`, which has no pin to move here\nhint: pinned: `fastapi`\n"
    )


def test_traps_in_notes_stay_text(propose: Propose, server: Server) -> None:
    notes = "## 0.113.0\n\n* \x1b[31mred\x1b]8;;http://x\x07 \u202eover `::error::x` [go](javascript:alert(1))\n\n::add-mask::x\n\n"
    notes += "* " + "word " * 1000 + f"[x](https://me:{SECRET}@index.example/)\n"
    server.replies["/notes.md"] = Reply(notes.encode(), "text/markdown")
    ended = propose()
    assert not re.search(r"[^\n\x20-\x7e…→]", ended.out)
    assert "\\u{1b}[31mred" in ended.out
    assert SECRET not in ended.out
    assert max(map(len, ended.out.splitlines())) < 650
    github = propose("--format", "github").out
    commands = [line for line in github.splitlines() if line.startswith("::")]
    assert commands == ["::group::places", "::endgroup::"]


def test_a_release_that_the_notes_lack_stays_a_candidate(propose: Propose, server: Server) -> None:
    server.replies["/notes.md"] = Reply(b"## 0.112.5\n\n* Never published.\n\n## 0.112.0\n", "text/markdown")
    ended = propose("-v")
    assert "fastapi 0.112.0 → 0.113.1" in ended.out
    assert "  no notes found for 0.113.0, 0.113.1\n" in ended.out
    assert "fastapi 0.112.5: in the release notes, never published" in ended.out


def test_the_real_notes_of_fastapi_cross_checked_with_its_real_index(propose: Propose, server: Server) -> None:
    listed = json.loads(data("notes", "fastapi", "requires-by-version.json").read_text())
    uploads = [
        Upload(x["version"], f"{x['date']}T00:00:00Z", requires_python=x["requires_python"] or "") for x in listed
    ]
    server.package("fastapi", uploads, Changelog=f"{server.url}/notes.md")
    server.replies["/notes.md"] = Reply(data("notes", "fastapi", "release-notes.md").read_bytes(), "text/markdown")
    ended = propose("-v", pin="fastapi==0.136.0")
    assert "fastapi 0.136.0 → 0.137.2" in ended.out
    assert "fastapi 0.136.2: in the release notes, never published" in ended.out
    assert "  never published, only in the notes: 0.136.2\n" in ended.out
    assert ended.out.index("  breaking changes\n    0.137.0 (2026-06-14): ") < ended.out.index("  features\n")


# A version that a person asks for: where nothing is to be tried, `upgrade --to` runs nothing.


@pytest.fixture
def ask(pincheck: Callable[..., Ended], project: Path, server: Server) -> Propose:
    uploads = [*UPLOADS, Upload("0.115.0", yanked=True), Upload("0.116.0", days_ago(1))]
    server.package("fastapi", uploads, Changelog=f"{server.url}/notes.md")
    server.replies["/notes.md"] = Reply(b"## 0.113.7\n\n## 0.112.0\n", "text/markdown")

    def run(to: str, *arguments: object, pin: str = "fastapi>=0.112.0,<0.113.0") -> Ended:
        (project / "requirements.txt").write_text(f"{pin}\n")
        return pincheck("upgrade", "--to", to, *arguments)

    return run


@pytest.mark.parametrize(
    ("to", "pin", "code", "out"),
    [
        ("0.112.0", "fastapi==0.112.0", 0, "fastapi: the pin allows 0.112.0 already"),
        ("0.113.0", "fastapi>=0.113.0,<0.114.0", 0, "fastapi: the pin allows 0.113.0 already"),
        ("0.112.9", "fastapi>=0.112.0,<0.113.0", 1, "fastapi 0.112.9: held: the index does not have it"),
        ("0.113.7", "fastapi==0.112.0", 1, "fastapi 0.113.7: held: it is in the release notes but was never published"),
        ("0.112.0", "fastapi==0.113.0", 1, "fastapi 0.112.0: held: it is not above 0.113.0"),
        ("0.115.0", "fastapi==0.113.0", 1, "fastapi 0.115.0: held: yanked"),
    ],
)
def test_what_cannot_be_had_is_not_tried(ask: Propose, to: str, pin: str, code: int, out: str) -> None:
    ended = ask(to, pin=pin)
    assert (ended.code, ended.out) == (code, f"{out}\n")


def test_to_does_not_reach_past_the_cooldown_and_says_what_does(ask: Propose) -> None:
    ended = ask("0.116.0")
    assert ended.code == 1
    assert ended.out.startswith("fastapi 0.116.0: held: published ")
    assert ended.out.endswith("younger than the cooldown of 3 days; `--now` takes it all the same\n")


@pytest.mark.parametrize("to", ["newest", "0." + "1" * 5000])
def test_what_is_no_version_is_an_error(ask: Propose, to: str) -> None:
    ended = ask(to)
    assert (ended.code, ended.out) == (2, "")
    assert "is not a version\nhint: " in ended.err


def test_the_version_asked_for_is_fastapis_alone(ask: Propose, project: Path, server: Server) -> None:
    server.package("starlette", UPLOADS)
    (project / "pincheck.toml").write_text('[policy]\nstarlette = "one-minor"\n')
    ended = ask("0.112.0", pin="fastapi==0.112.0\nstarlette")
    assert ended.out == "fastapi: the pin allows 0.112.0 already\n"


def test_what_is_no_folder_is_an_error(propose: Propose, server: Server) -> None:
    assert propose("gone").err.startswith("error: `gone` does not exist\nhint: ")
    assert propose("requirements.txt").err.startswith("error: `requirements.txt` is not a folder\nhint: ")
    assert server.paths == []


def test_notes_that_are_larger_than_any_are_an_error(propose: Propose, server: Server, project: Path) -> None:  # noqa: ARG001
    with (project / "huge.md").open("wb") as file:
        file.truncate(17 * 1024 * 1024)
    assert propose("--notes", "huge.md").err == "error: release notes `huge.md`: larger than 16 MiB\n"
