"""A gateway: an adapter with its settings and a transport, ready to be called."""

from __future__ import annotations

import logging
import os
import secrets
import sys
import threading
import time
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from attrs import define, field, fields_dict

from onboarding.adapter import Adapter
from onboarding.calls.sync import Calls
from onboarding.engine import (
    Clock,
    Nonces,
    ServerClock,
    TokenRequest,
    Tokens,
    conversation,
    drive,
    login,
    utc_now,
    without_frames,
)
from onboarding.errors import ConfigurationError, InvalidInput, Problem, TransportError
from onboarding.hooks import Exchange, Observe
from onboarding.http import Flow, Request, Response, Token
from onboarding.model.answers import RateLimit
from onboarding.transports.connection import Connection, uncertified

if TYPE_CHECKING:
    from onboarding.transports.sync import SyncTransport

__all__ = [
    "DEADLINE",
    "Deadline",
    "Gateway",
    "exchange_of",
    "new_nonce",
    "refuse_unsafe",
    "report",
]

A_co = TypeVar("A_co", bound=Adapter, covariant=True)
B = TypeVar("B", bound=Adapter)
T = TypeVar("T")

DEADLINE = 60.0
"""Seconds that a call may take in all, unless it says otherwise."""

_LONGEST = 86_400.0  # a day: sockets and locks take no time without end

log = logging.getLogger("onboarding")


def new_nonce() -> str:
    """32 characters from the system's randomness, letters and digits."""
    return secrets.token_hex(16)


class Deadline:
    """When a call must end, a day from now at the latest.

    Raises `InvalidInput` for NaN, `TransportError` once there is no time left.
    """

    def __init__(self, seconds: float | None) -> None:
        wanted = DEADLINE if seconds is None else seconds
        known = isinstance(wanted, int | float)  # pyright: ignore[reportUnnecessaryIsInstance]
        if not known or wanted != wanted:  # NaN; isnan raises for a huge integer
            raise InvalidInput([Problem("deadline", "shape", "expected a number of seconds")])
        self._ends = time.monotonic() + min(wanted, _LONGEST)

    def left(self) -> float:
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise TransportError("the deadline of the call passed before a request was sent")
        return seconds


_OBSERVING = ContextVar("an observer is being called", default=False)


def report(observe: Observe | None, exchange: Exchange) -> None:
    """Calls the observer with an exchange, and logs the class of an error that it raises.

    Its error never replaces the answer. An exchange that an observer itself causes is not
    reported: it would be reported without end.
    """
    if observe is None or _OBSERVING.get():
        return
    token = _OBSERVING.set(True)
    try:
        observe(exchange)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # such as SystemExit: it must not cost the caller the answer
        log.warning("an observer failed: %s", type(error).__name__)
    finally:
        _OBSERVING.reset(token)


def exchange_of(
    adapter: Adapter,
    request: Request,
    status: int | None,
    began: float,
    rate_limits: tuple[RateLimit, ...],
) -> Exchange:
    """One request and its answer, as an observer may see it."""
    return Exchange(
        provider=adapter.provider,
        gateway=adapter.name,
        operation=request.operation,
        method=request.method,
        status=status,
        seconds=time.monotonic() - began,
        rate_limits=rate_limits,
    )


def described(adapter: Adapter) -> str:
    """Which gateway it is, for a repr: its name, the adapter and the environment."""
    name, kind = repr(adapter.name or adapter.provider), type(adapter).__name__
    return ", ".join(filter(None, (name, kind, adapter.environment_name)))


def refuse_unsafe(adapter: Adapter, connection: Connection) -> None:
    """Raises `ConfigurationError` for settings with which keys or calls would be unprotected.

    An adapter checks its own when it is built, unless its class replaces that check.
    """
    settings = {name: getattr(adapter, name) for name in fields_dict(type(adapter))}
    on = [name for name in adapter.certificate_settings if settings[name]]
    problems = [*adapter.problems_in(settings), *uncertified(on, connection.certificate)]
    if problems:
        raise ConfigurationError(problems)


