"""The result of a user whose call failed: by the outcome of the call, then by the error's class."""

from __future__ import annotations

from attrs import evolve

from onboarding.bulk.results import Result, State, redacted
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

__all__ = ["result_of_error", "state_of"]


def result_of_error(
    started: Result, error: Exception, *, sent: bool, replay: bool = False
) -> Result:
    """Returns the result of a user whose call failed.

    `sent`: whether a request was sent. `replay`: whether an earlier call for this user, under the
    same idempotency key, has an unknown outcome.
    """
    partial = error.partial if isinstance(error, PartialFailure) else None
    behind = error.__cause__ if partial is not None else error
    problems: tuple[Problem, ...] = getattr(behind, "problems", ())
    if not problems or partial is not None:
        problems = (*problems, Problem("", *_code_and_message(error)))
    return evolve(
        started,
        state=state_of(error, sent=sent, replay=replay),
        id=_id_in(error),
        problems=redacted(problems),
        error=type(error).__name__,
        request_id=behind.request_id if isinstance(behind, ProviderError) else None,
        partial=partial,
    )


# For calls whose outcome is `not_done`: the first row whose class fits the error counts.
_NOT_DONE: tuple[tuple[type[OnboardingError], State], ...] = (
    (Unsupported, State.UNSUPPORTED),
    (InvalidInput, State.INVALID),
    # The answer is about the gateway or a passing condition, not about the user.
    (Unauthorized, State.FAILED),
    (Forbidden, State.FAILED),
    (RateLimited, State.FAILED),
    (Unavailable, State.FAILED),
    (ActionRequired, State.FAILED),
    # Every other answer is about the user.
    (ProviderError, State.REJECTED),
    # Earlier requests of the call, or an earlier call, were carried out.
    (PartialFailure, State.UNKNOWN),
    (IdempotencyConflict, State.UNKNOWN),
    (OnboardingError, State.FAILED),
)


def state_of(error: Exception, *, sent: bool, replay: bool = False) -> State:
    """Returns the state of a user whose call failed: by the outcome of the call, then by the error.

    Only a call that was certainly not carried out may be retried. An error that is not one of the
    library's has no outcome: then the state depends on whether a request was sent. A failed replay
    does not show the outcome of the earlier call, unless the provider rejected the user: a provider
    judges a user again only if nothing was carried out under the key.
    """
    if replay and not isinstance(error, Rejected | Conflict):
        return State.UNKNOWN
    if not isinstance(error, OnboardingError):
        return State.UNKNOWN if sent else State.FAILED
    if error.outcome is not Outcome.NOT_DONE:
        return State.UNKNOWN
    return next(state for kind, state in _NOT_DONE if isinstance(error, kind))


def _id_in(error: Exception) -> str | None:
    """Returns the provider's id of the user, if the error has it."""
    match error:
        case IdempotencyConflict():
            return error.id
        case PartialFailure():
            return error.partial.user_id or error.partial.id
        case _:
            return None


def _code_and_message(error: Exception) -> tuple[str, str]:
    match error:
        case ProviderError():
            return error.code, error.remedy or f"the provider answered {error.status}"
        case IdempotencyConflict():
            return "idempotency_conflict", "this ref was sent before with different content"
        case PartialFailure():
            return (
                "partial_failure",
                "the call was carried out in part, then a request failed; the next run finishes it",
            )
        case NoAnswer():
            return "no_answer", str(error)
        case OnboardingError():
            return "failed", str(error)
        case _:
            return "fault", "the adapter raised an unexpected error"  # its text may hold a value
