"""The operations on wallets that reveal users."""

# Source: developers.paysera.com /api/wallet/search-wallet and /api/wallet/search-wallets, and
# lib-wallet-php-client, which names the criteria and the hashes. Any signed caller may search: no
# document names a scope.

from __future__ import annotations

import re
from typing import Any

from .answers import ApiError
from .body import Faults
from .calls import Call
from .rows import CHANNELS, Account, Channel
from .views import wallet_id_of, wallet_of

_CRITERION = re.compile(r"(?P<kind>[a-z_]+)(\[(?P<in>[^\[\]]*)\])?")
_PLAIN = frozenset({"phone", "email", "account_number", "barcode", "licence_plate", "user_id"})
_BRACKETED = frozenset({"person_code", "company_code", "card"})
_NO_CRITERIA = frozenset({"locale", "fields"})
_CONTACTS = ("email", "phone", "email_hash", "phone_hash")


def get_wallet(call: Call) -> dict[str, Any]:
    return _wallet(call.store.owner(("wallet", call.parts["id"])), int(call.parts["id"]))


def find_wallet(call: Call) -> dict[str, Any]:
    """GET /wallet: finds a wallet by exactly one criterion; of several, the first."""
    asked = [(name, value) for name, value in call.query if name not in _NO_CRITERIA]
    matches = [_CRITERION.fullmatch(name) for name, _ in asked]
    if len(asked) != 1 or matches[0] is None:
        raise _no_criterion()
    kind, within, value = matches[0]["kind"], matches[0]["in"], asked[0][1]
    if kind not in (_PLAIN if within is None else _BRACKETED):
        raise _no_criterion()
    if kind == "person_code":
        call.require("search_by_person_code")
    number = wallet_id_of(value) if kind == "account_number" else None
    return _wallet(_owner(call, kind, within or "", value), number)


def find_wallets(call: Call) -> dict[str, Any] | list[Any]:
    """GET /wallets: returns a map from each found contact to its wallet; if empty, PHP's `[]`.

    A hash is the SHA-1 of an e-mail address in lower case, or of a phone's digits.
    """
    found: dict[str, Any] = {}
    for name in _CONTACTS:
        for value in filter(None, (call.asked(name) or "").split(",")):
            owner = _owner(call, name, "", value)
            if owner is not None and owner.wallets:
                found[value] = wallet_of(owner, owner.wallets[0])
    return found or []


def _wallet(owner: Account | None, wallet_id: int | None) -> dict[str, Any]:
    wallets = owner.wallets if owner else ()
    for wallet in wallets:
        if owner is not None and wallet_id in (None, wallet.id):
            return wallet_of(owner, wallet)
    raise ApiError("not_found", "There is no such wallet.")


def _owner(call: Call, kind: str, within: str, value: str) -> Account | None:
    channel: Channel
    for channel in CHANNELS:
        if kind == channel:
            owner = call.store.owner((channel, value.lower()))
            confirmed = owner and owner.contact(channel).confirmed
            return owner if confirmed and confirmed.lower() == value.lower() else None
        if kind == f"{channel}_hash":
            return call.store.owner((kind, value))
    if kind == "user_id":
        return call.store.account(int(value)) if value.isascii() and value.isdigit() else None
    if kind == "account_number":
        number = wallet_id_of(value)
        return None if number is None else call.store.owner(("wallet", str(number)))
    if kind in ("person_code", "company_code"):
        within = within.lower()
    # No user here has a bar code or a licence plate.
    return call.store.owner((kind, f"{within}:{value}"))


def _no_criterion() -> ApiError:
    faults = Faults()
    for name in (*sorted(_PLAIN), *sorted(_BRACKETED)):
        faults.add(name, "no_such_choice")
    return faults.error()
