"""A bulk run: sends users to a gateway one after the other, with a journal and a summary."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator

from attrs import define, evolve, field

from onboarding.adapter import Adapter
from onboarding.bulk.failed import result_of_error
from onboarding.bulk.journal import Journal
from onboarding.bulk.lines import Line, numbered
from onboarding.bulk.results import Result, State, redacted, result_of_record, unknown_result
from onboarding.bulk.summary import Summary, Unknown
from onboarding.errors import (
    ConfigurationError,
    IdempotencyConflict,
    OnboardingError,
    Problem,
)
from onboarding.gateway import Gateway
from onboarding.http import Flow
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.provider_errors import Forbidden, PartialFailure, Unauthorized

__all__ = ["BulkRun"]

NEVER_REPLAYED = (IdempotencyConflict.__name__, PartialFailure.__name__)
"""Errors after which a replay cannot show the outcome: it is known already, or known in part."""


@define(eq=False, repr=False)
class BulkRun:
    """One run of a file of users at one gateway, with the journal of its results.

    A user with a final result is counted and not sent again, except a rejected user whose line
    has changed. A user whose outcome is unknown is sent again under the same idempotency key while
    the provider certainly remembers the key; otherwise it is reported as unknown.

    `in_flight` is set when an exception ends the run after a user was sent: the result, as far as
    it is known. After an `OSError`, the journal does not have it.
    """

    gateway: Gateway[Adapter]
    journal: Journal = field(factory=Journal)
    summary: Summary = field(factory=Summary, init=False)
    in_flight: Result | None = field(default=None, init=False)
    _stopping: bool = field(default=False, init=False)

    def run(self, lines: Iterable[Line]) -> Iterator[Result]:
        """Sends the users of the lines; yields each new result once it is in the journal.

        An invalid line does not stop the run. The run ends early only if the gateway's API keys
        cannot be used, are not accepted, or lack a permission: see `summary.stopped`. Raises
        `OSError` if the journal cannot be written. Memory grows with the number of refs, not with
        the data of the users.
        """
        seen: set[str] = set()
        for line in lines:
            if self._stopping:
                return
            result = self._checked(line, seen) or self._sent(line)
            if result is None:
                continue
            yield self._kept(result, line)
            if self.summary.stopped is not None or self._stopping:
                return
        for ref, number in self.journal.open_intents():
            yield self._kept(self._interrupted(ref, number))

    def stop(self) -> None:
        """Ends the run after the result of the user in flight. Safe to call in a signal handler."""
        self._stopping = True

    def _kept(self, result: Result, line: Line | None = None) -> Result:
        sent = self.journal.has_intent(result.ref)
        known = line is not None and (result.state is State.REJECTED or _is_numbered(line))
        try:
            self.journal.record(result, _digest(line) if line is not None and known else None)
        except (OSError, KeyboardInterrupt):
            if sent:
                self._count(result)
                self.in_flight = result
            raise
        self._count(result)
        return result

    def _count(self, result: Result) -> None:
        self.summary.add(result)
        if result.state is State.UNKNOWN:
            self._note_unknown(result.ref, result.id)

    def _note_unknown(self, ref: str, id: str | None) -> None:
        self.summary.unknown.append(Unknown(ref=ref, id=id, run_again=self._replayable(ref)))

    def _checked(self, line: Line, seen: set[str]) -> Result | None:
        """Returns the result of a line that cannot be sent; None for any other line."""
        ref, problems = line.ref, redacted(line.problems)
        if ref in seen:  # its result would hide that of the earlier line
            problems = (Problem("ref", "duplicate", "repeats the ref of an earlier line"),)
            ref = numbered(line.number)
        seen.add(ref)
        if self.journal.has_intent(ref) and (problems or not self._replayable(ref)):
            return self._interrupted(ref, line.number)
        if problems and self.journal.state(ref) not in (State.CREATED, State.UNKNOWN):
            started = unknown_result(self.gateway.adapter, ref, line.number)
            return evolve(started, state=State.INVALID, problems=problems)
        return None

    def _replayable(self, ref: str) -> bool:
        """Returns whether a replay resolves the outcome of a user."""
        found = self.journal.unresolved(ref)
        return (
            found is not None
            and found.error not in NEVER_REPLAYED
            and self.journal.key_is_valid(ref)
        )

    def _interrupted(self, ref: str, number: int | None) -> Result:
        text = "the run ended before the provider answered"
        if self._replayable(ref):
            text += "; run again with a valid line for this user"
        found = self.journal.unresolved(ref)
        started = unknown_result(self.gateway.adapter, ref, number)
        problem = Problem("", "interrupted", text)
        return evolve(started, problems=(problem,), id=found.id if found else None)

    def _sent(self, line: Line) -> Result | None:
        ref = line.ref
        before = self.journal.state(ref)
        replay = before is State.UNKNOWN and not line.problems and self._replayable(ref)
        changed = self._changed(line)
        if before is None or replay or (changed and before is State.REJECTED):
            return self._attempted(line, replay=replay)
        if changed and before is State.CREATED:
            started = unknown_result(self.gateway.adapter, ref, line.number)
            return evolve(started, state=State.INVALID, problems=(_MOVED,))
        self.summary.before[before] += 1
        if (found := self.journal.unresolved(ref)) is not None:
            self._note_unknown(ref, found.id)
        return None

    def _changed(self, line: Line) -> bool:
        """Returns whether a line differs from the rejected or created one of the same ref."""
        was = self.journal.digest(line.ref)
        return was is not None and not line.problems and was != _digest(line)

    def _attempted(self, line: Line, *, replay: bool) -> Result:
        adapter, ref = self.gateway.adapter, line.ref
        started = unknown_result(adapter, ref, line.number)
        try:
            user = User.parse(line.data)
            flow = adapter.create_user(user, idempotency_key=self._key(line))
            record = self.gateway.run(_after(lambda: self.journal.intend(ref, line.number), flow))
        except KeyboardInterrupt:
            if self.journal.has_intent(ref):
                self.in_flight = self._kept(self._interrupted(ref, line.number), line)
            raise
        except Exception as error:
            if self.journal.failed:
                raise  # no user may be sent without a journal
            if isinstance(error, Unauthorized | Forbidden | ConfigurationError):
                self.summary.stopped = error
            return result_of_error(started, error, sent=self.journal.has_intent(ref), replay=replay)
        return result_of_record(started, record)

    def _key(self, line: Line) -> str:
        """Returns the idempotency key of a user: derived from the ref, never from the content.

        See ADR 26. A `ref` names one user of the gateway in every file; the number of a line names
        one within its results file only.
        """
        scope = (self.journal.id,) if _is_numbered(line) else ()
        parts = ("onboarding.bulk", self.gateway.name, *scope, line.ref)
        return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


_MOVED = Problem(
    "ref",
    "moved",
    "a different user was created from this line number: give each user a ref, or name another "
    "results file",
)


def _is_numbered(line: Line) -> bool:
    return line.ref == numbered(line.number)


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


DIGITS = 8
"""The digits of a digest that the journal keeps: enough to show a change, and no more."""


def _digest(line: Line) -> str:
    try:
        content = json.dumps(line.data, sort_keys=True, default=str).encode()
    except (TypeError, ValueError, RecursionError):
        return ""  # data that no file can hold
    return hashlib.sha256(content).hexdigest()[:DIGITS]
