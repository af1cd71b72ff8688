"""One line of a file of users: its data, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field, frozen

from onboarding.bulk.flat import REF
from onboarding.errors import Problem
from onboarding.serialization.leaves import without_blanks

__all__ = ["MOST_BYTES", "Line", "bad_line", "is_utf8", "line_of", "line_with", "numbered"]

LONGEST_REF = 200

MOST_BYTES = 64 * 1024 * 1024
"""How long a line may be, and a file that is one JSON document: some documents with their pages."""


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


def line_of(number: int, data: dict[str, Any]) -> Line:
    """The line of a user: its data, with the `ref` beside them."""
    ref = data.pop(REF, None)
    if ref is None:
        return Line(number=number, ref=numbered(number), data=data)
    named = _named(number, ref)
    if isinstance(named, Problem):
        return Line(number=number, ref=numbered(number), problems=(named,))
    return Line(number=number, ref=named, data=data)


def _named(number: int, ref: object) -> str | Problem:
    """The ref as a text without blanks at its ends, or what is wrong with it."""
    ref = without_blanks(ref)
    if isinstance(ref, int) and not isinstance(ref, bool):
        return str(ref)
    if not isinstance(ref, str) or not ref or not ref.isprintable():
        return Problem(REF, "shape", "expected a printable text or a whole number")
    if len(ref) > LONGEST_REF:
        return Problem(REF, "shape", f"is longer than {LONGEST_REF} characters")
    if _NUMBERED(ref) and ref != numbered(number):
        return Problem(REF, "conflict", "is what another line without a ref is called by")
    return ref


def is_utf8(text: str) -> bool:
    """Whether a text that was decoded with `surrogateescape` was UTF-8."""
    return text.isascii() or _SURROGATE(text) is None


def bad_line(number: int, code: str, message: str, *, ref: str | None = None) -> Line:
    """A line that cannot be read, under its own ref if that can be read."""
    return line_with(number, [Problem("", code, f"the line {message}")], ref=ref)


def line_with(number: int, problems: Iterable[Problem], *, ref: str | None = None) -> Line:
    """A line with what is wrong with it, under its own ref if that can be read."""
    named = None if ref is None else _named(number, ref)
    own = named if isinstance(named, str) else numbered(number)
    return Line(number=number, ref=own, problems=tuple(problems))


_SURROGATE = re.compile("[\ud800-\udfff]").search

_NUMBERED = re.compile(r"line-[0-9]+").fullmatch


def numbered(number: int) -> str:
    """What a user is called whose line has no ref of its own."""
    return f"line-{number}"
