"""Release notes in a source distribution: read from its bytes, a piece at a time, and never written to disk."""

import gzip
import io
import json
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

from packaging.version import Version

from pincheck.changelog import Written
from pincheck.errors import PincheckError
from pincheck.world import _asking, http
from pincheck.world._metadata import fetched_whole
from pincheck.world._offered import Offered
from pincheck.world.cache import Store

LARGEST = 20 * 1024 * 1024
_LARGEST_UNPACKED = 256 * 1024 * 1024
_LARGEST_FILE = 4 * 1024 * 1024
_LARGEST_FOUND = 8 * 1024 * 1024
_LARGEST_HEADER = 64 * 1024
_MOST_MEMBERS = 20_000
_MOST_FOUND = 5
_BLOCK = tarfile.BLOCKSIZE
_PIECE = 256 * 1024
_KIND = "sdist-notes"

_STEMS = ("changelog", "changes", "history", "releasenotes", "whatsnew", "news", "releasehistory")
_SUFFIXES = (".md", ".rst", ".txt", ".markdown", "")
# Folders of documentation and what stands in them: `docs/en/docs`, `doc/build/changelog`, `docs/source`.
_FOLDERS = {"doc", "docs", "documentation", "en", "source", "src", "build", "about", "project", "changelog", "content"}


class Sdist(NamedTuple):
    """A source distribution on an index: its address without credentials, its hashes, and how its bytes are got.

    `fetch` returns them, or says why they cannot be had.
    """

    url: str
    digest: str
    fetch: Callable[[], bytes | str]


def sdist(client: http.Client, offered: Offered, version: Version) -> Sdist | str:
    """Return the source distribution of a version, or that there is none; nothing is fetched yet.

    It is asked for with the login of its index, and has to have the hash that the index promised.
    """
    files = [file for file in offered.files if file.version == version and file.filename.endswith((".tar.gz", ".zip"))]
    if not files or not files[0].url:
        return f"`{offered.name}` `{version}` has no source distribution"
    file = files[0]

    def fetch() -> bytes | str:
        if (file.size or 0) > LARGEST:
            return f"`{file.filename}` is larger than {LARGEST // 1024 // 1024} MiB"
        try:
            return _on_disk(file.url) if file.url.startswith("file:") else fetched_whole(client, offered.indexes, file)
        except OSError as error:
            return f"`{file.filename}`: {(error.strerror or str(error)).lower()}"
        except ValueError as error:
            return f"`{file.filename}`: {error}"
        except PincheckError as error:
            return error.message

    digest = "#".join(f"{algorithm}={value}" for algorithm, value in sorted(file.hashes))
    return Sdist(http.without_credentials(file.url), digest, fetch)


def _on_disk(url: str) -> bytes:
    with _asking.local(url).open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(f"it is larger than {LARGEST // 1024 // 1024} MiB")
    return data


def notes(found: Sdist, store: Store | None, package: str) -> tuple[Written, ...] | str:
    """Return the release notes that a source distribution holds, the likeliest first, or why there are none.

    They are kept in the store, so that it is fetched once.
    """
    key = f"{found.url} {found.digest}"
    kept = store.read(_KIND, key) if store else None
    texts = _from_store(kept) if kept is not None else None
    if texts is None:
        data = found.fetch()
        if isinstance(data, str):
            return data
        try:
            texts = changelogs(data)
        except ValueError as error:
            return f"`{found.url}` cannot be read: {error}"
        if store:
            store.write(_KIND, key, json.dumps(texts, ensure_ascii=False).encode())
    return tuple(Written(text, "", path, package) for path, text in texts)


def _from_store(kept: bytes) -> list[tuple[str, str]] | None:
    with suppress(ValueError, TypeError):
        return [(str(path), str(text)) for path, text in json.loads(kept)]
    return None


