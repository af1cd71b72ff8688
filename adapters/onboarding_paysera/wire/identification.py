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
from onboarding.spi import ALWAYS, ISO_DATE, TEXT, Model, at, core, translation, wire, words

from onboarding_paysera.values import PROVIDER

__all__ = [
    "KINDS",
    "PAPER",
    "TYPES",
    "IdentificationRequest",
    "IdentificationStatus",
    "IdentityPaper",
    "PayseraPaper",
    "paper_body",
]

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


@frozen(kw_only=True, slots=False, repr=False)
class IdentityPaper(Model):
    """The data of an identity document; `country` is alpha-2, upper case."""

    kind: DocumentKind
    country: str | None = None
    personal_number: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    birthdate: date | None = None


P = core(IdentityPaper)


@wire(source="docs: guides/wallet/user-identification")
class PayseraPaper:
    """The object of an identity document."""

    type: str | None = at(P.kind, words(DocumentKind, TYPES), required_when=ALWAYS)
    personal_number: str | None = at(P.personal_number, TEXT)
    first_name: str | None = at(P.given_name, TEXT)
    last_name: str | None = at(P.family_name, TEXT)
    date_of_birth: str | None = at(P.birthdate, ISO_DATE)
    country: str | None = at(P.country, TEXT)


PAPER = translation(PayseraPaper, PROVIDER, IdentityPaper)


def paper_body(paper: IdentityPaper) -> dict[str, Any]:
    """Returns the body of a request, without the fields that are not given.

    The country is `country` beside data of the person, as in the guide, and `country_of_issue`
    alone, as in the official clients.
    """
    body, _ = PAPER.to_wire(paper)
    if body.keys() == {"type", "country"}:
        body["country_of_issue"] = body.pop("country")
    return body


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
