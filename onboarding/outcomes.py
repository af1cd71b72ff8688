"""The outcome of a call that failed, derived from its requests and their answers."""

from __future__ import annotations

from attrs import define

from onboarding.errors import (
    IdempotencyConflict,
    OnboardingError,
    Outcome,
    OutcomeUnknown,
)
from onboarding.http import Request, Response
from onboarding.provider_errors import PartialFailure

__all__ = ["Progress"]


@define(eq=False)
class Progress:
    """The requests of one call so far.

    `written` is the outcome of the last request that changes something, None before there was
    one; `earlier` is whether one before it was carried out, or may have been; `read_since` is
    whether the call went on after it. `repeatable` stays true while the provider prevents a
    second execution of everything that was sent.
    """

    written: Outcome | None = None
    earlier: bool = False
    read_since: bool = False
    repeatable: bool = True

    def answered(self, request: Request, response: Response) -> None:
        """Notes an answer: a 2xx was carried out, a 4xx was not, any other may have been."""
        if 200 <= response.status < 300:
            outcome = Outcome.DONE
        elif 400 <= response.status < 500:
            outcome = Outcome.NOT_DONE
        else:
            outcome = Outcome.UNKNOWN
        self._note(request, outcome)

    def failed(self, request: Request, error: OnboardingError) -> None:
        """Notes that no answer came, or that the request could not be sent."""
        sent = isinstance(error, OutcomeUnknown)
        self._note(request, Outcome.UNKNOWN if sent else Outcome.NOT_DONE)

    def _note(self, request: Request, outcome: Outcome) -> None:
        if request.changes_nothing:
            self.read_since = self.written is not None
            return
        self.earlier |= self.written in (Outcome.DONE, Outcome.UNKNOWN)
        self.written, self.read_since = outcome, False
        if outcome is not Outcome.NOT_DONE:
            self.repeatable &= request.idempotent

    def settle(self, error: OnboardingError) -> None:
        """Sets the outcome of the call on the error that ends it."""
        error.repeatable = self.repeatable
        if isinstance(error, PartialFailure):
            error.outcome = self._of_last()
        elif isinstance(error, IdempotencyConflict):
            error.outcome = Outcome.NOT_DONE
        elif not isinstance(error, OutcomeUnknown):
            error.outcome = self._of_call(error)

    def _of_last(self) -> Outcome:
        """The outcome of the request that failed; a read that failed changed nothing."""
        if self.written is None or self.read_since:
            return Outcome.NOT_DONE
        # A 2xx that ended the call all the same could not be read.
        return Outcome.UNKNOWN if self.written is Outcome.DONE else self.written

    def _of_call(self, error: OnboardingError) -> Outcome:
        if self.written is None:
            return Outcome.NOT_DONE
        if self.written is Outcome.DONE:
            # The call went on after it, so its answer was read: only a later step failed.
            return Outcome.DONE if self.read_since else Outcome.UNKNOWN
        if self.written is Outcome.NOT_DONE and self.earlier:
            return Outcome.UNKNOWN  # part of it was carried out
        return self.written
