"""Arguments in, exit code out; nothing else prints or exits."""

import os
import sys
from pathlib import Path

from pincheck import reports
from pincheck.errors import PincheckError
from pincheck.model import Result
from pincheck.reports import safe

STOPPED = 130


def run(arguments: list[str]) -> int:
    """Run a command line; return the exit code: 0 well, 1 the project is wrong, 2 not possible, 3 a bug, 130 stopped."""
    try:
        if _is_plain_check(arguments):
            code = _checked([Path(argument) for argument in arguments[1:]])
        else:
            code = _asked(arguments)
    except PincheckError as error:
        return _failed(error.message, error.hint)
    except KeyboardInterrupt:
        print("stopped; no file is half written", file=sys.stderr)
        return STOPPED
    except Exception as error:  # noqa: BLE001 - whatever else happens is a bug, and is said in one line
        return _bug(error)
    return code


def _is_plain_check(arguments: list[str]) -> bool:
    """Say whether this is a `check` without options: what a hook runs, and what needs no click, half of its time."""
    return arguments[:1] == ["check"] and not any(argument.startswith("-") for argument in arguments)


def _checked(paths: list[Path]) -> int:
    from pincheck.commands import check  # noqa: PLC0415

    return _report(check.run(paths or [Path()], os.environ, fix=False), "text", verbose=False)


def _asked(arguments: list[str]) -> int:
    import click  # noqa: PLC0415

    from pincheck import verbs  # noqa: PLC0415

    try:
        asked = verbs.main.main(arguments, prog_name="pincheck", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.ctx.get_help())
        return 0
    except click.ClickException as error:
        return _failed(_lowered(error.format_message()), "run `pincheck --help`")
    except click.Abort:
        raise KeyboardInterrupt from None
    if not isinstance(asked, tuple):
        return 0  # `--help` and `--version` have printed what they had to say.
    result, form, verbose = asked
    return _report(result, form, verbose=verbose)


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")


def _report(result: Result, form: str, *, verbose: bool) -> int:
    report = reports.render(form, result, verbose=verbose)
    wrong = any(finding.severity == "error" for finding in result.findings)
    held = any(type(outcome).__name__ == "Held" for outcome in result.outcomes)
    _print(report)
    return int(bool(wrong or result.problems or held))


def _print(text: str) -> None:
    """Write a report; what the terminal's encoding cannot say is written as an escape."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, errors="backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        _silence()  # Nobody reads on.
    except OSError as error:
        _silence()
        reason = (error.strerror or str(error)).lower()
        raise PincheckError(f"cannot write the report: {reason}", "what was to be done has been done") from None


def _silence() -> None:
    """Send what is left to nowhere, so that the interpreter's own flush at the end does not fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _failed(message: str, hint: str = "") -> int:
    print(f"error: {safe(message)}", file=sys.stderr)
    if hint:
        print(f"hint: {safe(hint)}", file=sys.stderr)
    return 2


def _bug(error: Exception) -> int:
    from pincheck.world import crash  # noqa: PLC0415

    kept = crash.save(error, safe)
    print(f"error: a bug in pincheck: {safe(f'{type(error).__name__}: {error}')[:300]}", file=sys.stderr)
    print(f"hint: please report it with {kept}" if kept else "hint: please report it", file=sys.stderr)
    return 3
