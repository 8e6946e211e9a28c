"""Files: bytes → Source, where the manifests are, and the one writer of a user's file."""

import codecs
import contextlib
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from pincheck.errors import PincheckError
from pincheck.model import Problem, Source, Span

LARGEST_MANIFEST = 2 * 1024 * 1024
LARGEST_LOCK = 32 * 1024 * 1024
_SKIPPED = {"node_modules", "site-packages", "__pycache__", "__pypackages__", "venv", "env"}
# What an installation leaves beside a project: setuptools' `requires.txt` is no file of pip's.
_METADATA = (".egg-info", ".dist-info", ".egg")
_MARKERS = ("pyproject.toml", "pincheck.toml", "setup.cfg", "setup.py")
# The order is pip's (`req_file.py`): the mark of UTF-16-LE is the beginning of that of UTF-32-LE.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
)
_COOKIE = re.compile(rb"coding[:=]\s*([-\w.]+)")


def shown(path: Path) -> PurePosixPath:
    """Return how a path is shown and found: relative to the working directory where it lies below it."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would replace links by what they point to
    try:
        return PurePosixPath(absolute.relative_to(Path.cwd()).as_posix())
    except ValueError:
        return PurePosixPath(absolute.as_posix())


def read(path: Path) -> Source | Problem:
    """Read a manifest; a Problem says why it cannot be: missing, not a regular file, too large, not text."""
    where = shown(path)
    is_lock = path.suffix == ".lock" or path.name.startswith("pylock.")
    try:
        found = data(path, LARGEST_LOCK if is_lock else LARGEST_MANIFEST)
    except OSError as error:
        return _unreadable(where, f"cannot be opened: {(error.strerror or str(error)).lower()}")
    except ValueError as error:
        return _unreadable(where, str(error))
    return decoded(where, found)


def decoded(where: PurePosixPath, data: bytes) -> Source | Problem:
    """Return the text of a file's bytes; a Problem says why they are none."""
    try:
        encoding = _encoding(data, cookies=where.suffix not in {".toml", ".lock"})
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return _unreadable(where, f"not {error.encoding} text: byte 0x{data[error.start]:02x} on line {line}")
    except (LookupError, UnicodeError) as error:
        return _unreadable(where, f"not text that can be read: {error}")
    if "\0" in text:
        return _unreadable(where, "not text: it holds zero bytes")
    if text.encode(encoding) != data:
        return _unreadable(where, f"not {encoding} text that can be written back byte for byte")
    return Source(where, text, encoding)


def data(path: Path, largest: int = LARGEST_MANIFEST) -> bytes:
    """Read a regular file; never wait for a pipe or a device.

    OSError where it cannot be opened, ValueError where it is no such file, or larger than this.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor is opened, not a path
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("not a regular file")
        found = file.read(largest + 1)
    if len(found) > largest:
        raise ValueError(f"larger than {largest // 1024 // 1024} MiB, the most that is read")
    return found


def _encoding(data: bytes, *, cookies: bool) -> str:
    """Return the codec of a file: by its byte order mark, by an encoding declaration, else UTF-8."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    for line in data.split(b"\n", 2)[:2] if cookies else ():
        match = _COOKIE.search(line) if line.startswith(b"#") else None
        if match:
            return codecs.lookup(match[1].decode("ascii")).name
    return "utf-8"


def _unreadable(where: PurePosixPath, reason: str) -> Problem:
    return Problem(Source(where, ""), Span(0, 0), reason)


def find(folder: Path, mark_of: Callable[[PurePosixPath], bytes | Callable[[str], bool] | None]) -> list[Path]:
    """Return the manifests below a folder, nearest first; hidden folders, environments and links are not entered.

    `mark_of` tells by a path what has to stand in a file for it to be one, or what to ask of its text; None where it
    is none.
    """
    found: list[Path] = []
    for current, folders, names in os.walk(folder):
        here = Path(current)
        folders[:] = sorted(name for name in folders if _is_entered(here / name))
        for path in (here / name for name in sorted(names)):
            mark = mark_of(PurePosixPath(path.as_posix()))
            if mark is not None and (not mark or _holds(path, mark)):
                found.append(path)
    return sorted(found, key=lambda path: (len(path.parts), str(path)))


def beside(folder: Path, mark_of: Callable[[PurePosixPath], bytes | Callable[[str], bool] | None]) -> list[Path]:
    """Return the manifests in a folder itself, sorted; see `find`."""
    try:
        names = sorted(path.name for path in folder.iterdir() if path.is_file())
    except OSError:
        return []
    marks = {name: mark_of(PurePosixPath((folder / name).as_posix())) for name in names}
    return [
        folder / name for name, mark in marks.items() if mark is not None and (not mark or _holds(folder / name, mark))
    ]


