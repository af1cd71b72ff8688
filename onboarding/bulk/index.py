"""What a journal knows of each user: the latest in memory, the others in a temporary file."""

from __future__ import annotations

import errno
import sqlite3
import weakref
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

from attrs import define, field

__all__ = ["Entry", "Index"]

MOST, MOST_LOADING = 8192, 32_768
"""The most entries held in memory: in a run, and while a results file is read."""

CACHE, CACHE_LOADING = 1024, 16_384
"""The KiB of the database that SQLite holds in memory."""

_HASHES = 1 << 22

_SCHEMA = """
    CREATE TABLE entries (
        ref BLOB PRIMARY KEY, state TEXT, interrupted INTEGER, line INTEGER, id BLOB, error BLOB,
        sent_at REAL, digest BLOB, mark BLOB, run INTEGER, partial BLOB
    ) WITHOUT ROWID
"""


@define(eq=False)
class Entry:
    """What a journal knows of a user.

    - `state`: the final state, or None; it is `unknown` after an intent without a result;
    - `interrupted`: whether there is an intent without a result, on line `line`;
    - `id`, `error`: of the unknown result; `digest`: of the line that was sent;
    - `sent_at`: when the idempotency key was first sent, in seconds since 1970;
    - `mark`: a digest of the last result that was not final; `run`: the last run that had the ref;
    - `partial`: the stored form of what was carried out of the unknown call.
    """

    state: str | None = None
    interrupted: bool = False
    line: int | None = None
    id: str | None = None
    error: str | None = None
    sent_at: float | None = None
    digest: str | None = None
    mark: bytes | None = None
    run: int = 0
    partial: str | None = None


@define(eq=False, repr=False)
class Index:
    """The entries of a journal, by ref. Its memory does not grow with their number.

    A database of SQLite without a name is in a temporary file, which SQLite deletes. Change an
    entry before asking for another one: by then it may have been written there.

    Raises `OSError` if the temporary file cannot be used; `failed` is true from then on.
    """

    failed: bool = field(default=False, init=False)
    _recent: dict[str, Entry] = field(factory=dict[str, Entry], init=False)
    _database: sqlite3.Connection | None = field(default=None, init=False)
    _hashes: bytearray | None = field(default=None, init=False)
    """While a file is read: which hashes of refs are in the database, so that most refs that are
    new need no look-up there."""

    @contextmanager
    def loading(self) -> Generator[None]:
        """Holds more in memory during the block, in which all entries of a file are read."""
        self._hashes = bytearray(_HASHES)
        try:
            yield
        finally:
            self._hashes = None
            if self._database is not None:
                self._write_out()
                self._database.execute(f"PRAGMA cache_size = -{CACHE}")
                self._database.execute("PRAGMA shrink_memory")

    def get(self, ref: str) -> Entry | None:
        """Returns the entry of a user; None if there is none."""
        found = self._recent.get(ref)
        if found is None and self._database is not None:
            if self._hashes is not None and not self._hashes[hash(ref) % _HASHES]:
                return None
            try:
                row = self._database.execute(_SELECT, (ref.encode("utf-8", "surrogatepass"),))
                columns = row.fetchone()
            except sqlite3.Error as error:
                raise self._unusable(error) from None
            if columns is not None:
                found = _entry(columns)
                self._keep(ref, found)
        return found

    def at(self, ref: str) -> Entry:
        """Returns the entry of a user; makes it if there is none."""
        found = self._recent.get(ref) or self.get(ref)
        if found is None:
            found = Entry()
            self._keep(ref, found)
        return found

    def interrupted(self) -> Iterator[tuple[str, int | None]]:
        """Yields the ref and the line of each user with an intent and no result."""
        self._write_out()
        if self._database is not None:
            for ref, line in self._database.execute(_INTERRUPTED).fetchall():
                yield _text(ref) or "", line

    def unknown(self) -> Iterator[str]:
        """Yields the ref of each user whose outcome is unknown."""
        self._write_out()
        if self._database is not None:
            for (ref,) in self._database.execute(_UNKNOWN).fetchall():
                yield _text(ref) or ""

    def close(self) -> None:
        """Deletes the temporary file."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _keep(self, ref: str, entry: Entry) -> None:
        if len(self._recent) >= (MOST if self._hashes is None else MOST_LOADING):
            self._write_out()
        self._recent[ref] = entry

    def _write_out(self) -> None:
        rows = sorted(_row(ref, entry) for ref, entry in self._recent.items())
        try:
            if self._database is None:
                self._database = _opened(CACHE if self._hashes is None else CACHE_LOADING)
                # A journal that nobody closes leaves no connection to the garbage collector.
                weakref.finalize(self, self._database.close)
            self._database.executemany(_REPLACE, rows)
        except sqlite3.Error as error:
            raise self._unusable(error) from None
        if self._hashes is not None:
            for ref in self._recent:
                self._hashes[hash(ref) % _HASHES] = 1
        self._recent.clear()

    def _unusable(self, error: sqlite3.Error) -> OSError:
        self.failed = True
        return OSError(errno.EIO, f"the temporary file of the journal cannot be used: {error}")


_SELECT = """
    SELECT state, interrupted, line, id, error, sent_at, digest, mark, run, partial
    FROM entries WHERE ref = ?
"""
_REPLACE = "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INTERRUPTED = "SELECT ref, line FROM entries WHERE interrupted ORDER BY line, ref"

_UNKNOWN = "SELECT ref FROM entries WHERE state = 'unknown' ORDER BY ref"


def _opened(cache: int) -> sqlite3.Connection:
    database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{cache}"):
        database.execute(f"PRAGMA {setting}")
    database.execute(_SCHEMA)
    database.execute("BEGIN")  # never committed: no other process reads it
    return database


def _row(ref: str, entry: Entry) -> tuple[bytes, *tuple[Any, ...]]:
    return (
        ref.encode("utf-8", "surrogatepass"),
        entry.state,
        entry.interrupted,
        entry.line,
        _raw(entry.id),
        _raw(entry.error),
        entry.sent_at,
        _raw(entry.digest),
        entry.mark,
        entry.run,
        _raw(entry.partial),
    )


def _entry(row: tuple[Any, ...]) -> Entry:
    state, interrupted, line, id, error, sent_at, digest, mark, run, partial = row
    texts = _text(id), _text(error), sent_at, _text(digest)
    return Entry(state, bool(interrupted), line, *texts, mark, run, _text(partial))


def _raw(text: str | None) -> bytes | None:
    """Returns a text as bytes: SQLite takes no text with a lone surrogate."""
    return None if text is None else text.encode("utf-8", "surrogatepass")


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("utf-8", "surrogatepass")
