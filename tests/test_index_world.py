"""Indexes as they are in the world: several of them, of which some are down, closed, or strangers to each other."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck.errors import PincheckError
from pincheck.world import http, index, logins
from pincheck.world.http import Client
from pincheck.world.index import Indexes, Terms
from pincheck.world.logins import Logins
from tests.servers import JSON, Reply, Server, Upload, alone, running

FASTAPI = NormalizedName("fastapi")
STARLETTE = NormalizedName("starlette")


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return alone(monkeypatch, tmp_path)


@pytest.fixture
def client() -> Iterator[Client]:
    with http.client(pause=lambda _: None) as made:
        yield made


@pytest.fixture
def one() -> Iterator[Server]:
    with running() as made:
        yield made


@pytest.fixture
def two() -> Iterator[Server]:
    with running() as made:
        yield made


def page(server: Server, *versions: str, **more: object) -> None:
    files = [{"filename": f"fastapi-{version}.tar.gz", "url": "x"} for version in versions]
    server.replies["/simple/fastapi/"] = Reply(json.dumps({"files": files, **more}).encode(), JSON)


def versions(client: Client, indexes: Indexes) -> list[str]:
    return sorted({str(file.version) for file in index.offered(client, indexes, FASTAPI).files})


# Several indexes.


def test_the_first_index_that_knows_a_package_is_the_only_one_asked(client: Client, one: Server, two: Server) -> None:
    page(one, "0.1")
    page(two, "9.9")
    assert versions(client, Indexes((one.simple, two.simple), first_match=True)) == ["0.1"]
    assert two.paths == []
    assert versions(client, Indexes((one.simple, two.simple))) == ["0.1", "9.9"]


def test_an_index_that_knows_a_package_and_has_no_file_of_it_is_the_first_all_the_same(
    client: Client, one: Server, two: Server
) -> None:
    page(one)
    page(two, "9.9")
    with pytest.raises(PincheckError, match="no index has `fastapi`"):
        index.offered(client, Indexes((one.simple, two.simple), first_match=True), FASTAPI)
    assert two.paths == []


@pytest.mark.parametrize("first_match", [True, False])
@pytest.mark.parametrize(
    ("status", "hint"), [(401, "password"), (403, "password"), (429, "later"), (500, "later"), (503, "later")]
)
def test_an_index_that_fails_is_an_error_whatever_another_one_has(
    client: Client, one: Server, two: Server, first_match: bool, status: int, hint: str
) -> None:
    one.replies["/simple/fastapi/"] = Reply(b"", status=status)
    page(two, "9.9")
    with pytest.raises(PincheckError, match=str(status)) as error:
        index.offered(client, Indexes((one.simple, two.simple), first_match=first_match), FASTAPI)
    assert "\n" not in error.value.message
    assert hint in error.value.hint


@pytest.mark.parametrize("first_match", [True, False])
def test_an_index_that_is_gone_is_an_error_whatever_another_one_has(
    client: Client, two: Server, first_match: bool
) -> None:
    page(two, "9.9")
    with running() as gone:
        url = gone.simple
    with pytest.raises(PincheckError, match="cannot reach"):
        index.offered(client, Indexes((url, two.simple), first_match=first_match), FASTAPI)


def test_refusals_may_mean_that_a_package_is_not_there(client: Client, one: Server, two: Server) -> None:
    one.replies["/simple/fastapi/"] = Reply(b"", status=403)
    page(two, "0.1")
    terms = {one.simple: Terms(ignored=frozenset({403}))}
    assert versions(client, Indexes((one.simple, two.simple), first_match=True, terms=terms)) == ["0.1"]
    one.replies["/simple/fastapi/"] = Reply(b"", status=401)
    with pytest.raises(PincheckError, match="answered 401"):
        versions(client, Indexes((one.simple, two.simple), first_match=True, terms=terms))


def test_a_package_with_an_index_of_its_own_is_looked_up_there_only(client: Client, one: Server, two: Server) -> None:
    page(one, "0.1")
    page(two, "0.2")
    indexes = Indexes((one.simple,), ("file:///nowhere",), only={FASTAPI: two.simple})
    assert versions(client, indexes) == ["0.2"]
    assert one.paths == []
    two.replies.clear()
    with pytest.raises(PincheckError, match="no index has `fastapi`") as error:
        versions(client, indexes)
    assert one.simple not in error.value.message


def test_a_package_may_have_a_page_of_links_of_its_own(client: Client, one: Server) -> None:
    one.replies["/links"] = Reply(b'<a href="fastapi-0.3.tar.gz">', "text/html")
    place = f"{one.url}/links"
    indexes = Indexes((one.simple,), only={FASTAPI: place}, terms={place: Terms(flat=True)})
    assert versions(client, indexes) == ["0.3"]


def test_of_two_files_with_one_name_the_first_counts(client: Client, one: Server, two: Server) -> None:
    page(one, "0.1")
    page(two, "0.1", "0.2")
    found = index.offered(client, Indexes((one.simple, two.simple)), FASTAPI)
    assert [file.url.startswith(one.url) for file in found.files] == [True, False]


def strangers(client: Client, indexes: Indexes) -> tuple[str, ...]:
    return index.offered(client, indexes, FASTAPI).remarks


def test_indexes_that_are_strangers_are_told_of(client: Client, one: Server, two: Server, tmp_path: Path) -> None:
    page(one, "0.1")
    page(two, "0.2")
    told = f"`fastapi` is on two indexes that do not say that they belong together: `{one.simple}`, `{two.simple}`"
    assert strangers(client, Indexes((one.simple, two.simple))) == (told,)
    assert strangers(client, Indexes((one.simple, two.simple), joined=True)) == ()
    assert strangers(client, Indexes((one.simple, two.simple), first_match=True)) == ()
    page(two, "0.2", meta={"tracks": [f"{one.simple}/fastapi/"]})
    assert strangers(client, Indexes((one.simple, two.simple))) == ()
    page(two)
    assert strangers(client, Indexes((one.simple, two.simple))) == ()
    (tmp_path / "simple" / "fastapi").mkdir(parents=True)
    (tmp_path / "simple" / "fastapi" / "index.html").write_text('<a href="fastapi-0.1.zip">')
    assert strangers(client, Indexes((one.simple, (tmp_path / "simple").as_uri()))) == ()


def wheels(server: Server, *versions: str) -> None:
    """Offer wheels of which the metadata is all that uv asks for."""
    files = []
    for version in versions:
        filename = f"fastapi-{version}-py3-none-any.whl"
        metadata = f"Metadata-Version: 2.1\nName: fastapi\nVersion: {version}\n".encode()
        server.replies[f"/files/{filename}.metadata"] = Reply(metadata)
        hashes = {"sha256": "0" * 64}
        files.append({"filename": filename, "url": f"../../files/{filename}", "hashes": hashes, "core-metadata": True})
    document = {"meta": {"api-version": "1.0"}, "name": "fastapi", "files": files}
    server.replies["/simple/fastapi/"] = Reply(json.dumps(document).encode(), JSON)


@pytest.mark.parametrize(
    ("first", "settings"),
    [
        (("0.1",), ""),
        ((), ""),
        (("0.1",), 'index-strategy = "unsafe-best-match"'),
        (("0.1",), 'index-strategy = "unsafe-first-match"'),
        (404, ""),
        (403, ""),
        (401, ""),
        (403, "ignore-error-codes = [403]"),
        (401, "ignore-error-codes = [403]"),
        (404, "ignore-error-codes = [403]"),
        (("0.1",), "explicit = true"),
        (("0.1",), "explicit = true\n[tool.uv.sources]\nfastapi = { index = 'one' }"),
        (("0.1",), "[tool.uv.sources]\nfastapi = { index = 'two' }"),
        (("0.1",), "[tool.uv.sources]\nfastapi = [{ index = 'two', marker = \"python_version < '3'\" }]"),
        (("0.1",), "authenticate = 'always'"),
    ],
)
def test_pincheck_takes_a_package_from_where_uv_does(
    client: Client, one: Server, two: Server, folder: Path, first: tuple[str, ...] | int, settings: str
) -> None:
    if isinstance(first, int):
        one.replies["/simple/fastapi/"] = Reply(b"", status=first)
    else:
        wheels(one, *first)
    wheels(two, "9.9")
    strategy, rest = (settings, "") if settings.startswith("index-strategy") else ("", settings)
    text = '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["fastapi"]\n[tool.uv]\n'
    text += f'{strategy}\n[[tool.uv.index]]\nname = "two"\nurl = "{two.simple}"\ndefault = true\n'
    text += f'[[tool.uv.index]]\nname = "one"\nurl = "{one.simple}"\n{rest}\n'
    (folder / "pyproject.toml").write_text(text)
    argv = [str(Path(sys.executable).parent / "uv"), "lock", "--no-cache", "--python", sys.executable]
    run = subprocess.run(argv, cwd=folder, env=dict(os.environ), capture_output=True, text=True, check=False)
    lock = (folder / "uv.lock").read_text() if run.returncode == 0 else ""
    theirs = max(re.findall(r'name = "fastapi"\nversion = "([\d.]+)"', lock), default="")
    try:
        ours = max(versions(client, configured(folder)))
    except PincheckError:
        ours = ""
    if strategy.endswith('first-match"'):  # Which version is taken is uv's choice; both are there to choose from.
        theirs = max(theirs, "9.9")
    if "marker" in rest:  # uv locks for every Python; here, only the other index is asked.
        assert ours in lock
        return
    assert ours == theirs, run.stderr


# The status of a project.


def test_nothing_of_a_quarantined_project_is_taken(client: Client, one: Server, two: Server) -> None:
    page(one, "0.1", **{"project-status": {"status": "quarantined", "reason": "haunted"}})
    page(two, "0.2")
    told = f"`fastapi` is quarantined on `{one.simple}`: haunted"
    for indexes in (Indexes((one.simple,)), Indexes((one.simple, two.simple), first_match=True)):
        with pytest.raises(PincheckError) as error:
            index.offered(client, indexes, FASTAPI)
        assert error.value.message == told
    found = index.offered(client, Indexes((one.simple, two.simple)), FASTAPI)
    assert ([str(file.version) for file in found.files], found.remarks) == (["0.2"], (told,))


@pytest.mark.parametrize("status", ["archived", "deprecated"])
def test_a_project_that_nobody_looks_after_is_told_of(client: Client, one: Server, status: str) -> None:
    page(one, "0.1", **{"project-status": {"status": status}})
    assert strangers(client, Indexes((one.simple,))) == (f"`fastapi` is {status} on `{one.simple}`",)


# Upload times.


def test_times_come_from_the_project_json_where_the_page_has_none(client: Client, one: Server) -> None:
    one.package("fastapi", [Upload("0.1"), Upload("0.2")], form="html-bare")
    time = {"filename": "fastapi-0.1-py3-none-any.whl", "upload_time_iso_8601": "2024-01-01T12:00:00Z"}
    body = json.dumps({"releases": {"0.1": [time]}})
    one.replies["/pypi/fastapi/json"] = Reply(body.encode(), "application/json")
    indexes = Indexes((one.simple,))
    assert not index.offered(client, indexes, FASTAPI).timed
    assert one.paths == ["/simple/fastapi/"]
    found = index.offered(client, indexes, FASTAPI, times=True)
    assert [file.uploaded is not None for file in found.files] == [True, False]
    assert (found.timed, found.timed_for_pip) == (True, False)
    assert one.paths[1:] == ["/simple/fastapi/", "/pypi/fastapi/json"]


@pytest.mark.parametrize("form", ["json", "html"])
def test_no_second_request_is_made_where_the_page_has_times(client: Client, one: Server, form: str) -> None:
    one.package("fastapi", [Upload("0.1"), Upload("0.2", uploaded="")], form=form)
    found = index.offered(client, Indexes((one.simple,)), FASTAPI, times=True)
    assert [file.uploaded is not None for file in found.files] == [True, False]
    assert one.paths == ["/simple/fastapi/"]


def test_an_index_without_a_project_json_has_no_times(client: Client, one: Server) -> None:
    one.package("fastapi", [Upload("0.1")], form="html-bare")
    assert not index.offered(client, Indexes((one.simple,)), FASTAPI, times=True).timed


# Answers that nobody should believe, through a server.


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(b'{"files": [{"filename": "fast', JSON), "says that it is JSON, and is not"),
        (Reply(b"[" * 1_000_000, JSON), "nested too deeply"),
        (Reply(b'{"files": {}}', JSON), "no list of files"),
        (Reply(b"<html><a href=fastapi-0.1.tar.gz>", JSON), "says that it is JSON, and is not"),
        (Reply(b'{"files": []}', "text/html"), "says that it is HTML, and is JSON"),
        (Reply(b"sign in, please", "text/html"), "is not HTML"),
        (Reply(b"\xff\xfe\x00\xd8", f"{JSON}; charset=utf-16"), "says that it is JSON, and is not"),
        (Reply(b'{"files": [], "meta": {"api-version": "2.0"}}', JSON), "only version 1 is known"),
    ],
)
def test_what_is_no_page_is_one_error(client: Client, one: Server, reply: Reply, words: str) -> None:
    one.replies["/simple/fastapi/"] = reply
    with pytest.raises(PincheckError) as error:
        index.offered(client, Indexes((one.with_login("me:hunter2"),)), FASTAPI)
    assert error.value.message.startswith(f"`{one.simple}/fastapi/` is not an index page: ")
    assert words in error.value.message
    assert "hunter2" not in error.value.message + error.value.hint
    assert "\n" not in error.value.message


@pytest.mark.parametrize("charset", ["latin-1", "no-such-code", "utf-7", "base64"])
def test_a_wrong_charset_loses_no_file(client: Client, one: Server, charset: str) -> None:
    body = '<a href="fastapi-0.1.tar.gz" data-yanked="è">è</a>'.encode()
    one.replies["/simple/fastapi/"] = Reply(body, f"text/html; charset={charset}")
    assert versions(client, Indexes((one.simple,))) == ["0.1"]


def test_links_are_relative_to_where_the_page_was_found(client: Client, one: Server, two: Server) -> None:
    one.redirect("/simple/fastapi/", f"{two.url}/other/fastapi/")
    two.replies["/other/fastapi/"] = Reply(
        b'<a href="../f/fastapi-0.1.tar.gz"><a href="file:///fastapi-0.2.tar.gz">', "text/html"
    )
    (file,) = index.offered(client, Indexes((one.simple,)), FASTAPI).files
    assert file.url == f"{two.url}/other/f/fastapi-0.1.tar.gz"


def test_a_page_on_disk_that_is_too_large_is_an_error(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pincheck.world._offered._LARGEST_PAGE", 10)
    (tmp_path / "links.html").write_text('<a href="fastapi-0.1.tar.gz">')
    with pytest.raises(PincheckError, match="is larger than"):
        index.offered(client, Indexes((), ((tmp_path / "links.html").as_uri(),)), FASTAPI)


# The keyring.


def keyring(home: Path, known: Mapping[str, str], *, then: str = "") -> None:
    """Put a `keyring` on PATH that knows `service user` → password and `service` → user and password, and keeps a log."""
    program = home.parent / "programs" / "keyring"
    program.write_text(f"""#!{sys.executable}
