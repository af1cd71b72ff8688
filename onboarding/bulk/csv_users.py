"""Users out of the lines of a CSV: a row a line."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import define, field

from onboarding.bulk.flat import REF, cell_of, unflattened
from onboarding.bulk.formats import SEPARATORS
from onboarding.bulk.headings import Columns, columns_of
from onboarding.bulk.lines import Line, bad_line, is_utf8, line_of, line_with
from onboarding.errors import InvalidInput, Problem
from onboarding.serialization.leaves import without_blanks

__all__ = ["csv_users"]

_MOST_AHEAD = 1024 * 1024
"""How many characters of the lines below one with an open quote are looked at."""

_SEP_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE).fullmatch
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def csv_users(
    texts: Iterable[str | None], told: Callable[[Mapping[str, str]], object]
) -> Iterator[Line]:
    """The users in the lines of a CSV; a line that is too long is None.

    `told` is called with the headings that are no core path, and the paths they stand for. Raises
    `InvalidInput` before the first user when the header cannot be used, or has no row below it.
    """
    lines = _Lines(enumerate(texts, 1))
    columns, separator = _header(lines)
    told(columns.renamed)
    rows = _Rows(lines, columns, separator)
    found = False
    for number, text in lines:
        line = rows.line(number, text)
        if line is not None:
            found = True
            yield line
    if not found:
        raise InvalidInput([Problem("file", "missing", "has headings and no user below them")])


@define(eq=False, repr=False)
class _Lines:
    """The numbered lines; those that were looked at too early can be put back."""

    source: Iterator[tuple[int, str | None]]
    ahead: deque[tuple[int, str | None]] = field(factory=deque[tuple[int, str | None]])

    def __iter__(self) -> Iterator[tuple[int, str | None]]:
        return self

    def __next__(self) -> tuple[int, str | None]:
        return self.ahead.popleft() if self.ahead else next(self.source)

    def put_back(self, lines: Iterable[tuple[int, str | None]]) -> None:
        self.ahead.extendleft(reversed([*lines]))


# -- the header


def _header(lines: _Lines) -> tuple[Columns, str]:
    """The columns, and what separates them."""
    declared: str | None = None
    for number, text in lines:
        if text is None:
            raise _unusable("too_large", "is too long")
        if not is_utf8(text):
            raise _unusable("encoding", f"line {number} is not UTF-8; save the file as UTF-8")
        if declared is None and (found := _SEP_LINE(text)):
            declared = found[1]
            if declared not in SEPARATORS:
                raise _unusable("choice", f"line {number} names a separator that is none of {_ALL}")
            continue
        separator = _separator(text, declared)
        try:
            cells = _parsed([text], separator)
        except csv.Error:
            what = "is not CSV: a quote is not closed, or text follows a closing quote"
            raise _unusable("shape", f"line {number} {what}") from None
        if any(map(without_blanks, cells)):
            return columns_of(cells), separator
    raise InvalidInput([Problem("file", "missing", "is empty; a line of headings is wanted")])


def _separator(header: str, declared: str | None) -> str:
    """The separator in the header, outside quotes; the declared one, if a line before it did so."""
    outside = _QUOTED.sub("", header)
    seen = [separator for separator in SEPARATORS if separator in outside]
    if declared is not None:
        if seen and declared not in seen:
            text = f"separates by {_names(seen)}, and the line before it says {_names([declared])}"
            raise _unusable("conflict", f"{text}; use one of them in both")
        return declared
    if len(seen) > 1:
        text = f"has {_names(seen)} between its headings; use one of them throughout"
        hint = f"a {SEPARATORS[seen[0]]}, or name the one meant in a first line, as in sep=;"
        raise _unusable("conflict", f"{text}: {hint}")
    return seen[0] if seen else ","


def _names(separators: Iterable[str]) -> str:
    return " and ".join(f"{SEPARATORS[each]}s" for each in separators)


_ALL = ", ".join(SEPARATORS.values())


def _parsed(lines: Iterable[str], separator: str) -> list[str]:
    """The cells of one row. Raises `csv.Error`."""
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    return next(reader, list[str]())


def _unusable(code: str, message: str) -> InvalidInput:
    return InvalidInput([Problem("header", code, message)])


# -- the rows


@define(eq=False, repr=False)
class _Rows:
    """Reads the rows below a header, one after the other."""

    lines: _Lines
    columns: Columns
    separator: str
    sound: bool = True
    """Whether the row before was whole."""

    def line(self, number: int, text: str | None) -> Line | None:
        """The line of a user; None for a blank one."""
        if text is None:
            self.sound = False
            return bad_line(number, "too_large", "is too long")
        cells = self._cells(text)
        if isinstance(cells, str):
            self.sound = False
            return bad_line(number, "shape", cells)
        if not any(map(without_blanks, cells)):
            return None
        width = len(self.columns.paths)
        while len(cells) > width and not without_blanks(cells[-1]):
            cells.pop()
        ref = self._ref(cells)
        self.sound = len(cells) == width
        if not is_utf8("".join(cells)):
            return bad_line(number, "encoding", "is not UTF-8; save the file as UTF-8", ref=ref)
        if not self.sound:
            count = f"{len(cells)} cell{'' if len(cells) == 1 else 's'}"
            return bad_line(number, "shape", f"has {count}, the header has {width}", ref=ref)
        return self._user(number, cells, ref)

    def _ref(self, cells: list[str]) -> str | None:
        """The ref of a row that may have cells too many or too few.

        It must be in the first column, and the row not the rest of a broken one.
        """
        paths = self.columns.paths
        if paths[0] == REF and (self.sound or len(cells) >= len(paths)):
            return cells[0]
        return None

    def _user(self, number: int, cells: list[str], ref: str | None) -> Line:
        values: dict[str, str] = {}
        problems: list[Problem] = []
        for column, (path, cell) in enumerate(zip(self.columns.paths, cells, strict=True), 1):
            if path is None:
                if without_blanks(cell):
                    text = f"the line has a cell in column {column}, which has no heading"
                    problems.append(Problem("", "unknown", text))
            elif text := cell_of(path, cell):
                values[path] = text
                if "\n" in text:
                    what = "the cell has a line break; write it in one line"
                    problems.append(Problem(path, "shape", what))
        if problems:
            return line_with(number, problems, ref=ref)
        return line_of(number, unflattened(values))

    def _cells(self, text: str) -> list[str] | str:
        """The cells of the row that begins with a line, or what is wrong with that line."""
        try:
            return _parsed([text], self.separator)
        except csv.Error:
            return self._cells_of_lines(text)

    def _cells_of_lines(self, text: str) -> list[str] | str:
        """The same of a line that is no row by itself.

        A quoted cell may go on in the lines below, up to one that is a row by itself. Where the
        quote is not closed by then, those lines are put back: a stray quote spoils its own line.
        """
        below: list[tuple[int, str | None]] = []
        unclosed = False

        def lines() -> Iterator[str]:
            nonlocal unclosed
            yield text
            unclosed = True
            size = 0
            for number, more in self.lines:
                below.append((number, more))
                size += len(more or "")
                if more is None or size > _MOST_AHEAD or self._is_row(more):
                    return
                yield more

        try:
            cells = _parsed(lines(), self.separator)
            if len(cells) == len(self.columns.paths):
                return cells
        except csv.Error:
            pass
        self.lines.put_back(below)
        if unclosed:
            return "opens a quote that is not closed"
        most = csv.field_size_limit()
        return f"has text behind a closing quote, or a cell of more than {most} characters"

    def _is_row(self, text: str) -> bool:
        """Whether a line has all the cells of a row, and no quote but around them."""
        try:
            cells = _parsed([text], self.separator)
        except csv.Error:
            return False
        width = len(self.columns.paths)
        return 1 < width == len(cells) and not any('"' in cell for cell in cells)
