"""Files that a caller names: why one cannot be used, told by its name and never by its content."""

from __future__ import annotations

import os
from typing import IO, Literal

from onboarding.errors import ConfigurationError, InvalidInput, Problem

__all__ = ["open_file", "unusable_file", "why_unusable"]

_MOST_COMMON: tuple[tuple[type[OSError], str], ...] = (
    (FileNotFoundError, "no such file"),
    (NotADirectoryError, "no such file"),
    (IsADirectoryError, "is a directory, not a file"),
    (PermissionError, "permission denied"),
)


def why_unusable(error: OSError | ValueError) -> str:
    """The reason in words, without the name and the content of the file."""
    if isinstance(error, UnicodeDecodeError):
        before = error.object[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        return f"not UTF-8 at line {line}, byte {column}"
    if isinstance(error, ValueError):  # of a NUL in it
        return "no file has such a name"
    known = next((text for kind, text in _MOST_COMMON if isinstance(error, kind)), None)
    return known or error.strerror or type(error).__name__


def unusable_file(path: str | os.PathLike[str], error: OSError | ValueError) -> Problem:
    """The problem of a file that cannot be opened or read; its path is that of the file."""
    code = "shape" if isinstance(error, ValueError) else "unreadable"
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        code = "missing"
    return Problem(os.fspath(path), code, why_unusable(error))


def open_file(
    path: str | os.PathLike[str],
    mode: Literal["rb", "a+b"],
    kind: type[ConfigurationError] | type[InvalidInput],
) -> IO[bytes]:
    """Opens a file. Raises an error of that kind, which names the file and the reason."""
    try:
        return open(path, mode)
    except (OSError, ValueError) as error:
        problem = unusable_file(path, error)
    raise kind([problem])
