"""The directory of a backend: one for threads, one for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from attrs import frozen
from sqlalchemy import Connection

from onboarding.directory.database import Database
from onboarding.directory.tables import HEAD
from onboarding.directory.transaction import Transaction
from onboarding.directory.values import Erasure
from onboarding.engine import utc_now
from onboarding.errors import ConfigurationError, Problem

__all__ = ["AsyncDirectory", "Directory"]

P = ParamSpec("P")
R = TypeVar("R")


def _writing(
    step: Callable[Concatenate[Transaction, P], R],
) -> Callable[Concatenate[Directory, P], R]:
    """Returns the method that does a step in a transaction of its own."""

    @wraps(step)
    def method(self: Directory, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.run(lambda transaction: step(transaction, *args, **kwargs))

    return method


def _reading(
    step: Callable[Concatenate[Transaction, P], R],
) -> Callable[Concatenate[Directory, P], R]:
    """Returns the method that does a step of one query."""

    @wraps(step)
    def method(self: Directory, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.database.read(lambda c: step(_begun(self, c), *args, **kwargs))

    return method


def _in_thread(
    method: Callable[Concatenate[Directory, P], R],
) -> Callable[Concatenate[AsyncDirectory, P], Coroutine[Any, Any, R]]:
    """Returns the coroutine function that calls a method in a thread."""

    @wraps(method)
    async def called(self: AsyncDirectory, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.to_thread(method, self.directory, *args, **kwargs)

    return called


@frozen(kw_only=True, repr=False, eq=False)
class Directory:
    """Who is who at which provider, what was called, what is due. A context manager.

    Each method is one transaction; `run` does several steps in one. Safe to use from several
    threads, processes and, with PostgreSQL, machines, and after a fork.
    """

    database: Database
    """Its connections."""
    personal_data: bool = False
    """Whether records are stored with the user, and operations with their content."""
    clock: Callable[[], datetime] = utc_now
    """Returns the time, aware and in UTC."""

    @classmethod
    def open(
        cls,
        url: str,
        *,
        personal_data: bool = False,
        clock: Callable[[], datetime] = utc_now,
    ) -> Directory:
        """Opens a directory: `sqlite:///onboarding.db`, or `postgresql://user@host/name`.

        A database without its tables gets them. Raises `ConfigurationError` for an address that
        cannot be used, or if the tables are of another version: `onboarding directory upgrade`
        brings older ones up to date. Raises `DirectoryError` if the database cannot be reached.
        """
        database = Database.of(url)
        try:
            version = database.version()
            if version is None:
                from onboarding.directory.upgrading import upgrade  # imports Alembic

                upgrade(database)
            elif version != HEAD:
                text = (
                    f"its tables are of version {version}, and this library needs {HEAD}: "
                    "run `onboarding directory upgrade`, or upgrade the library"
                )
                raise ConfigurationError([Problem("directory", "version", text)])
        except BaseException:
            database.close()
            raise
        return cls(database=database, personal_data=personal_data, clock=clock)

    def run(self, steps: Callable[[Transaction], R]) -> R:
        """Does several steps in one transaction, and returns what `steps` returns.

        `steps` may be called again, if the database ended the transaction for the sake of another:
        it does nothing but steps of the transaction.

        ```python
        directory.run(lambda t: t.see("fr", event.id) and t.emit("user-42", "closed"))
        ```
        """
        return self.database.write(lambda connection: steps(_begun(self, connection)))

    def erase(self, own_id: str) -> Erasure:
        """Erases a person, and says what is kept and why. See `Transaction.erase`.

        It also removes what SQLite keeps of erased rows in its log.
        """
        erased = self.run(lambda transaction: transaction.erase(own_id))
        self.database.wipe()
        return erased

    def close(self) -> None:
        """Closes the connections."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    add_user = _writing(Transaction.add_user)
    assign = _writing(Transaction.assign)
    link = _writing(Transaction.link)
    link_many = _writing(Transaction.link_many)
    unlink = _writing(Transaction.unlink)
    user = _reading(Transaction.user)
    references = _reading(Transaction.references)
    own_id = _reading(Transaction.own_id)
    own_ids = _reading(Transaction.own_ids)
    ids_of = _reading(Transaction.ids_of)
    ids_at = _reading(Transaction.ids_at)
    known = _reading(Transaction.known)

    plan = _writing(Transaction.plan)
    claim = _writing(Transaction.claim)
    take = _writing(Transaction.take)
    renew = _writing(Transaction.renew)
    finish = _writing(Transaction.finish)
    operation = _reading(Transaction.operation)
    operations = _reading(Transaction.operations)
    unsettled = _reading(Transaction.unsettled)

    submit = _writing(Transaction.submit)
    take_submitted = _writing(Transaction.take_submitted)
    reserve = _writing(Transaction.reserve)
    start = _writing(Transaction.start)
    release = _writing(Transaction.release)
    next_due = _reading(Transaction.next_due)
    progress = _reading(Transaction.progress)
    pause = _writing(Transaction.pause)
    resume = _writing(Transaction.resume)
    paused = _reading(Transaction.paused)
    retry = _writing(Transaction.retry)

    save = _writing(Transaction.save)
    save_document = _writing(Transaction.save_document)
    state = _reading(Transaction.state)
    states = _reading(Transaction.states)
    record = _reading(Transaction.record)
    stored_records = _reading(Transaction.stored_records)
    due = _reading(Transaction.due)
    stale = _reading(Transaction.stale)

    note_move = _writing(Transaction.note_move)
    moves = _reading(Transaction.moves)
    leave = _writing(Transaction.leave)

    receive = _writing(Transaction.receive)
    pending = _writing(Transaction.pending)
    handled = _writing(Transaction.handled)
    see = _writing(Transaction.see)
    forget = _writing(Transaction.forget)

    emit = _writing(Transaction.emit)
    poll = _writing(Transaction.poll)
    acknowledge = _writing(Transaction.acknowledge)

    note = _writing(Transaction.note)
    history = _reading(Transaction.history)
    export = _writing(Transaction.export)


