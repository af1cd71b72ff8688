"""What passengers of the Ark bring and do: chests (their bank accounts), papers, shares, calls."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NoReturn

from attrs import evolve, frozen
from onboarding import (
    Address,
    Document,
    DocumentPurpose,
    DocumentRecord,
    Event,
    EventKind,
    InvalidInput,
    InvalidSignature,
    Loss,
    NextAction,
    NextActionKind,
    Notification,
    OwnerDeclaration,
    Partial,
    Person,
    PersonRole,
    Problem,
    UserRecord,
)
from onboarding.banking import BankAccount, BankAccountRecord, IbanAccount, Wallet
from onboarding.mapping import (
    ALWAYS,
    BOOL,
    LOWER_COUNTRY,
    NEVER,
    TEXT,
    Translation,
    at,
    core,
    inside,
    some,
    translation,
    wire,
    words,
)
from onboarding.spi import (
    MOMENT,
    REFERENCE,
    Adapter,
    DeclaredOwner,
    Flow,
    Link,
    Paged,
    Request,
    Response,
    as_list,
    as_object,
    digest,
    part_way,
    web_url,
)

from .hold import sealed

Json = dict[str, Any]
SOURCE = "the Ark's guide, Cargo"

A = core(Address)
C = core(IbanAccount)
R = core(BankAccountRecord)
D = core(Document)
P = core(DocumentRecord)
H = core(Person)
S = core(OwnerDeclaration)
PROOFS = words(DocumentPurpose, {DocumentPurpose.IDENTITY: "who", DocumentPurpose.ADDRESS: "where"})


@wire(source=SOURCE)
class Shore:
    """Where the owner of a chest lives."""

    town: str | None = at(A.city, TEXT)
    land: str | None = at(A.country, LOWER_COUNTRY, required_when=ALWAYS)


@wire(source=SOURCE)
class Chest:
    """A chest to be taken aboard."""

    owner: str | None = at(C.owner_name, TEXT, max=40, required_when=ALWAYS)
    mark: str | None = at(C.iban, TEXT, required_when=ALWAYS)
    shore: Shore | None = inside(Shore, some(C.owner_address))


@wire(source=SOURCE, on=NEVER)
class KeptChest:
    """A chest as the Ark shows it."""

    id: str | None = at(R.id, REFERENCE)
    passenger: str | None = at(R.user_id, REFERENCE)
    aboard_at: int | None = at(R.created_at, MOMENT)
    stowed: bool | None = at(R.active, BOOL)


@wire(source=SOURCE, elsewhere=(D.pages,))
class Paper:
    """A paper; its pages are shown at the ramp."""

    proves: str | None = at(D.purpose, PROOFS, required_when=ALWAYS)
    name: str | None = at(D.title, TEXT, max=40)
    number: str | None = at(D.number, TEXT)


@wire(source=SOURCE, on=NEVER)
class KeptPaper:
    """A paper as the Ark shows it."""

    id: str | None = at(P.id, REFERENCE)
    passenger: str | None = at(P.user_id, REFERENCE)
    proves: str | None = at(P.purpose, PROOFS)


@wire(source=SOURCE)
class Holder:
    """Who holds a share."""

    holder: str | None = at(some(H.identity).given_name, TEXT, max=40, required_when=ALWAYS)


@wire(source=SOURCE, on=NEVER)
class KeptShares:
    """The shares of a passenger as the Ark shows them."""

    id: str | None = at(S.id, REFERENCE)
    passenger: str | None = at(S.user_id, REFERENCE)


@frozen(kw_only=True)
class Cargo(Adapter):
    """The calls beside users, as they should be made."""

    provider: ClassVar[str] = "ark"
    other_wires: ClassVar[tuple[type, ...]] = (
        Chest, KeptChest, Paper, KeptPaper, Holder, KeptShares,
    )  # fmt: skip

    # -- chests and bags

    def add_bank_account(
        self, user_id: str, account: BankAccount, *, idempotency_key: str | None = None
    ) -> Flow[BankAccountRecord]:
        self.validated_key(idempotency_key)
        if not isinstance(account, IbanAccount):
            self.unsupported("add_bank_account")
        body, losses = self.chest.to_wire(account)
        self.refuse(losses, accepted=())
        response = yield self.ask("POST", "add_bank_account", user_id, "chests", body=body)
        shown = self.yes(response, self.chest)
        return self.read_as(BankAccountRecord, shown, response, by=self.kept_chest, account=account)

    def list_bank_accounts(
        self, user_id: str, page: str | None = None
    ) -> Flow[Paged[BankAccountRecord]]:
        response = yield self.ask("GET", "list_bank_accounts", user_id, "chests")
        found = (self.chest_in(one, response) for one in self.all_in(response))
        return Paged(items=tuple(found))

    def deactivate_bank_account(self, record: BankAccountRecord) -> Flow[BankAccountRecord]:
        self.require_own(record, BankAccountRecord)
        place = (record.user_id or "", "chests", record.id)
        response = yield self.ask("DELETE", "deactivate_bank_account", *place)
        return self.chest_in(self.yes(response), response)

    def chest_in(self, shown: Json, response: Response) -> BankAccountRecord:
        account, _ = self.chest.from_wire(shown)
        return self.read_as(BankAccountRecord, shown, response, by=self.kept_chest, account=account)

    def list_wallets(self, user_id: str, page: str | None = None) -> Flow[Paged[Wallet]]:
        response = yield self.ask("GET", "list_wallets", user_id, "bags")
        found = (
            Wallet(**self.provenance, id=str(one.get("id")), owner_ids=(user_id,), raw=one)
            for one in self.all_in(response)
        )
        return Paged(items=tuple(found))

    # -- papers

    def submit_document(
        self, user_id: str, document: Document, *, idempotency_key: str | None = None
    ) -> Flow[DocumentRecord]:
        key = self.validated_key(idempotency_key)
        body, losses = self.paper.to_wire(document)
        losses = self.refuse(losses, under="documents.")
        response = yield self.ask("POST", "submit_document", user_id, "papers", body=body)
        record = self.paper_in(self.yes(response, self.paper), response)
        partial = self.partial_of("submit_document", user_id, record.id, key, _content(document))
        with part_way(partial):
            return (yield from self.shown_at_the_ramp(partial, document, 0, losses))

    def shown_at_the_ramp(
        self, partial: Partial, document: Document, there: int, losses: tuple[Loss, ...]
    ) -> Flow[DocumentRecord]:
        place = (str(partial.user_id), "papers", str(partial.id))
        for page in document.pages[there:]:
            body = {"page": b64encode(page.content).decode()}
            response = yield self.ask("POST", "submit_document", *place, "pages", body=body)
            self.yes(response, self.paper)
        response = yield self.ask("PUT", "submit_document", *place, body={"done": True})
        return evolve(self.paper_in(self.yes(response, self.paper), response), losses=losses)

    def fetch_document(
        self, document_id: str, *, user_id: str | None = None
    ) -> Flow[DocumentRecord]:
        place = (user_id or "0", "papers", document_id)
        response = yield self.ask("GET", "fetch_document", *place)
        return self.paper_in(self.yes(response), response)

    def list_documents(
        self, user_id: str | None = None, page: str | None = None
    ) -> Flow[Paged[DocumentRecord]]:
        response = yield self.ask("GET", "list_documents", user_id or "0", "papers")
        return Paged(items=tuple(self.paper_in(one, response) for one in self.all_in(response)))

    def paper_in(self, shown: Json, response: Response) -> DocumentRecord:
        return self.read_as(DocumentRecord, shown, response, by=self.other_wires[3])

    # -- shares

    def declare_owners(
        self, user_id: str, people: tuple[Person, ...], *, idempotency_key: str | None = None
    ) -> Flow[OwnerDeclaration]:
        key = self.validated_key(idempotency_key)
        bodies = [*self.holders(people)]
        response = yield self.ask("POST", "declare_owners", user_id, "shares", body={})
        id = str(self.yes(response).get("id"))
        partial = self.partial_of("declare_owners", user_id, id, key, _named(people))
        with part_way(partial):
            return (yield from self.all_named(partial, bodies))

    def holders(self, people: tuple[Person, ...]) -> Iterator[Json]:
        for person in people:
            if PersonRole.BENEFICIAL_OWNER in person.roles:
                body, losses = translation(self.other_wires[4], "ark", Person).to_wire(person)
                self.refuse(losses, under=f"people[{person.ref}].")
                yield body

    def all_named(self, partial: Partial, bodies: list[Json]) -> Flow[OwnerDeclaration]:
        place = (str(partial.user_id), "shares", str(partial.id))
        holder = translation(self.other_wires[4], "ark", Person)
        response = yield self.ask("GET", "declare_owners", *place)
        for body in bodies[len(as_list(self.yes(response).get("holders"))) :]:
            response = yield self.ask("POST", "declare_owners", *place, "holders", body=body)
            self.yes(response, holder)
        return self.shares_in(self.yes(response), response)

    def fetch_declaration(
        self, declaration_id: str, *, user_id: str | None = None
    ) -> Flow[OwnerDeclaration]:
        place = (user_id or "0", "shares", declaration_id)
        response = yield self.ask("GET", "fetch_declaration", *place)
        return self.shares_in(self.yes(response), response)

    def list_declarations(
        self, user_id: str, page: str | None = None
    ) -> Flow[Paged[OwnerDeclaration]]:
        response = yield self.ask("GET", "list_declarations", user_id, "shares")
        return Paged(items=tuple(self.shares_in(one, response) for one in self.all_in(response)))

    def shares_in(self, shown: Json, response: Response) -> OwnerDeclaration:
        holders = as_list(shown.get("holders"))
        role = PersonRole.BENEFICIAL_OWNER
        owners = tuple(
            DeclaredOwner(id=str(number), owner=Person(ref=f"holder_{number}", roles=(role,)))
            for number, _ in enumerate(holders, 1)
        )
        return self.read_as(
            OwnerDeclaration, shown, response, by=self.other_wires[5], owners=owners
        )

    # -- the horn and the gangway

    def assign_contact(
        self, record: UserRecord, *, email: str | None = None, phone: str | None = None
    ) -> Flow[UserRecord]:
        self.require_own(record, UserRecord)
        if email is None or phone is not None:
            self.unsupported("assign_contact")
        response = yield self.ask("POST", "assign_contact", record.id, "horn", body={"mail": email})
        id = str(self.yes(response).get("id"))
        response = yield self.ask("GET", "assign_contact", record.id)
        action = NextAction(
            **self.provenance,
            kind=NextActionKind.CONFIRM_CODE,
            user_id=record.id,
            concerns="email",
            value=email,
            url=None,
        )
        found = self.read(self.yes(response), response)
        more = {**found.provider_fields, "horn": id}
        return evolve(found, next_actions=(action,), provider_fields=more)

    def confirm(self, action: NextAction, code: str) -> Flow[UserRecord]:
        self.require_own(action, NextAction)
        body = {"mail": action.value, "code": code}
        response = yield self.ask("PATCH", "confirm", action.user_id, body=body)
        return self.read(self.yes(response), response)

    def renew(self, action: NextAction) -> Flow[NextAction]:
        self.require_own(action, NextAction)
        body = {"mail": action.value}
        self.yes((yield self.ask("POST", "renew", action.user_id, "horn", body=body)))
        return action

    def create_link(
        self,
        subject: UserRecord | NextAction,
        *,
        return_url: str,
        refresh_url: str | None = None,
        language: str | None = None,
    ) -> Flow[Link]:
        self.require_own(subject)
        user_id = subject.id if isinstance(subject, UserRecord) else subject.user_id
        body = {"back": web_url("return_url", return_url)}
        response = yield self.ask("POST", "create_link", user_id, "gangway", body=body)
        place = str(self.yes(response).get("url"))
        return Link(**self.provenance, user_id=user_id, url=place)

    # -- the rest

    def resume(self, partial: Partial, given: Any) -> Flow[Any]:
        self.require_own(partial, Partial)
        if partial.operation == "declare_owners" and isinstance(given, tuple):
            self.resumable(partial, _named(given))
            with part_way(partial):
                return (yield from self.all_named(partial, [*self.holders(given)]))
        if partial.operation != "submit_document" or not isinstance(given, Document):
            raise InvalidInput([Problem("operation", "conflict", "expected another content")])
        self.resumable(partial, _content(given))
        place = (str(partial.user_id), "papers", str(partial.id))
        with part_way(partial):
            response = yield self.ask("GET", "resume", *place)
            there = len(as_list(self.yes(response).get("pages")))
            return (yield from self.shown_at_the_ramp(partial, given, there, ()))

    def read_notification(self, notification: Notification) -> Flow[tuple[Event, ...]]:
        yield from ()
        seal = notification.headers.get("x-seal", "")
        if not hmac.compare_digest(seal.encode(), sealed(notification.body).encode()):
            raise InvalidSignature("ark")
        return self.events_in(notification.body)

    def events_in(self, body: bytes) -> tuple[Event, ...]:
        told = as_object(json.loads(body))
        event = Event(
            **self.provenance,
            kind=EventKind.OTHER,
            id=str(told.get("event")),
            user_id=str(told.get("passenger")),
        )
        return (event,)

    def raw(
        self,
        method: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        query: tuple[tuple[str, str], ...] = (),
    ) -> Flow[Response]:
        given = None if body is None else dict(body)
        response = yield self.ask(method, "raw", *path, body=given, query=query)
        if not 200 <= response.status < 300:
            self.no(response)
        return response

    # -- for all of them

    def yes(self, response: Response, wire: Translation[Any] | None = None) -> Json:
        if not 200 <= response.status < 300:
            self.no(response, wire)
        return self.object_in(response)

    def object_in(self, response: Response) -> Json:
        return response.json_object()

    def loosely_in(self, response: Response) -> Json:
        return response.loose_object()

    def raw_of(self, response: Response) -> Any:
        return response.loose_object() or response.body

    def all_in(self, response: Response) -> list[Json]:
        return [as_object(one) for one in as_list(self.yes(response).get("things"))]

    @property
    def chest(self) -> Translation[IbanAccount]:
        return translation(self.other_wires[0], "ark", IbanAccount)

    @property
    def kept_chest(self) -> type:
        return self.other_wires[1]

    @property
    def paper(self) -> Translation[Document]:
        return translation(self.other_wires[2], "ark", Document)

    def ask(
        self,
        method: str,
        operation: str,
        *path: str,
        body: Json | None = None,
        query: tuple[tuple[str, str], ...] = (),
    ) -> Request:
        raise NotImplementedError

    def read(self, payload: Json, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        raise NotImplementedError

    def no(self, response: Response, wire: Translation[Any] | None = None) -> NoReturn:
        raise NotImplementedError


def _content(document: Document) -> str:
    return digest([document.purpose, [page.content for page in document.pages]])


def _named(people: tuple[Person, ...]) -> str:
    return digest([person.identity for person in people])
