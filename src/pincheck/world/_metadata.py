"""What one release says of itself: its metadata, read where that costs least."""

import hashlib
import hmac
import io
import re
from collections.abc import Iterable, Sequence
from functools import cache
from urllib.parse import urlsplit

import httpx
from packaging.tags import Tag, sys_tags
from packaging.utils import NormalizedName, parse_wheel_filename
from packaging.version import Version

from pincheck import metadata as core
from pincheck.errors import PincheckError
from pincheck.indexes import File
from pincheck.upgrades import Metadata
from pincheck.world import _asking, http, logins, wheels
from pincheck.world._index_settings import Indexes
from pincheck.world._offered import Offered
from pincheck.world.http import Answer, Client
from pincheck.world.wheels import Parted, Unreadable

# How much is asked of the end of a wheel. Most wheels of pure Python are smaller than this, so that one request brings
# them whole; some build tools put the metadata first.
TAIL = 192 * 1024
LARGEST_WHOLE = 32 * 1024 * 1024
_NO_PARTS = {400, 405, 416, 501}  # What servers say that know no ranges, or none that count from the end.
_KIND = "metadata"


class NoMetadata(PincheckError):
    """The metadata of a release cannot be had; the message says why, without credentials."""


def metadata(client: Client, offered: Offered, version: Version) -> Metadata:
    """Return what a release says of itself; NoMetadata where that cannot be had or cannot be believed.

    It is read from the `.metadata` beside its wheel (PEP 658), else from as much of the wheel as is needed, else from
    the source distribution where that settles it (PEP 643). What a server gave is kept: published files never change.
    """
    name, indexes = offered.name, offered.indexes
    file = chosen([file for file in offered.files if file.version == version])
    told = f"no metadata of `{name}` {version}"
    if file is None or not file.url:
        raise NoMetadata(f"{told}: the index has no file of it that can be read")
    try:
        return _read(client, indexes, file, name)
    except ValueError as error:
        raise NoMetadata(f"{told}: `{file.url}`: {error}") from None
    except NoMetadata:
        raise
    except PincheckError as error:
        raise NoMetadata(f"{told}: {error.message}", error.hint) from None


def chosen(files: Sequence[File]) -> File | None:
    """Return the file to read: a wheel that runs here before one that does not, then a source distribution."""
    kept = [file for file in files if not file.yanked] or list(files)
    found = [file for file in kept if file.filename.endswith(".whl")]
    if found:
        return min(found, key=lambda file: (file.url == "", _rank(file.filename)))
    return min(kept, key=lambda file: (file.url == "", not file.filename.endswith(".tar.gz")), default=None)


def _rank(filename: str) -> int:
    """Return how much an installer here would like a wheel; the least is the best."""
    order = _order()
    return min((order.get(tag, len(order)) for tag in parse_wheel_filename(filename)[3]), default=len(order))


@cache
def _order() -> dict[Tag, int]:
    return {tag: place for place, tag in enumerate(sys_tags())}


def _read(client: Client, indexes: Indexes, file: File, name: NormalizedName) -> Metadata:
    """Return the metadata of one file, from what was kept or from where it is; ValueError says what is wrong with it."""
    if file.url.startswith("file:"):
        return _believed(_on_disk(file, name), file, name)
    key = "#".join([file.url, *(f"{algorithm}={digest}" for algorithm, digest in sorted(file.hashes))])
    kept = client.store.read(_KIND, key) if client.store is not None else None
    if kept is not None:
        return _believed(kept.decode("utf-8", errors="replace"), file, name)
    text = _beside(client, indexes, file)
    if text is None:
        text = _inside(client, indexes, file, name)
    found = _believed(text, file, name)
    if client.store is not None:
        client.store.write(_KIND, key, text.encode("utf-8", errors="replace"))
    return found


def _believed(text: str, file: File, name: NormalizedName) -> Metadata:
    """Read a text; ValueError where it is of another package or version, or binds nobody."""
    found = core.parse(text, file.url)
    if (found.name, found.version) != (name, file.version):
        raise ValueError(f"it says that it is `{found.name}` {found.version}")
    unsettled = "" if file.filename.endswith(".whl") else core.why_unsettled(text)
    if unsettled:
        raise ValueError(f"there is no wheel, and of the source distribution {unsettled}")
    return found


def _on_disk(file: File, name: NormalizedName) -> str:
    path = _asking.local(file.url)
    try:
        with path.open("rb") as opened:
            if not file.filename.endswith(".whl"):
                return wheels.of_sdist(_bounded(opened.read(LARGEST_WHOLE + 1)), file.filename, name)

            def part(start: int, end: int) -> bytes:
                opened.seek(start)
                return opened.read(end - start)

            size = opened.seek(0, io.SEEK_END)
            tail = max(0, size - TAIL)
            return wheels.of_wheel(Parted(size, tail, part(tail, size), part), name)
    except OSError as error:
        raise ValueError((error.strerror or str(error)).lower()) from None


def _bounded(data: bytes) -> bytes:
    if len(data) > LARGEST_WHOLE:
        raise Unreadable(f"it is larger than {LARGEST_WHOLE // 1024 // 1024} MiB")
    return data


