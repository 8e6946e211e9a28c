"""What the outside says, from outside: counted requests, the cache, advisories, the cooldown, what cannot be lived with."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import Ended, data
from tests.servers import Reply, Server, Upload, alone, running

Run = Callable[..., Ended]
NOTES = b"## 0.113.0\n\n### Breaking Changes\n\n* Take it away.\n\n## 0.112.0\n\n* Old.\n"
STARLETTE = {
    "0.112.0": ["starlette>=0.37.2,<0.38.0", "pydantic>=1.7.4"],
    "0.113.0": ["starlette>=0.40.0", "pydantic>=1.7.4"],
}


def days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """An index with two minors of FastAPI and their notes, to which pip is configured, and a cache of our own."""
    alone(monkeypatch, tmp_path)
    with running() as started:
        started.replies["/notes.md"] = Reply(NOTES, "text/markdown")
        uploads = [Upload("0.112.0", requires_python=">=3.8"), Upload("0.113.0", requires_python=">=3.9")]
        started.package("fastapi", uploads, requires=STARLETTE, Changelog=f"{started.url}/notes.md")
        monkeypatch.setenv("PIP_INDEX_URL", started.simple)
        monkeypatch.setenv("PINCHECK_CACHE", str(tmp_path / "cache"))
        yield started


@pytest.fixture
def propose(pincheck: Run, server: Server, project: Path) -> Run:  # noqa: ARG001
    (project / "requirements.txt").write_text("fastapi>=0.112.0,<0.113.0\n")
    return lambda *arguments: pincheck("propose", *arguments)


# The cache.


def test_a_cold_run_asks_four_times_and_a_warm_one_never(propose: Run, server: Server) -> None:
    cold = propose()
    assert len(server.asked) == 4
    server.asked.clear()
    assert propose() == cold
    assert server.asked == []


def test_without_a_network_the_cache_answers_and_says_of_when(propose: Run, server: Server) -> None:
    cold = propose().out
    for path in list(server.replies):
        server.replies[path] = Reply(b"", status=500)
    server.asked.clear()
    offline = propose("--offline")
    assert server.asked == []
    assert offline.code == 0
    assert offline.out.startswith(cold)
    assert f"nobody was asked: the oldest of the answers used is of {datetime.now(UTC):%Y-%m-%d}" in offline.out


def test_what_was_never_fetched_is_one_error_without_a_network(propose: Run, server: Server) -> None:
    ended = propose("--offline")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.splitlines() == [
        f"error: cannot ask `{server.simple}/fastapi/` with `--offline`",
        "hint: it has never been fetched with this cache; run once without it",
    ]
    assert server.asked == []


def test_without_a_cache_there_is_nothing_to_answer_from(propose: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCHECK_CACHE", "off")
    ended = propose("--offline")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error: `--offline` needs a cache, and there is none\nhint: ")


def test_a_page_that_changes_is_seen_when_its_freshness_ends(propose: Run, server: Server) -> None:
    page = server.replies["/simple/fastapi/"]
    fresh = {"Cache-Control": "max-age=0", "ETag": '"one"'}
    server.replies["/simple/fastapi/"] = page._replace(headers=fresh)
    propose()
    server.asked.clear()
    assert "0.113.0" in propose().out
    assert [(asked.path, asked.headers.get("if-none-match")) for asked in server.asked] == [
        ("/simple/fastapi/", '"one"')
    ]
    server.package("fastapi", [Upload("0.112.0")])
    assert "it is the newest minor" in propose().out


# What a candidate requires.


def test_what_a_candidate_requires_is_told_beside_what_is_required_now(propose: Run) -> None:
    lines = propose().out.splitlines()
    assert "  requires python >=3.8 → >=3.9" in lines
    assert "  requires starlette >=0.37.2,<0.38.0 → >=0.40.0" in lines
    assert "  requires pydantic >=1.7.4" in lines


@pytest.mark.parametrize(
    ("beside", "reason"),
    [
        (
            "starlette==0.37.2",
            "0.113.0: it needs `starlette>=0.40.0`, and requirements.txt:2 has `starlette==0.37.2`",
        ),
        ("pydantic<1.5", "0.113.0: it needs `pydantic>=1.7.4`, and requirements.txt:2 has `pydantic<1.5`"),
    ],
)
def test_what_the_project_cannot_live_with_is_said_with_both_sides(
    propose: Run, pincheck: Run, project: Path, beside: str, reason: str
) -> None:
    (project / "requirements.txt").write_text(f"fastapi>=0.112.0,<0.113.0\n{beside}\n")
    (project / "noxfile.py").write_text("raise SystemExit('nobody runs this')\n")
    ended = propose()
    assert ended.code == 0
    assert f"fastapi: no candidate: {reason}\n" in ended.out
    held = pincheck("upgrade")
    assert held.code == 1
    assert held.out.startswith(f"fastapi {reason.replace(': it', ': held: it', 1)}\n")
    assert "running nox" not in held.err
    assert "Take it away." in held.out
    assert (project / "requirements.txt").read_text().startswith("fastapi>=0.112.0,<0.113.0\n")


def test_metadata_that_asks_for_more_than_the_index_says_is_believed(propose: Run, server: Server) -> None:
    path = "/files/fastapi-0.113.0-py3-none-any.whl.metadata"
    body = server.replies[path].body.replace(b">=3.9", b">=3.99")
    server.replies[path] = Reply(body)
    assert "its metadata says more than the index: requires Python >=3.99" in propose().out


def test_metadata_that_cannot_be_had_is_said_and_holds_nothing(propose: Run, server: Server) -> None:
    for path in [path for path in server.replies if path.startswith("/files/")]:
        del server.replies[path]
    ended = propose()
    assert ended.code == 0
    assert "fastapi 0.112.0 → 0.113.0" in ended.out
    assert f"  what it requires is not known: `{server.url}/files/fastapi-0.113.0-py3-none-any.whl" in ended.out
    assert "answered 404" in ended.out


# Advisories.


def vulnerability(name: str, package: str, fixed: str, severity: str = "HIGH", introduced: str = "0") -> Reply:
    document = {
        "id": name,
        "summary": f"A hole in {package}",
        "modified": "2024-03-01T00:00:00Z",
        "aliases": [f"CVE-{name[-4:]}-1"],
        "database_specific": {"severity": severity},
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": package},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": introduced}, {"fixed": fixed}]}],
            }
        ],
    }
    return Reply(json.dumps(document).encode(), "application/json")


@pytest.fixture
def osv(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server that answers as OSV does: a hole in FastAPI up to 0.113.0, one in Starlette up to 0.40.0."""
    monkeypatch.setenv("PINCHECK_ADVISORIES", server.url)
    server.replies["/v1/vulns/GHSA-aaaa-bbbb-1111"] = vulnerability("GHSA-aaaa-bbbb-1111", "fastapi", "0.113.0")
    server.replies["/v1/vulns/GHSA-cccc-dddd-2222"] = vulnerability("GHSA-cccc-dddd-2222", "starlette", "0.40.0")
    return server


