"""The MangoPay adapter of `onboarding`, for its REST API v2.01."""

from __future__ import annotations

from onboarding.spi import Adapter, hookimpl

from onboarding_mangopay.adapter import Api, Environment, MangoPay
from onboarding_mangopay.documents import PageLink
from onboarding_mangopay.keys import FirstAnswer
from onboarding_mangopay.platform import CompanyNumberCheck, Regulatory
from onboarding_mangopay.records import MangoPayExtras
from onboarding_mangopay.sca import ScaStatus
from onboarding_mangopay.verifications import Check, IdentityVerification
from onboarding_mangopay.wire.hooks import EVENT_TYPES, Hook
from onboarding_mangopay.wire.recipients import (
    NewRecipient,
    PayoutMethod,
    Recipient,
    RecipientField,
    RecipientScope,
    RecipientType,
)
from onboarding_mangopay.wire.vocabulary import ScaContext, TagHolds
from onboarding_mangopay.wire.wallets import (
    Card,
    EMoney,
    Transaction,
    TransactionNature,
    TransactionStatus,
    TransactionType,
)

__all__ = [
    "EVENT_TYPES",
    "Api",
    "Card",
    "Check",
    "CompanyNumberCheck",
    "EMoney",
    "Environment",
    "FirstAnswer",
    "Hook",
    "IdentityVerification",
    "MangoPay",
    "MangoPayExtras",
    "NewRecipient",
    "PageLink",
    "PayoutMethod",
    "Recipient",
    "RecipientField",
    "RecipientScope",
    "RecipientType",
    "Regulatory",
    "ScaContext",
    "ScaStatus",
    "TagHolds",
    "Transaction",
    "TransactionNature",
    "TransactionStatus",
    "TransactionType",
    "onboarding_adapters",
]


@hookimpl
def onboarding_adapters() -> list[type[Adapter]]:
    """Returns the adapter class."""
    return [MangoPay]
