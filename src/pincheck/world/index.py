"""Where packages come from, by pip's and uv's own configuration, and what those indexes answer."""

import json
import netrc
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import httpx
from packaging.utils import NormalizedName

from pincheck.errors import PincheckError
from pincheck.indexes import ACCEPT, JSON, File, changelog_url, files
from pincheck.world import http, process

# pip is asked for the values its `install` would use: configuration files, environment and compiled-in defaults
# joined by pip's own rules. It runs in a process of its own, because importing it costs more than all of pincheck.
_ASK_PIP = """
import json
from pip._internal.commands import create_command
from pip._internal.models.index import PyPI
values = create_command("install").parser.get_default_values()
names = ("index_url", "extra_index_urls", "find_links", "no_index", "cert", "trusted_hosts")
print(json.dumps({**{name: getattr(values, name) for name in names}, "default": PyPI.simple_url}))
"""
_YES = {"1", "true", "t", "yes", "y", "on"}
_LARGEST_PAGE = 32 * 1024 * 1024

# uv has no variable for "no index at all"; an index that is not there comes to the same.
_NOWHERE = "file:///no-index-is-configured"


@dataclass(frozen=True, slots=True)
class Indexes:
    """Where packages are looked for, first to last, and how.

    All are URLs, also where they were written as paths. `first_match` is uv's rule: a package is taken from the
    first index that has it; otherwise, as pip has it, from all of them. `variables` is the environment in which pip
    and uv both look where the one that is configured does, in whatever folder they run.
    """

    urls: tuple[str, ...]
    find_links: tuple[str, ...] = ()
    first_match: bool = False
    certificates: str = ""
    trusted_hosts: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offered:
    """All files of one package, and the first index that has it.

    `timed` says whether any index gives upload times. `timed_for_pip` says whether pip can be held to a cooldown: it
    asks every index, reads times in JSON only, and refuses to work where an index gives a file without one.
    """

    files: tuple[File, ...]
    timed: bool
    timed_for_pip: bool
    answered: str


@dataclass(slots=True)
class _Uv:
    """uv's settings, from the nearest to the farthest place that has any.

    `above` says that some of them stand in a folder above the project, where uv does not find them from a copy.
    """

    default: str = ""
    indexes: list[str] = field(default_factory=list)
    find_links: list[str] = field(default_factory=list)
    no_index: bool = False
    strategy: str = ""
    trusted: list[str] = field(default_factory=list)
    above: bool = False

    def __bool__(self) -> bool:
        return bool(self.default or self.indexes or self.find_links or self.no_index)


def configured(folder: Path, environ: Mapping[str, str]) -> Indexes:
    """Return the indexes that hold for a project: uv's where uv is configured, else pip's."""
    pip, uv = _ask_pip(folder, environ), _ask_uv(folder, environ)
    for_pip = pip["cert"] or environ.get("REQUESTS_CA_BUNDLE", "") or environ.get("CURL_CA_BUNDLE", "")
    for_uv = environ.get("SSL_CERT_FILE", "")
    certificates = (for_uv or for_pip) if uv else (for_pip or for_uv)
    trusted = tuple(dict.fromkeys([*pip["trusted_hosts"], *uv.trusted]))
    if not uv:
        urls = [] if pip["no_index"] else [pip["index_url"], *pip["extra_index_urls"]]
        find_links, first_match, variables = pip["find_links"], False, _for_uv(pip)
    else:
        default = uv.default or pip["index_url"]
        urls = [] if uv.no_index else [*uv.indexes, default]
        find_links, first_match = uv.find_links, uv.strategy in {"", "first-index"}
        variables = _for_pip(uv, pip, default)
    if certificates:
        variables |= {"SSL_CERT_FILE": for_uv or certificates, "PIP_CERT": for_pip or certificates}
    urls = [_with_netrc(url, environ) for url in dict.fromkeys(urls)]
    return Indexes(tuple(urls), tuple(find_links), first_match, certificates, trusted, variables)


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
    return answer


