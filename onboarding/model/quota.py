"""The quotas that a provider documents: how many calls it accepts in which time."""

from __future__ import annotations

import math

from attrs import frozen

from onboarding.errors import InvalidInput, Problem

__all__ = ["Quota"]

_LONGEST = 366 * 86_400  # seconds: a year


@frozen
class Quota:
    """The most calls that a provider accepts in any period of so many seconds.

    Raises `InvalidInput` for a number that is out of range.
    """

    seconds: float
    """The length of the period. Example: `900`."""
    calls: int
    """The most calls in it. Example: `2300`."""
    failures: bool = False
    """Whether only failed calls count: those without an answer, and answers from 400 on."""

    def __attrs_post_init__(self) -> None:
        problems: list[Problem] = []
        if not _is_number(self.seconds) or not 0 < self.seconds <= _LONGEST:
            problems.append(Problem("seconds", "shape", "expected a number above 0, up to a year"))
        if not _is_number(self.calls) or self.calls != int(self.calls) or self.calls < 1:
            problems.append(Problem("calls", "shape", "expected a whole number from 1 on"))
        if problems:
            raise InvalidInput(problems)

    def seconds_for(self, calls: int) -> float:
        """Returns the least number of seconds between the first and the last of so many calls."""
        return max(0, calls - 1) // self.calls * self.seconds


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value)