def _beside(client: Client, indexes: Indexes, file: File) -> str | None:
    """Return the `.metadata` beside a file, None where the index has none, though it may say that it has.

    One whose hash is not the promised one is an error: what an index promises and does not keep, nobody can judge.
    """
    if file.core_metadata is None:
        return None
    address = _beside_url(file.url)
    answer = _got(client, indexes, address, largest=wheels.LARGEST_TEXT)
    if answer.status in {404, 410}:
        return None
    if answer.status != httpx.codes.OK:
        raise NoMetadata(f"`{address}` answered {answer.status}", _hint(answer))
    wrong = _wrong_hash(answer.content, file.core_metadata)
    if wrong:
        raise NoMetadata(f"`{address}`: {wrong}", "the index is wrong or somebody changed the file; do not install it")
    return answer.content.decode("utf-8", errors="replace")


def _beside_url(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path}.metadata").geturl()


def _inside(client: Client, indexes: Indexes, file: File, name: NormalizedName) -> str:
    """Return the metadata inside a file, of which no more is fetched than is needed, if the server can do that."""
    if not file.filename.endswith(".whl"):
        return wheels.of_sdist(fetched_whole(client, indexes, file), file.filename, name)
    answer = _got(client, indexes, file.url, part=f"bytes=-{TAIL}")
    if answer.status in _NO_PARTS:
        whole = fetched_whole(client, indexes, file)
        return wheels.of_wheel(Parted(len(whole), 0, whole, wheels.nothing_more), name)
    start, size = _extent(answer)
    if start == 0 and len(answer.content) == size:
        _verified(answer.content, file)

    def part(start: int, end: int) -> bytes:
        more = _got(client, indexes, file.url, part=f"bytes={start}-{end - 1}")
        if _extent(more) != (start, size) or len(more.content) != end - start:
            raise Unreadable("its server gave another part than was asked for")
        return more.content

    return wheels.of_wheel(Parted(size, start, answer.content, part), name)


def _extent(answer: Answer) -> tuple[int, int]:
    """Return where a part begins and how large the whole is (RFC 9110, section 14.4); a server may send the whole."""
    if answer.status == httpx.codes.OK:
        return 0, len(answer.content)
    if answer.status != httpx.codes.PARTIAL_CONTENT:
        raise NoMetadata(f"`{answer.url}` answered {answer.status}", _hint(answer))
    match = re.fullmatch(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", answer.headers.get("content-range", "").strip())
    first, last, size = map(int, match.groups()) if match else (0, 0, 0)
    if not first <= last < size or last - first + 1 != len(answer.content):
        raise Unreadable("its server does not say which part it gave")
    return first, size


def fetched_whole(client: Client, indexes: Indexes, file: File) -> bytes:
    """Return all of a file that is not too large, with the hash that the index promised."""
    if (file.size or 0) > LARGEST_WHOLE:
        raise Unreadable(f"it is larger than {LARGEST_WHOLE // 1024 // 1024} MiB, and cannot be read in part")
    answer = _got(client, indexes, file.url)
    if answer.status != httpx.codes.OK:
        raise NoMetadata(f"`{file.url}` answered {answer.status}", _hint(answer))
    _verified(answer.content, file)
    return answer.content


def _verified(data: bytes, file: File) -> None:
    wrong = _wrong_hash(data, file.hashes)
    if wrong:
        raise NoMetadata(f"`{file.url}`: {wrong}", "the index is wrong or somebody changed the file; do not install it")


def _wrong_hash(data: bytes, hashes: Iterable[tuple[str, str]]) -> str:
    """Return which promised hash is not that of the data, `""` where all that can be computed are."""
    for algorithm, digest in hashes:
        if algorithm in hashlib.algorithms_guaranteed and not algorithm.startswith("shake"):
            found = hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()
            if not hmac.compare_digest(found.encode(), digest.encode()):
                return f"its {algorithm} is {found}, and the index says {digest[:128]}"
    return ""


def _got(client: Client, indexes: Indexes, address: str, *, part: str = "", largest: int = LARGEST_WHOLE) -> Answer:
    """Ask for a file with the login of the index at the same scheme, host and port; without one, with that of its host.

    NoMetadata where it would go unencrypted, though every index is encrypted.
    """
    places = (*indexes.only.values(), *indexes.urls, *indexes.find_links)
    if not _is_secure(address, indexes, places):
        raise NoMetadata(
            f"`{address}` is not encrypted", "name its host with pip's `trusted-host` to read it all the same"
        )
    own = [place for place in places if http.origin(place) == http.origin(address)]
    url = address
    for place in own:
        url = http.logged_in_as(url, place)
    never = any(place in indexes.terms and indexes.terms[place].authenticate == "never" for place in own)
    # A page may name any host: a login for it that stands elsewhere is not sent for everybody on the way to read.
    if not never and (own or address.startswith("https:")):
        url = logins.with_netrc(url, indexes.logins.environ)
    return _asking.get(client, indexes, url, index=own[0] if own else "", part=part, largest=largest)


def _is_secure(address: str, indexes: Indexes, places: Iterable[str]) -> bool:
    """Say whether a file may be fetched from here; who uses an index without encryption has settled it (so does pip)."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    trusted = {place.removeprefix("https://").rstrip("/").partition(":")[0] for place in indexes.trusted_hosts}
    return parts.scheme == "https" or host in trusted or any(place.startswith("http:") for place in places)


def _hint(answer: Answer) -> str:
    return "check the name and password of this index" if answer.status in _asking.REFUSED else "try again later"
