"""Opens a connection to look at it: whether it is made, its TLS, when certificates expire."""

from __future__ import annotations

import base64
import http.client
import re
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from attrs import frozen

from onboarding.errors import ConfigurationError
from onboarding.http import Request
from onboarding.transports.connection import Connection, place_of, proxy_for, tls_of
from onboarding.transports.failures import no_answer

__all__ = ["Reached", "certificate_expiry", "reach"]


@frozen(kw_only=True)
class Reached:
    """How far a connection got. A reason is empty if that part succeeded, or was not needed."""

    refused: str = ""
    """Why no connection was made."""
    tls_refused: str = ""
    """Why there is no TLS."""
    tls_version: str | None = None
    expires_at: datetime | None = None
    """When the server's certificate expires, in UTC."""


def reach(wanted: Connection, url: str) -> Reached:
    """Connects to the host of a URL as a gateway does, sends no request, and disconnects."""
    proxy = None
    try:
        proxy = proxy_for(wanted, url)
        connected = _connected(wanted, url, proxy)
    except (OSError, ValueError, http.client.HTTPException) as error:
        asked = Request(method="GET", url=url, operation="check")
        text = str(no_answer(asked, error, sent=False, proxy=proxy))
        return Reached(refused=text.rpartition(f"({asked.operation}): ")[2])
    with connected:
        if not url.startswith("https:"):
            return Reached()
        if proxy is not None and proxy.startswith("https:"):
            return Reached(tls_refused="not checked through a proxy with https://")
        try:
            host = urlsplit(url).hostname
            with tls_of(wanted)().wrap_socket(connected, server_hostname=host) as secured:
                shown = secured.getpeercert() or {}
                ends = ssl.cert_time_to_seconds(str(shown["notAfter"]))
                return Reached(
                    tls_version=secured.version(), expires_at=datetime.fromtimestamp(ends, UTC)
                )
        except ConfigurationError as error:
            return Reached(tls_refused=f"files cannot be used: {', '.join(error.paths)}")
        except ssl.SSLCertVerificationError as error:
            return Reached(tls_refused=f"the certificate is not trusted: {error.verify_message}")
        except OSError:  # an SSLError is one
            return Reached(tls_refused="the handshake failed")


def _connected(wanted: Connection, url: str, proxy: str | None) -> socket.socket:
    """Returns a socket to the host of a URL, through the tunnel of a proxy if there is one."""
    via = urlsplit(proxy or url)
    host, _, port = place_of(proxy or url).rpartition(":")
    client = http.client.HTTPConnection(host.strip("[]"), int(port), wanted.connect_timeout)
    if proxy is not None and url.startswith("https:") and via.scheme == "http":
        there, _, port = place_of(url).rpartition(":")
        named: dict[str, str] = {}
        if via.username is not None:
            pair = f"{unquote(via.username)}:{unquote(via.password or '')}".encode()
            named["Proxy-Authorization"] = f"Basic {base64.b64encode(pair).decode('ascii')}"
        client.set_tunnel(there.strip("[]"), int(port), named)
    client.connect()
    connected: socket.socket = client.sock
    return connected


# -- a certificate in a file

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_VERSION, _UTC_TIME = 0xA0, 0x17


def certificate_expiry(path: str) -> datetime:
    """Returns when the first certificate of a PEM file expires, in UTC.

    Raises `OSError`, and `ValueError` for a file without a certificate.
    """
    found = _PEM.search(Path(path).read_bytes())
    if found is None:
        raise ValueError("no certificate in PEM")
    # RFC 5280, 4.1: Certificate{tbs{version, serial, algorithm, issuer, validity{from, until}}}
    _, certificate, _ = _element(ssl.PEM_cert_to_DER_cert(found[0].decode("ascii")))
    _, rest, _ = _element(certificate)
    tag, _, after = _element(rest)
    if tag == _VERSION:
        _, _, after = _element(after)
    for _ in ("algorithm", "issuer"):
        _, _, after = _element(after)
    _, validity, _ = _element(after)
    _, _, until = _element(validity)
    kind, text, _ = _element(until)
    told = text.decode("ascii")
    if kind == _UTC_TIME:  # two digits of the year: from 1950 to 2049
        told = f"{'20' if told < '50' else '19'}{told}"
    return datetime.strptime(told, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """Returns the tag and the content of the first DER element, and the data behind it."""
    if len(data) < 2:
        raise ValueError("the certificate is cut off")
    tag, length, start = data[0], data[1], 2
    if length > 127:  # the long form: the number of bytes of the length
        start += length & 127
        length = int.from_bytes(data[2:start])
    return tag, data[start : start + length], data[start + length :]
