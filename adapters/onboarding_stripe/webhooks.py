"""Notifications of Stripe: signatures checked, events read and compared with the account.

docs: webhooks, webhooks/signature, connect/webhooks
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, field, frozen
from onboarding import (
    Event,
    EventKind,
    Forbidden,
    InvalidInput,
    NotFound,
    Notification,
    Problem,
    UserRecord,
)
from onboarding.spi import Flow, as_list, as_object

from onboarding_stripe.protocol import Environment
from onboarding_stripe.records import shape_of
from onboarding_stripe.signatures import HEADER, TOLERANCE, check_signature
from onboarding_stripe.users import Users
from onboarding_stripe.wire.events import UNREAD, Told, read_told

__all__ = ["Notifications"]


def _is_seconds(_: object, __: object, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        text = "expected whole seconds, at least 1"
        raise InvalidInput([Problem("webhook_tolerance", "shape", text)])


@frozen(kw_only=True)
class Notifications(Users):
    """The operations on notifications."""

    webhook_tolerance: int = field(default=TOLERANCE, validator=_is_seconds)

    def read_notification(self, notification: Notification) -> Flow[tuple[Event, ...]]:
        """Reads the event of a notification, full or thin, after checking its signature.

        Events come doubled and in any order, so the account is read: `event.user` has its current
        values, and `confirmed` tells whether they are those of the event. `before` and `after` have
        what changed, by core paths, else by Stripe's names. The account is not read for an unknown
        type (`OTHER`), for an event of the other mode than the key's (`TEST`), for a file, and
        where the user took the access away.

        Raises `InvalidSignature` for a notification that no secret of `webhook_secrets` signed, or
        that is older or newer than `webhook_tolerance` seconds; `InvalidInput` without a secret,
        and for a body that is no event.
        """
        if not self.webhook_secrets:
            text = "is required to read notifications: the secret of each webhook endpoint"
            raise InvalidInput([Problem("webhook_secrets", "missing", text)])
        header, at = notification.headers.get(HEADER, ""), notification.received_at
        check_signature(
            header, notification.body, self.webhook_secrets, at, tolerance=self.webhook_tolerance
        )
        told = read_told(notification.body, self.provenance)
        named = [(_core_name(told, name), pair) for name, pair in told.changed.items()]
        before = {name: old for name, (old, _) in named}
        after = {name: new for name, (_, new) in named}
        event = evolve(told.event, before=before, after=after)
        # Live endpoints receive the events of test mode too (docs: connect/webhooks).
        mode = Environment.PRODUCTION if told.live else Environment.SANDBOX
        if told.live is not None and mode is not self.environment:
            return (evolve(event, kind=EventKind.TEST, environment=str(mode)),)
        if event.kind in UNREAD or event.user_id is None:
            return (event,)
        try:
            user = yield from self.fetch_user(event.user_id)
        except (NotFound, Forbidden):  # deleted since, or no longer the platform's
            return (evolve(event, confirmed=event.kind is EventKind.USER_CLOSED),)
        return (evolve(event, user=user, confirmed=_agrees(told, user)),)


def _core_name(told: Told, name: str) -> str:
    """Returns the core path of a field of the object of an event, else its name at Stripe."""
    match told.shown.get("object"):
        case "account" if not name.startswith("capabilities."):
            return shape_of(told.shown).core_path(name) or name
        case "capability":
            place = f"capabilities.{told.event.subject_id}"
            return place if name == "status" else f"{place}.{name}"
        case _:
            return name


_REMOVED = (EventKind.PERSON_REMOVED, EventKind.BANK_ACCOUNT_REMOVED)


def _agrees(told: Told, user: UserRecord) -> bool | None:
    """Returns whether the account shows what an event says; None if it cannot tell."""
    raw, shown, id = user.raw, told.shown, told.event.subject_id
    banks = as_object(raw.get("external_accounts"))
    parts = [as_object(raw.get("individual")), *map(as_object, as_list(banks.get("data")))]
    match shown.get("object"):
        case "account":
            return _shows(raw, told)
        case "capability":
            # the account has no word for one that is not requested
            word = as_object(raw.get("capabilities")).get(id, "unrequested")
            return bool(shown.get("status") == word)
        case _ if id == user.id or told.event.kind is EventKind.CAPABILITY_CHANGED:
            return True  # of a thin event, which has no values
        case _:
            found = next((part for part in parts if part.get("id") == id), None)
            there = found is not None or id in user.references.values()
            if told.event.kind in _REMOVED:
                return not there
            if not there and banks.get("has_more") is True:
                return None
            return there and (found is None or _shows(found, told))


def _shows(current: Mapping[str, Any], told: Told) -> bool:
    """Returns whether an object still has every value that an event changed."""
    return all(_at(current, name) == new for name, (_, new) in told.changed.items())


def _at(value: Any, name: str) -> Any:
    for part in name.split("."):
        value = as_object(value).get(part)
    return value
