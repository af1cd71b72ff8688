"""Sends one user of a bulk run: waits on rate limits, and replays a call of unknown outcome."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from attrs import define, field

from onboarding.adapter import Adapter
from onboarding.bulk.failed import result_of_error
from onboarding.bulk.journal import Journal
from onboarding.bulk.lines import Line
from onboarding.bulk.results import Result, State, result_of_record, unknown_result
from onboarding.bulk.settling import NEVER_REPLAYED
from onboarding.errors import OnboardingError
from onboarding.gateway import Gateway
from onboarding.http import Flow
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.provider_errors import RateLimited
from onboarding.quotas import bulk_calls

__all__ = ["Pause", "Sender", "Stopped"]

LONGEST = 60.0
"""The longest wait in seconds, if the provider names none."""

_TICK = 0.2


class Stopped(Exception):
    """The run ended at once: nothing more is sent."""


@define(eq=False, repr=False)
class Pause:
    """The wait on a rate limit, which all calls of a run share. `stop` ends every wait."""

    sleep: Callable[[float], object] = time.sleep
    stopped: bool = field(default=False, init=False)
    _until: float = field(default=0.0, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    @property
    def left(self) -> float:
        """The seconds until calls go on; 0 if nothing waits."""
        return max(0.0, self._until - time.monotonic())

    def ask(self, seconds: float) -> None:
        """Makes all calls wait, from now on, before they are sent."""
        with self._lock:
            self._until = max(self._until, time.monotonic() + seconds)

    def wait(self, seconds: float = 0.0) -> bool:
        """Waits so many seconds, and for the rate limit. Returns False if the run was stopped."""
        until = time.monotonic() + seconds
        while not self.stopped:
            left = max(until - time.monotonic(), self.left)
            if left <= 0:
                return True
            self.sleep(min(left, _TICK))  # in slices, since `stop` may come from a signal handler
        return False


@define(eq=False, repr=False)
class Sender:
    """Sends users with their idempotency keys.

    `replays` is the most replays of one user; `waits` is whether rate limits are waited for.
    """

    gateway: Gateway[Adapter]
    journal: Journal
    pause: Pause
    replays: int = 0
    waits: bool = True

    def send(
        self, line: Line, key: str, intend: Callable[[], None], *, replay: bool
    ) -> tuple[Result, Exception | None]:
        """Returns the result of a user, and its error if it has one.

        `intend` is called before the first request. `replay`: whether an earlier call under the
        key has an unknown outcome. After a rate limit all calls of the run wait, and the user is
        sent again.
        """
        limited = replays = 0
        self.pause.wait()
        while True:
            result, error = self._attempt(line, key, intend, replay=replay)
            if error is None or not self._may_repeat(result, error):
                return result, error
            if isinstance(error, RateLimited) and self.waits:
                self.pause.ask(_seconds(error, limited))
                seconds, limited = 0.0, limited + 1
            elif result.state is State.UNKNOWN and replays < self.replays:
                seconds, replays = min(2.0**replays, LONGEST), replays + 1
            else:
                return result, error
            if not self.pause.wait(seconds):
                return result, error
            replay = replay or result.state is State.UNKNOWN

    def is_replayable(self, ref: str, error: str | None) -> bool:
        """Returns whether a replay shows the outcome of a user, after an error of this class."""
        return error not in NEVER_REPLAYED and self.journal.key_is_valid(ref)

    def _may_repeat(self, result: Result, error: Exception) -> bool:
        if result.state is State.UNKNOWN:
            return self.is_replayable(result.ref, result.error)
        return result.state is State.FAILED and isinstance(error, RateLimited)

    def _attempt(
        self, line: Line, key: str, intend: Callable[[], None], *, replay: bool
    ) -> tuple[Result, Exception | None]:
        adapter, ref = self.gateway.adapter, line.ref
        started = unknown_result(adapter, ref, line.number)
        try:
            user = User.parse(line.data)
            flow = adapter.create_user(user, idempotency_key=key)
            with bulk_calls(patient=False):  # `Pause` waits, which a stopped run can leave
                record = self.gateway.run(_after(intend, flow))
        except Exception as error:
            if self.journal.failed:
                raise  # no user may be sent without a journal
            sent = self.journal.has_intent(ref)
            return result_of_error(started, error, sent=sent, replay=replay), error
        return result_of_record(started, record), None


def _seconds(error: RateLimited, attempt: int) -> float:
    """Returns how long to wait after a rate limit."""
    if error.retry_after is not None:
        return error.retry_after
    return min(2.0**attempt, LONGEST)


def _after(intend: Callable[[], None], flow: Flow[UserRecord]) -> Flow[UserRecord]:
    """Runs a flow, and calls `intend` before its first request.

    A user whom the adapter refuses before sending leaves no intent.
    """
    try:
        request = next(flow)
        intend()
        while True:
            try:
                response = yield request
            except OnboardingError as error:
                request = flow.throw(error)
            else:
                request = flow.send(response)
    except StopIteration as done:
        record: UserRecord = done.value
        return record
