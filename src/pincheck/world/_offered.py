"""What the configured indexes offer: the files of a package, and what is said of them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import httpx
from packaging.utils import NormalizedName

from pincheck import indexes as pages
from pincheck.errors import PincheckError
from pincheck.indexes import ACCEPT, JSON, File, Page
from pincheck.world import _asking, http
from pincheck.world._index_settings import Indexes, Terms
from pincheck.world.http import Answer, Client

_LARGEST_PAGE = 32 * 1024 * 1024
_NOT_THERE = {404, 410}


@dataclass(frozen=True, slots=True)
class Offered:
    """All files of one package, and the first index that has it.

    `timed` says whether any index gives upload times; a file of which its index gives none has none. `timed_for_pip`
    says whether pip can be held to a cooldown: it asks every index, reads times in JSON only, and refuses to work where
    an index gives a file without one. `remarks` are what a person should know of where the files come from.
    """

    files: tuple[File, ...]
    timed: bool
    timed_for_pip: bool
    answered: str
    remarks: tuple[str, ...] = ()
    name: NormalizedName = field(default=NormalizedName(""))
    indexes: Indexes = field(default_factory=lambda: Indexes(()), repr=False)


class _Known(NamedTuple):
    """The page of a package on an index that knows it, and whether pip reads upload times from it."""

    place: str
    address: str
    page: Page
    for_pip: bool

    @property
    def shown(self) -> str:
        return f"`{http.without_credentials(self.place)}`"


def offered(client: Client, indexes: Indexes, name: NormalizedName, *, times: bool = False) -> Offered:
    """Return all files that the indexes offer of a package; PincheckError where none of them has any.

    With `times`, an index whose page gives no upload times is asked for its project JSON, which may (one more request).
    An index that cannot be asked is an error even where another one answers: what it has might be what is wanted.
    """
    only = indexes.only.get(name)
    urls, links = ((only,), ()) if only else (indexes.urls, indexes.find_links)
    if only and indexes.terms.get(only, Terms()).flat:
        urls, links = (), (only,)
    known: list[_Known] = []
    asked_all = False
    for number, url in enumerate(urls, 1):
        asked_all = number == len(indexes.urls) and not only
        found = _page(client, indexes, url, name)
        if found is not None:
            known.append(_timed(client, indexes, found, name) if times else found)
        if known and indexes.first_match:
            break
    linked = [_links(client, indexes, place, name) for place in links]
    files = _joined([*(found.page for found in known), *linked])
    if not files:
        raise _nowhere(name, known, (*urls, *links))
    return Offered(
        files=files,
        timed=any(file.uploaded is not None for file in files),
        timed_for_pip=(asked_all or not indexes.urls) and all(found.for_pip for found in known),
        answered=next((found.place for found in known if found.page.files), ""),
        remarks=tuple(_remarks(indexes, name, known)),
        name=name,
        indexes=indexes,
    )


def _joined(found: Iterable[Page]) -> tuple[File, ...]:
    """Return the files of several pages; of two with one name the first counts, as pip and uv have it."""
    files: dict[str, File] = {}
    for page in found:
        for file in page.files:
            files.setdefault(file.filename, file)
    return tuple(files.values())


def _nowhere(name: NormalizedName, known: Iterable[_Known], urls: Iterable[str]) -> PincheckError:
    places = ", ".join(f"`{http.without_credentials(url)}`" for url in urls)
    for found in known:
        if found.page.status == "quarantined":
            return PincheckError(_status(name, found), "nothing of it may be installed until that is lifted")
    return PincheckError(f"no index has `{name}`: {places or 'none is configured'}")


def _remarks(indexes: Indexes, name: NormalizedName, known: list[_Known]) -> Iterable[str]:
    """Yield what the status of a project means (PEP 792), and whether its indexes belong together (PEP 708).

    pip joins its indexes whatever they say, and so does pincheck for its sake; indexes on disk belong to any.
    """
    for found in known:
        if found.page.status != "active":
            yield _status(name, found)
    remote = [found for found in known if found.page.files and not found.address.startswith("file:")]
    strangers = not pages.belong_together({found.address: found.page for found in remote})
    if len(remote) > 1 and strangers and not indexes.joined:
        shown = ", ".join(found.shown for found in remote)
        count = "two" if len(remote) == 2 else str(len(remote))  # noqa: PLR2004 - a word for a small number
        yield f"`{name}` is on {count} indexes that do not say that they belong together: {shown}"


def _status(name: NormalizedName, found: _Known) -> str:
    reason = f": {found.page.status_reason}" if found.page.status_reason else ""
    return f"`{name}` is {found.page.status} on {found.shown}{reason}"


def _page(client: Client, indexes: Indexes, url: str, name: NormalizedName) -> _Known | None:
    """Return a project's page on one index, None where it does not know the project.

    pip reads times in the JSON form of the simple API only.
    """
    parts = urlsplit(url)
    address = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}/"))
    if parts.scheme == "file":
        path = _asking.local(address) / "index.html"
        return _Known(url, address, _from_file(path, name), for_pip=False) if path.is_file() else None
    answer = asked(client, indexes, address, ACCEPT, index=url)
    if answer is None:
        return None
    page = _from_server(answer, name)
    for_pip = answer.media_type == JSON and all(file.uploaded for file in page.files)
    return _Known(url, http.without_credentials(address), page, for_pip or not page.files)


def _timed(client: Client, indexes: Indexes, found: _Known, name: NormalizedName) -> _Known:
    """Return a page with the upload times of its index's project JSON, where it gives none itself."""
    if not found.page.files or any(file.uploaded for file in found.page.files):
        return found
    times = pages.times(project_json(client, indexes.logins.remembered(found.place), name))
    return found._replace(page=found.page._replace(files=pages.with_times(found.page.files, times)))


