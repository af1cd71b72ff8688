"""A clock that a test can move."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define


@define
class Clock:
    """Unix time in seconds, as another clock tells it, moved by an offset."""

    source: Callable[[], float]
    offset: float = 0.0

    def __call__(self) -> float:
        return self.source() + self.offset


def movable(source: Callable[[], float]) -> Clock:
    return source if isinstance(source, Clock) else Clock(source)
