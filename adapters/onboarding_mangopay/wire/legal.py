"""MangoPay's legal user object, of the SCA endpoints and of the legacy endpoints.

docs: api-reference/users/legal-user-object-sca, create-legal-user-sca, update-legal-user-sca,
categorize-legal-user; legacy: legal-user-object
"""

from __future__ import annotations

from typing import Any

from onboarding import LegalPersonType, Person, PersonRole, User
from onboarding.spi import (
    ALWAYS,
    EMAIL,
    JSON,
    TEXT,
    UTC_MIDNIGHT,
    at,
    core,
    extra,
    in_role,
    inside,
    not_applicable,
    record_only,
    some,
    when,
    wire,
)

from onboarding_mangopay.wire.natural import COMMON_LEFT_OUT, NO_REFERENCE, PHONE
from onboarding_mangopay.wire.policy import (
    BLOCKED,
    BLOCKED_NATIONALITIES,
    LEGACY_UNTIL,
    LEGAL_DOWNGRADE,
    LEGAL_FORM,
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
from onboarding_mangopay.wire.vocabulary import ASCII_EMAIL, LEGAL_PERSON

__all__ = ["LEGAL_LEFT_OUT", "LegacyLegalUser", "LegalUser", "MangoRepresentative"]

U = core(User)
C = some(U.company)
P = in_role(U.people, PersonRole.REPRESENTATIVE)
R = core(Person)
RI = some(R.identity)
T = some(U.terms)

NUMBERED = OWNER & when(C.legal_person_type, LegalPersonType.BUSINESS)

# docs: create-legal-user-sca has no length for CompanyNumber. The other texts of the object have at
# most 255 characters, and the formats in guides/users/verification/company-number far fewer.
NUMBER_MAX = 255

LEGAL_LEFT_OUT = (
    *COMMON_LEFT_OUT,
    not_applicable(
        in_role(U.people, PersonRole.BENEFICIAL_OWNER), "owners are declared by a separate call"
    ),
)


@wire(source="docs: api-reference/users/create-legal-user-sca, LegalRepresentative")
class MangoRepresentative:
    """The natural person who represents a company. An update may send single fields."""

    FirstName: str | None = at(
        RI.given_name,
        TEXT,
        min=1,
        max=100,
        on=CHANGE,
        required_when=ALWAYS,
        without=ONE_NAME,
        effects=LEGAL_DOWNGRADE,
    )
    LastName: str | None = at(
        RI.family_name,
        TEXT,
        min=1,
        max=100,
        on=CHANGE,
        required_when=ALWAYS,
        without=ONE_NAME,
        effects=LEGAL_DOWNGRADE,
    )
    Birthday: int | None = at(
        RI.birthdate, UTC_MIDNIGHT, required_when=OWNER, hidden_when=PAYER, effects=LEGAL_DOWNGRADE
    )
    Nationality: str | None = at(
        RI.nationality,
        TEXT,
        required_when=OWNER,
        hidden_when=PAYER,
        disallowed=BLOCKED_NATIONALITIES,
        effects=LEGAL_DOWNGRADE,
    )
    CountryOfResidence: str | None = at(
        RI.country_of_residence, TEXT, required_when=OWNER, hidden_when=PAYER, disallowed=(BLOCKED,)
    )
    Email: str | None = at(
        R.email,
        EMAIL,
        pattern=ASCII_EMAIL,
        required_when=OWNER,
        hidden_when=PAYER,
        effects=RE_ENROLS,
    )
    PhoneNumber: str | None = at(R.phone, PHONE, effects=RE_ENROLS)
    PhoneNumberCountry: str | None = at(
        extra("mangopay", "representative_phone_number_country"),
        JSON,
        effects=RE_ENROLS,
    )
    ProofOfIdentity: str | None = record_only(str)


@wire(
    source="docs: api-reference/users/legal-user-object-sca",
    not_supported=(*LEGAL_LEFT_OUT, NO_REFERENCE),
)
class LegalUser:
    """A legal user on the SCA endpoints."""

    HeadquartersAddress: MangoAddress | None = inside(
        MangoAddress,
        some(C.headquarters),
        send_whole=True,
        replaces=True,
        required_when=OWNER,
        hidden_when=PAYER,
    )
    LegalRepresentativeAddress: MangoAddress | None = inside(
        MangoAddress, some(P.address), send_whole=True, replaces=True, on=CHANGE
    )
    Name: str | None = at(C.legal_name, TEXT, max=255, on=CHANGE, required_when=ALWAYS)
    LegalPersonType: str | None = at(
        C.legal_person_type, LEGAL_PERSON, on=CHANGE, required_when=ALWAYS, effects=LEGAL_FORM
    )
    LegalRepresentative: MangoRepresentative | None = inside(
        MangoRepresentative, P, required_when=ALWAYS
    )
    CompanyNumber: str | None = at(
        C.registration_number, TEXT, max=NUMBER_MAX, required_when=NUMBERED, hidden_when=PAYER
    )
    ProofOfRegistration: str | None = record_only(str)
    ShareholderDeclaration: str | None = record_only(str)
    Statute: str | None = record_only(str)
    PendingUserAction: dict[str, Any] | None = record_only(dict[str, Any], shown=False)
    Id: str | None = record_only(str)
    Tag: str | None = at(U.tag, TEXT, max=255, on=CHANGE)
    CreationDate: int | None = record_only(int)
    PersonType: str | None = record_only(str)
    Email: str | None = at(U.email, EMAIL, pattern=ASCII_EMAIL, on=CHANGE, required_when=ALWAYS)
    KYCLevel: str | None = record_only(str)
    TermsAndConditionsAccepted: bool | None = terms_accepted()
    TermsAndConditionsAcceptedDate: int | None = accepted_date()
    UserCategory: str | None = category()
    UserStatus: str | None = record_only(str)
    ScaContext: str | None = sca_context()
    ProfilingAttemptReference: str | None = profiling_reference()


PI = some(P.identity)


@wire(
    source="docs: api-reference/users/legal-user-object",
    not_supported=(*LEGAL_LEFT_OUT, NO_REFERENCE),
    until=LEGACY_UNTIL,
)
class LegacyLegalUser:
    """A legal user on the legacy endpoints, with the representative in flat fields."""

    HeadquartersAddress: MangoAddress | None = inside(
        MangoAddress,
        some(C.headquarters),
        send_whole=True,
        replaces=True,
        required_when=OWNER,
        hidden_when=PAYER,
    )
    LegalRepresentativeAddress: MangoAddress | None = inside(
        MangoAddress, some(P.address), send_whole=True, replaces=True
    )
    Name: str | None = at(C.legal_name, TEXT, max=255, required_when=ALWAYS)
    LegalPersonType: str | None = at(
        C.legal_person_type, LEGAL_PERSON, required_when=ALWAYS, effects=LEGAL_FORM
    )
    LegalRepresentativeFirstName: str | None = at(
        PI.given_name,
        TEXT,
        min=1,
        max=100,
        required_when=ALWAYS,
        without=ONE_NAME,
        effects=LEGAL_DOWNGRADE,
    )
    LegalRepresentativeLastName: str | None = at(
        PI.family_name,
        TEXT,
        min=1,
        max=100,
        required_when=ALWAYS,
        without=ONE_NAME,
        effects=LEGAL_DOWNGRADE,
    )
    LegalRepresentativeEmail: str | None = at(
        P.email, EMAIL, pattern=ASCII_EMAIL, hidden_when=PAYER
    )
    LegalRepresentativeBirthday: int | None = at(
        PI.birthdate, UTC_MIDNIGHT, required_when=OWNER, hidden_when=PAYER, effects=LEGAL_DOWNGRADE
    )
    LegalRepresentativeNationality: str | None = at(
        PI.nationality,
        TEXT,
        required_when=OWNER,
        hidden_when=PAYER,
        disallowed=BLOCKED_NATIONALITIES,
        effects=LEGAL_DOWNGRADE,
    )
    LegalRepresentativeCountryOfResidence: str | None = at(
        PI.country_of_residence, TEXT, required_when=OWNER, hidden_when=PAYER, disallowed=(BLOCKED,)
    )
    LegalRepresentativeProofOfIdentity: str | None = record_only(str)
    CompanyNumber: str | None = at(
        C.registration_number, TEXT, max=NUMBER_MAX, required_when=NUMBERED, hidden_when=PAYER
    )
    ProofOfRegistration: str | None = record_only(str)
    ShareholderDeclaration: str | None = record_only(str)
    Statute: str | None = record_only(str)
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
