"""Run another program: its own process group, a time limit, and no more of its output than fits in memory."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from pincheck.errors import PincheckError
from pincheck.upgrades import Run

_HEAD = 64 * 1024
_TAIL = 512 * 1024
_GRACE = 5.0


def run(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], limit: float, errors: bool = True) -> Run:
    """Run a program to its end and return what it printed (both streams) and its exit code.

    Without `errors` its error stream goes nowhere, for the sake of a program whose output is read. `limit` is in
    seconds; past it, and whenever pincheck itself is stopped, the whole process group is ended. What the program left
    running in its group is ended too. PincheckError where the program cannot be started.
    """
    started = time.monotonic()
    with tempfile.TemporaryFile() as output:
        try:
            child = subprocess.Popen(
                list(argv), cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT if errors else subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise PincheckError(f"cannot run `{argv[0]}`: {(error.strerror or str(error)).lower()}") from error
        timed_out = False
        try:
            child.wait(limit)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            _end(child)
        return Run(tuple(argv), child.returncode, _read(output), time.monotonic() - started, timed_out)


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End what is left of a process group: ask first, then insist."""
    if child.poll() is None:
        _signal(child.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_GRACE)
    _signal(child.pid, signal.SIGKILL)
    child.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _read(output: IO[bytes]) -> str:
    """Return the beginning and the end of what was printed."""
    size = output.seek(0, os.SEEK_END)
    output.seek(0)
    if size <= _HEAD + _TAIL:
        return output.read().decode("utf-8", errors="replace")
    head = output.read(_HEAD)
    output.seek(-_TAIL, os.SEEK_END)
    left_out = f"\n… {size - _HEAD - _TAIL:,} bytes left out …\n".encode()
    return (head + left_out + output.read()).decode("utf-8", errors="replace")
