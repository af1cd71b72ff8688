"""Hosted identity verification: started, completed on the page, read: over a socket."""

from __future__ import annotations

from datetime import timedelta

import pytest
from onboarding import (
    Forbidden,
    Gateway,
    InvalidInput,
    KYCLevel,
    NextActionKind,
    Rejected,
    Secret,
    UnexpectedResponse,
)
from onboarding.spi import Response

from onboarding_mangopay import MangoPay

from .people import OWNER, PAYER
from .stage import Stage

BACK = "https://shop.example/verified"
PAPER = MangoPay(client_id="acme", api_key=Secret("key"), name="fr")


def test_a_session_sends_the_user_to_a_page_that_lives_a_week(fr: Gateway[MangoPay]) -> None:
    user = fr.create_user(OWNER)

    session = fr.run(fr.adapter.verify_identity(user.id, BACK, tag="first"))

    assert (session.user_id, session.provider_status) == (user.id, "PENDING")
    action = session.next_action
    assert action is not None
    assert (action.kind, action.user_id) == (NextActionKind.REDIRECT, user.id)
    assert action.url is not None
    assert action.issued_at is not None
    assert action.expires_at == action.issued_at + timedelta(days=7)


def test_a_completed_session_makes_the_user_regular_and_shows_its_checks(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    user = fr.create_user(OWNER)
    session = fr.run(fr.adapter.verify_identity(user.id, BACK))

    stage.sim.complete_verification(session.id, "VALIDATED", {"FirstName": "Alexandra"})

    seen = fr.run(fr.adapter.fetch_verification(session.id))
    verified = fr.fetch_user(user.id)
    assert (seen.provider_status, seen.next_action, seen.user_id) == ("VALIDATED", None, user.id)
    assert [(check.type, check.provider_status) for check in seen.checks] == [
        ("IDENTITY_DOCUMENT_VERIFICATION", "VALIDATED")
    ]
    assert verified.kyc_level is KYCLevel.REGULAR
    assert verified.user.identity is not None
    assert verified.user.identity.given_name == "Alexandra"


def test_a_refused_session_says_why(fr: Gateway[MangoPay], stage: Stage) -> None:
    user = fr.create_user(OWNER)
    session = fr.run(fr.adapter.verify_identity(user.id, BACK))

    stage.sim.complete_verification(
        session.id, "REFUSED", reasons=[{"Type": "DOCUMENT_EXPIRED", "Value": "Alex, expired"}]
    )

    seen = fr.run(fr.adapter.fetch_verification(session.id))
    assert [check.reasons for check in seen.checks] == [("DOCUMENT_EXPIRED",)]
    assert "Alex" not in f"{seen!r}"


def test_the_sessions_of_a_user_are_listed(fr: Gateway[MangoPay]) -> None:
    user = fr.create_user(OWNER)
    made = [fr.run(fr.adapter.verify_identity(user.id, BACK)).id for _ in range(2)]

    listed = list(fr.each(lambda page: fr.adapter.list_verifications(user.id, page)))

    assert [session.id for session in listed] == made
    assert {session.user_id for session in listed} == {user.id}


def test_the_same_key_starts_one_session(fr: Gateway[MangoPay]) -> None:
    user = fr.create_user(OWNER)

    made = {
        fr.run(fr.adapter.verify_identity(user.id, BACK, idempotency_key="k")).id for _ in range(2)
    }

    assert len(made) == 1


def test_a_payer_is_not_verified(fr: Gateway[MangoPay]) -> None:
    user = fr.create_user(PAYER)

    with pytest.raises(Rejected, match="invalid_action"):
        fr.run(fr.adapter.verify_identity(user.id, BACK))


def test_a_platform_without_the_feature_is_told_so(fr: Gateway[MangoPay], stage: Stage) -> None:
    user = fr.create_user(OWNER)
    stage.sim.hosted_verification = False

    with pytest.raises(Forbidden) as raised:
        fr.run(fr.adapter.verify_identity(user.id, BACK))

    assert raised.value.request_id is not None


def test_a_return_url_that_is_too_long_is_refused_before_sending() -> None:
    flow = PAPER.verify_identity("user_m_1", "https://shop.example/" + "x" * 500)

    with pytest.raises(InvalidInput, match="return_url"):
        next(flow)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"<html>"])
def test_a_session_without_an_id_is_an_unexpected_response(body: bytes) -> None:
    flow = PAPER.fetch_verification("idnver_1")
    next(flow)

    with pytest.raises(UnexpectedResponse):
        flow.send(Response(status=200, body=body))