def changelogs(data: bytes) -> list[tuple[str, str]]:
    """Return path and text of the changelogs in an archive, the likeliest first; ValueError where it is none.

    The paths are without the archive's own folder. At most five are read. Links are not followed, and what a name would do outside an archive does not matter here.
    """
    members = _zipped(data) if data.startswith(b"PK") else _tarred(data)
    found: list[tuple[tuple[int, ...], str, bytes]] = []
    try:
        for member, size, read in members:
            path = member.removeprefix("./")
            rank = _rank(path)
            if rank is None or size > _LARGEST_FILE:
                continue
            found = sorted([*found, (rank, path.partition("/")[2], read())], key=lambda one: one[:2])[:_MOST_FOUND]
            if sum(len(content) for _, _, content in found) > _LARGEST_FOUND:
                found.pop()
    except _TooMuch as error:
        if not found:
            raise ValueError(str(error)) from None
    except (OSError, EOFError, zlib.error, tarfile.TarError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        if not found:
            raise ValueError("it is not a whole archive") from None
    return [(path, content.decode("utf-8-sig", errors="replace")) for _, path, content in found]


def _rank(path: str) -> tuple[int, ...] | None:
    """Return how likely a member is to be the release notes, lower is likelier; None where it is something else.

    The first folder is the archive's own (PEP 625).
    """
    *folders, name = path.split("/")[1:] or [""]
    if not set(map(str.lower, folders)) <= _FOLDERS or any(part.startswith(".") for part in folders):
        return None
    stem, dot, suffix = name.rpartition(".")
    stem, suffix = (stem, f"{dot}{suffix}".lower()) if dot else (name, "")
    plain = re.sub(r"[-_ ]", "", stem.lower())
    numbered = re.fullmatch(r"changelog([0-9]{1,4})", plain)
    if suffix not in _SUFFIXES or (plain not in _STEMS and not numbered):
        return None
    if numbered:
        return len(_STEMS), len(folders), -int(numbered[1])
    return _STEMS.index(plain) if not folders else len(_STEMS) - 1, len(folders), _SUFFIXES.index(suffix)


_Member = tuple[str, int, Callable[[], bytes]]


def _zipped(data: bytes) -> Iterator[_Member]:
    """Yield the files of a zip archive: path, size, and how to read it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist()[:_MOST_MEMBERS]:

            def read(member: zipfile.ZipInfo = member) -> bytes:
                with archive.open(member) as file:
                    return file.read(_LARGEST_FILE)

            yield member.filename, member.file_size, read


class _TooMuch(Exception):
    """An archive breaks a limit; the message says which."""


class _Unpacked:
    """The bytes of a packed tar archive, to be read once, up to a limit."""

    def __init__(self, packed: gzip.GzipFile) -> None:
        self._packed = packed
        self._left = _LARGEST_UNPACKED

    def read(self, size: int) -> bytes:
        self._left -= size
        if self._left < 0:
            raise _TooMuch(f"unpacked, it is larger than {_LARGEST_UNPACKED // 1024 // 1024} MiB")
        found = self._packed.read(size)
        if len(found) < size:
            raise EOFError
        return found

    def skip(self, size: int) -> None:
        while size > 0:
            size -= len(self.read(min(size, _PIECE)))


def _tarred(data: bytes) -> Iterator[_Member]:
    """Yield the regular files of a packed tar archive: path, size, and how to read it before the next one.

    Headers are read one by one, where the standard library's reader keeps all of them, and takes the length of a
    long name from the archive's own word.
    """
    stream = _Unpacked(gzip.GzipFile(fileobj=io.BytesIO(data)))
    path, size = "", None
    for _ in range(_MOST_MEMBERS):
        block = stream.read(_BLOCK)
        if not block.strip(b"\0"):
            return
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        if header.type in _ABOUT_NEXT:
            more = _padded(stream, header.size)
            told = {"path": more.rstrip(b"\0")} if header.type == tarfile.GNUTYPE_LONGNAME else _extended(more)
            path = told["path"].decode("utf-8", "surrogateescape") if "path" in told else path
            size = int(told["size"][:20]) if told.get("size", b"").isdigit() else size
            continue
        length = header.size if size is None else size
        if length < 0 or header.type == tarfile.GNUTYPE_SPARSE:
            raise tarfile.ReadError
        if header.type in _PASSED_OVER:
            stream.skip(-(-length // _BLOCK) * _BLOCK)
            continue
        if header.isreg():
            yield from _file(stream, path or header.name, length)
        elif header.type not in tarfile.SUPPORTED_TYPES:
            stream.skip(-(-length // _BLOCK) * _BLOCK)
        path, size = "", None


_ABOUT_NEXT = {tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME}
_PASSED_OVER = {tarfile.XGLTYPE, tarfile.GNUTYPE_LONGLINK}


def _file(stream: _Unpacked, path: str, length: int) -> Iterator[_Member]:
    """Yield a file; what was not read of it is passed over."""
    was_read = False

    def read() -> bytes:
        nonlocal was_read
        was_read = True
        return _padded(stream, length, _LARGEST_FILE)

    yield path, length, read
    if not was_read:
        stream.skip(-(-length // _BLOCK) * _BLOCK)


def _padded(stream: _Unpacked, size: int, largest: int = _LARGEST_HEADER) -> bytes:
    """Read what follows a header, and the zeros that fill its last block."""
    if not 0 <= size <= largest:
        raise tarfile.ReadError
    return stream.read(-(-size // _BLOCK) * _BLOCK)[:size]


def _extended(data: bytes) -> dict[str, bytes]:
    """Read the records of an extended header, each `LENGTH KEY=VALUE` and a line end (POSIX.1-2001, pax)."""
    found = {}
    while match := re.match(rb"([0-9]{1,6}) ([^=\n]{1,100})=", data):
        length = int(match[1])
        if length < match.end():
            break
        found[match[2].decode("latin-1")] = data[match.end() : length - 1]
        data = data[length:]
    return found
