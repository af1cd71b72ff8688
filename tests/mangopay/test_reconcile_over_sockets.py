"""What a simulator's misbehaviour leaves open over a socket is resolved by another gateway."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from onboarding import AsyncGateway, Gateway, OnboardingError, Outcome, Secret
from onboarding.engine import RetryPolicy
from onboarding.reconciliation import Reconciliation, UnresolvedCall

from onboarding_mangopay import MangoPay

from .people import OWNER
from .stage import START, Stage

KINDS = {
    "drop_before": False,
    "drop_after": True,
    "error": False,
    "bad_gateway": False,
    "truncated": True,
    "empty": True,
}
"""Each fault that leaves the outcome unknown, with whether the call is carried out."""

EVERY = pytest.mark.parametrize("kind", KINDS)


def adapter(stage: Stage) -> MangoPay:
    key = Secret("key")
    return MangoPay(client_id="acme", api_key=key, base_url=stage.base_url, name="fr")


def settings(minutes: float, retry: RetryPolicy | None = None) -> dict[str, Any]:
    now = datetime.fromtimestamp(START, UTC) + timedelta(minutes=minutes)
    return {"clock": lambda: now, "retry": retry}


def failure_of(gateway: Gateway[MangoPay]) -> OnboardingError | None:
    try:
        gateway.create_user(OWNER)
    except OnboardingError as error:
        return error
    return None


def expected(kind: str) -> Outcome:
    return Outcome.DONE if KINDS[kind] else Outcome.NOT_DONE


@pytest.mark.retries
@EVERY
@pytest.mark.parametrize("retry", [None, RetryPolicy(attempts=2, initial=0.01, longest=0.01)])
def test_a_gateway_of_threads_resolves_a_creation(
    stage: Stage, kind: str, retry: RetryPolicy | None
) -> None:
    stage.sim.misbehave(kind=kind, route="POST */sca/users/*", times=1 if retry is None else 2)
    with Gateway(adapter(stage), **settings(0, retry)) as one:
        error = failure_of(one)
    if error is None:  # the engine found the answer to the first attempt
        assert KINDS[kind]
        assert stage.sim.store.count_users() == 1
        return
    assert error.outcome is Outcome.UNKNOWN
    call: UnresolvedCall = error.unresolved

    with Gateway(adapter(stage), **settings(5)) as other:
        found = other.reconcile(UnresolvedCall.from_json(call.to_json()), OWNER)

    assert found.outcome is expected(kind), found
    assert stage.sim.store.count_users() == int(KINDS[kind])


@EVERY
def test_a_gateway_of_an_event_loop_resolves_a_creation(stage: Stage, kind: str) -> None:
    stage.sim.misbehave(kind=kind, route="POST */sca/users/*", times=1)

    async def lost() -> UnresolvedCall:
        async with AsyncGateway(adapter(stage), **settings(0)) as one:
            with pytest.raises(OnboardingError) as raised:
                await one.create_user(OWNER)
        unresolved: UnresolvedCall = raised.value.unresolved
        return unresolved

    async def found(call: UnresolvedCall) -> Reconciliation[Any]:
        async with AsyncGateway(adapter(stage), **settings(5)) as other:
            return await other.reconcile(call, OWNER)

    result = asyncio.run(found(asyncio.run(lost())))

    assert result.outcome is expected(kind), result
    assert stage.sim.store.count_users() == int(KINDS[kind])


def test_each_of_many_users_has_what_is_needed_to_resolve_it(stage: Stage) -> None:
    users = [OWNER.replace(email=f"user{number}@example.com") for number in range(4)]
    stage.sim.misbehave(kind="drop_after", route="POST */sca/users/*", times=2)
    with Gateway(adapter(stage), **settings(0)) as one:
        errors = [result.error for result in one.create_users(users, in_flight=2)]
    calls = [error.unresolved for error in errors if isinstance(error, OnboardingError)]
    digests = {call.digest for call in calls}

    assert len(calls) == len(digests) == 2
