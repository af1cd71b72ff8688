"""Stripe's person object: a person of a company (docs: api/persons/object, create, update)."""

from __future__ import annotations

from typing import Any

from onboarding import Person, PersonRole
from onboarding.spi import (
    E164,
    EMAIL,
    TEXT,
    at,
    core,
    inside,
    not_applicable,
    record_only,
    some,
    wire,
)

from onboarding_stripe.values import DAY, GENDER, PERCENT
from onboarding_stripe.wire.shared import StripeAddress

__all__ = ["PROVIDED", "RELATIONS", "StripePerson", "StripeRelationship"]

# docs: api/persons/create, relationship
RELATIONS = {
    PersonRole.REPRESENTATIVE: "representative",
    PersonRole.BENEFICIAL_OWNER: "owner",
    PersonRole.DIRECTOR: "director",
    PersonRole.EXECUTIVE: "executive",
    PersonRole.SIGNATORY: "authorizer",
    PersonRole.LEGAL_GUARDIAN: "legal_guardian",
}
# docs: api/accounts/update, company: to be set once all people of a role were created; without any,
# it says that there are none
PROVIDED = {
    PersonRole.BENEFICIAL_OWNER: "owners_provided",
    PersonRole.DIRECTOR: "directors_provided",
    PersonRole.EXECUTIVE: "executives_provided",
}

P = core(Person)
I = some(P.identity)  # noqa: E741


@wire(source="docs: api/persons/create, relationship")
class StripeRelationship:
    """What a person is to the company. The flags of the roles are written by `RELATIONS`."""

    title: str | None = at(P.job_title, TEXT, clear_with="")
    percent_ownership: Any = at(P.ownership_percent, PERCENT, clear_with="")
    representative: bool | None = record_only(bool, shown=False)
    owner: bool | None = record_only(bool, shown=False)
    director: bool | None = record_only(bool, shown=False)
    executive: bool | None = record_only(bool, shown=False)
    authorizer: bool | None = record_only(bool, shown=False)
    legal_guardian: bool | None = record_only(bool, shown=False)


@wire(
    source="docs: api/persons/create",
    not_supported=(
        not_applicable(P.documents, "documents are submitted by a separate call"),
        not_applicable(some(I.national_id).country, "Stripe keeps no country with a number"),
    ),
    implied=((I.country_of_residence, some(P.address).country),),
    filled=(I.country_of_residence,),
)
class StripePerson:
    """A person. Its `ref` is kept in the metadata."""

    id: str | None = record_only(str)
    first_name: str | None = at(I.given_name, TEXT, clear_with="")
    last_name: str | None = at(I.family_name, TEXT, clear_with="")
    dob: Any = at(I.birthdate, DAY, clear_with="")
    nationality: str | None = at(I.nationality, TEXT)
    gender: str | None = at(I.gender, GENDER, clear_with="")
    id_number: str | None = at(
        some(I.national_id).code, TEXT, shown=False, provided="id_number_provided"
    )
    id_number_provided: bool | None = record_only(bool)
    email: str | None = at(P.email, EMAIL, clear_with="")
    phone: str | None = at(P.phone, E164, clear_with="")
    address: StripeAddress | None = inside(StripeAddress, some(P.address))
    relationship: StripeRelationship | None = inside(StripeRelationship)
    verification: dict[str, Any] | None = record_only(dict[str, Any])
