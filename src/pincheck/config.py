"""`[tool.pincheck]` in `pyproject.toml`, or a `pincheck.toml`: read, validated, with the nearest valid name."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from packaging.specifiers import InvalidSpecifier
from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from pincheck import policy
from pincheck.errors import PincheckError
from pincheck.model import Policy

DEFAULT_COOLDOWN = timedelta(days=3)
_KEYS = ("policy", "notes", "session", "cooldown", "cooldown-required", "advisories", "test", "env")
OSV = "https://api.osv.dev"
_DURATION = r"\s*([0-9]{1,5})\s*(hour|day|week)s?\s*"


class Config(NamedTuple):
    """What a project asks of pincheck.

    `policies` are the built-in ones with the project's own on top; `notes` maps a package to a file or URL of its
    release notes; `session` is the nox session that runs the tests, `test` the command that a generated session
    runs (`""`: found out), `env` its environment variables; `cooldown` is how old a release must be, and with
    `cooldown_required` nothing moves where no index says how old a release is; `advisories` is the address that
    answers as OSV does (`""`: nobody is asked).
    """

    policies: Mapping[NormalizedName, Policy] = MappingProxyType(policy.BUILT_IN)
    notes: Mapping[NormalizedName, str] = MappingProxyType({})
    session: str = ""
    test: str = ""
    env: Mapping[str, str] = MappingProxyType({})
    cooldown: timedelta = DEFAULT_COOLDOWN
    cooldown_required: bool = False
    advisories: str = OSV


def read(table: Mapping[str, Any], where: str) -> Config:
    """Validate a table; PincheckError names `where`, the key, and the nearest valid one."""
    for key in table:
        if key == "tool":
            raise PincheckError(
                f"{where}: unknown key `tool`", "in this file the keys stand at the top, without a table"
            )
        if key not in _KEYS:
            raise _error(where, f"unknown key `{key}`", key, _KEYS)
    policies = {**policy.BUILT_IN, **_policies(table.get("policy", {}), where)}
    return Config(
        policies=policies,
        notes={_name(k, where, "notes"): v for k, v in _strings(table.get("notes", {}), where, "notes").items()},
        session=_string(table, where, "session"),
        test=_string(table, where, "test"),
        env=_strings(table.get("env", {}), where, "env"),
        cooldown=duration(table["cooldown"], f"{where}: `cooldown`") if "cooldown" in table else DEFAULT_COOLDOWN,
        cooldown_required=_boolean(table, where, "cooldown-required"),
        advisories=_address(table, where, "advisories", OSV),
    )


def duration(value: object, where: str) -> timedelta:
    """Read `"3 days"`, `"12 hours"` or `"1 week"`."""
    match = re.fullmatch(_DURATION, value, re.IGNORECASE) if isinstance(value, str) else None
    if match is None:
        raise PincheckError(f"{where} is not a duration", 'write it as "3 days", "12 hours" or "1 week"')
    return timedelta(**{f"{match[2].lower()}s": int(match[1])})


def _policies(table: object, where: str) -> dict[NormalizedName, Policy]:
    found: dict[NormalizedName, Policy] = {}
    for key, text in _strings(table, where, "policy").items():
        try:
            found[_name(key, where, "policy")] = policy.parse(text)
        except InvalidSpecifier:
            valid = [*policy.NAMED, ">=2,<3"]
            raise _error(where, f"`policy.{key}`: unknown policy `{text}`", text, valid) from None
        except ValueError as error:
            raise PincheckError(f"{where}: `policy.{key}`: {error}") from None
    return found


def _name(key: str, where: str, table: str) -> NormalizedName:
    try:
        return canonicalize_name(key, validate=True)
    except InvalidName:
        raise PincheckError(f"{where}: `{table}.{key}` is not the name of a package") from None


def _strings(table: object, where: str, key: str) -> dict[str, str]:
    if not isinstance(table, Mapping) or not all(isinstance(value, str) for value in table.values()):
        raise PincheckError(f"{where}: `{key}` must be a table of strings")
    return dict(table)


def _string(table: Mapping[str, Any], where: str, key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise PincheckError(f"{where}: `{key}` must be a string")
    return value


def _boolean(table: Mapping[str, Any], where: str, key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise PincheckError(f"{where}: `{key}` must be true or false")
    return value


def _address(table: Mapping[str, Any], where: str, key: str, default: str) -> str:
    """Return a web address, `""` where it is switched off with `false`."""
    value = table.get(key, default)
    if value is False:
        return ""
    if not isinstance(value, str) or not value.startswith(("https://", "http://")):
        raise PincheckError(f"{where}: `{key}` must be a web address, or false", f"the default is {default}")
    return value.rstrip("/")


def _error(where: str, message: str, written: str, valid: Iterable[str]) -> PincheckError:
    import difflib  # noqa: PLC0415 - only a mistake needs it

    names = list(valid)
    near = difflib.get_close_matches(written, names, n=1, cutoff=0.5)
    known = ", ".join(f"`{name}`" for name in names)
    return PincheckError(f"{where}: {message}", f"did you mean `{near[0]}`?" if near else f"valid are {known}")
