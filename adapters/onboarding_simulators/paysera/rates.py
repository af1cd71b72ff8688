"""Counts requests in windows that slide."""

from __future__ import annotations

from collections import deque

from attrs import define, field

Counted = tuple[float, str]  # the length of the window in seconds, and whose requests


@define
class Rates:
    """When the latest requests of each came, for as long as they count."""

    _times: dict[Counted, deque[float]] = field(
        factory=dict[Counted, "deque[float]"], init=False, repr=False
    )

    def admit(self, counted: Counted, most: int, now: float) -> bool:
        """Counts one more request, or says that there were enough."""
        times = self._times.setdefault(counted, deque())
        while times and times[0] <= now - counted[0]:
            times.popleft()
        if len(times) >= most:
            return False
        times.append(now)
        return True

    def forget(self) -> None:
        self._times.clear()
