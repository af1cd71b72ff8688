"""Something that happened to a user at a provider, in one vocabulary."""

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
    """What happened. `OTHER` is an event of the provider's own, kept by its own name.

    A declaration is one of beneficial owners.
    """

    LEVEL_CHANGED = "level_changed"
    CONTACT_CHANGED = "contact_changed"
    CATEGORY_CHANGED = "category_changed"
    DOCUMENT_CREATED = "document_created"
    DOCUMENT_SUBMITTED = "document_submitted"
    DOCUMENT_ACCEPTED = "document_accepted"
    DOCUMENT_REFUSED = "document_refused"
    DOCUMENT_OUT_OF_DATE = "document_out_of_date"
    DECLARATION_CREATED = "declaration_created"
    DECLARATION_SUBMITTED = "declaration_submitted"
    DECLARATION_ACCEPTED = "declaration_accepted"
    DECLARATION_REFUSED = "declaration_refused"
    DECLARATION_INCOMPLETE = "declaration_incomplete"
    ENROLMENT_NEEDED = "enrolment_needed"
    ENROLMENT_DONE = "enrolment_done"
    BLOCK_CHANGED = "block_changed"
    USER_CLOSED = "user_closed"
    TEST = "test"
    OTHER = "other"


@frozen(kw_only=True, slots=False, repr=False)
class Event(Stored, form="event/1"):
    """One event about one user or what is the user's.

    - `provider_type`: the provider's own name of the event; `subject_id`: of what it speaks;
    - `before`, `after`: what changed, by the core's name and in the provider's own words
      (`kyc_level`: LIGHT, REGULAR), where that is known; `after` is what the subject shows now;
    - `user`, `document`, `declaration`: the subject read anew, where the event was confirmed that
      way;
    - `confirmed`: whether the subject bears the event out; None where nothing was read or told.
      A false one may be forged, or overtaken by a later event;
    - `id`: the same for the same event, so that it is handled once.
    """

    kind: EventKind
    provider: str
    gateway: str
    environment: str | None = None
    id: str
    provider_type: str = ""
    subject_id: str = ""
    user_id: str | None = None
    occurred_at: datetime | None = None
    before: Mapping[str, Any] = field(factory=dict[str, Any])
    after: Mapping[str, Any] = field(factory=dict[str, Any])
    user: UserRecord | None = None
    document: DocumentRecord | None = None
    declaration: OwnerDeclaration | None = None
    confirmed: bool | None = None

    def __repr__(self) -> str:
        return self._shown("id", "kind", "provider_type", "subject_id", "user_id", "confirmed")
