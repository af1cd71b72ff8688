"""A postal address."""

from __future__ import annotations

from attrs import frozen

from onboarding.model.base import Model
from onboarding.model.shapes import Country, PostalCode, Text

__all__ = ["Address"]


@frozen(kw_only=True, slots=False, repr=False)
class Address(Model):
    """A postal address, from the street to the country (ISO 3166-1 alpha-2)."""

    line1: Text | None = None
    line2: Text | None = None
    city: Text | None = None
    region: Text | None = None
    postal_code: PostalCode | None = None
    country: Country | None = None