def _ask_uv(folder: Path, environ: Mapping[str, str]) -> _Uv:
    def listed(name: str) -> list[str]:
        return [_named(part, folder, environ) for part in environ.get(name, "").split()]

    defaults = [*listed("UV_DEFAULT_INDEX"), *listed("UV_INDEX_URL")]
    uv = _Uv(
        default=defaults[0] if defaults else "",
        indexes=[*listed("UV_INDEX"), *listed("UV_EXTRA_INDEX_URL")],
        find_links=[_url(path, folder) for path in environ.get("UV_FIND_LINKS", "").split(",") if path],
        strategy=environ.get("UV_INDEX_STRATEGY", ""),
        trusted=environ.get("UV_INSECURE_HOST", "").split(),
    )
    for place, table in _uv_tables(folder, environ):
        _add_table(uv, table, place, environ)
        uv.above = uv.above or (bool(table) and place in folder.resolve().parents)
    return uv


def _named(text: str, folder: Path, environ: Mapping[str, str]) -> str:
    """Return the URL of `name=url` or `url`, with the credentials that go with the name."""
    match = re.match(r"([\w.-]+)=", text)
    url = _url(text[match.end() :] if match else text, folder)
    return _with_login(url, match[1] if match else "", environ)


def _url(place: str, folder: Path) -> str:
    """Return the URL of a place that is one, or a path seen from a folder; PincheckError where it is neither."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", place):
        if place.startswith("file:") or http.origin(place):
            return place
        shown = http.without_credentials(place)
        raise PincheckError(f"an index cannot be at `{shown}`", "look into the configuration of pip and of uv")
    path = place.replace("~", str(Path.home()), 1) if place.startswith("~/") else place
    return (folder.resolve() / path).as_uri()


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
        return tomllib.loads(path.read_bytes().decode())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise PincheckError(f"cannot read uv's configuration `{path}`: {error}") from None


def _of_project(path: Path) -> Mapping[str, Any]:
    """Return `[tool.uv]`; a file that cannot be read has none, for uv and here, and is a Problem elsewhere."""
    try:
        return _table(_table(tomllib.loads(path.read_bytes().decode("utf-8-sig")), "tool"), "uv")
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
    """Add the settings of one file below those that are nearer; `explicit` indexes serve named packages only."""
    listed = table.get("index")
    for entry in listed if isinstance(listed, list) else []:
        if not isinstance(entry, Mapping) or entry.get("explicit") or not isinstance(entry.get("url"), str):
            continue
        url = _with_login(_url(entry["url"], place), str(entry.get("name", "")), environ)
        if entry.get("format") == "flat":
            uv.find_links.append(url)
        elif not entry.get("default"):
            uv.indexes.append(url)
        else:
            uv.default = uv.default or url
    for section in (table, _table(table, "pip")):
        uv.default = uv.default or next((_url(url, place) for url in _texts(section, "index-url")), "")
        uv.indexes += [_url(url, place) for url in _texts(section, "extra-index-url")]
        uv.find_links += [_url(path, place) for path in _texts(section, "find-links")]
        uv.no_index = uv.no_index or section.get("no-index") is True
        uv.strategy = uv.strategy or "".join(_texts(section, "index-strategy"))
        uv.trusted += _texts(section, "allow-insecure-host")


def _with_login(url: str, name: str, environ: Mapping[str, str]) -> str:
    """Put in the credentials that uv takes from `UV_INDEX_<NAME>_USERNAME` and `…_PASSWORD`."""
    key = re.sub(r"[^A-Z0-9]", "_", name.upper())
    user, password = (environ.get(f"UV_INDEX_{key}_{part}", "") for part in ("USERNAME", "PASSWORD"))
    return _logged_in(url, user, password) if key and (user or password) else url


def _with_netrc(url: str, environ: Mapping[str, str]) -> str:
    """Put in the credentials that pip and uv take from `.netrc` where the URL has none."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc:
        return url
    path = environ.get("NETRC") or str(Path(environ.get("HOME", "/")) / ".netrc")
    try:
        login = netrc.netrc(path).authenticators(parts.hostname or "")
    except (OSError, ValueError, netrc.NetrcParseError):
        return url
    return _logged_in(url, login[0], login[2] or "") if login else url


def _logged_in(url: str, user: str, password: str) -> str:
    parts = urlsplit(url)
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc.rpartition('@')[2]}"))


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
        variables |= {"PIP_INDEX_URL": default, "PIP_EXTRA_INDEX_URL": " ".join(uv.indexes)}
        variables |= {"PIP_FIND_LINKS": " ".join(uv.find_links), "PIP_NO_INDEX": "1" if uv.no_index else ""}
        variables["PIP_TRUSTED_HOST"] = " ".join(uv.trusted)
    return {name: value for name, value in variables.items() if value}


