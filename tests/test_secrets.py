"""Secrets end to end: planted wherever pincheck takes a login from, looked for in all that it says, logs and keeps."""

import base64
import json
import logging
import sys
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pincheck.reports import safe
from pincheck.world import crash
from tests.conftest import Ended
from tests.servers import JSON, Reply, Server, Upload, alone, running

# The forms that a secret may have; each is unlike any other text of a run.
FORMS = {
    "plain": "zq0plainzq",
    "at": "zq1@at@zq",
    "colon": "zq2:co:zq",
    "slash": "zq3/sla/zq",
    "hash": "zq4#ha#zq",
    "percent": "zq5%25%zq",
    "question": "zq6?qu?zq",
    "blank": "zq7 bl zq",
    "quote": 'zq8"qu"zq',
    "apostrophe": "zq9'ap'zq",
    "backtick": "zqA`ba`zq",
    "backslash": "zqB\\ba\\zq",
    "umlaut": "zqCüßzq",
    "brackets": "zqD[br]zq",
    "fullwidth": "zqE℀zq",  # Python's `urlsplit` refuses it where it is not quoted, and shows it.
    "plus": "zqF+pl=zq",
}
NAMES = tuple(FORMS)
NOTES = "## 0.113.0\n\n### Breaking Changes\n\n* Take it away, see {link}.\n* [here]({link})\n\n## 0.112.0\n\n* Old.\n"


def spellings(secret: str, user: str = "me") -> set[bytes]:
    """Return every way in which a secret may stand in a text."""
    pair = f"{user}:{secret}"
    texts = {secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote(secret), urllib.parse.quote_plus(secret)}
    texts |= {json.dumps(text)[1:-1] for text in texts} | {repr(text)[1:-1] for text in texts}
    found = {text.encode() for text in texts} | {text.encode("utf-16-le") for text in texts}
    for text in (secret, pair, f"{secret}:"):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            # Base64 of a longer text that ends or begins with it holds it at one of three places.
            for shift in range(3):
                inside = encode(b"\0" * shift + text.encode())[4 if shift else 0 :].rstrip(b"=")[:-2]
                found.add(inside)
    found |= {text.encode().hex().encode() for text in (secret, pair)}
    return {one for one in found if len(one) > 6}


def quoted(secret: str) -> str:
    return urllib.parse.quote(secret, safe="")


@dataclass
class Kept:
    """What a logger got."""

    lines: list[str] = field(default_factory=list)


class _Listening(logging.Handler):
    def __init__(self, kept: Kept) -> None:
        super().__init__(logging.DEBUG)
        self.kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.lines.append(self.format(record))


@dataclass
class Room:
    """A project, its servers, and the secrets that were planted."""

    server: Server
    other: Server
    project: Path
    home: Path
    folder: Path
    set: Callable[[str, str], None]
    run_it: Callable[..., Ended]
    kept: Kept
    secrets: dict[str, str] = field(default_factory=dict)
    turn: int = 0
    count: int = 0

    def secret(self, place: str) -> str:
        """Return a secret for a place: the form of the turn, which is another one in each place."""
        name = NAMES[(self.count + self.turn) % len(NAMES)]
        self.secrets[place] = f"{FORMS[name]}{self.count:02}qz"
        self.count += 1
        return self.secrets[place]

    def login(self, place: str, url: str) -> str:
        """Return a URL with a user and a secret as its password."""
        return url.replace("://", f"://me:{quoted(self.secret(place))}@")

    def token(self, place: str, url: str) -> str:
        """Return a URL with a secret as its user and no password."""
        return url.replace("://", f"://{quoted(self.secret(place))}@")

    def run(self, *arguments: str) -> Ended:
        """Run a command line and look for every secret in what is left of it."""
        ended = self.run_it(*arguments)
        places = {"stdout": ended.out.encode(), "stderr": ended.err.encode()}
        places |= {"log": "\n".join(self.kept.lines).encode()}
        for path in (*(self.folder / "cache").rglob("*"), *(self.folder / "logs").rglob("*")):
            places[str(path)] = path.read_bytes() if path.is_file() else b""
            places[f"the name of {path}"] = str(path).encode()
        hits = [
            (place, where, spelling, text[max(0, text.index(spelling) - 80) :][:200])
            for place, secret in self.secrets.items()
            for spelling in spellings(secret)
            for where, text in places.items()
            if spelling in text
        ]
        assert hits == []
        assert ended.code in {0, 1, 2}, ended.err
        assert "Traceback" not in ended.out + ended.err
        if ended.code == 2:
            assert ended.err.splitlines()[-2 if "hint: " in ended.err else -1].startswith("error: "), ended.err
        return ended


