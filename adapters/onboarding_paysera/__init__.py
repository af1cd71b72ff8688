"""The Paysera adapter of `onboarding`, for its Wallet REST API v1."""

from __future__ import annotations

from onboarding.spi import Adapter, hookimpl

from onboarding_paysera.adapter import Environment, Paysera
from onboarding_paysera.contact_book import ContactList
from onboarding_paysera.platform import Receipt
from onboarding_paysera.profile import Position, PositionKind
from onboarding_paysera.records import PayseraExtras
from onboarding_paysera.tokens import UserToken
from onboarding_paysera.users import Part
from onboarding_paysera.wallets import Service, ServiceName
from onboarding_paysera.wire.identification import (
    IdentificationRequest,
    IdentificationStatus,
    IdentityPaper,
)

__all__ = [
    "ContactList",
    "Environment",
    "IdentificationRequest",
    "IdentificationStatus",
    "IdentityPaper",
    "Part",
    "Paysera",
    "PayseraExtras",
    "Position",
    "PositionKind",
    "Receipt",
    "Service",
    "ServiceName",
    "UserToken",
    "onboarding_adapters",
]


@hookimpl
def onboarding_adapters() -> list[type[Adapter]]:
    """Returns the adapter class."""
    return [Paysera]
