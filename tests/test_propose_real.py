"""`pincheck propose` against the index that is configured on this machine: what it says is what the wheels carry."""

import html.parser
import json
import logging
import os
import re
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from pincheck.world import index
from tests.conftest import Ended

pytestmark = pytest.mark.slow

PACKAGES = ("fastapi", "starlette", "pydantic", "uvicorn", "httpx")
POLICY = "".join(f'{name} = "one-minor"\n' for name in PACKAGES)
PYTHONS = ">=3.11"


class Pin(NamedTuple):
    """One starting point: what is declared, and the series that is left."""

    extras: str
    written: str
    series: str


# The same start in each kind of project; of the extras each kind declares some.
STARTS: dict[str, list[dict[str, Pin]]] = {
    "pep621": [
        {
            "fastapi": Pin("[standard]", ">=0.112.0, <0.113.0", "0.112"),
            "starlette": Pin("", ">=0.37.2, <0.38", "0.37"),
            "pydantic": Pin("", "~=2.5.0", "2.5"),
            "uvicorn": Pin("[standard]", ">=0.29.0, <0.30", "0.29"),
            "httpx": Pin("[http2]", "==0.26.*", "0.26"),
        },
        {
            "fastapi": Pin("[all]", "==0.115.*", "0.115"),
            "starlette": Pin("[full]", "~=0.46.0", "0.46"),
            "pydantic": Pin("[email]", "==2.10.6", "2.10"),
            "uvicorn": Pin("", "==0.34.0", "0.34"),
            "httpx": Pin("", "~=0.27.0", "0.27"),
        },
    ],
    "poetry": [
        {
            "fastapi": Pin('["standard"]', "~0.120.0", "0.120"),
            "starlette": Pin("", "~0.48.0", "0.48"),
            "pydantic": Pin('["email", "timezone"]', "~2.8.0", "2.8"),
            "uvicorn": Pin('["standard"]', "^0.30.1", "0.30"),
            "httpx": Pin('["http2", "socks"]', ">=0.25.1,<0.26.0", "0.25"),
        },
    ],
    "requirements": [
        {
            "fastapi": Pin("", "==0.110.2", "0.110"),
            "starlette": Pin("", "==0.37.2", "0.37"),
            "pydantic": Pin("[email]", ">=2.11,<2.12", "2.11"),
            "uvicorn": Pin("[standard]", "==0.37.0", "0.37"),
            "httpx": Pin("[http2,cli]", "==0.23.3", "0.23"),
        },
        {
            "fastapi": Pin("[standard-no-fastapi-cloud-cli]", ">=0.128.0,<0.129.0", "0.128"),
            "starlette": Pin("", ">=0.50.0,<0.51.0", "0.50"),
            "pydantic": Pin("", "==2.12.*", "2.12"),
            "uvicorn": Pin("", ">=0.40.0,<0.41.0", "0.40"),
            "httpx": Pin("[brotli]", "==0.28.1", "0.28"),
        },
    ],
}


def write(project: Path, kind: str, start: Mapping[str, Pin]) -> None:
    if kind == "poetry":
        lines = [
            f'{name} = {{ version = "{pin.written}", extras = {pin.extras or "[]"} }}' for name, pin in start.items()
        ]
        text = '[tool.poetry]\nname = "shop"\nversion = "1"\n[tool.poetry.dependencies]\npython = "^3.11"\n'
        text += "\n".join(lines)
    else:
        requirements = [f"{name}{pin.extras}{pin.written}" for name, pin in start.items()]
        text = f'[project]\nname = "shop"\nversion = "1"\nrequires-python = "{PYTHONS}"\n'
        if kind == "pep621":
            text += "dependencies = [\n" + "".join(f'  "{line}",\n' for line in requirements) + "]"
        else:
            (project / "requirements.txt").write_text("\n".join(requirements))
    (project / "pyproject.toml").write_text(f"{text}\n[tool.pincheck.policy]\n{POLICY}")


class File(NamedTuple):
    """One file of an index page, as this test reads it."""

    version: Version
    python: SpecifierSet
    uploaded: datetime
    yanked: bool


def listed(package: str, folder: Path) -> list[File]:
    """Read the page of a package from the last index that has a server, with nothing of pincheck but its address."""
    configured = index.configured(folder, os.environ)
    served = [url for url in configured.urls if urlsplit(url).scheme.startswith("http")]
    if not served:
        pytest.skip("no index with a server is configured on this machine")
    accept = {"Accept": "application/vnd.pypi.simple.v1+json, text/html;q=0.1"}
    request = urllib.request.Request(f"{served[0].rstrip('/')}/{package}/", headers=accept)  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - both http, as looked for above
        body = answer.read().decode()
    if body.lstrip().startswith("{"):
        entries = json.loads(body)["files"]
    else:
        links = _Links()
        links.feed(body)
        entries = links.entries
    return [found for entry in entries if (found := _file(entry))]


