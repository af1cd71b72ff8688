"""MangoPay's types of event, each with what it means and what it is about.

docs: webhooks/event-types
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum, auto
from typing import Any

from attrs import frozen
from onboarding import EventKind

__all__ = ["EVENTS", "Meaning", "Subject", "meaning_of"]


class Subject(StrEnum):
    """What the id in a notification is one of."""

    USER = auto()
    BLOCK = auto()  # a user, of whom the blocks count
    DOCUMENT = auto()
    DECLARATION = auto()
    VERIFICATION = auto()
    RECIPIENT = auto()
    COUNTRY = auto()
    UNKNOWN = auto()


def _always(_: Mapping[str, Any]) -> bool | None:
    return None


def _shows(name: str, *words: object) -> Callable[[Mapping[str, Any]], bool | None]:
    """Whether the subject, as it is now, shows one of these words."""
    return lambda shown: shown.get(name) in words


@frozen(kw_only=True)
class Meaning:
    """What a type of event says.

    `borne_out` asks what the subject shows now: a name of the core's, a word of MangoPay's.
    `changed` names what the event is about, and `before` what that was, where the type leaves
    no other.
    """

    kind: EventKind
    subject: Subject
    borne_out: Callable[[Mapping[str, Any]], bool | None] = _always
    changed: Collection[str] = ()
    before: Mapping[str, Any] = {}


def _user(
    kind: EventKind,
    borne_out: Callable[[Mapping[str, Any]], bool | None] = _always,
    changed: Collection[str] = (),
    **before: str,
) -> Meaning:
    return Meaning(
        kind=kind, subject=Subject.USER, borne_out=borne_out, changed=changed, before=before
    )


def _level(word: str, before: str) -> Meaning:
    # there are two levels, so the one says the other
    shown = _shows("kyc_level", word)
    return _user(EventKind.LEVEL_CHANGED, shown, ("kyc_level",), kyc_level=before)


def _category(word: str) -> Meaning:
    return _user(EventKind.CATEGORY_CHANGED, _shows("category", word), ("category",))


def _block(name: str, now: bool) -> Meaning:
    return Meaning(
        kind=EventKind.BLOCK_CHANGED,
        subject=Subject.BLOCK,
        borne_out=_shows(name, now),
        changed=("inflows_blocked", "outflows_blocked", "action_code"),
        before={name: not now},
    )


def _status(subject: Subject, *words: str, kind: EventKind = EventKind.OTHER) -> Meaning:
    """An event of the status of its subject; with no words any that is shown follows on it."""
    return Meaning(
        kind=kind,
        subject=subject,
        borne_out=_shows("status", *words) if words else lambda _: True,
        changed=("status",),
    )


def _document(kind: EventKind, *words: str) -> Meaning:
    return _status(Subject.DOCUMENT, *words, kind=kind)


def _declaration(kind: EventKind, *words: str) -> Meaning:
    return _status(Subject.DECLARATION, *words, kind=kind)


_ENROLLED = _user(EventKind.ENROLMENT_DONE, _shows("status", "ACTIVE"), ("status",))
_REVIEWED = ("VALIDATION_ASKED", "VALIDATED", "REFUSED", "OUT_OF_DATE")

# What has no kind in the core is OTHER, and read anew all the same.
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
    # one that was accepted goes out of date later
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
    # the words of a session are others than those of its events
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

# Types of which there are many, and more to come, by how they begin.
_FAMILIES = (
    ("UBO_DECLARATION_", Subject.DECLARATION),
    ("IDENTITY_VERIFICATION_PSC_", Subject.UNKNOWN),  # of a session or of a person: not said
    ("IDENTITY_VERIFICATION_", Subject.VERIFICATION),
    ("USER_", Subject.USER),
    ("SCA_", Subject.USER),
    ("LEGAL_COMPANY_NUMBER_", Subject.USER),
)


def meaning_of(event_type: str) -> Meaning:
    """What a type of event says; one that nobody knows yet is OTHER, about nothing known."""
    if found := EVENTS.get(event_type):
        return found
    families = (subject for start, subject in _FAMILIES if event_type.startswith(start))
    subject = next(families, Subject.UNKNOWN)
    changed = ("status",) if subject in (Subject.DECLARATION, Subject.VERIFICATION) else ()
    return Meaning(kind=EventKind.OTHER, subject=subject, changed=changed)
