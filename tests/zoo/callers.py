"""Broken adapters that spoil the calls beside users."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import attrs
from onboarding import (
    Document,
    DocumentRecord,
    Event,
    InvalidInput,
    InvalidSignature,
    Loss,
    NextAction,
    NotFound,
    Notification,
    OwnerDeclaration,
    Partial,
    Person,
    Problem,
    User,
    UserRecord,
)
from onboarding.banking import BankAccountRecord
from onboarding.spi import (
    Criterion,
    Flow,
    Link,
    Paged,
    Request,
    Response,
    part_way,
)

from .ark import Json, Sound
from .breaking import breaks


@breaks("people", "the headers of the request depends on")
class TellsWhoTheKeeperIs(Sound):
    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        flow = super().create_user(user, idempotency_key=idempotency_key)
        request = next(flow)
        assert isinstance(request, Request)
        refs = "-".join(person.ref for person in user.people)
        try:
            flow.send((yield request.with_headers(X_Keeper=refs)))
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
        raise AssertionError("asks for more")


@breaks("found_users", "finds a user by an email that nobody has")
class FindsSomebody(Sound):
    def find_user(self, criterion: Criterion) -> Flow[UserRecord]:
        try:
            return (yield from super().find_user(criterion))
        except NotFound:
            return (yield from self.fetch_user("1"))


@breaks("lists", "list_users leaves out 1 of 3 users")
class ListsTheFirstPage(Sound):
    def list_users(self, page: str | None = None) -> Flow[Paged[UserRecord]]:
        found = yield from super().list_users(page)
        return attrs.evolve(found, next=None)


@breaks("lists", "list_users repeats a page")
class TurnsNoPage(Sound):
    def list_users(self, page: str | None = None) -> Flow[Paged[UserRecord]]:
        return (yield from super().list_users())


@breaks("lists", "list_wallets has an item twice")
class ListsABagTwice(Sound):
    def list_wallets(self, user_id: str, page: str | None = None) -> Flow[Paged[Any]]:
        found = yield from super().list_wallets(user_id, page)
        return attrs.evolve(found, items=(*found.items, *found.items))


@breaks("contacts", "the assigned email is neither shown nor waits for a code")
class ForgetsTheCode(Sound):
    def assign_contact(self, record: UserRecord, **given: Any) -> Flow[UserRecord]:
        found = yield from super().assign_contact(record, **given)
        actions = (attrs.evolve(one, concerns="phone") for one in found.next_actions)
        return attrs.evolve(found, next_actions=tuple(actions))


@breaks("contacts", "the confirmed value is not shown")
class ConfirmsNothing(Sound):
    def confirm(self, action: NextAction, code: str) -> Flow[UserRecord]:
        self.require_own(action, NextAction)
        return (yield from self.fetch_user(action.user_id))


@breaks("contacts", "renew changes the value")
class RenewsAnother(Sound):
    def renew(self, action: NextAction) -> Flow[NextAction]:
        made = yield from super().renew(action)
        return attrs.evolve(made, value=None)


@breaks("each_operation", "renew returns a Link")
class RenewsWithALink(Sound):
    def renew(self, action: NextAction) -> Flow[Any]:
        made = yield from super().renew(action)
        place = "https://ark.invalid/horn"
        return Link(**self.provenance, user_id=made.user_id, url=place)


@breaks("capabilities", "depends on the user in the given record")
class TrustsTheGivenRecord(Sound):
    def fetch_capabilities(self, record: UserRecord) -> Flow[UserRecord]:
        found = yield from super().fetch_capabilities(record)
        return attrs.evolve(found, user=record.user)


@breaks("closed_users", "a closed user is active")
class ClosesNobody(Sound):
    def close_user(self, record: UserRecord) -> Flow[UserRecord]:
        self.require_own(record, UserRecord)
        body = {"agreed": record.raw.get("agreed", False)}
        return self.kept((yield self.ask("PATCH", "close_user", record.id, body=body)))


@breaks("documents", "of 2 pages, these are sent: [0]")
class ShowsTheFirstPage(Sound):
    def submit_document(
        self, user_id: str, document: Document, *, idempotency_key: str | None = None
    ) -> Flow[DocumentRecord]:
        first = attrs.evolve(document, pages=document.pages[:1])
        return super().submit_document(user_id, first, idempotency_key=idempotency_key)


@breaks("documents", "of 2 pages, these are sent: [1, 0]")
class ShowsPagesBackwards(Sound):
    def shown_at_the_ramp(
        self, partial: Partial, document: Document, there: int, losses: tuple[Loss, ...]
    ) -> Flow[DocumentRecord]:
        turned = attrs.evolve(document, pages=document.pages[::-1])
        return super().shown_at_the_ramp(partial, turned, there, losses)


@breaks("documents", "list_documents has it 0 times")
class ListsTheLastPaper(Sound):
    def list_documents(self, user_id: str | None = None, page: str | None = None) -> Flow[Any]:
        found = yield from super().list_documents(user_id, page)
        twins = tuple(attrs.evolve(one, id=f"{one.id}0") for one in found.items)
        return attrs.evolve(found, items=twins)


@breaks("declarations", "of 2 owners, 1 are declared")
class DeclaresOneOwner(Sound):
    def holders(self, people: tuple[Person, ...]) -> Iterator[Json]:
        return iter([*super().holders(people)][:1])


@breaks("declarations", "fetch_declaration returns another object")
class FetchesTheFirstShares(Sound):
    def fetch_declaration(self, declaration_id: str, *, user_id: str | None = None) -> Flow[Any]:
        found = yield from super().fetch_declaration(declaration_id, user_id=user_id)
        return found if found.id == "1" else attrs.evolve(found, id="1")


@breaks("bank_accounts", "a deactivated bank account is listed as active")
class KeepsAChest(Sound):
    def deactivate_bank_account(self, record: BankAccountRecord) -> Flow[BankAccountRecord]:
        self.require_own(record, BankAccountRecord)
        place = (record.user_id or "", "chests", record.id)
        response = yield self.ask("PUT", "deactivate_bank_account", *place, body={"left": True})
        return attrs.evolve(self.chest_in(self.yes(response), response), active=False)


@breaks("bank_accounts", "iban of the account is shown with another value")
class ShowsEveryChestAsTheFirst(Sound):
    def list_bank_accounts(self, user_id: str, page: str | None = None) -> Flow[Any]:
        found = yield from super().list_bank_accounts(user_id, page)
        same = tuple(attrs.evolve(one, account=found.items[0].account) for one in found.items)
        return attrs.evolve(found, items=same)


@breaks("links", "the return address is lost or spelled anew")
class QuotesTheReturnTwice(Sound):
    def create_link(self, subject: UserRecord | NextAction, **given: Any) -> Flow[Link]:
        flow = super().create_link(subject, **given)
        request = next(flow)
        assert isinstance(request, Request)
        body = json.dumps({"back": quote(given["return_url"], safe=":/")}).encode()
        try:
            flow.send((yield attrs.evolve(request, body=body)))
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
        raise AssertionError("asks for more")


@breaks("links", "takes 'back' for a return address")
class ReturnsAnywhere(Sound):
    def create_link(
        self, subject: UserRecord | NextAction, *, return_url: str, **more: Any
    ) -> Flow[Link]:
        self.require_own(subject)
        user_id = subject.id if isinstance(subject, UserRecord) else subject.user_id
        if not return_url:
            raise InvalidInput([Problem("return_url", "missing", "is required")])
        body = {"back": return_url}
        response = yield self.ask("POST", "create_link", user_id, "gangway", body=body)
        place = str(self.yes(response).get("url"))
        return Link(**self.provenance, user_id=user_id, url=place)


@breaks("genuine_notifications", "an event is believed: neither signed nor read again")
class BelievesTheDove(Sound):
    def read_notification(self, notification: Notification) -> Flow[tuple[Event, ...]]:
        yield from ()
        try:
            return self.events_in(notification.body)
        except ValueError:
            raise InvalidSignature("ark") from None


@breaks("genuine_notifications", "a body of another length is believed")
class SealsTheTextAlone(Sound):
    def read_notification(self, notification: Notification) -> Flow[tuple[Event, ...]]:
        text = notification.body.strip()
        return super().read_notification(attrs.evolve(notification, body=text))


@breaks("any_notification", "UnicodeDecodeError")
class ReadsBeforeTheSeal(Sound):
    def read_notification(self, notification: Notification) -> Flow[tuple[Event, ...]]:
        if not notification.body.decode():
            raise InvalidSignature("ark")
        return super().read_notification(notification)


@breaks("raw_requests", "a raw request has another path")
class JoinsAPath(Sound):
    def raw(self, method: str, *path: str, **more: Any) -> Flow[Response]:
        return super().raw(method, *"/".join(path).split("/"), **more)


@breaks("raw_requests", "a raw request has another query")
class ForgetsTheQuery(Sound):
    def raw(self, method: str, *path: str, **more: Any) -> Flow[Response]:
        return super().raw(method, *path, **{**more, "query": ()})


@breaks("raw_requests", "a raw request returns an answer 404")
class TakesEveryAnswerForAYes(Sound):
    def raw(self, method: str, *path: str, **more: Any) -> Flow[Response]:
        given = more.get("body")
        query = more.get("query", ())
        return (yield self.ask(method, "raw", *path, body=given, query=query))


@breaks("stored_results", "list_wallets: a Wallet has another gateway")
class OwnsBagsOfNobody(Sound):
    def list_wallets(self, user_id: str, page: str | None = None) -> Flow[Paged[Any]]:
        found = yield from super().list_wallets(user_id, page)
        bags = tuple(attrs.evolve(one, gateway="") for one in found.items)
        return attrs.evolve(found, items=bags)


@breaks("resumed", "and resumed: 1 writes are repeated")
class BeginsAnew(Sound):
    def resume(self, partial: Partial, given: Any) -> Flow[Any]:
        if (
            partial.operation == "submit_document"
            and isinstance(given, Document)
            and partial.digest
        ):
            self.require_own(partial, Partial)
            with part_way(partial):
                return (yield from self.shown_at_the_ramp(partial, given, 0, ()))
        return (yield from super().resume(partial, given))


@breaks("resumed", "TransportError in place of PartialFailure")
class BreaksOffWithoutAWord(Sound):
    def declare_owners(
        self, user_id: str, people: tuple[Person, ...], *, idempotency_key: str | None = None
    ) -> Flow[OwnerDeclaration]:
        key = self.validated_key(idempotency_key)
        bodies = [*self.holders(people)]
        response = yield self.ask("POST", "declare_owners", user_id, "shares", body={})
        id = str(self.yes(response).get("id"))
        partial = self.partial_of("declare_owners", user_id, id, key)
        return (yield from self.all_named(partial, bodies))
