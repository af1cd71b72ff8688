"""How far a run has come, and how long the rest takes, in one line."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from onboarding.model.answers import RateLimit
from onboarding.model.quota import Quota

__all__ = ["Estimate", "in_words"]


@frozen(kw_only=True)
class Estimate:
    """The state of a run at one moment.

    - `done`: the users with a result, of this run and of earlier ones; `total`: all users, None if
      they cannot be counted; `exact` is whether the total is not an estimate;
    - `rate`: the users per second; `waiting`: the seconds until a rate limit ends, else 0;
    - `limits`: the windows that the provider reports; `quotas`: those that the gateway keeps.
    """

    done: int
    total: int | None = None
    exact: bool = False
    rate: float = 0.0
    limits: tuple[RateLimit, ...] = ()
    quotas: tuple[Quota, ...] = ()
    waiting: float = 0.0

    def line(self, width: int, now: datetime) -> str:
        """Returns the line; the parts that matter least are left out until it fits."""
        parts = self._parts(now)
        while len(parts) > 1 and len(", ".join(text for _, text in parts)) > width:
            parts.remove(min(parts))
        return ", ".join(text for _, text in parts)

    def _parts(self, now: datetime) -> list[tuple[int, str]]:
        """Returns the parts of the line, each with its weight."""
        about = "" if self.exact else "about "
        of = f" of {about}{self.total:,}" if self.total is not None else ""
        one = (self.done if self.total is None else self.total) == 1
        parts = [(9, f"{self.done:,}{of} {'user' if one else 'users'}")]
        if self.waiting:
            parts.append((4, f"rate limit: waits {in_words(self.waiting)}"))
        elif self.rate:
            parts.append((1, f"{self.rate:,.{0 if self.rate >= 10 else 1}f} a second"))
        if (tightest := min(self.limits, key=_share, default=None)) is not None:
            parts.append((2, f"{tightest.left:,} of {_size(tightest):,} calls left"))
        seconds, by_quota = self.seconds_left(now)
        if seconds is not None:
            parts.append(
                (3, f"{in_words(seconds)} {'at this quota' if by_quota else 'to the end'}")
            )
        return parts

    def seconds_left(self, now: datetime) -> tuple[float | None, bool]:
        """Returns the seconds to the end, None if unknown, and whether the quota decides."""
        if (
            self.total is None
            or self.done >= self.total
            or not (self.rate or self.limits or self.quotas)
        ):
            return None, False
        rest = self.total - self.done
        by_rate = rest / self.rate if self.rate else 0.0
        reported = [_seconds(limit, rest, now) for limit in self.limits]
        kept = [quota.seconds_for(rest) for quota in self.quotas]
        by_quota = max(reported or kept, default=0.0)
        return min(max(by_rate, by_quota), _LONGEST), by_quota > by_rate


_LONGEST = 1e9  # seconds


def _size(limit: RateLimit) -> int:
    return limit.made + limit.left


def _share(limit: RateLimit) -> float:
    return limit.left / max(1, _size(limit))


def _seconds(limit: RateLimit, calls: int, now: datetime) -> float:
    """Returns the seconds until a window allows so many calls."""
    if calls <= limit.left or not _size(limit):
        return 0.0
    until_reset = max(0.0, (limit.resets_at - now).total_seconds())
    windows = (calls - limit.left - 1) // _size(limit)
    return until_reset + windows * limit.seconds


_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def in_words(seconds: float) -> str:
    """Returns a duration in its largest unit of which there are two, such as `18 days`."""
    size, name = next((unit for unit in _UNITS if seconds >= 2 * unit[0]), _UNITS[-1])
    count = max(1, round(seconds / size))
    return f"{count:,} {name}{'' if count == 1 else 's'}"
