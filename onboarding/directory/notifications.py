"""Notifications: stored before they are handled, each handled once, its events seen once."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen
from sqlalchemy import Row, select, update

from onboarding.directory.operations import LEASE
from onboarding.directory.tables import notifications
from onboarding.directory.values import StoredNotification
from onboarding.directory.work import Work, checked
from onboarding.model.notification import Notification

__all__ = ["Notifications"]

_TABLE = notifications.c


@frozen(kw_only=True, repr=False, eq=False)
class Notifications(Work):
    """Steps on notifications."""

    def receive(self, gateway: str, notification: Notification) -> str | None:
        """Stores a notification, to be handled later. Returns its id, None for a repeated one.

        Two deliveries are the same if method, query and body are: a provider may sign each anew.
        The content is kept until `handled`. It may contain personal data, and nobody knows yet
        whose.
        """
        checked(gateway=gateway)
        id = _id_of(notification)
        new = self.insert_new(
            notifications,
            gateway=gateway,
            id=id,
            received_at=notification.received_at,
            due_at=self.now,
            content=notification.to_json(),
        )
        return id if new else None

    def pending(
        self, *, limit: int = 10, lease: timedelta = LEASE
    ) -> tuple[StoredNotification, ...]:
        """Returns notifications that wait to be handled, the oldest first.

        They are this process's until the lease is over.
        """
        due = (
            select(notifications)
            .where(_TABLE.due_at <= self.now)
            .order_by(_TABLE.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows, token = self.execute(due).all(), secrets.token_hex(16)
        for row in rows:
            mine = (_TABLE.gateway == row.gateway) & (_TABLE.id == row.id)
            held = {"due_at": self.now + lease, "token": token}
            self.execute(update(notifications).where(mine).values(**held))
        return tuple(_stored(row, token) for row in rows)

    def handled(self, stored: StoredNotification, own_id: str | None = None) -> bool:
        """Notes that a notification was handled, and drops its content.

        `own_id` is the user that it was about. Returns False if the lease was over, and another
        process has it.
        """
        mine = (_TABLE.gateway == stored.gateway) & (_TABLE.id == stored.id)
        ended = {"due_at": None, "token": None, "content": None, "own_id": own_id}
        held = update(notifications).where(mine, _TABLE.token == stored.token)
        return self.execute(held.values(**ended)).rowcount == 1

    def see(self, gateway: str, event_id: str, own_id: str | None = None) -> bool:
        """Notes that an event was seen. Returns False if it was seen before.

        What the event changes belongs into the same transaction.
        """
        checked(gateway=gateway)
        return self.insert_new(
            notifications,
            gateway=gateway,
            id=f"event:{hashlib.sha256(event_id.encode()).hexdigest()}",
            own_id=own_id,
            received_at=self.now,
        )

    def forget(self, before: datetime, *, limit: int = 1000) -> int:
        """Deletes up to `limit` handled notifications and events that came before a time.

        A notification or an event that is delivered again afterwards counts as new. Returns how
        many there were.
        """
        old = (
            select(_TABLE.gateway, _TABLE.id)
            .where(_TABLE.received_at < before, _TABLE.due_at.is_(None))
            .order_by(_TABLE.received_at)
            .limit(limit)
        )
        rows = self.execute(old).all()
        for row in rows:
            mine = (_TABLE.gateway == row.gateway) & (_TABLE.id == row.id)
            self.execute(notifications.delete().where(mine))
        return len(rows)


def _id_of(notification: Notification) -> str:
    parts = (notification.method.encode(), json.dumps(notification.query).encode())
    found = hashlib.sha256()
    for part in (*parts, notification.body):
        found.update(len(part).to_bytes(8, "big") + part)
    return found.hexdigest()


def _stored(row: Row[Any], token: str) -> StoredNotification:
    notification = Notification.from_json(row.content)
    return StoredNotification(
        gateway=row.gateway, id=row.id, notification=notification, token=token
    )
