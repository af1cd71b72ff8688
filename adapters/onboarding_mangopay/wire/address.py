"""A postal address at MangoPay.

docs: api-reference/users/create-natural-user-sca, Address (the same object for every user)
"""

from __future__ import annotations

from onboarding import Address
from onboarding.mapping import ALWAYS, TEXT, at, core, when, wire

from onboarding_mangopay.wire.policy import BLOCKED
from onboarding_mangopay.wire.vocabulary import POSTAL_CODE

__all__ = ["MangoAddress"]

A = core(Address)
WITH_REGIONS = when(A.country, "US", "CA", "MX")


@wire(source="docs: api-reference/users/create-natural-user-sca, Address")
class MangoAddress:
    """Sent as a whole; shown as an object of six nulls when there is none."""

    AddressLine1: str | None = at(A.line1, TEXT, max=255, required=ALWAYS)
    AddressLine2: str | None = at(A.line2, TEXT, max=255)
    City: str | None = at(A.city, TEXT, max=255, required=ALWAYS)
    Region: str | None = at(A.region, TEXT, max=255, required=WITH_REGIONS)
    PostalCode: str | None = at(A.postal_code, TEXT, max=255, pattern=POSTAL_CODE, required=ALWAYS)
    Country: str | None = at(A.country, TEXT, required=ALWAYS, barred=(BLOCKED,))
