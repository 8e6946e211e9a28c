"""Advisories: what OSV's documents mean, and what becomes of answers that are none."""

import http.server
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck import advisories
from pincheck.upgrades import Advisory
from pincheck.world import advisories as osv
from pincheck.world import cache
from pincheck.world import http as outside
from tests import servers

FASTAPI, STARLETTE = NormalizedName("fastapi"), NormalizedName("starlette")


def affected(
    name: str, *events: Mapping[str, str], versions: tuple[str, ...] = (), **more: object
) -> dict[str, object]:
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}] if events else []
    package = {"ecosystem": "PyPI", "name": name, "purl": f"pkg:pypi/{name}"}
    return {"package": package, "ranges": ranges, "versions": list(versions), **more}


def document(name: str, *about: Mapping[str, object], **more: object) -> dict[str, Any]:
    return {"schema_version": "1.7.0", "id": name, "modified": "2024-11-18T16:26:00Z", "affected": list(about), **more}


# Written in the shape of the real ones: GitHub's has a summary, a word and a range; PyPA's has details and a list.
REDOS = document(
    "GHSA-qf9m-vfgh-m389",
    affected("fastapi", {"introduced": "0"}, {"fixed": "0.109.1"}),
    aliases=["CVE-2024-24762", "PYSEC-2024-38"],
    summary="Form data can stop a server by its content type",
    severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}],
    database_specific={"severity": "HIGH", "cwe_ids": ["CWE-400"]},
    references=[{"type": "WEB", "url": "https://example.com/fix"}],
)
REDOS_OF_PYPA = document(
    "PYSEC-2024-38",
    affected("fastapi", {"introduced": "0"}, {"fixed": "0.109.1"}, versions=("0.1.0", "0.103.0", "0.109.0")),
    aliases=["CVE-2024-24762", "GHSA-2jv5-9r88-3w3p", "GHSA-qf9m-vfgh-m389"],
    details="FastAPI is a web framework.\nForm data can stop it.",
)
MULTIPART = document(
    "GHSA-f96h-pmfr-66vw",
    affected("starlette", {"introduced": "0"}, {"fixed": "0.40.0"}),
    aliases=["CVE-2024-47874"],
    summary="Multipart data can fill the memory",
    severity=[
        {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"},
        {"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N"},
    ],
    database_specific={"severity": "HIGH"},
)
LARGE_FILES = document(
    "GHSA-2c2j-9gv5-cj73",
    affected("starlette", {"introduced": "0"}, {"fixed": "0.47.2"}),
    aliases=["CVE-2025-54121"],
    summary="Large files block the main thread",
    database_specific={"severity": "MODERATE"},
)


def read(found: Mapping[str, object]) -> advisories.Record:
    return advisories.record(json.dumps(found))


def told(name: NormalizedName, version: str, *found: Mapping[str, object]) -> tuple[Advisory, ...]:
    return advisories.advisories(map(read, found), name, Version(version))


def test_a_weakness_that_two_databases_tell_of_is_one_advisory() -> None:
    assert told(FASTAPI, "0.103.0", REDOS_OF_PYPA, REDOS) == (
        Advisory(
            id="GHSA-qf9m-vfgh-m389",
            aliases=("GHSA-2jv5-9r88-3w3p", "PYSEC-2024-38", "CVE-2024-24762"),
            summary="Form data can stop a server by its content type",
            severity="high",
            fixed=(Version("0.109.1"),),
            link="https://osv.dev/vulnerability/GHSA-qf9m-vfgh-m389",
        ),
    )


def test_documents_are_joined_by_an_alias_that_neither_is() -> None:
    about = affected("fastapi", {"introduced": "0"})
    first = document("PYSEC-2024-1", about, aliases=["CVE-2024-1"])
    second = document("PYSEC-2024-2", about, aliases=["CVE-2024-2"])
    third = document("GHSA-aaaa-bbbb-cccc", about, aliases=["CVE-2024-1", "CVE-2024-2"])
    assert [len(told(FASTAPI, "1.0", *some)) for some in ((first, second), (first, second, third))] == [2, 1]


def test_an_alias_of_github_is_shown_where_only_the_other_document_is_there() -> None:
    (found,) = told(FASTAPI, "0.103.0", document("PYSEC-2024-38", affected("fastapi"), aliases=["GHSA-qf9m-vfgh-m389"]))
    assert (found.id, found.link) == ("GHSA-qf9m-vfgh-m389", "https://osv.dev/vulnerability/PYSEC-2024-38")


def test_the_worst_comes_first() -> None:
    found = told(STARLETTE, "0.39.0", LARGE_FILES, document("PYSEC-2020-1", affected("starlette")), MULTIPART)
    assert [one.severity for one in found] == ["high", "moderate", "unknown"]


def test_a_weakness_that_was_withdrawn_is_none() -> None:
    assert not told(STARLETTE, "0.39.0", MULTIPART | {"withdrawn": "2025-01-01T00:00:00Z"})


SERIES = ({"introduced": "1.0"}, {"fixed": "1.2.9"}, {"introduced": "2.0"}, {"last_affected": "2.3"})


@pytest.mark.parametrize(
    ("version", "events", "inside"),
    [
        ("0.109.0", REDOS["affected"][0]["ranges"][0]["events"], True),
        ("0.109.1", REDOS["affected"][0]["ranges"][0]["events"], False),
        ("0.109.1.dev1", REDOS["affected"][0]["ranges"][0]["events"], True),
        ("0.0.0a1", ({"introduced": "0"}, {"fixed": "1"}), True),
        ("0.9", SERIES, False),
        ("1.0", SERIES, True),
        ("1.2.8", SERIES, True),
        ("1.2.9", SERIES, False),
        ("2.0.0", SERIES, True),
        ("2.3", SERIES, True),
        ("2.3.post1", SERIES, False),
        ("1.5", ({"fixed": "2"}, {"introduced": "1"}), True),
        ("2.5", ({"introduced": "1"}, {"fixed": "2"}, {"introduced": "2"}, {"fixed": "3"}), True),
        ("1.5", ({"introduced": "1"}, {"limit": "1.4"}), False),
        ("1.3", ({"introduced": "1"}, {"limit": "1.4"}), True),
        ("9", ({"introduced": "1"}, {"limit": "*"}), True),
    ],
)
def test_a_version_is_affected_by_the_rule_of_the_schema(version: str, events: Any, inside: bool) -> None:
    found = read(document("PYSEC-2024-1", affected("fastapi", *events)))
    assert advisories.affects(found, FASTAPI, Version(version)) is inside
    assert len(told(FASTAPI, version, document("PYSEC-2024-1", affected("fastapi", *events)))) == inside


def test_a_version_that_is_listed_is_affected_whatever_the_ranges_say() -> None:
    found = document("PYSEC-2024-1", affected("fastapi", {"introduced": "5"}, versions=("0.103", "rubbish")))
    assert told(FASTAPI, "0.103.0", found)
    assert not told(FASTAPI, "0.104.0", found)


def test_names_are_compared_normalised_and_in_their_own_world_only() -> None:
    spelled = document("PYSEC-2024-1", affected("Typing_Extensions", {"introduced": "0"}))
    assert told(NormalizedName("typing-extensions"), "1", spelled)
    assert not told(FASTAPI, "1", spelled)
    elsewhere = affected("fastapi", {"introduced": "0"}) | {"package": {"ecosystem": "npm", "name": "fastapi"}}
    assert not told(FASTAPI, "1", document("PYSEC-2024-1", elsewhere))


@pytest.mark.parametrize(
    "about",
    [
        [],
        [affected("fastapi")],
        [affected("fastapi", {"introduced": "rubbish"})],
        [affected("fastapi", versions=()) | {"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}],
        [affected("fastapi") | {"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1" * 5000}]}]}],
        "nothing",
        None,
        [None],
        [{"package": "fastapi"}],
    ],
)
def test_a_document_that_does_not_say_which_versions_leaves_the_servers_word_standing(about: object) -> None:
    assert told(FASTAPI, "1.0", document("PYSEC-2024-1") | {"affected": about})


