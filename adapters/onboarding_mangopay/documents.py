"""Documents at MangoPay: submit with all pages, resume, fetch, list, view.

docs: api-reference/kyc-documents
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from functools import partial as with_arguments
from hashlib import sha256

from attrs import evolve, field, frozen
from onboarding import (
    Document,
    DocumentPage,
    DocumentRecord,
    DocumentStatus,
    IdempotencyConflict,
    InvalidInput,
    Loss,
    OutcomeUnknown,
    Partial,
    Problem,
)
from onboarding.spi import (
    Flow,
    Paged,
    Response,
    as_list,
    as_object,
    digest,
    filename_losses,
    moment,
    part_way,
)

from onboarding_mangopay.content import same_content
from onboarding_mangopay.keys import Keyed, Keys
from onboarding_mangopay.values import filters
from onboarding_mangopay.wire.documents import DOCUMENT, PAGES, document_record

__all__ = ["Documents", "PageLink"]


@frozen(kw_only=True)
class PageLink:
    """A link to one page of a document, valid without credentials until `expires_at` (UTC)."""

    url: str = field(repr=False)
    expires_at: datetime | None = None


_UNSEEN = (
    "the first call with this idempotency key failed at MangoPay, and the user has an open "
    "document of this type, perhaps of another call: list the documents, then use another key"
)
_CALL = "submit_document"


@frozen(kw_only=True)
class Documents(Keys):
    """The operations on documents."""

    def submit_document(
        self, user_id: str, document: Document, *, idempotency_key: str | None = None
    ) -> Flow[DocumentRecord]:
        """Creates a document, adds its pages, and submits it for review.

        The title is sent as the tag. Number, country and date of issue are not supported: they
        raise `Unsupported` unless `accept_loss` names them (`documents.number`). For 24 hours, a
        call with the same `idempotency_key` and document resumes an earlier one that failed; a
        submitted document is returned unchanged.

        Raises `InvalidInput`, by path, for pages that MangoPay would refuse, before anything is
        sent; `PartialFailure` after the document was created; `IdempotencyConflict` if the key was
        used for another document.

        docs: create-kyc-document, create-kyc-document-page, submit-kyc-document
        """
        losses = self._document_losses(document)
        keyed = self.keyed(_CALL, user_id, idempotency_key=idempotency_key)
        response, again = yield from self._create(user_id, document, keyed)
        created = document_record(self, self.answer(response, DOCUMENT.core_path), response)
        partial = self.partial_of(_CALL, user_id, created.id, idempotency_key, _content(document))
        if again:  # its pages are not compared yet
            return (yield from self._resume_document(evolve(partial, digest=""), document))
        return (yield from self._finish(partial, document, 0, losses))

    def _resume_document(self, partial: Partial, document: Document) -> Flow[DocumentRecord]:
        """Completes a `submit_document` that failed part-way; see `resume`."""
        losses = self._document_losses(document)
        user_id = self._resumed_user(partial, _content(document))
        if partial.id is None:
            key = partial.idempotency_key
            return (yield from self.submit_document(user_id, document, idempotency_key=key))
        with part_way(partial):
            record = yield from self.fetch_document(partial.id)
            submitted = record.status is not DocumentStatus.CREATED
            if submitted and partial.digest:
                return evolve(record, losses=losses)
            there = len((yield from self.consult_document(partial.id)))
            if not partial.digest:
                yield from self._compare(partial, document, there, submitted)
        if submitted:
            return evolve(record, losses=losses)
        if there > len(document.pages):
            raise IdempotencyConflict(_CALL, partial.id)
        known = evolve(partial, digest=_content(document))
        return (yield from self._finish(known, document, there, losses))

    def fetch_document(
        self, document_id: str, *, user_id: str | None = None
    ) -> Flow[DocumentRecord]:
        """Reads a document by its id alone (docs: view-kyc-document)."""
        response = yield self.request("GET", "fetch_document", "kyc", "documents", document_id)
        return document_record(self, self.answer(response), response)

    def list_documents(
        self, user_id: str | None = None, page: str | None = None
    ) -> Flow[Paged[DocumentRecord]]:
        """Lists one page of the documents of a user, or of the platform, oldest first.

        docs: list-kyc-documents-user, list-kyc-documents
        """
        of = () if user_id is None else ("users", user_id)
        read, path = with_arguments(document_record, self), (*of, "kyc", "documents")
        return (yield from self._listed(read, "list_documents", *path, page=page))

    def consult_document(self, document_id: str) -> Flow[tuple[PageLink, ...]]:
        """Returns links to the pages of a document, a call of the official SDKs only."""
        path = ("kyc", "documents", document_id, "consult")
        response = yield self.request("POST", "consult_document", *path)
        self.accept(response)
        return tuple(_links(response.json()))

    def _document_losses(self, document: Document) -> tuple[Loss, ...]:
        """Returns the losses of a document; raises the error if it cannot be sent."""
        if not isinstance(document, Document):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidInput([Problem("", "type", "expected a Document")])
        losses = self.refuse(DOCUMENT.to_wire(document)[1], under="documents.")
        if found := PAGES.problems(document):
            raise InvalidInput(found)
        return (*losses, *filename_losses(document, "MangoPay stores no file names"))

    def _create(
        self, user_id: str, document: Document, keyed: Keyed | None
    ) -> Flow[tuple[Response, bool]]:
        body, _ = DOCUMENT.to_wire(document)
        request = self.request("POST", _CALL, "users", user_id, "kyc", "documents", body=body)

        def look() -> Flow[Response | None]:
            # An open document may be of another call, so it does not count as this one's.
            query = filters(Status="CREATED", Type=body["Type"])
            path = ("users", user_id, "kyc", "documents")
            response = yield self.page(_CALL, *path, page=None, query=query)
            if self.paged(response, None, lambda row: row).items:
                raise OutcomeUnknown(_UNSEEN)
            return None

        same = with_arguments(same_content, body, paths=tuple(DOCUMENT.plan.by_wire))
        return (yield from self.once(request, keyed, same, look))

    def _compare(
        self, partial: Partial, document: Document, there: int, submitted: bool
    ) -> Flow[None]:
        """Raises `IdempotencyConflict` unless the pages at MangoPay are those of the document.

        MangoPay shows no page, so the first answers to the requests that added them are fetched.
        """
        pages = document.pages
        added = len(pages) if submitted else there
        if there > len(pages):
            raise IdempotencyConflict(_CALL, partial.id)
        for number, page in enumerate(pages[:added]):
            first = yield from self._settled(_page(partial, number, page))
            if first is None or first.refused:
                raise IdempotencyConflict(_CALL, partial.id)

    def _finish(
        self, partial: Partial, document: Document, there: int, losses: tuple[Loss, ...]
    ) -> Flow[DocumentRecord]:
        """Adds the missing pages, and submits the document."""
        assert partial.user_id is not None
        assert partial.id is not None
        place = ("users", partial.user_id, "kyc", "documents", partial.id)
        with part_way(partial):
            for number, page in enumerate(document.pages[there:], there):
                yield from self._add(partial, place, number, page)
            body = {"Status": "VALIDATION_ASKED"}
            response = yield self.request("PUT", _CALL, *place, body=body)
            record = document_record(self, self.answer(response), response)
        return evolve(record, losses=losses)

    def _add(
        self, partial: Partial, place: tuple[str, ...], number: int, page: DocumentPage
    ) -> Flow[None]:
        body = {"File": b64encode(page.content).decode("ascii")}
        request = self.request("POST", _CALL, *place, "pages", body=body)

        def look() -> Flow[Response | None]:
            links = yield from self.consult_document(place[-1])
            return Response(status=204) if len(links) > number else None

        response, _ = yield from self.once(request, _page(partial, number, page), look=look)
        path = f"pages.{number}"
        self.accept(response, {"File": path}.get, about=path)


def _content(document: Document) -> str:
    """Returns a digest of the parts of a document that are sent."""
    return digest([document.purpose, document.title, [page.content for page in document.pages]])


def _page(partial: Partial, number: int, page: DocumentPage) -> Keyed:
    """Returns the idempotency key of a page: its content at its position in a document.

    MangoPay never shows the content, so this key tells later whether this page was added.
    """
    subject = (str(partial.id), str(number), sha256(page.content).hexdigest())
    return Keyed(f"{_CALL}.page", subject, partial.idempotency_key)


def _links(rows: object) -> Iterator[PageLink]:
    for row in as_list(rows):
        link = as_object(row)
        if isinstance(url := link.get("Url"), str):
            yield PageLink(url=url, expires_at=moment(link.get("ExpirationDate")))
