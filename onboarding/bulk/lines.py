"""One line of a file of users: its data, or its problems."""

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
"""The most bytes of a line, and of a file that is one JSON document: a few documents with pages."""


@frozen(kw_only=True)
class Line:
    """One user of a file: plain data for `User.parse`, or the problems of the line.

    `number` counts from 1. `ref` is the caller's id of the user; a line without one gets
    `line-N`, which is reserved for the N-th line.
    """

    number: int
    ref: str
    data: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)
    problems: tuple[Problem, ...] = ()


def line_of(number: int, data: dict[str, Any]) -> Line:
    """Returns the line of a user. `data` may hold the `ref`, which is taken out."""
    ref = data.pop(REF, None)
    if ref is None:
        return Line(number=number, ref=numbered(number), data=data)
    named = _named(number, ref)
    if isinstance(named, Problem):
        return Line(number=number, ref=numbered(number), problems=(named,))
    return Line(number=number, ref=named, data=data)


def _named(number: int, ref: object) -> str | Problem:
    """Returns the ref as a stripped text, or its problem."""
    ref = without_blanks(ref)
    if isinstance(ref, int) and not isinstance(ref, bool):
        return str(ref)
    if not isinstance(ref, str) or not ref or not ref.isprintable():
        return Problem(REF, "shape", "expected a printable text or a whole number")
    if len(ref) > LONGEST_REF:
        return Problem(REF, "shape", f"is longer than {LONGEST_REF} characters")
    if _NUMBERED(ref) and ref != numbered(number):
        return Problem(REF, "conflict", "is reserved for the line of that number")
    return ref


def is_utf8(text: str) -> bool:
    """Returns whether a text that was decoded with `surrogateescape` was valid UTF-8."""
    return text.isascii() or _SURROGATE(text) is None


def bad_line(number: int, code: str, message: str, *, ref: str | None = None) -> Line:
    """Returns a line that cannot be read, under its ref if that is valid."""
    return line_with(number, [Problem("", code, f"the line {message}")], ref=ref)


def line_with(number: int, problems: Iterable[Problem], *, ref: str | None = None) -> Line:
    """Returns a line with its problems, under its ref if that is valid."""
    named = None if ref is None else _named(number, ref)
    own = named if isinstance(named, str) else numbered(number)
    return Line(number=number, ref=own, problems=tuple(problems))


_SURROGATE = re.compile("[\ud800-\udfff]").search

_NUMBERED = re.compile(r"line-[0-9]+").fullmatch


def numbered(number: int) -> str:
    """Returns the ref of a line that has none."""
    return f"line-{number}"
