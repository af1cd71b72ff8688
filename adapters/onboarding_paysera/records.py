"""What Paysera's user object leaves open of a record: the contacts that wait for their codes."""

from __future__ import annotations

import attrs
from onboarding import Company, NextAction, NextActionKind, User, UserRecord, UserStatus

__all__ = ["PROVIDER", "settled"]

PROVIDER = "paysera"

CONTACTS = ("email", "phone")


def settled(shown: UserRecord, *, given: User | None, before: UserRecord | None) -> UserRecord:
    """The record with its open steps, and no status beside them: Paysera says no more.

    A contact is shown once it is confirmed (docs: user-resource, Response Fields). One that was
    given and is not shown waits for its code; so does one that waited before.
    """
    confirmed = {contact: True for contact in CONTACTS if getattr(shown.user, contact)}
    waiting = {action.concerns: action for action in before.next_actions} if before else {}
    for contact in CONTACTS:
        value = getattr(given, contact) if given is not None else None
        if value not in (None, getattr(shown.user, contact)):
            waiting[contact] = NextAction(
                kind=NextActionKind.CONFIRM_CODE,
                provider=PROVIDER,
                gateway=shown.gateway,
                user_id=shown.id,
                concerns=contact,
                value=value,
                issued_at=shown.seen_at,
            )
        elif waiting.get(contact) and waiting[contact].value == getattr(shown.user, contact):
            del waiting[contact]
    return attrs.evolve(
        _as_company(shown),
        status=UserStatus.PENDING if waiting else None,
        next_actions=tuple(waiting.values()),
        confirmed=confirmed | dict.fromkeys(waiting, False),
    )


def _as_company(record: UserRecord) -> UserRecord:
    """A legal user stays one, though Paysera may show no fact of the company."""
    if record.native.get("type") != "legal" or record.user.company is not None:
        return record
    return attrs.evolve(record, user=record.user.but(company=Company(), identity=None))
