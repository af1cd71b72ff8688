"""What becomes of one user at the target: a pure function of the user and the adapter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

from attrs import evolve, frozen

from onboarding.adapter import Adapter
from onboarding.adapter.agreement import content_digest
from onboarding.errors import InvalidInput, Problem, Unsupported
from onboarding.levels import IdentificationLevel
from onboarding.mapping.paths import EMPTY, lookup
from onboarding.mapping.rows import On
from onboarding.migration.plans import Need, PlannedState, Profile
from onboarding.model.answers import Loss, LossKind
from onboarding.model.capabilities import CapabilityState
from onboarding.model.record import UserRecord, UserStatus
from onboarding.model.requirements import Requirement, RequirementStatus
from onboarding.model.user import User
from onboarding.requirements import RequirementReport

__all__ = ["Judge", "digests"]

T = TypeVar("T")

_PERSON = re.compile(r"\[[^\]]*\]")
_NONE = (None, IdentificationLevel.UNIDENTIFIED)
_LEVELS = ("kyc_level", "identification_level", "eidas_level", "nist_ial")


@frozen(kw_only=True)
class Judge:
    """Tells what becomes of a user at the target."""

    adapter: Adapter
    """The adapter of the target, with its settings."""
    goal: str = ""
    """The target of the provider by which needs are told; empty for none."""

    def profile(self, held: UserRecord, user: User) -> Profile:
        """Returns what becomes of a user: `held` is its record at the source, `user` is to be sent.

        Paths of people are told without their refs, so that equal users have equal profiles.
        """
        if held.status is UserStatus.CLOSED:
            return Profile(state=PlannedState.CLOSED)
        report = self._creation(user)
        refused = tuple(report.refused) if report is not None else ()
        missing = tuple(report.missing) if report is not None else ()
        lost, unfit = self._refusal(user)
        if missing or unfit:
            return Profile(
                state=PlannedState.INCOMPLETE,
                needs=_unique((*map(_need, missing), *unfit)),
                left=_left_behind(held),
            )
        if refused or lost:
            return Profile(
                state=PlannedState.UNSUPPORTED,
                losses=_plain_losses(lost or refused),
                left=_left_behind(held),
            )
        return Profile(
            state=PlannedState.READY,
            supported=self._supported(user),
            losses=_plain_losses(report.losses if report is not None else ()),
            needs=self._needs(user),
            left=_left_behind(held),
            calls=self.adapter.calls_to_create(user),
        )

    def _creation(self, user: User) -> RequirementReport | None:
        """Returns the requirements of the creation of such a user; None if no target states any."""
        for name in self.adapter.targets:
            target = self.adapter.target(name)
            suits = all(lookup(user, path) == value for path, value in target.supposes.items())
            if target.on is On.CREATE and suits:
                return self.adapter.missing(user, name)
        return None

    def _refusal(self, user: User) -> tuple[tuple[Loss, ...], tuple[Need, ...]]:
        """Returns why the adapter refuses to send the user, if it does: nothing is sent."""
        flow = self.adapter.create_user(user)
        try:
            next(flow)
        except Unsupported as error:
            return tuple(map(_loss, error.problems)), ()
        except InvalidInput as error:
            return (), tuple(map(_unfit, error.problems))
        finally:
            flow.close()
        return (), ()

    def _supported(self, user: User) -> tuple[str, ...]:
        paths = self.adapter.comparable(user, "create_user")
        given = (path for path in paths if lookup(user, path) not in EMPTY)
        return tuple(sorted({_generic(path) for path in given}))

    def _needs(self, user: User) -> tuple[Need, ...]:
        if not self.goal:
            return ()
        report = self.adapter.missing(user, self.goal)
        return _unique(
            _need(one) for one in report.requirements if one.status is not RequirementStatus.MET
        )


def digests(held: UserRecord, user: User) -> tuple[str, str]:
    """Returns eight digits of the digests of the id at the source and of the user to be sent."""
    return content_digest(held.id), content_digest(user)


def _left_behind(held: UserRecord) -> tuple[str, ...]:
    """Returns the levels and active capabilities of a record, which no provider takes over."""
    levels = [f"{name} {level}" for name in _LEVELS if (level := getattr(held, name)) not in _NONE]
    active = [
        f"capability {one.name or one.provider_name}"
        for one in held.capabilities
        if one.state is CapabilityState.ACTIVE
    ]
    return (*levels, *sorted(active))


def _need(one: Requirement) -> Need:
    words = one.reason or " or ".join(option.words for option in one.options)
    return Need(name=_generic(one.name), status=one.status, actors=one.actors, words=words)


def _unfit(problem: Problem) -> Need:
    path = _generic(problem.path) or "user"
    return Need(name=path, status=RequirementStatus.MISSING, words=problem.message)


def _loss(problem: Problem) -> Loss:
    return Loss(core_path=_generic(problem.path), kind=LossKind.DROPPED, reason=problem.message)


def _plain_losses(losses: Iterable[Loss]) -> tuple[Loss, ...]:
    return _unique(evolve(loss, core_path=_generic(loss.core_path)) for loss in losses)


def _generic(path: str) -> str:
    """Returns a path without the refs of people: `people[*].email`."""
    return _PERSON.sub("[*]", path)


def _unique(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
