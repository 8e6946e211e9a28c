r"""Where pip and uv part ways: each line here is given to both, and PIN115 speaks where they differ, and nowhere else.

pip is asked through the functions that its own `install` uses; uv compiles the file against a folder of wheels made
here, without a network.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from pincheck import rules
from pincheck.commands import _gather
from pincheck.config import Config
from tests import wheels

UV = Path(sys.executable).with_name("uv")
HASH = f"--hash=sha256:{'0' * 64}"
ENVIRON = {"MY_VAR": "0.112.0"}
FILES = {"other.txt": "starlette==0.37.2\n", "third.txt": "pydantic\n", "0.112.0.txt": "idna\n"}
Names = set[str] | None

DIFFERENT: tuple[str | bytes, ...] = (
    # A comment that ends in a backslash.
    "fastapi==0.112.0 # pinned \\\nstarlette==0.37.2\n",
    f"fastapi==0.112.0 # pinned \\\n    {HASH}\n",
    "fastapi>=0.1, # why \\\n <0.2\n",
    "fastapi # c \\\n -r other.txt\n",
    "fastapi # c \\\n starlette \\\n pydantic\n",
    "fastapi # c \\\n starlette # d \\\n pydantic\n",
    # A comment inside a joined line, and hashes that belong to nothing.
    f"fastapi==0.112.0 \\\n# why\n  {HASH}\n",
    f"fastapi==0.112.0 \\\n# why\n\n{HASH}\n",
    f"{HASH}\n",
    "--config-settings a=b\n",
    # Joints and variables inside a requirement.
    "fastapi\\\n==0.112.0\n",
    "fastapi==0.1\\\n12.0\n",
    "fastapi==\\\n    0.112.0\n",
    "fastapi>=0.1,\\\n  <0.113\n",
    'fastapi \\\n  ; python_version>"3"\n',
    "fastapi \\",
    "fastapi \\\n",
    "fastapi \\\n\nstarlette\n",
    "fastapi==${MY_VAR}\n",
    # Encodings.
    b"# coding: latin-1\nfastapi # \xe9\n",
    b"# coding: latin-1\nfastapi\n# \xe9\n",
    "\ufefffastapi\n".encode("utf-32-le"),
    "\ufefffastapi\n".encode("utf-32-be"),
    # Line ends.
    *(f"fastapi{end}starlette\n" for end in "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"),
    *(f"fastapi # c{end}starlette\n" for end in "\x0b\x0c\x1c\x85\u2028"),
    "# c\u2028fastapi\n",
    "\x0cfastapi\n",
    "\u2028fastapi\n",
    "fastapi\x0c# c\n",
    # Options.
    f"fastapi==0.112.0 --ha={HASH.partition('=')[2]}\n",
    "fastapi -r other.txt\n",
    "fastapi -C a=b\n",
    "fastapi --config-settings a=b\n",
    "fastapi --pre\n",
    f"fastapi==0.112.0 --pre {HASH}\n",
    "fastapi -\n",
    "-\n",
    "-rother.txt\n",
    "-r other.txt third.txt\n",
    "-r other.txt -r third.txt\n",
    "-r other.txt -i https://x.test\n",
    "--pre -r other.txt\n",
    "--trusted-host x -r other.txt\n",
    "--requirem other.txt\n",
    "--all-releases :all:\n",
    "--only-final :all:\n",
    "--no-require-hashes\n",
    "--pypi-url https://x.test\n",
    "-f links --no-index\n",
)
THE_SAME: tuple[str | bytes, ...] = (
    "fastapi\nstarlette\n",
    "fastapi==0.112.0 # c\n  # d\n    starlette\n",
    "fastapi\r\nstarlette\r\n",
    "fastapi\rstarlette\r",
    "fastapi # c\rstarlette\n",
    "fastapi==0.112.0,\n",
    "# head \\\nstarlette\n",
    "\\\nfastapi\n",
    "fastapi==0.112.0 # pinned \\\n# other\nstarlette==0.37.2\n",
    "fastapi # c \\\n\nstarlette\n",
    "fastapi # c \\\n   \nstarlette\n",
    "fastapi # c \\",
    "fastapi==0.112.0 \\\n# why\nstarlette==0.37.2\n",
    "fastapi==0.112.0 \\\n# why\n",
    f"fastapi==0.112.0 \\\n    {HASH} \\\n    # via x\nstarlette\n",
    f"fastapi==0.112.0\\\n  {HASH}\n",
    f"fastapi==0.112.0 {HASH} \\\n  {HASH}\n",
    f"fastapi==0.112.0 {HASH} \\\n\nstarlette\n",
    "fastapi==0.112.0 --hash  sha256:00\n",
    'fastapi==0.112.0 --hash="sha256:00"\n',
    "fastapi # ${MY_VAR}\n",
    "-r ${MY_VAR}.txt\n",
    b"# coding: latin-1\nfastapi # plain\n",
    b"\xef\xbb\xbffastapi\n",
    "\ufefffastapi\n".encode("utf-16-le"),
    "\ufefffastapi # \u00e9\n".encode("utf-16-be"),
    "fastapi\x0c\nstarlette\n",
    "fastapi\u2028\nstarlette\n",
    "fastapi # \x0c# starlette\n",
    "-r other.txt # c\n",
    "-r\tother.txt\n",
    "-r 'other.txt'\n",
    "--requirement=other.txt\n",
    "--pre\n",
    "--prefer-binary\n",
    "--require-hashes\n",
    "--no-binary :all:\n",
    "--extra-index-url=https://x.test/simple\n",
    "-i https://x.test/simple\n",
    "--index-url https://x.test \\\n  -r other.txt\n",
    "--pre \\\n -r other.txt\n",
    "--pre --no-index\n",
)


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of wheels that uv may choose from."""
    folder = tmp_path_factory.mktemp("links")
    for name, version in [("fastapi", "0.112.0"), ("starlette", "0.37.2"), ("pydantic", "2.8.2"), ("idna", "3.10")]:
        wheels.wheel(folder, name, version, "")
    return folder


