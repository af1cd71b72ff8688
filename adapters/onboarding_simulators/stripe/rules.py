"""What an account must give, by country, business type and capability: tables of paths.

The lists for individuals of the US and of Germany and for companies of the US are recorded. The
rest follows from them and is marked: the provider's own rules move, and are not published.
"""

from __future__ import annotations

from collections.abc import Iterable

from .words import INDIVIDUAL

TRANSFERS = "transfers"
_TERMS = ("tos_acceptance.date", "tos_acceptance.ip")
_ADDRESS = ("address.city", "address.line1", "address.postal_code")
KEYED = (*_ADDRESS, "dob.day", "dob.month", "dob.year", "first_name", "last_name")
"""What the check of an identity compares."""
_CONTACTS = ("email", "phone")
_PROFILE = ("business_profile.mcc", "business_profile.url")
# recorded for Germany; taken to hold outside the US
_PROFILE_ELSEWHERE = ("business_profile.product_description", "business_profile.support_phone")
PROVIDED = {
    "owner": "company.owners_provided",
    "director": "company.directors_provided",
    "executive": "company.executives_provided",
}
"""The statement that all people of a kind were given."""


def keyed_paths(country: str) -> tuple[str, ...]:
    """Returns the paths in a person that the check of an identity needs."""
    return (*KEYED, "address.state", "ssn_last_4") if country == "US" else KEYED


def person_paths(country: str) -> tuple[str, ...]:
    """Returns the paths in a person that an account needs."""
    return (*keyed_paths(country), *_CONTACTS)


def role_paths(role: str, country: str) -> tuple[str, ...]:
    """Returns the paths in a person of a company by role."""
    if role == "representative":
        return (*person_paths(country), "relationship.executive", "relationship.title")
    if role == "owner":  # the owners' list in the fixture of the country rules of the US
        return tuple(path for path in person_paths(country) if path != "ssn_last_4")
    if country == "US":  # that fixture asks for nothing of directors and executives
        return ()
    return ("first_name", "last_name", "dob.day", "dob.month", "dob.year")


def account_paths(country: str, business_type: str | None, capability: str) -> set[str]:
    """Returns the paths that a capability needs now, without those of the people of a company.

    There is no recorded list for `transfers` alone: it is taken to need no business profile.
    """
    found = {"external_account", *_TERMS}
    if capability != TRANSFERS:
        found.update(_PROFILE)
        if country != "US":
            found.update(_PROFILE_ELSEWHERE)
    if business_type is None:
        return found | {"business_type"}
    if business_type == INDIVIDUAL:
        return found | {f"individual.{path}" for path in person_paths(country)}
    found |= {f"company.{path}" for path in (*_ADDRESS, "name", "phone", "tax_id")}
    if country == "US":
        return found | {
            "company.address.state",
            "relationship.owner",
            "relationship.representative",
        }
    # directors and executives are taken to be needed outside the US
    return found | {"relationship.representative", *PROVIDED.values()}


def later_paths(country: str, business_type: str | None) -> set[str]:
    """Returns the paths that are needed once a volume is reached."""
    if country != "US":
        return set()
    if business_type == INDIVIDUAL:
        return {"individual.id_number"}
    return set() if business_type is None else {"representative.verification.document"}


def opens_payments(capabilities: Iterable[str]) -> bool:
    """Whether one of these capabilities takes payments."""
    return any(name.endswith("_payments") for name in capabilities)
