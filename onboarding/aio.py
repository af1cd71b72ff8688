"""`AsyncGateway`: an adapter with its settings and a connection, for event loops."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from attrs import define, field

from onboarding._async.calls import AsyncCalls
from onboarding._async.driver import drive
from onboarding.adapter import Adapter
from onboarding.calls.shared import (
    Deadline,
    described,
    exchange_of,
    is_observed,
    refuse_unsafe,
    report,
)
from onboarding.engine import (
    Clock,
    Nonces,
    ServerClock,
    TokenRequest,
    Tokens,
    conversation,
    login,
    new_nonce,
    utc_now,
    without_frames,
)
from onboarding.errors import TransportError
from onboarding.hooks import Exchange, Observe
from onboarding.http import Flow, Request, Response, Token
from onboarding.model.answers import RateLimit
from onboarding.transports.connection import Connection

if TYPE_CHECKING:
    from onboarding.transports.aio import AsyncTransport

__all__ = ["AsyncGateway"]

A_co = TypeVar("A_co", bound=Adapter, covariant=True)
B = TypeVar("B", bound=Adapter)
T = TypeVar("T")


class _ProcessState:
    """The state of one event loop of one process."""

    def __init__(self, transport: AsyncTransport) -> None:
        self.transport = transport
        self.lock = asyncio.Lock()
        self.tokens = Tokens()


def _opened(connection: Connection) -> AsyncTransport:
    from onboarding.transports.aio import AsyncTransport  # imports aiohttp

    return AsyncTransport(connection)


@define(eq=False, repr=False)
class AsyncGateway(AsyncCalls[A_co]):
    """One provider under one configuration, for event loops (extra `async`).

    Each event loop has its own connections and token. Closing the gateway makes running calls raise
    `TransportError` or `OutcomeUnknown`.
    """

    adapter: A_co
    """The adapter, with its settings."""
    connection: Connection = field(factory=Connection)
    """How it connects."""
    observe: Observe | None = None
    """Is called with each exchange."""
    debug: bool = False
    """Whether errors keep their inner frames, whose locals hold keys and bodies."""
    clock: Clock = utc_now
    """Returns the time, aware and in UTC."""
    nonces: Nonces = new_nonce
    """Returns a text that is used once."""
    _timed: ServerClock = field(init=False)
    _root: AsyncGateway[Adapter] | None = field(default=None, init=False)
    _states: dict[tuple[int, asyncio.AbstractEventLoop], _ProcessState] = field(
        factory=dict[tuple[int, asyncio.AbstractEventLoop], "_ProcessState"], init=False
    )

    _limits: tuple[RateLimit, ...] = field(default=(), init=False)

    def __attrs_post_init__(self) -> None:
        self._timed = ServerClock(self.clock)
        refuse_unsafe(self.adapter, self.connection)

    @property
    def name(self) -> str:
        return self.adapter.name

    @property
    def provider(self) -> str:
        return self.adapter.provider

    @property
    def rate_limits(self) -> tuple[RateLimit, ...]:
        """The remaining calls in each window, from the last answer that reported them.

        Empty before the first such answer. A view shares them with its parent, because providers
        count by client. Records and `RateLimited` have the limits of their own answer.
        """
        return (self._root or self)._limits

    # -- running flows

    def view(self, adapter: B) -> AsyncGateway[B]:
        """Returns a gateway with another adapter that shares the connections of this one.

        It is cheap enough for each request of a web server:
        `gateway.view(gateway.adapter.as_user(token))`. Tokens are not shared; closing a view keeps
        the parent's connections open.
        """
        seen = AsyncGateway(
            adapter,
            connection=self.connection,
            observe=self.observe,
            debug=self.debug,
            clock=self.clock,
            nonces=self.nonces,
        )
        seen._root, seen._timed = self._root or self, self._timed
        return seen

    async def run(self, flow: Flow[T], *, deadline: float | None = None) -> T:
        """Runs any flow of the adapter, such as an operation that only one provider has.

        Errors are raised without their inner frames, whose locals hold keys and bodies; `debug`
        keeps the frames.
        """
        until, outer = Deadline(deadline), sys.exception()
        state = self._state()  # fixed for the call: a late step does not reopen closed connections
        steps = conversation(self.adapter, flow, clock=self._timed, nonces=self.nonces)
        try:
            return await drive(steps, lambda step: self._perform(step, until, state, self._report))
        except Exception as error:
            if self.debug:
                raise
            failure = without_frames(error, outer)
        raise failure

    async def close(self) -> None:
        """Closes this loop's connections. A later call opens new ones."""
        state = self._states.pop(_here(), None)
        if state is not None and self._root is None:
            await state.transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncGateway({described(self.adapter)})"

    # -- steps of the driver

    def _state(self) -> _ProcessState:
        here = _here()
        state = self._states.get(here)
        if self._root is not None:  # a closed parent has new connections
            transport = self._root._state().transport
            if state is None or state.transport is not transport:
                state = self._states[here] = _ProcessState(transport)
            return state
        if state is None:
            for place in list(self._states):
                if place[1].is_closed():  # nothing else holds it
                    self._states.pop(place, None)
            state = self._states[here] = _ProcessState(_opened(self.connection))
        return state

    def _report(self, exchange: Exchange) -> None:
        report(self.observe, exchange)

    async def _perform(
        self, step: Request | TokenRequest, until: Deadline, state: _ProcessState, report: Observe
    ) -> Response | Token:
        if isinstance(step, TokenRequest):
            return await self._token(step, until, state)
        left = until.left()
        began = time.monotonic()
        status: int | None = None
        limits: tuple[RateLimit, ...] = ()
        try:
            response = await state.transport.send(step, timeout=left)
            if not step.anonymous and not self.adapter.token_refused(response):
                state.tokens.accepted()
            status, limits = response.status, self.adapter.rate_limits(response)
            if limits:
                (self._root or self)._limits = limits
            return response
        finally:
            if is_observed(self.observe):
                report(exchange_of(self.adapter, step, status, began, limits))

    async def _token(self, wanted: TokenRequest, until: Deadline, state: _ProcessState) -> Token:
        try:
            async with asyncio.timeout(until.left()):
                await state.lock.acquire()
        except TimeoutError:
            text = "the deadline of the call passed while another call logged in"
            raise TransportError(text) from None
        exchanges: list[Exchange] = []  # reported after the lock is released: an observer may call
        try:
            token = state.tokens.for_request(wanted, self.clock())
            if token is None:
                steps = login(self.adapter, clock=self._timed, nonces=self.nonces)
                new = await drive(
                    steps, lambda step: self._perform(step, until, state, exchanges.append)
                )
                token = state.tokens.renewed(new, self.clock())
            return token
        finally:
            state.lock.release()
            for exchange in exchanges:
                self._report(exchange)


def _here() -> tuple[int, asyncio.AbstractEventLoop]:
    """Returns the key of the running loop; a loop inherited by a forked child has another key."""
    return os.getpid(), asyncio.get_running_loop()
