"""The time at which a call must end."""

from __future__ import annotations

import time

from onboarding.engine.pace import Turn
from onboarding.errors import InvalidInput, Problem, TransportError

__all__ = ["DEADLINE", "Deadline"]

DEADLINE = 60.0
"""The default number of seconds that a call may take in total."""

_LONGEST = 86_400.0  # a day: sockets and locks need a finite timeout


class Deadline:
    """The time at which a call must end, at most a day from now.

    Raises `InvalidInput` for NaN. `left` raises `TransportError` after the deadline.
    """

    def __init__(self, seconds: float | None) -> None:
        wanted = DEADLINE if seconds is None else seconds
        known = isinstance(wanted, int | float)  # pyright: ignore[reportUnnecessaryIsInstance]
        if not known or wanted != wanted:  # NaN; isnan raises for a huge integer
            raise InvalidInput([Problem("deadline", "shape", "expected a number of seconds")])
        self.seconds = min(wanted, _LONGEST)
        self.admitted = False
        """Whether the guard let the call pass."""
        self.turn: Turn | None = None
        """The place under the quotas that the next request of the call has already."""
        self._ends = time.monotonic() + self.seconds

    def allows(self, seconds: float) -> bool:
        """Whether time is left after a wait of so many seconds."""
        return time.monotonic() + seconds < self._ends

    def extend(self, seconds: float) -> None:
        """Puts the deadline off."""
        self._ends += seconds

    def left(self) -> float:
        """Returns the remaining seconds."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise TransportError("the deadline of the call passed before a request was sent")
        return seconds
