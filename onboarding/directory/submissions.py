"""Operations in bulk: submitted with their users, given out to workers, paused for a gateway."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen
from sqlalchemy import ColumnElement, Row, and_, bindparam, func, insert, or_, select, update

from onboarding.adapter.agreement import content_digest
from onboarding.directory.operations import (
    LEASE,
    Operations,
    claimable,
    content_of,
    key_of,
)
from onboarding.directory.tables import OPEN, audit, operations, pauses, references, users
from onboarding.directory.values import (
    Claim,
    OperationState,
    Pause,
    Progress,
    Submitted,
)
from onboarding.directory.work import checked
from onboarding.errors import InvalidInput, Problem
from onboarding.model.user import User

__all__ = ["CREATE", "Submissions"]

CREATE = "create_user"
"""The operation that is submitted in bulk."""

_MANY = 500  # rows of one statement
_TABLE = operations.c
_SUBMITTED = _TABLE.submitted_at.is_not(None)
_RESERVED = _TABLE.state.in_((OperationState.PLANNED, OperationState.UNKNOWN))
_ENDED = (OperationState.DONE, OperationState.NOT_DONE)
_MINUTE = timedelta(minutes=1)


@frozen(kw_only=True, repr=False, eq=False)
class Submissions(Operations):
    """Steps on operations that workers carry out."""

    def submit(self, gateway: str, found: Mapping[str, User]) -> Submitted:
        """Submits the creation of users, by own id, to the workers of a gateway.

        The content of each user is kept with the operation until it is done, also where personal
        data are switched off: a worker on another machine has nothing else. A user who was created
        stays as it is; one who was refused is sent again if the content has changed. A user whose
        outcome is unknown is only looked for with the content that was sent. A user who has no
        gateway is assigned to this one.

        Raises `InvalidInput` for users with credentials, which a directory does not keep.
        """
        checked(gateway=gateway)
        problems = [
            Problem(f"{own_id}.credentials", "not_kept", "a directory does not keep credentials")
            for own_id, user in found.items()
            if user.credentials is not None
        ]
        if problems:
            raise InvalidInput(problems)
        counted, own_ids = Submitted(), list(found)
        for start in range(0, len(own_ids), _MANY):
            part = {own_id: found[own_id] for own_id in own_ids[start : start + _MANY]}
            counted += self._submit(gateway, part)
        return counted

    def take_submitted(
        self, gateway: str, *, limit: int = 1, lease: timedelta = LEASE
    ) -> tuple[Claim, ...]:
        """Claims up to `limit` submitted operations, as `take` does; none during a pause."""
        if self.paused(gateway) is not None:
            return ()
        rows = self.execute(self._due(gateway, limit)).all()
        return tuple(self._granted(row, self.now + lease, {}) for row in rows)

    def reserve(self, gateway: str, *, window: int, lease: timedelta = LEASE) -> tuple[str, ...]:
        """Reserves submitted operations for a queue; returns a token of each, for `start`.

        At most `window` operations are reserved or running at a time. One that is not started
        within the lease is reserved anew, under another token. None is reserved during a pause.
        """
        if self.paused(gateway) is not None:
            return ()
        held = select(func.count()).where(
            _TABLE.token.is_not(None), _TABLE.gateway == gateway, _TABLE.due_at > self.now
        )
        free = window - int(self.execute(held).scalar_one())
        if free <= 0:
            return ()
        tokens: list[str] = []
        values: dict[str, Any]
        for row in self.execute(self._due(gateway, free)).all():
            tokens.append(secrets.token_hex(16))
            values = {"token": tokens[-1], "due_at": self.now + lease}
            if row.state == OperationState.RUNNING:  # abandoned: its call ended with its lease
                values |= {"state": OperationState.UNKNOWN, "ended_at": row.due_at}
            mine = (_TABLE.gateway == row.gateway) & (_TABLE.key == row.key)
            self.execute(update(operations).where(mine).values(**values))
        return tuple(tokens)

    def start(self, token: str, *, lease: timedelta = LEASE) -> Claim | None:
        """Claims a reserved operation; None if it was started, or reserved anew, or is paused."""
        found = select(operations).where(_TABLE.token == token, _RESERVED).with_for_update()
        row = self.execute(found).first()
        if row is None:
            return None
        if self.paused(row.gateway) is not None:
            self.release((token,))
            return None
        return self._granted(row, self.now + lease, {})

    def release(self, tokens: tuple[str, ...]) -> None:
        """Gives back reserved operations that were not put into the queue."""
        mine = _TABLE.token.in_(tokens) & _RESERVED
        self.execute(update(operations).where(mine).values(token=None, due_at=self.now))

    def next_due(self, gateway: str) -> datetime | None:
        """Returns when the next submitted operation is due; None if all have ended."""
        found = select(_TABLE.due_at).where(_TABLE.gateway == gateway, OPEN, *_with_content())
        moment: datetime | None = self.execute(found.order_by(_TABLE.due_at).limit(1)).scalar()
        return moment

    # -- all of a gateway

    def progress(self, gateway: str) -> Progress:
        """Returns how far the submitted operations of a gateway have come."""
        mine = and_(_TABLE.gateway == gateway, _SUBMITTED)
        kinds = (_TABLE.state, _TABLE.error)
        counts = select(*kinds, func.count().label("users")).where(mine).group_by(*kinds)
        recent = select(
            func.count().label("users"), func.min(_TABLE.ended_at).label("since")
        ).where(mine, _TABLE.state.in_(_ENDED), _TABLE.ended_at > self.now - _MINUTE)
        states, reasons = dict.fromkeys(OperationState, 0), dict[tuple[OperationState, str], int]()
        for row in self.execute(counts.order_by(*kinds)):
            states[OperationState(row.state)] += row.users
            if row.error is not None:
                reasons[OperationState(row.state), row.error] = row.users
        ended = self.execute(recent).one()
        seconds = (self.now - ended.since).total_seconds() if ended.users else 0.0
        return Progress(
            gateway=gateway,
            states=states,
            reasons=reasons,
            rate=ended.users / seconds if seconds > 0 else 0.0,
            pause=self.paused(gateway),
        )

    def pause(self, gateway: str, *, until: datetime | None = None, reason: str = "") -> None:
        """Gives out no submitted operation of a gateway until a time; without one until `resume`.

        Calls under way go on. A longer pause is not shortened. `reason` is a code.
        """
        checked(gateway=gateway)
        values = {"paused_at": self.now, "until": until, "reason": reason}
        if self.insert_new(pauses, gateway=gateway, **values):
            return
        shorter: ColumnElement[bool] = pauses.c.until.is_not(None)
        if until is not None:
            shorter &= pauses.c.until < until
        mine = pauses.c.gateway == gateway
        self.execute(update(pauses).where(mine, shorter).values(**values))

    def resume(self, gateway: str) -> bool:
        """Ends the pause of a gateway. Returns whether there was one."""
        paused = self.paused(gateway) is not None
        self.execute(pauses.delete().where(pauses.c.gateway == gateway))
        return paused

    def paused(self, gateway: str) -> Pause | None:
        """Returns the pause of a gateway, None if there is none or it is over."""
        row = self.execute(select(pauses).where(pauses.c.gateway == gateway)).first()
        if row is None or (row.until is not None and row.until <= self.now):
            return None
        return Pause(gateway=gateway, paused_at=row.paused_at, until=row.until, reason=row.reason)

    def retry(self, gateway: str, reason: str | None = None) -> int:
        """Plans submitted operations anew that were not carried out; looks for unknown ones now.

        `reason` is the error of an operation, or the part of it before a colon; without one all.
        Returns how many there were.
        """
        mine = and_(_TABLE.gateway == gateway, *_with_content())
        if reason is not None:
            mine &= _because(reason)
        planned = {
            "state": OperationState.PLANNED,
            "attempts": 0,
            "due_at": self.now,
            "error": None,
        }
        refused = _TABLE.state == OperationState.NOT_DONE
        unknown = and_(_TABLE.state == OperationState.UNKNOWN, _TABLE.token.is_(None))
        again = self.execute(update(operations).where(mine, refused).values(**planned)).rowcount
        later = update(operations).where(mine, unknown).values(due_at=self.now)
        return again + self.execute(later).rowcount

    # -- rows

    def _due(self, gateway: str, limit: int) -> Any:
        return claimable(gateway, self.now, limit, *_with_content())

    def _submit(self, gateway: str, found: Mapping[str, User]) -> Submitted:
        known, linked = self._creations(gateway, list(found)), self._linked(gateway, list(found))
        new: list[dict[str, Any]] = []
        again: list[dict[str, Any]] = []
        counted = Submitted(users=len(found))
        for own_id, user in found.items():
            key, rows = key_of(gateway, CREATE, own_id), known.get(own_id, [])
            if own_id in linked or any(row.state == OperationState.DONE for row in rows):
                counted += Submitted(done=1)
                continue
            values = {"key": key, "own_id": own_id, "digest": content_digest(user)}
            values["content"] = content_of(user)
            if not rows:
                new.append(values)
            elif [row.key for row in rows] != [key]:
                continue  # others create it, under a further key
            elif rows[0].state in (OperationState.PLANNED, OperationState.NOT_DONE):
                if rows[0].submitted_at is None or rows[0].digest != values["digest"]:
                    again.append(values)
            elif rows[0].digest == values["digest"]:
                self._keep(gateway, key, values["content"])
        self._assign(gateway, list(found))
        if new:
            self._insert(gateway, new)
        if again:
            self._plan_again(gateway, again)
        return counted + Submitted(new=len(new), changed=len(again))

    def _creations(self, gateway: str, own_ids: list[str]) -> dict[str, list[Row[Any]]]:
        """Returns the creations of users at a gateway, which are locked, by own id."""
        columns = (_TABLE.own_id, _TABLE.key, _TABLE.state, _TABLE.digest, _TABLE.submitted_at)
        wanted = select(*columns).where(
            _TABLE.own_id.in_(own_ids), _TABLE.gateway == gateway, _TABLE.operation == CREATE
        )
        found: dict[str, list[Row[Any]]] = {}
        for row in self.execute(wanted.with_for_update()):
            found.setdefault(row.own_id, []).append(row)
        return found

    def _linked(self, gateway: str, own_ids: list[str]) -> set[str]:
        """Returns the users who have an id at a gateway."""
        of_user = (references.c.gateway == gateway) & (references.c.name == "")
        wanted = select(references.c.own_id).where(references.c.own_id.in_(own_ids), of_user)
        return set(self.execute(wanted).scalars())

    def _assign(self, gateway: str, own_ids: list[str]) -> None:
        """Adds users, and assigns those to a gateway who have none."""
        added = [{"own_id": own, "gateway": gateway, "created_at": self.now} for own in own_ids]
        if not added or self.execute(self.insertion(users), added).rowcount == len(added):
            return
        homeless = users.c.own_id.in_(own_ids) & users.c.gateway.is_(None)
        self.execute(
            update(users).where(homeless, users.c.erased_at.is_(None)).values(gateway=gateway)
        )

    def _insert(self, gateway: str, rows: list[dict[str, Any]]) -> None:
        planned = {
            "gateway": gateway,
            "operation": CREATE,
            "state": OperationState.PLANNED,
            "attempts": 0,
            "created_at": self.now,
            "submitted_at": self.now,
            "due_at": self.now,
        }
        self.execute(self.insertion(operations), [{**row, **planned} for row in rows])
        self._note_many(gateway, rows)

    def _plan_again(self, gateway: str, rows: list[dict[str, Any]]) -> None:
        mine = (_TABLE.gateway == gateway) & (_TABLE.key == bindparam("of_key"))
        planned = (
            update(operations)
            .where(mine)
            .values(
                digest=bindparam("digest"),
                content=bindparam("content"),
                state=OperationState.PLANNED,
                attempts=0,
                submitted_at=self.now,
                due_at=self.now,
            )
        )
        values = [
            {"of_key": row["key"], "digest": row["digest"], "content": row["content"]}
            for row in rows
        ]
        self.execute(planned, values)
        self._note_many(gateway, rows)

    def _keep(self, gateway: str, key: str, content: str) -> None:
        """Hands an operation without an outcome to the workers, with its content."""
        mine = (_TABLE.gateway == gateway) & (_TABLE.key == key)
        kept = {"content": content, "submitted_at": self.now}
        self.execute(update(operations).where(mine).values(**kept))

    def _note_many(self, gateway: str, rows: list[dict[str, Any]]) -> None:
        entry = {
            "erased": False,
            "at": self.now,
            "action": CREATE,
            "gateway": gateway,
            "code": "submitted",
            "paths": "[]",
        }
        self.execute(insert(audit), [{"subject": row["own_id"], **entry} for row in rows])


def _with_content() -> tuple[ColumnElement[bool], ...]:
    """The operations that a worker can carry out; an erased person leaves no content."""
    return _SUBMITTED, _TABLE.content.is_not(None)


def _because(reason: str) -> ColumnElement[bool]:
    below = and_(_TABLE.error > f"{reason}:", _TABLE.error < f"{reason};")
    return or_(_TABLE.error == reason, below)