def offered(client: httpx.Client, indexes: Indexes, name: NormalizedName) -> Offered:
    """Return all files that the indexes offer of a package; PincheckError where none of them knows it."""
    found: list[File] = []
    answered: list[str] = []
    asked = 0
    timed_for_pip = True
    for url in indexes.urls:
        page, for_pip = _page(client, url, name)
        asked += 1
        answered += [url] if page else []
        timed_for_pip = timed_for_pip and (not page or (for_pip and all(file.uploaded for file in page)))
        found += page
        if found and indexes.first_match:
            break
    for place in indexes.find_links:
        found += _links(client, place, name)
    if not found:
        places = ", ".join(f"`{http.without_credentials(url)}`" for url in (*indexes.urls, *indexes.find_links))
        raise PincheckError(f"no index has `{name}`: {places or 'none is configured'}")
    timed = any(file.uploaded is not None for file in found)
    return Offered(tuple(found), timed, timed_for_pip and asked == len(indexes.urls), "".join(answered[:1]))


def _page(client: httpx.Client, url: str, name: NormalizedName) -> tuple[tuple[File, ...], bool]:
    """Return the files on a project's page of one index, none where it does not know it, and whether pip reads times.

    pip reads them in the JSON form of the simple API only.
    """
    parts = urlsplit(url)
    address = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}/"))
    if parts.scheme == "file":
        page = _local(address) / "index.html"
        return (_from_file(page, name), False) if page.is_file() else ((), False)
    return _from_server(client, address, ACCEPT, name)


def _links(client: httpx.Client, place: str, name: NormalizedName) -> tuple[File, ...]:
    """Return the files in a folder or on a page of links."""
    if urlsplit(place).scheme != "file":
        return _from_server(client, place, "text/html", name)[0]
    path = _local(place)
    if path.is_file():
        return _from_file(path, name)
    try:
        names = sorted(entry.name for entry in path.iterdir()) if path.is_dir() else []
    except OSError as error:
        raise PincheckError(f"cannot read `{path}`: {(error.strerror or str(error)).lower()}") from None
    listed = json.dumps({"files": [{"filename": filename} for filename in names]})
    return files(listed, "application/json", name)


def _from_server(
    client: httpx.Client, address: str, accept: str, name: NormalizedName
) -> tuple[tuple[File, ...], bool]:
    answer = http.get(client, address, accept)
    shown = http.without_credentials(address)
    if answer.status in {404, 410}:
        return (), True
    if answer.status in {401, 403}:
        raise PincheckError(f"`{shown}` answered {answer.status}", "check the name and password of this index")
    if answer.status != httpx.codes.OK:
        raise PincheckError(f"`{shown}` answered {answer.status}")
    try:
        return files(answer.text, answer.media_type, name), answer.media_type == JSON
    except ValueError as error:
        raise PincheckError(f"`{shown}` is not an index page: {error}") from None


def _from_file(path: Path, name: NormalizedName) -> tuple[File, ...]:
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_PAGE).decode("utf-8", errors="replace")
        return files(text, "text/html", name)
    except (OSError, ValueError) as error:
        raise PincheckError(f"`{path}` is not an index page: {error}") from None


def _local(address: str) -> Path:
    return Path(unquote(urlsplit(address).path))


def changelog(client: httpx.Client, index: str, name: NormalizedName) -> str:
    """Return the changelog's address from an index's project JSON (`/pypi/NAME/json`), `""` where it has none."""
    parts = urlsplit(index)
    if parts.scheme not in {"http", "https"} or not parts.path.rstrip("/").endswith("/simple"):
        return ""
    path = f"{parts.path.rstrip('/').removesuffix('/simple')}/pypi/{name}/json"
    answer = http.get(client, urlunsplit(parts._replace(path=path)), "application/json")
    return changelog_url(answer.text) if answer.status == httpx.codes.OK else ""


def same_host(url: str, indexes: Iterable[str]) -> bool:
    """Say whether an address has the scheme, host and port of a configured index."""
    here = http.origin(url)
    return here is not None and here in map(http.origin, indexes)
