"""Stripe's events: full ones, with the object as it was, and thin ones, which only name it.

docs: api/events/object, api/v2/core/events/object, webhooks
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, cast

from attrs import frozen
from onboarding import Event, EventKind, InvalidInput, Problem
from onboarding.spi import Provenance, as_object, moment, reference

__all__ = ["KINDS", "UNREAD", "WATCHED", "Told", "read_told"]

_WORDS = {"created": "ADDED", "updated": "CHANGED", "deleted": "REMOVED"}


def _three(subject: str, kind: str) -> dict[str, EventKind]:
    return {f"{subject}.{word}": EventKind[f"{kind}_{end}"] for word, end in _WORDS.items()}


# docs: api/events/types, api/v2/core/events/event-types. A thin event about an object of API v1
# has the type of the full one after `v1.`.
KINDS: Mapping[str, EventKind] = {
    "account.updated": EventKind.USER_CHANGED,
    "account.application.authorized": EventKind.ACCESS_GRANTED,
    "account.application.deauthorized": EventKind.ACCESS_REVOKED,
    **_three("account.external_account", "BANK_ACCOUNT"),
    "capability.updated": EventKind.CAPABILITY_CHANGED,
    **_three("person", "PERSON"),
    "file.created": EventKind.DOCUMENT_CREATED,
    "v2.core.account.created": EventKind.USER_CREATED,
    "v2.core.account.updated": EventKind.USER_CHANGED,
    "v2.core.account.closed": EventKind.USER_CLOSED,
    "v2.core.account[identity].updated": EventKind.USER_CHANGED,
    "v2.core.account[defaults].updated": EventKind.USER_CHANGED,
    "v2.core.account[requirements].updated": EventKind.REQUIREMENTS_CHANGED,
    "v2.core.account[future_requirements].updated": EventKind.REQUIREMENTS_CHANGED,
    **{
        f"v2.core.account[configuration.{name}].{word}": kind
        for name in ("customer", "merchant", "recipient")
        for word, kind in (
            ("updated", EventKind.USER_CHANGED),
            ("capability_status_updated", EventKind.CAPABILITY_CHANGED),
        )
    },
    **_three("v2.core.account_person", "PERSON"),
}
"""The kinds by Stripe's types. Any other type is OTHER."""

UNREAD = (EventKind.OTHER, EventKind.TEST, EventKind.DOCUMENT_CREATED, EventKind.ACCESS_REVOKED)
"""The kinds after which the account is not read again; it cannot be after the last one."""

WATCHED: tuple[str, ...] = tuple(
    name for name in KINDS if not name.startswith("v2.") and name != "file.created"
)
"""The types of full events about users. An endpoint takes no types of API v2."""

_DAY = {"day", "month", "year"}
_ACCOUNT = re.compile(r"/v[0-9]+(?:/core)?/accounts/([A-Za-z0-9_]+)").match


@frozen(kw_only=True)
class Told:
    """An event as it was sent: `changed` is what it says of each changed field of its object.

    `live` is its mode, None if it does not say; `shown` is the object, or the reference to it.
    """

    event: Event
    live: bool | None
    shown: Mapping[str, Any]
    changed: Mapping[str, tuple[Any, Any]]


def read_told(body: bytes, provenance: Provenance) -> Told:
    """Returns the event in the body of a notification. Raises `InvalidInput` for anything else."""
    payload: dict[str, Any] = {}
    with suppress(ValueError, RecursionError):
        payload = as_object(json.loads(body))
    id, word = reference(payload.get("id")), reference(payload.get("type"))
    thin = payload.get("object") == "v2.core.event"
    if id is None or word is None or not (thin or payload.get("object") == "event"):
        raise InvalidInput([Problem("body", "shape", "expected an event of Stripe")])
    data = as_object(payload.get("data"))
    shown = as_object(payload.get("related_object") if thin else data.get("object"))
    event = Event(
        kind=KINDS.get(word.removeprefix("v1."), EventKind.OTHER),
        **provenance,
        id=id,
        provider_type=word,
        subject_id=reference(shown.get("id")) or "",
        user_id=_account_of_thin(payload, shown) if thin else _account(payload, shown),
        occurred_at=_time(payload.get("created")),
    )
    previous, live = as_object(data.get("previous_attributes")), payload.get("livemode")
    return Told(
        event=event,
        live=live if isinstance(live, bool) else None,
        shown=shown,
        changed=dict(_changes(previous, shown)),
    )


def _account(payload: Mapping[str, Any], shown: Mapping[str, Any]) -> str | None:
    """Returns the account of a full event; one of the platform's own names none."""
    own = shown.get("id") if shown.get("object") == "account" else shown.get("account")
    return reference(payload.get("account")) or reference(own)


def _account_of_thin(payload: Mapping[str, Any], related: Mapping[str, Any]) -> str | None:
    """Returns the account of a thin event, from the address of its object or from its context."""
    if found := _ACCOUNT(str(related.get("url"))):
        return found[1]
    return reference(str(payload.get("context") or "").rpartition("/")[2])


def _changes(
    previous: Mapping[str, Any], shown: Mapping[str, Any], prefix: str = ""
) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Yields each changed field, by its dotted name, as it was and as it became."""
    for name, old in previous.items():
        new = shown.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            before, after = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
            if not after.keys() <= _DAY:
                yield from _changes(before, after, f"{prefix}{name}.")
                continue
            old = {**after, **before}  # a day is one value, of which only some parts changed
        if old != new:
            yield f"{prefix}{name}", (old, new)


def _time(created: object) -> datetime | None:
    """Reads Unix time of API v1, RFC 3339 of API v2."""
    with suppress(ValueError):
        found = datetime.fromisoformat(created) if isinstance(created, str) else moment(created)
        return found if found is not None and found.utcoffset() is not None else None
    return None