@pytest.fixture(scope="module")
def by_uv(links: Path) -> Callable[[Path], Names]:
    """What uv takes a requirements file to ask for, or None where it refuses it."""
    if not UV.exists():
        pytest.skip("uv stands beside no interpreter of these tests; install `nox[uv]`")

    def read(path: Path) -> Names:
        argv = [
            str(UV),
            "pip",
            "compile",
            "-q",
            "--offline",
            "--no-deps",
            "--no-header",
            "--no-annotate",
            "--no-config",
        ]
        argv += ["--no-index", "--find-links", str(links), str(path)]
        ended = subprocess.run(argv, cwd=path.parent, env=os.environ | ENVIRON, capture_output=True, check=False)
        text = ended.stdout.decode()
        return (
            None if ended.returncode else {line.partition("=")[0] for line in text.splitlines() if line[:1].isalpha()}
        )

    return read


@pytest.fixture(scope="module")
def by_pip() -> Callable[[Path], Names]:
    """What pip takes a requirements file to ask for, or None where it refuses it."""
    try:
        from pip._internal.exceptions import PipError  # noqa: PLC0415
        from pip._internal.network.session import PipSession  # noqa: PLC0415
        from pip._internal.req.constructors import install_req_from_parsed_requirement  # noqa: PLC0415
        from pip._internal.req.req_file import parse_requirements  # noqa: PLC0415
    except ImportError as error:
        pytest.skip(f"pip cannot be asked how it reads requirements files: {error}")

    def read(path: Path) -> Names:
        try:
            with PipSession() as session:
                lines = list(parse_requirements(str(path), session=session))
                found = [install_req_from_parsed_requirement(line).req for line in lines]
        except PipError:
            return None
        return {canonicalize_name(requirement.name) for requirement in found if requirement}

    return read


@pytest.mark.parametrize(
    ("content", "differs"),
    [*((content, True) for content in DIFFERENT), *((content, False) for content in THE_SAME)],
    ids=lambda value: repr(value)[:60],
)
def test_what_pip_and_uv_read_differently_is_told(
    content: str | bytes,
    differs: bool,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    by_pip: Callable[[Path], Names],
    by_uv: Callable[[Path], Names],
) -> None:
    for name, text in FILES.items():
        (project / name).write_text(text)
    path = project / "requirements.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.setenv("MY_VAR", ENVIRON["MY_VAR"])
    pip, uv = by_pip(path), by_uv(path)
    found = _gather.project([path], ENVIRON, Config())
    assert found.problems == ()
    assert pip is not None
    told = [finding for finding in rules.check(found) if finding.code == "PIN115"]
    assert (pip != uv) == differs
    assert bool(told) == differs
