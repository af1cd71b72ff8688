"""MangoPay's vocabularies and limits, one table each."""

from __future__ import annotations

from enum import StrEnum

from onboarding import (
    IdentificationLevel,
    IncomeBracket,
    KYCLevel,
    LegalPersonType,
    UserCategory,
    UserStatus,
)
from onboarding.spi import LevelPolicy, LevelRow, Pattern, words

__all__ = [
    "ASCII_EMAIL",
    "CATEGORY",
    "INCOME",
    "LANGUAGES",
    "LEGAL_PERSON",
    "LEVELS",
    "POSTAL_CODE",
    "STATUS",
    "ScaContext",
    "TagHolds",
]


class ScaContext(StrEnum):
    """Whether the user is present to authenticate, or the platform acts by proxy.

    docs: guides/sca/proxy-management
    """

    USER_PRESENT = "USER_PRESENT"
    USER_NOT_PRESENT = "USER_NOT_PRESENT"


class TagHolds(StrEnum):
    """The field of the user that MangoPay's `Tag` holds."""

    TAG = "tag"
    """`User.tag`."""
    REFERENCE = "reference"
    """`User.reference`."""


# docs: api-reference/users/create-natural-user-sca, UserCategory
CATEGORY = words(
    UserCategory,
    {
        UserCategory.PAYER: "PAYER",
        UserCategory.OWNER: "OWNER",
        UserCategory.PLATFORM: "PLATFORM",  # assigned by MangoPay only
    },
)

# docs: the same page, IncomeRange
INCOME = words(
    IncomeBracket,
    {
        IncomeBracket.UNDER_18K: 1,
        IncomeBracket.FROM_18K_TO_30K: 2,
        IncomeBracket.FROM_30K_TO_50K: 3,
        IncomeBracket.FROM_50K_TO_80K: 4,
        IncomeBracket.FROM_80K_TO_120K: 5,
        IncomeBracket.OVER_120K: 6,
    },
    wire="integer",
)

# docs: api-reference/users/create-legal-user-sca, LegalPersonType
LEGAL_PERSON = words(
    LegalPersonType,
    {
        LegalPersonType.BUSINESS: "BUSINESS",
        LegalPersonType.ORGANIZATION: "ORGANIZATION",
        LegalPersonType.PARTNERSHIP: "PARTNERSHIP",
        LegalPersonType.SOLETRADER: "SOLETRADER",
    },
)

# docs: api-reference/users/natural-user-object-sca, UserStatus
STATUS = {
    "ACTIVE": UserStatus.ACTIVE,
    "PENDING_USER_ACTION": UserStatus.PENDING,
    "CLOSED": UserStatus.CLOSED,
}

# docs: the same page, KYCLevel. REGULAR is based on one accepted proof of identity, which is less
# than the fourth of the core's five levels requires: it counts as the third.
LEVELS = LevelPolicy(
    (
        LevelRow("LIGHT", KYCLevel.LIGHT, IdentificationLevel.UNIDENTIFIED, "nothing was verified"),
        LevelRow(
            "REGULAR",
            KYCLevel.REGULAR,
            IdentificationLevel.BASIC_IDENTIFIED,
            "documents were accepted; their strength is not documented",
        ),
    )
)

# docs: guides/sca/session, lang, where Swedish is `se`
LANGUAGES = {
    **{code: code for code in ["bg", "nl", "en", "fr", "de", "el", "it", "pl", "pt", "es"]},
    "sv": "se",
}

# docs: create-natural-user-sca, the error sample of an invalid e-mail address: ASCII, no underscore
# in the host, at least two labels
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
# the core accepts an international domain, which is written in ASCII
_LETTER = r"(?:[A-Za-z0-9]|[^\x00-\x7f])"
_CORE_LABEL = rf"{_LETTER}(?:(?:{_LETTER}|-)*{_LETTER})?"
ASCII_EMAIL = Pattern(
    rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}",
    "ASCII letters only, with digits and common signs, before one @; after it a domain of at least "
    "two parts of letters, digits and dashes",
    core=rf"{_ATOM}(?:\.{_ATOM})*@(?:{_CORE_LABEL}\.)+{_CORE_LABEL}",
)

# docs: create-natural-user-sca, Address.PostalCode: alphanumeric, dashes and spaces
POSTAL_CODE = Pattern(
    r"[0-9A-Za-z -]+",
    "ASCII letters, digits, dashes and spaces only: "
    "no dot, no typographic dash, no non-breaking space",
)
