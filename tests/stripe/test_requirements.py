"""What Stripe's lists say of an account, as requirements of the core."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from onboarding import (
    DocumentPurpose,
    Gateway,
    Person,
    RefusalReason,
    UserRecord,
    missing,
    questionnaire,
)
from onboarding.requirements import (
    Actor,
    Requirement,
    RequirementKind,
    RequirementOrigin,
    RequirementStatus,
)
from onboarding.spi import translation
from tests.simulators.stripe.stage import Stage
from tests.stripe.people import JENNY

from onboarding_stripe import Stripe
from onboarding_stripe.requirements import Naming, requirements
from onboarding_stripe.wire.account import CompanyAccount, IndividualAccount
from onboarding_stripe.wire.person import StripePerson

MISSING, UPCOMING = RequirementStatus.MISSING, RequirementStatus.UPCOMING
CHECKING = RequirementStatus.PROVIDER_DECIDES
AT = 1_800_000_000
DEADLINE = datetime.fromtimestamp(AT, UTC)
PERSON = translation(StripePerson, "stripe", Person)
NATURAL = Naming(translation(IndividualAccount, "stripe"), PERSON, {})
LEGAL = Naming(translation(CompanyAccount, "stripe"), PERSON, {"person_1": "people[ada]"})


def said(
    naming: Naming = NATURAL, future: dict[str, Any] | None = None, **owed: Any
) -> list[Requirement]:
    shown = {"requirements": owed, "future_requirements": future or {}}
    return [*requirements(shown, naming)]


def one_of(path: str, naming: Naming = NATURAL) -> Requirement:
    (found,) = said(naming, currently_due=[path])
    return found


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("individual.first_name", "identity.given_name"),
        ("individual.address.line1", "address.line1"),
        ("individual.dob.day", "identity.birthdate"),
        ("individual.id_number", "identity.national_id.code"),
        ("individual.ssn_last_4", "identity.national_id.code"),
        ("tos_acceptance.date", "terms.accepted"),
        ("tos_acceptance.ip", "terms.ip_address"),
        ("business_profile.mcc", "extras.stripe.mcc"),
    ],
)
def test_a_field_is_named_by_its_core_path(path: str, name: str) -> None:
    found = one_of(path)

    assert (found.name, found.paths, found.wire_path) == (name, (name,), path)
    assert (found.status, found.actors) == (MISSING, (Actor.PLATFORM,))
    assert found.origin is RequirementOrigin.PROVIDER


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("company.name", "company.legal_name"),
        ("company.tax_id", "company.registration_number"),
        ("company.address.postal_code", "company.headquarters.postal_code"),
        ("business_profile.url", "company.website"),
    ],
)
def test_a_field_of_a_company_is_named_by_its_core_path(path: str, name: str) -> None:
    assert one_of(path, LEGAL).paths == (name,)


@pytest.mark.parametrize(
    ("path", "person", "purpose"),
    [
        ("individual.verification.document", "", "IDENTITY"),
        ("individual.verification.document.front", "", "IDENTITY"),
        ("individual.verification.additional_document", "", "ADDRESS"),
        ("company.verification.document", "", "REGISTRATION"),
        ("documents.proof_of_registration.files", "", "REGISTRATION"),
        ("documents.proof_of_ultimate_beneficial_ownership.files", "", "SHAREHOLDERS"),
        ("person_1.verification.document", "people[ada]", "IDENTITY"),
        ("person_2.documents.passport.files", "people[person_2]", "IDENTITY"),
        ("representative.verification.document", "people[representative]", "IDENTITY"),
    ],
)
def test_a_document_is_named_by_what_it_is_to_prove(path: str, person: str, purpose: str) -> None:
    proves = DocumentPurpose[purpose]

    found = one_of(path, LEGAL)

    (option,) = found.options
    assert (option.purpose, option.path, found.subject) == (proves, person, person)
    assert found.name == f"{person}.documents.{proves}".lstrip(".")


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("relationship.owner", "beneficial_owner"),
        ("relationship.director", "director"),
        ("relationship.executive", "executive"),
        ("relationship.representative", "representative"),
        ("company.owners_provided", "beneficial_owner"),
        ("company.directors_provided", "director"),
        ("company.executives_provided", "executive"),
    ],
)
def test_a_person_who_must_exist_is_asked_for_by_role(path: str, role: str) -> None:
    found = one_of(path, LEGAL)

    assert (found.name, found.subject) == (f"people[{role}]", f"people[{role}]")
    assert found.paths == (f"people[{role}].identity.family_name",)


@pytest.mark.parametrize(
    ("path", "actor", "kind"),
    [
        ("external_account", Actor.PLATFORM, RequirementKind.OTHER),
        ("individual.verification.proof_of_liveness", Actor.USER, RequirementKind.LINK),
        ("interv_abc.other.form", Actor.USER, RequirementKind.OTHER),
        ("documents.company_license.files", Actor.PLATFORM, RequirementKind.OTHER),
        ("quantum.flux", Actor.PLATFORM, RequirementKind.OTHER),
    ],
)
def test_what_is_no_field_is_a_step(path: str, actor: Actor, kind: RequirementKind) -> None:
    found = one_of(path)

    (option,) = found.options
    assert (option.actor, option.kind, found.wire_path) == (actor, kind, path)
    assert found.subject == ("bank_account" if path == "external_account" else "")


def test_each_list_has_its_status() -> None:
    found = {
        one.name: (one.status, one.past_due, one.deadline)
        for one in said(
            currently_due=["individual.email", "individual.phone"],
            past_due=["individual.phone"],
            eventually_due=["individual.email", "individual.phone", "individual.id_number"],
            pending_verification=["individual.verification.document", "individual.email"],
            current_deadline=AT,
            future={
                "currently_due": ["individual.gender"],
                "eventually_due": ["individual.gender", "individual.address.city"],
                "current_deadline": AT + 1,
            },
        )
    }

    assert found == {
        "email": (MISSING, False, DEADLINE),
        "phone": (MISSING, True, None),
        "documents.proof_of_identity": (CHECKING, False, None),
        "identity.national_id.code": (UPCOMING, False, None),
        "identity.gender": (MISSING, False, datetime.fromtimestamp(AT + 1, UTC)),
        "address.city": (UPCOMING, False, None),
    }


def test_a_future_requirement_without_a_date_is_upcoming() -> None:
    (found,) = said(future={"currently_due": ["individual.email"], "current_deadline": None})

    assert (found.status, found.deadline) == (UPCOMING, None)


def test_the_parts_of_a_date_are_one_requirement() -> None:
    (found,) = said(currently_due=["individual.dob.year", "individual.dob.day"])

    assert found.wire_path == "individual.dob.day, individual.dob.year"


def test_an_error_is_a_refusal() -> None:
    path = "individual.verification.document"
    errors = [
        {"requirement": path, "code": "verification_document_expired", "reason": "It expired."},
        {"requirement": path, "code": "verification_document_name_mismatch", "reason": "No."},
        {"requirement": "individual.dob.day", "code": "invalid_dob_age_under_18", "reason": "No."},
        {"requirement": "individual.email", "code": "a_new_code", "reason": None},
    ]

    found = {one.name: one for one in said(currently_due=[path], errors=errors)}

    proof = found["documents.proof_of_identity"].refusal
    assert proof is not None
    assert (proof.reason, proof.text) == (RefusalReason.EXPIRED, "It expired.")
    assert proof.provider_code == "verification_document_expired"
    assert proof.flags == ("verification_document_name_mismatch",)
    refusals = [found[name].refusal for name in ("identity.birthdate", "email")]
    assert [one and one.reason for one in refusals] == [RefusalReason.UNDERAGE, RefusalReason.OTHER]
    assert {one.status for one in found.values()} == {MISSING}


def test_a_choice_is_a_requirement_for_each_of_its_pairs() -> None:
    """`a` and `b`, or else `c` and `d`."""
    due = ["individual.email", "individual.phone"]
    instead = ["individual.gender", "individual.id_number"]
    choice = {"original_fields_due": due, "alternative_fields_due": instead}

    found = said(currently_due=due, alternatives=[choice])

    assert [one.name for one in found] == [
        "email or identity.gender",
        "email or identity.national_id.code",
        "phone or identity.gender",
        "phone or identity.national_id.code",
    ]
    assert found[0].paths == ("email", "identity.gender")


@pytest.mark.parametrize(
    ("word", "name", "status"),
    [
        ("rejected.fraud", "no_block", MISSING),
        ("listed", "review", CHECKING),
        ("under_review", "review", CHECKING),
        ("platform_paused", "no_block", MISSING),
        ("action_required.requested_capabilities", "capability", MISSING),
        ("a_new_word", "no_block", MISSING),
        (7, "no_block", MISSING),
    ],
)
def test_a_disabled_account_asks_for_a_step(
    word: object, name: str, status: RequirementStatus
) -> None:
    (found,) = said(disabled_reason=word)

    assert (found.name, found.status, found.blocks) == (name, status, ())
    assert found.refusal is not None
    assert found.refusal.provider_code == str(word)


@pytest.mark.parametrize(
    "word", [None, "requirements.past_due", "requirements.pending_verification"]
)
def test_what_the_lists_say_is_not_asked_for_twice(word: object) -> None:
    assert said(disabled_reason=word) == []


def test_what_stripe_collects_is_answered_on_its_page() -> None:
    shown = {
        "controller": {"requirement_collection": "stripe"},
        "requirements": {"currently_due": ["individual.email", "external_account"]},
    }

    found = requirements(shown, NATURAL)

    assert {one.name for one in found} == {"email", "bank_account"}
    assert {it.kind for one in found for it in one.options} == {RequirementKind.LINK}


@pytest.mark.parametrize(
    "owed",
    [
        None,
        [],
        {"currently_due": None, "errors": None, "alternatives": None, "current_deadline": "soon"},
        {"currently_due": [7, None, ""], "errors": [None, {"code": 1}], "alternatives": [3]},
    ],
)
def test_no_answer_breaks_the_reading(owed: Any) -> None:
    assert requirements({"requirements": owed, "future_requirements": owed}, NATURAL) == ()


def stage_time(stage: Stage, days: int) -> datetime:
    return datetime.fromtimestamp(stage.clock() + days * 86_400, UTC)


# -- a record --------------------------------------------------------------------------------------


def test_a_record_has_what_is_due_and_survives_storage(gateway: Gateway[Stripe]) -> None:
    record = gateway.create_user(JENNY)

    assert {one.name: one.status for one in record.requirements} == {
        "bank_account": MISSING,
        "terms.accepted": MISSING,
        "terms.ip_address": MISSING,
        "identity.national_id.code": CHECKING,
    }
    assert UserRecord.from_json(record.to_json()).requirements == record.requirements


def test_what_a_requirement_stops_is_known_by_the_capabilities(
    stage: Stage, gateway: Gateway[Stripe]
) -> None:
    record = gateway.create_user(JENNY.replace(extras={}))

    fresh = gateway.fetch_capabilities(record)

    stops = {one.name: set(one.blocks) for one in fresh.requirements}
    assert {name for one in record.requirements for name in one.blocks} == set()
    assert stops["extras.stripe.mcc"] == {"accept_payments", "pay_out"}
    assert stops["bank_account"] == {"accept_payments", "receive_transfers", "pay_out"}
    transfers = missing(fresh, Stripe.targets["receive_transfers"])
    assert "extras.stripe.mcc" not in {one.name for one in transfers.missing}


def test_a_form_asks_for_what_is_still_due(stage: Stage, gateway: Gateway[Stripe]) -> None:
    record = gateway.create_user(JENNY.replace(phone=None))
    stage.sim.demand(record.id, "individual.verification.document", 10)

    fresh = gateway.fetch_capabilities(record)
    form = questionnaire(fresh, [Stripe.targets["accept_payments"]])

    assert {one.name for one in form} == {
        "phone",
        "documents.proof_of_identity",
        "terms.accepted",
        "terms.accepted_at",
        "terms.ip_address",
    }
    proof = next(one for one in form if one.purpose is not None)
    assert proof.deadline == stage_time(stage, 10)
    assert {"phone", "terms"} <= form.json_schema()["properties"].keys()
    assert {one.name for one in form.steps} >= {"bank_account"}
