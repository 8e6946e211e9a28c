"""The door to the network: what is asked, how often, what is kept, and what a person is told."""

import base64
import logging
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincheck.errors import PincheckError
from pincheck.world import http
from pincheck.world.cache import Store
from tests.servers import Reply, Server, alone, packed, running

SECRET = "s3cr&t/of+http"  # noqa: S105 - it opens nothing
SECRETS = (
    SECRET,
    quote(SECRET, safe=""),
    quote(SECRET),
    base64.b64encode(f"me:{SECRET}".encode()).decode(),
    base64.b64encode(SECRET.encode()).decode(),
)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return alone(monkeypatch, tmp_path)


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as started:
        yield started


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


@pytest.fixture
def client(store: Store) -> Iterator[http.Client]:
    with http.client(cache=store, pause=_never) as made:
        yield made


@pytest.fixture
def offline(store: Store) -> Iterator[http.Client]:
    with http.client(cache=store, offline=True, pause=_never) as made:
        yield made


def _never(seconds: float) -> None:
    raise AssertionError(f"nobody asked for a pause of {seconds} s")


def with_login(url: str, login: str = f"me:{quote(SECRET, safe='')}") -> str:
    return url.replace("://", f"://{login}@")


def on_disk(folder: Path) -> bytes:
    return b"".join(str(path).encode() + path.read_bytes() for path in folder.rglob("*") if path.is_file())


# What an answer is.


def test_an_answer_tells_what_the_server_said(server: Server, client: http.Client) -> None:
    headers = {"Link": '</x?page=2>; rel="next"', "ETag": '"1"'}
    server.replies["/x"] = Reply("é".encode("latin-1"), "Text/Plain; Charset=ISO-8859-1", headers=headers)
    for from_cache in (False, True):
        before = datetime.now(UTC)
        answer = http.get(client, f"{server.url}/x")
        assert (answer.status, answer.media_type, answer.text, answer.url) == (
            200, "text/plain", "é", f"{server.url}/x",
        )  # fmt: skip
        assert (answer.content, answer.headers["link"], answer.from_cache) == (b"\xe9", headers["Link"], from_cache)
        assert answer.fetched.tzinfo is UTC
        assert (answer.fetched < before) is from_cache


@pytest.mark.parametrize(
    ("body", "media_type", "text"),
    [
        (b"\xef\xbb\xbfhello", "application/json", "hello"),
        (b"\xef\xbb\xbfhello", "text/plain; charset=UTF-8", "hello"),
        ("è".encode(), "text/plain", "è"),
        ("è".encode("utf-16"), "text/plain; charset=utf-16", "è"),
        (b"a\xff", "text/plain", "a\N{REPLACEMENT CHARACTER}"),
        ("è".encode(), "text/plain; charset=hex", "è"),
        ("è".encode(), "text/plain; charset=unicode_escape", "è"),
        ("è".encode(), "text/plain; charset=punycode", "è"),
        ("è".encode(), 'text/plain; charset="', "è"),
        ("è".encode(), "text/plain; charset*=%ff''%ff", "è"),
        (b"", "", ""),
    ],
)
def test_a_body_is_read_as_text_by_its_charset(
    server: Server, client: http.Client, body: bytes, media_type: str, text: str
) -> None:
    server.replies["/x"] = Reply(body, media_type)
    assert http.get(client, f"{server.url}/x").text == text


# What is kept, and for how long.


def hits(server: Server, client: http.Client, reply: Reply, times: int = 2) -> int:
    """Return how often the server was asked when the same was wanted several times."""
    server.replies["/x"] = reply
    before = len(server.asked)
    answers = [http.get(client, f"{server.url}/x") for _ in range(times)]
    assert {(answer.status, answer.content) for answer in answers} == {(reply.status, reply.body)}
    return len(server.asked) - before