def answers(osv: Server, *ids: list[str]) -> None:
    results = [{"vulns": [{"id": one, "modified": "2024-03-01T00:00:00Z"} for one in found]} for found in ids]
    osv.replies["/v1/querybatch"] = Reply(json.dumps({"results": results}).encode(), "application/json")


def test_what_a_candidate_mends_is_told_with_severity_fix_and_link(propose: Run, osv: Server) -> None:
    answers(osv, ["GHSA-aaaa-bbbb-1111"], [])
    out = propose().out
    assert "  fixes GHSA-aaaa-bbbb-1111 [high] A hole in fastapi, fixed in 0.113.0\n    https://" in out
    asked = next(asked for asked in osv.asked if asked.method == "POST")
    queries = json.loads(asked.body)["queries"]
    assert [(query["package"]["name"], query["version"]) for query in queries] == [
        ("fastapi", "0.112.0"),
        ("fastapi", "0.113.0"),
    ]


def test_other_watched_packages_are_asked_about_where_their_version_is_fixed(
    propose: Run, osv: Server, project: Path
) -> None:
    (project / "poetry.lock").write_text('[[package]]\nname = "starlette"\nversion = "0.37.2"\n')
    answers(osv, [], [], ["GHSA-cccc-dddd-2222"])
    out = propose().out
    assert "note: `starlette` 0.37.2 in `poetry.lock` has GHSA-cccc-dddd-2222 [high] A hole in starlette" in out
    assert "fixed in 0.40.0" in out


