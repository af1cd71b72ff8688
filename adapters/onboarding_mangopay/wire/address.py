"""A postal address at MangoPay.

docs: api-reference/users/create-natural-user-sca, Address (the same object for every user)
"""

from __future__ import annotations

from onboarding import Address
from onboarding.mapping import ALWAYS, TEXT, at, core, unless, when, wire

from onboarding_mangopay.wire.policy import BLOCKED
from onboarding_mangopay.wire.vocabulary import POSTAL_CODE

__all__ = ["MangoAddress"]

A = core(Address)
# docs: release-notes/api/2015-06-05-new-api-version-v201, PostalCode; the note of 19 Oct 2015 says
# so again. Today's pages require a postal code of every country.
_WITHOUT_POSTAL_CODES = """
    AO AG AW BS BZ BJ BW BF BI CM CF KM CG CD CK CI DJ DM GQ ER FJ TF GM GH GD GN GY HK IE JM KE
    KI MO MW ML MR MU MS NR AN NU KP PA QA RW KN LC ST SA SC SL SB SO ZA SR SY TZ TL TK TO TT TV
    UG AE VU YE ZW
"""
_CODES = _WITHOUT_POSTAL_CODES.split()
_CODED = unless(A.country, *_CODES, words="the country is not exempt from postal codes")
_EXEMPT = when(A.country, *_CODES, words="the country is exempt from postal codes")
_LEFT_OPEN = (
    "a release note of 2015 exempts 67 countries without postal codes, today's pages exempt none: "
    "MangoPay decides"
)
WITH_REGIONS = when(A.country, "US", "CA", "MX")


@wire(source="docs: api-reference/users/create-natural-user-sca, Address")
class MangoAddress:
    """Sent as a whole; shown as an object of six nulls when there is none."""

    AddressLine1: str | None = at(A.line1, TEXT, max=255, required_when=ALWAYS)
    AddressLine2: str | None = at(A.line2, TEXT, max=255)
    City: str | None = at(A.city, TEXT, max=255, required_when=ALWAYS)
    Region: str | None = at(A.region, TEXT, max=255, required_when=WITH_REGIONS)
    PostalCode: str | None = at(
        A.postal_code,
        TEXT,
        max=255,
        pattern=POSTAL_CODE,
        required_when=_CODED,
        uncertain=_LEFT_OPEN,
        uncertain_when=_EXEMPT,
    )
    Country: str | None = at(A.country, TEXT, required_when=ALWAYS, disallowed=(BLOCKED,))
