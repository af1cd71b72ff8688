"""The MAC signature of one request, over its exact bytes and its final URL.

docs: guides/wallet/authentication (a variant of draft-ietf-oauth-v2-http-mac-01)
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from onboarding import ConfigurationError, Problem

__all__ = ["authorization"]

_PORTS = {"https": 443, "http": 80}
_NOT_QUOTED = re.compile(r'["\\]').search


def _base64(digest: bytes) -> str:
    return b64encode(digest).decode("ascii")


def authorization(
    key_id: str,
    key: str,
    method: str,
    url: str,
    body: bytes,
    *,
    timestamp: int,
    nonce: str,
    parameters: Mapping[str, str] | None = None,
) -> str:
    """The value of the Authorization header. `timestamp` is Unix seconds.

    Seven lines are signed: time, nonce, method, request target as sent, host, port, ext.
    `ext` holds the hash of a body that is not empty, then the further parameters.

    Raises `ConfigurationError` for an id or a nonce that would end its quotes in the header.
    """
    if _NOT_QUOTED(key_id) or _NOT_QUOTED(nonce):
        text = "the client_id, access token or nonce has a quote or a backslash"
        raise ConfigurationError([Problem("client_id", "shape", text)])
    extended = {"body_hash": _base64(hashlib.sha256(body).digest())} if body else {}
    extended |= parameters or {}
    ext = "&".join(f"{name}={quote(value, safe='')}" for name, value in extended.items())
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    host = parts.netloc.rpartition("@")[2].lower()
    host, port = host.rsplit(":", 1) if parts.port else (host, _PORTS[parts.scheme])
    lines = (timestamp, nonce, method.upper(), target, host, port, ext)
    text = "".join(f"{line}\n" for line in lines)
    mac = _base64(hmac.digest(key.encode(), text.encode(), "sha256"))
    header = f'MAC id="{key_id}", ts="{timestamp}", nonce="{nonce}", mac="{mac}"'
    return f'{header}, ext="{ext}"' if ext else header
