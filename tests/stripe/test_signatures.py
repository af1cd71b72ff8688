"""`Stripe-Signature`: checked byte by byte, in agreement with the official client."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st
from onboarding import InvalidInput, InvalidSignature, Secret

from onboarding_simulators.stripe.sending import signature as simulated
from onboarding_stripe.signatures import check_signature

SECRET = "whsec_test_secret"
OLD, NEW = Secret("whsec_old"), Secret("whsec_new")
T = 1_700_000_000
AT = datetime.fromtimestamp(T, UTC)
BODY = (
    b'{"id":"evt_1","object":"event","type":"account.updated","account":"acct_1",'
    b'"data":{"object":{"id":"acct_1","object":"account","payouts_enabled":true}}}'
)
V1 = "08988b70a1fddd649d1844dbc31cddc0d1836be95f1d1e48b6323de84a77fe66"
HEADER = f"t={T},v1={V1}"
V0 = "0" * 64


def accepts(
    header: str, body: bytes = BODY, *secrets: Secret, at: datetime = AT, tolerance: int = 300
) -> bool:
    try:
        check_signature(header, body, secrets or (Secret(SECRET),), at, tolerance=tolerance)
    except InvalidSignature:
        return False
    return True


def digest(body: bytes, secret: Secret, at: int = T) -> str:
    return hmac.new(secret.reveal().encode(), b"%d." % at + body, hashlib.sha256).hexdigest()


def test_the_worked_vector_is_accepted() -> None:
    assert len(BODY) == 151
    assert accepts(HEADER)


def test_every_change_of_one_byte_of_a_body_is_refused() -> None:
    for index, old in enumerate(BODY):
        for new in range(256):
            changed = BODY[:index] + bytes([new]) + BODY[index + 1 :]
            assert accepts(HEADER, changed) == (new == old), (index, new)


def test_a_byte_more_or_less_anywhere_is_refused() -> None:
    for index in range(len(BODY) + 1):
        assert index == len(BODY) or not accepts(HEADER, BODY[:index] + BODY[index + 1 :]), index
        for new in range(256):
            assert not accepts(HEADER, BODY[:index] + bytes([new]) + BODY[index:]), (index, new)


def test_every_change_of_one_character_of_a_header_is_refused() -> None:
    """Of the time, of the signature and of what is around them."""
    for index, old in enumerate(HEADER):
        for new in map(chr, range(256)):
            changed = HEADER[:index] + new + HEADER[index + 1 :]
            assert accepts(changed) == (new == old), (index, new)


def test_a_character_more_or_less_anywhere_in_a_header_is_refused() -> None:
    for index in range(len(HEADER) + 1):
        assert index == len(HEADER) or not accepts(HEADER[:index] + HEADER[index + 1 :]), index
        for new in map(chr, range(256)):
            assert not accepts(HEADER[:index] + new + HEADER[index:]), (index, new)


@given(st.binary(max_size=300), st.text(min_size=1, max_size=40), st.integers(1, 2**33), st.data())
def test_what_is_signed_is_accepted_and_any_other_body_is_not(
    body: bytes, text: str, at: int, data: st.DataObject
) -> None:
    secret = Secret("whsec_" + re.sub("[\ud800-\udfff]", "", text))
    header, now = simulated(body, [secret.reveal()], at), datetime.fromtimestamp(at, UTC)

    assert accepts(header, body, secret, at=now)
    other = data.draw(st.binary(max_size=300).filter(lambda found: found != body))
    assert not accepts(header, other, secret, at=now)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=9))
def test_signatures_of_the_official_client_are_accepted(value: object) -> None:
    text = json.dumps({"id": "evt_1", "value": value}, ensure_ascii=False)
    text = re.sub("[\ud800-\udfff]", "", text)

    header = stripe.WebhookSignature.generate_signature_header(text, SECRET, T)

    assert accepts(header, text.encode())


def test_the_official_client_accepts_the_signatures_of_the_simulator() -> None:
    header = simulated(BODY, [SECRET], T)

    event = stripe.Webhook.construct_event(BODY, header, SECRET, tolerance=10**10)

    assert event.id == "evt_1"
    assert header == HEADER


def test_any_signature_by_any_secret_is_enough_while_a_secret_is_rotated() -> None:
    both = f"t={T},v1={digest(BODY, OLD)},v1={digest(BODY, NEW)}"
    only_old = f"t={T},v1={digest(BODY, OLD)}"

    assert accepts(both, BODY, OLD)
    assert accepts(both, BODY, NEW)
    assert accepts(only_old, BODY, NEW, OLD)
    assert not accepts(only_old, BODY, NEW)
    assert not accepts(both, BODY, Secret("whsec_"))


@pytest.mark.parametrize("seconds", [-301, -300, 0, 300, 301, 10_000])
def test_a_signature_is_as_old_or_as_new_as_the_tolerance_permits(seconds: int) -> None:
    assert accepts(HEADER, at=AT + timedelta(seconds=seconds)) == (abs(seconds) <= 300)
    assert accepts(HEADER, at=AT + timedelta(seconds=seconds), tolerance=10_000)


@pytest.mark.parametrize(
    "header",
    [
        f"{HEADER},v0={V0}",
        f"v0={V0},v1={V1},t={T}",
        f"t={T},v2=anything+at/all=,v1={V1}",
        f"t={T},v1={V0},v1={V1}",
    ],
)
def test_elements_stand_in_any_order_and_other_schemes_are_ignored(header: str) -> None:
    assert accepts(header)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", "has no header"),
        (V1, "scheme=value"),
        (f"{HEADER},", "scheme=value"),
        (f",{HEADER}", "scheme=value"),
        (f"t={T}, v1={V1}", "scheme=value"),
        (f" {HEADER}", "scheme=value"),
        (f"{HEADER}\n", "scheme=value"),
        (f"t={T},v1 ={V1}", "scheme=value"),
        (f"t={T},V1={V1}", "scheme=value"),
        (f"{HEADER},v0=", "scheme=value"),
        (f"{HEADER},v0=é", "scheme=value"),
        (f"v1={V1}", "exactly one time"),
        (f"t={T},{HEADER}", "exactly one time"),
        (f"t={T},t={T + 1},v1={V1}", "exactly one time"),
        (f"t=+{T},v1={V1}", "exactly one time"),
        (f"t=0{T},v1={V1}", "exactly one time"),
        (f"t=-{T},v1={V1}", "exactly one time"),
        (f"t={T}.0,v1={V1}", "exactly one time"),
        (f"t={'9' * 13},v1={V1}", "exactly one time"),
        (f"t={T}", "no v1"),
        (f"t={T},v0={V1}", "no v1"),
        (f"t={T},v1={V1.upper()}", "no v1"),
        (f"t={T},v1={V1[:-1]}", "no v1"),
        (f"t={T},v1={V1}0", "no v1"),
        (f"t={T},v1={V1},v1=x", "no v1"),
        (f"t={T},v1={V0}", "no webhook secret"),
    ],
)
def test_a_header_of_any_other_form_is_refused_with_a_reason_and_no_value(
    header: str, reason: str
) -> None:
    with pytest.raises(InvalidSignature, match=reason) as raised:
        check_signature(header, BODY, (Secret(SECRET),), AT)

    for value in (V1, V0, str(T), SECRET):
        assert value not in f"{raised.value!r} {raised.value}"


def test_a_time_that_the_signature_does_not_cover_is_refused() -> None:
    assert not accepts(f"t={T + 1},v1={V1}")


def test_an_arrival_without_a_zone_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(InvalidInput, match="received_at"):
        check_signature(HEADER, BODY, (Secret(SECRET),), AT.replace(tzinfo=None))
