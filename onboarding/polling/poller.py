"""Reads users again and again, in a thread or in an event loop."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Self

from onboarding.adapter import Adapter
from onboarding.aio import AsyncGateway
from onboarding.errors import InvalidInput, OnboardingError, Problem
from onboarding.gateway import Gateway
from onboarding.model.event import Event
from onboarding.model.record import UserRecord
from onboarding.polling.schedule import PollPolicy, PollSchedule, is_number

__all__ = ["AsyncPoller", "Poller"]


_PACE = PollPolicy()


def _never(_: UserRecord) -> bool:
    return False


class _Watching:
    """What both watches are made of."""

    _plan: PollSchedule

    def _begin(
        self,
        adapter: Adapter,
        records: Iterable[UserRecord],
        policy: PollPolicy,
        until: Callable[[UserRecord], bool],
        patience: float | None,
        clock: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        if patience is not None and not is_number(patience, 0, math.inf):
            text = "expected a number of seconds, 0 or more"
            raise InvalidInput([Problem("patience", "shape", text)])
        now = clock()
        ends = math.inf if patience is None else now + patience
        self._plan = PollSchedule(policy, until, chance, ends)
        for record in records:
            adapter.require_own(record)
            self._plan.add(record, now)

    @property
    def records(self) -> tuple[UserRecord, ...]:
        """Who is watched still, as known from the events that were taken in.

        A watch of these, in another process, tells what comes after; an event that was being
        handled comes again, under the same id.
        """
        return tuple(user.record for user in self._plan.users.values())


class Poller(_Watching):
    """Reads users again and again, and gives an event for each change: an iterator.

    - `pace`: how often; `until`: a user of whom it is true is watched no longer;
    - `patience`: seconds after which no read begins; without it, and with nobody done, the
      iteration has no end;
    - `clock` (seconds, from any beginning), `sleep` and `chance` (from 0 to 1) come from outside.

    A connection that breaks, a provider that is out of order and a limit that was reached are
    waited out. Any other error is raised, and the user it came from is watched no longer: to go on
    with the others, iterate again.
    """

    def __init__(
        self,
        gateway: Gateway[Any],
        records: Iterable[UserRecord],
        *,
        policy: PollPolicy = _PACE,
        until: Callable[[UserRecord], bool] = _never,
        patience: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._gateway, self._clock, self._sleep = gateway, clock, sleep
        self._begin(gateway.adapter, records, policy, until, patience, clock, chance)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        plan = self._plan
        while not plan.events:
            step = plan.next()
            if step is None:
                raise StopIteration
            due, user = step
            if (wait := due - self._clock()) > 0:
                self._sleep(wait)
            try:
                record = self._gateway.fetch_user(user.id)
            except OnboardingError as error:
                if not plan.failed(user, error, self._clock()):
                    raise
            else:
                plan.seen(user, record, self._clock())
        return plan.events.popleft()


class AsyncPoller(_Watching):
    """`Poller` for an event loop: an asynchronous iterator."""

    def __init__(
        self,
        gateway: AsyncGateway[Any],
        records: Iterable[UserRecord],
        *,
        policy: PollPolicy = _PACE,
        until: Callable[[UserRecord], bool] = _never,
        patience: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._gateway, self._clock, self._sleep = gateway, clock, sleep
        self._begin(gateway.adapter, records, policy, until, patience, clock, chance)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        plan = self._plan
        while not plan.events:
            step = plan.next()
            if step is None:
                raise StopAsyncIteration
            due, user = step
            if (wait := due - self._clock()) > 0:
                await self._sleep(wait)
            try:
                record = await self._gateway.fetch_user(user.id)
            except OnboardingError as error:
                if not plan.failed(user, error, self._clock()):
                    raise
            else:
                plan.seen(user, record, self._clock())
        return plan.events.popleft()
