"""MangoPay's document object: its vocabularies, its mapping, the limits of its pages.

docs: api-reference/kyc-documents
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onboarding import (
    Document,
    DocumentPurpose,
    DocumentRecord,
    DocumentStatus,
    RefusalReason,
)
from onboarding.spi import (
    ALWAYS,
    MOMENT,
    NEVER,
    REFERENCE,
    TEXT,
    Adapter,
    PageRules,
    Refusal,
    Response,
    as_list,
    at,
    core,
    not_applicable,
    translation,
    wire,
    words,
)

from onboarding_mangopay.values import PROVIDER

__all__ = [
    "DOCUMENT",
    "PAGES",
    "PURPOSES",
    "REASONS",
    "STATUSES",
    "MangoDocument",
    "MangoDocumentRecord",
    "document_record",
]

# docs: create-kyc-document, Type
PURPOSES = {
    DocumentPurpose.IDENTITY: "IDENTITY_PROOF",
    DocumentPurpose.ADDRESS: "ADDRESS_PROOF",
    DocumentPurpose.REGISTRATION: "REGISTRATION_PROOF",
    DocumentPurpose.ARTICLES: "ARTICLES_OF_ASSOCIATION",
    DocumentPurpose.SHAREHOLDERS: "SHAREHOLDER_DECLARATION",
}

# docs: view-kyc-document, Status
STATUSES = {
    DocumentStatus.CREATED: "CREATED",
    DocumentStatus.IN_REVIEW: "VALIDATION_ASKED",
    DocumentStatus.ACCEPTED: "VALIDATED",
    DocumentStatus.REFUSED: "REFUSED",
    DocumentStatus.OUT_OF_DATE: "OUT_OF_DATE",
}

# docs: view-kyc-document, RefusedReasonType; any other word is OTHER, and is kept as it is
REASONS = {
    "DOCUMENT_UNREADABLE": RefusalReason.UNREADABLE,
    "DOCUMENT_INCOMPLETE": RefusalReason.INCOMPLETE,
    "DOCUMENT_MISSING": RefusalReason.MISSING,
    "DOCUMENT_NOT_ACCEPTED": RefusalReason.NOT_ACCEPTED,
    "DOCUMENT_HAS_EXPIRED": RefusalReason.EXPIRED,
    "DOCUMENT_FALSIFIED": RefusalReason.FALSIFIED,
    "DOCUMENT_DO_NOT_MATCH_USER_DATA": RefusalReason.DATA_MISMATCH,
    "DOCUMENT_DO_NOT_MATCH_ACCOUNT_DATA": RefusalReason.DATA_MISMATCH,  # only in the SDKs
    "UNDERAGE_PERSON": RefusalReason.UNDERAGE,
    "SPECIFIC_CASE": RefusalReason.OTHER,
}

_PURPOSE = words(DocumentPurpose, PURPOSES)
_D = core(Document)
_R = core(DocumentRecord)


@wire(
    source="docs: create-kyc-document",
    not_supported=(not_applicable(_D.kind, "MangoPay sees the kind on the pages"),),
    elsewhere=(_D.pages,),
)
class MangoDocument:
    """A document to be created; its pages are added one by one."""

    Type: str | None = at(_D.purpose, _PURPOSE, required_when=ALWAYS)
    Tag: str | None = at(_D.title, TEXT, max=255)


@wire(source="docs: view-kyc-document", on=NEVER)
class MangoDocumentRecord:
    """A document as MangoPay shows it."""

    Id: str | None = at(_R.id, REFERENCE)
    UserId: str | None = at(_R.user_id, REFERENCE)
    Type: str | None = at(_R.purpose, _PURPOSE)
    Status: str | None = at(_R.status, words(DocumentStatus, STATUSES))
    CreationDate: int | None = at(_R.created_at, MOMENT)
    ProcessedDate: int | None = at(_R.processed_at, MOMENT)


DOCUMENT = translation(MangoDocument, PROVIDER, Document)
_KEPT = ("Type", "Status", "Tag", "Flags", "RefusedReasonType")

# docs: create-kyc-document-page; verification/documents/submission/refusals, on passwords
PAGES = PageRules(
    most=5,
    media_types=("application/pdf", "image/jpeg", "image/png"),
    most_bytes=7 * 1024 * 1024,
    least_bytes=1024,
    least_of={DocumentPurpose.IDENTITY: 32 * 1024},
)


def document_record(
    adapter: Adapter, payload: Mapping[str, Any], response: Response
) -> DocumentRecord:
    """Returns the record of a document object. Raises `UnexpectedResponse` without an id."""
    return adapter.read_as(
        DocumentRecord,
        payload,
        response,
        by=MangoDocumentRecord,
        kept=_KEPT,
        refusal=_refusal(payload),
    )


def _refusal(payload: Mapping[str, Any]) -> Refusal | None:
    word, text = payload.get("RefusedReasonType"), payload.get("RefusedReasonMessage")
    flags = as_list(payload.get("Flags"))
    if not (word or text or flags) and payload.get("Status") != "REFUSED":
        return None
    return Refusal(
        reason=REASONS.get(str(word), RefusalReason.OTHER),
        provider_code=str(word or ""),
        text=None if text is None else str(text),
        flags=tuple(str(flag) for flag in flags),
    )
