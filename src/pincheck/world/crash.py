"""Where the traceback of a bug is kept."""

import os
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path


def save(error: BaseException, shown: Callable[[str], str]) -> Path | None:
    """Write the traceback to a private file of the user's log folder; return it, or None where that is not possible.

    `shown` makes a line fit to be shown: messages of exceptions may hold what somebody else wrote, or a login.
    """
    import platformdirs  # noqa: PLC0415

    folder = Path(platformdirs.user_log_path("pincheck", appauthor=False))
    path = folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.txt"
    lines = "".join(traceback.format_exception(error)).splitlines()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(f"{shown(line)}\n" for line in lines)
    except OSError:
        return None
    return path
