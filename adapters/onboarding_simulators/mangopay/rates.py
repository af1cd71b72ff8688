"""Calls counted in sliding windows (docs: overview/rate-limiting)."""

from __future__ import annotations

from collections import deque

from attrs import define, field, frozen

MINUTE = 60


@frozen(kw_only=True)
class Window:
    """A span of time with the calls it allows."""

    minutes: int
    limit: int


WINDOWS = (
    Window(minutes=15, limit=2_300),
    Window(minutes=30, limit=4_500),
    Window(minutes=60, limit=8_800),
    Window(minutes=1_440, limit=105_600),
)


@define(eq=False)
class _Counter:
    """The calls of one window, second by second, so that memory does not grow with traffic."""

    window: Window
    made: int = 0
    _buckets: deque[tuple[int, int]] = field(factory=deque[tuple[int, int]], init=False, repr=False)

    def forget(self, now: float) -> None:
        while self._buckets and self._buckets[0][0] <= now - self.window.minutes * MINUTE:
            self.made -= self._buckets.popleft()[1]

    def count(self, now: float) -> None:
        second, calls = int(now), 1
        if self._buckets and self._buckets[-1][0] >= second:
            second, earlier = self._buckets.pop()
            calls += earlier
        self._buckets.append((second, calls))
        self.made += 1


def _counters() -> tuple[_Counter, ...]:
    return tuple(_Counter(window=window) for window in WINDOWS)


@define(eq=False)
class RateMeter:
    """Counts calls in all windows at once."""

    _counters: tuple[_Counter, ...] = field(factory=_counters, init=False, repr=False)

    def admit(self, now: float, *, enforce: bool) -> bool:
        """Counts a call, unless limits hold and one is reached; a refused call is not counted."""
        for counter in self._counters:
            counter.forget(now)
        if enforce and any(each.made >= each.window.limit for each in self._counters):
            return False
        for counter in self._counters:
            counter.count(now)
        return True

    def headers(self, now: float) -> list[tuple[str, str]]:
        """Gives three headers of four lines each; `x-ratelimit` is calls made, not a limit.

        A line is a window, the shortest first: the official Java and PHP clients read one number
        a line.
        """
        minute = int(now) // MINUTE * MINUTE
        return [
            *(("x-ratelimit", str(each.made)) for each in self._counters),
            *(
                ("x-ratelimit-remaining", str(max(each.window.limit - each.made, 0)))
                for each in self._counters
            ),
            *(
                ("x-ratelimit-reset", str(minute + each.window.minutes * MINUTE))
                for each in self._counters
            ),
        ]
