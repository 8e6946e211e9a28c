"""The way in: `pincheck` and `python -m pincheck`."""

import gc
import sys
from typing import NoReturn


def entry() -> NoReturn:
    """Run the command line of this process and leave with its exit code."""
    gc.disable()  # A run is short; looking for cycles while modules are imported is a tenth of it.
    from pincheck import cli  # noqa: PLC0415

    sys.exit(cli.run(sys.argv[1:]))


if __name__ == "__main__":
    entry()