def date(**ago: float) -> str:
    return format_datetime(datetime.now(UTC) - timedelta(**ago), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({}, 1),
        ({"ETag": '"1"'}, 1),
        ({"Last-Modified": "Mon, 01 Jan 2024 12:00:00 GMT"}, 1),
        ({"Cache-Control": "max-age=60"}, 1),
        ({"Cache-Control": "MAX-AGE = 60"}, 1),
        ({"Cache-Control": 'max-age="60"'}, 1),
        ({"Cache-Control": "private, max-age=60, immutable"}, 1),
        ({"Cache-Control": "public"}, 1),
        ({"Cache-Control": "s-maxage=0, max-age=60"}, 1),  # for caches that many share
        ({"Cache-Control": "max-age=0"}, 2),
        ({"Cache-Control": "max-age=-1"}, 2),
        ({"Cache-Control": "max-age=never"}, 2),
        ({"Cache-Control": "max-age=60", "Age": "59"}, 1),
        ({"Cache-Control": "max-age=60", "Age": "61"}, 2),
        ({"Cache-Control": "max-age=60", "Age": "9" * 30}, 2),
        ({"Cache-Control": "max-age=60", "Age": "old"}, 1),
        ({"Cache-Control": "max-age=99999999999999999999"}, 1),
        ({"Cache-Control": "max-age=31536000, immutable", "Age": "86000"}, 1),
        ({"Cache-Control": "max-age=31536000, immutable", "Age": "87000"}, 2),
        ({"Age": "599"}, 1),
        ({"Age": "601"}, 2),
        ({"Cache-Control": "no-cache"}, 2),
        ({"Cache-Control": "no-store"}, 2),
        ({"Cache-Control": "no-store, max-age=60"}, 2),
        ({"Cache-Control": "max-age=60, no-cache", "ETag": '"1"'}, 2),
        ({"Expires": "Mon, 01 Jan 2024 12:00:00 GMT"}, 2),
        ({"Expires": "0"}, 2),
        ({"Expires": "Fri, 01 Jan 2100 12:00:00 GMT"}, 1),
        ({"Expires": "Mon, 01 Jan 2024 12:00:00 GMT", "Cache-Control": "max-age=60"}, 1),
        ({"Date": "Fri, 01 Jan 2100 12:00:00 GMT", "Cache-Control": "max-age=60"}, 1),
        ({"Date": "Mon, 01 Jan 2024 12:00:00 GMT", "Cache-Control": "max-age=60"}, 2),
        ({"Date": "yesterday"}, 1),
        ({"Vary": "Accept, Accept-Encoding, User-Agent"}, 1),
        ({"Vary": "*"}, 2),
        ({"Vary": "Cookie, Authorization"}, 1),
    ],
)
def test_an_answer_is_kept_as_long_as_its_headers_say(
    server: Server, client: http.Client, headers: Mapping[str, str], asked: int
) -> None:
    assert hits(server, client, Reply(b"hello", headers=headers)) == asked


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        (200, 1), (203, 1), (404, 1), (410, 1), (201, 2), (400, 2), (401, 2), (403, 2), (405, 2), (414, 2), (451, 2),
        (500, 2), (501, 2), (505, 2),
    ],
)  # fmt: skip
def test_errors_are_not_kept_whatever_they_say(server: Server, client: http.Client, status: int, asked: int) -> None:
    assert hits(server, client, Reply(b"hello", status=status)) == asked
    kept = Reply(b"hello again", status=status, headers={"Cache-Control": "public, max-age=100000"})
    server.replies["/y"] = kept
    assert {http.get(client, f"{server.url}/y").content for _ in range(2)} == {b"hello again"}
    assert server.paths.count("/y") == asked


def test_what_is_not_there_is_asked_for_again_after_minutes(server: Server, client: http.Client) -> None:
    for headers in ({"Age": "181"}, {"Age": "181", "Cache-Control": "max-age=86400"}, {"Cache-Control": "max-age=0"}):
        assert hits(server, client, Reply(b"no", status=404, headers=headers)) == 2
    server.replies["/y"] = Reply(b"no", status=404, headers={"Age": "170"})
    assert [http.get(client, f"{server.url}/y").status for _ in range(2)] == [404] * 2
    assert server.paths.count("/y") == 1


@pytest.mark.parametrize(
    ("validator", "condition"), [("ETag", "if-none-match"), ("Last-Modified", "if-modified-since")]
)
def test_an_old_answer_is_confirmed_and_not_sent_again(
    server: Server, client: http.Client, validator: str, condition: str
) -> None:
    value = {"ETag": 'W/"1"', "Last-Modified": "Mon, 01 Jan 2024 12:00:00 GMT"}[validator]
    body = b"x" * 5000
    server.replies["/x"] = Reply(body, headers={validator: value, "Cache-Control": "max-age=0"})
    first = http.get(client, f"{server.url}/x")
    second = http.get(client, f"{server.url}/x")
    assert (second.status, second.content, second.media_type) == (200, body, "text/plain")
    assert second.fetched > first.fetched
    assert not second.from_cache
    assert server.asked[-1].headers[condition] == value
    assert server.sent == len(body)


