"""Files of users: JSON Lines, CSV, or one JSON document."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from attrs import define, field

from onboarding.bulk.csv_users import csv_users
from onboarding.bulk.formats import CSV_SUFFIXES, check_format, encoding_of
from onboarding.bulk.json_users import json_users
from onboarding.bulk.lines import MOST_BYTES, Line
from onboarding.errors import InvalidInput, Problem
from onboarding.files import open_file

__all__ = ["UserFile"]

_HEAD = 1024  # bytes that tell the format
_BLANK = b"\xef\xbb\xbf \t\r\n"


@define(eq=False, repr=False)
class UserFile:
    """A file of users, to be iterated once. A context manager.

    JSON Lines: an object a line, in the form of `User.parse`, with an optional `ref`. A file that
    is one JSON list, or one object on several lines, is read as these users, numbered from 1.
    JSON is in UTF-8.

    CSV: a line of headings, then a row a user. A heading is `ref`, a core path
    (`identity.given_name`, `credentials.kind` ...) or another word for one (`first_name`);
    `headings` has those words with their paths once the first user is read, and `on_headings` is
    called with them. Cells are separated by the one of `,` `;` tab `|` that is in the header
    outside quotes, or that a first line such as `sep=;` names. Lines end in LF, CR LF or CR; the
    encoding is UTF-8, or UTF-16 with its byte order mark. Columns without a heading must be empty.
    Blanks around a cell are dropped as `User.parse` does, an empty cell is an absent field, a
    list's words are separated by blanks. No cell holds a line break, and a quote that is not closed
    spoils its own line alone.
    A row with cells too many or too few keeps its ref if `ref` is the first column and the row is
    no rest of the one before: otherwise a value of the user may stand in the ref's place.
    A cell of `extras.PROVIDER.NAME` is a text: what the provider wants as a list, a number or a
    truth takes JSON Lines.

    One line of JSON Lines or CSV at a time is held, of CSV also a few below an open quote; a run
    remembers the refs it saw. A line, or a JSON document, of more than 64 MiB is not read.
    `consumed` and `size` count bytes; `size` is None for what has no end yet.
    """

    stream: IO[bytes]
    is_csv: bool = False
    size: int | None = None
    name: str = ""
    on_headings: Callable[[Mapping[str, str]], object] | None = None
    consumed: int = field(default=0, init=False)
    headings: Mapping[str, str] = field(factory=dict[str, str], init=False)
    _head: bytes = field(default=b"", init=False)

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        on_headings: Callable[[Mapping[str, str]], object] | None = None,
    ) -> UserFile:
        """Opens a file; it is CSV if its name ends in .csv, .tsv or .txt.

        Raises `InvalidInput` for one that cannot be opened, with its name and the reason.
        """
        place = Path(path)
        stream = open_file(place, "rb", InvalidInput)
        return cls(
            stream,
            is_csv=place.suffix.lower() in CSV_SUFFIXES,
            size=place.stat().st_size,
            name=place.name,
            on_headings=on_headings,
        )

    def __iter__(self) -> Iterator[Line]:
        """Every line that holds something.

        Raises `InvalidInput`, before the first one, when the file is of another format (a workbook,
        an archive, a PDF, JSON in a CSV or CSV in JSON), when it has no user, when a CSV has no
        usable header, or when the file begins as a JSON document and is none; no other line stops
        the next.
        """
        self._head = self._first_bytes()
        check_format(self._head, self.name, is_csv=self.is_csv)
        if self.is_csv:
            yield from csv_users(self._texts(encoding_of(self._head)), self._tell)
            return
        found = False
        for line in json_users(self._raw()):
            found = True
            yield line
        if not found:
            what = "has no user in it" if self.consumed else "is empty"
            raise InvalidInput([Problem("file", "missing", what)])

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

    def _tell(self, headings: Mapping[str, str]) -> None:
        self.headings = headings
        if headings and self.on_headings is not None:
            self.on_headings(headings)

    def _first_bytes(self) -> bytes:
        """The beginning of the first line that is not blank, with the blank ones before it."""
        head = b""
        while len(head) < _HEAD and (more := self.stream.readline(_HEAD)):
            head += more
            if more.strip(_BLANK):
                break
        return head

    def _readline(self, most: int) -> bytes:
        """The rest of a line, in bytes, or as many as are wanted of it."""
        end = self._head.find(b"\n") + 1 or len(self._head)
        line, self._head = self._head[: min(end, most)], self._head[min(end, most) :]
        if not line.endswith(b"\n") and len(line) < most:
            line += self.stream.readline(most - len(line))
        self.consumed += len(line)
        return line

    def _texts(self, encoding: str) -> Iterator[str | None]:
        """The lines as texts, whatever ends them; None for one that is too long.

        A byte that is not UTF-8 becomes a lone surrogate, for which `is_utf8` looks.
        """
        errors = "surrogatepass" if encoding == "utf-16" else "surrogateescape"
        buffer = io.BufferedReader(_Bytes(self._readline))
        texts = io.TextIOWrapper(buffer, encoding, errors, newline=None)
        try:
            while text := texts.readline(MOST_BYTES + 1):
                if len(text) <= MOST_BYTES:
                    yield text
                    continue
                while not text.endswith("\n") and (text := texts.readline(MOST_BYTES)):
                    pass
                yield None
        except UnicodeDecodeError:  # half a character at the end of UTF-16
            yield "\udcff"

    def _raw(self) -> Iterator[bytes | None]:
        """The lines as bytes; None for one that is too long."""
        while raw := self._readline(MOST_BYTES + 1):
            first = self.consumed == len(raw)
            if len(raw) <= MOST_BYTES or raw.endswith(b"\n"):
                yield raw.removeprefix(b"\xef\xbb\xbf") if first else raw
                continue
            while (rest := self._readline(MOST_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield None


class _Bytes(io.RawIOBase):
    """The bytes of lines, one at a time at most: a pipe is not waited for longer."""

    def __init__(self, readline: Callable[[int], bytes]) -> None:
        self._next = readline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._next(len(buffer))
        buffer[: len(found)] = found
        return len(found)
