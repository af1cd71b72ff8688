"""What a gateway can be asked for, in threads: each call is a flow of the adapter, run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Generic, TypeVar, overload

from onboarding.adapter import Adapter
from onboarding.http import Flow, Response
from onboarding.mapping.effects import Effect
from onboarding.model.action import NextAction
from onboarding.model.answers import Paged, Partial
from onboarding.model.banking import BankAccount, BankAccountRecord, Wallet
from onboarding.model.documents import Document, DocumentRecord
from onboarding.model.event import Event
from onboarding.model.owners import OwnerDeclaration
from onboarding.model.record import UserRecord
from onboarding.model.user import Company, User
from onboarding.operations import Criterion
from onboarding.requirements.report import RequirementReport

__all__ = ["Calls"]

A_co = TypeVar("A_co", bound=Adapter, covariant=True)
T = TypeVar("T")


class Calls(Generic[A_co]):
    """The calls of a gateway.

    Every call takes `deadline`: the seconds it may take in all (60 by default). Calls raise
    `InvalidInput`, `Unsupported` (nothing was sent), `ProviderError` (it is a no),
    `TransportError` or `OutcomeUnknown` (no answer), `UnexpectedResponse`.
    """

    adapter: A_co

    def run(self, flow: Flow[T], *, deadline: float | None = None) -> T:
        """Runs any flow of the adapter: this is how what only one provider has is called."""
        raise NotImplementedError

    # -- users

    def create_user(
        self, user: User, *, idempotency_key: str | None = None, deadline: float | None = None
    ) -> UserRecord:
        """Registers a user with the provider.

        `key` is the caller's own name for this operation: where the provider has a way to make
        it happen once, it is used.
        """
        return self.run(
            self.adapter.create_user(user, idempotency_key=idempotency_key), deadline=deadline
        )

    def fetch_user(self, user_id: str, *, deadline: float | None = None) -> UserRecord:
        """Reads what the provider has on file about a user."""
        return self.run(self.adapter.fetch_user(user_id), deadline=deadline)

    def find_user(
        self,
        *,
        email: str | None = None,
        phone: str | None = None,
        national_id: str | None = None,
        country: str | None = None,
        deadline: float | None = None,
    ) -> UserRecord:
        """Looks for a user by e-mail, by phone, or by national number and its country."""
        criterion = Criterion(email=email, phone=phone, national_id=national_id, country=country)
        del email, phone, national_id  # a traceback with locals would show them
        return self.run(self.adapter.find_user(criterion), deadline=deadline)

    def update_user(
        self, record: UserRecord, user: User, *, deadline: float | None = None
    ) -> UserRecord:
        """Sends what differs between the record's user and `user`; nothing if nothing does."""
        return self.run(self.adapter.update_user(record, user), deadline=deadline)

    def categorise_user(
        self, record: UserRecord, user: User, *, deadline: float | None = None
    ) -> UserRecord:
        """Moves a user to the category of `user`, with the facts which that takes."""
        return self.run(self.adapter.categorise_user(record, user), deadline=deadline)

    def users(self, *, deadline: float | None = None) -> Iterator[UserRecord]:
        """Every user there is, page by page as they are asked for."""
        return self.each(self.adapter.list_users, deadline=deadline)

    def close_user(self, record: UserRecord, *, deadline: float | None = None) -> UserRecord:
        """Closes a user, which is final."""
        return self.run(self.adapter.close_user(record), deadline=deadline)

    def assign_contact(
        self,
        record: UserRecord,
        *,
        email: str | None = None,
        phone: str | None = None,
        deadline: float | None = None,
    ) -> UserRecord:
        """Gives a user another e-mail address or phone number, which may await its code."""
        flow = self.adapter.assign_contact(record, email=email, phone=phone)
        del email, phone  # as in find_user
        return self.run(flow, deadline=deadline)

    # -- next actions

    def confirm(
        self, action: NextAction, code: str, *, deadline: float | None = None
    ) -> UserRecord:
        """Gives the code that the user received."""
        flow = self.adapter.confirm(action, code)
        del code  # as in find_user
        return self.run(flow, deadline=deadline)

    def renew(self, action: NextAction, *, deadline: float | None = None) -> NextAction:
        """Starts an open action anew: a fresh link, a fresh code."""
        return self.run(self.adapter.renew(action), deadline=deadline)

    # -- documents

    def submit_document(
        self,
        user_id: str,
        document: Document,
        *,
        idempotency_key: str | None = None,
        deadline: float | None = None,
    ) -> DocumentRecord:
        """Hands in a document with all its pages.

        Called again with the same `key`, an upload that was cut off goes on where it was.
        """
        flow = self.adapter.submit_document(user_id, document, idempotency_key=idempotency_key)
        return self.run(flow, deadline=deadline)

    def fetch_document(
        self, document_id: str, *, user_id: str | None = None, deadline: float | None = None
    ) -> DocumentRecord:
        """Reads where a document stands."""
        flow = self.adapter.fetch_document(document_id, user_id=user_id)
        return self.run(flow, deadline=deadline)

    def documents(
        self, user_id: str | None = None, *, deadline: float | None = None
    ) -> Iterator[DocumentRecord]:
        """The documents of a user, or of all, page by page as they are asked for."""
        return self.each(partial(self.adapter.list_documents, user_id), deadline=deadline)

    # -- the beneficial owners of a company

    def declare_owners(
        self,
        user_id: str,
        company: Company,
        *,
        idempotency_key: str | None = None,
        deadline: float | None = None,
    ) -> OwnerDeclaration:
        """Declares all of `company.beneficial_owners` and has the provider look at them.

        Called again with the same `key`, one that was cut off goes on, with no owner twice.
        Raises `InvalidInput` by path for no owner or too many, `Unsupported` for what the
        provider does not support; nothing was sent then.
        """
        flow = self.adapter.declare_owners(user_id, company, idempotency_key=idempotency_key)
        return self.run(flow, deadline=deadline)

    def fetch_declaration(
        self, declaration_id: str, *, user_id: str | None = None, deadline: float | None = None
    ) -> OwnerDeclaration:
        """Reads where a declaration of owners stands."""
        flow = self.adapter.fetch_declaration(declaration_id, user_id=user_id)
        return self.run(flow, deadline=deadline)

    def declarations(
        self, user_id: str, *, deadline: float | None = None
    ) -> Iterator[OwnerDeclaration]:
        """The declarations of owners of a user, page by page as they are asked for."""
        return self.each(partial(self.adapter.list_declarations, user_id), deadline=deadline)

    # -- wallets and bank accounts

    def wallets(self, user_id: str, *, deadline: float | None = None) -> Iterator[Wallet]:
        """The wallets of a user, page by page as they are asked for."""
        return self.each(partial(self.adapter.list_wallets, user_id), deadline=deadline)

    def add_bank_account(
        self,
        user_id: str,
        account: BankAccount,
        *,
        idempotency_key: str | None = None,
        deadline: float | None = None,
    ) -> BankAccountRecord:
        """Registers a bank account of a user."""
        flow = self.adapter.add_bank_account(user_id, account, idempotency_key=idempotency_key)
        return self.run(flow, deadline=deadline)

    def bank_accounts(
        self, user_id: str, *, deadline: float | None = None
    ) -> Iterator[BankAccountRecord]:
        """The bank accounts of a user, page by page as they are asked for."""
        return self.each(partial(self.adapter.list_bank_accounts, user_id), deadline=deadline)

    def deactivate_bank_account(
        self, record: BankAccountRecord, *, deadline: float | None = None
    ) -> BankAccountRecord:
        """Takes a bank account out of use, which is final."""
        return self.run(self.adapter.deactivate_bank_account(record), deadline=deadline)

    # -- calls that failed part-way

    @overload
    def resume(
        self, partial: Partial, given: Document, *, deadline: float | None = None
    ) -> DocumentRecord: ...
    @overload
    def resume(
        self, partial: Partial, given: Company, *, deadline: float | None = None
    ) -> OwnerDeclaration: ...
    def resume(
        self, partial: Partial, given: Document | Company, *, deadline: float | None = None
    ) -> DocumentRecord | OwnerDeclaration:
        """Finishes a call that raised `PartialFailure`, with the content that the call was given.

        `partial` is `error.partial`, perhaps stored and read back in another process. Raises
        `IdempotencyConflict` for other content, `PartialFailure` when it fails again.
        """
        flow: Flow[DocumentRecord | OwnerDeclaration] = self.adapter.resume(partial, given)
        return self.run(flow, deadline=deadline)

    # -- events

    def read_event(
        self, notification: Mapping[str, Any], *, deadline: float | None = None
    ) -> Event:
        """What a notification of the provider says, confirmed by reading its subject anew."""
        flow = self.adapter.read_event(notification)
        del notification  # as in find_user
        return self.run(flow, deadline=deadline)

    # -- anything else of the provider's

    def raw(
        self,
        method: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        query: tuple[tuple[str, str], ...] = (),
        deadline: float | None = None,
    ) -> Response:
        """Any request to the provider: signed, its errors mapped, its answer as it came."""
        flow = self.adapter.raw(method, *path, body=body, query=query)
        del path, body, query  # as in find_user
        return self.run(flow, deadline=deadline)

    def each(
        self,
        pages: Callable[[str | None], Flow[Paged[T]]],
        *,
        deadline: float | None = None,
    ) -> Iterator[T]:
        """The entries of a list, page by page as they are asked for; `deadline` is of each page."""
        page: str | None = None
        while True:
            found = self.run(pages(page), deadline=deadline)
            yield from found.items
            page = found.next
            if page is None:
                return

    # -- before anything is sent

    def missing(self, held: User | UserRecord, target: str) -> RequirementReport:
        """What a user still lacks for a target (`create_owner`); nothing is sent."""
        return self.adapter.missing(held, target)

    def effects(self, record: UserRecord, user: User) -> tuple[Effect, ...]:
        """What `update_user` would bring with it; nothing is sent."""
        return self.adapter.effects(record, user)
