"""Documents at MangoPay: handed in with all their pages, read, listed, shown.

docs: api-reference/kyc-documents
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import cast

from attrs import evolve, field, frozen
from onboarding import (
    AlreadySent,
    Document,
    DocumentRecord,
    Flow,
    HalfDone,
    InvalidInput,
    Loss,
    NoAnswer,
    Paged,
    Problem,
    RateLimited,
    Response,
    Unavailable,
    UnexpectedResponse,
)
from onboarding.errors import ErrorDetails
from onboarding.http import as_object
from onboarding.mapping import document_losses
from onboarding.model.documents import Page
from onboarding.reading import moment

from onboarding_mangopay.keys import Keys
from onboarding_mangopay.reading import filters
from onboarding_mangopay.wire.documents import LEFT_OUT, PURPOSES, document_record, pages_problems

__all__ = ["Documents", "PageLink"]


@frozen(kw_only=True)
class PageLink:
    """Where one page of a document can be seen for a while, by whoever has the link."""

    url: str = field(repr=False)
    expires_at: datetime | None = None


_UNSEEN = ErrorDetails(
    status=409,
    code="idempotent_creation_conflict",
    remedy=(
        "the first call with this key failed at MangoPay, and the user has an open document of "
        "this type: look at `documents`, then call with another key"
    ),
)
_PLACES = {"Type": "purpose", "Tag": "title"}
# after these, the same request may well go through
_HITCHES = (NoAnswer, UnexpectedResponse, Unavailable, RateLimited)


@frozen(kw_only=True)
class Documents(Keys):
    """The operations on documents."""

    def submit_document(
        self, user_id: str, document: Document, *, key: str | None = None
    ) -> Flow[DocumentRecord]:
        """docs: create-kyc-document, create-kyc-document-page, submit-kyc-document.

        The title becomes the tag. For number, country and day of issue there is no place: they
        are refused (`Unsupported`) unless `accept_loss` names them (`documents.number`). With
        the same `key`, for 24 hours: no second document, no page twice; one that was submitted
        comes back as it is. Without one, a hitch once the document is there raises `HalfDone`,
        whose `rest()` goes on, with no page twice either.

        Raises `InvalidInput` for pages that MangoPay would refuse, by path; nothing is sent then.
        """
        if not isinstance(document, Document):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidInput([Problem("", "type", "expected a Document")])
        losses = self.refuse(document_losses(document, LEFT_OUT))
        if found := pages_problems(document):
            raise InvalidInput(found)
        if document.title is not None and len(document.title) > 255:
            raise InvalidInput([Problem("title", "shape", "has more than 255 characters")])
        response, again = yield from self._create(user_id, document, key)
        record = document_record(self, self.answer(response, _PLACES.get), response)
        parts = (user_id, record.id, document, key or f"document {record.id}", losses)
        if again:
            return (yield from self._go_on(*parts))
        try:
            return (yield from self._finish(*parts))
        except _HITCHES as error:
            if key is not None:
                raise
            raise HalfDone(record, partial(self._go_on, *parts)) from error

    def fetch_document(
        self, document_id: str, *, user_id: str | None = None
    ) -> Flow[DocumentRecord]:
        """docs: view-kyc-document. The id is enough."""
        response = yield self.request("GET", "fetch_document", "kyc", "documents", document_id)
        return document_record(self, self.answer(response), response)

    def list_documents(
        self, user_id: str | None = None, page: str | None = None
    ) -> Flow[Paged[DocumentRecord]]:
        """docs: list-kyc-documents-user, list-kyc-documents; oldest first."""
        of = () if user_id is None else ("users", user_id)
        response = yield self.page("list_documents", *of, "kyc", "documents", page=page)
        return self.paged(response, page, lambda row: document_record(self, row, response))

    def consult_document(self, document_id: str) -> Flow[tuple[PageLink, ...]]:
        """Links to the pages of a document; the official SDKs have this call, no page does."""
        path = ("kyc", "documents", document_id, "consult")
        response = yield self.request("POST", "consult_document", *path)
        self.accept(response)
        return tuple(_links(response.json()))

    def _create(
        self, user_id: str, document: Document, key: str | None
    ) -> Flow[tuple[Response, bool]]:
        body = {"Type": PURPOSES[document.purpose]}
        if document.title is not None:
            body["Tag"] = document.title
        request = self.request(
            "POST", "submit_document", "users", user_id, "kyc", "documents", body=body
        )

        def look() -> Flow[Response | None]:
            # One that is there may be of another call, so it is not taken for this one's.
            query = filters(Status="CREATED", Type=body["Type"])
            path = ("users", user_id, "kyc", "documents")
            response = yield self.page("submit_document", *path, page=None, query=query)
            if self.paged(response, None, lambda row: row).items:
                raise AlreadySent(_UNSEEN)
            return None

        return (yield from self.once(request, key, look))

    def _go_on(
        self, user_id: str, id: str, document: Document, key: str, losses: tuple[Loss, ...]
    ) -> Flow[DocumentRecord]:
        """From where it broke off: one that was submitted comes back as it is."""
        record = yield from self.fetch_document(id)
        if record.native.get("Status") != "CREATED":
            return evolve(record, losses=losses)
        return (yield from self._finish(user_id, id, document, key, losses))

    def _finish(
        self, user_id: str, id: str, document: Document, key: str, losses: tuple[Loss, ...]
    ) -> Flow[DocumentRecord]:
        place = ("users", user_id, "kyc", "documents", id)
        for number, page in enumerate(document.pages):
            yield from self._add(place, id, page, number, key)
        body = {"Status": "VALIDATION_ASKED"}
        response = yield self.request("PUT", "submit_document", *place, body=body)
        return evolve(document_record(self, self.answer(response), response), losses=losses)

    def _add(
        self, place: tuple[str, ...], document_id: str, page: Page, number: int, key: str
    ) -> Flow[None]:
        body = {"File": b64encode(page.content).decode("ascii")}
        request = self.request("POST", "submit_document", *place, "pages", body=body)
        # another content is another page
        key = f"{key}/page/{number}/{sha256(page.content).hexdigest()}"

        def look() -> Flow[Response | None]:
            links = yield from self.consult_document(document_id)
            return Response(status=204) if len(links) > number else None

        response, _ = yield from self.once(request, key, look)
        path = f"pages.{number}"
        self.accept(response, {"File": path}.get, about=path)


def _links(rows: object) -> Iterator[PageLink]:
    for row in cast("list[object]", rows) if isinstance(rows, list) else []:
        link = as_object(row)
        if isinstance(url := link.get("Url"), str):
            yield PageLink(url=url, expires_at=moment(link.get("ExpirationDate")))
