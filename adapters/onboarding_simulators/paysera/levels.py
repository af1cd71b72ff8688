"""How far a user is identified, and which accepted evidence raises that."""

# The five words and their order are documented (/guides/wallet/user-information/user-resource).
# Which evidence gives which of them is not: the ladder below is the simulator's own, and whoever
# reviews may name another level.

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
    """Whether an account is at this level or above; a word beyond the five is above none."""
    return _rank(account.identification_level) >= _rank(level)


def raised(account: Account, level: str) -> Account:
    """The account at this level, unless it is higher already."""
    if account.identification_level not in LEVELS or reaches(account, level):
        return account
    return placed(account, level)


def placed(account: Account, level: str, calculated: str | None = None) -> Account:
    """The account at this level, whatever it was.

    That the calculated level follows unless told otherwise is an inference.
    """
    return evolve(account, identification_level=level, calculated_level=calculated or level)


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else -1
