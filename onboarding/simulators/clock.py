"""A clock that can be moved, so that a test need not wait."""

from __future__ import annotations

import time

from attrs import define, field

__all__ = ["VirtualClock"]


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
        """Moves the clock; a negative number moves it back."""
        self._moved += seconds