def test_what_confirms_an_answer_says_how_long_it_holds_from_now_on(server: Server, client: http.Client) -> None:
    server.turns["/x"] = [
        Reply(b"hello", headers={"ETag": '"1"', "Cache-Control": "max-age=0"}),
        Reply(status=304, headers={"ETag": '"1"', "Cache-Control": "max-age=60"}),
    ]
    assert [http.get(client, f"{server.url}/x").text for _ in range(4)] == ["hello"] * 4
    assert len(server.asked) == 2


def test_a_new_answer_takes_the_place_of_an_old_one(server: Server, client: http.Client) -> None:
    server.turns["/x"] = [
        Reply(b"old", headers={"ETag": '"1"', "Cache-Control": "max-age=0"}),
        Reply(b"new", headers={"ETag": '"2"', "Cache-Control": "max-age=60"}),
    ]
    assert [http.get(client, f"{server.url}/x").text for _ in range(3)] == ["old", "new", "new"]


def test_a_confirmation_of_something_else_leads_to_a_plain_question(server: Server, client: http.Client) -> None:
    server.turns["/x"] = [
        Reply(b"old", headers={"ETag": '"1"', "Cache-Control": "max-age=0"}),
        Reply(status=304, headers={"ETag": '"2"'}),
        Reply(b"new", headers={"ETag": '"2"'}),
    ]
    assert [http.get(client, f"{server.url}/x").text for _ in range(3)] == ["old", "new", "new"]
    assert "if-none-match" not in server.asked[2].headers


def test_an_error_in_between_leaves_what_was_kept(server: Server, client: http.Client, offline: http.Client) -> None:
    server.turns["/x"] = [
        Reply(b"old", headers={"ETag": '"1"', "Cache-Control": "max-age=0"}),
        Reply(b"out of order", status=500, headers={"Cache-Control": "max-age=100"}),
    ]
    assert [http.get(client, f"{server.url}/x").status for _ in range(2)] == [200, 500]
    assert http.get(offline, f"{server.url}/x").text == "old"


def test_answers_of_several_media_types_are_kept_side_by_side(server: Server, client: http.Client) -> None:
    for accept in ("text/html", "application/json"):
        server.turns["/x"] = [Reply(accept.encode(), accept, headers={"Vary": "Accept"})]
        assert [http.get(client, f"{server.url}/x", accept).text for _ in range(2)] == [accept] * 2
    assert len(server.asked) == 2


def test_an_answer_for_another_version_of_pincheck_is_not_used_where_the_server_says_that_it_differs(
    server: Server, client: http.Client, store: Store
) -> None:
    server.replies["/x"] = Reply(b"hello", headers={"Vary": "X-Other", "ETag": '"1"'})
    http.get(client, f"{server.url}/x")
    key = f"{server.url}/x\n*/*\n\n"
    data = store.read("get", key)
    assert data is not None
    store.write("get", key, data.replace(b'"x-other": ""', b'"x-other": "2"'))
    assert store.read("get", key) != data
    http.get(client, f"{server.url}/x")
    assert len(server.asked) == 2
    assert "if-none-match" not in server.asked[1].headers


def test_the_stored_body_is_the_unpacked_one(server: Server, client: http.Client, store: Store) -> None:
    server.replies["/x"] = packed(Reply(b"hello " * 1000))
    assert [http.get(client, f"{server.url}/x").text for _ in range(2)] == ["hello " * 1000] * 2
    assert len(server.asked) == 1
    assert b"hello hello" in on_disk(store.folder)
    assert b"content-encoding" not in on_disk(store.folder).lower()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"x" * 1000, cut=500),
        packed(Reply(b"x" * 1000))._replace(body=packed(Reply(b"x" * 1000)).body[:-4]),
        packed(Reply(b"x" * 3000)),
        Reply(b"x" * 3000),
    ],
)
def test_what_is_not_whole_or_too_large_is_not_kept(
    server: Server, client: http.Client, store: Store, reply: Reply
) -> None:
    server.replies["/x"] = reply
    for _ in range(2):
        with pytest.raises(http.Unreachable, match=r"the answer (ends early|is larger than 0.00195\d MiB)"):
            http.get(client, f"{server.url}/x", largest=2048)
    assert len(server.asked) == 2
    assert on_disk(store.folder) == b""


