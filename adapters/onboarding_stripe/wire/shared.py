"""The objects that accounts and persons share (docs: api/accounts/create, api/persons/create)."""

from __future__ import annotations

from onboarding import Address, User
from onboarding.spi import TEXT, at, core, extra, joined, record_only, some, wire

from onboarding_stripe.values import ACCEPTED
from onboarding_stripe.wire.policy import (
    ACCEPTS,
    GIVEN_IP,
    IN_THE_COUNTRY,
    OF_NO_ACCEPTANCE,
    OPENS,
    OPENS_AT_HOME,
)

__all__ = ["HomeAddress", "SeatAddress", "StripeAddress", "StripeMetadata", "StripeTerms"]

A = core(Address)
U = core(User)
T = some(U.terms)


@wire(source="docs: api/accounts/create, individual.address")
class StripeAddress:
    """An address. An update sends the parts that changed."""

    country: str | None = at(A.country, TEXT)
    city: str | None = at(A.city, TEXT, max=100, clear_with="")
    line1: str | None = at(A.line1, TEXT, max=200, clear_with="")
    line2: str | None = at(A.line2, TEXT, max=200, clear_with="")
    postal_code: str | None = at(A.postal_code, TEXT, clear_with="")
    state: str | None = at(A.region, TEXT, clear_with="")


@wire(source="docs: api/accounts/create, individual.address")
class HomeAddress(StripeAddress):
    """The address of an individual, in the country of the account."""

    country: str | None = at(A.country, TEXT, disallowed=(IN_THE_COUNTRY, OPENS_AT_HOME))


@wire(source="docs: api/accounts/create, company.address")
class SeatAddress(StripeAddress):
    """The address of a company; its country is that of the account."""

    country: str | None = at(A.country, TEXT, disallowed=(OPENS,))


@wire(source="docs: api/metadata")
class StripeMetadata:
    """The platform's own facts about an account: at most 500 characters each."""

    reference: str | None = at(U.reference, TEXT, max=500, clear_with="")
    tag: str | None = at(U.tag, TEXT, max=500, clear_with="")


@wire(source="docs: api/accounts/create, tos_acceptance")
class StripeTerms:
    """The acceptance of Stripe's terms, which cannot be taken back."""

    date: int | None = joined((T.accepted, T.accepted_at), ACCEPTED, required_when=GIVEN_IP)
    ip: str | None = at(T.ip_address, TEXT, required_when=ACCEPTS, disallowed=(OF_NO_ACCEPTANCE,))
    user_agent: str | None = at(extra("stripe", "terms_user_agent"), TEXT)
    service_agreement: str | None = record_only(str)
