"""Compares two records of one user, and returns the changes as events."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from onboarding.model.event import Event, EventKind
from onboarding.model.record import UserRecord

__all__ = ["events_between"]

_LEVELS = ("kyc_level", "identification_level", "eidas_level", "nist_ial")
_CONTACTS = ("email", "phone")


def _levels(record: UserRecord) -> dict[str, Any]:
    """Returns the levels of a record by name, and the provider's levels.

    A level of None is included if the record has provider levels: their word is unknown.
    """
    found = {name: _word(getattr(record, name)) for name in _LEVELS}
    if not record.provider_levels:
        return {name: word for name, word in found.items() if word is not None}
    return found | {
        f"provider_levels.{name}": word for name, word in record.provider_levels.items()
    }


def _word(level: StrEnum | None) -> str | None:
    return None if level is None else str(level)


def _contact(name: str, record: UserRecord) -> dict[str, Any]:
    found = {name: getattr(record.user, name), f"confirmed.{name}": record.confirmed.get(name)}
    return {key: value for key, value in found.items() if value is not None}


def events_between(before: UserRecord, after: UserRecord) -> tuple[Event, ...]:
    """Returns the changes between two records of a user: its levels, e-mail address and phone.

    A level that becomes None, because the policy does not know the provider's word, is a change.
    A value that is absent from the later record is not: a permission may have ended.
    """
    facts = [(EventKind.LEVEL_CHANGED, "", _levels(before), _levels(after))]
    facts += [
        (EventKind.CONTACT_CHANGED, name, _contact(name, before), _contact(name, after))
        for name in _CONTACTS
    ]
    return tuple(
        _event(kind, about, before, after, {name: (old.get(name), new[name]) for name in names})
        for kind, about, old, new in facts
        if (names := [name for name, value in new.items() if value != old.get(name)])
    )


def _event(
    kind: EventKind,
    about: str,
    before: UserRecord,
    after: UserRecord,
    changed: Mapping[str, tuple[Any, Any]],
) -> Event:
    # The id is derived from the change, so that a change that is found twice is one event. It has
    # no contact in it, since ids are logged.
    content = sorted((name, pair[1]) for name, pair in changed.items() if name not in _CONTACTS)
    since = before.retrieved_at.isoformat() if before.retrieved_at is not None else ""
    text = repr((after.provider, after.gateway, after.id, str(kind), about, since, content))
    return Event(
        kind=kind,
        provider=after.provider,
        gateway=after.gateway,
        environment=after.environment,
        id=hashlib.sha256(text.encode()).hexdigest()[:32],
        subject_id=after.id,
        user_id=after.id,
        before={name: pair[0] for name, pair in changed.items()},
        after={name: pair[1] for name, pair in changed.items()},
        user=after,
        confirmed=True,
    )
