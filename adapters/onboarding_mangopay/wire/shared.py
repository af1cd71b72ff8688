"""The rows that user objects of several shapes have alike, each said once."""

from __future__ import annotations

from datetime import date
from typing import Any

from onboarding import User
from onboarding.mapping import ALWAYS, BOOL, JSON, NEVER, UTC_SECONDS, On, at, core, extra, some

from onboarding_mangopay.wire.policy import (
    BY_PROXY,
    CONSENTED,
    CONSENTS,
    GRANTED,
    LEGACY_TO_OWNER,
    PAYER,
    TO_OWNER,
)
from onboarding_mangopay.wire.vocabulary import CATEGORY

__all__ = [
    "CHANGE",
    "accepted_date",
    "category",
    "legacy_category",
    "profiling_reference",
    "sca_context",
    "terms_accepted",
]

CHANGE = On.CREATE | On.UPDATE
_ONCE = On.CREATE | On.CATEGORISE

_U = core(User)
_T = some(_U.terms)


def terms_accepted() -> bool | None:
    """Whether MangoPay's terms are accepted, which every write says."""
    return at(
        _T.accepted,
        BOOL,
        required_when=ALWAYS,
        default=False,
        always_send=True,
        disallowed=(CONSENTED,),
        effects=CONSENTS,
    )


def accepted_date() -> int | None:
    """When they were, by MangoPay's own clock."""
    return at(_T.accepted_at, UTC_SECONDS, on=NEVER, hidden_when=PAYER)


def category() -> Any:
    """The category on the SCA endpoints: given once, then moved by a call of its own."""
    return at(
        _U.category,
        CATEGORY,
        on=_ONCE,
        required_when=ALWAYS,
        disallowed=(GRANTED,),
        effects=TO_OWNER,
    )


def legacy_category() -> Any:
    """The category on the legacy endpoints, where every write says it."""
    return at(
        _U.category,
        CATEGORY,
        required_when=ALWAYS,
        always_send=True,
        disallowed=(GRANTED,),
        effects=LEGACY_TO_OWNER,
    )


def sca_context() -> Any:
    """Whether the user is there to authenticate; docs: release-notes/api, 23 October 2025."""
    return at(
        extra("mangopay", "sca_context"),
        JSON,
        shown=False,
        disallowed=(BY_PROXY,),
        since=date(2025, 10, 23),
    )


def profiling_reference() -> Any:
    """The reference of an attempt at the fraud profiler."""
    return at(extra("mangopay", "profiling_attempt_reference"), JSON, on=CHANGE, shown=False)
