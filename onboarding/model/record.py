"""The record of a user at a provider."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from onboarding.levels import EidasLevel, IdentificationLevel, KYCLevel, NistIal
from onboarding.model.action import NextAction
from onboarding.model.answers import Loss, RateLimit
from onboarding.model.capabilities import Capability, CapabilityName, CapabilityState
from onboarding.model.requirements import Requirement
from onboarding.model.stored import Stored
from onboarding.model.user import User

__all__ = ["Absence", "UserRecord", "UserStatus"]


class Absence(StrEnum):
    """Why a field of a record's user is empty."""

    NOT_GIVEN = "not_given"
    """The provider shows the field, empty."""
    NULL_BY_RULE = "null_by_rule"
    """The provider keeps it empty for such a user."""
    HIDDEN = "hidden"
    """The permissions do not show it."""
    NOT_RETURNED = "not_returned"
    """The answer lacks the key."""
    NOT_FOUND = "not_found"
    """The provider has no such object: it answered 404."""
    UNREADABLE = "unreadable"
    """The answer has a value that the core cannot hold."""


class UserStatus(StrEnum):
    """The status of a user at the provider."""

    ACTIVE = "active"
    """The user can be worked with."""
    PENDING = "pending"
    """An action of the user is open."""
    CLOSED = "closed"
    """The user was closed."""


@frozen(kw_only=True, slots=False, repr=False)
class UserRecord(Stored, form="user_record/1"):
    """The record of a user at a provider: the user as the provider returned it, and its status."""

    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    environment: str | None = None
    """The provider's environment, None if the adapter does not name one. Example: `sandbox`."""
    id: str
    """The user's id at the provider. Example: `user_m_01`."""
    references: Mapping[str, str] = field(factory=dict[str, str])
    """Further ids that belong to the user, by the provider's names.

    Example: `{"ProofOfIdentity": "kyc_m_07"}`.
    """
    user: User
    """The user as the provider shows it."""
    retrieved_at: datetime | None = None
    """When the answer arrived, in UTC. Example: `2026-10-01T08:30:00Z`."""
    created_at: datetime | None = None
    """When the provider created it, in UTC. Example: `2026-10-01T08:29:58Z`."""
    status: UserStatus | None = None
    """Whether the user can be worked with; None if the provider does not say. Example: `active`."""
    kyc_level: KYCLevel | None = None
    """By the gateway's level policy; None for a word that it does not have. Example: `LIGHT`."""
    identification_level: IdentificationLevel | None = None
    """By the gateway's level policy; None for a word that it does not have.

    Example: `identified`.
    """
    eidas_level: EidasLevel | None = None
    """The same; None unless the policy names it. Example: `substantial`."""
    nist_ial: NistIal | None = None
    """The same; None unless the policy names it. Example: `ial2`."""
    capabilities: tuple[Capability, ...] = ()
    """What the user may do, and what stops it; empty if the adapter states none."""
    requirements: tuple[Requirement, ...] = ()
    """What the provider asks for, as far as its answer says; empty if the adapter states none."""
    provider_levels: Mapping[str, str] = field(factory=dict[str, str])
    """The provider's own levels, by its names. Example: `{"KYCLevel": "LIGHT"}`."""
    next_actions: tuple[NextAction, ...] = ()
    """What the user or the platform must do; several can be open at once."""
    confirmed: Mapping[str, bool] = field(factory=dict[str, bool])
    """Whether each contact is confirmed, if that is known. Example: `{"email": true}`."""
    absent: Mapping[str, Absence] = field(factory=dict[str, Absence])
    """Why a field of `user` is empty, by core path. Example: `{"email": "hidden"}`."""
    provider_fields: Mapping[str, Any] = field(factory=dict[str, Any])
    """Facts of the record, by the provider's names. Example: `{"UserStatus": "ACTIVE"}`."""
    unmapped: Mapping[str, Any] = field(factory=dict[str, Any])
    """What the core has no field for, by the provider's path. An update keeps it.

    Example: `{"branch": "Oslo"}`.
    """
    losses: tuple[Loss, ...] = ()
    """What the call did not carry, and fields that may have been read inexactly, such as a
    birthday that is not midnight.
    """
    rate_limits: tuple[RateLimit, ...] = field(default=(), eq=False)
    """The calls left when the answer arrived. Not compared and not stored."""
    raw: Mapping[str, Any] = field(factory=dict[str, Any])
    """The unchanged answer. It contains personal values."""

    def can(self, name: CapabilityName) -> bool:
        """Whether a capability of that name is active; False if that is unknown."""
        return any(
            one.name is name and one.state is CapabilityState.ACTIVE for one in self.capabilities
        )

    def __repr__(self) -> str:
        waiting = "+".join(action.kind for action in self.next_actions) or None
        facts = ("id", "status", "kyc_level", "identification_level", "eidas_level", "nist_ial")
        return self._shown(*facts, next_actions=waiting)