def _holds(path: Path, mark: bytes | Callable[[str], bool]) -> bool:
    if not isinstance(mark, bytes):
        source = read(path)
        return isinstance(source, Source) and mark(source.text)
    try:
        return mark in data(path, LARGEST_MANIFEST)
    except (OSError, ValueError):
        return False


def folders_like(folder: Path, pattern: str) -> list[Path] | str:
    """Return the folders below a folder that a glob matches, sorted, or why it is not followed."""
    if pattern.startswith("/") or ".." in PurePosixPath(pattern).parts:
        return "it leads out of its folder and is not followed"
    try:
        once = re.sub(r"(?:\*\*/)+", "**/", pattern)  # Each `**` is a walk of its own inside the one before it.
        return sorted(path for path in folder.glob(once) if path.is_dir())
    except (ValueError, NotImplementedError, OSError, RecursionError) as error:
        return f"it cannot be followed: {error}"


def _is_entered(folder: Path) -> bool:
    if folder.name.startswith(".") or folder.name in _SKIPPED or folder.name.endswith(_METADATA):
        return False
    return not (folder / "pyvenv.cfg").exists()


def project_root(path: Path) -> Path:
    """Return the folder that a file's or folder's includes have to stay inside.

    That is the git work tree it lies in, else the working directory where it lies below that, else the nearest folder
    with a project file, else its own folder.
    """
    folder = path if path.is_dir() else path.parent
    above = [folder.resolve(), *folder.resolve().parents]
    for parent in above:
        if (parent / ".git").exists():
            return parent
    if Path.cwd() in above:
        return Path.cwd()
    for parent in above if not path.is_dir() else ():
        if any((parent / marker).exists() for marker in _MARKERS):
            return parent
    return folder.resolve().parent if folder.name == "requirements" else folder.resolve()


def config_files(folder: Path) -> Iterator[Path]:
    """Yield the files that may hold the configuration for a folder, nearest first, up to its git work tree."""
    for parent in [folder.resolve(), *folder.resolve().parents]:
        for name in ("pincheck.toml", "pyproject.toml"):
            if (parent / name).is_file():
                yield Path(shown(parent / name))
        if (parent / ".git").exists():
            return


def top(folder: Path) -> Path:
    """Return the real path of the git work tree that a folder lies in, of the folder itself where that is in none."""
    real = folder.resolve()
    return next((parent for parent in [real, *real.parents] if (parent / ".git").exists()), real)


def is_inside(path: Path, roots: Sequence[Path]) -> bool:
    """Say whether the real path of a file lies inside one of the (real) folders."""
    try:
        real = path.resolve()
    except (OSError, RuntimeError):
        return False
    return any(real.is_relative_to(root) for root in roots)


def _require_unchanged(source: Source) -> None:
    """Raise PincheckError where a file does not have the bytes any more that were read."""
    try:
        same = data(Path(source.path), LARGEST_LOCK) == source.text.encode(source.encoding)
    except (OSError, ValueError):
        same = False
    if not same:
        raise PincheckError(f"`{source.path}` changed on disk since it was read", "nothing was written; run again")


def write(changes: Sequence[tuple[Source, str]]) -> None:
    """Replace the text of files, all or none; PincheckError where one has changed since it was read.

    Every new content is on disk beside its file before the first file is replaced by a rename. Where a later rename
    fails, the earlier ones are undone.
    """
    for source, _ in changes:
        _require_unchanged(source)
    prepared: list[tuple[Path, Path]] = []
    done: list[tuple[Source, Path]] = []
    try:
        for source, text in changes:
            target = Path(source.path).resolve()
            prepared.append((_prepared(target, text.encode(source.encoding)), target))
        for (source, _), (temporary, target) in zip(changes, prepared, strict=True):
            _require_unchanged(source)
            temporary.replace(target)
            done.append((source, target))
            _sync_folder(target.parent)
    except BaseException as error:
        _undo(done)
        if isinstance(error, OSError):
            reason = (error.strerror or str(error)).lower()
            raise PincheckError(f"cannot write `{shown(Path(error.filename or '.'))}`: {reason}") from error
        raise
    finally:
        for temporary, _ in prepared:
            temporary.unlink(missing_ok=True)


def _prepared(target: Path, data: bytes) -> Path:
    """Write new content to a temporary file beside its target, with the target's mode and, if allowed, owner."""
    import tempfile  # noqa: PLC0415 - only a writing command needs it

    status = target.stat()
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".pincheck", dir=target.parent)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor is opened, not a path
            file.write(data)
            file.flush()
            os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
            with contextlib.suppress(PermissionError):
                os.fchown(descriptor, status.st_uid, status.st_gid)
            os.fsync(descriptor)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _undo(done: Sequence[tuple[Source, Path]]) -> None:
    for source, target in done:
        _prepared(target, source.text.encode(source.encoding)).replace(target)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
