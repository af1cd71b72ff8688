"""Moves one user: checked against the plan, claimed, created once, and stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from attrs import frozen

from onboarding.adapter import Adapter
from onboarding.bulk.failed import state_of
from onboarding.bulk.results import State
from onboarding.directory import (
    ClaimState,
    Directory,
    Move,
    MoveState,
    OperationState,
    Transaction,
)
from onboarding.errors import (
    LeaseLost,
    OnboardingError,
    Outcome,
    ReferenceConflict,
    UnknownUser,
)
from onboarding.gateway import Gateway
from onboarding.migration.content import Content
from onboarding.migration.judging import Judge, digests
from onboarding.migration.leases import Leases
from onboarding.migration.plans import MigrationPlan, PlannedState, PlannedUser, Profile
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.provider_errors import NotFound, PartialFailure, ProviderError
from onboarding.quotas import bulk_calls
from onboarding.reconciliation import Reconciliation
from onboarding.service import steps
from onboarding.service._sync.once import Once
from onboarding.service.lifecycle import NEAR
from onboarding.service.steps import StillUnknown, Taken

__all__ = ["CREATE", "Moved", "Mover", "changes"]

CREATE = "create_user"

_CODE = re.compile(r"[A-Za-z0-9_.-]{1,80}", re.ASCII).fullmatch
_CONFLICT = Reconciliation[UserRecord].unknown("the directory gives its id to another user")
_OPEN = (OperationState.RUNNING, OperationState.UNKNOWN)


@frozen(kw_only=True)
class Moved:
    """The result of one user in a run.

    - `error`: the error of the call, if it failed;
    - `later`: when the user can be tried again, if another call for it may be under way.
    """

    move: Move
    error: OnboardingError | None = None
    later: datetime | None = None


@frozen(kw_only=True, repr=False)
class Mover:
    """Moves users of a plan, one at a time. Safe to use from several threads."""

    plan: MigrationPlan
    content: Content
    leases: Leases

    @property
    def directory(self) -> Directory:
        return self.content.directory

    @property
    def target(self) -> Gateway[Adapter]:
        return self.content.target

    def move(self, planned: PlannedUser) -> Moved:
        """Creates a user at the target, unless it is not as planned any more."""
        own_id = planned.own_id
        try:
            return self._move(planned)
        except UnknownUser:
            return Moved(move=Move(own_id=own_id, state=MoveState.CHANGED, reasons=("gone",)))
        except LeaseLost:
            return self._busy(own_id, self.directory.clock() + self.leases.lease)

    def _move(self, planned: PlannedUser) -> Moved:
        own_id, target = planned.own_id, self.target.name
        ids = {one.gateway: one.id for one in self.directory.references(own_id) if not one.name}
        creation = steps.creation_of(self.directory.operations(own_id), target)
        is_open = creation is not None and creation.state in _OPEN
        if target in ids:
            return self._linked(own_id, ids[target]) if is_open else self._changed(own_id, "there")
        if (id := ids.get(self.content.source.name)) is None:
            return self._changed(own_id, "gone")
        try:
            held = self.content.record(own_id, id)
        except NotFound:
            return self._changed(own_id, "gone")
        except OnboardingError as error:
            move = self._noted(own_id, MoveState.FAILED, _code(error))
            return Moved(move=move, error=error)
        user = self.content.user(own_id, held)
        if not is_open and (reasons := self._reasons(planned, held, user)):
            return self._changed(own_id, *reasons)
        taken = self._taken(own_id, user)
        if not taken.claim.granted:
            if taken.claim.state is ClaimState.DONE:
                return self._changed(own_id, "there")
            return self._busy(own_id, taken.claim.operation.due_at)
        with self.leases.kept(taken.claim):
            if taken.claim.state is ClaimState.RECONCILE:
                return self._settle(taken, user, lambda: self._reasons(planned, held, user))
            return self._create(taken, user)

    def _taken(self, own_id: str, user: User | None) -> Taken:
        """Claims the creation. Raises `UnknownUser` if the user was erased; no user is added."""
        of, lease = (own_id, self.target.name, CREATE), self.leases.lease
        return self.directory.run(lambda t: steps.take(t, *of, user, lease))

    def _reasons(self, planned: PlannedUser, held: UserRecord, user: User) -> tuple[str, ...]:
        judge = Judge(adapter=self.target.adapter, goal=self.plan.goal)
        was, now = self.plan.profiles[planned.profile], judge.profile(held, user)
        same = digests(held, user) == (planned.reference, planned.content)
        return () if same and was == now else changes(planned, was, digests(held, user), now)

    # -- the call

    def _once(self, user: User) -> Once[UserRecord]:
        return Once(
            directory=self.directory,
            gateway=self.target,
            content=user,
            call=lambda key: self._created(user, key),
            read=self.target.fetch_user,
            lease=self.leases.lease,
            reference=user.reference,
        )

    def _create(self, taken: Taken, user: User) -> Moved:
        try:
            with bulk_calls():
                record = self._created(user, taken.key)
        except OnboardingError as error:
            return self._not_created(taken, error)
        return self._done(taken, record)

    def _created(self, user: User, key: str) -> UserRecord:
        try:
            return self.target.create_user(user, idempotency_key=key)
        except PartialFailure as error:
            partial = error.partial
        return self.target.resume(partial, user)

    def _settle(self, taken: Taken, user: User, reasons: Callable[[], tuple[str, ...]]) -> Moved:
        """Settles an earlier call, and creates the user if that call was not carried out."""
        try:
            with bulk_calls():
                record = self._once(user).settled(taken)
        except (OnboardingError, StillUnknown) as error:
            return self._not_created(taken, error)
        return self._anew(taken, user, reasons()) if record is None else self._done(taken, record)

    def _anew(self, taken: Taken, user: User, reasons: tuple[str, ...]) -> Moved:
        """Creates a user whose earlier call was not carried out, unless it has changed."""
        if reasons:
            self.directory.run(lambda t: steps.not_carried_out(t, taken))
            return self._changed(taken.claim.operation.own_id, *reasons)
        fresh = self.directory.run(lambda t: steps.again(t, taken, user, self.leases.lease))
        with self.leases.kept(fresh.claim):
            return self._create(fresh, user)

    def _not_created(self, taken: Taken, failure: OnboardingError | StillUnknown) -> Moved:
        cause: BaseException | None = failure
        later = None
        if isinstance(failure, StillUnknown):  # its cause is the error of the call before it
            cause, later = failure.__cause__, failure.found.ask_again_at
        error = cause if isinstance(cause, OnboardingError) else None
        if steps.outcome_of(taken, failure) is Outcome.UNKNOWN:
            state = MoveState.UNKNOWN
        else:
            is_rejected = error is not None and state_of(error, sent=True) is State.REJECTED
            state = MoveState.REJECTED if is_rejected else MoveState.FAILED
        self.directory.run(lambda t: steps.left_open(t, taken, failure))
        code = _code(error) if error is not None else "OutcomeUnknown"
        move = self._noted(taken.claim.operation.own_id, state, code)
        return Moved(move=move, error=error, later=later)

    # -- what is stored

    def _done(self, taken: Taken, record: UserRecord) -> Moved:
        own_id = taken.claim.operation.own_id

        def step(t: Transaction) -> Move:
            if steps.ended(t, taken, record, NEAR) is None:  # erased meanwhile
                return Move(own_id=own_id, state=MoveState.CHANGED, reasons=("gone",))
            return t.note_move(self.plan.id, own_id, MoveState.MOVED, gateway=record.gateway)

        try:
            return Moved(move=self.directory.run(step))
        except ReferenceConflict as error:  # the id belongs to another user of the directory
            self.directory.run(lambda t: steps.left_open(t, taken, StillUnknown(_CONFLICT)))
            return Moved(move=self._noted(own_id, MoveState.UNKNOWN, type(error).__name__))

    def _linked(self, own_id: str, id: str) -> Moved:
        """Ends an unknown call of a user whose id at the target was stored by hand."""
        taken = self._taken(own_id, None)
        if not taken.claim.granted:
            return self._busy(own_id, taken.claim.operation.due_at)
        self.directory.finish(taken.claim, Outcome.DONE, id=id)
        return Moved(move=self._noted(own_id, MoveState.MOVED))

    def _changed(self, own_id: str, *reasons: str) -> Moved:
        return Moved(move=self._noted(own_id, MoveState.CHANGED, *reasons))

    def _noted(self, own_id: str, state: MoveState, *reasons: str) -> Move:
        return self.directory.note_move(
            self.plan.id, own_id, state, gateway=self.target.name, reasons=reasons
        )

    def _busy(self, own_id: str, until: datetime) -> Moved:
        move = Move(own_id=own_id, state=MoveState.UNKNOWN, reasons=("busy",))
        return Moved(move=move, later=until)


def changes(
    planned: PlannedUser, was: Profile, told: tuple[str, str], now: Profile
) -> tuple[str, ...]:
    """Returns what differs between a user as planned and as it is now, in codes."""
    reference, content = told
    differing = {
        "closed": now.state is PlannedState.CLOSED,
        "id": reference != planned.reference,
        "data": content != planned.content,
        "losses": (was.losses, was.supported) != (now.losses, now.supported),
        "needs": was.needs != now.needs,
        "levels": was.left != now.left,
        "calls": was.calls != now.calls,
    }
    if differing["closed"]:
        return ("closed",)
    if now.state is PlannedState.UNSUPPORTED or now.state is PlannedState.INCOMPLETE:
        differing |= {"needs": now.state is PlannedState.INCOMPLETE, "calls": False}
        differing["losses"] = not differing["needs"]
    if differing["data"]:  # what follows from other data is not told beside it
        return tuple(code for code in ("id", "data", "levels") if differing[code])
    return tuple(code for code, differs in differing.items() if differs)


def _code(error: OnboardingError) -> str:
    """Returns the provider's code of an error, or its class."""
    code = error.code if isinstance(error, ProviderError) else ""
    return code if _CODE(code) else type(error).__name__
