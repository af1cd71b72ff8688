"""The results file: written before and after each send, so that a later run sends nobody twice."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from attrs import define, evolve, field, frozen

from onboarding.adapter import Adapter
from onboarding.bulk.header import OPENING, check_same, header_of, new_id, unusable
from onboarding.bulk.results import Result, State
from onboarding.engine import utc_now
from onboarding.errors import ConfigurationError, InvalidInput, Problem
from onboarding.files import open_file
from onboarding.gateway import Gateway
from onboarding.serialization import read_json
from onboarding.values.json_values import SENT

if sys.platform != "win32":
    import fcntl

__all__ = ["Journal", "Open"]

INTENT = "intent"

MARGIN = timedelta(hours=1)
"""How far the clocks of two machines, and the length of a call, may be off."""


@frozen(kw_only=True)
class Open:
    """A user whose outcome is unknown.

    `interrupted` says that there is an intent and no result; `id` is the provider's, where it is
    known, `error` the class of the error.
    """

    interrupted: bool = False
    line: int | None = None
    id: str | None = None
    error: str | None = None


@define(eq=False, repr=False)
class Journal:
    """A file of JSON Lines. A context manager.

    Its first line says whose results these are. A line with the state `intent` is written and
    synced before a user is sent; every other line is a result, one a user. The outcome of a user
    with an intent and no result is unknown.

    `id` is random, made with the file and kept in its first line; `failed` is true once a write
    failed. Without a file (`Journal()`) it remembers for as long as it lives.
    """

    clock: Callable[[], datetime] = utc_now
    _file: IO[bytes] | None = None
    _lifetime: timedelta | None = None
    id: str = field(factory=new_id, init=False)
    failed: bool = field(default=False, init=False)
    _states: dict[str, State] = field(factory=dict[str, State], init=False)
    _open: dict[str, Open] = field(factory=dict[str, Open], init=False)
    _begun: dict[str, datetime] = field(factory=dict[str, datetime], init=False)
    _digests: dict[str, str] = field(factory=dict[str, str], init=False)
    _unsettled: set[bytes] = field(factory=set[bytes], init=False)

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        gateway: Gateway[Adapter],
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> Journal:
        """Opens the results of a gateway, new or to be continued.

        Raises `ConfigurationError` when the file is another gateway's, is no results file, is no
        regular file, or is in use; `OSError` when it cannot be written.
        """
        _require_regular(path)  # before it is opened: opening a FIFO waits for its other end
        file = open_file(path, "a+b", ConfigurationError)
        try:
            _lock(file)
            _sync_folder(Path(path).parent)
            made = cls(clock, file, gateway.adapter.key_lifetime)
            made._take_up(gateway.adapter)
        except BaseException:
            file.close()
            raise
        return made

    # -- asking

    def state(self, ref: str) -> State | None:
        """How far an earlier run came with a user for good; an open intent is `unknown`."""
        return self._states.get(ref)

    def digest(self, ref: str) -> str | None:
        """The digest of the line that was rejected, or created, if the journal has it."""
        return self._digests.get(ref)

    def unknown(self, ref: str) -> Open | None:
        """What is known of a user whose outcome is unknown; None for any other user."""
        return self._open.get(ref)

    def remembered(self, ref: str) -> bool:
        """Whether the provider surely remembers the idempotency key that a user was sent under."""
        begun = self._begun.get(ref)
        if self._lifetime is None or begun is None:
            return False
        return timedelta(0) <= self.clock() - begun < self._lifetime - MARGIN

    def open_intents(self) -> Iterator[tuple[str, int | None]]:
        """The users with an intent and no result: (ref, line)."""
        yield from [(ref, one.line) for ref, one in self._open.items() if one.interrupted]

    def is_open(self, ref: str) -> bool:
        """Whether a user has an intent and no result."""
        return ref in self._open and self._open[ref].interrupted

    # -- writing

    def intend(self, ref: str, line: int | None) -> None:
        """Notes, durably, that a user is about to be sent."""
        now = self.clock()
        self._write({"ref": ref, "line": line, "state": INTENT}, now)
        self._intended(ref, line, now)

    def record(self, result: Result, digest: str | None = None) -> None:
        """Notes what became of a user. The same again is not written again.

        `digest`, of the user's line, is kept of a user who was rejected or created.
        """
        data = result.plain()
        if digest is not None and result.state in (State.REJECTED, State.CREATED):
            data["digest"] = digest
        if self._note(data):
            self._write(data, self.clock())

    def close(self) -> None:
        """Closes the file. A write that failed was told of; what closing says of it is not."""
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError) if self.failed else nullcontext():
                file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- the file

    def _intended(self, ref: str, line: int | None, at: datetime | None) -> None:
        """Remembers that a user was sent.

        The time that counts is that of the first call whose key the provider may remember: after
        a refusal, the corrected call is found by the keys of the calls before it.
        """
        self._open[ref] = evolve(self._open.get(ref, Open()), interrupted=True, line=line)
        self._states[ref] = State.UNKNOWN
        first, lifetime = self._begun.get(ref), self._lifetime or timedelta(0)
        if at is None:
            self._begun[ref] = _LONG_AGO
        elif first is None or at - first > lifetime + MARGIN:
            self._begun[ref] = at

    def _note(self, data: dict[str, Any]) -> bool:
        """Remembers a result; False if it is an unsettled one that is there already."""
        ref, state = data["ref"], State(data["state"])
        was = self._open.pop(ref, None)
        if state.settled:
            self._states[ref] = state
            self._digests.pop(ref, None)
            if isinstance(digest := data.get("digest"), str):
                self._digests[ref] = digest
            if state is State.CREATED:
                self._begun.pop(ref, None)  # it is never sent again
            elif state is State.UNKNOWN:
                id = _text(data.get("id")) or (was.id if was else None)
                self._open[ref] = Open(id=id, error=_text(data.get("error")))
            return True
        if was is not None and was.interrupted:
            self._states.pop(ref, None)
        elif was is not None:
            self._open[ref] = was  # what is settled stays so, whatever another line says
        mark = _mark(data)
        new = mark not in self._unsettled
        self._unsettled.add(mark)
        return new

    def _write(self, data: dict[str, Any], at: datetime) -> None:
        if self._file is None:
            return
        self._append({**data, "at": at.isoformat(timespec="seconds")})

    def _append(self, data: dict[str, Any]) -> None:
        file = cast("IO[bytes]", self._file)
        try:
            file.write(json.dumps(data, separators=(",", ":")).encode("ascii") + b"\n")
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            self.failed = True
            raise OSError(error.errno, error.strerror, file.name) from None

    def _take_up(self, adapter: Adapter) -> None:
        """Reads what is there. An unfinished last line is cut off: its writer died."""
        file, header = cast("IO[bytes]", self._file), header_of(adapter, self.id)
        file.seek(0)
        end, torn, whole = 0, 0, True
        for number, raw in enumerate(file, 1):
            if torn:
                raise unusable("shape", f"line {torn} is not of a results file")
            data = _parsed(raw)
            if number == 1 and not (data is None and OPENING.startswith(raw[: len(OPENING)])):
                self.id = check_same(data, header)
            elif data is not None:
                self._read(number, data)
            if data is None:
                torn = number
            else:
                end += len(raw)
                whole = raw.endswith(b"\n")
        if torn:
            file.truncate(end)
        elif not whole:
            file.write(b"\n")
        if end == 0:
            self._append(header)

    def _read(self, number: int, data: dict[str, Any]) -> None:
        if not _is_sound(data):
            raise unusable("shape", f"line {number} is not of a results file")
        if data["state"] == INTENT:
            self._intended(data["ref"], data.get("line"), _moment(data.get("at")))
        else:
            self._note(data)


def _mark(data: dict[str, Any]) -> bytes:
    told = {name: value for name, value in data.items() if name not in ("at", "request_id")}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()[:12]


def _parsed(raw: bytes) -> dict[str, Any] | None:
    """The object in a line; None if it holds none, as one that was being written."""
    try:
        data = read_json(raw, SENT)  # words of the provider's are in it
    except InvalidInput:
        return None
    return cast("dict[str, Any]", data) if isinstance(data, dict) else None


_WORDS = frozenset((INTENT, *map(str, State)))


def _is_sound(data: dict[str, Any]) -> bool:
    """Whether a journal wrote this line, as far as it is read again."""
    state, ref, line = data.get("state"), data.get("ref"), data.get("line")
    return (
        isinstance(state, str)
        and state in _WORDS
        and isinstance(ref, str)
        and (line is None or type(line) is int)
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _moment(value: object) -> datetime | None:
    """When a line was written; None where that cannot be read or has no time zone."""
    with suppress(TypeError, ValueError):
        found = datetime.fromisoformat(value)  # type: ignore[arg-type]
        return found if found.tzinfo is not None else None
    return None


_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a FIFO or a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def _require_regular(path: str | os.PathLike[str]) -> None:
    """Raises `ConfigurationError` for what is there and cannot hold results."""
    try:
        there = Path(path).stat()
    except (OSError, ValueError):  # opening it gives the reason
        return
    if not stat.S_ISREG(there.st_mode):
        kind = next((words for test, words in _KINDS if test(there.st_mode)), "no regular file")
        text = f"is {kind}; name a regular file, or one that does not exist yet"
        raise ConfigurationError([Problem(os.fspath(path), "shape", text)])
    for number in (1, 2):
        with suppress(OSError):  # it may be closed
            if os.path.samestat(there, os.fstat(number)):
                text = "is where the command prints to; name a file of its own"
                raise ConfigurationError([Problem(os.fspath(path), "conflict", text)])


def _sync_folder(folder: Path) -> None:
    """Makes the name of a new file as durable as what is in it."""
    if sys.platform != "win32":  # which opens no folder
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _lock(file: IO[bytes]) -> None:
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise unusable("in_use", "another run is writing this file") from None
