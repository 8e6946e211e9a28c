"""What reading a `uv.lock` of 1 MB costs, against what `tomllib` alone takes to load it.

The lock is generated in the form that uv writes. Both readers run in turn in this process and CPU time is compared.
"""

import gc
import os
import statistics
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import PurePosixPath

from pincheck import manifests
from pincheck.model import Source

SIZE = 1_000_000
RUNS = 9
ALLOWED = 1.5
FILES = 12


def package(number: int) -> str:
    name, version = f"package-{number}", f"{number % 7}.{number % 31}.{number % 5}"
    digest = f"{number:064x}"
    url = f"https://files.index.test/packages/{digest[:2]}/{name}"
    wheels = "".join(
        f'    {{ url = "{url}-{version}-cp3{n}-cp3{n}-manylinux_2_17_x86_64.whl", hash = "sha256:{digest}", '
        f'size = {number + n}, upload-time = "2026-01-{n + 1:02}T20:35:03.673Z" }},\n'
        for n in range(FILES)
    )
    depends = "".join(f'    {{ name = "package-{number + n}" }},\n' for n in range(1, 4))
    return (
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "https://index.test/simple" }}\n'
        f"dependencies = [\n{depends}]\n"
        f'sdist = {{ url = "{url}-{version}.tar.gz", hash = "sha256:{digest}", size = {number} }}\n'
        f"wheels = [\n{wheels}]\n\n"
    )


def lock() -> str:
    parts = ['version = 1\nrevision = 3\nrequires-python = ">=3.11"\n\n']
    while sum(map(len, parts)) < SIZE:
        parts.append(package(len(parts)))
    return "".join(parts)


def cpu_seconds(run: Callable[[], object]) -> float:
    gc.collect()
    before = time.process_time()
    run()
    return time.process_time() - before


def main() -> None:
    text = lock()
    source = Source(PurePosixPath("uv.lock"), text)
    reading = manifests.read(source, environ={})
    assert reading is not None
    assert len(reading.locked) == text.count("[[package]]")
    floors, reads = [], []
    for _ in range(RUNS):
        floors.append(cpu_seconds(lambda: tomllib.loads(text)))
        reads.append(cpu_seconds(lambda: manifests.read(source, environ={})))
    ratio = statistics.median(reads) / statistics.median(floors)
    print(f"lock   {len(text) / 1e6:6.2f} MB   {len(reading.locked)} packages")
    print(f"floor  {statistics.median(floors) * 1000:6.1f} ms   tomllib.loads")
    print(f"read   {statistics.median(reads) * 1000:6.1f} ms   manifests.read")
    print(f"ratio  {ratio:6.2f}      at most {ALLOWED} is wanted; {RUNS} pairs of runs, medians of CPU time")
    sys.exit(os.EX_OK if ratio <= ALLOWED else 1)


if __name__ == "__main__":
    main()
