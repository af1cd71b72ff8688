"""What is signed is what is sent: a verifier that shares nothing with the signer judges it.

It has a parser of its own, which walks over the header as quoted strings, and takes the URI, the
ext and the body raw. 10,000 requests are made, the same in each run.

docs: guides/wallet/authentication
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from attrs import evolve, frozen
from oauthlib.oauth2.rfc6749.tokens import prepare_mac_header  # type: ignore[import-untyped]  # no stubs
from onboarding import Secret
from onboarding.spi import Proof, Request
from onboarding.urls import url
from tests.scaling import sized

from onboarding_paysera import Paysera

CLIENT_ID, MAC_KEY = "wkVd93h2uS", "IrdTc8uQodU7PRpLzzLTW6wqZAO6tAMU"
COUNT = 10_000
QUICK = os.environ.get("HYPOTHESIS_PROFILE") not in ("full", "laws")
EVERY_BYTE = (
    sized(250, by_default=50) if QUICK else COUNT
)  # of so many requests each byte is changed, else one a part
LOT = EVERY_BYTE // 5
PRINTABLE = bytes(byte for byte in range(0x20, 0x7F) if byte != 0x5C)

LEGAL = [chr(n) for n in (*range(0x20, 0x22), *range(0x23, 0x5C), *range(0x5D, 0x7F))]
AWKWARD = [
    *"[]%;+ ?#/\\&=:@~._-'\"<>{}|^`!$()*,",
    "%2F", "%5b", "..", "é", "ß", "ū", "中", "\U0001f642", "\u0000", "\u200d", "e\u0301", "a", "7",
]  # fmt: skip
BASES = [
    "https://wallet.paysera.com",
    "https://wallet.paysera.com/base;v=1",
    "HTTPS://Wallet.Paysera.COM",
    "https://wallet.paysera.com:8443",
    "http://127.0.0.1:38575",
    "http://localhost",
    "http://[::1]:8080",
]


# -- the verifier ----------------------------------------------------------------------------------


@frozen(kw_only=True)
class Sent:
    """A request as a server has it on the wire: texts are bytes."""

    header: bytes
    method: bytes
    target: bytes
    host: bytes
    body: bytes
    secure: bool


class Refused(Exception):
    """The request is not signed as the protocol asks."""


def quoted(header: bytes) -> dict[bytes, bytes]:
    """The values of a header, byte by byte: a name, an equals sign, a quoted string, a comma."""
    if not header.startswith(b"MAC "):
        raise Refused("scheme")
    found: dict[bytes, bytes] = {}
    at = len(b"MAC ")
    while True:
        equals = header.find(b'="', at)
        closing = header.find(b'"', equals + 2)
        if equals < 0 or closing < 0:
            raise Refused("quotes")
        name, value = header[at:equals], header[equals + 2 : closing]
        if name not in (b"id", b"ts", b"nonce", b"mac", b"ext") or name in found:
            raise Refused("name")
        if value.translate(None, PRINTABLE):
            raise Refused("character")
        found[name] = value
        at = closing + 1
        if at == len(header):
            return found
        if header[at : at + 2] != b", ":
            raise Refused("separator")
        at += 2


def body_hashes(ext: bytes) -> list[bytes]:
    pairs = [pair.partition(b"=") for pair in ext.split(b"&") if pair]
    return [unquote_to_bytes(value) for name, _, value in pairs if name == b"body_hash"]


def accept(sent: Sent) -> dict[bytes, bytes]:
    """The values of the header, if they sign this very request; raises `Refused` if not."""
    given = quoted(sent.header)
    if given.get(b"id") != CLIENT_ID.encode() or not given.get(b"ts", b"").isdigit():
        raise Refused("who or when")
    # an IPv6 address has colons, and brackets around them
    name, colon, port = sent.host.rpartition(b":")
    if not colon or port.endswith(b"]"):
        name, port = sent.host, b"443" if sent.secure else b"80"
    if not port.isdigit() or not sent.method.isupper():
        raise Refused("line")
    ext = given.get(b"ext", b"")
    signed = b"".join(
        part + b"\n"
        for part in (given[b"ts"], given.get(b"nonce", b""), sent.method, sent.target,
                     name.lower(), port, ext)
    )  # fmt: skip
    digest = hmac.new(MAC_KEY.encode(), signed, "sha256").digest()
    if given.get(b"mac") != base64.b64encode(digest):
        raise Refused("mac")
    wanted = [base64.b64encode(hashlib.sha256(sent.body).digest())] if sent.body else []
    if body_hashes(ext) != wanted:
        raise Refused("body")
    return given


def accepted(sent: Sent) -> bool:
    try:
        accept(sent)
    except Refused:
        return False
    return True


# -- the requests ----------------------------------------------------------------------------------


def text(rng: random.Random, most: int) -> str:
    return "".join(rng.choices(AWKWARD, k=rng.randint(1, most)))


def setting(rng: random.Random) -> str:
    """An awkward text that a setting may have: printable, without blanks around it."""
    return "".join(char for char in text(rng, 4) if char.isprintable()).strip() or "p"


def body(rng: random.Random) -> bytes:
    kind = rng.randrange(4)
    if kind == 0:
        return b""
    if kind == 1:
        return rng.randbytes(rng.randint(1, 40))
    if kind == 2:
        return text(rng, 12).encode()
    return b'{"code":"' + text(rng, 4).encode("ascii", "backslashreplace") + b'"}'


def asked(rng: random.Random) -> Request:
    segments = [text(rng, 5) for _ in range(rng.randint(1, 4))]
    segments = ["me" if segment in (".", "..") else segment for segment in segments]
    query = [(text(rng, 3), text(rng, 5)) for _ in range(rng.randrange(3))]
    if rng.randrange(5) == 0:
        query.append(("person_code[lt]", "31001010000"))
    method = rng.choice(["GET", "POST", "PUT", "DELETE"])
    return Request(
        method=method, url=url(rng.choice(BASES), *segments, query=query), body=body(rng)
    )


def signed(rng: random.Random, request: Request) -> tuple[Sent, str]:
    """The request as the adapter signs it, on the wire; and its nonce."""
    adapter = Paysera(
        client_id=CLIENT_ID,
        mac_key=Secret(MAC_KEY),
        project_id=setting(rng) if rng.randrange(3) == 0 else None,
        location_id=setting(rng) if rng.randrange(3) == 0 else None,
    )
    nonce = "".join(rng.choices(LEGAL, k=rng.randint(1, 40)))
    now = datetime.fromtimestamp(rng.randrange(1, 1 << 33), UTC)
    header = adapter.sign(request, Proof(now=now, nonce=nonce)).headers["Authorization"]
    return on_the_wire(request, header), nonce


def on_the_wire(request: Request, header: str) -> Sent:
    scheme, _, rest = request.url.partition("://")
    host, slash, target = rest.partition("/")
    return Sent(
        header=header.encode("ascii"),
        method=request.method.encode(),
        target=(slash + target).encode("ascii"),
        host=host.encode("ascii"),
        body=request.body,
        secure=scheme == "https",
    )


@pytest.fixture(scope="module")
def made() -> list[tuple[Request, Sent, str]]:
    rng = random.Random("paysera")
    requests = [asked(rng) for _ in range(COUNT)]
    return [(request, *signed(rng, request)) for request in requests]


def with_part(sent: Sent, part: str, value: bytes) -> Sent:
    given: dict[str, Any] = {part: value}
    return evolve(sent, **given)


def changed(sent: Sent, part: str, at: int, byte: int) -> Sent:
    before: bytes = getattr(sent, part)
    return with_part(sent, part, before[:at] + bytes([byte]) + before[at + 1 :])


def another(rng: random.Random, sent: Sent, part: str, at: int) -> int:
    """Another byte for this place. The case of a host means nothing (RFC 9110, 4.2.3)."""
    before: bytes = getattr(sent, part)
    same = {before[at], ord(before[at : at + 1].swapcase())} if part == "host" else {before[at]}
    while (byte := rng.randrange(256)) in same:
        continue
    return byte


PARTS = ("header", "method", "target", "host", "body")


def each_byte(rng: random.Random, sent: Sent) -> Iterator[Sent]:
    for part in PARTS:
        for at in range(len(getattr(sent, part))):
            yield changed(sent, part, at, another(rng, sent, part, at))


# -- what they show --------------------------------------------------------------------------------

Made = list[tuple[Request, Sent, str]]


def test_every_request_is_accepted_with_the_nonce_that_it_was_given(made: Made) -> None:
    assert len(made) == COUNT
    for request, sent, nonce in made:
        assert accept(sent)[b"nonce"] == nonce.encode(), request


def test_the_requests_are_as_awkward_as_they_are_meant_to_be(made: Made) -> None:
    nonces = "".join(nonce for _, _, nonce in made)
    targets = b"".join(sent.target for _, sent, _ in made)

    assert set(nonces) == set(LEGAL)
    assert any(nonce.endswith(" ") for _, _, nonce in made)
    for piece in (b"%5B", b"person_code%5Blt%5D", b"%2F", b"%252F", b"%F0%9F%99%82", b"%00"):
        assert piece in targets
    assert {len(sent.body) > 0 for _, sent, _ in made} == {True, False}
    assert any(not sent.body.isascii() for _, sent, _ in made)
    assert any(b"project_id=" in sent.header for _, sent, _ in made)


def test_no_two_requests_have_one_signature(made: Made) -> None:
    macs = {accept(sent)[b"mac"] for _, sent, _ in made}

    assert len(macs) == COUNT


def test_one_changed_byte_in_any_part_of_any_request_is_refused(made: Made) -> None:
    rng = random.Random("changes")

    for _, sent, _ in made:
        for part in PARTS:
            if length := len(getattr(sent, part)):
                at = rng.randrange(length)
                other = changed(sent, part, at, another(rng, sent, part, at))
                assert not accepted(other), (part, at)


@pytest.mark.parametrize("first", range(0, EVERY_BYTE, LOT))
def test_each_single_byte_change_of_a_request_is_refused(made: Made, first: int) -> None:
    rng = random.Random(f"every byte from {first}")

    count = 0
    for _, sent, _ in made[first : first + LOT]:
        for other in each_byte(rng, sent):
            count += 1
            assert not accepted(other), (sent, other)

    assert count > 200 * LOT


def test_a_byte_that_is_added_or_taken_away_is_refused(made: Made) -> None:
    for _, sent, _ in made[:1000]:
        for part in ("target", "body", "host", "header"):
            before: bytes = getattr(sent, part)
            assert not accepted(with_part(sent, part, before + b"7"))
            if before:
                assert not accepted(with_part(sent, part, before[:-1]))


def test_oauthlib_signs_the_requests_without_a_body_the_same(made: Made) -> None:
    """A third opinion, where it can have one: it knows no body hash and no IPv6 address."""
    compared = 0
    for request, sent, _ in made:
        if request.body or b"ext=" in sent.header or b"[" in sent.host:
            continue
        if compared == 500:
            break
        compared += 1
        theirs = prepare_mac_header(
            CLIENT_ID, request.url, MAC_KEY, request.method, hash_algorithm="hmac-sha-256", draft=1
        )["Authorization"]
        # an empty ext is as good as none
        assert accepted(on_the_wire(request, theirs.replace(', ext=""', ""))), request.url

    assert compared == 500


def test_a_host_in_another_case_is_the_same_host(made: Made) -> None:
    sent = next(sent for _, sent, _ in made if sent.host == b"wallet.paysera.com")

    assert accepted(evolve(sent, host=b"WALLET.paysera.com"))