def test_a_release_that_only_the_cooldown_holds_and_that_mends_something_is_told(propose: Run, osv: Server) -> None:
    osv.package("fastapi", [Upload("0.112.0"), Upload("0.113.0", days_ago(1))])
    answers(osv, ["GHSA-aaaa-bbbb-1111"], [])
    out = propose().out
    assert "fastapi: 0.112.0 stays: nothing above it is eligible: 0.113.0 (published" in out
    assert "  has GHSA-aaaa-bbbb-1111 [high]" in out
    assert (
        "note: `fastapi` 0.113.0 is younger than the cooldown and fixes GHSA-aaaa-bbbb-1111 [high]; `--now` takes it"
        in out
    )
    now = propose("--now").out
    assert "fastapi 0.112.0 → 0.113.0" in now
    assert "  note: 0.113.0 is younger than the cooldown; `--now` takes it, and nothing else that is as young" in now


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(b"no", status=500), "answered 500"),
        (Reply(b"{", "application/json"), "/v1/querybatch`"),
        (Reply(b"[" * 100_000, "application/json"), "/v1/querybatch`"),
        (None, "answered 404"),
    ],
)
def test_where_advisories_cannot_be_had_that_is_said_and_nothing_guessed(
    propose: Run, osv: Server, reply: Reply | None, words: str
) -> None:
    if reply is not None:
        osv.replies["/v1/querybatch"] = reply
    ended = propose()
    assert ended.code == 0
    assert "fastapi 0.112.0 → 0.113.0" in ended.out
    (line,) = [line for line in ended.out.splitlines() if line.startswith("note: advisories were not looked up: ")]
    assert words in line


