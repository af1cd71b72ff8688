"""A natural user at MangoPay, in today's shape and in the legacy one.

docs: api-reference/users/natural-user-object-sca, create-natural-user-sca,
update-natural-user-sca, categorize-natural-user; legacy: natural-user-object,
create-natural-user, update-natural-user
"""

from __future__ import annotations

from typing import Any

from onboarding import User
from onboarding.mapping import (
    ALWAYS,
    EMAIL,
    JSON,
    NEVER,
    TEXT,
    UTC_MIDNIGHT,
    On,
    at,
    core,
    extra,
    inside,
    keep,
    not_applicable,
    phone,
    some,
    wire,
)

from onboarding_mangopay.wire.address import MangoAddress
from onboarding_mangopay.wire.policy import (
    BLOCKED,
    BLOCKED_NATIONALITIES,
    LEGACY_UNTIL,
    NATURAL_DOWNGRADE,
    ONE_NAME,
    OWNER,
    PAYER,
    RE_ENROLS,
)
from onboarding_mangopay.wire.shared import (
    CHANGE,
    accepted_date,
    category,
    legacy_category,
    profiling_reference,
    sca_context,
    terms_accepted,
)
from onboarding_mangopay.wire.vocabulary import ASCII_EMAIL, INCOME

__all__ = ["COMMON_LEFT_OUT", "PHONE", "LegacyNaturalUser", "NaturalUser"]

U = core(User)
I = some(U.identity)  # noqa: E741
T = some(U.terms)

# docs: create-natural-user-sca, PhoneNumber: E.164, or national beside its country. It is always
# sent as E.164, so that PhoneNumberCountry is never required.
PHONE = phone("PhoneNumberCountry")

COMMON_LEFT_OUT = (
    not_applicable(T.accepted_at, "MangoPay notes the time itself"),
    not_applicable(T.version, "MangoPay keeps no version of its terms"),
    not_applicable(U.locale, "MangoPay keeps no language; NextAction.link takes one"),
    not_applicable(U.credentials, "MangoPay's users do not log in"),
    not_applicable(U.documents, "documents are handed in by a call of their own"),
)


@wire(source="docs: api-reference/users/natural-user-object-sca", left_out=COMMON_LEFT_OUT)
class NaturalUser:
    """A natural user on the SCA endpoints. Category is set at creation, or by categorising."""

    FirstName: str | None = at(
        I.given_name,
        TEXT,
        min=1,
        max=100,
        on=CHANGE,
        required=ALWAYS,
        without=ONE_NAME,
        changing=NATURAL_DOWNGRADE,
    )
    LastName: str | None = at(
        I.family_name,
        TEXT,
        min=1,
        max=100,
        on=CHANGE,
        required=ALWAYS,
        without=ONE_NAME,
        changing=NATURAL_DOWNGRADE,
    )
    Birthday: int | None = at(
        I.birthdate, UTC_MIDNIGHT, required=OWNER, hidden=PAYER, changing=NATURAL_DOWNGRADE
    )
    Nationality: str | None = at(
        I.nationality,
        TEXT,
        required=OWNER,
        hidden=PAYER,
        barred=BLOCKED_NATIONALITIES,
        changing=NATURAL_DOWNGRADE,
    )
    CountryOfResidence: str | None = at(
        I.country_of_residence, TEXT, required=OWNER, hidden=PAYER, barred=(BLOCKED,)
    )
    Occupation: str | None = at(U.occupation, TEXT, max=255, on=CHANGE, hidden=PAYER)
    IncomeRange: int | None = at(U.income_bracket, INCOME, on=CHANGE, hidden=PAYER)
    ProofOfIdentity: str | None = keep(str)
    ProofOfAddress: str | None = keep(str)
    Capacity: str | None = keep(str)
    PhoneNumber: str | None = at(U.phone, PHONE, changing=RE_ENROLS)
    PhoneNumberCountry: str | None = at(
        extra("mangopay", "phone_number_country"), JSON, changing=RE_ENROLS
    )
    Address: MangoAddress | None = inside(
        MangoAddress, some(U.address), whole=True, clears=True, on=CHANGE
    )
    PendingUserAction: dict[str, Any] | None = keep(dict[str, Any], shown=False)
    Id: str | None = keep(str)
    Tag: str | None = at(U.tag, TEXT, max=255, on=CHANGE)
    CreationDate: int | None = keep(int)
    PersonType: str | None = keep(str)
    Email: str | None = at(
        U.email,
        EMAIL,
        pattern=ASCII_EMAIL,
        required=ALWAYS,
        required_on=On.CREATE,
        changing=RE_ENROLS,
    )
    KYCLevel: str | None = keep(str)
    TermsAndConditionsAccepted: bool | None = terms_accepted()
    TermsAndConditionsAcceptedDate: int | None = accepted_date()
    UserCategory: str | None = category()
    UserStatus: str | None = keep(str)
    ScaContext: str | None = sca_context()
    ProfilingAttemptReference: str | None = profiling_reference()


@wire(
    source="docs: api-reference/users/natural-user-object",
    left_out=COMMON_LEFT_OUT,
    until=LEGACY_UNTIL,
)
class LegacyNaturalUser:
    """A natural user on the legacy endpoints: no phone, and the category goes along.

    The documents ask for the category in every legacy update (update-natural-user).
    """

    Address: MangoAddress | None = inside(MangoAddress, some(U.address), whole=True, clears=True)
    FirstName: str | None = at(
        I.given_name,
        TEXT,
        min=1,
        max=100,
        required=ALWAYS,
        without=ONE_NAME,
        changing=NATURAL_DOWNGRADE,
    )
    LastName: str | None = at(
        I.family_name,
        TEXT,
        min=1,
        max=100,
        required=ALWAYS,
        without=ONE_NAME,
        changing=NATURAL_DOWNGRADE,
    )
    Birthday: int | None = at(
        I.birthdate, UTC_MIDNIGHT, required=OWNER, hidden=PAYER, changing=NATURAL_DOWNGRADE
    )
    Nationality: str | None = at(
        I.nationality,
        TEXT,
        required=OWNER,
        hidden=PAYER,
        barred=BLOCKED_NATIONALITIES,
        changing=NATURAL_DOWNGRADE,
    )
    CountryOfResidence: str | None = at(
        I.country_of_residence, TEXT, required=OWNER, hidden=PAYER, barred=(BLOCKED,)
    )
    Occupation: str | None = at(U.occupation, TEXT, max=255, hidden=PAYER)
    IncomeRange: int | None = at(U.income_bracket, INCOME, hidden=PAYER)
    ProofOfIdentity: str | None = keep(str)
    ProofOfAddress: str | None = keep(str)
    Capacity: str | None = keep(str)
    PhoneNumber: str | None = at(U.phone, PHONE, on=NEVER)  # shown there, writable by SCA alone
    PhoneNumberCountry: str | None = at(extra("mangopay", "phone_number_country"), JSON, on=NEVER)
    Id: str | None = keep(str)
    Tag: str | None = at(U.tag, TEXT, max=255)
    CreationDate: int | None = keep(int)
    PersonType: str | None = keep(str)
    Email: str | None = at(U.email, EMAIL, pattern=ASCII_EMAIL, required=ALWAYS)
    KYCLevel: str | None = keep(str)
    TermsAndConditionsAccepted: bool | None = terms_accepted()
    TermsAndConditionsAcceptedDate: int | None = accepted_date()
    UserCategory: str | None = legacy_category()
    UserStatus: str | None = keep(str)
