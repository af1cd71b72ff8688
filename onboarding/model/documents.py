"""Proofs a user hands in, and what a provider made of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from onboarding.model.base import Model
from onboarding.model.shapes import Country, Text
from onboarding.model.stored import Stored

__all__ = [
    "Document",
    "DocumentKind",
    "DocumentPurpose",
    "DocumentRecord",
    "DocumentStatus",
    "Page",
    "Refusal",
    "RefusalReason",
]


class DocumentPurpose(StrEnum):
    """What a document is to prove."""

    IDENTITY = "proof_of_identity"
    ADDRESS = "proof_of_address"
    REGISTRATION = "proof_of_registration"
    ARTICLES = "articles_of_association"
    SHAREHOLDERS = "shareholder_declaration"


class DocumentKind(StrEnum):
    """What a document is."""

    PASSPORT = "passport"
    IDENTITY_CARD = "identity_card"
    DRIVING_LICENCE = "driving_licence"
    RESIDENCE_PERMIT = "residence_permit"


@frozen(kw_only=True, slots=False, repr=False)
class Page(Model):
    """One page of a document: its bytes, and what they are (`image/jpeg`, `application/pdf`)."""

    content: bytes
    media_type: Text | None = None
    filename: Text | None = None


@frozen(kw_only=True, slots=False, repr=False)
class Document(Model):
    """A document with its pages, in their order."""

    purpose: DocumentPurpose
    kind: DocumentKind | None = None
    pages: tuple[Page, ...] = ()
    title: Text | None = None
    number: Text | None = None
    issued_on: date | None = None
    country: Country | None = None


class DocumentStatus(StrEnum):
    """Where a document stands."""

    CREATED = "created"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    OUT_OF_DATE = "out_of_date"


class RefusalReason(StrEnum):
    """Why a document was refused."""

    UNREADABLE = "unreadable"
    INCOMPLETE = "incomplete"
    MISSING = "missing"
    NOT_ACCEPTED = "not_accepted"
    EXPIRED = "expired"
    FALSIFIED = "falsified"
    DATA_MISMATCH = "data_mismatch"
    UNDERAGE = "underage"
    OTHER = "other"


@frozen(kw_only=True, slots=False, repr=False)
class Refusal(Model):
    """Why a document was refused: in the core's word, the provider's own, and its text.

    The text may speak of the person; it is in no repr.
    """

    reason: RefusalReason
    native: str = ""
    text: str | None = None
    flags: tuple[str, ...] = ()


@frozen(kw_only=True, slots=False, repr=False)
class DocumentRecord(Stored, form="document_record/1"):
    """A document as a provider has it on file.

    `status` is None for a word of the provider's own, which is in `native`.
    """

    provider: str
    gateway: str
    id: str
    user_id: str | None = None
    purpose: DocumentPurpose | None = None
    kind: DocumentKind | None = None
    status: DocumentStatus | None = None
    refusal: Refusal | None = None
    created_at: datetime | None = None
    processed_at: datetime | None = None
    seen_at: datetime | None = None
    native: Mapping[str, Any] = field(factory=dict[str, Any])
    raw: Mapping[str, Any] = field(factory=dict[str, Any])

    def __repr__(self) -> str:
        return (
            f"DocumentRecord({self.provider}/{self.gateway}, id={self.id!r}, "
            f"purpose={self.purpose}, status={self.status})"
        )
