"""MangoPay's notification, and the meaning of each event type.

docs: webhooks/event-types
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from enum import StrEnum, auto
from typing import Any, cast

from attrs import frozen
from onboarding import Event, EventKind, InvalidInput, Problem
from onboarding.spi import Provenance, moment

__all__ = ["EVENTS", "WATCHED", "Meaning", "Subject", "meaning_of", "read_notification"]


class Subject(StrEnum):
    """The kind of object whose id a notification has."""

    USER = auto()
    BLOCK = auto()  # the blocks of a user
    DOCUMENT = auto()
    DECLARATION = auto()
    VERIFICATION = auto()
    RECIPIENT = auto()
    COUNTRY = auto()
    UNKNOWN = auto()


def _always(_: Mapping[str, Any]) -> bool | None:
    return None


def _shows(name: str, *words: object) -> Callable[[Mapping[str, Any]], bool | None]:
    """Returns a check that the subject now has one of these values."""
    return lambda shown: shown.get(name) in words


@frozen(kw_only=True)
class Meaning:
    """The meaning of a type of event.

    `confirmed_by` checks the current values of the subject: core names, MangoPay's values; it
    returns None if they cannot tell. `changed` names the fields that the event is about; `before`
    has their earlier values, if the type leaves only one.
    """

    kind: EventKind
    subject: Subject
    confirmed_by: Callable[[Mapping[str, Any]], bool | None] = _always
    changed: Collection[str] = ()
    before: Mapping[str, Any] = {}


def _user(
    kind: EventKind,
    confirmed_by: Callable[[Mapping[str, Any]], bool | None] = _always,
    changed: Collection[str] = (),
    **before: str,
) -> Meaning:
    return Meaning(
        kind=kind, subject=Subject.USER, confirmed_by=confirmed_by, changed=changed, before=before
    )


def _level(word: str, before: str) -> Meaning:
    # with two levels, the new one implies the old one
    shown = _shows("kyc_level", word)
    return _user(EventKind.LEVEL_CHANGED, shown, ("kyc_level",), kyc_level=before)


def _category(word: str) -> Meaning:
    return _user(EventKind.CATEGORY_CHANGED, _shows("category", word), ("category",))


def _block(name: str, now: bool) -> Meaning:
    return Meaning(
        kind=EventKind.BLOCK_CHANGED,
        subject=Subject.BLOCK,
        confirmed_by=_shows(name, now),
        changed=("inflows_blocked", "outflows_blocked", "action_code"),
        before={name: not now},
    )


def _status(subject: Subject, *words: str, kind: EventKind = EventKind.OTHER) -> Meaning:
    """Returns an event about a status; without words any current status confirms it."""
    return Meaning(
        kind=kind,
        subject=subject,
        confirmed_by=_shows("status", *words) if words else lambda _: True,
        changed=("status",),
    )


def _document(kind: EventKind, *words: str) -> Meaning:
    return _status(Subject.DOCUMENT, *words, kind=kind)


def _declaration(kind: EventKind, *words: str) -> Meaning:
    return _status(Subject.DECLARATION, *words, kind=kind)


_ENROLLED = _user(EventKind.ENROLMENT_DONE, _shows("status", "ACTIVE"), ("status",))
_REVIEWED = ("VALIDATION_ASKED", "VALIDATED", "REFUSED", "OUT_OF_DATE")

# Types without a kind in the core are OTHER; their subject is fetched too.
EVENTS: dict[str, Meaning] = {
    "USER_ACCOUNT_VALIDATION_ASKED": _user(
        EventKind.ENROLMENT_NEEDED, _shows("status", "PENDING_USER_ACTION"), ("status",)
    ),
    "USER_ACCOUNT_ACTIVATED": _ENROLLED,
    "SCA_ENROLLMENT_SUCCEEDED": _ENROLLED,
    "USER_ACCOUNT_CLOSED": _user(EventKind.USER_CLOSED, _shows("status", "CLOSED"), ("status",)),
    "USER_CATEGORY_UPDATED_TO_OWNER": _category("OWNER"),
    "USER_CATEGORY_UPDATED_TO_PAYER": _category("PAYER"),
    "USER_CATEGORY_UPDATED_TO_PLATFORM": _category("PLATFORM"),
    "USER_KYC_REGULAR": _level("REGULAR", "LIGHT"),
    "USER_KYC_LIGHT": _level("LIGHT", "REGULAR"),
    "USER_INFLOWS_BLOCKED": _block("inflows_blocked", True),
    "USER_INFLOWS_UNBLOCKED": _block("inflows_blocked", False),
    "USER_OUTFLOWS_BLOCKED": _block("outflows_blocked", True),
    "USER_OUTFLOWS_UNBLOCKED": _block("outflows_blocked", False),
    "KYC_CREATED": _document(EventKind.DOCUMENT_CREATED),
    "KYC_VALIDATION_ASKED": _document(EventKind.DOCUMENT_SUBMITTED, *_REVIEWED),
    # an accepted document may be out of date by now
    "KYC_SUCCEEDED": _document(EventKind.DOCUMENT_ACCEPTED, "VALIDATED", "OUT_OF_DATE"),
    "KYC_FAILED": _document(EventKind.DOCUMENT_REFUSED, "REFUSED"),
    "KYC_OUTDATED": _document(EventKind.DOCUMENT_OUT_OF_DATE, "OUT_OF_DATE"),
    "UBO_DECLARATION_CREATED": _declaration(EventKind.DECLARATION_CREATED),
    "UBO_DECLARATION_VALIDATION_ASKED": _declaration(
        EventKind.DECLARATION_SUBMITTED, "VALIDATION_ASKED", "VALIDATED", "REFUSED", "INCOMPLETE"
    ),
    "UBO_DECLARATION_VALIDATED": _declaration(EventKind.DECLARATION_ACCEPTED, "VALIDATED"),
    "UBO_DECLARATION_REFUSED": _declaration(EventKind.DECLARATION_REFUSED, "REFUSED"),
    "UBO_DECLARATION_INCOMPLETE": _declaration(EventKind.DECLARATION_INCOMPLETE, "INCOMPLETE"),
    # the statuses of a session differ from the names of its events
    "IDENTITY_VERIFICATION_PENDING": _status(Subject.VERIFICATION),
    "IDENTITY_VERIFICATION_VALIDATED": _status(Subject.VERIFICATION, "VALIDATED", "OUT_OF_DATE"),
    "IDENTITY_VERIFICATION_FAILED": _status(Subject.VERIFICATION, "REFUSED"),
    "IDENTITY_VERIFICATION_INCONCLUSIVE": _status(Subject.VERIFICATION, "REVIEW"),
    "IDENTITY_VERIFICATION_OUTDATED": _status(Subject.VERIFICATION, "OUT_OF_DATE"),
    "IDENTITY_VERIFICATION_TIMEOUT": _status(Subject.VERIFICATION, "TIMEOUT"),
    "IDENTITY_VERIFICATION_EXPIRED": _status(Subject.VERIFICATION, "EXPIRED"),
    "RECIPIENT_ACTIVE": _status(Subject.RECIPIENT, "ACTIVE"),
    "RECIPIENT_CANCELED": _status(Subject.RECIPIENT, "CANCELED"),
    "RECIPIENT_DEACTIVATED": _status(Subject.RECIPIENT, "DEACTIVATED"),
    "COUNTRY_AUTHORIZATION_UPDATED": Meaning(
        kind=EventKind.OTHER,
        subject=Subject.COUNTRY,
        changed=("user_creation_blocked", "bank_accounts_blocked", "payouts_blocked"),
    ),
}

WATCHED: tuple[str, ...] = (
    *(name for name, meaning in EVENTS.items() if meaning.kind is not EventKind.OTHER),
    # the user and its deadlines are read again after these, too
    "USER_KYC_RENEWAL_REQUIRED",
    "USER_KYC_RENEWED",
    "SCA_ENROLLMENT_FAILED",
    "SCA_ENROLLMENT_EXPIRED",
)
"""The types of event about users, for each of which a hook is registered."""

# prefix -> subject, for large families of types, also of future ones
_FAMILIES = (
    ("UBO_DECLARATION_", Subject.DECLARATION),
    ("IDENTITY_VERIFICATION_PSC_", Subject.UNKNOWN),  # a session or a person: not documented
    ("IDENTITY_VERIFICATION_", Subject.VERIFICATION),
    ("USER_", Subject.USER),
    ("SCA_", Subject.USER),
    ("LEGAL_COMPANY_NUMBER_", Subject.USER),
)


def meaning_of(event_type: str) -> Meaning:
    """Returns the meaning of a type; an unknown type is OTHER, with an unknown subject."""
    if found := EVENTS.get(event_type):
        return found
    families = (subject for start, subject in _FAMILIES if event_type.startswith(start))
    subject = next(families, Subject.UNKNOWN)
    changed = ("status",) if subject in (Subject.DECLARATION, Subject.VERIFICATION) else ()
    return Meaning(kind=EventKind.OTHER, subject=subject, changed=changed)


# -- notifications

# The key of the id has two s in a notification, one in the list of events.
_IDS = ("RessourceId", "ResourceId")


def read_notification(notification: Mapping[str, Any], provenance: Provenance) -> Event:
    """Returns the event of a notification, without its subject. Raises `InvalidInput`."""
    given = {name: _first(value) for name, value in notification.items()}
    event_type, date = given.get("EventType", ""), given.get("Date", "")
    subject_id = next((given[name] for name in _IDS if name in given), "")
    found = [
        Problem(name, "missing", "is required in a notification")
        for name in ("EventType", "RessourceId")
        if name not in given and not (name in _IDS and set(_IDS) & given.keys())
    ]
    if found:
        raise InvalidInput(found)
    return Event(
        kind=EventKind.OTHER,
        **provenance,
        id=f"{event_type}:{subject_id}:{date}",
        provider_type=event_type,
        subject_id=subject_id,
        occurred_at=_moment(date),
    )


def _moment(seconds: str) -> datetime | None:
    try:
        return moment(int(float(seconds)))
    except (ValueError, OverflowError):
        return None


def _first(value: object) -> str:
    """Returns the value of a parameter; the first of a list, which some frameworks give."""
    if isinstance(value, list | tuple):
        value = cast("list[object]", value)[0] if value else ""
    return "" if value is None else str(value)
