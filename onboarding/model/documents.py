"""Proofs a user hands in, and what a provider made of them."""

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
from onboarding.model.shapes import Country, MediaType, PastDate, Text
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
"""The bytes of a page that are read at most, unless the caller says otherwise."""


class SupportsRead(Protocol):
    """What bytes can be read from: a file, an upload, the body of an answer."""

    def read(self, size: int, /) -> bytes: ...


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


def _canonical(media_type: str | None) -> str | None:
    return canonical(media_type) if isinstance(media_type, str) else media_type


@frozen(kw_only=True, slots=False, repr=False)
class DocumentPage(Model):
    """One page of a document: its bytes, and what they are (`image/jpeg`, `application/pdf`).

    The media type is kept in its registered spelling: `IMAGE/JPG; q=1` becomes `image/jpeg`.
    """

    content: bytes
    media_type: MediaType | None = field(default=None, converter=_canonical)
    filename: Text | None = None

    @classmethod
    def read(
        cls,
        source: str | PathLike[str] | SupportsRead,
        *,
        media_type: str | None = None,
        filename: str | None = None,
        most: int = MOST_BYTES,
    ) -> Self:
        """The page in a file, by its path or open for reading bytes, to its end.

        A path gives the page its name, unless another is given. Raises `InvalidInput` for more
        than `most` bytes, which are not read, and for a file of text; `OSError` as `open` does.
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
    """All of a stream, which may give less at once than it is asked for; one byte over at most."""
    parts: list[bytes] = []
    left = most + 1
    while left > 0 and (part := stream.read(left)):
        if not isinstance(part, bytes):  # pyright: ignore[reportUnnecessaryIsInstance]
            return part  # of a file of text: the constructor says what is wrong
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


@frozen(kw_only=True, slots=False, repr=False)
class Document(Model):
    """A document with its pages, in their order."""

    purpose: DocumentPurpose
    kind: DocumentKind | None = None
    pages: tuple[DocumentPage, ...] = ()
    title: Text | None = None
    number: Text | None = None
    issued_on: PastDate | None = None
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
    provider_code: str = ""
    text: str | None = None
    flags: tuple[str, ...] = ()


@frozen(kw_only=True, slots=False, repr=False)
class DocumentRecord(Stored, form="document_record/1"):
    """A document as a provider has it on file.

    `status` is None for a word of the provider's own, which is in `provider_fields`. `losses` are
    what the call that handed it in could not carry, by the path below the user: `documents.number`.
    `rate_limits` are those of a `UserRecord`.
    """

    provider: str
    gateway: str
    environment: str | None = None
    id: str
    user_id: str | None = None
    purpose: DocumentPurpose | None = None
    kind: DocumentKind | None = None
    status: DocumentStatus | None = None
    refusal: Refusal | None = None
    created_at: datetime | None = None
    processed_at: datetime | None = None
    retrieved_at: datetime | None = None
    provider_fields: Mapping[str, Any] = field(factory=dict[str, Any])
    losses: tuple[Loss, ...] = ()
    rate_limits: tuple[RateLimit, ...] = field(default=(), eq=False)
    raw: Mapping[str, Any] = field(factory=dict[str, Any])

    def __repr__(self) -> str:
        refused = self.refusal.reason if self.refusal is not None else None
        facts = ("id", "user_id", "purpose", "kind", "status")
        return self._shown(*facts, refusal=refused)
