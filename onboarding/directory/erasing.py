"""The data of one person: exported, or erased as far as they can be."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import Table, delete, func, select, update

from onboarding.directory.operations import Operations
from onboarding.directory.tables import (
    audit,
    moves,
    notifications,
    operations,
    outbox,
    records,
    references,
    users,
)
from onboarding.directory.values import Erasure, Kept, OperationState, Reference
from onboarding.errors import UnknownUser

__all__ = ["Erasing"]

_OWNED = (users, references, operations, records, notifications, outbox, moves)
_ERASED = (references, records, notifications, outbox, moves)

_UNCERTAIN = (OperationState.RUNNING, OperationState.UNKNOWN)

_JSON = frozenset({"state", "personal", "facts", "paths", "content", "unresolved", "reasons"})

_OPERATIONS = (
    "operations without an outcome: {}",
    "the provider may have carried them out; settle them, then erase again",
)
_AT_PROVIDERS = (
    "the user at {}, with what the provider has of it",
    "only the provider can close and erase it, and it may be obliged to keep proof of identity for "
    "years; close the user there",
)
_AUDIT = (
    "the audit trail under a random name",
    "it shows what was done with the data of a person, in paths and codes, and no longer whose",
)
_AUDIT_FOR_NOW = (
    "the audit trail",
    "it loses the name with the last operation",
)
_NOTIFICATIONS = (
    "notifications that wait to be handled, {} of all users",
    "whose they are is known once they are handled, and then their content is dropped",
)
_COPIES = (
    "copies outside the tables: backups, and at PostgreSQL its log, and dead rows until VACUUM",
    "the database keeps them; let them run out",
)


@frozen(kw_only=True, repr=False, eq=False)
class Erasing(Operations):
    """Steps on all data of one person."""

    def export(self, own_id: str) -> dict[str, Any]:
        """Returns all that the directory has of a person, as plain data, by table.

        Raises `UnknownUser` if it has nothing.
        """
        found = {_name(table): list(self._rows(table, own_id)) for table in (*_OWNED, audit)}
        if not found[_name(users)]:
            raise UnknownUser("the directory does not have this user, or has erased it")
        return found

    def erase(self, own_id: str) -> Erasure:
        """Erases a person, and says what is kept and why.

        An operation that may have been carried out is kept without its content, because the
        provider may have the user. The erasure is then not complete: settle the operation and erase
        again. One that was only planned is erased. Raises `UnknownUser` if the directory has
        nothing of the person.
        """
        row = self.execute(select(users).where(users.c.own_id == own_id).with_for_update()).first()
        if row is None:
            raise UnknownUser("the directory does not have this user, or has erased it")
        known, open_ = self.references(own_id), self._open_operations(own_id)
        erased = {
            _name(table): self.execute(delete(table).where(table.c.own_id == own_id)).rowcount
            for table in _ERASED
        }
        mine = operations.c.own_id == own_id
        certain = operations.c.state.not_in(_UNCERTAIN)
        erased[_name(operations)] = self.execute(delete(operations).where(mine, certain)).rowcount
        self.note(own_id, "erase", code="incomplete" if open_ else "done")
        me = users.c.own_id == own_id
        if open_:
            self.execute(update(operations).where(mine).values(content=None))
            self.execute(update(users).where(me).values(gateway=None, erased_at=self.now))
        else:
            erased[_name(users)] = self.execute(delete(users).where(me)).rowcount
            nobody = {"subject": f"erased-{secrets.token_hex(16)}", "erased": True}
            self.execute(update(audit).where(audit.c.subject == own_id).values(**nobody))
        kept = tuple(self._kept(open_, known))
        return Erasure(complete=not open_, erased=erased, kept=kept, references=known)

    def _kept(self, open_: list[str], known: tuple[Reference, ...]) -> Iterator[Kept]:
        if open_:
            yield _kept(_OPERATIONS, ", ".join(open_))
        if gateways := dict.fromkeys(one.gateway for one in known):
            yield _kept(_AT_PROVIDERS, ", ".join(gateways))
        waiting = select(func.count()).where(notifications.c.due_at.is_not(None))
        if count := self.execute(waiting).scalar_one():
            yield _kept(_NOTIFICATIONS, count)
        yield _kept(_AUDIT if not open_ else _AUDIT_FOR_NOW)
        yield _kept(_COPIES)

    def _open_operations(self, own_id: str) -> list[str]:
        """Returns the operations that may have been carried out, and locks all: none begins now."""
        found = select(operations).where(operations.c.own_id == own_id).with_for_update()
        rows = self.execute(found).all()
        return [f"{row.operation} at {row.gateway}" for row in rows if row.state in _UNCERTAIN]

    def _rows(self, table: Table, own_id: str) -> Iterator[dict[str, Any]]:
        """Yields the rows of a person, in the order of their keys."""
        column = table.c.subject if table is audit else table.c.own_id
        rows = self.execute(select(table).where(column == own_id)).mappings().all()
        keys = [column.name for column in table.primary_key]
        for row in sorted(rows, key=lambda row: [row[key] for key in keys]):
            named = {name: _plain(name, value) for name, value in row.items()}
            yield {name: value for name, value in named.items() if name != "token"}


def _kept(text: tuple[str, str], what: object = "") -> Kept:
    return Kept(what=text[0].format(what), why=text[1])


def _name(table: Table) -> str:
    return table.name.removeprefix("onboarding_")


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    is_json = name in _JSON and isinstance(value, str) and value[:1] in "{["
    return json.loads(value) if is_json else value