def test_the_limit_holds_for_what_is_kept_too(server: Server, client: http.Client, offline: http.Client) -> None:
    server.replies["/x"] = Reply(b"x" * 3000)
    assert len(http.get(client, f"{server.url}/x").content) == 3000
    for using in (client, offline):
        with pytest.raises(http.Unreachable, match="the answer is larger than"):
            http.get(using, f"{server.url}/x", largest=2048)


def test_a_part_is_not_kept(server: Server, client: http.Client, offline: http.Client, store: Store) -> None:
    server.replies["/x"] = Reply(b"0123456789", headers={"Accept-Ranges": "bytes", "Cache-Control": "max-age=100"})
    for part, body in (("bytes=-3", b"789"), ("bytes=2-4", b"234"), ("bytes=8-", b"89")):
        answer = http.get(client, f"{server.url}/x", part=part)
        assert (answer.status, answer.content) == (206, body)
        assert answer.headers["content-range"].endswith("/10")
        assert server.asked[-1].headers["accept-encoding"] == "identity"
    assert http.get(client, f"{server.url}/x", part="bytes=99-").status == 416
    assert on_disk(store.folder) == b""
    http.get(client, f"{server.url}/x")
    with pytest.raises(http.Offline):
        http.get(offline, f"{server.url}/x", part="bytes=-3")


def test_without_a_store_everybody_is_asked_each_time(server: Server) -> None:
    with http.client() as client:
        assert hits(server, client, Reply(b"hello")) == 2


def test_a_cookie_is_neither_kept_nor_sent(server: Server, client: http.Client, store: Store) -> None:
    headers = {"Set-Cookie": f"session={SECRET}; Path=/", "Cache-Control": "max-age=0"}
    assert hits(server, client, Reply(b"hello", headers=headers), 3) == 3
    assert [asked.headers.get("cookie") for asked in server.asked] == [None] * 3
    assert SECRET.encode() not in on_disk(store.folder)


CONTROL = st.text(st.sampled_from("max-age=0123456789,; \"\\'no-cachestorepublicprivate*\x7f"), max_size=60)


@settings(max_examples=40)
@given(control=CONTROL, expires=st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=40))
def test_no_header_is_too_odd(tmp_path_factory: pytest.TempPathFactory, control: str, expires: str) -> None:
    from pincheck.world import _kept  # noqa: PLC0415
    from pincheck.world._sending import Reply as Said  # noqa: PLC0415

    store = Store(tmp_path_factory.mktemp("cache"))
    headers = {"cache-control": control, "expires": expires, "age": expires, "date": expires, "vary": control}
    question = _kept.Question("https://index.example/", {"accept": "*/*"}, "")
    for status in (200, 302, 404, 500):
        said = Said(status, headers, b"x")
        found = [_kept.answered(store, question, lambda _, said=said: said) for _ in range(2)]  # type: ignore[misc]
        assert [kept.reply.status for kept in found] == [status] * 2


# Logins.


def test_a_login_is_sent_as_a_header_and_shown_nowhere(
    server: Server, client: http.Client, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    server.login = f"me:{SECRET}"
    server.replies["/x"] = Reply(b"hello")
    server.replies["/q"] = Reply(b"[]", "application/json")
    server.redirect("/away", "/x")
    caplog.set_level(logging.DEBUG)
    loggers = [logging.getLogger(name) for name in ("httpx", "httpcore", "hishel", *logging.root.manager.loggerDict)]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    try:
        answers = [
            http.get(client, with_login(f"{server.url}/x")),
            http.get(client, with_login(f"{server.url}/away")),
            http.get(client, f"{server.url}/x", "text/html", login=f"me:{SECRET}"),
            http.post(client, with_login(f"{server.url}/q"), {}, fresh=DAY),
        ]
        for path in ("/x", "/nowhere"):
            with pytest.raises(http.Unreachable) as error:
                http.get(client, with_login(f"{server.url.replace('http:', 'https:')}{path}"))
            assert not [secret for secret in SECRETS if secret in repr(error.value) + str(error.getrepr())]
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
    assert [answer.status for answer in answers] == [200] * 4
    assert "send_request_headers" in caplog.text
    assert not [secret for secret in SECRETS if secret in caplog.text + repr(answers) + repr(client)]
    assert not [secret for secret in SECRETS if secret.encode() in on_disk(store.folder)]
    assert all("@" not in asked.path for asked in server.asked)


def test_an_answer_to_one_login_is_not_given_to_another(
    server: Server, client: http.Client, offline: http.Client
) -> None:
    server.replies["/x"] = Reply(b"hello")
    mine, others, nobodys = with_login(f"{server.url}/x"), with_login(f"{server.url}/x", "you:other"), f"{server.url}/x"
    http.get(client, mine)
    assert http.get(offline, mine).text == "hello"
    assert http.get(offline, nobodys, login=f"me:{SECRET}").text == "hello"
    for url in (others, nobodys):
        with pytest.raises(http.Offline):
            http.get(offline, url)
        http.get(client, url)
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("login", "sent"),
    [
        ("me:pass", "Basic bWU6cGFzcw=="),
        ("me:", "Basic bWU6"),
        ("mé:päss", "Basic bcOpOnDDpHNz"),
        ("token", "Bearer token"),
        ("Bearer token", "Bearer token"),
        ("token abc", "token abc"),
    ],
)
def test_the_forms_of_a_login(server: Server, client: http.Client, login: str, sent: str) -> None:
    http.get(client, f"{server.url}/x", login=login)
    assert server.asked[-1].authorization == sent


