"""The bytes of a request, the same for both HTTP clients."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from attrs import frozen

from onboarding.http import Request
from onboarding.transports.connection import PORTS, Connection, own_headers

__all__ = ["ORIGINS", "Origin", "origin_of", "proxy_login", "split"]

ORIGINS = 16
"""The most hosts of one connection that are remembered."""

_ORIGIN = re.compile(r"https?://[^/?#]+", re.IGNORECASE).match
_HEAD = re.compile(  # RFC 9112, 3 and 5
    r"[A-Z]+ [!-~]+ HTTP/1\.1\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [ -~]*\r\n)+\r\n"
).fullmatch


def split(url: str) -> tuple[str, str]:
    """Returns the origin and the target of a URL, which are not changed: they may be signed.

    Raises `ValueError` for a URL without a host, or of another scheme than http or https.
    """
    found = _ORIGIN(url)
    if found is None:
        raise ValueError("not an absolute URL of http or https")
    target = url[found.end() :].partition("#")[0]
    return found[0], target if target.startswith("/") else f"/{target}"


@frozen
class Origin:
    """What every request to one host has: its lines by name, and the start of its target."""

    lines: Mapping[str, str]
    prefix: str

    def written(self, request: Request, target: str) -> bytes:
        """Returns the head and the body. Headers of the request replace those of the origin.

        Raises `ValueError` for a URL, a method or a header that HTTP cannot carry.
        """
        method, body = request.method, request.body
        lines = {**self.lines}
        for name, value in request.headers.items():
            lines[name.lower()] = f"{name}: {value}"
        if body or method not in ("GET", "HEAD"):
            lines["content-length"] = f"Content-Length: {len(body)}"
        start = f"{method} {self.prefix}{target} HTTP/1.1"
        head = "\r\n".join((start, *lines.values(), "", ""))
        # A value with a line break would be a header of its own.
        if not _HEAD(head) or head.count("\n") != len(lines) + 2:
            raise ValueError("a request that cannot be written as HTTP")
        return head.encode("ascii") + body


def origin_of(
    wanted: Connection, url: str, *, forwarded: bool, further: Mapping[str, str]
) -> Origin:
    """Returns the origin of a URL; with `forwarded`, as a proxy that forwards requests reads it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    scheme = parts.scheme.lower()
    place = host if parts.port in (None, PORTS[scheme]) else f"{host}:{parts.port}"
    headers = {"Host": place, **own_headers(wanted), **further}
    lines = {name.lower(): f"{name}: {value}" for name, value in headers.items()}
    return Origin(lines, f"{scheme}://{place}" if forwarded else "")


def proxy_login(proxy: str) -> dict[str, str]:
    """Returns the header of a proxy's login, which is in its URL; nothing without a login."""
    parts = urlsplit(proxy)
    if not parts.username:
        return {}
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(login.encode('latin-1')).decode()}"}