def test_every_line_of_releases_has_its_own_fix() -> None:
    lines = affected("fastapi", {"introduced": "0"}, {"fixed": "4.2.16"}, {"introduced": "5.0"}, {"fixed": "5.0.9"})
    again = affected("fastapi", {"introduced": "5.0.9"}, {"fixed": "5.1.1"})
    (found,) = told(FASTAPI, "5.0.3", document("GHSA-aaaa-bbbb-cccc", lines, again))
    assert found.fixed == (Version("4.2.16"), Version("5.1.1"))


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ({"database_specific": {"severity": "CRITICAL"}}, "critical"),
        ({"database_specific": {"severity": "moderate"}}, "moderate"),
        ({"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]}, "critical"),
        ({"severity": [{"type": "CVSS_V3", "score": "CVSS:3.0/AV:L/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N"}]}, "low"),
        ({"severity": MULTIPART["severity"]}, "high"),
        ({"severity": [{"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:P/I:N/A:N"}]}, "moderate"),
        ({"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"}]}, "unknown"),
        ({"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}]}, "unknown"),
        ({"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/" + "AV:N/" * 100_000}]}, "unknown"),
        ({"severity": [{"type": "CVSS_V3", "score": 7.5}, "high", {"type": "OF_MY_OWN", "score": "9"}]}, "unknown"),
        ({"severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/"}, *REDOS["severity"]]}, "high"),
        ({"affected": [affected("fastapi", severity=REDOS["severity"])]}, "high"),
        ({"database_specific": {"severity": {}}, "severity": "HIGH"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_the_severity_is_the_databases_word_or_what_the_vector_comes_to(more: Any, severity: str) -> None:
    (found,) = told(FASTAPI, "1.0", document("PYSEC-2024-1", affected("fastapi", {"introduced": "0"})) | more)
    assert found.severity == severity


def test_a_summary_is_one_short_line_that_steers_no_terminal() -> None:
    text = "first\r\n::error::\x1b[31mred \u202eback" + "x" * 3_000_000
    (found,) = told(FASTAPI, "1.0", document("PYSEC-2024-1", affected("fastapi"), summary=text))
    assert found.summary.startswith("first ::error:: [31mred back")
    assert len(found.summary) == 200


def test_what_a_candidate_fixes_and_brings_is_told_by_aliases() -> None:
    old, new = told(STARLETTE, "0.39.0", MULTIPART, LARGE_FILES), told(STARLETTE, "0.40.0", LARGE_FILES)
    assert [one.id for one in advisories.fixes(old, new)] == ["GHSA-f96h-pmfr-66vw"]
    assert not advisories.introduced(old, new)
    assert [one.id for one in advisories.introduced(new, old)] == ["GHSA-f96h-pmfr-66vw"]
    known_otherwise = told(FASTAPI, "0.103.0", REDOS_OF_PYPA)
    assert not advisories.fixes(told(FASTAPI, "0.103.0", REDOS), known_otherwise)


anything: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["0", "1.0", "PyPI"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
events = st.dictionaries(st.sampled_from(["introduced", "fixed", "last_affected", "limit"]), anything, max_size=2)
ranges = st.fixed_dictionaries(
    {"type": st.just("ECOSYSTEM") | anything, "events": st.lists(events | anything, max_size=3) | anything}
)
packages = (
    st.fixed_dictionaries({"name": st.just("fastapi") | anything, "ecosystem": st.just("PyPI") | anything}) | anything
)
entries = st.fixed_dictionaries(
    {"package": packages},
    optional={"ranges": st.lists(ranges | anything, max_size=3) | anything, "versions": anything, "severity": anything},
)
vectors = st.fixed_dictionaries({"type": st.sampled_from(["CVSS_V2", "CVSS_V3", "CVSS_V4"]), "score": anything})
documents = st.fixed_dictionaries(
    {"id": st.sampled_from(["GHSA-qf9m-vfgh-m389", "PYSEC-2024-38"]) | anything},
    optional={
        "aliases": st.lists(st.sampled_from(["CVE-2024-1", "CVE-2024-2"]) | anything, max_size=4) | anything,
        "withdrawn": anything,
        "summary": anything,
        "details": anything,
        "database_specific": anything,
        "severity": st.lists(vectors | anything, max_size=3) | anything,
        "affected": st.lists(entries | anything, max_size=3) | anything,
    },
)


@given(st.lists(documents, max_size=4))
def test_a_malformed_document_is_refused_or_read(found: list[Any]) -> None:
    records = []
    for one in found:
        try:
            records.append(read(one))
        except ValueError:
            assert not advisories.is_id(one["id"])
    told_of = advisories.advisories(records, FASTAPI, Version("0.103.0"))
    assert len(told_of) <= len(records)
    names = [name for one in told_of for name in (one.id, *one.aliases)]
    assert len(names) == len(set(names))
    assert all(one.severity in {"critical", "high", "moderate", "low", "unknown"} for one in told_of)
    assert all(line.isprintable() for one in told_of for line in (one.id, one.summary, one.link))


@given(anything | st.fixed_dictionaries({"results": anything | st.lists(anything, max_size=3)}), st.integers(0, 3))
def test_a_malformed_answer_is_refused_or_read(found: Any, asked: int) -> None:
    try:
        assert len(advisories.replies(json.dumps(found), asked)) == asked
    except ValueError:
        assert not (isinstance(found, dict) and found.get("results") == [{}] * asked)


@pytest.mark.parametrize(
    "text", ["", "no", "[" * 1_000_000, '{"a":' * 1_000_000, "[]", "{}", '{"id": 1}', '{"id": "a/b-1"}', "1" * 5000]
)
def test_what_is_no_document_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"it is not|nested too deeply|it has no id"):
        advisories.record(text)
    with pytest.raises(ValueError, match=r"it is not|nested too deeply|no list of results"):
        advisories.replies(text, 1)


@dataclass
class Osv:
    """A running server of advisories: its documents, what it names for each version, and what it was asked."""

    url: str = ""
    documents: dict[str, object] = field(default_factory=dict)
    named: dict[tuple[str, str], list[list[object]]] = field(default_factory=dict)
    batches: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    batch: bytes | None = None
    status: int = 200

    def has(self, name: str, version: str, *found: dict[str, Any]) -> None:
        """Publish documents, all of them named for one version."""
        self.documents |= {f"/v1/vulns/{one['id']}": one for one in found}
        mentions: list[object] = [{"id": one["id"], "modified": one["modified"]} for one in found]
        self.named.setdefault((name, version), [[]])[0].extend(mentions)

    def answer(self, asked: dict[str, Any]) -> bytes:
        self.batches.append(asked)
        if self.batch is not None:
            return self.batch
        results = []
        for query in asked["queries"]:
            pages = self.named.get((query["package"]["name"], query["version"]), [])
            at = int(query.get("page_token", "0"))
            result: dict[str, object] = {"vulns": pages[at]} if at < len(pages) else {}
            results.append(result | ({"next_page_token": str(at + 1)} if at + 1 < len(pages) else {}))
        return json.dumps({"results": results}).encode()


@contextmanager
def running() -> Iterator[Osv]:
    server = Osv()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer leaves in one piece

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.paths.append(self.path)
            self.send(server.status, server.answer(asked))

        def do_GET(self) -> None:
            server.paths.append(self.path)
            found = server.documents.get(self.path)
            body = found if isinstance(found, bytes) else json.dumps(found).encode()
            self.send(404 if found is None else 200, body)

        def send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    server.url = f"http://127.0.0.1:{httpd.server_port}"
    threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        httpd.shutdown()
        httpd.server_close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Osv]:
    servers.alone(monkeypatch, tmp_path)
    with running() as started:
        yield started


NOW, NEXT = (STARLETTE, Version("0.39.0")), (STARLETTE, Version("0.40.0"))


def test_all_versions_are_asked_about_at_once(server: Osv) -> None:
    server.has("starlette", "0.39.0", MULTIPART, LARGE_FILES)
    server.has("starlette", "0.40.0", LARGE_FILES)
    server.has("fastapi", "0.103.0", REDOS, REDOS_OF_PYPA)
    with outside.client() as client:
        found = osv.ask(client, server.url, [NOW, NEXT, (FASTAPI, Version("0.103.0")), NOW])
    assert [[one.id for one in found[key]] for key in found] == [
        ["GHSA-f96h-pmfr-66vw", "GHSA-2c2j-9gv5-cj73"],
        ["GHSA-2c2j-9gv5-cj73"],
        ["GHSA-qf9m-vfgh-m389"],
    ]
    assert found.remarks == ()
    assert len(server.batches) == 1
    assert server.batches[0]["queries"][0] == {
        "package": {"name": "starlette", "ecosystem": "PyPI"}, "version": "0.39.0",
    }  # fmt: skip
    assert len(server.paths) == len(set(server.paths)) == 5


def test_nothing_asked_asks_nobody(server: Osv) -> None:
    with outside.client() as client:
        assert dict(osv.ask(client, server.url, [])) == {}
    assert not server.paths


def test_a_server_may_stand_below_a_path(server: Osv) -> None:
    with outside.client() as client:
        assert osv.ask(client, f"{server.url}/mirror/", [NOW])[NOW] == ()
    assert server.paths == ["/mirror/v1/querybatch"]


def test_an_answer_in_pages_is_read_to_its_end(server: Osv) -> None:
    server.has("starlette", "0.39.0", MULTIPART)
    server.documents["/v1/vulns/GHSA-2c2j-9gv5-cj73"] = LARGE_FILES
    server.named["starlette", "0.39.0"].append([{"id": "GHSA-2c2j-9gv5-cj73", "modified": "x"}])
    with outside.client() as client:
        found = osv.ask(client, server.url, [NEXT, NOW])
    assert len(found[NOW]) == 2
    assert [len(batch["queries"]) for batch in server.batches] == [2, 1]


def test_pages_without_an_end_are_left_and_told_of(server: Osv) -> None:
    server.has("starlette", "0.39.0", MULTIPART)
    server.named["starlette", "0.39.0"] *= 1000
    with outside.client() as client:
        found = osv.ask(client, server.url, [NOW])
    assert len(found[NOW]) == 1
    assert found.remarks == ("more advisories of `starlette` `0.39.0` than 10 pages tell of",)


@pytest.mark.parametrize("document", [None, b"", b"[" * 100_000, b"{}", REDOS, b"\xff\xfe"])
def test_an_advisory_whose_document_cannot_be_read_is_kept_by_its_id(server: Osv, document: object) -> None:
    server.has("starlette", "0.39.0", MULTIPART, LARGE_FILES)
    server.documents["/v1/vulns/GHSA-f96h-pmfr-66vw"] = document
    with outside.client() as client:
        found = osv.ask(client, server.url, [NOW])
    assert [(one.id, one.severity) for one in found[NOW]] == [
        ("GHSA-2c2j-9gv5-cj73", "moderate"),
        ("GHSA-f96h-pmfr-66vw", "unknown"),
    ]
    assert found[NOW][1].link == "https://osv.dev/vulnerability/GHSA-f96h-pmfr-66vw"
    (remark,) = found.remarks
    assert remark.startswith("the advisory `GHSA-f96h-pmfr-66vw`: ")


def test_a_document_that_is_far_too_large_is_not_read(server: Osv) -> None:
    server.has("starlette", "0.39.0", MULTIPART | {"details": "x" * 3_000_000})
    with outside.client() as client:
        found = osv.ask(client, server.url, [NOW])
    assert [one.summary for one in found[NOW]] == [""]
    assert "the answer is larger than 2 MiB" in found.remarks[0]


def test_a_server_that_fails_again_and_again_is_not_asked_for_the_rest(server: Osv) -> None:
    many = [MULTIPART | {"id": f"GHSA-{number}", "aliases": [], "details": "x" * 3_000_000} for number in range(9)]
    server.has("starlette", "0.39.0", *many)
    with outside.client() as client:
        found = osv.ask(client, server.url, [NOW])
    assert len(found[NOW]) == 9
    assert len(server.paths) == 4
    assert found.remarks[0].endswith("(and 8 more)")


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "GHSA-1/../x", "a b-1", "GHSA-\x1b[31m", "GHSA-1\r\nX: y", "", 1, None, "A-" + "b" * 99],
)
def test_an_id_that_is_none_never_gets_into_an_address(server: Osv, name: object) -> None:
    server.has("starlette", "0.39.0", MULTIPART)
    server.named["starlette", "0.39.0"][0].append({"id": name})
    with outside.client() as client:
        found = osv.ask(client, server.url, [NOW])
    assert [one.id for one in found[NOW]] == ["GHSA-f96h-pmfr-66vw"]
    assert found.remarks == ("1 advisory of `starlette` `0.39.0` without a readable id",)
    assert server.paths == ["/v1/querybatch", "/v1/vulns/GHSA-f96h-pmfr-66vw"]


