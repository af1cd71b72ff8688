"""Reads users from JSON Lines or CSV, one line at a time."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from attrs import define, field, frozen

from onboarding.batch.flat import REF, check_header, unflattened
from onboarding.errors import InvalidInput, Problem

__all__ = ["Line", "UserFile", "numbered"]

LONGEST_REF = 200


@frozen(kw_only=True)
class Line:
    """One user as the file has it: plain data for `User.parse`, or what is wrong with the line.

    `ref` is the caller's own id of the user; where the line has none, it is `line-N`, and so no
    line but the N-th may call its user that.
    """

    number: int
    ref: str
    data: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)
    problems: tuple[Problem, ...] = ()


@define(eq=False, repr=False)
class UserFile:
    """A file of users, to be iterated once. A context manager.

    JSON Lines: an object a line, in the form of `User.parse`, with an optional `ref`.
    CSV: a header of core paths (`ref`, `identity.given_name`, `credentials.kind` ...), a row a
    line: no cell holds a line break, so a stray quote spoils its own line alone. Blanks around
    a cell are dropped, an empty cell is an absent datum, a list's words are separated by blanks.
    A row with cells too many or too few keeps its ref if `ref` is the first column and the row is
    no rest of the one before: otherwise a value of the user may stand in the ref's place.
    A cell of `extras.PROVIDER.NAME` is a text: what the provider wants as a list, a number or a
    truth takes JSON Lines. Both are UTF-8.
    One line at a time is held; a run remembers the refs it saw. `consumed` and `size` count
    bytes; `size` is None for what has no end yet.
    """

    stream: IO[bytes]
    is_csv: bool = False
    size: int | None = None
    consumed: int = field(default=0, init=False)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> UserFile:
        """Opens a file; it is CSV if its name says so. Raises `OSError`."""
        place = Path(path)
        stream = place.open("rb")
        return cls(stream, is_csv=place.suffix.lower() == ".csv", size=place.stat().st_size)

    def __iter__(self) -> Iterator[Line]:
        """Every line that holds something.

        Raises `InvalidInput` when a CSV has no usable header; no other line stops the next.
        """
        return self._rows() if self.is_csv else self._objects()

    def close(self) -> None:
        self.stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- JSON Lines

    def _objects(self) -> Iterator[Line]:
        for number, raw in enumerate(self._raw(), 1):
            if raw.strip():
                yield _object(number, raw)

    # -- CSV

    def _rows(self) -> Iterator[Line]:
        columns: tuple[str, ...] | None = None
        sound = True  # whether the row before was whole
        for number, text in enumerate(self._texts(), 1):
            try:
                cells = next(csv.reader([text], skipinitialspace=True, strict=True))
            except csv.Error:
                if columns is None:
                    what = "is not CSV" if _is_utf8(text) else "the file is not UTF-8"
                    raise InvalidInput([Problem("header", "shape", what)]) from None
                yield _bad(number, "shape", "is not CSV, or a cell is too long")
                sound = False
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                if not _is_utf8(text):
                    raise InvalidInput([Problem("header", "encoding", "the file is not UTF-8")])
                columns = check_header(cells)
                continue
            first = columns[0] == REF and (sound or len(cells) >= len(columns))
            ref = cells[0].strip() if first else None
            sound = len(cells) == len(columns)
            if not _is_utf8(text):
                yield _bad(number, "encoding", "is not UTF-8", ref=ref)
            elif not sound:
                told = f"has {len(cells)} cells, the header has {len(columns)}"
                yield _bad(number, "shape", told, ref=ref)
            else:
                yield _line(number, unflattened(columns, cells))
        if columns is None:
            raise InvalidInput([Problem("header", "missing", "the file has no header")])

    def _texts(self) -> Iterator[str]:
        # A byte that is not UTF-8 becomes a lone surrogate, which `_is_utf8` looks for.
        for raw in self._raw():
            yield raw.decode("utf-8", "surrogateescape").rstrip("\r\n")

    def _raw(self) -> Iterator[bytes]:
        for raw in self.stream:
            first = self.consumed == 0
            self.consumed += len(raw)
            yield raw.removeprefix(b"\xef\xbb\xbf") if first else raw


def _object(number: int, raw: bytes) -> Line:
    try:
        data: Any = json.loads(raw.decode("utf-8"), parse_constant=_no_number)
    except UnicodeDecodeError:
        return _bad(number, "encoding", "is not UTF-8")
    except (ValueError, RecursionError):
        return _bad(number, "shape", "is not JSON")
    if not isinstance(data, dict):
        return _bad(number, "type", "is not a JSON object")
    return _line(number, cast("dict[str, Any]", data))


def _no_number(word: str) -> None:
    raise ValueError(word)  # NaN and Infinity are not JSON


def _line(number: int, data: dict[str, Any]) -> Line:
    ref = data.pop(REF, None)
    if ref is None:
        return Line(number=number, ref=numbered(number), data=data)
    named = _named(number, ref)
    if isinstance(named, Problem):
        return Line(number=number, ref=numbered(number), problems=(named,))
    return Line(number=number, ref=named, data=data)


def _named(number: int, ref: object) -> str | Problem:
    """The ref as a text, or what is wrong with it."""
    if isinstance(ref, int) and not isinstance(ref, bool):
        ref = str(ref)
    if not isinstance(ref, str) or not ref.strip() or not ref.isprintable():
        return Problem(REF, "shape", "expected a printable text or a whole number")
    if len(ref) > LONGEST_REF:
        return Problem(REF, "shape", f"is longer than {LONGEST_REF} characters")
    if _NUMBERED(ref) and ref != numbered(number):
        return Problem(REF, "conflict", "is what another line without a ref is called by")
    return ref


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _bad(number: int, code: str, message: str, *, ref: str | None = None) -> Line:
    named = None if ref is None else _named(number, ref)
    return Line(
        number=number,
        ref=named if isinstance(named, str) else numbered(number),
        problems=(Problem("", code, f"the line {message}"),),
    )


_NUMBERED = re.compile(r"line-[0-9]+").fullmatch


def numbered(number: int) -> str:
    """What a user is called whose line has no ref of its own."""
    return f"line-{number}"
