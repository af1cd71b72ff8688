"""What Paysera's user object leaves open of a record: codes to be typed, a receipt to print."""

from __future__ import annotations

import attrs
from onboarding import Company, NextAction, NextActionKind, User, UserRecord, UserStatus
from onboarding.spi import changed_paths, trust

__all__ = ["PROVIDER", "same_contact", "settled"]

PROVIDER = "paysera"

CONTACTS = ("email", "phone")
IDENTITY = "identity"


def settled(
    shown: UserRecord, *, given: User | None, before: UserRecord | None, identified: bool = False
) -> UserRecord:
    """The record with its open steps, and no status beside them: Paysera says no more.

    A contact is shown once it is confirmed (docs: user-resource, Response Fields). One that was
    given and is not shown waits for its code; so does one that waited before. Once an identity was
    provided (`identified`), its receipt must be printed (docs: user-resource, Provide Identity).
    """
    confirmed = {contact: True for contact in CONTACTS if getattr(shown.user, contact)}
    steps = {action.concerns: action for action in before.next_actions} if before else {}
    for contact in CONTACTS:
        value = getattr(given, contact) if given is not None else None
        there = getattr(shown.user, contact)
        if value is not None and not same_contact(contact, value, there):
            steps[contact] = _step(NextActionKind.CONFIRM_CODE, shown, contact, value)
        elif contact in steps and same_contact(contact, steps[contact].value, there):
            del steps[contact]
    if identified:
        steps[IDENTITY] = _step(NextActionKind.PRINT_RECEIPT, shown, IDENTITY)
    waiting = [contact for contact in CONTACTS if contact in steps]
    return attrs.evolve(
        _as_company(shown),
        status=UserStatus.PENDING if waiting else None,
        next_actions=tuple(steps.values()),
        confirmed=confirmed | dict.fromkeys(waiting, False),
    )


def same_contact(contact: str, one: str | None, other: str | None) -> bool:
    """Whether two spellings of an e-mail address or a phone number are the same contact."""
    return not changed_paths(trust(User, {contact: one}), trust(User, {contact: other}))


def _step(
    kind: NextActionKind, shown: UserRecord, concerns: str, value: str | None = None
) -> NextAction:
    return NextAction(
        kind=kind,
        provider=shown.provider,
        gateway=shown.gateway,
        environment=shown.environment,
        user_id=shown.id,
        concerns=concerns,
        value=value,
        issued_at=shown.retrieved_at,
    )


def _as_company(record: UserRecord) -> UserRecord:
    """A legal user stays one, though Paysera may show no fact of the company."""
    if record.provider_fields.get("type") != "legal" or record.user.company is not None:
        return record
    return attrs.evolve(record, user=record.user.replace(company=Company(), identity=None))
