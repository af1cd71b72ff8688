"""Retires the source of one user who moved: assigned to the target, then closed or forgotten."""

from __future__ import annotations

from datetime import timedelta

from attrs import frozen

from onboarding.directory import ClaimState, Move, MoveState, Transaction
from onboarding.errors import OnboardingError, Outcome, UnknownUser
from onboarding.migration.content import Content
from onboarding.migration.judging import digests
from onboarding.migration.plans import MigrationPlan, PlannedUser
from onboarding.model.record import UserRecord, UserStatus
from onboarding.model.requirements import Actor
from onboarding.quotas import bulk_calls
from onboarding.service import steps
from onboarding.service.lifecycle import NEAR

__all__ = ["Retirer"]

CLOSE = "close_user"


@frozen(kw_only=True, repr=False)
class Retirer:
    """Retires users, one at a time. Safe to use from several threads."""

    plan: MigrationPlan
    content: Content
    lease: timedelta
    close: bool
    forget: bool
    anyway: bool

    def require_supported(self) -> None:
        """Raises `Unsupported` if users are to be closed at a source that cannot do it."""
        adapter = self.content.source.adapter
        if self.close and not adapter.supports(CLOSE):
            adapter.unsupported(CLOSE)

    def retire(self, planned: PlannedUser) -> Move:
        """Retires a user; otherwise returns why it stays as it is, which is not stored."""
        own_id = planned.own_id
        try:
            return self._retire(planned)
        except UnknownUser:
            return Move(own_id=own_id, state=MoveState.CHANGED, reasons=("gone",))
        except OnboardingError as error:
            code = type(error).__name__
            return Move(own_id=own_id, state=MoveState.FAILED, reasons=(code,))

    def _retire(self, planned: PlannedUser) -> Move:
        own_id, directory = planned.own_id, self.content.directory
        source, target = self.content.source, self.content.target
        ids = {one.gateway: one.id for one in directory.references(own_id) if not one.name}
        if target.name not in ids:
            return Move(own_id=own_id, state=MoveState.CHANGED, reasons=("gone",))
        with bulk_calls():
            there = target.fetch_user(ids[target.name])
        directory.run(lambda t: steps.save(t, own_id, (there,), NEAR))
        if not self.anyway and (names := self._lacks(there)):
            return Move(own_id=own_id, state=MoveState.MOVED, reasons=names)
        if (id := ids.get(source.name)) is not None:
            held = self.content.fetch(id) if self.close else self.content.record(own_id, id)
            told = digests(held, self.content.user(own_id, held))
            if not self.anyway and told != (planned.reference, planned.content):
                return Move(own_id=own_id, state=MoveState.CHANGED, reasons=("data",))
            if self.close and not self._closed(own_id, held):
                return Move(own_id=own_id, state=MoveState.UNKNOWN, reasons=(CLOSE,))

        def step(t: Transaction) -> Move:
            t.assign(own_id, target.name, move=True)
            if self.forget:
                t.leave(own_id, source.name)
            return t.note_move(self.plan.id, own_id, MoveState.RETIRED, gateway=source.name)

        return directory.run(step)

    def _lacks(self, there: UserRecord) -> tuple[str, ...]:
        """Returns the names of what the user lacks for the goal."""
        if not self.plan.goal:
            return ()
        report = self.content.target.missing(there, self.plan.goal)
        reviews = (one for one in report.undecided if one.actors == (Actor.PROVIDER,))
        return tuple(one.name for one in (*report.missing, *reviews))

    def _closed(self, own_id: str, held: UserRecord) -> bool:
        """Closes the user at the source, once; returns False if the outcome is not known."""
        source, directory = self.content.source, self.content.directory
        if held.status is UserStatus.CLOSED:
            return True
        claim = directory.claim(own_id, source.name, CLOSE, lease=self.lease)
        if not claim.granted:
            return claim.state is ClaimState.DONE
        try:
            with bulk_calls():
                closed = source.close_user(held)
        except OnboardingError as error:
            directory.finish(claim, error.outcome, error=type(error).__name__)
            raise

        def step(t: Transaction) -> None:
            t.finish(claim, Outcome.DONE, id=closed.id)
            steps.save(t, own_id, (closed,), NEAR)

        directory.run(step)
        return True
