"""`Gateway`: an adapter with its settings and a connection, for threads."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, TypeVar, cast

from attrs import define, field

from onboarding._sync.gateway import GatewayBase
from onboarding.adapter import Adapter
from onboarding.engine import Tokens
from onboarding.transports.connection import Connection

if TYPE_CHECKING:
    from onboarding.transports.sync import SyncTransport

__all__ = ["Gateway"]

A_co = TypeVar("A_co", bound=Adapter, covariant=True)
B = TypeVar("B", bound=Adapter)


class _ProcessState:
    """The state of one process: connections, a token, and the lock for its renewal."""

    def __init__(self, transport: SyncTransport) -> None:
        self.transport = transport
        self.tokens = Tokens()
        self.lock = threading.Lock()

    def acquire(self, seconds: float) -> bool:
        return self.lock.acquire(timeout=seconds)

    def release(self) -> None:
        self.lock.release()


def _opened(connection: Connection) -> SyncTransport:
    from onboarding.transports.sync import SyncTransport  # imports the HTTP client

    return SyncTransport(connection)


@define(eq=False, repr=False)
class Gateway(GatewayBase[A_co]):
    """One provider under one configuration. Safe for threads and across a fork."""

    _states: dict[int, _ProcessState] = field(factory=dict[int, _ProcessState], init=False)

    def view(self, adapter: B) -> Gateway[B]:
        return cast("Gateway[B]", super().view(adapter))

    def close(self) -> None:
        """Closes the connections. A later call opens new ones."""
        state = self._states.pop(os.getpid(), None)
        if state is not None and self._root is None:
            state.transport.close()

    def _state(self) -> _ProcessState:
        # One state per process: a forked child must neither share its parent's sockets nor wait
        # for its locks. If two threads arrive first, setdefault keeps one state; the other has
        # opened nothing.
        pid = os.getpid()
        state = self._states.get(pid)
        if self._root is not None:  # a closed parent has new connections
            transport = self._root._state().transport
            if state is None or state.transport is not transport:
                state = self._states[pid] = _ProcessState(transport)
            return state
        return state or self._states.setdefault(pid, _ProcessState(_opened(self.connection)))

    def _fixed_state(self) -> None:
        return None  # a step after a close opens connections that the next close finds
