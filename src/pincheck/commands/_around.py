"""What stands around the files that were asked about: beside them, above them, and in the last commit."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from pincheck import manifests, pins
from pincheck.config import Config
from pincheck.manifests import Reading
from pincheck.model import Declaration, OneMinor, Source
from pincheck.world import files

# With pins out of order in more folders than this, what they were before is not asked for.
_MOST_FOLDERS = 20
_HOLDING = ("pylock.", "requirements", "constraints")


def home(folder: PurePosixPath) -> PurePosixPath:
    """Return the folder of the project whose files stand in a folder: of `requirements/`, that above it."""
    return folder.parent if folder.name.lower() == "requirements" else folder


def beside(folders: Iterable[PurePosixPath]) -> Iterator[Path]:
    """Yield the manifests of the projects whose files stand in these folders, each folder's own ones first."""
    for folder in dict.fromkeys(home(folder) for folder in folders):
        for place in dict.fromkeys([folder, folder / "requirements"]):
            yield from files.beside(Path(place), manifests.mark_of)


def roots_of_workspaces(folders: Iterable[Path], roots: Sequence[Path]) -> Iterator[Path]:
    """Yield the manifest and the lock of the nearest folder above each of these that has uv's lock or a workspace."""
    for folder in folders:
        if not (folder / "uv.lock").exists():
            root = next((parent for parent in _above(folder, roots) if _is_root(parent)), None)
            names = ("pyproject.toml", "uv.lock") if root else ()
            yield from (root / name for name in names if root and (root / name).is_file())


def _is_root(folder: Path) -> bool:
    """Say whether a folder has uv's lock, or a manifest that speaks of a workspace before there is one."""
    manifest = files.read(folder / "pyproject.toml") if (folder / "pyproject.toml").is_file() else None
    return (folder / "uv.lock").is_file() or (isinstance(manifest, Source) and "tool.uv.workspace" in manifest.text)


def stands_alone(folder: PurePosixPath, roots: Sequence[Path]) -> bool:
    """Say whether no folder above a project's has a file that could hold what it installs, a lock or a constraint."""
    return not any(_may_hold(name) for parent in _above(Path(home(folder)), roots) for name in _names(parent))


def _names(folder: Path) -> list[str]:
    try:
        return [path.name.lower() for path in folder.iterdir()]
    except OSError:
        return []


def _may_hold(name: str) -> bool:
    """Say whether a file is a lock or speaks of requirements or constraints, by its name, for there may be thousands."""
    return name.endswith(".lock") or any(word in name for word in _HOLDING)


def _above(folder: Path, roots: Sequence[Path]) -> Iterator[Path]:
    """Yield the folders above one, nearest first, that lie inside the (real) roots."""
    try:
        real = folder.resolve()
    except (OSError, RuntimeError):
        return
    yield from (parent for parent in real.parents if any(parent.is_relative_to(root) for root in roots))


def committed(declared: Sequence[Declaration], environ: Mapping[str, str], settings: Config) -> tuple[Declaration, ...]:
    """Return what the last commit declared beside the pins that are not inside one series; git is asked only then."""
    wide = [
        d
        for d in declared
        if isinstance(settings.policies.get(d.name), OneMinor) and not d.url and pins.series(d.specifier) is None
    ]
    folders = dict.fromkeys(home(d.source.path.parent) for d in wide)
    if not folders or len(folders) > _MOST_FOLDERS:
        return ()
    from pincheck.world import git  # noqa: PLC0415 - only where something is wrong

    names, suffixes = {d.name for d in wide}, {d.source.path.suffix for d in wide}
    sources = [s for f in folders for s in git.committed(Path(f), lambda p: _declares(p, suffixes), environ)]
    readings = [manifests.read(source, environ=environ) or Reading() for source in sources]
    return tuple(d for reading in readings for d in reading.declarations if d.name in names)


def _declares(path: PurePosixPath, suffixes: Container[str]) -> bool:
    """Say whether a file may be what a project's requirements stood in: scripts are asked for beside scripts only."""
    claimed = {found.name for found in manifests.formats_of(path)} - {"locks"}
    return bool(claimed) and (claimed != {"inline-script"} or path.suffix in suffixes)
