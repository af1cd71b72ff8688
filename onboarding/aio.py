"""`AsyncGateway`: an adapter with its settings and a connection, for event loops."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

from attrs import define, field

from onboarding._async.gateway import AsyncGatewayBase
from onboarding.adapter import Adapter
from onboarding.engine import Tokens
from onboarding.transports.connection import Connection

if TYPE_CHECKING:
    from onboarding.transports.aio import AsyncTransport

__all__ = ["AsyncGateway"]

A_co = TypeVar("A_co", bound=Adapter, covariant=True)
B = TypeVar("B", bound=Adapter)

_Place: TypeAlias = tuple[int, asyncio.AbstractEventLoop]


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


def _opened(connection: Connection) -> AsyncTransport:
    from onboarding.transports.aio import AsyncTransport  # imports aiohttp

    return AsyncTransport(connection)


@define(eq=False, repr=False)
class AsyncGateway(AsyncGatewayBase[A_co]):
    """One provider under one configuration, for event loops (extra `async`).

    Each event loop has its own connections and token. Closing the gateway makes running calls raise
    `TransportError` or `OutcomeUnknown`.
    """

    _states: dict[_Place, _LoopState] = field(factory=dict[_Place, _LoopState], init=False)

    def view(self, adapter: B) -> AsyncGateway[B]:
        return cast("AsyncGateway[B]", super().view(adapter))

    async def close(self) -> None:
        """Closes this loop's connections. A later call opens new ones."""
        state = self._states.pop(_here(), None)
        if state is not None and self._root is None:
            await state.transport.close()

    def _state(self) -> _LoopState:
        here = _here()
        state = self._states.get(here)
        if self._root is not None:  # a closed parent has new connections
            transport = self._root._state().transport
            if state is None or state.transport is not transport:
                state = self._states[here] = _LoopState(transport)
            return state
        if state is None:
            for place in list(self._states):
                if place[1].is_closed():  # nothing else holds it
                    self._states.pop(place, None)
            state = self._states[here] = _LoopState(_opened(self.connection))
        return state

    def _fixed_state(self) -> _LoopState:
        return self._state()  # a late step does not reopen closed connections


def _here() -> _Place:
    """Returns the key of the running loop; a loop inherited by a forked child has another key."""
    return os.getpid(), asyncio.get_running_loop()
