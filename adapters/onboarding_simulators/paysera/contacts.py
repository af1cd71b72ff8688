"""The operations on a user's phone and e-mail address, and on contact books."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from . import tokens
from .answers import ApiError, CountedError
from .body import Faults
from .calls import Call
from .rows import Account, Channel, Contact, ContactBook, Elevation
from .settings import Settings

# Assigning changes nothing that is shown; confirming the code does.


def assign_phone(call: Call) -> dict[str, Any]:
    return _assign(call, "phone")


def assign_email(call: Call) -> dict[str, Any]:
    return _assign(call, "email")


def confirm_phone(call: Call) -> dict[str, Any]:
    return _confirm(call, "phone")


def confirm_email(call: Call) -> dict[str, Any]:
    return _confirm(call, "email")


def send_code(account: Account, channel: Channel, value: str, settings: Settings) -> Account:
    """Returns the account after a code for this value was sent."""
    contact = account.contact(channel)
    contact = evolve(
        contact, pending=value, sent=contact.sent + 1, sent_at=settings.clock(), wrong=0
    )
    return account.with_contact(channel, contact)


def code_sent(account: Account, channel: Channel, settings: Settings) -> str | None:
    """Returns the last code sent; it depends on user, contact, attempt and seed."""
    contact = account.contact(channel)
    if contact.pending is None:
        return None
    return tokens.derived_code(settings.seed, account.id, channel, contact.pending, contact.sent)


def elevate(account: Account, parameters: Mapping[str, Any], settings: Settings) -> Account:
    """Attaches scopes to the code just sent to the phone.

    The code is used in a later refresh of a token (/en/wallet/payment/generator).
    """
    code = code_sent(account, "phone", settings)
    if "scopes" not in parameters or code is None:
        return account
    scopes = frozenset(parameters["scopes"])
    sent_at = account.phone.sent_at
    return evolve(account, elevation=Elevation(code=code, scopes=scopes, sent_at=sent_at))


def expired(sent_at: float, settings: Settings) -> bool:
    lifetime = settings.code_lifetime
    return lifetime is not None and settings.clock() >= sent_at + lifetime


def _assign(call: Call, channel: Channel) -> dict[str, Any]:
    account = call.account()
    contact = account.contact(channel)
    limit = call.settings.code_send_limit
    if limit is not None and contact.sent - contact.forgiven >= limit:
        call.too_many("codes", "user", account.id, channel)
    account = send_code(account, channel, call.body[channel], call.settings)
    if channel == "phone":
        account = elevate(account, call.body.get("parameters", {}), call.settings)
    call.keep(account)
    return call.shown(account)


def _confirm(call: Call, channel: Channel) -> dict[str, Any]:
    account = call.account()
    contact = account.contact(channel)
    if contact.pending is None:
        raise ApiError("invalid_state", "There is nothing to confirm.")
    if contact.wrong >= call.settings.code_rate_limit:
        call.too_many("codes", "user", account.id, channel)
    right = call.body["code"] == code_sent(account, channel, call.settings)
    if not right or expired(contact.sent_at, call.settings):
        call.keep(account.with_contact(channel, evolve(contact, wrong=contact.wrong + 1)))
        raise CountedError("invalid_code", "The code is wrong.")
    account = account.with_contact(channel, confirmed(contact))
    call.keep(account)
    return call.shown(account)


def confirmed(contact: Contact) -> Contact:
    """Returns the contact after its confirmation."""
    return evolve(contact, confirmed=contact.pending, pending=None)


# Source: developers.paysera.com /guides/wallet/user-information/user-resource; the hashes and the
# names in the query are from the Java and the Swift SDK. Hashes may have any form, as the samples
# of the documents have none.

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
