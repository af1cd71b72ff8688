"""The records of users as last retrieved, and what is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import Row, delete, literal, select, tuple_, update

from onboarding.directory.audit import Audit
from onboarding.directory.state import Change, RecordState
from onboarding.directory.tables import Moment, records
from onboarding.directory.work import batched
from onboarding.errors import UnknownUser
from onboarding.model.documents import DocumentRecord
from onboarding.model.record import UserRecord

__all__ = ["Records"]

_TABLE = records.c


@frozen(kw_only=True, repr=False, eq=False)
class Records(Audit):
    """Steps on records."""

    def save(self, own_id: str, record: UserRecord) -> Change:
        """Stores a record and the ids in it, unless a later one is stored. Returns both states.

        The user is locked until the end of the transaction, so that what is derived from the change
        (an event) is stored in the same order. Raises `UnknownUser` for a user who was not added or
        was erased, `ReferenceConflict` for a record of another user.
        """
        self.lock(own_id)
        self._link(own_id, record.gateway, record.id, "")
        for name, id in record.references.items():
            self._link(own_id, record.gateway, id, name)
        before = self.state(own_id, record.gateway)
        after = RecordState.of(own_id, record, self.now, before)
        if before is not None and before.retrieved_at > after.retrieved_at:
            return Change(before=before, after=before)
        self._store(after, record.to_json() if self.personal_data else None)
        return Change(before=before, after=after)

    def save_document(
        self, own_id: str, document: DocumentRecord, *, expires_at: datetime | None = None
    ) -> Change:
        """Stores the state of a document beside the record of its user, unless a later one is.

        Returns both states. `expires_at` is the end of its validity, if it is known.
        Raises `UnknownUser` if the user has no record at the gateway.
        """
        self.lock(own_id)
        before = self.state(own_id, document.gateway)
        if before is None:
            raise UnknownUser("the directory has no record of this user at the gateway")
        self._link(own_id, document.gateway, document.id, "document")
        known = next((one for one in before.documents if one.id == document.id), None)
        if known is not None and _is_later(known.retrieved_at, document.retrieved_at):
            return Change(before=before, after=before)
        after = before.with_document(document, expires_at)
        self._store(after, self._personal(own_id, document.gateway))
        return Change(before=before, after=after)

    def state(self, own_id: str, gateway: str) -> RecordState | None:
        """Returns the state of a user as last retrieved, None if there is none."""
        row = self._record(own_id, gateway)
        return None if row is None else RecordState.from_json(row.state)

    def states(self, own_id: str) -> tuple[RecordState, ...]:
        """Returns the states of a user at all gateways."""
        found = select(_TABLE.state).where(_TABLE.own_id == own_id).order_by(_TABLE.gateway)
        return tuple(RecordState.from_json(row.state) for row in self.execute(found))

    def record(self, own_id: str, gateway: str) -> UserRecord | None:
        """Returns the whole record of a user, None where personal data were switched off."""
        text = self._personal(own_id, gateway)
        return None if text is None else UserRecord.from_json(text)

    def due(
        self, before: datetime, *, after: RecordState | None = None, limit: int = 100
    ) -> tuple[RecordState, ...]:
        """Returns states with something that is due before a time, the earliest first.

        `after` is the last state of the page before.
        """
        place = tuple_(_TABLE.due_at, _TABLE.own_id, _TABLE.gateway)
        found = select(_TABLE.state).where(_TABLE.due_at <= before)
        if after is not None:
            last = tuple_(literal(after.due_at, Moment), after.own_id, after.gateway)
            found = found.where(place > last)
        ordered = found.order_by(_TABLE.due_at, _TABLE.own_id, _TABLE.gateway).limit(limit)
        return tuple(RecordState.from_json(row.state) for row in self.execute(ordered))

    def stale(
        self, before: datetime, *, after: RecordState | None = None, limit: int = 100
    ) -> tuple[RecordState, ...]:
        """Returns states that were retrieved before a time, those not read for longest first.

        `after` is the last state of the page before.
        """
        place = (_TABLE.retrieved_at, _TABLE.own_id, _TABLE.gateway)
        found = select(_TABLE.state).where(_TABLE.retrieved_at <= before)
        if after is not None:
            last = tuple_(literal(after.retrieved_at, Moment), after.own_id, after.gateway)
            found = found.where(tuple_(*place) > last)
        ordered = found.order_by(*place).limit(limit)
        return tuple(RecordState.from_json(row.state) for row in self.execute(ordered))

    def stored_records(self, own_ids: Iterable[str], gateway: str) -> Mapping[str, UserRecord]:
        """Returns the whole records of users by own id, without those that are not stored whole."""
        found: dict[str, UserRecord] = {}
        for part in batched(own_ids):
            rows = self.execute(
                select(_TABLE.own_id, _TABLE.personal).where(
                    _TABLE.own_id.in_(part),
                    _TABLE.gateway == gateway,
                    _TABLE.personal.is_not(None),
                )
            )
            found.update((row.own_id, UserRecord.from_json(row.personal)) for row in rows)
        return found

    # -- one row

    def _record(self, own_id: str, gateway: str) -> Row[Any] | None:
        found = select(records).where(_TABLE.own_id == own_id, _TABLE.gateway == gateway)
        return self.execute(found).first()

    def _personal(self, own_id: str, gateway: str) -> str | None:
        row = self._record(own_id, gateway)
        return None if row is None else row.personal

    def _store(self, state: RecordState, personal: str | None) -> None:
        values = {
            "retrieved_at": state.retrieved_at,
            "due_at": state.due_at,
            "state": state.to_json(),
            "personal": personal,
        }
        place = {"own_id": state.own_id, "gateway": state.gateway}
        if not self.insert_new(records, **place, **values):
            mine = (_TABLE.own_id == state.own_id) & (_TABLE.gateway == state.gateway)
            self.execute(update(records).where(mine).values(**values))

    def _drop(self, own_id: str, gateway: str) -> None:
        mine = (_TABLE.own_id == own_id) & (_TABLE.gateway == gateway)
        self.execute(delete(records).where(mine))


def _is_later(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one > other
