"""Retries: which request is sent again, and after how many seconds."""

from __future__ import annotations

import random
from collections.abc import Callable

from attrs import define, field, frozen

from onboarding.engine.schedule import is_number
from onboarding.errors import InvalidInput, NoAnswer, Problem, TransportError, UnexpectedResponse
from onboarding.http import Response, retry_after

__all__ = ["FULL", "RetryBudget", "RetryPolicy", "Wait"]

_DAY = 86_400
_MOST_ATTEMPTS = 100
FULL = 100.0
"""The retries of a full budget."""

_PASSING = frozenset({500, 502, 503, 504})
"""The server errors that another attempt may not meet; 501 and 505 stay."""


@frozen
class Wait:
    """A step that asks the driver to wait before the next attempt.

    The driver answers whether it has waited: False if the call would have to end before.
    """

    seconds: float
    why: str


@frozen(kw_only=True)
class RetryPolicy:
    """Which failed requests are sent again.

    Before the attempt number n + 1, the wait is a random part of `initial * 2 ** (n - 1)` seconds,
    at most of `longest`. Raises `InvalidInput` for a number that is out of range.
    """

    attempts: int = 10
    """The most times that a request is sent; 1 sends it once."""
    initial: float = 0.1
    """The longest wait before the second attempt, in seconds. It doubles with each attempt."""
    longest: float = 5.0
    """The longest wait between two attempts, in seconds, if the provider names none."""
    retry_after_limit: float = 30.0
    """The longest wait that the provider may ask for, such as by `Retry-After`, in seconds.

    After a longer one the error is raised at once.
    """
    budget: float = 0.2
    """The retries per request that a gateway makes when many requests fail."""

    def __attrs_post_init__(self) -> None:
        limits = {
            "attempts": (1, _MOST_ATTEMPTS),
            "initial": (0, _DAY),
            "longest": (0, _DAY),
            "retry_after_limit": (0, _DAY),
            "budget": (0, _MOST_ATTEMPTS),
        }
        problems = [
            Problem(name, "shape", f"expected a number from {least} to {most}")
            for name, (least, most) in limits.items()
            if not is_number(getattr(self, name), least, most)
        ]
        if problems:
            raise InvalidInput(problems)

    def wait(
        self,
        found: Response | NoAnswer,
        attempt: int,
        *,
        safe: bool,
        advised: bool | None = None,
        asked: Callable[[Response], float | None] = retry_after,
        rng: Callable[[], float] = random.random,
    ) -> Wait | None:
        """Returns the wait before the next attempt; None if there must be none.

        `attempt` counts the attempts so far; `safe` is whether the request can be repeated after an
        attempt that may have been carried out. `advised` is what the answer itself says of that,
        and `asked` reads the wait that it asks for.
        """
        if attempt >= self.attempts:
            return None
        seconds = None
        if isinstance(found, NoAnswer):
            passes = found.transient and (safe or isinstance(found, TransportError))
            why = "no answer"
        else:
            own = found.status == 429 or (safe and _failed(found))
            passes = own if advised is None else advised
            why = f"the answer {found.status}"
            seconds = asked(found) if passes else None
        if not passes or (seconds is not None and seconds > self.retry_after_limit):
            return None
        # The random part also spreads callers that were told the same time.
        most = min(self.longest, self.initial * 2.0 ** (attempt - 1))
        return Wait((seconds or 0.0) + most * rng(), why)


def _failed(response: Response) -> bool:
    """Whether an answer is a failure that may pass, or JSON that is cut off."""
    if not 200 <= response.status < 300:
        return response.status in _PASSING
    body = response.body
    balanced = body.count(b"{") == body.count(b"}") and body.count(b"[") == body.count(b"]")
    if balanced or "json" not in response.headers.get("content-type", ""):
        return False
    try:
        response.json()  # a text may have a bracket
    except UnexpectedResponse:
        return True
    return False


@define(eq=False)
class RetryBudget:
    """The retries that a gateway has left, so that it does not multiply the load of an outage.

    Threads may lose an update of each other, which makes the count a little too high or too low.
    """

    left: float = field(default=FULL)

    def earn(self, share: float) -> None:
        """Adds the share of a request that was not sent again."""
        self.left = min(FULL, self.left + share)

    def spend(self) -> bool:
        """Takes one retry; returns False if there is none left."""
        if self.left < 1:
            return False
        self.left -= 1
        return True
