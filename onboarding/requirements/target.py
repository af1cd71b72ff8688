"""Targets: what a user can reach at a provider, and the requirements beyond single fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, field, frozen

from onboarding.mapping.conditions import ALWAYS, Condition
from onboarding.mapping.paths import EMPTY, dotted, lookup
from onboarding.mapping.people import heads, is_of_people
from onboarding.mapping.rows import EXTRAS, On
from onboarding.mapping.translation import Translation, translation
from onboarding.model.capabilities import CapabilityName
from onboarding.model.documents import DocumentPurpose
from onboarding.model.requirements import Actor, RequirementOption
from onboarding.model.user import PersonType, User

__all__ = [
    "RequirementRule",
    "Target",
    "document",
    "is_askable",
    "is_satisfied",
    "step",
    "user_field",
]


def is_askable(option: RequirementOption) -> bool:
    """Returns whether an answer of the user can meet an option.

    False for a step, for an act of the provider, and for extras, which the platform sets.
    """
    extra = option.path.startswith(EXTRAS)
    return bool(option.name) and not extra and option.actor is not Actor.PROVIDER


def is_satisfied(option: RequirementOption, user: User) -> bool:
    """Returns whether the user has what an option asks for; False for a step."""
    if option.purpose is None:
        return bool(option.path) and lookup(user, option.path) not in EMPTY
    owner = lookup(user, option.path) if option.path else user
    return owner is not None and any(one.purpose is option.purpose for one in owner.documents)


def user_field(path: object, words: str) -> RequirementOption:
    """Returns the option to provide the field at `path`, which the platform asks the user for.

    `words` say what to give.
    """
    return RequirementOption(words=words, path=dotted(path))


def document(purpose: DocumentPurpose, words: str = "", *, person: str = "") -> RequirementOption:
    """Returns the option to submit a document, which the platform uploads.

    `purpose` is what it proves; `words` describe it, and are made of the purpose by default.
    `person` is the path of the person that it is about, as in `people[ada]`; empty for the user.
    """
    return RequirementOption(
        words=words or f"hand in: {purpose.value.replace('_', ' ')}", path=person, purpose=purpose
    )


def step(words: str, actor: Actor, *, link: bool = False) -> RequirementOption:
    """Returns the option of a step that an actor takes outside the user's data.

    `words` say what to do.
    `link` is for a step of the user on a page whose address `create_link` returns.
    """
    return RequirementOption(words=words, actor=actor, link=link)


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
    waived_without: str = ""
    """The path whose declared absence meets it; empty if there is none.

    Example: `people[beneficial_owner]`.
    """

    def about(self, user: User) -> Iterator[RequirementRule]:
        """Yields the rule for a user: for each person that has the role in its paths, by ref."""
        if not is_of_people(self.name):
            yield self
            return
        role = self.name.partition(".")[0]
        for head in heads(self.name, user):
            options = (evolve(it, path=it.path.replace(role, head, 1)) for it in self.options)
            name = self.name.replace(role, head, 1)
            yield evolve(self, name=name, options=tuple(options))


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
    grants: tuple[CapabilityName, ...] = ()
    """The capabilities that the user has then. Example: `(CapabilityName.PAY_OUT,)`."""
    complete: bool = False
    """Whether the requirements of a record are all that the provider asks for: a documented rule
    that they do not name then counts as met. Example: `True`."""
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
        """Returns the target for a gateway whose settings use other wire classes.

        `natural` and `legal` are those of natural and of legal persons, None if there is none.
        """
        through = tuple(target.written_by(natural, legal) for target in self.includes)
        if self.on is None:
            return evolve(self, includes=through)
        return evolve(self, natural=natural, legal=legal, includes=through)
