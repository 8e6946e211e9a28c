"""Pages of a simple index → files and releases.

JSON (PEP 691) and HTML (PEP 503) with yanks (PEP 592), hashes, core metadata beside the file (PEP 658, PEP 714), sizes and
upload times (PEP 700; some indexes give them in HTML too), other indexes that a project belongs to (PEP 708) and the
project's status (PEP 792).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from html import escape, unescape
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

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
_HTML = {"text/html", "application/vnd.pypi.simple.v1+html", "application/xhtml+xml", ""}
_STATUSES = {"active", "archived", "deprecated", "quarantined"}
_LONGEST_TAG = 64 * 1024


@dataclass(frozen=True, slots=True)
class File:
    """One file that an index offers: its version, when it came, whether it was taken back and why.

    `url` is absolute where the page's address is known, has neither credentials nor a fragment, and is `""` where the
    page gives none. `hashes` are pairs of algorithm and hexadecimal digest. `core_metadata` is None where the index has
    no `.metadata` beside the file, else the hashes that it must have, which may be none. `size` is in bytes.
    """

    version: Version
    uploaded: datetime | None
    yanked: bool
    requires_python: SpecifierSet
    filename: str = ""
    url: str = ""
    hashes: tuple[tuple[str, str], ...] = ()
    yanked_reason: str = ""
    core_metadata: tuple[tuple[str, str], ...] | None = None
    size: int | None = None


class Page(NamedTuple):
    """What an index says of one project: `status` is active, archived, deprecated or quarantined (PEP 792).

    Of a quarantined project there are no files, whatever the page lists. `tracks` and `alternates` are addresses of
    the same project's pages on other indexes (PEP 708).
    """

    files: tuple[File, ...]
    status: str = "active"
    status_reason: str = ""
    tracks: tuple[str, ...] = ()
    alternates: tuple[str, ...] = ()


def page(text: str, media_type: str, name: NormalizedName, url: str = "") -> Page:
    """Read a project's page of a simple index; ValueError where it is no such page.

    `url` is where the page was had. Files of other projects, in formats that are no longer installed, with unreadable
    versions or with addresses that a page of its kind may not name are left out.
    """
    if media_type.endswith("json"):
        document, base = _from_json(text), url
    elif media_type in _HTML:
        document, base = _from_html(text, url)
    else:
        raise ValueError(f"an index page cannot be `{media_type}`")
    meta = _table(document.get("meta"))
    major = str(meta.get("api-version", "1.0")).partition(".")[0]
    if major.isdecimal() and len(major) < 9 and int(major) > 1:  # noqa: PLR2004 - nine digits are a number for sure
        raise ValueError(f"it is of version {meta['api-version']} of the simple API, and only version 1 is known")
    status, reason = _status(document, meta)
    found = (_file(entry, name, base) for entry in document["files"])
    return Page(
        files=() if status == "quarantined" else tuple(file for file in found if file is not None),
        status=status,
        status_reason=reason,
        tracks=_texts(meta.get("tracks")),
        alternates=_texts(document.get("alternate-locations")),
    )


def releases(found: Iterable[File]) -> tuple[Release, ...]:
    """Join files to releases, lowest first; a release is yanked when all its files are.

    It was uploaded with its first file, and asks of Python what its first file says.
    """
    ordered = sorted(found, key=lambda file: file.version)
    return tuple(_release(version, list(group)) for version, group in groupby(ordered, key=lambda f: f.version))


def belong_together(pages: Mapping[str, Page]) -> bool:
    """Say whether the pages of one project on several indexes say that they are the same project (PEP 708).

    They do where each that does not track another one of them names the same alternate locations, all of these among
    them. Keys are the addresses of the pages.
    """
    here = {_comparable(url): found for url, found in pages.items()}
    own = {url: found for url, found in here.items() if not {*map(_comparable, found.tracks)} & (here.keys() - {url})}
    if len(own) == 1:
        return True
    named = [{url, *map(_comparable, found.alternates)} for url, found in own.items()]
    return bool(named) and own.keys() <= named[0] and all(each == named[0] for each in named)


def times(project_json: str) -> dict[str, datetime]:
    """Return when each file was uploaded, by its name, as an index's project JSON tells (`/pypi/NAME/json`)."""
    try:
        document = json.loads(project_json)
    except (ValueError, RecursionError):
        return {}
    document = _table(document)
    listed = [document.get("urls"), *_table(document.get("releases")).values()]
    entries = [entry for files in listed if isinstance(files, list) for entry in files if isinstance(entry, Mapping)]
    found = {
        entry.get("filename"): _time(entry.get("upload_time_iso_8601", entry.get("upload_time"))) for entry in entries
    }
    return {name: time for name, time in found.items() if isinstance(name, str) and time is not None}


