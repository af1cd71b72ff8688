"""Documents at Paysera: upload, metadata, reviews."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen
from onboarding import (
    Company,
    Document,
    DocumentKind,
    DocumentPage,
    DocumentPurpose,
    DocumentRecord,
    DocumentStatus,
    IdempotencyConflict,
    InvalidInput,
    Loss,
    LossKind,
    Partial,
    Problem,
    RefusalReason,
    Unsupported,
)
from onboarding.spi import (
    Flow,
    Refusal,
    Response,
    as_object,
    canonical,
    core,
    digest,
    document_losses,
    lost_of_document,
    media_type_of,
    part_way,
    reference,
)

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import shown_id, shown_text

__all__ = [
    "REVIEWS",
    "Documents",
    "refusal_of",
    "status_of",
]

# the official Java client, events `review_status_valid`, `review_status_denied`
REVIEWS = {"valid": DocumentStatus.ACCEPTED, "denied": DocumentStatus.REFUSED}


def status_of(shown: Mapping[str, Any], otherwise: DocumentStatus) -> DocumentStatus | None:
    """Where a document stands: `otherwise` before a review, None for a word that is new."""
    word = shown.get("review_status")
    return otherwise if word is None else REVIEWS.get(shown_text(word) or "")


def refusal_of(shown: Mapping[str, Any]) -> Refusal | None:
    """Why a document was refused, if it was; Paysera says it in a comment alone."""
    if status_of(shown, DocumentStatus.CREATED) is not DocumentStatus.REFUSED:
        return None
    return Refusal(
        reason=RefusalReason.OTHER,
        provider_code=str(shown["review_status"]),
        text=shown_text(shown.get("comment")),
    )


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
_EXTENSION = re.compile(r"[A-Za-z0-9]{1,16}").fullmatch
# docs: user-resource, Provide Document Metadata: title, extension, type, number and date
_MISSING = {
    "title": Problem("title", "missing", "Paysera requires a title, such as `Passport scan`"),
    "extension": Problem(
        "pages.0.filename", "missing", "give the name of the file with its extension"
    ),
    "type": Problem("kind", "missing", "Paysera requires the kind of document"),
    "number": Problem("number", "missing", "Paysera requires the number of the document"),
    "date": Problem("issued_on", "missing", "Paysera requires the date of issue"),
}
_SUBMIT = "submit_document"
_FILE = "file"  # in a partial: the digest of the uploaded bytes
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
        self, user_id: str, document: Document, *, idempotency_key: str | None = None
    ) -> Flow[DocumentRecord]:
        """Uploads the one file of a proof of identity, then describes it.

        All that the description needs is checked before the upload, so that an uploaded file can
        be described. If only the upload was carried out, `PartialFailure` is raised, and `resume`
        describes the file. Paysera lists no documents: an upload whose outcome is unknown cannot
        be looked up. It has no idempotency either, so `key` is checked, and not sent.
        """
        self.validated_key(idempotency_key)
        self._described(document)
        page = document.pages[0]
        uploaded = yield from self.upload_document(user_id, page)
        partial = Partial(
            **self.provenance,
            operation=_SUBMIT,
            user_id=uploaded.user_id,
            id=uploaded.id,
            idempotency_key=idempotency_key,
            digest=digest(document),
            done={_FILE: digest(page.content)},
        )
        return (yield from self._finished(partial, document))

    def resume(self, partial: Partial, given: Document | Company) -> Flow[Any]:
        """Describes the file that `submit_document` uploaded.

        If Paysera rejected the description, it may be corrected; the file must be the same.
        Raises `IdempotencyConflict` for other content, `PartialFailure` when it fails again.
        """
        self.require_own(partial, Partial)
        if partial.operation != _SUBMIT or not partial.id:
            text = "expected the partial of a submit_document"
            raise InvalidInput([Problem("operation", "conflict", text)])
        if not isinstance(given, Document):
            raise InvalidInput([Problem("", "type", "expected a Document")])
        self.resumable(partial, digest(given))
        self._described(given)
        if partial.done.get(_FILE) != digest(given.pages[0].content):
            raise IdempotencyConflict(_SUBMIT, partial.id)
        return (yield from self._finished(partial, given))

    def _finished(self, partial: Partial, document: Document) -> Flow[DocumentRecord]:
        with part_way(partial):
            describing = self.describe_document(partial.id or "", document, user_id=partial.user_id)
            return (yield from describing)

    def upload_document(self, user_id: str, page: DocumentPage) -> Flow[DocumentRecord]:
        """docs: user-resource, Upload Document: the bytes as they are."""
        path = self.of_user(user_id, "document")
        response = yield self.upload("POST", "upload_document", *path, page=page)
        shown = self.answer(response)
        # No document prints the answer; the description needs the id, wherever it is.
        inner = as_object(shown.get("document"))
        found = {"id": inner.get("id", shown.get("document_id")), **shown}
        return self._document(
            shown_id(found, response), shown, response, user_id, otherwise=DocumentStatus.CREATED
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

    def _described(self, document: Document) -> tuple[dict[str, str], tuple[Loss, ...]]:
        """The metadata of a document that Paysera gets, and the losses.

        The documents name five facts in one example and call none of them optional. A file that
        lacks one might never be described, so that all five are required.
        """
        if not isinstance(document, Document):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidInput([Problem("", "type", "expected a Document")])
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
        facts = {
            "title": document.title,
            "extension": _extension(document.pages[0]),
            "type": None if document.kind is None else TYPES[document.kind],
            "number": document.number,
            "date": None if document.issued_on is None else document.issued_on.isoformat(),
        }
        metadata = {name: value for name, value in facts.items() if value is not None}
        missing = [_MISSING[name] for name in facts if name not in metadata]
        if not document.pages[0].content:
            missing.append(Problem("pages.0.content", "missing", "the file is empty"))
        if missing:
            raise InvalidInput(missing)
        return metadata, losses

    def _document(
        self,
        document_id: str,
        shown: Mapping[str, Any],
        response: Response,
        user_id: str | None,
        *,
        otherwise: DocumentStatus,
    ) -> DocumentRecord:
        return DocumentRecord(
            **self.provenance,
            id=document_id,
            user_id=reference(shown.get("user_id")) or reference(user_id),
            purpose=DocumentPurpose.IDENTITY,
            kind=KINDS.get(shown_text(shown.get("type")) or ""),
            status=status_of(shown, otherwise),
            refusal=refusal_of(shown),
            retrieved_at=response.received_at,
            provider_fields={
                k: v for k, v in shown.items() if k in ("type", "extension", "review_status")
            },
            raw=shown,
        )


def _extension(page: DocumentPage) -> str | None:
    """The file's own, else that of its type, which its first bytes tell too."""
    _, dot, after = (page.filename or "").rpartition(".")
    if dot and _EXTENSION(after):
        return after.lower()
    named = canonical(page.media_type or "")
    return _EXTENSIONS.get(named) or _EXTENSIONS.get(media_type_of(page.content) or "")
