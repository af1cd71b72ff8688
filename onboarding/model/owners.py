"""Who owns a company in the end, as it was declared to a provider."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from onboarding.model.answers import Loss, RateLimit
from onboarding.model.documents import DocumentStatus
from onboarding.model.stored import Stored
from onboarding.model.user import BeneficialOwner
from onboarding.values.base import Model

__all__ = ["DeclaredOwner", "OwnerDeclaration"]


@frozen(kw_only=True, slots=False, repr=False)
class DeclaredOwner(Model):
    """One owner in a declaration; one that is not `active` stays in it, and is changed no more.

    `losses` are what the call that wrote this owner alone could not carry, and what may mean
    something else than what was read of it (a birthday that is no midnight).
    """

    id: str
    owner: BeneficialOwner
    active: bool = True
    losses: tuple[Loss, ...] = ()


@frozen(kw_only=True, slots=False, repr=False)
class OwnerDeclaration(Stored, form="owner_declaration/1"):
    """A declaration of a company's beneficial owners as a provider has it on file.

    `provider_status` and `reason` are the provider's own words, `message` its text, which may speak
    of a person; `status` is the core's word for it, None where it has none. `editable` is whether
    owners may be changed and the declaration submitted (again), None where that is not known.
    `losses` are what the call that declared the owners could not carry, by path:
    `company.beneficial_owners.0.…`. `rate_limits` are those of a `UserRecord`.
    """

    provider: str
    gateway: str
    environment: str | None = None
    id: str
    user_id: str | None = None
    owners: tuple[DeclaredOwner, ...] = ()
    status: DocumentStatus | None = None
    provider_status: str | None = None
    reason: str | None = None
    message: str | None = None
    editable: bool | None = None
    created_at: datetime | None = None
    processed_at: datetime | None = None
    retrieved_at: datetime | None = None
    losses: tuple[Loss, ...] = ()
    rate_limits: tuple[RateLimit, ...] = field(default=(), eq=False)
    raw: Mapping[str, Any] = field(factory=dict[str, Any])

    def __repr__(self) -> str:
        return self._shown("id", "user_id", "status", "editable", owners=len(self.owners))
