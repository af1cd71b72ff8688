"""Fits text and tables to the width of a terminal without breaking words.

A line breaks between words. A dotted path that is too long breaks after a dot; a URL or a file
name that is too long gets its own line. Nothing is cut off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from attrs import frozen
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Column, Table
from rich.text import Text

__all__ = ["FittedTable", "Page", "beside", "fitted"]

_PATH = re.compile(r"\W*[\w-]+(?:\[\w*\]|\.[\w*-]+)*\.[\w*-]+\W*")
_LABEL = re.compile(r"(?:\s*\S.{0,38}?)?\s{2,}(?=\S)")


def _parts(word: str) -> list[str]:
    """Returns the parts of a word between which a line may break: of a path, after each dot."""
    return re.findall(r"[^.]*\.+|[^.]+$", word) if _PATH.fullmatch(word) else [word]


def _breaks(line: str, width: int, indent: int) -> Iterator[int]:
    """Yields the positions at which to break a line whose later lines are indented."""
    room, used, end = width, 0, 0
    for found in re.finditer(r"\S+", line):
        gap, start, word = found.start() - end, found.start(), found[0]
        for part in [word] if cell_len(word) <= width - indent else _parts(word):
            size = cell_len(part)
            if used and used + gap + size > room:
                yield start
                room, used, gap = width - indent, 0, 0
            used, gap, start = used + gap + size, 0, start + len(part)
        end = found.end()


def fitted(text: Text, width: int, *, hanging: bool = False) -> Text:
    """Returns the text with its lines broken to a width.

    With `hanging`, a broken line continues below the words after its indentation or label.
    """
    made: list[Text] = []
    for line in text.split("\n", allow_blank=True):
        label = _LABEL.match(line.plain) if hanging else None
        indent = label.end() + 2 * label[0].isspace() if label and 2 * label.end() <= width else 0
        first, *others = line.divide([*_breaks(line.plain, width, indent)])
        made += [first, *(_indented(other, indent, width) for other in others)]
    for line in made:
        line.rstrip()
    return Text("\n", style=text.style).join(made)


def _indented(line: Text, by: int, width: int) -> Text:
    """Returns the line indented, unless a word takes the whole width."""
    line.rstrip()
    return Text.assemble(" " * max(min(by, width - line.cell_len), 0), line)


def beside(label: str, text: Text, edge: int, width: int, *, style: str = "") -> Text:
    """Returns a text beside its label; a word that is too long there gets its own line."""
    made: list[Text] = []
    for number, line in enumerate(fitted(text, width - edge).split("\n", allow_blank=True)):
        name = label if number == 0 else ""
        if edge + line.cell_len <= width:
            made.append(Text.assemble((name.ljust(edge), "dim"), line))
        else:
            made += [*([Text(name, "dim")] if name else []), _indented(line, 4, width)]
    return Text("\n", style=style).join(made)


@frozen
class _Filled:
    """A column with content, and its minimum, preferred and maximum width."""

    column: Column
    head: Text
    cells: list[Text]
    least: int
    words: int
    whole: int

    @classmethod
    def of(cls, column: Column) -> _Filled:
        head, cells = _text(column.header), [_text(cell) for cell in column.cells]
        lines = [line.rstrip() for text in (head, *cells) for line in text.plain.split("\n")]
        words = {word for line in lines for word in re.findall(r"^\s*\S+|\S+", line)}
        longest, whole = _longest(words), _longest(lines)
        if limit := column.width or column.max_width:
            whole = min(max(longest, limit), whole)
        least = _longest(part for word in words for part in _parts(word))
        return cls(column, head, cells, least, whole if column.no_wrap else longest, whole)


def _longest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)


def _shared(least: Sequence[int], most: Sequence[int], room: int) -> list[int]:
    """Returns widths within their bounds; narrow columns grow first until the room is used."""

    def widths(level: int) -> list[int]:
        return [min(max(level, low), high) for low, high in zip(least, most, strict=True)]

    level = max(each for each in range(room + 1) if sum(widths(each)) <= room)
    found = widths(level)
    spare = room - sum(found)
    for number, high in enumerate(most):
        if spare and found[number] == level < high:
            found[number], spare = found[number] + 1, spare - 1
    return found


class FittedTable(Table):
    """A table whose columns are as wide as their longest word, and wider if there is room.

    A column without content is left out. If the columns do not fit side by side, the cells of each
    row are printed one below the other.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width
        if self.title:
            yield fitted(Text(str(self.title), self.title_style or ""), width)
        filled = [_Filled.of(column) for column in self.columns]
        filled = [one for one in filled if any(one.cells) or not self.row_count]
        room = width - 3 * len(filled) - 1
        least, words, whole = ([getattr(x, n) for x in filled] for n in ("least", "words", "whole"))
        if sum(least) > room:
            yield from self._stacked(filled, width)
        elif sum(words) > room:
            yield self._side_by_side(filled, _shared(least, words, room))
        else:
            if self.expand:
                whole = [room if x.column.ratio else x.whole for x in filled]
            yield self._side_by_side(filled, _shared(words, whole, room))
        if self.caption:
            yield fitted(Text(str(self.caption)), width)

    def _side_by_side(self, filled: list[_Filled], widths: list[int]) -> Table:
        made = Table(
            box=self.box,
            pad_edge=self.pad_edge,
            show_lines=self.show_lines,
            header_style=self.header_style,
            border_style=self.border_style,
        )
        for one, width in zip(filled, widths, strict=True):
            head, justify = fitted(one.head, width), one.column.justify
            made.add_column(head, width=width, justify=justify, overflow="fold")
        for row, cells in zip(self.rows, zip(*(x.cells for x in filled), strict=True), strict=True):
            broken = [fitted(cell, width) for cell, width in zip(cells, widths, strict=True)]
            made.add_row(*broken, style=row.style, end_section=row.end_section)
        return made

    def _stacked(self, filled: list[_Filled], width: int) -> Iterator[Text]:
        edge = _longest(one.head.plain for one in filled) + 2
        for number, row in enumerate(self.rows):
            yield Text("─" * width, "dim")
            for one in filled:
                if cell := one.cells[number]:
                    yield beside(one.head.plain, cell, edge, width, style=str(row.style or ""))


def _text(cell: object) -> Text:
    return cell if isinstance(cell, Text) else Text(str(cell))


class Page(Console):
    """A console that fits text to its width, and leaves a closed pipe to the command line."""

    def on_broken_pipe(self) -> None:
        raise  # rich calls this while it handles the error, and would exit with 1

    def print(self, *objects: Any, **options: Any) -> None:
        """Prints like rich, but breaks lines between words only, and cuts nothing off."""
        broken = [
            fitted(_text(each), self.width, hanging=True) if isinstance(each, str | Text) else each
            for each in objects
        ]
        super().print(*broken, overflow="ignore", crop=False, **options)
