"""Paysera for `onboarding`: users, translated to and from its Wallet REST API."""

from __future__ import annotations

from onboarding import Adapter, hookimpl

from onboarding_paysera.adapter import Environment, Paysera
from onboarding_paysera.extras import PayseraExtras

__all__ = ["Environment", "Paysera", "PayseraExtras", "onboarding_adapters"]


@hookimpl
def onboarding_adapters() -> list[type[Adapter]]:
    """Brings the Paysera adapter."""
    return [Paysera]
