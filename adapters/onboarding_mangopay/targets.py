"""The targets of a user at MangoPay, and their requirements beyond the fields of a user object.

docs: guides/users/verification (requirements by user type), guides/users/categories
"""

from __future__ import annotations

from onboarding import (
    CapabilityName,
    DocumentPurpose,
    KYCLevel,
    LegalPersonType,
    User,
    UserCategory,
    UserStatus,
)
from onboarding.spi import (
    Actor,
    Condition,
    On,
    RequirementOption,
    RequirementRule,
    Target,
    core,
    document,
    given,
    lacks,
    some,
    step,
    when,
)

from onboarding_mangopay.records import MangoPayExtras
from onboarding_mangopay.values import PROVIDER
from onboarding_mangopay.wire.legal import LegalUser
from onboarding_mangopay.wire.natural import NaturalUser
from onboarding_mangopay.wire.requirements import ENROL, HOSTED

__all__ = ["TARGETS"]

_U = core(User)
_FORM = some(_U.company).legal_person_type
_KYC = "docs: guides/users/verification/documents, requirements by user type"
_UBO = "docs: guides/users/verification/ubo-declaration"
_IDV = "docs: guides/users/verification/hosted"
_CATEGORIES = "docs: guides/users/categories"
_CREATE = "docs: api-reference/users/create-natural-user-sca, create-legal-user-sca"
_CATEGORISE = "docs: api-reference/users/categorize-natural-user, categorize-legal-user"

_REGULAR = when("kyc_level", KYCLevel.REGULAR)
_NATURAL = lacks("company", words="the user is a natural person")
_LEGAL = given("company", words="the user is a legal person")


def _category(name: str, category: UserCategory, on: On, words: str, source: str) -> Target:
    return Target(
        provider=PROVIDER,
        name=name,
        words=words,
        source=source,
        on=on,
        natural=NaturalUser,
        legal=LegalUser,
        extras=MangoPayExtras,
        supposes={"category": category},
    )


def _form(*forms: LegalPersonType) -> Condition:
    return when(_FORM, *forms)


def _proof(
    name: str,
    purpose: DocumentPurpose,
    *others: RequirementOption,
    when: Condition,
    shown: Condition,
) -> RequirementRule:
    return RequirementRule(
        name=f"documents.{name}",
        options=(document(purpose), *others),
        when=when,
        shown=_REGULAR | shown,
        source=_KYC,
    )


# The record of an accepted document has its id: for a representative in the key of the SCA object,
# or in that of the legacy object.
_OF_REPRESENTATIVE = given("provider_fields.LegalRepresentative.ProofOfIdentity") | given(
    "provider_fields.LegalRepresentativeProofOfIdentity"
)

_B, _P = LegalPersonType.BUSINESS, LegalPersonType.PARTNERSHIP
_O, _S = LegalPersonType.ORGANIZATION, LegalPersonType.SOLETRADER

CREATE_PAYER = _category(
    "create_payer", UserCategory.PAYER, On.CREATE, "register a user who pays", _CREATE
)
CREATE_OWNER = _category(
    "create_owner", UserCategory.OWNER, On.CREATE, "register a user who is also paid", _CREATE
)
BECOME_OWNER = _category(
    "become_owner", UserCategory.OWNER, On.CATEGORISE, "make a PAYER an OWNER", _CATEGORISE
)
KYC_REGULAR = Target(
    provider=PROVIDER,
    name="kyc_regular",
    words="be verified: KYC level REGULAR",
    source=_KYC,
    includes=(CREATE_OWNER,),
    rules=(
        _proof(
            "identity",
            DocumentPurpose.IDENTITY,
            HOSTED,
            when=_NATURAL,
            shown=given("provider_fields.ProofOfIdentity"),
        ),
        _proof(
            "representative_identity",
            DocumentPurpose.IDENTITY,
            HOSTED,
            when=_form(_B, _O, _S),
            shown=_OF_REPRESENTATIVE,
        ),
        _proof(
            "partner_identity",
            DocumentPurpose.IDENTITY,
            when=_form(_P),
            shown=_OF_REPRESENTATIVE,
        ),
        _proof(
            "registration",
            DocumentPurpose.REGISTRATION,
            when=_LEGAL,
            shown=given("provider_fields.ProofOfRegistration"),
        ),
        _proof(
            "articles",
            DocumentPurpose.ARTICLES,
            when=_form(_B, _P, _O),
            shown=given("provider_fields.Statute"),
        ),
        RequirementRule(
            name="ubo_declaration",
            options=(step("declare the beneficial owners", Actor.PLATFORM),),
            when=_form(_B, _P),
            shown=_REGULAR,
            source=_UBO,
        ),
        RequirementRule(
            name="review",
            options=(step("MangoPay reviews what was submitted", Actor.PROVIDER),),
            shown=_REGULAR,
            decided=True,
            source=_KYC,
        ),
    ),
)
PAYOUTS = Target(
    provider=PROVIDER,
    name="payouts",
    grants=(CapabilityName.PAY_OUT,),
    words="be paid out to a bank account",
    source=_CATEGORIES,
    includes=(KYC_REGULAR,),
    rules=(
        RequirementRule(
            name="enrolment",
            options=(ENROL,),
            shown=when("status", UserStatus.ACTIVE),
            source="docs: guides/sca/users",
        ),
        RequirementRule(
            name="recipient",
            options=(step("register a bank account as recipient", Actor.USER),),
            source="docs: guides/payouts, recipients",
        ),
        RequirementRule(
            name="no_block",
            options=(step("MangoPay has not blocked the user's outflows", Actor.PROVIDER),),
            decided=True,
            source="docs: api-reference/user-regulatory-status",
        ),
    ),
)

TARGETS = {
    target.name: target
    for target in (CREATE_PAYER, CREATE_OWNER, BECOME_OWNER, KYC_REGULAR, PAYOUTS)
}
