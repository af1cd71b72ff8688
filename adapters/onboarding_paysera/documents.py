"""The flows that hand in a document: its bytes, then what it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from attrs import evolve, frozen
from onboarding import (
    Document,
    DocumentKind,
    DocumentPurpose,
    DocumentRecord,
    DocumentStatus,
    Flow,
    HalfDone,
    Loss,
    LossKind,
    OnboardingError,
    Page,
    Problem,
    Response,
    UnexpectedResponse,
    Unsupported,
)
from onboarding.mapping import core, document_losses, lost_of_document

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.reviews import refusal_of, status_of

__all__ = ["Documents"]

# docs: user-resource, Document Types; `card` is read as an identity card
TYPES = {
    DocumentKind.IDENTITY_CARD: "card",
    DocumentKind.PASSPORT: "passport",
    DocumentKind.DRIVING_LICENCE: "driver_licence",
}
KINDS = {word: kind for kind, word in TYPES.items()}
_EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
}
# docs: user-resource, Provide Document Metadata: title, extension, type, number and date
LEFT_OUT = (
    lost_of_document(core(Document).country, "paysera has no place for it"),
    lost_of_document(
        "pages.filename", "Paysera takes a file's extension alone", LossKind.NOT_APPLICABLE
    ),
)


@frozen(kw_only=True)
class Documents(PayseraProtocol):
    """Documents. docs: user-resource, Document Management; they take a special permission."""

    def submit_document(
        self, user_id: str, document: Document, *, key: str | None = None
    ) -> Flow[DocumentRecord]:
        """Uploads the one file of a proof of identity, then says what it is.

        Paysera has no way to make it happen once, so `key` does nothing. Where the file arrived
        and its description did not, `HalfDone` is raised, whose `rest()` describes that file.
        """
        self._described(document)  # refused before anything is sent
        uploaded = yield from self.upload_document(user_id, document.pages[0])
        describing = partial(self.describe_document, uploaded.id, document, user_id=user_id)
        try:
            return (yield from describing())
        except OnboardingError as error:
            raise HalfDone(uploaded, describing) from error

    def upload_document(self, user_id: str, page: Page) -> Flow[DocumentRecord]:
        """docs: user-resource, Upload Document: the bytes as they are."""
        path = self.of_user(user_id, "document")
        response = yield self.upload("POST", "upload_document", *path, page=page)
        shown = self.answer(response)
        if "id" not in shown:
            problem = Problem("id", "missing", "a document has no id", "id")
            raise UnexpectedResponse([problem], status=response.status, raw=response.body)
        return self._document(
            str(shown["id"]), shown, response, user_id, otherwise=DocumentStatus.CREATED
        )

    def describe_document(
        self, document_id: str, document: Document, *, user_id: str | None = None
    ) -> Flow[DocumentRecord]:
        """docs: user-resource, Provide Document Metadata, whose address names no user.

        What is answered is in no document: a file that has its description waits for a review,
        unless the answer says otherwise.
        """
        metadata, losses = self._described(document)
        path = ("user", "document", document_id, "metadata")
        response = yield self.request("PUT", "describe_document", *path, body=metadata)
        shown = self.answer(response)
        record = self._document(
            document_id, shown, response, user_id, otherwise=DocumentStatus.IN_REVIEW
        )
        kind = record.kind if "type" in shown else document.kind
        return evolve(record, kind=kind, losses=losses)

    def _described(self, document: Document) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        """What Paysera is told of a document, and what of it is left out."""
        found: list[Problem] = []
        if document.purpose is not DocumentPurpose.IDENTITY:
            found.append(Problem("purpose", "unsupported", "Paysera takes proofs of identity only"))
        if document.kind is not None and document.kind not in TYPES:
            text = "Paysera takes cards, passports and driving licences here"
            found.append(Problem("kind", "unsupported", text))
        if len(document.pages) != 1:
            found.append(Problem("pages", "unsupported", "Paysera takes one file a document"))
        if found:
            raise Unsupported(found, provider=self.provider)
        losses = self.refuse(document_losses(document, LEFT_OUT))
        metadata = {
            "title": document.title,
            "extension": _extension(document.pages[0]),
            "type": None if document.kind is None else TYPES[document.kind],
            "number": document.number,
            "date": _date(document.issued_on),
        }
        return {name: value for name, value in metadata.items() if value is not None}, losses

    def _document(
        self,
        document_id: str,
        shown: Mapping[str, Any],
        response: Response,
        user_id: str | None,
        *,
        otherwise: DocumentStatus,
    ) -> DocumentRecord:
        owner = shown.get("user_id", user_id)
        return DocumentRecord(
            provider=self.provider,
            gateway=self.name,
            id=document_id,
            user_id=None if owner is None else str(owner),
            purpose=DocumentPurpose.IDENTITY,
            kind=KINDS.get(str(shown.get("type"))),
            status=status_of(shown, otherwise),
            refusal=refusal_of(shown),
            seen_at=response.received_at,
            native={k: v for k, v in shown.items() if k in ("type", "extension", "review_status")},
            raw=shown,
        )


def _extension(page: Page) -> str | None:
    """The file's own, else that of its type."""
    _, dot, after = (page.filename or "").rpartition(".")
    return after.lower() if dot and after else _EXTENSIONS.get(page.media_type or "")


def _date(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