def _links(client: Client, indexes: Indexes, place: str, name: NormalizedName) -> Page:
    """Return the files in a folder or on a page of links."""
    if urlsplit(place).scheme != "file":
        answer = asked(client, indexes, place, "text/html", index=place)
        return _from_server(answer, name) if answer else Page(())
    path = _asking.local(place)
    if path.is_file():
        return _from_file(path, name)
    try:
        names = sorted(entry.name for entry in path.iterdir()) if path.is_dir() else []
    except OSError as error:
        raise PincheckError(f"cannot read `{path}`: {(error.strerror or str(error)).lower()}") from None
    listed = [{"filename": filename, "url": (path / filename).as_uri()} for filename in names]
    return pages.page(json.dumps({"files": listed}), "application/json", name, path.as_uri())


def asked(client: Client, indexes: Indexes, address: str, accept: str, *, index: str) -> Answer | None:
    """Return what an index answers to a question that it knows, None where it says that there is no such thing.

    PincheckError where it refuses or fails.
    """
    answer = _asking.get(client, indexes, address, accept, index=index)
    if answer.status in _NOT_THERE or answer.status in indexes.terms.get(index, Terms()).ignored:
        return None
    shown = http.without_credentials(address)
    if answer.status in _asking.REFUSED:
        raise PincheckError(f"`{shown}` answered {answer.status}", "check the name and password of this index")
    if answer.status != httpx.codes.OK:
        raise PincheckError(f"`{shown}` answered {answer.status}", "try again later, or ask who runs this index")
    return answer


def _from_server(answer: Answer, name: NormalizedName) -> Page:
    # JSON is UTF-8 whatever its headers say (RFC 8259, section 8.1).
    is_json = answer.media_type.endswith("json")
    text = answer.content.decode("utf-8-sig", errors="replace") if is_json else answer.text
    try:
        return pages.page(text, answer.media_type, name, http.without_credentials(answer.url))
    except ValueError as error:
        shown = http.without_credentials(answer.url)
        raise PincheckError(f"`{shown}` is not an index page: {error}", "check the address of this index") from None


def _from_file(path: Path, name: NormalizedName) -> Page:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_PAGE + 1)
        if len(data) > _LARGEST_PAGE:
            raise ValueError(f"it is larger than {_LARGEST_PAGE // 1024 // 1024} MiB")  # noqa: TRY301 - as if unreadable
        return pages.page(data.decode("utf-8", errors="replace"), "text/html", name, path.as_uri())
    except (OSError, ValueError) as error:
        raise PincheckError(f"`{path}` is not an index page: {error}") from None


def project_json(client: Client, index: str, name: NormalizedName) -> str:
    """Return an index's project JSON (`/pypi/NAME/json`), `""` where it has none: it is a convenience of some."""
    parts = urlsplit(index)
    if parts.scheme not in {"http", "https"} or not parts.path.rstrip("/").endswith("/simple"):
        return ""
    path = f"{parts.path.rstrip('/').removesuffix('/simple')}/pypi/{name}/json"
    answer = http.get(client, urlunsplit(parts._replace(path=path)), "application/json")
    return answer.text if answer.status == httpx.codes.OK else ""
