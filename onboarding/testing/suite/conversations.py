"""Laws of complete conversations with the provider's simulator, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

from onboarding._async.driver import drive
from onboarding.adapter import Adapter
from onboarding.engine import Step, TokenRequest, conversation, login, new_nonce, utc_now
from onboarding.errors import Unsupported
from onboarding.http import Request, Response, Token
from onboarding.mapping.changes import changed_paths
from onboarding.mapping.paths import EMPTY, lookup
from onboarding.mapping.plan import EXTRAS
from onboarding.mapping.rows import On
from onboarding.model.answers import LossKind, refused
from onboarding.model.record import Absence, UserRecord
from onboarding.model.user import User
from onboarding.provider_errors import ProviderError
from onboarding.testing.law import law
from onboarding.testing.laws import nothing_lost
from onboarding.testing.runner import Case, Runner
from onboarding.testing.strategies import changed, values_at
from onboarding.testing.subject import Subject, World

__all__ = [
    "LIVES",
    "change_is_shown",
    "facts",
    "live",
    "same_result",
    "shown_as_given",
    "simulated",
]

T = TypeVar("T")

LIVES = 2
"""The weight of an example with two conversations: they cost most of the time of the laws."""


def simulated(subject: Subject) -> bool:
    """Returns whether there is a simulator, and an adapter that creates and fetches users."""
    return subject.simulator is not None and subject.has_operations("create_user", "fetch_user")


def changeable(subject: Subject) -> bool:
    return simulated(subject) and subject.has_operations("update_user")


def live(runner: Runner, case: Case) -> tuple[World, UserRecord, UserRecord]:
    """Creates a user, settles it and fetches it; returns the world and both records."""
    world = runner.world(case.adapter)
    made: UserRecord = world.call("create_user", case.user)
    runner.subject.settle(world, made)
    seen: UserRecord = world.call("fetch_user", made.id)
    return world, made, seen


@law("a simulated provider returns the user as given, except for reported losses", simulated)
def shown_as_given(runner: Runner) -> None:
    def check(case: Case) -> None:
        _, made, seen = live(runner, case)
        nothing_lost(case.user, seen.user, made.losses)
        added = {
            path
            for path in changed_paths(case.user, seen.user)
            if lookup(case.user, path) not in EMPTY and lookup(seen.user, path) not in EMPTY
        } - {loss.core_path for loss in made.losses}
        assert not added, f"returned with another value: {sorted(added)}"
        assert not refused(made.losses, case.adapter.accept_loss), (
            "lost, though accept_loss does not allow it"
        )
        _hidden(case, made, seen)
        for record in (made, seen):
            _level(case.adapter, record)
        runner.saw_losses(made.losses)

    runner.for_all(runner.cases(complete=True), check)


def _hidden(case: Case, made: UserRecord, seen: UserRecord) -> None:
    """Checks that a write-only field is not returned, and that the record says why."""
    for loss in made.losses:
        if loss.kind is LossKind.WRITE_ONLY:
            path = case.wire.plan.slots.mapped(loss.core_path, case.user)
            assert lookup(seen.user, path) in EMPTY, f"{path} is shown"
            assert seen.absent.get(path) is Absence.NULL_BY_RULE, path


def _level(adapter: Adapter, record: UserRecord) -> None:
    words = record.provider_levels.values()
    kyc, step = adapter.policy.kyc(*words), adapter.policy.identification(*words)
    assert (record.kyc_level, record.identification_level) == (kyc, step), (
        "the levels are not those of the policy"
    )


@law("a changed field is returned changed, or refused or rejected by its path", changeable)
def change_is_shown(runner: Runner) -> None:
    def check(drawn: tuple[Case, Any]) -> None:
        case, data = drawn
        world, _, record = live(runner, case)
        paths = sorted(p for p in case.wire.plan.writable(On.UPDATE) if not p.startswith(EXTRAS))
        if not paths or not case.adapter.supports("update_user"):
            return
        path = data.draw(st.sampled_from(paths))
        wanted = runner.subject.welcome(changed(record.user, path, data.draw(values_at(path))))
        _changed(runner, world, record, wanted, path)

    runner.for_all(st.tuples(runner.cases(complete=True), st.data()), check, share=LIVES)


def _changed(runner: Runner, world: World, record: UserRecord, new: User, path: str) -> None:
    sent = len(world.gateway.sent)
    try:
        made: UserRecord = world.call("update_user", record, new)
    except Unsupported as error:
        assert changed_paths(record.user, new), "refused, though nothing changed"
        assert len(world.gateway.sent) == sent, "refused after something was sent"
        assert error.paths, "refused without a path"
        return
    except ProviderError as error:
        assert error.problems, f"{path}: the error has no problems"
        assert all(problem.path for problem in error.problems), "a problem has no core path"
        return
    runner.subject.settle(world, made)
    seen = world.call("fetch_user", record.id)
    nothing_lost(new, seen.user, made.losses)


@law("sync, async and interleaved calls return the same results", simulated)
def same_result(runner: Runner) -> None:
    def check(drawn: tuple[Case, Case]) -> None:
        alone = [facts(one.user, live(runner, one)) for one in drawn]
        together = _together(runner, drawn)
        for one, same in zip(alone, together, strict=True):
            other_facts = [name for name, value in one.items() if value != same[name]]
            assert not other_facts, f"depends on how the flow is driven: {other_facts}"

    each = [runner.cases(complete=True, variant=name) for name in runner.subject.variants]
    runner.for_all(st.one_of([st.tuples(one, one) for one in each]), check, share=2 * LIVES)


def _together(runner: Runner, cases: tuple[Case, Case]) -> list[dict[str, object]]:
    """Runs both conversations interleaved in one thread, with one adapter."""
    adapter = cases[0].adapter
    lives = [_live_async(runner, runner.world(adapter), case.user) for case in cases]
    ended = _in_turn(lives)
    return [facts(case.user, found) for case, found in zip(cases, ended, strict=True)]


def _in_turn(lives: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Runs coroutines that only yield, one step each in turn; returns their results."""
    ended: dict[int, T] = {}
    try:
        while len(ended) < len(lives):
            for place, one in enumerate(lives):
                if place not in ended:
                    try:
                        one.send(None)
                    except StopIteration as done:
                        ended[place] = done.value
    finally:
        for one in lives:
            one.close()
    return [ended[place] for place in range(len(lives))]


