"""The schedule of a poller: which user to fetch when, and what a fetched record changes."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

from attrs import define, field, frozen

from onboarding.engine.changes import events_between
from onboarding.errors import InvalidInput, NoAnswer, OnboardingError, Problem
from onboarding.model.event import Event
from onboarding.model.record import UserRecord
from onboarding.provider_errors import RateLimited, Unavailable

__all__ = ["PollPolicy", "PollSchedule", "PolledUser", "is_number"]

_LEAST = 0.001
_MOST = 366 * 86_400  # seconds: a year
_DAY = 86_400


@frozen(kw_only=True)
class PollPolicy:
    """How often users are fetched.

    Raises `InvalidInput` for a number that is out of range.
    """

    shortest: float = 15.0
    """Seconds until a user is read again after a change."""
    longest: float = 3600.0
    """The longest wait, in seconds."""
    growth: float = 2.0
    """The factor by which the wait grows while nothing changes."""
    jitter: float = 0.2
    """The share of a wait that is random, so that users are not fetched all at once."""
    between: float = 0.0
    """Seconds between any two fetches, for the provider's rate limit."""

    def __attrs_post_init__(self) -> None:
        limits = {
            "shortest": (_LEAST, _MOST),
            "longest": (_LEAST, _MOST),
            "growth": (1, 1000),
            "jitter": (0, 1),
            "between": (0, _MOST),
        }
        problems = [
            Problem(name, "shape", f"expected a number from {least} to {most}")
            for name, (least, most) in limits.items()
            if not is_number(getattr(self, name), least, most)
        ]
        if not problems and self.longest < self.shortest:
            problems = [Problem("longest", "conflict", "is less than shortest")]
        if problems:
            raise InvalidInput(problems)


def is_number(value: object, least: float, most: float) -> bool:
    """Returns whether a value is a number within limits; False for NaN."""
    return isinstance(value, int | float) and least <= value <= most


@define(eq=False)
class PolledUser:
    """A user with its last record, the current wait and the time of the next fetch."""

    id: str
    record: UserRecord
    wait: float
    due: float = 0.0


@define(eq=False)
class PollSchedule:
    """Decides which user to fetch when, without a socket, a clock or a sleep."""

    policy: PollPolicy
    until: Callable[[UserRecord], bool]
    rng: Callable[[], float]
    ends: float
    users: dict[str, PolledUser] = field(factory=dict[str, PolledUser])
    events: deque[Event] = field(factory=deque[Event])
    _free: float = -math.inf  # a clock may begin anywhere, below zero too
    _read: tuple[PolledUser, UserRecord] | None = None

    def add(self, record: UserRecord, now: float) -> None:
        if not self.until(record):
            self.users[record.id] = user = PolledUser(record.id, record, self.policy.shortest)
            self._put_off(user, now)

    def next(self) -> tuple[float, PolledUser] | None:
        """Returns the time of the next fetch and its user; None if there is none before the end.

        To be called once the events of the previous fetch have been handled.
        """
        if self._read is not None:
            user, record = self._read
            user.record, self._read = record, None
            if self.until(record):
                del self.users[user.id]
        if not self.users:
            return None
        first = min(self.users.values(), key=lambda user: user.due)
        due = max(first.due, self._free)
        return None if due > self.ends else (due, first)

    def fetched(self, user: PolledUser, record: UserRecord, now: float) -> None:
        """Takes in a fetched record, and adds its changes to `events`."""
        self.events += events_between(user.record, record)
        changed = bool(self.events)
        user.wait = self.policy.shortest if changed else self._longer(user)
        self._read = (user, record) if changed or self.until(record) else None
        self._free = now + self.policy.between
        self._put_off(user, now)

    def failed(self, user: PolledUser, error: OnboardingError, now: float) -> bool:
        """Takes in an error. Returns whether polling goes on; if not, the user is removed."""
        user.wait = self._longer(user)
        self._free = now + self.policy.between
        self._put_off(user, now)
        if isinstance(error, RateLimited):  # the limit holds for every user
            asked = error.retry_after
            wait = asked if asked and is_number(asked, 0, _DAY) else self.policy.shortest
            self._free = now + max(wait, self.policy.between)
        if isinstance(error, NoAnswer | Unavailable | RateLimited):
            return True
        del self.users[user.id]
        return False

    def _longer(self, user: PolledUser) -> float:
        return min(user.wait * self.policy.growth, self.policy.longest)

    def _put_off(self, user: PolledUser, now: float) -> None:
        user.due = now + user.wait * (1 - self.policy.jitter * self.rng())
