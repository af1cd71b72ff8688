"""The arithmetic of quotas: whether a call may be sent now, and if not, when.

A provider counts a call when it arrives, which is between the moment it is sent and its answer. So
a call in flight counts in every window, and an answered call counts from its answer on: however
long a request travels, no period of the provider has more calls than its quota.

Answered calls are counted in buckets, 128 a window, so that a day of calls needs no more memory
than a minute. A bucket is forgotten as a whole, once its newest call is older than the window. That
costs at most one bucket, 0.8 % of the quota.

Times are seconds of one clock, which the caller reads.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from attrs import define, field

from onboarding.model.answers import RateLimit
from onboarding.model.quota import Quota

__all__ = ["BUCKETS", "NAP", "QuotaState", "Turn"]

BUCKETS = 128
_DRIFT = 1.001  # windows are this much longer: the provider's clock may be slower than this one
_DAY = 86_400.0  # seconds
_TRUST = 60  # the calls of others, as a header tells them, are believed for this part of a window
NAP = 5.0
"""The longest sleep in seconds of a call that waits; one that asks no more is taken for dead."""
_SOONEST = 0.001  # seconds that a call waits at least
_LOOK, _LATEST = 0.005, 0.05  # seconds between two looks for calls that are answered soon


@define(eq=False)
class Turn:
    """A call that asks for a place, waits for one, or has one."""

    ends: float = 0.0
    """When the call ends at the latest: a request that is lost has arrived by then, or never."""
    bulk: bool = False
    """Whether interactive calls go before this one."""
    number: int = 0
    """Its number among those that wait, 0 if it does not wait."""
    slot: int | None = None
    """Under which second its place is noted, None if it has none."""


@define(eq=False)
class _Window:
    """The calls of one quota that were answered, in buckets."""

    quota: Quota
    share: float
    bulk_share: float
    width: float = field(init=False)
    failures: bool = field(init=False)
    calls: int = field(init=False)
    bucket: int = field(default=0, init=False)
    """The bucket of now."""
    made: Counter[int] = field(factory=Counter[int], init=False)
    total: int = field(default=0, init=False)
    rolls_at: float = field(default=-math.inf, init=False)
    """When the oldest bucket may be over."""
    foreign: int = field(default=0, init=False)
    """Calls that the provider counted and that this state did not see."""
    learned: float = field(default=0.0, init=False)
    """When `foreign` was learned."""
    own: tuple[int, int] = field(init=False)
    """The most calls by the setting: interactive, bulk."""
    caps: tuple[int, int] = field(init=False)
    """The same, less the calls of others."""

    def __attrs_post_init__(self) -> None:
        self.width, self.failures = self.quota.seconds * _DRIFT / BUCKETS, self.quota.failures
        self.calls = self.quota.calls
        most = max(1, int(self.quota.calls * self.share))
        self.own = self.caps = (most, max(1, math.ceil(most * self.bulk_share)))

    def roll(self, now: float) -> None:
        """Forgets the buckets that are over."""
        if now < self.rolls_at:
            return
        self.bucket = bucket = int(now // self.width)
        for old in [each for each in self.made if each < bucket - BUCKETS]:
            self.total -= self.made.pop(old)
        self.rolls_at = (bucket + 1) * self.width

    def add(self, at: float, calls: int = 1) -> None:
        bucket = int(at // self.width)
        self.made[bucket] += calls
        self.total += calls

    def set_foreign(self, calls: int, now: float) -> None:
        self.foreign, self.learned = calls, now
        left = self.quota.calls - calls
        (most, bulk) = self.own
        self.caps = (min(most, left), min(most, left) - (most - bulk))

    def wait(self, bulk: bool, flying: int, ahead: int, now: float) -> float:
        """Returns the seconds until a call has a place, at the earliest."""
        calls = self.total + 1 - self.own[bulk]
        if not self.failures:
            calls += flying + ahead
        if calls <= 0:  # the calls in the way do not count once they are answered well
            return min(_LATEST, max(_LOOK, self.quota.seconds / 2000)) * min(1 + ahead, 20)
        for bucket in sorted(self.made):
            calls -= self.made[bucket]
            if calls <= 0:
                return max(_SOONEST, (bucket + 1 + BUCKETS) * self.width - now)
        return self.quota.seconds  # those in flight count from their answer on


@define(eq=False)
class QuotaState:
    """The calls of one account at a provider: made, in flight, and waiting.

    `share` is the part of each quota to use; `bulk_share` is the part of that for bulk calls.
    """

    quotas: tuple[Quota, ...]
    share: float = 1.0
    bulk_share: float = 1.0
    _windows: tuple[_Window, ...] = field(init=False)
    _rolls_at: float = field(default=-math.inf, init=False)
    """No window rolls before."""
    _counting: dict[float, _Window] = field(init=False)
    """The windows of all calls by their length."""
    _slots: dict[int, int] = field(factory=dict[int, int], init=False)
    """Calls in flight, by the second in which they end at the latest."""
    _flying: int = field(default=0, init=False)
    _due: float = field(default=math.inf, init=False)
    """No call in flight ends before."""
    _waiting: dict[int, tuple[bool, float]] = field(
        factory=dict[int, tuple[bool, float]], init=False
    )
    """Those that wait by number: whether bulk, and until when they keep their turn."""
    _last: int = field(default=0, init=False)
    _closed: float = field(default=0.0, init=False)
    """The provider wants no call before."""

    def __attrs_post_init__(self) -> None:
        self._windows = tuple(_Window(x, self.share, self.bulk_share) for x in self.quotas)
        self._counting = {w.quota.seconds: w for w in self._windows if not w.failures}

    def anew(self) -> QuotaState:
        """Returns a state of the same quotas that has seen no call."""
        return QuotaState(self.quotas, self.share, self.bulk_share)

    def kept(self, *, bulk: bool) -> tuple[Quota, ...]:
        """Returns the quotas of all calls, less what the shares leave to others."""
        return tuple(Quota(w.quota.seconds, w.own[bulk]) for w in self._counting.values())

    # -- the life of a call

    def take(self, turn: Turn, now: float) -> float:
        """Takes a place and returns 0.0, or returns the seconds after which to ask again.

        The latter are a lower bound: no place is free before, unless a call in flight is not sent.
        A turn that waits keeps its number if it asks again in time, after `NAP` at the latest.
        """
        if now >= self._due:
            self._land(now)
        if now >= self._rolls_at:
            self._roll(now)
        ahead = self._ahead(turn, now) if self._waiting else 0
        taken, bulk = self._flying + ahead, turn.bulk
        for window in self._windows:
            if window.total + taken >= window.caps[bulk]:
                break
        else:
            if now >= self._closed:
                return self._depart(turn)
        wait = self._wait(turn, now, ahead)
        return self._queue(turn, now, wait) if wait else self._depart(turn)

    def answered(self, turn: Turn, now: float, *, failed: bool) -> None:
        """Counts a call that was sent, from now on. `failed` also if no answer came."""
        if now >= self._rolls_at:
            self._roll(now)
        if self._back(turn):
            for window in self._windows:
                if failed or not window.failures:
                    window.made[window.bucket] += 1
                    window.total += 1

    def withdraw(self, turn: Turn) -> None:
        """Gives back the place of a call that was not sent, or its turn in the queue."""
        self._waiting.pop(turn.number, None)
        turn.number = 0
        self._back(turn)

    # -- what the provider says

    def learn(self, limits: Iterable[RateLimit], now: float) -> None:
        """Takes in what an answer says is left: others may use the same account.

        To be called after `answered`. A call in flight may be counted by the provider or not yet,
        so it is taken for counted: only calls that are surely of others are added.
        """
        counting, flying = self._counting, self._flying
        for limit in limits:
            if (window := counting.get(limit.seconds)) is not None:
                mine = window.calls - window.total - flying
                if limit.left < mine or window.foreign:
                    window.set_foreign(max(mine - max(limit.left, 0), 0), now)

    def refused(self, now: float, retry_after: float | None) -> None:
        """Takes in an answer of too many calls: no call is sent before the provider wants one.

        If it does not say when, for a sixtieth of the shortest window.
        """
        spans = [window.quota.seconds for window in self._windows]
        wait = min(spans, default=0.0) / _TRUST if retry_after is None else retry_after
        self._closed = now + min(max(wait, 0.0), max(spans, default=0.0))

    # -- steps

    def _depart(self, turn: Turn) -> float:
        if turn.number:
            self._waiting.pop(turn.number, None)
            turn.number = 0
        turn.slot = slot = math.ceil(turn.ends)
        self._slots[slot] = self._slots.get(slot, 0) + 1
        self._flying += 1
        if slot < self._due:
            self._due = slot
        return 0.0

    def _back(self, turn: Turn) -> bool:
        """Ends a flight. Returns False if there is none: it was taken for lost and counted."""
        slot, turn.slot = turn.slot, None
        calls = self._slots.get(slot, 0) if slot is not None else 0
        if not calls or slot is None:
            return False
        if calls == 1:
            del self._slots[slot]
        else:
            self._slots[slot] = calls - 1
        self._flying -= 1
        return True

    def _roll(self, now: float) -> None:
        for window in self._windows:
            window.roll(now)
        self._rolls_at = min((window.rolls_at for window in self._windows), default=math.inf)

    def _land(self, now: float) -> None:
        """Counts the calls in flight whose process died: each as made and failed at its end."""
        for slot in [each for each in self._slots if each <= now]:
            lost = self._slots.pop(slot)
            self._flying -= lost
            for window in self._windows:
                window.add(slot, lost)
        self._due = min(self._slots, default=math.inf)

    def _ahead(self, turn: Turn, now: float) -> int:
        """Returns how many waiting calls go before this one."""
        for number in [each for each, (_, until) in self._waiting.items() if until < now]:
            del self._waiting[number]
        mine = (turn.bulk, turn.number or math.inf)
        return sum((bulk, number) < mine for number, (bulk, _) in self._waiting.items())

    def _wait(self, turn: Turn, now: float, ahead: int) -> float:
        """Returns the seconds to wait; 0.0 for a call that finds out whether others have ended."""
        longest = self._closed - now if now < self._closed else 0.0
        believed: list[_Window] = []
        for window in self._windows:
            taken = window.total + self._flying + ahead
            if taken < window.caps[turn.bulk]:
                continue
            if taken < window.own[turn.bulk]:  # only the calls of others are in the way
                again = window.learned + window.quota.seconds / _TRUST - now
                if again <= 0 and not self._flying and not ahead:
                    believed.append(window)
                    continue
                longest = max(longest, again, _SOONEST)
            else:
                longest = max(longest, window.wait(turn.bulk, self._flying, ahead, now))
        if not longest:
            for window in believed:
                window.learned = now
        return longest

    def _queue(self, turn: Turn, now: float, wait: float) -> float:
        if not turn.number:
            self._last += 1
            turn.number = self._last
        shortest = min((window.quota.seconds for window in self._windows), default=1.0)
        late = min(1.0, shortest / 20)
        self._waiting[turn.number] = (turn.bulk, min(turn.ends, now + min(wait, NAP) + late))
        return wait

    # -- between processes

    def dump(self, now: float) -> Any:
        """Returns the state as a JSON value; the quotas are not in it."""
        return {
            "now": now,
            "closed": self._closed,
            "windows": [
                [w.quota.seconds, w.quota.failures, w.foreign, w.learned, list(w.made.items())]
                for w in self._windows
            ],
            "flying": list(self._slots.items()),
            "waiting": [(number, *each) for number, each in self._waiting.items()],
            "last": self._last,
        }

    def load(self, state: Any, now: float) -> None:
        """Takes on a state that `dump` returned, perhaps with other quotas.

        If the clock was set back since, all calls are taken for made now: they are forgotten late,
        never early.
        """
        was_set_back = state["now"] > now + 1
        self._closed, self._last = min(state["closed"], now + _DAY), state["last"]
        known = {(w.quota.seconds, w.quota.failures): w for w in self._windows}
        for seconds, failures, foreign, learned, made in state["windows"]:
            if window := known.get((seconds, failures)):
                window.made = Counter(dict(made))
                window.total, window.rolls_at = sum(window.made.values()), -math.inf
                if was_set_back:
                    calls, window.made, window.total = window.total, Counter(), 0
                    window.add(now, calls)
                window.set_foreign(foreign, min(learned, now))
        self._rolls_at = -math.inf
        self._slots = dict(state["flying"])
        if was_set_back:
            self._slots = {math.ceil(now): sum(self._slots.values())} if self._slots else {}
        self._flying = sum(self._slots.values())
        self._due = min(self._slots, default=math.inf)
        self._waiting = {n: (bulk, until) for n, bulk, until in state["waiting"]}
        if was_set_back:
            self._waiting = {}
