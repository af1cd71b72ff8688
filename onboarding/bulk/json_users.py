"""Reads users from JSON: one object per line, or one document for the whole file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain, count, islice
from typing import Any, TypeAlias, cast

from onboarding.bulk.lines import MOST_BYTES, Line, bad_line, line_of, numbered
from onboarding.bulk.results import redacted
from onboarding.errors import InvalidInput, Problem
from onboarding.serialization import read_json

__all__ = ["json_users"]

Raw: TypeAlias = bytes | None
"""A line of a file; None for one that is too long."""


def json_users(lines: Iterable[Raw]) -> Iterator[Line]:
    """Yields the users in the lines of a file.

    Each line is a user, unless the first line is a list or incomplete JSON: then the whole file is
    one document, a list of users or one user. Raises `InvalidInput` before the first user if the
    file begins as a document and cannot be read as one.
    """
    rest = ((number, raw) for number, raw in enumerate(lines, 1) if raw is None or raw.strip())
    read = list(islice(rest, 2))
    if read and _begins_document(read[0][1]):
        read += _up_to_most_bytes(rest)
        try:
            found = _document([raw for _, raw in read])
        except InvalidInput:
            if not _is_bad_line(*(raw for _, raw in read[:2])):
                raise
        else:
            yield from map(_user, count(1), found)
            return
    for number, raw in chain(read, rest):
        yield _in_line(number, raw)


# -- which of the two


def _begins_document(first: Raw) -> bool:
    try:
        return isinstance(json.loads((first or b"").decode("utf-8")), list)
    except json.JSONDecodeError as error:
        return len(error.doc.rstrip()) <= error.pos  # the text is incomplete
    except (ValueError, RecursionError):
        return False


def _is_bad_line(first: Raw, *below: Raw) -> bool:
    """Returns whether the first line is an invalid line of JSON Lines, judged by the second line.

    A truncated list is not: its users are not numbered by line.
    """
    if not below:
        return True
    cut_off = (first or b"").lstrip().startswith(b"[") and _alone(first) is None
    return not cut_off and isinstance(_alone(below[0]), dict)


def _alone(raw: Raw) -> object:
    """Returns the JSON value of a line; None if it is not JSON."""
    try:
        return json.loads((raw or b"").decode("utf-8"))
    except (ValueError, RecursionError):
        return None


# -- a document


def _up_to_most_bytes(rest: Iterator[tuple[int, Raw]]) -> Iterator[tuple[int, Raw]]:
    """Yields lines until they exceed the size of a document."""
    size = 0
    while size <= MOST_BYTES and (found := next(rest, None)) is not None:
        size += MOST_BYTES + 1 if found[1] is None else len(found[1])
        yield found


def _document(lines: list[Raw]) -> list[object]:
    """Returns the entries of a JSON document. Raises `InvalidInput` if it cannot be read."""
    text = b"".join(raw or b"" for raw in lines)
    if None in lines or len(text) > MOST_BYTES:
        what = f"the file is one JSON document of more than {MOST_BYTES} bytes; use JSON Lines"
        raise InvalidInput([Problem("", "too_large", what)])
    try:
        data: object = read_json(text)
    except InvalidInput as error:
        what = "the file begins as one JSON document and cannot be read as one; nothing was sent"
        raise InvalidInput([Problem("", "shape", what), *redacted(error.problems)]) from None
    return cast("list[object]", data) if isinstance(data, list) else [data]


def _user(number: int, data: Any) -> Line:
    if not isinstance(data, dict):
        return bad_line(number, "type", "is not a JSON object")
    return line_of(number, cast("dict[str, Any]", data))


# -- a line


def _in_line(number: int, raw: Raw) -> Line:
    if raw is None:
        return bad_line(number, "too_large", f"has more than {MOST_BYTES} bytes")
    try:
        return _user(number, read_json(raw))
    except InvalidInput as error:
        problems = tuple(map(_of_line, error.problems))
        return Line(number=number, ref=numbered(number), problems=problems)


def _of_line(problem: Problem) -> Problem:
    if problem.path or not problem.message.startswith("is "):
        return problem
    return Problem("", problem.code, f"the line {problem.message}")
