"""An exact provider with sliding windows, and the most calls that anybody could make at it.

It shares no arithmetic with the library: it keeps the time of every call.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from attrs import define, field
from onboarding.model.quota import Quota

MANGOPAY = (Quota(900, 2_300), Quota(1_800, 4_500), Quota(3_600, 8_800), Quota(86_400, 105_600))


@define
class SlidingServer:
    """Accepts a call unless a window, ending now, would have more of them than its quota."""

    quotas: Sequence[Quota]
    accepted: int = 0
    refused: int = 0
    _times: dict[Quota, deque[float]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._times = {quota: deque() for quota in self.quotas}

    def accepts(self, now: float, *, fails: bool = False) -> bool:
        """Counts a call that arrives; a refused one is not counted."""
        counting = [q for q in self.quotas if fails or not q.failures]
        for quota in counting:
            times = self._times[quota]
            while times and times[0] <= now - quota.seconds:
                times.popleft()
        if any(len(self._times[quota]) >= quota.calls for quota in counting):
            self.refused += 1
            return False
        for quota in counting:
            self._times[quota].append(now)
        self.accepted += 1
        return True

    def left(self, quota: Quota, now: float) -> int:
        made = sum(time > now - quota.seconds for time in self._times[quota])
        return quota.calls - made


def most_calls(quotas: Sequence[Quota], seconds: float) -> int:
    """Returns how many calls the quotas allow from 0 to `seconds`: each as early as possible."""
    sent: list[float] = []
    while True:
        free = [sent[-q.calls] + q.seconds for q in quotas if len(sent) >= q.calls]
        at = max(free, default=0.0)
        if at >= seconds:
            return len(sent)
        sent.append(at)
