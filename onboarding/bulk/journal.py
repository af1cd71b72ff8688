"""The journal of a bulk run: an entry before and after each user, so that no user is sent twice."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from attrs import define, evolve, field, frozen

from onboarding.adapter import Adapter
from onboarding.bulk.results import Result, State
from onboarding.bulk.results_file import ResultsFile, header_of, new_id, unusable
from onboarding.engine import utc_now
from onboarding.gateway import Gateway

__all__ = ["Journal", "Unresolved"]

INTENT = "intent"

MARGIN = timedelta(hours=1)
"""Allowance for clocks that differ between two machines, and for the length of a call."""


@frozen(kw_only=True)
class Unresolved:
    """A user whose outcome is unknown.

    - `interrupted`: there is an intent and no result;
    - `line`: the number of the user's line, if known;
    - `id`: the provider's id of the user, if known; `error`: the class of the error, if any.
    """

    interrupted: bool = False
    line: int | None = None
    id: str | None = None
    error: str | None = None


@define(eq=False, repr=False)
class Journal:
    """The journal of the users sent to one gateway, in a file of JSON Lines. A context manager.

    The first line is a header that names the gateway. A line with the state `intent` is written
    and synced before a user is sent; every other line is the result of one user. A user with an
    intent and no result has an unknown outcome.

    `id` is random; it is created with the file and kept in the header. Without a file
    (`Journal()`), entries are kept in memory only.
    """

    clock: Callable[[], datetime] = utc_now
    _file: ResultsFile | None = None
    _lifetime: timedelta | None = None
    id: str = field(factory=new_id, init=False)
    _states: dict[str, State] = field(factory=dict[str, State], init=False)
    _unresolved: dict[str, Unresolved] = field(factory=dict[str, Unresolved], init=False)
    _sent_at: dict[str, datetime] = field(factory=dict[str, datetime], init=False)
    _digests: dict[str, str] = field(factory=dict[str, str], init=False)
    _written: set[bytes] = field(factory=set[bytes], init=False)

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
            journal.id = file.load(header_of(gateway.adapter, journal.id), journal._load)
        except BaseException:
            file.close()
            raise
        return journal

    @property
    def failed(self) -> bool:
        """Whether a write has failed."""
        return self._file is not None and self._file.failed

    # -- reading

    def state(self, ref: str) -> State | None:
        """Returns the final state of a user; `unknown` if there is an intent and no result."""
        return self._states.get(ref)

    def digest(self, ref: str) -> str | None:
        """Returns the digest of the line of a rejected or created user, if it was recorded."""
        return self._digests.get(ref)

    def unresolved(self, ref: str) -> Unresolved | None:
        """Returns the facts about a user whose outcome is unknown; None for any other user."""
        return self._unresolved.get(ref)

    def key_is_valid(self, ref: str) -> bool:
        """Returns whether the provider certainly remembers the idempotency key of a user."""
        sent_at = self._sent_at.get(ref)
        if self._lifetime is None or sent_at is None:
            return False
        return timedelta(0) <= self.clock() - sent_at < self._lifetime - MARGIN

    def open_intents(self) -> Iterator[tuple[str, int | None]]:
        """Yields the users with an intent and no result: (ref, line)."""
        yield from [(ref, one.line) for ref, one in self._unresolved.items() if one.interrupted]

    def has_intent(self, ref: str) -> bool:
        """Returns whether a user has an intent and no result."""
        return ref in self._unresolved and self._unresolved[ref].interrupted

    # -- writing

    def intend(self, ref: str, line: int | None) -> None:
        """Records and syncs that a user is about to be sent. Raises `OSError` if it cannot."""
        now = self.clock()
        self._write({"ref": ref, "line": line, "state": INTENT}, now)
        self._note_intent(ref, line, now)

    def record(self, result: Result, digest: str | None = None) -> None:
        """Records the result of a user, unless it repeats a recorded one.

        `digest` is that of the user's line; it is kept for rejected and created users only.
        Raises `OSError` if the file cannot be written.
        """
        data = result.plain()
        if digest is not None and result.state in (State.REJECTED, State.CREATED):
            data["digest"] = digest
        if self._note_result(data):
            self._write(data, self.clock())

    def close(self) -> None:
        """Closes the file. After a failed write, an error of closing is not raised too."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, data: dict[str, Any], at: datetime) -> None:
        if self._file is not None and not self._file.closed:
            self._file.append({**data, "at": at.isoformat(timespec="seconds")})

    # -- entries

    def _load(self, number: int, data: dict[str, Any]) -> None:
        """Takes in a line of the file. Raises `ConfigurationError` if it is not an entry."""
        if not _is_entry(data):
            raise unusable("shape", f"line {number} is not a line of a results file")
        if data["state"] == INTENT:
            self._note_intent(data["ref"], data.get("line"), _moment(data.get("at")))
        else:
            self._note_result(data)

    def _note_intent(self, ref: str, line: int | None, at: datetime | None) -> None:
        """Notes that a user was sent.

        The time that counts is that of the first call whose key the provider may remember: after
        a rejection, a corrected call is recognised by the keys of the calls before it.
        """
        was = self._unresolved.get(ref, Unresolved())
        self._unresolved[ref] = evolve(was, interrupted=True, line=line)
        self._states[ref] = State.UNKNOWN
        first, lifetime = self._sent_at.get(ref), self._lifetime or timedelta(0)
        if at is None:
            self._sent_at[ref] = _LONG_AGO
        elif first is None or at - first > lifetime + MARGIN:
            self._sent_at[ref] = at

    def _note_result(self, data: dict[str, Any]) -> bool:
        """Notes a result. Returns False for a duplicate non-final result."""
        ref, state = data["ref"], State(data["state"])
        was = self._unresolved.pop(ref, None)
        if state.final:
            self._states[ref] = state
            self._digests.pop(ref, None)
            if isinstance(digest := data.get("digest"), str):
                self._digests[ref] = digest
            if state is State.CREATED:
                self._sent_at.pop(ref, None)  # it is never sent again
            elif state is State.UNKNOWN:
                id = _text(data.get("id")) or (was.id if was else None)
                self._unresolved[ref] = Unresolved(id=id, error=_text(data.get("error")))
            return True
        if was is not None and was.interrupted:
            self._states.pop(ref, None)
        elif was is not None:
            self._unresolved[ref] = was  # a final result stands, whatever another line says
        mark = _mark(data)
        new = mark not in self._written
        self._written.add(mark)
        return new


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


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _moment(value: object) -> datetime | None:
    """Returns the time of an entry; None if it cannot be read or has no time zone."""
    with suppress(TypeError, ValueError):
        found = datetime.fromisoformat(value)  # type: ignore[arg-type]
        return found if found.tzinfo is not None else None
    return None
