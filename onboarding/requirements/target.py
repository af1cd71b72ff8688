"""Targets: what a user can reach at a provider, and the requirements beyond single fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from attrs import evolve, field, frozen

from onboarding.mapping.conditions import ALWAYS, Condition
from onboarding.mapping.paths import EMPTY, dotted, lookup
from onboarding.mapping.rows import EXTRAS, On
from onboarding.mapping.translation import Translation, translation
from onboarding.model.documents import DocumentPurpose
from onboarding.model.user import PersonType, User

__all__ = ["Actor", "RequirementOption", "RequirementRule", "Target", "document", "field", "step"]


class Actor(StrEnum):
    """Who meets a requirement."""

    PLATFORM = "platform"
    """The platform, with data of the user."""
    USER = "user"
    """The user, at the provider."""
    PROVIDER = "provider"
    """The provider."""


@frozen(kw_only=True)
class RequirementOption:
    """One way to meet a requirement: a field, a document, or a step outside the user's data."""

    words: str
    """The option, in words. Example: `hand in: proof of identity`."""
    actor: Actor = Actor.PLATFORM
    """Who can act. Example: `user`."""
    path: str = ""
    """The core path of the field, empty for a document or a step. Example: `identity.birthdate`."""
    purpose: DocumentPurpose | None = None
    """What the document is to prove, None for a field or a step. Example: `proof_of_identity`."""

    @property
    def name(self) -> str:
        """The name of the question; empty for a step, about which no question is asked."""
        return self.path or (f"documents.{self.purpose}" if self.purpose else "")

    @property
    def askable(self) -> bool:
        """Whether an answer of the user can meet it.

        False for a step, for an act of the provider, and for extras, which the platform sets.
        """
        extra = self.path.startswith(EXTRAS)
        return bool(self.name) and not extra and self.actor is not Actor.PROVIDER

    def satisfied_by(self, user: User) -> bool:
        """Returns whether the user has it; False for a step."""
        if self.purpose is not None:
            return any(document.purpose is self.purpose for document in user.documents)
        return bool(self.path) and lookup(user, self.path) not in EMPTY


def user_field(path: object, words: str) -> RequirementOption:
    """Returns the option to provide a field, which the platform asks the user for."""
    return RequirementOption(words=words, path=dotted(path))


def document(purpose: DocumentPurpose, words: str = "") -> RequirementOption:
    """Returns the option to submit a document, which the platform uploads."""
    return RequirementOption(
        words=words or f"hand in: {purpose.value.replace('_', ' ')}", purpose=purpose
    )


def step(words: str, actor: Actor) -> RequirementOption:
    """Returns the option of a step that an actor takes outside the user's data."""
    return RequirementOption(words=words, actor=actor)


@frozen(kw_only=True)
class RequirementRule:
    """A demand of a target beside the rows of its wire classes."""

    name: str
    """The name of what is asked. Example: `enrolment`."""
    options: tuple[RequirementOption, ...]
    """The ways to meet it; one is enough."""
    source: str
    """The document that asks. Example: `docs: guides/users/categories`."""
    when: Condition = ALWAYS
    """The condition on the user. Example: `ALWAYS`."""
    shown: Condition | None = None
    """The condition on a record that shows that it is met, None if no record can.

    Example: `given("provider_fields.Statute")`.
    """
    decided: bool = False
    """Whether the provider decides, so that it is unknown until then. Example: `True`."""


@frozen(kw_only=True, repr=False)
class Target:
    """A state that a user can reach with a provider: registered, verified, paid out to."""

    provider: str
    """The name of the provider. Example: `mangopay`."""
    name: str
    """The name within the provider. Example: `payouts`."""
    words: str
    """What the user can do then. Example: `be paid out to a bank account`."""
    source: str
    """The document that says what it takes. Example: `docs: guides/users/categories`."""
    on: On | None = None
    """The operation whose rows ask for data, None if no operation does. Example: `On.CREATE`."""
    natural: type | None = None
    """The wire class of natural persons, None if the provider takes none.

    Example: `NaturalUser`.
    """
    legal: type | None = None
    """The wire class of legal persons, None if the provider takes none. Example: `LegalUser`."""
    supposes: Mapping[str, Any] = field(factory=dict[str, Any])
    """What the target makes of the user, by core path.

    Example: `{"category": UserCategory.OWNER}`.
    """
    includes: tuple[Target, ...] = ()
    """The targets on the way."""
    rules: tuple[RequirementRule, ...] = ()
    """What it asks for beside the rows of the wire classes."""
    extras: type | None = None
    """The class that spells `User.extras` for the provider. Example: `MangoPayExtras`."""

    def __repr__(self) -> str:
        return f"Target({self.id})"

    @property
    def id(self) -> str:
        """The provider and the name: `mangopay/create_owner`."""
        return f"{self.provider}/{self.name}"

    def wire(self, kind: PersonType) -> Translation | None:
        """Returns the translation for a kind of person; None if it cannot be registered."""
        cls = self.natural if kind is PersonType.NATURAL else self.legal
        return translation(cls, self.provider) if cls is not None else None

    def supposed(self, user: User) -> User:
        """Returns the user with the fields that reaching the target sets."""
        return user.replace(self.supposes) if self.supposes else user

    def way(self) -> Iterator[Target]:
        """Yields the included targets, then this one."""
        for target in self.includes:
            yield from target.way()
        yield self

    def written_by(self, natural: type, legal: type | None) -> Target:
        """Returns the target for a gateway whose settings use other wire classes."""
        through = tuple(target.written_by(natural, legal) for target in self.includes)
        if self.on is None:
            return evolve(self, includes=through)
        return evolve(self, natural=natural, legal=legal, includes=through)
