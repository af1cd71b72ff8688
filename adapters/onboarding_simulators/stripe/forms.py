"""Form bodies and queries with bracket keys, read into nested values (docs: api)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, cast

from .errors import invalid

__all__ = ["Nested", "param_of", "read_pairs"]

Nested = dict[str, Any]
"""Strings and objects; a list is an object with its indexes as keys."""

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
DEEPEST = 10


def read_pairs(pairs: Iterable[tuple[str, str]]) -> Nested:
    """Returns the nested values of bracket keys: `a[b]=1`, `a[0]=1` and `a[]=1`.

    Raises RefusedError for keys that are malformed or contradict each other.
    """
    found: Nested = {}
    for key, value in pairs:
        matched = _KEY.fullmatch(key)
        if matched is None:
            raise invalid(None, "Invalid request: a parameter name is malformed")
        names = [matched[1], *re.findall(r"\[([^\[\]]*)\]", matched[2])]
        if len(names) > DEEPEST:
            raise invalid(matched[1], f"Invalid object: {matched[1]} is nested too deep")
        place = found
        for name in names[:-1]:
            inner: object = place.setdefault(name or str(len(place)), {})
            if not isinstance(inner, dict):
                raise invalid(matched[1], f"Invalid object: {matched[1]}")
            place = cast("Nested", inner)
        last = names[-1] or str(len(place))
        if isinstance(place.get(last), dict):
            raise invalid(matched[1], f"Invalid object: {matched[1]}")
        place[last] = value
    return found


def param_of(path: str, name: str) -> str:
    """Returns the bracket form of a name inside a path."""
    return f"{path}[{name}]" if path else name