def _begun(directory: Directory, connection: Connection) -> Transaction:
    return Transaction(
        connection=connection, now=directory.clock(), personal_data=directory.personal_data
    )


@frozen(kw_only=True, repr=False, eq=False)
class AsyncDirectory:
    """A directory for asyncio: each method of `Directory`, in a thread. See ADR 58."""

    directory: Directory
    """The directory that does the work."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """Returns the time, aware and in UTC."""
        return self.directory.clock

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        personal_data: bool = False,
        clock: Callable[[], datetime] = utc_now,
    ) -> AsyncDirectory:
        """Opens a directory, as `Directory.open` does."""
        opened = await asyncio.to_thread(
            Directory.open, url, personal_data=personal_data, clock=clock
        )
        return cls(directory=opened)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def run(self, steps: Callable[[Transaction], R]) -> R:
        """Does several steps in one transaction, in a thread. See `Directory.run`."""
        return await asyncio.to_thread(self.directory.run, steps)

    close = _in_thread(Directory.close)

    add_user = _in_thread(Directory.add_user)
    assign = _in_thread(Directory.assign)
    link = _in_thread(Directory.link)
    link_many = _in_thread(Directory.link_many)
    unlink = _in_thread(Directory.unlink)
    user = _in_thread(Directory.user)
    references = _in_thread(Directory.references)
    own_id = _in_thread(Directory.own_id)
    own_ids = _in_thread(Directory.own_ids)
    ids_of = _in_thread(Directory.ids_of)
    ids_at = _in_thread(Directory.ids_at)
    known = _in_thread(Directory.known)

    plan = _in_thread(Directory.plan)
    claim = _in_thread(Directory.claim)
    take = _in_thread(Directory.take)
    renew = _in_thread(Directory.renew)
    finish = _in_thread(Directory.finish)
    operation = _in_thread(Directory.operation)
    operations = _in_thread(Directory.operations)
    unsettled = _in_thread(Directory.unsettled)

    submit = _in_thread(Directory.submit)
    take_submitted = _in_thread(Directory.take_submitted)
    reserve = _in_thread(Directory.reserve)
    start = _in_thread(Directory.start)
    release = _in_thread(Directory.release)
    next_due = _in_thread(Directory.next_due)
    progress = _in_thread(Directory.progress)
    pause = _in_thread(Directory.pause)
    resume = _in_thread(Directory.resume)
    paused = _in_thread(Directory.paused)
    retry = _in_thread(Directory.retry)

    save = _in_thread(Directory.save)
    save_document = _in_thread(Directory.save_document)
    state = _in_thread(Directory.state)
    states = _in_thread(Directory.states)
    record = _in_thread(Directory.record)
    stored_records = _in_thread(Directory.stored_records)
    due = _in_thread(Directory.due)
    stale = _in_thread(Directory.stale)

    note_move = _in_thread(Directory.note_move)
    moves = _in_thread(Directory.moves)
    leave = _in_thread(Directory.leave)

    receive = _in_thread(Directory.receive)
    pending = _in_thread(Directory.pending)
    handled = _in_thread(Directory.handled)
    see = _in_thread(Directory.see)
    forget = _in_thread(Directory.forget)

    emit = _in_thread(Directory.emit)
    poll = _in_thread(Directory.poll)
    acknowledge = _in_thread(Directory.acknowledge)

    note = _in_thread(Directory.note)
    history = _in_thread(Directory.history)
    export = _in_thread(Directory.export)
    erase = _in_thread(Directory.erase)
