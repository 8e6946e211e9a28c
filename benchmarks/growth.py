"""How the time of a reader grows with hard texts: twice the text may take little more than twice the time.

`pincheck check` reads manifests and locks, `changelog` reads release notes. For each format there are texts that are hard on a reader: one line of everything, joins, quotes, escapes, nesting,
names that double. Each is checked in two lengths in this process, and the CPU times are compared, a few times where
the answer is not clear. Quadratic growth shows as about 4.
"""

import contextlib
import gc
import io
import os
import sys
import tempfile
import time
from pathlib import Path

from pincheck import changelog, cli
from pincheck.changelog import Written

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks._hostile import FORMATS, VALID, Text
from benchmarks._hostile_notes import NOTES

SIZE = 6_000
ALLOWED = 3.5
ATTEMPTS = 4
UNSEEN = 0.002  # seconds


def seconds(name: str, text: str) -> float:
    """Return the CPU time of a check of one file."""
    Path(name).write_bytes(text.encode("utf-8", "surrogatepass"))
    gc.collect()
    said = io.StringIO()
    start = time.process_time()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = cli.run(["check", name])
    spent = time.process_time() - start
    if code not in {0, 1}:
        sys.exit(f"{name}: check ended with {code}: {said.getvalue()[-500:]}")
    return spent


def seconds_of_notes(name: str, text: str) -> float:
    """Return the CPU time of reading release notes whole."""
    written = Written(text, path=name)
    gc.collect()
    start = time.process_time()
    changelog.parse(written)
    changelog.unreleased(written)
    changelog.doubts(written)
    return time.process_time() - start


def growth_of_notes(name: str, made: Text) -> float:
    """Return the lowest ratio that was seen; what even twice the text costs next to nothing grows by nothing."""
    lowest = float("inf")
    for _ in range(ATTEMPTS):
        small, large = (seconds_of_notes(name, made(size)) for size in (SIZE, 2 * SIZE))
        lowest = min(lowest, large / max(small, UNSEEN))
        if lowest < ALLOWED:
            break
    return lowest


def growth(name: str, made: Text) -> float:
    """Return the lowest ratio that was seen; another text each time, for some readers remember what they have read."""
    lowest = float("inf")
    for attempt in range(ATTEMPTS):
        floor = seconds(name, VALID[name] + "\n" * (attempt + 1))
        small, large = (seconds(name, made(size) + "\n" * attempt) for size in (SIZE, 2 * SIZE))
        lowest = min(lowest, large / (small + floor))
        if lowest < ALLOWED:
            break
    return lowest


def main() -> int:
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, texts in FORMATS.items():
            seconds(name, VALID[name])  # What is imported for this format is imported now.
            ratios = {kind: growth(name, made) for kind, made in texts.items()}
            Path(name).unlink()
            worst = max(ratios, key=lambda kind: ratios[kind])
            print(f"{name:18} {len(ratios):3} texts   ratio {ratios[worst]:.2f} at most ({worst})")
            wrong += sum(ratio >= ALLOWED for ratio in ratios.values())
        os.chdir("/")
    for name, texts in NOTES.items():
        ratios = {kind: growth_of_notes(name, made) for kind, made in texts.items()}
        worst = max(ratios, key=lambda kind: ratios[kind])
        print(f"{name:18} {len(ratios):3} texts   ratio {ratios[worst]:.2f} at most ({worst})")
        wrong += sum(ratio >= ALLOWED for ratio in ratios.values())
    print(f"ratio of twice the text to the text; less than {ALLOWED} is wanted, {wrong} have more")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
