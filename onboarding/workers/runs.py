"""A run of a file whose one truth is a directory: the results file is an output."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from datetime import timedelta

from attrs import define, evolve, field

from onboarding.adapter import Adapter
from onboarding.adapter.agreement import content_digest
from onboarding.bulk.journal import Journal
from onboarding.bulk.lines import Line, numbered
from onboarding.bulk.results import Result, State, redacted, unknown_result
from onboarding.bulk.sending import Pause
from onboarding.bulk.summary import Summary, Unknown
from onboarding.concurrency import CallResults
from onboarding.concurrency.scheduler import require_in_flight
from onboarding.directory import Claim, ClaimState, Directory, OperationState, Transaction, key_of
from onboarding.errors import ConfigurationError, NoAnswer, Problem
from onboarding.gateway import Gateway
from onboarding.model.user import User
from onboarding.provider_errors import Forbidden, RateLimited, Unauthorized
from onboarding.service.steps import with_reference
from onboarding.workers.files import user_of
from onboarding.workers.local import LEASE
from onboarding.workers.units import CREATE, Units, reason_class

__all__ = ["DirectoryRun"]

_BUSY = Problem("", "busy", "another process has this user: run again when its lease is over")
_LONGEST = 60.0


@define(eq=False, repr=False)
class DirectoryRun:
    """One run of a file of users at one gateway, whose users are those of a directory by `ref`.

    It has the settings of `BulkRun`. A user whom the directory has as created is not sent, whoever
    created the user; a user who was rejected is sent if the content has changed. What is in the
    results file is not taken into account. Credentials are sent, and not kept.
    """

    gateway: Gateway[Adapter]
    journal: Journal
    directory: Directory
    in_flight: int = field(default=1, kw_only=True, converter=require_in_flight)
    limit: int | None = field(default=None, kw_only=True)
    replays: int = field(default=0, kw_only=True)
    most_failures: int = field(default=5, kw_only=True)
    lease: timedelta = field(default=LEASE, kw_only=True)
    summary: Summary = field(factory=Summary, init=False)
    unrecorded: list[Result] = field(factory=list[Result], init=False)
    pause: Pause = field(factory=Pause, init=False)
    _units: Units = field(init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def __attrs_post_init__(self) -> None:
        self._units = _Units(self.gateway, self.directory, self.most_failures)
        self._units.run = self

    def run(self, lines: Iterable[Line]) -> Iterator[Result]:
        """Sends the users of the lines; yields each new result once it is written.

        As `BulkRun.run`. Raises `DirectoryError` if the database fails.
        """
        self.journal.begin_run()
        results = CallResults(self._wanted(lines), self._work, in_flight=self.in_flight)
        try:
            for done in results:
                if (result := done.get()) is None:
                    continue
                try:
                    self.journal.record(result)
                except OSError:
                    self.unrecorded.append(result)
                    raise
                finally:
                    self._count(result)
                yield result
        finally:
            self.stop()
            results.close()

    def stop(self) -> None:
        """Ends the run after the users in flight. Safe to call in a signal handler."""
        self.pause.stopped = True

    # -- users

    def _wanted(self, lines: Iterable[Line]) -> Iterator[tuple[Line, User | tuple[Problem, ...]]]:
        sent = 0
        for line in lines:
            if self.pause.stopped or self.summary.stopped is not None:
                return
            repeated = self.journal.is_repeated(line.ref)
            user = user_of(line, repeated=repeated)
            if repeated:  # its result would hide that of the earlier line
                line = evolve(line, ref=numbered(line.number))
            if isinstance(user, User):
                if sent == self.limit:
                    return
                sent += 1
                user = with_reference(self.gateway.adapter, line.ref, user)
            yield line, user

    def _work(self, given: tuple[Line, User | tuple[Problem, ...]], _: str | None) -> Result | None:
        """Carries out a user; None if there is nothing new to tell."""
        line, user = given
        started = unknown_result(self.gateway.adapter, line.ref, line.number)
        if not isinstance(user, User):
            return evolve(started, state=State.INVALID, problems=redacted(user))
        replays = 0
        while self.pause.wait():
            claim = self._claim(line.ref, user)
            if isinstance(claim, State):
                with self._lock:
                    self.summary.before[claim] += 1
                return None
            if not claim.granted:
                return evolve(started, problems=(_BUSY,))
            result = self._units.carry_out(claim, user, line.number)
            if result is None or result.state not in (State.FAILED, State.UNKNOWN):
                return result
            seconds = 0.0  # after a rate limit, all users wait
            if result.error != RateLimited.__name__ or result.state is State.UNKNOWN:
                seconds, replays = min(2.0**replays, _LONGEST), replays + 1
            is_over = replays > self.replays or self.summary.stopped is not None
            if is_over or not self.pause.wait(seconds):
                return result
        return None

    def _claim(self, own_id: str, user: User) -> Claim | State:
        """Claims the creation of a user, or returns the state that an earlier one left."""

        def step(transaction: Transaction) -> Claim | State:
            name = self.gateway.name
            if any(one.gateway == name and not one.name for one in transaction.references(own_id)):
                return State.CREATED
            transaction.assign(own_id, name)
            for one in transaction.operations(own_id):
                if (one.gateway, one.operation) != (name, CREATE):
                    continue
                refused = one.state is OperationState.NOT_DONE
                if refused and reason_class(one.error) in _REJECTED:
                    if one.digest == content_digest(user):
                        return State.REJECTED
                elif one.key != key_of(name, CREATE, own_id) and not refused:
                    return Claim(state=ClaimState.BUSY, operation=one)  # others create it
            claim = transaction.claim(own_id, name, CREATE, content=user, lease=self.lease)
            return State.CREATED if claim.state is ClaimState.DONE else claim

        return self.directory.run(step)

    def _count(self, result: Result) -> None:
        with self._lock:
            self.summary.add(result)
            if result.state is State.UNKNOWN:
                again = result.id is None or result.partial is not None
                self.summary.unknown.append(Unknown(ref=result.ref, id=result.id, run_again=again))


_REJECTED = ("Rejected", "Conflict", "NotFound", "ProviderError")


@define(eq=False, repr=False)
class _Units(Units):
    """The units of a run: what concerns the gateway ends the run, and pauses no other worker."""

    run: DirectoryRun | None = field(default=None, init=False)

    def pause(self, error: Exception, wait: timedelta | None) -> None:
        if self.run is None:
            return
        if isinstance(error, RateLimited) and wait is not None:
            self.run.pause.ask(wait.total_seconds())
        elif isinstance(error, Unauthorized | Forbidden | ConfigurationError | NoAnswer):
            self.run.summary.stopped = self.run.summary.stopped or error
