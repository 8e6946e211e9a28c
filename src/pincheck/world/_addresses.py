"""Which addresses there are, who logs in to them, and which of them a stranger may send us to."""

import base64
import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Origin = tuple[str, str, int | None]
_PORTS = {"http": 80, "https": 443}
# Names that lead into a private network by their ending (RFC 6761, RFC 6762, RFC 8375, RFC 9476, and what networks
# call themselves). "localhost" has no dot in front, because a name of one label is refused before.
_PRIVATE_ENDINGS = (
    ".localhost", ".local", ".localdomain", ".internal", ".intranet", ".private", ".corp", ".home", ".lan",
    ".home.arpa", ".alt", ".onion", ".test", ".invalid",
)  # fmt: skip
# What Python's `is_global` lets pass, in some of its versions: multicast and reserved, the relay of 6to4 (RFC 7526),
# the protocol assignments (RFC 6890), and the address at which one cloud serves its machines' metadata.
_NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/3", "168.63.129.16/32", "2001::/23", "2002::/16", "3fff::/20"),
    )
)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_CLOUDS = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254")))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Public:
    """A rule for addresses that a stranger named (package metadata, a redirect of one).

    They must be https on hosts that the whole internet sees, except on the origins in `besides`, which a person
    configured.
    """

    besides: frozenset[Origin] = frozenset()

    @classmethod
    def but(cls, urls: Iterable[str]) -> "Public":
        """Return the rule that exempts the origins of these URLs."""
        return cls(frozenset(found for found in map(origin, urls) if found is not None))


class NotPublic(Exception):
    """A name leads to an address that the whole internet does not see."""


def without_credentials(url: str) -> str:
    """Return a URL without its user and password; one that cannot be read loses all that stands before its last `@`."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return url.rpartition("@")[2]
    if parsed.userinfo:
        return str(parsed.copy_with(userinfo=b""))
    return url if parsed.host else url.rpartition("@")[2]


def origin(url: str) -> Origin | None:
    """Return scheme, host and port of a URL, None where it is none to httpx or to the standard library."""
    try:
        parsed = httpx.URL(url)
        _ = urlsplit(url).port  # Its errors show what stands before the `@`, so nobody is to meet them later.
    except (httpx.InvalidURL, ValueError):
        return None
    return origin_of(parsed) if parsed.host else None


def origin_of(url: httpx.URL) -> Origin:
    """Return scheme, host and port of a URL that has been read."""
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)


def is_http(url: httpx.URL) -> bool:
    """Say whether this is an address that can be asked: http or https, a host of letters and digits, a port.

    httpx takes more for a host, `[` among it.
    """
    host = url.raw_host.decode("ascii")
    named = re.fullmatch(r"[A-Za-z0-9._-]+", host) is not None or _literal(host) is not None
    return url.scheme in _PORTS and named and (url.port is None or 0 < url.port < 65536)  # noqa: PLR2004


def authorization(login: str) -> str:
    """Return the value of an `Authorization` header for `user:password`, `Scheme TOKEN` or a bare token.

    ValueError, which does not show it, where it cannot be sent.
    """
    if not login:
        return ""
    if ":" in login:
        return f"Basic {base64.b64encode(login.encode('utf-8', 'surrogateescape')).decode()}"
    value = login if re.match(r"[A-Za-z]+ \S", login) else f"Bearer {login}"
    if not re.fullmatch(r"[!-~]+( [!-~]+)+", value):
        raise ValueError("the token holds characters that no header can carry")
    return value


def allowed(url: httpx.URL, public: Public) -> bool:
    """Say whether an address may be asked, as far as its spelling tells; what its name leads to is for `resolved`."""
    if url.host and origin_of(url) in public.besides:
        return True
    if url.scheme != "https" or url.userinfo:
        return False
    host = url.raw_host.decode("ascii").rstrip(".").lower()
    literal = _literal(host)
    if literal is not None:
        return is_public(literal)
    # What ends in a number is an IPv4 address in one of its many spellings (URL Standard, "ends in a number checker").
    name = re.fullmatch(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?", host)
    return name is not None and not host.endswith(_PRIVATE_ENDINGS)


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def resolved(host: str, port: int) -> list[str]:
    """Return the addresses of a name, all of which the whole internet sees; NotPublic where one is not.

    ConnectError where it has none. Asking for these addresses, and not for the name again, shuts out a name server that
    gives another answer the second time.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(str(error)) from error
    addresses = [str(place[4][0]) for place in found]
    if not addresses or not all(is_public(ipaddress.ip_address(one.partition("%")[0])) for one in addresses):
        raise NotPublic
    return list(dict.fromkeys(addresses))


def is_public(address: Address) -> bool:
    """Say whether an address belongs to the whole internet, and does not carry one inside that does not."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(address.packed[-4:]))
        if address not in _GLOBAL_UNICAST:
            return False
    return address.is_global and not any(address in network for network in _NOT_PUBLIC)


def is_metadata(url: httpx.URL) -> bool:
    """Say whether an address is one at which clouds tell a machine's own secrets: no index and no notes are there.

    A number may be written in many ways (`0xa9fea9fe`, `2852039166`, `169.254.43518`), all of which lead there.
    """
    host = url.raw_host.decode("ascii").rstrip(".").lower()
    found = _literal(host)
    if found is None and re.fullmatch(r"[0-9a-fx.]+", host):
        try:
            found = ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return False
    if isinstance(found, ipaddress.IPv6Address):
        found = (ipaddress.IPv4Address(found.packed[-4:]) if found in _NAT64 else found.ipv4_mapped) or found
    named = host in {"metadata", "instance-data"} or host.endswith("metadata.google.internal")
    return named or (found is not None and (found.is_link_local or found in _CLOUDS))


def proxy_for(host: str) -> str:
    """Return the proxy that the environment names for https to a host, `""` where it names none."""
    found = getproxies()
    proxy = found.get("https") or found.get("all") or ""
    if not proxy or proxy_bypass(host):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"
