"""The one writer: whole or not at all, with mode and links as they were."""

import os
import stat
from pathlib import Path

import pytest

from pincheck.errors import PincheckError
from pincheck.model import Problem, Source
from pincheck.world import files


def source(path: Path) -> Source:
    found = files.read(path)
    assert isinstance(found, Source)
    return found


def test_mode_and_other_files_stay_as_they_were(project: Path) -> None:
    path = project / "requirements.txt"
    path.write_text("fastapi==0.112.0\n")
    path.chmod(0o640)
    files.write([(source(path), "fastapi==0.113.0\n")])
    assert path.read_text() == "fastapi==0.113.0\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [found.name for found in project.iterdir()] == ["requirements.txt"]


def test_a_link_is_followed_and_stays_a_link(project: Path) -> None:
    (project / "shared").mkdir()
    real = project / "shared" / "base.txt"
    real.write_text("fastapi==0.112.0\n")
    link = project / "requirements.txt"
    link.symlink_to("shared/base.txt")
    files.write([(source(link), "fastapi==0.113.0\n")])
    assert link.is_symlink()
    assert real.read_text() == "fastapi==0.113.0\n"


def test_nothing_is_written_where_one_file_has_changed(project: Path) -> None:
    first, second = project / "a.txt", project / "b.txt"
    first.write_text("a\n")
    second.write_text("b\n")
    read = [source(first), source(second)]
    second.write_text("edited\n")
    with pytest.raises(PincheckError, match=r"`b\.txt` changed on disk"):
        files.write([(read[0], "A\n"), (read[1], "B\n")])
    assert first.read_text() == "a\n"
    assert second.read_text() == "edited\n"
    assert sorted(found.name for found in project.iterdir()) == ["a.txt", "b.txt"]


def test_what_was_replaced_is_put_back_where_a_later_file_cannot_be(project: Path) -> None:
    first, folder = project / "a.txt", project / "locked"
    folder.mkdir()
    second = folder / "b.txt"
    first.write_text("a\n")
    second.write_text("b\n")
    read = [source(first), source(second)]
    second.unlink()
    folder.rmdir()
    with pytest.raises(PincheckError):
        files.write([(read[0], "A\n"), (read[1], "B\n")])
    assert first.read_text() == "a\n"
    assert [found.name for found in project.iterdir()] == ["a.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere, so nothing can be refused")
def test_a_folder_that_cannot_be_written_to_is_an_error(project: Path) -> None:
    path = project / "requirements.txt"
    path.write_text("fastapi==0.112.0\n")
    read = source(path)
    project.chmod(0o555)
    with pytest.raises(PincheckError, match="cannot write"):
        files.write([(read, "fastapi==0.113.0\n")])
    project.chmod(0o755)
    assert path.read_text() == "fastapi==0.112.0\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"fastapi\r\n", "utf-8"),
        (b"\xef\xbb\xbffastapi\n", "utf-8"),
        ("\ufefffastapi\r\n".encode("utf-16-le"), "utf-16-le"),
        ("\ufefffastapi\n".encode("utf-16-be"), "utf-16-be"),
        ("\ufefffastapi\n".encode("utf-32-le"), "utf-32-le"),
        ("# coding: latin-1\nfastapi # caf\u00e9\n".encode("latin-1"), "iso8859-1"),
    ],
)
def test_bytes_come_back_as_they_were_read(project: Path, data: bytes, encoding: str) -> None:
    path = project / "requirements.txt"
    path.write_bytes(data)
    read = source(path)
    assert read.encoding == encoding
    files.write([(read, read.text.replace("fastapi", "starlette"))])
    assert path.read_bytes() == read.text.replace("fastapi", "starlette").encode(encoding)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"fast\x00api\n", "zero bytes"),
        (b"# caf\xe9\n", "not utf-8 text: byte 0xe9 on line 1"),
        (b"# coding: no-such-thing\n", "not text that can be read"),
        (b"x" * (files.LARGEST_MANIFEST + 1), "larger than 2 MiB"),
    ],
)
def test_what_is_not_text_is_a_problem(project: Path, data: bytes, reason: str) -> None:
    path = project / "requirements.txt"
    path.write_bytes(data)
    found = files.read(path)
    assert isinstance(found, Problem)
    assert reason in found.reason


def test_a_pipe_is_not_waited_for(project: Path) -> None:
    os.mkfifo(project / "requirements.txt")
    found = files.read(project / "requirements.txt")
    assert isinstance(found, Problem)
    assert found.reason == "not a regular file"