def test_of_ten_thousand_advisories_some_are_looked_at_and_the_rest_is_counted(server: Osv) -> None:
    server.named["starlette", "0.39.0"] = [[{"id": f"GHSA-{number}"} for number in range(10_000)]]
    with outside.client() as client:
        found = osv.ask(client, server.url, [NOW])
    assert len(found[NOW]) == 200
    assert "9800 advisories of `starlette` `0.39.0` not looked at" in found.remarks
    assert len(server.paths) == 201


@pytest.mark.parametrize(
    ("status", "batch", "reason"),
    [
        (200, b"<html>", "it is not JSON"),
        (200, b"[" * 1_000_000, "it is nested too deeply"),
        (200, b"[]", "it is not an object"),
        (200, b'{"results": []}', "0 results to 1 questions"),
        (200, b'{"results": [{}, {}]}', "2 results to 1 questions"),
        (200, b'{"results": [1]}', "there is no list of results"),
        (200, b'{"results": [' + b"[]," * 2_000_000, "an answer larger than 4 MiB"),
        (400, b"no", "answered 400"),
        (503, b"later", "answered 503"),
    ],
)
def test_an_answer_that_is_none_is_said_not_guessed(server: Osv, status: int, batch: bytes, reason: str) -> None:
    server.status, server.batch = status, batch
    with outside.client() as client, pytest.raises(outside.Unreachable, match=reason) as raised:
        osv.ask(client, server.url.replace("://", "://me:secret@"), [NOW])
    assert "secret" not in str(raised.value)


