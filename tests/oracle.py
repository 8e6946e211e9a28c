"""Other programs that are asked what a text means, each in a process of its own."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

# An interpreter that has the packages that serve as oracles and that pincheck itself has no use for.
PYTHON = os.environ.get("PINCHECK_ORACLE", sys.executable)


def ask(package: str, oldest: int, program: str, asked: Any) -> Any:
    """Return what a program makes of a value, both as JSON; skip where the package is missing or too old."""
    check = f"from importlib.metadata import version; assert int(version('{package}').partition('.')[0]) >= {oldest}"
    there = subprocess.run([PYTHON, "-c", check], capture_output=True, check=False)
    if there.returncode:
        pytest.skip(f"no `{package}>={oldest}` for {PYTHON}: set PINCHECK_ORACLE to an interpreter that has it")
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(
        [PYTHON, "-W", "ignore", "-c", program], input=json.dumps(asked), capture_output=True, text=True, check=True,
        env=environ,
    )  # fmt: skip
    return json.loads(ended.stdout.splitlines()[-1])
