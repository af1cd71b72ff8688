"""The operations of an adapter; each raises `Unsupported` until an adapter implements it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn

from attrs import field, frozen

from onboarding.banking import BankAccount, BankAccountRecord, Wallet
from onboarding.errors import Problem, Unsupported
from onboarding.http import Flow, Response
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

__all__ = ["OPERATIONS", "Criterion", "Operations", "call_of"]


@frozen(kw_only=True)
class Criterion:
    """The search criterion of `find_user`: an e-mail, a phone, or a national id and its country."""

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
    """The operations of an adapter. Each is a generator, called a flow.

    A flow yields requests, receives responses, and returns a core object. An operation that the
    provider does not have raises `Unsupported`.
    """

    provider: ClassVar[str] = ""
    """The name of the provider, as used in configurations."""

    # -- users

    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        """Creates a user, once per idempotency key.

        Raises `PartialFailure` if it fails part-way, at a provider that takes several requests for
        it; `resume` finishes it.
        """
        self.unsupported("create_user")

    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        """Fetches the record of a user."""
        self.unsupported("fetch_user")

    def find_user(self, criterion: Criterion) -> Flow[UserRecord]:
        """Finds a user by one criterion. Raises `NotFound` if there is none."""
        self.unsupported("find_user")

    def fetch_capabilities(self, record: UserRecord) -> Flow[UserRecord]:
        """Fetches a user with everything that decides its capabilities, such as blocks."""
        self.unsupported("fetch_capabilities")

    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        """Sends the differences between the record's user and `user`; nothing if they are equal."""
        self.unsupported("update_user")

    def categorise_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        """Moves a user to the category of `user`, with the fields that this requires."""
        self.unsupported("categorise_user")

    def list_users(self, page: str | None = None) -> Flow[Paged[UserRecord]]:
        """Fetches one page of the users: the first one, or the page after `Paged.next`."""
        self.unsupported("list_users")

    def close_user(self, record: UserRecord) -> Flow[UserRecord]:
        """Closes a user permanently."""
        self.unsupported("close_user")

    def assign_contact(
        self, record: UserRecord, *, email: str | None = None, phone: str | None = None
    ) -> Flow[UserRecord]:
        """Assigns an e-mail address or phone number, which the user may have to confirm."""
        self.unsupported("assign_contact")

    # -- next actions

    def confirm(self, action: NextAction, code: str) -> Flow[UserRecord]:
        """Confirms a contact or an action with the code that the user received."""
        self.unsupported("confirm")

    def renew(self, action: NextAction) -> Flow[NextAction]:
        """Renews an open action: a new link or a new code."""
        self.unsupported("renew")

    def create_link(
        self,
        subject: UserRecord | NextAction,
        *,
        return_url: str,
        refresh_url: str | None = None,
        language: str | None = None,
    ) -> Flow[Link]:
        """Creates a link to the provider's page for a user, or for one open action of a user.

        The page returns to `return_url`. The browser of a user whose link has expired is sent to
        `refresh_url`, at a provider that takes one. `language` is a BCP 47 tag.
        """
        self.unsupported("create_link")

    # -- documents

    def submit_document(
        self, user_id: str, document: Document, *, idempotency_key: str | None = None
    ) -> Flow[DocumentRecord]:
        """Submits a document with all its pages, once per idempotency key.

        Raises `PartialFailure` if it fails part-way; `resume` finishes it.
        """
        self.unsupported("submit_document")

    def fetch_document(
        self, document_id: str, *, user_id: str | None = None
    ) -> Flow[DocumentRecord]:
        """Fetches the record of a document."""
        self.unsupported("fetch_document")

    def list_documents(
        self, user_id: str | None = None, page: str | None = None
    ) -> Flow[Paged[DocumentRecord]]:
        """Fetches one page of the documents of a user, or of all users."""
        self.unsupported("list_documents")

    # -- the beneficial owners of a company

    def declare_owners(
        self, user_id: str, people: tuple[Person, ...], *, idempotency_key: str | None = None
    ) -> Flow[OwnerDeclaration]:
        """Declares all beneficial owners of a company, once per idempotency key.

        Raises `PartialFailure` if it fails part-way; `resume` finishes it.
        """
        self.unsupported("declare_owners")

    def fetch_declaration(
        self, declaration_id: str, *, user_id: str | None = None
    ) -> Flow[OwnerDeclaration]:
        """Fetches a declaration of beneficial owners."""
        self.unsupported("fetch_declaration")

    def list_declarations(
        self, user_id: str, page: str | None = None
    ) -> Flow[Paged[OwnerDeclaration]]:
        """Fetches one page of the declarations of a user."""
        self.unsupported("list_declarations")

    # -- wallets and bank accounts

    def list_wallets(self, user_id: str, page: str | None = None) -> Flow[Paged[Wallet]]:
        """Fetches one page of the wallets of a user."""
        self.unsupported("list_wallets")

    def add_bank_account(
        self, user_id: str, account: BankAccount, *, idempotency_key: str | None = None
    ) -> Flow[BankAccountRecord]:
        """Adds a bank account to a user."""
        self.unsupported("add_bank_account")

    def list_bank_accounts(
        self, user_id: str, page: str | None = None
    ) -> Flow[Paged[BankAccountRecord]]:
        """Fetches one page of the bank accounts of a user."""
        self.unsupported("list_bank_accounts")

    def deactivate_bank_account(self, record: BankAccountRecord) -> Flow[BankAccountRecord]:
        """Deactivates a bank account permanently."""
        self.unsupported("deactivate_bank_account")

    # -- calls that failed part-way

    def resume(
        self, partial: Partial, given: Any
    ) -> Flow[UserRecord] | Flow[DocumentRecord] | Flow[OwnerDeclaration]:
        """Finishes a call that failed part-way; `given` is the content of that call.

        It is a user, a document or people. An adapter names the classes that its calls take.
        Raises `IdempotencyConflict` for other content, `PartialFailure` if it fails again.
        """
        self.unsupported("resume")

    # -- events

    def read_notification(self, notification: Notification) -> Flow[tuple[Event, ...]]:
        """Returns the events of a provider's notification.

        A signature is checked where the provider signs. Otherwise an event is confirmed by fetching
        its subject. Raises `InvalidSignature` for a notification that is not the provider's.
        """
        self.unsupported("read_notification")

    # -- any other request

    def raw(
        self,
        method: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        query: tuple[tuple[str, str], ...] = (),
    ) -> Flow[Response]:
        """Sends any request, signed; returns the response unchanged, errors are mapped."""
        self.unsupported("raw")

    @classmethod
    def unsupported(cls, operation: str) -> NoReturn:
        """Raises `Unsupported` for an operation."""
        problem = Problem("", "operation", f"{cls.provider} has no {operation}")
        raise Unsupported([problem], provider=cls.provider)


OPERATIONS: tuple[str, ...] = tuple(
    name
    for name, found in vars(Operations).items()
    if inspect.isfunction(found) and not name.startswith("_")
)
"""The names of all operations, in the order of the class."""


def call_of(operation: str) -> str:
    """Returns the name of the gateway's method for an operation: `users` for `list_users`."""
    return operation.removeprefix("list_")
