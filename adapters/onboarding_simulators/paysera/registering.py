"""The operations that register and identify a user."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from .answers import ApiError
from .calls import Call
from .contacts import elevate, send_code
from .rows import CHANNELS, Account, Address, Card, Credentials, Identity, Wallet


def register(call: Call) -> dict[str, Any]:
    """POST /user: the new user is unidentified, and each contact waits for its code."""
    body = call.body
    if "parameters" in body:
        # Inferred from the name of the permission; no document says so.
        call.require("provide_registration_parameters")
    credentials = Credentials(**body["credentials"]) if "credentials" in body else None
    if credentials is not None and credentials.type == "main-password":
        check_password(call, credentials.password)
    account = Account(
        id=call.store.next_user_id(),
        card=Card(**body["card"]) if "card" in body else None,
        locale=body.get("locale"),
        credentials=credentials,
    )
    account = _with_contacts(call, _with_person(account, body))
    account = elevate(account, body.get("parameters", {}), call.settings)
    if call.settings.wallet_on_registration:
        account = evolve(account, wallets=(Wallet(id=call.store.next_wallet_id()),))
    call.keep(account)
    return call.shown(account)


def provide_identity(call: Call) -> dict[str, Any]:
    """PUT /user/:id: the level does not change before a review.

    "Receipt must be printed after this operation."
    """
    account = _with_contacts(call, _with_person(call.account(), call.body))
    if "identity" in call.body:
        account = evolve(account, receipt_due=True)
    call.keep(account)
    return call.shown(account)


def check_password(call: Call, password: str) -> None:
    if len(password) < call.settings.minimum_password_length:
        raise ApiError("password_too_short", "The password is too short.")


def _with_person(account: Account, body: dict[str, Any]) -> Account:
    if "identity" in body:
        account = evolve(account, identity=Identity(**body["identity"]))
    if "address" in body:
        account = evolve(account, address=Address(**body["address"]))
    return account


def _with_contacts(call: Call, account: Account) -> Account:
    for channel in CHANNELS:
        contact = account.contact(channel)
        value = call.body.get(channel)
        if value is not None and value not in (contact.confirmed, contact.pending):
            account = send_code(account, channel, value, call.settings)
    return account
