"""People: who a natural person is, and the persons of a user with their roles."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self, cast

from attrs import field, frozen

from onboarding.errors import Problem
from onboarding.model.documents import Document
from onboarding.model.shapes import (
    Country,
    Email,
    Extras,
    PastDate,
    PersonRef,
    Phone,
    PostalCode,
    Text,
)
from onboarding.values.base import Model, Shape, trust

__all__ = [
    "Address",
    "Birthplace",
    "Gender",
    "Identity",
    "NationalId",
    "Percent",
    "Person",
    "PersonRole",
    "extras_problems",
]


@frozen(kw_only=True, slots=False, repr=False)
class Address(Model):
    """A postal address, from the street to the country (ISO 3166-1 alpha-2)."""

    line1: Text | None = None
    """Street and house number. Example: `3 rue de la Cité`."""
    line2: Text | None = None
    """Flat, floor or building. Example: `Apartment 4`."""
    city: Text | None = None
    """City, town or village. Example: `Paris`."""
    region: Text | None = None
    """State, province or county. Example: `California`."""
    postal_code: PostalCode | None = None
    """Postal or ZIP code. Example: `75004`."""
    country: Country | None = None
    """Country of the address, ISO 3166-1 alpha-2. Example: `FR`."""


class Gender(StrEnum):
    """As in a passport: male, female, or unspecified (ICAO 9303 `X`)."""

    MALE = "male"
    FEMALE = "female"
    UNSPECIFIED = "unspecified"


@frozen(kw_only=True, slots=False, repr=False)
class NationalId(Model):
    """A personal number and the country that issued it.

    Check digits are not verified: numbers with a wrong one have been issued.
    """

    code: Text
    """The number, without checks of its digits. Example: `46803090000`."""
    country: Country
    """The country that issued it, ISO 3166-1 alpha-2. Example: `LT`."""


@frozen(kw_only=True, slots=False, repr=False)
class Birthplace(Model):
    """Where a person was born."""

    city: Text | None = None
    """City, town or village. Example: `Vilnius`."""
    country: Country | None = None
    """Country of birth, ISO 3166-1 alpha-2. Example: `LT`."""


@frozen(kw_only=True, slots=False, repr=False)
class Identity(Model):
    """The identity of a natural person, with the names of OpenID Connect; countries are alpha-2."""

    given_name: Text | None = None
    """Given names, as in the identity document. Example: `Ona`."""
    family_name: Text | None = None
    """Family names, as in the identity document. Example: `Šimkutė`."""
    middle_name: Text | None = None
    """Middle names that are not among the given names. Several are one text. Example: `Rasa`."""
    name_suffix: Text | None = None
    """What follows the family name, such as a generation. Example: `Jr.`."""
    birthdate: PastDate | None = None
    """Date of birth. Example: `1968-03-09`."""
    nationality: Country | None = None
    """The main nationality, ISO 3166-1 alpha-2. Example: `LT`."""
    other_nationalities: tuple[Country, ...] = ()
    """Further nationalities, ISO 3166-1 alpha-2. Example: `["FR"]`."""
    country_of_residence: Country | None = None
    """The country where the person lives, ISO 3166-1 alpha-2. Example: `LT`."""
    birthplace: Birthplace | None = None
    """Where the person was born."""
    national_id: NationalId | None = None
    """The personal number and the country that issued it."""
    gender: Gender | None = None
    """The gender in the identity document. Example: `female`."""


class PersonRole(StrEnum):
    """What a person is to a user. A minor version of the library may add a role."""

    REPRESENTATIVE = "representative"
    """Acts for the user towards the provider."""
    BENEFICIAL_OWNER = "beneficial_owner"
    """Ultimately owns or controls the company."""
    DIRECTOR = "director"
    """Is a member of the governing body."""
    EXECUTIVE = "executive"
    """Manages the company, without being a director."""
    SIGNATORY = "signatory"
    """May sign for the company."""
    LEGAL_GUARDIAN = "legal_guardian"
    """Acts for a minor or a person under guardianship."""


_ROLES = frozenset(PersonRole)


def _is_percent(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 100


Percent = Annotated[float, Shape("percent", "a number from 0 to 100", _is_percent)]
"""A percentage, from 0 to 100."""


def extras_problems(extras: object) -> list[Problem]:
    """Returns a problem for each provider whose extras are not an object."""
    if not isinstance(extras, Mapping):
        return []
    return [
        Problem(f"extras.{provider}", "type", "expected an object with named fields")
        for provider, given in cast("Mapping[object, object]", extras).items()
        if not isinstance(given, Mapping)
    ]


@frozen(kw_only=True, slots=False, repr=False)
class Person(Model):
    """A natural person of a user: a representative, an owner, a guardian.

    Paths name a person by `ref`, as in `people[ada].identity.birthdate`; the order of people does
    not matter. A `ref` that is the name of a role belongs to a person with this role. A provider
    that keeps no `ref` shows each person under the name of the role.
    """

    ref: PersonRef
    """The platform's own name of the person. Example: `ada`."""
    roles: tuple[PersonRole, ...]
    """What the person is to the user, one role at least. Example: `["representative"]`."""
    identity: Identity | None = None
    """Who the person is."""
    address: Address | None = None
    """Where the person lives."""
    email: Email | None = None
    """E-mail address of the person. Example: `ada@example.com`."""
    phone: Phone | None = None
    """Phone number of the person, E.164. Example: `+33612345678`."""
    job_title: Text | None = None
    """The person's position in the company. Example: `Managing director`."""
    ownership_percent: Percent | None = None
    """The share of the company that the person owns, in percent. Example: `25.5`."""
    documents: tuple[Document, ...] = ()
    """Documents about the person."""
    extras: Extras = field(factory=dict[str, Any])
    """Data of one provider, by its name. Example: `{"acme": {"risk": "low"}}`."""

    @classmethod
    def rules(cls, values: Mapping[str, Any]) -> list[Problem]:
        found = extras_problems(values.get("extras"))
        ref, roles = values.get("ref"), values.get("roles")
        given = cast("tuple[object, ...]", roles) if isinstance(roles, tuple) else None
        if given == ():
            found.append(Problem("roles", "missing", "a person has one role at least"))
        elif given is not None and len(set(given)) < len(given):
            found.append(Problem("roles", "conflict", "names a role twice"))
        elif given is not None and ref in _ROLES and ref not in given:
            text = f"{ref} is the name of a role that the person does not have"
            found.append(Problem("ref", "conflict", text))
        return found

    @classmethod
    def keyed(cls, key: str) -> Self | None:
        """Returns the empty person with this role; None if the key names no role."""
        return trust(cls, {"ref": key, "roles": (PersonRole(key),)}) if key in _ROLES else None

    def answers_to(self, key: str) -> bool:
        """Whether the person has a role of this name."""
        return key in self.roles
