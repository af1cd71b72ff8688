"""Identification levels, and the evidence that raises them."""

# The five words and their order are documented (/guides/wallet/user-information/user-resource). The
# level of each kind of evidence is not: it is the simulator's own, and a reviewer may set another
# level.

from __future__ import annotations

from attrs import evolve

from .rows import Account, Document, IdentityPaper

LEVELS = (
    "unidentified",
    "semi_identified",
    "basic_identified",
    "identified",
    "fully_identified",
)

PROVIDED_IDENTITY = "semi_identified"
WEAK_DOCUMENT = "basic_identified"  # a driving licence
STRONG_DOCUMENT = "identified"
WITH_FACE = "fully_identified"


def of_document(document: Document) -> str:
    """Returns the level that an accepted document gives."""
    return WEAK_DOCUMENT if document.type == "driver_licence" else STRONG_DOCUMENT


def of_paper(paper: IdentityPaper) -> str:
    """Returns the level that an accepted identity document gives."""
    return WEAK_DOCUMENT if paper.type == "driver_license" else STRONG_DOCUMENT


def reaches(account: Account, level: str) -> bool:
    """Whether an account has at least this level; unknown words are below every level."""
    return _rank(account.identification_level) >= _rank(level)


def raised(account: Account, level: str) -> Account:
    """Returns the account with this level, or as it is if its level is higher or unknown."""
    if account.identification_level not in LEVELS or reaches(account, level):
        return account
    return placed(account, level)


def placed(account: Account, level: str, calculated: str | None = None) -> Account:
    """Returns the account with this level, also if it was higher.

    That the calculated level follows by default is an inference.
    """
    return evolve(account, identification_level=level, calculated_level=calculated or level)


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else -1
