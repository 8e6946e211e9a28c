"""Release notes: from a file or address that was named, or from the one that the index names."""

import ipaddress
import socket
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
from packaging.utils import NormalizedName

from pincheck.errors import PincheckError
from pincheck.world import http, index
from pincheck.world.index import Indexes

_LARGEST = 16 * 1024 * 1024
_ACCEPT = "text/markdown, text/plain;q=0.9, */*;q=0.1"


class NotAvailable(Exception):
    """The notes that the index names cannot be had; the message says why."""


def named(client: httpx.Client, place: str, folder: Path) -> str:
    """Return the text at a place that a person named; PincheckError where there is none.

    A path is relative to `folder`.
    """
    shown = f"release notes `{http.without_credentials(place)}`"
    if place.startswith(("http://", "https://")):
        answer = http.get(client, place, _ACCEPT)
        if answer.status != httpx.codes.OK:
            raise PincheckError(f"{shown}: the server answered {answer.status}")
        return answer.text
    try:
        path = unquote(urlsplit(place).path) if place.startswith("file:") else Path(place).expanduser()
        with (folder / path).open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise PincheckError(f"{shown}: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, RuntimeError):  # A zero byte, or the home of somebody who does not exist.
        raise PincheckError(f"{shown}: no such file or directory") from None
    if len(data) > _LARGEST:
        raise PincheckError(f"{shown}: larger than {_LARGEST // 1024 // 1024} MiB")
    return data.decode("utf-8", errors="replace")


def default(client: httpx.Client, indexes: Indexes, answered: str, name: NormalizedName) -> str:
    """Return the text at the address that the index names as changelog; NotAvailable says why there is none."""

    def may_be_asked(address: str) -> bool:
        return index.same_host(address, indexes.urls) or _is_public(address)

    try:
        address = index.changelog(client, answered, name) if answered else ""
        if not address:
            raise NotAvailable(f"the index names no changelog for `{name}`")
        shown = f"`{http.without_credentials(address)}`"
        if not may_be_asked(address):
            raise NotAvailable(f"{shown} is not a public https address")
        answer = http.get(client, address, _ACCEPT, may_be_asked)
    except http.Unreachable as error:
        raise NotAvailable(error.message) from None
    if answer.status != httpx.codes.OK:
        raise NotAvailable(f"{shown} answered {answer.status}")
    if answer.media_type in {"text/html", "application/xhtml+xml"}:
        raise NotAvailable(f"{shown} is a web page; only Markdown is read so far")
    return answer.text


def _is_public(address: str) -> bool:
    """Say whether an address is https on a host that the whole internet sees, so that metadata may send us there.

    The name is looked up, because every spelling of a private address (`127.1`, `0x7f.0.0.1`) and every name that
    leads to one ends there. One that cannot be looked up here may be known to a proxy, or the request will fail.
    """
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        return False
    if url.scheme != "https" or url.userinfo or "." not in url.host.rstrip("."):
        return False
    if url.host.endswith((".local", ".internal", ".localhost")):
        return False
    try:
        found = socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return not url.host.rpartition(".")[2][:1].isdigit()
    return all(ipaddress.ip_address(str(place[4][0]).partition("%")[0]).is_global for place in found)
