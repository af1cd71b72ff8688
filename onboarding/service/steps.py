"""The steps of a service that touch no provider: what it stores, and what it decides from that."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from attrs import evolve, field, frozen

from onboarding.adapter import Adapter
from onboarding.adapter.agreement import content_digest
from onboarding.directory import (
    Claim,
    ClaimState,
    Operation,
    OperationState,
    RecordState,
    StoredNotification,
    Transaction,
    key_of,
)
from onboarding.errors import LeaseLost, OnboardingError, Outcome, UnknownUser
from onboarding.http import Flow
from onboarding.model.documents import DocumentRecord
from onboarding.model.event import Event
from onboarding.model.notification import Notification
from onboarding.model.record import UserRecord, UserStatus
from onboarding.model.user import User
from onboarding.provider_errors import PartialFailure, Rejected
from onboarding.reconciliation import Reconciliation, UnresolvedCall
from onboarding.service.lifecycle import Lifecycle, lifecycle
from onboarding.service.values import Onboarding, OnboardingStatus, Submission

__all__ = [
    "MIXED_CONTENT",
    "Carried",
    "StillUnknown",
    "Taken",
    "again",
    "answer_of",
    "apply",
    "closed",
    "creation_of",
    "ended",
    "home_of",
    "is_open",
    "is_other",
    "is_unknown",
    "left_open",
    "named",
    "not_carried_out",
    "save",
    "take",
    "take_open",
    "verify",
    "with_reference",
]

R = TypeVar("R")
A = TypeVar("A", Onboarding, Submission)

MIXED = "mixed"
"""In place of a digest: see `Operation.digest`."""

_NOT_CARRIED_OUT = "not_carried_out"
"""The code of an operation that reconciliation proved not to be carried out. Its key is spent at a
provider that keeps its own failure under it, so the next call has another one."""

_KEY_MARGIN = timedelta(minutes=15)
"""How long before a provider forgets a key it is no longer relied upon."""


MIXED_CONTENT = Reconciliation[Any](
    outcome=Outcome.UNKNOWN,
    reason="it was sent with other content before",
    remedy="settle it by hand",
)


class StillUnknown(Exception):
    """The outcome of a call cannot be proved."""

    def __init__(self, found: Reconciliation[Any]) -> None:
        super().__init__()
        self.found = found


@frozen(kw_only=True)
class Carried(Generic[R]):
    """The result of a claimed call: its object, or the error after which it is unknown."""

    taken: Taken
    record: R | None = None
    other_content: bool = False
    error: OnboardingError | StillUnknown | None = None


@frozen(kw_only=True)
class Taken:
    """A claim, and what was stored of the operation before it; `first` is its first key."""

    first: str = field(repr=False)
    claim: Claim = field(repr=False)
    before: Operation | None = field(repr=False)

    @property
    def key(self) -> str:
        """The idempotency key of the call."""
        return self.claim.operation.key

    @property
    def is_mixed(self) -> bool:
        """Whether other content was sent than this call has: then it identifies nothing."""
        return self.claim.operation.digest == MIXED

    def key_counts(self, adapter: Adapter, now: datetime) -> bool:
        """Whether repeating the call with its key cannot carry it out twice."""
        life, sent_at = adapter.key_lifetime, self.claim.operation.sent_at
        return life is not None and sent_at is not None and now < sent_at + life - _KEY_MARGIN

    def call(self, adapter: Adapter, user_id: str | None, reference: str | None) -> UnresolvedCall:
        """Returns the call as `gateway.reconcile` takes it.

        A process that was killed left nothing but its claim: its request ended with its lease.
        """
        operation, before = self.claim.operation, self.before
        sent_at = operation.sent_at or operation.due_at
        known = operation.unresolved or UnresolvedCall(
            **adapter.provenance,
            operation=operation.operation,
            sent_at=sent_at,
            user_id=user_id,
            reference=reference,
            idempotency_key=operation.key if adapter.key_lifetime is not None else None,
            digest=operation.digest,
        )
        if before is not None and before.state is OperationState.RUNNING:
            return evolve(known, failed_at=before.due_at)
        ended_at = before.ended_at if before is not None else None
        return known if known.failed_at is not None else evolve(known, failed_at=ended_at)


# -- notifications


def verify(adapter: Adapter, notification: Notification) -> None:
    """Raises the error of a notification that is certainly not the provider's; sends nothing.

    An adapter checks the signature before its first request.
    """
    flow: Flow[Any] = adapter.read_notification(notification)
    try:
        with suppress(StopIteration):
            next(flow)
    finally:
        flow.close()


def apply(
    transaction: Transaction,
    stored: StoredNotification,
    found: Iterable[tuple[str, Event, UserRecord | None]],
    near: timedelta,
) -> None:
    """Stores what was read after a notification, unless another process has handled it."""
    told = [(own_id, event, record) for own_id, event, record in found]
    if not transaction.handled(stored, told[0][0] if told else None):
        return
    for own_id, event, record in told:
        seen = [one for one in (record, event.document) if one is not None]
        with suppress(UnknownUser):  # erased meanwhile
            transaction.lock(own_id)
            if seen:
                save(transaction, own_id, seen, near)
            transaction.note(own_id, "receive", gateway=stored.gateway, code=event.kind)


def named(adapter: Adapter, user_id: str) -> UserRecord:
    """Returns a record that only names a user, for a call that reads it."""
    return UserRecord(**adapter.provenance, id=user_id, user=User())


def closed(adapter: Adapter, user_id: str, at: datetime) -> UserRecord:
    """Returns the record of a user that the provider no longer shows, because it was closed."""
    return evolve(named(adapter, user_id), status=UserStatus.CLOSED, retrieved_at=at)


# -- before a call


def home_of(transaction: Transaction, own_id: str, chosen: str) -> str:
    """Assigns a user to a gateway, unless it has one; an id at a gateway counts as that."""
    known = [one.gateway for one in transaction.references(own_id) if not one.name]
    return transaction.assign(own_id, chosen if chosen in known or not known else known[0])


def is_open(state: RecordState) -> bool:
    """Whether a user was not closed."""
    return state.status is not UserStatus.CLOSED


def take(
    transaction: Transaction,
    own_id: str,
    gateway: str,
    operation: str,
    content: object,
    lease: timedelta,
    key: str | None = None,
) -> Taken:
    """Claims an operation of a user, under its key or the first one that is not spent.

    Raises `UnknownUser` for a user who was erased.
    """
    transaction.lock(own_id)
    return _taken(transaction, own_id, gateway, operation, content, lease, key)


def _taken(
    transaction: Transaction,
    own_id: str,
    gateway: str,
    operation: str,
    content: object,
    lease: timedelta,
    key: str | None,
) -> Taken:
    first = key or key_of(gateway, operation, own_id)
    mine = {one.key: one for one in transaction.operations(own_id) if one.gateway == gateway}
    number, current = 1, first
    while (before := mine.get(current)) is not None and before.error == _NOT_CARRIED_OUT:
        number += 1
        current = f"{first}/{number}"
    claim = transaction.claim(own_id, gateway, operation, key=current, content=content, lease=lease)
    return Taken(first=first, claim=claim, before=before)


def with_reference(adapter: Adapter, own_id: str, user: User) -> User:
    """Returns a user with the own id as its reference, if the provider keeps one."""
    if user.reference is not None or not adapter.keeps_reference(user):
        return user
    return user.replace(reference=own_id)


def creation_of(operations: Iterable[Operation], gateway: str) -> Operation | None:
    """Returns the latest creation of a user at a gateway, among its operations."""
    found = [x for x in operations if (x.gateway, x.operation) == (gateway, "create_user")]
    return found[-1] if found else None


def take_open(transaction: Transaction, own_id: str, lease: timedelta) -> Taken | None:
    """Claims the creation of a user, also of an erased one, if its outcome is unknown.

    None if it is known, or if another process is at work.
    """
    with suppress(UnknownUser):
        transaction.lock(own_id)
    unknown = (OperationState.UNKNOWN, OperationState.RUNNING)
    mine = [x for x in transaction.operations(own_id) if x.operation == "create_user"]
    found = next((one for one in mine if one.state in unknown), None)
    if found is None:
        return None
    of = (own_id, found.gateway, found.operation)
    taken = _taken(transaction, *of, None, lease, None)
    return taken if taken.claim.granted else None


def is_other(operation: Operation | None, content: object) -> bool:
    """Whether an operation was carried out with other content."""
    known = operation.digest if operation is not None else ""
    return known not in ("", MIXED) and known != content_digest(content)


# -- after a call


def answer_of(
    kind: type[A], taken: Taken, error: OnboardingError | StillUnknown | None = None
) -> A:
    """Returns the answer to a call that is not done: in progress, unless there is an error."""
    operation, found = taken.claim.operation, None
    if isinstance(error, StillUnknown):
        found = error.found
    reason = type(error).__name__ if error is not None else ""
    return kind(
        own_id=operation.own_id,
        gateway=operation.gateway,
        status=OnboardingStatus.IN_PROGRESS if error is None else OnboardingStatus.UNKNOWN,
        again_at=operation.due_at if error is None else _again_at(found),
        reason=found.reason if found is not None else reason,
        remedy=found.remedy if found is not None else "",
        candidates=found.candidates if found is not None else (),
    )


def _again_at(found: Reconciliation[Any] | None) -> datetime | None:
    return found.ask_again_at if found is not None else None


def ended(
    transaction: Transaction, taken: Taken, record: UserRecord | DocumentRecord, near: timedelta
) -> RecordState | None:
    """Stores a call that was carried out, with its record and the lifecycle events.

    Returns the state of the user, None if it was erased meanwhile.
    """
    own_id = taken.claim.operation.own_id
    with suppress(UnknownUser):  # in this order, as `take` locks
        transaction.lock(own_id)
    transaction.finish(taken.claim, Outcome.DONE, id=record.id)
    with suppress(UnknownUser):
        return save(transaction, own_id, (record,), near)[0]
    return None


def left_open(
    transaction: Transaction, taken: Taken, error: OnboardingError | StillUnknown
) -> None:
    """Stores how a call failed; does nothing if another process has taken it over."""
    own_id, again_at, unresolved = taken.claim.operation.own_id, None, None
    with suppress(UnknownUser):
        transaction.lock(own_id)
    if isinstance(error, StillUnknown):
        again_at, unresolved = error.found.ask_again_at, taken.claim.operation.unresolved
    else:
        unresolved = error.unresolved or taken.claim.operation.unresolved
    outcome = outcome_of(taken, error)
    with suppress(LeaseLost):
        transaction.finish(
            taken.claim,
            outcome,
            error=type(error).__name__,
            unresolved=unresolved if outcome is Outcome.UNKNOWN else None,
            again_at=again_at,
        )


def outcome_of(taken: Taken, error: OnboardingError | StillUnknown) -> Outcome:
    """Returns what an error leaves of an operation.

    The failure of a repeated call says nothing of the first one, except a rejection: a provider
    that honours the key would have shown what it had carried out. An object of a partial failure
    exists.
    """
    if is_unknown(error):
        return Outcome.UNKNOWN
    repeated = taken.claim.state is ClaimState.RECONCILE
    if repeated and not isinstance(error, Rejected):
        return Outcome.UNKNOWN
    return Outcome.NOT_DONE


def is_unknown(error: OnboardingError | StillUnknown) -> bool:
    """Whether an error says no more than that the outcome is unknown."""
    if isinstance(error, (StillUnknown, PartialFailure)):
        return True
    return error.outcome is not Outcome.NOT_DONE


def not_carried_out(transaction: Transaction, taken: Taken) -> None:
    """Ends an operation that was certainly not carried out, with its key."""
    with suppress(UnknownUser):
        transaction.lock(taken.claim.operation.own_id)
    transaction.finish(taken.claim, Outcome.NOT_DONE, error=_NOT_CARRIED_OUT)


def again(transaction: Transaction, taken: Taken, content: object, lease: timedelta) -> Taken:
    """Ends an operation that was certainly not carried out, and claims it with a fresh key."""
    not_carried_out(transaction, taken)
    operation = taken.claim.operation
    of = (operation.own_id, operation.gateway, operation.operation)
    return take(transaction, *of, content, lease, taken.first)


def save(
    transaction: Transaction,
    own_id: str,
    found: Iterable[UserRecord | DocumentRecord],
    near: timedelta,
) -> tuple[RecordState, tuple[Lifecycle, ...]]:
    """Stores what was read of a user, and puts the lifecycle events into the outbox."""
    changes = [
        transaction.save(own_id, one)
        if isinstance(one, UserRecord)
        else transaction.save_document(own_id, one)
        for one in found
    ]
    before, after = changes[0].before, changes[-1].after
    events = lifecycle(before, after, near=near)
    for event in events:
        transaction.emit(own_id, event.kind, gateway=after.gateway, facts=event.plain())
    return after, events
