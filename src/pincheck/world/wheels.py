"""Text out of archives that nobody may trust: METADATA of a wheel, of which only parts may be here, PKG-INFO of an sdist.

What is read is bounded in size, number and memory, whatever an archive claims of itself; nothing is unpacked to disk.
"""

import gzip
import io
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import Protocol

from packaging.utils import NormalizedName, canonicalize_name

LARGEST_TEXT = 4 * 1024 * 1024
_LARGEST_READ = 4 * 1024 * 1024
_LARGEST_HEADER = 8 * 1024
_LARGEST_UNPACKED = 256 * 1024 * 1024
_MOST_FETCHED = 4
_MOST_MEMBERS = 50_000
_PIECE = 64 * 1024
_SLACK = 1024  # What stands before a member's bytes: 30 bytes, its name, and an extra field that is seldom longer.
_WHEEL = re.compile(r"([^/]+)-[^/-]+\.dist-info/METADATA")
_SDIST = re.compile(r"([^/]+)-[^/]+/PKG-INFO")
_BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, struct.error, EOFError, OSError, ValueError, ArithmeticError,
    RuntimeError, LookupError,
)  # fmt: skip


class Unreadable(ValueError):
    """An archive does not hold what it should; the message says why, and begins with `it`."""


class Parted(io.RawIOBase):
    """A file of a known size of which some parts are here, and others are fetched as they are read.

    `fetch` returns the bytes from one place up to another. Unreadable where more is read than is sensible.
    """

    def __init__(self, size: int, start: int, part: bytes, fetch: Callable[[int, int], bytes]) -> None:
        super().__init__()
        self._size = size
        self._parts = [(start, part)]
        self._fetch = fetch
        self._place = 0

    def seekable(self) -> bool:
        """Say that one may."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, which may be beyond the end."""
        place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        if place < 0:
            raise OSError("it points to a place before its beginning")  # as files do; the library knows what to do
        self._place = place
        return place

    def tell(self) -> int:
        """Return where the next byte is read."""
        return self._place

    def read(self, size: int = -1) -> bytes:
        """Return bytes from here on, fewer at the end."""
        end = self._size if size < 0 else min(self._size, self._place + size)
        if end <= self._place:
            return b""
        self.have(self._place, end)
        start, part = next(held for held in self._parts if held[0] <= self._place and end <= held[0] + len(held[1]))
        found = part[self._place - start : end - start]
        self._place = end
        return found

    def have(self, start: int, end: int) -> None:
        """See to it that the bytes of a stretch are here, in one part."""
        end = min(end, self._size)
        if any(place <= start and end <= place + len(part) for place, part in self._parts):
            return
        if end - start > _LARGEST_READ:
            raise Unreadable(f"it has a part of more than {_LARGEST_READ // 1024 // 1024} MiB")
        if len(self._parts) > _MOST_FETCHED:
            raise Unreadable("its parts are too scattered")
        self._parts.append((start, self._fetch(start, end)))


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Bounded(io.RawIOBase):
    """An unpacked stream that refuses to be read beyond what is sensible, by one call or by all together."""

    def __init__(self, packed: _Readable) -> None:
        super().__init__()
        self.largest = _LARGEST_HEADER
        self._packed = packed
        self._place = 0

    def tell(self) -> int:
        """Return how much was read."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go forward to a place; there is no way back."""
        if whence != io.SEEK_SET or offset < self._place:
            raise Unreadable("it cannot be read from its beginning to its end")
        while self._place < offset and self._read(min(_PIECE, offset - self._place)):
            pass
        return self._place

    def read(self, size: int = -1) -> bytes:
        """Return as many bytes as are wanted, fewer at the end."""
        if not 0 <= size <= self.largest:
            raise Unreadable(f"it has a part of more than {self.largest // 1024} KiB")
        return self._read(size)

    def _read(self, size: int) -> bytes:
        found = self._packed.read(size)
        self._place += len(found)
        if self._place > _LARGEST_UNPACKED:
            raise Unreadable(f"it unpacks to more than {_LARGEST_UNPACKED // 1024 // 1024} MiB")
        return found


def nothing_more(start: int, end: int) -> bytes:
    """Stand for a server where all of a file is here."""
    raise Unreadable(f"it ends before the bytes {start} to {end}")


def of_wheel(file: Parted, name: NormalizedName) -> str:
    """Return the METADATA of a wheel (binary distribution format, "The .dist-info directory")."""
    return _of_zip(file, _WHEEL, name)


def of_sdist(data: bytes, filename: str, name: NormalizedName) -> str:
    """Return the PKG-INFO of a source distribution (PEP 625: a tar file; a zip file in the old days)."""
    if filename.endswith(".zip"):
        return _of_zip(Parted(len(data), 0, data, nothing_more), _SDIST, name)
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as unpacked:
            return _of_tar(_Bounded(unpacked), name)
    except Unreadable:
        raise
    except _BROKEN as error:
        raise Unreadable(f"it is no tar file: {_reason(error)}") from None


def _of_tar(file: _Bounded, name: NormalizedName) -> str:
    with tarfile.open(fileobj=file, mode="r:") as archive:
        for number, member in enumerate(archive):
            if number > _MOST_MEMBERS:
                raise Unreadable("it has too many members")
            archive.members = []  # type: ignore[attr-defined] # the library would keep them all
            if member.isreg() and _is(member.name.removeprefix("./"), _SDIST, name):
                file.largest = LARGEST_TEXT + _PIECE
                found = archive.extractfile(member)
                assert found is not None  # So the library has it of what is a regular file.
                return _text(found, member.size)
    raise Unreadable("it has no PKG-INFO")


def _of_zip(file: Parted, wanted: re.Pattern[str], name: NormalizedName) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            member = _only(archive, wanted, name)
            file.have(member.header_offset, member.header_offset + _SLACK + member.compress_size)
            with archive.open(member) as unpacked:
                return _text(unpacked, member.file_size)
    except Unreadable:
        raise
    except _BROKEN as error:
        raise Unreadable(f"it is no zip file: {_reason(error)}") from None


def _only(archive: zipfile.ZipFile, wanted: re.Pattern[str], name: NormalizedName) -> zipfile.ZipInfo:
    """Return the one member that is meant, if it can be unpacked within bounds."""
    found = [member for member in archive.infolist() if _is(member.filename, wanted, name)]
    if len(found) != 1:
        what = wanted.pattern.rpartition("/")[2]
        raise Unreadable(f"it has {'more than one' if found else 'no'} {what} of `{name}`")
    # Only these two are unpacked piece by piece; with any other a small file may become a huge one at once.
    if found[0].compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Unreadable("its metadata is packed in an unusual way")
    if max(found[0].file_size, found[0].compress_size) > LARGEST_TEXT:
        raise Unreadable(f"its metadata is larger than {LARGEST_TEXT // 1024 // 1024} MiB")
    return found[0]


def _text(unpacked: _Readable, size: int) -> str:
    if size > LARGEST_TEXT:
        raise Unreadable(f"its metadata is larger than {LARGEST_TEXT // 1024 // 1024} MiB")
    data = unpacked.read(size + 1)
    if len(data) != size:
        raise Unreadable("its metadata is not of the size that it claims")
    return data.decode("utf-8", errors="replace")


def _is(filename: str, wanted: re.Pattern[str], name: NormalizedName) -> bool:
    match = wanted.fullmatch(filename)
    return match is not None and canonicalize_name(match[1]) == name


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
