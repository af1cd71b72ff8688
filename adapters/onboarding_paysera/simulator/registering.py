"""The operations that tell Paysera who a user is."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from .calls import Call
from .contacts import send_code
from .errors import ApiError
from .state import CHANNELS, FIRST_USER_ID, FIRST_WALLET_ID, Account, Address, Card, Identity


def register(call: Call) -> dict[str, Any]:
    """POST /user: a new user is unidentified, and each contact given awaits its code."""
    if "parameters" in call.body:
        # That this permission gates them is what its name says; no document does.
        call.require("provide_registration_parameters")
    _check_password(call)
    user_id = call.store.next_user_id()
    wallet_id = FIRST_WALLET_ID + user_id - FIRST_USER_ID
    account = Account(
        id=user_id,
        wallet_id=wallet_id if call.settings.wallet_on_registration else None,
        card=Card(**call.body["card"]) if "card" in call.body else None,
        locale=call.body.get("locale"),
    )
    account = _with_contacts(_with_person(account, call.body), call.body)
    call.keep(account)
    return call.shown(account)


def provide_identity(call: Call) -> dict[str, Any]:
    """PUT /user/:id: the level stays what the review team made it."""
    account = _with_contacts(_with_person(call.account(), call.body), call.body)
    call.keep(account)
    return call.shown(account)


def _check_password(call: Call) -> None:
    # Nothing of the credentials is kept: no operation here would look at them again.
    credentials = call.body.get("credentials", {})
    if credentials.get("type") != "main-password":
        return
    if len(credentials["password"]) < call.settings.minimum_password_length:
        raise ApiError("password_too_short", "The password is too short.")


def _with_person(account: Account, body: dict[str, Any]) -> Account:
    if "identity" in body:
        account = evolve(account, identity=Identity(**body["identity"]))
    if "address" in body:
        account = evolve(account, address=Address(**body["address"]))
    return account


def _with_contacts(account: Account, body: dict[str, Any]) -> Account:
    for channel in CHANNELS:
        contact = account.contact(channel)
        value = body.get(channel)
        if value is not None and value not in (contact.confirmed, contact.pending):
            account = account.with_contact(channel, send_code(contact, value))
    return account
