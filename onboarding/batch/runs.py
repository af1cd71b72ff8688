"""Sends users to a gateway one after the other, and keeps count of what became of them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from attrs import define, evolve, field, frozen

from onboarding.adapter import Adapter
from onboarding.batch.journal import Journal
from onboarding.batch.lines import Line, numbered
from onboarding.batch.results import Result, State, blank, of_error, of_record, tame
from onboarding.errors import Forbidden, InvalidInput, NoAnswer, Problem, Unauthorized
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
    stopped: Unauthorized | Forbidden | None = None

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

        No line stops the next. Only when the provider does not accept the gateway's own
        credentials, or they do not allow this, the run ends early: see `summary.stopped`.
        What is remembered grows with the refs, not with the data of the users.
        """
        seen: set[str] = set()
        for line in lines:
            result = self._settled(line, seen) or self._sent(line)
            if result is None:
                continue
            yield self._kept(result, _digest(line)[:NOTED])
            if self.summary.stopped is not None:
                return
        for ref, number in self.journal.open_intents():
            yield self._kept(self._interrupted(ref, number))

    def _kept(self, result: Result, digest: str | None = None) -> Result:
        self.journal.record(result, digest)
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
        return before is State.REJECTED and was is not None and was != _digest(line)[:NOTED]

    def _tried(self, line: Line) -> Result:
        started = blank(self.gateway.adapter, line.ref, line.number)
        try:
            user = User.parse(line.data)
        except InvalidInput as error:
            return of_error(started, error, sent=False)
        sending = _Sending(lambda: self.journal.intend(line.ref, line.number))
        flow = self.gateway.adapter.create_user(user, key=_key(line))
        try:
            record = self.gateway.run(sending.noted(flow))
        except OSError:
            raise  # the journal cannot be written: nobody may be sent
        except Exception as error:
            if isinstance(error, Unauthorized | Forbidden):
                self.summary.stopped = error
            return of_error(started, error, sent=sending.sent, taken=sending.taken)
        return of_record(started, record, self.gateway.adapter.policy)


@define(eq=False)
class _Sending:
    """How far the flow of one user came: a request was about to leave, one was carried out.

    `intend` is called before the first: what an adapter refuses earlier leaves no intent.
    """

    intend: Callable[[], None]
    sent: bool = field(default=False, init=False)
    taken: bool = field(default=False, init=False)

    def noted(self, flow: Flow[UserRecord]) -> Flow[UserRecord]:
        """The same flow, under watch."""
        try:
            request = next(flow)
            self.intend()
            self.sent = True
            while True:
                try:
                    response = yield request
                except NoAnswer as error:
                    request = flow.throw(error)
                else:
                    self.taken |= request.method != "GET" and response.status < 400
                    request = flow.send(response)
        except StopIteration as done:
            record: UserRecord = done.value
            return record


def _key(line: Line) -> str:
    """Names the sending of this user in these words: a corrected line is another operation."""
    return f"{line.ref}/{_digest(line)}"


NOTED = 8
"""How many digits of a digest the journal keeps: they show a change, and little else."""


def _digest(line: Line) -> str:
    told = json.dumps(line.data, sort_keys=True, default=str).encode()
    return hashlib.sha256(told).hexdigest()[:32]
