"""Who a natural person is, in the words of OpenID Connect and ISO."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from onboarding.model.base import Model
from onboarding.model.shapes import Country, PastDate, Text

__all__ = ["Birthplace", "Gender", "Identity", "NationalId", "PoliticalExposure"]


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
