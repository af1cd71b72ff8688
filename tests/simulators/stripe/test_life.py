"""What an account owes moves as data arrive, checks end and deadlines pass."""

from __future__ import annotations

import io
from typing import Any

import pytest

from .stage import ADDRESS, CUSTOM, JENNY, NOW, PNG, WHOLE, Stage

DAY = 24 * 60 * 60
DOCUMENT = "individual.verification.document"
PASSING = "file_identity_document_success"

# recorded: an individual of the US with nothing given, and one of Germany (its kind is given here)
US_INDIVIDUAL = [
    "business_profile.mcc",
    "business_profile.url",
    "external_account",
    "individual.address.city",
    "individual.address.line1",
    "individual.address.postal_code",
    "individual.address.state",
    "individual.dob.day",
    "individual.dob.month",
    "individual.dob.year",
    "individual.email",
    "individual.first_name",
    "individual.last_name",
    "individual.phone",
    "individual.ssn_last_4",
    "tos_acceptance.date",
    "tos_acceptance.ip",
]
DE_INDIVIDUAL = [
    "business_profile.mcc",
    "business_profile.product_description",
    "business_profile.support_phone",
    "business_profile.url",
    "external_account",
    "individual.address.city",
    "individual.address.line1",
    "individual.address.postal_code",
    "individual.dob.day",
    "individual.dob.month",
    "individual.dob.year",
    "individual.email",
    "individual.first_name",
    "individual.last_name",
    "individual.phone",
    "tos_acceptance.date",
    "tos_acceptance.ip",
]


def of_person(**facts: Any) -> dict[str, Any]:
    return CUSTOM | WHOLE | {"individual": JENNY | facts}


@pytest.mark.parametrize(("country", "recorded"), [("US", US_INDIVIDUAL), ("DE", DE_INDIVIDUAL)])
def test_the_recorded_lists_are_owed(stage: Stage, country: str, recorded: list[str]) -> None:
    account = stage.v1.accounts.create(CUSTOM | {"country": country, "business_type": "individual"})

    assert account.requirements.currently_due == recorded
    assert account.requirements.past_due == recorded


def test_a_value_that_arrives_is_owed_no_longer(stage: Stage) -> None:
    id = stage.v1.accounts.create(CUSTOM | {"business_type": "individual"}).id
    before = set(stage.v1.accounts.retrieve(id).requirements.currently_due)

    changed = stage.v1.accounts.update(id, {"individual": {"first_name": "J", "email": "j@x.io"}})

    gone = before - set(changed.requirements.currently_due)
    assert gone == {"individual.first_name", "individual.email"}


def test_the_number_makes_up_for_its_last_digits(stage: Stage) -> None:
    id = stage.v1.accounts.create(CUSTOM | {"business_type": "individual"}).id

    last = stage.v1.accounts.update(id, {"individual": {"ssn_last_4": "0000"}})
    whole = stage.v1.accounts.update(id, {"individual": {"id_number": "000000000"}})

    assert "individual.ssn_last_4" not in last.requirements.currently_due
    assert "individual.id_number" in last.requirements.eventually_due
    assert "individual.id_number" not in whole.requirements.eventually_due
    assert whole.individual.id_number_provided


# birth date, number or address: the status at once, the status later, the code
MAGIC: dict[str, tuple[dict[str, Any], str, str, str | None]] = {
    "matches": ({}, "pending", "verified", None),
    "matches at once": (
        {"dob": {"day": 1, "month": 1, "year": 1902}},
        "verified",
        "verified",
        None,
    ),
    "another birth date": (
        {"dob": {"day": 2, "month": 3, "year": 1980}},
        "pending",
        "unverified",
        "verification_failed_keyed_identity",
    ),
    "a minor": (
        {"dob": {"day": 16, "month": 1, "year": 2009}},
        "pending",
        "unverified",
        "invalid_dob_age_under_18",
    ),
    "no such address": (
        {"address": ADDRESS | {"line1": "address_no_match"}},
        "pending",
        "unverified",
        "verification_failed_address_match",
    ),
    "another number": (
        {"id_number": "111111111"},
        "pending",
        "unverified",
        "verification_failed_id_number_match",
    ),
    "a number that passes at once": ({"id_number": "222222222"}, "verified", "verified", None),
    "digits that pass at once": (
        {"id_number": "", "ssn_last_4": "2222"},
        "verified",
        "verified",
        None,
    ),
}


@pytest.mark.parametrize("case", MAGIC)
def test_magic_values_of_a_person(stage: Stage, case: str) -> None:
    facts, at_once, later, code = MAGIC[case]

    made = stage.v1.accounts.create(of_person(**facts))
    stage.wait()
    shown = stage.v1.accounts.retrieve(made.id)

    assert made.individual.verification.status == at_once
    assert shown.individual.verification.status == later
    assert [error.code for error in shown.requirements.errors] == ([code] if code else [])
    assert shown.charges_enabled == (later == "verified")


