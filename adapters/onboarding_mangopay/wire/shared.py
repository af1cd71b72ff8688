"""The fields and objects that several of MangoPay's objects share."""

from __future__ import annotations

from datetime import date
from typing import Any

from onboarding import Address, User
from onboarding.spi import (
    ALWAYS,
    BOOL,
    JSON,
    NEVER,
    TEXT,
    UTC_SECONDS,
    On,
    at,
    core,
    extra,
    some,
    unless,
    when,
    wire,
)

from onboarding_mangopay.wire.policy import (
    BLOCKED,
    BY_PROXY,
    CONSENTED,
    CONSENTS,
    GRANTED,
    LEGACY_TO_OWNER,
    PAYER,
    TO_OWNER,
)
from onboarding_mangopay.wire.vocabulary import CATEGORY, POSTAL_CODE

__all__ = [
    "CHANGE",
    "MangoAddress",
    "accepted_date",
    "category",
    "legacy_category",
    "profiling_reference",
    "sca_context",
    "terms_accepted",
]

A = core(Address)
# docs: release-notes/api/2015-06-05-new-api-version-v201, PostalCode, repeated on 19 Oct 2015. The
# current pages require a postal code for every country.
_WITHOUT_POSTAL_CODES = """
    AO AG AW BS BZ BJ BW BF BI CM CF KM CG CD CK CI DJ DM GQ ER FJ TF GM GH GD GN GY HK IE JM KE
    KI MO MW ML MR MU MS NR AN NU KP PA QA RW KN LC ST SA SC SL SB SO ZA SR SY TZ TL TK TO TT TV
    UG AE VU YE ZW
"""
_CODES = _WITHOUT_POSTAL_CODES.split()
_CODED = unless(A.country, *_CODES, words="the country is not exempt from postal codes")
_EXEMPT = when(A.country, *_CODES, words="the country is exempt from postal codes")
_LEFT_OPEN = (
    "a release note of 2015 exempts 67 countries without postal codes, the current pages exempt "
    "none: MangoPay decides"
)
WITH_REGIONS = when(A.country, "US", "CA", "MX")


@wire(source="docs: api-reference/users/create-natural-user-sca, Address")
class MangoAddress:
    """An address. Updates send all of it; without one the response has an object of six nulls."""

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


CHANGE = On.CREATE | On.UPDATE
_ONCE = On.CREATE | On.CATEGORISE

_U = core(User)
_T = some(_U.terms)


def terms_accepted() -> bool | None:
    """Returns the field for the acceptance of MangoPay's terms, sent in every write."""
    return at(
        _T.accepted,
        BOOL,
        required_when=ALWAYS,
        default=False,
        always_send=True,
        disallowed=(CONSENTED,),
        effects=CONSENTS,
    )


def accepted_date() -> int | None:
    """Returns the field for the time of acceptance, by MangoPay's clock; read-only."""
    return at(_T.accepted_at, UTC_SECONDS, on=NEVER, hidden_when=PAYER)


def category() -> Any:
    """Returns the category on the SCA endpoints: set at creation, changed by a separate call."""
    return at(
        _U.category,
        CATEGORY,
        on=_ONCE,
        required_when=ALWAYS,
        disallowed=(GRANTED,),
        effects=TO_OWNER,
    )


def legacy_category() -> Any:
    """Returns the category on the legacy endpoints, sent in every write."""
    return at(
        _U.category,
        CATEGORY,
        required_when=ALWAYS,
        always_send=True,
        disallowed=(GRANTED,),
        effects=LEGACY_TO_OWNER,
    )


def sca_context() -> Any:
    """Returns the field for the presence of the user; write-only.

    docs: release-notes/api, 23 October 2025
    """
    return at(
        extra("mangopay", "sca_context"),
        JSON,
        shown=False,
        disallowed=(BY_PROXY,),
        since=date(2025, 10, 23),
    )


def profiling_reference() -> Any:
    """Returns the field for a reference from the fraud profiler; write-only."""
    return at(extra("mangopay", "profiling_attempt_reference"), JSON, on=CHANGE, shown=False)
