"""What MangoPay refuses of a user, and what a change of one costs."""

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

# docs: release-notes/api/2025-11-17: from then on the legacy endpoints may refuse to write
LEGACY_UNTIL = date(2025, 12, 15)

# -- what is refused

# The list changes; what counts is MangoPay's answer.
BLOCKED = disallow(
    *("CU", "IR", "KP", "MM", "SY", "AN", "BV", "GS", "HM", "WL", "YU"),
    words="is a country that MangoPay blocks",
    source="docs: guides/users/country-restrictions",
)

# The endpoints' pages block all of these as a nationality too; since 25 Oct 2024 the guide names
# KP alone. A certain no is what both of them say.
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
    words="postpones the enrolment, for which MangoPay's permission is needed",
    source="docs: guides/sca/proxy-management",
)

# docs: guides/users/types, "Rule preventing fake user names"
ONE_NAME = (
    "for a person with one name, ask MangoPay: its documents name no way, and its rule against "
    "fake names refuses a placeholder in Production"
)

# -- what a change costs

_TO_LIGHT = Consequence(
    kind=EffectKind.LOWERS_LEVEL,
    words="REGULAR falls to LIGHT",
    when=OWNER,
    at_level=KYCLevel.REGULAR,
    source=_DOWNGRADE,
)


# docs: natural-user-object-sca, legal-user-object-sca; legacy: legal-user-object. The record shows
# the id of each accepted document; one that is being reviewed goes out of date as well (docs:
# guides/users/verification/downgrade), and is not in the record.
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
        unsure="documents already handed in would have to be sent again",
        when=OWNER,
        documents=documents,
        source=_DOWNGRADE,
    )


NATURAL_DOWNGRADE = (
    _TO_LIGHT,
    _outdates(Accepted(DocumentPurpose.IDENTITY, ("ProofOfIdentity",))),
)
"""Of another name, day of birth or nationality of a natural user."""

LEGAL_DOWNGRADE = (_TO_LIGHT, _outdates(*_OF_COMPANY))
"""Of the same of a company's representative."""

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
"""Of another legal form."""

RE_ENROLS = (
    Consequence(
        kind=EffectKind.RE_ENROLS,
        words="an OWNER must enrol anew",
        when=OWNER,
        source=_UPDATE,
    ),
)
"""Of another e-mail address or phone number of the person who enrolled."""

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
"""Of the category on the SCA endpoints; on the legacy ones nobody enrols."""

LEGACY_TO_OWNER = (_FOR_GOOD,)

CONSENTS = (
    Consequence(
        kind=EffectKind.ONE_WAY,
        words="accepted terms cannot be taken back",
        to=(True,),
        source=_UPDATE,
    ),
)
"""Of the acceptance of MangoPay's terms."""
