"""The verifier of signatures obeys the documents that it cites."""

from __future__ import annotations

from typing import Any

import pytest
from oauthlib.oauth2.rfc6749.tokens import (  # type: ignore[import-untyped]  # has no stubs
    prepare_mac_header,
)

from onboarding_simulators.paysera import MacError, verify

from .api import CLIENT_ID, MAC_KEY, NONCE, NOW
from .vectors import VECTOR, Vector, each_vector


@each_vector
def test_a_documented_signature_is_genuine(vector: Vector) -> None:
    header = vector.verify()

    assert (header.id, header.ts, header.nonce) == (CLIENT_ID, str(vector.ts), vector.nonce)


@each_vector
@pytest.mark.parametrize("part", ["key", "method", "target", "host", "port", "body"])
def test_a_documented_signature_is_refused_for_another_request(vector: Vector, part: str) -> None:
    others: dict[str, Any] = {
        "key": MAC_KEY.swapcase(),
        "method": "PATCH",
        "target": vector.target + "?",
        "host": "wallet-sandbox.paysera.com",
        "port": 444,
        "body": vector.body + b" ",
    }

    with pytest.raises(MacError):
        vector.verify(**{part: others[part]})


def test_raw_and_encoded_brackets_are_signed_differently() -> None:
    with pytest.raises(MacError):
        VECTOR["R4"].verify(target=VECTOR["R5"].target)


@pytest.mark.parametrize("target", ["/rest/v1/user/221", "/rest/v1/user?email=a%40b.lt"])
def test_oauthlib_and_the_verifier_agree_where_both_know_the_protocol(target: str) -> None:
    headers = prepare_mac_header(
        CLIENT_ID,
        f"http://localhost:8080{target}",
        MAC_KEY,
        "PUT",
        ext="project_id=42",
        hash_algorithm="hmac-sha-256",
        draft=1,
    )

    header = verify(
        headers["Authorization"],
        key=MAC_KEY,
        method="PUT",
        target=target,
        host="localhost",
        port=8080,
        body=b"",
    )

    assert header.ext == "project_id=42"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "MAC",
        "MAC ",
        "Bearer abc",
        f"mac{VECTOR['R1'].header[3:]}",
        VECTOR["R1"].header + ",",
        VECTOR["R1"].header + ", ",
        VECTOR["R1"].header + ', realm="x"',
        VECTOR["R1"].header + f', id="{CLIENT_ID}"',
        VECTOR["R1"].header.replace('"', "'"),
        VECTOR["R1"].header.replace('", ', '"; '),
        VECTOR["R1"].header.replace(f'ts="{NOW}"', 'ts=""'),
        VECTOR["R1"].header.replace(f'ts="{NOW}"', f'ts="{NOW}.0"'),
        VECTOR["R1"].header.replace(f'ts="{NOW}"', f'ts="-{NOW}"'),
        VECTOR["R1"].header.replace(f'nonce="{NONCE}", ', ""),
        VECTOR["R1"].header.replace(NONCE, NONCE + "\\"),
        VECTOR["R1"].header.replace(NONCE, NONCE + "\u0161"),
        VECTOR["R1"].header.replace(NONCE, NONCE + "\t"),
    ],
)
def test_a_malformed_header_is_refused_without_showing_it(header: str) -> None:
    with pytest.raises(MacError) as caught:
        VECTOR["R1"].verify(authorization=header)

    assert CLIENT_ID not in str(caught.value)
    assert NONCE not in str(caught.value)


def test_the_order_of_the_header_does_not_matter() -> None:
    scheme, pairs = VECTOR["R1"].header.split(" ", 1)

    header = VECTOR["R1"].verify(authorization=f"{scheme} " + ",".join(pairs.split(", ")[::-1]))

    assert header.nonce == NONCE
