"""Decides when another call may start and which result is next, and starts nothing itself."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

from attrs import define, field, frozen

from onboarding.errors import InvalidInput, Problem

__all__ = ["WINDOW", "CallResult", "Scheduler", "require_in_flight"]

T = TypeVar("T")

WINDOW = 4
"""At most so many results per call in flight wait to be taken, or for an earlier one."""


@frozen(kw_only=True)
class CallResult(Generic[T]):
    """The result of one of many calls: a value, or the error that the call raised.

    An error that is no `Exception`, such as `CancelledError`, has ended the input too.

    - `index`: the place of the item in the input, from 0;
    - `key`: the caller's key of the item, if it has one.
    """

    index: int
    key: str | None = None
    value: T | None = field(default=None, repr=False)
    error: BaseException | None = field(default=None, repr=False)

    def get(self) -> T:
        """Returns the value, or raises the error."""
        if self.error is not None:
            raise self.error
        value: T = self.value  # type: ignore[assignment]  # a call without an error has a value
        return value


def require_in_flight(number: int) -> int:
    """Returns a number of calls in flight. Raises `InvalidInput` if it is not a positive one."""
    if type(number) is not int or number < 1:
        text = "expected a whole number, 1 or more"
        raise InvalidInput([Problem("in_flight", "shape", text)])
    return number


@define(eq=False)
class Scheduler(Generic[T]):
    """At most `in_flight` calls run at once; results come as they finish, or `ordered`.

    What drives it starts a call while `wants_more`, reports each one that ended with `finish`,
    takes results with `pop` until `is_over`, and calls `end` when there is no further item. Its
    memory grows with `in_flight`, not with the number of items.
    """

    in_flight: int = field(converter=require_in_flight)
    ordered: bool = False
    ended: bool = field(default=False, init=False)
    running: int = field(default=0, init=False)
    _started: int = field(default=0, init=False)
    _next: int = field(default=0, init=False)
    _early: dict[int, T] = field(factory=dict[int, T], init=False)
    _ready: deque[T] = field(factory=deque[T], init=False)

    @property
    def wants_more(self) -> bool:
        """Whether another call may start."""
        held = self.running + len(self._early) + len(self._ready)
        return not self.ended and self.running < self.in_flight and held < WINDOW * self.in_flight

    @property
    def has_ready(self) -> bool:
        """Whether a result can be taken."""
        return bool(self._ready)

    @property
    def is_over(self) -> bool:
        """Whether no call runs, no result is left, and no item comes."""
        return self.ended and not self.running and not self._ready

    def start(self) -> int:
        """Notes that a call starts; returns its number."""
        number, self._started = self._started, self._started + 1
        self.running += 1
        return number

    def finish(self, number: int, result: T) -> None:
        """Takes in the result of a call."""
        self.running -= 1
        if not self.ordered:
            self._ready.append(result)
            return
        self._early[number] = result
        while self._next in self._early:
            self._ready.append(self._early.pop(self._next))
            self._next += 1

    def pop(self) -> T:
        """Returns the next result, which is ready."""
        return self._ready.popleft()

    def end(self) -> None:
        """Notes that no further item comes."""
        self.ended = True