@pytest.mark.parametrize(
    ("tax_id", "due"), [("000000000", []), ("111111111", ["company.tax_id"]), ("222222222", [])]
)
def test_magic_values_of_a_company(stage: Stage, tax_id: str, due: list[str]) -> None:
    id = stage.v1.accounts.create(CUSTOM | {"business_type": "company"}).id
    stage.sim.complete_onboarding(id)
    stage.v1.accounts.update(id, {"company": {"tax_id": tax_id}})
    stage.wait()

    shown = stage.v1.accounts.retrieve(id)

    assert shown.requirements.currently_due == due
    assert shown.charges_enabled == (not due)


def test_a_birth_date_on_a_list_disables_the_account(stage: Stage) -> None:
    account = stage.v1.accounts.create(of_person(dob={"day": 1, "month": 1, "year": 1900}))

    assert account.requirements.disabled_reason == "listed"
    assert not account.charges_enabled


def test_the_passing_file_verifies_whom_the_data_did_not(stage: Stage) -> None:
    id = stage.v1.accounts.create(of_person(address=ADDRESS | {"line1": "address_no_match"})).id
    stage.wait()
    due = stage.v1.accounts.retrieve(id).requirements.currently_due
    document = {"verification": {"document": {"front": PASSING}}}
    waiting = stage.v1.accounts.update(id, {"individual": document})
    stage.wait()

    assert due == [DOCUMENT]
    assert waiting.requirements.pending_verification == [DOCUMENT]
    assert stage.v1.accounts.retrieve(id).individual.verification.status == "verified"


def test_the_desk_ends_checks_when_the_clock_does_not(stage: Stage) -> None:
    stage.open(reviews=False)
    account = stage.v1.accounts.create(of_person())
    stage.wait(DAY)
    waiting = stage.v1.accounts.retrieve(account.id)

    stage.sim.end_check(account.individual.id, "identity", "verification_failed_name_match")
    failed = stage.v1.accounts.retrieve(account.id)

    assert waiting.individual.verification.status == "pending"
    assert failed.requirements.errors[0].code == "verification_failed_name_match"
    with pytest.raises(LookupError):
        stage.sim.end_check(account.individual.id, "document")


def test_a_demand_becomes_past_due_at_its_deadline(stage: Stage) -> None:
    id = stage.v1.accounts.create(of_person()).id
    stage.wait()
    stage.sim.demand(id, DOCUMENT, days=14)
    asked = stage.v1.accounts.retrieve(id)
    stage.wait(15 * DAY)
    late = stage.v1.accounts.retrieve(id)

    assert asked.requirements.currently_due == [DOCUMENT]
    assert asked.requirements.past_due == []
    assert asked.requirements.current_deadline == int(stage.clock()) - 15 * DAY + 14 * DAY
    assert asked.charges_enabled
    assert late.requirements.past_due == [DOCUMENT]
    assert late.requirements.disabled_reason == "requirements.past_due"
    assert late.capabilities.transfers == "inactive"


def test_a_refusal_of_a_demanded_document_restricts_after_the_deadline(stage: Stage) -> None:
    company = CUSTOM | {"business_type": "company", "company": {"tax_id": "000000000"}}
    id = stage.v1.accounts.create(company).id
    stage.sim.complete_onboarding(id)
    stage.wait()
    document = "company.verification.document"
    stage.sim.demand(id, document, days=14)
    shown = {"verification": {"document": {"front": PASSING}}}

    waiting = stage.v1.accounts.update(id, {"company": shown})
    stage.sim.end_check(id, "document", "verification_document_expired")
    refused = stage.v1.accounts.retrieve(id)
    stage.wait(14 * DAY)
    late = stage.v1.accounts.retrieve(id)

    assert waiting.requirements.pending_verification == [document]
    assert refused.requirements.currently_due == [document]
    assert refused.requirements.errors[0].code == "verification_document_expired"
    assert refused.requirements.current_deadline is not None
    assert refused.company.verification.document.details_code == "document_expired"
    assert [it.payouts_enabled for it in (waiting, refused, late)] == [True, True, False]
    assert late.requirements.past_due == [document]


