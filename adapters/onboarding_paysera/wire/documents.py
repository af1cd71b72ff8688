"""Paysera's words and limits for documents, and the metadata of a file.

docs: guides/wallet/user-information/user-resource, Document Management
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from onboarding import (
    Document,
    DocumentKind,
    DocumentPage,
    DocumentStatus,
    InvalidInput,
    Problem,
    RefusalReason,
)
from onboarding.spi import (
    ALWAYS,
    ISO_DATE,
    TEXT,
    Refusal,
    at,
    canonical,
    core,
    media_type_of,
    translation,
    wire,
    words,
)

from onboarding_paysera.values import PROVIDER, given, shown_text

__all__ = [
    "DOCUMENT",
    "KINDS",
    "REVIEWS",
    "TYPES",
    "PayseraDocument",
    "extension_of",
    "image_page",
    "refusal_of",
    "status_of",
]

# docs: user-resource, Document Types; `card` is read as an identity card
TYPES = {
    DocumentKind.IDENTITY_CARD: "card",
    DocumentKind.PASSPORT: "passport",
    DocumentKind.DRIVING_LICENCE: "driver_licence",
}
KINDS = {word: kind for kind, word in TYPES.items()}

# the official Java client, events `review_status_valid`, `review_status_denied`
REVIEWS = {"valid": DocumentStatus.ACCEPTED, "denied": DocumentStatus.REFUSED}

D = core(Document)


@wire(source="docs: user-resource, Provide Document Metadata", elsewhere=(D.purpose, D.pages))
class PayseraDocument:
    """The metadata of a file: one example has all fields, and none is called optional."""

    title: str | None = at(D.title, TEXT, required_when=ALWAYS)
    type: str | None = at(D.kind, words(DocumentKind, TYPES), required_when=ALWAYS)
    number: str | None = at(D.number, TEXT, required_when=ALWAYS)
    date: str | None = at(D.issued_on, ISO_DATE, required_when=ALWAYS)


DOCUMENT = translation(PayseraDocument, PROVIDER, Document)

# lib-rest-bundle, the request formats that are images
_IMAGES = ("image/jpeg", "image/png", "image/gif")
_EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
}
_EXTENSION = re.compile(r"[A-Za-z0-9]{1,16}").fullmatch


def status_of(shown: Mapping[str, Any], otherwise: DocumentStatus) -> DocumentStatus | None:
    """Returns the status of a document: `otherwise` before a review, None for an unknown word."""
    word = shown.get("review_status")
    return otherwise if word is None else REVIEWS.get(shown_text(word) or "")


def refusal_of(shown: Mapping[str, Any]) -> Refusal | None:
    """Returns why a document was refused; Paysera gives the reason as a comment only."""
    if status_of(shown, DocumentStatus.CREATED) is not DocumentStatus.REFUSED:
        return None
    return Refusal(
        reason=RefusalReason.OTHER,
        provider_code=str(shown["review_status"]),
        text=shown_text(shown.get("comment")),
    )


def extension_of(page: DocumentPage) -> str | None:
    """Returns the extension of the file's name, else that of its media type or first bytes."""
    _, dot, after = (page.filename or "").rpartition(".")
    if dot and _EXTENSION(after):
        return after.lower()
    named = canonical(page.media_type or "")
    return _EXTENSIONS.get(named) or _EXTENSIONS.get(media_type_of(page.content) or "")


def image_page(page: DocumentPage) -> DocumentPage:
    """Returns the page if it is a JPEG, PNG or GIF. Raises `InvalidInput` for anything else."""
    named = canonical(given("image", page, DocumentPage).media_type or "")
    if named not in _IMAGES:
        raise InvalidInput(
            [Problem("media_type", "choice", f"expected one of {', '.join(_IMAGES)}")]
        )
    if media_type_of(page.content) != named:
        raise InvalidInput([Problem("content", "conflict", f"the bytes are not {named}")])
    return page
