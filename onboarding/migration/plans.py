"""A plan of a migration: what becomes of each user at the target, before anything is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from attrs import field, frozen

from onboarding.errors import Problem
from onboarding.model.answers import Loss
from onboarding.model.requirements import Actor, RequirementStatus
from onboarding.model.stored import Stored
from onboarding.values.base import Model

__all__ = ["MigrationPlan", "Need", "PlannedState", "PlannedUser", "Profile", "Side"]

T = TypeVar("T")


class PlannedState(StrEnum):
    """What a plan says of a user."""

    READY = "ready"
    """The user would be created at the target."""
    INCOMPLETE = "incomplete"
    """Not to be sent: the target needs something that the user lacks."""
    UNSUPPORTED = "unsupported"
    """Not to be sent: the target does not support a field, and the gateway does not accept that."""
    THERE = "there"
    """Not to be sent: the directory has the user at the target."""
    CLOSED = "closed"
    """Not to be sent: the user is closed at the source."""
    UNREADABLE = "unreadable"
    """Not to be sent: the source did not return the user."""


@frozen(kw_only=True, slots=False, repr=False)
class Need(Model):
    """Something that a user lacks for the goal once the target has the user."""

    name: str
    """The name of the requirement. Example: `confirmation`."""
    status: RequirementStatus
    """Whether it is missing, or up to the provider. Example: `missing`."""
    actors: tuple[Actor, ...] = ()
    """Who must act. Example: `("user",)`."""
    words: str = ""
    """What is to be done. Example: `enter the code that was sent`."""


@frozen(kw_only=True, slots=False, repr=False)
class Profile(Model):
    """What becomes of a user. Users with the same profile share it."""

    state: PlannedState
    """What the plan says. Example: `ready`."""
    supported: tuple[str, ...] = ()
    """The core paths of the user that the target gets. Example: `["email"]`."""
    losses: tuple[Loss, ...] = ()
    """The fields that do not arrive as they are at the source."""
    needs: tuple[Need, ...] = ()
    """What the user lacks for the goal, or for the creation if it is incomplete."""
    left: tuple[str, ...] = ()
    """What stays at the source: levels and capabilities, which never travel.

    Example: `["kyc_level REGULAR"]`.
    """
    calls: int = 0
    """The calls at the target. Example: `1`."""
    error: str = ""
    """The class of the error of a user that is unreadable. Example: `NotFound`."""

    @property
    def is_ready(self) -> bool:
        """Whether the user would be created at the target."""
        return self.state is PlannedState.READY

    @property
    def actors(self) -> tuple[Actor, ...]:
        """Those who must act at the target once the user is there."""
        return tuple(dict.fromkeys(actor for need in self.needs for actor in need.actors))


@frozen(kw_only=True, slots=False)
class PlannedUser(Model):
    """One user of a plan. The repr does not show the own id."""

    own_id: str = field(repr=False)
    """The platform's own id. Example: `user-42`."""
    profile: int
    """The number of its profile in the plan, from 0. Example: `0`."""
    reference: str = ""
    """Eight digits of the digest of the id at the source. Example: `9f86d081`."""
    content: str = ""
    """Eight digits of the digest of the user's data. Example: `3a7bd3e2`."""


@frozen(kw_only=True, slots=False)
class Side(Model):
    """A gateway of a plan: the source or the target."""

    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    environment: str | None = None
    """The provider's environment, None if the adapter does not name one. Example: `sandbox`."""
    calls: int = 0
    """The calls that the plan needs there. Example: `10000`."""
    seconds: float = 0.0
    """How long they take at least under the quotas that the gateway keeps. Example: `36000`."""


@frozen(kw_only=True, slots=False, repr=False)
class MigrationPlan(Stored, form="migration_plan/1"):
    """A plan of a migration. Its JSON form has own ids, digests and codes, and no personal value.

    It may be edited: a user that is removed is not moved.
    """

    id: str
    """The name of the plan, by which a directory keeps its moves. Example: `4f1c2a9be0d37785`."""
    made_at: datetime
    """When it was made, in UTC. Example: `2026-10-01T08:30:00Z`."""
    source: Side
    """The gateway that has the users."""
    target: Side
    """The gateway that is to have them."""
    goal: str = ""
    """The target of the provider by which `needs` are told, such as `fully_identified`; empty if
    the plan tells only what the creation needs."""
    profiles: tuple[Profile, ...]
    """What becomes of users; each is one that several users may share."""
    users: tuple[PlannedUser, ...] = field(repr=False)
    """The users, in the order of their ids at the source."""

    def problems(self) -> list[Problem]:
        """Returns what is wrong with a plan that was edited."""
        known, found = range(len(self.profiles)), list[Problem]()
        if any(user.profile not in known for user in self.users):
            found.append(Problem("users.profile", "unknown", "the plan has no such profile"))
        if len(self._by_own_id) != len(self.users):
            found.append(Problem("users.own_id", "duplicate", "the plan has a user twice"))
        return found

    @cached_property
    def _by_own_id(self) -> Mapping[str, PlannedUser]:
        return {user.own_id: user for user in self.users}

    def of(self, own_id: str) -> Profile | None:
        """Returns what becomes of a user, None if the plan does not have it."""
        found = self._by_own_id.get(own_id)
        return None if found is None else self.profiles[found.profile]

    @property
    def ready(self) -> Iterator[PlannedUser]:
        """The users who would be created at the target."""
        return (one for one in self.users if self.profiles[one.profile].is_ready)

    @property
    def states(self) -> Counter[PlannedState]:
        """The number of users in each state."""
        return self._counted(lambda profile: (profile.state,))

    @property
    def losses(self) -> Counter[Loss]:
        """The number of users who are ready by what they lose."""
        return self._counted(lambda profile: profile.losses if profile.is_ready else ())

    @property
    def needs(self) -> Counter[Need]:
        """The number of users who are ready by what they lack for the goal."""
        return self._counted(lambda profile: profile.needs if profile.is_ready else ())

    @property
    def left(self) -> Counter[str]:
        """The number of users who are ready by what stays at the source."""
        return self._counted(lambda profile: profile.left if profile.is_ready else ())

    @property
    def reasons(self) -> Counter[tuple[PlannedState, str, str]]:
        """The number of users who are not ready by state, path or name, and reason."""
        return self._counted(_reasons)

    def _counted(self, told: Callable[[Profile], Iterable[T]]) -> Counter[T]:
        found: Counter[T] = Counter()
        for number, users in Counter(one.profile for one in self.users).items():
            for each in told(self.profiles[number]):
                found[each] += users
        return found

    @property
    def seconds(self) -> float:
        """How long the plan takes at least under the quotas of both gateways."""
        return max(self.source.seconds, self.target.seconds)

    def __repr__(self) -> str:
        states = ", ".join(f"{state}={count}" for state, count in self.states.items())
        return f"MigrationPlan({self.source.gateway} -> {self.target.gateway}, {states})"


def _reasons(profile: Profile) -> Iterator[tuple[PlannedState, str, str]]:
    match profile.state:
        case PlannedState.INCOMPLETE:
            yield from ((profile.state, need.name, need.words) for need in profile.needs)
        case PlannedState.UNSUPPORTED:
            yield from ((profile.state, one.core_path, one.reason) for one in profile.losses)
        case PlannedState.UNREADABLE:
            yield profile.state, "", profile.error
        case _:
            return
