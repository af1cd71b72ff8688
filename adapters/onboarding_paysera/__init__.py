"""Paysera for `onboarding`: users, translated to and from its Wallet REST API."""

from __future__ import annotations

from onboarding.spi import Adapter, hookimpl

from onboarding_paysera.adapter import Environment, Paysera
from onboarding_paysera.contacts import ContactList
from onboarding_paysera.extras import PayseraExtras
from onboarding_paysera.identification import (
    IdentificationRequest,
    IdentificationStatus,
    IdentityPaper,
)
from onboarding_paysera.parts import Part
from onboarding_paysera.position import Position, PositionKind
from onboarding_paysera.receipts import Receipt
from onboarding_paysera.services import Service, ServiceName
from onboarding_paysera.tokens import UserToken

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
    """Brings the Paysera adapter."""
    return [Paysera]
