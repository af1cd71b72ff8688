"""What a simulator answers to its desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from .values import Listener, Paper, Person, Sent

__all__ = ["Clerk"]


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