@pytest.mark.parametrize("login", ["a\r\nHost", "Bearer a\nb", "tökén", "Bearer \x00"])
def test_a_token_that_no_header_can_carry_is_an_error_that_does_not_show_it(
    server: Server, client: http.Client, login: str
) -> None:
    with pytest.raises(http.Unreachable, match="characters that no header can carry") as error:
        http.get(client, f"{server.url}/x", login=login)
    assert login not in f"{error.value!r} {error.value.hint}"
    assert server.asked == []


@pytest.mark.parametrize(
    ("url", "like", "found"),
    [
        ("https://a.example/x", "https://me:p%40ss@a.example/simple/", "https://me:p%40ss@a.example/x"),
        ("https://a.example:443/x", "https://me:pass@a.example/simple/", "https://me:pass@a.example/x"),
        ("https://you:own@a.example/x", "https://me:pass@a.example/", "https://you:own@a.example/x"),
        ("http://a.example/x", "https://me:pass@a.example/", "http://a.example/x"),
        ("https://b.example/x", "https://me:pass@a.example/", "https://b.example/x"),
        ("https://a.example:8443/x", "https://me:pass@a.example/", "https://a.example:8443/x"),
        ("https://a.example/x", "https://a.example/", "https://a.example/x"),
        ("https://[", "https://me:pass@a.example/", "https://["),
    ],
)
def test_a_login_goes_to_other_addresses_of_the_same_server(url: str, like: str, found: str) -> None:
    assert http.logged_in_as(url, like) == found


# Offline.


def test_offline_everything_comes_from_the_store_however_old(
    server: Server, client: http.Client, offline: http.Client
) -> None:
    for path, reply in {
        "/old": Reply(b"old", headers={"Cache-Control": "max-age=0, must-revalidate", "Age": "99999"}),
        "/varies": Reply(b"varies", headers={"Vary": "*"}),
        "/gone": Reply(b"gone", status=404),
    }.items():
        server.replies[path] = reply
        said = http.get(client, server.url + path)
        kept = http.get(offline, server.url + path)
        assert (kept.status, kept.content) == (reply.status, reply.body)
        assert (kept.from_cache, kept.fetched) == (True, said.fetched)
    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_offline_redirects_lead_where_they_led(
    server: Server, client: http.Client, offline: http.Client, status: int
) -> None:
    server.redirect("/a", "/b", status)
    server.redirect("/b", f"{server.url}/c", status)
    server.replies["/c"] = Reply(b"here")
    for using in (client, offline):
        answer = http.get(using, f"{server.url}/a#part")
        assert (answer.text, answer.url) == ("here", f"{server.url}/c")


def test_a_signed_redirect_of_somebody_who_logged_in_is_not_kept(
    server: Server, client: http.Client, offline: http.Client, store: Store
) -> None:
    with running() as files:
        files.replies["/file?signature=abc123"] = Reply(b"content")
        server.redirect("/x", f"{files.url}/file?signature=abc123", 301)
        assert http.get(client, with_login(f"{server.url}/x")).text == "content"
        assert b"abc123" not in on_disk(store.folder)
        with pytest.raises(http.Offline):
            http.get(offline, with_login(f"{server.url}/x"))


