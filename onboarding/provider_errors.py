"""The errors that carry values of the model: partial failures and the provider's refusals.

`onboarding.errors` has the whole tree.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn, Self

from attrs import evolve, field, frozen

from onboarding.errors import IdempotencyConflict, OnboardingError, Outcome, Problem
from onboarding.model.action import NextAction
from onboarding.model.answers import Partial, RateLimit

__all__ = [
    "ActionRequired",
    "Conflict",
    "ErrorDetails",
    "Forbidden",
    "NotFound",
    "PartialFailure",
    "ProviderError",
    "QuotaReached",
    "RateLimited",
    "Rejected",
    "Unauthorized",
    "Unavailable",
    "part_way",
    "raise_error",
]


class PartialFailure(OnboardingError):
    """A call of several requests failed after some of them were carried out; see `__cause__`.

    `partial` describes what was carried out. It can be stored, and `gateway.resume(partial, ...)`
    finishes the call, also in another process. Repeating the call would start a new one, so it is
    never safe to retry. `outcome` is the outcome of the request that failed.
    """

    @property
    def retry_safe(self) -> bool:
        """False: repeating the call would start a new one."""
        return False

    def __init__(self, partial: Partial) -> None:
        self.partial = partial
        super().__init__(partial)

    def __str__(self) -> str:
        return (
            f"{self.partial.operation} failed part-way; "
            f"gateway.resume(error.partial, ...) finishes it: {self.partial!r}"
        )

    def __repr__(self) -> str:
        return f"PartialFailure({self.partial!r})"


@frozen(kw_only=True)
class ErrorDetails:
    """The contents of a provider's error answer."""

    status: int
    """The HTTP status. Example: `422`."""
    code: str
    """The provider's own code. Example: `param_error`."""
    problems: tuple[Problem, ...] = ()
    """What the provider complained of, by core path."""
    remedy: str = ""
    """What helps, or empty. Example: `wait until the review is over`."""
    request_id: str | None = None
    """The provider's id of the request, for its support. Example: `84bd3bb6`."""
    retry_after: float | None = None
    """Seconds to wait before another call. Example: `30.0`."""
    rate_limits: tuple[RateLimit, ...] = field(default=(), repr=False)
    """The calls left when the answer arrived."""
    next_action: NextAction | None = None
    """What the user must do first, for `ActionRequired`."""
    provider_fields: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)
    """Further facts of the answer, by the provider's names. Example: `{"Type": "param_error"}`."""
    raw: Any = field(default=None, repr=False)
    """The unchanged body. It may contain personal values."""


class ProviderError(OnboardingError):
    """The provider answered with an error.

    `status` is the HTTP status, `code` the provider's error code, `problems` its complaints by core
    path, `remedy` what the caller can do about it, `provider_fields` further facts of the answer,
    `raw` the body. `provider_fields` and `raw` may contain personal data: no text or repr has them.
    """

    def __init__(self, details: ErrorDetails) -> None:
        self.details = details
        if details.status >= 500:
            self.outcome = Outcome.UNKNOWN
        super().__init__(details)

    @property
    def status(self) -> int:
        return self.details.status

    @property
    def code(self) -> str:
        return self.details.code

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.details.problems

    @property
    def remedy(self) -> str:
        return self.details.remedy

    @property
    def request_id(self) -> str | None:
        return self.details.request_id

    @property
    def provider_fields(self) -> Mapping[str, Any]:
        return self.details.provider_fields

    @property
    def raw(self) -> Any:
        return self.details.raw

    def __str__(self) -> str:
        head = f"the provider answered {self.status} {self.code}"
        tail = [f"  {problem}" for problem in self.problems]
        return "\n".join([f"{head}: {self.remedy}" if self.remedy else head, *tail])


class Rejected(ProviderError):
    """The provider refused what was sent."""


class Conflict(ProviderError):
    """The object already exists, or its state does not allow the call."""


class ActionRequired(ProviderError):
    """The user must act first: see `next_action`."""

    @property
    def next_action(self) -> NextAction | None:
        return self.details.next_action


class NotFound(ProviderError):
    """The provider has no such object."""


class Unauthorized(ProviderError):
    """The provider did not accept the credentials of the gateway."""


class Forbidden(ProviderError):
    """The credentials of the gateway do not allow this call."""


class RateLimited(ProviderError):
    """Too many calls; `retry_after` is the number of seconds to wait, if known."""

    @property
    def retry_after(self) -> float | None:
        return self.details.retry_after

    @property
    def rate_limits(self) -> tuple[RateLimit, ...]:
        """The remaining calls in each window, if the provider reports them."""
        return self.details.rate_limits


class QuotaReached(RateLimited):
    """Nothing was sent: the quota has no free place before the deadline of the call.

    `status` is 429, as if the provider had refused the call, and `code` is `quota_reached`.
    `retry_after` is the number of seconds until a place may be free.
    """

    @classmethod
    def after(cls, seconds: float) -> Self:
        """Returns the error for a place that may be free after so many seconds."""
        return cls(ErrorDetails(status=429, code="quota_reached", retry_after=seconds))

    def __str__(self) -> str:
        wait = math.ceil(self.details.retry_after or 0.0)
        return (
            f"nothing was sent: the quota of the provider is used up for {wait} s, "
            "longer than the deadline of the call"
        )


class Unavailable(ProviderError):
    """The provider failed (5xx); it is unknown whether the call was carried out."""


_BY_STATUS: dict[int, type[ProviderError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
}


def raise_error(details: ErrorDetails, kind: type[ProviderError] | None = None) -> NoReturn:
    """Raises the error class of the HTTP status, or `kind` if given, with the details."""
    if kind is None:
        kind = _BY_STATUS.get(details.status)
    if kind is None:
        kind = Unavailable if details.status >= 500 else Rejected
    raise kind(details)


@contextmanager
def part_way(partial: Partial) -> Generator[None]:
    """Turns any error raised inside the block into a `PartialFailure`.

    For use in a flow, around each `yield` after the first request that was carried out. If the
    provider rejected the content, the partial has no digest, so that corrected content can be sent.
    """
    try:
        yield
    except (PartialFailure, IdempotencyConflict):
        raise
    except Rejected as error:
        raise PartialFailure(evolve(partial, digest="")) from error
    except Exception as error:
        raise PartialFailure(partial) from error
