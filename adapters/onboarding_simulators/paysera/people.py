"""The clerk of the desk for people: users and documents of this simulator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from onboarding_simulators.shared.desk import Fact, Group, Listener, Page, Paper, Person, Sent

from . import actions
from .papers import papers_of
from .portraits import badge, badges, groups, name_of, row_of
from .rows import Account, Document, IdentificationRequest, Upload
from .store import Store
from .tokens import Token

if TYPE_CHECKING:
    from .app import PayseraSimulator

DOCUMENT, REQUEST = "document-", "request-"
Channel = Literal["email", "phone", "password"]
CODES: tuple[tuple[Channel, str], ...] = (
    ("email", "Code sent by e-mail"),
    ("phone", "Code sent to the phone"),
    ("password", "Code for a new password"),
)


@frozen
class People:
    """Answers the desk; the caller holds the simulator's lock."""

    sim: PayseraSimulator
    store: Store

    @property
    def provider(self) -> str:
        return "Paysera"

    def count_people(self) -> int:
        return self.store.count_accounts()

    def people(self, skip: int, limit: int) -> list[Person]:
        return [row_of(account) for account in self.store.accounts(skip, limit, newest_first=True)]

    def find(self, words: str) -> list[Person]:
        """Finds users by id, by e-mail address, or by phone with or without `+`."""
        phone = words.removeprefix("+")
        found = [self._account(words)]
        found += [self.store.owner(("email", words.lower())), self.store.owner(("phone", phone))]
        return [row_of(account) for account in found if account is not None]

    def person(self, id: str) -> Person | None:
        account = self._account(id)
        if account is None:
            return None
        tokens = self.store.of_user(Token, account.id)
        documents = self.store.of_user(Document, account.id)
        requests = self.store.of_user(IdentificationRequest, account.id)
        return Person(
            id=id,
            name=name_of(account),
            kind=account.type.capitalize(),
            badges=badges(account),
            groups=[group for group in groups(account, tokens) if group.facts],
            awaited=self._codes(account),
            papers=[*map(self._of_request, requests), *map(_of_document, documents)],
            actions=actions.of_account(account, consented=bool(tokens)),
        )

    def count_papers(self) -> int:
        return self.store.total(IdentificationRequest) + self.store.total(Document)

    def papers(self, skip: int, limit: int) -> list[Paper]:
        """Returns identification requests, then documents of the user resource."""
        requests = self.store.newest(IdentificationRequest, skip, limit)
        skip = max(skip - self.store.total(IdentificationRequest), 0)
        documents = self.store.newest(Document, skip, limit - len(requests))
        return [*map(self._of_request, requests), *map(_of_document, documents)]

    def paper(self, id: str) -> Paper | None:
        row = self._paper(id)
        if isinstance(row, Document):
            return _of_document(row)
        return None if row is None else self._of_request(row)

    def file(self, paper_id: str, number: int) -> bytes | None:
        row = self._paper(paper_id)
        if isinstance(row, Document):
            return row.file.content if number == 1 else None
        uploads = [] if row is None else list(self._uploads(row))
        return uploads[number - 1][1].content if 0 < number <= len(uploads) else None

    def act_on_person(self, id: str, action: str, given: Mapping[str, str]) -> None:
        actions.act_on_account(self.sim, int(id), action, given)

    def act_on_paper(self, id: str, action: str, given: Mapping[str, str]) -> None:
        row = self._paper(id)
        if isinstance(row, Document):
            actions.act_on_document(self.sim, row.id, action, given)
        elif row is not None:
            actions.act_on_request(self.sim, row.id, action, given)

    @property
    def notifies(self) -> bool:
        return False

    def listeners(self) -> list[Listener]:
        return []

    def count_sent(self) -> int:
        return 0

    def sent(self, skip: int, limit: int) -> list[Sent]:
        return []

    def deliver(self) -> int:
        return 0

    def _account(self, id: str) -> Account | None:
        number = _number(id)
        return None if number is None else self.store.account(number)

    def _paper(self, id: str) -> Document | IdentificationRequest | None:
        number = _number(id.removeprefix(DOCUMENT))
        if number is not None:
            return self.store.get(Document, number)
        number = _number(id.removeprefix(REQUEST))
        return None if number is None else self.store.get(IdentificationRequest, number)

    def _codes(self, account: Account) -> list[Fact]:
        facts: list[Fact] = []
        for channel, name in CODES:
            with suppress(LookupError):
                facts.append(Fact(name, self.sim.code_for(account.id, channel)))
        return facts

    def _uploads(self, request: IdentificationRequest) -> Iterator[tuple[str, Upload]]:
        """Yields the uploads of a request, each with a label."""
        for paper in papers_of(self.store, request):
            for order, image in paper.images:
                yield f"{paper.type}, {('front', 'back')[order] if order < 2 else order}", image
            for number, file in paper.files:
                yield f"{paper.type}, file {number}", file
        for order, photo in request.face_photos:
            yield f"face, {order}", photo

    def _of_request(self, request: IdentificationRequest) -> Paper:
        found = papers_of(self.store, request)
        reviewed = {paper.review_status for paper in found if paper.review_status is not None}
        status = "denied" if "denied" in reviewed else "valid" if reviewed else request.status
        facts = [
            Fact("status", badge(request.status)),
            Fact("phone", request.phone),
            Fact("locale", request.locale),
            Fact("liveness checks", str(request.liveness_checks)),
            Fact("comment", request.comment),
        ]
        return Paper(
            id=f"{REQUEST}{request.id}",
            title=f"Identification request {request.id}",
            user_id="" if request.user_id is None else str(request.user_id),
            status=badge(status),
            created=request.created,
            groups=[
                Group("Request", facts),
                *(
                    Group(paper.type, [Fact(name, value) for name, value in paper.facts])
                    for paper in found
                ),
            ],
            pages=[
                Page(number=number, size=len(upload.content), label=label)
                for number, (label, upload) in enumerate(self._uploads(request), 1)
            ],
            actions=actions.of_request(request),
        )


def _of_document(document: Document) -> Paper:
    names = ("title", "extension", "type", "number", "date", "review_status", "comment")
    return Paper(
        id=f"{DOCUMENT}{document.id}",
        title=document.type or f"Document {document.id}",
        user_id=str(document.user_id),
        status=badge(document.review_status or "not reviewed"),
        groups=[
            Group(
                "Metadata",
                [
                    *(Fact(name, getattr(document, name)) for name in names),
                    Fact("content type", document.file.content_type),
                ],
            )
        ],
        pages=[Page(number=1, size=len(document.file.content))],
        actions=actions.of_document(document),
    )


def _number(text: str) -> int | None:
    good = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if good else None
