"""Natural and legal persons: the fields of each, and the effects of changing them."""

from __future__ import annotations

from attrs import evolve, frozen

from .shapes import Field, Group, Need, Shape, address, field
from .values import (
    boolean,
    company_number,
    country,
    email,
    income_range,
    integer,
    nationality,
    one_of,
    open_country,
    phone,
    text,
)

ALL, OWNER = Need.EVERYBODY, Need.OWNER
ADDRESS_LINES = ("AddressLine1", "AddressLine2", "City", "Region", "PostalCode", "Country")
NO_EMAIL = "'Email' must not be empty."  # docs: create-legal-user-sca

CONTROLS: Shape = (
    field("TermsAndConditionsAccepted", boolean),
    field("UserCategory", one_of("PAYER", "OWNER")),
    field("ScaContext", one_of("USER_PRESENT", "USER_NOT_PRESENT")),
)
"""The control fields of a write, which are not facts about the user."""

PHONE = (field("PhoneNumber", phone), field("PhoneNumberCountry", country))

# docs: create-natural-user
_NATURAL: Shape = (
    address("Address"),
    field("FirstName", text(100, 1), ALL),
    field("LastName", text(100, 1), ALL),
    field("Email", email, ALL),
    field("Birthday", integer, OWNER),
    field("Nationality", nationality, OWNER),
    field("CountryOfResidence", open_country, OWNER),
    field("Occupation", text(255)),
    Field(name="IncomeRange", read=income_range, nullable=True),
    field("Tag", text(255)),
)

# docs: create-legal-user-sca
_COMPANY: Shape = (
    field("Name", text(255, 1), ALL),
    field("LegalPersonType", one_of("BUSINESS", "PARTNERSHIP", "ORGANIZATION", "SOLETRADER"), ALL),
    field("CompanyNumber", company_number),
    address("HeadquartersAddress", OWNER),
    address("LegalRepresentativeAddress"),
    field("Tag", text(255)),
    field("Email", email, ALL),
)

_REPRESENTATIVE = Group(
    name="LegalRepresentative",
    need=ALL,
    fields=(
        field("FirstName", text(100, 1), ALL),
        field("LastName", text(100, 1), ALL),
        field("Birthday", integer, OWNER),
        field("Nationality", nationality, OWNER),
        field("CountryOfResidence", open_country, OWNER),
        Field(name="Email", read=email, need=OWNER, missing=NO_EMAIL),
        *PHONE,
    ),
)


def _flat(name: str, need: Need) -> Field:
    """Returns a field of the representative as the flat legacy body spells it."""
    (nested,) = (each for each in _REPRESENTATIVE.fields if each.name == name)
    store = f"LegalRepresentative.{name}"
    return field(f"LegalRepresentative{name}", nested.read, need, store)


# docs: create-legal-user; the representative's e-mail is optional in this shape
_FLAT_REPRESENTATIVE: Shape = (
    _flat("FirstName", ALL),
    _flat("LastName", ALL),
    _flat("Email", Need.NOBODY),
    _flat("Birthday", OWNER),
    _flat("Nationality", OWNER),
    _flat("CountryOfResidence", OWNER),
)


@frozen(kw_only=True)
class Kind:
    """A person type with its rules."""

    person_type: str
    noun: str
    """The noun in the text of a 404."""
    sca: Shape
    legacy: Shape
    categorise: Shape
    contact: frozenset[str]
    """Stored paths; changing one makes an OWNER enrol again (docs: update-*-sca)."""
    identity: frozenset[str]
    """Stored paths; changing one makes a REGULAR user LIGHT (docs: update-*-sca)."""
    hidden: frozenset[str]
    """Stored paths that are null for a PAYER (docs: natural-user-object, create-legal-*)."""
    person: str
    """The path prefix of the person who passes SCA: the user or the legal representative."""


def _for_owner(fields: Shape, *names: str) -> tuple[Field, ...]:
    """Returns the named fields; those that an OWNER needs are required."""
    return tuple(
        evolve(part, need=ALL if part.need is OWNER else Need.NOBODY)
        for part in fields
        if isinstance(part, Field) and part.name in names
    )


def _under(prefix: str, *names: str) -> frozenset[str]:
    return frozenset(f"{prefix}{name}" for name in names)


_CONTACT = ("Email", "PhoneNumber", "PhoneNumberCountry")
_IDENTITY = ("FirstName", "LastName", "Birthday", "Nationality")
_PRIVATE = ("Birthday", "Nationality", "CountryOfResidence")
_REP = "LegalRepresentative."

NATURAL = Kind(
    person_type="NATURAL",
    noun="UserNatural",
    sca=(*_NATURAL, *PHONE),
    legacy=_NATURAL,
    # docs: categorize-natural-user
    categorise=_for_owner((*_NATURAL, *PHONE), *_PRIVATE, *_CONTACT),
    contact=_under("", *_CONTACT),
    identity=_under("", *_IDENTITY),
    hidden=_under("", *_PRIVATE, "Occupation", "IncomeRange"),
    person="",
)

LEGAL = Kind(
    person_type="LEGAL",
    noun="UserLegal",
    sca=(*_COMPANY, _REPRESENTATIVE),
    legacy=(*_COMPANY, *_FLAT_REPRESENTATIVE),
    # docs: categorize-legal-user
    categorise=(
        evolve(
            _REPRESENTATIVE,
            fields=_for_owner(_REPRESENTATIVE.fields, *_PRIVATE, *_CONTACT),
        ),
        address("HeadquartersAddress", ALL),
        field("CompanyNumber", company_number),
    ),
    contact=_under(_REP, *_CONTACT),
    identity=_under(_REP, *_IDENTITY),
    hidden=_under(_REP, *_PRIVATE, "Email")
    | _under("HeadquartersAddress.", *ADDRESS_LINES)
    | {"CompanyNumber"},
    person=_REP,
)

KINDS = {kind.person_type: kind for kind in (NATURAL, LEGAL)}
