"""The way in: `pincheck` and `python -m pincheck`."""

import gc
import signal
import sys
from typing import NoReturn


def entry() -> NoReturn:
    """Run the command line of this process and leave with its exit code."""
    gc.disable()  # A run is short; looking for cycles while modules are imported is a tenth of it.
    # A cancelled job and a closed terminal stop a run as Ctrl-C does, unless whoever started it wants them ignored.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    from pincheck import cli  # noqa: PLC0415

    sys.exit(cli.run(sys.argv[1:]))


if __name__ == "__main__":
    entry()
