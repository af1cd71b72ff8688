"""What accounts and persons have in common when they are written: rules that span parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from onboarding_simulators.shared import Row

from . import verifying
from .calls import FILES, PERSONS, World, dig, save_person
from .errors import declined, invalid
from .forms import param_of
from .parameters import PAIRS, merged
from .verifying import PASSING_FILE
from .words import CURRENCIES

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://[^\s/]+\.[^\s/]+\S*|[^\s/:]+\.[^\s/:]+(/\S*)?")
_NINE = re.compile(r"[0-9]{3}-?[0-9]{2}-?[0-9]{4}|[0-9]{9}")
_FIXED = ("first_name", "last_name", "dob", "id_number")
_SIGNS = re.compile(r"[0-9 +().-]+")


def check_address(world: World, param: str, given: Mapping[str, Any], country: str) -> None:
    """Refuses an address in another country than the account's, or in none."""
    for name in ("address", "registered_address"):
        place = dig(given, f"{name}.country")
        at = param_of(param_of(param, name), "country")
        if place and not re.fullmatch("[A-Z]{2}", place):
            raise invalid(at, "Country codes have two capital letters", "country_code_invalid")
        if place and place != country and name == "address" and param in ("company", "individual"):
            message = "The address must be in the country of the account"
            raise invalid(at, message, "account_country_invalid_address")


def check_email(param: str, email: Any) -> None:
    """Refuses an invalid e-mail address."""
    if email and not EMAIL.fullmatch(email):
        raise invalid(param, f"Invalid email address: {param}", "email_invalid")


def check_url(param: str, url: Any) -> None:
    """Refuses an address without a host."""
    if url and not _URL.fullmatch(url):
        raise invalid(param, "Not a valid URL", "url_invalid")


def check_phone(param: str, phone: Any) -> None:
    """Refuses what has no digits of a phone number: E.164, or 0000000000 in test mode."""
    if phone and not (_SIGNS.fullmatch(phone) and sum(map(str.isdigit, phone)) >= 5):
        raise invalid(param, f"Not a valid phone number: {param}")


def check_metadata(given: Mapping[str, Any], param: str = "metadata") -> None:
    """Refuses too many pairs."""
    if len(given) > PAIRS:
        raise invalid(param, f"Metadata must have at most {PAIRS} keys")


def check_person(world: World, given: Mapping[str, Any], param: str, country: str) -> None:
    """Refuses values of a person that are invalid by themselves."""
    check_address(world, param, given, country)
    check_email(param_of(param, "email"), given.get("email"))
    check_phone(param_of(param, "phone"), given.get("phone"))
    dob = given.get("dob")
    if dob:
        at = param_of(param, "dob")
        try:
            born = date(dob["year"], dob["month"], dob["day"])
        except ValueError:
            raise invalid(param_of(at, "day"), "There is no such day") from None
        if born > datetime.fromtimestamp(world.clock(), UTC).date():
            raise invalid(param_of(at, "year"), "The birth date is in the future")
    number, last = given.get("id_number"), given.get("ssn_last_4")
    if number and country == "US" and not _NINE.fullmatch(number):
        raise invalid(param_of(param, "id_number"), "An id number of the US has nine digits")
    if last and not re.fullmatch("[0-9]{4}", last):
        raise invalid(param_of(param, "ssn_last_4"), "Expected four digits")
    nationality = given.get("nationality")
    if nationality and not re.fullmatch("[A-Z]{2}", nationality):
        at = param_of(param, "nationality")
        raise invalid(at, "Country codes have two capital letters", "country_code_invalid")
    for topic in ("document", "additional_document"):
        path = param_of(param_of(param, "verification"), topic)
        check_pages(world, path, dig(given, f"verification.{topic}"))


def check_pages(world: World, param: str, sides: Any) -> None:
    """Refuses a file that does not exist; the status of a missing file in a body is not certain."""
    given: Row = sides or {}
    for side, file in given.items():
        if file and file != PASSING_FILE and world.tables.get(FILES, file) is None:
            at = param_of(param, side)
            raise declined(at, "No such file upload", "resource_missing")


def check_files(world: World, given: Mapping[str, Any]) -> None:
    """Refuses documents of a company or a person with files that do not exist."""
    for kind, document in given.get("documents", {}).items():
        for index, file in enumerate(document.get("files") or []):
            if file and file != PASSING_FILE and world.tables.get(FILES, file) is None:
                at = f"documents[{kind}][files][{index}]"
                raise declined(at, "No such file upload", "resource_missing")


def check_country(param: str, country: str) -> None:
    """Refuses a country in which the simulator opens no accounts."""
    if not re.fullmatch("[A-Z]{2}", country):
        raise invalid(param, "Country codes have two capital letters", "country_code_invalid")
    if country not in CURRENCIES:
        raise declined(param, "Accounts cannot be opened in this country", "country_unsupported")


def save_facts(
    world: World, account: Row, person: Row | None, given: Mapping[str, Any], param: str
) -> Row:
    """Merges the facts of a person, new or known, and saves it."""
    row = person or {
        "id": world.new_id("person_"),
        "account": account["id"],
        "created": world.now(),
        "given": {},
        "checks": {},
    }
    after = merged(row["given"], given)
    check_metadata(after.get("metadata", {}), param_of(param, "metadata"))
    if world.locks_verified and verifying.status_of(row) == "verified":
        for name in _FIXED:
            if row["given"].get(name) != after.get(name) and name in row["given"]:
                at = param_of(param, name)
                raise declined(at, "You cannot change this field of a verified person")
    shares = sum(
        dig(it["given"], "relationship.percent_ownership") or 0
        for it in world.tables.owned(PERSONS, account["id"])
        if it["id"] != row["id"]
    )
    if shares + (dig(after, "relationship.percent_ownership") or 0) > 100:
        at = param_of(param_of(param, "relationship"), "percent_ownership")
        raise declined(at, "Together, people cannot own more than 100 percent")
    row["given"] = after
    save_person(world, row)
    return row
