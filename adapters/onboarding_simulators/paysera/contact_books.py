"""The operations on contact books."""

# Source: developers.paysera.com /guides/wallet/user-information/user-resource; the hashes and the
# names in the query are from the Java and the Swift SDK. Hashes may have any form, as the samples
# of the documents have none.

from __future__ import annotations

from typing import Any

from attrs import evolve

from .body import Faults
from .calls import Call
from .rows import ContactBook

# plural in bodies, singular in queries
NAMES = {
    "emails": "email",
    "phones": "phone",
    "email_hashes": "email_hash",
    "phone_hashes": "phone_hash",
}


def create_book(call: Call) -> dict[str, Any]:
    """POST /user/:userId/contact-book: creates a book, which may be empty."""
    account = call.account()
    book = ContactBook(id=call.store.count("contact book"), user_id=account.id)
    call.store.keep(_appended(book, call.body))
    return {"id": book.id}


def append_contacts(call: Call) -> dict[str, Any]:
    """PUT /contact-book/:id/append: returns the id, which only the Swift SDK reads."""
    book = call.row(ContactBook)
    call.store.keep(_appended(book, call.body))
    return {"id": book.id}


def remove_contacts(call: Call) -> None:
    """DELETE /contact-book/:id/contacts: removes comma-separated contacts; ignores unknown ones.

    That a call without contacts is refused is an inference.
    """
    book = call.row(ContactBook)
    asked = {name: call.asked(single) for name, single in NAMES.items()}
    if not any(asked.values()):
        faults = Faults()
        for single in NAMES.values():
            faults.add(single, "is_blank")
        raise faults.error()
    gone = {(name, each) for name, value in asked.items() for each in (value or "").split(",")}
    kept = tuple(contact for contact in book.contacts if contact not in gone)
    call.store.keep(evolve(book, contacts=kept))


def delete_book(call: Call) -> None:
    call.store.drop(call.row(ContactBook))


def _appended(book: ContactBook, given: dict[str, list[str]]) -> ContactBook:
    """Returns the book with the contacts that are new to it."""
    added = [(name, value) for name in NAMES for value in given.get(name, ())]
    return evolve(book, contacts=tuple(dict.fromkeys((*book.contacts, *added))))
