"""The call that a conversation is for, and its stored form if its outcome is unknown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import field, frozen

from onboarding.adapter import Adapter
from onboarding.adapter.agreement import content_digest
from onboarding.engine.outcomes import Progress
from onboarding.engine.state import Clock
from onboarding.errors import OnboardingError, Outcome
from onboarding.mapping.changes import changed_paths
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.provider_errors import PartialFailure
from onboarding.reconciliation import UnresolvedCall

__all__ = ["Attempt", "note_unresolved"]


@frozen(kw_only=True)
class Attempt:
    """A call of a gateway that writes, with the content that `reconcile` is given again."""

    operation: str
    content: object = field(default=None, repr=False)
    user_id: object = None
    idempotency_key: str | None = field(default=None, repr=False)
    on: object = field(default=None, repr=False)
    """The record or the action that the call is about."""

    def unresolved(self, adapter: Adapter, progress: Progress, now: datetime) -> UnresolvedCall:
        """Returns the stored form of the call."""
        user = self.content if isinstance(self.content, User) else None
        changes: Iterable[str] = ()
        user_id, id = self.user_id, None
        if isinstance(self.on, UserRecord):
            user_id = self.on.id
            changes = changed_paths(self.on.user, user) if user is not None else ()
        elif self.on is not None:
            user_id, id = getattr(self.on, "user_id", None), getattr(self.on, "id", None)
        return UnresolvedCall(
            **adapter.provenance,
            operation=self.operation,
            sent_at=progress.sent_at or now,
            failed_at=now,
            user_id=_text(user_id),
            id=_text(id),
            reference=user.reference if user is not None else None,
            idempotency_key=self.idempotency_key,
            provider_key=progress.key,
            digest=content_digest(self.content),
            changes=tuple(sorted(changes)),
        )


def _text(id: object) -> str | None:
    return None if id is None else str(id)


def note_unresolved(
    error: OnboardingError, attempt: Attempt, adapter: Adapter, progress: Progress, clock: Clock
) -> None:
    """Sets `error.unresolved` if the call wrote and its outcome is unknown.

    A `PartialFailure` has `partial` instead, which `resume` completes.
    """
    if error.outcome is not Outcome.UNKNOWN or isinstance(error, PartialFailure):
        return
    if progress.sent_at is not None:
        error.unresolved = attempt.unresolved(adapter, progress, clock())
