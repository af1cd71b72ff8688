"""Reads users from the lines of a CSV: one row per user."""

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
"""The most characters that are searched for a closing quote below a line that opens one."""

_SEP_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE).fullmatch
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def csv_users(
    texts: Iterable[str | None], on_headings: Callable[[Mapping[str, str]], object]
) -> Iterator[Line]:
    """Yields the users in the lines of a CSV; a line that is too long comes as None.

    `on_headings` is called with the headings that are aliases, and their core paths. Raises
    `InvalidInput` before the first user if the header cannot be used, or if no row follows it.
    """
    lines = _Lines(enumerate(texts, 1))
    columns, separator = _header(lines)
    on_headings(columns.renamed)
    rows = _Rows(lines, columns, separator)
    found = False
    for number, text in lines:
        line = rows.line(number, text)
        if line is not None:
            found = True
            yield line
    if not found:
        raise InvalidInput([Problem("file", "missing", "has a header and no rows")])


@define(eq=False, repr=False)
class _Lines:
    """The numbered lines; lines that were read ahead can be put back."""

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
    """Returns the columns and the separator."""
    declared: str | None = None
    for number, text in lines:
        if text is None:
            raise _unusable("too_large", "is too long")
        if not is_utf8(text):
            raise _unusable("encoding", f"line {number} is not UTF-8; save the file as UTF-8")
        if declared is None and (found := _SEP_LINE(text)):
            declared = found[1]
            if declared not in SEPARATORS:
                raise _unusable("choice", f"line {number} names an unknown separator; use {_ALL}")
            continue
        separator = _separator(text, declared)
        try:
            cells = _parsed([text], separator)
        except csv.Error:
            what = "is not CSV: a quote is not closed, or text follows a closing quote"
            raise _unusable("shape", f"line {number} {what}") from None
        if any(map(without_blanks, cells)):
            return columns_of(cells), separator
    raise InvalidInput([Problem("file", "missing", "is empty; expected a line of headings")])


def _separator(header: str, declared: str | None) -> str:
    """Returns the separator that the header contains outside quotes, or the declared one."""
    outside = _QUOTED.sub("", header)
    seen = [separator for separator in SEPARATORS if separator in outside]
    if declared is not None:
        if seen and declared not in seen:
            text = (
                f"is separated by {_names(seen)}, the line before it declares {_names([declared])}"
            )
            raise _unusable("conflict", f"{text}; use the same in both")
        return declared
    if len(seen) > 1:
        text = f"has {_names(seen)} between its headings; use only one of them"
        hint = f"a {SEPARATORS[seen[0]]}, or declare one in a first line such as sep=;"
        raise _unusable("conflict", f"{text}: {hint}")
    return seen[0] if seen else ","


def _names(separators: Iterable[str]) -> str:
    return " and ".join(f"{SEPARATORS[each]}s" for each in separators)


_ALL = ", ".join(SEPARATORS.values())


def _parsed(lines: Iterable[str], separator: str) -> list[str]:
    """Returns the cells of one row. Raises `csv.Error`."""
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    return next(reader, list[str]())


def _unusable(code: str, message: str) -> InvalidInput:
    return InvalidInput([Problem("header", code, message)])


# -- the rows


@define(eq=False, repr=False)
class _Rows:
    """Reads the rows below a header."""

    lines: _Lines
    columns: Columns
    separator: str
    sound: bool = True
    """Whether the previous row was valid."""

    def line(self, number: int, text: str | None) -> Line | None:
        """Returns the line of a user; None for a blank line."""
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
        """Returns the ref of a row that may have too many or too few cells.

        None unless the ref is in the first column and the row does not continue an invalid one.
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
                    what = "the cell contains a line break; write it on one line"
                    problems.append(Problem(path, "shape", what))
        if problems:
            return line_with(number, problems, ref=ref)
        return line_of(number, unflattened(values))

    def _cells(self, text: str) -> list[str] | str:
        """Returns the cells of the row that starts at a line, or what is wrong with the line."""
        try:
            return _parsed([text], self.separator)
        except csv.Error:
            return self._cells_of_lines(text)

    def _cells_of_lines(self, text: str) -> list[str] | str:
        """Returns the same for a line that is not a complete row.

        A quoted cell can continue on the next lines, up to one that is a complete row. If the
        quote is not closed by then, these lines are put back: only the first one is invalid.
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
        return f"has text after a closing quote, or a cell of more than {most} characters"

    def _is_row(self, text: str) -> bool:
        """Returns whether a line has all cells of a row, and quotes only around cells."""
        try:
            cells = _parsed([text], self.separator)
        except csv.Error:
            return False
        width = len(self.columns.paths)
        return 1 < width == len(cells) and not any('"' in cell for cell in cells)
