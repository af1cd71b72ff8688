"""Quotas that processes share, in a row of a database.

The row is the state of one account, as JSON. Each step reads it, goes through the same arithmetic
as in memory, and writes it back in one transaction: a process that is killed leaves no lock, and
its calls in flight are counted as made when their deadline passes.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
import weakref
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from attrs import evolve

from onboarding.engine.pace import QuotaState, Turn
from onboarding.errors import TransportError
from onboarding.http import Response
from onboarding.model.answers import RateLimit
from onboarding.model.quota import Quota
from onboarding.quotas.pacer import Pacer, take_in

__all__ = ["BUSY", "PATIENCE", "StoredPacer"]

BUSY = 0.02
"""Seconds that a step waits for the lock of the row; an event loop waits as long."""
PATIENCE = 5.0
"""Seconds until a row that stays locked is an error."""

C = TypeVar("C", bound="_Closable")

_of_parents: list[object] = []  # a child must neither use nor close a connection that it inherited


class _Closable(Protocol):
    def close(self) -> None: ...


def _close(connection: _Closable, process: int) -> None:
    """Closes a connection in the process that opened it, and not in a forked child."""
    if os.getpid() == process:
        connection.close()


class StoredPacer(Pacer, Generic[C]):
    """Counts the calls of every process that uses the same store and account."""

    failures: tuple[type[Exception], ...]
    """The errors of the database, and `ValueError` for a state that is no JSON."""

    def __init__(self, store: str, account: str, pace: QuotaState) -> None:
        """`store` is its name in errors, without a password."""
        self._store, self._account, self._pace = store, account, pace
        self._connection: C | None = None
        self._lock, self._process = threading.Lock(), os.getpid()
        self._owed: list[Callable[[float], None]] = []
        self._locked_since: float | None = None

    # -- the database

    @property
    def connection(self) -> C:
        """The connection of this process."""
        if self._connection is None:
            self._connection = self.open()
            weakref.finalize(self, _close, self._connection, os.getpid())
        return self._connection

    @abstractmethod
    def open(self) -> C:
        """Opens a connection."""

    @abstractmethod
    def begin(self) -> tuple[str | None, float]:
        """Begins a transaction and locks the row; returns its state, and the time of then.

        The time is read once the row is locked, so that no process is behind another.
        """

    @abstractmethod
    def commit(self, state: str) -> None:
        """Writes the state, and ends the transaction."""

    @abstractmethod
    def roll_back(self) -> None:
        """Ends the transaction without a change, if there is one."""

    @abstractmethod
    def is_locked(self, error: Exception) -> bool:
        """Whether another process has the lock."""

    @abstractmethod
    def told(self, error: Exception) -> str:
        """Returns an error in words, without what is secret."""

    # -- the steps of a call

    def take(self, turn: Turn, seconds: float) -> float:
        def step(now: float) -> float:
            turn.ends = now + seconds
            return self._pace.take(turn, now)

        with self._own_lock():
            try:
                wait: float = self._transaction(step)
            except self.failures as error:
                turn.slot = None
                failure = self._patience(error)
            else:
                self._locked_since = None
                return wait
        if failure is None:
            return BUSY * random.uniform(0.5, 1.5)  # noqa: S311  # no secret
        raise failure

    def kept(self, *, bulk: bool = True) -> tuple[Quota, ...]:
        return self._pace.kept(bulk=bulk)

    def settle(self, turn: Turn, response: Response | None, limits: tuple[RateLimit, ...]) -> None:
        if turn.slot is not None:
            self._tell(turn, lambda own, now: take_in(self._pace, own, response, limits, now))

    def withdraw(self, turn: Turn) -> None:
        if turn.slot is not None or turn.number:
            self._tell(turn, lambda own, _: self._pace.withdraw(own))

    def _tell(self, turn: Turn, step: Callable[[Turn, float], None]) -> None:
        """Does a step that must not fail; one that does is done again with the next step."""
        kept = evolve(turn)
        turn.slot, turn.number = None, 0

        def again(now: float) -> None:
            step(evolve(kept), now)  # on a copy, which a transaction that fails may have changed

        with self._own_lock():
            try:
                self._transaction(again)
            except self.failures:
                self._owed.append(again)

    def _patience(self, error: Exception) -> TransportError | None:
        """Returns the error of a call, None while the row has not been locked for long."""
        now = time.monotonic()
        if self.is_locked(error):
            self._locked_since = self._locked_since or now
            if now - self._locked_since < PATIENCE:
                return None
        text = f"the store of quotas {self._store} failed: {self.told(error)}; nothing was sent"
        return TransportError(text)

    # -- a transaction

    def _own_lock(self) -> threading.Lock:
        if self._process != os.getpid():
            _of_parents.append(self._connection)
            self._connection, self._owed, self._locked_since = None, [], None
            self._lock, self._process = threading.Lock(), os.getpid()
        return self._lock

    def _transaction(self, step: Callable[[float], Any]) -> Any:
        try:
            state, now = self.begin()
            self._pace.load(json.loads(state) if state else self._pace.anew().dump(now), now)
            for owed in self._owed:
                owed(now)
            result = step(now)
            self.commit(json.dumps(self._pace.dump(now), separators=(",", ":")))
        except BaseException:
            self.roll_back()
            raise
        self._owed = []
        return result
