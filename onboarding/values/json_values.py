"""The rules on data without fixed fields, so that they are read back equal from JSON.

The rule for a caller's data is narrower than the rule for a provider's data, which are stored
unchanged.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, cast

from attrs import frozen

from onboarding.errors import Problem

__all__ = ["DEEPEST", "GIVEN", "SENT", "JsonRule", "faults", "named"]

DEEPEST = 64
"""The levels of lists and objects that such data may have; `onboarding.http.MAX_DEPTH` is equal."""

_LONGEST_NAME = 64
_WHOLES = (dict, list, Mapping)
_Object: TypeAlias = Mapping[Any, Any]


@frozen
class JsonRule:
    """The values that the data may contain: texts that `bad_text` does not match, and numbers."""

    bad_text: Callable[[str], object]
    largest_whole: int
    is_number: Callable[[float], bool]


GIVEN = JsonRule(re.compile(r"[\ud800-\udfff]").search, 2**63 - 1, math.isfinite)
"""For a caller's data: texts that UTF-8 can encode, integers of 64 bits, finite numbers."""

# `1e999` is JSON, and infinite in Python. Two adjacent surrogates would be read as one character.
SENT = JsonRule(
    re.compile(r"[\ud800-\udbff][\udc00-\udfff]").search,
    10**4300 - 1,
    lambda number: not math.isnan(number),
)
"""For a provider's JSON: all values that Python reads from it."""


def faults(value: object, rule: JsonRule, *, deepest: int = DEEPEST) -> Sequence[Problem]:
    """Returns the problems of data by path, without a value."""
    if value is None or isinstance(value, bool):
        return ()
    if isinstance(value, str):
        sound = value.isascii() or not rule.bad_text(value)
        return () if sound else (Problem("", "shape", "expected a text without lone surrogates"),)
    if isinstance(value, int):
        sound = -rule.largest_whole <= value <= rule.largest_whole
        return () if sound else (Problem("", "shape", "expected a smaller whole number"),)
    if isinstance(value, float):
        sound = rule.is_number(value)
        return () if sound else (Problem("", "type", "expected a finite number"),)
    if not isinstance(value, _WHOLES):
        return (Problem("", "type", "expected plain data"),)
    if deepest < 1:
        return (Problem("", "too_deep", "is nested too deep"),)
    found: list[Problem] = []
    listed = isinstance(value, list)
    entries = enumerate(cast("list[Any]", value)) if listed else cast("_Object", value).items()
    for at, item in cast("Iterable[tuple[Any, Any]]", entries):
        if not listed and not (at.__class__ is str and at.isascii()):
            if not isinstance(at, str):
                found.append(Problem("", "type", "expected texts as the names of fields"))
                continue
            if rule.bad_text(at):
                text = "expected a name without lone surrogates"
                found.append(Problem(named(at), "shape", text))
        if item.__class__ is str and item.isascii():
            continue  # the most common case
        if below := faults(item, rule, deepest=deepest - 1):
            found += (problem.under(at if listed else named(at)) for problem in below)
    return found


def named(name: str) -> str:
    """Returns the name of a field for a path: printable, and at most 64 characters long."""
    shown = name if name.isprintable() else name.encode("unicode_escape").decode("ascii")
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[:_LONGEST_NAME]}…"
