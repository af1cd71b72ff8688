"""Documents at Paysera: upload, metadata, review.

docs: guides/wallet/user-information/user-resource, Document Management
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen
from onboarding import (
    Document,
    DocumentPage,
    DocumentPurpose,
    DocumentRecord,
    DocumentStatus,
    IdempotencyConflict,
    InvalidInput,
    Loss,
    Partial,
    Person,
    Problem,
    Unsupported,
    User,
)
from onboarding.spi import (
    Flow,
    Response,
    as_object,
    digest,
    filename_losses,
    part_way,
    reference,
)

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import shown_id, shown_text
from onboarding_paysera.wire.documents import (
    DOCUMENT,
    KINDS,
    TYPES,
    extension_of,
    refusal_of,
    status_of,
)

__all__ = ["Documents"]

_SUBMIT = "submit_document"
_FILE = "file"  # in a partial: the digest of the uploaded bytes


@frozen(kw_only=True)
class Documents(PayseraProtocol):
    """The operations on documents; they require a special permission."""

    def submit_document(
        self, user_id: str, document: Document, *, idempotency_key: str | None = None
    ) -> Flow[DocumentRecord]:
        """Uploads the file of a proof of identity, then sends its metadata.

        The metadata is checked before the upload. If only the upload was carried out,
        `PartialFailure` is raised, and `resume` sends the metadata. Paysera lists no documents, so
        an upload whose outcome is unknown cannot be looked up. Paysera has no idempotency:
        `idempotency_key` is checked, and not sent.
        """
        self.validated_key(idempotency_key)
        self._metadata(document)
        page = document.pages[0]
        uploaded = yield from self.upload_document(user_id, page)
        key, found = idempotency_key, {_FILE: digest(page.content)}
        partial = self.partial_of(
            _SUBMIT, uploaded.user_id, uploaded.id, key, digest(document), **found
        )
        return (yield from self._finished(partial, document))

    def resume(self, partial: Partial, given: Document | tuple[Person, ...] | User) -> Flow[Any]:
        """Sends the metadata of the file that `submit_document` uploaded.

        Metadata that Paysera rejected may be corrected; the file must be the same. Raises
        `IdempotencyConflict` for other content, `PartialFailure` if it fails again.
        """
        self.require_own(partial, Partial)
        if partial.operation != _SUBMIT or not partial.id:
            text = "expected the partial of a submit_document"
            raise InvalidInput([Problem("operation", "conflict", text)])
        if not isinstance(given, Document):
            raise InvalidInput([Problem("", "type", "expected a Document")])
        self.resumable(partial, digest(given))
        self._metadata(given)
        if partial.done.get(_FILE) != digest(given.pages[0].content):
            raise IdempotencyConflict(_SUBMIT, partial.id)
        return (yield from self._finished(partial, given))

    def _finished(self, partial: Partial, document: Document) -> Flow[DocumentRecord]:
        with part_way(partial):
            describing = self.describe_document(partial.id or "", document, user_id=partial.user_id)
            return (yield from describing)

    def upload_document(self, user_id: str, page: DocumentPage) -> Flow[DocumentRecord]:
        """Uploads the bytes of a file as they are (docs: user-resource, Upload Document)."""
        path = self.of_user(user_id, "document")
        response = yield self.upload("POST", "upload_document", *path, page=page)
        shown = self.answer(response)
        # The answer is not documented: the id is read from each plausible place.
        inner = as_object(shown.get("document"))
        found = {"id": inner.get("id", shown.get("document_id")), **shown}
        return self._document(
            shown_id(found, response), shown, response, user_id, otherwise=DocumentStatus.CREATED
        )

    def describe_document(
        self, document_id: str, document: Document, *, user_id: str | None = None
    ) -> Flow[DocumentRecord]:
        """Sends the metadata of a file (docs: user-resource, Provide Document Metadata).

        The path names no user, so `user_id` is only for the record. The answer is not documented:
        the file counts as in review unless the answer has a status.
        """
        metadata, losses = self._metadata(document)
        path = ("user", "document", document_id, "metadata")
        response = yield self.request("PUT", "describe_document", *path, body=metadata)
        shown = self.answer(response, DOCUMENT.core_path)
        record = self._document(
            document_id, shown, response, user_id, otherwise=DocumentStatus.IN_REVIEW
        )
        kind = record.kind if "type" in shown else document.kind
        return evolve(record, kind=kind, losses=losses)

    def _metadata(self, document: Document) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        """Returns the metadata of a document, and the losses.

        All of it must be given: a file with incomplete metadata might stay unreviewed.
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
            found.append(Problem("pages", "unsupported", "Paysera takes one file per document"))
        if found:
            raise Unsupported(found, provider=self.provider)
        metadata, losses = DOCUMENT.to_wire(document)
        losses = self.refuse(losses, under="documents.")
        missing = [
            Problem(mapped.core, "missing", f"Paysera requires the {mapped.wire} of a document")
            for mapped in DOCUMENT.plan.fields
            if mapped.is_empty(document)
        ]
        extension = extension_of(document.pages[0])
        if extension is None:
            text = "give the name of the file with its extension"
            missing.append(Problem("pages.0.filename", "missing", text))
        if not document.pages[0].content:
            missing.append(Problem("pages.0.content", "missing", "the file is empty"))
        if missing:
            raise InvalidInput(missing)
        names = filename_losses(document, "Paysera takes the extension only")
        body = {"title": document.title, "extension": extension, **metadata}
        return body, (*losses, *names)

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
