# Generated from onboarding/_async/gateway.py by `python -m tests.house.generate_sync`.
# Edit that file, and run the command.
"""The settings of a gateway, and the steps of a call."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, TypeVar

from attrs import define, field, fields_dict

from onboarding._sync.checking import Checking
from onboarding._sync.driver import Answer, drive
from onboarding._sync.turns import give_back, take_turn
from onboarding.adapter import Adapter
from onboarding.engine import (
    Clock,
    Guard,
    GuardPolicy,
    Nonces,
    RetryBudget,
    RetryPolicy,
    SecretsRequest,
    ServerClock,
    Step,
    TokenRequest,
    Tokens,
    Wait,
    conversation,
    login,
    new_nonce,
    utc_now,
    without_frames,
)
from onboarding.engine.attempts import Attempt
from onboarding.engine.deadline import Deadline
from onboarding.engine.observers import Observation, observation
from onboarding.errors import ConfigurationError, OnboardingError, TransportError
from onboarding.hooks import Observe
from onboarding.http import Flow, Response, Token
from onboarding.model.answers import RateLimit
from onboarding.provider_errors import Unauthorized
from onboarding.quotas import PacePolicy, Pacer, pacer_of
from onboarding.transports.connection import Connection, uncertified

if TYPE_CHECKING:
    from onboarding.transports.sync import SyncTransport

__all__ = ["GatewayBase", "State"]

A_co = TypeVar("A_co", bound=Adapter, covariant=True)
B = TypeVar("B", bound=Adapter)
T = TypeVar("T")


class State(Protocol):
    """The connections, the token, and the lock for its renewal, of one place."""

    transport: SyncTransport
    tokens: Tokens

    def acquire(self, seconds: float) -> bool:
        """Acquires the lock; returns False if it took longer."""
        raise NotImplementedError

    def release(self) -> None:
        """Releases the lock."""
        raise NotImplementedError

    def pause(self, seconds: float) -> None:
        """Waits between two attempts."""
        raise NotImplementedError


@define(eq=False, repr=False)
class GatewayBase(Checking[A_co]):
    """The settings of a gateway, and the steps of a call."""

    adapter: A_co
    """The adapter, with its settings."""
    connection: Connection = field(factory=Connection)
    """How it connects."""
    observe: Observe | None = None
    """Is called with each exchange; `registry.tell` passes on to the observers of plugins."""
    debug: bool = False
    """Whether errors keep their inner frames, whose locals hold keys and bodies."""
    clock: Clock = utc_now
    """Returns the time, aware and in UTC."""
    nonces: Nonces = new_nonce
    """Returns a text that is used once."""
    retry: RetryPolicy | None = RetryPolicy()  # noqa: RUF009  # frozen
    """Which failed requests are sent again; None for none."""
    guard: GuardPolicy | None = GuardPolicy()  # noqa: RUF009  # frozen
    """When calls fail at once because the calls before them failed; None for never."""
    reread: Callable[[Adapter], Adapter] | None = None
    """Returns the adapter with its secrets read again; None if they are not read again.

    It is called after the provider refused the secrets, and may block.
    """
    pace: PacePolicy | Pacer | Literal[False] | None = None
    """Which quotas it stays under. None for those that the adapter declares, except at a host of
    this machine; False for none; the pacer of another gateway to share its quotas."""
    pacer: Pacer | None = field(init=False)
    """Gives each request its place under the quotas; None if there are none."""
    _budget: RetryBudget = field(factory=RetryBudget, init=False)
    _guard: Guard = field(init=False)
    _timed: ServerClock = field(init=False)
    _root: GatewayBase[Adapter] | None = field(default=None, init=False)
    _states: dict[Hashable, State] = field(factory=dict[Hashable, State], init=False)
    _limits: tuple[RateLimit, ...] = field(default=(), init=False)
    _keep: Callable[[Response], None] | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._timed = ServerClock(self.clock)
        self._guard = Guard(self.guard, self.clock)
        self._refuse_unsafe()
        self.pacer = pacer_of(self.adapter, self.pace)

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

    def view(self, adapter: B) -> GatewayBase[B]:
        """Returns a gateway with another adapter that shares the connections of this one.

        It is cheap enough for each request of a web server:
        `gateway.view(gateway.adapter.as_user(token))`. Tokens are not shared; closing a view keeps
        the parent's connections open.
        """
        kind: Any = type(self)
        seen: GatewayBase[B] = kind(
            adapter,
            connection=self.connection,
            observe=self.observe,
            debug=self.debug,
            clock=self.clock,
            nonces=self.nonces,
            retry=self.retry,
            guard=self.guard,
            pace=self.pacer or False,
        )
        seen._root, seen._timed = self._root or self, self._timed
        seen._budget, seen._guard = self._budget, self._guard
        if adapter != self.adapter:
            seen._guard = self._guard.for_other_credentials()
        return seen

    def run(self, flow: Flow[T], *, deadline: float | None = None) -> T:
        """Runs any flow of the adapter, such as an operation that only one provider has.

        Errors are raised without their inner frames, whose locals hold keys and bodies; `debug`
        keeps the frames.
        """
        return self._run(flow, deadline, None)

    def _write(self, attempt: Attempt, flow: Flow[T], deadline: float | None) -> T:
        return self._run(flow, deadline, attempt)

    def _now(self) -> datetime:
        return self._timed()

    def _run(self, flow: Flow[T], deadline: float | None, attempt: Attempt | None) -> T:
        until, outer = Deadline(deadline), sys.exception()
        fixed = self._fixed_state()
        seen = observation(self.observe, self.adapter, flow, self._keep)
        steps = conversation(
            self.adapter,
            flow,
            clock=self._timed,
            nonces=self.nonces,
            retry=self.retry,
            budget=self._budget,
            attempt=attempt,
            rotates=self.reread is not None,
        )
        try:
            result = drive(steps, lambda step: self._perform(step, until, fixed, seen))
        except BaseException as error:
            give_back(self.pacer, until)
            if until.admitted:
                brief = until.seconds < self.connection.connect_timeout
                self._guard.failed(error, self.adapter, brief=brief)
            if seen is not None:
                seen.ended(error)
            if self.debug or not isinstance(error, Exception):
                raise
            failure = without_frames(error, outer)
        else:
            if seen is not None:
                seen.ended(None)
            return result
        raise failure

    def _fresh(self, keep: Callable[[Response], None]) -> GatewayBase[A_co]:
        fresh = self.view(self.adapter)
        fresh.retry, fresh._guard, fresh._keep = None, Guard(None, self.clock), keep
        return fresh

    def close(self) -> None:
        """Closes the connections. A later call opens new ones."""
        state = self._states.pop(self._place(), None)
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
        adapter = self.adapter
        name, kind = repr(adapter.name or adapter.provider), type(adapter).__name__
        shown = ", ".join(filter(None, (name, kind, adapter.environment_name)))
        return f"{type(self).__name__}({shown})"

    # -- steps of the driver

    def _state(self) -> State:
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

    def _new_state(self, transport: SyncTransport | None) -> State:
        """Returns a state with these connections, or with new ones."""
        raise NotImplementedError

    def _fixed_state(self) -> State | None:
        """Returns the state for all steps of a call, or None to look it up at each step."""
        raise NotImplementedError

    def _perform(
        self,
        step: Step,
        until: Deadline,
        fixed: State | None,
        seen: Observation | None,
    ) -> Answer:
        if not until.admitted:
            self._guard.admit()
            until.admitted = True
        if isinstance(step, TokenRequest):
            return self._token(step, until, fixed, seen)
        if isinstance(step, SecretsRequest):
            return self._renewed(step.refused)
        if isinstance(step, Wait):
            if waits := until.allows(step.seconds):
                (fixed or self._state()).pause(step.seconds)
            return waits
        state, pacer, turn = fixed or self._state(), self.pacer, None
        if pacer is not None:
            turn = take_turn(pacer, until, state.pause, first=step.anonymous)
            if turn is None:
                return None
        sent, leaves = None, False
        response: Response | None = None
        limits: tuple[RateLimit, ...] = ()
        try:
            left = until.left()
            sent = seen.sending(step) if seen is not None else None
            leaves = True
            response = state.transport.send(step, timeout=left)
            self._guard.answered(step, response)
            tokens = state.tokens
            if tokens.unproven and not step.anonymous and not self.adapter.token_refused(response):
                tokens.accepted()
            limits = self.adapter.rate_limits(response)
            if limits:  # one assignment, which is atomic for threads
                (self._root or self)._limits = limits
            return response
        except TransportError:
            if turn is not None and pacer is not None and not (leaves and step.changes_nothing):
                pacer.withdraw(turn)  # not sent, as a write with this error was not
            raise
        finally:
            if turn is not None and pacer is not None:
                pacer.settle(turn, response, limits)
            if sent is not None:
                sent.ended(response, limits)

    def _token(
        self,
        wanted: TokenRequest,
        until: Deadline,
        fixed: State | None,
        seen: Observation | None,
    ) -> Token:
        state = fixed or self._state()
        held = wanted.satisfied_by(state.tokens.token, self.clock())
        if held is not None:
            return held  # without the lock: one read, which is atomic for threads
        failures = state.tokens.failures
        if not state.acquire(until.left()):
            raise TransportError("the deadline of the call passed while another call logged in")
        if seen is not None:
            seen.hold()
        try:
            token = state.tokens.for_request(wanted, self.clock())
            if token is None:
                state.tokens.raise_failure(failures)
                self._guard.admit_login()
                token = self._login(state.tokens, until, fixed, seen)
            return token
        finally:
            state.release()
            if seen is not None:
                seen.release()

    def _login(
        self,
        tokens: Tokens,
        until: Deadline,
        fixed: State | None,
        seen: Observation | None,
    ) -> Token:
        """Logs in. The calls that wait share a failure, unless this call ended for its deadline."""
        in_time = True

        def perform(step: Step) -> Any:
            nonlocal in_time
            answer = self._perform(step, until, fixed, seen)
            in_time = in_time and answer is not False
            return answer

        try:
            token = self._log_in(perform)
        except OnboardingError as error:
            if in_time and until.allows(0):
                tokens.failed(error)
            raise
        self._guard.logins.succeeded()
        return tokens.renewed(token, self.clock())

    def _log_in(self, perform: Callable[[Step], Any]) -> Token:
        """Logs in, with secrets that are read again if they were refused."""
        used: Adapter = self.adapter
        while True:
            steps = login(
                used,
                clock=self._timed,
                nonces=self.nonces,
                retry=self.retry,
                budget=self._budget,
            )
            try:
                return drive(steps, perform)
            except Unauthorized as error:
                renewed = self._renewed(used)
                if renewed is None:
                    self._guard.login_refused(error)
                    raise
                used = renewed
