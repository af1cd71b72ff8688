"""The guard of a gateway: a circuit breaker for lost connections and refused credentials."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from attrs import Factory, define, evolve, field, frozen

from onboarding.adapter import Adapter
from onboarding.engine.schedule import is_number
from onboarding.engine.state import Clock
from onboarding.errors import InvalidInput, Problem, TransportError
from onboarding.http import Request, Response
from onboarding.provider_errors import ErrorDetails, PartialFailure, Unauthorized

__all__ = ["Circuit", "Guard", "GuardPolicy"]

_DAY = 86_400
_MOST_FAILURES = 10_000


@frozen(kw_only=True)
class GuardPolicy:
    """When calls fail at once because the calls before them failed.

    Raises `InvalidInput` for a number that is out of range.
    """

    failures: int = 5
    """After how many calls in a row without a connection, or with refused credentials.

    A refused login counts at once.
    """
    pause: float = 30.0
    """The seconds in which calls fail at once. Then one call is sent, to probe."""

    def __attrs_post_init__(self) -> None:
        limits = {"failures": (1, _MOST_FAILURES), "pause": (0, _DAY)}
        problems = [
            Problem(name, "shape", f"expected a number from {least} to {most}")
            for name, (least, most) in limits.items()
            if not is_number(getattr(self, name), least, most)
        ]
        if problems:
            raise InvalidInput(problems)


@define(eq=False)
class Circuit:
    """Counts failures in a row.

    It is closed below `most` failures. Then it is open until `until`, and half-open after that: one
    call passes, which moves `until` on, so that the others wait for its result. Two threads at the
    same instant may both pass.
    """

    most: float
    pause: timedelta
    failures: int = field(default=0, init=False)
    until: datetime | None = field(default=None, init=False)

    def seconds(self, clock: Clock) -> float:
        """Returns how long calls fail yet; 0 if this one may pass."""
        until = self.until
        if until is None:
            return 0.0
        now = clock()
        if now < until:
            return (until - now).total_seconds()
        self.until = now + self.pause
        return 0.0

    def failed(self, now: datetime) -> None:
        """Records a failed call."""
        self.failures += 1
        if self.failures >= self.most:
            self.until = now + self.pause

    def succeeded(self) -> None:
        """Closes the circuit."""
        self.failures, self.until = 0, None


def _circuit(policy: GuardPolicy | None, most: int | None = None) -> Circuit:
    """Returns a closed circuit, which never opens without a policy."""
    if policy is None:
        return Circuit(math.inf, timedelta(0))
    return Circuit(most or policy.failures, timedelta(seconds=policy.pause))


@define(eq=False)
class Guard:
    """The circuits of a gateway. Views and threads share them."""

    policy: GuardPolicy | None
    clock: Clock
    connections: Circuit = field(
        default=Factory(lambda guard: _circuit(guard.policy), takes_self=True)
    )
    keys: Circuit = field(init=False)
    logins: Circuit = field(init=False)
    _no_connection: str = field(default="", init=False)
    _refusal: ErrorDetails | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self.keys = _circuit(self.policy)
        self.logins = _circuit(self.policy, most=1)

    def for_other_credentials(self) -> Guard:
        """Returns a guard that shares the connections alone."""
        return Guard(self.policy, self.clock, self.connections)

    # -- before a call or a login

    def admit(self) -> None:
        """Raises the error of a call that is not sent."""
        if self.connections.until and (seconds := self.connections.seconds(self.clock)):
            error = TransportError(
                f"not sent: the last {self.connections.failures} calls got no connection; the next "
                f"one is sent in {math.ceil(seconds)} s ({self._no_connection})"
            )
            error.transient = False
            raise error
        if self.keys.until and (seconds := self.keys.seconds(self.clock)):
            raise self._refused(seconds)

    def admit_login(self) -> None:
        """Raises the refusal of the last login during the pause after it."""
        if seconds := self.logins.seconds(self.clock):
            raise self._refused(seconds)

    def _refused(self, seconds: float) -> Unauthorized:
        assert self._refusal is not None, "a circuit opens after a refusal"
        said = self._refusal
        why = f"not sent: the credentials were refused; they are tried in {math.ceil(seconds)} s"
        remedy = f"{said.remedy}; {why}" if said.remedy else why
        return Unauthorized(evolve(said, remedy=remedy, retry_after=seconds))

    # -- after an answer, a login or a call

    def answered(self, request: Request, response: Response) -> None:
        """Records that there is a connection, and whether the credentials were accepted."""
        if self.connections.failures:
            self.connections.succeeded()
        if self.keys.failures and not request.anonymous and response.status != 401:
            self.keys.succeeded()

    def login_refused(self, error: Unauthorized) -> None:
        """Records a refused login."""
        self._refusal = error.details
        self.logins.failed(self.clock())

    def failed(self, error: BaseException, adapter: Adapter, *, brief: bool) -> None:
        """Records the error of a call that was sent.

        `brief` is whether its deadline was too short for a connection.
        """
        reason = error.__cause__ if isinstance(error, PartialFailure) else error
        if isinstance(reason, Unauthorized):
            known = self.logins.failures  # that login is remembered by itself
            if not known and adapter.refuses_credentials(reason.details):
                self._refusal = reason.details
                self.keys.failed(self.clock())
        elif isinstance(reason, TransportError) and reason.unreachable:
            if brief and reason.timed_out:
                return
            self._no_connection = str(reason)
            self.connections.failed(self.clock())
