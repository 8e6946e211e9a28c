"""Simple-index text → releases (PEP 503 HTML, PEP 691 JSON, with yanks of PEP 592 and upload times of PEP 700).

The HTML parser is our own because an index may give upload times there too (`data-upload-time`), which the kept
libraries drop.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import groupby
from typing import Any
from urllib.parse import unquote

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    NormalizedName,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from pincheck.upgrades import Release

JSON = "application/vnd.pypi.simple.v1+json"
ACCEPT = f"{JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
_LABELS = {"changelog", "changes", "releasenotes", "history", "whatsnew", "docschangelog"}


@dataclass(frozen=True, slots=True)
class File:
    """One file that an index offers: its version, when it came, whether it was taken back."""

    version: Version
    uploaded: datetime | None
    yanked: bool
    requires_python: SpecifierSet


def files(text: str, media_type: str, name: NormalizedName) -> tuple[File, ...]:
    """Read a project's page of a simple index; ValueError where it is no such page.

    Files of other projects, in formats that are no longer installed, or with unreadable versions are left out.
    """
    if media_type.endswith("json"):
        listed = _from_json(text)
    elif media_type in {"text/html", "application/vnd.pypi.simple.v1+html", ""}:
        listed = _from_html(text)
    else:
        raise ValueError(f"an index page cannot be `{media_type}`")
    found = (_file(entry, name) for entry in listed)
    return tuple(file for file in found if file is not None)


def releases(found: Iterable[File]) -> tuple[Release, ...]:
    """Join files to releases, lowest first; a release is yanked when all its files are.

    It was uploaded with its first file, and asks of Python what its first file says.
    """
    ordered = sorted(found, key=lambda file: file.version)
    return tuple(_release(version, list(group)) for version, group in groupby(ordered, key=lambda f: f.version))


def changelog_url(project_json: str) -> str:
    """Return the address that an index's project JSON names as changelog, `""` where it names none.

    The labels are those of PEP 753 ("well-known project URLs"), compared without punctuation and blanks.
    """
    try:
        info = json.loads(project_json).get("info", {})
        urls = info.get("project_urls") or {}
        items = [(_label(label), url) for label, url in urls.items()]
    except (ValueError, AttributeError, RecursionError):
        return ""
    return next((url for label, url in items if label in _LABELS and isinstance(url, str)), "")


def _label(label: object) -> str:
    return "".join(character for character in str(label).lower() if character.isalnum())


def _release(version: Version, group: Sequence[File]) -> Release:
    offered = [file for file in group if not file.yanked] or list(group)
    times = [file.uploaded for file in offered if file.uploaded is not None]
    return Release(
        version=version,
        uploaded=min(times, default=None),
        yanked=all(file.yanked for file in group),
        requires_python=offered[0].requires_python,
    )


def _from_json(text: str) -> list[Mapping[str, Any]]:
    try:
        document = json.loads(text)
    except RecursionError:
        raise ValueError("the index page is nested too deeply") from None
    listed = document.get("files") if isinstance(document, Mapping) else None
    if not isinstance(listed, list):
        raise ValueError("the index page has no list of files")  # noqa: TRY004 - the text is wrong, not a type
    return [entry for entry in listed if isinstance(entry, Mapping)]


def _from_html(text: str) -> list[Mapping[str, Any]]:
    parser = _Links()
    try:
        parser.feed(text)
    except AssertionError as error:  # So the standard library says that a `<![…]>` is none.
        raise ValueError(f"it is not HTML: {error}") from None
    return parser.found


class _Links(HTMLParser):
    """Collects the links of a simple page under the keys of its JSON form."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Mapping[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag != "a" or not given.get("href"):
            return
        address = re.split(r"[?#]", given["href"] or "", maxsplit=1)[0]
        entry: dict[str, Any] = {"filename": unquote(address.rpartition("/")[2])}
        for key in ("requires-python", "upload-time"):
            if given.get(f"data-{key}"):
                entry[key] = given[f"data-{key}"]
        if "data-yanked" in given:
            entry["yanked"] = True
        self.found.append(entry)


def _file(entry: Mapping[str, Any], name: NormalizedName) -> File | None:
    filename = entry.get("filename")
    try:
        if isinstance(filename, str) and filename.endswith(".whl"):
            owner, version, *_ = parse_wheel_filename(filename)
        else:
            owner, version = parse_sdist_filename(filename)  # type: ignore[arg-type]
    except (InvalidWheelFilename, InvalidSdistFilename, ValueError, AttributeError):
        return None
    if owner != name:
        return None
    yanked = entry.get("yanked", False)
    return File(version, _time(entry.get("upload-time")), bool(yanked), _python(entry.get("requires-python")))


def _time(value: object) -> datetime | None:
    """Read an ISO time as UTC; one without a zone is UTC already (PEP 700), one that cannot be read is none."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _python(value: object) -> SpecifierSet:
    """Read `requires-python`; one that cannot be read asks for nothing, as installers have it."""
    try:
        asked = SpecifierSet(value if isinstance(value, str) else "")
        for clause in asked:
            clause.contains("3")  # A number of thousands of digits is refused only now.
    except (InvalidSpecifier, ValueError):
        return SpecifierSet()
    return asked
