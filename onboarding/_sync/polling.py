# Generated from onboarding/_async/polling.py by `python -m tests.house.generate_sync`.
# Edit that file, and run the command.
"""Polls users and yields the changes as events."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterable
from typing import Any, Self

from onboarding._sync.calls import Calls
from onboarding.engine.schedule import PollPolicy, PollSchedule, is_number
from onboarding.errors import InvalidInput, OnboardingError, Problem
from onboarding.model.event import Event
from onboarding.model.record import UserRecord

__all__ = ["Poller"]

_POLICY = PollPolicy()


def _never(_: UserRecord) -> bool:
    return False


class Poller:
    """An iterator that polls users and yields an event for each change.

    - `gateway`: the `Gateway` of the users;
    - `policy`: how often users are fetched;
    - `until`: a condition on a record; a user whose record meets it is not polled any more;
    - `timeout`: seconds after which no fetch begins; by default the iteration ends only when
      every user has met `until`;
    - `clock` (seconds from any origin), `sleep`, `rng` (a random number from 0 to 1): for tests.

    After `NoAnswer`, `Unavailable` and `RateLimited`, polling goes on. Any other error is raised,
    and its user is not polled any more; iterate again to go on with the others. Raises
    `InvalidInput` for a timeout that is not a number of seconds, or for a record of another
    gateway.
    """

    __module__ = "onboarding.polling"

    def __init__(
        self,
        gateway: Calls[Any],
        records: Iterable[UserRecord],
        *,
        policy: PollPolicy = _POLICY,
        until: Callable[[UserRecord], bool] = _never,
        timeout: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        rng: Callable[[], float] = random.random,
    ) -> None:
        if timeout is not None and not is_number(timeout, 0, math.inf):
            text = "expected a number of seconds, 0 or more"
            raise InvalidInput([Problem("timeout", "shape", text)])
        self._gateway, self._clock, self._sleep = gateway, clock, sleep
        now = clock()
        ends = math.inf if timeout is None else now + timeout
        self._schedule = PollSchedule(policy, until, rng, ends)
        for record in records:
            gateway.adapter.require_own(record)
            self._schedule.add(record, now)

    @property
    def records(self) -> tuple[UserRecord, ...]:
        """The last records of the users that are still polled.

        A poller that starts from them, also in another process, goes on from there. An event that
        was not handled completely comes again, with the same id.
        """
        return tuple(user.record for user in self._schedule.users.values())

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        schedule = self._schedule
        while not schedule.events:
            step = schedule.next()
            if step is None:
                raise StopIteration
            due, user = step
            if (wait := due - self._clock()) > 0:
                self._sleep(wait)
            try:
                record = self._gateway.fetch_user(user.id)
            except OnboardingError as error:
                if not schedule.failed(user, error, self._clock()):
                    raise
            else:
                schedule.fetched(user, record, self._clock())
        return schedule.events.popleft()
