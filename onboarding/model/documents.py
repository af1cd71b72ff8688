"""Documents of a user, and their records at a provider."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from os import PathLike
from typing import Any, Protocol, Self, cast

from attrs import field, frozen

from onboarding.errors import InvalidInput, Problem
from onboarding.model.answers import Loss, RateLimit
from onboarding.model.shapes import Country, MediaType, PastDate, PersonRef, Text
from onboarding.model.stored import Stored
from onboarding.values.base import Model
from onboarding.values.media_types import canonical

__all__ = [
    "Document",
    "DocumentKind",
    "DocumentPage",
    "DocumentPurpose",
    "DocumentRecord",
    "DocumentStatus",
    "Refusal",
    "RefusalReason",
]


MOST_BYTES = 50 * 1024 * 1024
"""The default limit of the bytes of a page."""


class SupportsRead(Protocol):
    """A binary stream: a file, an upload, the body of an answer."""

    def read(self, size: int, /) -> bytes: ...


class DocumentPurpose(StrEnum):
    """What a document proves."""

    IDENTITY = "proof_of_identity"
    """Who a person is."""
    ADDRESS = "proof_of_address"
    """Where a person lives."""
    REGISTRATION = "proof_of_registration"
    """That a company is registered."""
    ARTICLES = "articles_of_association"
    """What a company may do, and who decides."""
    SHAREHOLDERS = "shareholder_declaration"
    """Who owns a company."""


class DocumentKind(StrEnum):
    """The kind of a document."""

    PASSPORT = "passport"
    IDENTITY_CARD = "identity_card"
    DRIVING_LICENCE = "driving_licence"
    RESIDENCE_PERMIT = "residence_permit"


def _canonical(media_type: str | None) -> str | None:
    return canonical(media_type) if isinstance(media_type, str) else media_type


@frozen(kw_only=True, slots=False, repr=False)
class DocumentPage(Model):
    """One page of a document: its bytes and their media type, such as `image/jpeg`.

    The media type is normalised to its registered spelling: `IMAGE/JPG; q=1` to `image/jpeg`.
    """

    content: bytes
    """The bytes of the file, base64 in plain data. Example: `JVBERi0xLjcK`."""
    media_type: MediaType | None = field(default=None, converter=_canonical)
    """The media type, in its registered spelling. Example: `image/jpeg`."""
    filename: Text | None = None
    """The name of the file. Example: `passport.jpg`."""

    @classmethod
    def read(
        cls,
        source: str | PathLike[str] | SupportsRead,
        *,
        media_type: str | None = None,
        filename: str | None = None,
        most: int = MOST_BYTES,
    ) -> Self:
        """Reads a page from a path or a binary stream.

        The default of `filename` is the name of the path. Raises `InvalidInput` for more than
        `most` bytes, and for a text stream; `OSError` as `open` does.
        """
        if isinstance(source, str | PathLike):
            with open(source, "rb") as file:
                content: object = file.read(most + 1)
            filename = filename or os.path.basename(source)
        else:
            content = _whole(source, most)
        if isinstance(content, bytes) and len(content) > most:
            raise InvalidInput([Problem("content", "too_large", f"has more than {most} bytes")])
        return cls(content=cast("bytes", content), media_type=media_type, filename=filename)


def _whole(stream: SupportsRead, most: int) -> object:
    """Reads a stream, in several reads if needed, up to one byte more than `most`."""
    parts: list[bytes] = []
    left = most + 1
    while left > 0 and (part := stream.read(left)):
        if not isinstance(part, bytes):  # pyright: ignore[reportUnnecessaryIsInstance]
            return part  # a text stream: the constructor raises the error
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


@frozen(kw_only=True, slots=False, repr=False)
class Document(Model):
    """A document with its pages in order."""

    purpose: DocumentPurpose
    """What it is to prove. Example: `proof_of_identity`."""
    kind: DocumentKind | None = None
    """What it is. Example: `passport`."""
    person: PersonRef | None = None
    """The person of the user that it is about, by `ref`; None for the user. Example: `ada`."""
    pages: tuple[DocumentPage, ...] = ()
    """The pages, in their order."""
    title: Text | None = None
    """A title of the platform's own. Example: `Passport of Ona`."""
    number: Text | None = None
    """The number printed on it. Example: `LT1234567`."""
    issued_on: PastDate | None = None
    """The day of issue. Example: `2021-05-04`."""
    country: Country | None = None
    """The country that issued it, ISO 3166-1 alpha-2. Example: `LT`."""


