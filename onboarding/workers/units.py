"""Carries out one unit: the creation of a user that a directory has given to this process."""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from datetime import timedelta

from attrs import define, evolve, field, frozen

from onboarding.adapter import Adapter
from onboarding.bulk.failed import result_of_error
from onboarding.bulk.results import Result, State, result_of_record, unknown_result
from onboarding.bulk.settling import NEVER_REPLAYED
from onboarding.directory import Claim, ClaimState, Directory, Operation, Transaction
from onboarding.errors import (
    ConfigurationError,
    LeaseLost,
    NoAnswer,
    OnboardingError,
    Outcome,
    ReferenceConflict,
    UnknownUser,
)
from onboarding.gateway import Gateway
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.provider_errors import (
    Conflict,
    Forbidden,
    PartialFailure,
    RateLimited,
    Rejected,
    Unauthorized,
)
from onboarding.quotas import bulk_calls
from onboarding.reconciliation import UnresolvedCall
from onboarding.service.lifecycle import NEAR
from onboarding.service.steps import save

__all__ = ["CREATE", "Units", "outcome_of", "reason_class", "reason_of"]

CREATE = "create_user"
"""The operation of a unit."""

MARGIN = timedelta(hours=1)
"""A key is not replayed so shortly before the provider forgets it: clocks differ."""

_REFUSED = (State.REJECTED, State.UNSUPPORTED, State.INVALID)
_ABOUT_GATEWAY = (Unauthorized, Forbidden, ConfigurationError)
_LATER = timedelta(days=1)  # until a unit is looked for again that the provider does not show
_MOST_ATTEMPTS = 10  # of a unit whose calls fail, each later than the one before
_MOST_SECONDS = 60.0
_PAUSE = timedelta(seconds=30)


@frozen(kw_only=True)
class _Ended:
    """How a call ended."""

    result: Result
    record: UserRecord | None = None
    error: Exception | None = None
    again_in: timedelta | None = None


