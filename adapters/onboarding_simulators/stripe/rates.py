"""Calls counted by second (docs: rate-limits)."""

from __future__ import annotations

from collections import Counter

from attrs import define, field

GLOBAL, EACH = 25, 25
"""Calls in a second in test mode: of a platform, and of one endpoint."""
FILES = 20
"""Reads and writes of files in a second, each."""


@define(eq=False)
class RateMeter:
    """Counts the calls of the current second."""

    _second: int = field(default=-1, init=False)
    _made: Counter[str] = field(factory=Counter[str], init=False, repr=False)

    def admit(self, now: float, endpoint: str) -> bool:
        """Counts a call and returns whether it is allowed; refused calls are not counted."""
        if int(now) != self._second:
            self._second = int(now)
            self._made.clear()
        most = FILES if "/v1/files" in endpoint else EACH
        if self._made.total() >= GLOBAL or self._made[endpoint] >= most:
            return False
        self._made[endpoint] += 1
        return True
