"""Quotas that the processes of a machine share, in an SQLite file."""

from __future__ import annotations

import os
import sqlite3
import time

from onboarding.engine.pace import QuotaState
from onboarding.errors import ConfigurationError, Problem
from onboarding.quotas.stored import BUSY, PATIENCE, StoredPacer

__all__ = ["SqlitePacer"]

_VERSION = 1
_NEW = "CREATE TABLE IF NOT EXISTS pace (account TEXT PRIMARY KEY, state TEXT) WITHOUT ROWID"
_READ = "SELECT state FROM pace WHERE account = ?"
_WRITE = "INSERT OR REPLACE INTO pace VALUES (?, ?)"


class SqlitePacer(StoredPacer[sqlite3.Connection]):
    """Counts the calls of every process that uses the same file and account."""

    failures = (sqlite3.Error, ValueError)

    def __init__(self, path: str, account: str, pace: QuotaState) -> None:
        super().__init__(os.path.abspath(path), account, pace)
        try:
            self.open().close()
        except sqlite3.Error as error:
            text = f"cannot be used as a store of quotas: {error}"
        else:
            return
        raise ConfigurationError([Problem("pace.store", "unusable", f"{path} {text}")])

    def open(self) -> sqlite3.Connection:
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                return self._opened()
            except sqlite3.Error as error:
                if not self.is_locked(error) or time.monotonic() > ends:
                    raise
            time.sleep(BUSY)  # another process creates the file

    def begin(self) -> tuple[str | None, float]:
        self.connection.execute("BEGIN IMMEDIATE")
        now = time.time()
        row = self.connection.execute(_READ, (self._account,)).fetchone()
        return (row[0] if row else None), now

    def commit(self, state: str) -> None:
        self.connection.execute(_WRITE, (self._account, state))
        self.connection.execute("COMMIT")

    def roll_back(self) -> None:
        if self._connection is not None and self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def is_locked(self, error: Exception) -> bool:
        code: int = getattr(error, "sqlite_errorcode", 0)
        return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

    def told(self, error: Exception) -> str:
        return str(error)

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._store, timeout=BUSY, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, _VERSION):
                raise sqlite3.DatabaseError(f"it is of another version ({version})")
            if version == 0:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(_NEW)
                connection.execute(f"PRAGMA user_version = {_VERSION}")
                connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        return connection