def test_a_server_that_is_not_there_is_said_not_guessed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    servers.alone(monkeypatch, tmp_path)
    with running() as stopped:
        pass
    with outside.client() as client, pytest.raises(outside.Unreachable):
        osv.ask(client, stopped.url, [NOW])


@pytest.mark.parametrize("url", ["https://[::1", "osv", "", "ftp://osv.example", "https://me:secret@[x"])
def test_an_address_that_is_none_is_said(url: str) -> None:
    with outside.client() as client, pytest.raises(outside.Unreachable) as raised:
        osv.ask(client, url, [NOW])
    assert "secret" not in str(raised.value)


def test_a_document_is_fetched_once_for_each_time_that_it_changes(server: Osv, tmp_path: Path) -> None:
    server.has("starlette", "0.39.0", MULTIPART)
    for _ in range(2):
        with outside.client(cache=cache.Store(tmp_path / "cache")) as client:
            assert osv.ask(client, server.url, [NOW])[NOW][0].fixed == (Version("0.40.0"),)
    assert server.paths == ["/v1/querybatch", "/v1/vulns/GHSA-f96h-pmfr-66vw"]
    server.has(
        "starlette", "0.40.0", MULTIPART | {"modified": "2025-01-01T00:00:00Z", "affected": [affected("starlette")]}
    )
    with outside.client(cache=cache.Store(tmp_path / "cache")) as client:
        assert osv.ask(client, server.url, [NEXT])[NEXT][0].fixed == ()


