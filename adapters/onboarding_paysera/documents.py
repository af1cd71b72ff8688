"""The flows that hand in a document: its bytes, then what it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import frozen
from onboarding import (
    Document,
    DocumentKind,
    DocumentPurpose,
    DocumentRecord,
    Flow,
    Loss,
    LossKind,
    Page,
    Problem,
    Response,
    UnexpectedResponse,
    Unsupported,
)

from onboarding_paysera.protocol import PayseraProtocol

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


@frozen(kw_only=True)
class Documents(PayseraProtocol):
    """Documents. docs: user-resource, Document Management; they take a special permission."""

    def submit_document(
        self, user_id: str, document: Document, *, key: str | None = None
    ) -> Flow[DocumentRecord]:
        """Uploads the one file of a proof of identity, then says what it is.

        Paysera has no way to make it happen once, so `key` does nothing. Where only the second
        half failed, the file stays without a description; to keep hold of its id, call
        `upload_document` and `describe_document` one by one.
        """
        page, metadata = self._described(document)
        uploaded = yield from self.upload_document(user_id, page)
        return (yield from self._describe(uploaded.id, user_id, metadata))

    def upload_document(self, user_id: str, page: Page) -> Flow[DocumentRecord]:
        """docs: user-resource, Upload Document: the bytes as they are."""
        path = self.of_user(user_id, "document")
        response = yield self.upload("POST", "upload_document", *path, page=page)
        return self._document(self.answer(response), response, user_id=user_id)

    def describe_document(self, document_id: str, document: Document) -> Flow[DocumentRecord]:
        """docs: user-resource, Provide Document Metadata."""
        _, metadata = self._described(document)
        return (yield from self._describe(document_id, None, metadata))

    def _describe(
        self, document_id: str, user_id: str | None, metadata: Mapping[str, Any]
    ) -> Flow[DocumentRecord]:
        path = ("user", "document", document_id, "metadata")  # which names no user
        response = yield self.request("PUT", "describe_document", *path, body=metadata)
        # What is answered is in no document.
        shown = {"id": document_id, **metadata, **self.answer(response)}
        return self._document(shown, response, user_id=user_id)

    def _described(self, document: Document) -> tuple[Page, dict[str, Any]]:
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
        if document.country is not None:
            reason = "paysera has no place for it"
            self.refuse([Loss(core_path="country", kind=LossKind.DROPPED, reason=reason)])
        page = document.pages[0]
        metadata = {
            "title": document.title,
            "extension": _extension(page),
            "type": None if document.kind is None else TYPES[document.kind],
            "number": document.number,
            "date": _date(document.issued_on),
        }
        return page, {name: value for name, value in metadata.items() if value is not None}

    def _document(
        self, shown: Mapping[str, Any], response: Response, *, user_id: str | None
    ) -> DocumentRecord:
        if "id" not in shown:
            problem = Problem("id", "missing", "a document has no id", "id")
            raise UnexpectedResponse([problem], status=response.status, raw=response.body)
        owner = shown.get("user_id", user_id)
        return DocumentRecord(
            provider=self.provider,
            gateway=self.name,
            id=str(shown["id"]),
            user_id=None if owner is None else str(owner),
            purpose=DocumentPurpose.IDENTITY,
            kind=KINDS.get(str(shown.get("type"))),
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
