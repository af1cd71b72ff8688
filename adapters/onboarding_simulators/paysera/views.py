"""The user as shown to a caller, depending on its scopes; dates of birth from person codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from datetime import date
from typing import Any

from attrs import AttrsInstance, asdict, frozen

from .rows import Account, Channel, Wallet
from .settings import Settings
from .store import FIRST_WALLET_ID

# Person codes have eleven digits G YYMMDD NNN C, where G is century and sex. The check digit C is
# not checked: the codes in Paysera's documents fail it.

_COUNTRIES = frozenset({"lt", "ee"})


def birthdate_of(nationality: str | None, code: str | None) -> date | None:
    """Returns the date of birth, or None if the code has none (first digit 9, other countries)."""
    digits = _readable(nationality, code)
    if digits is None:
        return None
    century = 1800 + 100 * ((int(digits[0]) - 1) // 2)
    try:
        return date(century + int(digits[1:3]), int(digits[3:5]), int(digits[5:7]))
    except ValueError:
        return None


def gender_of(nationality: str | None, code: str | None) -> str | None:
    """Returns `male`, `female`, or None if the code does not say."""
    digits = _readable(nationality, code)
    if digits is None:
        return None
    return "male" if int(digits[0]) % 2 else "female"


def _readable(nationality: str | None, code: str | None) -> str | None:
    if nationality not in _COUNTRIES or code is None or len(code) != 11:
        return None
    return code if code.isascii() and code.isdigit() and code[0] in "12345678" else None


# Source: developers.paysera.com /guides/wallet/user-information/user-resource. A key is shown if a
# scope allows it and it has a value; otherwise it is omitted, never null.

Scopes = Set[str]
# Returns the JSON value of a key, or None.
Value = Callable[[Account, Scopes, Settings], Any]


@frozen
class Key:
    """One key, its value, and the scopes that show it, of which one is enough."""

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
        # /en/wallet/user/user: `full_name` shows the names only.
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


def _type(account: Account, __: Scopes, settings: Settings) -> str | None:
    return account.type if settings.show_type else None


def _company_code(account: Account, _: Scopes, __: Settings) -> str | None:
    # Only the PHP client reads it (`decodeUser`).
    return account.company[1] if account.company else None


def _wallet_ids(account: Account, _: Scopes, __: Settings) -> list[int] | None:
    return [wallet.id for wallet in account.wallets] or None


def _wallets(account: Account, _: Scopes, __: Settings) -> list[dict[str, Any]] | None:
    return [wallet_of(account, wallet) for wallet in account.wallets] or None


def account_number(wallet_id: int) -> str:
    return f"EVP{10001000101 + wallet_id - FIRST_WALLET_ID:013d}"


def wallet_id_of(number: str) -> int | None:
    digits = number.removeprefix("EVP")
    if len(digits) != 13 or not (digits.isascii() and digits.isdigit()):
        return None
    return int(digits) - 10001000101 + FIRST_WALLET_ID


def wallet_of(account: Account, wallet: Wallet) -> dict[str, Any]:
    """Returns a wallet as /api/wallet/get-user-wallets samples it (`user_id` is text)."""
    number = account_number(wallet.id)
    identity = account.identity
    names = (identity.name, identity.surname) if identity else ()
    title = " ".join(name for name in names if name)
    details: dict[str, Any] = {"number": number, "user_id": str(account.id)}
    details["owner_type"] = account.type
    if title:  # only shown if the identity is known (/en/wallet/user/wallet)
        details["owner_title"] = title
    details["owner_display_name"] = title or number
    details["type"] = "local"
    details["flags"] = {"savings": False, "public": False}
    details["status"] = wallet.status
    return {"id": wallet.id, "owner": account.id, "account": details}


def _pep(account: Account, _: Scopes, __: Settings) -> list[dict[str, Any]] | None:
    return [asdict(entry) | {"positions": list(entry.positions)} for entry in account.pep] or None


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
    "company_code": _key(_company_code),
    "wallets": _key(_wallet_ids, "wallet_list"),
    "options": _key(_options),
    "pep": _key(_pep, "pep"),
}
# The keys with an endpoint of their own; `wallets` returns objects there, not ids, and politically
# exposed persons are called `pes` (lib-wallet-php-client, `getPes`).
FIELDS: Mapping[str, Key] = {
    **{name: USER[name] for name in ("email", "phone", "address", "identity")},
    "wallets": _key(_wallets, "wallet_list"),
    "pes": USER["pep"],
}


def user(account: Account, granted: Scopes, settings: Settings) -> dict[str, Any]:
    keys = {
        name: key.value(account, granted, settings)
        for name, key in USER.items()
        if key.visible(granted)
    }
    return {"id": account.id} | {name: v for name, v in keys.items() if v is not None}
