"""What can stop pincheck: its own inability, never a fault of the project that it reads."""


class PincheckError(Exception):
    """Pincheck cannot do what was asked; shown as `error: …` and, where there is one, `hint: …`; exit code 2."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
