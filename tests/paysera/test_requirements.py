"""What Paysera asks of one user: the codes that it sent, and the receipt of an identification."""

from __future__ import annotations

import pytest
from attrs import evolve
from onboarding import NextAction, NextActionKind, User, UserRecord, missing, questionnaire
from onboarding.requirements import Actor, RequirementOrigin, RequirementStatus

from onboarding_paysera import Paysera
from onboarding_paysera.records import settled

EMAIL, PHONE = "ona@example.com", "+37061234567"
BOTH = User(email=EMAIL, phone=PHONE)
TARGETS = Paysera.targets


def record(given: User, shown: User | None = None, *, identified: bool = False) -> UserRecord:
    """The record of a registration of `given`, of which Paysera shows the confirmed contacts."""
    base = UserRecord(provider="paysera", gateway="lt", id="7", user=shown or User())
    return settled(base, given=given, before=None, identified=identified)


def asked(held: UserRecord) -> list[tuple[str, int, tuple[Actor, ...]]]:
    return [(one.name, len(one.options), one.actors) for one in held.requirements]


def test_any_open_code_confirms_a_user_without_a_confirmed_contact() -> None:
    user = (Actor.USER,)

    assert asked(record(BOTH)) == [("confirmation", 2, user)]
    assert asked(record(BOTH, User(email=EMAIL))) == [("confirmation.phone", 1, user)]
    assert asked(record(BOTH, User(phone=PHONE))) == [("confirmation.email", 1, user)]
    assert asked(record(BOTH, BOTH)) == []


def test_a_receipt_is_printed_by_the_platform() -> None:
    held = record(BOTH, BOTH, identified=True)

    assert asked(held) == [("receipt", 1, (Actor.PLATFORM,))]
    found = missing(held, TARGETS["identity_given"])
    (receipt,) = (one for one in found.missing if one.name == "receipt")
    assert receipt.origin is RequirementOrigin.PROVIDER


def test_open_codes_end_with_the_confirmation() -> None:
    waiting = record(BOTH)
    shown = evolve(waiting, user=BOTH, next_actions=(), requirements=())

    assert settled(shown, given=None, before=waiting).requirements == ()


@pytest.mark.parametrize(("target", "named"), [("register", False), ("confirmed", True)])
def test_an_open_code_is_of_the_targets_with_the_rule(target: str, named: bool) -> None:
    report = missing(record(BOTH), TARGETS[target])

    found = [one for one in report.requirements if one.origin is RequirementOrigin.PROVIDER]
    assert [one.name for one in found] == ["confirmation"] * named
    assert [one.status for one in found] == [RequirementStatus.MISSING] * named


def test_a_code_is_a_step_beside_the_questions() -> None:
    asking = questionnaire(record(BOTH), [TARGETS["confirmed"]])

    (step,) = (one for one in asking.steps if one.name == "confirmation")
    assert step.actors == (Actor.USER,)


def test_requirements_survive_storage_and_name_no_contact() -> None:
    held = record(BOTH, identified=True)

    assert UserRecord.from_json(held.to_json()).requirements == held.requirements != ()
    kinds = {action.kind for action in held.next_actions if isinstance(action, NextAction)}
    assert kinds == {NextActionKind.CONFIRM_CODE, NextActionKind.PRINT_RECEIPT}
    assert not any(contact in str(held.requirements) for contact in (EMAIL, PHONE))
