"""Contact books of a user: create, fill, delete (docs: user-resource, Contact Book)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from attrs import field, frozen
from onboarding import InvalidInput, Problem
from onboarding.spi import Flow, written_email

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import shown_id

__all__ = ["ContactBooks", "ContactList"]

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
    # docs: user-resource, phone: without a country code Paysera assumes a country, and the hash
    # is that of another number
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
        """Returns the same contacts as hashes: hex SHA-1 of lower-case addresses and of digits.

        The official PHP client finds wallets by the same hashes.
        """
        return ContactList(
            email_hashes=(*self.email_hashes, *(_sha1(email.lower()) for email in self.written())),
            phone_hashes=(
                *self.phone_hashes,
                *(_sha1("".join(filter(str.isdecimal, phone))) for phone in self.phones),
            ),
        )

    def written(self) -> tuple[str, ...]:
        """Returns the addresses as they are sent: international domains in ASCII."""
        return tuple(
            written_email(f"emails.{index}", email) for index, email in enumerate(self.emails)
        )

    def lists(self) -> dict[str, list[str]]:
        """Returns the lists that are not empty, spelled as Paysera spells their entries."""
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
    """The operations on contact books."""

    def create_contact_book(self, user_id: str, contacts: ContactList | None = None) -> Flow[str]:
        """Creates a contact book, with contacts or empty; returns its id."""
        body = (contacts or ContactList()).lists()
        path = self.of_user(user_id, "contact-book")
        response = yield self.request("POST", "create_contact_book", *path, body=body)
        return shown_id(self.answer(response), response)

    def append_contacts(self, book_id: str, contacts: ContactList) -> Flow[None]:
        """Adds contacts; sends nothing for an empty list."""
        if body := contacts.lists():
            path = ("contact-book", book_id, "append")
            response = yield self.request("PUT", "append_contacts", *path, body=body)
            self.succeeded(response)

    def remove_contacts(self, book_id: str, contacts: ContactList) -> Flow[None]:
        """Removes contacts; sends nothing for an empty list.

        Raises `InvalidInput` for a contact with a comma, which Paysera would read as two.
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
