"""The verbs and their options, as click reads them; each verb is imported when it is asked for."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from pincheck import __version__, reports
from pincheck.model import Result

VERBS = {
    "check": "are the pins as the policies want them? (offline, runs nothing)",
    "propose": "the next minor above the pin, and what its release notes say",
    "notes": "what the release notes of a package tell of a range of versions",
    "upgrade": "try the next minor with the project's own tests, then move the pin",
}

Asked = tuple[Result, str, bool]


class _Verbs(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(VERBS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def main() -> None:
    """Guard how a FastAPI project pins its framework, and move that pin safely."""


_format = click.option(
    "--format", "form", type=click.Choice(reports.FORMATS), default="text", help="how the report is written"
)
_verbose = click.option("-v", "--verbose", is_flag=True, help="also list what was left alone, and why")
_notes = click.option(
    "--notes", multiple=True, metavar="[NAME=]PLACE", help="file or URL of the release notes (of fastapi if no NAME)"
)
_now = click.option("--now", is_flag=True, help="also take releases that are younger than the cooldown")
_offline = click.option("--offline", is_flag=True, help="ask nobody: what was fetched before must do")
_folder = click.argument("folder", default=".", metavar="[PATH]", type=click.Path(path_type=Path))


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option("--fix", is_flag=True, help="write what should stand there, where that is safe")
@_format
@_verbose
def check(paths: tuple[Path, ...], fix: bool, form: str, verbose: bool) -> Asked:
    """Judge requirements files and pyproject.toml: the named files, or all below the named folders (here: `.`)."""
    from pincheck.commands import check as verb  # noqa: PLC0415

    return verb.run(paths or (Path(),), os.environ, fix=fix), form, verbose


@main.command()
@_folder
@_notes
@_now
@_offline
@_format
@_verbose
def propose(folder: Path, notes: tuple[str, ...], now: bool, offline: bool, form: str, verbose: bool) -> Asked:
    """Find the next minor of each package that is pinned to one, with its release notes; write nothing."""
    from pincheck.commands import _facts  # noqa: PLC0415
    from pincheck.commands import propose as verb  # noqa: PLC0415

    wish = _facts.Wish(_facts.wished_notes(notes), now=now, offline=offline)
    return verb.run(folder, os.environ, wish), form, verbose


@main.command()
@click.argument("package")
@click.argument("versions", metavar="[LOW]..[HIGH]")
@click.option("--notes", "place", metavar="PLACE", default="", help="file or URL of the release notes")
@_offline
@_format
@_verbose
def notes(package: str, versions: str, place: str, offline: bool, form: str, verbose: bool) -> Asked:
    """Digest the release notes of a package for the versions above LOW up to HIGH, what breaks first.

    `0.112.0..0.141.1` is what an upgrade from 0.112.0 to 0.141.1 brings; `0.137.0` is that release alone.
    """
    from pincheck.commands import notes as verb  # noqa: PLC0415

    return verb.run(package, versions, os.environ, place=place, offline=offline), form, verbose


@main.command()
@_folder
@click.option("--to", metavar="VERSION", default="", help="try this version of fastapi instead of the next minor")
@click.option("--session", default="", help="the nox session that runs the tests")
@click.option("--dry-run", is_flag=True, help="try it and show the diff, but write nothing")
@_notes
@_now
@_offline
@_format
@_verbose
def upgrade(folder: Path, **options: Any) -> Asked:
    """Copy the project aside, run its tests with the current and the next version, and move the pin if both pass."""
    from pincheck.commands import upgrade as verb  # noqa: PLC0415

    form, verbose = options.pop("form"), options.pop("verbose")
    return verb.run(folder, os.environ, verb.Wishes(**options), _progress()), form, verbose


def _progress() -> Callable[[str], object]:
    """Return what tells a person how far a long run is: a spinner on a terminal, plain lines elsewhere."""
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and "CI" not in os.environ:
        from pincheck.world.terminal import Spinner  # noqa: PLC0415

        return Spinner()
    return lambda text: click.echo(reports.safe(text), err=True) if text else None
