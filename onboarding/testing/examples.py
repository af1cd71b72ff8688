"""How the kit draws examples with Hypothesis: settings, single draws and pools of values."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

__all__ = ["draw", "fresh", "patient", "pool", "unshrunk"]

T = TypeVar("T")

_POOLS: dict[tuple[Hashable, int], SearchStrategy[Any]] = {}


def patient(base: settings | None = None, **more: Any) -> settings:
    """Returns settings without a deadline, since machines differ in speed."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(base or settings(), deadline=None, suppress_health_check=slow, **more)


def unshrunk(base: settings | None = None) -> settings:
    """Returns settings for a law that is expected to fail: its failure is not made small."""
    return patient(base, phases=[Phase.generate], database=None, report_multiple_bugs=False)


def draw(values: SearchStrategy[T], use: Callable[[T], object], count: int = 1) -> None:
    """Calls a function with up to `count` values of a strategy, the same ones in every run.

    For use outside of a test that draws. The simplest value comes first.
    """
    few = patient(max_examples=count, derandomize=True, database=None, phases=[Phase.generate])

    def take(value: T) -> None:
        use(value)

    few(given(values)(take))()


def pool(key: Hashable, values: SearchStrategy[Any], size: int) -> SearchStrategy[Any]:
    """Returns a strategy of at most `size` of the values, drawn once per key and size."""
    if (key, size) not in _POOLS:
        found: list[Any] = []
        draw(values, found.append, size)
        _POOLS[key, size] = st.sampled_from(found)
    return _POOLS[key, size]


def fresh() -> SearchStrategy[bool]:
    """Returns whether to draw new values rather than from the pools: true once in eight."""
    return st.integers(0, 7).map(lambda number: number == 7)
