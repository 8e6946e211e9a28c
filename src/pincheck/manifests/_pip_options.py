"""The options that pip understands in a requirements file, read the way pip reads them: by optparse.

Source: `SUPPORTED_OPTIONS` and `SUPPORTED_OPTIONS_REQ` in pip's `req/req_file.py` (26.3).
"""

import optparse
import re
import shlex
from typing import NamedTuple, NoReturn

_WITH_VALUE = (
    ("-i", "--index-url", "--pypi-url"),
    ("--extra-index-url",),
    ("-f", "--find-links"),
    ("--no-binary",),
    ("--only-binary",),
    ("--all-releases",),
    ("--only-final",),
    ("--trusted-host",),
    ("--use-feature",),
)
_FLAGS = ("--no-index", "--prefer-binary", "--require-hashes", "--no-require-hashes", "--pre")
_HASH = re.compile(r"(sha256|sha384|sha512):(.+)")


class Options(NamedTuple):
    """What the options of one line ask for; an include is its target and whether it is a constraints file."""

    includes: tuple[tuple[str, bool], ...]
    editables: tuple[str, ...]
    hashes: tuple[str, ...]


class _Parser(optparse.OptionParser):
    def error(self, msg: str) -> NoReturn:
        raise ValueError(f"not an option that pip reads here: {msg}")


def parse(text: str) -> Options:
    """Read the option part of a line; ValueError says in one line what pip would refuse."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ValueError(f"not an option that pip reads here: {error}".lower()) from None
    values, _ = _parser().parse_args(words)
    hashes = tuple(values.hashes or ())
    for written in hashes:
        if not _HASH.fullmatch(written):
            raise ValueError(f"not an option that pip reads here: `--hash={written}` is not sha256, sha384 or sha512")
    for written in values.config_settings or ():
        if "=" not in written:
            raise ValueError(f"not an option that pip reads here: `--config-settings {written}` is not KEY=VALUE")
    requirements = tuple((target, False) for target in values.requirements or ())
    constraints = tuple((target, True) for target in values.constraints or ())
    return Options(requirements + constraints, tuple(values.editables or ()), hashes)


def _parser() -> _Parser:
    parser = _Parser(add_help_option=False)
    parser.add_option("-r", "--requirement", dest="requirements", action="append")
    parser.add_option("-c", "--constraint", dest="constraints", action="append")
    parser.add_option("-e", "--editable", dest="editables", action="append")
    parser.add_option("--hash", dest="hashes", action="append")
    parser.add_option("-C", "--config-settings", dest="config_settings", action="append")
    for names in _WITH_VALUE:
        parser.add_option(*names, action="append")
    for name in _FLAGS:
        parser.add_option(name, action="store_true")
    return parser
