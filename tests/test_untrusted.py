"""A project that nobody trusts: asking about it runs nothing of it, reads nothing beside it, and gives nobody a login."""

import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import HTTPServer
from pathlib import Path

import httpx
import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck.world import _addresses, http, logins
from pincheck.world._index_settings import Indexes
from pincheck.world.index import NoMetadata, metadata, offered
from tests.conftest import Ended
from tests.servers import Reply, Server, Upload, alone, running

Run = Callable[..., Ended]
NOTES = "## 0.113.0\n\n### Breaking Changes\n\n* The secret of the house.\n\n## 0.112.0\n\n* Old.\n"
OPENSSL = shutil.which("openssl") or ""  # The tests shorten PATH.
FASTAPI = NormalizedName("fastapi")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return alone(monkeypatch, tmp_path)


@pytest.fixture
def server(home: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:  # noqa: ARG001
    with running() as started:
        started.package("fastapi", [Upload("0.112.0"), Upload("0.113.0")])
        monkeypatch.setenv("PIP_INDEX_URL", started.simple)
        (project / "requirements.txt").write_text("fastapi==0.112.0\n")
        yield started


@pytest.mark.parametrize(
    "spelling", ["../secret.md", "{secret}", "file://{secret}", "~/secret.md", "link.md", "a/../../secret.md"]
)
def test_settings_name_no_file_outside_the_project(
    pincheck: Run,
    server: Server,  # noqa: ARG001
    project: Path,
    home: Path,
    tmp_path: Path,
    spelling: str,
) -> None:
    for secret in (tmp_path / "secret.md", home / "secret.md"):
        secret.write_text(NOTES)
    (project / "a").mkdir()
    (project / "link.md").symlink_to(tmp_path / "secret.md")
    place = spelling.format(secret=tmp_path / "secret.md")
    (project / "pincheck.toml").write_text(f'notes.fastapi = "{place}"\n')
    for arguments in (("propose",), ("upgrade", "--dry-run"), ("notes", "fastapi", "0.112.0..0.113.0")):
        ended = pincheck(*arguments)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.splitlines()[-2:] == [
            f"error: release notes `{place}`: the settings name a file outside the project, which is not read",
            "hint: name it with `--notes`, which may be any file",
        ]
    assert "The secret of the house" in pincheck("propose", "--notes", tmp_path / "secret.md").out


def test_settings_name_files_of_the_whole_work_tree(pincheck: Run, server: Server, project: Path) -> None:  # noqa: ARG001
    (project / ".git").mkdir()
    (project / "NEWS.md").write_text(NOTES)
    backend = project / "backend"
    backend.mkdir()
    (backend / "requirements.txt").write_text("fastapi==0.112.0\n")
    (backend / "pincheck.toml").write_text('notes.fastapi = "../NEWS.md"\n')
    assert "The secret of the house" in pincheck("propose", "backend").out


@pytest.mark.parametrize(
    "name", ["uv.toml", "pyproject.toml", ".python-version", "setup.cfg", "Pipfile", ".venv/pyvenv.cfg"]
)
@pytest.mark.parametrize("endless", ["/dev/zero", "pipe"])
def test_no_file_of_the_project_is_read_without_end(
    pincheck: Run,
    server: Server,  # noqa: ARG001
    project: Path,
    tmp_path: Path,
    name: str,
    endless: str,
) -> None:
    if endless == "pipe":
        endless = str(tmp_path / "pipe")
        os.mkfifo(endless)
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).symlink_to(endless)
    ended = pincheck("propose")
    assert ended.code == {"uv.toml": 2, "pyproject.toml": 1, "setup.cfg": 1, "Pipfile": 1}.get(name, 0)
    assert "fastapi 0.112.0 → 0.113.0" in ended.out or "cannot read uv's configuration" in ended.err


