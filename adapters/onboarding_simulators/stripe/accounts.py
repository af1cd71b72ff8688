"""Accounts: created, read, changed, rejected, deleted (docs: api/accounts)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from onboarding_simulators.shared import Row

from . import banks, spending
from .calls import (
    ACCOUNTS,
    BANKS,
    PERSONS,
    PLATFORM,
    Call,
    Reply,
    World,
    account_of,
    banks_of,
    persons_of,
    save_account,
)
from .changes import SEEN, WATCHED, settle
from .errors import declined, invalid, missing_param, not_permitted
from .forms import param_of
from .paging import listing
from .parameters import merged
from .rows import controller_of, new_row, platform_row
from .views import account_view, is_open
from .words import INDIVIDUAL
from .writing import (
    check_address,
    check_country,
    check_email,
    check_files,
    check_metadata,
    check_pages,
    check_person,
    check_phone,
    check_url,
    save_facts,
)

_PERSONAL = ("individual", "company", "documents", "tos_acceptance")
_KEPT = (
    "business_profile", "business_type", "company", "default_currency", "documents", "email",
    "groups", "metadata", "settings", "tos_acceptance",
)  # fmt: skip


def create(world: World, call: Call) -> Reply:
    """Creates an account."""
    given = call.given
    if "type" in given and "controller" in given:
        message = "You may only specify one of these parameters: type, controller."
        raise invalid("controller", message, "parameters_exclusive")
    country = given.get("country") or world.country
    check_country("country", country)
    account = new_row(world, country, controller_of(given)) | {"type": given.get("type")}
    save_account(world, account)
    _write(world, call, account)
    settle(world, account, call, is_new=True)
    return Reply(body=account_view(world, account))


def update(world: World, call: Call) -> Reply:
    """Changes what is sent."""
    account = account_of(world, call)
    _write(world, call, account)
    settle(world, account, call)
    return Reply(body=account_view(world, account))


def view(world: World, call: Call) -> Reply:
    """Shows a connected account, or the platform's own."""
    own = world.tables.get(PLATFORM, PLATFORM)
    if own is not None and own["id"] == call.params["account"]:
        return Reply(body=account_view(world, own))
    return Reply(body=account_view(world, account_of(world, call)))


def view_own(world: World, call: Call) -> Reply:
    """Shows the platform's own account, or the one that the call is for."""
    account = world.tables.get(ACCOUNTS, call.on_behalf or "") or platform_row(world)
    return Reply(body=account_view(world, account))


def list_all(world: World, call: Call) -> Reply:
    """Lists the connected accounts, newest first; there is no search."""
    rows = reversed(world.tables.all(ACCOUNTS))
    return listing(call, rows, lambda account: account_view(world, account))


def delete(world: World, call: Call) -> Reply:
    """Deletes an account; one with a dashboard of its own cannot be deleted."""
    account = account_of(world, call)
    if account["controller"]["dashboard"] == "full":
        raise declined(None, "Accounts with their own dashboard cannot be deleted")
    for person in persons_of(world, account):
        world.tables.drop(PERSONS, person["id"])
    for bank in banks_of(world, account):
        world.tables.drop(BANKS, bank["id"])
    for kind in (ACCOUNTS, SEEN, WATCHED):
        world.tables.drop(kind, account["id"])
    return Reply(body={"id": account["id"], "object": "account", "deleted": True})


def reject(world: World, call: Call) -> Reply:
    """Rejects an account, which is final."""
    account = account_of(world, call)
    account["rejected"] = account["rejected"] or call.given["reason"]
    settle(world, account, call)
    return Reply(body=account_view(world, account))


def _write(world: World, call: Call, account: Row) -> None:
    """Checks the parameters and merges them into the account and its people."""
    given = dict(call.given)
    if "account_token" in given:
        for name in ("individual", "company", "business_type", "tos_acceptance"):
            if name in given:
                message = f"You may only specify one of these parameters: account_token, {name}."
                raise invalid(name, message, "parameters_exclusive")
        given |= spending.spend(world, given.pop("account_token"), "account", "account_token")
    elif world.account_tokens:
        _want_token(given)
    _check(world, account, given)
    for name, asked in given.get("capabilities", {}).items():
        request_capability(world, account, name, asked.get("requested"))
    person_given = given.get("individual")
    if person_given is not None:
        known = world.tables.get(PERSONS, account["person"] or "")
        account["person"] = save_facts(world, account, known, person_given, "individual")["id"]
    written = {name: value for name, value in given.items() if name in _KEPT}
    account["given"] = merged(account["given"], written)
    check_metadata(account["given"].get("metadata", {}))
    save_account(world, account)
    for name in ("external_account", "bank_account"):
        if name in given:
            banks.replace(world, account, given[name], name)


def request_capability(world: World, account: Row, name: str, requested: bool | None) -> None:
    """Requests a capability, or withdraws the request."""
    if requested is None:
        return
    known = account["capabilities"].get(name)
    if known is None or known["requested"] != requested:
        at = world.now() if requested else None
        account["capabilities"][name] = {"requested": requested, "requested_at": at}


def _want_token(given: Mapping[str, Any]) -> None:
    """Refuses personal data outside a token, as platforms in France are (PSD2)."""
    for name in ("individual", "company", "tos_acceptance"):
        if name in given:
            message = f"Platforms in France must send {name} in an account token"
            raise declined(name, message)


def _check(world: World, account: Row, given: Mapping[str, Any]) -> None:
    country = account["country"]
    if not is_open(account):
        for name in _PERSONAL:
            if name in given:
                raise not_permitted(name)
    terms = given.get("tos_acceptance", {})
    collects = account["controller"]["requirement_collection"] == "application"
    if not collects and ("date" in terms or "ip" in terms):
        raise not_permitted("tos_acceptance")
    _check_terms(world, account, terms)
    check_email("email", given.get("email"))
    profile = given.get("business_profile", {})
    at = "business_profile"
    check_url(param_of(at, "url"), profile.get("url"))
    check_email(param_of(at, "support_email"), profile.get("support_email"))
    check_phone(param_of(at, "support_phone"), profile.get("support_phone"))
    company = given.get("company", {})
    check_address(world, "company", company, country)
    check_phone("company[phone]", company.get("phone"))
    documents = company.get("verification", {}).get("document")
    check_pages(world, "company[verification][document]", documents)
    check_files(world, given)
    if given.get("individual") is not None:
        check_person(world, given["individual"], "individual", country)
    kind = given.get("business_type") or account["given"].get("business_type")
    if kind == INDIVIDUAL and len(persons_of(world, account)) > 1:
        raise declined("business_type", "An individual account has exactly one person")


def _check_terms(world: World, account: Row, terms: Mapping[str, Any]) -> None:
    """Refuses half an acceptance, one from the future, and one from no address."""
    known = account["given"].get("tos_acceptance", {})
    for name, other in (("date", "ip"), ("ip", "date")):
        if name in terms and other not in terms and other not in known:
            raise missing_param(f"tos_acceptance[{other}]")
    if terms.get("date", 0) > world.now() + 60:
        raise invalid("tos_acceptance[date]", "The date cannot be in the future")
    if terms.get("ip") == "":
        raise declined("tos_acceptance[ip]", "An acceptance cannot be taken back")
    try:
        ipaddress.ip_address(terms.get("ip", "127.0.0.1"))
    except ValueError:
        raise invalid("tos_acceptance[ip]", "Not a valid IP address") from None
