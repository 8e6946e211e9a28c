"""Release notes on GitHub: the releases of a repository, and its files as they are."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from packaging.version import Version

from pincheck.changelog import Written, _headings
from pincheck.changelog._addresses import Raw, Repository
from pincheck.world import http

MEDIA_TYPE = "application/vnd.github+json"
_PER_PAGE = 100
_MOST_PAGES = 10
_LARGEST = 16 * 1024 * 1024
_OK = 200
_GONE = {404, 410, 451}
_LIMITED = {403, 429}
_KEPT = ("tag_name", "name", "body", "published_at", "html_url", "prerelease")

# What GitHub writes where nobody wrote anything.
_NOTHING_SAID = re.compile(r"(?:<!--[^>]*-->\s*)?(?:\*\*Full Changelog\*\*: *\S+)?")


class Forge(NamedTuple):
    """Where GitHub is asked for releases and for files."""

    api: str = "https://api.github.com"
    raw: str = "https://raw.githubusercontent.com"


GITHUB = Forge()


class Missing(Exception):
    """What was looked for cannot be had; `limited` says that this is for a limit of requests."""

    def __init__(self, reason: str, *, limited: bool = False) -> None:
        super().__init__(reason)
        self.limited = limited


class Absent(Missing):
    """There is no such file."""


class Asker(NamedTuple):
    """Who asks, by which rule for strangers' addresses (None: a person named it), with which token (`""`: none)."""

    client: http.Client
    public: http.Public | None
    forge: Forge
    token: str


def token(environ: Mapping[str, str]) -> str:
    """Return the token that GitHub is to see, `""` for none; in the jobs of another server it is that server's."""
    if environ.get("GITHUB_API_URL", GITHUB.api).rstrip("/") != GITHUB.api:
        return ""
    return (environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN") or "").strip()


def releases(asker: Asker, found: Repository, now: Version, package: str) -> Written:
    """Return the releases of a repository as GitHub tells them, newest first, down to the current version.

    The text is a JSON list of those that say something, with the fields of the API; Missing where there are none.
    """
    kept: list[Mapping[str, Any]] = []
    left = _LARGEST
    shown = f"github.com/{found.owner}/{found.name}/releases"
    address = f"{asker.forge.api}/repos/{found.owner}/{found.name}/releases"
    for page in range(1, _MOST_PAGES + 1):
        try:
            answer = _answer(asker, f"{address}?per_page={_PER_PAGE}&page={page}", shown, left)
            entries = _listed(answer, shown)
        except Missing:
            if not kept:
                raise
            break  # The newest ones are better than none.
        left -= len(answer.content)
        kept += [{key: one.get(key) for key in _KEPT} for one in entries if not one.get("draft") and _says(one)]
        if left <= 0 or 'rel="next"' not in answer.headers.get("link", "") or _reached(entries, now, package):
            break
    if not kept:
        raise Missing(f"`{shown}` holds no notes")
    return Written(json.dumps(kept), MEDIA_TYPE, f"https://{shown}", package)


def _says(entry: Mapping[str, Any]) -> bool:
    body = entry.get("body")
    return isinstance(body, str) and not _NOTHING_SAID.fullmatch(body.strip()[:1000])


def _answer(asker: Asker, url: str, shown: str, largest: int) -> http.Answer:
    """Return what the API answers; Missing where it does not answer, or not with what was asked for."""
    try:
        answer = http.get(asker.client, url, MEDIA_TYPE, public=asker.public, login=asker.token, largest=largest)
    except http.Unreachable as error:
        # What GitHub asks to wait for is longer than anybody waits, and is no matter of the network.
        raise (_limited(asker, shown) if "answered 429" in error.message else Missing(error.message)) from None
    # It says how many requests are left, and 403 is also said of what a token may not see.
    if answer.status in _LIMITED and answer.headers.get("x-ratelimit-remaining", "0") == "0":
        raise _limited(asker, shown)
    if answer.status == 401:  # noqa: PLR2004 - what a wrong token is answered
        raise Missing("GitHub does not accept the token in `GITHUB_TOKEN` or `GH_TOKEN`", limited=True)
    if answer.status != _OK:
        raise Missing(f"`{shown}` answered {answer.status}")
    return answer


def _listed(answer: http.Answer, shown: str) -> list[Mapping[str, Any]]:
    """Return the releases in an answer of the API."""
    try:
        listed = json.loads(answer.content)
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list):
        raise Missing(f"`{shown}` gave no list of releases")
    return [one for one in listed if isinstance(one, Mapping)]


def _limited(asker: Asker, shown: str) -> Missing:
    advice = "try again later" if asker.token else "set `GITHUB_TOKEN`"
    return Missing(f"GitHub's limit of requests is reached for `{shown}`: {advice}", limited=True)


def _reached(entries: Sequence[Mapping[str, Any]], now: Version, package: str) -> bool:
    """Say whether the releases go down to a version: it is there, or half of them are older.

    One that is older proves nothing, because old lines of releases go on beside the new ones.
    """
    tags = [entry["tag_name"] for entry in entries if isinstance(entry.get("tag_name"), str)]
    found = [version for version in (_headings.tag(tag, package) for tag in tags) if version is not None]
    return now in found or sum(version < now for version in found) * 2 > len(found) > 0


def file(asker: Asker, found: Raw, package: str) -> Written:
    """Return a file of a repository; Missing where it cannot be had."""
    repository, path = found
    shown = f"https://github.com/{repository.owner}/{repository.name}/blob/{path}"
    try:
        url = f"{asker.forge.raw}/{repository.owner}/{repository.name}/{path}"
        answer = http.get(asker.client, url, public=asker.public)
    except http.Unreachable as error:
        raise Missing(error.message) from None
    if answer.status in _LIMITED:
        raise Missing(f"GitHub's limit of requests is reached for `{shown}`: try again later", limited=True)
    if answer.status in _GONE:
        raise Absent(f"`{shown}` is not there")
    if answer.status != _OK:
        raise Missing(f"`{shown}` answered {answer.status}")
    return Written(answer.text, answer.media_type, shown, package)