def test_nothing_of_the_project_is_run(pincheck: Run, server: Server, project: Path, tmp_path: Path) -> None:  # noqa: ARG001
    canary = tmp_path / "canary"
    trap = f"open({str(canary)!r}, 'a').write(__file__)\n"
    script = f"#!{sys.executable}\n{trap}"
    for name in (
        "sitecustomize.py",
        "usercustomize.py",
        "setup.py",
        "noxfile.py",
        "conftest.py",
        "json.py",
        "pip.py",
        "uv.py",
        "encodings.py",
    ):
        (project / name).write_text(trap)
    (project / "pip").mkdir()
    (project / "pip" / "__init__.py").write_text(trap)
    for folder in (".venv/bin", "venv/bin", "bin", "."):
        (project / folder).mkdir(parents=True, exist_ok=True)
        for program in ("python", "python3", "python3.11", "uv", "keyring", "git", "pip"):
            if not (project / folder / program).exists():
                (project / folder / program).write_text(script)
                (project / folder / program).chmod(0o755)
    (project / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n")
    (project / ".python-version").write_text("3.11.7\n")
    for arguments in (("check",), ("propose",), ("notes", "fastapi", "0.112.0..0.113.0")):
        pincheck(*arguments)
        assert not canary.exists(), canary.read_text()


METADATA = [
    "http://169.254.169.254/latest/", "http://2852039166/", "http://0xa9fea9fe/", "http://169.254.43518/",
    "http://[::ffff:169.254.169.254]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[fe80::1]/", "http://[fd00:ec2::254]/",
    "http://100.100.100.200/", "http://metadata.google.internal./", "https://169.254.169.254./",
]  # fmt: skip


@pytest.mark.parametrize("url", METADATA)
def test_nobody_leads_to_where_a_machine_keeps_its_own_secrets(
    pincheck: Run, server: Server, project: Path, url: str
) -> None:
    server.redirect("/simple/fastapi/", url)
    ended = pincheck("propose")
    assert (ended.code, ended.out) == (2, "")
    assert "which is not asked: clouds keep the secrets of a machine there" in ended.err
    (project / "pincheck.toml").write_text(f'notes.fastapi = "{url}"\n')
    server.package("fastapi", [Upload("0.112.0"), Upload("0.113.0")])
    ended = pincheck("propose")
    assert (ended.code, "is not asked: clouds" in ended.err) == (2, True)
    (project / "pincheck.toml").write_text(f'advisories = "{url}"\n')
    assert _addresses.is_metadata(httpx.URL(url))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://10.0.0.1/", "https://index.example/", "http://fade/", "http://0xg/"]
)
def test_other_addresses_are_no_such_place(url: str) -> None:
    assert not _addresses.is_metadata(httpx.URL(url))


def test_a_page_that_names_another_host_gets_no_login_sent_there_in_clear(server: Server, home: Path) -> None:
    """The login of `.netrc`, and that of the keyring, are for who asks that host itself, or by https."""
    (home / ".netrc").write_text("machine localhost login me password zqzq\n")
    page = server.replies["/simple/fastapi/"]
    elsewhere = server.url.replace("127.0.0.1", "localhost")
    server.replies["/simple/fastapi/"] = page._replace(body=page.body.replace(b"../../", f"{elsewhere}/".encode()))
    server.replies["/files/fastapi-0.113.0-py3-none-any.whl.metadata"] = Reply(b"no", status=401)
    known = logins.Logins(keyring=True, environ=dict(os.environ))
    known.known[elsewhere.removeprefix("http://"), ""] = "me:zqzq"
    indexes = Indexes((server.simple,), logins=known)
    with http.client() as client, pytest.raises(NoMetadata, match="answered 401"):
        metadata(client, offered(client, indexes, FASTAPI), Version("0.113.0"))
    assert {asked.authorization for asked in server.asked} == {""}


def test_a_token_goes_to_a_proved_server_only(server: Server, tmp_path: Path) -> None:  # noqa: ARG001
    """`allow-insecure-host` of a project is for its indexes."""
    if not OPENSSL:
        pytest.skip("there is no openssl here to make a certificate")
    path = tmp_path / "certificate.pem"
    subject = ["-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    argv = [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, "-keyout", str(path), "-out", str(path)]
    subprocess.run(argv, check=True, capture_output=True)

    def wrap(httpd: HTTPServer) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
        return "https"

    with running(wrap=wrap) as encrypted, http.client(trusted_hosts=("127.0.0.1", "localhost")) as client:
        assert http.get(client, f"{encrypted.url}/x").status == 404
        encrypted.asked.clear()
        with pytest.raises(http.Unreachable, match="its certificate is not trusted"):
            http.get(client, f"{encrypted.url}/x", login="a-token")
        assert encrypted.asked == []
