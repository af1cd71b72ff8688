"""Derives the outcome of a failed call from its requests and their answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

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
    """The progress of one call.

    - `written`: the outcome of the last write, None before the first one;
    - `earlier`: whether a write before it was carried out, or may have been;
    - `read_since`: whether the call continued with a read after the last write;
    - `repeatable`: whether the provider prevents a second execution of everything sent so far;
    - `in_doubt`: whether an earlier attempt of the current request may have been carried out;
    - `operation`, `sent_at`, `key`: those of the last write; the key is its idempotency key.
    """

    written: Outcome | None = None
    earlier: bool = False
    read_since: bool = False
    repeatable: bool = True
    in_doubt: bool = False
    operation: str = ""
    sent_at: datetime | None = None
    key: str | None = None

    def sending(self, request: Request, header: str, clock: Callable[[], datetime]) -> None:
        """Records that a request is about to be sent for the first time under its key."""
        if not request.changes_nothing:
            self.operation, self.sent_at = request.operation, clock()
            self.key = request.headers.get(header)

    def answered(self, request: Request, response: Response) -> None:
        """Records an answer: 2xx was carried out, 4xx was not, any other may have been."""
        if 200 <= response.status < 300:
            outcome = Outcome.DONE
        elif 400 <= response.status < 500:
            outcome = Outcome.NOT_DONE
        else:
            outcome = Outcome.UNKNOWN
        self._note(request, outcome)

    def failed(self, request: Request, error: OnboardingError) -> None:
        """Records that no answer was received, or that the request could not be sent."""
        sent = isinstance(error, OutcomeUnknown)
        self._note(request, Outcome.UNKNOWN if sent else Outcome.NOT_DONE)

    def _note(self, request: Request, outcome: Outcome) -> None:
        doubt, self.in_doubt = self.in_doubt, False
        if doubt and outcome is Outcome.NOT_DONE:
            outcome = Outcome.UNKNOWN
        if request.changes_nothing:
            self.read_since = self.written is not None
            return
        self.earlier |= self.written in (Outcome.DONE, Outcome.UNKNOWN)
        self.written, self.read_since = outcome, False
        if outcome is not Outcome.NOT_DONE:
            self.repeatable &= request.idempotent

    def settle(self, error: OnboardingError) -> None:
        """Sets `outcome` and `repeatable` of the error that ends the call."""
        error.repeatable = self.repeatable
        if isinstance(error, PartialFailure):
            error.outcome = self._of_last()
        elif isinstance(error, IdempotencyConflict):
            error.outcome = Outcome.NOT_DONE
        elif not isinstance(error, OutcomeUnknown):
            error.outcome = self._of_call(error)

    def _of_last(self) -> Outcome:
        """Returns the outcome of the failed request; a failed read changed nothing."""
        if self.written is None or self.read_since:
            return Outcome.NOT_DONE
        # The call ended with a 2xx, so its answer could not be read.
        return Outcome.UNKNOWN if self.written is Outcome.DONE else self.written

    def _of_call(self, error: OnboardingError) -> Outcome:
        if self.written is None:
            return Outcome.NOT_DONE
        if self.written is Outcome.DONE:
            # The call continued, so the answer was read: only a later step failed.
            return Outcome.DONE if self.read_since else Outcome.UNKNOWN
        if self.written is Outcome.NOT_DONE and self.earlier:
            return Outcome.UNKNOWN  # part of it was carried out
        return self.written
