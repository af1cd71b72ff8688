"""Plans a migration: reads the users at the source, and sends nothing to the target."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from attrs import define, field

from onboarding.adapter import Adapter
from onboarding.concurrency import CallResults
from onboarding.directory import Directory, Reference
from onboarding.errors import TranslationError
from onboarding.gateway import Gateway
from onboarding.migration.content import Complete, Content
from onboarding.migration.judging import Judge, digests
from onboarding.migration.plans import (
    MigrationPlan,
    PlannedState,
    PlannedUser,
    Profile,
    Side,
)
from onboarding.model.record import UserRecord
from onboarding.provider_errors import Forbidden, NotFound

__all__ = ["Where", "plan_migration"]

Where: TypeAlias = Callable[[str, UserRecord], bool]
"""Whether a user is to move, by its own id and its record at the source."""

_PAGE = 500

_OF_ONE_USER = (NotFound, Forbidden, TranslationError)
"""Errors of a fetch after which the user is unreadable. Paysera forbids a user who withdrew."""


def plan_migration(
    directory: Directory,
    *,
    source: Gateway[Adapter],
    target: Gateway[Adapter],
    where: Where | None = None,
    goal: str = "",
    complete: Complete | None = None,
    refetch: bool = False,
    in_flight: int = 8,
    on_progress: Callable[[int], object] | None = None,
) -> MigrationPlan:
    """Plans the move of the users of a directory from one gateway to another.

    Nothing is sent to the target and nothing is stored. Users whom the directory stores whole are
    read from it; the others are fetched from the source, at most `in_flight` at once and under its
    quota.

    - `where`: whether a user is to move, by its own id and its record; all by default;
    - `goal`: a target of the target's provider, such as `fully_identified`: the plan then tells
      what each user lacks for it;
    - `complete`: returns the user with what the platform knows beyond the source;
    - `refetch`: fetches also the users whom the directory stores;
    - `on_progress`: is called with the number of users so far.

    Raises `InvalidInput` for an unknown goal, `ConfigurationError` if source and target are one
    gateway, the errors of `source.fetch_user` that are not about one user.
    """
    if goal:
        target.adapter.target(goal)
    content = Content(
        directory=directory, source=source, target=target, complete=complete, refetch=refetch
    )
    planner = _Planner(
        content, Judge(adapter=target.adapter, goal=goal), where or _everybody, in_flight
    )
    for page in _pages(directory, source.name):
        planner.add(page)
        if on_progress is not None:
            on_progress(planner.read)
    return MigrationPlan(
        id=secrets.token_hex(8),
        made_at=directory.clock(),
        source=_side(source, planner.fetches),
        target=_side(target, planner.calls),
        goal=goal,
        profiles=tuple(planner.profiles),
        users=tuple(planner.users),
    )


@define(eq=False, repr=False)
class _Planner:
    content: Content
    judge: Judge
    where: Where
    in_flight: int
    profiles: dict[Profile, int] = field(factory=dict[Profile, int], init=False)
    users: list[PlannedUser] = field(factory=list[PlannedUser], init=False)
    read: int = field(default=0, init=False)
    fetches: int = field(default=0, init=False)
    """The users who are ready and whom the directory does not store."""
    calls: int = field(default=0, init=False)

    def add(self, page: tuple[Reference, ...]) -> None:
        """Plans the users of a page."""
        ids = {one.own_id: one.id for one in page}
        there = self.content.directory.ids_of(ids, self.content.target.name)
        stored = self.content.stored(ids)
        fetched = self._fetched({own: id for own, id in ids.items() if own not in stored})
        for own_id in ids:
            held = stored.get(own_id) or fetched[own_id]
            if isinstance(held, UserRecord) and not self.where(own_id, held):
                continue
            self._add(own_id, held, is_there=own_id in there, is_fetched=own_id in fetched)
        self.read += len(page)

    def _add(
        self, own_id: str, held: UserRecord | str, *, is_there: bool, is_fetched: bool
    ) -> None:
        if isinstance(held, str):
            profile, told = Profile(state=PlannedState.UNREADABLE, error=held), ("", "")
        elif is_there:
            profile, told = Profile(state=PlannedState.THERE), ("", "")
        else:
            user = self.content.user(own_id, held)
            profile, told = self.judge.profile(held, user), digests(held, user)
        if profile.is_ready:
            self.calls += profile.calls
            self.fetches += is_fetched
        number = self.profiles.setdefault(profile, len(self.profiles))
        reference, content = told
        self.users.append(
            PlannedUser(own_id=own_id, profile=number, reference=reference, content=content)
        )

    def _fetched(self, ids: Mapping[str, str]) -> Mapping[str, UserRecord | str]:
        """Returns the records of users at the source, or the class of the error of one."""
        found: dict[str, UserRecord | str] = {}
        with CallResults(
            ids.items(), self._fetch, key=lambda item: item[0], in_flight=self.in_flight
        ) as results:
            for result in results:
                if isinstance(error := result.error, _OF_ONE_USER):
                    found[str(result.key)] = type(error).__name__
                else:
                    found[str(result.key)] = result.get()
        return found

    def _fetch(self, item: tuple[str, str], _: str | None) -> UserRecord:
        return self.content.fetch(item[1])


def _pages(directory: Directory, gateway: str) -> Iterator[tuple[Reference, ...]]:
    after = ""
    while page := directory.ids_at(gateway, after=after, limit=_PAGE):
        yield page
        after = page[-1].id


def _side(gateway: Gateway[Adapter], calls: int) -> Side:
    kept = gateway.pacer.kept() if gateway.pacer is not None else ()
    return Side(
        provider=gateway.provider,
        gateway=gateway.name,
        environment=gateway.adapter.environment_name,
        calls=calls,
        seconds=max((quota.seconds_for(calls) for quota in kept), default=0.0),
    )


def _everybody(own_id: str, record: UserRecord) -> bool:
    return True