def test_offline_what_was_never_fetched_is_named(server: Server, offline: http.Client) -> None:
    asking: list[Callable[[str], object]] = [
        lambda url: http.get(offline, url),
        lambda url: http.get(offline, url, part="bytes=-1"),
        lambda url: http.post(offline, url, {}, fresh=DAY),
    ]
    for ask in asking:
        with pytest.raises(http.Offline) as error:
            ask(with_login(f"{server.url}/x"))
        assert error.value.message == f"cannot ask `{server.url}/x` with `--offline`"
        assert "never been fetched" in error.value.hint
    with http.client(offline=True) as bare, pytest.raises(http.Offline):
        http.get(bare, f"{server.url}/x")
    assert server.asked == []


def test_offline_no_socket_is_opened(server: Server, client: http.Client, store: Store, tmp_path: Path) -> None:
    server.replies["/x"] = Reply(b"hello")
    http.get(client, f"{server.url}/x")
    program = """
import sys
from datetime import timedelta
from pathlib import Path
from pincheck.world import http
from pincheck.world.cache import Store
seen = []
sys.addaudithook(lambda event, _: seen.append(event) if event.startswith("socket.") else None)
with http.client(cache=Store(Path(sys.argv[1])), offline=True) as client:
    print(http.get(client, sys.argv[2] + "/x").text)
    for ask in (
        lambda: http.get(client, sys.argv[2] + "/y"),
        lambda: http.get(client, "https://other.example/y", public=http.Public()),
        lambda: http.post(client, sys.argv[2] + "/y", {}, fresh=timedelta(1)),
    ):
        try:
            ask()
        except http.Offline as error:
            print("offline")
print(seen)
"""
    argv = [sys.executable, "-c", program, str(store.folder), server.url]
    ended = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert ended.stdout.splitlines() == ["hello", "offline", "offline", "offline", "[]"]


# Questions with a body.


def test_a_question_is_sent_as_json_and_its_answer_kept_for_a_while(
    server: Server, client: http.Client, offline: http.Client
) -> None:
    server.replies["/q"] = Reply(b'{"answer": 42}', "application/json", headers={"Cache-Control": "no-store"})
    url = f"{server.url}/q"
    first = http.post(client, url, {"b": 1, "a": ["é"]}, fresh=DAY)
    again = http.post(client, url, {"a": ["é"], "b": 1}, fresh=DAY)
    assert (first.text, first.from_cache) == ('{"answer": 42}', False)
    assert (again.text, again.media_type, again.from_cache, again.fetched) == (
        first.text, "application/json", True, first.fetched,
    )  # fmt: skip
    (asked,) = server.asked
    assert (asked.method, asked.headers["content-type"]) == ("POST", "application/json")
    assert asked.body == b'{"a":["\\u00e9"],"b":1}'
    assert http.post(offline, url, {"a": ["é"], "b": 1}, fresh=timedelta(0)).text == first.text
    assert http.post(client, url, {"a": ["é"], "b": 1}, fresh=timedelta(0)).fetched > first.fetched
    with pytest.raises(http.Offline):
        http.post(offline, url, {"other": 1}, fresh=DAY)
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [400, 404, 429, 500])
def test_a_question_that_failed_is_asked_again(server: Server, store: Store, status: int) -> None:
    server.replies["/q"] = Reply(b"no", status=status)
    with http.client(cache=store, pause=lambda _: None) as client:
        assert [http.post(client, f"{server.url}/q", {}, fresh=DAY).status for _ in range(2)] == [status] * 2
    assert len(server.asked) == (6 if status == 429 else 2)


def test_a_question_follows_redirects_that_keep_it_a_question(server: Server, client: http.Client) -> None:
    server.redirect("/a", "/b", 307)
    server.redirect("/b", "/c", 308)
    server.replies["/c"] = Reply(b"here")
    assert http.post(client, f"{server.url}/a", {"x": 1}, fresh=DAY).text == "here"
    assert [(asked.method, asked.body) for asked in server.asked] == [("POST", b'{"x":1}')] * 3
    server.redirect("/d", "/c", 302)
    with pytest.raises(http.Unreachable, match=r"answers a question with a redirect \(302\)"):
        http.post(client, f"{server.url}/d", {}, fresh=DAY)


# Asking again.


