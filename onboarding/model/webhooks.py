"""Webhooks at a provider: whether they are registered as an adapter needs them."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from onboarding.values.secret import Secret

__all__ = ["Webhook", "WebhookReport", "WebhookStatus"]


class WebhookStatus(StrEnum):
    """What a provider has of one webhook."""

    OK = "ok"
    """It is registered as it should be."""
    MISSING = "missing"
    """It is not registered."""
    WRONG = "wrong"
    """It is registered in another way; see the reason."""
    CREATED = "created"
    """It was registered now."""
    CHANGED = "changed"
    """It was changed now."""


@frozen(kw_only=True)
class Webhook:
    """One webhook at a provider, or one setting of it."""

    name: str
    """The type of event, or the setting. Example: `KYC_SUCCEEDED`."""
    status: WebhookStatus
    """What the provider has. Example: `missing`."""
    reason: str = ""
    """What is wrong, or empty. Example: `is disabled`."""


@frozen(kw_only=True)
class WebhookReport:
    """The webhooks of a gateway at its provider."""

    webhooks: tuple[Webhook, ...] = ()
    """The webhooks, or their settings."""
    secret: Secret | None = None
    """The secret that signs the notifications of a new webhook; the provider shows it once."""
    note: str = ""
    """What else to know, or empty. Example: `the provider sends no notifications`."""

    @property
    def complete(self) -> bool:
        """Whether none is missing or wrong."""
        wanting = (WebhookStatus.MISSING, WebhookStatus.WRONG)
        return not any(one.status in wanting for one in self.webhooks)