async def _live_async(
    runner: Runner, world: World, user: User
) -> tuple[World, UserRecord, UserRecord]:
    adapter = world.gateway.adapter
    made = await _awaited(world, adapter.create_user(user))
    runner.subject.settle(world, made)
    seen = await _awaited(world, adapter.fetch_user(made.id))
    return world, made, seen


async def _awaited(world: World, flow: Any) -> UserRecord:
    adapter = world.gateway.adapter
    token: list[Token | None] = [world.gateway.token]

    async def perform(step: Step) -> Response | Token | bool:
        await asyncio.sleep(0)
        if isinstance(step, TokenRequest):
            found = step.satisfied_by(token[0], utc_now())
            if found is None:
                found = await drive(login(adapter, clock=utc_now, nonces=new_nonce), perform)
            token[0] = world.gateway.token = found
            return found
        assert isinstance(step, Request), "without a policy, nothing is retried"
        return world.gateway.answer(step)

    steps = conversation(adapter, flow, clock=utc_now, nonces=new_nonce)
    return await drive(steps, perform)


FACTS = ("losses", "status", "kyc_level", "identification_level", "absent", "confirmed")


def facts(given: User, lived: tuple[World, UserRecord, UserRecord]) -> dict[str, object]:
    """Returns what two runs must have in common: not ids, links and times."""
    _, made, seen = lived
    values = {path: lookup(seen.user, path) for path in changed_paths(User(), given)}
    return {**values, **{name: (getattr(made, name), getattr(seen, name)) for name in FACTS}}
