"""What a user may do at a provider, and what stops it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from onboarding.values.base import Model

__all__ = ["Capability", "CapabilityName", "CapabilityState"]


class CapabilityName(StrEnum):
    """The capabilities that have one name at all providers."""

    ACCEPT_PAYMENTS = "accept_payments"
    """Be paid by others, with cards or by other means."""
    RECEIVE_TRANSFERS = "receive_transfers"
    """Receive money from the platform."""
    HOLD_BALANCE = "hold_balance"
    """Hold money at the provider."""
    PAY_OUT = "pay_out"
    """Be paid out to a bank account."""
    SEND_TRANSFERS = "send_transfers"
    """Send money to others."""


class CapabilityState(StrEnum):
    """The state of a capability."""

    ACTIVE = "active"
    """The user can do it now."""
    PENDING = "pending"
    """The provider is checking, or something is due that does not stop it yet."""
    RESTRICTED = "restricted"
    """It is stopped until a requirement is met."""
    REJECTED = "rejected"
    """The provider refused it."""
    NOT_REQUESTED = "not_requested"
    """Nobody asked for it."""
    UNKNOWN = "unknown"
    """The provider's word is unknown, or the answer does not decide it."""


@frozen(kw_only=True, slots=False)
class Capability(Model):
    """One capability of a user, as the provider shows it or as its answer implies it."""

    name: CapabilityName | None = None
    """Its name at all providers, None if there is none. Example: `pay_out`."""
    state: CapabilityState
    """Whether the user can do it. Example: `active`."""
    provider_name: str = ""
    """The provider's name, empty if it is derived from other facts. Example: `card_payments`."""
    provider_state: str | None = None
    """The provider's word for the state. Example: `inactive`."""
    deadline: datetime | None = None
    """When it stops unless the requirements are met, in UTC. Example: `2026-12-01T00:00:00Z`."""
    blocked_by: tuple[str, ...] = field(default=())
    """The names of the requirements that stop it. Example: `["identity.birthdate"]`."""
    reason: str = ""
    """The provider's code for why it is stopped. Example: `requirements.past_due`."""
