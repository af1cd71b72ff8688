"""What an account may do at Stripe, and its levels."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    CapabilityName,
    Gateway,
    IdentificationLevel,
    InvalidInput,
    KYCLevel,
    RefusalReason,
    UserRecord,
)
from onboarding.spi import Capability, CapabilityState
from tests.simulators.stripe.judge import description
from tests.simulators.stripe.stage import Stage
from tests.stripe.people import JENNY

from onboarding_stripe import Stripe
from onboarding_stripe.records import opener_of
from onboarding_stripe.wire.capabilities import capabilities, levels
from onboarding_stripe.wire.vocabulary import CAPABILITIES, LEVELS, STATES, reason_of

SCHEMAS = description()["components"]["schemas"]
ACTIVE, RESTRICTED = CapabilityState.ACTIVE, CapabilityState.RESTRICTED
OPEN: dict[str, Any] = {"individual": {"verification": {"status": "verified"}}}


def states(shown: dict[str, Any]) -> dict[str, CapabilityState]:
    return {one.provider_name: one.state for one in capabilities(shown, ())}


# -- words -----------------------------------------------------------------------------------------


def test_every_published_capability_has_a_row() -> None:
    published = SCHEMAS["account_capabilities"]["properties"]

    assert {*CAPABILITIES} == {*published, "payouts_enabled"}
    paid = {name for name, core in CAPABILITIES.items() if core is CapabilityName.ACCEPT_PAYMENTS}
    assert paid == {name for name in published if name.endswith("_payments")}


def test_every_published_status_has_a_row() -> None:
    published = SCHEMAS["capability"]["properties"]["status"]["enum"]

    assert {word for word in STATES if isinstance(word, str)} == {*published}
    assert all(LEVELS.kyc(word) is KYCLevel.LIGHT for word in published if word != "active")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("verification_document_not_readable", RefusalReason.UNREADABLE),
        ("document_not_readable", RefusalReason.UNREADABLE),
        ("verification_document_missing_back", RefusalReason.INCOMPLETE),
        ("verification_missing_owners", RefusalReason.INCOMPLETE),
        ("verification_document_not_uploaded", RefusalReason.MISSING),
        ("verification_document_type_not_supported", RefusalReason.NOT_ACCEPTED),
        ("verification_document_expired", RefusalReason.EXPIRED),
        ("verification_document_fraudulent", RefusalReason.FALSIFIED),
        ("verification_document_manipulated", RefusalReason.FALSIFIED),
        ("verification_failed_keyed_identity", RefusalReason.DATA_MISMATCH),
        ("failed_keyed_identity", RefusalReason.DATA_MISMATCH),
        ("document_dob_mismatch", RefusalReason.DATA_MISMATCH),
        ("invalid_dob_age_under_18", RefusalReason.UNDERAGE),
        ("invalid_dob_age_over_maximum", RefusalReason.OTHER),
        ("a_new_code", RefusalReason.OTHER),
    ],
)
def test_each_code_has_the_reason_that_it_says(code: str, reason: RefusalReason) -> None:
    assert reason_of(code) is reason


def test_the_codes_of_mismatches_and_of_documents_are_read() -> None:
    published = SCHEMAS["account_requirements_error"]["properties"]["code"]["enum"]

    unread = {code for code in published if reason_of(code) is RefusalReason.OTHER}

    assert {code for code in unread if "match" in code} == set()
    assert {code for code in unread if "document" in code} == {"verification_document_failed_other"}


# -- capabilities ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "state"), STATES.items())
def test_each_word_has_its_state(word: object, state: CapabilityState) -> None:
    assert states({"capabilities": {"transfers": word}}) == {"transfers": state}


@pytest.mark.parametrize("word", ["Active", "paused", "", None, 7, ["active"], {}])
def test_an_unknown_word_makes_nobody_able(word: Any) -> None:
    shown = {"capabilities": {"transfers": word, "warp_drive": "active"}, "payouts_enabled": word}

    found = capabilities(shown, ())

    assert [one.state for one in found if one.provider_name != "warp_drive"] == [
        CapabilityState.UNKNOWN
    ] * 2
    (new,) = (one for one in found if one.provider_name == "warp_drive")
    assert (new.name, new.state) == (None, ACTIVE)


def test_a_rejected_account_has_rejected_capabilities() -> None:
    shown = {
        "capabilities": {"transfers": "inactive"},
        "payouts_enabled": False,
        "requirements": {"disabled_reason": "rejected.fraud"},
    }

    found = capabilities(shown, ())

    assert {(one.state, one.reason) for one in found} == {
        (CapabilityState.REJECTED, "rejected.fraud")
    }


def test_an_account_without_facts_has_no_capabilities() -> None:
    assert capabilities({}, ()) == ()


def by_name(record: UserRecord) -> dict[CapabilityName | None, Capability]:
    return {one.name: one for one in record.capabilities}


def test_a_capability_names_what_stops_it(gateway: Gateway[Stripe]) -> None:
    record = gateway.create_user(JENNY.replace(phone=None))

    found = by_name(gateway.fetch_capabilities(record))

    cards = found[CapabilityName.ACCEPT_PAYMENTS]
    assert (cards.state, cards.provider_state) == (RESTRICTED, "inactive")
    assert {"phone", "bank_account"} <= {*cards.blocked_by}
    assert cards.reason == "requirements.fields_needed"
    assert found[CapabilityName.PAY_OUT].state is RESTRICTED


def test_a_deadline_is_that_of_the_capability(stage: Stage, gateway: Gateway[Stripe]) -> None:
    record = gateway.create_user(JENNY)
    stage.sim.demand(record.id, "individual.verification.document", 10)

    found = by_name(gateway.fetch_user(record.id))

    deadline = found[CapabilityName.RECEIVE_TRANSFERS].deadline
    assert deadline is not None
    assert int(deadline.timestamp()) == stage.clock() + 10 * 86_400


def test_a_capability_is_requested_and_withdrawn(gateway: Gateway[Stripe]) -> None:
    def cards(record: UserRecord) -> list[CapabilityState]:
        return [one.state for one in record.capabilities if one.provider_name == "p24_payments"]

    record = gateway.create_user(JENNY)
    adapter = gateway.adapter

    asked = gateway.run(adapter.request_capability(record, "p24_payments"))
    ended = gateway.run(adapter.request_capability(asked, "p24_payments", requested=False))

    assert (cards(record), cards(asked)) == ([], [RESTRICTED])
    assert cards(ended) == [CapabilityState.NOT_REQUESTED]


def test_a_misspelt_capability_is_not_requested(gateway: Gateway[Stripe]) -> None:
    record = gateway.create_user(JENNY)

    with pytest.raises(InvalidInput, match="card_payments"):
        gateway.run(gateway.adapter.request_capability(record, "card_payment"))


# -- levels ----------------------------------------------------------------------------------------


def told(shown: dict[str, Any], *people: dict[str, Any]) -> tuple[object, object]:
    found = levels(shown, *opener_of(shown, people), LEVELS)
    return found["kyc_level"], found["identification_level"]


HIGH = (KYCLevel.REGULAR, IdentificationLevel.BASIC_IDENTIFIED)
LOW = (KYCLevel.LIGHT, IdentificationLevel.UNIDENTIFIED)


def test_a_verified_person_with_active_capabilities_is_identified() -> None:
    assert told(OPEN | {"capabilities": {"transfers": "active"}}) == HIGH
    assert told(OPEN | {"capabilities": {"transfers": "active", "treasury": "pending"}}) == LOW
    assert told(OPEN) == LOW


@pytest.mark.parametrize("status", ["unverified", "pending"])
def test_active_capabilities_alone_identify_nobody(status: str) -> None:
    person = {"individual": {"verification": {"status": status}}}

    assert told(person | {"capabilities": {"transfers": "active"}}) == LOW


def test_who_is_not_shown_has_no_level() -> None:
    active = {"business_type": "company", "capabilities": {"transfers": "active"}}

    assert told(active) == (None, None)
    assert told(active, {"verification": {"status": "verified"}}) == (None, None)


def test_the_person_who_opened_the_account_of_a_company_counts() -> None:
    ada = {"relationship": {"representative": True}, "verification": {"status": "verified"}}
    bob = {"relationship": {"owner": True}, "verification": {"status": "unverified"}}

    active = {"business_type": "company", "capabilities": {"transfers": "active"}}
    assert told(active, bob, ada) == HIGH


@given(
    st.sampled_from([row.provider_level for row in LEVELS.rows]),
    st.text(min_size=1).filter(lambda word: word not in {it.provider_level for it in LEVELS.rows}),
)
def test_an_unknown_word_bounds(known: str, unknown: str) -> None:
    def shown(person: str, capability: str) -> dict[str, Any]:
        verification = {"verification": {"status": person}}
        return {"individual": verification, "capabilities": {"transfers": capability}}

    assert told(shown(known, unknown)) == told(shown(unknown, known)) == (None, None)


def test_each_level_cites_its_source() -> None:
    assert all("docs: api/" in row.why for row in LEVELS.rows)


def test_a_verified_individual_reaches_its_level(stage: Stage, gateway: Gateway[Stripe]) -> None:
    record = gateway.create_user(JENNY)
    assert (record.kyc_level, record.identification_level) == LOW

    stage.sim.complete_onboarding(record.id)
    stage.wait()

    after = gateway.fetch_user(record.id)
    assert (after.kyc_level, after.identification_level) == HIGH
    assert after.can(CapabilityName.PAY_OUT)
    assert after.requirements == ()
    assert after.provider_levels["individual.verification.status"] == "verified"
