"""A provider's policy as data: refused values, alternatives of required fields, effects of changes.

Policy is the provider's to enforce: requests are not checked against it. `missing` and `effects`
read it before anything is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from enum import StrEnum
from typing import Any

from attrs import evolve, frozen

from onboarding.levels import KYCLevel
from onboarding.mapping.conditions import ALWAYS, Condition, listed
from onboarding.mapping.paths import dotted
from onboarding.model.documents import DocumentPurpose
from onboarding.model.user import User
from onboarding.values.base import Model

__all__ = [
    "Accepted",
    "Consequence",
    "Disallowed",
    "EffectKind",
    "OneOf",
    "disallow",
    "judged",
    "one_of",
]


@frozen
class Disallowed:
    """Values of a field that the provider refuses (or may refuse, if not `certain`), and when."""

    values: Container[Any]
    """The values that are refused."""
    words: str
    """The end of a sentence that begins with the field. Example: `never PLATFORM`."""
    when: Condition = ALWAYS
    """The condition on the user."""
    certain: bool = True
    """Whether the provider always refuses them; if not, it may."""
    source: str = ""
    """The provider's page. Example: `docs: guides/users/categories`."""

    def stops(self, value: object, user: Model) -> bool:
        """Whether the provider refuses this value of a field of this user."""
        return value in self.values and self.when.holds(user)

    @property
    def listed(self) -> list[Any]:
        """The values, if they can be listed."""
        return listed(self.values)

    def settled(self, around: str, root: type = User) -> Disallowed:
        return evolve(self, when=self.when.settled(around, root))


def disallow(
    *values: Any, words: str, when: Condition = ALWAYS, certain: bool = True, source: str = ""
) -> Disallowed:
    """Declares values that the provider refuses; `words` follow the path in a sentence."""
    return Disallowed(frozenset(values), words, when, certain, source)


@frozen
class _Kind:
    """A container of the instances of a class."""

    cls: type

    def __contains__(self, value: object) -> bool:
        return isinstance(value, self.cls)


def judged(cls: type, *, words: str, source: str = "") -> Disallowed:
    """Declares that the provider decides about each value of a class."""
    return Disallowed(_Kind(cls), words, certain=False, source=source)


@frozen
class OneOf:
    """Core paths of which the provider requires at least one."""

    paths: tuple[str, ...]
    """The core paths."""
    words: str
    """The requirement in words. Example: `an e-mail address or a phone number`."""
    source: str = ""
    """The provider's page. Example: `docs: guides/users/categories`."""


def one_of(*paths: object, words: str, source: str = "") -> OneOf:
    """Declares that a registration requires at least one of these fields."""
    return OneOf(tuple(dotted(path) for path in paths), words, source)


class EffectKind(StrEnum):
    """The kinds of consequences of a change."""

    LOWERS_LEVEL = "lowers_level"
    """The level falls or may fall."""
    RE_ENROLS = "re_enrols"
    """The user must enrol for strong customer authentication again."""
    OUTDATES = "outdates"
    """Accepted documents go out of date."""
    ONE_WAY = "one_way"
    """The change cannot be taken back."""
    CONFIRMS = "confirms"
    """The user must confirm a contact by a code."""
    DUTY = "duty"
    """The platform must do something."""


@frozen
class Accepted:
    """A document that a change outdates, and the wire paths that show that it was accepted."""

    purpose: DocumentPurpose
    """What the document proves."""
    shown: tuple[str, ...]
    """The wire paths of a record that show that it was accepted."""


@frozen(kw_only=True)
class Consequence:
    """What a change of a field causes."""

    kind: EffectKind
    """What follows. Example: `EffectKind.LOWERS_LEVEL`."""
    words: str
    """The consequence in words. Example: `REGULAR falls to LIGHT`."""
    unsure: str = ""
    """The words for documents of which the record does not show whether they were accepted."""
    when: Condition = ALWAYS
    """The condition on the user as it was."""
    at_level: KYCLevel | None = None
    """Only at this level or above; None for every level."""
    to: Collection[Any] = ()
    """Only if the field becomes one of these; empty for any change."""
    certain: bool = True
    """Whether it always follows; if not, it may."""
    documents: tuple[Accepted, ...] = ()
    """The documents that go out of date, if the record shows them as accepted."""
    source: str = ""
    """The provider's page. Example: `docs: guides/users/categories`."""

    def told(self, documents: Iterable[DocumentPurpose], *, certain: bool = True) -> str:
        """Returns the consequence in words, with its documents."""
        names = ", ".join(purpose.name.lower() for purpose in documents)
        return f"{self.words if certain else self.unsure}{f': {names}' * bool(names)}"

    def settled(self, around: str, root: type = User) -> Consequence:
        return evolve(self, when=self.when.settled(around, root))
