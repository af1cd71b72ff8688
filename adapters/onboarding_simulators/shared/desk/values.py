"""What a simulator tells its desk, and what may be done there, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol, TypeAlias

from attrs import field, frozen

__all__ = [
    "Action",
    "Badge",
    "Clerk",
    "Fact",
    "Group",
    "Input",
    "Link",
    "Listener",
    "Moment",
    "Page",
    "Paper",
    "Person",
    "Sent",
    "Tone",
    "WrongInputError",
]


Tone: TypeAlias = Literal["good", "wait", "bad", "plain"]


class WrongInputError(ValueError):
    """What was given for one input of an action cannot be taken; the text names no value."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


@frozen
class Badge:
    """A word for where something stands, in the provider's spelling, and whether that is well."""

    word: str
    tone: Tone = "plain"


@frozen
class Moment:
    """Unix time in seconds."""

    seconds: float


@frozen
class Link:
    """An address that a person may follow."""

    url: str = field(repr=False)
    text: str = field(repr=False)


Value: TypeAlias = str | Moment | Link | Badge | None


@frozen
class Fact:
    """One thing known, under its name; None is shown as not there."""

    name: str
    value: Value = field(repr=False)


@frozen
class Group:
    """Facts that belong together."""

    title: str
    facts: Sequence[Fact]


@frozen(kw_only=True)
class Input:
    """What an action asks for; a `check` is given as `on` or as nothing."""

    name: str
    label: str
    kind: Literal["text", "password", "choice", "check", "date", "number"] = "text"
    choices: Sequence[tuple[str, str]] = ()
    """Of a `choice`: each value with its label."""
    empty: str = "Choose…"
    """How a `choice` says that nothing is chosen yet."""
    value: str = field(default="", repr=False)
    required: bool = False
    hint: str = ""
    short: bool = False
    """Whether there is room for another one beside it."""
    autocomplete: str = "off"


@frozen(kw_only=True)
class Action:
    """Something that a person may do now; `name` is good for an address."""

    name: str
    label: str
    tone: Literal["main", "danger", "plain"] = "plain"
    inputs: Sequence[Input] = ()
    hint: str = ""


@frozen(kw_only=True)
class Page:
    """One page of a paper, without its bytes; `number` starts at 1."""

    number: int
    size: int
    label: str = ""


@frozen(kw_only=True)
class Paper:
    """A document, or whatever else is reviewed; a list shows it without facts and pages."""

    id: str
    title: str
    user_id: str
    status: Badge
    created: float | None = None
    groups: Sequence[Group] = field(default=(), repr=False)
    pages: Sequence[Page] = ()
    actions: Sequence[Action] = ()


@frozen(kw_only=True)
class Person:
    """A user; a list shows it without anything from `groups` on."""

    id: str
    name: str = field(repr=False)
    kind: str
    badges: Sequence[Badge]
    created: float | None = None
    groups: Sequence[Group] = field(default=(), repr=False)
    awaited: Sequence[Fact] = field(default=(), repr=False)
    """Codes that would have been sent, hosted pages that are open."""
    papers: Sequence[Paper] = ()
    actions: Sequence[Action] = ()


@frozen(kw_only=True)
class Listener:
    """An address that a platform registered for notifications."""

    event: str
    url: str = field(repr=False)
    status: Badge


@frozen(kw_only=True)
class Sent:
    """One attempt at a notification; without a status, no answer came in time."""

    event: str
    subject: str
    url: str = field(repr=False)
    at: float
    attempt: int
    status: int | None


class Clerk(Protocol):
    """Knows one simulator and speaks of it in the desk's values.

    Lists are newest first. Actions raise LookupError or ValueError with a text for the person at
    the desk, `WrongInputError` where it belongs beside an input.
    """

    @property
    def provider(self) -> str:
        """The provider's name as it is written."""
        ...

    def count_people(self) -> int: ...

    def people(self, skip: int, limit: int) -> Sequence[Person]: ...

    def find(self, words: str) -> Sequence[Person]:
        """Gives the users whose id, or whose unique contact, is what was typed."""
        ...

    def person(self, id: str) -> Person | None: ...

    def count_papers(self) -> int: ...

    def papers(self, skip: int, limit: int) -> Sequence[Paper]: ...

    def paper(self, id: str) -> Paper | None: ...

    def file(self, paper_id: str, number: int) -> bytes | None:
        """Gives the bytes of one page."""
        ...

    def act_on_person(self, id: str, action: str, given: Mapping[str, str]) -> None: ...

    def act_on_paper(self, id: str, action: str, given: Mapping[str, str]) -> None: ...

    @property
    def notifies(self) -> bool:
        """Whether the provider sends notifications at all."""
        ...

    def listeners(self) -> Sequence[Listener]: ...

    def count_sent(self) -> int: ...

    def sent(self, skip: int, limit: int) -> Sequence[Sent]: ...

    def deliver(self) -> int:
        """Sends the notifications that are due; says how many there were."""
        ...