@define(eq=False, repr=False)
class Units:
    """Carries out the units of one gateway. Safe to use from several threads.

    A unit whose call may have been carried out is sent again under its idempotency key, as long as
    the provider certainly remembers it, and is looked for afterwards. A rate limit, refused API
    keys and a provider that does not answer pause the gateway, for all workers of the directory.
    """

    gateway: Gateway[Adapter]
    directory: Directory
    most_failures: int = 5
    """The calls without an answer, one after the other, that pause the gateway."""
    _silent: int = field(default=0, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def carry_out(
        self, claim: Claim, user: User | None = None, line: int | None = None
    ) -> Result | None:
        """Makes the call of a claimed operation, and stores the outcome.

        `user` is the content, if it is not stored with the operation. Returns None if the lease was
        lost: the result is then that of another process. Raises `DirectoryError` if the outcome
        could not be stored; the operation is taken up again when the lease is over.
        """
        user = user or claim.content
        own_id = claim.operation.own_id
        started = unknown_result(self.gateway.adapter, own_id, line)
        if user is None:
            ended = _Ended(result=started, again_in=_LATER)
        elif claim.state is ClaimState.RECONCILE and not self._is_replayable(claim.operation):
            ended = self._look_for(claim.operation, user, started)
        else:
            replay = claim.state is ClaimState.RECONCILE
            ended = self._sent(claim.operation, user, started, replay=replay)
        try:
            self.directory.run(lambda transaction: self._finish(transaction, claim, ended))
        except LeaseLost:
            return None
        except ReferenceConflict as conflict:
            result = result_of_error(started, conflict, sent=True, replay=True)
            ended = _Ended(result=evolve(result, id=ended.result.id), again_in=_LATER)
            self.directory.run(lambda transaction: self._finish(transaction, claim, ended))
        return ended.result

    # -- the call

    def _look_for(
        self, operation: Operation, user: User, started: Result, repeated: _Ended | None = None
    ) -> _Ended:
        """Learns the outcome by the provider's records; sends the user if there certainly is none.

        Where the records prove nothing, and the provider refuses a second user with a value of this
        one, the user is sent again; after a refusal the records are read once more. `repeated` is
        how that call ended.
        """
        sent_at = operation.sent_at or self.directory.clock()
        # A user who was created in part is finished with the current content: the provider may
        # have rejected a value of the earlier content.
        in_part = reason_class(operation.error) == PartialFailure.__name__
        call = operation.unresolved or UnresolvedCall(
            **self.gateway.adapter.provenance,
            operation=CREATE,
            sent_at=sent_at,
            reference=user.reference,
            idempotency_key=operation.key,
            digest="" if in_part else operation.digest,
        )
        ended = [at for at in (call.failed_at, operation.ended_at) if at is not None]
        call = evolve(call, failed_at=max(ended, default=sent_at))
        try:
            with bulk_calls(patient=False):
                found = self.gateway.reconcile(call, user)
        except OnboardingError as error:
            return self._failed(started, operation, error, replay=True)
        if found.outcome is Outcome.DONE and isinstance(found.record, UserRecord):
            record = found.record
            if found.partial is not None:
                try:
                    with bulk_calls(patient=False):
                        record = self.gateway.resume(found.partial, user)
                except OnboardingError as error:
                    return self._failed(started, operation, error, replay=True)
            return _Ended(result=result_of_record(started, record), record=record)
        if found.outcome is Outcome.NOT_DONE:
            return repeated or self._sent(operation, user, started, replay=False)
        repeatable = self.gateway.adapter.refuses_duplicate(CREATE, user)
        if repeatable and repeated is None and not found.candidates:
            again = self._sent(operation, user, started, replay=True)
            is_refused = isinstance(again.error, Rejected | Conflict)
            return self._look_for(operation, user, started, again) if is_refused else again
        known = evolve(started, error=reason_class(operation.error) or "OutcomeUnknown")
        wait = _LATER
        if found.ask_again_at is not None:
            wait = max(found.ask_again_at - self.directory.clock(), timedelta(0))
        return _Ended(result=known, again_in=wait)

    def _sent(self, operation: Operation, user: User, started: Result, *, replay: bool) -> _Ended:
        try:
            with bulk_calls(patient=False):  # the pause of the gateway waits, without a lease
                record = self.gateway.create_user(user, idempotency_key=operation.key)
        except Exception as error:
            return self._failed(started, operation, error, replay=replay)
        with self._lock:
            self._silent = 0
        return _Ended(result=result_of_record(started, record), record=record)

    def _failed(
        self, started: Result, operation: Operation, error: Exception, *, replay: bool
    ) -> _Ended:
        """Returns how a failed call ended. Pauses the gateway if the next one would fail too."""
        result = result_of_error(started, error, sent=True, replay=replay)
        wait = timedelta(seconds=min(2.0**operation.attempts, _MOST_SECONDS))
        with self._lock:
            self._silent = self._silent + 1 if isinstance(error, NoAnswer) else 0
            is_silent = self._silent >= self.most_failures
        if isinstance(error, RateLimited):
            wait = timedelta(seconds=error.retry_after or wait.total_seconds())
            self.pause(error, wait)
        elif isinstance(error, _ABOUT_GATEWAY):
            wait = timedelta(0)
            self.pause(error, None)
        elif is_silent:
            self.pause(error, _PAUSE)
        if result.state in _REFUSED:
            return _Ended(result=result, error=error)
        is_patient = isinstance(error, RateLimited | Unauthorized | Forbidden | ConfigurationError)
        if not is_patient and operation.attempts >= _MOST_ATTEMPTS:
            again = _LATER if result.state is State.UNKNOWN else None
            return _Ended(result=result, error=error, again_in=again)
        resumable = result.partial is not None and result.partial.digest  # else it was rejected
        if result.state is State.UNKNOWN and result.error in NEVER_REPLAYED and not resumable:
            wait = _LATER
        return _Ended(result=result, error=error, again_in=wait)

    def pause(self, error: Exception, wait: timedelta | None) -> None:
        """Pauses the gateway because of an error; without an end if `wait` is None."""
        until = None if wait is None else self.directory.clock() + wait
        self.directory.pause(self.gateway.name, until=until, reason=type(error).__name__)

    def _is_replayable(self, operation: Operation) -> bool:
        """Whether the provider certainly remembers the idempotency key of an operation."""
        lifetime = self.gateway.adapter.key_lifetime
        if lifetime is None or operation.sent_at is None:
            return False
        if reason_class(operation.error) in NEVER_REPLAYED:
            return False
        passed = self.directory.clock() - operation.sent_at
        return timedelta(0) <= passed < lifetime - MARGIN

    # -- the outcome

    def _finish(self, transaction: Transaction, claim: Claim, ended: _Ended) -> None:
        result, own_id = ended.result, claim.operation.own_id
        again_at = None if ended.again_in is None else transaction.now + ended.again_in
        unresolved = getattr(ended.error, "unresolved", None) or claim.operation.unresolved
        outcome = outcome_of(result.state)
        transaction.finish(
            claim,
            outcome,
            id=result.id if outcome is Outcome.DONE else None,
            error=reason_of(result),
            unresolved=unresolved if outcome is Outcome.UNKNOWN else None,
            again_at=again_at,
        )
        if ended.record is None:
            return
        with suppress(UnknownUser):  # erased meanwhile
            save(transaction, own_id, (ended.record,), NEAR)


def outcome_of(state: State) -> Outcome:
    """Returns the outcome of a call by the state of its user."""
    if state is State.CREATED:
        return Outcome.DONE
    return Outcome.UNKNOWN if state is State.UNKNOWN else Outcome.NOT_DONE


def reason_of(result: Result) -> str | None:
    """Returns why a user was not created, as a code without values; None if it was.

    Example: `Rejected:email:invalid`: the class of the error, the path and the code of the first
    problem.
    """
    if result.state is State.CREATED:
        return None
    error = result.error or str(result.state)
    for problem in result.problems[:1]:
        known = "" if problem.code in _OF_CLASS else problem.code
        code = ":".join(filter(None, (error, _OF_ONE("", problem.path), known)))
        if _CODE(code):
            return code
    return error


def reason_class(reason: str | None) -> str:
    """Returns the class of the error in a reason; empty if there is none."""
    return (reason or "").partition(":")[0]


_OF_CLASS = ("failed", "fault", "no_answer", "partial_failure", "idempotency_conflict")
"""Codes of problems that say no more than the class of the error."""
_OF_ONE = re.compile(r"\[[^\]]*\]|\.[0-9]+(?![^.])").sub
_CODE = re.compile(r"[A-Za-z0-9_.:/-]{1,100}", re.ASCII).fullmatch