class _Links(html.parser.HTMLParser):
    """The links of an HTML page, with the names that the JSON form has for their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            said = {key.removeprefix("data-"): value for key, value in attrs}
            name = (said["href"] or "").partition("#")[0].rpartition("/")[2]
            self.entries.append({**said, "filename": name, "yanked": "yanked" in said})


def _file(entry: Mapping[str, Any]) -> File | None:
    name = entry["filename"]
    try:
        version = parse_wheel_filename(name)[1] if name.endswith(".whl") else parse_sdist_filename(name)[1]
    except ValueError:
        return None
    uploaded = datetime.fromisoformat(entry["upload-time"])
    return File(version, SpecifierSet(entry.get("requires-python") or ""), uploaded, bool(entry.get("yanked")))


def following(files: list[File], series: str) -> Version | None:
    """Return the newest patch of the lowest minor above a series that has one for Python 3.11 and all above."""
    wanted = Version(series).release
    cutoff = datetime.now(UTC) - timedelta(days=3)
    good = {
        file.version
        for file in files
        if not file.version.is_prerelease
        and not file.yanked
        and file.uploaded <= cutoff
        and all(file.python.contains(f"3.{minor}.0") for minor in range(11, 15))
        and file.version.release[:2] > wanted
    }
    lowest = min((version.release[:2] for version in good), default=None)
    return max((version for version in good if version.release[:2] == lowest), default=None)


def carried(package: str, version: Version, folder: Path) -> Metadata:
    """Return what the wheel of a release says of itself, as pip brings it."""
    into = folder / f"{package}-{version}"
    argv = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--ignore-requires-python", "-d", str(into)]
    subprocess.run([*argv, "--only-binary", ":all:", f"{package}=={version}"], check=True, capture_output=True)
    (wheel,) = into.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (member,) = (inside for inside in archive.namelist() if inside.endswith(".dist-info/METADATA"))
        return Metadata.from_email(archive.read(member), validate=False)


def needed(requires: list[Requirement], extras: str) -> dict[str, SpecifierSet]:
    """Return what is asked of each package with these extras on this machine; all Pythons here are above 3.10."""
    chosen = ["", *re.findall(r"[\w-]+", extras)]
    found: dict[str, SpecifierSet] = {}
    for one in requires:
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in chosen):
            name = canonicalize_name(one.name)
            found[name] = found.get(name, SpecifierSet()) & one.specifier
    return found


KINDS = [(kind, number) for kind, starts in STARTS.items() for number in range(len(starts))]


@pytest.mark.parametrize(("kind", "number"), KINDS)
def test_what_is_proposed_is_the_next_minor_and_requires_what_its_wheel_carries(
    pincheck: Callable[..., Ended], project: Path, tmp_path: Path, kind: str, number: int
) -> None:
    start = STARTS[kind][number]
    write(project, kind, start)
    ended = pincheck("propose", "--format", "json")
    assert ended.code == 0, ended.err
    told = {outcome["package"]: outcome for outcome in json.loads(ended.out)["outcomes"]}
    assert list(told) == sorted(PACKAGES)
    for package, pin in start.items():
        outcome = told[package]
        expected = following(listed(package, project), pin.series)
        if expected is None:
            assert outcome["outcome"] == "current", outcome
            continue
        assert (outcome["outcome"], outcome.get("to")) == ("proposed", str(expected)), outcome
        assert f"{Version(outcome['from']).major}.{Version(outcome['from']).minor}" == pin.series
        wheel = carried(package, expected, tmp_path)
        before = carried(package, Version(outcome["from"]), tmp_path)
        after = {one["package"]: one["after"] for one in outcome["requires"] if one["after"] is not None}
        then = {one["package"]: one["before"] for one in outcome["requires"] if one["before"] is not None}
        for metadata, seen in ((wheel, after), (before, then)):
            assert SpecifierSet(seen.pop("python")) == (metadata.requires_python or SpecifierSet())
            assert {name: SpecifierSet(text) for name, text in seen.items()} == needed(
                list(metadata.requires_dist or ()), pin.extras
            ), (package, metadata.version)
        assert SpecifierSet(outcome["requires_python"] or "") == (wheel.requires_python or SpecifierSet())


def test_a_cold_run_asks_at_most_four_times_for_each_package_and_a_warm_one_never(
    pincheck: Callable[..., Ended],
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("PINCHECK_CACHE", str(tmp_path / "cache"))
    caplog.set_level(logging.INFO, "httpx")
    counted = {}
    for package, pin in STARTS["pep621"][0].items():
        write(project, "pep621", {package: pin})
        for run in ("cold", "warm"):
            caplog.clear()
            assert pincheck("propose").code == 0
            answered = [record.getMessage() for record in caplog.records if record.name == "httpx"]
            counted[package, run] = [line for line in answered if not re.search(r"HTTP/[\d.]+ 30\d", line)]
    for (package, run), asked in counted.items():
        assert len(asked) <= (4 if run == "cold" else 0), (package, run, asked)
    assert all(counted[package, "cold"] for package in PACKAGES)
