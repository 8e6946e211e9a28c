"""What the index that is configured on this machine says of real releases is what their wheels carry."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from pincheck import indexes
from pincheck.world import http, index
from tests.conftest import data

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("package", ["fastapi", "starlette", "pydantic", "uvicorn", "httpx"])
def test_a_release_requires_what_its_wheel_carries(package: str, tmp_path: Path) -> None:
    name = canonicalize_name(package)
    configured = index.configured(tmp_path, os.environ)
    with http.client(configured.certificates, configured.trusted_hosts) as client:
        offered = index.offered(client, configured, name)
        newest = max(r.version for r in indexes.releases(offered.files) if not r.version.is_prerelease and not r.yanked)
        found = index.metadata(client, offered, newest)
    argv = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--ignore-requires-python", "-d", str(tmp_path)]
    subprocess.run([*argv, "--only-binary", ":all:", f"{package}=={newest}"], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (member,) = (inside for inside in archive.namelist() if inside.endswith(".dist-info/METADATA"))
        carried = Metadata.from_email(archive.read(member), validate=False)
    assert found.requires == tuple(carried.requires_dist or ())
    assert found.requires_python == (carried.requires_python or SpecifierSet())
    assert (found.name, found.version, found.problems) == (name, newest, ())
    assert found.description == carried.description
    assert {label for label, _ in found.urls} >= set(carried.project_urls or {})


def test_releases_of_fastapi_required_what_is_known_of_them(tmp_path: Path) -> None:
    known = json.loads(data("notes", "fastapi", "requires-by-version.json").read_text())
    configured = index.configured(tmp_path, os.environ)
    with http.client(configured.certificates, configured.trusted_hosts) as client:
        offered = index.offered(client, configured, canonicalize_name("fastapi"))
        for told in known[::12]:
            found = index.metadata(client, offered, Version(told["version"]))
            assert str(found.requires_python) == str(SpecifierSet(told["requires_python"]))
            always = [str(requirement) for requirement in found.requires if "extra" not in str(requirement.marker)]
            assert always == [str(Requirement(text)) for text in told["requires"]], told["version"]
