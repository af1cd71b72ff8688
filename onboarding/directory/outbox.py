"""The outbox: lifecycle events, each given out at least once, in order for each user."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from attrs import frozen
from sqlalchemy import delete, exists, insert, select, update

from onboarding.directory.operations import LEASE
from onboarding.directory.tables import outbox
from onboarding.directory.values import LifecycleEvent
from onboarding.directory.work import Work, checked

__all__ = ["Outbox"]

_TABLE = outbox.c
_earlier = outbox.alias("earlier")
_FIRST = ~exists().where(_earlier.c.own_id == _TABLE.own_id, _earlier.c.number < _TABLE.number)


@frozen(kw_only=True, repr=False, eq=False)
class Outbox(Work):
    """Steps on the outbox."""

    def emit(
        self, own_id: str, kind: str, *, gateway: str = "", facts: Mapping[str, Any] | None = None
    ) -> int:
        """Puts an event into the outbox, and returns its number.

        `facts` is plain data, best of codes and paths. The user is locked until the end of the
        transaction, so that the numbers of its events are in the order in which they can be seen.
        Raises `UnknownUser` for a user who was not added or was erased.
        """
        checked(kind=kind)
        self.lock(own_id)
        found = self.execute(
            insert(outbox)
            .values(
                own_id=own_id,
                gateway=gateway,
                kind=kind,
                facts=json.dumps(dict(facts or {})),
                occurred_at=self.now,
                due_at=self.now,
                attempts=0,
            )
            .returning(_TABLE.number)
        )
        return int(found.scalar_one())

    def poll(self, *, limit: int = 100, lease: timedelta = LEASE) -> tuple[LifecycleEvent, ...]:
        """Returns the next event of up to `limit` users, and keeps it for this process.

        The next event of a user comes after the one before it was acknowledged. An event that is
        not acknowledged within the lease is given out again.
        """
        due = (
            select(outbox)
            .where(_TABLE.due_at <= self.now, _FIRST)
            .order_by(_TABLE.due_at, _TABLE.number)
            .limit(limit)
            .with_for_update(skip_locked=True, of=outbox)
        )
        rows, token = self.execute(due).all(), secrets.token_hex(16)
        if rows:
            numbers = [row.number for row in rows]
            held = {"due_at": self.now + lease, "token": token, "attempts": _TABLE.attempts + 1}
            self.execute(update(outbox).where(_TABLE.number.in_(numbers)).values(**held))
        return tuple(
            LifecycleEvent(
                number=row.number,
                own_id=row.own_id,
                gateway=row.gateway,
                kind=row.kind,
                facts=json.loads(row.facts),
                occurred_at=row.occurred_at,
                attempts=row.attempts + 1,
                token=token,
            )
            for row in rows
        )

    def acknowledge(self, event: LifecycleEvent) -> bool:
        """Removes an event that was handled.

        Returns False if the lease was over, and the event was given out again.
        """
        mine = (_TABLE.number == event.number) & (_TABLE.token == event.token)
        return self.execute(delete(outbox).where(mine)).rowcount == 1
