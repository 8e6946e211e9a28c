"""Result → one string, one file per format; no renderer prints, exits or decides."""

from importlib import import_module

from pincheck.model import Result
from pincheck.reports._plain import safe

__all__ = ["FORMATS", "render", "safe"]

# The members' names; each is imported when it is asked for, because a hook pays for every import.
FORMATS = ("text", "json", "github")


def render(form: str, result: Result, *, verbose: bool) -> str:
    """Return the report in one of the formats."""
    report: str = import_module(f"pincheck.reports.{form}").render(result, verbose)
    return report
