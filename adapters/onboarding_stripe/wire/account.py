"""Stripe's account object: of an individual, and of a company.

docs: api/accounts/object, api/accounts/create, api/accounts/update
"""

from __future__ import annotations

from typing import Any

from onboarding import User
from onboarding.spi import (
    E164,
    EMAIL,
    FORM_BODY,
    NEVER,
    TEXT,
    On,
    at,
    core,
    extra,
    inside,
    not_applicable,
    record_only,
    some,
    wire,
)

from onboarding_stripe.values import CATEGORY, DAY, EXPOSED, FORM, GENDER
from onboarding_stripe.wire.policy import NINE_DIGITS, NO_PHONE, OPENS, STRUCTURES
from onboarding_stripe.wire.shared import HomeAddress, SeatAddress, StripeMetadata, StripeTerms

__all__ = ["CompanyAccount", "IndividualAccount"]

U = core(User)
I = some(U.identity)  # noqa: E741
C = some(U.company)

LEFT_OUT = (
    not_applicable(some(U.terms).version, "Stripe stores no version of its terms"),
    not_applicable(U.locale, "Stripe stores no language of an account"),
    not_applicable(U.credentials, "users of a platform do not log in at Stripe"),
    not_applicable(U.documents, "documents are submitted by a separate call"),
)


@wire(source="docs: api/accounts/create, api/accounts/object")
class StripeAccount:
    """The fields of every account."""

    id: str | None = record_only(str)
    object: str | None = record_only(str, shown=False)
    type: str | None = record_only(str)
    created: int | None = record_only(int, shown=False)
    default_currency: str | None = record_only(str)
    charges_enabled: bool | None = record_only(bool)
    payouts_enabled: bool | None = record_only(bool)
    details_submitted: bool | None = record_only(bool)
    capabilities: dict[str, Any] | None = at(U.category, CATEGORY)
    tos_acceptance: StripeTerms | None = inside(StripeTerms)
    metadata: StripeMetadata | None = inside(StripeMetadata)
    controller: dict[str, Any] | None = record_only(dict[str, Any])
    settings: dict[str, Any] | None = record_only(dict[str, Any], shown=False)
    external_accounts: dict[str, Any] | None = record_only(dict[str, Any], shown=False)
    requirements: dict[str, Any] | None = record_only(dict[str, Any], shown=False)
    future_requirements: dict[str, Any] | None = record_only(dict[str, Any], shown=False)


@wire(source="docs: api/accounts/create, business_profile")
class StripeProfile:
    """What a user sells."""

    mcc: str | None = at(extra("stripe", "mcc"), TEXT, max=4, clear_with="")
    product_description: str | None = at(
        extra("stripe", "product_description"), TEXT, max=40_000, clear_with=""
    )
    support_phone: str | None = at(
        extra("stripe", "support_phone"), TEXT, clear_with="", disallowed=(NO_PHONE,)
    )
    annual_revenue: dict[str, Any] | None = record_only(dict[str, Any], shown=False)
    estimated_worker_count: int | None = record_only(int, shown=False)
    minority_owned_business_designation: tuple[str, ...] | None = record_only(
        tuple[str, ...], shown=False
    )
    support_address: dict[str, Any] | None = record_only(dict[str, Any], shown=False)
    support_email: str | None = record_only(str, shown=False)
    support_url: str | None = record_only(str, shown=False)


@wire(source="docs: api/accounts/create, business_profile")
class IndividualProfile(StripeProfile):
    """What an individual sells."""

    name: str | None = record_only(str)
    url: str | None = at(extra("stripe", "url"), TEXT, clear_with="")


@wire(source="docs: api/accounts/create, business_profile")
class CompanyProfile(StripeProfile):
    """What a company sells, under which name and where."""

    name: str | None = at(C.trade_name, TEXT, clear_with="")
    url: str | None = at(C.website, TEXT, clear_with="")


@wire(source="docs: api/accounts/create, individual")
class StripeIndividual:
    """The only person of an individual's account."""

    id: str | None = record_only(str)
    first_name: str | None = at(I.given_name, TEXT, max=100, clear_with="")
    last_name: str | None = at(I.family_name, TEXT, max=100, clear_with="")
    dob: Any = at(I.birthdate, DAY, clear_with="")
    nationality: str | None = at(I.nationality, TEXT, on=NEVER)
    gender: str | None = at(I.gender, GENDER, clear_with="")
    id_number: str | None = at(
        some(I.national_id).code,
        TEXT,
        shown=False,
        provided="id_number_provided",
        disallowed=(NINE_DIGITS,),
    )
    id_number_provided: bool | None = record_only(bool)
    ssn_last_4_provided: bool | None = record_only(bool)
    email: str | None = at(U.email, EMAIL, clear_with="")
    phone: str | None = at(U.phone, E164, clear_with="")
    address: HomeAddress | None = inside(HomeAddress, some(U.address))
    political_exposure: str | None = at(U.politically_exposed, EXPOSED)
    verification: dict[str, Any] | None = record_only(dict[str, Any])
    requirements: dict[str, Any] | None = record_only(dict[str, Any], shown=False)
    future_requirements: dict[str, Any] | None = record_only(dict[str, Any], shown=False)


@wire(
    source="docs: api/accounts/create",
    format=FORM_BODY,
    not_supported=LEFT_OUT,
    implied=((some(I.national_id).country, I.country_of_residence),),
    elsewhere=(I.nationality,),
)
class IndividualAccount(StripeAccount):
    """The account of a natural person. The nationality is written by a call for the person."""

    country: str | None = at(I.country_of_residence, TEXT, on=On.CREATE, disallowed=(OPENS,))
    email: str | None = record_only(str)
    business_type: str | None = record_only(str)
    business_profile: IndividualProfile | None = inside(IndividualProfile)
    individual: StripeIndividual | None = inside(StripeIndividual)
    company: dict[str, Any] | None = record_only(dict[str, Any], shown=False)


@wire(source="docs: api/accounts/create, company")
class StripeCompany:
    """The facts of a company."""

    name: str | None = at(C.legal_name, TEXT, max=100, clear_with="")
    tax_id: str | None = at(C.registration_number, TEXT, shown=False, provided="tax_id_provided")
    tax_id_provided: bool | None = record_only(bool)
    registration_number: str | None = at(extra("stripe", "registration_number"), TEXT, shown=False)
    vat_id: str | None = at(C.vat_number, TEXT, shown=False, provided="vat_id_provided")
    vat_id_provided: bool | None = record_only(bool)
    structure: str | None = at(
        extra("stripe", "structure"), TEXT, clear_with="", disallowed=(STRUCTURES,)
    )
    registration_date: Any = at(C.incorporated_on, DAY, clear_with="")
    address: SeatAddress | None = inside(SeatAddress, some(C.headquarters))
    phone: str | None = at(U.phone, E164, clear_with="")
    owners_provided: bool | None = record_only(bool)
    directors_provided: bool | None = record_only(bool)
    executives_provided: bool | None = record_only(bool)
    verification: dict[str, Any] | None = record_only(dict[str, Any])


@wire(
    source="docs: api/accounts/create",
    format=FORM_BODY,
    not_supported=LEFT_OUT,
    elsewhere=(U.people, U.declared_absent),
)
class CompanyAccount(StripeAccount):
    """The account of a legal person. Its people are written by calls for persons."""

    country: str | None = record_only(str)
    email: str | None = at(U.email, EMAIL, clear_with="")
    business_type: str | None = at(C.legal_person_type, FORM, default="company")
    business_profile: CompanyProfile | None = inside(CompanyProfile)
    company: StripeCompany | None = inside(StripeCompany)
