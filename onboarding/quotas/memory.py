"""Quotas that the threads and tasks of one process share."""

from __future__ import annotations

import os
import threading
from time import monotonic
from weakref import WeakSet

from onboarding.engine.pace import QuotaState, Turn
from onboarding.http import Response
from onboarding.model.answers import RateLimit
from onboarding.model.quota import Quota
from onboarding.quotas.pacer import Pacer, take_in

__all__ = ["MemoryPacer"]


_pacers: WeakSet[MemoryPacer] = WeakSet()


def _forked() -> None:
    for pacer in _pacers:
        pacer.forked()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_forked)


class MemoryPacer(Pacer):
    """Counts the calls of this process. A forked child begins anew: it knows its own calls only."""

    def __init__(self, pace: QuotaState) -> None:
        self._pace, self._lock = pace, threading.Lock()
        _pacers.add(self)

    def forked(self) -> None:
        """Begins anew in a child: another thread of the parent may have held the lock."""
        self._pace, self._lock = self._pace.anew(), threading.Lock()

    def take(self, turn: Turn, seconds: float) -> float:
        with self._lock:
            now = monotonic()
            turn.ends = now + seconds
            return self._pace.take(turn, now)

    def kept(self, *, bulk: bool = True) -> tuple[Quota, ...]:
        return self._pace.kept(bulk=bulk)

    def settle(self, turn: Turn, response: Response | None, limits: tuple[RateLimit, ...]) -> None:
        if turn.slot is not None:
            with self._lock:
                take_in(self._pace, turn, response, limits, monotonic())

    def withdraw(self, turn: Turn) -> None:
        with self._lock:
            self._pace.withdraw(turn)
