"""The Stripe adapter of `onboarding`, for connected accounts by API v1."""

from __future__ import annotations

from onboarding.spi import Adapter, hookimpl

from onboarding_stripe.adapter import Stripe
from onboarding_stripe.links import Collect, LinkKind
from onboarding_stripe.protocol import Dashboard, Environment
from onboarding_stripe.records import StripeExtras

__all__ = [
    "Collect",
    "Dashboard",
    "Environment",
    "LinkKind",
    "Stripe",
    "StripeExtras",
    "onboarding_adapters",
]


@hookimpl
def onboarding_adapters() -> list[type[Adapter]]:
    """Returns the adapter class."""
    return [Stripe]
