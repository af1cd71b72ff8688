"""Connections to the database of a directory: how they are opened, and how they fail."""

from __future__ import annotations

import logging
import os
import weakref
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from attrs import define, field
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from onboarding.directory.tables import VERSIONS
from onboarding.errors import ConfigurationError, DirectoryError, Problem

__all__ = ["Database", "failures_named"]

R = TypeVar("R")

_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
_SETTINGS: dict[str, Any] = {
    "hide_parameters": True,  # they are values
    "logging_name": "onboarding",
    "execution_options": {"preserve_rowcount": True},  # else an INSERT does not count its rows
}
_PATIENCE = 30  # seconds that a transaction waits for the lock of an SQLite file
_READS = "onboarding_reads"
_AGAIN = frozenset({"40001", "40P01"})  # PostgreSQL ended the transaction; it can be repeated
_TIMES = 5

# SQLAlchemy logs each statement at INFO, which takes as long as to execute it, and rows at DEBUG.
logging.getLogger("sqlalchemy.engine.Engine.onboarding").setLevel(logging.WARNING)

_databases: weakref.WeakSet[Database] = weakref.WeakSet()


@define(eq=False, repr=False)
class Database:
    """The connections of one process to one database, SQLite or PostgreSQL.

    Safe to use from several threads, and after a fork.
    """

    url: URL
    engine: Engine = field(init=False)
    _reads: Engine = field(init=False)

    def __attrs_post_init__(self) -> None:
        if self.is_sqlite:
            _create_file(self.url.database or "")
            self.engine = create_engine(self.url, connect_args={"timeout": _PATIENCE}, **_SETTINGS)
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            self._reads = self.engine.execution_options(**{_READS: True})
        else:
            self.engine = create_engine(self.url, pool_pre_ping=True, **_SETTINGS)
            self._reads = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        _databases.add(self)

    @classmethod
    def of(cls, url: str) -> Database:
        """Returns the database of an address. Raises `ConfigurationError` if it is not one."""
        return cls(_parsed(url))

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite."""
        return self.url.get_backend_name() == "sqlite"

    def write(self, step: Callable[[Connection], R]) -> R:
        """Does a step in one transaction, again if PostgreSQL ended it for the sake of another."""
        for left in reversed(range(_TIMES)):
            with failures_named():
                try:
                    with self.engine.begin() as connection:
                        return step(connection)
                except SQLAlchemyError as error:
                    if not left or _code(error) not in _AGAIN:
                        raise
        raise AssertionError

    def read(self, step: Callable[[Connection], R]) -> R:
        """Does a step that reads, with one statement."""
        with failures_named(), self._reads.connect() as connection:
            return step(connection)

    def version(self) -> str | None:
        """Returns the revision of its tables, None if it has none."""

        def step(connection: Connection) -> str | None:
            if not inspect(connection).has_table(VERSIONS):
                return None
            found = connection.exec_driver_sql(f"SELECT version_num FROM {VERSIONS}")  # noqa: S608
            return found.scalar()

        return self.read(step)

    def wipe(self) -> None:
        """Removes what SQLite keeps of deleted rows outside the tables: the write-ahead log."""
        if self.is_sqlite:
            self.read(lambda c: c.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all())

    def close(self) -> None:
        """Closes the connections that are not in use."""
        self.engine.dispose()


def _parsed(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError:
        raise _unusable("expected an address such as sqlite:///onboarding.db") from None
    driver = _DRIVERS.get(url.drivername, url.drivername)
    if driver not in _DRIVERS.values():
        raise _unusable("expected an address that begins with sqlite:// or postgresql://")
    if driver == _DRIVERS["sqlite"] and url.database in (None, "", ":memory:"):
        raise _unusable("expected a file, as in sqlite:///onboarding.db: processes share it")
    return url.set(drivername=driver)


def _unusable(text: str) -> ConfigurationError:
    return ConfigurationError([Problem("directory", "shape", text)])


def _create_file(path: str) -> None:
    """Creates the file of a new directory so that only its owner can read it."""
    with suppress(FileExistsError):
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            raise
        except OSError as error:
            where = Path(path).name
            text = f"{where} cannot be created: {error.strerror}"
            raise ConfigurationError([Problem("directory", "unusable", text)]) from None


def _set_up_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions begin as `_begin_sqlite` says
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # what is stored before a call outlives power
    connection.execute("PRAGMA secure_delete = ON")  # an erased value is overwritten


def _begin_sqlite(connection: Connection) -> None:
    """Locks the file first: a transaction that locks later fails where another has written."""
    if not connection.get_execution_options().get(_READS):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def failures_named() -> Generator[None, None, None]:
    """Raises the errors of the database without their texts, which contain values."""
    try:
        yield
    except SQLAlchemyError as error:
        name, code = type(getattr(error, "orig", None) or error).__name__, _code(error)
        failure = DirectoryError(f"the database failed: {name}{f' ({code})' if code else ''}")
    else:
        return
    raise failure


def _code(error: SQLAlchemyError) -> str:
    """Returns the code of an error of the database, which has no values; or nothing."""
    cause = getattr(error, "orig", None)
    return str(getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or "")


def _forget_connections() -> None:
    """Leaves the connections of the parent process to it."""
    for database in _databases:
        database.engine.dispose(close=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_connections)
