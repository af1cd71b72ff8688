"""MangoPay for `onboarding`: users and what is theirs, by its REST API v2.01."""

from __future__ import annotations

from onboarding.spi import Adapter, hookimpl

from onboarding_mangopay.adapter import Api, Environment, MangoPay
from onboarding_mangopay.documents import PageLink
from onboarding_mangopay.extras import MangoPayExtras, ScaContext
from onboarding_mangopay.keys import FirstAnswer
from onboarding_mangopay.platform import CompanyNumberCheck, Regulatory
from onboarding_mangopay.sca import ScaStatus
from onboarding_mangopay.verifications import Check, IdentityVerification
from onboarding_mangopay.webhooks import Hook
from onboarding_mangopay.wire.event_types import EVENT_TYPES
from onboarding_mangopay.wire.funds import (
    Card,
    EMoney,
    Transaction,
    TransactionNature,
    TransactionStatus,
    TransactionType,
)
from onboarding_mangopay.wire.recipients import (
    NewRecipient,
    PayoutMethod,
    Recipient,
    RecipientField,
    RecipientScope,
    RecipientType,
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
    "Transaction",
    "TransactionNature",
    "TransactionStatus",
    "TransactionType",
    "onboarding_adapters",
]


@hookimpl
def onboarding_adapters() -> list[type[Adapter]]:
    """Brings the MangoPay adapter."""
    return [MangoPay]
