"""The proxy of a request: the one that is configured, or the environment's where it is trusted."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from onboarding.transports.connection import Connection

__all__ = ["ProxyRefused", "place_of", "proxy_for", "refused"]

_PORTS = {"http": 80, "https": 443}


class ProxyRefused(Exception):
    """A proxy answered in the provider's place, and passed nothing on."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


def proxy_for(wanted: Connection, url: str) -> str | None:
    """The URL of the proxy for a URL, None for a direct connection.

    The environment is read as `urllib.request` reads it. Raises `ValueError` for a proxy that is
    not reached by http or https. (The clients' own reading of the environment would take a login
    from `.netrc`, too.)
    """
    found = wanted.proxy
    if found is None and wanted.trust_env:
        place = urlsplit(url)
        if not proxy_bypass(place.netloc):
            proxies = getproxies()
            found = proxies.get(place.scheme) or proxies.get("all")
    if not found:
        return None
    scheme, _, rest = found.rpartition("://")
    scheme = scheme.lower() or "http"
    if scheme not in _PORTS:
        raise ValueError("a proxy is reached by http or https")
    return f"{scheme}://{rest}"


def refused(status: int, proxy: str | None, url: str) -> bool:
    """Whether an answer is the proxy's own: a 407 that did not come through a tunnel."""
    return status == 407 and proxy is not None and url.startswith("http:")


def place_of(url: str) -> str:
    """The host and the port of a URL; the rest of it may name a user, or hold a password."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = _PORTS.get(parts.scheme.lower()) if parts.port is None else parts.port
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
