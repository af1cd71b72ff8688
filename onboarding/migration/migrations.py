"""A migration: applies a plan, tells how far it has come, and retires the source."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta

from attrs import field, frozen

from onboarding.adapter import Adapter
from onboarding.concurrency import CallResults
from onboarding.directory import Directory, Move, MoveState
from onboarding.errors import InvalidInput, OnboardingError, Problem
from onboarding.gateway import Gateway
from onboarding.migration.content import Complete, Content
from onboarding.migration.leases import Leases
from onboarding.migration.moving import Moved, Mover
from onboarding.migration.plans import MigrationPlan, PlannedUser, Side
from onboarding.migration.retiring import Retirer

__all__ = ["Migration", "MigrationStatus"]

LEASE = timedelta(minutes=5)
PATIENCE = timedelta(minutes=6)

_FINAL = frozenset({MoveState.MOVED, MoveState.RETIRED, MoveState.CHANGED, MoveState.REJECTED})


@frozen(kw_only=True)
class MigrationStatus:
    """How far a migration has come."""

    planned: int
    """The users who are to move by the plan. Example: `9400`."""
    states: Counter[MoveState]
    """The users by the state of their move."""
    pending: int
    """The users whose move has not started. Example: `1200`."""
    erased: int
    """The users whom the directory has erased since. Example: `0`."""
    stuck: tuple[Move, ...] = field(repr=False)
    """The users whose move has begun and who did not move: changed, rejected, failed, unknown."""

    @property
    def unknown(self) -> int:
        """The users who may have moved."""
        return self.states[MoveState.UNKNOWN]

    @property
    def moved(self) -> int:
        """The users whom the target has."""
        return self.states[MoveState.MOVED] + self.states[MoveState.RETIRED]


@frozen(kw_only=True, repr=False)
class Migration:
    """A plan, with what it takes to apply it.

    Raises `InvalidInput` for a plan of other gateways, or one that was edited wrongly.
    """

    plan: MigrationPlan
    """The plan."""
    directory: Directory
    """The directory for which it was made. It keeps how far each user has come."""
    source: Gateway[Adapter]
    """The gateway that has the users."""
    target: Gateway[Adapter]
    """The gateway that is to have them."""
    complete: Complete | None = None
    """The same function as for the plan."""
    refetch: bool = False
    """Whether users are fetched also if the directory stores them whole."""
    lease: timedelta = LEASE
    """How long a claim holds: a user whose process was killed can be tried again afterwards."""

    def __attrs_post_init__(self) -> None:
        problems = self.plan.problems()
        for name in ("source", "target"):
            side, gateway = getattr(self.plan, name), getattr(self, name)
            if not _is_of(side, gateway):
                text = f"the plan is for {side.gateway} ({side.provider}, {side.environment})"
                problems.append(Problem(name, "conflict", text))
        if problems:
            raise InvalidInput(problems)

    def apply(
        self,
        *,
        in_flight: int | None = None,
        limit: int | None = None,
        patience: timedelta = PATIENCE,
        most_failures: int = 5,
        sleep: Callable[[float], object] = time.sleep,
    ) -> Iterator[Move]:
        """Moves the users who are ready, and yields the result of each.

        A user who is not as planned any more is not moved. It can be interrupted at any moment,
        also by a kill, and called again, for weeks: a user who moved is not sent again, and a user
        whose call has no outcome is looked up first. Several processes can apply one plan.

        - `in_flight`: the most users sent at the same time; by default 8, or 1 if the target has no
          idempotency keys;
        - `limit`: the most users to try;
        - `patience`: how long it waits at the end for users whom another process has claimed;
        - `most_failures`: after so many failures in a row it ends with the last error.
        """
        moves = self.directory.moves(self.plan.id)
        todo = [
            one
            for one in self.plan.ready
            if (move := moves.get(one.own_id)) is None or move.state not in _FINAL
        ][:limit]
        number = in_flight or (8 if self.target.adapter.key_lifetime is not None else 1)
        ends: datetime | None = None
        with Leases(self.directory, self.lease) as leases:
            mover = Mover(plan=self.plan, content=self._content, leases=leases)
            while todo:
                later: dict[str, datetime] = {}
                unsettled: list[tuple[str, Moved]] = []
                for own_id, moved in self._round(mover, todo, number, most_failures):
                    if moved.later is None:
                        yield moved.move
                    else:
                        unsettled.append((own_id, moved))
                now = self.directory.clock()
                ends = ends or now + patience
                for own_id, moved in unsettled:
                    if moved.later is not None and moved.later <= ends:
                        later[own_id] = moved.later
                    else:
                        yield moved.move
                todo = [one for one in todo if one.own_id in later]
                if todo:
                    sleep(max(0.05, (min(later.values()) - now).total_seconds()))

    def _round(
        self, mover: Mover, todo: list[PlannedUser], in_flight: int, most_failures: int
    ) -> Iterator[tuple[str, Moved]]:
        """Yields the result of each user; ends with the last of too many failures in a row."""
        failures = 0
        with CallResults(
            todo, lambda one, _: mover.move(one), key=_own_id, in_flight=in_flight
        ) as results:
            for result in results:
                moved = result.get()
                yield str(result.key), moved
                failures = failures + 1 if _is_of_gateway(moved) else 0
                if failures >= most_failures and moved.error is not None:
                    yield from ((str(rest.key), rest.get()) for rest in results.close())
                    raise moved.error

    def status(self) -> MigrationStatus:
        """Returns how far the migration has come, by the directory."""
        moves = self.directory.moves(self.plan.id)
        ready = [one.own_id for one in self.plan.ready]
        begun = [moves[own_id] for own_id in ready if own_id in moves]
        left = [own_id for own_id in ready if own_id not in moves]
        pending = len(self.directory.known(left))
        done = (MoveState.MOVED, MoveState.RETIRED)
        return MigrationStatus(
            planned=len(ready),
            states=Counter(one.state for one in begun),
            pending=pending,
            erased=len(left) - pending,
            stuck=tuple(one for one in begun if one.state not in done),
        )

    def retire(
        self,
        *,
        close: bool = False,
        forget: bool = False,
        anyway: bool = False,
        only: Collection[str] | None = None,
        in_flight: int = 8,
    ) -> Iterator[Move]:
        """Assigns the users who moved to the target, and yields the result of each.

        A user stays as it is, with the reasons, if it lacks something for the goal of the plan, or
        if its data at the source have changed since the plan.

        - `close`: closes the user at the source, which is final;
        - `forget`: removes its ids and its record at the source from the directory;
        - `anyway`: retires also users who would stay;
        - `only`: the own ids to retire; by default all who moved.

        Raises `Unsupported` if the source cannot close users.
        """
        retirer = Retirer(
            plan=self.plan,
            content=self._content,
            lease=self.lease,
            close=close,
            forget=forget,
            anyway=anyway,
        )
        retirer.require_supported()
        moves = self.directory.moves(self.plan.id)
        todo = [
            one
            for one in self.plan.ready
            if (move := moves.get(one.own_id)) is not None
            and move.state is MoveState.MOVED
            and (only is None or one.own_id in only)
        ]
        with CallResults(
            todo, lambda one, _: retirer.retire(one), key=_own_id, in_flight=in_flight
        ) as results:
            for result in results:
                yield result.get()

    @property
    def _content(self) -> Content:
        return Content(
            directory=self.directory,
            source=self.source,
            target=self.target,
            complete=self.complete,
            refetch=self.refetch,
        )


def _own_id(planned: PlannedUser) -> str:
    return planned.own_id


def _is_of(side: Side, gateway: Gateway[Adapter]) -> bool:
    told = (gateway.provider, gateway.name, gateway.adapter.environment_name)
    return told == (side.provider, side.gateway, side.environment)


def _is_of_gateway(moved: Moved) -> bool:
    """Whether a failure is of the gateway or of the way to it, not of the user."""
    failed = (MoveState.FAILED, MoveState.UNKNOWN)
    return isinstance(moved.error, OnboardingError) and moved.move.state in failed
