"""Data without fixed fields, as JSON holds them: one rule for every door.

The rule keeps the promise that such data come back equal from JSON. It is narrower for what a
caller gives than for what a provider sent, which is stored as it came.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from attrs import frozen

from onboarding.errors import Problem

__all__ = ["DEEPEST", "GIVEN", "SENT", "JsonRule", "faults", "named"]

DEEPEST = 64
"""The levels of lists and objects that such data may have."""

_LONGEST_NAME = 64


@frozen
class JsonRule:
    """What texts and whole numbers the data may hold; `refuses` finds a text that is refused."""

    refuses: Callable[[str], object]
    largest: int


GIVEN = JsonRule(re.compile(r"[\ud800-\udfff]").search, 2**63 - 1)
"""By a caller: texts that UTF-8 can hold, whole numbers of 64 bits."""

SENT = JsonRule(re.compile(r"[\ud800-\udbff][\udc00-\udfff]").search, 10**4300 - 1)
"""By a provider, in JSON: what Python's reader of JSON can return."""


def faults(value: object, rule: JsonRule, *, deepest: int = DEEPEST) -> Sequence[Problem]:
    """The problems with data, by path, without showing a value."""
    if value is None or isinstance(value, bool):
        return ()
    if isinstance(value, str):
        if value.isascii() or not rule.refuses(value):
            return ()
        return (Problem("", "shape", "expected a text without lone surrogates"),)
    if isinstance(value, int):
        if -rule.largest <= value <= rule.largest:
            return ()
        return (Problem("", "shape", "expected a smaller whole number"),)
    if isinstance(value, float):
        if math.isfinite(value):
            return ()
        return (Problem("", "type", "expected a finite number"),)
    if not isinstance(value, list | Mapping):
        return (Problem("", "type", "expected plain data"),)
    if deepest < 1:
        return (Problem("", "too_deep", "is nested too deep"),)
    found: list[Problem] = []
    if isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            if below := faults(item, rule, deepest=deepest - 1):
                found += [problem.under(index) for problem in below]
        return found
    for name, item in cast("Mapping[object, object]", value).items():
        if not isinstance(name, str):
            found.append(Problem("", "type", "expected texts as names of fields"))
        elif not name.isascii() and rule.refuses(name):
            found.append(Problem(named(name), "shape", "expected a name without lone surrogates"))
        elif below := faults(item, rule, deepest=deepest - 1):
            found += [problem.under(named(name)) for problem in below]
    return found


def named(name: str) -> str:
    """The name of a field as a path shows it: printable, and not endless."""
    shown = name if name.isprintable() else name.encode("unicode_escape").decode("ascii")
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[:_LONGEST_NAME]}…"
