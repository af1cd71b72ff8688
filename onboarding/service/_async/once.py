"""A call that is made once: claimed before, and reconciled if its outcome is unknown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, Generic, TypeVar

from attrs import frozen

from onboarding.adapter import Adapter
from onboarding.aio import AsyncGateway
from onboarding.directory import AsyncDirectory, ClaimState
from onboarding.errors import IdempotencyConflict, OnboardingError, Outcome
from onboarding.model.documents import DocumentRecord
from onboarding.model.record import UserRecord
from onboarding.provider_errors import Conflict, PartialFailure, Rejected
from onboarding.reconciliation import Reconciliation
from onboarding.service import steps
from onboarding.service.steps import Carried, StillUnknown, Taken

__all__ = ["AsyncOnce"]

R = TypeVar("R", UserRecord, DocumentRecord)


@frozen(kw_only=True, repr=False)
class AsyncOnce(Generic[R]):
    """A call that is made once.

    - `content`: the user or the document that it sends;
    - `call`: makes it under an idempotency key; `read`: reads an object by its id;
    - `user_id`, `reference`: what `reconcile` finds the object by.
    """

    directory: AsyncDirectory
    gateway: AsyncGateway[Adapter]
    content: Any
    call: Callable[[str], Awaitable[R]]
    read: Callable[[str], Awaitable[R]]
    lease: timedelta
    user_id: str | None = None
    reference: str | None = None

    async def made(self, taken: Taken) -> Carried[R]:
        """Makes a claimed call, or reconciles it; stores its failure.

        Raises the error of a call that says more than that its outcome is unknown.
        """
        record: R | None = None
        try:
            if taken.claim.state is ClaimState.RECONCILE:
                record = await self.settled(taken)
                if record is None:
                    spent = taken
                    taken = await self.directory.run(
                        lambda t: steps.again(t, spent, self.content, self.lease)
                    )
            if record is None:
                record = await self.call(taken.key)
        except IdempotencyConflict as error:
            failure: OnboardingError | StillUnknown = error
            # Only of an unknown call is the first one known to be of this user.
            if error.id is not None and taken.claim.state is ClaimState.RECONCILE:
                with suppress(OnboardingError):
                    other = await self.read(error.id)
                    return Carried(taken=taken, record=other, other_content=True)
        except (OnboardingError, StillUnknown) as error:
            failure = error
        else:
            return Carried(taken=taken, record=record)
        held = taken
        await self.directory.run(lambda t: steps.left_open(t, held, failure))
        if isinstance(failure, OnboardingError) and not steps.is_unknown(failure):
            raise failure
        return Carried(taken=taken, error=failure)

    async def settled(self, taken: Taken) -> R | None:
        """Returns the object of a call whose outcome was unknown; None if it was not carried out.

        The call is repeated where that cannot carry it out twice, and reconciled otherwise. Raises
        `StillUnknown`, or the error of the repeated call, or of one that only reads.
        """
        if taken.key_counts(self.gateway.adapter, self.directory.clock()):
            record = await self._repeated(taken)
            if record is not None:
                return record
        if taken.is_mixed:
            raise StillUnknown(steps.MIXED_CONTENT)
        try:
            return await self._reconciled(taken)
        except StillUnknown as error:
            operation = taken.claim.operation.operation
            repeatable = self.gateway.adapter.refuses_duplicate(operation, self.content)
            if error.found.candidates or not repeatable:
                raise
        try:
            return await self.call(taken.key)
        except (Rejected, Conflict) as refused:
            try:
                record = await self._reconciled(taken)
            except StillUnknown as error:
                raise error from refused
            if record is None:
                raise
            return record

    async def _repeated(self, taken: Taken) -> R | None:
        """Repeats a call whose key the provider honours; returns its object as it is now.

        None if the answer that is kept for the key shows nothing.
        """
        try:
            first = await self.call(taken.key)
        except PartialFailure:
            raise
        except OnboardingError as error:
            if error.outcome is not Outcome.UNKNOWN:
                raise
            return None
        return await self.read(first.id)

    async def _reconciled(self, taken: Taken) -> R | None:
        """Returns the object that reconciliation finds; None if there is certainly no such object.

        Raises `StillUnknown`.
        """
        lost = taken.call(self.gateway.adapter, self.user_id, self.reference)
        calls: Any = self.gateway  # overloaded by the content
        found: Reconciliation[Any] = await calls.reconcile(lost, self.content)
        if found.outcome is Outcome.UNKNOWN:
            raise StillUnknown(found)
        if found.partial is not None:
            await calls.resume(found.partial, self.content)
        return await self.read(found.record.id) if found.record is not None else None
