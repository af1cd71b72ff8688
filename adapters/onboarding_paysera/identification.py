"""The flows of an identification request: created, filled, submitted, polled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast

from attrs import field, frozen
from onboarding import (
    DocumentKind,
    DocumentPage,
    DocumentPurpose,
    DocumentRecord,
    DocumentStatus,
    InvalidInput,
    Problem,
    User,
)
from onboarding.spi import (
    Flow,
    Paged,
    Response,
    as_object,
    known_word,
    known_words,
    moment,
    reference,
)

from onboarding_paysera.avatar import an_image
from onboarding_paysera.documents import refusal_of, status_of
from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import given_text, shown_id, shown_text, shown_word

__all__ = ["Identification", "IdentificationRequest", "IdentificationStatus", "IdentityPaper"]

# docs: guides/wallet/user-identification: other words than those of the user resource
TYPES = {
    DocumentKind.IDENTITY_CARD: "identity_card",
    DocumentKind.PASSPORT: "passport",
    DocumentKind.RESIDENCE_PERMIT: "residence_permit",
    DocumentKind.DRIVING_LICENCE: "driver_license",  # which is deprecated
}
KINDS = {word: kind for kind, word in TYPES.items()}


class IdentificationStatus(StrEnum):
    """How far a request is, in the order in which it changes.

    `REVIEWED` says not with which result: the documents and the user's level do.
    """

    WAITING = "waiting"
    PROCESSING = "processing"
    PENDING = "pending"
    REVIEWED = "reviewed"


_HANDED_IN = frozenset(IdentificationStatus) - {IdentificationStatus.WAITING}
_OFFSET = re.compile(r"[0-9]{1,12}").fullmatch


@frozen(kw_only=True)
class IdentityPaper:
    """What is known of an identity document; `country` in alpha-2, upper case."""

    kind: DocumentKind
    country: str | None = field(default=None, repr=False)
    personal_number: str | None = field(default=None, repr=False)
    given_name: str | None = field(default=None, repr=False)
    family_name: str | None = field(default=None, repr=False)
    birthdate: date | None = field(default=None, repr=False)

    def body(self) -> dict[str, str]:
        """As the guide spells it; with nothing of the person, as the official clients do.

        They name the country apart, and a name that is not known might be refused.
        """
        person = {
            "personal_number": self.personal_number,
            "first_name": self.given_name,
            "last_name": self.family_name,
            "date_of_birth": self.birthdate.isoformat() if self.birthdate else None,
        }
        told = any(value is not None for value in person.values())
        found = {
            "type": TYPES[DocumentKind(known_word("kind", self.kind, TYPES))],
            **person,
            "country" if told else "country_of_issue": self.country,
        }
        return {name: value for name, value in found.items() if value is not None}


@frozen(kw_only=True)
class IdentificationRequest:
    """One request. `provider_status` is Paysera's own word; `comment` is the reviewer's."""

    id: str
    provider_status: str
    user_id: str | None = None
    relation: str | None = None
    created_at: datetime | None = None
    documents: tuple[DocumentRecord, ...] = field(default=(), repr=False)
    comment: str | None = field(default=None, repr=False)
    raw: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)


@frozen(kw_only=True)
class Identification(PayseraProtocol):
    """Identification requests. docs: guides/wallet/user-identification."""

    def create_identification(self, user_id: str) -> Flow[IdentificationRequest]:
        """Begins a request for a user; another one in progress is no hindrance."""
        path = self.of_user(user_id, "identification-request")
        response = yield self.request("POST", "create_identification", *path, body={})
        return self._request_of(self.answer(response), response)

    def create_identification_by_phone(self, phone: str) -> Flow[IdentificationRequest]:
        """Begins a request for the owner of a phone number (E.164), perhaps no user yet."""
        body = {"phone": (User(phone=phone).phone or "").removeprefix("+")}
        operation, path = "create_identification_by_phone", "identification-request"
        response = yield self.request("POST", operation, path, body=body)
        return self._request_of(self.answer(response), response)

    def fetch_identification(self, request_id: str) -> Flow[IdentificationRequest]:
        """Reads how far a request is. The guide polls it and does not name the path."""
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
        """One page of a user's requests; `page` is the offset where it begins."""
        words = known_words("statuses", statuses, IdentificationStatus)
        query = [("statuses[]", word) for word in words]
        if page is not None:
            if not isinstance(page, str) or not _OFFSET(page):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidInput([Problem("page", "unknown", "unknown page token")])
            query.append(("offset", page))
        path = self.of_user(user_id, "identification-requests")
        response = yield self.request("GET", "list_identifications", *path, query=tuple(query))
        shown = self.answer(response)
        entries: Any = shown.get("identification_requests")
        rows = cast("list[object]", entries) if isinstance(entries, list) else []
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
        """Names an identity document, whose images follow."""
        path = ("identification-request", request_id, "identity-document")
        response = yield self.request("POST", "add_identity_document", *path, body=paper.body())
        return self._paper(self.answer(response), response)

    def put_document_image(self, document_id: str, order: int, image: DocumentPage) -> Flow[None]:
        """Sends one side of an identity document: 0 is the front, 1 the back."""
        path = ("identity-document", document_id, "image", order)
        response = yield self.upload("PUT", "put_document_image", *path, page=an_image(image))
        self.succeeded(response)

    def put_face_photo(self, request_id: str, image: DocumentPage, *, order: int = 0) -> Flow[None]:
        """Sends a photo of the face."""
        path = ("identification-request", request_id, "face-photo", "image", order)
        response = yield self.upload("PUT", "put_face_photo", *path, page=an_image(image))
        self.succeeded(response)

    def start_liveness_check(self, request_id: str) -> Flow[Mapping[str, Any]]:
        """Starts a check of liveness at a partner; gives the answer of Paysera as it came."""
        path = ("identification-request", request_id, "face-photo")
        response = yield self.request("POST", "start_liveness_check", *path, body={})
        return self.answer(response)

    def add_additional_document(
        self, request_id: str, kind: str, country: str | None = None
    ) -> Flow[DocumentRecord]:
        """Names a further document, whose file follows; no document lists the kinds."""
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
        """Hands the request in for review."""
        path = ("identification-request", request_id, "submit")
        response = yield self.request("PUT", "submit_identification", *path)
        # An older official client reads nothing from the answer.
        shown = {"id": request_id, "status": "", **self.answer(response)}
        return self._request_of(shown, response)

    def _request_of(self, shown: Mapping[str, Any], response: Response) -> IdentificationRequest:
        papers: Any = shown.get("identity_documents")
        rows = cast("list[object]", papers) if isinstance(papers, list) else []
        # The guide's table spells it otherwise than its sample.
        relation = shown.get("relation_status", shown.get("realation_status"))
        status = shown_word(shown.get("status")) or ""
        otherwise = DocumentStatus.IN_REVIEW if status in _HANDED_IN else DocumentStatus.CREATED
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
