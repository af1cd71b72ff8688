"""What other vocabularies call the fields of the core, for hints by meaning."""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["meant"]

_MEANT = {
    "given_name": "first_name firstname forename fname given",
    "family_name": "last_name lastname surname lname family",
    "birthdate": "dob date_of_birth birthday birth_date birthdate_iso",
    "nationality": "citizenship nationality_code",
    "country_of_residence": "residence residence_country country_residence",
    "gender": "sex",
    "national_id": "personal_code person_code personal_number national_number ssn tax_id",
    "line1": "street street_address address1 address_1 address_line1 address_line_1 line_1",
    "line2": "address2 address_2 address_line2 address_line_2 line_2",
    "city": "town locality",
    "region": "state province county",
    "postal_code": "zip zip_code zipcode postcode post_code postal",
    "country": "country_code",
    "email": "mail e_mail email_address",
    "phone": "mobile telephone tel phone_number mobile_phone",
    "locale": "language lang",
    "legal_name": "company_name business_name",
    "registration_number": "company_number",
}
_FIELDS = {alias: name for name, aliases in _MEANT.items() for alias in aliases.split()}

# No field of the core has these meanings, however near a name is spelled.
_OTHERS = frozenset(
    ("middle_name", "middlename", "maiden_name", "birth_name", "full_name", "nickname")
)


def meant(word: str, known: Collection[str]) -> str | None:
    """The known name that a word means; "" for a word that means none of them, None if unsure."""
    text = word.strip().casefold().replace("-", "_").replace(" ", "_")
    if text in _OTHERS:
        return ""
    name = _FIELDS.get(text)
    return name if name in known else None
