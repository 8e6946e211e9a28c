"""A spinner for a person who waits at a terminal."""

from rich.console import Console
from rich.markup import escape


class Spinner:
    """Shows the last thing it was called with, until the process ends or it is closed."""

    def __init__(self) -> None:
        self._status = Console(stderr=True).status("")
        self._status.start()

    def __call__(self, text: str) -> None:
        """Show what is going on now; an empty text takes the spinner away."""
        if text:
            self._status.update(escape(text))
        else:
            self._status.stop()
