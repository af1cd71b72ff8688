"""Declarations of the beneficial owners of a company."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from onboarding.model.answers import Loss, RateLimit
from onboarding.model.documents import DocumentStatus
from onboarding.model.people import Person
from onboarding.model.stored import Stored
from onboarding.values.base import Model

__all__ = ["DeclaredOwner", "OwnerDeclaration"]


@frozen(kw_only=True, slots=False, repr=False)
class DeclaredOwner(Model):
    """One owner in a declaration."""

    id: str
    """The owner's id at the provider. Example: `ubo_01`."""
    owner: Person
    """The owner as the provider shows it."""
    active: bool = True
    """Whether the owner counts; one that does not cannot be changed. Example: `true`."""
    losses: tuple[Loss, ...] = ()
    """What the call that wrote this owner did not carry."""


@frozen(kw_only=True, slots=False, repr=False)
class OwnerDeclaration(Stored, form="owner_declaration/1"):
    """The record of a declaration of a company's beneficial owners at a provider."""

    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    environment: str | None = None
    """The provider's environment, None if the adapter does not name one. Example: `sandbox`."""
    id: str
    """The declaration's id at the provider. Example: `ubodec_01`."""
    user_id: str | None = None
    """The company's id at the provider. Example: `user_m_01`."""
    owners: tuple[DeclaredOwner, ...] = ()
    """The owners in it."""
    status: DocumentStatus | None = None
    """Its state; None for a word that the core does not have. Example: `in_review`."""
    provider_status: str | None = None
    """The provider's own word for its state. Example: `VALIDATION_ASKED`."""
    reason: str | None = None
    """The provider's own code for a refusal. Example: `MISSING_UBO`."""
    message: str | None = None
    """The provider's text, which may name a person. Example: `one owner is missing`."""
    editable: bool | None = None
    """Whether owners can be changed and it can be submitted; None if unknown. Example: `false`."""
    created_at: datetime | None = None
    """When the provider created it, in UTC. Example: `2026-10-01T08:29:58Z`."""
    processed_at: datetime | None = None
    """When the provider decided, in UTC. Example: `2026-10-02T09:00:00Z`."""
    retrieved_at: datetime | None = None
    """When the answer arrived, in UTC. Example: `2026-10-01T08:30:00Z`."""
    losses: tuple[Loss, ...] = ()
    """What the call did not carry, by path: `people[ada].address.line2`."""
    rate_limits: tuple[RateLimit, ...] = field(default=(), eq=False)
    """The calls left when the answer arrived. Not compared and not stored."""
    raw: Mapping[str, Any] = field(factory=dict[str, Any])
    """The unchanged answer. It contains personal values."""

    def __repr__(self) -> str:
        return self._shown("id", "user_id", "status", "editable", owners=len(self.owners))
