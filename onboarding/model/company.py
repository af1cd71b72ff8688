"""What a legal person is, and who acts for it."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from onboarding.model.address import Address
from onboarding.model.base import Model
from onboarding.model.identity import Identity
from onboarding.model.shapes import Email, Phone, Text

__all__ = ["BeneficialOwner", "Company", "LegalPersonType", "Representative"]


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
