"""Calls counted in sliding windows (docs: overview/rate-limiting)."""

from __future__ import annotations

from collections import deque

from attrs import define, field, frozen

MINUTE = 60


@frozen(kw_only=True)
class Window:
    """A time window with its limit of calls."""

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
    """Counts the calls of one window in buckets of a second, which bounds the memory used."""

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
        """Counts a call and returns whether it is allowed; refused calls are not counted."""
        for counter in self._counters:
            counter.forget(now)
        if enforce and any(each.made >= each.window.limit for each in self._counters):
            return False
        for counter in self._counters:
            counter.count(now)
        return True

    def headers(self, now: float) -> list[tuple[str, str]]:
        """Returns three headers of four lines each; `x-ratelimit` is the number of calls made.

        Each window has a line, shortest first: the official Java and PHP clients read one number
        from each line.
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
