"""How many calls MangoPay still takes, read from the headers of an answer.

docs: overview/rate-limiting
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from onboarding import RateLimit, Response
from onboarding.reading import moment

__all__ = ["rate_limits", "seconds_to_wait"]

_HEADERS = ("x-ratelimit", "x-ratelimit-remaining", "x-ratelimit-reset")
_WINDOWS = (15 * 60, 30 * 60, 60 * 60, 24 * 60 * 60)


def rate_limits(response: Response) -> tuple[RateLimit, ...]:
    """The windows that the headers of an answer speak of; none where they are not readable.

    `x-ratelimit` counts the calls made, and is no limit. Four values are of the four windows, in
    their order. The number of values has varied: of any other, which window one is of is told by
    when it resets, as the official SDKs do.
    """
    if _HEADERS[0] not in response.headers:
        return ()
    columns = [response.headers.get(name, "").split(",") for name in _HEADERS]
    with suppress(ValueError):
        values = list(zip(*(map(int, column) for column in columns), strict=True))
        resets = [at for _, _, reset in values if (at := moment(reset)) is not None]
        documented = len(values) == len(_WINDOWS)
        windows = _WINDOWS if documented else [_window(x, response.received_at) for x in resets]
        return tuple(
            RateLimit(seconds=seconds, made=made, left=left, resets_at=resets_at)
            for seconds, resets_at, (made, left, _) in zip(windows, resets, values, strict=True)
        )
    return ()


def _window(resets_at: datetime, now: datetime) -> int:
    away = (resets_at - now).total_seconds()
    return next((seconds for seconds in _WINDOWS if away <= seconds), _WINDOWS[-1])


def seconds_to_wait(response: Response) -> float | None:
    """The seconds until no window is spent any more; None where none says that it is."""
    spent = [limit.resets_at for limit in rate_limits(response) if limit.left <= 0]
    return max(0.0, (max(spent) - response.received_at).total_seconds()) if spent else None
