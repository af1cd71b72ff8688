# Generated from onboarding/_async/calls.py by `python -m tests.house.generate_sync`.
# Edit that file, and run the command.
"""The calls of a gateway: each runs a flow of the adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar, overload

from onboarding.adapter import Adapter
from onboarding.banking import BankAccount, BankAccountRecord, Wallet
from onboarding.engine.attempts import Attempt
from onboarding.http import Flow, Response
from onboarding.mapping.effects import Effect
from onboarding.model.action import NextAction
from onboarding.model.answers import Paged, Partial
from onboarding.model.documents import Document, DocumentRecord
from onboarding.model.event import Event
from onboarding.model.link import Link
from onboarding.model.notification import Notification
from onboarding.model.owners import OwnerDeclaration
from onboarding.model.people import Person
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.operations import Criterion
from onboarding.reconciliation import Reconciliation, UnresolvedCall
from onboarding.requirements.report import RequirementReport

__all__ = ["Calls"]

A_co = TypeVar("A_co", bound=Adapter, covariant=True)
T = TypeVar("T")


class Calls(Generic[A_co]):
    """The calls of a gateway.

    `deadline` is the number of seconds that a call may take in total, 60 by default. Calls raise
    `InvalidInput` and `Unsupported` (nothing was sent), `ProviderError` (the provider answered
    with an error), `TransportError` and `OutcomeUnknown` (no answer), `UnexpectedResponse`.
    """

    adapter: A_co

    def run(self, flow: Flow[T], *, deadline: float | None = None) -> T:
        """Runs any flow of the adapter, such as an operation that only one provider has."""
        raise NotImplementedError

    def _write(self, attempt: Attempt, flow: Flow[T], deadline: float | None) -> T:
        """Runs the flow of a call that writes; `attempt` describes it in `error.unresolved`."""
        raise NotImplementedError

    def _now(self) -> datetime:
        """Returns the time, as the provider's signatures have it."""
        raise NotImplementedError

    # -- users

    def create_user(
        self, user: User, *, idempotency_key: str | None = None, deadline: float | None = None
    ) -> UserRecord:
        """Creates a user at the provider.

        A provider that supports idempotency keys creates one user per `idempotency_key`.
        """
        attempt = Attempt(operation="create_user", content=user, idempotency_key=idempotency_key)
        flow = self.adapter.create_user(user, idempotency_key=idempotency_key)
        return self._write(attempt, flow, deadline)

    def fetch_user(self, user_id: str, *, deadline: float | None = None) -> UserRecord:
        """Fetches the record of a user."""
        return self.run(self.adapter.fetch_user(user_id), deadline=deadline)

    def fetch_capabilities(
        self, record: UserRecord, *, deadline: float | None = None
    ) -> UserRecord:
        """Fetches a user with everything that decides its capabilities, such as blocks."""
        return self.run(self.adapter.fetch_capabilities(record), deadline=deadline)

    def find_user(
        self,
        *,
        email: str | None = None,
        phone: str | None = None,
        national_id: str | None = None,
        country: str | None = None,
        deadline: float | None = None,
    ) -> UserRecord:
        """Finds a user by e-mail, by phone, or by national number and its country.

        Raises `NotFound` if there is none.
        """
        criterion = Criterion(email=email, phone=phone, national_id=national_id, country=country)
        del email, phone, national_id  # a traceback with locals would show them
        return self.run(self.adapter.find_user(criterion), deadline=deadline)

    def update_user(
        self, record: UserRecord, user: User, *, deadline: float | None = None
    ) -> UserRecord:
        """Sends the differences between the record's user and `user`; nothing if they are equal."""
        attempt = Attempt(operation="update_user", content=user, on=record)
        return self._write(attempt, self.adapter.update_user(record, user), deadline)

    def categorise_user(
        self, record: UserRecord, user: User, *, deadline: float | None = None
    ) -> UserRecord:
        """Moves a user to the category of `user`, with the fields that this requires."""
        attempt = Attempt(operation="categorise_user", content=user, on=record)
        return self._write(attempt, self.adapter.categorise_user(record, user), deadline)

    def users(self, *, deadline: float | None = None) -> Iterator[UserRecord]:
        """Iterates over all users; each page is fetched when needed."""
        return self.each(self.adapter.list_users, deadline=deadline)

    def close_user(self, record: UserRecord, *, deadline: float | None = None) -> UserRecord:
        """Closes a user permanently."""
        attempt = Attempt(operation="close_user", on=record)
        return self._write(attempt, self.adapter.close_user(record), deadline)

    def assign_contact(
        self,
        record: UserRecord,
        *,
        email: str | None = None,
        phone: str | None = None,
        deadline: float | None = None,
    ) -> UserRecord:
        """Assigns an e-mail address or phone number, which the user may have to confirm."""
        flow = self.adapter.assign_contact(record, email=email, phone=phone)
        del email, phone  # as in find_user
        return self._write(Attempt(operation="assign_contact", on=record), flow, deadline)

    # -- next actions

    def confirm(
        self, action: NextAction, code: str, *, deadline: float | None = None
    ) -> UserRecord:
        """Confirms a contact or an action with the code that the user received."""
        flow = self.adapter.confirm(action, code)
        del code  # as in find_user
        return self._write(Attempt(operation="confirm", on=action), flow, deadline)

    def renew(self, action: NextAction, *, deadline: float | None = None) -> NextAction:
        """Renews an open action: a new link or a new code."""
        return self._write(
            Attempt(operation="renew", on=action), self.adapter.renew(action), deadline
        )

    def create_link(
        self,
        subject: UserRecord | NextAction,
        *,
        return_url: str,
        refresh_url: str | None = None,
        language: str | None = None,
        deadline: float | None = None,
    ) -> Link:
        """Creates a link to the provider's page for a user, or for one open action of a user.

        The page returns to `return_url`. The browser of a user whose link has expired is sent to
        `refresh_url`, at a provider that takes one. `language` is a BCP 47 tag.
        """
        flow = self.adapter.create_link(
            subject, return_url=return_url, refresh_url=refresh_url, language=language
        )
        return self.run(flow, deadline=deadline)

    # -- documents

    def submit_document(
        self,
        user_id: str,
        document: Document,
        *,
        idempotency_key: str | None = None,
        deadline: float | None = None,
    ) -> DocumentRecord:
        """Submits a document with all its pages.

        Repeated with the same idempotency key, it continues an interrupted upload. Raises
        `PartialFailure` if it fails part-way; `resume` finishes it.
        """
        flow = self.adapter.submit_document(user_id, document, idempotency_key=idempotency_key)
        attempt = Attempt(
            operation="submit_document",
            content=document,
            user_id=user_id,
            idempotency_key=idempotency_key,
        )
        return self._write(attempt, flow, deadline)

    def fetch_document(
        self, document_id: str, *, user_id: str | None = None, deadline: float | None = None
    ) -> DocumentRecord:
        """Fetches the record of a document."""
        flow = self.adapter.fetch_document(document_id, user_id=user_id)
        return self.run(flow, deadline=deadline)

    def documents(
        self, user_id: str | None = None, *, deadline: float | None = None
    ) -> Iterator[DocumentRecord]:
        """Iterates over the documents of a user, or of all users; pages are fetched when needed."""
        return self.each(partial(self.adapter.list_documents, user_id), deadline=deadline)

    # -- the beneficial owners of a company

    def declare_owners(
        self,
        user_id: str,
        people: tuple[Person, ...],
        *,
        idempotency_key: str | None = None,
        deadline: float | None = None,
    ) -> OwnerDeclaration:
        """Declares all beneficial owners among a user's people and submits the declaration.

        Repeated with the same idempotency key, it continues an interrupted declaration without
        duplicate owners. Raises `InvalidInput` for no owner or too many, `Unsupported` for fields
        that the provider does not support (nothing was sent), `PartialFailure` if it fails
        part-way; `resume` finishes it.
        """
        flow = self.adapter.declare_owners(user_id, people, idempotency_key=idempotency_key)
        attempt = Attempt(
            operation="declare_owners",
            content=people,
            user_id=user_id,
            idempotency_key=idempotency_key,
        )
        return self._write(attempt, flow, deadline)

    def fetch_declaration(
        self, declaration_id: str, *, user_id: str | None = None, deadline: float | None = None
    ) -> OwnerDeclaration:
        """Fetches a declaration of beneficial owners."""
        flow = self.adapter.fetch_declaration(declaration_id, user_id=user_id)
        return self.run(flow, deadline=deadline)

    def declarations(
        self, user_id: str, *, deadline: float | None = None
    ) -> Iterator[OwnerDeclaration]:
        """Iterates over the declarations of a user; each page is fetched when needed."""
        return self.each(partial(self.adapter.list_declarations, user_id), deadline=deadline)

    # -- wallets and bank accounts

    def wallets(self, user_id: str, *, deadline: float | None = None) -> Iterator[Wallet]:
        """Iterates over the wallets of a user; each page is fetched when needed."""
        return self.each(partial(self.adapter.list_wallets, user_id), deadline=deadline)

    def add_bank_account(
        self,
        user_id: str,
        account: BankAccount,
        *,
        idempotency_key: str | None = None,
        deadline: float | None = None,
    ) -> BankAccountRecord:
        """Adds a bank account to a user."""
        flow = self.adapter.add_bank_account(user_id, account, idempotency_key=idempotency_key)
        attempt = Attempt(
            operation="add_bank_account",
            content=account,
            user_id=user_id,
            idempotency_key=idempotency_key,
        )
        return self._write(attempt, flow, deadline)

    def bank_accounts(
        self, user_id: str, *, deadline: float | None = None
    ) -> Iterator[BankAccountRecord]:
        """Iterates over the bank accounts of a user; each page is fetched when needed."""
        return self.each(partial(self.adapter.list_bank_accounts, user_id), deadline=deadline)

    def deactivate_bank_account(
        self, record: BankAccountRecord, *, deadline: float | None = None
    ) -> BankAccountRecord:
        """Deactivates a bank account permanently."""
        attempt = Attempt(operation="deactivate_bank_account", on=record)
        return self._write(attempt, self.adapter.deactivate_bank_account(record), deadline)

    # -- calls that failed part-way

    @overload
    def resume(
        self, partial: Partial, given: Document, *, deadline: float | None = None
    ) -> DocumentRecord: ...
    @overload
    def resume(
        self, partial: Partial, given: tuple[Person, ...], *, deadline: float | None = None
    ) -> OwnerDeclaration: ...
    @overload
    def resume(
        self, partial: Partial, given: User, *, deadline: float | None = None
    ) -> UserRecord: ...
    def resume(self, partial: Partial, given: Any, *, deadline: float | None = None) -> Any:
        """Finishes a call that raised `PartialFailure`; `given` is the content of that call.

        `partial` is `error.partial`; it can be stored and loaded in another process. Raises
        `IdempotencyConflict` for other content, `PartialFailure` if it fails again.
        """
        flow: Flow[Any] = self.adapter.resume(partial, given)
        return self.run(flow, deadline=deadline)

    # -- calls whose outcome is unknown

    @overload
    def reconcile(
        self, call: UnresolvedCall, given: User, *, deadline: float | None = None
    ) -> Reconciliation[UserRecord]: ...
    @overload
    def reconcile(
        self, call: UnresolvedCall, given: Document, *, deadline: float | None = None
    ) -> Reconciliation[DocumentRecord]: ...
    @overload
    def reconcile(
        self, call: UnresolvedCall, given: tuple[Person, ...], *, deadline: float | None = None
    ) -> Reconciliation[OwnerDeclaration]: ...
    @overload
    def reconcile(
        self, call: UnresolvedCall, given: BankAccount, *, deadline: float | None = None
    ) -> Reconciliation[BankAccountRecord]: ...
    @overload
    def reconcile(
        self, call: UnresolvedCall, given: None = None, *, deadline: float | None = None
    ) -> Reconciliation[Any]: ...
    def reconcile(
        self,
        call: UnresolvedCall,
        given: User | Document | tuple[Person, ...] | BankAccount | None = None,
        *,
        deadline: float | None = None,
    ) -> Reconciliation[Any]:
        """Learns whether a call with an unknown outcome was carried out; it only reads.

        `call` is `error.unresolved`; it can be stored and loaded in another process. `given` is
        the content of that call: the user, document, people or bank account; None for a call
        without one. Raises `IdempotencyConflict` for other content.
        """
        flow = self.adapter.reconcile(call, given, now=self._now())
        del given  # as in find_user
        return self.run(flow, deadline=deadline)

    # -- events

    def read_notification(
        self, notification: Notification, *, deadline: float | None = None
    ) -> tuple[Event, ...]:
        """Returns the events of a provider's notification.

        A signature is checked where the provider signs. Otherwise an event is confirmed by fetching
        its subject. Raises `InvalidSignature` for a notification that is not the provider's.
        """
        flow = self.adapter.read_notification(notification)
        del notification  # as in find_user
        return self.run(flow, deadline=deadline)

    # -- any other request

    def raw(
        self,
        method: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        query: tuple[tuple[str, str], ...] = (),
        deadline: float | None = None,
    ) -> Response:
        """Sends any request, signed; returns the response unchanged, errors are mapped."""
        flow = self.adapter.raw(method, *path, body=body, query=query)
        del path, body, query  # as in find_user
        return self.run(flow, deadline=deadline)

    def each(
        self,
        pages: Callable[[str | None], Flow[Paged[T]]],
        *,
        deadline: float | None = None,
    ) -> Iterator[T]:
        """Iterates over the entries of a list; `deadline` applies to each page."""
        page: str | None = None
        while True:
            found = self.run(pages(page), deadline=deadline)
            yield from found.items
            page = found.next
            if page is None:
                return

    # -- before anything is sent

    def missing(self, held: User | UserRecord, target: str) -> RequirementReport:
        """Returns what a user lacks for a target such as `create_owner`; nothing is sent."""
        return self.adapter.missing(held, target)

    def effects(self, record: UserRecord, user: User) -> tuple[Effect, ...]:
        """Returns the effects that `update_user` would have; nothing is sent."""
        return self.adapter.effects(record, user)
