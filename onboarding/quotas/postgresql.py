"""Quotas that machines share, in the table `onboarding_quotas` of a directory in PostgreSQL.

The clock is the database's, so that those of the machines may differ.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import psycopg

from onboarding.engine.pace import QuotaState
from onboarding.errors import ConfigurationError, Problem
from onboarding.quotas.stored import BUSY, PATIENCE, StoredPacer

__all__ = ["PostgresqlPacer"]

_Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"

_IS_THERE = "SELECT to_regclass('onboarding_quotas') IS NOT NULL"
_BEGIN = """
    BEGIN;
    SELECT state FROM onboarding_quotas WHERE account = %(account)s FOR UPDATE;
    SELECT extract(epoch FROM clock_timestamp())::float8
"""
_NEW = "INSERT INTO onboarding_quotas VALUES (%(account)s, '') ON CONFLICT DO NOTHING"
_END = "UPDATE onboarding_quotas SET state = %(state)s WHERE account = %(account)s; COMMIT"

# A count that is lost with the power of the server is not worth a sync for each call.
_OPTIONS = (
    f"-c lock_timeout={int(BUSY * 1000)} -c statement_timeout={int(PATIENCE * 1000)} "
    "-c synchronous_commit=off"
)


class PostgresqlPacer(StoredPacer[_Connection]):
    """Counts the calls of every process that uses the same database and account."""

    failures = (psycopg.Error, ValueError)

    def __init__(self, address: str, shown: str, account: str, pace: QuotaState) -> None:
        super().__init__(shown, account, pace)
        self._address = address
        try:
            connection = self.open()
            try:
                is_there = connection.execute(_IS_THERE).fetchone()
            finally:
                connection.close()
        except psycopg.Error as error:
            text = f"cannot be used as a store of quotas: {self.told(error)}"
        else:
            if is_there == (True,):
                return
            text = "has no table of quotas: run `onboarding directory upgrade`"
        raise ConfigurationError([Problem("pace.store", "unusable", f"{shown} {text}")])

    def open(self) -> _Connection:
        connection = psycopg.connect(
            self._address,
            autocommit=True,
            cursor_factory=psycopg.ClientCursor[Any],  # sends several statements at once
            connect_timeout=int(PATIENCE),
            options=_OPTIONS,
            application_name="onboarding quotas",
        )
        return connection

    def begin(self) -> tuple[str | None, float]:
        try:
            return self._begun()
        except psycopg.OperationalError:
            if not self.connection.broken:
                raise
        self._connection = None  # the server was restarted
        return self._begun()

    def _begun(self) -> tuple[str | None, float]:
        account = {"account": self._account}
        cursor = self.connection.execute(_BEGIN, account)  # one round trip
        cursor.nextset()
        row = cursor.fetchone()
        cursor.nextset()
        now = cursor.fetchone()
        if now is None:
            raise psycopg.DataError("the server has no clock")
        if row is None:
            self.connection.execute(f"{_NEW}; COMMIT", account)
            return self._begun()
        return row[0], now[0]

    def commit(self, state: str) -> None:
        self.connection.execute(_END, {"account": self._account, "state": state})

    def roll_back(self) -> None:
        if self._connection is None:
            return
        try:
            self._connection.rollback()
        except psycopg.Error:
            self._connection.close()
        if self._connection.closed:
            self._connection = None

    def is_locked(self, error: Exception) -> bool:
        return isinstance(error, psycopg.errors.LockNotAvailable)

    def told(self, error: Exception) -> str:
        code = getattr(error, "sqlstate", None)
        return f"{type(error).__name__}{f' ({code})' if code else ''}"
