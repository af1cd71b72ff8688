"""Standard output that is full or closed: any command ends without a traceback."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

__all__ = ["OutputError", "is_of_output", "status_of", "write_file"]

UNUSABLE = 2
BROKEN_PIPE = 141
"""What a shell reports of a program that SIGPIPE ended: 128 + 13."""

# A file that a command writes has its name in the error; an output stream has none.
_FULL = (errno.EPIPE, errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))


class OutputError(Exception):
    """Standard output or standard error cannot be written; `cause` says why."""

    def __init__(self, cause: OSError) -> None:
        self.cause = cause
        super().__init__(cause)


def is_of_output(error: BaseException) -> bool:
    """Whether an error is that of an output stream."""
    if not isinstance(error, OSError) or error.filename is not None:
        return False
    return error.errno in _FULL or any(_failure(stream) for stream in (sys.stdout, sys.stderr))


def write_file(place: Path, text: str) -> None:
    """Writes a file. An error names it, unlike those of Python."""
    try:
        place.write_text(text, "utf-8")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(place)) from None


def status_of(command: Callable[[], object]) -> object:
    """Runs a command; returns what to exit with.

    A closed pipe ends it quietly, as it ends other programs. Any other failure of an output stream
    is told on standard error.
    """
    status: object = None
    try:
        command()
    except SystemExit as end:
        status = end.code
    except OutputError as error:
        return _lost(error.cause)
    except OSError as error:  # of showing a failure
        if not is_of_output(error):
            raise
        return _lost(error)
    failure = _failure(sys.__stdout__)
    return status if failure is None else _lost(failure)


def _failure(stream: object) -> OSError | None:
    """Why a stream cannot be written; None if it can. What failed once stays in its buffer."""
    try:
        stream.flush()  # type: ignore[attr-defined]
    except OSError as error:
        return error
    except (AttributeError, ValueError):  # closed when the program began, or since
        return None
    return None


def _lost(error: OSError) -> int:
    broken = error.errno == errno.EPIPE
    if not broken:
        with suppress(OSError):
            text = error.strerror or type(error).__name__
            print(f"Error: the output cannot be written: {text}", file=sys.stderr)
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None and _failure(stream):
            _abandon(stream.fileno())
    return BROKEN_PIPE if broken else UNUSABLE


def _abandon(number: int) -> None:
    """Lets the interpreter write what is left in a buffer to nowhere when it ends."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)