def test_future_requirements_become_current(stage: Stage) -> None:
    path = "individual.political_exposure"
    stage.open(future_requirements=(path,), future_deadline=NOW + 10 * DAY)
    id = stage.v1.accounts.create(of_person()).id
    enforced = stage.v1.accounts.create(of_person(email="j+enforce_future_requirements@x.io"))
    before = stage.v1.accounts.retrieve(id)
    stage.wait(11 * DAY)
    after = stage.v1.accounts.retrieve(id)
    given = stage.v1.accounts.update(id, {"individual": {"political_exposure": "none"}})

    assert before.future_requirements.currently_due == [path]
    assert before.future_requirements.current_deadline == NOW + 10 * DAY
    assert before.requirements.currently_due == []
    assert after.requirements.currently_due == [path]
    assert after.future_requirements.currently_due == []
    assert enforced.requirements.currently_due == [path]
    assert given.requirements.currently_due == []


def test_a_volume_makes_currently_due_what_was_eventually_due(stage: Stage) -> None:
    id = stage.v1.accounts.create(of_person(id_number="", ssn_last_4="0000")).id
    stage.wait()
    stage.sim.reach_threshold(id)

    assert stage.v1.accounts.retrieve(id).requirements.currently_due == ["individual.id_number"]


def test_a_company_needs_its_people(stage: Stage) -> None:
    id = stage.v1.accounts.create(CUSTOM | {"business_type": "company"}).id
    nobody = stage.v1.accounts.retrieve(id).requirements.currently_due
    facts = {"relationship": {"representative": True, "owner": True, "title": "CEO"}}
    ada = stage.v1.accounts.persons.create(id, {"first_name": "Ada"} | facts)
    somebody = stage.v1.accounts.retrieve(id).requirements.currently_due

    assert "representative.first_name" in nobody
    assert {"relationship.owner", "relationship.representative"} <= set(nobody)
    assert f"{ada.id}.last_name" in somebody
    assert f"{ada.id}.first_name" not in somebody
    assert not any(path.startswith(("relationship.", "representative.")) for path in somebody)
    assert "last_name" in ada.requirements.currently_due


def test_an_account_without_requested_capabilities_owes_nothing(stage: Stage) -> None:
    account = stage.v1.accounts.create(CUSTOM | {"capabilities": {}})

    assert account.requirements.currently_due == []
    assert account.requirements.disabled_reason == "action_required.requested_capabilities"


def test_the_desk_fixes_statuses_and_pauses(stage: Stage) -> None:
    id = stage.v1.accounts.create(of_person()).id
    stage.wait()
    stage.sim.set_capability(id, "transfers", "inactive")
    fixed = stage.v1.accounts.retrieve(id)
    stage.sim.set_capability(id, "transfers")
    stage.sim.pause(id)
    paused = stage.v1.accounts.retrieve(id)
    stage.sim.pause(id, None)

    assert fixed.capabilities.transfers == "inactive"
    assert fixed.capabilities.card_payments == "active"
    assert paused.requirements.disabled_reason == "under_review"
    assert not paused.payouts_enabled
    assert stage.v1.accounts.retrieve(id).payouts_enabled


def test_state_survives_a_restart(stage: Stage, tmp_path: Any) -> None:
    stage.open(state=str(tmp_path / "state"))
    id = stage.v1.accounts.create(of_person()).id
    stage.open(state=str(tmp_path / "state"))
    stage.wait()

    assert stage.v1.accounts.retrieve(id).charges_enabled


def test_settings_choose_what_the_documents_leave_open(stage: Stage) -> None:
    stage.open(past_due_at_once=False, accept_uploads=False, strict_birthdates=False)
    empty = stage.v1.accounts.create(CUSTOM)
    other = stage.v1.accounts.create(of_person(dob={"day": 2, "month": 3, "year": 1980}))
    stage.wait()
    matched = stage.v1.accounts.retrieve(other.id)
    file = io.BytesIO(PNG)
    upload = stage.v1.files.create({"purpose": "identity_document", "file": file}).id
    document = {"verification": {"document": {"front": upload}}}
    id = stage.v1.accounts.create(of_person(id_number="111111111", **document)).id
    stage.wait()
    failed = stage.v1.accounts.retrieve(id)

    assert empty.requirements.past_due == []
    assert empty.requirements.disabled_reason == "requirements.past_due"
    assert matched.individual.verification.status == "verified"
    assert failed.individual.verification.document.details_code == "document_failed_test_mode"
    assert failed.requirements.currently_due == [DOCUMENT]


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        ({"individual": {"phone": ""}}, "individual.phone"),
        ({"business_profile": {"url": ""}}, "business_profile.url"),
    ],
)
def test_what_is_cleared_is_owed_again(stage: Stage, sent: dict[str, Any], due: str) -> None:
    id = stage.v1.accounts.create(of_person()).id
    stage.wait()

    cleared = stage.v1.accounts.update(id, sent)

    assert cleared.requirements.currently_due == [due]
    assert not cleared.charges_enabled