def with_times(found: Iterable[File], uploaded: Mapping[str, datetime]) -> tuple[File, ...]:
    """Return files with the times that are known of them and that their page does not give."""
    return tuple(replace(file, uploaded=file.uploaded or uploaded.get(file.filename)) for file in found)


def _release(version: Version, group: Sequence[File]) -> Release:
    offered = [file for file in group if not file.yanked] or list(group)
    uploaded = [file.uploaded for file in offered if file.uploaded is not None]
    yanked = all(file.yanked for file in group)
    return Release(
        version=version,
        uploaded=min(uploaded, default=None),
        yanked=yanked,
        requires_python=offered[0].requires_python,
        yanked_reason=next((file.yanked_reason for file in group if file.yanked_reason), "") if yanked else "",
    )


def _from_json(text: str) -> Mapping[str, Any]:
    """Return the document, whose `files` are tables for sure."""
    try:
        document = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"it says that it is JSON, and is not: {error}") from None
    listed = document.get("files") if isinstance(document, Mapping) else None
    if not isinstance(listed, list):
        raise ValueError("it has no list of files")  # noqa: TRY004 - the text is wrong, not a type
    return {**document, "files": [entry for entry in listed if isinstance(entry, Mapping)]}


# Elements other than these are read as line breaks: nothing else tells of a file, and what cannot nest cannot nest too
# deeply. In those after `meta` a `<` begins no tag, so they stay what they are.
_OTHER_TAG = re.compile(
    r"<(?!/?(?:a|base|meta|script|style|title|textarea|xmp|iframe|noembed|noframes|plaintext)[\s/>])/?[a-z][^\s/>]*",
    re.IGNORECASE,
)
_LONG_TAG = re.compile(rf"<[a-zA-Z][^>]{{{_LONGEST_TAG}}}")
# An angle bracket in a quoted value hides from the pattern above how long a tag is.
_QUOTED_BRACKET = re.compile(r"""=\s*(?:"[^"<>]*[<>]|'[^'<>]*[<>])""")
_TOLD = re.compile(
    r"<(?:(!--)|(a|base|meta)(?=[\s/>])|(script|style|title|textarea|xmp|iframe|noembed|noframes)(?=[\s/>]))",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+)))?+""")
_MOST_ATTRIBUTES = 50


def _from_html(text: str, url: str) -> tuple[Mapping[str, Any], str]:
    """Return a page of links in the form of its JSON, and the address that its links are relative to."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - only where a page is read

    if text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}:
        raise ValueError("it says that it is HTML, and is JSON")
    if not re.search(r"<(?:[a-z]|!doctype)", text, re.IGNORECASE):
        raise ValueError("it is not HTML: there is no element in it")
    if _LONG_TAG.search(text):  # An element with thousands of attributes would cost their number squared.
        raise ValueError("it has a tag that is too long")
    if len(text) > _LONGEST_TAG and _QUOTED_BRACKET.search(text):
        text = "\n".join(_bounded_tags(text))
    tree = LexborHTMLParser(_OTHER_TAG.sub("<br", text).encode("utf-8", errors="replace"))
    base, listed, metas = "", [], []
    for node in tree.css("a[href], base[href], meta[name]"):
        given = node.attributes
        if node.tag == "a":
            listed.append(_link(given))
        elif node.tag == "base":
            base = base or (given["href"] or "").strip()
        else:
            metas.append(((given["name"] or "").strip().lower(), (given.get("content") or "").strip()))
    values = dict(reversed(metas))  # The first one counts where there may be one only.
    document = {
        "meta": {
            "api-version": values.get("pypi:repository-version", "1.0"),
            "tracks": [content for key, content in metas if key == "pypi:tracks"],
        },
        "project-status": {
            "status": values.get("pypi:project-status"),
            "reason": values.get("pypi:project-status-reason"),
        },
        "alternate-locations": [content for key, content in metas if key == "pypi:alternate-locations"],
        "files": listed,
    }
    return document, (_address(url, base) or url) if base else url


def _bounded_tags(text: str) -> Iterator[str]:
    """Yield the tags that tell of files, written anew; ValueError where one has more attributes than any index gives.

    They are found in the order of the text, without comments and what stands in scripts, in one pass.
    """
    place = 0
    while found := _TOLD.search(text, place):
        place = found.end()
        if found[1]:
            end = text.find("-->", place)
        elif found[2]:
            given = []
            while one := _ATTRIBUTE.match(text, place):
                given.append(f'{one[1]}="{escape(unescape(one[2] or one[3] or one[4] or ""))}"')
                place = one.end()
                if len(given) > _MOST_ATTRIBUTES or place - found.end() > _LONGEST_TAG:
                    raise ValueError("it has a tag that is too long")
            yield f"<{found[2]} {' '.join(given)}>"
            continue
        else:
            closing = re.compile(rf"</{found[3]}(?=[\s/>])", re.IGNORECASE).search(text, place)
            end = closing.end() if closing else -1
        if end < 0:
            return
        place = end


