"""Who one is to an index: the login in its address, in `.netrc`, or in the keyring, as pip and uv look for it."""

import netrc
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from pincheck.errors import PincheckError
from pincheck.world import process

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Logins:
    """The logins of `.netrc`, and those of the `keyring` command, which is asked at most once for each address.

    pip and uv ask it in the same words (pip's "Authentication" page; uv's "HTTP credentials"). One without `keyring`
    asks nobody.
    """

    keyring: bool = False
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    known: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    def remembered(self, url: str) -> str:
        """Return the URL with a login that the keyring gave for its host before, else as it is."""
        parts = urlsplit(url)
        found = self.known.get((parts.netloc.rpartition("@")[2], unquote(parts.username or "")))
        return _with_login(url, found) if found and parts.password is None else url

    def asked(self, url: str, index: str = "") -> str:
        """Return the URL with user and password, as the keyring has them for its index or its host; `""` for none."""
        parts = urlsplit(url)
        user, host = unquote(parts.username or ""), parts.netloc.rpartition("@")[2]
        bare = urlsplit(index or url)
        for service in (urlunsplit(bare._replace(netloc=bare.netloc.rpartition("@")[2])), host) if self.keyring else ():
            if (service, user) not in self.known:
                self.known[service, user] = self._given(service, user)
            if self.known[service, user]:
                self.known[host, user] = self.known[service, user]
                return _with_login(url, self.known[service, user])
        return ""

    def _given(self, service: str, user: str) -> str:
        """Return `user:password`, quoted; `""` where the keyring has none, is not there, or takes too long."""
        program = shutil.which("keyring", path=self.environ.get("PATH", ""))
        if program is None or service.startswith("-") or user.startswith("-"):  # That would be read as an option.
            return ""
        argv = [program, "get", service, user] if user else [program, "--mode", "creds", "get", service]
        environ = {**self.environ, "PYTHONIOENCODING": "utf-8"}
        try:
            run = process.run(argv, cwd=Path("/"), env=environ, limit=PATIENCE, errors=False)
        except PincheckError:
            return ""
        lines = run.output.splitlines()
        wanted = 1 if user else 2
        if run.code or run.timed_out or len(lines) < wanted:
            return ""
        return _quoted(user or lines[0], lines[wanted - 1])


def _quoted(user: str, password: str) -> str:
    """Return user and password as they stand in a URL."""
    return f"{quote(user, safe='')}:{quote(password, safe='')}"


def with_login(url: str, user: str, password: str) -> str:
    """Return a URL with this user and password, and no other."""
    return _with_login(url, _quoted(user, password))


def _with_login(url: str, quoted: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{quoted}@{parts.netloc.rpartition('@')[2]}"))


def with_variables(url: str, name: str, environ: Mapping[str, str]) -> str:
    """Put in the credentials that uv takes from `UV_INDEX_<NAME>_USERNAME` and `…_PASSWORD`."""
    key = re.sub(r"[^A-Z0-9]", "_", name.upper())
    user, password = (environ.get(f"UV_INDEX_{key}_{part}", "") for part in ("USERNAME", "PASSWORD"))
    return with_login(url, user, password) if key and (user or password) else url


def with_netrc(url: str, environ: Mapping[str, str]) -> str:
    """Put in the credentials that pip and uv take from `.netrc` where the URL has none."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc:
        return url
    path = environ.get("NETRC") or (str(Path(environ["HOME"]) / ".netrc") if environ.get("HOME") else "")
    try:
        found = netrc.netrc(path).authenticators(parts.hostname or "")
    except (OSError, ValueError, netrc.NetrcParseError):
        return url
    return with_login(url, found[0], found[2] or "") if found else url


def lacks_password(url: str) -> bool:
    """Say whether a URL has a user and no password, so that somebody has to be asked for it first."""
    parts = urlsplit(url)
    return bool(parts.username) and parts.password is None
