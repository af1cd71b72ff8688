"""The requirements of a target, their status for one user, and the questions they lead to."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from onboarding.mapping.conditions import Condition
from onboarding.mapping.plan import MappedField
from onboarding.model.answers import Loss
from onboarding.model.documents import DocumentPurpose
from onboarding.model.requirements import Requirement, RequirementStatus, option_name
from onboarding.requirements.target import Target

__all__ = ["Question", "RequirementReport"]


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
    def upcoming(self) -> tuple[Requirement, ...]:
        """The requirements that are not met, and not due yet."""
        return self.of(RequirementStatus.UPCOMING)

    @property
    def status(self) -> RequirementStatus:
        """The worst status: missing, then undecided, then met. What is upcoming does not count."""
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
    """The core path; for a document, of the person that it is about, else empty.

    Example: `identity.birthdate`.
    """
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
    deadline: datetime | None = None
    """Until when the first target needs it, in UTC; None if no provider says.

    Example: `2026-12-01T00:00:00Z`.
    """
    data: tuple[MappedField, ...] = field(default=(), repr=False)
    """What the providers' wire classes declare of it, limits among them."""

    @property
    def name(self) -> str:
        """The core path, or `documents.` and the purpose of the document."""
        return option_name(self.path, self.purpose)
