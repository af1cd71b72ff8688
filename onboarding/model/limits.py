"""How many calls a provider still takes, as its last answer said."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from onboarding.model.base import Model

__all__ = ["RateLimit"]


@frozen(kw_only=True, slots=False, repr=False)
class RateLimit(Model):
    """Calls within one window of `seconds`: those made, those left, and when it is full again.

    A provider may count in several windows at once; the one with the fewest left is felt first.
    `resets_at` is in UTC.
    """

    seconds: int
    made: int
    left: int
    resets_at: datetime

    def __repr__(self) -> str:
        return f"RateLimit({self.made} made and {self.left} left of {self.seconds} seconds)"
