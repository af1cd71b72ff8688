"""Operations on users: stored before the call, claimed by one process, ended with an outcome."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from attrs import evolve, frozen
from sqlalchemy import ColumnElement, Row, Select, select, update

from onboarding.adapter.agreement import content_digest
from onboarding.directory.audit import Audit
from onboarding.directory.tables import OPEN, operations
from onboarding.directory.values import Claim, ClaimState, Operation, OperationState
from onboarding.directory.work import checked
from onboarding.errors import IdempotencyConflict, LeaseLost, Outcome, ReferenceConflict
from onboarding.model.user import User
from onboarding.reconciliation import UnresolvedCall

__all__ = ["LEASE", "MIXED", "Operations", "claimable", "content_of", "key_of"]

LEASE = timedelta(minutes=5)
"""How long a claim holds by default: longer than any call with its retries should take."""

MIXED = "mixed"
"""In place of a digest: other content was sent while the outcome was unknown."""

_TABLE = operations.c
_ENDS = {Outcome.DONE: OperationState.DONE, Outcome.NOT_DONE: OperationState.NOT_DONE}


def key_of(gateway: str, operation: str, own_id: str) -> str:
    """Returns the key of an operation that a user has once: derived from ids, never from content.

    See ADR 26.
    """
    parts = ("onboarding.directory", gateway, operation, own_id)
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


@frozen(kw_only=True, repr=False, eq=False)
class Operations(Audit):
    """Steps on operations."""

    def plan(
        self,
        own_id: str,
        gateway: str,
        operation: str,
        *,
        key: str | None = None,
        content: User | None = None,
        at: datetime | None = None,
    ) -> bool:
        """Stores an operation that is to be carried out, from `at` on. Returns whether it is new.

        The user is added if the directory does not have it. `content` is that of the call, for the
        process that takes it. It is kept without credentials, only where personal data are switched
        on, and until the operation is done.
        """
        values = self._values(own_id, gateway, operation, key, content)
        self.add_user(own_id)
        planned = {"state": OperationState.PLANNED, "attempts": 0, "due_at": at or self.now}
        new = self.insert_new(operations, **values, **planned)
        if new:
            self.note(own_id, operation, gateway=gateway, code=OperationState.PLANNED)
        return new

    def claim(
        self,
        own_id: str,
        gateway: str,
        operation: str,
        *,
        key: str | None = None,
        content: object = None,
        lease: timedelta = LEASE,
    ) -> Claim:
        """Claims an operation before its call: at most one process at a time has it.

        - `key`: the idempotency key of the call; by default one that the user has once for this
          operation at this gateway;
        - `content`: that of the call: a user, a document. Eight digits of its digest are kept, by
          which `gateway.reconcile` recognises it, and a user also where personal data are switched
          on;
        - `lease`: how long the claim holds. A process that is killed leaves its claim to the first
          one that asks afterwards.

        The user is added if the directory does not have it. Raises `IdempotencyConflict` if the
        key is that of another user or operation.
        """
        values = self._values(own_id, gateway, operation, key, content)
        self.add_user(own_id)
        token, until = secrets.token_hex(16), self.now + lease
        running = {
            "state": OperationState.RUNNING,
            "attempts": 1,
            "sent_at": self.now,
            "due_at": until,
            "token": token,
        }
        if self.insert_new(operations, **values, **running):
            self.note(own_id, operation, gateway=gateway, code=ClaimState.NEW)
            row = self._row(gateway, values["key"])
            return Claim(state=ClaimState.NEW, operation=_operation(row), token=token)
        row = self._row(gateway, values["key"], lock=True)
        if (row.own_id, row.operation) != (own_id, operation):
            raise IdempotencyConflict(operation)
        return self._granted(row, until, values)

    def take(self, gateway: str, *, limit: int = 1, lease: timedelta = LEASE) -> tuple[Claim, ...]:
        """Claims up to `limit` operations that wait: planned ones, unknown ones, abandoned ones.

        The longest due come first. Operations that another process is just claiming are skipped,
        and so are those that were submitted in bulk: see `take_submitted`.
        """
        due = claimable(gateway, self.now, limit, _TABLE.submitted_at.is_(None))
        return tuple(self._granted(row, self.now + lease, {}) for row in self.execute(due).all())

    def renew(self, claim: Claim, *, lease: timedelta = LEASE) -> None:
        """Extends a claim. Raises `LeaseLost` if another process has claimed the operation."""
        if self._update(claim, due_at=self.now + lease) != 1:
            raise LeaseLost("another process has claimed the operation, or ended it")

    def finish(
        self,
        claim: Claim,
        outcome: Outcome,
        *,
        id: str | None = None,
        error: str | None = None,
        unresolved: UnresolvedCall | None = None,
        again_at: datetime | None = None,
    ) -> None:
        """Stores the outcome of a claimed operation, and ends the claim.

        - `id`: the id of the object, if it was carried out. A user that was created is linked;
        - `error`: the class of the error or a code, never a text;
        - `unresolved`: `error.unresolved` of the call, if the outcome is unknown;
        - `again_at`: from when `take` gives an operation again that was not carried out. An unknown
          one is given at once without it.

        A call that was carried out is stored also if the lease was lost, because it is a fact. Any
        other outcome then raises `LeaseLost`. Raises `ReferenceConflict` if it was carried out
        before with another id.
        """
        own_id, gateway = claim.operation.own_id, claim.operation.gateway
        state = _ENDS.get(outcome, OperationState.UNKNOWN)
        if state is OperationState.NOT_DONE and again_at is not None:
            state = OperationState.PLANNED
        ended: dict[str, Any] = {
            "state": state,
            "ended_at": self.now,
            "due_at": again_at or self.now,
            "id": id,
            "error": error,
            "unresolved": unresolved.to_json() if unresolved is not None else None,
            "token": None,
        }
        if outcome is Outcome.DONE:
            ended["content"] = None
        if self._update(claim, **ended) != 1:
            self._late(claim, outcome, ended)
        self.note(own_id, claim.operation.operation, gateway=gateway, code=error or state)
        created = outcome is Outcome.DONE and claim.operation.operation == "create_user"
        if created and id is not None and not self._is_erased(own_id):
            self._link(own_id, gateway, id, "")

    def operation(self, gateway: str, key: str) -> Operation | None:
        """Returns the operation of a key, None if the directory has none."""
        found = select(operations).where(_TABLE.gateway == gateway, _TABLE.key == key)
        row = self.execute(found).first()
        return None if row is None else _operation(row)

    def operations(self, own_id: str) -> tuple[Operation, ...]:
        """Returns the operations of a user, the first one first."""
        found = select(operations).where(_TABLE.own_id == own_id)
        return tuple(sorted(map(_operation, self.execute(found)), key=_age))

    def unsettled(
        self, gateway: str, *, limit: int = 100, later: bool = False
    ) -> tuple[Operation, ...]:
        """Returns operations that may have been carried out: unknown ones and abandoned ones.

        The longest due come first. An abandoned one is running, and its lease is over. With
        `later`, also those that are unknown and not due yet.
        """
        is_due = _TABLE.due_at <= self.now
        if later:
            is_due |= _TABLE.state == OperationState.UNKNOWN
        found = (
            select(operations)
            .where(_TABLE.gateway == gateway, OPEN, is_due)
            .where(_TABLE.state != OperationState.PLANNED)
            .order_by(_TABLE.due_at)
            .limit(limit)
        )
        return tuple(map(_operation, self.execute(found)))

    # -- one row

    def _values(
        self,
        own_id: str,
        gateway: str,
        operation: str,
        key: str | None,
        content: object,
    ) -> dict[str, Any]:
        key = key or key_of(gateway, operation, own_id)
        checked(gateway=gateway, operation=operation)
        return {
            "own_id": own_id,
            "gateway": gateway,
            "operation": operation,
            "key": key,
            "digest": content_digest(content),
            "created_at": self.now,
            "content": content_of(content)
            if self.personal_data and isinstance(content, User)
            else None,
        }

    def _row(self, gateway: str, key: str, *, lock: bool = False) -> Row[Any]:
        found = select(operations).where(_TABLE.gateway == gateway, _TABLE.key == key)
        return self.execute(found.with_for_update() if lock else found).one()

    def _granted(self, row: Row[Any], until: datetime, values: dict[str, Any]) -> Claim:
        """Claims a row that is locked, unless it is done or another process has it."""
        stored, state = _operation(row), _claim_state(row, self.now)
        if state in (ClaimState.DONE, ClaimState.BUSY):
            return Claim(state=state, operation=stored)
        token = secrets.token_hex(16)
        fresh: dict[str, Any] = {
            "state": OperationState.RUNNING,
            "attempts": row.attempts + 1,
            "sent_at": row.sent_at or self.now,
            "due_at": until,
            "token": token,
        }
        if row.state == OperationState.RUNNING:  # abandoned: its call ended with its lease
            fresh["ended_at"] = row.due_at
        if digest := values.get("digest"):
            unclear = state is ClaimState.RECONCILE and row.digest not in ("", digest)
            fresh["digest"] = MIXED if unclear else digest
        if content := values.get("content"):
            fresh["content"] = content
        mine = (_TABLE.gateway == row.gateway) & (_TABLE.key == row.key)
        self.execute(update(operations).where(mine).values(**fresh))
        self.note(row.own_id, row.operation, gateway=row.gateway, code=state)
        after = _operation(self._row(row.gateway, row.key))
        kept = fresh.get("content", row.content)
        content = User.from_json(kept) if kept is not None else None
        return Claim(state=state, operation=after, token=token, content=content)

    def _update(self, claim: Claim, **values: Any) -> int:
        mine = (_TABLE.gateway == claim.operation.gateway) & (_TABLE.key == claim.operation.key)
        held = (_TABLE.token == claim.token) & (_TABLE.state == OperationState.RUNNING)
        return self.execute(update(operations).where(mine, held).values(**values)).rowcount

    def _late(self, claim: Claim, outcome: Outcome, ended: dict[str, Any]) -> None:
        """Stores the outcome of a claim whose lease was lost, if it is a fact."""
        if outcome is not Outcome.DONE:
            raise LeaseLost("another process has claimed the operation, or ended it")
        row = self._row(claim.operation.gateway, claim.operation.key, lock=True)
        if row.state == OperationState.DONE:
            if ended["id"] is not None and row.id not in (None, ended["id"]):
                raise ReferenceConflict("the operation was carried out before with another id")
            return
        mine = (_TABLE.gateway == row.gateway) & (_TABLE.key == row.key)
        self.execute(update(operations).where(mine).values(**ended))


def claimable(
    gateway: str, now: datetime, limit: int, *more: ColumnElement[bool]
) -> Select[tuple[Any, ...]]:
    """Returns the query of operations that wait, the longest due first, locked for this process."""
    return (
        select(operations)
        .where(_TABLE.gateway == gateway, OPEN, _TABLE.due_at <= now, *more)
        .order_by(_TABLE.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def content_of(user: User) -> str:
    """Returns what is kept of a user until the operation is done: all but the credentials."""
    return evolve(user, credentials=None).to_json()


def _claim_state(row: Row[Any], now: datetime) -> ClaimState:
    match OperationState(row.state):
        case OperationState.DONE:
            return ClaimState.DONE
        case OperationState.RUNNING if row.due_at > now:
            return ClaimState.BUSY
        case OperationState.PLANNED | OperationState.NOT_DONE:
            return ClaimState.AGAIN if row.attempts else ClaimState.NEW
        case _:
            return ClaimState.RECONCILE


def _operation(row: Row[Any]) -> Operation:
    unresolved = row.unresolved
    return Operation(
        own_id=row.own_id,
        gateway=row.gateway,
        operation=row.operation,
        key=row.key,
        digest=row.digest,
        state=OperationState(row.state),
        attempts=row.attempts,
        sent_at=row.sent_at,
        ended_at=row.ended_at,
        due_at=row.due_at,
        id=row.id,
        error=row.error,
        unresolved=UnresolvedCall.from_json(unresolved) if unresolved is not None else None,
    )


def _age(one: Operation) -> tuple[datetime, str]:
    return one.sent_at or one.due_at, one.key
