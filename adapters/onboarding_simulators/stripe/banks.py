"""The bank accounts of an account (docs: api/external_accounts)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, cast

from onboarding_simulators.shared import Row

from . import spending
from .calls import BANKS, Call, Reply, World, account_of, banks_of
from .changes import settle
from .errors import RefusedError, declined, missing_param, not_found
from .events import emit
from .forms import param_of
from .paging import listing
from .parameters import merged
from .views import bank_view
from .words import CURRENCIES

_DIGITS = re.compile("[0-9]{5,17}")
_IBAN = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}")
# the tokens of test mode
_TEST_TOKENS = {
    "btok_us": {"country": "US", "currency": "usd", "routing_number": "110000000"}
    | {"account_number": "000123456789"},
    "btok_gb_gbp": {"country": "GB", "currency": "gbp", "routing_number": "108800"}
    | {"account_number": "00012345"},
}


def create(world: World, call: Call) -> Reply:
    """Adds a bank account; the first in its currency is the default."""
    account = account_of(world, call)
    for param in ("external_account", "bank_account"):
        if param in call.given:
            bank = _row(world, account, call.given[param], param)
            break
    else:
        raise missing_param("external_account")
    bank["metadata"] = call.given.get("metadata") or {}
    same = [it for it in banks_of(world, account) if it["fingerprint"] == bank["fingerprint"]]
    if same:
        raise declined(param, "This bank account exists already", "bank_account_exists")
    _save(world, account, bank, is_default=call.given.get("default_for_currency"))
    settle(world, account, call)
    return _shown(world, call, bank["id"], "created")


def view(world: World, call: Call) -> Reply:
    """Shows a bank account."""
    return Reply(body=bank_view(_found(world, call)))


def list_all(world: World, call: Call) -> Reply:
    """Lists the bank accounts, newest first; the simulator has no cards."""
    banks = banks_of(world, account_of(world, call))
    return listing(call, [] if call.given.get("object") == "card" else banks[::-1], bank_view)


def update(world: World, call: Call) -> Reply:
    """Changes the holder, the metadata or the default."""
    account, bank = account_of(world, call), _found(world, call)
    names = ("account_holder_name", "account_holder_type", "account_type")
    # an empty string clears, which is shown as null
    bank |= {name: call.given[name] or None for name in names if name in call.given}
    bank |= merged({"metadata": bank["metadata"]}, _only(call.given, "metadata"))
    bank.setdefault("metadata", {})
    _save(world, account, bank, is_default=call.given.get("default_for_currency"))
    settle(world, account, call)
    return _shown(world, call, bank["id"], "updated")


def delete(world: World, call: Call) -> Reply:
    """Deletes a bank account; not the default while there are others."""
    account, bank = account_of(world, call), _found(world, call)
    others = [it for it in banks_of(world, account) if it["currency"] == bank["currency"]]
    if bank["default_for_currency"] and len(others) > 1:
        raise declined(None, "The default bank account of a currency cannot be deleted")
    world.tables.drop(BANKS, bank["id"])
    settle(world, account, call)
    _tell(world, call, bank, "deleted")
    said = {"id": bank["id"], "object": "bank_account", "deleted": True}
    return Reply(body={**said, "currency": bank["currency"]})


def replace(world: World, account: Row, given: Any, param: str) -> None:
    """Makes a bank account the only one in its currency, as a write of an account does."""
    bank = _row(world, account, given, param)
    for other in banks_of(world, account):
        if other["currency"] == bank["currency"]:
            world.tables.drop(BANKS, other["id"])
    _save(world, account, bank, is_default=True)


def new_row(world: World, given: Mapping[str, Any], country: str | None, param: str) -> Row:
    """Returns the row of a new bank account."""
    where, number = given["country"], str(given["account_number"]).replace(" ", "")
    if where not in CURRENCIES:
        at = param_of(param, "country")
        code = "country_unsupported" if re.fullmatch("[A-Z]{2}", where) else "country_code_invalid"
        raise declined(at, "Bank accounts of this country are not supported", code)
    if not (_DIGITS.fullmatch(number) or _IBAN.fullmatch(number)):
        raise _refused(param, "account_number", "account_number_invalid")
    routing = given.get("routing_number") or None
    if where == "US" and not (routing and re.fullmatch("[0-9]{9}", routing)):
        raise _refused(param, "routing_number", "routing_number_invalid")
    told = f"{where}/{routing}/{number}"
    return {
        "id": world.new_id("ba_"),
        "account_holder_name": given.get("account_holder_name") or None,
        "account_holder_type": given.get("account_holder_type"),
        "account_type": given.get("account_type"),
        "available_payout_methods": ["standard"],
        "bank_name": "STRIPE TEST BANK",
        "country": where,
        "currency": (given.get("currency") or CURRENCIES[where]).lower(),
        "default_for_currency": False,
        "fingerprint": hashlib.sha256(told.encode()).hexdigest()[:16],
        "last4": number[-4:],
        "metadata": {},
        "routing_number": routing,
        "status": "new",
    }


def public(bank: Row) -> Row:
    """Returns a bank account outside an account."""
    hidden = ("account", "available_payout_methods", "default_for_currency", "metadata")
    return {"object": "bank_account", **{n: v for n, v in bank.items() if n not in hidden}}


def _row(world: World, account: Row, given: Any, param: str) -> Row:
    if isinstance(given, Mapping):
        found = cast("Mapping[str, Any]", given)
        return new_row(world, found, account["country"], param)
    if given in _TEST_TOKENS:
        return new_row(world, _TEST_TOKENS[given], account["country"], param)
    bank: Row = spending.spend(world, given, "bank_account", param)
    return bank


def _save(world: World, account: Row, bank: Row, *, is_default: bool | None) -> None:
    """Saves a bank account; a new default replaces the one in the same currency."""
    bank["account"] = account["id"]
    others = [
        it
        for it in banks_of(world, account)
        if it["currency"] == bank["currency"] and it["id"] != bank["id"]
    ]
    if is_default or not others:
        bank["default_for_currency"] = True
        for other in others:
            world.tables.save(BANKS, other["id"], {**other, "default_for_currency": False})
    world.tables.save(BANKS, bank["id"], bank, account["id"])


def _found(world: World, call: Call) -> Row:
    account = account_of(world, call)
    bank = world.tables.get(BANKS, call.params["id"])
    if bank is None or bank["account"] != account["id"]:
        raise not_found("external account", "id")
    return bank


def _shown(world: World, call: Call, id: str, what: str) -> Reply:
    bank = world.tables.get(BANKS, id)
    assert bank is not None
    _tell(world, call, bank, what)
    return Reply(body=bank_view(bank))


def _tell(world: World, call: Call, bank: Row, what: str) -> None:
    type = f"account.external_account.{what}"
    emit(world, type, bank_view(bank), account=bank["account"], call=call)


def _only(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {name: given[name]} if name in given else {}


def _refused(param: str, name: str, code: str) -> RefusedError:
    return declined(param_of(param, name), f"The {name.replace('_', ' ')} is not valid", code)
