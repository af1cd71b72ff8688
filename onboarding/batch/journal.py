"""The results file: written before and after each send, so that a later run sends nobody twice."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from attrs import define, field

from onboarding.adapter import Adapter
from onboarding.batch.header import OPENING, check_same, header_of, new_id, unusable
from onboarding.batch.results import Result, State
from onboarding.engine import utc_now
from onboarding.errors import ConfigurationError, InvalidInput
from onboarding.files import open_file
from onboarding.gateway import Gateway
from onboarding.model.json_values import SENT
from onboarding.plain import read_json

if sys.platform != "win32":
    import fcntl

__all__ = ["Journal"]

INTENT = "intent"


@define(eq=False, repr=False)
class Journal:
    """A file of JSON Lines. A context manager.

    Its first line says whose results these are. A line with the state `intent` is written and
    synced before a user is sent; every other line is a result, one a user. Of a user with an
    intent and no result nobody knows whether the provider has it.

    `id` is random, made with the file and kept in its first line; `failed` is true once a write
    failed. Without a file (`Journal()`) it remembers for as long as it lives.
    """

    clock: Callable[[], datetime] = utc_now
    _file: IO[bytes] | None = None
    id: str = field(factory=new_id, init=False)
    failed: bool = field(default=False, init=False)
    _states: dict[str, str] = field(factory=dict[str, str], init=False)
    _lines: dict[str, int | None] = field(factory=dict[str, "int | None"], init=False)
    _rejected: dict[str, str] = field(factory=dict[str, str], init=False)
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

        Raises `ConfigurationError` when the file is another gateway's, is no results file, or
        is in use; `OSError` when it cannot be written.
        """
        file = open_file(path, "a+b", ConfigurationError)
        try:
            _lock(file)
            _sync_folder(Path(path).parent)
            made = cls(clock, file)
            made._take_up(gateway.adapter)
        except BaseException:
            file.close()
            raise
        return made

    # -- asking

    def state(self, ref: str) -> State | None:
        """How far an earlier run came with a user for good; an open intent is `unknown`."""
        word = self._states.get(ref)
        return None if word is None else State.UNKNOWN if word == INTENT else State(word)

    def rejected_as(self, ref: str) -> str | None:
        """The digest of the line that the provider said no to, if the journal has it."""
        return self._rejected.get(ref)

    def open_intents(self) -> Iterator[tuple[str, int | None]]:
        """The users with an intent and no result: (ref, line)."""
        yield from list(self._lines.items())

    def is_open(self, ref: str) -> bool:
        return ref in self._lines

    # -- writing

    def intend(self, ref: str, line: int | None) -> None:
        """Notes, durably, that a user is about to be sent."""
        self._write({"ref": ref, "line": line, "state": INTENT})
        self._states[ref], self._lines[ref] = INTENT, line

    def record(self, result: Result, digest: str | None = None) -> None:
        """Notes what became of a user. The same again is not written again.

        `digest`, of the user's line, is kept of a rejected user only: nobody else needs it.
        """
        data = result.plain()
        if digest is not None and result.state is State.REJECTED:
            data["digest"] = digest
        if self._note(data):
            self._write(data)

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

    def _note(self, data: dict[str, Any]) -> bool:
        """Remembers a result; False if it is an unsettled one that is there already."""
        ref, state = data["ref"], State(data["state"])
        self._lines.pop(ref, None)
        if state.settled:
            self._states[ref] = str(state)
            self._rejected.pop(ref, None)
            if isinstance(digest := data.get("digest"), str):
                self._rejected[ref] = digest
            return True
        if self._states.get(ref) == INTENT:
            del self._states[ref]  # what is settled stays so, whatever another line says
        mark = _mark(data)
        new = mark not in self._unsettled
        self._unsettled.add(mark)
        return new

    def _write(self, data: dict[str, Any]) -> None:
        if self._file is None:
            return
        self._append({**data, "at": self.clock().isoformat(timespec="seconds")})

    def _append(self, data: dict[str, Any]) -> None:
        file = cast("IO[bytes]", self._file)
        try:
            file.write(json.dumps(data, separators=(",", ":")).encode("ascii") + b"\n")
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            self.failed = True
            raise

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
            self._states[data["ref"]] = INTENT
            self._lines[data["ref"]] = data.get("line")
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
