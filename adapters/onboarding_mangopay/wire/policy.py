"""The values of a user that MangoPay refuses, and the effects of a change."""

from __future__ import annotations

from datetime import date

from onboarding import DocumentPurpose, KYCLevel, User, UserCategory
from onboarding.spi import Accepted, Consequence, EffectKind, core, disallow, when

__all__ = [
    "BLOCKED",
    "BLOCKED_NATIONALITIES",
    "BY_PROXY",
    "CONSENTED",
    "CONSENTS",
    "GRANTED",
    "LEGACY_TO_OWNER",
    "LEGACY_UNTIL",
    "LEGAL_DOWNGRADE",
    "LEGAL_FORM",
    "NATURAL_DOWNGRADE",
    "ONE_NAME",
    "OWNER",
    "PAYER",
    "RE_ENROLS",
    "TO_OWNER",
]

_U = core(User)
OWNER = when(_U.category, UserCategory.OWNER)
PAYER = when(_U.category, UserCategory.PAYER)

_UPDATE = "docs: api-reference/users/update-natural-user-sca"
_DOWNGRADE = "docs: guides/users/verification/downgrade"
_CATEGORISE = "docs: api-reference/users/categorize-natural-user"

# docs: release-notes/api/2025-11-17: from this date the legacy endpoints may refuse writes
LEGACY_UNTIL = date(2025, 12, 15)

# -- refused values

# The list changes: MangoPay's response is decisive.
BLOCKED = disallow(
    *("CU", "IR", "KP", "MM", "SY", "AN", "BV", "GS", "HM", "WL", "YU"),
    words="is a country that MangoPay blocks",
    source="docs: guides/users/country-restrictions",
)

# The pages of the endpoints block all of these as a nationality too; since 25 Oct 2024 the guide
# blocks KP only. A refusal is certain if both agree.
BLOCKED_NATIONALITIES = (
    disallow(
        "KP",
        words="is a country that MangoPay blocks",
        source="docs: guides/users/country-restrictions",
    ),
    disallow(
        *sorted({*BLOCKED.listed} - {"KP"}),
        words="is blocked as a nationality by MangoPay's endpoint pages, and not by its guide on "
        "country restrictions: MangoPay decides",
        certain=False,
        source="docs: api-reference/users/create-natural-user-sca; "
        "guides/users/country-restrictions",
    ),
)

GRANTED = disallow(
    UserCategory.PLATFORM,
    words="is a category that MangoPay alone gives",
    source="docs: api-reference/users/create-natural-user-sca, UserCategory",
)

CONSENTED = disallow(
    False,
    when=OWNER,
    words="must be true of an OWNER",
    source="docs: api-reference/users/create-natural-user-sca, TermsAndConditionsAccepted",
)

BY_PROXY = disallow(
    "USER_NOT_PRESENT",
    when=OWNER,
    certain=False,
    words="postpones the enrolment, which requires MangoPay's permission",
    source="docs: guides/sca/proxy-management",
)

# docs: guides/users/types, "Rule preventing fake user names"
ONE_NAME = (
    "for a person with one name, ask MangoPay: its documents name no way, and its rule against "
    "fake names refuses a placeholder in Production"
)

# -- effects of a change

_TO_LIGHT = Consequence(
    kind=EffectKind.LOWERS_LEVEL,
    words="REGULAR falls to LIGHT",
    when=OWNER,
    at_level=KYCLevel.REGULAR,
    source=_DOWNGRADE,
)


# docs: natural-user-object-sca, legal-user-object-sca; legacy: legal-user-object. The record has
# the id of each accepted document. A document in review goes out of date too (docs:
# guides/users/verification/downgrade), but is not in the record.
_REGISTRATION = Accepted(DocumentPurpose.REGISTRATION, ("ProofOfRegistration",))
_OF_COMPANY = (
    Accepted(
        DocumentPurpose.IDENTITY,
        ("LegalRepresentative.ProofOfIdentity", "LegalRepresentativeProofOfIdentity"),
    ),
    _REGISTRATION,
    Accepted(DocumentPurpose.ARTICLES, ("Statute",)),
    Accepted(DocumentPurpose.SHAREHOLDERS, ("ShareholderDeclaration",)),
)


def _outdates(*documents: Accepted) -> Consequence:
    return Consequence(
        kind=EffectKind.OUTDATES,
        words="accepted documents go out of date",
        unsure="documents already submitted would have to be sent again",
        when=OWNER,
        documents=documents,
        source=_DOWNGRADE,
    )


NATURAL_DOWNGRADE = (
    _TO_LIGHT,
    _outdates(Accepted(DocumentPurpose.IDENTITY, ("ProofOfIdentity",))),
)
"""The effects of another name, birthdate or nationality of a natural user."""

LEGAL_DOWNGRADE = (_TO_LIGHT, _outdates(*_OF_COMPANY))
"""The effects of the same changes of a company's representative."""

LEGAL_FORM = (
    Consequence(
        kind=EffectKind.LOWERS_LEVEL,
        words="REGULAR usually falls to LIGHT",
        when=OWNER,
        at_level=KYCLevel.REGULAR,
        certain=False,
        source=_DOWNGRADE,
    ),
    _outdates(_REGISTRATION),
)
"""The effects of another legal form."""

RE_ENROLS = (
    Consequence(
        kind=EffectKind.RE_ENROLS,
        words="an OWNER must enrol again",
        when=OWNER,
        source=_UPDATE,
    ),
)
"""The effects of another e-mail address or phone number of the person who enrolled."""

_FOR_GOOD = Consequence(
    kind=EffectKind.ONE_WAY,
    words="an OWNER never becomes a PAYER again",
    to=(UserCategory.OWNER,),
    source=_CATEGORISE,
)
TO_OWNER = (
    _FOR_GOOD,
    Consequence(
        kind=EffectKind.RE_ENROLS,
        words="an OWNER must enrol",
        to=(UserCategory.OWNER,),
        source=_CATEGORISE,
    ),
)
"""The effects of another category on the SCA endpoints; legacy users do not enrol."""

LEGACY_TO_OWNER = (_FOR_GOOD,)

CONSENTS = (
    Consequence(
        kind=EffectKind.ONE_WAY,
        words="accepted terms cannot be taken back",
        to=(True,),
        source=_UPDATE,
    ),
)
"""The effects of accepting MangoPay's terms."""