def test_a_document_that_is_older_than_the_change_that_is_told_of_is_not_kept(server: Osv, tmp_path: Path) -> None:
    server.has("starlette", "0.39.0", MULTIPART)
    server.named["starlette", "0.39.0"] = [[{"id": MULTIPART["id"], "modified": "2025-01-01T00:00:00.5Z"}]]
    for modified, times in (("2024-12-31T23:59:59Z", 2), ("2025-01-01T00:00:00Z", 1)):
        server.documents[f"/v1/vulns/{MULTIPART['id']}"] = MULTIPART | {"modified": modified}
        server.paths.clear()
        for _ in range(2):
            with outside.client(cache=cache.Store(tmp_path / "cache")) as client:
                osv.ask(client, server.url, [NOW])
        assert server.paths.count(f"/v1/vulns/{MULTIPART['id']}") == times, modified


def test_offline_what_was_asked_before_is_known_and_nothing_else(server: Osv, tmp_path: Path) -> None:
    server.has("starlette", "0.39.0", MULTIPART)
    with outside.client(cache=cache.Store(tmp_path / "cache")) as client:
        before = osv.ask(client, server.url, [NOW])
    server.paths.clear()
    with outside.client(cache=cache.Store(tmp_path / "cache"), offline=True) as client:
        assert osv.ask(client, server.url, [NOW]) == before
        with pytest.raises(outside.Offline):
            osv.ask(client, server.url, [NEXT])
    assert not server.paths
