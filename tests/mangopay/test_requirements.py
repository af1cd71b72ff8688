"""What MangoPay asks of a user: an enrolment, what unblocks the user, a renewal."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from onboarding import (
    CapabilityName,
    DocumentPurpose,
    Gateway,
    RefusalReason,
    UserRecord,
    missing,
    questionnaire,
)
from onboarding.requirements import Actor, RequirementKind, RequirementOrigin, RequirementStatus
from onboarding.spi import CapabilityState, Response
from tests.mangopay.people import OWNER, PAYER
from tests.mangopay.stage import Stage

from onboarding_mangopay import MangoPay
from onboarding_mangopay.wire.requirements import NOTICE, enrolments, renewals, unblocking

NATURAL: dict[str, Any] = {"PersonType": "NATURAL"}
LEGAL: dict[str, Any] = {"PersonType": "LEGAL", "LegalPersonType": "BUSINESS"}
PARTNERS: dict[str, Any] = {"PersonType": "LEGAL", "LegalPersonType": "PARTNERSHIP"}

MISSING, UPCOMING = RequirementStatus.MISSING, RequirementStatus.UPCOMING


def names(record: UserRecord) -> list[str]:
    return [one.name for one in record.requirements]


# -- an enrolment ----------------------------------------------------------------------------------


def test_an_owner_who_must_enrol_is_asked_to_open_a_link(fr: Gateway[MangoPay]) -> None:
    (one,) = fr.create_user(OWNER).requirements

    (option,) = one.options
    assert (one.name, one.status, one.actors) == ("enrolment", MISSING, (Actor.USER,))
    assert option.kind is RequirementKind.LINK
    assert set(one.blocks) == {"send_transfers", "receive_transfers", "pay_out"}
    assert one.origin is RequirementOrigin.PROVIDER


def test_the_enrolment_ends_with_the_status(fr: Gateway[MangoPay], stage: Stage) -> None:
    user = fr.create_user(OWNER)
    stage.sim.activate(user.id)

    assert fr.fetch_user(user.id).requirements == ()
    assert fr.create_user(PAYER).requirements == ()


@pytest.mark.parametrize(
    ("category", "status"),
    [("OWNER", "ACTIVE"), ("PAYER", "PENDING_USER_ACTION"), ("OWNER", "FROZEN"), (None, None)],
)
def test_no_enrolment_is_asked_for_otherwise(category: str | None, status: str | None) -> None:
    assert enrolments({"UserCategory": category, "UserStatus": status}) == ()


# -- blocks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "shown", "expected"),
    [
        ("008705", NATURAL, ["documents.identity"]),
        ("008705", LEGAL, ["documents.representative_identity"]),
        ("008710", NATURAL, ["pep_declaration"]),
        ("008711", NATURAL, ["documents.identity"]),
        ("008711", LEGAL, ["documents.representative_identity", "documents.registration"]),
        ("008711", PARTNERS, ["documents.partner_identity", "documents.registration"]),
        ("008712", LEGAL, ["company.legal_person_type"]),
        ("008714", NATURAL, ["documents.address"]),
        ("008715", NATURAL, ["kyc_regular"]),
        ("008701", NATURAL, ["no_block"]),
        ("008704", NATURAL, ["no_block"]),
        ("008799", NATURAL, ["no_block"]),
        ("", NATURAL, ["no_block"]),
    ],
)
def test_an_action_code_names_what_unblocks_the_user(
    code: str, shown: dict[str, Any], expected: list[str]
) -> None:
    found = unblocking(shown, inflows=False, outflows=True, code=code)

    assert [one.name for one in found] == expected
    assert {one.status for one in found} == {MISSING}
    assert {one.refusal.provider_code if one.refusal else "" for one in found} == {code}


def test_a_suspected_document_is_a_falsified_one() -> None:
    reasons = {
        code: one.refusal.reason
        for code in ("008705", "008711")
        for one in unblocking(NATURAL, inflows=True, outflows=False, code=code)
        if one.refusal is not None
    }

    assert reasons == {"008705": RefusalReason.FALSIFIED, "008711": RefusalReason.OTHER}


def test_a_block_stops_what_its_direction_moves() -> None:
    def stops(*, inflows: bool, outflows: bool, code: str = "008703") -> set[str]:
        (one,) = unblocking(NATURAL, inflows=inflows, outflows=outflows, code=code)
        return set(one.blocks)

    assert stops(inflows=True, outflows=False) == {"send_transfers", "receive_transfers"}
    assert "pay_out" in stops(inflows=False, outflows=True)
    assert stops(inflows=False, outflows=False) == set()
    assert unblocking(NATURAL, inflows=False, outflows=False, code="") == ()


def test_a_blocked_user_is_asked_for_what_the_code_names(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    user = fr.create_user(OWNER)
    stage.sim.activate(user.id)
    stage.sim.set_kyc_level(user.id, "REGULAR")
    stage.sim.block(user.id, inflows=False, code="008711")

    record = fr.fetch_capabilities(user)

    (proof,) = (one for one in missing(record, PAYOUTS).missing if one.name != "recipient")
    assert (proof.name, proof.origin) == ("documents.identity", RequirementOrigin.PROVIDER)
    assert [one.purpose for one in questionnaire(record, [PAYOUTS])] == [DocumentPurpose.IDENTITY]
    (able,) = (one for one in record.capabilities if one.name is CapabilityName.PAY_OUT)
    assert able.blocked_by == ("documents.identity",)


@pytest.mark.parametrize("scope", [None, {}, {"Inflows": "PARTLY", "Outflows": None}])
def test_a_scope_that_is_not_told_makes_no_user_able(
    fr: Gateway[MangoPay], stage: Stage, scope: Any
) -> None:
    user = fr.create_user(OWNER)
    stage.sim.activate(user.id)
    stage.sim.set_kyc_level(user.id, "REGULAR")
    shown = json.dumps(fr.fetch_user(user.id).raw).encode()
    told = json.dumps({"ActionCode": "", "ScopeBlocked": scope, "Id": user.id}).encode()

    flow = fr.adapter.fetch_capabilities(user)
    next(flow)
    flow.send(Response(status=200, body=shown))
    with pytest.raises(StopIteration) as done:
        flow.send(Response(status=200, body=told))

    found: UserRecord = done.value.value
    assert {one.state for one in found.capabilities} == {CapabilityState.UNKNOWN}


# -- a renewal -------------------------------------------------------------------------------------

DUE = date(2027, 3, 1)
DEADLINE = datetime(2027, 3, 1, tzinfo=UTC)
MOMENT = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("now", "status", "past_due"),
    [
        (DEADLINE - NOTICE - MOMENT, UPCOMING, False),
        (DEADLINE - NOTICE, MISSING, False),
        (DEADLINE - MOMENT, MISSING, False),
        (DEADLINE, MISSING, True),
    ],
)
def test_a_renewal_is_asked_for_from_the_days_of_notice(
    now: datetime, status: RequirementStatus, past_due: bool
) -> None:
    (one,) = renewals(DUE, now)

    assert (one.deadline, one.status, one.past_due) == (DEADLINE, status, past_due)
    assert one.blocks == ("pay_out",)
    assert renewals(None, now) == ()


def test_a_user_to_be_renewed_is_not_ready_for_payouts(fr: Gateway[MangoPay], stage: Stage) -> None:
    user = fr.create_user(OWNER)
    stage.sim.activate(user.id)
    stage.sim.set_kyc_level(user.id, "REGULAR")

    def asked(days: int) -> tuple[RequirementStatus, list[str]]:
        assert user.retrieved_at is not None
        due = (user.retrieved_at + timedelta(days=days)).date()
        stage.sim.require_renewal(user.id, due.isoformat())
        record = fr.fetch_capabilities(user)
        (one,) = record.requirements
        return one.status, [one.name for one in missing(record, PAYOUTS).missing]

    assert asked(200) == (UPCOMING, ["recipient"])
    assert asked(30) == (MISSING, ["recipient", "kyc_renewal"])


# -- a record --------------------------------------------------------------------------------------

PAYOUTS = MangoPay.targets["payouts"]


def test_requirements_survive_storage(fr: Gateway[MangoPay], stage: Stage) -> None:
    user = fr.create_user(OWNER)
    stage.sim.block(user.id, inflows=True, code="008705")

    record = fr.fetch_capabilities(user)

    assert names(record) == ["enrolment", "documents.identity"]
    assert UserRecord.from_json(record.to_json()).requirements == record.requirements
