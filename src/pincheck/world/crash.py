"""Where the traceback of a bug is kept."""

import traceback
from datetime import UTC, datetime
from pathlib import Path


def save(error: BaseException) -> Path | None:
    """Write the traceback to a file of the user's log folder; return it, or None where that is not possible."""
    import platformdirs  # noqa: PLC0415

    folder = Path(platformdirs.user_log_path("pincheck", appauthor=False))
    path = folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="backslashreplace")
    except OSError:
        return None
    return path
