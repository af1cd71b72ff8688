"""What was found of a target's demands: met, missing, or left to the provider."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from onboarding.model.answers import Loss
from onboarding.requirements.target import Actor, RequirementOption, Target

__all__ = ["Requirement", "RequirementReport", "RequirementStatus"]


class RequirementStatus(StrEnum):
    """Whether a demand is met, as far as can be told before the provider is asked."""

    MET = "met"
    """It is met."""
    MISSING = "missing"
    """It is not met."""
    PROVIDER_DECIDES = "provider_decides"
    """No document says before the call what the provider will answer."""


@frozen(kw_only=True)
class Requirement:
    """One demand of a target and how it stands. Shows no value.

    - `name`: the core path, or the name of what is asked beside the data;
    - `options`: the ways to meet it, each enough alone; `reason`: why it stands as it does;
    - `condition`: when it is asked, in words; `source`: the document that asks.
    """

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
        """Who can act on it."""
        return tuple(dict.fromkeys(option.actor for option in self.options))

    @property
    def paths(self) -> tuple[str, ...]:
        """The core paths that would meet it."""
        return tuple(option.path for option in self.options if option.path)


@frozen(kw_only=True)
class RequirementReport:
    """How a user stands before a target.

    `refused` are further fields that would stop the call because the provider does not
    support them; `losses` is all that would not arrive as given.
    """

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
        return self.of(RequirementStatus.MISSING)

    @property
    def undecided(self) -> tuple[Requirement, ...]:
        return self.of(RequirementStatus.PROVIDER_DECIDES)

    @property
    def status(self) -> RequirementStatus:
        """The worst of all: missing before undecided before met."""
        if self.missing or self.refused:
            return RequirementStatus.MISSING
        return RequirementStatus.PROVIDER_DECIDES if self.undecided else RequirementStatus.MET

    @property
    def ready(self) -> bool:
        """Whether nothing is known to stand in the way."""
        return self.status is not RequirementStatus.MISSING

    def of(self, status: RequirementStatus) -> tuple[Requirement, ...]:
        """The findings of one status."""
        return tuple(finding for finding in self.requirements if finding.status is status)
