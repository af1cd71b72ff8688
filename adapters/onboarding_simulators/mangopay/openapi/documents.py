"""KYC documents with their pages (docs: api-reference/kyc-documents)."""

from __future__ import annotations

from onboarding_simulators.shared.openapi import (
    NULL,
    TEXT,
    Json,
    answer,
    either,
    just,
    listed,
    maybe,
    ref,
    shape,
    text,
    word,
)

from .answers import CLIENT, CLOSED, NOT_FOR_PAYER, RATES, USER, call, error, plain, rows
from .words import DATE, TAG, id_of

_KYC = "api-reference/kyc-documents/"

# docs: kyc-document-object
TYPES = (
    "IDENTITY_PROOF", "REGISTRATION_PROOF", "ARTICLES_OF_ASSOCIATION", "SHAREHOLDER_DECLARATION",
    "ADDRESS_PROOF",
)  # fmt: skip
STATUSES = ("CREATED", "VALIDATION_ASKED", "VALIDATED", "REFUSED", "OUT_OF_DATE")
REASONS = (
    "DOCUMENT_DO_NOT_MATCH_USER_DATA", "DOCUMENT_FALSIFIED", "DOCUMENT_HAS_EXPIRED",
    "DOCUMENT_INCOMPLETE", "DOCUMENT_MISSING", "DOCUMENT_NOT_ACCEPTED", "DOCUMENT_UNREADABLE",
    "SPECIFIC_CASE", "UNDERAGE_PERSON",
)  # fmt: skip
_DOCUMENT = {
    "Type": word(*TYPES),
    "UserId": id_of("user_m"),
    "Flags": listed(text("^[0-9]{6}$")),
    "Id": id_of("kyc"),
    "Tag": maybe(TEXT),
    "CreationDate": DATE,
}
_UNDECIDED = {"ProcessedDate": NULL, "RefusedReasonType": NULL, "RefusedReasonMessage": NULL}

SCHEMAS: dict[str, Json] = {
    "KycDocument": either(
        shape({**_DOCUMENT, **_UNDECIDED, "Status": word("CREATED", "VALIDATION_ASKED")}),
        shape(
            {
                **_DOCUMENT,
                **_UNDECIDED,
                "Status": word("VALIDATED", "OUT_OF_DATE"),
                "ProcessedDate": maybe(DATE),
            }
        ),
        shape(
            {
                **_DOCUMENT,
                "Status": just("REFUSED"),
                "ProcessedDate": DATE,
                "RefusedReasonType": word(*REASONS),
                "RefusedReasonMessage": maybe(TEXT),
            }
        ),
    ),
    # from the SDKs; not documented
    "Consult": shape({"Url": text("^https?://"), "ExpirationDate": DATE}),
}

_ASKED = {"Status": just("VALIDATION_ASKED")}
_NEW_DOCUMENT = shape({"Type": word(*TYPES)}, {"Tag": TAG}, closed=False)
_SUBMIT = shape(_ASKED, {"Tag": TAG}, closed=False)
_FILE = shape({"File": {**TEXT, "contentEncoding": "base64", "minLength": 1}}, closed=False)
_TOO_MANY = error(
    "max_page_number",
    "Maximum number of pages exceeded. You can only add up to 5 pages to this document",
)
# the refusals are documented or inevitable; no page prints them
_NO_PAGE = error("invalid_action", "Pages can only be added to a created document")
_SUBMITTED = error("invalid_action", "The document was already submitted")
_EMPTY = error(
    "cant_validate_empty_document",
    "You can not request validation for a document which has no pages",
)
_TOO_LARGE = answer("Too large", plain(r"Maximum request length exceeded\."), RATES)

_PAPERS, _PAPER = f"{USER}/kyc/documents", f"{USER}/kyc/documents/{{KycDocumentId}}"
_WORDS = {"Status": STATUSES, "Type": TYPES}
_DOCUMENT_SEEN = ref("KycDocument")
_KNOWN = ("User", "KycDocument")

PATHS: dict[str, dict[str, Json]] = {
    f"{CLIENT}/kyc/documents": rows(
        "listDocuments", f"{_KYC}list-kyc-documents", _DOCUMENT_SEEN, words=_WORDS
    ),
    f"{CLIENT}/kyc/documents/{{KycDocumentId}}": call(
        "viewDocument", f"{_KYC}view-kyc-document", _DOCUMENT_SEEN, nouns=("KycDocument",)
    ),
    f"{CLIENT}/kyc/documents/{{KycDocumentId}}/consult": call(
        "consultDocument", f"{_KYC}kyc-document-object", listed(ref("Consult")), method="post",
        nouns=("KycDocument",),
    ),
    _PAPERS: {
        **rows(
            "listDocumentsOfUser", f"{_KYC}list-kyc-documents-user", _DOCUMENT_SEEN,
            words=_WORDS, nouns=("User",),
        ),
        **call(
            "createDocument", f"{_KYC}create-kyc-document", _DOCUMENT_SEEN, method="post",
            body=_NEW_DOCUMENT, nouns=("User",), refusals=(CLOSED, NOT_FOR_PAYER),
        ),
    },
    _PAPER: {
        **call(
            "viewDocumentOfUser", f"{_KYC}view-kyc-document", _DOCUMENT_SEEN,
            nouns=("KycDocument",),
        ),
        **call(
            "submitDocument", f"{_KYC}submit-kyc-document", _DOCUMENT_SEEN, method="put",
            body=_SUBMIT, nouns=_KNOWN, refusals=(CLOSED, NOT_FOR_PAYER, _SUBMITTED, _EMPTY),
        ),
    },
    f"{_PAPER}/pages": call(
        "createPage", f"{_KYC}create-kyc-document-page", None, method="post", status=204,
        body=_FILE, nouns=_KNOWN, refusals=(CLOSED, NOT_FOR_PAYER, _TOO_MANY, _NO_PAGE),
        more={413: _TOO_LARGE},
    ),
}  # fmt: skip
