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
from onboarding.mapping.paths import EMPTY, dotted, lookup
from onboarding.model.documents import DocumentPurpose
from onboarding.model.user import User
from onboarding.values.base import Model

__all__ = [
    "Accepted",
    "AllBut",
    "Consequence",
    "Disallowed",
    "EffectKind",
    "OneOf",
    "disallow",
    "disallow_all_but",
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
    same_as: str = ""
    """A path below the root: its value is allowed, and while it is empty, any value is."""

    def stops(self, value: object, user: Model) -> bool:
        """Whether the provider refuses this value of a field of this user."""
        if value not in self.values or not self.when.holds(user):
            return False
        return not self.same_as or lookup(user, self.same_as) not in (value, *EMPTY)

    @property
    def listed(self) -> list[Any]:
        """The values, if they can be listed."""
        return listed(self.values)

    def settled(self, around: str, root: type = User) -> Disallowed:
        """Returns the rule of an object at the path `around`, with its paths from `root`."""
        return evolve(self, when=self.when.settled(around, root))


def disallow(
    *values: Any, words: str, when: Condition = ALWAYS, certain: bool = True, source: str = ""
) -> Disallowed:
    """Declares values that the provider refuses; `words` follow the path in a sentence.

    `when` is the condition on the user, `certain` is whether the provider always refuses them, and
    `source` is its page.
    """
    return Disallowed(frozenset(values), words, when, certain, source)


@frozen
class AllBut:
    """A container of every given value except some."""

    values: frozenset[Any]

    def __contains__(self, value: object) -> bool:
        return value not in self.values and value not in EMPTY


def disallow_all_but(
    *values: Any,
    words: str,
    same_as: object = "",
    when: Condition = ALWAYS,
    certain: bool = True,
    source: str = "",
) -> Disallowed:
    """Declares that the provider refuses every value except these and the one at `same_as`.

    With `same_as`, a path below the root, nothing is refused while there is no value at it. The
    other arguments are those of `disallow`.
    """
    given = AllBut(frozenset(values))
    return Disallowed(given, words, when, certain, source, same_as=dotted(same_as))


@frozen
class _Kind:
    """A container of the instances of a class."""

    cls: type

    def __contains__(self, value: object) -> bool:
        return isinstance(value, self.cls)


def judged(cls: type, *, words: str, source: str = "") -> Disallowed:
    """Declares that the provider decides about each value of a class.

    `words` follow the path in a sentence; `source` is the provider's page.
    """
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
    """Declares that a registration requires at least one of the fields at `paths`.

    `words` are the requirement; `source` is the provider's page.
    """
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
        """Returns the consequence in words, with its documents; `certain` is whether it follows."""
        names = ", ".join(purpose.name.lower() for purpose in documents)
        return f"{self.words if certain else self.unsure}{f': {names}' * bool(names)}"

    def settled(self, around: str, root: type = User) -> Consequence:
        """Returns the consequence in an object at the path `around`, with its paths from `root`."""
        return evolve(self, when=self.when.settled(around, root))
