"""Where packages come from, by pip's and uv's own configuration and environment."""

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from packaging.markers import InvalidMarker, Marker
from packaging.utils import NormalizedName, canonicalize_name

from pincheck.errors import PincheckError
from pincheck.world import files, http, logins, process
from pincheck.world.logins import Logins

# pip is asked for the values its `install` would use: configuration files, environment and compiled-in defaults
# joined by pip's own rules. It runs in a process of its own, because importing it costs more than all of pincheck.
_ASK_PIP = """
import json
from pip._internal.commands import create_command
from pip._internal.models.index import PyPI
values = create_command("install").parser.get_default_values()
names = ("index_url", "extra_index_urls", "find_links", "no_index", "cert", "trusted_hosts", "keyring_provider", "proxy")
print(json.dumps({**{name: getattr(values, name, None) for name in names}, "default": PyPI.simple_url}))
"""
_YES = {"1", "true", "t", "yes", "y", "on"}

# The other strategies of uv, its old name of the last one among them (uv's "Package indexes").
_JOINED = {"unsafe-first-match", "unsafe-best-match", "unsafe-any-match"}

# uv has no variable for "no index at all"; an index that is not there comes to the same.
_NOWHERE = "file:///no-index-is-configured"


@dataclass(frozen=True, slots=True)
class Terms:
    """What uv was told of one index: whether it wants a login (`always`, `never`), which refusals mean "not here".

    `flat` is one page or folder of links to files.
    """

    authenticate: str = ""
    ignored: frozenset[int] = frozenset()
    flat: bool = False


@dataclass(frozen=True, slots=True)
class Indexes:
    """Where packages are looked for, first to last, and how.

    All are URLs, also where they were written as paths. `first_match` is uv's rule: a package is taken from the
    first index that has it; otherwise, as pip has it, from all of them; `joined` says that somebody chose this. `only`
    names packages that come from one index and no other, `terms` what holds for an index of `urls` or `only`.
    `proxy` is the one that pip was given. `variables` is the environment in which pip and uv both look where the one
    that is configured does, in whatever folder they run.
    """

    urls: tuple[str, ...]
    find_links: tuple[str, ...] = ()
    first_match: bool = False
    certificates: str = ""
    trusted_hosts: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    joined: bool = False
    only: Mapping[NormalizedName, str] = field(default_factory=dict)
    terms: Mapping[str, Terms] = field(default_factory=dict)
    proxy: str = ""
    logins: Logins = field(default_factory=Logins, compare=False)


@dataclass(slots=True)
class _Uv:
    """uv's settings, from the nearest to the farthest place that has any.

    `above` says that some of them stand in a folder above the project, where uv does not find them from a copy.
    `no_default` says that the default index was given up for one that serves named packages only.
    """

    default: str = ""
    indexes: list[str] = field(default_factory=list)
    find_links: list[str] = field(default_factory=list)
    no_index: bool = False
    no_default: bool = False
    strategy: str = ""
    keyring: str = ""
    trusted: list[str] = field(default_factory=list)
    terms: dict[str, Terms] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    above: bool = False

    def __bool__(self) -> bool:
        return bool(self.default or self.indexes or self.find_links or self.no_index or self.no_default)


def configured(folder: Path, environ: Mapping[str, str]) -> Indexes:
    """Return the indexes that hold for a project: uv's where uv is configured, else pip's."""
    pip, uv = _ask_pip(folder, environ), _ask_uv(folder, environ)
    for_pip = pip["cert"] or environ.get("REQUESTS_CA_BUNDLE", "") or environ.get("CURL_CA_BUNDLE", "")
    for_uv = environ.get("SSL_CERT_FILE", "")
    certificates = (for_uv or for_pip) if uv else (for_pip or for_uv)
    if not uv:
        urls = [] if pip["no_index"] else [pip["index_url"], *pip["extra_index_urls"]]
        find_links, variables = pip["find_links"], _for_uv(pip)
        keyring = pip["keyring_provider"] != "disabled"
    else:
        default = "" if uv.no_default else uv.default or pip["index_url"]
        urls = [] if uv.no_index else [url for url in (*uv.indexes, default) if url]
        find_links, variables = uv.find_links, _for_pip(uv, pip, default)
        keyring = uv.keyring == "subprocess"
    only = _only(folder, environ, uv.terms)
    if certificates:
        variables |= {"SSL_CERT_FILE": for_uv or certificates, "PIP_CERT": for_pip or certificates}
    known = {url: _known(url, environ, uv.terms.get(url, Terms())) for url in (*urls, *find_links, *only.values())}
    return Indexes(
        urls=tuple(dict.fromkeys(known[url] for url in urls)),
        find_links=tuple(known[url] for url in find_links),
        first_match=bool(uv) and uv.strategy not in _JOINED,
        certificates=certificates,
        trusted_hosts=tuple(dict.fromkeys([*pip["trusted_hosts"], *uv.trusted])),
        variables=variables,
        joined=bool(uv) and uv.strategy in _JOINED,
        only={name: known[url] for name, url in only.items()},
        terms={known[url]: terms for url, terms in uv.terms.items() if url in known},
        proxy=pip["proxy"],
        logins=Logins(keyring, environ),
    )


