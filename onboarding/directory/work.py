"""The base of the steps of a transaction: its connection, its time, and the lock of a user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar, cast

from attrs import frozen
from sqlalchemy import Connection, CursorResult, Executable, Row, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from onboarding.directory.tables import users
from onboarding.errors import InvalidInput, Problem, UnknownUser

__all__ = ["LONGEST", "Work", "batched", "checked"]

T = TypeVar("T")

LONGEST = 255
"""The most characters of an id, a key or a name."""


@frozen(kw_only=True, repr=False, eq=False)
class Work:
    """What each step of a transaction has."""

    connection: Connection
    now: datetime
    personal_data: bool

    def execute(
        self,
        statement: Executable,
        values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> CursorResult[Any]:
        """Executes a statement of SQLAlchemy, once or for many rows."""
        return cast("CursorResult[Any]", self.connection.execute(statement, values))

    def insert_new(self, table: Table, **values: Any) -> bool:
        """Inserts a row, unless a unique constraint has one already. Returns whether it did."""
        return self.execute(self.insertion(table).values(values)).rowcount == 1

    def insertion(self, table: Table) -> Any:
        """Returns an INSERT that skips the rows that are there."""
        dialect: Any = sqlite if self.connection.dialect.name == "sqlite" else postgresql
        return dialect.insert(table).on_conflict_do_nothing()

    def lock(self, own_id: str) -> Row[Any]:
        """Locks a user until the end of the transaction: its changes are then in one order.

        Raises `UnknownUser`.
        """
        row = self.execute(select(users).where(users.c.own_id == own_id).with_for_update()).first()
        if row is None or row.erased_at is not None:
            raise UnknownUser("the directory does not have this user, or has erased it")
        return row


def batched(items: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """Yields lists of at most so many items, each for one statement."""
    left = iter(items)
    while part := list(islice(left, size)):
        yield part


def checked(**texts: str) -> None:
    """Raises `InvalidInput` for an id, a key or a name that a database cannot hold."""
    problems = [
        Problem(name, "shape", f"expected 1 to {LONGEST} printable characters")
        for name, value in texts.items()
        if not (isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable())  # pyright: ignore[reportUnnecessaryIsInstance]
    ]
    if problems:
        raise InvalidInput(problems)
