"""JSON rows in SQLite, in memory or in a file that survives a restart."""

from __future__ import annotations

import json
import sqlite3
import weakref
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

__all__ = ["Row", "Tables"]

Row = dict[str, Any]
"""A JSON object."""

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
_LAST = "SELECT last FROM numbers WHERE name = ?"  # no RETURNING: it needs SQLite 3.35
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

    A kind is a name chosen by the code, as it becomes the name of a table. A row may have an owner,
    to find all rows of the owner. Not thread-safe: the caller holds a lock. Rows that are read are
    copies; changes take effect when they are saved.
    """

    def __init__(self, path: str | None = None) -> None:
        """Opens or creates the file at `path`, or memory without a path. Raises ValueError."""
        database = _connected(path or ":memory:")
        weakref.finalize(self, database.close)
        try:
            if path is not None:
                # safe if the process is killed; a crash of the machine may lose rows, which is
                # accepted
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
            self._names.clear()  # tables that the block created are gone
            raise
        finally:
            self._execute("RELEASE block")

    def save(self, kind: str, id: str, row: Mapping[str, Any], owner: str = "") -> None:
        """Saves a row; replaces the row with the same id."""
        self._run(_SAVE, kind, id, owner, json.dumps(row))

    def add(self, kind: str, id: str, row: Mapping[str, Any], owner: str = "") -> bool:
        """Saves a row unless its id exists; returns whether it did."""
        return self._run(_ADD, kind, id, owner, json.dumps(row)).rowcount == 1

    def number(self, name: str) -> int:
        """Returns the next number of a series, starting at 1."""
        self._execute(_NEXT, (name,))
        return int(self._execute(_LAST, (name,)).fetchone()[0])

    def get(self, kind: str, id: str) -> Row | None:
        """Returns the row with that id; ids are case-sensitive."""
        found = self._run(_GET, kind, id).fetchone()
        return None if found is None else json.loads(found[0])

    def owned(self, kind: str, owner: str) -> list[Row]:
        """Returns the rows of an owner, oldest first."""
        return [json.loads(found[0]) for found in self._run(_OWNED, kind, owner)]

    def all(self, kind: str) -> list[Row]:
        """Returns every row of a kind, oldest first."""
        return self.page(kind, 0, -1)

    def count(self, kind: str) -> int:
        """Returns the number of rows; wrong for a kind whose rows are dropped."""
        return int(self._run(_COUNT, kind).fetchone()[0])

    def page(self, kind: str, skip: int, limit: int, *, newest_first: bool = False) -> list[Row]:
        """Returns `limit` rows after the first `skip`; the last page is as fast as the first.

        Do not use with kinds whose rows are dropped; -1 sets no limit.
        """
        if newest_first:
            found = self._run(_PAGE_BACK, kind, self.count(kind) - skip, limit)
        else:
            found = self._run(_PAGE, kind, skip, limit)
        return [json.loads(each[0]) for each in found]

    def drop(self, kind: str, id: str | None = None) -> None:
        """Deletes the row with that id, or every row of a kind."""
        if id is None:
            self._run(_DROP_ALL, kind)
        else:
            self._run(_DROP, kind, id)

    def _run(self, statement: str, kind: str, *values: object) -> sqlite3.Cursor:
        name = self._names.get(kind) or self._made(kind)
        return self._execute(statement.format(name), values)

    def _made(self, kind: str) -> str:
        """Returns the quoted name of a kind's table, which is created if missing."""
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
