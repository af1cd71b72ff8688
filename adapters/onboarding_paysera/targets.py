"""The targets of a user at Paysera, and their requirements beyond the fields of a user object.

docs: user-resource; guides/wallet/user-identification
"""

from __future__ import annotations

from onboarding import DocumentPurpose, IdentificationLevel, User
from onboarding.spi import (
    Actor,
    On,
    RequirementRule,
    Target,
    core,
    document,
    some,
    step,
    user_field,
    when,
)

from onboarding_paysera.records import PayseraExtras
from onboarding_paysera.requirements import CONFIRMS, IDENTIFIES, PRINT_RECEIPT
from onboarding_paysera.values import PROVIDER
from onboarding_paysera.wire.user import PayseraUser

__all__ = ["TARGETS"]

_I = some(core(User).identity)
_LEVELS = "docs: user-resource, Identification Levels"
_GUIDE = "docs: guides/wallet/user-identification"

_DOCUMENTED = "is required: every documented identity has it"
_NAMED = f"{_DOCUMENTED}; for a person with one name, ask Paysera"
_AT_LEAST_SEMI = when(
    "identification_level",
    *(level for level in IdentificationLevel if level > IdentificationLevel.UNIDENTIFIED),
)
_FULLY = when("identification_level", IdentificationLevel.FULLY_IDENTIFIED)

REGISTER = Target(
    provider=PROVIDER,
    name="register",
    words="register a user",
    source="docs: user-resource, Register User",
    on=On.CREATE,
    natural=PayseraUser,
    extras=PayseraExtras,
)
CONFIRMED = Target(
    provider=PROVIDER,
    name="confirmed",
    words="have the contacts confirmed",
    source=CONFIRMS,
    includes=(REGISTER,),
    rules=(
        RequirementRule(
            name="confirmation",
            options=(step("enter the code that was sent", Actor.USER),),
            shown=when("confirmed.email", True) | when("confirmed.phone", True),
            source=CONFIRMS,
        ),
    ),
)
IDENTITY_GIVEN = Target(
    provider=PROVIDER,
    name="identity_given",
    words="have the identity on file, provided by an offline client",
    source=IDENTIFIES,
    includes=(REGISTER,),
    rules=(
        *(
            RequirementRule(name=path, options=(user_field(path, words),), source=IDENTIFIES)
            for path, words in {
                "identity.given_name": _NAMED,
                "identity.family_name": _NAMED,
                "identity.nationality": _DOCUMENTED,
                "identity.national_id.code": _DOCUMENTED,
            }.items()
        ),
        RequirementRule(
            name="receipt",
            options=(PRINT_RECEIPT,),
            shown=_AT_LEAST_SEMI,
            source=IDENTIFIES,
        ),
    ),
)
FULLY_IDENTIFIED = Target(
    provider=PROVIDER,
    name="fully_identified",
    words="be fully identified: level 4, without limits",
    source=_LEVELS,
    includes=(CONFIRMED,),
    rules=(
        RequirementRule(
            name="documents.identity",
            options=(
                document(DocumentPurpose.IDENTITY, "submit an identity document"),
                step("identify in an identification request, with a photo", Actor.USER),
            ),
            shown=_FULLY,
            source=_GUIDE,
        ),
        RequirementRule(
            name="review",
            options=(step("Paysera reviews what was submitted", Actor.PROVIDER),),
            shown=_FULLY,
            decided=True,
            source=_GUIDE,
        ),
    ),
)

TARGETS = {
    target.name: target for target in (REGISTER, CONFIRMED, IDENTITY_GIVEN, FULLY_IDENTIFIED)
}
