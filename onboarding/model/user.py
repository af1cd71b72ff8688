"""Users: natural and legal persons, their identity, address and company."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from attrs import field, frozen

from onboarding.errors import Problem
from onboarding.model.credentials import MigratedHash, Password
from onboarding.model.documents import Document
from onboarding.model.shapes import (
    Country,
    Email,
    Extras,
    Locale,
    PastDate,
    Phone,
    PostalCode,
    Text,
)
from onboarding.model.stored import Stored
from onboarding.serialization import parse
from onboarding.values.base import Model

__all__ = [
    "Address",
    "BeneficialOwner",
    "Birthplace",
    "Company",
    "Gender",
    "Identity",
    "IncomeBracket",
    "LegalPersonType",
    "NationalId",
    "PersonType",
    "PoliticalExposure",
    "Representative",
    "Terms",
    "User",
    "UserCategory",
]


@frozen(kw_only=True, slots=False, repr=False)
class Address(Model):
    """A postal address, from the street to the country (ISO 3166-1 alpha-2)."""

    line1: Text | None = None
    line2: Text | None = None
    city: Text | None = None
    region: Text | None = None
    postal_code: PostalCode | None = None
    country: Country | None = None


class Gender(StrEnum):
    """As in a passport: male, female, or unspecified (ICAO 9303 `X`)."""

    MALE = "male"
    FEMALE = "female"
    UNSPECIFIED = "unspecified"


@frozen(kw_only=True, slots=False, repr=False)
class NationalId(Model):
    """A personal number and the country that gave it.

    Check digits are not demanded: numbers with a wrong one are issued, and documented.
    """

    code: Text
    country: Country


@frozen(kw_only=True, slots=False, repr=False)
class Birthplace(Model):
    """Where a person was born."""

    city: Text | None = None
    country: Country | None = None


@frozen(kw_only=True, slots=False, repr=False)
class Identity(Model):
    """Who a natural person is. Names are OpenID Connect's claims; countries are alpha-2."""

    given_name: Text | None = None
    family_name: Text | None = None
    birthdate: PastDate | None = None
    nationality: Country | None = None
    other_nationalities: tuple[Country, ...] = ()
    country_of_residence: Country | None = None
    birthplace: Birthplace | None = None
    national_id: NationalId | None = None
    gender: Gender | None = None


@frozen(kw_only=True, slots=False, repr=False)
class PoliticalExposure(Model):
    """A politically exposed person: the user, or someone close to the user."""

    name: Text | None = None
    relation: Text | None = None
    positions: tuple[Text, ...] = ()


class LegalPersonType(StrEnum):
    """The legal form, as far as onboarding rules tell forms apart."""

    BUSINESS = "business"
    ORGANIZATION = "organization"
    PARTNERSHIP = "partnership"
    SOLETRADER = "soletrader"


@frozen(kw_only=True, slots=False, repr=False)
class Representative(Model):
    """The natural person who acts for a company."""

    identity: Identity | None = None
    address: Address | None = None
    email: Email | None = None
    phone: Phone | None = None


@frozen(kw_only=True, slots=False, repr=False)
class BeneficialOwner(Model):
    """A natural person who owns or controls a company in the end."""

    identity: Identity | None = None
    address: Address | None = None


@frozen(kw_only=True, slots=False, repr=False)
class Company(Model):
    """The facts of a legal person."""

    legal_name: Text | None = None
    legal_person_type: LegalPersonType | None = None
    registration_number: Text | None = None
    headquarters: Address | None = None
    representative: Representative | None = None
    beneficial_owners: tuple[BeneficialOwner, ...] = ()


class PersonType(StrEnum):
    """What law sees in a user."""

    NATURAL = "natural"
    LEGAL = "legal"


class UserCategory(StrEnum):
    """What a user may do: pay, also be paid, or be the platform itself."""

    PAYER = "PAYER"
    OWNER = "OWNER"
    PLATFORM = "PLATFORM"


class IncomeBracket(StrEnum):
    """Yearly income in thousands of euros."""

    UNDER_18K = "under_18k"
    FROM_18K_TO_30K = "18k_to_30k"
    FROM_30K_TO_50K = "30k_to_50k"
    FROM_50K_TO_80K = "50k_to_80k"
    FROM_80K_TO_120K = "80k_to_120k"
    OVER_120K = "over_120k"


@frozen(kw_only=True, slots=False, repr=False)
class Terms(Model):
    """Whether the user accepted the provider's terms, when, and which version."""

    accepted: bool
    accepted_at: datetime | None = None
    version: Text | None = None


@frozen(kw_only=True, slots=False, repr=False)
class User(Stored, form="user/1"):
    """A natural or a legal person, described once.

    A user with a `company` is a legal person: the people behind it are in
    `company.representative` and `company.beneficial_owners`, and `identity` stays empty.
    `extras` holds what one provider alone knows, by provider name; the adapter's own class
    (`MangoPayExtras` ...) says what it may hold.

    Raises `InvalidInput`, which lists the problems of its own fields by path, with no value.
    """

    identity: Identity | None = None
    company: Company | None = None
    address: Address | None = None
    email: Email | None = None
    phone: Phone | None = None
    locale: Locale | None = None
    category: UserCategory | None = None
    terms: Terms | None = None
    occupation: Text | None = None
    income_bracket: IncomeBracket | None = None
    politically_exposed: bool | None = None
    political_exposures: tuple[PoliticalExposure, ...] = ()
    credentials: Password | MigratedHash | None = None
    documents: tuple[Document, ...] = ()
    tag: Text | None = None
    extras: Extras = field(factory=dict[str, Any])

    @property
    def person_type(self) -> PersonType:
        return PersonType.NATURAL if self.company is None else PersonType.LEGAL

    @classmethod
    def rules(cls, values: Mapping[str, Any]) -> list[Problem]:
        found: list[Problem] = []
        if values.get("identity") is not None and values.get("company") is not None:
            text = "a legal person's people belong in company.representative"
            found.append(Problem("identity", "conflict", text))
        extras: object = values.get("extras")
        if isinstance(extras, Mapping):
            for provider, given in cast("Mapping[object, object]", extras).items():
                if not isinstance(given, Mapping):
                    text = "expected an object with named fields"
                    found.append(Problem(f"extras.{provider}", "type", text))
        return found

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> User:
        """Reads plain data: a form, a JSON line.

        Keys are the names of the fields, dates are ISO 8601, the words of a vocabulary are its
        values, bytes are base64. Blanks at the ends of a text are taken away, except of secrets.
        A phone number may hold blanks; it comes out as E.164.

        Raises `InvalidInput`, which lists every problem of the whole tree by path, with no value.
        """
        return parse(data, cls)
