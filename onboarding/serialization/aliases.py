"""Names of the core's fields in other vocabularies: for hints, and for the headings of a CSV."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

__all__ = ["ALIASES", "PATHS", "alias_key", "meanings_of", "meant"]

ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        path: tuple(words.split())
        for path, words in {
            "identity.given_name": "first_name forename fname given",
            "identity.family_name": "last_name surname lname family",
            "identity.middle_name": "middle middle_names",
            "identity.name_suffix": "suffix generational_suffix",
            "identity.birthdate": "dob date_of_birth birthday birthdate_iso",
            "identity.nationality": "citizenship nationality_code",
            "identity.country_of_residence": "residence residence_country country_residence",
            "identity.gender": "sex",
            "identity.national_id": (
                "personal_code person_code personal_number national_number ssn tax_id"
            ),
            "address.line1": "street street_address address1 address_line1",
            "address.line2": "address2 address_line2",
            "address.city": "town locality",
            "address.region": "state province county",
            "address.postal_code": "zip zip_code postcode postal",
            "address.country": "country_code",
            "email": "mail email_address",
            "phone": "mobile telephone tel phone_number mobile_phone",
            "locale": "language lang",
            "terms.ip_address": "ip ip_addr",
            "company.legal_name": "company_name business_name",
            "company.registration_number": "company_number",
            "company.vat_number": "vat vat_id",
            "company.trade_name": "trading_name doing_business_as dba",
            "company.website": "web_site homepage",
            "company.incorporated_on": "incorporation_date date_of_incorporation",
        }.items()
    }
)
"""Other names for each core path. The last part of the path (`given_name`) is a name as well.

Case, blanks, dashes, underscores and dots are ignored: `First Name` is `first_name`.
"""

# No field of the core has these meanings, even if its name is similar.
_OTHERS = (
    "maiden_name birth_name full_name nickname title salutation honorific_prefix honorific_suffix"
)

# Each of these is ambiguous, or means something slightly different from the path.
_UNSURE = {
    "name": ("identity.given_name", "identity.family_name", "company.legal_name"),
    "address": ("address.line1",),
    "id": ("ref",),
    "user_id": ("ref",),
    "customer_id": ("ref",),
}


def alias_key(word: str) -> str:
    """Returns the normalised form of a name: `Zip-Code` and `zipcode` have the same key."""
    return re.sub(r"[\W_]+", "", word.casefold())


PATHS: Mapping[str, str] = MappingProxyType(
    {
        alias_key(word): path
        for path, words in ALIASES.items()
        for word in (path.rpartition(".")[2], *words)
    }
)
"""The core path of each name, by the key of the name."""

_NOT_HERE = frozenset(map(alias_key, _OTHERS.split()))
_MEANINGS = {alias_key(word): paths for word, paths in _UNSURE.items()}


def meanings_of(word: str) -> tuple[str, ...] | None:
    """Returns the core paths that a name can mean: empty for no field, None if unknown."""
    key = alias_key(word)
    if key in _NOT_HERE:
        return ()
    if key in PATHS:
        return (PATHS[key],)
    return _MEANINGS.get(key)


def meant(word: str, known: Collection[str]) -> str | None:
    """Returns the known name that a word means: "" for none of them, None if ambiguous."""
    found = meanings_of(word)
    if found is None or len(found) > 1:
        return None
    if not found:
        return ""
    (path,) = found
    return next((name for name in (path, path.rpartition(".")[2]) if name in known), None)