class DocumentStatus(StrEnum):
    """The status of a document."""

    CREATED = "created"
    """Created, not submitted."""
    IN_REVIEW = "in_review"
    """Submitted; the provider has not decided."""
    ACCEPTED = "accepted"
    """Accepted."""
    REFUSED = "refused"
    """Refused; submit another one."""
    OUT_OF_DATE = "out_of_date"
    """Was accepted, and is no longer valid."""


class RefusalReason(StrEnum):
    """Why a document was refused."""

    UNREADABLE = "unreadable"
    """It cannot be read."""
    INCOMPLETE = "incomplete"
    """A page or a part is missing."""
    MISSING = "missing"
    """The document itself is missing."""
    NOT_ACCEPTED = "not_accepted"
    """Documents of this kind are not accepted."""
    EXPIRED = "expired"
    """It has expired."""
    FALSIFIED = "falsified"
    """It was falsified."""
    DATA_MISMATCH = "data_mismatch"
    """Its data differ from the user's."""
    UNDERAGE = "underage"
    """The person is under age."""
    OTHER = "other"
    """Another reason, in the provider's own code."""


@frozen(kw_only=True, slots=False, repr=False)
class Refusal(Model):
    """Why a document was refused: the core's reason, the provider's code and its text.

    The text may contain personal data; it is in no repr.
    """

    reason: RefusalReason
    """The reason, in the core's vocabulary. Example: `expired`."""
    provider_code: str = ""
    """The provider's own code. Example: `DOCUMENT_HAS_EXPIRED`."""
    text: str | None = None
    """The provider's text, which may name the person. It is in no repr.

    Example: `expired in May`.
    """
    flags: tuple[str, ...] = ()
    """The provider's finer codes. Example: `["document_unreadable"]`."""


@frozen(kw_only=True, slots=False, repr=False)
class DocumentRecord(Stored, form="document_record/1"):
    """The record of a document at a provider."""

    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    environment: str | None = None
    """The provider's environment, None if the adapter does not name one. Example: `sandbox`."""
    id: str
    """The document's id at the provider. Example: `kyc_01`."""
    user_id: str | None = None
    """The user's id at the provider. Example: `user_m_01`."""
    purpose: DocumentPurpose | None = None
    """What it is to prove. Example: `proof_of_identity`."""
    kind: DocumentKind | None = None
    """What it is. Example: `passport`."""
    status: DocumentStatus | None = None
    """Its state; None for a word that the core does not have. Example: `in_review`."""
    refusal: Refusal | None = None
    """Why it was refused, None if it was not."""
    created_at: datetime | None = None
    """When the provider created it, in UTC. Example: `2026-10-01T08:29:58Z`."""
    processed_at: datetime | None = None
    """When the provider decided, in UTC. Example: `2026-10-02T09:00:00Z`."""
    retrieved_at: datetime | None = None
    """When the answer arrived, in UTC. Example: `2026-10-01T08:30:00Z`."""
    provider_fields: Mapping[str, Any] = field(factory=dict[str, Any])
    """Further facts, by the provider's own names. Example: `{"Status": "VALIDATED"}`."""
    losses: tuple[Loss, ...] = ()
    """What the call that submitted it did not carry, by path: `documents.number`."""
    rate_limits: tuple[RateLimit, ...] = field(default=(), eq=False)
    """The calls left when the answer arrived. Not compared and not stored."""
    raw: Mapping[str, Any] = field(factory=dict[str, Any])
    """The unchanged answer. It contains personal values."""

    def __repr__(self) -> str:
        refused = self.refusal.reason if self.refusal is not None else None
        facts = ("id", "user_id", "purpose", "kind", "status")
        return self._shown(*facts, refusal=refused)
