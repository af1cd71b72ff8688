"""Rows of JSON in SQLite, in memory or in a file that survives a restart."""

from __future__ import annotations

import json
import sqlite3
import weakref
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

__all__ = ["Row", "Tables"]

Row = dict[str, Any]
"""What a row holds: anything that JSON can say."""

_TABLE = """
CREATE TABLE IF NOT EXISTS {0} (
    place INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    content TEXT NOT NULL
)
"""
_INDEX = "CREATE INDEX IF NOT EXISTS {1} ON {0} (owner, place) WHERE owner <> ''"
_NUMBERS = """
CREATE TABLE IF NOT EXISTS numbers (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID
"""
_NEXT = """
INSERT INTO numbers (name, last) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last = last + 1
"""
_LAST = "SELECT last FROM numbers WHERE name = ?"  # no RETURNING: SQLite has it since 3.35 only
_ADD = "INSERT INTO {0} (id, owner, content) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING"
_SAVE = (
    "INSERT INTO {0} (id, owner, content) VALUES (?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET content = excluded.content"
)
_GET = "SELECT content FROM {0} WHERE id = ?"
_OWNED = "SELECT content FROM {0} WHERE owner = ? AND owner <> '' ORDER BY place"
_COUNT = "SELECT coalesce(max(place), 0) FROM {0}"
_PAGE = "SELECT content FROM {0} WHERE place > ? ORDER BY place LIMIT ?"
_PAGE_BACK = "SELECT content FROM {0} WHERE place <= ? ORDER BY place DESC LIMIT ?"
_DROP = "DELETE FROM {0} WHERE id = ?"
_DROP_ALL = "DELETE FROM {0}"


class Tables:
    """Rows by kind and id, each kind in the order in which its rows were first saved.

    A kind is a word of the code's own: it names a table. A row may have an owner, whose rows are
    then found together. One thread at a time: the caller holds a lock. What is read is a copy; it
    changes nothing until it is saved.
    """

    def __init__(self, path: str | None = None) -> None:
        """Opens the file at `path`, made if missing; memory without one. Raises ValueError."""
        database = _connected(path or ":memory:")
        weakref.finalize(self, database.close)
        try:
            if path is not None:
                # a killed simulator loses nothing, a killed machine may: nobody waits for a disk
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = OFF")
            database.execute(_NUMBERS)
        except sqlite3.DatabaseError:
            raise ValueError("the state file is not one of a simulator") from None
        self._execute = database.execute
        self._names: dict[str, str] = {}

    def __repr__(self) -> str:
        return "Tables()"

    @contextmanager
    def all_or_nothing(self) -> Generator[None]:
        """Undoes what the block saved if an exception leaves it."""
        self._execute("SAVEPOINT block")
        try:
            yield
        except BaseException:
            self._execute("ROLLBACK TO block")
            self._names.clear()  # a table that the block made is gone
            raise
        finally:
            self._execute("RELEASE block")

    def save(self, kind: str, id: str, row: Mapping[str, Any], owner: str = "") -> None:
        """Keeps a row, in place of the one with its id if there is one."""
        self._run(_SAVE, kind, id, owner, json.dumps(row))

    def add(self, kind: str, id: str, row: Mapping[str, Any], owner: str = "") -> bool:
        """Keeps a row unless there is one with its id; says whether it did."""
        return self._run(_ADD, kind, id, owner, json.dumps(row)).rowcount == 1

    def number(self, name: str) -> int:
        """Gives the next number of a series: 1 at the first call, 2 at the second, and so on."""
        self._execute(_NEXT, (name,))
        return int(self._execute(_LAST, (name,)).fetchone()[0])

    def get(self, kind: str, id: str) -> Row | None:
        """Gives the row with that id; ids are case-sensitive."""
        found = self._run(_GET, kind, id).fetchone()
        return None if found is None else json.loads(found[0])

    def owned(self, kind: str, owner: str) -> list[Row]:
        """Gives the rows of an owner, oldest first."""
        return [json.loads(found[0]) for found in self._run(_OWNED, kind, owner)]

    def all(self, kind: str) -> list[Row]:
        """Gives every row of a kind, oldest first."""
        return self.page(kind, 0, -1)

    def count(self, kind: str) -> int:
        """Says how many rows of a kind were ever saved: not for a kind whose rows are dropped."""
        return int(self._run(_COUNT, kind).fetchone()[0])

    def page(self, kind: str, skip: int, limit: int, *, newest_first: bool = False) -> list[Row]:
        """Gives `limit` rows after the first `skip`, as fast for the last page as for the first.

        Not for a kind whose rows are dropped; -1 sets no limit.
        """
        if newest_first:
            found = self._run(_PAGE_BACK, kind, self.count(kind) - skip, limit)
        else:
            found = self._run(_PAGE, kind, skip, limit)
        return [json.loads(each[0]) for each in found]

    def drop(self, kind: str, id: str | None = None) -> None:
        """Forgets the row with that id, or every row of a kind."""
        if id is None:
            self._run(_DROP_ALL, kind)
        else:
            self._run(_DROP, kind, id)

    def _run(self, statement: str, kind: str, *values: object) -> sqlite3.Cursor:
        name = self._names.get(kind) or self._made(kind)
        return self._execute(statement.format(name), values)

    def _made(self, kind: str) -> str:
        """The quoted name of a kind's table, which is there from now on."""
        name, index = f'"rows of {kind}"', f'"owned {kind}"'
        self._execute(_TABLE.format(name))
        self._execute(_INDEX.format(name, index))
        self._names[kind] = name
        return name


def _connected(path: str) -> sqlite3.Connection:
    try:
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError:
        raise ValueError("the state file cannot be opened") from None
