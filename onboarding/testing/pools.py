"""Values drawn beforehand: a user of forty data costs as many draws, and a draw from a pool is one.

A pool is filled by a strategy of its own, outside of every test, and always with the same values,
so that a failing example can be met again. Whoever draws from pools draws afresh now and then.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

__all__ = ["afresh", "pool"]

_CHECKS = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
_POOLS: dict[tuple[Hashable, int], SearchStrategy[Any]] = {}


def pool(key: Hashable, values: SearchStrategy[Any], size: int) -> SearchStrategy[Any]:
    """At most `size` of the values, the simplest first; filled once for a key and a size."""
    if (key, size) not in _POOLS:
        found: list[Any] = []

        @settings(
            max_examples=size,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=_CHECKS,
        )
        @given(values)
        def fill(value: Any) -> None:
            found.append(value)

        fill()
        _POOLS[key, size] = st.sampled_from(found)
    return _POOLS[key, size]


def afresh() -> SearchStrategy[bool]:
    """Whether to draw past the pools: for one user in eight."""
    return st.integers(0, 7).map(lambda number: number == 7)