@pytest.fixture
def room(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, project: Path, pincheck: Callable[..., Ended]
) -> Iterator[Room]:
    home = alone(monkeypatch, tmp_path)
    monkeypatch.setenv("PINCHECK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "logs"))
    monkeypatch.delenv("PINCHECK_ADVISORIES")
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    kept, root = Kept(), logging.getLogger()
    handler, level = _Listening(kept), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    with running() as server, running() as other:
        yield Room(server, other, project, home, tmp_path, monkeypatch.setenv, pincheck, kept)
    root.removeHandler(handler)
    root.setLevel(level)


def offered(room: Room) -> None:
    """Offer two minors on both servers, with addresses in every text that hold a secret of somebody else's."""
    server = room.server
    uploads = [Upload("0.112.0"), Upload("0.113.0")]
    link = room.login("a link in the notes", "https://notes.example/x")
    named = room.login("metadata", f"{server.url}/notes.md")
    server.package("fastapi", uploads, requires={"0.113.0": ["starlette>=0.40"]}, Changelog=named)
    room.other.package("fastapi", uploads)
    server.replies["/notes.md"] = Reply(NOTES.format(link=link).encode(), "text/markdown")
    page = json.loads(server.replies["/simple/fastapi/"].body)
    for entry in page["files"]:
        entry["url"] = room.login(f"the address of {entry['filename']}", f"{server.url}/files/{entry['filename']}")
    reason = f"see {room.login('the reason of a yank', 'https://why.example/x')}"
    yanked = {"filename": "fastapi-0.114.0-py3-none-any.whl", "url": "x.whl", "hashes": {}, "yanked": reason}
    page["files"].append({**yanked, "upload-time": "2024-01-01T00:00:00Z"})
    server.replies["/simple/fastapi/"] = Reply(json.dumps(page).encode(), JSON)


def warned(room: Room) -> None:
    """Let the server know of an advisory that tells of addresses with secrets, and be asked with one."""
    link = room.login("an advisory", "https://holes.example/x")
    document = {
        "id": "GHSA-aaaa-bbbb-1111", "summary": f"A hole, see {link}", "modified": "2024-03-01T00:00:00Z",
        "references": [{"type": "ADVISORY", "url": link}], "database_specific": {"severity": "HIGH"},
        "affected": [{
            "package": {"ecosystem": "PyPI", "name": "fastapi"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "0.113.0"}]}],
        }],
    }  # fmt: skip
    results = [{"vulns": [{"id": "GHSA-aaaa-bbbb-1111", "modified": "2024-03-01T00:00:00Z"}]}, {}]
    room.server.replies["/v1/querybatch"] = Reply(json.dumps({"results": results}).encode(), "application/json")
    room.server.replies["/v1/vulns/GHSA-aaaa-bbbb-1111"] = Reply(json.dumps(document).encode(), "application/json")
    address = room.login("the server of advisories", room.server.url)
    (room.project / "pincheck.toml").write_text(f"advisories = {json.dumps(address)}\n")


def from_pip_environment(room: Room) -> None:
    room.set("PIP_INDEX_URL", room.login("PIP_INDEX_URL", room.server.simple))
    room.set("PIP_EXTRA_INDEX_URL", room.token("PIP_EXTRA_INDEX_URL", room.other.simple))


def from_pip_file(room: Room) -> None:
    first, second = room.login("pip.conf", room.server.simple), room.token("pip.conf, a token", room.other.simple)
    text = f"[global]\nindex-url = {first}\nextra-index-url = {second}\n"
    (room.folder / "pip.conf").write_text(text, encoding="utf-8")
    room.set("PIP_CONFIG_FILE", str(room.folder / "pip.conf"))


def from_uv_environment(room: Room) -> None:
    room.set("UV_DEFAULT_INDEX", room.login("UV_DEFAULT_INDEX", room.server.simple))
    room.set("UV_INDEX", f"our-own={room.other.simple} {room.token('UV_INDEX', room.other.url)}/none")
    room.set("UV_INDEX_OUR_OWN_USERNAME", "me")
    room.set("UV_INDEX_OUR_OWN_PASSWORD", room.secret("UV_INDEX_OUR_OWN_PASSWORD"))
    del room.other.replies["/simple/fastapi/"]


def from_uv_file(room: Room) -> None:
    url = room.login("[[tool.uv.index]]", room.server.simple)
    (room.project / "pyproject.toml").write_text(
        f"[[tool.uv.index]]\nname = 'one'\nurl = {json.dumps(url)}\ndefault = true\n"
    )


def from_netrc(room: Room) -> None:
    secret = room.secret("netrc")
    escaped = secret.replace("\\", "\\\\").replace('"', '\\"')
    (room.home / ".netrc").write_text(f'machine 127.0.0.1 login me password "{escaped}"\n', encoding="utf-8")
    room.set("PIP_INDEX_URL", room.server.simple)


