"""Files of users: JSON Lines, CSV, or one JSON document."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Self

from attrs import define, field

from onboarding.bulk.csv_users import csv_users
from onboarding.bulk.formats import CSV_SUFFIXES, ZIP, check_format, encoding_of
from onboarding.bulk.json_users import json_users
from onboarding.bulk.lines import MOST_BYTES, Line
from onboarding.errors import InvalidInput, Problem
from onboarding.files import open_file

__all__ = ["UserFile"]

_HEAD = 1024  # bytes, from which the format is recognised
_BLANK = b"\xef\xbb\xbf \t\r\n"


@define(eq=False, repr=False)
class UserFile:
    """A file of users, to be iterated once. A context manager.

    JSON Lines: one object per line, in the form of `User.parse`, with an optional `ref`. A file
    that is one JSON list, or one object on several lines, is read too; its users are numbered
    from 1. The encoding is UTF-8.

    CSV: a header, then one row per user. A heading is `ref`, a core path (`identity.given_name`)
    or an alias of one (`first_name`); `headings` maps the aliases to paths once the first user is
    read, and `on_headings` is called with them.

    - The separator is the one of `,` `;` tab `|` that the header contains outside quotes, or that
      a first line such as `sep=;` names.
    - Lines end in LF, CR LF or CR. The encoding is UTF-8, or UTF-16 with a byte order mark.
    - Whitespace around a cell is stripped, as `User.parse` does; an empty cell is an absent field;
      the items of a list are separated by spaces. A column without a heading must be empty.
    - A cell cannot contain a line break. A quote that is not closed makes only its own line
      invalid.
    - A row with too many or too few cells keeps its ref if `ref` is the first column and the row
      does not continue an invalid row; otherwise the first cell may be a value of the user.
    - A cell of `extras.PROVIDER.NAME` is a text; for lists, numbers and booleans use JSON Lines.

    One line is held in memory at a time, in CSV also the lines after an open quote. A line, or a
    JSON document, of more than 64 MiB is not read. `consumed` and `size` count bytes; `size` is
    None for a stream.
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
        """Opens a file, as CSV if its name ends in .csv, .tsv or .txt.

        Raises `InvalidInput` with the name and the reason if it cannot be opened.
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
        """Yields every line that is not blank; an invalid line has problems.

        Raises `InvalidInput` before the first line if the file has another format (a workbook, an
        archive, a PDF, JSON in a CSV or CSV in JSON), contains no user, has no usable CSV header,
        or begins as a JSON document and cannot be read as one.
        """
        self._head = self._first_bytes()
        check_format(self._head, self.name, is_csv=self.is_csv)
        if self.is_csv:
            yield from csv_users(self._texts(encoding_of(self._head)), self._note_headings)
            return
        found = False
        for line in json_users(self._raw()):
            found = True
            yield line
        if not found:
            what = "contains no user" if self.consumed else "is empty"
            raise InvalidInput([Problem("file", "missing", what)])

    def close(self) -> None:
        self.stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _note_headings(self, headings: Mapping[str, str]) -> None:
        self.headings = headings
        if headings and self.on_headings is not None:
            self.on_headings(headings)

    def _first_bytes(self) -> bytes:
        """Returns the start of the first line that is not blank, after any blank lines.

        Of an archive more than a line: a byte of its first entry's time may be a line feed.
        """
        head = b""
        while len(head) < _HEAD and (more := self.stream.readline(_HEAD)):
            head += more
            if more.strip(_BLANK) and not head.startswith(ZIP):
                break
        return head

    def _readline(self, most: int) -> bytes:
        """Returns the rest of a line, at most `most` bytes of it."""
        end = self._head.find(b"\n") + 1 or len(self._head)
        line, self._head = self._head[: min(end, most)], self._head[min(end, most) :]
        if not line.endswith(b"\n") and len(line) < most:
            line += self.stream.readline(most - len(line))
        self.consumed += len(line)
        return line

    def _texts(self, encoding: str) -> Iterator[str | None]:
        """Yields the lines as texts, with any line ending; None for one that is too long.

        A byte that is not UTF-8 becomes a lone surrogate, which `is_utf8` finds.
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
        """Yields the lines as bytes; None for one that is too long."""
        while raw := self._readline(MOST_BYTES + 1):
            first = self.consumed == len(raw)
            if len(raw) <= MOST_BYTES or raw.endswith(b"\n"):
                yield raw.removeprefix(b"\xef\xbb\xbf") if first else raw
                continue
            while (rest := self._readline(MOST_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield None


class _Bytes(io.RawIOBase):
    """A stream that returns at most one line per read, so that a pipe is not waited for."""

    def __init__(self, readline: Callable[[int], bytes]) -> None:
        self._next = readline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._next(len(buffer))
        buffer[: len(found)] = found
        return len(found)
