"""Documents at Stripe: files, uploaded to a second host, then attached to the account or person.

A document has no object of its own at Stripe: its id is that of its first file, its status that of
the account or the person (docs: api/files, connect/handling-api-verification).
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from attrs import evolve, frozen
from onboarding import (
    Absence,
    Document,
    DocumentRecord,
    DocumentStatus,
    InvalidInput,
    Loss,
    Partial,
    Problem,
    Unsupported,
)
from onboarding.spi import (
    FilePart,
    Flow,
    Paged,
    Refusal,
    Response,
    as_list,
    as_object,
    digest,
    identifier,
    media_type_of,
    moment,
    part_way,
    reference,
)

from onboarding_stripe.people import People
from onboarding_stripe.records import is_legal
from onboarding_stripe.values import PROVIDER
from onboarding_stripe.wire.documents import (
    LISTS,
    NOT_SENT,
    OF_A_COMPANY,
    OF_A_PERSON,
    PAGES,
    PURPOSES,
    attachment,
    upload_purpose,
)
from onboarding_stripe.wire.vocabulary import reason_of

__all__ = ["Documents"]

_CALL = "submit_document"
Json = dict[str, Any]


@frozen(kw_only=True)
class Documents(People):
    """The operations on documents."""

    def submit_document(
        self, user_id: str, document: Document, *, idempotency_key: str | None = None
    ) -> Flow[DocumentRecord]:
        """Uploads the pages of a document, then attaches them, which submits it for review.

        It is attached to the individual, the company or, by `Document.person`, a person of the
        company. The account is read first: of several places, a document goes to the one where it
        is due. For 24 hours, a call with the same `idempotency_key` and document continues one that
        failed. Before anything is uploaded, raises `InvalidInput`, by path, for an unknown person
        and for pages that Stripe would refuse, and `Unsupported` for a purpose without a place;
        later `PartialFailure`.
        """
        key = self.validated_key(idempotency_key)
        return (yield from self._submit(user_id, document, key, ()))

    def _resume_document(self, partial: Partial, document: Document) -> Flow[DocumentRecord]:
        """Completes a `submit_document`: uploads the missing pages, and attaches all.

        After a refusal, every page of the corrected document is uploaded.
        """
        self.resumable(partial, _content(document))
        if partial.user_id is None:
            raise InvalidInput([Problem("user_id", "missing", "is required")])
        files = tuple(map(str, as_list(partial.done.get("files")))) if partial.digest else ()
        key = partial.idempotency_key if partial.digest else None
        return (yield from self._submit(partial.user_id, document, key, files))

    def fetch_document(
        self, document_id: str, *, user_id: str | None = None
    ) -> Flow[DocumentRecord]:
        """Reads a file and, with `user_id`, the status of the document that it belongs to.

        docs: api/files/retrieve
        """
        response = yield self.get("fetch_document", "files", document_id)
        file = self.answer(response)
        found = self._document(file, response, user_id, "", identifier(file, "id", response))
        attached = (yield from self._attached("fetch_document", user_id)) if user_id else ()
        mine = (one for one in attached if document_id in one.provider_fields.values())
        return evolve(next(mine, found), id=found.id, created_at=moment(file.get("created")))

    def list_documents(
        self, user_id: str | None = None, page: str | None = None
    ) -> Flow[Paged[DocumentRecord]]:
        """Lists, on one page, the documents that verify a user and its people.

        Stripe shows no others. Raises `Unsupported` without a user.
        """
        if user_id is None:
            self.unsupported("list of the documents of all users")
        if page is not None:
            raise InvalidInput([Problem("page", "shape", "unknown page token")])
        return Paged(items=(yield from self._attached("list_documents", user_id)))

    def _submit(
        self, user_id: str, document: Document, key: str | None, files: tuple[str, ...]
    ) -> Flow[DocumentRecord]:
        losses, content = self._document_losses(document), _content(document)

        def partial() -> AbstractContextManager[None]:
            if not files:
                return nullcontext()
            done = {"files": list(files)}
            return part_way(self.partial_of(_CALL, user_id, files[0], key, content, **done))

        with partial():
            account, _, persons = yield from self._account(_CALL, user_id)
        person, place = _place(account, persons, document)
        for number in range(len(files), len(document.pages)):
            page = f"pages.{number}"
            request = self.upload(_CALL, upload_purpose(place), _part(document, number))
            with partial():
                response = yield from self.keyed(request, key, user_id, page)
                file = self.answer(response, {"file": page}.get, page)
                files = (*files, identifier(file, "id", response))
        path = ("accounts", user_id, *(("persons", person) if person else ()))
        request = self.post(_CALL, *path, body=attachment(place, files))
        with partial():
            response = yield from self.keyed(request, key, user_id, "attach")
            shown = self.answer(response, _page, "pages")
            found = self._document(shown, response, user_id, place, files[0])
        return evolve(found, status=found.status or DocumentStatus.IN_REVIEW, losses=losses)

    def _document_losses(self, document: Document) -> tuple[Loss, ...]:
        """Returns the losses of a document; raises the error if it cannot be sent."""
        if not isinstance(document, Document):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidInput([Problem("", "type", "expected a Document")])
        given = [name for name in NOT_SENT if getattr(document, name) is not None]
        reason = "Stripe takes the pages alone"
        losses = [Loss(core_path=name, kind=NOT_SENT[name], reason=reason) for name in given]
        if found := PAGES.problems(document):
            raise InvalidInput(found)
        return self.refuse(losses, under="documents.")

    def _account(self, operation: str, user_id: str) -> Flow[tuple[Json, Response, list[Json]]]:
        """Fetches an account, and the persons of a company as far as they are shown."""
        response = yield self.get(operation, "accounts", user_id)
        account = self.answer(response)
        found = (yield from self.fetch_persons(operation, user_id)) if is_legal(account) else []
        return account, response, [] if isinstance(found, Absence) else found

    def _attached(self, operation: str, user_id: str) -> Flow[tuple[DocumentRecord, ...]]:
        """Returns the documents that an account and its persons show."""
        account, response, persons = yield from self._account(operation, user_id)
        owners = [("individual", account), ("company", account)]
        found: list[DocumentRecord] = []
        for owner, shown in (*owners, *((str(one.get("id")), one) for one in persons)):
            for name in ("document", "additional_document"):
                one = self._document(shown, response, user_id, f"{owner}.verification.{name}", "")
                ids = map(one.provider_fields.get, ("front", "back"))
                if id := next(filter(None, map(reference, ids)), None):
                    found.append(evolve(one, id=id))
        return tuple(found)

    def _document(
        self, shown: Json, response: Response, user_id: str | None, place: str, id: str
    ) -> DocumentRecord:
        """Returns the record of a document at a place of the account or person that is shown."""
        owner, _, rest = place.partition(".")
        whose = shown.get(owner) if owner in ("individual", "company") else shown
        verification = as_object(as_object(whose).get("verification"))
        sides = as_object(verification.get(rest.rpartition(".")[2]))
        owed = as_object(shown.get("requirements"))
        errors = [as_object(one) for one in as_list(owed.get("errors"))]
        found = [one for one in errors if one.get("requirement") in (place, rest)]
        error = found[0] if found else as_object(None)
        code = sides.get("details_code") or error.get("code")
        pending = {place, rest}.intersection(map(str, as_list(owed.get("pending_verification"))))
        status, refusal = None, None
        if code:
            text = sides.get("details") or error.get("reason")
            text = text if isinstance(text, str) else None
            reason = reason_of(str(code))
            status = DocumentStatus.REFUSED
            refusal = Refusal(reason=reason, provider_code=str(code), text=text)
        elif pending or (sides and verification.get("status") == "pending"):
            status = DocumentStatus.IN_REVIEW
        elif rest == "verification.document" and verification.get("status") == "verified":
            status = DocumentStatus.ACCEPTED
        fields = {"place": place, "front": sides.get("front"), "back": sides.get("back")}
        return DocumentRecord(
            **self.provenance,
            id=id,
            user_id=user_id,
            purpose=PURPOSES.get(place) or PURPOSES.get(rest),
            status=status,
            refusal=refusal,
            retrieved_at=response.received_at,
            provider_fields={name: value for name, value in fields.items() if value},
            raw=shown,
        )


def _content(document: Document) -> str:
    """Returns a digest of the parts of a document that are sent."""
    return digest([document.purpose, document.person, [page.content for page in document.pages]])


def _place(account: Json, persons: list[Json], document: Document) -> tuple[str, str]:
    """Returns the id of the person of a document, or an empty text, and where it is attached."""
    owner, known, person = "individual.", OF_A_PERSON, ""
    if document.person is not None:
        refs = {as_object(one.get("metadata")).get("ref"): str(one.get("id")) for one in persons}
        person = refs.get(document.person, document.person)
        owner = f"{person}."
        if person not in refs.values():
            text = "the company has no such person"
            raise InvalidInput([Problem("documents.person", "unknown", text)])
    elif is_legal(account):
        owner, known = "", OF_A_COMPANY
    if document.purpose not in known:
        text = f"of this subject, Stripe takes {', '.join(known)}"
        raise Unsupported([Problem("documents.purpose", "unsupported", text)], provider=PROVIDER)
    owed = as_object(account.get("requirements"))
    due = [str(path) for name in LISTS for path in as_list(owed.get(name))]
    places = [f"{owner}{place}" for place in known[document.purpose]]
    place = next((one for one in places if any(x.startswith(one) for x in due)), places[0])
    if not place.startswith("documents.") and len(document.pages) > 2:
        text = "it has a front and a back: two pages at most"
        raise InvalidInput([Problem("pages", "too_many", text)])
    return person, place


def _part(document: Document, number: int) -> FilePart:
    page = document.pages[number]
    kind = media_type_of(page.content) or ""  # of which PAGES knows every one
    name = page.filename or f"page-{number + 1}.{kind.rpartition('/')[2]}"
    return FilePart("file", name, kind, page.content)


def _page(name: str) -> str | None:
    """Returns the page that a parameter of an attachment names."""
    last = name.rpartition(".")[2]
    number = {"front": "0", "back": "1"}.get(last, last)
    return f"pages.{number}" if number.isdigit() else None