def from_keyring(room: Room) -> None:
    program = room.home.parent / "programs" / "keyring"
    secret = room.secret("keyring")
    program.write_text(f"#!{sys.executable}\nimport sys\nprint('me')\nprint({secret!r})\n", encoding="utf-8")
    program.chmod(0o755)
    room.server.login = f"me:{secret}"
    room.set("PIP_INDEX_URL", room.server.simple)


def from_proxy(room: Room) -> None:
    for path, reply in room.server.replies.items():
        room.other.replies[f"{room.server.url}{path}"] = reply
    room.set("HTTP_PROXY", room.login("HTTP_PROXY", room.other.url))
    room.set("http_proxy", room.login("http_proxy", room.other.url))
    room.set("PIP_INDEX_URL", room.login("PIP_INDEX_URL", room.server.simple))


def from_pip_proxy(room: Room) -> None:
    for path, reply in room.server.replies.items():
        room.other.replies[f"{room.server.url}{path}"] = reply
    room.set("PIP_PROXY", room.login("PIP_PROXY", room.other.url))
    room.set("PIP_INDEX_URL", room.login("PIP_INDEX_URL", room.server.simple))


def from_redirect(room: Room) -> None:
    target = room.login("Location", f"{room.server.simple}/fastapi/")
    room.other.redirect("/simple/fastapi/", target, status=301)
    room.other.redirect("/moved.md", room.login("Location of notes", f"{room.server.url}/notes.md"), status=308)
    room.set("PIP_INDEX_URL", room.login("PIP_INDEX_URL", room.other.simple))


PLACES: Mapping[str, Callable[[Room], None]] = {
    "pip's environment": from_pip_environment,
    "pip's file": from_pip_file,
    "uv's environment": from_uv_environment,
    "uv's file": from_uv_file,
    "netrc": from_netrc,
    "keyring": from_keyring,
    "proxy": from_proxy,
    "pip's proxy": from_pip_proxy,
    "redirect": from_redirect,
}


def planted(room: Room, place: str, turn: int) -> None:
    room.turn = turn
    (room.project / "requirements.txt").write_text("fastapi>=0.112.0,<0.113.0\n")
    room.set("GITHUB_TOKEN", room.secret("GITHUB_TOKEN"))
    offered(room)
    # What others published is no secret of ours: it is not shown, and the cache keeps what it was given.
    theirs = {name: room.secrets.pop(name) for name in list(room.secrets) if name != "GITHUB_TOKEN"}
    warned(room)
    theirs["an advisory"] = room.secrets.pop("an advisory")
    PLACES[place](room)
    run = room.run_it

    def looked_at(*arguments: str) -> Ended:
        ended = run(*arguments)
        said = (ended.out + ended.err).encode()
        assert [name for name, one in theirs.items() for spelling in spellings(one) if spelling in said] == []
        return ended

    room.run_it = looked_at


@pytest.mark.parametrize("turn", [0, *(pytest.param(turn, marks=pytest.mark.slow) for turn in (5, 10, 15))])
@pytest.mark.parametrize("place", PLACES)
def test_no_secret_is_shown_or_kept_where_all_goes_well(room: Room, place: str, turn: int) -> None:
    planted(room, place, turn + list(PLACES).index(place))
    told = room.run("propose", "-v")
    assert told.code == 0, told.err
    assert "fastapi 0.112.0 → 0.113.0" in told.out
    assert ("GHSA-aaaa-bbbb-1111" in told.out) == (place != "keyring")  # There it wants another login.
    for form in ("json", "github"):
        assert room.run("propose", "--format", form).code == 0
    # A redirect with a login is not kept.
    assert room.run("propose", "--offline", "-v").code == (2 if place == "redirect" else 0)