class _ProcessState:
    """What one process holds: connections, a token, and the lock around its renewal."""

    def __init__(self, transport: SyncTransport) -> None:
        self.transport = transport
        self.lock = threading.Lock()
        self.tokens = Tokens()


def _opened(connection: Connection) -> SyncTransport:
    from onboarding.transports.sync import SyncTransport  # the HTTP client, when first needed

    return SyncTransport(connection)


@define(eq=False, repr=False)
class Gateway(Calls[A_co]):
    """One provider, as one configuration reaches it. Safe under threads, and across a fork."""

    adapter: A_co
    connection: Connection = field(factory=Connection)
    observe: Observe | None = None
    debug: bool = False
    clock: Clock = utc_now
    nonces: Nonces = new_nonce
    _timed: ServerClock = field(init=False)
    _root: Gateway[Adapter] | None = field(default=None, init=False)
    _lives: dict[int, _ProcessState] = field(factory=dict[int, "_ProcessState"], init=False)
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

    def view(self, adapter: B) -> Gateway[B]:
        """A gateway with another adapter over the connections of this one.

        It is as light as the adapter: `gateway.view(gateway.adapter.as_user(token))`, for each
        request of a web server. What it logs in for is its own; closing it closes nothing.
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
        """Runs any flow of the adapter: this is how what only one provider has is called.

        An error leaves without its inner frames, whose locals hold keys and bodies; the gateway's
        `debug` keeps them.
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
        """Closes the connections. The gateway opens new ones if it is called again."""
        life = self._lives.pop(os.getpid(), None)
        if life is not None and self._root is None:
            life.transport.close()

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

    # -- the driver's hands

    def _alive(self) -> _ProcessState:
        # One life a process: a forked child may neither share its parent's sockets nor wait
        # for its locks. Of two threads that come first at once, setdefault keeps one life;
        # the other has opened nothing.
        pid = os.getpid()
        life = self._lives.get(pid)
        if self._root is not None:  # whose connections are new ones, once it was closed
            transport = self._root._alive().transport
            if life is None or life.transport is not transport:
                life = self._lives[pid] = _ProcessState(transport)
            return life
        return life or self._lives.setdefault(pid, _ProcessState(_opened(self.connection)))

    def _report(self, exchange: Exchange) -> None:
        report(self.observe, exchange)

    def _perform(
        self, step: Request | TokenRequest, until: Deadline, report: Observe
    ) -> Response | Token:
        if isinstance(step, TokenRequest):
            return self._token(step, until)
        life, left = self._alive(), until.left()
        began = time.monotonic()
        status: int | None = None
        limits: tuple[RateLimit, ...] = ()
        try:
            response = life.transport.send(step, timeout=left)
            if not step.anonymous and not self.adapter.token_refused(response):
                life.tokens.accepted()
            status, limits = response.status, self.adapter.rate_limits(response)
            if limits:  # one assignment of a whole tuple, which threads never see half of
                (self._root or self)._limits = limits
            return response
        finally:
            report(exchange_of(self.adapter, step, status, began, limits))

    def _token(self, wish: TokenRequest, until: Deadline) -> Token:
        life = self._alive()
        if not life.lock.acquire(timeout=until.left()):
            raise TransportError("the deadline of the call passed while another one logged in")
        exchanges: list[Exchange] = []  # reported once the lock is free: an observer may call
        try:
            token = life.tokens.for_request(wish, self.clock())
            if token is None:
                steps = login(self.adapter, clock=self._timed, nonces=self.nonces)
                new = drive(steps, lambda step: self._perform(step, until, exchanges.append))
                token = life.tokens.renewed(new, self.clock())
            return token
        finally:
            life.lock.release()
            for exchange in exchanges:
                self._report(exchange)
