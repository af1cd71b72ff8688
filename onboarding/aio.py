"""A gateway for an event loop (extra `async`): the same flows, awaited."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from attrs import define, field

from onboarding.adapter import Adapter
from onboarding.calls.aio import AsyncCalls
from onboarding.engine import (
    Clock,
    Nonces,
    ServerClock,
    TokenRequest,
    Tokens,
    conversation,
    drive_async,
    login,
    utc_now,
    without_frames,
)
from onboarding.errors import TransportError
from onboarding.gateway import Deadline, described, exchange_of, new_nonce, refuse_unsafe, report
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
    """What one event loop of one process holds."""

    def __init__(self, transport: AsyncTransport) -> None:
        self.transport = transport
        self.lock = asyncio.Lock()
        self.tokens = Tokens()


def _opened(connection: Connection) -> AsyncTransport:
    from onboarding.transports.aio import AsyncTransport  # aiohttp, when first needed

    return AsyncTransport(connection)


@define(eq=False, repr=False)
class AsyncGateway(AsyncCalls[A_co]):
    """`Gateway`, awaited: one provider, as one configuration reaches it.

    Each event loop has connections and a token of its own. A call that is under way when the
    gateway is closed raises `TransportError` or `OutcomeUnknown`.
    """

    adapter: A_co
    connection: Connection = field(factory=Connection)
    observe: Observe | None = None
    debug: bool = False
    clock: Clock = utc_now
    nonces: Nonces = new_nonce
    _timed: ServerClock = field(init=False)
    _root: AsyncGateway[Adapter] | None = field(default=None, init=False)
    _lives: dict[tuple[int, asyncio.AbstractEventLoop], _ProcessState] = field(
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
        """The calls left in each window, by the last answer that said so; empty before one did.

        Providers count by client: a view shares them with the gateway that it is of. Records
        and `RateLimited` hold those of their own answer.
        """
        return (self._root or self)._limits

    # -- anything else

    def view(self, adapter: B) -> AsyncGateway[B]:
        """A gateway with another adapter over the connections of this one.

        It is as light as the adapter: `gateway.view(gateway.adapter.as_user(token))`, for each
        request of a web server. What it logs in for is its own; closing it closes nothing.
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
        """Runs any flow of the adapter: this is how what only one provider has is called.

        An error leaves without its inner frames, whose locals hold keys and bodies; the gateway's
        `debug` keeps them.
        """
        until, outer = Deadline(deadline), sys.exception()
        life = self._alive()  # to the end: what close() closes is not opened again by a late step
        steps = conversation(self.adapter, flow, clock=self._timed, nonces=self.nonces)
        try:
            return await drive_async(
                steps, lambda step: self._perform(step, until, life, self._report)
            )
        except Exception as error:
            if self.debug:
                raise
            failure = without_frames(error, outer)
        raise failure

    async def close(self) -> None:
        """Closes this loop's connections. The gateway opens new ones if it is called again."""
        life = self._lives.pop(_here(), None)
        if life is not None and self._root is None:
            await life.transport.close()

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

    # -- the driver's hands

    def _alive(self) -> _ProcessState:
        here = _here()
        life = self._lives.get(here)
        if self._root is not None:  # whose connections are new ones, once it was closed
            transport = self._root._alive().transport
            if life is None or life.transport is not transport:
                life = self._lives[here] = _ProcessState(transport)
            return life
        if life is None:
            for place in list(self._lives):
                if place[1].is_closed():  # nothing but this table holds it any more
                    self._lives.pop(place, None)
            life = self._lives[here] = _ProcessState(_opened(self.connection))
        return life

    def _report(self, exchange: Exchange) -> None:
        report(self.observe, exchange)

    async def _perform(
        self, step: Request | TokenRequest, until: Deadline, life: _ProcessState, report: Observe
    ) -> Response | Token:
        if isinstance(step, TokenRequest):
            return await self._token(step, until, life)
        left = until.left()
        began = time.monotonic()
        status: int | None = None
        limits: tuple[RateLimit, ...] = ()
        try:
            response = await life.transport.send(step, timeout=left)
            if not step.anonymous and not self.adapter.token_refused(response):
                life.tokens.accepted()
            status, limits = response.status, self.adapter.rate_limits(response)
            if limits:
                (self._root or self)._limits = limits
            return response
        finally:
            report(exchange_of(self.adapter, step, status, began, limits))

    async def _token(self, wish: TokenRequest, until: Deadline, life: _ProcessState) -> Token:
        try:
            async with asyncio.timeout(until.left()):
                await life.lock.acquire()
        except TimeoutError:
            text = "the deadline of the call passed while another one logged in"
            raise TransportError(text) from None
        exchanges: list[Exchange] = []  # reported once the lock is free: an observer may call
        try:
            token = life.tokens.for_request(wish, self.clock())
            if token is None:
                steps = login(self.adapter, clock=self._timed, nonces=self.nonces)
                new = await drive_async(
                    steps, lambda step: self._perform(step, until, life, exchanges.append)
                )
                token = life.tokens.renewed(new, self.clock())
            return token
        finally:
            life.lock.release()
            for exchange in exchanges:
                self._report(exchange)


def _here() -> tuple[int, asyncio.AbstractEventLoop]:
    """A loop that a forked child took over from its parent is another place."""
    return os.getpid(), asyncio.get_running_loop()
