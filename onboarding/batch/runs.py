"""Sends users to a gateway one after the other, and keeps count of what became of them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from attrs import define, evolve, field, frozen

from onboarding.adapter import Adapter
from onboarding.batch.failed import of_error
from onboarding.batch.journal import Journal
from onboarding.batch.lines import Line, numbered
from onboarding.batch.results import Result, State, blank, of_record, tame
from onboarding.errors import (
    ConfigurationError,
    Forbidden,
    OnboardingError,
    Problem,
    Unauthorized,
)
from onboarding.gateway import Gateway
from onboarding.http import Flow
from onboarding.model.record import UserRecord
from onboarding.model.user import User

__all__ = ["Batch", "Reason", "Summary"]

EXAMPLES = 3
"""How many refs are remembered for each reason."""


@frozen
class Reason:
    """Why users were not onboarded: for counting."""

    state: State
    path: str
    code: str
    message: str


@define(eq=False)
class Summary:
    """How many users came to which state: in this run, and in earlier ones of the same file.

    `examples` has the first refs of each reason; `stopped` says why the run ended early, if it
    did.
    """

    now: Counter[State] = field(factory=Counter[State])
    before: Counter[State] = field(factory=Counter[State])
    reasons: Counter[Reason] = field(factory=Counter[Reason])
    examples: dict[Reason, list[str]] = field(factory=dict[Reason, list[str]])
    stopped: Unauthorized | Forbidden | ConfigurationError | None = None

    @property
    def total(self) -> Counter[State]:
        return self.now + self.before

    def add(self, result: Result) -> None:
        self.now[result.state] += 1
        for problem in result.problems:
            reason = Reason(result.state, problem.path, problem.code, problem.message)
            self.reasons[reason] += 1
            refs = self.examples.setdefault(reason, [])
            if len(refs) < EXAMPLES and result.ref not in refs:
                refs.append(result.ref)


@define(eq=False, repr=False)
class Batch:
    """One run: a gateway, the journal of its results, and a summary that grows.

    A user whom the journal settled is counted and left alone, but a rejected one is tried again
    once its line is another than the rejected one. Of a user with an intent and no result the
    outcome is unknown: it is reported, and never sent again.
    """

    gateway: Gateway[Adapter]
    journal: Journal = field(factory=Journal)
    summary: Summary = field(factory=Summary, init=False)

    def run(self, lines: Iterable[Line]) -> Iterator[Result]:
        """Sends the users of the lines; gives each new result once the journal has it.

        No line stops the next. Only when the gateway's own credentials cannot be used, are not
        accepted, or do not allow this, the run ends early: see `summary.stopped`. Raises
        `OSError` when the journal cannot be written.
        What is remembered grows with the refs, not with the data of the users.
        """
        seen: set[str] = set()
        for line in lines:
            result = self._settled(line, seen) or self._sent(line)
            if result is None:
                continue
            yield self._kept(result, line)
            if self.summary.stopped is not None:
                return
        for ref, number in self.journal.open_intents():
            yield self._kept(self._interrupted(ref, number))

    def _kept(self, result: Result, line: Line | None = None) -> Result:
        rejected = line is not None and result.state is State.REJECTED
        self.journal.record(result, _digest(line) if line is not None and rejected else None)
        self.summary.add(result)
        return result

    def _settled(self, line: Line, seen: set[str]) -> Result | None:
        """The result of a line that is not a user to be sent."""
        ref, problems = line.ref, tame(line.problems)
        if ref in seen:  # a result under that ref would hide what became of the other user
            problems = (Problem("ref", "duplicate", f"repeats the ref {ref} of an earlier line"),)
            ref = numbered(line.number)
        seen.add(ref)
        if self.journal.is_open(ref):
            return self._interrupted(ref, line.number)
        if problems and self.journal.state(ref) not in (State.CREATED, State.UNKNOWN):
            started = blank(self.gateway.adapter, ref, line.number)
            return evolve(started, state=State.INVALID, problems=problems)
        return None

    def _interrupted(self, ref: str, number: int | None) -> Result:
        text = "an earlier run ended before the answer came; look before sending again"
        problem = Problem("", "interrupted", text)
        return evolve(blank(self.gateway.adapter, ref, number), problems=(problem,))

    def _sent(self, line: Line) -> Result | None:
        before = self.journal.state(line.ref)
        if before is not None and not self._corrected(line, before):
            self.summary.before[before] += 1
            return None
        return self._tried(line)

    def _corrected(self, line: Line, before: State) -> bool:
        """Whether the provider said no to other words than the line has now."""
        was = self.journal.rejected_as(line.ref)
        return before is State.REJECTED and was is not None and was != _digest(line)

    def _tried(self, line: Line) -> Result:
        adapter, ref = self.gateway.adapter, line.ref
        started = blank(adapter, ref, line.number)
        try:
            user = User.parse(line.data)
            flow = adapter.create_user(user, key=self._key(line))
            record = self.gateway.run(_after(lambda: self.journal.intend(ref, line.number), flow))
        except Exception as error:
            if self.journal.failed:
                raise  # it cannot be written: nobody may be sent
            if isinstance(error, Unauthorized | Forbidden | ConfigurationError):
                self.summary.stopped = error
            return of_error(started, error, sent=self.journal.is_open(ref))
        return of_record(started, record)

    def _key(self, line: Line) -> str:
        """The idempotency key of a user: it names the user, never the content (see ADR 26).

        A `ref` names one user of this gateway, whatever file it comes in; the number of a line
        does so within one results file alone.
        """
        scope = (self.journal.id,) if line.ref == numbered(line.number) else ()
        parts = ("onboarding.batch", self.gateway.name, *scope, line.ref)
        return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


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
