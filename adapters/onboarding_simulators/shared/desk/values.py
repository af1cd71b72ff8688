"""What a desk shows, and what may be done there: plain values that a simulator fills."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from attrs import field, frozen

__all__ = [
    "Action",
    "Badge",
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
