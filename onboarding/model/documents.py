"""Proofs a user hands in."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from attrs import frozen

from onboarding.model.base import Model
from onboarding.model.shapes import Country, Text

__all__ = ["Document", "DocumentKind", "DocumentPurpose", "Page"]


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
