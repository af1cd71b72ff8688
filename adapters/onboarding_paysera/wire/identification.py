"""Paysera's objects of an identification request.

docs: guides/wallet/user-identification
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen
from onboarding import DocumentKind, DocumentRecord
from onboarding.spi import known_word

__all__ = ["KINDS", "TYPES", "IdentificationRequest", "IdentificationStatus", "IdentityPaper"]

# docs: guides/wallet/user-identification, which spells them differently from the user resource
TYPES = {
    DocumentKind.IDENTITY_CARD: "identity_card",
    DocumentKind.PASSPORT: "passport",
    DocumentKind.RESIDENCE_PERMIT: "residence_permit",
    DocumentKind.DRIVING_LICENCE: "driver_license",  # deprecated
}
KINDS = {word: kind for kind, word in TYPES.items()}


class IdentificationStatus(StrEnum):
    """The status of a request, in the order in which it changes.

    `REVIEWED` does not tell the result: see the documents and the user's level.
    """

    WAITING = "waiting"
    PROCESSING = "processing"
    PENDING = "pending"
    REVIEWED = "reviewed"


@frozen(kw_only=True)
class IdentityPaper:
    """The data of an identity document; `country` is alpha-2, upper case."""

    kind: DocumentKind
    country: str | None = field(default=None, repr=False)
    personal_number: str | None = field(default=None, repr=False)
    given_name: str | None = field(default=None, repr=False)
    family_name: str | None = field(default=None, repr=False)
    birthdate: date | None = field(default=None, repr=False)

    def body(self) -> dict[str, str]:
        """Returns the body of a request, without the fields that are not given.

        The country is `country` beside data of the person, as in the guide, and
        `country_of_issue` alone, as in the official clients.
        """
        person = {
            "personal_number": self.personal_number,
            "first_name": self.given_name,
            "last_name": self.family_name,
            "date_of_birth": self.birthdate.isoformat() if self.birthdate else None,
        }
        told = any(value is not None for value in person.values())
        found = {
            "type": TYPES[DocumentKind(known_word("kind", self.kind, TYPES))],
            **person,
            "country" if told else "country_of_issue": self.country,
        }
        return {name: value for name, value in found.items() if value is not None}


@frozen(kw_only=True)
class IdentificationRequest:
    """An identification request as Paysera shows it.

    `provider_status` is a word of `IdentificationStatus`, or a newer one; `comment` is the
    reviewer's; `created_at` is in UTC.
    """

    id: str
    provider_status: str
    user_id: str | None = None
    relation: str | None = None
    created_at: datetime | None = None
    documents: tuple[DocumentRecord, ...] = field(default=(), repr=False)
    comment: str | None = field(default=None, repr=False)
    raw: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)
