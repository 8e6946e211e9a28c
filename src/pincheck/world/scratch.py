"""The copy of a project that things are tried in."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pincheck.errors import PincheckError

# Environments, caches and build products: none of them is the project, all of them are large.
_LEFT_OUT = {
    ".venv", "venv", ".nox", ".tox", ".hatch", ".pixi", "node_modules", "__pycache__", "__pypackages__", ".direnv",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".coverage", ".DS_Store", ".eggs",
}  # fmt: skip
_MOST_BYTES = 2 * 1024**3


@contextmanager
def folder() -> Iterator[Path]:
    """Give a new private folder, and remove it with all that is in it afterwards."""
    # uv and pip split lists of files at blanks.
    usual = tempfile.gettempdir()
    path = Path(tempfile.mkdtemp(prefix="pincheck-", dir="/tmp" if " " in usual else usual)).resolve()  # noqa: S108
    try:
        yield path
    finally:
        shutil.rmtree(path, onerror=_writable_first)


def _writable_first(function: object, name: str, _: object) -> None:
    """Remove what a test left without write permission."""
    assert callable(function)
    try:
        Path(name).parent.chmod(0o700)
        if not Path(name).is_symlink():
            Path(name).chmod(0o700)
        function(name)
    except OSError:
        return


def copy(project: Path, target: Path) -> None:
    """Copy a project: modes, times and links kept; environments, caches and the secrets of its `.git` left out.

    A link that leads out of the project is copied as a link, so that it still leads where it did.
    """
    shutil.copytree(project, target, symlinks=True, ignore=_ignored(project, target), copy_function=_copied)
    _absolute_links(project, target)


def _ignored(project: Path, target: Path) -> "shutil._IgnoreFn":  # type: ignore[name-defined]
    copied = 0

    def ignored(folder: str, names: Sequence[str]) -> set[str]:
        nonlocal copied
        here = Path(folder)
        out = {name for name in names if here / name == target.parent or _is_left_out(project, here, name)}
        copied += sum(_size(here / name) for name in names if name not in out)
        if copied > _MOST_BYTES:
            raise PincheckError(f"`{project}` is larger than {_MOST_BYTES // 1024**3} GiB", "name a smaller folder")
        return out

    return ignored


def _is_left_out(project: Path, here: Path, name: str) -> bool:
    path = here / name
    if path.is_socket() or path.is_fifo() or path.is_char_device() or path.is_block_device():
        return True
    if here == project / ".git":  # Hooks run code, the configuration may hold a token; versions need neither.
        return name in {"config", "hooks", "index.lock"} or name.startswith("fsmonitor")
    return name in _LEFT_OUT or name.endswith(".egg-info") or (path / "pyvenv.cfg").exists()


def _size(path: Path) -> int:
    return path.lstat().st_size if path.is_file() and not path.is_symlink() else 0


def _copied(source: str, target: str) -> str:
    """Copy one file; git never changes its objects in place, so they may share their bytes."""
    if f"{os.sep}.git{os.sep}objects{os.sep}" in source:
        try:
            os.link(source, target)
        except OSError:
            return str(shutil.copy2(source, target))
        return target
    return str(shutil.copy2(source, target))


def _absolute_links(project: Path, target: Path) -> None:
    """Point relative links that lead out of the project to where they led."""
    for current, folders, names in os.walk(target):
        for name in (*folders, *names):
            link = Path(current, name)
            if not link.is_symlink() or link.readlink().is_absolute():
                continue
            original = project / link.relative_to(target)
            led_to = Path(os.path.normpath(original.parent / link.readlink()))
            if not led_to.is_relative_to(project):
                link.unlink()
                link.symlink_to(led_to)