TROUBLE: Mapping[str, Reply] = {
    "401": Reply(b"who are you?", status=401),
    "403": Reply(b"no", status=403),
    "404": Reply(b"no", status=404),
    "500": Reply(b"no", status=500),
    "503": Reply(b"no", status=503, headers={"Retry-After": "1000000000"}),
    "429": Reply(b"no", status=429, headers={"Retry-After": "1000000000"}),
    "broken": Reply(b"{", JSON),
    "no page": Reply(b"hello"),
    "packed": Reply(b"x", headers={"Content-Encoding": "br"}),
    "short": Reply(b"{}", JSON, cut=1),
    "loop": Reply(b"", status=302, headers={"Location": "/simple/fastapi/"}),
    "nowhere": Reply(b"", status=302, headers={"Location": "http://me:zq0theirs@[/"}),
    "other": Reply(b"", status=302, headers={"Location": "ftp://me:zq0theirs@127.0.0.1/"}),
    "unreachable": Reply(b"", status=302, headers={"Location": "http://me:zq0theirs@127.0.0.1:1/"}),
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_no_secret_is_shown_or_kept_where_an_index_fails(room: Room, trouble: str) -> None:
    places = ["pip's environment", "uv's environment", "uv's file", "netrc", "keyring", "pip's proxy"]
    number = list(TROUBLE).index(trouble)
    planted(room, places[number % len(places)], number)
    for server in (room.server, room.other):
        for path in [path for path in server.replies if path.endswith("/simple/fastapi/")]:
            server.replies[path] = TROUBLE[trouble]
    for arguments in (
        ("propose", "-v"),
        ("propose", "--format", "json"),
        ("upgrade", "--dry-run"),
        ("notes", "fastapi", "0.112.0..0.113.0"),
    ):
        ended = room.run(*arguments)
        assert ended.code == 2, ended.out
        assert "zq0theirs" not in ended.err + "\n".join(room.kept.lines)


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(0, len(FORMS), 5))
@pytest.mark.parametrize("place", ["pip's environment", "pip's file", "uv's environment", "netrc"])
def test_no_secret_is_shown_in_the_evidence_of_a_gate(room: Room, place: str, turn: int) -> None:
    """The index says no sense to the installer, which then names the address that it asked."""
    planted(room, place, turn)
    for server in (room.server, room.other):
        server.replies["/simple/pip/"] = Reply(b"{", JSON)
    (room.project / "test_it.py").write_text("def test_it() -> None:\n    pass\n")
    for form in ("text", "json"):
        ended = room.run("upgrade", "--dry-run", "--format", form)
        assert ended.code == 1
        assert "/simple/pip/" in ended.out, ended.out


_ODD = ("at", "slash", "brackets", "fullwidth")


@pytest.mark.parametrize(
    "form", [form if form in _ODD else pytest.param(form, marks=pytest.mark.slow) for form in FORMS]
)
def test_no_secret_is_shown_where_nobody_is_there_or_the_address_is_none(room: Room, form: str) -> None:
    (room.project / "requirements.txt").write_text("fastapi==0.112.0\n")
    room.turn = NAMES.index(form)
    secret = room.secret("the password")
    for written in (quoted(secret), secret):
        # A user with a slash is none: what stands before it is a host then, and what follows is a path.
        users = [] if "/" in written else [f"http://{written}@127.0.0.1:1/simple"]
        for url in (f"http://me:{written}@127.0.0.1:1/simple", *users):
            room.set("PIP_INDEX_URL", url)
            assert room.run("propose").code == 2
        room.set("PIP_INDEX_URL", room.server.simple)
        ended = room.run("notes", "fastapi", "0.1..0.2", "--notes", f"http://me:{written}@127.0.0.1:1/notes.md")
        assert ended.code == 2


def test_no_secret_is_shown_where_a_person_names_notes_or_a_proxy_badly(room: Room) -> None:
    planted(room, "pip's environment", 3)
    for number, form in enumerate(NAMES[3::4]):
        room.turn = number
        notes = room.login(f"--notes {form}", f"{room.server.url}/notes.md")
        assert room.run("propose", "--notes", notes).code == 0
        assert room.run("notes", "fastapi", "0.112.0..0.113.0", "--notes", notes, "-v").code == 0
    (room.project / "pincheck.toml").write_text(
        f"[notes]\nfastapi = {json.dumps(room.login('[tool.pincheck.notes]', room.other.url))}\n"
    )
    assert room.run("propose").code == 2
    assert room.run("check", "-v", "--format", "json").code == 0


@pytest.mark.parametrize("form", FORMS)
def test_check_shows_no_secret_of_a_file(room: Room, form: str) -> None:
    room.turn = NAMES.index(form)
    url = room.login("a requirements file", "https://index.example/simple")
    lines = [
        f"--extra-index-url {url}",
        f"fastapi @ {url}/fastapi-0.1-py3-none-any.whl",
        f"-r {url}/more.txt",
        f"-f {url}",
    ]
    (room.project / "requirements.txt").write_text("\n".join([*lines, "starlette", ""]), encoding="utf-8")
    for form_of_report in ("text", "json", "github"):
        room.run("check", "-v", "--format", form_of_report)
    room.run("check")


def test_a_traceback_that_is_kept_holds_no_secret_and_is_nobody_elses(room: Room) -> None:
    url = room.login("an exception", "https://index.example/simple")
    with pytest.raises(ValueError, match="is wrong") as caught:
        raise ValueError(f"{url} is wrong")
    kept = crash.save(caught.value, safe)
    assert kept is not None
    assert "***@index.example" in kept.read_text()
    assert not [one for one in spellings(room.secrets["an exception"]) if one in kept.read_bytes()]
    assert kept.stat().st_mode & 0o077 == 0
    assert kept.parent.stat().st_mode & 0o077 == 0
