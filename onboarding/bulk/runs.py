"""Sends users to a gateway one after the other, and counts the results by state."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from attrs import define, evolve, field, frozen

from onboarding.adapter import Adapter
from onboarding.bulk.failed import of_error
from onboarding.bulk.journal import Journal
from onboarding.bulk.lines import Line, numbered
from onboarding.bulk.results import Result, State, blank, of_record, tame
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

__all__ = ["BulkRun", "Reason", "Summary", "Unknown"]

EXAMPLES = 3
"""How many refs are remembered for each reason."""


@frozen
class Reason:
    """Why users were not onboarded: for counting."""

    state: State
    path: str
    code: str
    message: str


@frozen(kw_only=True)
class Unknown:
    """A user whose outcome is unknown.

    `id` is the provider's, where it is known. `run_again` says that another run settles the user
    by the idempotency key; otherwise look the user up at the provider.
    """

    ref: str
    id: str | None = None
    run_again: bool = False


@define(eq=False)
class Summary:
    """How many users came to which state: in this run, and in earlier ones of the same file.

    `examples` has the first refs of each reason, `unknown` every user whose outcome is unknown,
    whichever run sent it. `stopped` is the answer of the provider that ended the run early.
    """

    now: Counter[State] = field(factory=Counter[State])
    before: Counter[State] = field(factory=Counter[State])
    reasons: Counter[Reason] = field(factory=Counter[Reason])
    examples: dict[Reason, list[str]] = field(factory=dict[Reason, list[str]])
    unknown: list[Unknown] = field(factory=list[Unknown])
    stopped: Unauthorized | Forbidden | ConfigurationError | None = None

    @property
    def total(self) -> Counter[State]:
        return self.now + self.before

    def add(self, result: Result) -> None:
        """Counts a result of this run. A reason counts once for each user."""
        self.now[result.state] += 1
        for reason in dict.fromkeys(_reason(result.state, one) for one in result.problems):
            self.reasons[reason] += 1
            refs = self.examples.setdefault(reason, [])
            if len(refs) < EXAMPLES:
                refs.append(result.ref)


def _reason(state: State, problem: Problem) -> Reason:
    """The reason that a problem is, without the place in a list: users are counted together."""
    return Reason(state, _INDEX("[]", problem.path), problem.code, problem.message)


_INDEX = re.compile(r"\.[0-9]+(?![^.])").sub

NEVER_REPLAYED = (IdempotencyConflict.__name__, PartialFailure.__name__)
"""Errors after which the same call is no way to learn the outcome: it is known, or in parts."""


@define(eq=False, repr=False)
class BulkRun:
    """One run: a gateway, the journal of its results, and a summary that grows.

    A user whom the journal settled is counted and left alone, but a rejected one is tried again
    once its line is another than the rejected one. A user whose outcome is unknown is sent again,
    under the same idempotency key, while the provider surely remembers the key; otherwise it is
    reported as unknown, and never sent again.

    `in_flight` is set when an exception ends the run after a user was sent: the result as far as
    it is known. After an `OSError` the journal lacks it.
    """

    gateway: Gateway[Adapter]
    journal: Journal = field(factory=Journal)
    summary: Summary = field(factory=Summary, init=False)
    in_flight: Result | None = field(default=None, init=False)
    _stopping: bool = field(default=False, init=False)

    def run(self, lines: Iterable[Line]) -> Iterator[Result]:
        """Sends the users of the lines; gives each new result once the journal has it.

        No line stops the next. Only when the gateway's own credentials cannot be used, are not
        accepted, or do not allow this, the run ends early: see `summary.stopped`. Raises
        `OSError` when the journal cannot be written.
        What is remembered grows with the refs, not with the data of the users.
        """
        seen: set[str] = set()
        for line in lines:
            if self._stopping:
                return
            result = self._settled(line, seen) or self._sent(line)
            if result is None:
                continue
            yield self._kept(result, line)
            if self.summary.stopped is not None or self._stopping:
                return
        for ref, number in self.journal.open_intents():
            yield self._kept(self._interrupted(ref, number))

    def stop(self) -> None:
        """Ends the run once the user in flight has a result, as from a signal handler."""
        self._stopping = True

    def _kept(self, result: Result, line: Line | None = None) -> Result:
        sent = self.journal.is_open(result.ref)
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

    def _settled(self, line: Line, seen: set[str]) -> Result | None:
        """The result of a line that is not a user to be sent."""
        ref, problems = line.ref, tame(line.problems)
        if ref in seen:  # a result under that ref would hide the result of the other user
            problems = (Problem("ref", "duplicate", "repeats the ref of an earlier line"),)
            ref = numbered(line.number)
        seen.add(ref)
        if self.journal.is_open(ref) and (problems or not self._replayable(ref)):
            return self._interrupted(ref, line.number)
        if problems and self.journal.state(ref) not in (State.CREATED, State.UNKNOWN):
            started = blank(self.gateway.adapter, ref, line.number)
            return evolve(started, state=State.INVALID, problems=problems)
        return None

    def _replayable(self, ref: str) -> bool:
        """Whether the same call settles a user whose outcome is unknown."""
        found = self.journal.unknown(ref)
        return (
            found is not None and found.error not in NEVER_REPLAYED and self.journal.remembered(ref)
        )

    def _interrupted(self, ref: str, number: int | None) -> Result:
        text = "the run ended before the answer came"
        if self._replayable(ref):
            text += "; run again with a valid line of this user"
        found = self.journal.unknown(ref)
        started = blank(self.gateway.adapter, ref, number)
        problem = Problem("", "interrupted", text)
        return evolve(started, problems=(problem,), id=found.id if found else None)

    def _sent(self, line: Line) -> Result | None:
        ref = line.ref
        before = self.journal.state(ref)
        replay = before is State.UNKNOWN and not line.problems and self._replayable(ref)
        changed = self._changed(line)
        if before is None or replay or (changed and before is State.REJECTED):
            return self._tried(line, replay=replay)
        if changed and before is State.CREATED:
            started = blank(self.gateway.adapter, ref, line.number)
            return evolve(started, state=State.INVALID, problems=(_MOVED,))
        self.summary.before[before] += 1
        if (found := self.journal.unknown(ref)) is not None:
            self._note_unknown(ref, found.id)
        return None

    def _changed(self, line: Line) -> bool:
        """Whether the line is another than the one that was rejected, or created."""
        was = self.journal.digest(line.ref)
        return was is not None and not line.problems and was != _digest(line)

    def _tried(self, line: Line, *, replay: bool) -> Result:
        adapter, ref = self.gateway.adapter, line.ref
        started = blank(adapter, ref, line.number)
        try:
            user = User.parse(line.data)
            flow = adapter.create_user(user, idempotency_key=self._key(line))
            record = self.gateway.run(_after(lambda: self.journal.intend(ref, line.number), flow))
        except KeyboardInterrupt:
            if self.journal.is_open(ref):
                self.in_flight = self._kept(self._interrupted(ref, line.number), line)
            raise
        except Exception as error:
            if self.journal.failed:
                raise  # it cannot be written: nobody may be sent
            if isinstance(error, Unauthorized | Forbidden | ConfigurationError):
                self.summary.stopped = error
            return of_error(started, error, sent=self.journal.is_open(ref), replay=replay)
        return of_record(started, record)

    def _key(self, line: Line) -> str:
        """The idempotency key of a user: it names the user, never the content (see ADR 26).

        A `ref` names one user of this gateway, whatever file it comes in; the number of a line
        does so within one results file alone.
        """
        scope = (self.journal.id,) if _is_numbered(line) else ()
        parts = ("onboarding.bulk", self.gateway.name, *scope, line.ref)
        return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


_MOVED = Problem(
    "ref",
    "moved",
    "another line of this number was created: give each user a ref, or name another results file",
)


def _is_numbered(line: Line) -> bool:
    return line.ref == numbered(line.number)


def _after(intend: Callable[[], None], flow: Flow[UserRecord]) -> Flow[UserRecord]:
    """The same flow, with `intend` called before its first request.

    What the adapter refuses to send leaves no intent.
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
"""How many digits of a digest the journal keeps: they show a change, and little else."""


def _digest(line: Line) -> str:
    try:
        content = json.dumps(line.data, sort_keys=True, default=str).encode()
    except (TypeError, ValueError, RecursionError):
        return ""  # no file holds such data, and no provider rejected them
    return hashlib.sha256(content).hexdigest()[:DIGITS]
