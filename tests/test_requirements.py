"""Requirements files: what pincheck reads in them is what pip reads in them.

The probe records pip 26.3's verdict; on real files pip itself is asked, through the two functions that pip-tools and
Dependabot ask too. pip is only imported here, never by pincheck.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.utils import canonicalize_name
from packaging.version import Version

from pincheck import candidates, edits
from pincheck.commands import _gather
from pincheck.config import Config
from pincheck.model import Project
from pincheck.world import files
from tests.conftest import data

ENVIRON = {"MY_VAR": "0.112.0", "HASHY": "a#b", "EMPTY": ""}
# What pip finds out only by looking for the project that a path leads to; pincheck reads no path.
NEEDS_THE_PATH = {"editable hash"}


class Read(NamedTuple):
    """What matters of one requirement, in pip's words or in pincheck's."""

    name: str
    specifier: str
    extras: tuple[str, ...]
    marker: str
    url: str
    constraint: bool


def gathered(path: Path, environ: Mapping[str, str] = ENVIRON) -> Project:
    return _gather.project([path], environ, Config())


def ours(project: Project) -> list[Read]:
    constraints = {
        path for by, path in project.constrained if by not in project.context
    }  # What a tool compiled may be used as such.
    return sorted(
        Read(
            found.name,
            str(found.specifier),
            tuple(sorted(found.extras)),
            normal(found.marker),
            location(found.url),
            found.origin == "constraint" or (found.origin == "compiled" and found.source.path in constraints),
        )
        for found in project.declarations
        if found.source.path not in project.context
        and found.source.path.name not in {"pyproject.toml", "setup.cfg", "setup.py"}  # Of a path; pip asks a build.
    )


def location(url: str) -> str:
    """Return where something is to be got; of a path, which pip makes absolute, only its last part."""
    is_path = url.startswith(("file:", ".", "/")) or (url and ":" not in url)
    return url.rpartition("/")[2] if is_path else url


def normal(marker: str) -> str:
    return str(Marker(marker)) if marker else ""


def probes() -> list[Any]:
    try:
        cases: list[Any] = json.loads(data("requirements-probe.json").read_text(encoding="utf-8"))
    except pytest.skip.Exception:
        return [pytest.param({}, marks=pytest.mark.skip(reason="requirements-probe.json not found: set PINCHECK_DATA"))]
    return [pytest.param(case, id=case["title"]) for case in cases]


def write(folder: Path, files: Mapping[str, Any]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content["base64"]) if isinstance(content, dict) else content.encode())


@pytest.mark.parametrize("case", probes())
def test_a_probe_is_read_as_pip_26_reads_it(case: dict[str, Any], project: Path) -> None:
    write(project, {"requirements.txt": case["requirements.txt"], **case["files"]})
    found = gathered(Path("requirements.txt"))
    verdict, expected = case["pip"]
    reasons = [problem.reason for problem in found.problems]
    if verdict == "err":
        missing = [item.reason for item in found.left_alone]
        assert missing == ["the path does not exist"] if case["title"] in NEEDS_THE_PATH else reasons
        return
    assert not reasons
    # A file that two others include is pip's twice; pincheck judges each line once.
    named = {Read(r[0], r[1], tuple(sorted(r[3])), r[4] or "", location(r[2] or ""), r[6]) for r in expected if r[0]}
    assert ours(found) == sorted(named)
    # What has no name, pip would have to build: each such line is told of, or its project's manifest is read.
    followed = [path for _, path in found.included if path.name == "pyproject.toml"]
    assert len(found.left_alone) + len(followed) == sum(not r[0] for r in expected)
    assert any(d.origin == "compiled" for d in found.declarations) == any(r[7] for r in expected)


Parsed = Callable[[Path], Iterator[Read]]


@pytest.fixture(scope="module")
def pip() -> Parsed:
    """pip's own reading of a requirements file; raises pip's own error where it has one."""
    try:
        import pip  # noqa: PLC0415
        from pip._internal.exceptions import InstallationError  # noqa: PLC0415
        from pip._internal.network.session import PipSession  # noqa: PLC0415
        from pip._internal.req.constructors import install_req_from_parsed_requirement  # noqa: PLC0415
        from pip._internal.req.req_file import parse_requirements  # noqa: PLC0415
    except ImportError as error:
        pytest.skip(f"pip cannot be asked how it reads requirements files: {error}")
    if Version(pip.__version__) < Version("26"):
        pytest.skip(f"pip {pip.__version__} reads requirements files differently: pip 26 or later is needed")

    def parsed(path: Path) -> Iterator[Read]:
        with PipSession() as session:
            for line in parse_requirements(str(path), session=session):
                try:
                    read = install_req_from_parsed_requirement(line)
                except InstallationError:
                    if line.is_editable or line.requirement.startswith("."):
                        continue  # There is no project at that path, which only pip looks at.
                    raise
                if read.req is not None:
                    extras = tuple(sorted(read.extras))
                    marker = str(read.markers) if read.markers else ""
                    url = location(read.link.url) if read.link and not read.editable else ""
                    name, specifier = canonicalize_name(read.req.name), str(read.req.specifier)
                    yield Read(name, specifier, extras, marker, url, read.constraint)

    return parsed


def corpus(kind: str) -> list[Path]:
    index = data("corpus", "INDEX.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in index]
    return [data("corpus", repo.replace("/", "__"), path) for repo, path, found, _ in rows if found == kind]


def differences(path: Path, pip: Parsed, environ: Mapping[str, str]) -> str:
    found = gathered(path, environ)
    try:
        expected = sorted(pip(path))
    except Exception as error:  # noqa: BLE001 - whatever pip raises is its verdict
        return "" if found.problems else f"only pip refuses it: {error}"
    if found.problems:
        return f"only pincheck refuses it: {found.problems[0].reason}"
    return "" if ours(found) == expected else f"read differently: {set(ours(found)) ^ set(expected)}"


def test_real_requirements_files_are_read_as_pip_reads_them(pip: Parsed, project: Path) -> None:
    assert project.is_dir()  # pip looks for paths in the working directory, and finds none here.
    paths = corpus("requirements")
    assert len(paths) > 200
    assert {str(path): said for path in paths if (said := differences(path, pip, {}))} == {}


ENCODINGS = (
    *(("", "utf-8", ""), ("", "utf-8", "\ufeff")),
    *(("", encoding, "\ufeff") for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")),
    ("# -*- coding: latin-1 -*-\n", "latin-1", ""),
    ("# first\n# vim: set fileencoding=cp1252 :\n", "cp1252", ""),
    ("# coding=koi8-r\n", "koi8-r", ""),
)
ENDS = ("\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028")


@pytest.mark.parametrize(
    ("head", "encoding", "mark", "ends"),
    [(*how, ends) for how in ENCODINGS for ends in ENDS if ends.encode(how[1], "ignore")],  # Not all have all of them.
    ids=ascii,
)
@pytest.mark.parametrize("last", [True, False], ids=["ended", "no end"])
def test_a_move_keeps_every_other_byte(
    head: str, encoding: str, mark: str, ends: str, last: bool, project: Path
) -> None:
    lines = ["idna==0.112.0", "FastAPI[standard] >=0.112.0,<0.113.0 ; python_version > '3.8'  # fastapi==0.112.0", "#"]
    text = f"{mark}{head}{ends.join([*lines, 'fastapi-cli==0.112.0'])}{ends if last else ''}"
    before = text.encode(encoding)
    path = project / "requirements.txt"
    path.write_bytes(before)
    found = gathered(path)
    assert found.problems == ()
    assert [d.name for d in found.declarations] == ["idna", "fastapi", "fastapi-cli"]
    made = candidates.edits([d for d in found.declarations if d.name == "fastapi"], Version("0.113.2"))
    assert not isinstance(made, str)
    source = found.sources[0]
    files.write([(source, edits.apply(source.text, made[0]))])
    expected = text.replace(">=0.112.0,<0.113.0", ">=0.113.0,<0.114.0")
    assert path.read_bytes() == expected.encode(encoding) != before


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("fastapi==0.112.0\n".encode("utf-16-le"), "zero bytes"),  # Without a mark nobody knows what it is.
        (b"# first\n# second\n# coding: latin-1\nfastapi # \xe9\n", "not utf-8 text: byte 0xe9 on line 4"),
        (b"fastapi\n# coding: latin-1\n# \xe9\n", ""),  # On the second line it counts, as pip has it.
        (b" # coding: latin-1\nfastapi # \xe9\n", "not utf-8 text"),  # Not at the start of its line.
    ],
)
def test_an_encoding_that_is_not_told_is_a_problem(data: bytes, reason: str, project: Path) -> None:
    (project / "requirements.txt").write_bytes(data)
    found = gathered(Path("requirements.txt"))
    assert [reason in problem.reason for problem in found.problems] == ([True] if reason else [])


# What a line can be made of, the characters among them that pip treats in a way of its own. No paths: pip looks
# whether they exist. No `@` and no `===`: pip takes a `[…]` behind them for extras of a path, whatever it belongs to.
PIECES = (
    *("fastapi", "star-lette", "a.b_C", "==0.112.0", ">=0.112", "<0.113", "~=0.112.0", "!=0.112.*", "==1.*"),
    *(
        ",",
        ";",
        " ; ",
        "; ",
        " ",
        "  ",
        "\t",
        "\xa0",
        "\\",
        "\n",
        "\r\n",
        "\r",
        "\\\n",
        "\\\r\n",
        "\\\n    ",
        "\x0b",
        "\x0c",
    ),
    *("\x1c", "\x85", "\u2028", "#", " #", " # c", "# c \\\n", "'", '"', "(", ")", "[all]", "[a,b]", "[]"),
    *("python_version>'3.8'", 'extra == "x"', "os_name=='#'", " or ", "${MY_VAR}", "${EMPTY}", "${my}", "$MY_VAR", "-"),
    *(" --hash=sha256:aa", " --hash sha512:bb", "\t--hash=sha256:aa", " --ha=sha256:aa", " --hash=md5:cc", " --pre"),
    *(
        " -C a=b",
        " --config-settings x",
        "--no-index",
        "-i x",
        " -Z",
        " --only-binary :all:",
        "https:x.test",
        "v1",
        "0",
    ),
    *("==0.1\\\n12.0", "x-1.0-py3-none-any.whl", "y-1.tar.gz"),
)
LINES = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@pytest.fixture(scope="module")
def variables() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRON.items():
            patch.setenv(name, value)
        yield


@pytest.mark.usefixtures("variables")
@given(text=LINES)
@example(text="fastapi==0.112.0 # pinned \\\nstarlette==0.37.2\n")
@example(text="fastapi==0.112.0 \\\n# why\n--hash=sha256:aa\n")
def test_any_line_is_read_as_pip_reads_it(text: str, pip: Parsed, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "requirements.txt"
    path.write_bytes(text.encode())
    assert differences(path, pip, ENVIRON) == ""