import sys
with open({str(home / "log")!r}, "a") as log:
    print(*sys.argv[1:], file=log)
assert not sys.stdin.read()
print("a warning of some backend", file=sys.stderr)
{then}
words = sys.argv[1:]
creds = "--mode" in words
words = [word for word in words if word not in ("--mode", "creds", "get")]
assert len(words) == (1 if creds else 2)
found = {dict(known)!r}.get(" ".join(words))
if found is None:
    sys.exit(1)
print(found)
""")
    program.chmod(0o755)


def log(home: Path) -> list[str]:
    return (home / "log").read_text().splitlines() if (home / "log").exists() else []


def logged_in(on: bool = True) -> Logins:
    return Logins(on, dict(os.environ))


def test_the_keyring_is_asked_after_a_refusal_and_once(client: Client, one: Server, home: Path) -> None:
    one.login = "me:p@ss/w"
    page(one, "0.1")
    keyring(home, {one.simple: "me\np@ss/w"})
    indexes = Indexes((one.simple,), logins=logged_in())
    assert versions(client, indexes) == ["0.1"]
    assert [bool(asked.authorization) for asked in one.asked] == [False, True]
    assert versions(client, indexes) == ["0.1"]
    assert [bool(asked.authorization) for asked in one.asked] == [False, True, True]
    assert log(home) == [f"--mode creds get {one.simple}"]


def test_the_keyring_is_asked_for_the_password_of_a_user(client: Client, one: Server, home: Path) -> None:
    one.login = "me:secret"
    page(one, "0.1")
    keyring(home, {f"{one.url.removeprefix('http://')} me": "secret"})
    assert versions(client, Indexes((one.with_login("me"),), logins=logged_in())) == ["0.1"]
    assert len(one.asked) == 1
    assert log(home) == [f"get {one.simple} me", f"get {one.url.removeprefix('http://')} me"]


def test_the_keyring_is_not_asked_where_nobody_wants_a_login(client: Client, one: Server, home: Path) -> None:
    page(one, "0.1")
    keyring(home, {})
    assert versions(client, Indexes((one.simple,), logins=logged_in())) == ["0.1"]
    assert log(home) == []


@pytest.mark.parametrize(
    ("url", "on", "then"),
    [
        ("me:wrong", True, ""),
        ("", False, ""),
        ("", True, "sys.exit(1)"),
        ("", True, "print('only a user'); sys.exit(0)"),
        ("", True, "open('/dev/tty')"),
        ("-x", True, ""),
    ],
)
def test_a_login_that_the_keyring_does_not_have_is_a_refusal(
    client: Client, one: Server, home: Path, url: str, on: bool, then: str
) -> None:
    one.login = "me:secret"
    page(one, "0.1")
    keyring(home, {one.simple: "me\nwrong"} if not then else {}, then=then)
    place = one.with_login(url) if url else one.simple
    with pytest.raises(PincheckError, match="answered 401") as error:
        versions(client, Indexes((place,), logins=logged_in(on)))
    assert "wrong" not in error.value.message


def test_a_keyring_that_waits_for_somebody_is_left(
    client: Client, one: Server, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logins, "PATIENCE", 0.5)
    one.login = "me:secret"
    keyring(home, {}, then="import time; time.sleep(60)")
    with pytest.raises(PincheckError, match="answered 401"):
        versions(client, Indexes((one.simple,), logins=logged_in()))


def test_an_index_may_always_want_a_login_or_never(client: Client, one: Server, home: Path) -> None:
    one.login = "me:secret"
    page(one, "0.1")
    keyring(home, {one.simple: "me\nsecret"})
    always, never = ({one.simple: Terms(authenticate=how)} for how in ("always", "never"))
    assert versions(client, Indexes((one.simple,), terms=always, logins=logged_in())) == ["0.1"]
    assert len(one.asked) == 1
    with pytest.raises(PincheckError, match="answered 401"):
        versions(client, Indexes((one.simple,), terms=never, logins=logged_in()))
    one.asked.clear()
    with pytest.raises(PincheckError, match="no login for it is known"):
        versions(client, Indexes((one.simple,), terms=always, logins=logged_in(on=False)))
    assert one.asked == []


def test_a_login_of_the_keyring_goes_with_the_files(client: Client, one: Server, home: Path) -> None:
    one.login = "me:secret"
    page(one, "0.1")
    keyring(home, {one.simple: "me\nsecret"})
    found = index.offered(client, Indexes((one.simple,), logins=logged_in()), FASTAPI)
    one.asked.clear()
    with pytest.raises(index.NoMetadata, match="answered 404"):
        index.metadata(client, found, Version("0.1"))
    assert [bool(asked.authorization) for asked in one.asked] == [True]


# What uv and pip are told.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "above" / "project"
    made.mkdir(parents=True)
    return made


A, B, C = (f"https://{letter}.index.example/simple" for letter in "abc")


def configured(folder: Path, text: str = "", **environ: str) -> Indexes:
    if text:
        (folder / "pyproject.toml").write_text(text)
    return index.configured(folder, {**os.environ, **environ})


EXPLICIT = f"""\
[[tool.uv.index]]
name = "main"
url = "{A}"
[[tool.uv.index]]
name = "corp"
url = "{B}"
explicit = true
ignore-error-codes = [401, 403]
authenticate = "always"
[tool.uv.sources]
Fast_API = {{ index = "corp" }}
starlette = {{ git = "https://git.example/starlette" }}
"""


def test_a_source_names_the_index_of_a_package(folder: Path) -> None:
    found = configured(folder, EXPLICIT, UV_DEFAULT_INDEX=C)
    assert found.urls == (A, C)
    assert found.only == {NormalizedName("fast-api"): B}
    assert found.terms == {A: Terms(), B: Terms("always", frozenset({401, 403}))}
    assert configured(folder, UV_NO_SOURCES="1").only == {}


def test_a_source_has_the_login_of_its_index(folder: Path) -> None:
    found = configured(folder, EXPLICIT, UV_INDEX_CORP_USERNAME="me", UV_INDEX_CORP_PASSWORD="secret")  # noqa: S106
    (url,) = found.only.values()
    assert url == B.replace("://", "://me:secret@")
    assert found.terms[url].authenticate == "always"


def test_a_source_beside_pips_own_configuration_leaves_that_alone(folder: Path) -> None:
    text = EXPLICIT.replace('name = "main"', 'explicit = true\nname = "main"')
    found = configured(folder, text, PIP_INDEX_URL=C)
    assert (found.urls, found.only) == ((C,), {NormalizedName("fast-api"): B})


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ('[{ index = "b", marker = "python_version < \'3\'" }, { index = "c", marker = "python_version >= \'3\'" }]', C),
        ('[{ index = "b", marker = "python_version < \'3\'" }]', None),
        ('[{ index = "b", marker = "what?" }]', None),
        ('{ index = "b" }', B),
        ('{ path = "../fastapi" }', None),
        ('"b"', None),
    ],
)  # fmt: skip
def test_which_index_a_source_means_here(folder: Path, source: str, url: str | None) -> None:
    tables = "".join(
        f'[[tool.uv.index]]\nname = "{name}"\nurl = "{at}"\nexplicit = true\n'
        for name, at in zip("bc", (B, C), strict=True)
    )
    found = configured(folder, f"{tables}[tool.uv.sources]\nfastapi = {source}\n")
    assert found.only == ({FASTAPI: url} if url else {})


def test_a_source_of_an_index_that_is_not_declared_is_an_error(folder: Path) -> None:
    with pytest.raises(PincheckError, match="takes `fastapi` from the index `corp`, which is not declared"):
        configured(folder, '[tool.uv.sources]\nfastapi = { index = "corp" }\n', UV_INDEX=f"corp={B}")


def test_sources_of_the_workspace_hold_for_its_members(folder: Path) -> None:
    workspace = EXPLICIT + '[tool.uv.workspace]\nmembers = ["project"]\n'
    (folder.parent / "pyproject.toml").write_text(workspace)
    member = f'[[tool.uv.index]]\nname = "own"\nurl = "{C}"\nexplicit = true\n'
    member += '[tool.uv.sources]\nhttpx = { index = "corp" }\nstarlette = { index = "own" }\n'
    found = configured(folder, member)
    assert found.only == {NormalizedName("fast-api"): B, NormalizedName("httpx"): B, STARLETTE: C}


def test_a_default_index_for_named_packages_only_leaves_none_for_others(folder: Path) -> None:
    text = EXPLICIT.replace("explicit = true", "explicit = true\ndefault = true")
    found = configured(folder, text)
    assert found.urls == (A,)
    assert found.variables["PIP_INDEX_URL"] == A
    text = text.replace('name = "main"', 'name = "main"\nexplicit = true')
    found = configured(folder, text)
    assert (found.urls, found.first_match) == ((), True)
    assert found.variables["PIP_NO_INDEX"] == "1"


@pytest.mark.parametrize(
    ("strategy", "first_match", "joined"),
    [
        ("first-index", True, False), ("unsafe-first-match", False, True), ("unsafe-best-match", False, True),
        ("no-such-strategy", True, False), ("", True, False),
    ],
)  # fmt: skip
def test_the_strategies_of_uv(folder: Path, strategy: str, first_match: bool, joined: bool) -> None:
    found = configured(folder, UV_INDEX=B, UV_INDEX_STRATEGY=strategy)
    assert (found.first_match, found.joined) == (first_match, joined)


def test_of_two_indexes_with_one_name_the_nearer_counts(folder: Path) -> None:
    text = f'[[tool.uv.index]]\nname = "corp"\nurl = "{A}"\n'
    assert configured(folder, text, UV_INDEX=f"corp={B}", UV_DEFAULT_INDEX=C).urls == (B, C)


def test_an_index_that_never_wants_a_login_has_none(folder: Path, home: Path) -> None:
    text = f'[[tool.uv.index]]\nurl = "{A}"\nauthenticate = "never"\n'
    (home / ".netrc").write_text("machine a.index.example login me password secret\n")
    assert configured(folder, text, UV_DEFAULT_INDEX=C).urls == (A, C)
    with pytest.raises(PincheckError, match="has a login") as error:
        configured(folder, text.replace("://", "://me:secret@"))
    assert "secret" not in error.value.message


@pytest.mark.parametrize(
    ("environ", "on", "variables"),
    [
        ({}, True, {}),
        ({"PIP_KEYRING_PROVIDER": "disabled"}, False, {}),
        ({"PIP_KEYRING_PROVIDER": "subprocess"}, True, {"UV_KEYRING_PROVIDER": "subprocess"}),
        ({"UV_DEFAULT_INDEX": A}, False, {}),
        (
            {"UV_DEFAULT_INDEX": A, "UV_KEYRING_PROVIDER": "subprocess"},
            True,
            {"UV_KEYRING_PROVIDER": "subprocess", "PIP_KEYRING_PROVIDER": "subprocess"},
        ),
        ({"UV_DEFAULT_INDEX": A, "UV_KEYRING_PROVIDER": "disabled"}, False, {}),
    ],
)
def test_who_asks_the_keyring(folder: Path, environ: Mapping[str, str], on: bool, variables: Mapping[str, str]) -> None:
    found = configured(folder, **environ)
    assert found.logins.keyring is on
    assert {name: text for name, text in found.variables.items() if "KEYRING" in name} == variables


def test_uv_may_be_told_of_the_keyring_in_its_settings(folder: Path) -> None:
    found = configured(folder, f'[tool.uv]\nindex-url = "{A}"\nkeyring-provider = "subprocess"\n')
    assert found.logins.keyring


def test_the_proxy_of_pip_is_passed_on(folder: Path) -> None:
    found = configured(folder, PIP_PROXY="http://proxy.example:3128")
    assert found.proxy == "http://proxy.example:3128"
    assert found.variables["HTTPS_PROXY"] == found.variables["http_proxy"] == "http://proxy.example:3128"
