"""Persons as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onboarding_simulators.shared import Row

from . import owed_views, verifying
from .calls import dig
from .sent_parts import ROLES
from .standing import Standing
from .verifying import ADDRESS_DOCUMENT, DOCUMENT, FAILED, IDENTITY

_ALWAYS = ("first_name", "last_name", "email", "phone")
_IF_GIVEN = (
    "first_name_kana", "first_name_kanji", "last_name_kana", "last_name_kanji", "gender",
    "maiden_name", "full_name_aliases", "political_exposure", "nationality",
)  # fmt: skip
_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
# a document's code is that of the error without its first word
_VERIFICATION = "verification_"


def address(given: Mapping[str, Any]) -> Row:
    """Returns an address with every key."""
    return {name: given.get(name) for name in _ADDRESS}


def day(given: Mapping[str, Any]) -> Row:
    """Returns a date with every key."""
    return {name: given.get(name) for name in ("day", "month", "year")}


def pages(given: Any, code: str | None = None) -> Row:
    """Returns a document, with the code of its failure."""
    sides: Row = given or {}
    details = None if code is None else code.removeprefix(_VERIFICATION)
    return {
        "back": sides.get("back"),
        "details": None if details is None else details.replace("_", " ").capitalize() + ".",
        "details_code": details,
        "front": sides.get("front"),
    }


def person_view(person: Row, at: Standing, prefix: str = "") -> Row:
    """Returns a person; numbers are written only, and shown as `*_provided`."""
    given = person["given"]
    prefix = prefix or f"{person['id']}."
    found: Row = {
        "id": person["id"],
        "object": "person",
        "account": person["account"],
        "additional_tos_acceptances": {
            "account": {
                name: dig(given, f"additional_tos_acceptances.account.{name}")
                for name in ("date", "ip", "user_agent")
            }
        },
        "address": address(given.get("address", {})),
        "created": person["created"],
        "dob": day(given.get("dob", {})),
        **{name: given.get(name) for name in _ALWAYS},
        **{name: given[name] for name in _IF_GIVEN if given.get(name)},
        "future_requirements": owed_views.lists(at.future.within(prefix)),
        "id_number_provided": "id_number" in given,
        "id_number_secondary_provided": "id_number_secondary" in given,
        "metadata": given.get("metadata", {}),
        "registered_address": address(given.get("registered_address", {})),
        "relationship": {
            **{role: dig(given, f"relationship.{role}") or False for role in ROLES},
            "percent_ownership": dig(given, "relationship.percent_ownership"),
            "title": dig(given, "relationship.title"),
        },
        "requirements": owed_views.lists(at.owed.within(prefix)),
        # the last four digits of a full number are known too
        "ssn_last_4_provided": "ssn_last_4" in given or "id_number" in given,
        "verification": _verification(person),
    }
    for name in ("address_kana", "address_kanji"):
        if name in given:
            found[name] = {**address(given[name]), "town": given[name].get("town")}
    return found


def _verification(person: Row) -> Row:
    given = person["given"].get("verification", {})
    status, code = verifying.status_of(person), None
    if status == "unverified" and verifying.result_of(person, IDENTITY) == FAILED:
        code = "failed_keyed_identity"
    return {
        "additional_document": pages(
            given.get(ADDRESS_DOCUMENT), verifying.failure_of(person, ADDRESS_DOCUMENT)
        ),
        "details": None if code is None else "The data could not be verified.",
        "details_code": code,
        "document": pages(given.get(DOCUMENT), verifying.failure_of(person, DOCUMENT)),
        "status": status,
    }
