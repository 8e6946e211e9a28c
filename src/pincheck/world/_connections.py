"""Connections: pools that are kept open, who is trusted, and the proxy in between."""

import re
import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import NamedTuple

import httpx

from pincheck import __version__
from pincheck.errors import PincheckError
from pincheck.world import _addresses, _sending

PATIENCE = httpx.Timeout(20.0, connect=10.0)
_MOST_ADDRESSES = 4


class _Way(NamedTuple):
    """How a host is reached: without a certificate, by an address of this host only, through this proxy."""

    trusted: bool = False
    host: str = ""
    proxy: str = ""


class Connections:
    """Pools of connections, each made when it is needed; nothing is opened before.

    `proxy` takes the place of those that the environment names.
    """

    def __init__(
        self,
        certificates: str,
        trusted_hosts: Iterable[str],
        patience: httpx.Timeout | float = PATIENCE,
        proxy: str = "",
    ) -> None:
        self._certificates = certificates
        self._trusted = frozenset(found for found in map(_trusted, trusted_hosts) if found is not None)
        self._patience = patience
        self._proxy = proxy if "://" in proxy or not proxy else f"http://{proxy}"
        self._context: ssl.SSLContext | None = None
        self._pools: dict[_Way, httpx.Client] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close what is open."""
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()

    def needs_no_certificate(self, url: httpx.URL) -> bool:
        """Say whether a person trusts the host of a URL whatever it shows."""
        _, host, port = _addresses.origin_of(url)
        return (host, port) in self._trusted or (host, None) in self._trusted

    def ordinary(
        self, url: httpx.URL, headers: Mapping[str, str], body: bytes, *, proved: bool = False
    ) -> Iterator[tuple[httpx.Client, httpx.Request]]:
        """Yield the one request for an address that a person configured, through a proxy if one is configured.

        It is a POST where there is a body. With `proved`, its certificate has to be right whatever host is trusted.
        """
        pool = self._pool(_Way(self.needs_no_certificate(url) and not proved, proxy=self._proxy))
        yield pool, pool.build_request("POST" if body else "GET", url, headers=dict(headers), content=body or None)

    def checked(self, url: httpx.URL, headers: Mapping[str, str]) -> Iterator[tuple[httpx.Client, httpx.Request]]:
        """Yield a request for each public address of a host that a stranger named; NotPublic where one is not.

        Its name is looked up once, and what is found is what is connected to. A proxy looks it up by itself.
        """
        host = url.raw_host.decode("ascii").rstrip(".")
        trusted = self.needs_no_certificate(url)
        proxy = self._proxy or _addresses.proxy_for(host)
        if proxy:
            pool = self._pool(_Way(trusted, proxy=proxy))
            yield pool, pool.build_request("GET", url, headers=dict(headers))
            return
        # A pool of its own, because one address may serve many hosts, and a connection is for the one that it was
        # opened for.
        pool = self._pool(_Way(trusted, host=host))
        for address in _addresses.resolved(host, url.port or 443)[:_MOST_ADDRESSES]:
            named = {**headers, "Host": url.netloc.decode("ascii")}
            place = url.copy_with(host=address)
            yield pool, pool.build_request("GET", place, headers=named, extensions={"sni_hostname": host})

    def _pool(self, way: _Way) -> httpx.Client:
        with self._lock:
            if way not in self._pools:
                self._pools[way] = self._made(way)
            return self._pools[way]

    def _made(self, way: _Way) -> httpx.Client:
        if self._context is None:
            self._context = _authorities(self._certificates)
        # One encoding only, and one that can be undone piece by piece: what a server packs may be a thousand times
        # larger. No cookies: what a server says may not depend on what it was asked before.
        try:
            return httpx.Client(
                headers={"User-Agent": f"pincheck/{__version__}", "Accept-Encoding": "gzip"},
                timeout=self._patience,
                verify=False if way.trusted else self._context,  # a person said so of this host
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                proxy=way.proxy or None,
                trust_env=not way.host and not way.proxy,
            )
        except (httpx.InvalidURL, ValueError, ImportError) as error:  # None of them is shown: a proxy has a password.
            wrong = "SOCKS is not supported" if isinstance(error, ImportError) else "it is no valid URL"
            raise PincheckError(
                f"cannot use the proxy that is configured: {wrong}",
                "look at pip's `proxy`, `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`",
            ) from None


def _authorities(certificates: str) -> ssl.SSLContext:
    try:
        if not certificates:
            context = httpx.create_ssl_context()
            context.load_default_certs()
            return context
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_verify_locations(cafile=certificates)
        except IsADirectoryError:
            context.load_verify_locations(capath=certificates)
    except (OSError, ssl.SSLError) as error:
        raise PincheckError(
            f"cannot read the certificates `{certificates}`: {_sending.reason(error)}",
            "look at `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE` and pip's `cert`",
        ) from error
    return context


def _trusted(written: str) -> tuple[str, int | None] | None:
    """Return host and port of `host`, `host:port` or `https://host`, as pip and uv write them; no port is any port."""
    text = written if "://" in written else f"https://{written}"
    if written.count(":") > 1 and "[" not in written and "://" not in written:
        text = f"https://[{written}]"
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        return None
    # httpx takes a port for none that is the scheme's own.
    return (url.host, url.port or (443 if re.search(r":443/?$", text) else None)) if url.host else None
