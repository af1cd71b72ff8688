"""A bulk run: sends users to a gateway, several at once, with a journal and a summary."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

from attrs import define, evolve, field

from onboarding.adapter import Adapter
from onboarding.bulk.journal import Journal
from onboarding.bulk.keys import digest_of, is_numbered, key_of
from onboarding.bulk.lines import Line, numbered
from onboarding.bulk.results import Result, State, redacted, unknown_result
from onboarding.bulk.sending import Pause, Sender, Stopped
from onboarding.bulk.settling import settled_in_run
from onboarding.bulk.summary import Summary, Unknown
from onboarding.concurrency import CallResults
from onboarding.concurrency.scheduler import require_in_flight
from onboarding.errors import ConfigurationError, NoAnswer, Problem
from onboarding.gateway import Gateway
from onboarding.provider_errors import Forbidden, Unauthorized

__all__ = ["BulkRun"]


@define(eq=False)
class _Job:
    """A line to send, or its result if nothing is sent.

    - `replay`: an earlier call under the key has an unknown outcome;
    - `settle`: an earlier call has one, and a replay would not show it;
    - `intended`: this run has written the intent.
    """

    line: Line
    result: Result | None = None
    replay: bool = False
    settle: bool = False
    intended: bool = False


@define(eq=False, repr=False)
class BulkRun:
    """One run of a file of users at one gateway, with the journal of its results.

    A user with a final result is counted and not sent again, except a rejected user whose line
    has changed. A user whose outcome is unknown is sent again under the same idempotency key while
    the provider certainly remembers the key; otherwise it is reported as unknown.

    - `in_flight`: the most users that are sent at the same time, each by a thread;
    - `limit`: the most users that are sent;
    - `replays`: how often this run replays a user whose outcome is unknown, with growing waits;
    - `waits`: whether all users wait after a rate limit, as long as the provider says, instead of
      one failing;
    - `most_failures`: the calls without an answer, one after the other, that end the run.

    `unrecorded` is filled when an exception ends the run after users were sent: their results, as
    far as they are known. After an `OSError`, the journal does not have them.
    """

    gateway: Gateway[Adapter]
    journal: Journal = field(factory=Journal)
    in_flight: int = field(default=1, kw_only=True, converter=require_in_flight)
    limit: int | None = field(default=None, kw_only=True)
    replays: int = field(default=0, kw_only=True)
    waits: bool = field(default=True, kw_only=True)
    most_failures: int = field(default=5, kw_only=True)
    summary: Summary = field(factory=Summary, init=False)
    unrecorded: list[Result] = field(factory=list[Result], init=False)
    pause: Pause = field(factory=Pause, init=False)
    _sender: Sender = field(init=False)
    _failures: int = field(default=0, init=False)
    _open: dict[str, _Job] = field(factory=dict[str, _Job], init=False)
    _lock: threading.RLock = field(factory=threading.RLock, init=False)
    _read_all: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._sender = Sender(self.gateway, self.journal, self.pause, self.replays, self.waits)

    def run(self, lines: Iterable[Line]) -> Iterator[Result]:
        """Sends the users of the lines; yields each new result once it is in the journal.

        An invalid line does not stop the run. The run ends early only if the gateway's API keys
        cannot be used, are not accepted, or lack a permission, or if the provider does not answer:
        see `summary.stopped`. Raises `OSError` if the journal cannot be written. Memory does not
        grow with the number of users. Ending the iteration early waits for the users in flight.
        """
        self.journal.begin_run()
        self._read_all = False
        results = CallResults(self._jobs(lines), self._work, in_flight=self.in_flight)
        try:
            for done in results:
                if (result := done.get()) is not None:
                    yield result
        except KeyboardInterrupt:
            self.stop()
            self._abandon()
            raise
        except BaseException:  # the journal cannot be written, or the caller reads no further
            self.stop()
            results.close()
            raise
        finally:
            results.stop()
        if self._read_all:
            for ref, number in self.journal.open_intents():
                yield self._recorded(self._interrupted(ref, number))

    def stop(self) -> None:
        """Ends the run after the users in flight. Safe to call in a signal handler."""
        self.pause.stopped = True

    @property
    def sending(self) -> int:
        """The number of users in flight."""
        return len(self._open)

    # -- before a user is sent

    def _jobs(self, lines: Iterable[Line]) -> Iterator[_Job]:
        sent = 0
        for line in lines:
            if self.pause.stopped or self.summary.stopped is not None:
                return
            job = self._job(line)
            if job is None:
                continue
            if job.result is None:
                if sent == self.limit:
                    return
                sent += 1
                with self._lock:
                    self._open[line.ref] = job
            yield job
        self._read_all = True

    def _job(self, line: Line) -> _Job | None:
        """Returns what to do for a line; None if an earlier run finished its user."""
        if (result := self._checked(line)) is not None:
            return _Job(line, result)
        ref = line.ref
        before = self.journal.state(ref)
        replay = before is State.UNKNOWN and not line.problems and self._replayable(ref)
        changed = self._changed(line)
        if before is None or replay or (changed and before is State.REJECTED):
            return _Job(line, replay=replay)
        if changed and before is State.CREATED:
            started = unknown_result(self.gateway.adapter, ref, line.number)
            return _Job(line, evolve(started, state=State.INVALID, problems=(_MOVED,)))
        if before is State.UNKNOWN:
            return _Job(line, settle=True)
        self._count_before(ref, before)
        return None

    def _count_before(self, ref: str, state: State) -> None:
        with self._lock:
            self.summary.before[state] += 1
        if (found := self.journal.unresolved(ref)) is not None:
            self._note_unknown(ref, found.id)

    # -- in the thread of a user

    def _work(self, job: _Job, _: str | None) -> Result | None:
        """Sends a user and records the result; None if there is none to record."""
        line, result, error = job.line, job.result, None
        if result is None and job.settle:
            known = settled_in_run(self.gateway, self.journal, line)
            if known is None and not self.journal.has_intent(line.ref):
                if self._closed(line.ref):
                    self._count_before(line.ref, State.UNKNOWN)
                return None
            if known is None:
                result = self._interrupted(line.ref, line.number)
            elif known.state in (State.CREATED, State.UNKNOWN):
                result = known
        if result is None:
            key = key_of(self.gateway.name, self.journal.id, line)
            result, error = self._sender.send(
                line, key, lambda: self._intend(job), replay=job.replay
            )
        if job.result is None:
            if not self._closed(line.ref):
                return None  # the run was abandoned meanwhile
            self._note_failure(error)
        return self._recorded(result, line)

    def _closed(self, ref: str) -> bool:
        """Notes that a user is not in flight any more; returns False if it was not."""
        with self._lock:
            return self._open.pop(ref, None) is not None

    def _intend(self, job: _Job) -> None:
        """Records the intent of a user, once. Raises `Stopped` if the run was abandoned."""
        line = job.line
        with self._lock:
            if line.ref not in self._open:
                raise Stopped
        if not job.intended:
            self.journal.intend(line.ref, line.number, digest_of(line))
            job.intended = True

    def _note_failure(self, error: Exception | None) -> None:
        """Ends the run if the error is about the gateway, or the provider does not answer."""
        with self._lock:
            self._failures = self._failures + 1 if isinstance(error, NoAnswer) else 0
            if isinstance(error, Unauthorized | Forbidden | ConfigurationError) or (
                isinstance(error, NoAnswer) and self._failures >= self.most_failures
            ):
                self.summary.stopped = self.summary.stopped or error

    def _recorded(self, result: Result, line: Line | None = None) -> Result:
        sent = self.journal.has_intent(result.ref)
        known = line is not None and (result.state is State.REJECTED or is_numbered(line))
        try:
            self.journal.record(result, digest_of(line) if line is not None and known else None)
        except (OSError, KeyboardInterrupt):
            if sent:
                self._count(result)
                self.unrecorded.append(result)
            raise
        self._count(result)
        return result

    def _abandon(self) -> None:
        """Records the users in flight as interrupted; their threads record nothing any more."""
        with self._lock:
            lines = [job.line for job in self._open.values()]
            self._open.clear()
        for line in lines:
            if self.journal.has_intent(line.ref):
                self.unrecorded.append(self._recorded(self._interrupted(line.ref, line.number)))

    def _count(self, result: Result) -> None:
        with self._lock:
            self.summary.add(result)
            if result.state is State.UNKNOWN:
                self._note_unknown(result.ref, result.id)

    def _note_unknown(self, ref: str, id: str | None) -> None:
        with self._lock:
            found = self.journal.unresolved(ref)
            again = self._replayable(ref) or (found is not None and found.partial is not None)
            self.summary.unknown.append(Unknown(ref=ref, id=id, run_again=again))

    def _checked(self, line: Line) -> Result | None:
        """Returns the result of a line that cannot be sent; None for any other line."""
        ref, problems = line.ref, redacted(line.problems)
        if self.journal.is_repeated(ref):  # its result would hide that of the earlier line
            problems = (Problem("ref", "duplicate", "repeats the ref of an earlier line"),)
            ref = numbered(line.number)
            self.journal.is_repeated(ref)
        if self.journal.has_intent(ref) and problems:
            return self._interrupted(ref, line.number)
        if problems and self.journal.state(ref) not in (State.CREATED, State.UNKNOWN):
            started = unknown_result(self.gateway.adapter, ref, line.number)
            return evolve(started, state=State.INVALID, problems=problems)
        return None

    def _replayable(self, ref: str) -> bool:
        """Returns whether a replay resolves the outcome of a user."""
        found = self.journal.unresolved(ref)
        return found is not None and self._sender.is_replayable(ref, found.error)

    def _interrupted(self, ref: str, number: int | None) -> Result:
        text = "the run ended before the provider answered"
        if self._replayable(ref):
            text += "; run again with a valid line for this user"
        found = self.journal.unresolved(ref)
        started = unknown_result(self.gateway.adapter, ref, number)
        problem = Problem("", "interrupted", text)
        return evolve(started, problems=(problem,), id=found.id if found else None)

    def _changed(self, line: Line) -> bool:
        """Returns whether a line differs from the rejected or created one of the same ref."""
        was = self.journal.digest(line.ref)
        return was is not None and not line.problems and was != digest_of(line)


_MOVED = Problem(
    "ref",
    "moved",
    "a different user was created from this line number: give each user a ref, or name another "
    "results file",
)
