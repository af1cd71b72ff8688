"""Parses JSON text strictly and with limits; used for all JSON input."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, cast

from onboarding.errors import InvalidInput, Problem
from onboarding.serialization.leaves import fail
from onboarding.values.json_values import GIVEN, JsonRule, faults, named

__all__ = ["DEEPEST_TEXT", "read_json"]

DEEPEST_TEXT = 100
"""The levels of nesting of a text: those of a value's data, and the values around them."""


def read_json(text: str | bytes, rule: JsonRule = GIVEN) -> Any:
    """Parses JSON (RFC 8259): a file, a line of a file, or a body.

    Raises `InvalidInput` for a text that is not JSON in UTF-8, and, listed by path, for duplicate
    names in an object, numbers that are not finite, integers of more than 64 bits, texts with a
    lone surrogate, and more than 100 levels of nesting.
    """
    repeating: list[_Repeating] = []

    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        whole = dict(pairs)
        if len(whole) == len(pairs):
            return whole
        repeating.append(_Repeating(whole, pairs))
        return repeating[-1]

    data = _parsed(text, made)
    problems = [*faults(data, rule, deepest=DEEPEST_TEXT)]
    if repeating:
        problems += _repetitions(data)
    if problems:
        raise InvalidInput(problems)
    return data


class _Repeating(dict[str, Any]):
    """A JSON object with duplicate names."""

    def __init__(self, whole: dict[str, Any], pairs: list[tuple[str, Any]]) -> None:
        super().__init__(whole)
        count = Counter(name for name, _ in pairs)
        self.names = [name for name, times in count.items() if times > 1]


def _parsed(text: object, made: Any) -> Any:
    if not isinstance(text, str | bytes | bytearray):
        raise fail("type", "expected JSON as a text or as bytes")
    try:
        whole = text if isinstance(text, str) else text.decode("utf-8")
        return json.loads(
            whole.removeprefix("\ufeff"), object_pairs_hook=made, parse_constant=_none
        )
    except UnicodeDecodeError:
        raise fail("encoding", "is not UTF-8") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise fail("shape", f"expected JSON ({place}: {error.msg})") from None
    except ValueError:  # of int(), which accepts 4300 digits
        raise fail("shape", "expected JSON with smaller whole numbers") from None
    except RecursionError:
        raise fail("too_deep", "is nested too deep") from None


def _none(_: str) -> float:
    return math.nan  # NaN and Infinity are not JSON


def _repetitions(data: object, *, deepest: int = DEEPEST_TEXT) -> Iterator[Problem]:
    if isinstance(data, _Repeating):
        for name in data.names:
            yield Problem(named(name), "conflict", "is given more than once")
    for at, item in _items(data) if deepest else ():
        for problem in _repetitions(item, deepest=deepest - 1):
            yield problem.under(at)


def _items(data: object) -> Iterable[tuple[str | int, object]]:
    """Returns the items of an object or a list, each with its name in a path."""
    if isinstance(data, dict):
        return [(named(name), item) for name, item in cast("dict[str, object]", data).items()]
    return enumerate(cast("list[object]", data)) if isinstance(data, list) else ()
