"""`Gateway`: an adapter with its settings and a connection, for threads."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from attrs import define

from onboarding._sync.gateway import GatewayBase
from onboarding.adapter import Adapter
from onboarding.engine import Tokens
from onboarding.transports.connection import Connection

if TYPE_CHECKING:
    from onboarding.transports.sync import SyncTransport

__all__ = ["Gateway"]

A_co = TypeVar("A_co", bound=Adapter, covariant=True)
B = TypeVar("B", bound=Adapter)
T = TypeVar("T")


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

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)


def _opened(connection: Connection) -> SyncTransport:
    from onboarding.transports.sync import SyncTransport  # imports the HTTP client

    return SyncTransport(connection)


@define(eq=False, repr=False)
class Gateway(GatewayBase[A_co]):
    """One provider under one configuration. Safe for threads and across a fork."""

    def view(self, adapter: B) -> Gateway[B]:
        return cast("Gateway[B]", super().view(adapter))

    def _place(self) -> int:
        # A forked child must neither share its parent's sockets nor wait for its locks.
        return os.getpid()

    def _new_state(self, transport: SyncTransport | None) -> _ProcessState:
        return _ProcessState(transport or _opened(self.connection))

    def _aside(self, call: Callable[[], T]) -> T:
        return call()

    def _fixed_state(self) -> None:
        return None  # a step after a close opens connections that the next close finds
