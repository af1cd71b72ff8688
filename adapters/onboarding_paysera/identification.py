"""Identification requests at Paysera: create, fill, submit, poll.

docs: guides/wallet/user-identification
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen
from onboarding import (
    DocumentPage,
    DocumentPurpose,
    DocumentRecord,
    DocumentStatus,
    InvalidInput,
    Problem,
    User,
)
from onboarding.spi import Flow, Paged, Response, as_list, as_object, known_words, moment, reference

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import given_text, shown_id, shown_text, shown_word
from onboarding_paysera.wire.documents import image_page, refusal_of, status_of
from onboarding_paysera.wire.identification import (
    KINDS,
    PAPER,
    IdentificationRequest,
    IdentificationStatus,
    IdentityPaper,
    paper_body,
)

__all__ = ["Identification"]

_SUBMITTED = frozenset(IdentificationStatus) - {IdentificationStatus.WAITING}
_OFFSET = re.compile(r"[0-9]{1,12}").fullmatch


@frozen(kw_only=True)
class Identification(PayseraProtocol):
    """The operations on identification requests."""

    def create_identification(self, user_id: str) -> Flow[IdentificationRequest]:
        """Creates a request for a user, also while another one is open."""
        path = self.of_user(user_id, "identification-request")
        response = yield self.request("POST", "create_identification", *path, body={})
        return self._request_of(self.answer(response), response)

    def create_identification_by_phone(self, phone: str) -> Flow[IdentificationRequest]:
        """Creates a request for a phone number (E.164), whose owner need not be a user yet."""
        body = {"phone": (User(phone=phone).phone or "").removeprefix("+")}
        operation, path = "create_identification_by_phone", "identification-request"
        response = yield self.request("POST", operation, path, body=body)
        return self._request_of(self.answer(response), response)

    def fetch_identification(self, request_id: str) -> Flow[IdentificationRequest]:
        """Reads a request. The guide polls it and does not name the path."""
        path = ("identification-request", request_id)
        response = yield self.request("GET", "fetch_identification", *path)
        return self._request_of(self.answer(response), response)

    def list_identifications(
        self,
        user_id: str,
        page: str | None = None,
        *,
        statuses: Iterable[IdentificationStatus] = (),
    ) -> Flow[Paged[IdentificationRequest]]:
        """Lists one page of a user's requests; `page` is the offset of its first row.

        Raises `InvalidInput` for an unknown status or page token.
        """
        words = known_words("statuses", statuses, IdentificationStatus)
        query = [("statuses[]", word) for word in words]
        if page is not None:
            if not isinstance(page, str) or not _OFFSET(page):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidInput([Problem("page", "unknown", "unknown page token")])
            query.append(("offset", page))
        path = self.of_user(user_id, "identification-requests")
        response = yield self.request("GET", "list_identifications", *path, query=tuple(query))
        shown = self.answer(response)
        rows = as_list(shown.get("identification_requests"))
        meta = as_object(shown.get("_metadata"))
        total = meta.get("total")
        total = total if isinstance(total, int) and not isinstance(total, bool) else None
        end = int(page or 0) + len(rows)
        # Any key of the metadata may be missing (the official Java client).
        more = meta.get("has_next", total is not None and end < total)
        return Paged(
            items=tuple(self._request_of(as_object(row), response) for row in rows),
            next=str(end) if more and rows else None,
            total=total,
        )

    def add_identity_document(self, request_id: str, paper: IdentityPaper) -> Flow[DocumentRecord]:
        """Adds an identity document; send its images with `put_document_image`."""
        path = ("identification-request", request_id, "identity-document")
        body = paper_body(paper)
        response = yield self.request("POST", "add_identity_document", *path, body=body)
        return self._paper(self.answer(response, PAPER.core_path), response)

    def put_document_image(self, document_id: str, order: int, image: DocumentPage) -> Flow[None]:
        """Sends one side of an identity document: order 0 is the front, 1 the back.

        Raises `InvalidInput` unless the image is a JPEG, PNG or GIF.
        """
        path = ("identity-document", document_id, "image", order)
        response = yield self.upload("PUT", "put_document_image", *path, page=image_page(image))
        self.succeeded(response)

    def put_face_photo(self, request_id: str, image: DocumentPage, *, order: int = 0) -> Flow[None]:
        """Sends a photo of the user's face, as a JPEG, PNG or GIF."""
        path = ("identification-request", request_id, "face-photo", "image", order)
        response = yield self.upload("PUT", "put_face_photo", *path, page=image_page(image))
        self.succeeded(response)

    def start_liveness_check(self, request_id: str) -> Flow[Mapping[str, Any]]:
        """Starts a liveness check at a partner of Paysera's; returns the answer unchanged."""
        path = ("identification-request", request_id, "face-photo")
        response = yield self.request("POST", "start_liveness_check", *path, body={})
        return self.answer(response)

    def add_additional_document(
        self, request_id: str, kind: str, country: str | None = None
    ) -> Flow[DocumentRecord]:
        """Adds a further document; send its file with `put_document_file`.

        `kind` is Paysera's word: the documents do not list them. `country` is that of issue.
        """
        body = {"type": given_text("kind", kind)}
        if country is not None:
            body["country_of_issue"] = given_text("country", country)
        path = ("identification-request", request_id, "additional-document")
        response = yield self.request("POST", "add_additional_document", *path, body=body)
        return self._paper(self.answer(response), response)

    def put_document_file(self, document_id: str, page: DocumentPage) -> Flow[None]:
        """Sends the file of a further document."""
        path = ("additional-document", document_id, "file")
        response = yield self.upload("POST", "put_document_file", *path, page=page)
        self.succeeded(response)

    def submit_identification(self, request_id: str) -> Flow[IdentificationRequest]:
        """Submits a request for review."""
        path = ("identification-request", request_id, "submit")
        response = yield self.request("PUT", "submit_identification", *path)
        # An older official client ignores the answer, which may be empty.
        shown = {"id": request_id, "status": "", **self.answer(response)}
        return self._request_of(shown, response)

    def _request_of(self, shown: Mapping[str, Any], response: Response) -> IdentificationRequest:
        rows = as_list(shown.get("identity_documents"))
        # The guide spells the key in two ways: in its table, and in its sample.
        relation = shown.get("relation_status", shown.get("realation_status"))
        status = shown_word(shown.get("status")) or ""
        otherwise = DocumentStatus.IN_REVIEW if status in _SUBMITTED else DocumentStatus.CREATED
        return IdentificationRequest(
            id=shown_id(shown, response),
            provider_status=status,
            user_id=reference(shown.get("user_id")),
            relation=shown_word(relation),
            created_at=moment(shown.get("created")),
            documents=tuple(self._paper(as_object(row), response, otherwise) for row in rows),
            comment=shown_text(shown.get("comment")),
            raw=shown,
        )

    def _paper(
        self,
        shown: Mapping[str, Any],
        response: Response,
        otherwise: DocumentStatus = DocumentStatus.CREATED,
    ) -> DocumentRecord:
        return DocumentRecord(
            **self.provenance,
            id=shown_id(shown, response),
            purpose=DocumentPurpose.IDENTITY,
            kind=KINDS.get(shown_text(shown.get("type")) or ""),
            status=status_of(shown, otherwise),
            refusal=refusal_of(shown),
            processed_at=moment(shown.get("reviewed_at")),
            retrieved_at=response.received_at,
            provider_fields={
                name: shown[name]
                for name in ("type", "review_status", "identification_request_id")
                if name in shown
            },
            raw=shown,
        )
