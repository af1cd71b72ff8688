"""Where documents are attached at Stripe, and what is taken as a page.

docs: api/accounts/create, api/persons/create, api/files/create
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onboarding import DocumentPurpose, LossKind
from onboarding.spi import PageRules

__all__ = [
    "LISTS",
    "NOT_SENT",
    "OF_A_COMPANY",
    "OF_A_PERSON",
    "PAGES",
    "PURPOSES",
    "attachment",
    "upload_purpose",
]

# docs: api/persons/create, verification; api/accounts/create, company.verification and documents
OF_A_PERSON: Mapping[DocumentPurpose, tuple[str, ...]] = {
    DocumentPurpose.IDENTITY: ("verification.document",),
    DocumentPurpose.ADDRESS: ("verification.additional_document",),
}
"""Where documents of an individual or a person are attached; the first place by default."""

OF_A_COMPANY: Mapping[DocumentPurpose, tuple[str, ...]] = {
    DocumentPurpose.REGISTRATION: (
        "company.verification.document",
        "documents.company_registration_verification",
        "documents.proof_of_registration",
    ),
    DocumentPurpose.ARTICLES: ("documents.company_memorandum_of_association",),
    DocumentPurpose.ADDRESS: ("documents.proof_of_address",),
    DocumentPurpose.SHAREHOLDERS: ("documents.proof_of_ultimate_beneficial_ownership",),
}
"""Where documents of a company are attached; the first place by default."""

PURPOSES: Mapping[str, DocumentPurpose] = {
    place: purpose
    for known in (OF_A_PERSON, OF_A_COMPANY)
    for purpose, places in known.items()
    for place in places
}
"""What a document at a place proves."""

LISTS = ("past_due", "currently_due", "eventually_due")
"""The lists of what is due (docs: api/accounts/object, requirements)."""

# docs: api/accounts/create, individual.verification.document.front
PAGES = PageRules(
    most=20,
    media_types=("application/pdf", "image/jpeg", "image/png"),
    most_bytes=10 * 1024 * 1024,
    encrypted=True,
)

NOT_SENT = {
    **dict.fromkeys(("title", "number", "issued_on", "country"), LossKind.DROPPED),
    "kind": LossKind.NOT_APPLICABLE,
}
"""The fields of a document that no call sends."""


def upload_purpose(place: str) -> str:
    """Returns the purpose of the files for a place (docs: api/accounts/create)."""
    purposes = {"company": "additional_verification", "documents": "account_requirement"}
    return purposes.get(place.partition(".")[0], "identity_document")


def attachment(place: str, files: tuple[str, ...]) -> dict[str, Any]:
    """Returns the body that attaches files at a place; that of a person starts with its id."""
    owner, *names = place.split(".")
    body: dict[str, Any] = dict(zip(("front", "back"), files, strict=False))
    if owner == "documents":
        body = {"files": list(files)}
    for name in reversed(names):
        body = {name: body}
    return body if owner.startswith("person_") else {owner: body}
