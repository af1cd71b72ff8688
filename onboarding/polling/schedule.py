"""Whom to read when, and what a read means."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

from attrs import define, field, frozen

from onboarding.errors import InvalidInput, NoAnswer, OnboardingError, Problem
from onboarding.model.event import Event
from onboarding.model.record import UserRecord
from onboarding.polling.events import events_between
from onboarding.provider_errors import RateLimited, Unavailable

__all__ = ["PollPolicy", "PollSchedule", "Watched", "is_number"]

_LEAST = 0.001
_MOST = 366 * 86_400  # seconds, a year: no clock sleeps for ever
_DAY = 86_400


@frozen(kw_only=True)
class PollPolicy:
    """How often users are read. Times are seconds.

    A user is read `shortest` after a change, then ever more rarely (`growth` times the wait
    before), and every `longest` in the end. `jitter` is the part of a wait that is left to chance,
    so that many users are not read at once; `between` two reads, whoever is read, there is a wait
    of its own, for the provider's limits.
    """

    shortest: float = 15.0
    longest: float = 3600.0
    growth: float = 2.0
    jitter: float = 0.2
    between: float = 0.0

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
    """Whether a value is a number within limits; NaN is within none."""
    return isinstance(value, int | float) and least <= value <= most


@define(eq=False)
class Watched:
    """One user: the record that the next change is told from, the wait, the next read."""

    id: str
    record: UserRecord
    wait: float
    due: float = 0.0


@define(eq=False)
class PollSchedule:
    """Whom to read when, and what a read means: without a socket, a clock or a sleep."""

    policy: PollPolicy
    until: Callable[[UserRecord], bool]
    chance: Callable[[], float]
    ends: float
    users: dict[str, Watched] = field(factory=dict[str, Watched])
    events: deque[Event] = field(factory=deque[Event])
    _free: float = -math.inf  # a clock may begin anywhere, below zero too
    _read: tuple[Watched, UserRecord] | None = None

    def add(self, record: UserRecord, now: float) -> None:
        if not self.until(record):
            self.users[record.id] = watched = Watched(record.id, record, self.policy.shortest)
            self._put_off(watched, now)

    def next(self) -> tuple[float, Watched] | None:
        """When to read whom; None when nobody is left, or nobody before the end.

        Whoever asks has taken in every event of the read before.
        """
        if self._read is not None:
            watched, record = self._read
            watched.record, self._read = record, None
            if self.until(record):
                del self.users[watched.id]
        if not self.users:
            return None
        first = min(self.users.values(), key=lambda user: user.due)
        due = max(first.due, self._free)
        return None if due > self.ends else (due, first)

    def seen(self, watched: Watched, record: UserRecord, now: float) -> None:
        """A read came back."""
        self.events += events_between(watched.record, record)
        changed = bool(self.events)
        watched.wait = self.policy.shortest if changed else self._longer(watched)
        self._read = (watched, record) if changed or self.until(record) else None
        self._free = now + self.policy.between
        self._put_off(watched, now)

    def failed(self, watched: Watched, error: OnboardingError, now: float) -> bool:
        """Whether the error passes by itself. If it does not, the user is watched no longer."""
        watched.wait = self._longer(watched)
        self._free = now + self.policy.between
        self._put_off(watched, now)
        if isinstance(error, RateLimited):  # the next user would be refused as well
            asked = error.retry_after
            wait = asked if asked and is_number(asked, 0, _DAY) else self.policy.shortest
            self._free = now + max(wait, self.policy.between)
        if isinstance(error, NoAnswer | Unavailable | RateLimited):
            return True
        del self.users[watched.id]
        return False

    def _longer(self, watched: Watched) -> float:
        return min(watched.wait * self.policy.growth, self.policy.longest)

    def _put_off(self, watched: Watched, now: float) -> None:
        watched.due = now + watched.wait * (1 - self.policy.jitter * self.chance())
