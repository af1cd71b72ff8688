"""The entry points of serialization: parsing input, and dumping and loading stored values."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from onboarding.errors import InvalidInput, Problem
from onboarding.serialization.json_text import DEEPEST_TEXT, read_json
from onboarding.serialization.leaves import fail
from onboarding.serialization.reading import reader
from onboarding.serialization.writing import plain
from onboarding.values.json_values import SENT, faults

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = ["dumps", "loads", "parse", "problems_of"]

T = TypeVar("T")


@cache
def _door(name: str) -> Converter:
    return reader(clean=True) if name == "person" else reader(checked=False)


def parse(data: Any, cls: type[T]) -> T:
    """Parses a caller's input. Raises `InvalidInput` with every problem by path."""
    return _door("person").structure(data, cls)


def problems_of(data: Any, cls: type) -> tuple[Problem, ...]:
    """Returns the problems of plain data for a class."""
    try:
        parse(data, cls)
    except InvalidInput as error:
        return error.problems
    return ()


def dumps(value: Any, form: str, *, secrets: bool) -> str:
    """Dumps a value in its versioned JSON form.

    Raises `InvalidInput` for data that would not be read back equal.
    """
    try:
        data = {"form": form, **plain(value, secrets=secrets)}
    except RecursionError:
        raise fail("too_deep", "is nested too deep") from None
    if problems := faults(data, SENT, deepest=DEEPEST_TEXT):
        raise InvalidInput(problems)
    text = json.dumps(data)
    # Python writes an infinite number as `Infinity`, which is not JSON.
    return _OUT_OF_RANGE(_as_json, text) if "Infinity" in text else text


_OUT_OF_RANGE = re.compile(r'"(?:[^"\\]|\\.)*"|Infinity').sub


def _as_json(found: re.Match[str]) -> str:
    return "1e999" if found[0] == "Infinity" else found[0]


def loads(text: str | bytes, cls: type[T], form: str) -> T:
    """Loads a value from its versioned JSON form; values are not checked or normalised."""
    data = read_json(text, SENT)
    if not isinstance(data, dict):
        raise fail("type", "expected an object with named fields")
    fields = cast("dict[str, Any]", data)
    if fields.pop("form", None) != form:
        raise InvalidInput([Problem("form", "choice", f"expected {form}")])
    return _door("store").structure(fields, cls)
