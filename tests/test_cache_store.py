"""What is kept on disk is private, bounded, shared by processes, and believed only where it is whole."""

import os
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincheck.world import cache, http
from pincheck.world.cache import Store
from tests.servers import Reply, alone, running

SECRET = "hunter2-of-cache"  # noqa: S105 - it opens nothing


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def test_what_is_written_is_read(store: Store) -> None:
    store.write("page", "a", b"one")
    store.write("page", "b", b"two ", b"parts")
    store.write("page", "a", b"newer")
    store.write("wheel", "a", b"")
    assert (store.read("page", "a"), store.read("page", "b"), store.read("wheel", "a")) == (b"newer", b"two parts", b"")
    assert (store.read("page", "c"), store.read("wheel", "b"), store.problem) == (None, None, "")
    store.remove("page", "a")
    store.remove("page", "a")
    assert store.read("page", "a") is None


def test_a_kind_is_a_word(store: Store) -> None:
    for kind in ("", "../x", "A", "a.b", "a/b"):
        with pytest.raises(ValueError, match="no kind of entry"):
            store.write(kind, "key", b"")


@given(key=st.text(), data=st.binary(), other=st.text())
def test_any_key_and_any_bytes_can_be_kept(
    tmp_path_factory: pytest.TempPathFactory, key: str, data: bytes, other: str
) -> None:
    store = Store(tmp_path_factory.mktemp("cache"))
    store.write("page", key, data)
    assert store.read("page", key) == data
    assert store.read("page", other) == (data if other == key else None)


def test_folders_and_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Store(tmp_path / "a" / "cache").write("page", "key", b"data")
    finally:
        os.umask(before)
    made = tmp_path / "a" / "cache"
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (made, *made.rglob("*"))}
    assert set(modes.values()) == {0o700, 0o600}
    assert [mode for path, mode in modes.items() if path.is_file()] == [0o600]


def test_the_folder_of_the_entries_is_closed_to_others_again(tmp_path: Path) -> None:
    Store(tmp_path / "cache")
    (place,) = (tmp_path / "cache").iterdir()
    place.chmod(0o777)
    Store(tmp_path / "cache")
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


def test_neither_names_nor_contents_tell_a_key(store: Store) -> None:
    store.write("page", f"https://me:{SECRET}@index.example/simple", b"data")
    (file,) = files(store.folder)
    assert SECRET not in str(file)
    assert SECRET.encode() not in file.read_bytes()