def _known(url: str, environ: Mapping[str, str], terms: Terms) -> str:
    """Return the URL with the login that is known for it; PincheckError where it has one and may not have any."""
    if terms.authenticate != "never":
        return logins.with_netrc(url, environ)
    if http.without_credentials(url) != url:
        shown = http.without_credentials(url)
        raise PincheckError(f'`{shown}` has a login, and `authenticate = "never"`', "take out one of the two")
    return url


def _ask_pip(folder: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    argv = [sys.executable, "-I", "-c", _ASK_PIP]
    run = process.run(argv, cwd=folder, env=environ, limit=60)
    try:
        answer: dict[str, Any] = json.loads(run.output.splitlines()[-1])
    except (ValueError, IndexError):
        last = run.output.strip().rpartition("\n")[2]
        raise PincheckError(f"cannot read pip's configuration: {last}", "run `pip config list` to see it") from None
    answer["index_url"] = _url(answer["index_url"], folder)
    for name in ("extra_index_urls", "find_links"):
        answer[name] = [_url(place, folder) for place in answer[name] or ()]
    answer["trusted_hosts"] = answer["trusted_hosts"] or []
    answer["proxy"] = answer["proxy"] or ""
    return answer


def _ask_uv(folder: Path, environ: Mapping[str, str]) -> _Uv:
    uv = _Uv(strategy=environ.get("UV_INDEX_STRATEGY", ""), keyring=environ.get("UV_KEYRING_PROVIDER", ""))
    defaults = [_named(uv, text, folder, environ) for text in _words(environ, "UV_DEFAULT_INDEX", "UV_INDEX_URL")]
    uv.default = defaults[0] if defaults else ""
    uv.indexes = [_named(uv, text, folder, environ) for text in _words(environ, "UV_INDEX", "UV_EXTRA_INDEX_URL")]
    uv.find_links = [_url(path, folder) for path in environ.get("UV_FIND_LINKS", "").split(",") if path]
    uv.trusted = _words(environ, "UV_INSECURE_HOST")
    for place, table in _uv_tables(folder, environ):
        _add_table(uv, table, place, environ)
        uv.above = uv.above or (bool(table) and place in folder.resolve().parents)
    return uv


def _words(environ: Mapping[str, str], *names: str) -> list[str]:
    return [word for name in names for word in environ.get(name, "").split()]


def _named(uv: _Uv, text: str, folder: Path, environ: Mapping[str, str]) -> str:
    """Return the URL of `name=url` or `url`, with the credentials that go with the name."""
    match = re.match(r"([\w.-]+)=", text)
    uv.names |= {match[1]} if match else set()
    url = _url(text[match.end() :] if match else text, folder)
    return logins.with_variables(url, match[1] if match else "", environ)


def _url(place: str, folder: Path) -> str:
    """Return the URL of a place that is one, or a path seen from a folder; PincheckError where it is neither."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", place):
        if (place.startswith("file:") and _is_readable(place)) or http.origin(place):
            return place
        shown = http.without_credentials(place)
        raise PincheckError(f"an index cannot be at `{shown}`", "look into the configuration of pip and of uv")
    path = place.replace("~", str(Path.home()), 1) if place.startswith("~/") else place
    return (folder.resolve() / path).as_uri()


def _is_readable(url: str) -> bool:
    """Say whether the standard library can take a URL apart."""
    try:
        return bool(urlsplit(url))
    except ValueError:
        return False


def _uv_tables(folder: Path, environ: Mapping[str, str]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield uv's settings and their folder: the nearest project file that has any, the user's, the machine's."""
    if environ.get("UV_NO_CONFIG", "").lower() in _YES:
        return
    if environ.get("UV_CONFIG_FILE"):
        path = (folder / environ["UV_CONFIG_FILE"]).resolve()
        yield path.parent, _settings(path)
        return
    for parent in [folder.resolve(), *folder.resolve().parents]:
        table = _settings(parent / "uv.toml") or _of_project(parent / "pyproject.toml")
        if table:
            yield parent, table
            break
    home = Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/")) / ".config")
    for path in (home / "uv", Path("/etc/xdg/uv"), Path("/etc/uv")):
        yield path, _settings(path / "uv.toml")


def _settings(path: Path) -> Mapping[str, Any]:
    """Return what a `uv.toml` says, nothing where there is none; PincheckError where uv would not accept it either."""
    try:
        return tomllib.loads(files.data(path).decode())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise PincheckError(f"cannot read uv's configuration `{path}`: {error}") from None


def _of_project(path: Path) -> Mapping[str, Any]:
    """Return `[tool.uv]`; a file that cannot be read has none, for uv and here, and is a Problem elsewhere."""
    try:
        return _table(_table(tomllib.loads(files.data(path).decode("utf-8-sig")), "tool"), "uv")
    except (OSError, ValueError, RecursionError):
        return {}


def _table(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = values.get(key)
    return found if isinstance(found, Mapping) else {}


def _texts(values: Mapping[str, Any], key: str) -> list[str]:
    """Return a string or a list of them as a list."""
    found = values.get(key)
    items = found if isinstance(found, list) else [found]
    return [item for item in items if isinstance(item, str) and item]


def _add_table(uv: _Uv, table: Mapping[str, Any], place: Path, environ: Mapping[str, str]) -> None:
    """Add the settings of one file below those that are nearer."""
    for entry in _entries(table):
        _add_index(uv, entry, place, environ)
    for section in (table, _table(table, "pip")):
        uv.default = uv.default or next((_url(url, place) for url in _texts(section, "index-url")), "")
        uv.indexes += [_url(url, place) for url in _texts(section, "extra-index-url")]
        uv.find_links += [_url(path, place) for path in _texts(section, "find-links")]
        uv.no_index = uv.no_index or section.get("no-index") is True
        uv.strategy = uv.strategy or "".join(_texts(section, "index-strategy"))
        uv.keyring = uv.keyring or "".join(_texts(section, "keyring-provider"))
        uv.trusted += _texts(section, "allow-insecure-host")


def _entries(table: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the `[[index]]` tables that have an address."""
    listed = table.get("index")
    found = listed if isinstance(listed, list) else []
    return [entry for entry in found if isinstance(entry, Mapping) and isinstance(entry.get("url"), str)]


def _add_index(uv: _Uv, entry: Mapping[str, Any], place: Path, environ: Mapping[str, str]) -> None:
    """Add one index; of two with one name the nearer counts, and `explicit` ones serve named packages only.

    One that is `default` as well takes the place of the default index all the same.
    """
    name = str(entry.get("name", ""))
    if name and name in uv.names:
        return
    uv.names |= {name} if name else set()
    url, terms = _described(entry, place, environ)
    if entry.get("explicit"):
        uv.no_default = uv.no_default or (bool(entry.get("default")) and not uv.default)
        return
    uv.terms[url] = terms
    if terms.flat:
        uv.find_links.append(url)
    elif not entry.get("default"):
        uv.indexes.append(url)
    elif not uv.no_default:
        uv.default = uv.default or url


def _described(entry: Mapping[str, Any], place: Path, environ: Mapping[str, str]) -> tuple[str, Terms]:
    url = logins.with_variables(_url(entry["url"], place), str(entry.get("name", "")), environ)
    codes = entry.get("ignore-error-codes")
    ignored = frozenset(code for code in codes if isinstance(code, int)) if isinstance(codes, list) else frozenset()
    wanted = entry.get("authenticate")
    return url, Terms(wanted if isinstance(wanted, str) else "", ignored, entry.get("format") == "flat")


def _only(folder: Path, environ: Mapping[str, str], terms: dict[str, Terms]) -> dict[NormalizedName, str]:
    """Return the packages that `[tool.uv.sources]` takes from one index; terms of these are added.

    Both stand in the project's `pyproject.toml` or in that of its workspace (uv's "Package indexes"), nowhere else.
    """
    if environ.get("UV_NO_SOURCES", "").lower() in _YES:
        return {}
    found: dict[NormalizedName, str] = {}
    named: dict[str, tuple[str, Terms]] = {}
    projects = list(_projects(folder))
    for place, table in projects:
        for entry in _entries(table):
            named.setdefault(str(entry.get("name", "")), _described(entry, place, environ))
    for _, table in projects:
        if table.get("no-sources") is True:
            return {}
        for package, source in _table(table, "sources").items():
            index = _index_of(source)
            if not index:
                continue
            if index not in named:
                raise PincheckError(
                    f"`[tool.uv.sources]` takes `{package}` from the index `{index}`, which is not declared",
                    "declare it with `[[tool.uv.index]]` in the same file",
                )
            url, terms_of = named[index]
            terms.setdefault(url, terms_of)
            found.setdefault(canonicalize_name(package), url)
    return found


def _projects(folder: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield `[tool.uv]` of the project and of the workspace above it, if there is one, and their folders."""
    here, *above = [folder.resolve(), *folder.resolve().parents]
    yield here, _of_project(here / "pyproject.toml")
    for parent in above:
        table = _of_project(parent / "pyproject.toml")
        if _table(table, "workspace"):
            yield parent, table
            return


def _index_of(source: object) -> str:
    """Return the name of the index that a source means in this environment, `""` where it means none."""
    for entry in source if isinstance(source, list) else [source]:
        if isinstance(entry, Mapping) and isinstance(entry.get("index"), str):
            try:
                holds = Marker(entry["marker"]).evaluate() if isinstance(entry.get("marker"), str) else True
            except (InvalidMarker, ValueError, RecursionError):
                holds = False
            if holds:
                return str(entry["index"])
    return ""


def _for_uv(pip: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables that make uv, which reads no pip configuration, look where pip looks.

    pip joins all its indexes, so uv is told to do the same.
    """
    variables = {}
    if pip["no_index"]:
        variables["UV_DEFAULT_INDEX"] = _NOWHERE
    elif pip["index_url"] != pip["default"]:
        variables["UV_DEFAULT_INDEX"] = pip["index_url"]
    if pip["extra_index_urls"] and not pip["no_index"]:
        variables["UV_INDEX"] = " ".join(pip["extra_index_urls"])
        variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    if pip["find_links"]:
        variables["UV_FIND_LINKS"] = ",".join(pip["find_links"])
    if pip["trusted_hosts"]:
        variables["UV_INSECURE_HOST"] = " ".join(pip["trusted_hosts"])
    if pip["keyring_provider"] in {"import", "subprocess"}:
        variables["UV_KEYRING_PROVIDER"] = "subprocess"
    if pip["proxy"]:
        variables |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), pip["proxy"])
    return variables


def _for_pip(uv: _Uv, pip: Mapping[str, Any], default: str) -> dict[str, str]:
    """Return the variables that make pip look where uv looks, unless pip has been told something of its own."""
    variables = {}
    if uv.above:
        variables = {"UV_INDEX": " ".join(uv.indexes), "UV_FIND_LINKS": ",".join(uv.find_links)}
        variables |= {"UV_INDEX_STRATEGY": uv.strategy, "UV_INSECURE_HOST": " ".join(uv.trusted)}
    if uv.above and uv.no_index:
        variables |= {"UV_DEFAULT_INDEX": _NOWHERE, "UV_INDEX": ""}
    elif default != pip["default"] and (uv.above or not uv.default):
        variables["UV_DEFAULT_INDEX"] = default
    if pip["index_url"] == pip["default"] and not pip["extra_index_urls"] and not pip["find_links"]:
        first, *more = [default, *uv.indexes] if default else [*uv.indexes, ""]
        nowhere = uv.no_index or not first
        variables |= {"PIP_INDEX_URL": first, "PIP_EXTRA_INDEX_URL": " ".join(filter(None, more))}
        variables |= {"PIP_FIND_LINKS": " ".join(uv.find_links), "PIP_NO_INDEX": "1" if nowhere else ""}
        variables["PIP_TRUSTED_HOST"] = " ".join(uv.trusted)
    if uv.keyring == "subprocess" and pip["keyring_provider"] == "auto":
        variables |= {"UV_KEYRING_PROVIDER": "subprocess", "PIP_KEYRING_PROVIDER": "subprocess"}
    return {name: value for name, value in variables.items() if value}
