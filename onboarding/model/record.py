"""What a provider has on file about a user."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from onboarding.model.action import NextAction
from onboarding.model.answers import Loss, RateLimit
from onboarding.model.levels import EidasLevel, IdentificationLevel, KYCLevel, NistIal
from onboarding.model.stored import Stored
from onboarding.model.user import User

__all__ = ["Absence", "UserRecord", "UserStatus"]


class Absence(StrEnum):
    """Why a field of a record's user is empty."""

    NOT_GIVEN = "not_given"
    NULL_BY_RULE = "null_by_rule"
    HIDDEN = "hidden"
    NOT_RETURNED = "not_returned"
    NOT_FOUND = "not_found"
    UNREADABLE = "unreadable"


class UserStatus(StrEnum):
    """Whether the user can be worked with."""

    ACTIVE = "active"
    PENDING = "pending"
    CLOSED = "closed"


@frozen(kw_only=True, slots=False, repr=False)
class UserRecord(Stored, form="user_record/1"):
    """What one gateway's provider has on file: the user as it shows it, and where it stands.

    - `provider_fields`: the record's own facts by the provider's names (levels, status, proofs
      ...);
    - `kyc_level`, `identification_level`: what the gateway's `LevelPolicy` makes of them, None
      where the provider said nothing, or a word that no row knows;
    - `eidas_level`, `nist_ial`: the same, and None unless the policy names them explicitly;
    - `provider_levels`: the provider's own words for levels, by its names for them;
    - `next_actions`: what the user must do, or the platform; several can be open at once;
    - `confirmed`: whether a contact (`email`, `phone`) is confirmed, where that is known;
    - `absent`: why a field of `user` is empty, by core path;
    - `unmapped`: what the core has no shape for, by wire path; it survives read and update;
    - `raw`: the whole payload as it came; `losses`: what the call could not carry, and what may
      mean something else than what was read of it (a birthday that is no midnight);
    - `rate_limits`: how many calls were left when it came. They are the answer's, not the user's:
      two records that differ in them alone are equal, and they are not stored.

    Its provenance: `provider`, `gateway`, and when it was seen (`retrieved_at`, UTC).
    """

    provider: str
    gateway: str
    environment: str | None = None
    id: str
    user: User
    retrieved_at: datetime | None = None
    created_at: datetime | None = None
    status: UserStatus | None = None
    kyc_level: KYCLevel | None = None
    identification_level: IdentificationLevel | None = None
    eidas_level: EidasLevel | None = None
    nist_ial: NistIal | None = None
    provider_levels: Mapping[str, str] = field(factory=dict[str, str])
    next_actions: tuple[NextAction, ...] = ()
    confirmed: Mapping[str, bool] = field(factory=dict[str, bool])
    absent: Mapping[str, Absence] = field(factory=dict[str, Absence])
    provider_fields: Mapping[str, Any] = field(factory=dict[str, Any])
    unmapped: Mapping[str, Any] = field(factory=dict[str, Any])
    losses: tuple[Loss, ...] = ()
    rate_limits: tuple[RateLimit, ...] = field(default=(), eq=False)
    raw: Mapping[str, Any] = field(factory=dict[str, Any])

    def __repr__(self) -> str:
        waiting = "+".join(action.kind for action in self.next_actions) or None
        facts = ("id", "status", "kyc_level", "identification_level", "eidas_level", "nist_ial")
        return self._shown(*facts, next_actions=waiting)
