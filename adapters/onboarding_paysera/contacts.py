"""Contacts of a user and their confirmation; the contact book."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import attrs
from attrs import field, frozen
from onboarding import InvalidInput, NextAction, NextActionKind, Problem, User, UserRecord
from onboarding.spi import Flow, written_email

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.records import same_contact
from onboarding_paysera.values import given_text, shown_id

__all__ = [
    "ContactBooks",
    "ContactList",
    "Contacts",
]


@frozen(kw_only=True)
class Contacts(PayseraProtocol):
    """E-mail addresses and phone numbers, which Paysera shows once they are confirmed."""

    def assign_contact(
        self, record: UserRecord, *, email: str | None = None, phone: str | None = None
    ) -> Flow[UserRecord]:
        """docs: user-resource, Assign Phone, Assign Email: one contact a call.

        The record that comes back holds the action that waits for the code; its link, if any, is
        that of the record's extras, else that of the settings. What is shown already is not sent.
        """
        self.require_own(record, UserRecord)
        if (email is None) == (phone is None):
            text = "give exactly one: email or phone"
            raise InvalidInput([Problem("", "conflict", text)])
        given = User(email=email, phone=phone)  # which checks its shape
        concerns, value = ("email", email) if email is not None else ("phone", phone or "")
        if same_contact(concerns, value, getattr(record.user, concerns)):
            return record
        extras = self.validated(record.user).extras.get(self.provider, {})
        body = self._assigned(concerns, value, extras.get(f"{concerns}_link"))
        path = self.of_user(record.id, concerns)
        response = yield self.request("POST", "assign_contact", *path, body=body)
        return self.user_record(response, given=given, before=record)

    def confirm(self, action: NextAction, code: str) -> Flow[UserRecord]:
        """docs: user-resource, Confirm Phone, Confirm Email."""
        self._takes_a_code(action)
        body = {"code": given_text("code", code)}
        path = self.of_user(action.user_id, action.concerns, "confirm")
        response = yield self.request("PUT", "confirm", *path, body=body)
        return self.user_record(response)

    def renew(self, action: NextAction) -> Flow[NextAction]:
        """docs: user-resource, Assign Phone, Assign Email: a new code is sent."""
        self._takes_a_code(action)
        body = self._assigned(action.concerns, action.value or "", None)
        path = self.of_user(action.user_id, action.concerns)
        response = yield self.request("POST", "renew", *path, body=body)
        self.answer(response)
        return attrs.evolve(action, issued_at=response.received_at)

    def _takes_a_code(self, action: NextAction) -> None:
        self.require_own(action, NextAction)
        if action.kind is not NextActionKind.CONFIRM_CODE:
            problem = Problem("kind", "conflict", f"an action of kind {action.kind} has no code")
            raise InvalidInput([problem])

    def _assigned(self, concerns: str, value: str, link: str | None) -> dict[str, Any]:
        # The links of the two messages are named apart (docs: user-resource, Assign Email).
        own = self.phone_link if concerns == "phone" else self.email_link
        phone = concerns == "phone"
        written = value.removeprefix("+") if phone else written_email("email", value)
        body: dict[str, Any] = {concerns: written}
        return with_links(body, {f"{concerns}_link": link or own})


def with_links(body: dict[str, Any], links: dict[str, str | None]) -> dict[str, Any]:
    """The body with the templates of links that are there as its parameters."""
    given = {name: link for name, link in links.items() if link is not None}
    return body | {"parameters": given} if given else body


# docs: user-resource, Contact Book: plural in a body, singular in a query
_IN_A_QUERY = {
    "emails": "email",
    "phones": "phone",
    "email_hashes": "email_hash",
    "phone_hashes": "phone_hash",
}


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _all(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


def _with_country_code(_: object, __: object, phones: tuple[str, ...]) -> None:
    # docs: user-resource, phone: without it the number is another country's, and so is its hash
    found = [
        Problem(f"phones.{index}", "shape", "expected a phone number with + and country code")
        for index, phone in enumerate(phones)
        if not phone.startswith("+")
    ]
    if found:
        raise InvalidInput(found)


@frozen(kw_only=True, repr=False)  # its values are other people's
class ContactList:
    """Contacts for a contact book: e-mail addresses, phone numbers (E.164), or their hashes."""

    emails: tuple[str, ...] = field(default=(), converter=_all)
    phones: tuple[str, ...] = field(default=(), converter=_all, validator=_with_country_code)
    email_hashes: tuple[str, ...] = field(default=(), converter=_all)
    phone_hashes: tuple[str, ...] = field(default=(), converter=_all)

    def hashed(self) -> ContactList:
        """The same contacts, none of them readable: hex SHA-1 of lower-case addresses and digits.

        That is how the official PHP client hashes contacts to find wallets by.
        """
        return ContactList(
            email_hashes=(*self.email_hashes, *(_sha1(email.lower()) for email in self.written())),
            phone_hashes=(
                *self.phone_hashes,
                *(_sha1("".join(filter(str.isdecimal, phone))) for phone in self.phones),
            ),
        )

    def written(self) -> tuple[str, ...]:
        """The addresses as they are sent: international domains in ASCII."""
        return tuple(
            written_email(f"emails.{index}", email) for index, email in enumerate(self.emails)
        )

    def lists(self) -> dict[str, list[str]]:
        """The lists that are not empty, as Paysera spells their entries."""
        found = {
            "emails": self.written(),
            "phones": tuple(phone.removeprefix("+") for phone in self.phones),
            "email_hashes": self.email_hashes,
            "phone_hashes": self.phone_hashes,
        }
        return {name: [*entries] for name, entries in found.items() if entries}

    def __repr__(self) -> str:
        return f"ContactList({sum(map(len, self.lists().values()))} contacts)"


@frozen(kw_only=True)
class ContactBooks(PayseraProtocol):
    """Contact books. docs: user-resource, Contact Book."""

    def create_contact_book(self, user_id: str, contacts: ContactList | None = None) -> Flow[str]:
        """Makes a contact book, empty or not; gives its id."""
        body = (contacts or ContactList()).lists()
        path = self.of_user(user_id, "contact-book")
        response = yield self.request("POST", "create_contact_book", *path, body=body)
        return shown_id(self.answer(response), response)

    def append_contacts(self, book_id: str, contacts: ContactList) -> Flow[None]:
        """Adds contacts; sends nothing for none."""
        if body := contacts.lists():
            path = ("contact-book", book_id, "append")
            response = yield self.request("PUT", "append_contacts", *path, body=body)
            self.succeeded(response)

    def remove_contacts(self, book_id: str, contacts: ContactList) -> Flow[None]:
        """Takes contacts away; sends nothing for none.

        Raises `InvalidInput` for a contact with a comma, which would become two.
        """
        if query := tuple(_query(contacts)):
            path = ("contact-book", book_id, "contacts")
            response = yield self.request("DELETE", "remove_contacts", *path, query=query)
            self.succeeded(response)

    def delete_contact_book(self, book_id: str) -> Flow[None]:
        """Deletes a contact book with all its contacts."""
        response = yield self.request("DELETE", "delete_contact_book", "contact-book", book_id)
        self.succeeded(response)


def _query(contacts: ContactList) -> Iterator[tuple[str, str]]:
    for name, entries in contacts.lists().items():
        for index, entry in enumerate(entries):
            if "," in entry:
                raise InvalidInput([Problem(f"{name}.{index}", "shape", "has a comma in it")])
        yield _IN_A_QUERY[name], ",".join(entries)
