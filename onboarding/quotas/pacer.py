"""What a gateway asks for a place before each request, and tells of each answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from onboarding.engine.pace import QuotaState, Turn
from onboarding.http import Response, retry_after
from onboarding.model.answers import RateLimit
from onboarding.model.quota import Quota

__all__ = ["Pacer", "bulk_calls", "is_patient", "take_in"]

_BULK: ContextVar[bool] = ContextVar("onboarding_bulk", default=False)
_PATIENT: ContextVar[bool] = ContextVar("onboarding_patient", default=False)


@contextmanager
def bulk_calls(*, patient: bool = True) -> Generator[None]:
    """Lets interactive calls go before the calls inside the block.

    A `patient` call waits for its place as long as it must; any other raises `QuotaReached` if
    there is none before its deadline. It holds for the thread, or for the task and the tasks that
    it starts.
    """
    bulk, waits = _BULK.set(True), _PATIENT.set(patient)
    try:
        yield
    finally:
        _PATIENT.reset(waits)
        _BULK.reset(bulk)


def is_patient() -> bool:
    """Returns whether a call waits for its place beyond its deadline."""
    return _PATIENT.get()


class Pacer(ABC):
    """Gives places under the quotas of one account. Safe for threads, tasks and across a fork."""

    @staticmethod
    def turn(*, first: bool = False) -> Turn:
        """Returns the turn of a new call; `first` for one that goes before bulk calls anyway."""
        return Turn(bulk=not first and _BULK.get())

    @abstractmethod
    def take(self, turn: Turn, seconds: float) -> float:
        """Takes a place for a call that ends within so many seconds, and returns 0.0.

        Otherwise returns the seconds after which to ask again, as `QuotaState.take` does.
        """

    def kept(self, *, bulk: bool = True) -> tuple[Quota, ...]:
        """Returns the quotas that it keeps for bulk calls, or for interactive ones."""
        return ()

    @abstractmethod
    def settle(self, turn: Turn, response: Response | None, limits: tuple[RateLimit, ...]) -> None:
        """Counts a call that was sent, with its answer; nothing if the turn has no place."""

    @abstractmethod
    def withdraw(self, turn: Turn) -> None:
        """Gives back the place of a call that was not sent, or its turn in the queue."""


def take_in(
    state: QuotaState,
    turn: Turn,
    response: Response | None,
    limits: tuple[RateLimit, ...],
    now: float,
) -> None:
    """Takes the end of a call into a state."""
    state.answered(turn, now, failed=response is None or response.status >= 400)
    if limits:
        state.learn(limits, now)
    if response is not None and response.status == 429:
        wait = retry_after(response)
        if wait is not None or all(limit.left > 0 for limit in limits):
            state.refused(now, wait)
