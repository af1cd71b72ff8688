"""Verifies the MAC signature of a request from its raw parts."""

# Source: developers.paysera.com /guides/wallet/authentication, a variant of
# draft-ietf-oauth-v2-http-mac-01. No code is shared with a signer.

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from urllib.parse import parse_qsl

from attrs import field, frozen

# The characters of a quoted value: printable ASCII without the double quote and the backslash.
# Space, comma and the equals sign are allowed, so the header cannot be split at them.
_PAIR = re.compile(r'([a-z]+)="([\x20\x21\x23-\x5b\x5d-\x7e]*)"')
_SEPARATOR = re.compile(r", *")
_TIMESTAMP = re.compile(r"[0-9]{1,15}")
_NAMES = frozenset({"id", "ts", "nonce", "mac", "ext"})
_REQUIRED = ("id", "ts", "nonce", "mac")


class MacError(Exception):
    """The signature of a request is invalid; the text quotes no value of it."""


@frozen(kw_only=True)
class MacHeader:
    """The values of an Authorization header, without the quotes."""

    id: str = field(repr=False)
    ts: str
    nonce: str
    mac: str = field(repr=False)
    ext: str = ""


def verify(
    authorization: str, *, key: str, method: str, target: str, host: str, port: int, body: bytes
) -> MacHeader:
    """Returns the header's values if they sign this request; raises `MacError` otherwise.

    `target` is the raw request target, `host` has no port; both as WSGI spells them.
    """
    header = parse(authorization)
    check(header, key=key, method=method, target=target, host=host, port=port, body=body)
    return header


def parse(authorization: str) -> MacHeader:
    """Parses the quoted strings of the header: in any order, no name twice."""
    scheme, _, text = authorization.partition(" ")
    if scheme != "MAC":
        raise MacError("The Authorization header is not of the scheme MAC.")
    values = _pairs(text)
    for name in _REQUIRED:
        if not values.get(name):
            raise MacError(f"The Authorization header lacks {name}.")
    if not _TIMESTAMP.fullmatch(values["ts"]):
        raise MacError("ts is not a Unix time in decimal digits.")
    return MacHeader(**values)


def _pairs(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    at = 0
    while True:
        pair = _PAIR.match(text, at)
        if pair is None or pair[1] not in _NAMES or pair[1] in values:
            raise MacError("The Authorization header is malformed.")
        values[pair[1]] = pair[2]
        if pair.end() == len(text):
            return values
        separator = _SEPARATOR.match(text, pair.end())
        if separator is None:
            raise MacError("The Authorization header is malformed.")
        at = separator.end()


def check(
    header: MacHeader, *, key: str, method: str, target: str, host: str, port: int, body: bytes
) -> None:
    """Raises `MacError` unless the mac and the body hash match the request."""
    lines = (
        header.ts,
        header.nonce,
        method,
        target,
        host.lower(),
        str(port),
        header.ext,  # the raw text of the header, not decoded
    )
    text = "".join(line + "\n" for line in lines)
    # WSGI strings have one character for each byte (PEP 3333)
    digest = hmac.new(key.encode(), text.encode("latin-1"), hashlib.sha256).digest()
    if not hmac.compare_digest(b64encode(digest), header.mac.encode("ascii")):
        raise MacError("mac does not match the request.")
    _check_body(header.ext, body)


def _check_body(ext: str, body: bytes) -> None:
    """Compares the decoded body hash, since each SDK encodes it differently.

    Empty pairs (a leading `&`) and unknown keys occur in the official SDKs and are ignored.
    """
    hashes = [value for key, value in parse_qsl(ext) if key == "body_hash"]
    if not hashes and not body:
        return
    if hashes != [b64encode(hashlib.sha256(body).digest()).decode("ascii")]:
        raise MacError("body_hash does not match the body.")


def host_and_port(host_header: str, fallback_port: int) -> tuple[str, int]:
    """Splits a Host header into host and port; an IPv6 address keeps its brackets."""
    host, colon, port = host_header.rpartition(":")
    if not colon or port.endswith("]"):
        return host_header, fallback_port
    if not (port.isascii() and port.isdigit()):
        raise MacError("The Host header is malformed.")
    return host, int(port[:6])
