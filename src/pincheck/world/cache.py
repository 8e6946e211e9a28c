"""What costs a request, kept on disk: one private file per entry, believed only where its checksum is right."""

import contextlib
import hashlib
import os
import re
import secrets
import stat
import threading
import time
from collections.abc import Mapping
from pathlib import Path

LARGEST = 256 * 1024 * 1024
_FORMAT = "v1"  # Another layout gets another folder, so that versions of pincheck can work side by side.
_MAGIC = b"pincheck\n"
_HEAD = len(_MAGIC) + hashlib.sha256().digest_size
_KIND = re.compile(r"[a-z][a-z0-9-]*")
_ENTRY = re.compile(r"[a-z][a-z0-9-]*\.[0-9a-f]{64}")
_BLOCK = 4096  # What a small file takes on most disks.
_ABANDONED = 3600.0
# Of a link nothing is read, and a pipe is not waited for; Windows has neither flag.
_SAFE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_BINARY = getattr(os, "O_BINARY", 0)


def default(environ: Mapping[str, str]) -> "Store | None":
    """Return the user's store: in `PINCHECK_CACHE`, else where the platform keeps caches; None where that is `off`."""
    named = environ.get("PINCHECK_CACHE")
    if named is None:
        import platformdirs  # noqa: PLC0415

        return Store(Path(platformdirs.user_cache_path("pincheck", appauthor=False)))
    if named.strip().lower() in {"", "off"}:
        return None
    folder = Path(named)
    with contextlib.suppress(RuntimeError):  # The home of somebody who does not exist.
        folder = folder.expanduser()
    return Store(folder.absolute())


class Store:
    """Bytes by kind and key, in a private folder (0700, files 0600) whose size is bounded: the oldest go first.

    Nothing here ever raises for the disk's sake: what cannot be read is absent, what cannot be written is not kept,
    and `problem` says why, `""` where all is well. An entry is written to a name of its own and renamed, so processes
    may share a folder. Keys stand in no file and in no name, only their hashes do.
    """

    def __init__(self, folder: Path, largest: int = LARGEST) -> None:
        self.folder = folder
        self.largest = largest
        self._place = folder / _FORMAT
        self._lock = threading.Lock()
        self._held: int | None = None
        self.problem = self._refused = self._prepared()

    def _prepared(self) -> str:
        """Make the folder; return why it is not to be used, `""` where it is.

        It may be a link to another folder of the same user, who may keep caches on another disk.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                self._place.mkdir(mode=0o700)
            for place, found in ((self.folder, self.folder.stat()), (self._place, self._place.lstat())):
                if not stat.S_ISDIR(found.st_mode):
                    return f"`{place}` is not a folder"
                if not _is_ours(found):
                    return f"`{place}` belongs to somebody else"
            if stat.S_IMODE(self._place.lstat().st_mode) & 0o077:
                self._place.chmod(0o700)
        except (OSError, ValueError) as error:
            return f"`{self.folder}` cannot be used: {_reason(error)}"
        return ""

    def read(self, kind: str, key: str) -> bytes | None:
        """Return what was written under a kind and a key; None where there is nothing, or where it is damaged."""
        if self._refused:
            return None
        name = _name(kind, key)
        try:
            number = os.open(self._place / name, os.O_RDONLY | _SAFE | _BINARY)
            with os.fdopen(number, "rb") as file:
                found = os.fstat(number)
                if not stat.S_ISREG(found.st_mode) or not _is_ours(found) or found.st_size > self.largest + _HEAD:
                    return None
                head, data = file.read(_HEAD), file.read(self.largest)
        except (OSError, ValueError):
            return None
        return data if head == _head(name, data) else None

    def write(self, kind: str, key: str, *parts: bytes) -> None:
        """Keep bytes under a kind and a key, in place of what stood there; several parts are joined."""
        size = sum(map(len, parts))
        if self._refused or size > self.largest // 4:
            return
        name = _name(kind, key)
        temporary = self._place / f".{secrets.token_hex(8)}"
        try:
            number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFE | _BINARY, 0o600)
            with os.fdopen(number, "wb") as file:
                file.writelines((_head(name, *parts), *parts))
            temporary.replace(self._place / name)
        except (OSError, ValueError) as error:
            self.problem = f"`{self.folder}` cannot be written: {_reason(error)}"
        finally:
            with contextlib.suppress(OSError, ValueError):
                temporary.unlink()
        self._grown(size)

    def remove(self, kind: str, key: str) -> None:
        """Forget an entry."""
        if not self._refused:
            with contextlib.suppress(OSError, ValueError):
                (self._place / _name(kind, key)).unlink()

    def _grown(self, size: int) -> None:
        """Count what was written; where all is more than the folder may hold, by far the most of it stays.

        Entries of other processes are counted when this one begins, and again whenever it has to make room.
        """
        with self._lock:
            self._held = self._counted(self.largest) if self._held is None else self._held + _on_disk(size)
            if self._held > self.largest:
                self._held = self._counted(self.largest * 4 // 5)

    def _counted(self, most: int) -> int:
        """Return the bytes that all entries take, after the oldest are gone that are too many."""
        entries = []
        try:
            with os.scandir(self._place) as listed:
                for entry in listed:
                    with contextlib.suppress(OSError):
                        found = entry.stat(follow_symlinks=False)
                        if _ENTRY.fullmatch(entry.name):
                            entries.append((found.st_mtime, _on_disk(found.st_size), entry.path))
                        elif entry.name.startswith(".") and found.st_mtime < time.time() - _ABANDONED:
                            Path(entry.path).unlink()
        except OSError:
            return 0
        total = sum(size for _, size, _ in entries)
        for _, size, path in sorted(entries):
            if total <= most:
                break
            with contextlib.suppress(OSError):
                Path(path).unlink()
            total -= size
        return total


def _name(kind: str, key: str) -> str:
    if not _KIND.fullmatch(kind):
        raise ValueError(f"no kind of entry: {kind}")
    return f"{kind}.{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _head(name: str, *parts: bytes) -> bytes:
    """Return what a file begins with: the format, and the checksum of the entry's name and bytes."""
    digest = hashlib.sha256(name.encode())
    for part in parts:
        digest.update(part)
    return _MAGIC + digest.digest()


def _is_ours(found: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or found.st_uid == os.geteuid()


def _on_disk(size: int) -> int:
    return -(-(size + _HEAD) // _BLOCK) * _BLOCK


def _reason(error: OSError | ValueError) -> str:
    return ((error.strerror if isinstance(error, OSError) else "") or str(error)).lower()
