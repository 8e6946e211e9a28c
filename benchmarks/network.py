"""How many requests one `propose` makes and how many bytes come, cold and warm, beside what pip and uv make of it.

All of them ask a server on 127.0.0.1 that offers FastAPI's own history: a page of 370 releases, wheels whose METADATA
can only be read by ranges, release notes of the size of FastAPI's. The server counts.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.servers import Reply, Server, Upload, html_page, running
from tests.wheels import wheel

COLD_LIMIT = 4
WARM_LIMIT = 0
NOW, NEXT = "0.115.14", "0.116.2"
DATA = Path(os.environ.get("PINCHECK_DATA") or Path(__file__).parents[1] / "../shared/data")
RANGES = {"Accept-Ranges": "bytes"}
PIPS = ("pip", "index", "versions", "fastapi")


class Asked(NamedTuple):
    """What one command asked of the server."""

    requests: int
    kilobytes: float


def history() -> list[Upload]:
    """Return FastAPI's releases, or as many that stand for them where the data is absent."""
    path = DATA / "notes" / "fastapi" / "requires-by-version.json"
    if not path.exists():
        print(f"no data at {path}: 370 releases are made up")
        return [Upload(f"0.{minor}.{patch}") for minor in range(93, 130) for patch in range(10)] + [Upload(NOW)]
    rows = json.loads(path.read_text())
    return [Upload(row["version"], f"{row['date']}T12:00:00Z", requires_python=row["requires_python"]) for row in rows]


def notes() -> bytes:
    """Return FastAPI's release notes, or a text of their size."""
    path = DATA / "notes" / "fastapi" / "release-notes.md"
    if path.exists():
        return path.read_bytes()
    body = "* Change a thing. PR [#1](https://github.com/o/r/pull/1) by [@ann](https://github.com/ann).\n" * 20
    return "".join(f"## 0.{minor}.0 (2026-01-01)\n\n{body}\n" for minor in range(400, 0, -1)).encode()


def offer(server: Server, folder: Path) -> None:
    server.replies["/simple/fastapi/"] = html_page("fastapi", history(), times=True, beside=False)
    server.replies["/notes.md"] = Reply(notes(), "text/markdown")
    filler = "x = 1\n" * 30_000
    for version in (NOW, NEXT):
        requires = ["starlette>=0.40.0,<0.47.0", "pydantic>=1.7.4", "typing-extensions>=4.8.0"]
        path = wheel(folder, "fastapi", version, filler, requires, ">=3.8", {"Changelog": f"{server.url}/notes.md"})
        server.replies[f"/files/{path.name}"] = Reply(path.read_bytes(), "application/octet-stream", headers=RANGES)


def asked(server: Server, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> Asked:
    server.asked.clear()
    server.sent = 0
    run = subprocess.run(argv, cwd=cwd, env=dict(env), capture_output=True, text=True, check=False, timeout=120)
    if run.returncode:
        sys.exit(f"{' '.join(argv)}: {run.stdout}{run.stderr}")
    return Asked(len(server.asked), server.sent / 1000)


def main() -> None:
    with tempfile.TemporaryDirectory() as name, running() as server:
        folder = Path(name)
        project = folder / "project"
        project.mkdir()
        (project / "requirements.txt").write_text("fastapi>=0.115.0,<0.116.0\n")
        offer(server, folder)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_"))}
        env = {
            **kept,
            "PIP_INDEX_URL": server.simple,
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_CACHE_DIR": str(folder / "pip"),
            "UV_NO_CONFIG": "1",
            "UV_DEFAULT_INDEX": server.simple,
            "UV_CACHE_DIR": str(folder / "uv"),
            "PINCHECK_CACHE": str(folder / "cache"),
            "PINCHECK_ADVISORIES": "off",
        }
        propose = [sys.executable, "-m", "pincheck", "propose", str(project)]
        compile_ = ["uv", "pip", "compile", "--no-deps", "-q", "--python-version", "3.11", "requirements.txt"]
        rows = {
            "pincheck propose, cold": asked(server, propose, folder, env),
            "pincheck propose, warm": asked(server, propose, folder, env),
            "pip index versions fastapi": asked(server, [sys.executable, "-m", *PIPS], folder, env),
            "uv pip compile --no-deps, cold": asked(server, compile_, project, env),
            "uv pip compile --no-deps, warm": asked(server, compile_, project, env),
        }
    for label, row in rows.items():
        print(f"{label:32} {row.requests:3} requests {row.kilobytes:9.1f} kB")
    cold, warm = (row.requests for row in list(rows.values())[:2])
    if cold > COLD_LIMIT or warm > WARM_LIMIT:
        sys.exit(f"limits: {COLD_LIMIT} requests cold, {WARM_LIMIT} warm")


if __name__ == "__main__":
    main()
