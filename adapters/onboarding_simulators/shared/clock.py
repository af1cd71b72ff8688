"""A clock that tests can move."""

from __future__ import annotations

import math
import time

from attrs import define, field

__all__ = ["LAST", "VirtualClock"]

LAST = 32_503_680_000
"""The first second of the year 3000, in Unix time."""


@define(eq=False)
class VirtualClock:
    """Returns Unix time in seconds when called: real time, or a fixed time from `start`.

    Both move with `advance`.
    """

    start: float | None = None
    _moved: float = field(default=0.0, init=False)

    def __call__(self) -> float:
        return (time.time() if self.start is None else self.start) + self._moved

    def advance(self, seconds: float) -> None:
        """Moves the clock; a negative number moves it back.

        Raises ValueError for a number that is not finite, or a time outside the years 1970 to 2999.
        """
        if not math.isfinite(seconds):
            raise ValueError("seconds: expected a finite number")
        if not 0 <= self() + seconds < LAST:
            raise ValueError("seconds: the clock covers the years 1970 to 2999")
        self._moved += seconds
