"""Events about users at a provider, in one vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from onboarding.model.documents import DocumentRecord
from onboarding.model.owners import OwnerDeclaration
from onboarding.model.record import UserRecord
from onboarding.model.stored import Stored

__all__ = ["Event", "EventKind"]


class EventKind(StrEnum):
    """What happened. `OTHER` is an event without a kind of the core; see `provider_type`.

    A declaration is a declaration of beneficial owners.
    """

    LEVEL_CHANGED = "level_changed"
    """A KYC level changed."""
    CONTACT_CHANGED = "contact_changed"
    """An e-mail address or a phone number changed."""
    CATEGORY_CHANGED = "category_changed"
    """The category changed."""
    DOCUMENT_CREATED = "document_created"
    """A document was created."""
    DOCUMENT_SUBMITTED = "document_submitted"
    """A document was submitted."""
    DOCUMENT_ACCEPTED = "document_accepted"
    """A document was accepted."""
    DOCUMENT_REFUSED = "document_refused"
    """A document was refused."""
    DOCUMENT_OUT_OF_DATE = "document_out_of_date"
    """A document went out of date."""
    DECLARATION_CREATED = "declaration_created"
    """A declaration of owners was created."""
    DECLARATION_SUBMITTED = "declaration_submitted"
    """A declaration of owners was submitted."""
    DECLARATION_ACCEPTED = "declaration_accepted"
    """A declaration of owners was accepted."""
    DECLARATION_REFUSED = "declaration_refused"
    """A declaration of owners was refused."""
    DECLARATION_INCOMPLETE = "declaration_incomplete"
    """A declaration of owners lacks something."""
    ENROLMENT_NEEDED = "enrolment_needed"
    """The user must enrol for strong customer authentication."""
    ENROLMENT_DONE = "enrolment_done"
    """The user has enrolled."""
    BLOCK_CHANGED = "block_changed"
    """The provider blocked the user's money, or no longer does."""
    USER_CREATED = "user_created"
    """The user was created."""
    USER_CHANGED = "user_changed"
    """Fields of the user, its capabilities or its requirements changed."""
    REQUIREMENTS_CHANGED = "requirements_changed"
    """What the provider asks of the user changed."""
    CAPABILITY_CHANGED = "capability_changed"
    """A capability changed."""
    PERSON_ADDED = "person_added"
    """A person was added to the user."""
    PERSON_CHANGED = "person_changed"
    """A person of the user changed."""
    PERSON_REMOVED = "person_removed"
    """A person was removed from the user."""
    BANK_ACCOUNT_ADDED = "bank_account_added"
    """A bank account was added."""
    BANK_ACCOUNT_CHANGED = "bank_account_changed"
    """A bank account changed."""
    BANK_ACCOUNT_REMOVED = "bank_account_removed"
    """A bank account was removed."""
    ACCESS_GRANTED = "access_granted"
    """The user gave the platform access to its account."""
    ACCESS_REVOKED = "access_revoked"
    """The user took the platform's access to its account away."""
    USER_CLOSED = "user_closed"
    """The user was closed."""
    TEST = "test"
    """A test that the platform asked for."""
    OTHER = "other"
    """An event that the core has no kind for, under the provider's name."""


@frozen(kw_only=True, slots=False, repr=False)
class Event(Stored, form="event/1"):
    """One event about a user, or about an object of a user."""

    kind: EventKind
    """What happened. Example: `document_accepted`."""
    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    environment: str | None = None
    """The provider's environment, None if the adapter does not name one. Example: `sandbox`."""
    id: str
    """The same for the same event, to handle it once.

    Example: `KYC_SUCCEEDED:kyc_01:1737216704`.
    """
    provider_type: str = ""
    """The provider's own name of the event. Example: `KYC_SUCCEEDED`."""
    subject_id: str = ""
    """The id of the object that the event is about. Example: `kyc_01`."""
    user_id: str | None = None
    """The user's id at the provider. Example: `user_m_01`."""
    occurred_at: datetime | None = None
    """When it happened, in UTC. Example: `2026-10-02T09:00:00Z`."""
    before: Mapping[str, Any] = field(factory=dict[str, Any])
    """What changed, as it was, by the core's names. Example: `{"kyc_level": "LIGHT"}`."""
    after: Mapping[str, Any] = field(factory=dict[str, Any])
    """What changed, as it is now, by the core's names. Example: `{"kyc_level": "REGULAR"}`."""
    user: UserRecord | None = None
    """The user, if it was read again to confirm the event."""
    document: DocumentRecord | None = None
    """The document, if it was read again to confirm the event."""
    declaration: OwnerDeclaration | None = None
    """The declaration of owners, if it was read again to confirm the event."""
    confirmed: bool | None = None
    """Whether the object shows what the event says; None if it was not read. If false, the event
    may be forged, or a later one has overtaken it.

    Example: `true`.
    """

    def __repr__(self) -> str:
        return self._shown("id", "kind", "provider_type", "subject_id", "user_id", "confirmed")
