"""What `pincheck check` costs as a whole process, against the least that any such tool must import.

Both are started in turn, many times, and CPU time (user and system) is compared, so that a busy machine slows both.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

FLOOR = "import packaging.requirements, tomllib"
RUNS = 40
ALLOWED = 1.8


def cpu_seconds(argv: list[str], cwd: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def project(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
        'dependencies = ["fastapi[standard]>=0.112.0,<0.113.0", "pydantic>=2.7.0,<3.0.0", "httpx", "sqlalchemy>=2"]\n'
        '[project.optional-dependencies]\ntest = ["pytest>=8"]\n[dependency-groups]\ndev = ["ruff"]\n'
    )
    (folder / "requirements.txt").write_text("fastapi[standard]>=0.112.0,<0.113.0\nuvicorn\n-r base.txt\n")
    (folder / "base.txt").write_text("pydantic>=2.7.0,<3.0.0\n")


def main() -> None:
    script = Path(sys.executable).parent / "pincheck"
    check = [str(script), "check", "."] if script.exists() else [sys.executable, "-m", "pincheck", "check", "."]
    floor = [sys.executable, "-c", FLOOR]
    ratios, floors, checks = [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project(folder)
        for _ in range(RUNS):
            floors.append(cpu_seconds(floor, folder))
            checks.append(cpu_seconds(check, folder))
            ratios.append(checks[-1] / floors[-1])
    ratio = statistics.median(checks) / statistics.median(floors)
    print(f"floor  {statistics.median(floors) * 1000:6.1f} ms   python -c '{FLOOR}'")
    print(f"check  {statistics.median(checks) * 1000:6.1f} ms   pincheck check .")
    print(f"ratio  {ratio:6.2f}      at most {ALLOWED} is wanted; {RUNS} pairs of runs, medians of CPU time")
    print(f"pairs  {min(ratios):6.2f} to {max(ratios):.2f}")
    sys.exit(os.EX_OK if ratio <= ALLOWED else 1)


if __name__ == "__main__":
    main()