class Pauses(list[float]):
    """Takes notes instead of waiting."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@contextmanager
def patient(**options: object) -> Iterator[tuple[http.Client, Pauses]]:
    pauses = Pauses()
    with http.client(pause=pauses, **options) as made:  # type: ignore[arg-type]
        yield made, pauses


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_server_that_is_busy_is_asked_again(server: Server, status: int) -> None:
    server.turns["/x"] = [Reply(b"later", status=status)] * 2
    server.replies["/x"] = Reply(b"now")
    with patient() as (client, pauses):
        assert http.get(client, f"{server.url}/x").text == "now"
    assert len(server.asked) == 3
    assert 0.1 < pauses[0] < pauses[1] * 2 < 4
    assert pauses[1] < 1


def test_a_server_that_stays_busy_is_given_up(server: Server) -> None:
    server.replies["/x"] = Reply(b"later", status=503)
    with patient() as (client, pauses):
        assert http.get(client, f"{server.url}/x").status == 503
    assert (len(server.asked), len(pauses)) == (3, 2)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 500, 501])
def test_other_answers_are_final(server: Server, client: http.Client, status: int) -> None:
    server.replies["/x"] = Reply(b"no", status=status)
    assert http.get(client, f"{server.url}/x").status == status
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [("7", 7, 7), (" 7 ", 7, 7), ("0", 0.1, 1), ("{date}", 3, 6), ("{past}", 0.1, 1), ("Tuesday", 0.1, 1),
     ("-5", 0.1, 1), ("", 0.1, 1), ("1e3", 0.1, 1), ("²", 0.1, 1), ("Mon, 99 Jan 2024 99:00:00", 0.1, 1)],
)  # fmt: skip
def test_a_server_may_say_when_to_come_back(server: Server, value: str, low: float, high: float) -> None:
    value = value.format(date=date(seconds=-5), past=date(days=5))
    server.turns["/x"] = [Reply(b"later", status=429, headers={"Retry-After": value.encode().decode("latin-1")})]
    server.replies["/x"] = Reply(b"now")
    with patient() as (client, pauses):
        assert http.get(client, f"{server.url}/x").text == "now"
    assert len(pauses) == 1
    assert low <= pauses[0] <= high


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("31", "in 31 s"),
        ("600", "in 10 minutes"),
        ("86400", "in 24 hours"),
        ("1000000000", "in 11574 days"),
        ("9" * 400, "days"),
        ("{date}", "days"),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "days"),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_wants_too_long_a_pause_is_given_up_at_once(
    server: Server, client: http.Client, value: str, words: str, status: int
) -> None:
    value = value.format(date=date(days=-9))
    server.replies["/x"] = Reply(b"later", status=status, headers={"Retry-After": value})
    with pytest.raises(http.Unreachable) as error:
        http.get(client, f"{server.url}/x")
    assert error.value.message.startswith(f"`{server.url}/x` answered {status} and asks to come back in ")
    assert words in error.value.message
    assert len(error.value.message) < 200
    assert "try again later" in error.value.hint
    assert len(server.asked) == 1


def test_pauses_add_up_to_half_a_minute_at_most(server: Server) -> None:
    server.replies["/x"] = Reply(b"later", status=503, headers={"Retry-After": "20"})
    with patient() as (client, pauses), pytest.raises(http.Unreachable, match="come back in 20 s"):
        http.get(client, f"{server.url}/x")
    assert pauses == [20.0]


def test_a_pause_is_part_of_the_time_that_there_is(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST", 5.0)
    server.replies["/x"] = Reply(b"later", status=503, headers={"Retry-After": "6"})
    with patient() as (client, pauses), pytest.raises(http.Unreachable, match="come back in 6 s"):
        http.get(client, f"{server.url}/x")
    assert pauses == []


def test_nobody_there_is_asked_again_and_then_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with patient() as (client, pauses), pytest.raises(http.Unreachable) as error:
        http.get(client, with_login(f"http://127.0.0.1:{port}/x"))
    assert error.value.message == f"cannot reach `http://127.0.0.1:{port}/x`: connection refused"
    assert "check the network" in error.value.hint
    assert len(pauses) == 2


def test_a_name_that_nobody_knows_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with http.client(pause=_never) as client:
        for public in (None, http.Public()):
            with pytest.raises(http.Unreachable, match=r"`https://index\.example/x`: name or service not known"):
                http.get(client, "https://index.example/x", public=public)


def test_a_pause_in_looking_up_names_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    for public in (None, http.Public()):
        with patient() as (client, pauses), pytest.raises(http.Unreachable, match="temporary failure"):
            http.get(client, "https://index.example/x", public=public)
        assert len(pauses) == 2


# Proxies of the environment.


@pytest.mark.parametrize("place", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_used_with_its_login(
    server: Server, monkeypatch: pytest.MonkeyPatch, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(place, with_login(server.url))
    server.replies["http://index.example/x"] = Reply(b"through the proxy")
    with http.client() as client:
        assert http.get(client, "http://index.example/x").text == "through the proxy"
    wanted = f"Basic {base64.b64encode(f'me:{SECRET}'.encode()).decode()}"
    assert server.asked[0].headers["proxy-authorization"] == wanted
    assert not [secret for secret in SECRETS if secret in caplog.text]


@pytest.mark.parametrize("url", ["https://index.example/x", "https://changes.example/x"])
def test_a_proxy_that_refuses_is_said_without_its_login(
    server: Server, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", with_login(server.url))
    public = http.Public() if "changes" in url else None
    with http.client(pause=_never) as client, pytest.raises(http.Unreachable) as error:
        http.get(client, url, public=public)
    assert error.value.message.startswith(f"cannot reach `{url}`: 501")
    assert "proxy" in error.value.hint
    assert not [secret for secret in SECRETS if secret in str(error.getrepr())]


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("ftp://me:{}@proxy.example:1", "it is no valid URL"),
        ("http://me:{}@proxy.example:port", "it is no valid URL"),
        ("socks5://me:{}@proxy.example:1", "SOCKS is not supported"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_one_error(monkeypatch: pytest.MonkeyPatch, proxy: str, words: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.format(quote(SECRET, safe="")))
    for public in (None, http.Public()):
        with http.client() as client, pytest.raises(PincheckError) as error:
            http.get(client, "https://index.example/x", public=public)
        assert error.value.message == f"cannot use the proxy that is configured: {words}"
        assert "HTTPS_PROXY" in error.value.hint
        assert not [secret for secret in SECRETS if secret in str(error.getrepr())]


# Nothing is made before it is needed.


def test_a_client_that_asks_nobody_reads_no_certificates(server: Server, store: Store) -> None:
    server.replies["/x"] = Reply(b"hello")
    with http.client(cache=store) as client:
        http.get(client, f"{server.url}/x")
    with ExitStack() as stack:
        client = stack.enter_context(http.client("/nowhere.pem", cache=store))
        assert http.get(client, f"{server.url}/x").text == "hello"
        with pytest.raises(PincheckError, match=r"cannot read the certificates `/nowhere.pem`"):
            http.get(client, f"{server.url}/y")


def test_connections_are_used_again(server: Server) -> None:
    for path in ("/a", "/b", "/c"):
        server.replies[path] = Reply(b"x" * 1000)
    server.redirect("/d", "/a")
    with http.client() as client:
        for path in ("/a", "/b", "/c", "/d"):
            http.get(client, server.url + path)
    assert len(server.asked) == 5
    assert server.connections == 1


def test_threads_may_share_a_client(server: Server, client: http.Client) -> None:
    for number in range(40):
        server.replies[f"/{number}"] = Reply(f"{number} ".encode() * 1000)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: http.get(client, f"{server.url}/{number % 40}").text, range(120)))
    assert found == [f"{number % 40} " * 1000 for number in range(120)]


def test_a_host_may_be_named_in_any_script(
    server: Server, client: http.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookup = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *rest, **options: lookup("127.0.0.1", *rest, **options))
    port = server.url.rpartition(":")[2]
    server.replies["/x"] = Reply(b"hello")
    answer = http.get(client, f"http://me:{quote(SECRET, safe='')}@bücher.example:{port}/x")
    assert (answer.text, answer.url) == ("hello", f"http://xn--bcher-kva.example:{port}/x")
    assert server.asked[0].headers["host"] == f"xn--bcher-kva.example:{port}"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:pass@a.example/x?y=1#z", "https://a.example/x?y=1#z"),
        ("https://pass@a.example", "https://a.example"),
        ("https://me:p@ss@a.example/", "https://a.example/"),
        ("https://me:pass@[::1]:8443/", "https://[::1]:8443/"),
        ("https://me:pass@a:b/", "a:b/"),
        ("https:/me:pass@a.example/", "a.example/"),
        ("https:me:pass@a.example/", "a.example/"),
        ("me:pass@a.example/", "a.example/"),
        ("https://a.example/@scope/x", "https://a.example/@scope/x"),
        ("https://a.example/x?mail=me@b.example", "https://a.example/x?mail=me@b.example"),
        ("https://bücher.example/", "https://bücher.example/"),
    ],
)
def test_a_url_is_shown_without_credentials(url: str, shown: str) -> None:
    assert http.without_credentials(url) == shown


def test_what_cannot_be_reached_always_comes_with_a_hint() -> None:
    assert "--offline" in http.Unreachable("cannot reach `x`").hint
