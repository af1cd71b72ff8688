"""How a user is shown to a caller who may see some of it."""

# Source: developers.paysera.com /guides/wallet/user-information/user-resource. A key is shown
# if a scope allows it and there is a value; otherwise it is left out, never null.

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import Any

from attrs import AttrsInstance, asdict, frozen

from .person_codes import birthdate_of, gender_of
from .settings import Settings
from .state import FIRST_WALLET_ID, Account, Channel

Scopes = Set[str]
# Gives the JSON value of a key, or None if there is none.
Value = Callable[[Account, Scopes, Settings], Any]


@frozen
class Key:
    """One key, the scopes of which any one lets it be seen, and its value."""

    scopes: frozenset[str]
    value: Value

    def visible(self, granted: Scopes) -> bool:
        return not self.scopes or bool(self.scopes & granted)


def _contact(channel: Channel) -> Value:
    def value(account: Account, _: Scopes, settings: Settings) -> str | None:
        contact = account.contact(channel)
        if contact.confirmed is None and settings.show_unconfirmed_contacts:
            return contact.pending
        return contact.confirmed

    return value


def _address(account: Account, _: Scopes, __: Settings) -> dict[str, str] | None:
    return None if account.address is None else _given(account.address)


def _identity(account: Account, granted: Scopes, _: Settings) -> dict[str, str] | None:
    if account.identity is None:
        return None
    keys = _given(account.identity)
    if "identity" not in granted:
        # /en/wallet/user/user: `full_name` shows the names alone.
        keys = {key: keys[key] for key in ("name", "surname") if key in keys}
    return keys or None


def _given(row: AttrsInstance) -> dict[str, str]:
    return asdict(row, filter=lambda _, value: value is not None)


def _dob(account: Account, _: Scopes, __: Settings) -> str | None:
    identity = account.identity
    born = birthdate_of(identity.nationality, identity.code) if identity else None
    return born.isoformat() if born else None


def _gender(account: Account, _: Scopes, __: Settings) -> str | None:
    identity = account.identity
    return gender_of(identity.nationality, identity.code) if identity else None


def _identification_level(account: Account, _: Scopes, __: Settings) -> str:
    return account.identification_level


def _calculated_level(account: Account, _: Scopes, __: Settings) -> str:
    return account.calculated_level


def _type(_: Account, __: Scopes, settings: Settings) -> str | None:
    # No endpoint registers a legal user.
    return "natural" if settings.show_type else None


def _wallet_ids(account: Account, _: Scopes, __: Settings) -> list[int] | None:
    return None if account.wallet_id is None else [account.wallet_id]


def _wallets(account: Account, _: Scopes, __: Settings) -> list[dict[str, Any]] | None:
    return None if account.wallet_id is None else [_wallet(account, account.wallet_id)]


def _wallet(account: Account, wallet_id: int) -> dict[str, Any]:
    """One wallet, spelled as /api/wallet/get-user-wallets samples it (`user_id` is text)."""
    number = f"EVP{10001000101 + wallet_id - FIRST_WALLET_ID:013d}"
    identity = account.identity
    names = (identity.name, identity.surname) if identity else ()
    title = " ".join(name for name in names if name)
    details: dict[str, Any] = {"number": number, "user_id": str(account.id)}
    details["owner_type"] = "natural"
    if title:  # shown only once the identity is known (/en/wallet/user/wallet)
        details["owner_title"] = title
    details["owner_display_name"] = title or number
    details["type"] = "local"
    details["flags"] = {"savings": False, "public": False}
    details["status"] = "active"
    return {"id": wallet_id, "owner": account.id, "account": details}


def _options(_: Account, __: Scopes, settings: Settings) -> dict[str, str] | None:
    currency = settings.default_currency
    return None if currency is None else {"default_currency": currency}


def _key(value: Value, *scopes: str) -> Key:
    return Key(frozenset(scopes), value)


USER: Mapping[str, Key] = {
    "email": _key(_contact("email"), "email"),
    "phone": _key(_contact("phone"), "phone"),
    "address": _key(_address, "address"),
    "dob": _key(_dob, "dob"),
    "gender": _key(_gender, "gender"),
    "identity": _key(_identity, "identity", "full_name"),
    "identification_level": _key(_identification_level, "identification_level"),
    "calculated_level": _key(_calculated_level, "identification_level"),
    "type": _key(_type),
    "wallets": _key(_wallet_ids, "wallet_list"),
    "options": _key(_options),
}
# The keys that have an endpoint of their own; `wallets` lists objects there, not ids.
FIELDS: Mapping[str, Key] = {
    **{name: USER[name] for name in ("email", "phone", "address", "identity")},
    "wallets": _key(_wallets, "wallet_list"),
}


def user(account: Account, granted: Scopes, settings: Settings) -> dict[str, Any]:
    keys = {
        name: key.value(account, granted, settings)
        for name, key in USER.items()
        if key.visible(granted)
    }
    return {"id": account.id} | {name: v for name, v in keys.items() if v is not None}
