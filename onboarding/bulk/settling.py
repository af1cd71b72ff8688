"""Settles users whose outcome is unknown, by the provider's records or by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from attrs import evolve, frozen

from onboarding.adapter import Adapter
from onboarding.adapter.agreement import agrees
from onboarding.bulk.failed import result_of_error
from onboarding.bulk.journal import Journal
from onboarding.bulk.keys import digest_of, key_of
from onboarding.bulk.lines import Line
from onboarding.bulk.results import Result, State, result_of_record, unknown_result
from onboarding.errors import IdempotencyConflict, InvalidInput, OnboardingError, Outcome, Problem
from onboarding.gateway import Gateway
from onboarding.model.answers import Partial
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.provider_errors import PartialFailure
from onboarding.quotas import bulk_calls
from onboarding.reconciliation import Reconciliation, UnresolvedCall

__all__ = ["NEVER_REPLAYED", "Settled", "by_hand", "record_settled", "settled", "settled_in_run"]

NEVER_REPLAYED = (IdempotencyConflict.__name__, PartialFailure.__name__)
"""Errors after which a replay cannot show the outcome: it is known already, or known in part."""

_IN_PART = "it was carried out in part"
_FINISH = "run again: the run finishes it"
_COMPARE = "compare it at the provider, then settle it by hand"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@frozen(kw_only=True)
class Settled:
    """What was found of a user whose outcome was unknown.

    `result` is to be recorded; None if the outcome is still unknown. `reason`, `remedy`,
    `candidates` and `ask_again_at` are those of `Reconciliation`.
    """

    ref: str
    result: Result | None = None
    reason: str = ""
    remedy: str = ""
    candidates: tuple[str, ...] = ()
    ask_again_at: datetime | None = None

    @property
    def outcome(self) -> Outcome:
        """Whether the provider has the user."""
        if self.result is None or self.result.state is State.UNKNOWN:
            return Outcome.UNKNOWN
        return Outcome.DONE if self.result.state is State.CREATED else Outcome.NOT_DONE


def settled(
    gateway: Gateway[Adapter], journal: Journal, line: Line, *, finishes: bool = False
) -> Settled:
    """Learns the outcome of a user by the provider's records; nothing is recorded.

    With `finishes`, a user who was created in part is finished; otherwise nothing is sent. Raises
    the errors of `gateway.reconcile`.
    """
    ref, found = line.ref, journal.unresolved(line.ref)
    if found is None:
        return Settled(ref=ref, reason="its outcome is known")
    if found.partial is None and found.error in NEVER_REPLAYED:
        known = (found.id,) if found.id is not None else ()
        text = "it was sent with other content" if found.id else _IN_PART
        return Settled(ref=ref, reason=text, remedy=_COMPARE, candidates=known)
    if line.problems:
        return Settled(ref=ref, reason="its line is not valid", remedy="correct the line")
    try:
        user = User.parse(line.data)
    except InvalidInput:
        return Settled(ref=ref, reason="its line is not a valid user", remedy="correct the line")
    started = unknown_result(gateway.adapter, ref, line.number)
    # A corrected line may finish what the provider rejected: such a partial has no digest.
    is_corrected = found.partial is not None and not found.partial.digest
    if journal.digest(ref) not in (None, digest_of(line)) and not is_corrected:
        text = "its line has changed since it was sent"
        return Settled(ref=ref, reason=text, remedy="restore the line")
    if found.partial is not None:
        if finishes:
            return _finished(gateway, started, found.partial, user)
        return Settled(ref=ref, reason=_IN_PART, remedy=_FINISH, candidates=_known(found.partial))
    call = UnresolvedCall(
        **gateway.adapter.provenance,
        operation="create_user",
        sent_at=journal.sent_at(ref) or _EPOCH,
        failed_at=journal.last_entry_at,
        reference=user.reference,
        idempotency_key=key_of(gateway.name, journal.id, line),
    )
    proven = journal.digest(ref) is not None
    shown = gateway.reconcile(call, user)
    partial = shown.partial if proven and shown.outcome is Outcome.DONE else None
    if partial is None:
        return _of(gateway.adapter, line, user, shown, proven=proven)
    if finishes:
        return _finished(gateway, started, partial, user)
    open_ = _open(started, partial)
    return Settled(
        ref=ref, result=open_, reason=shown.reason, remedy=_FINISH, candidates=_known(partial)
    )


def _finished(gateway: Gateway[Adapter], started: Result, partial: Partial, user: User) -> Settled:
    """Finishes a call that was carried out in part. Returns the new error if it fails again."""
    try:
        record: UserRecord = gateway.resume(partial, user)
    except PartialFailure as error:
        result = result_of_error(started, error, sent=True)
        return Settled(ref=started.ref, result=result, reason=_IN_PART, remedy=_FINISH)
    return Settled(ref=started.ref, result=result_of_record(started, record), reason="finished")


def _open(started: Result, partial: Partial) -> Result:
    """Returns the result of a user who exists, and may lack a part of the content."""
    return evolve(
        started,
        id=partial.id,
        problems=(Problem("", "partial_failure", f"{_IN_PART}; the next run finishes it"),),
        error=PartialFailure.__name__,
        partial=partial,
    )


def _known(partial: Partial) -> tuple[str, ...]:
    return (partial.id,) if partial.id is not None else ()


def _of(
    adapter: Adapter, line: Line, user: User, found: Reconciliation[UserRecord], *, proven: bool
) -> Settled:
    """Returns what a reconciliation says of a user.

    `proven`: whether the line is certainly the one that was sent. Another line may not be at the
    provider, though the one that was sent is.
    """
    started = unknown_result(adapter, line.ref, line.number)
    result: Result | None = None
    if isinstance(record := found.record, UserRecord) and found.outcome is Outcome.DONE:
        if not proven and not agrees(record.user, user, adapter.comparable(user, "create_user")):
            text = "the line may have changed since it was sent"
            return Settled(ref=line.ref, reason=text, remedy=_COMPARE, candidates=(record.id,))
        result = result_of_record(started, record)
    elif found.outcome is Outcome.NOT_DONE and proven:
        result = evolve(started, state=State.FAILED, problems=(_NOT_CREATED,))
    return Settled(
        ref=line.ref,
        result=result,
        reason=found.reason,
        remedy=found.remedy,
        candidates=found.candidates,
        ask_again_at=found.ask_again_at,
    )


_NOT_CREATED = Problem("", "not_created", "the provider does not have this user: run again")


def by_hand(gateway: Gateway[Adapter], journal: Journal, ref: str, id: str | None) -> Settled:
    """Settles a user by hand as found at the provider: created with this id, or not created.

    The user with the id is fetched. Raises `InvalidInput` for a ref whose outcome is known, and
    the errors of `gateway.fetch_user`.
    """
    if journal.unresolved(ref) is None:
        text = "its outcome is not unknown in this results file"
        raise InvalidInput([Problem(ref, "conflict", text)])
    started = unknown_result(gateway.adapter, ref, None)
    if id is None:
        result = evolve(started, state=State.FAILED, problems=(_NOT_CREATED,))
        return Settled(ref=ref, result=result, reason="settled by hand")
    record = gateway.fetch_user(id)
    return Settled(ref=ref, result=result_of_record(started, record), reason="settled by hand")


def record_settled(journal: Journal, found: Settled) -> None:
    """Records the result of a settled user. Raises `OSError` if it cannot."""
    if found.result is None:
        return
    if found.result.state is State.FAILED:  # ends the unknown outcome: the next run sends the user
        journal.intend(found.ref, found.result.line, journal.digest(found.ref))
    journal.record(found.result)


def settled_in_run(gateway: Gateway[Adapter], journal: Journal, line: Line) -> Result | None:
    """Returns the result of a user whose outcome the provider's records prove; else None.

    A user who was created in part is finished.
    """
    try:
        with bulk_calls(patient=False):
            return settled(gateway, journal, line, finishes=True).result
    except OnboardingError:
        return None
