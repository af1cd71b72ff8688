"""Files of users: JSON Lines, CSV, or one JSON document."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from attrs import define, field

from onboarding.batch.flat import REF, check_header, unflattened
from onboarding.batch.json_users import json_users
from onboarding.batch.lines import MOST_BYTES, Line, bad_line, is_utf8, line_of
from onboarding.errors import InvalidInput, Problem
from onboarding.files import open_file

__all__ = ["UserFile"]


@define(eq=False, repr=False)
class UserFile:
    """A file of users, to be iterated once. A context manager.

    JSON Lines: an object a line, in the form of `User.parse`, with an optional `ref`. A file that
    is one JSON list, or one object on several lines, is read as these users, numbered from 1.
    CSV: a header of core paths (`ref`, `identity.given_name`, `credentials.kind` ...), a row a
    line: no cell holds a line break, so a stray quote spoils its own line alone. Blanks around
    a cell are dropped, an empty cell is an absent field, a list's words are separated by blanks.
    A row with cells too many or too few keeps its ref if `ref` is the first column and the row is
    no rest of the one before: otherwise a value of the user may stand in the ref's place.
    A cell of `extras.PROVIDER.NAME` is a text: what the provider wants as a list, a number or a
    truth takes JSON Lines. Both are UTF-8.
    One line of JSON Lines or CSV at a time is held; a run remembers the refs it saw. A line, or a
    JSON document, of more than 64 MiB is not read. `consumed` and `size` count
    bytes; `size` is None for what has no end yet.
    """

    stream: IO[bytes]
    is_csv: bool = False
    size: int | None = None
    consumed: int = field(default=0, init=False)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> UserFile:
        """Opens a file; it is CSV if its name says so.

        Raises `InvalidInput` for one that cannot be opened, with its name and the reason.
        """
        place = Path(path)
        stream = open_file(place, "rb", InvalidInput)
        return cls(stream, is_csv=place.suffix.lower() == ".csv", size=place.stat().st_size)

    def __iter__(self) -> Iterator[Line]:
        """Every line that holds something.

        Raises `InvalidInput`, before the first one, when a CSV has no usable header, or when the
        file begins as a JSON document and is none; no other line stops the next.
        """
        return self._rows() if self.is_csv else json_users(self._raw())

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

    # -- CSV

    def _rows(self) -> Iterator[Line]:
        columns: tuple[str, ...] | None = None
        sound = True  # whether the row before was whole
        for number, raw in enumerate(self._raw(), 1):
            # A byte that is not UTF-8 becomes a lone surrogate, which `is_utf8` looks for.
            text = (raw or b"").decode("utf-8", "surrogateescape").rstrip("\r\n")
            try:
                if raw is None:
                    raise csv.Error
                cells = next(csv.reader([text], skipinitialspace=True, strict=True))
            except csv.Error:
                if columns is None:
                    what = "is not CSV" if is_utf8(text) else "the file is not UTF-8"
                    raise InvalidInput([Problem("header", "shape", what)]) from None
                yield bad_line(number, "shape", "is not CSV, or a cell is too long")
                sound = False
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                if not is_utf8(text):
                    raise InvalidInput([Problem("header", "encoding", "the file is not UTF-8")])
                columns = check_header(cells)
                continue
            first = columns[0] == REF and (sound or len(cells) >= len(columns))
            ref = cells[0].strip() if first else None
            sound = len(cells) == len(columns)
            if not is_utf8(text):
                yield bad_line(number, "encoding", "is not UTF-8", ref=ref)
            elif not sound:
                told = f"has {len(cells)} cells, the header has {len(columns)}"
                yield bad_line(number, "shape", told, ref=ref)
            else:
                yield line_of(number, unflattened(columns, cells))
        if columns is None:
            raise InvalidInput([Problem("header", "missing", "the file has no header")])

    def _raw(self) -> Iterator[bytes | None]:
        """The lines; None for one that is too long."""
        while raw := self.stream.readline(MOST_BYTES + 1):
            first = self.consumed == 0
            self.consumed += len(raw)
            if len(raw) <= MOST_BYTES or raw.endswith(b"\n"):
                yield raw.removeprefix(b"\xef\xbb\xbf") if first else raw
                continue
            while rest := self.stream.readline(MOST_BYTES):
                self.consumed += len(rest)
                if rest.endswith(b"\n"):
                    break
            yield None