def test_the_settings_say_who_is_asked_for_advisories(
    propose: Run, osv: Server, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PINCHECK_ADVISORIES")
    answers(osv, ["GHSA-aaaa-bbbb-1111"], [])
    (project / "pincheck.toml").write_text(f'advisories = "{osv.url}"\n')
    assert "fixes GHSA-aaaa-bbbb-1111" in propose().out
    (project / "pincheck.toml").write_text("advisories = false\n")
    osv.asked.clear()
    assert "advisor" not in propose().out
    assert not [asked for asked in osv.asked if asked.method == "POST"]


def test_the_json_report_has_every_fact_and_its_source(propose: Run, osv: Server) -> None:
    answers(osv, ["GHSA-aaaa-bbbb-1111"], [])
    (outcome,) = json.loads(propose("--format", "json").out)["outcomes"]
    assert outcome["advisories"]["fixed"] == ["GHSA-aaaa-bbbb-1111"]
    assert {"package": "starlette", "before": ">=0.37.2,<0.38.0", "after": ">=0.40.0", "known": True} in outcome[
        "requires"
    ]
    assert [source["subject"] for source in outcome["sources"]] == ["versions", "requirements", "release notes"]


# The cooldown.


def test_an_index_without_times_holds_everything_where_a_cooldown_is_required(
    propose: Run, pincheck: Run, server: Server, project: Path
) -> None:
    server.package("fastapi", [Upload("0.112.0"), Upload("0.113.0")], form="html-bare")
    assert "note: no index gives upload times, so there is no cooldown" in propose().out
    (project / "pincheck.toml").write_text("cooldown-required = true\n")
    words = "no index gives upload times, so there is no cooldown, and `cooldown-required` is set"
    assert propose().out == f"fastapi: no candidate: {words}\n"
    assert pincheck("upgrade").code == 1


def test_times_come_from_the_project_json_where_the_page_has_none(propose: Run, server: Server) -> None:
    server.package("fastapi", [Upload("0.112.0"), Upload("0.113.0")], form="html-bare")
    releases = {
        version: [{"filename": f"fastapi-{version}-py3-none-any.whl", "upload_time_iso_8601": uploaded}]
        for version, uploaded in (("0.112.0", "2024-01-01T00:00:00Z"), ("0.113.0", days_ago(1)))
    }
    server.replies["/pypi/fastapi/json"] = Reply(json.dumps({"releases": releases}).encode(), "application/json")
    out = propose().out
    assert "younger than the cooldown of 3 days" in out
    assert "no index gives" not in out


def test_the_pace_of_fastapi_itself_is_kept_up_with_one_minor_at_a_time(propose: Run, server: Server) -> None:
    rows = json.loads(data("notes", "fastapi", "requires-by-version.json").read_text())
    newest = max(datetime.fromisoformat(f"{row['date']}T12:00:00+00:00") for row in rows)
    shift = datetime.now(UTC) - newest - timedelta(hours=1)  # As if its last release had come an hour ago.
    uploads = [
        Upload(
            row["version"],
            (datetime.fromisoformat(f"{row['date']}T12:00:00+00:00") + shift).isoformat(),
            requires_python=row["requires_python"],
        )
        for row in rows
    ]
    server.package("fastapi", uploads)
    (Path("requirements.txt")).write_text("fastapi==0.163.2\n")
    out = propose("-v").out
    assert "fastapi: 0.163.2 stays: nothing above it is eligible: 0.165.0 (published" in out
    (Path("requirements.txt")).write_text("fastapi==0.142.0\n")
    assert "fastapi 0.142.0 → 0.143." in propose().out
    (Path("pyproject.toml")).write_text('[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.10"\n')
    (Path("requirements.txt")).write_text("fastapi==0.161.0\n")
    out = propose("-v").out
    assert "fastapi 0.161.0 → 0.162.5" in out
    assert "fastapi 0.162.6: requires Python >=3.11, the project allows >=3.10" in out


# The way there.


def test_the_proxy_that_pip_is_told_of_is_used(propose: Run, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    cold = propose().out
    with running() as proxy:
        for path, reply in server.replies.items():
            proxy.replies[f"{server.url}{path}"] = reply
        monkeypatch.setenv("PIP_PROXY", proxy.url.replace("://", "://me:s3cr3t@"))
        monkeypatch.setenv("PINCHECK_CACHE", "off")
        server.asked.clear()
        assert propose().out == cold
        assert server.asked == []
        assert len(proxy.asked) == 4


def test_a_cache_that_cannot_be_used_is_said_and_stops_nothing(
    propose: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "no-folder").write_text("")
    monkeypatch.setenv("PINCHECK_CACHE", str(project / "no-folder"))
    ended = propose()
    assert ended.code == 0
    assert "fastapi 0.112.0 → 0.113.0" in ended.out
    assert "note: answers are not kept for the next run: " in ended.out


def test_the_python_that_a_release_requires_is_that_of_its_metadata_where_the_page_has_none(
    propose: Run, server: Server
) -> None:
    page = server.replies["/simple/fastapi/"]
    bare = json.loads(page.body)
    for file in bare["files"]:
        del file["requires-python"]
    server.replies["/simple/fastapi/"] = page._replace(body=json.dumps(bare).encode())
    (outcome,) = json.loads(propose("--format", "json").out)["outcomes"]
    assert outcome["requires_python"] == ">=3.9"
