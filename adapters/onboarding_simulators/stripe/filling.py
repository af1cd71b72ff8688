"""The test values that pass, by the path that is owed: what a user gives on the hosted page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .parameters import merged
from .verifying import PASSING_FILE

BANK = {"country": "US", "routing_number": "110000000", "account_number": "000123456789"}
_PLACE: dict[str, Any] = {
    "city": "Springfield",
    "line1": "address_full_match",
    "postal_code": "12345",
    "state": "NY",
}
_PERSON: dict[str, Any] = {
    "address": _PLACE,
    "dob": {"day": 1, "month": 1, "year": 1901},
    "email": "jenny.rosen@example.com",
    "first_name": "Jenny",
    "last_name": "Rosen",
    "phone": "0000000000",
    "id_number": "000000000",
    "ssn_last_4": "0000",
    "nationality": "US",
    "relationship": {"executive": True, "title": "CEO"},
    "verification": {
        "document": {"front": PASSING_FILE},
        "additional_document": {"front": PASSING_FILE},
    },
}
_COMPANY: dict[str, Any] = {
    "address": _PLACE,
    "name": "Rocket Rides",
    "phone": "0000000000",
    "tax_id": "000000000",
    "owners_provided": True,
    "directors_provided": True,
    "executives_provided": True,
    "verification": {"document": {"front": PASSING_FILE}},
}
_PROFILE = {
    "mcc": "7623",
    "product_description": "Repairs",
    "support_phone": "0000000000",
    "url": "https://accessible.stripe.com",
}
_ROLES = {"owner": {"owner": True, "percent_ownership": 50.0}, "representative": {}}


def facts_for(owed: Iterable[str], now: int) -> dict[str, dict[str, Any]]:
    """Returns facts by where they belong: `account`, `bank`, `individual` or a person."""
    found: dict[str, dict[str, Any]] = {}
    for path in owed:
        head, _, rest = path.partition(".")
        if head == "external_account":
            found["bank"] = {}
        elif head == "business_profile":
            _put(found, "account", {head: {rest: _PROFILE.get(rest, "Other")}})
        elif head == "tos_acceptance":
            _put(found, "account", {head: {"date": now, "ip": "127.0.0.1"}})
        elif head == "company":
            _put(found, "account", {head: _at(_COMPANY, rest)})
        elif head == "documents":
            _put(found, "account", {head: {rest.partition(".")[0]: {"files": [PASSING_FILE]}}})
        elif head == "relationship":
            _put(found, "representative", _representing(rest))
        elif head == "representative":
            _put(found, head, _representing("representative"))
            _put(found, head, _at(_PERSON, rest))
        elif head == "individual" or head.startswith("person_"):
            _put(found, head, _at(_PERSON, rest))
    return found


def _representing(role: str) -> dict[str, Any]:
    return {"relationship": {**_ROLES.get(role, {role: True}), "representative": True}}


def _at(values: dict[str, Any], path: str) -> dict[str, Any]:
    """Returns the value at a path inside its objects; an unknown path has no value."""
    name, _, rest = path.partition(".")
    value = values.get(name)
    if value is None:
        return {}
    inner = rest.partition(".")[0]
    return {name: {inner: value[inner]} if inner and inner in value else value}


def _put(found: dict[str, dict[str, Any]], place: str, facts: dict[str, Any]) -> None:
    found[place] = merged(found.get(place, {}), facts)
