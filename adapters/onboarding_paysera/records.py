"""What a record has beyond the core's fields: extras of Paysera, open steps, status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from attrs import frozen
from onboarding import Company, NextAction, NextActionKind, User, UserRecord, UserStatus
from onboarding.spi import LinkTemplate, changed_paths, trust

from onboarding_paysera.requirements import requirements

__all__ = ["PayseraExtras", "same_contact", "settled"]

CONTACTS = ("email", "phone")
IDENTITY = "identity"


@frozen(kw_only=True, repr=False)  # its values are a user's
class PayseraExtras:
    """Fields of a registration that only Paysera has: `User.extras["paysera"]`.

    - `card`: a card to be assigned, such as `{"issuer": ..., "number": ...}`;
    - `phone_link`, `email_link`: templates of the links in the confirmation messages; each must
      contain `{code}`;
    - `scopes`: permissions tied to the code that is sent.
    """

    card: Mapping[str, Any] | None = None
    phone_link: LinkTemplate | None = None
    email_link: LinkTemplate | None = None
    scopes: tuple[str, ...] | None = None

    def plain(self) -> dict[str, dict[str, Any]]:
        """Returns the value for a user: `User(extras=PayseraExtras(...).plain())`."""
        given = attrs.asdict(
            self,
            filter=lambda _, value: value is not None,
            value_serializer=_listed,
        )
        return {"paysera": given}


def _listed(_: object, __: object, value: Any) -> Any:
    """Returns a tuple as a list, as JSON has it."""
    return [*value] if isinstance(value, tuple) else value  # pyright: ignore[reportUnknownVariableType]


def settled(
    shown: UserRecord, *, given: User | None, before: UserRecord | None, identified: bool = False
) -> UserRecord:
    """Returns the record with its next actions and requirements.

    Its status is `PENDING` while a code is awaited. Paysera shows a contact once it is confirmed
    (docs: user-resource, Response Fields). A contact of `given` that is not shown awaits its code,
    as does one that `before` awaited. After an update of the identity (`identified`) its receipt
    must be printed (docs: user-resource, Provide Identity).
    """
    confirmed: dict[str, bool] = {}
    steps = {action.concerns: action for action in before.next_actions} if before else {}
    for contact in CONTACTS:
        value = getattr(given, contact) if given is not None else None
        if there := getattr(shown.user, contact):
            confirmed[contact] = True
        if value is not None and not same_contact(contact, value, there):
            steps[contact] = _step(NextActionKind.CONFIRM_CODE, shown, contact, value)
        elif contact in steps and same_contact(contact, steps[contact].value, there):
            del steps[contact]
    if identified:
        steps[IDENTITY] = _step(NextActionKind.PRINT_RECEIPT, shown, IDENTITY)
    waiting = [contact for contact in CONTACTS if contact in steps]
    facts = {
        "user": _as_company(shown),
        "status": UserStatus.PENDING if waiting else None,
        "next_actions": tuple(steps.values()),
        "requirements": requirements(steps, confirmed=any(confirmed.values())),
        "confirmed": confirmed | dict.fromkeys(waiting, False),
    }
    return trust(UserRecord, {**vars(shown), **facts})


def same_contact(contact: str, one: str | None, other: str | None) -> bool:
    """Returns whether two spellings of an e-mail address or phone number mean the same contact."""
    return one == other or not changed_paths(
        trust(User, {contact: one}), trust(User, {contact: other})
    )


def _step(
    kind: NextActionKind, shown: UserRecord, concerns: str, value: str | None = None
) -> NextAction:
    facts = {
        "kind": kind,
        "provider": shown.provider,
        "gateway": shown.gateway,
        "environment": shown.environment,
        "user_id": shown.id,
        "concerns": concerns,
        "value": value,
        "issued_at": shown.retrieved_at,
    }
    return trust(NextAction, facts)


def _as_company(record: UserRecord) -> User:
    """Returns a legal user as a company, also if Paysera shows no field of the company."""
    if record.provider_fields.get("type") != "legal" or record.user.company is not None:
        return record.user
    return record.user.replace(company=Company(), identity=None)
