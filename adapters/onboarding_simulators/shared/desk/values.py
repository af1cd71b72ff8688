"""The values that a simulator gives to its desk, and the protocol of a clerk."""

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
    """The value of an input is refused; the message does not quote it."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


@frozen
class Badge:
    """A status in the provider's spelling, with a colour."""

    word: str
    tone: Tone = "plain"


@frozen
class Moment:
    """Unix time in seconds."""

    seconds: float


@frozen
class Link:
    """A link that a person may follow."""

    url: str = field(repr=False)
    text: str = field(repr=False)


Value: TypeAlias = str | Moment | Link | Badge | None


@frozen
class Fact:
    """A named value; None is shown as `none`."""

    name: str
    value: Value = field(repr=False)


@frozen
class Group:
    """A titled group of facts."""

    title: str
    facts: Sequence[Fact]


@frozen(kw_only=True)
class Input:
    """An input of an action; a `check` is submitted as `on` or as an empty text."""

    name: str
    label: str
    kind: Literal["text", "password", "choice", "check", "date", "number"] = "text"
    choices: Sequence[tuple[str, str]] = ()
    """The values of a `choice`, each with its label."""
    empty: str = "Choose…"
    """The label of a `choice` without a value."""
    value: str = field(default="", repr=False)
    required: bool = False
    hint: str = ""
    short: bool = False
    """Whether the input leaves room for another one beside it."""
    autocomplete: str = "off"


@frozen(kw_only=True)
class Action:
    """An action that a person may take now; `name` is part of its address."""

    name: str
    label: str
    tone: Literal["main", "danger", "plain"] = "plain"
    inputs: Sequence[Input] = ()
    hint: str = ""


@frozen(kw_only=True)
class Page:
    """One page of a paper, without its content; `number` starts at 1."""

    number: int
    size: int
    label: str = ""


@frozen(kw_only=True)
class Paper:
    """A document or anything else that is reviewed; lists omit its groups and pages."""

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
    """A user; lists omit everything from `groups` on."""

    id: str
    name: str = field(repr=False)
    kind: str
    badges: Sequence[Badge]
    created: float | None = None
    groups: Sequence[Group] = field(default=(), repr=False)
    awaited: Sequence[Fact] = field(default=(), repr=False)
    """Codes that the user would have received, and hosted pages that are open."""
    papers: Sequence[Paper] = ()
    actions: Sequence[Action] = ()


@frozen(kw_only=True)
class Listener:
    """An address that is registered for notifications."""

    event: str
    url: str = field(repr=False)
    status: Badge


@frozen(kw_only=True)
class Sent:
    """One attempt to send a notification; `status` is None if no answer came in time."""

    event: str
    subject: str
    url: str = field(repr=False)
    at: float
    attempt: int
    status: int | None


class Clerk(Protocol):
    """Presents one simulator in the desk's values.

    Lists are newest first. Actions raise LookupError or ValueError with a message for the person at
    the desk, or `WrongInputError` for one input.
    """

    @property
    def provider(self) -> str:
        """The provider's name."""
        ...

    def count_people(self) -> int: ...

    def people(self, skip: int, limit: int) -> Sequence[Person]: ...

    def find(self, words: str) -> Sequence[Person]:
        """Returns the users with that id or that unique contact."""
        ...

    def person(self, id: str) -> Person | None: ...

    def count_papers(self) -> int: ...

    def papers(self, skip: int, limit: int) -> Sequence[Paper]: ...

    def paper(self, id: str) -> Paper | None: ...

    def file(self, paper_id: str, number: int) -> bytes | None:
        """Returns the content of one page."""
        ...

    def act_on_person(self, id: str, action: str, given: Mapping[str, str]) -> None: ...

    def act_on_paper(self, id: str, action: str, given: Mapping[str, str]) -> None: ...

    @property
    def notifies(self) -> bool:
        """Whether the provider sends notifications."""
        ...

    def listeners(self) -> Sequence[Listener]: ...

    def count_sent(self) -> int: ...

    def sent(self, skip: int, limit: int) -> Sequence[Sent]: ...

    def deliver(self) -> int:
        """Sends the notifications that are due; returns their number."""
        ...
