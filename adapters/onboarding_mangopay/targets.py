"""Where a user can get with MangoPay, and what that takes beyond the fields of a user object.

docs: guides/users/verification (requirements by user type), guides/users/categories
"""

from __future__ import annotations

from onboarding import DocumentPurpose, KYCLevel, LegalPersonType, User, UserCategory, UserStatus
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

from onboarding_mangopay.extras import MangoPayExtras
from onboarding_mangopay.wire.legal import LegalUser
from onboarding_mangopay.wire.natural import NaturalUser

__all__ = ["TARGETS"]

_PROVIDER = "mangopay"
_U = core(User)
_FORM = some(_U.company).legal_person_type
_KYC = "docs: guides/users/verification/documents, requirements by user type"
_UBO = "docs: guides/users/verification/ubo-declaration"
_IDV = "docs: guides/users/verification/hosted"
_CATEGORIES = "docs: guides/users/categories"

_REGULAR = when("kyc_level", KYCLevel.REGULAR)
_NATURAL = lacks("company", words="the user is a natural person")
_LEGAL = given("company", words="the user is a legal person")

# docs: guides/users/verification/hosted: natural persons, sole traders, businesses, organisations
_HOSTED = step("verify on MangoPay's hosted page (where the client has it)", Actor.USER)


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


# What shows that a document was accepted: its id in the record. The key of the representative's is
# the one of the SCA object, or of the flat legacy one.
_OF_REPRESENTATIVE = given("provider_fields.LegalRepresentative.ProofOfIdentity") | given(
    "provider_fields.LegalRepresentativeProofOfIdentity"
)

_B, _P = LegalPersonType.BUSINESS, LegalPersonType.PARTNERSHIP
_O, _S = LegalPersonType.ORGANIZATION, LegalPersonType.SOLETRADER

CREATE_PAYER = Target(
    provider=_PROVIDER,
    name="create_payer",
    words="register a user who pays",
    source="docs: api-reference/users/create-natural-user-sca, create-legal-user-sca",
    on=On.CREATE,
    natural=NaturalUser,
    legal=LegalUser,
    extras=MangoPayExtras,
    supposes={"category": UserCategory.PAYER},
)
CREATE_OWNER = Target(
    provider=_PROVIDER,
    name="create_owner",
    words="register a user who is also paid",
    source="docs: api-reference/users/create-natural-user-sca, create-legal-user-sca",
    on=On.CREATE,
    natural=NaturalUser,
    legal=LegalUser,
    extras=MangoPayExtras,
    supposes={"category": UserCategory.OWNER},
)
BECOME_OWNER = Target(
    provider=_PROVIDER,
    name="become_owner",
    words="make a PAYER an OWNER",
    source="docs: api-reference/users/categorize-natural-user, categorize-legal-user",
    on=On.CATEGORISE,
    natural=NaturalUser,
    legal=LegalUser,
    extras=MangoPayExtras,
    supposes={"category": UserCategory.OWNER},
)
KYC_REGULAR = Target(
    provider=_PROVIDER,
    name="kyc_regular",
    words="be verified: KYC level REGULAR",
    source=_KYC,
    includes=(CREATE_OWNER,),
    rules=(
        _proof(
            "identity",
            DocumentPurpose.IDENTITY,
            _HOSTED,
            when=_NATURAL,
            shown=given("provider_fields.ProofOfIdentity"),
        ),
        _proof(
            "representative_identity",
            DocumentPurpose.IDENTITY,
            _HOSTED,
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
            options=(step("MangoPay reviews what was handed in", Actor.PROVIDER),),
            shown=_REGULAR,
            decided=True,
            source=_KYC,
        ),
    ),
)
PAYOUTS = Target(
    provider=_PROVIDER,
    name="payouts",
    words="be paid out to a bank account",
    source=_CATEGORIES,
    includes=(KYC_REGULAR,),
    rules=(
        RequirementRule(
            name="enrolment",
            options=(step("enrol for strong customer authentication", Actor.USER),),
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
