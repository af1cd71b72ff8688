"""`AsyncGateway`: an adapter with its settings and a connection, for event loops."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from attrs import define

from onboarding._async.gateway import AsyncGatewayBase, AsyncState
from onboarding.adapter import Adapter
from onboarding.engine import Tokens
from onboarding.transports.connection import Connection

if TYPE_CHECKING:
    from onboarding.transports.aio import AsyncTransport

__all__ = ["AsyncGateway"]

A_co = TypeVar("A_co", bound=Adapter, covariant=True)
B = TypeVar("B", bound=Adapter)
T = TypeVar("T")


class _LoopState:
    """The state of one event loop of one process."""

    def __init__(self, transport: AsyncTransport) -> None:
        self.transport = transport
        self.tokens = Tokens()
        self.lock = asyncio.Lock()

    async def acquire(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self.lock.acquire()
        except TimeoutError:
            return False

    def release(self) -> None:
        self.lock.release()

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def _opened(connection: Connection) -> AsyncTransport:
    from onboarding.transports.aio import AsyncTransport  # imports aiohttp

    return AsyncTransport(connection)


@define(eq=False, repr=False)
class AsyncGateway(AsyncGatewayBase[A_co]):
    """One provider under one configuration, for event loops (extra `async`).

    Each event loop has its own connections and token. `close` closes those of the running loop;
    its running calls raise `TransportError` or `OutcomeUnknown`.
    """

    def view(self, adapter: B) -> AsyncGateway[B]:
        return cast("AsyncGateway[B]", super().view(adapter))

    def _place(self) -> tuple[int, asyncio.AbstractEventLoop]:
        # A loop that a forked child inherits has another key.
        return os.getpid(), asyncio.get_running_loop()

    def _new_state(self, transport: AsyncTransport | None) -> _LoopState:
        if transport is None:
            self._drop_closed_loops()
        return _LoopState(transport or _opened(self.connection))

    def _drop_closed_loops(self) -> None:
        for place in list(self._states):
            _, loop = cast("tuple[int, asyncio.AbstractEventLoop]", place)
            if loop.is_closed():  # nothing else holds it
                self._states.pop(place, None)

    async def _aside(self, call: Callable[[], T]) -> T:
        return await asyncio.to_thread(call)

    def _fixed_state(self) -> AsyncState:
        return self._state()  # a late step does not reopen closed connections
