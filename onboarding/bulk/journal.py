"""The journal of a bulk run: an entry before and after each user, so that no user is sent twice."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Self

from attrs import define, field, frozen

from onboarding.adapter import Adapter
from onboarding.bulk.index import Index
from onboarding.bulk.results import Result, State
from onboarding.bulk.results_file import ResultsFile, header_of, new_id, unusable
from onboarding.engine import utc_now
from onboarding.errors import InvalidInput
from onboarding.gateway import Gateway
from onboarding.model.answers import Partial

__all__ = ["Journal", "Unresolved"]

INTENT = "intent"

MIXED = "mixed"
"""In place of a digest: several lines were sent while the outcome was unknown."""

MARGIN = timedelta(hours=1)
"""Allowance for clocks that differ between two machines, and for the length of a call."""


@frozen(kw_only=True)
class Unresolved:
    """A user whose outcome is unknown.

    - `interrupted`: there is an intent and no result;
    - `line`: the number of the user's line, if known;
    - `id`: the provider's id of the user, if known; `error`: the class of the error, if any;
    - `partial`: what was carried out of the call, if it is known and can be finished.
    """

    interrupted: bool = False
    line: int | None = None
    id: str | None = None
    error: str | None = None
    partial: Partial | None = None


@define(eq=False, repr=False)
class Journal:
    """The journal of the users sent to one gateway, in a file of JSON Lines. A context manager.

    The first line is a header that names the gateway. A line with the state `intent` is written
    and synced before a user is sent; every other line is the result of one user. A user with an
    intent and no result has an unknown outcome.

    `id` is random; it is created with the file and kept in the header. Without a file
    (`Journal()`), no entry is kept beyond the run.

    Safe to use from several threads. Its memory does not grow with the number of users.
    """

    clock: Callable[[], datetime] = utc_now
    _file: ResultsFile | None = None
    _lifetime: timedelta | None = None
    id: str = field(factory=new_id, init=False)
    _index: Index = field(factory=Index, init=False)
    _lock: threading.RLock = field(factory=threading.RLock, init=False)
    _run: int = field(default=0, init=False)
    _forgotten_after: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._forgotten_after = ((self._lifetime or timedelta(0)) + MARGIN).total_seconds()

    _last_at: float | None = field(default=None, init=False)

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        gateway: Gateway[Adapter],
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> Journal:
        """Opens the results file of a gateway, new or of an earlier run.

        Raises `ConfigurationError` if the file belongs to another gateway, is not a results file,
        is not a regular file, or is used by another run; `OSError` if it cannot be written.
        """
        file = ResultsFile.open(path)
        try:
            journal = cls(clock, file, gateway.adapter.key_lifetime)
            with journal._index.loading():
                journal.id = file.load(header_of(gateway.adapter, journal.id), journal._load)
        except BaseException:
            file.close()
            raise
        return journal

    @property
    def failed(self) -> bool:
        """Whether a write has failed."""
        return self._index.failed or (self._file is not None and self._file.failed)

    # -- reading

    def begin_run(self) -> None:
        """Notes that a run begins, in which each ref is new once."""
        self._run += 1

    def is_repeated(self, ref: str) -> bool:
        """Returns whether this run had the ref before, and notes it."""
        with self._lock:
            entry = self._index.at(ref)
            before, entry.run = entry.run, self._run
            return before == self._run

    def state(self, ref: str) -> State | None:
        """Returns the final state of a user; `unknown` if there is an intent and no result."""
        with self._lock:
            entry = self._index.get(ref)
            return None if entry is None or entry.state is None else State(entry.state)

    def digest(self, ref: str) -> str | None:
        """Returns the digest of the last line that was sent, if it was recorded.

        It is `MIXED` if several lines were sent while the outcome was unknown.
        """
        with self._lock:
            entry = self._index.get(ref)
            return None if entry is None else entry.digest

    def unresolved(self, ref: str) -> Unresolved | None:
        """Returns the facts about a user whose outcome is unknown; None for any other user."""
        with self._lock:
            entry = self._index.get(ref)
            if entry is None or entry.state != State.UNKNOWN:
                return None
            return Unresolved(
                interrupted=entry.interrupted,
                line=entry.line,
                id=entry.id,
                error=entry.error,
                partial=_partial(entry.partial),
            )

    def key_is_valid(self, ref: str) -> bool:
        """Returns whether the provider certainly remembers the idempotency key of a user."""
        with self._lock:
            entry = self._index.get(ref)
            sent_at = None if entry is None else entry.sent_at
        if self._lifetime is None or sent_at is None:
            return False
        passed = self.clock().timestamp() - sent_at
        return 0 <= passed < (self._lifetime - MARGIN).total_seconds()

    def sent_at(self, ref: str) -> datetime | None:
        """Returns when the idempotency key of a user was first sent, None if it is not known."""
        with self._lock:
            entry = self._index.get(ref)
            sent_at = None if entry is None else entry.sent_at
        return None if sent_at in (None, _LONG_AGO) else datetime.fromtimestamp(sent_at, UTC)

    @property
    def last_entry_at(self) -> datetime | None:
        """When an earlier run wrote its last entry; None if there was none."""
        return None if self._last_at is None else datetime.fromtimestamp(self._last_at, UTC)

    def unknown_refs(self) -> Iterator[str]:
        """Yields the ref of each user whose outcome is unknown."""
        with self._lock:
            found = list(self._index.unknown())
        yield from found

    def open_intents(self) -> Iterator[tuple[str, int | None]]:
        """Yields the users with an intent and no result: (ref, line)."""
        with self._lock:
            found = list(self._index.interrupted())
        yield from found

    def has_intent(self, ref: str) -> bool:
        """Returns whether a user has an intent and no result."""
        with self._lock:
            entry = self._index.get(ref)
            return entry is not None and entry.interrupted

    # -- writing

    def intend(self, ref: str, line: int | None, digest: str | None = None) -> None:
        """Records and syncs that a user is about to be sent. Raises `OSError` if it cannot.

        `digest` is that of the user's line.
        """
        now = self.clock()
        known = {} if digest is None else {"digest": digest}
        self._write({"ref": ref, "line": line, "state": INTENT, **known}, now)
        self._sync()
        with self._lock:
            self._note_intent(ref, line, now.timestamp(), digest)

    def record(self, result: Result, digest: str | None = None) -> None:
        """Records and syncs the result of a user, unless it repeats the last one.

        `digest` is that of the user's line; it is kept for rejected and created users only.
        Raises `OSError` if the file cannot be written.
        """
        data = result.plain()
        if digest is not None and result.state in (State.REJECTED, State.CREATED):
            data["digest"] = digest
        with self._lock:
            new = self._note_result(data)
        if new:
            self._write(data, self.clock())
            self._sync()

    def close(self) -> None:
        """Closes the file. After a failed write, an error of closing is not raised too."""
        with self._lock:
            self._index.close()
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, data: dict[str, Any], at: datetime) -> None:
        if self._file is not None and not self._file.closed:
            self._file.write({**data, "at": at.isoformat(timespec="seconds")})

    def _sync(self) -> None:
        if self._file is not None and not self._file.closed:
            self._file.sync()

    # -- entries

    def _load(self, number: int, data: dict[str, Any]) -> None:
        """Takes in a line of the file. Raises `ConfigurationError` if it is not an entry."""
        if not _is_entry(data):
            raise unusable("shape", f"line {number} is not a line of a results file")
        at = _moment(data.get("at"))
        if self._last_at is None or at > self._last_at:
            self._last_at = at
        if data["state"] == INTENT:
            self._note_intent(data["ref"], data.get("line"), at, _text(data.get("digest")))
        else:
            self._note_result(data)

    def _note_intent(self, ref: str, line: int | None, at: float, digest: str | None) -> None:
        """Notes that a user was sent.

        The time that counts is that of the first call whose key the provider may remember: after
        a rejection, a corrected call is recognised by the keys of the calls before it.
        """
        entry = self._index.at(ref)
        if entry.state != _UNKNOWN:
            entry.id = entry.error = entry.partial = None
            entry.digest = digest
        elif entry.digest != digest:
            entry.digest = MIXED
        entry.state, entry.interrupted, entry.line = _UNKNOWN, True, line
        if entry.sent_at is None or at == _LONG_AGO or at - entry.sent_at > self._forgotten_after:
            entry.sent_at = at

    def _note_result(self, data: dict[str, Any]) -> bool:
        """Notes a result. Returns False for a non-final result that repeats the last one."""
        entry, state = self._index.at(data["ref"]), data["state"]
        was_interrupted, entry.interrupted = entry.interrupted, False
        if state in _FINAL:
            if state != _UNKNOWN:
                entry.digest = _text(data.get("digest"))
            if state == _CREATED:
                entry.sent_at = None  # it is never sent again
            elif state == _UNKNOWN:
                id = entry.id if entry.state == _UNKNOWN else None
                entry.id, entry.error = _text(data.get("id")) or id, _text(data.get("error"))
                if isinstance(data.get("partial"), dict):
                    entry.partial = json.dumps(data["partial"])
                entry.line = None
            entry.state, entry.mark = state, None
            return True
        if was_interrupted:
            entry.state = None  # a final result stands, whatever another line says
        mark = _mark(data)
        new, entry.mark = mark != entry.mark, mark
        return new


_CREATED, _UNKNOWN = str(State.CREATED), str(State.UNKNOWN)
_FINAL = frozenset(str(state) for state in State if state.final)


def _mark(data: dict[str, Any]) -> bytes:
    content = {name: value for name, value in data.items() if name not in ("at", "request_id")}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()[:12]


_STATES = frozenset((INTENT, *map(str, State)))


def _is_entry(data: dict[str, Any]) -> bool:
    """Returns whether an object has the fields of an entry, as far as they are read again."""
    state, ref, line = data.get("state"), data.get("ref"), data.get("line")
    return (
        isinstance(state, str)
        and state in _STATES
        and isinstance(ref, str)
        and (line is None or type(line) is int)
    )


def _partial(text: str | None) -> Partial | None:
    """Returns what a results file has of a partial call; None if it cannot be read."""
    if text is not None:
        with suppress(InvalidInput):
            return Partial.from_json(text)
    return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


_LONG_AGO = datetime.min.replace(tzinfo=UTC).timestamp()


def _moment(value: object) -> float:
    """Returns the time of an entry; long ago if it cannot be read or has no time zone."""
    return _parsed_moment(value) if isinstance(value, str) else _LONG_AGO


@lru_cache(maxsize=64)  # the lines of one second have one text
def _parsed_moment(text: str) -> float:
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
        return found.timestamp() if found.tzinfo is not None else _LONG_AGO
    return _LONG_AGO
