"""`Gateway`: an adapter with its settings and a connection, for threads."""

from __future__ import annotations

import os
import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from attrs import define, field

from onboarding._sync.calls import Calls
from onboarding._sync.driver import drive
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
    from onboarding.transports.sync import SyncTransport

__all__ = ["Gateway"]

A_co = TypeVar("A_co", bound=Adapter, covariant=True)
B = TypeVar("B", bound=Adapter)
T = TypeVar("T")


class _ProcessState:
    """The state of one process: connections, a token, and the lock for its renewal."""

    def __init__(self, transport: SyncTransport) -> None:
        self.transport = transport
        self.lock = threading.Lock()
        self.tokens = Tokens()


def _opened(connection: Connection) -> SyncTransport:
    from onboarding.transports.sync import SyncTransport  # imports the HTTP client

    return SyncTransport(connection)


@define(eq=False, repr=False)
class Gateway(Calls[A_co]):
    """One provider under one configuration. Safe for threads and across a fork."""

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
    _root: Gateway[Adapter] | None = field(default=None, init=False)
    _states: dict[int, _ProcessState] = field(factory=dict[int, "_ProcessState"], init=False)
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

    def view(self, adapter: B) -> Gateway[B]:
        """Returns a gateway with another adapter that shares the connections of this one.

        It is cheap enough for each request of a web server:
        `gateway.view(gateway.adapter.as_user(token))`. Tokens are not shared; closing a view keeps
        the parent's connections open.
        """
        seen = Gateway(
            adapter,
            connection=self.connection,
            observe=self.observe,
            debug=self.debug,
            clock=self.clock,
            nonces=self.nonces,
        )
        seen._root, seen._timed = self._root or self, self._timed
        return seen

    def run(self, flow: Flow[T], *, deadline: float | None = None) -> T:
        """Runs any flow of the adapter, such as an operation that only one provider has.

        Errors are raised without their inner frames, whose locals hold keys and bodies; `debug`
        keeps the frames.
        """
        until, outer = Deadline(deadline), sys.exception()
        steps = conversation(self.adapter, flow, clock=self._timed, nonces=self.nonces)
        try:
            return drive(steps, lambda step: self._perform(step, until, self._report))
        except Exception as error:
            if self.debug:
                raise
            failure = without_frames(error, outer)
        raise failure

    def close(self) -> None:
        """Closes the connections. A later call opens new ones."""
        state = self._states.pop(os.getpid(), None)
        if state is not None and self._root is None:
            state.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Gateway({described(self.adapter)})"

    # -- steps of the driver

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

    def _report(self, exchange: Exchange) -> None:
        report(self.observe, exchange)

    def _perform(
        self, step: Request | TokenRequest, until: Deadline, report: Observe
    ) -> Response | Token:
        if isinstance(step, TokenRequest):
            return self._token(step, until)
        state, left = self._state(), until.left()
        began = time.monotonic()
        status: int | None = None
        limits: tuple[RateLimit, ...] = ()
        try:
            response = state.transport.send(step, timeout=left)
            if not step.anonymous and not self.adapter.token_refused(response):
                state.tokens.accepted()
            status, limits = response.status, self.adapter.rate_limits(response)
            if limits:  # one assignment, which is atomic for threads
                (self._root or self)._limits = limits
            return response
        finally:
            if is_observed(self.observe):
                report(exchange_of(self.adapter, step, status, began, limits))

    def _token(self, wanted: TokenRequest, until: Deadline) -> Token:
        state = self._state()
        if not state.lock.acquire(timeout=until.left()):
            raise TransportError("the deadline of the call passed while another call logged in")
        exchanges: list[Exchange] = []  # reported after the lock is released: an observer may call
        try:
            token = state.tokens.for_request(wanted, self.clock())
            if token is None:
                steps = login(self.adapter, clock=self._timed, nonces=self.nonces)
                new = drive(steps, lambda step: self._perform(step, until, exchanges.append))
                token = state.tokens.renewed(new, self.clock())
            return token
        finally:
            state.lock.release()
            for exchange in exchanges:
                self._report(exchange)
