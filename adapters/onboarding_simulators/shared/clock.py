"""A clock that can be moved, so that a test need not wait."""

from __future__ import annotations

import math
import time

from attrs import define, field

__all__ = ["LAST", "VirtualClock"]

LAST = 32_503_680_000
"""The first second of the year 3000, in Unix time."""


@define(eq=False)
class VirtualClock:
    """Gives Unix time in seconds when called: real time, or a still one from `start`.

    Either moves with `advance`.
    """

    start: float | None = None
    _moved: float = field(default=0.0, init=False)

    def __call__(self) -> float:
        return (time.time() if self.start is None else self.start) + self._moved

    def advance(self, seconds: float) -> None:
        """Moves the clock; a negative number moves it back.

        Raises ValueError for what is no finite number, or leads out of the years 1970 to 2999.
        """
        if not math.isfinite(seconds):
            raise ValueError("seconds: expected a finite number")
        if not 0 <= self() + seconds < LAST:
            raise ValueError("seconds: the clock has the years 1970 to 2999")
        self._moved += seconds