def _link(given: Mapping[str, str | None]) -> Mapping[str, Any]:
    """Return one link under the keys of the JSON form."""
    href = (given["href"] or "").strip()
    path, _, fragment = href.partition("#")
    filename = unquote(path.partition("?")[0].rpartition("/")[2])
    entry: dict[str, Any] = {"filename": filename, "url": href, "hashes": dict([_digest(fragment)])}
    for key in ("requires-python", "upload-time"):
        if given.get(f"data-{key}"):
            entry[key] = given[f"data-{key}"]
    if "data-yanked" in given:
        entry["yanked"] = given["data-yanked"] or True
    for key in ("core-metadata", "dist-info-metadata"):
        if f"data-{key}" in given:
            value = given[f"data-{key}"] or "true"
            entry[key] = dict([_digest(value)]) if "=" in value else value.lower() != "false"
    if (given.get("data-size") or "").isdecimal():
        entry["size"] = int((given["data-size"] or "")[:18])
    return entry


def _digest(text: str) -> tuple[str, str]:
    """Read `sha256=…`; what is no hash becomes a pair that is none."""
    algorithm, _, digest = text.partition("=")
    return algorithm.strip().lower(), digest.partition("&")[0].strip()


def _status(document: Mapping[str, Any], meta: Mapping[str, Any]) -> tuple[str, str]:
    """Return the project's status and its reason; drafts of PEP 792 had both in `meta`."""
    given = document.get("project-status")
    table = _table(given) if isinstance(given, Mapping) else {"status": given or meta.get("project-status")}
    reason = table.get("reason") or meta.get("project-status-reason")
    status = table.get("status")
    known = status.strip().lower() if isinstance(status, str) else ""
    return (known if known in _STATUSES else "active"), (reason if isinstance(reason, str) else "")


def _file(entry: Mapping[str, Any], name: NormalizedName, base: str) -> File | None:
    filename = entry.get("filename")
    try:
        if isinstance(filename, str) and filename.endswith(".whl"):
            owner, version, *_ = parse_wheel_filename(filename)
        else:
            owner, version = parse_sdist_filename(filename)  # type: ignore[arg-type]
    except (InvalidWheelFilename, InvalidSdistFilename, ValueError, AttributeError):
        return None
    given = entry.get("url", "")
    url = _address(base, given) if isinstance(given, str) else None
    if owner != name or url is None:
        return None
    yanked, size = entry.get("yanked", False), entry.get("size")
    beside = entry.get("core-metadata", entry.get("dist-info-metadata"))
    return File(
        version=version,
        uploaded=_time(entry.get("upload-time")),
        yanked=bool(yanked),
        requires_python=_python(entry.get("requires-python")),
        filename=str(filename),
        url=url,
        hashes=_hashes(entry.get("hashes")),
        yanked_reason=yanked if isinstance(yanked, str) else "",
        core_metadata=_hashes(beside) if beside is True or isinstance(beside, Mapping) else None,
        size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
    )


def _address(base: str, written: str) -> str | None:
    """Return where a link leads, None where no package can be: nothing but http goes on from a page that was served.

    A page on disk may name files. Credentials are left out, because those of the index go with its own addresses.
    """
    if not written:
        return ""
    try:
        parts = urlsplit(urljoin(base, written.strip()))
        _ = parts.port  # One that is no number is refused only now.
    except ValueError:
        return None
    on_disk = parts.scheme == "file" and base.startswith("file:") and parts.netloc in {"", "localhost"}
    on_server = parts.scheme in {"http", "https"} and parts.hostname
    if not (on_disk or on_server or (not parts.scheme and not base)):
        return None
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))


def _comparable(url: str) -> str:
    """Return an address in a form in which two that are the same are equal."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    netloc = parts.netloc.rpartition("@")[2].lower()
    return urlunsplit((parts.scheme.lower(), netloc, parts.path.rstrip("/"), "", ""))


def _hashes(value: object) -> tuple[tuple[str, str], ...]:
    return tuple(_pairs(value)) if isinstance(value, Mapping) else ()


def _pairs(value: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    for algorithm, digest in value.items():
        if isinstance(algorithm, str) and isinstance(digest, str) and algorithm and digest:
            yield algorithm.lower(), digest.lower()


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str) and item) if isinstance(value, list) else ()


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
    return _specifiers(value) if isinstance(value, str) else SpecifierSet()


@lru_cache(maxsize=1024)  # The files of a project say the same few things, and looking at each costs a quarter of a ms.
def _specifiers(text: str) -> SpecifierSet:
    try:
        asked = SpecifierSet(text)
        for clause in asked:
            clause.contains("3")  # A number of thousands of digits is refused only now.
    except (InvalidSpecifier, ValueError):
        return SpecifierSet()
    return asked
