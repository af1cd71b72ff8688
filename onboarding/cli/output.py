"""Output streams that are full or closed: a command then ends without a traceback."""

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
"""The exit code of a program that was ended by SIGPIPE: 128 + 13."""

# An error of a file has its name; an error of an output stream has none.
_FULL = (errno.EPIPE, errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))


class OutputError(Exception):
    """Standard output or standard error cannot be written; `cause` is the error."""

    def __init__(self, cause: OSError) -> None:
        self.cause = cause
        super().__init__(cause)


def is_of_output(error: BaseException) -> bool:
    """Returns whether an error comes from an output stream."""
    if not isinstance(error, OSError) or error.filename is not None:
        return False
    return error.errno in _FULL or any(_failure(stream) for stream in (sys.stdout, sys.stderr))


def write_file(place: Path, text: str) -> None:
    """Writes a text file as UTF-8. Raises `OSError` with the name of the file."""
    try:
        place.write_text(text, "utf-8")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(place)) from None


def status_of(command: Callable[[], object]) -> object:
    """Runs a command; returns its exit status.

    A closed pipe ends it silently, as it ends other programs. Any other error of an output stream
    is printed on standard error.
    """
    status: object = None
    try:
        command()
    except SystemExit as end:
        status = end.code
    except OutputError as error:
        return _lost(error.cause)
    except OSError as error:  # while printing a failure
        if not is_of_output(error):
            raise
        return _lost(error)
    failure = _failure(sys.__stdout__)
    return status if failure is None else _lost(failure)


def _failure(stream: object) -> OSError | None:
    """Returns the error of flushing a stream; None if there is none."""
    try:
        stream.flush()  # type: ignore[attr-defined]
    except OSError as error:
        return error
    except (AttributeError, ValueError):  # the stream is closed
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
    """Redirects a stream to the null device, so that its buffer is discarded at exit."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)
