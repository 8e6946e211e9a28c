"""What the last commit held, asked of git in ways that run nothing of the repository's own."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from pincheck.model import Source
from pincheck.world import files

_LIMIT = 10.0
# A folder with more manifests than this is none of a project that moves from one tool to another.
_MOST_FILES = 100
# Neither hooks nor a file system monitor, which a repository's configuration can name, and no lock is taken.
_QUIET = ("--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
# What a hook is run with, set to the repository that is committed to, whatever folder is asked about
# (`git rev-parse --local-env-vars`).
_OF_A_HOOK = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
}  # fmt: skip
# A clone may lack objects and fetch them when they are asked for, with whatever command its configuration names
# (gitglossary, "promisor"): git before 2.45 does not know the first of these, and allows no protocol by the second.
_OFFLINE = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0"}


def committed(folder: Path, wanted: Callable[[PurePosixPath], bool], environ: Mapping[str, str]) -> list[Source]:
    """Return the wanted files of a folder and of `requirements/` in it, as the last commit has them.

    There are none where the folder is in no repository, where nothing is committed, or where git is not installed.
    """
    listed = _asked(folder, environ, b"", "ls-tree", "-l", "-z", "HEAD", "./", "requirements/")
    found = {name: identity for name, identity in _blobs(listed) if wanted(PurePosixPath(name))}
    if not 0 < len(found) <= _MOST_FILES:
        return []
    asked = "".join(f"{identity}\n" for identity in found.values()).encode()
    contents = _contents(_asked(folder, environ, asked, "cat-file", "--batch"))
    texts = (
        files.decoded(files.shown(folder / name), contents[identity])
        for name, identity in found.items()
        if identity in contents
    )
    return [text for text in texts if isinstance(text, Source)]


def _blobs(listed: bytes) -> Iterator[tuple[str, str]]:
    """Yield name and identity of each file in a listing, without links and without what is too large to be read."""
    for entry in listed.split(b"\0"):
        described, _, name = entry.partition(b"\t")
        mode, _, identity, size = [*described.split(), b"", b"", b"", b""][:4]
        if mode.startswith(b"100") and size.isdigit() and int(size) <= files.LARGEST_MANIFEST:
            yield os.fsdecode(name), identity.decode()


def _contents(answered: bytes) -> dict[str, bytes]:
    """Return what git printed for each object that it was asked for: a line with its size, its bytes, a line end."""
    found = {}
    while answered:
        head, _, rest = answered.partition(b"\n")
        identity, *described = head.split()
        size = int(described[1]) if len(described) == 2 else -1  # noqa: PLR2004 - `missing` is one word
        if size >= 0:
            found[identity.decode()] = rest[:size]
        answered = rest[size + 1 :]
    return found


def _asked(folder: Path, environ: Mapping[str, str], given: bytes, *arguments: str) -> bytes:
    """Return what git printed, nothing where it did not succeed."""
    env = {key: value for key, value in environ.items() if key not in _OF_A_HOOK} | _OFFLINE
    try:
        ended = subprocess.run(
            ["git", *_QUIET, "-C", str(folder), *arguments],  # noqa: S607 - the git that the user has on PATH
            env=env, input=given, capture_output=True, timeout=_LIMIT, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return ended.stdout if ended.returncode == 0 else b""
