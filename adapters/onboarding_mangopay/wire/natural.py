"""MangoPay's natural user object, of the SCA endpoints and of the legacy endpoints.

docs: api-reference/users/natural-user-object-sca, create-natural-user-sca,
update-natural-user-sca, categorize-natural-user; legacy: natural-user-object,
create-natural-user, update-natural-user
"""

from __future__ import annotations

from typing import Any

from onboarding import Loss, LossKind, User
from onboarding.spi import (
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
    not_applicable,
    phone,
    record_only,
    some,
    wire,
)

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
    MangoAddress,
    accepted_date,
    category,
    legacy_category,
    profiling_reference,
    sca_context,
    terms_accepted,
)
from onboarding_mangopay.wire.vocabulary import ASCII_EMAIL, INCOME

__all__ = ["COMMON_LEFT_OUT", "NO_REFERENCE", "PHONE", "LegacyNaturalUser", "NaturalUser"]

U = core(User)
I = some(U.identity)  # noqa: E741
T = some(U.terms)

# docs: create-natural-user-sca, PhoneNumber: E.164, or national with PhoneNumberCountry. The number
# is always sent as E.164, so PhoneNumberCountry is never required.
PHONE = phone("PhoneNumberCountry")

COMMON_LEFT_OUT = (
    not_applicable(T.accepted_at, "MangoPay records the time itself"),
    not_applicable(T.ip_address, "MangoPay stores no address of an acceptance"),
    not_applicable(T.version, "MangoPay stores no version of its terms"),
    not_applicable(U.locale, "MangoPay stores no language; NextAction.link takes one"),
    not_applicable(U.credentials, "users of MangoPay do not log in"),
    not_applicable(U.documents, "documents are submitted by a separate call"),
)


NO_REFERENCE = Loss(
    core_path="reference",
    kind=LossKind.DROPPED,
    reason='the Tag holds the tag; with tag_holds = "reference" it holds the reference',
)


@wire(
    source="docs: api-reference/users/natural-user-object-sca",
    not_supported=(*COMMON_LEFT_OUT, NO_REFERENCE),
)
class NaturalUser:
    """A natural user on the SCA endpoints. The category is set at creation or by categorising."""

    FirstName: str | None = at(
        I.given_name,
        TEXT,
        min=1,
        max=100,
        on=CHANGE,
        required_when=ALWAYS,
        without=ONE_NAME,
        effects=NATURAL_DOWNGRADE,
    )
    LastName: str | None = at(
        I.family_name,
        TEXT,
        min=1,
        max=100,
        on=CHANGE,
        required_when=ALWAYS,
        without=ONE_NAME,
        effects=NATURAL_DOWNGRADE,
    )
    Birthday: int | None = at(
        I.birthdate, UTC_MIDNIGHT, required_when=OWNER, hidden_when=PAYER, effects=NATURAL_DOWNGRADE
    )
    Nationality: str | None = at(
        I.nationality,
        TEXT,
        required_when=OWNER,
        hidden_when=PAYER,
        disallowed=BLOCKED_NATIONALITIES,
        effects=NATURAL_DOWNGRADE,
    )
    CountryOfResidence: str | None = at(
        I.country_of_residence, TEXT, required_when=OWNER, hidden_when=PAYER, disallowed=(BLOCKED,)
    )
    Occupation: str | None = at(U.occupation, TEXT, max=255, on=CHANGE, hidden_when=PAYER)
    IncomeRange: int | None = at(U.income_bracket, INCOME, on=CHANGE, hidden_when=PAYER)
    ProofOfIdentity: str | None = record_only(str)
    ProofOfAddress: str | None = record_only(str)
    Capacity: str | None = record_only(str)
    PhoneNumber: str | None = at(U.phone, PHONE, effects=RE_ENROLS)
    PhoneNumberCountry: str | None = at(
        extra("mangopay", "phone_number_country"), JSON, effects=RE_ENROLS
    )
    Address: MangoAddress | None = inside(
        MangoAddress, some(U.address), send_whole=True, replaces=True, on=CHANGE
    )
    PendingUserAction: dict[str, Any] | None = record_only(dict[str, Any], shown=False)
    Id: str | None = record_only(str)
    Tag: str | None = at(U.tag, TEXT, max=255, on=CHANGE)
    CreationDate: int | None = record_only(int)
    PersonType: str | None = record_only(str)
    Email: str | None = at(
        U.email,
        EMAIL,
        pattern=ASCII_EMAIL,
        required_when=ALWAYS,
        required_on=On.CREATE,
        effects=RE_ENROLS,
    )
    KYCLevel: str | None = record_only(str)
    TermsAndConditionsAccepted: bool | None = terms_accepted()
    TermsAndConditionsAcceptedDate: int | None = accepted_date()
    UserCategory: str | None = category()
    UserStatus: str | None = record_only(str)
    ScaContext: str | None = sca_context()
    ProfilingAttemptReference: str | None = profiling_reference()


@wire(
    source="docs: api-reference/users/natural-user-object",
    not_supported=(*COMMON_LEFT_OUT, NO_REFERENCE),
    until=LEGACY_UNTIL,
)
class LegacyNaturalUser:
    """A natural user on the legacy endpoints. The phone number is read-only.

    The category is required in every legacy update (docs: update-natural-user).
    """

    Address: MangoAddress | None = inside(
        MangoAddress, some(U.address), send_whole=True, replaces=True
    )
    FirstName: str | None = at(
        I.given_name,
        TEXT,
        min=1,
        max=100,
        required_when=ALWAYS,
        without=ONE_NAME,
        effects=NATURAL_DOWNGRADE,
    )
    LastName: str | None = at(
        I.family_name,
        TEXT,
        min=1,
        max=100,
        required_when=ALWAYS,
        without=ONE_NAME,
        effects=NATURAL_DOWNGRADE,
    )
    Birthday: int | None = at(
        I.birthdate, UTC_MIDNIGHT, required_when=OWNER, hidden_when=PAYER, effects=NATURAL_DOWNGRADE
    )
    Nationality: str | None = at(
        I.nationality,
        TEXT,
        required_when=OWNER,
        hidden_when=PAYER,
        disallowed=BLOCKED_NATIONALITIES,
        effects=NATURAL_DOWNGRADE,
    )
    CountryOfResidence: str | None = at(
        I.country_of_residence, TEXT, required_when=OWNER, hidden_when=PAYER, disallowed=(BLOCKED,)
    )
    Occupation: str | None = at(U.occupation, TEXT, max=255, hidden_when=PAYER)
    IncomeRange: int | None = at(U.income_bracket, INCOME, hidden_when=PAYER)
    ProofOfIdentity: str | None = record_only(str)
    ProofOfAddress: str | None = record_only(str)
    Capacity: str | None = record_only(str)
    PhoneNumber: str | None = at(U.phone, PHONE, on=NEVER)  # writable on the SCA endpoints only
    PhoneNumberCountry: str | None = at(extra("mangopay", "phone_number_country"), JSON, on=NEVER)
    Id: str | None = record_only(str)
    Tag: str | None = at(U.tag, TEXT, max=255)
    CreationDate: int | None = record_only(int)
    PersonType: str | None = record_only(str)
    Email: str | None = at(U.email, EMAIL, pattern=ASCII_EMAIL, required_when=ALWAYS)
    KYCLevel: str | None = record_only(str)
    TermsAndConditionsAccepted: bool | None = terms_accepted()
    TermsAndConditionsAcceptedDate: int | None = accepted_date()
    UserCategory: str | None = legacy_category()
    UserStatus: str | None = record_only(str)
