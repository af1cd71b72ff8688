"""The requirements of a target, their status for one user, and the questions they lead to."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from onboarding.mapping.conditions import Condition
from onboarding.mapping.plan import MappedField
from onboarding.model.answers import Loss
from onboarding.model.documents import DocumentPurpose
from onboarding.requirements.target import Actor, RequirementOption, Target

__all__ = ["Question", "Requirement", "RequirementReport", "RequirementStatus"]


class RequirementStatus(StrEnum):
    """Whether a requirement is met, as far as can be computed before a call."""

    MET = "met"
    """It is met."""
    MISSING = "missing"
    """It is not met."""
    PROVIDER_DECIDES = "provider_decides"
    """No document says before the call what the provider will answer."""


@frozen(kw_only=True)
class Requirement:
    """One demand of a target, and whether it is met. Shows no value."""

    name: str
    """The core path, or the name of a step. Example: `identity.birthdate`."""
    status: RequirementStatus
    """Whether it is met. Example: `missing`."""
    options: tuple[RequirementOption, ...]
    """The ways to meet it; one is enough."""
    reason: str = ""
    """Why it has this status. Example: `is required`."""
    condition: str = ""
    """When it is asked, in words; empty for always. Example: `category is OWNER`."""
    source: str = ""
    """The document that asks. Example: `docs: api-reference/users/natural-user-object-sca`."""
    wire_path: str = ""
    """The provider's path, empty if it has none. Example: `Birthday`."""

    @property
    def actors(self) -> tuple[Actor, ...]:
        """Who can meet it."""
        return tuple(dict.fromkeys(option.actor for option in self.options))

    @property
    def paths(self) -> tuple[str, ...]:
        """The core paths of the options."""
        return tuple(option.path for option in self.options if option.path)


@frozen(kw_only=True)
class RequirementReport:
    """What a user still lacks for a target."""

    target: Target
    """The target."""
    requirements: tuple[Requirement, ...]
    """Everything that the target asks for."""
    refused: tuple[Loss, ...] = ()
    """Further fields that would stop the call, since the provider does not support them."""
    losses: tuple[Loss, ...] = ()
    """Every field that would not arrive as given."""

    @property
    def missing(self) -> tuple[Requirement, ...]:
        """The requirements that are not met."""
        return self.of(RequirementStatus.MISSING)

    @property
    def undecided(self) -> tuple[Requirement, ...]:
        """The requirements that only the provider can decide."""
        return self.of(RequirementStatus.PROVIDER_DECIDES)

    @property
    def status(self) -> RequirementStatus:
        """The worst status: missing, then undecided, then met."""
        if self.missing or self.refused:
            return RequirementStatus.MISSING
        return RequirementStatus.PROVIDER_DECIDES if self.undecided else RequirementStatus.MET

    @property
    def ready(self) -> bool:
        """Whether nothing is known to be missing."""
        return self.status is not RequirementStatus.MISSING

    def of(self, status: RequirementStatus) -> tuple[Requirement, ...]:
        """Returns the requirements with a status."""
        return tuple(one for one in self.requirements if one.status is status)


@frozen(kw_only=True)
class Question:
    """One question: for a field by its core path, or for a document by its purpose."""

    path: str = ""
    """The core path, empty for a document. Example: `identity.birthdate`."""
    purpose: DocumentPurpose | None = None
    """The purpose of the document, None for a field. Example: `proof_of_identity`."""
    targets: tuple[str, ...]
    """The targets that need it. Example: `("mangopay/payouts",)`."""
    sources: tuple[str, ...]
    """The documents that say so.

    Example: `("docs: api-reference/users/natural-user-object-sca",)`.
    """
    when: Condition | None = None
    """The condition on the answers, None for always.

    Example: `when(U.category, UserCategory.OWNER)`.
    """
    same_as: str = ""
    """The core path of a field that must have the same answer, or empty.

    Example: `identity.nationality`.
    """
    data: tuple[MappedField, ...] = field(default=(), repr=False)
    """What the providers' wire classes declare of it, limits among them."""

    @property
    def name(self) -> str:
        """The core path, or `documents.` and the purpose of the document."""
        return self.path or f"documents.{self.purpose}"
