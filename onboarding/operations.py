"""What a provider can be asked to do: every operation, until an adapter says how, is refused."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn, overload

from attrs import field, frozen

from onboarding.errors import Problem, Unsupported
from onboarding.http import Flow, Response
from onboarding.model.action import NextAction
from onboarding.model.answers import Paged, Partial
from onboarding.model.banking import BankAccount, BankAccountRecord, Wallet
from onboarding.model.documents import Document, DocumentRecord
from onboarding.model.event import Event
from onboarding.model.owners import OwnerDeclaration
from onboarding.model.record import UserRecord
from onboarding.model.user import Company, User

__all__ = ["OPERATIONS", "Criterion", "Operations", "call_of"]


@frozen(kw_only=True)
class Criterion:
    """By what a user is looked for: exactly one of these."""

    email: str | None = field(default=None, repr=False)
    """An e-mail address. Example: `ona@example.com`."""
    phone: str | None = field(default=None, repr=False)
    """A phone number, E.164. Example: `+37061234567`."""
    national_id: str | None = field(default=None, repr=False)
    """A personal number, with `country`. Example: `46803090000`."""
    country: str | None = None
    """The country that issued the number. Example: `LT`."""


@frozen(kw_only=True)
class Operations:
    """The operations of an adapter, each a generator: a flow.

    It yields requests, is sent responses, and returns a core object. One that a provider does
    not have raises `Unsupported`.
    """

    provider: ClassVar[str] = ""
    """The name by which configurations speak of it."""

    # -- users

    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        """Registers a user, once for a `key`: the idempotency key of the caller."""
        self.unsupported("create_user")

    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        """Reads what the provider has on file."""
        self.unsupported("fetch_user")

    def find_user(self, criterion: Criterion) -> Flow[UserRecord]:
        """Looks for a user by one criterion. Raises `NotFound` when there is none."""
        self.unsupported("find_user")

    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        """Sends what differs between the record's user and `user`; nothing if nothing does."""
        self.unsupported("update_user")

    def categorise_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        """Moves a user to the category of `user`, with the facts which that takes."""
        self.unsupported("categorise_user")

    def list_users(self, page: str | None = None) -> Flow[Paged[UserRecord]]:
        """One page of the users there are; the first one, or the one a page names as next."""
        self.unsupported("list_users")

    def close_user(self, record: UserRecord) -> Flow[UserRecord]:
        """Closes a user, which is final."""
        self.unsupported("close_user")

    def assign_contact(
        self, record: UserRecord, *, email: str | None = None, phone: str | None = None
    ) -> Flow[UserRecord]:
        """Gives a user another e-mail address or phone number, which may await its code."""
        self.unsupported("assign_contact")

    # -- next actions

    def confirm(self, action: NextAction, code: str) -> Flow[UserRecord]:
        """Gives the code that the user received."""
        self.unsupported("confirm")

    def renew(self, action: NextAction) -> Flow[NextAction]:
        """Starts an open action anew: a fresh link, a fresh code."""
        self.unsupported("renew")

    # -- documents

    def submit_document(
        self, user_id: str, document: Document, *, idempotency_key: str | None = None
    ) -> Flow[DocumentRecord]:
        """Hands in a document with all its pages, once for a `key`.

        Raises `PartialFailure` when it fails part-way; `resume` finishes it.
        """
        self.unsupported("submit_document")

    def fetch_document(
        self, document_id: str, *, user_id: str | None = None
    ) -> Flow[DocumentRecord]:
        """Reads where a document stands."""
        self.unsupported("fetch_document")

    def list_documents(
        self, user_id: str | None = None, page: str | None = None
    ) -> Flow[Paged[DocumentRecord]]:
        """One page of the documents of a user, or of all."""
        self.unsupported("list_documents")

    # -- the beneficial owners of a company

    def declare_owners(
        self, user_id: str, company: Company, *, idempotency_key: str | None = None
    ) -> Flow[OwnerDeclaration]:
        """Declares all owners of a company, once for a `key`.

        Raises `PartialFailure` when it fails part-way; `resume` finishes it.
        """
        self.unsupported("declare_owners")

    def fetch_declaration(
        self, declaration_id: str, *, user_id: str | None = None
    ) -> Flow[OwnerDeclaration]:
        """Reads where a declaration stands."""
        self.unsupported("fetch_declaration")

    def list_declarations(
        self, user_id: str, page: str | None = None
    ) -> Flow[Paged[OwnerDeclaration]]:
        """One page of the declarations of a user."""
        self.unsupported("list_declarations")

    # -- wallets and bank accounts

    def list_wallets(self, user_id: str, page: str | None = None) -> Flow[Paged[Wallet]]:
        """One page of the wallets of a user."""
        self.unsupported("list_wallets")

    def add_bank_account(
        self, user_id: str, account: BankAccount, *, idempotency_key: str | None = None
    ) -> Flow[BankAccountRecord]:
        """Registers a bank account of a user."""
        self.unsupported("add_bank_account")

    def list_bank_accounts(
        self, user_id: str, page: str | None = None
    ) -> Flow[Paged[BankAccountRecord]]:
        """One page of the bank accounts of a user."""
        self.unsupported("list_bank_accounts")

    def deactivate_bank_account(self, record: BankAccountRecord) -> Flow[BankAccountRecord]:
        """Takes a bank account out of use, which is final."""
        self.unsupported("deactivate_bank_account")

    # -- calls that failed part-way

    @overload
    def resume(self, partial: Partial, given: Document) -> Flow[DocumentRecord]: ...
    @overload
    def resume(self, partial: Partial, given: Company) -> Flow[OwnerDeclaration]: ...
    def resume(
        self, partial: Partial, given: Document | Company
    ) -> Flow[DocumentRecord] | Flow[OwnerDeclaration]:
        """Finishes a call that failed part-way, with the content that the call was given.

        Raises `IdempotencyConflict` for other content, `PartialFailure` when it fails again.
        """
        self.unsupported("resume")

    # -- events

    def read_event(self, notification: Mapping[str, Any]) -> Flow[Event]:
        """What a notification of the provider says, confirmed by reading its subject anew."""
        self.unsupported("read_event")

    # -- anything else of the provider's

    def raw(
        self,
        method: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        query: tuple[tuple[str, str], ...] = (),
    ) -> Flow[Response]:
        """Any request to the provider: signed, its errors mapped, its answer as it came."""
        self.unsupported("raw")

    @classmethod
    def unsupported(cls, operation: str) -> NoReturn:
        """Raises `Unsupported` for a whole operation."""
        problem = Problem("", "operation", f"{cls.provider} has no {operation}")
        raise Unsupported([problem], provider=cls.provider)


OPERATIONS: tuple[str, ...] = tuple(
    name
    for name, found in vars(Operations).items()
    if inspect.isfunction(found) and not name.startswith("_")
)
"""The name of every operation, in the order of the class."""


def call_of(operation: str) -> str:
    """Returns the name of the gateway's method for an operation: `users` for `list_users`."""
    return operation.removeprefix("list_")
