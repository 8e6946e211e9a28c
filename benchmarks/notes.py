"""What the digest of a range costs from FastAPI's whole release notes, against a Markdown parser over that range alone.

The digest gets the whole text (700 kB) and says of 0.112.0 to 0.141.1 what kind of change each entry is. The peer is
markdown-it-py with its commonmark preset over nothing but the text of that range. Both run in turn in this process,
and CPU time is compared. Without the notes themselves, which `PINCHECK_DATA` leads to, nothing is measured.
"""

import gc
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from markdown_it import MarkdownIt
from packaging.version import Version

from pincheck import changelog

DATA = Path(os.environ.get("PINCHECK_DATA") or Path(__file__).parents[1] / "../shared/data")
NOTES = DATA / "notes" / "fastapi" / "release-notes.md"
LOW, NEAR, HIGH = Version("0.112.0"), Version("0.139.2"), Version("0.141.1")
RUNS = 9
ALLOWED = 3.0


def cpu_seconds(run: Callable[[], object]) -> float:
    gc.collect()
    before = time.process_time()
    run()
    return time.process_time() - before


def main() -> int:
    if not NOTES.is_file():
        print(f"PINCHECK_DATA leads to no {NOTES.name} of FastAPI; nothing is measured")
        return os.EX_OK
    text = NOTES.read_bytes().decode()
    cut = text[: text.index(f"\n## {LOW} ")]
    peers, digests, near, scans = [], [], [], []
    for _ in range(RUNS):
        peers.append(cpu_seconds(lambda: MarkdownIt("commonmark").parse(cut)))
        digests.append(cpu_seconds(lambda: changelog.between(text, LOW, HIGH)))
        near.append(cpu_seconds(lambda: changelog.between(text, NEAR, HIGH)))
        scans.append(cpu_seconds(lambda: changelog.versions(text)))
    told = changelog.between(text, LOW, HIGH)
    headed = [notes for notes in told if any("breaking" in entry.category.lower() for entry in notes.entries)]
    ratio = statistics.median(digests) / statistics.median(peers)
    entries = sum(len(notes.entries) for notes in told)
    print(f"notes  {len(text) / 1e6:6.2f} MB   {len(cut) / 1e6:.2f} MB of them above {LOW}")
    print(f"range  {len(told):6}      releases with {entries} entries, {len(headed)} of them with a breaking category")
    print(f"peer   {statistics.median(peers) * 1000:6.1f} ms   MarkdownIt('commonmark').parse of the range alone")
    print(f"digest {statistics.median(digests) * 1000:6.1f} ms   changelog.between of the whole text")
    print(f"near   {statistics.median(near) * 1000:6.1f} ms   changelog.between above {NEAR}")
    print(f"scan   {statistics.median(scans) * 1000:6.1f} ms   changelog.versions")
    print(f"ratio  {ratio:6.2f}      at most {ALLOWED} is wanted; {RUNS} pairs of runs, medians of CPU time")
    return os.EX_OK if ratio <= ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())
