"""Targets: where a user is to get with a provider, and what that takes beyond single fields."""

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
    """Who has to do something."""

    PLATFORM = "platform"
    USER = "user"
    PROVIDER = "provider"


@frozen(kw_only=True)
class RequirementOption:
    """One way to meet what is asked: a field, a document, or a step outside the user's data.

    `path` is the field's core path; `purpose` what the document is to prove; a step has neither.
    """

    words: str
    actor: Actor = Actor.PLATFORM
    path: str = ""
    purpose: DocumentPurpose | None = None

    @property
    def name(self) -> str:
        """What a question about it is called; empty for a step, which nobody can be asked."""
        return self.path or (f"documents.{self.purpose}" if self.purpose else "")

    @property
    def askable(self) -> bool:
        """Whether a question to the user could bring it.

        Not for a step, for what the provider does, or for extras, which the platform sets.
        """
        extra = self.path.startswith(EXTRAS)
        return bool(self.name) and not extra and self.actor is not Actor.PROVIDER

    def satisfied_by(self, user: User) -> bool:
        """Whether the user has it. A step is never in the user's data."""
        if self.purpose is not None:
            return any(document.purpose is self.purpose for document in user.documents)
        return bool(self.path) and lookup(user, self.path) not in EMPTY


def user_field(path: object, words: str) -> RequirementOption:
    """A field of the user, which the platform asks for."""
    return RequirementOption(words=words, path=dotted(path))


def document(purpose: DocumentPurpose, words: str = "") -> RequirementOption:
    """A document of the user, which the platform hands in."""
    return RequirementOption(
        words=words or f"hand in: {purpose.value.replace('_', ' ')}", purpose=purpose
    )


def step(words: str, actor: Actor) -> RequirementOption:
    """Something that somebody does outside the user's data."""
    return RequirementOption(words=words, actor=actor)


@frozen(kw_only=True)
class RequirementRule:
    """Something a target asks beside the rows of a wire class.

    - `options`: the ways to meet it, each enough alone;
    - `when`: the condition on the user; `shown`: the condition on a record that says it is met;
    - `decided`: the provider decides, and until then nobody knows.
    """

    name: str
    options: tuple[RequirementOption, ...]
    source: str
    when: Condition = ALWAYS
    shown: Condition | None = None
    decided: bool = False


@frozen(kw_only=True, repr=False)
class Target:
    """Where a user is to get with a provider: registered, verified, paid out to.

    - `on`: the operation whose rows ask for data; `natural`, `legal`: the wire classes that say
      so, None where the provider takes no such person;
    - `supposes`: what reaching it makes of the user, by core path (`category`: OWNER);
    - `includes`: targets on the way; `asks`: what it takes beside the rows;
    - `extras`: the adapter's own class, which says what `User.extras` may hold for it.
    """

    provider: str
    name: str
    words: str
    source: str
    on: On | None = None
    natural: type | None = None
    legal: type | None = None
    supposes: Mapping[str, Any] = field(factory=dict[str, Any])
    includes: tuple[Target, ...] = ()
    rules: tuple[RequirementRule, ...] = ()
    extras: type | None = None

    def __repr__(self) -> str:
        return f"Target({self.id})"

    @property
    def id(self) -> str:
        """The name under which a person asks for it: `mangopay/create_owner`."""
        return f"{self.provider}/{self.name}"

    def wire(self, kind: PersonType) -> Translation | None:
        """The translation whose rows ask for data of such a person."""
        cls = self.natural if kind is PersonType.NATURAL else self.legal
        return translation(cls, self.provider) if cls is not None else None

    def supposed(self, user: User) -> User:
        """The user as reaching the target would make it."""
        return user.replace(self.supposes) if self.supposes else user

    def way(self) -> Iterator[Target]:
        """The targets on the way, then this one."""
        for target in self.includes:
            yield from target.way()
        yield self

    def written_by(self, natural: type, legal: type | None) -> Target:
        """The same target for a gateway whose settings choose other wire classes."""
        through = tuple(target.written_by(natural, legal) for target in self.includes)
        if self.on is None:
            return evolve(self, includes=through)
        return evolve(self, natural=natural, legal=legal, includes=through)
