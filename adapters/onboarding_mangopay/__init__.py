"""MangoPay for `onboarding`: users, translated to and from its REST API v2.01."""

from __future__ import annotations

from onboarding import Adapter, hookimpl

from onboarding_mangopay.adapter import Api, Environment, MangoPay
from onboarding_mangopay.extras import MangoPayExtras, ScaContext

__all__ = ["Api", "Environment", "MangoPay", "MangoPayExtras", "ScaContext", "onboarding_adapters"]


@hookimpl
def onboarding_adapters() -> list[type[Adapter]]:
    """Brings the MangoPay adapter."""
    return [MangoPay]
