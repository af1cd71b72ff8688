"""What a call that failed means for a user: decided by its outcome, then by the error's class."""

from __future__ import annotations

from attrs import evolve

from onboarding.bulk.results import Result, State, tame
from onboarding.errors import (
    IdempotencyConflict,
    InvalidInput,
    NoAnswer,
    OnboardingError,
    Outcome,
    Problem,
    Unsupported,
)
from onboarding.provider_errors import (
    ActionRequired,
    Conflict,
    Forbidden,
    PartialFailure,
    ProviderError,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)

__all__ = ["of_error", "state_of"]


def of_error(blank: Result, error: Exception, *, sent: bool, replay: bool = False) -> Result:
    """The result of a user whose call failed.

    `sent`: whether a request was being sent. `replay`: whether an earlier call of this user, under
    the same idempotency key, has an unknown outcome.
    """
    problems: tuple[Problem, ...] = getattr(error, "problems", ())
    if not problems:
        problems = (Problem("", *_words(error)),)
    return evolve(
        blank,
        state=state_of(error, sent=sent, replay=replay),
        id=_id_in(error),
        problems=tame(problems),
        error=type(error).__name__,
        request_id=error.request_id if isinstance(error, ProviderError) else None,
    )


# Of calls whose outcome is `not_done`, by the class of the error; the first row that fits counts.
_NOT_DONE: tuple[tuple[type[OnboardingError], State], ...] = (
    (Unsupported, State.UNSUPPORTED),
    (InvalidInput, State.INVALID),
    # An answer about the gateway, or about the moment: no word about the user.
    (Unauthorized, State.FAILED),
    (Forbidden, State.FAILED),
    (RateLimited, State.FAILED),
    (Unavailable, State.FAILED),
    (ActionRequired, State.FAILED),
    # Any other answer is about the user.
    (ProviderError, State.REJECTED),
    # Earlier requests of the call, or an earlier call, were carried out.
    (PartialFailure, State.UNKNOWN),
    (IdempotencyConflict, State.UNKNOWN),
    (OnboardingError, State.FAILED),
)


def state_of(error: Exception, *, sent: bool, replay: bool = False) -> State:
    """The state of a user whose call failed: by the outcome of the call, then by the error.

    Only a call that was surely not carried out may be tried again. A fault of the adapter's has
    no outcome: then it counts whether a request was being sent. A replay that failed says nothing
    of the earlier call, unless the provider judged the user: it does so only under a key that
    carried nothing out.
    """
    if replay and not isinstance(error, Rejected | Conflict):
        return State.UNKNOWN
    if not isinstance(error, OnboardingError):
        return State.UNKNOWN if sent else State.FAILED
    if error.outcome is not Outcome.NOT_DONE:
        return State.UNKNOWN
    return next(state for kind, state in _NOT_DONE if isinstance(error, kind))


def _id_in(error: Exception) -> str | None:
    """The provider's id of the user, where the error has it."""
    match error:
        case IdempotencyConflict():
            return error.id
        case PartialFailure():
            return error.partial.user_id or error.partial.id
        case _:
            return None


def _words(error: Exception) -> tuple[str, str]:
    match error:
        case ProviderError():
            return error.code, error.remedy or f"the provider answered {error.status}"
        case IdempotencyConflict():
            return "idempotency_conflict", "this ref was sent before with other content"
        case PartialFailure():
            return "partial_failure", "a part of it was carried out, then a request failed"
        case NoAnswer():
            return "no_answer", str(error)
        case OnboardingError():
            return "failed", str(error)
        case _:
            return "fault", "the adapter failed on it"  # its own text may hold a value
