"""The settings of connections: time-outs, TLS, limits, proxies."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import Attribute, field, frozen
from attrs.validators import matches_re

from onboarding import __version__
from onboarding.errors import ConfigurationError, InvalidInput, Problem
from onboarding.files import unusable_file
from onboarding.http import HEADER_TEXT, MAX_DEPTH

if TYPE_CHECKING:
    from ssl import SSLContext

__all__ = [
    "PORTS",
    "Connection",
    "ProxyRefused",
    "is_count",
    "is_depth",
    "is_file",
    "is_proxy",
    "is_seconds",
    "is_size",
    "own_headers",
    "place_of",
    "proxy_for",
    "refused",
    "tls_of",
    "uncertified",
    "unusable",
]

_LONGEST = 86_400  # seconds, a day: as the deadline of a call
_MOST = 10_000  # connections
_LARGEST = 2**40  # bytes


def _refuse(attribute: Attribute[Any], text: str) -> InvalidInput:
    return InvalidInput([Problem(attribute.name, "shape", f"expected {text}")])


def is_seconds(_: object, attribute: Attribute[Any], value: Any) -> None:
    if not isinstance(value, int | float) or not 0 < value <= _LONGEST:
        raise _refuse(attribute, f"seconds: a number above 0, up to {_LONGEST}")


def is_count(_: object, attribute: Attribute[Any], value: Any) -> None:
    if not isinstance(value, int) or not 0 < value <= _MOST:
        raise _refuse(attribute, f"a number of connections from 1 to {_MOST}")


def is_size(_: object, attribute: Attribute[Any], value: Any) -> None:
    if not isinstance(value, int) or not 0 < value <= _LARGEST:
        raise _refuse(attribute, f"a number of bytes from 1 to {_LARGEST}")


def is_depth(_: object, attribute: Attribute[Any], value: Any) -> None:
    if not isinstance(value, int) or not 0 < value <= MAX_DEPTH:
        raise _refuse(attribute, f"a number of levels from 1 to {MAX_DEPTH}")


def is_file(_: object, attribute: Attribute[Any], value: Any) -> None:
    if value is not None and not (isinstance(value, str) and value.strip()):
        raise _refuse(attribute, "the path of a file")


def is_proxy(_: object, attribute: Attribute[Any], value: Any) -> None:
    if value is not None and not (isinstance(value, str) and _is_address(value)):
        raise _refuse(attribute, "http:// or https://, a host and a port from 1 to 65535")


def _is_address(text: str) -> bool:
    """Whether a text is the URL of a proxy, which may contain a user name and a password."""
    try:
        parts = urlsplit(text)
        port = parts.port  # raises for an invalid port
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and not set(text) & set(" \\")
    rest = parts.path.strip("/") or parts.query or parts.fragment
    known = parts.scheme in ("http", "https")
    return plain and known and bool(parts.hostname) and port != 0 and not rest


@frozen(kw_only=True)
class Connection:
    """How a gateway connects.

    Raises `InvalidInput` for a value out of its limits.
    """

    timeout: float = field(default=30.0, validator=is_seconds)
    """The longest wait for bytes, in seconds."""
    connect_timeout: float = field(default=5.0, validator=is_seconds)
    """The longest wait for a connection, in seconds."""
    pool: int = field(default=32, validator=is_count)
    """How many connections are kept."""
    proxy: str | None = field(default=None, repr=False, validator=is_proxy)
    """The address of an HTTP proxy, which may hold a password.

    Example: `http://proxy.example:3128`.
    """
    ca_bundle: str | None = field(default=None, validator=is_file)
    """A file of trusted authorities, in place of those of `certifi`. Example: `/etc/ssl/ca.pem`."""
    certificate: str | None = field(default=None, validator=is_file)
    """A file with a TLS client certificate. Example: `client.pem`."""
    private_key: str | None = field(default=None, validator=is_file)
    """A file with the key of the certificate. Example: `client.key`."""
    trust_env: bool = False
    """Whether the proxies of the environment apply. Nothing else of the environment counts, such
    as `SSL_CERT_FILE`.
    """
    max_response_bytes: int = field(default=32 * 1024**2, validator=is_size)
    """The most bytes of an answer, packed and unpacked. A longer one is no answer."""
    max_header_bytes: int = field(default=64 * 1024, validator=is_size)
    """The most bytes of the headers of an answer. Longer ones are no answer."""
    max_depth: int = field(default=MAX_DEPTH, validator=is_depth)
    """The most levels of lists and objects in an answer. A deeper one is unexpected."""
    user_agent: str = field(default=f"onboarding/{__version__}", validator=matches_re(HEADER_TEXT))
    """The header `User-Agent`."""


def own_headers(wanted: Connection) -> dict[str, str]:
    """Returns the headers that an HTTP client adds to each request."""
    return {
        "User-Agent": wanted.user_agent,
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
    }


def uncertified(settings: Iterable[str], certificate: str | None) -> list[Problem]:
    """Returns a problem for each setting that requires a TLS client certificate, if there is none.

    Such a setting replaces the authentication of requests by the certificate.
    """
    if certificate:
        return []
    return [
        Problem("connection.certificate", "missing", f"is required beside {name}")
        for name in settings
    ]


def unusable(wanted: Connection) -> list[Problem]:
    """Returns the problems of the files that a connection names."""
    try:
        tls_of(wanted)
    except ConfigurationError as error:
        return list(error.problems)
    return []


def tls_of(wanted: Connection) -> Callable[[], SSLContext]:
    """Returns a function that returns the TLS context of a connection, for both HTTP clients.

    Raises `ConfigurationError` at once for files that cannot be used.
    """
    if not (wanted.ca_bundle or wanted.certificate or wanted.private_key):
        return _default
    made = _tls(wanted)
    return lambda: made


@cache
def _default() -> SSLContext:
    return _trusting(None)  # slow to create, and the same for every gateway


def _tls(wanted: Connection) -> SSLContext:
    problems: list[Problem] = []
    unread = (
        [] if os.path.isdir(wanted.ca_bundle or "") else _missing("ca_bundle", wanted.ca_bundle)
    )
    problems += unread
    try:
        context = _trusting(None if unread else wanted.ca_bundle)
    except (OSError, ValueError):  # an SSLError is an OSError
        text = f"{wanted.ca_bundle} holds no certificates in PEM form"
        problems.append(Problem("connection.ca_bundle", "shape", text))
        context = _trusting(None)
    if wanted.private_key and not wanted.certificate:
        text = "is required beside private_key"
        problems.append(Problem("connection.certificate", "missing", text))
    missing = [
        *_missing("certificate", wanted.certificate),
        *_missing("private_key", wanted.private_key),
    ]
    problems += missing
    if wanted.certificate and not missing:
        try:
            # with a password, even an empty one, OpenSSL does not prompt for one
            context.load_cert_chain(wanted.certificate, wanted.private_key, password="")
        except (OSError, ValueError) as error:
            text = _uncertain(wanted.certificate, wanted.private_key, error)
            problems.append(Problem("connection.certificate", "shape", text))
    if problems:
        raise ConfigurationError(problems)
    return context


def _trusting(bundle: str | None) -> SSLContext:
    import ssl  # imported when a connection is first made

    if bundle is None:
        import certifi

        bundle = certifi.where()
    # Not ssl.create_default_context: it reads SSL_CERT_FILE, SSL_CERT_DIR and SSLKEYLOGFILE.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if sys.version_info >= (3, 13):  # as create_default_context does
        context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    folder = os.path.isdir(bundle)
    context.load_verify_locations(
        cafile=None if folder else bundle, capath=bundle if folder else None
    )
    return context


def _missing(name: str, path: str | None) -> list[Problem]:
    """Returns a problem if a file cannot be opened: OpenSSL does not name the file."""
    if path is None:
        return []
    try:
        with open(path, "rb"):
            return []
    except (OSError, ValueError) as error:
        found = unusable_file(path, error)
        return [Problem(f"connection.{name}", found.code, f"{path}: {found.message}")]


def _uncertain(certificate: str, key: str | None, error: Exception) -> str:
    """Returns why OpenSSL does not accept a certificate and its key, which it loads together."""
    if getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
        return f"{key or certificate} holds the private key of another certificate"
    if key is None:
        return f"{certificate} does not hold a certificate and its private key, unencrypted, in PEM"
    return f"{certificate} holds no certificate, or {key} no unencrypted private key, in PEM"


PORTS = {"http": 80, "https": 443}


class ProxyRefused(Exception):
    """A proxy answered in place of the provider and did not forward the request."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


def proxy_for(wanted: Connection, url: str) -> str | None:
    """Returns the URL of the proxy for a URL, None for a direct connection.

    The environment is read as `urllib.request` reads it, not as the HTTP clients do, which would
    also read a login from `.netrc`. Raises `ValueError` for another scheme than http or https.
    """
    found = wanted.proxy
    if found is None and wanted.trust_env:
        from urllib.request import getproxies, proxy_bypass  # slow to import, rarely needed

        place = urlsplit(url)
        if not proxy_bypass(place.netloc):
            proxies = getproxies()
            found = proxies.get(place.scheme) or proxies.get("all")
    if not found:
        return None
    scheme, _, rest = found.rpartition("://")
    scheme = scheme.lower() or "http"
    if scheme not in PORTS:
        raise ValueError("the URL of a proxy starts with http or https")
    return f"{scheme}://{rest}"


def refused(status: int, proxy: str | None, url: str) -> bool:
    """Whether a response is from the proxy itself: a 407 that did not come through a tunnel."""
    return status == 407 and proxy is not None and url.startswith("http:")


def place_of(url: str) -> str:
    """Returns the host and the port of a URL; the rest may contain an id or a password."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = PORTS.get(parts.scheme.lower()) if parts.port is None else parts.port
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
