"""MangoPay's document object: its vocabularies, the limits of its pages, its reader.

docs: api-reference/kyc-documents
"""

from __future__ import annotations

import re
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

__all__ = [
    "LEFT_OUT",
    "MOST_BYTES",
    "MOST_PAGES",
    "PURPOSES",
    "REASONS",
    "STATUSES",
    "document_record",
    "is_encrypted",
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

# docs: create-kyc-document takes a type and a tag only, create-kyc-document-page a file
_D = core(Document)
_UNSUPPORTED = "mangopay does not support it"
LEFT_OUT = (
    lost_of_document(_D.number, _UNSUPPORTED),
    lost_of_document(_D.issued_on, _UNSUPPORTED),
    lost_of_document(_D.country, _UNSUPPORTED),
    lost_of_document(_D.kind, "MangoPay sees the kind on the pages", LossKind.NOT_APPLICABLE),
    lost_of_document("pages.filename", "MangoPay stores no file names", LossKind.NOT_APPLICABLE),
)
"""The fields of a document that MangoPay does not take."""

# docs: create-kyc-document-page
MOST_PAGES = 5
MOST_BYTES = 7 * 1024 * 1024
_LEAST_BYTES = {DocumentPurpose.IDENTITY: 32 * 1024}
_LEAST_OF_OTHERS = 1024

_TYPES = ("application/pdf", "image/jpeg", "image/png")


def pages_problems(document: Document) -> list[Problem]:
    """Returns the problems for which MangoPay would refuse the pages of a document, by path."""
    count = len(document.pages)
    if count == 0:
        return [Problem("pages", "missing", "a document has at least one page")]
    if count > MOST_PAGES:
        return [Problem("pages", "too_many", f"a document has at most {MOST_PAGES} pages")]
    return [
        problem.under(number).under("pages")
        for number, page in enumerate(document.pages)
        for problem in page_problems(page, document.purpose)
    ]


def page_problems(page: DocumentPage, purpose: DocumentPurpose) -> Iterator[Problem]:
    """Yields the problems for which MangoPay would refuse a page.

    It checks the type, by the first bytes, the size in bytes, and that a PDF is not password
    protected (docs: verification/documents/submission/refusals).
    """
    size, least = len(page.content), _LEAST_BYTES.get(purpose, _LEAST_OF_OTHERS)
    kind = media_type_of(page.content)
    if kind not in _TYPES:
        yield Problem("", "shape", "is not a PDF, JPEG or PNG")
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
    """Returns the record of a document object. Raises `UnexpectedResponse` without an id."""
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


# -- password protection of a PDF

# ISO 32000-1, 7.5.5: a PDF ends in `startxref`, the offset of the last cross-reference section, and
# `%%EOF`. The section is a table (`xref`) followed by a `trailer`, or a stream (7.5.8) whose
# dictionary is the trailer. The last trailer repeats the entries of earlier ones.
_START = re.compile(rb"startxref\s+(\d{1,10})")
_STREAM = re.compile(rb"\d+\s+\d+\s+obj\s*<<")
# 7.5.5, table 15: Encrypt is a dictionary, in place or by reference.
_ENCRYPT = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R\b|<<)")


def is_encrypted(content: bytes) -> bool:
    """Returns whether the last trailer of a PDF has an entry `Encrypt`.

    If the offset is wrong, the last `trailer` is read, as viewers do.
    """
    end = content.rfind(b"startxref")
    return _ENCRYPT.search(_trailer(content, end if end >= 0 else len(content))) is not None


def _trailer(content: bytes, end: int) -> bytes:
    found = _START.match(content, end)
    # The offset is from the header; some files have other bytes before it.
    header = max(content.find(b"%PDF-"), 0)
    for at in (header + int(found[1]), int(found[1])) if found else ():
        if content.startswith(b"xref", at):
            return _until(content, content.find(b"trailer", at), b"startxref")
        if _STREAM.match(content, at):
            return _until(content, at, b"stream")
    return _until(content, content.rfind(b"trailer", 0, end), b"startxref")


def _until(content: bytes, start: int, word: bytes) -> bytes:
    """Returns the bytes from an offset to the next such word; empty for a negative offset."""
    if start < 0:
        return b""
    stop = content.find(word, start)
    return content[start : stop if stop >= 0 else len(content)]
