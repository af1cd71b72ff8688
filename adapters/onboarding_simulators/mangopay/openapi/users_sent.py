"""Users in requests: new, updated, categorised (docs: api-reference/users)."""

from __future__ import annotations

from collections.abc import Mapping

from onboarding_simulators.shared.openapi import (
    BOOLEAN,
    Json,
    either,
    just,
    maybe,
    shape,
    text,
    whole,
    word,
)

from .words import ADDRESS, CONTEXT, COUNTRY, DATE, EMAIL, LEGAL_TYPES, LONG_NAME, NAME, PHONE, TAG

_CATEGORY = word("PAYER", "OWNER")
LEGAL_TYPE = word(*LEGAL_TYPES)

# docs: create-natural-user, create-natural-user-sca
_WANTED = {"TermsAndConditionsAccepted": BOOLEAN, "UserCategory": _CATEGORY}
PRIVATE = {"Birthday": DATE, "Nationality": COUNTRY, "CountryOfResidence": COUNTRY}
_PHONES = {"PhoneNumber": PHONE, "PhoneNumberCountry": COUNTRY}
_NATURAL = {"FirstName": NAME, "LastName": NAME, "Email": EMAIL}
_NATURAL_MORE = {
    **PRIVATE,
    "Address": ADDRESS,
    "Occupation": text(most=255),
    "IncomeRange": maybe(whole(1, 6)),
    "Tag": TAG,
}
_CONTEXT = {"ScaContext": CONTEXT}
# docs: create-legal-user-sca
_COMPANY = {"Name": LONG_NAME, "LegalPersonType": LEGAL_TYPE, "Email": EMAIL}
_COMPANY_MORE = {
    "CompanyNumber": TAG,
    "HeadquartersAddress": ADDRESS,
    "LegalRepresentativeAddress": ADDRESS,
    "Tag": TAG,
}
PERSON = {"FirstName": NAME, "LastName": NAME}
_PERSON_MORE = {**PRIVATE, "Email": EMAIL, **_PHONES}
_ALL_OF_PERSON = shape({}, {**PERSON, **_PERSON_MORE}, closed=False)


def flat(fields: Mapping[str, Json]) -> dict[str, Json]:
    """Returns the fields of the representative as the older shape spells them."""
    return {f"LegalRepresentative{name}": schema for name, schema in fields.items()}


_FLAT, _FLAT_MORE = flat(PERSON), flat({**PRIVATE, "Email": EMAIL})


def _for(category: str, required: Mapping[str, Json], optional: Mapping[str, Json]) -> Json:
    accepted = just(True) if category == "OWNER" else BOOLEAN
    wanted = {"TermsAndConditionsAccepted": accepted, "UserCategory": just(category)}
    return shape({**required, **wanted}, optional, closed=False)


def _new(
    required: Mapping[str, Json], optional: Mapping[str, Json], of_owner: tuple[str, ...]
) -> Json:
    """Returns a new user; an OWNER needs more fields."""
    more = {name: optional[name] for name in of_owner}
    rest = {name: schema for name, schema in optional.items() if name not in of_owner}
    return either(_for("PAYER", required, optional), _for("OWNER", {**required, **more}, rest))


_PERSON_OF_PAYER = shape(PERSON, _PERSON_MORE, closed=False)
_OWNERS = tuple(PRIVATE)
_PERSON_OF_OWNER = shape({**PERSON, **PRIVATE, "Email": EMAIL}, _PHONES, closed=False)
NEW_NATURAL = _new(_NATURAL, {**_NATURAL_MORE, **_PHONES, **_CONTEXT}, _OWNERS)
NEW_LEGAL = either(
    _for(
        "PAYER",
        {**_COMPANY, "LegalRepresentative": _PERSON_OF_PAYER},
        {**_COMPANY_MORE, **_CONTEXT},
    ),
    _for(
        "OWNER",
        {
            **_COMPANY,
            "LegalRepresentative": _PERSON_OF_OWNER,
            "HeadquartersAddress": ADDRESS,
            "CompanyNumber": text(r"\S", 1, 255),
        },
        {**_COMPANY_MORE, **_CONTEXT},
    ),
)
OLD_NATURAL = _new(_NATURAL, _NATURAL_MORE, _OWNERS)
OLD_LEGAL = _new(
    {**_COMPANY, **_FLAT},
    {**_COMPANY_MORE, **_FLAT_MORE},
    (*(f"LegalRepresentative{name}" for name in _OWNERS), "HeadquartersAddress", "CompanyNumber"),
)


def _change(*fields: Mapping[str, Json]) -> Json:
    """Returns an update: only the terms are required."""
    known = {name: schema for each in fields for name, schema in each.items()}
    return shape(
        {"TermsAndConditionsAccepted": BOOLEAN}, {"UserCategory": _CATEGORY, **known}, closed=False
    )


CHANGE_NATURAL = _change(_NATURAL, _NATURAL_MORE, _PHONES, _CONTEXT)
CHANGE_LEGAL = _change(_COMPANY, _COMPANY_MORE, {"LegalRepresentative": _ALL_OF_PERSON}, _CONTEXT)
CHANGE_OLD_NATURAL = _change(_NATURAL, _NATURAL_MORE)
CHANGE_OLD_LEGAL = _change(_COMPANY, _COMPANY_MORE, _FLAT, _FLAT_MORE)
_TO_OWNER = {"UserCategory": just("OWNER"), "TermsAndConditionsAccepted": just(True)}
# docs: categorize-natural-user, categorize-legal-user
CATEGORISE_NATURAL = shape(
    {**_TO_OWNER, **PRIVATE}, {"Email": EMAIL, **_PHONES, **_CONTEXT}, closed=False
)
CATEGORISE_LEGAL = shape(
    {
        **_TO_OWNER,
        "LegalRepresentative": shape({**PRIVATE, "Email": EMAIL}, _PHONES, closed=False),
        "HeadquartersAddress": ADDRESS,
    },
    {"CompanyNumber": TAG, **_CONTEXT},
    closed=False,
)
