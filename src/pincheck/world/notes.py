"""Release notes: from a file or address that was named, or from the one that the index names."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck import changelog
from pincheck.changelog import Written
from pincheck.errors import PincheckError
from pincheck.world import _search, http
from pincheck.world._github import GITHUB, Forge
from pincheck.world._sdists import Sdist, sdist
from pincheck.world._search import NotAvailable, Told, find

__all__ = ["Forge", "NotAvailable", "Sdist", "Told", "find", "given", "named", "sdist"]

_LARGEST = 16 * 1024 * 1024
_ACCEPT = "text/markdown, text/plain;q=0.9, */*;q=0.1"


def path(place: str) -> Path | None:
    """Return the path of a place that is no web address, None where it is one; ValueError and RuntimeError for none."""
    if place.startswith(("http://", "https://")):
        return None
    return Path(unquote(urlsplit(place).path)) if place.startswith("file:") else Path(place).expanduser()


def named(client: http.Client, place: str, folder: Path) -> str:
    """Return the text at a place that a person named; PincheckError where there is none.

    A path is relative to `folder`.
    """
    shown = f"release notes `{http.without_credentials(place)}`"
    if place.startswith(("http://", "https://")):
        answer = http.get(client, place, _ACCEPT)
        if answer.status != httpx.codes.OK:
            raise PincheckError(f"{shown}: the server answered {answer.status}")
        return answer.text
    try:
        with (folder / (path(place) or "")).open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise PincheckError(f"{shown}: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, RuntimeError):  # A zero byte, or the home of somebody who does not exist.
        raise PincheckError(f"{shown}: no such file or directory") from None
    if len(data) > _LARGEST:
        raise PincheckError(f"{shown}: larger than {_LARGEST // 1024 // 1024} MiB")
    return data.decode("utf-8", errors="replace")


def given(
    client: http.Client, place: str, folder: Path, package: NormalizedName, now: Version,
    environ: Mapping[str, str], *, forge: Forge = GITHUB,
) -> Told:  # fmt: skip
    """Return the release notes at a place that a person named; PincheckError where there are none.

    A path is relative to `folder`. Of a repository on GitHub the releases are read, or else its changelog.
    """
    shown = http.without_credentials(place)
    if place.startswith(("http://", "https://")):
        found = _search.given(client, place, package, now, environ, forge)
        if isinstance(found, Told):
            return found
        raise PincheckError(f"release notes: {found}", "name a file or an address that tells of versions")
    written = Written(named(client, place, folder), "", place, package)
    if not changelog.versions(written):
        raise PincheckError(
            f"release notes `{shown}`: no heading with a version in them",
            "Markdown, reStructuredText, HTML and GitHub's releases are read",
        )
    return Told(written, f"`{shown}`")