def test_an_entry_with_any_byte_changed_is_absent(store: Store) -> None:
    flips = 0
    for size in (0, 1, 700, 6000):
        store.write("page", f"key {size}", bytes(range(256)) * (size // 256) + bytes(size % 256))
    for file in files(store.folder):
        good = file.read_bytes()
        key = next(key for key in (f"key {n}" for n in (0, 1, 700, 6000)) if file.name.endswith(_digest(key)))
        assert store.read("page", key) is not None
        with file.open("r+b") as opened:
            for place, byte in enumerate(good):
                for mask in (1, 0x80, 0xFF):
                    os.pwrite(opened.fileno(), bytes([byte ^ mask]), place)
                    assert store.read("page", key) is None
                    flips += 1
                os.pwrite(opened.fileno(), good[place : place + 1], place)
        assert store.read("page", key) is not None
    assert flips > 20_000


def _digest(key: str) -> str:
    import hashlib  # noqa: PLC0415

    return hashlib.sha256(key.encode()).hexdigest()


def test_an_entry_cut_or_made_longer_is_absent(store: Store) -> None:
    store.write("page", "key", b"0123456789" * 20)
    (file,) = files(store.folder)
    good = file.read_bytes()
    for bad in [good[:length] for length in range(len(good))] + [good + b"x", b"x" + good, good * 2]:
        file.write_bytes(bad)
        assert store.read("page", "key") is None


def test_an_entry_under_the_name_of_another_is_absent(store: Store) -> None:
    store.write("page", "a", b"data")
    (file,) = files(store.folder)
    file.rename(file.with_name(file.name.replace(_digest("a"), _digest("b"))))
    assert store.read("page", "b") is None


def test_what_is_no_plain_file_is_absent_and_not_waited_for(store: Store, tmp_path: Path) -> None:
    store.write("page", "key", b"data")
    (file,) = files(store.folder)
    good = tmp_path / "good"
    file.rename(good)
    file.symlink_to(good)
    assert store.read("page", "key") is None
    file.unlink()
    os.mkfifo(file)
    assert store.read("page", "key") is None
    file.unlink()
    file.mkdir()
    assert store.read("page", "key") is None
    store.write("page", "key", b"new")  # A folder cannot be replaced by a file.
    assert store.read("page", "key") is None
    assert "cannot be written" in store.problem
    assert not [path for path in files(store.folder) if path.name.startswith(".")]


# Folders that are not to be used: everything works without them.


def _plain_file(folder: Path) -> Path:
    folder.write_text("in the way")
    return folder


def _below_a_file(folder: Path) -> Path:
    folder.write_text("in the way")
    return folder / "cache"


def _of_somebody_else(folder: Path) -> Path:
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    return folder


def _link_to_somebody_else(folder: Path) -> Path:
    _of_somebody_else(folder)
    link = folder.with_name("link")
    link.symlink_to(folder)
    return link


def _entries_of_somebody_else(folder: Path) -> Path:
    Store(folder)
    os.chown(next(folder.iterdir()), 12345, 12345)
    return folder


def _entries_behind_a_link(folder: Path) -> Path:
    Store(folder)
    place = next(folder.iterdir())
    place.rename(folder.with_name("elsewhere"))
    place.symlink_to(folder.with_name("elsewhere"))
    return folder


def _no_path(folder: Path) -> Path:
    return folder / "a\0b"


def _too_long(folder: Path) -> Path:
    return folder / ("x" * 300)


def _circle(folder: Path) -> Path:
    folder.symlink_to(folder)
    return folder


REFUSED = (
    _plain_file, _below_a_file, _of_somebody_else, _link_to_somebody_else, _entries_of_somebody_else,
    _entries_behind_a_link, _no_path, _too_long, _circle,
)  # fmt: skip


@pytest.mark.parametrize("prepare", REFUSED, ids=lambda prepare: prepare.__name__.strip("_"))
def test_a_folder_that_is_not_ours_alone_is_left_alone(prepare: "type[Path]", tmp_path: Path) -> None:
    if "somebody" in prepare.__name__ and os.geteuid() != 0:
        pytest.skip("only root can give a folder to somebody else")
    folder = prepare(tmp_path / "cache")
    store = Store(folder)
    assert store.problem.startswith("`")
    before = files(tmp_path)
    store.write("page", "key", b"data")
    store.remove("page", "key")
    assert store.read("page", "key") is None
    assert files(tmp_path) == before
    with running() as server, http.client(cache=store) as client:
        server.replies["/x"] = Reply(b"hello")
        assert [http.get(client, f"{server.url}/x").text for _ in range(2)] == ["hello"] * 2
        assert len(server.asked) == 2


def test_a_link_to_a_folder_of_ones_own_is_used(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to("disk")
    store = Store(tmp_path / "link")
    store.write("page", "key", b"data")
    assert (store.read("page", "key"), store.problem) == (b"data", "")


def test_a_full_disk_costs_the_entry_only(tmp_path: Path) -> None:
    """The limit of the size of a file stands for a full disk: writing ends with an error in its middle."""
    program = """
import resource, signal, sys
from pathlib import Path
from pincheck.world.cache import Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store(Path(sys.argv[1]))
store.write("page", "old", b"small")
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
store.write("page", "old", bytes(20_000))
store.write("page", "new", bytes(20_000))
print(store.read("page", "old"), store.read("page", "new"), store.problem)
"""
    argv = [sys.executable, "-c", program, str(tmp_path / "cache")]
    ended = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert ended.stdout.startswith("b'small' None `")
    assert "cannot be written: file too large" in ended.stdout
    assert len(files(tmp_path)) == 1


# Size and company.


def test_the_oldest_entries_go_when_there_are_too_many(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache", largest=100_000)
    for number in range(60):
        store.write("page", str(number), bytes(8_000))
        for file in files(store.folder):  # A step of one second between any two, without waiting for it.
            os.utime(file, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns - 10**9))
        assert sum(file.stat().st_size for file in files(store.folder)) <= 110_000
    kept = [number for number in range(60) if store.read("page", str(number)) is not None]
    assert kept == list(range(kept[0], 60))
    assert 5 <= len(kept) <= 12


def test_many_small_entries_count_as_what_they_take(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache", largest=100_000)
    for number in range(100):
        store.write("page", str(number), b"x")
    assert len(files(store.folder)) <= 25


def test_an_entry_that_would_drive_out_all_others_is_not_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache", largest=100_000)
    store.write("page", "large", bytes(30_000))
    assert store.read("page", "large") is None
    assert files(store.folder) == []


def test_what_an_interrupted_run_left_behind_goes_and_what_one_is_writing_stays(store: Store) -> None:
    store.write("page", "key", b"data")
    place = files(store.folder)[0].parent
    (place / ".abandoned").write_bytes(b"x")
    (place / ".being-written").write_bytes(b"x")
    (place / "somebody-elses.txt").write_bytes(b"x")
    os.utime(place / ".abandoned", (time.time() - 7200,) * 2)
    Store(store.folder).write("page", "other", b"data")
    assert sorted(path.name for path in files(store.folder) if not path.name.startswith("page.")) == [
        ".being-written",
        "somebody-elses.txt",
    ]


def test_processes_share_a_folder(tmp_path: Path) -> None:
    program = """
import hashlib, sys
from pathlib import Path
from pincheck.world.cache import Store
store = Store(Path(sys.argv[1]), largest=200_000)
for turn in range(300):
    key = str(turn % 7)
    found = store.read("page", key)
    assert found is None or (found[:1] * len(found) == found and len(found) > 1000), found
    store.write("page", key, sys.argv[2].encode() * (1001 + turn * 37))
assert store.problem == "", store.problem
"""
    argv = [sys.executable, "-c", program, str(tmp_path / "cache")]
    runs = [subprocess.Popen([*argv, name], stderr=subprocess.PIPE, text=True) for name in "abcd"]
    assert [run.communicate()[1] for run in runs] == [""] * 4
    assert [run.returncode for run in runs] == [0] * 4
    assert all(path.name.startswith("page.") for path in files(tmp_path))


# Where it is.


@pytest.mark.parametrize(
    ("environ", "place"),
    [
        ({"PINCHECK_CACHE": "{tmp}/named"}, "{tmp}/named"),
        ({"PINCHECK_CACHE": "named"}, "{tmp}/named"),
        ({"PINCHECK_CACHE": "~/named"}, "{tmp}/home/named"),
        ({"PINCHECK_CACHE": "~nobody-of-this-name/named"}, "{tmp}/~nobody-of-this-name/named"),
        ({}, "{tmp}/home/.cache/pincheck"),
        ({"PINCHECK_CACHE": ""}, None),
        ({"PINCHECK_CACHE": "off"}, None),
        ({"PINCHECK_CACHE": " OFF "}, None),
    ],
)
def test_where_the_store_is(
    environ: Mapping[str, str], place: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone(monkeypatch, tmp_path)
    monkeypatch.chdir(tmp_path)
    found = cache.default({name: value.format(tmp=tmp_path) for name, value in environ.items()})
    assert (found.folder if found else None) == (Path(place.format(tmp=tmp_path)) if place else None)


# Damage, seen from where it matters.


def test_a_damaged_store_gives_what_an_empty_one_gives(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    with running() as server, http.client(cache=store) as client:
        server.replies["/x"] = Reply(b'{"a": 1}', "application/json", headers={"ETag": '"1"'})
        server.replies["/q"] = Reply(b'{"b": 2}', "application/json")

        def asked() -> list[tuple[int, str, str]]:
            got = http.get(client, f"{server.url}/x", "application/json")
            answer = http.post(client, f"{server.url}/q", {"q": 1}, fresh=timedelta(days=1))
            return [(one.status, one.media_type, one.text) for one in (got, answer)]

        cold = asked()
        assert asked() == cold
        assert len(server.asked) == 2
        for file in files(store.folder):
            good = file.read_bytes()
            for place in range(0, len(good), 11):
                file.write_bytes(good[:place] + bytes([good[place] ^ 0x20]) + good[place + 1 :])
                before = len(server.asked)
                assert asked() == cold
                assert len(server.asked) == before + 1
                assert "if-none-match" not in server.asked[-1].headers


def test_an_entry_that_another_version_wrote_is_absent(store: Store) -> None:
    with running() as server, http.client(cache=store) as client:
        server.replies["/x"] = Reply(b"hello")
        question = f"{server.url}/x\n*/*\n\n"
        for odd in (b"", b"{}\nx", b"[]\nx", b'{"status": 200}\n', b"\xff\n", b"7\n", b"[" * 100_000):
            store.write("get", question, odd)
            assert http.get(client, f"{server.url}/x").text == "hello"
        assert len(server.asked) == 7
        http.get(client, f"{server.url}/x")
        assert len(server.asked) == 7
