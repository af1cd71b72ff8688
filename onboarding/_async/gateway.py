"""The settings of a gateway, and the steps of a call."""

from __future__ import annotations

import sys
import time
from collections.abc import Hashable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from attrs import define, field, fields_dict

from onboarding._async.calls import AsyncCalls
from onboarding._async.driver import drive
from onboarding.adapter import Adapter
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
from onboarding.engine.deadline import Deadline
from onboarding.engine.observers import exchange_of, is_observed, report
from onboarding.errors import ConfigurationError, TransportError
from onboarding.hooks import Exchange, Observe
from onboarding.http import Flow, Request, Response, Token
from onboarding.model.answers import RateLimit
from onboarding.transports.connection import Connection, uncertified

if TYPE_CHECKING:
    from onboarding.transports.aio import AsyncTransport

__all__ = ["AsyncGatewayBase", "AsyncState"]

A_co = TypeVar("A_co", bound=Adapter, covariant=True)
B = TypeVar("B", bound=Adapter)
T = TypeVar("T")


class AsyncState(Protocol):
    """The connections, the token, and the lock for its renewal, of one place."""

    transport: AsyncTransport
    tokens: Tokens

    async def acquire(self, seconds: float) -> bool:
        """Acquires the lock; returns False if it took longer."""
        raise NotImplementedError

    def release(self) -> None:
        """Releases the lock."""
        raise NotImplementedError


@define(eq=False, repr=False)
class AsyncGatewayBase(AsyncCalls[A_co]):
    """The settings of a gateway, and the steps of a call."""

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
    _root: AsyncGatewayBase[Adapter] | None = field(default=None, init=False)
    _states: dict[Hashable, AsyncState] = field(factory=dict[Hashable, AsyncState], init=False)
    _limits: tuple[RateLimit, ...] = field(default=(), init=False)

    def __attrs_post_init__(self) -> None:
        self._timed = ServerClock(self.clock)
        self._refuse_unsafe()

    def _refuse_unsafe(self) -> None:
        """Raises `ConfigurationError` for settings that leave keys or calls unprotected.

        An adapter makes the same check when it is built, unless its class overrides the check.
        """
        adapter = self.adapter
        settings = {name: getattr(adapter, name) for name in fields_dict(type(adapter))}
        on = [name for name in adapter.certificate_settings if settings[name]]
        problems = [
            *adapter.problems_in(settings),
            *uncertified(on, self.connection.certificate),
        ]
        if problems:
            raise ConfigurationError(problems)

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

    def view(self, adapter: B) -> AsyncGatewayBase[B]:
        """Returns a gateway with another adapter that shares the connections of this one.

        It is cheap enough for each request of a web server:
        `gateway.view(gateway.adapter.as_user(token))`. Tokens are not shared; closing a view keeps
        the parent's connections open.
        """
        kind: Any = type(self)
        seen: AsyncGatewayBase[B] = kind(
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
        fixed = self._fixed_state()
        steps = conversation(self.adapter, flow, clock=self._timed, nonces=self.nonces)
        try:
            return await drive(steps, lambda step: self._perform(step, until, fixed, self._report))
        except Exception as error:
            if self.debug:
                raise
            failure = without_frames(error, outer)
        raise failure

    async def close(self) -> None:
        """Closes the connections. A later call opens new ones."""
        state = self._states.pop(self._place(), None)
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
        adapter = self.adapter
        name, kind = repr(adapter.name or adapter.provider), type(adapter).__name__
        shown = ", ".join(filter(None, (name, kind, adapter.environment_name)))
        return f"{type(self).__name__}({shown})"

    # -- steps of the driver

    def _state(self) -> AsyncState:
        place = self._place()
        state = self._states.get(place)
        if self._root is not None:  # a closed parent has new connections
            transport = self._root._state().transport
            if state is None or state.transport is not transport:
                state = self._states[place] = self._new_state(transport)
            return state
        # If two threads arrive first, setdefault keeps one state; the other has opened nothing.
        return state or self._states.setdefault(place, self._new_state(None))

    def _place(self) -> Hashable:
        """Returns the key of the current state."""
        raise NotImplementedError

    def _new_state(self, transport: AsyncTransport | None) -> AsyncState:
        """Returns a state with these connections, or with new ones."""
        raise NotImplementedError

    def _fixed_state(self) -> AsyncState | None:
        """Returns the state for all steps of a call, or None to look it up at each step."""
        raise NotImplementedError

    def _report(self, exchange: Exchange) -> None:
        report(self.observe, exchange)

    async def _perform(
        self,
        step: Request | TokenRequest,
        until: Deadline,
        fixed: AsyncState | None,
        report: Observe,
    ) -> Response | Token:
        if isinstance(step, TokenRequest):
            return await self._token(step, until, fixed)
        state, left = fixed or self._state(), until.left()
        began = time.monotonic()
        status: int | None = None
        limits: tuple[RateLimit, ...] = ()
        try:
            response = await state.transport.send(step, timeout=left)
            if not step.anonymous and not self.adapter.token_refused(response):
                state.tokens.accepted()
            status, limits = response.status, self.adapter.rate_limits(response)
            if limits:  # one assignment, which is atomic for threads
                (self._root or self)._limits = limits
            return response
        finally:
            if is_observed(self.observe):
                report(exchange_of(self.adapter, step, status, began, limits))

    async def _token(
        self, wanted: TokenRequest, until: Deadline, fixed: AsyncState | None
    ) -> Token:
        state = fixed or self._state()
        if not await state.acquire(until.left()):
            raise TransportError("the deadline of the call passed while another call logged in")
        exchanges: list[Exchange] = []  # reported after the lock is released: an observer may call
        try:
            token = state.tokens.for_request(wanted, self.clock())
            if token is None:
                steps = login(self.adapter, clock=self._timed, nonces=self.nonces)
                new = await drive(
                    steps, lambda step: self._perform(step, until, fixed, exchanges.append)
                )
                token = state.tokens.renewed(new, self.clock())
            return token
        finally:
            state.release()
            for exchange in exchanges:
                self._report(exchange)
