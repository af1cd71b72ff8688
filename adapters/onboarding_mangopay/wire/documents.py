"""MangoPay's words and limits for documents, and its document object read.

docs: api-reference/kyc-documents
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from onboarding import (
    Document,
    DocumentPage,
    DocumentPurpose,
    DocumentRecord,
    DocumentStatus,
    LossKind,
    Problem,
    RefusalReason,
)
from onboarding.spi import (
    Adapter,
    Refusal,
    Response,
    canonical,
    core,
    identifier,
    lost_of_document,
    media_type_of,
    moment,
    reference,
)

from onboarding_mangopay.pdf import is_encrypted

__all__ = [
    "LEFT_OUT",
    "MOST_BYTES",
    "MOST_PAGES",
    "PURPOSES",
    "REASONS",
    "STATUSES",
    "document_record",
    "page_problems",
    "pages_problems",
]

# docs: create-kyc-document, Type
PURPOSES = {
    DocumentPurpose.IDENTITY: "IDENTITY_PROOF",
    DocumentPurpose.ADDRESS: "ADDRESS_PROOF",
    DocumentPurpose.REGISTRATION: "REGISTRATION_PROOF",
    DocumentPurpose.ARTICLES: "ARTICLES_OF_ASSOCIATION",
    DocumentPurpose.SHAREHOLDERS: "SHAREHOLDER_DECLARATION",
}
_PURPOSE_OF = {word: purpose for purpose, word in PURPOSES.items()}

# docs: view-kyc-document, Status
STATUSES = {
    "CREATED": DocumentStatus.CREATED,
    "VALIDATION_ASKED": DocumentStatus.IN_REVIEW,
    "VALIDATED": DocumentStatus.ACCEPTED,
    "REFUSED": DocumentStatus.REFUSED,
    "OUT_OF_DATE": DocumentStatus.OUT_OF_DATE,
}

# docs: view-kyc-document, RefusedReasonType; a word that is not here is OTHER, and kept
REASONS = {
    "DOCUMENT_UNREADABLE": RefusalReason.UNREADABLE,
    "DOCUMENT_INCOMPLETE": RefusalReason.INCOMPLETE,
    "DOCUMENT_MISSING": RefusalReason.MISSING,
    "DOCUMENT_NOT_ACCEPTED": RefusalReason.NOT_ACCEPTED,
    "DOCUMENT_HAS_EXPIRED": RefusalReason.EXPIRED,
    "DOCUMENT_FALSIFIED": RefusalReason.FALSIFIED,
    "DOCUMENT_DO_NOT_MATCH_USER_DATA": RefusalReason.DATA_MISMATCH,
    "DOCUMENT_DO_NOT_MATCH_ACCOUNT_DATA": RefusalReason.DATA_MISMATCH,  # in the SDKs alone
    "UNDERAGE_PERSON": RefusalReason.UNDERAGE,
    "SPECIFIC_CASE": RefusalReason.OTHER,
}

# docs: create-kyc-document has a type and a tag, create-kyc-document-page a file; no more
_D = core(Document)
_UNSUPPORTED = "mangopay does not support it"
LEFT_OUT = (
    lost_of_document(_D.number, _UNSUPPORTED),
    lost_of_document(_D.issued_on, _UNSUPPORTED),
    lost_of_document(_D.country, _UNSUPPORTED),
    lost_of_document(_D.kind, "MangoPay sees on the pages what it is", LossKind.NOT_APPLICABLE),
    lost_of_document("pages.filename", "MangoPay keeps no names of files", LossKind.NOT_APPLICABLE),
)
"""What MangoPay does not take of a document."""

# docs: create-kyc-document-page
MOST_PAGES = 5
MOST_BYTES = 7 * 1024 * 1024
_LEAST_BYTES = {DocumentPurpose.IDENTITY: 32 * 1024}
_LEAST_OF_OTHERS = 1024

_TYPES = ("application/pdf", "image/jpeg", "image/png")


def pages_problems(document: Document) -> list[Problem]:
    """What MangoPay would refuse of the pages of a document, by path."""
    count = len(document.pages)
    if count == 0:
        return [Problem("pages", "missing", "a document has one page at least")]
    if count > MOST_PAGES:
        return [Problem("pages", "too_many", f"a document has {MOST_PAGES} pages at most")]
    return [
        problem.under(number).under("pages")
        for number, page in enumerate(document.pages)
        for problem in page_problems(page, document.purpose)
    ]


def page_problems(page: DocumentPage, purpose: DocumentPurpose) -> Iterator[Problem]:
    """What MangoPay would refuse of one page: its type, told by its first bytes, and its size.

    docs: verification/documents/submission/refusals: a file must not be password protected.
    """
    size, least = len(page.content), _LEAST_BYTES.get(purpose, _LEAST_OF_OTHERS)
    kind = media_type_of(page.content)
    if kind not in _TYPES:
        yield Problem("", "shape", "is no PDF, JPEG or PNG")
    elif page.media_type is not None and canonical(page.media_type) != kind:
        yield Problem("media_type", "conflict", f"the bytes are {kind}")
    elif kind == "application/pdf" and is_encrypted(page.content):
        yield Problem("", "encrypted", "the PDF is password protected; send it without a password")
    if size < least:
        yield Problem("", "too_small", f"has fewer than {least} bytes")
    if size > MOST_BYTES:
        yield Problem("", "too_large", f"has more than {MOST_BYTES} bytes")


def document_record(
    adapter: Adapter, payload: Mapping[str, Any], response: Response
) -> DocumentRecord:
    """What MangoPay has on file of a document. Raises `UnexpectedResponse` for one without id."""
    return DocumentRecord(
        **adapter.provenance,
        id=identifier(payload, "Id", response),
        user_id=reference(payload.get("UserId")),
        purpose=_PURPOSE_OF.get(str(payload.get("Type"))),
        status=STATUSES.get(str(payload.get("Status"))),
        refusal=_refusal(payload),
        created_at=moment(payload.get("CreationDate")),
        processed_at=moment(payload.get("ProcessedDate")),
        retrieved_at=response.received_at,
        provider_fields={
            name: payload[name]
            for name in ("Type", "Status", "Tag", "Flags", "RefusedReasonType")
            if payload.get(name) is not None
        },
        rate_limits=adapter.rate_limits(response),
        raw=payload,
    )


def _refusal(payload: Mapping[str, Any]) -> Refusal | None:
    word, text = payload.get("RefusedReasonType"), payload.get("RefusedReasonMessage")
    found: object = payload.get("Flags")
    flags = cast("list[object]", found) if isinstance(found, list) else []
    if not (word or text or flags) and payload.get("Status") != "REFUSED":
        return None
    return Refusal(
        reason=REASONS.get(str(word), RefusalReason.OTHER),
        provider_code=str(word or ""),
        text=None if text is None else str(text),
        flags=tuple(str(flag) for flag in flags),
    )
