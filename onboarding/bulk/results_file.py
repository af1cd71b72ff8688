"""The results file on disk: one writer, a header that names the gateway, durable JSON lines."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import stat
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext, suppress
from enum import Enum
from pathlib import Path
from typing import IO, Any

import attrs
from attrs import define, field

from onboarding.adapter import Adapter
from onboarding.bulk.parsing import parse_line
from onboarding.errors import ConfigurationError, Problem
from onboarding.files import open_file
from onboarding.urls import is_loopback

if sys.platform != "win32":
    import fcntl

__all__ = ["ResultsFile", "gateway_named", "header_of", "new_id", "unusable"]

FORM = "onboarding_results/2"

OPENING = b'{"state":"run","form":"onboarding_results/'
"""The first bytes of every header: a file that ends within them has only a part of its header."""


def unusable(code: str, message: str) -> ConfigurationError:
    """Returns the error for a results file that cannot be used."""
    return ConfigurationError([Problem("out", code, message)])


@define(eq=False, repr=False)
class ResultsFile:
    """An open results file, locked against other writers.

    Several threads may write to it; those that sync at the same time share one sync. `failed` is
    true once a write has failed.
    """

    stream: IO[bytes]
    failed: bool = field(default=False, init=False)
    _writing: threading.Lock = field(factory=threading.Lock, init=False)
    _syncing: threading.Lock = field(factory=threading.Lock, init=False)
    _written: int = field(default=0, init=False)
    _synced: int = field(default=0, init=False)

    @property
    def closed(self) -> bool:
        return self.stream.closed

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> ResultsFile:
        """Opens a file, or creates it, and locks it.

        Raises `ConfigurationError` if it cannot be opened, is not a regular file, or is locked by
        another run.
        """
        _require_regular(path)  # before it is opened: opening a FIFO waits for its other end
        stream = open_file(path, "a+b", ConfigurationError)
        try:
            _lock(stream)
            _sync_folder(Path(path).parent)
        except BaseException:
            stream.close()
            raise
        return cls(stream)

    def load(self, header: dict[str, Any], read: Callable[[int, dict[str, Any]], None]) -> str:
        """Calls `read` with the number and the object of each line; returns the journal's id.

        A new file gets the header. An incomplete last line, left by a run that was killed, is
        cut off. Raises `ConfigurationError` if the file belongs to another gateway, or if a line
        before the last one is not JSON.
        """
        journal: str = header["journal"]
        self.stream.seek(0)
        end, torn, raw = 0, 0, b"\n"
        for number, raw in enumerate(self.stream, 1):
            if torn:
                raise unusable("shape", f"line {torn} is not a line of a results file")
            data = parse_line(raw)
            if number == 1 and not (data is None and OPENING.startswith(raw[: len(OPENING)])):
                journal = _checked(data, header)
            elif data is not None:
                read(number, data)
            if data is None:
                torn = number
            else:
                end += len(raw)
        if torn:
            self.stream.truncate(end)
        elif not raw.endswith(b"\n"):
            self.stream.write(b"\n")
        if end == 0:
            self.write(header)
            self.sync()
        return journal

    def write(self, data: dict[str, Any]) -> None:
        """Writes a line, which may be lost in a power failure. Raises `OSError`."""
        raw = json.dumps(data, separators=(",", ":")).encode("ascii") + b"\n"
        with self._writing, self._noting_failures():
            self.stream.write(raw)
            self.stream.flush()
            self._written += 1

    def sync(self) -> None:
        """Syncs the lines written so far to disk. Raises `OSError`."""
        wanted = self._written
        with self._syncing, self._noting_failures():
            if self._synced >= wanted:
                return  # another thread did it meanwhile
            if self.failed:
                raise OSError(errno.EIO, "an earlier write failed")
            written = self._written
            os.fsync(self.stream.fileno())
            self._synced = written

    @contextmanager
    def _noting_failures(self) -> Generator[None]:
        """Raises any `OSError` with the name of the file."""
        try:
            yield
        except OSError as error:
            self.failed = True
            raise OSError(error.errno, error.strerror, self.stream.name) from None

    def close(self) -> None:
        """Closes the file. After a failed write, an error of closing is not raised too."""
        with suppress(OSError) if self.failed else nullcontext():
            self.stream.close()


# -- the header


def header_of(adapter: Adapter, journal: str) -> dict[str, Any]:
    """Returns the first line of the results of a gateway; `journal` is the id of the journal."""
    return {
        "state": "run",
        "form": FORM,
        "journal": journal,
        "gateway": adapter.name,
        "provider": adapter.provider,
        "environment": adapter.environment_name,
        "settings": _fingerprint(adapter),
    }


_LONGEST_HEADER = 65_536


def gateway_named(path: str | os.PathLike[str]) -> str:
    """Returns the name of the gateway in the header of a results file.

    Raises `ConfigurationError` if the file cannot be opened, or is not a results file.
    """
    with open_file(path, "rb", ConfigurationError) as stream:
        found = parse_line(stream.readline(_LONGEST_HEADER))
    name = (found or {}).get("gateway")
    if found is None or found.get("state") != "run" or not isinstance(name, str):
        problem = Problem(os.fspath(path), "shape", "is not a results file")
        raise ConfigurationError([problem])
    return name


def new_id() -> str:
    """Returns a random id for a new journal: 16 hexadecimal digits."""
    return secrets.token_hex(8)


_ID = re.compile(r"[0-9a-f]{16}").fullmatch


def _fingerprint(adapter: Adapter) -> str:
    """Returns a digest of the settings that identify a gateway.

    Secrets are left out, and addresses too, since a server can move.
    """
    shared = attrs.fields_dict(Adapter)
    settings = [
        (item.name, text)
        for item in attrs.fields(type(adapter))
        if item.name not in shared
        and (text := _identifying(getattr(adapter, item.name), item.default)) is not None
    ]
    return hashlib.sha256(json.dumps(sorted(settings)).encode()).hexdigest()[:16]


def _identifying(value: object, default: object) -> str | None:
    """Returns the part of a setting that identifies the gateway; None if there is none.

    An address counts as the provider's own (the default), `loopback` or `elsewhere`: a simulator
    can be at the last two.
    """
    if not isinstance(value, str | Enum):
        return None
    text = str(value.value if isinstance(value, Enum) else value)
    if "://" not in text:
        return text
    if value == default:
        return None
    return "loopback" if is_loopback(text) else "elsewhere"


def _checked(found: dict[str, Any] | None, header: dict[str, Any]) -> str:
    """Returns the id of the journal whose first line is `found`.

    Raises `ConfigurationError` if the line is not a header, or one of another gateway or
    environment.
    """
    if found is None or found.get("state") != "run":
        raise unusable("conflict", "the file exists and is not a results file; it was not changed")
    if found.get("form") != FORM:
        raise unusable("conflict", f"the file has another version than {FORM}")
    was, now = (f"{data.get('gateway')} ({data.get('provider')})" for data in (found, header))
    if was != now:
        text = f"the file holds the results of gateway {was}, not of {now}; name another file"
        raise unusable("conflict", text)
    there, here = found.get("environment"), header["environment"]
    if there != here:
        text = f"the file holds the results of gateway {was} in {there!r}, not in {here!r}"
        raise unusable("conflict", f"{text}; name another file")
    if found.get("settings") != header["settings"]:
        text = f"the file holds the results of gateway {was} with other settings; name another file"
        raise unusable("conflict", text)
    journal = found.get("journal")
    if not isinstance(journal, str) or not _ID(journal):
        raise unusable("shape", "the header of the file has no id, or an invalid one")
    return journal


# -- the file


_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a FIFO or a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def _require_regular(path: str | os.PathLike[str]) -> None:
    """Raises `ConfigurationError` if a path exists and is not a regular file of its own."""
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
                text = "is where the output of the command goes; name another file"
                raise ConfigurationError([Problem(os.fspath(path), "conflict", text)])


def _sync_folder(folder: Path) -> None:
    """Syncs the directory entry of a new file."""
    if sys.platform != "win32":  # which opens no folder
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _lock(stream: IO[bytes]) -> None:
    if sys.platform != "win32":
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise unusable("in_use", "another run is writing this file") from None
