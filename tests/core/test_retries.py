"""Retries over sockets, in both drivers: what arrives, and what a call makes of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from onboarding import (
    AsyncGateway,
    ConfigurationError,
    Gateway,
    Gateways,
    Identity,
    NationalId,
    NotFound,
    OnboardingError,
    Outcome,
    RateLimited,
    Secret,
    Terms,
    TransportError,
    User,
    UserCategory,
)
from onboarding.aio import _LoopState
from onboarding.gateway import _ProcessState
from onboarding.hooks import Exchange
from onboarding.policies import RetryPolicy
from tests.core.test_drivers import result_of
from tests.world import World

from onboarding_paysera import Paysera

pytestmark = pytest.mark.retries

BOTH = pytest.mark.parametrize("kind", [Gateway, AsyncGateway])
ALEX = User(
    identity=Identity(given_name="Alex", family_name="Smith"),
    email="alex@example.com",
    category=UserCategory.PAYER,
    terms=Terms(accepted=False),
)
ONA = User(
    identity=Identity(
        given_name="Ona",
        family_name="Kazlauskienė",
        nationality="LT",
        national_id=NationalId(code="49003111234", country="LT"),
    ),
    email="ona@example.com",
)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits of all gateways, which take no time."""
    waits: list[float] = []

    async def noted(_: object, seconds: float) -> None:
        await asyncio.sleep(0)
        waits.append(seconds)

    monkeypatch.setattr(_ProcessState, "pause", lambda _, seconds: waits.append(seconds))
    monkeypatch.setattr(_LoopState, "pause", noted)
    return waits


Make = Callable[..., Any]


@pytest.fixture(params=[Gateway, AsyncGateway], ids=["sync", "async"])
def make(request: pytest.FixtureRequest, world: World, waits: list[float]) -> Make:
    """Returns a gateway of either kind to a provider of the world."""

    def made(name: str, **settings: Any) -> Any:
        return request.param(world.gateways[name].adapter, **settings)

    return made


@pytest.mark.parametrize(("seconds", "least"), [(None, 0.0), (3, 3.0)])
@pytest.mark.parametrize("name", ["fr", "lt"])
def test_a_create_that_is_refused_for_its_rate_is_sent_again(
    world: World, make: Make, waits: list[float], name: str, seconds: int | None, least: float
) -> None:
    simulator = world.mangopay if name == "fr" else world.paysera
    simulator.misbehave(kind="rate_limit", route="*user*", times=2, seconds=seconds)

    record = result_of(make(name), "create_user", ALEX if name == "fr" else ONA)

    assert record.id
    assert len(waits) == 2
    assert all(least <= wait <= least + 0.2 for wait in waits)


def test_a_longer_wait_than_the_limit_is_the_callers(
    world: World, make: Make, waits: list[float]
) -> None:
    world.mangopay.misbehave(kind="rate_limit", route="*/users*", seconds=31)

    with pytest.raises(RateLimited) as raised:
        result_of(make("fr"), "fetch_user", "user_m_1")

    assert raised.value.retry_after == 31
    assert waits == []


def test_a_longer_wait_than_the_rest_of_the_deadline_is_the_callers(
    world: World, make: Make, waits: list[float]
) -> None:
    world.mangopay.misbehave(kind="rate_limit", route="*/users*", seconds=20)

    with pytest.raises(RateLimited) as raised:
        result_of(make("fr"), "fetch_user", "user_m_1", deadline=10)

    assert raised.value.retry_after == 20
    assert waits == []


@pytest.mark.parametrize("fault", ["error", "bad_gateway", "drop_before", "drop_after"])
@pytest.mark.parametrize("name", ["fr", "lt"])
def test_a_read_that_met_a_failure_is_sent_again(
    world: World, make: Make, waits: list[float], name: str, fault: str
) -> None:
    simulator = world.mangopay if name == "fr" else world.paysera
    made = world.gateways[name].create_user(ALEX if name == "fr" else ONA)
    told: list[Exchange] = []
    simulator.misbehave(kind=fault, route="GET *user*", times=2)

    found = result_of(make(name, observe=told.append), "fetch_user", made.id)

    assert found.id == made.id
    reads = [exchange for exchange in told if exchange.operation == "fetch_user"]
    assert [exchange.attempt for exchange in reads] == [1, 2, 3]
    assert [exchange.waited for exchange in reads] == [0.0, *waits]


@pytest.mark.parametrize("key", [None, "order-7"])
@pytest.mark.parametrize("fault", ["error", "drop_before", "drop_after", "truncated"])
def test_a_create_at_mangopay_that_met_a_failure_gives_one_user(
    world: World, make: Make, waits: list[float], key: str | None, fault: str
) -> None:
    world.mangopay.misbehave(kind=fault, route="POST *users*", times=1)

    record = result_of(make("fr"), "create_user", ALEX, idempotency_key=key)

    assert [user.id for user in world.gateways["fr"].users()] == [record.id]
    assert len(waits) == 1


@pytest.mark.parametrize("fault", ["error", "bad_gateway", "drop_before", "drop_after"])
def test_a_create_at_paysera_that_met_a_failure_is_unknown_and_not_sent_again(
    world: World, make: Make, waits: list[float], fault: str
) -> None:
    world.paysera.misbehave(kind=fault, route="POST *", times=1)
    told: list[Exchange] = []

    with pytest.raises(OnboardingError) as raised:
        result_of(make("lt", observe=told.append), "create_user", ONA)

    assert raised.value.outcome is Outcome.UNKNOWN
    assert not raised.value.retry_safe
    assert [exchange.operation for exchange in told] == ["create_user"]
    assert waits == []


def test_a_failure_of_the_login_is_met_by_another(
    world: World, make: Make, waits: list[float]
) -> None:
    world.mangopay.misbehave(kind="drop_after", route="*/token", times=1)

    assert result_of(make("fr"), "create_user", ALEX).id
    assert len(waits) == 1


LOGINS = 3


def test_threads_that_wait_for_a_login_share_its_failure(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Exchange] = []
    monkeypatch.setattr(_ProcessState, "pause", lambda *_: time.sleep(0.05))
    world.mangopay.misbehave(kind="error", route="*/token")
    policy = RetryPolicy(attempts=LOGINS)
    adapter = world.gateways["fr"].adapter

    with (
        Gateway(adapter, observe=told.append, retry=policy, guard=None) as gateway,
        ThreadPoolExecutor(8) as threads,
    ):
        calls = [threads.submit(gateway.fetch_user, "user_m_1") for _ in range(8)]
        errors = [call.exception() for call in calls]

    assert all(isinstance(error, TransportError) for error in errors)
    assert len({id(error) for error in errors}) == 8
    assert len(told) < 8 * LOGINS


def test_tasks_that_wait_for_a_login_share_its_failure(world: World, waits: list[float]) -> None:
    told: list[Exchange] = []
    world.mangopay.misbehave(kind="error", route="*/token")
    policy = RetryPolicy(attempts=LOGINS)

    async def calls() -> list[Any]:
        adapter = world.gateways["fr"].adapter
        async with AsyncGateway(adapter, observe=told.append, retry=policy, guard=None) as gateway:
            found = [gateway.fetch_user("user_m_1") for _ in range(8)]
            return await asyncio.gather(*found, return_exceptions=True)

    errors = asyncio.run(calls())

    assert all(isinstance(error, TransportError) for error in errors)
    assert len(told) == LOGINS


def test_a_login_that_ended_for_the_deadline_of_its_call_is_not_that_of_others(
    world: World, waits: list[float]
) -> None:
    world.mangopay.misbehave(kind="rate_limit", route="*/token", times=1, seconds=20)

    async def calls() -> tuple[Any, Any]:
        async with AsyncGateway(world.gateways["fr"].adapter) as gateway:
            return await asyncio.gather(
                gateway.fetch_user("user_m_1", deadline=5),
                gateway.fetch_user("user_m_1"),
                return_exceptions=True,
            )

    brief, other = asyncio.run(calls())

    assert isinstance(brief, RateLimited)
    assert isinstance(other, NotFound)


@BOTH
def test_a_refused_connection_is_tried_until_the_attempts_are_used_up(
    kind: Any, waits: list[float]
) -> None:
    told: list[Exchange] = []
    adapter = paysera("http://127.0.0.1:1")
    gateway = kind(adapter, observe=told.append, retry=RetryPolicy(attempts=4))

    with pytest.raises(TransportError, match="connection refused"):
        result_of(gateway, "create_user", ONA)

    assert len(told) == 4
    assert [exchange.waited for exchange in told] == [0.0, *waits]


def test_a_gateway_without_a_policy_sends_once(
    world: World, make: Make, waits: list[float]
) -> None:
    world.paysera.misbehave(kind="error", route="GET *", times=1)

    with pytest.raises(OnboardingError):
        result_of(make("lt", retry=None), "raw", "GET", "user", "1")

    assert waits == []


def test_views_share_the_budget_of_their_gateway(world: World) -> None:
    gateway = world.gateways["lt"]

    assert gateway.view(gateway.adapter)._budget is gateway._budget


def test_the_pauses_of_both_kinds_take_their_time() -> None:
    nowhere: Any = None
    began = time.monotonic()

    _ProcessState(nowhere).pause(0.05)
    asyncio.run(_LoopState(nowhere).pause(0.05))

    assert time.monotonic() - began >= 0.1


# -- configuration


def configured(retry: Any) -> Any:
    table = {"provider": "paysera", "client_id": "acme", "mac_key": "env:KEY", "retry": retry}
    return Gateways.from_config({"gateways": {"lt": table}}, env={"KEY": "k"})


def test_a_configuration_has_the_policy_of_each_gateway() -> None:
    with configured({"attempts": 3, "longest": 1}) as gateways:
        assert gateways.default.retry == RetryPolicy(attempts=3, longest=1)
        assert gateways.aio.default.retry == RetryPolicy(attempts=3, longest=1)
    with configured({}) as gateways:
        assert gateways.default.retry == RetryPolicy()


def test_false_switches_the_retries_of_a_gateway_off() -> None:
    with configured(False) as gateways:
        assert gateways.default.retry is None
        assert gateways.aio.default.retry is None


def test_the_environment_has_a_policy_too() -> None:
    env = {
        "ONBOARDING__LT__PROVIDER": "paysera",
        "ONBOARDING__LT__CLIENT_ID": "acme",
        "ONBOARDING__LT__MAC_KEY": "k",
    }

    off = Gateways.from_env({**env, "ONBOARDING__LT__RETRY": "false"})
    three = Gateways.from_env({**env, "ONBOARDING__LT__RETRY__ATTEMPTS": "3"})

    assert off.default.retry is None
    assert three.default.retry == RetryPolicy(attempts=3)


@pytest.mark.parametrize(
    ("retry", "found"),
    [
        (True, {"gateways.lt.retry": "type"}),
        ({"attempts": 0, "tries": 3}, {"gateways.lt.retry.tries": "unknown"}),
        (
            {"attempts": 0, "longest": -1},
            {"gateways.lt.retry.attempts": "shape", "gateways.lt.retry.longest": "shape"},
        ),
    ],
)
def test_a_wrong_policy_is_refused_by_path(retry: Any, found: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        configured(retry)

    problems = {problem.path: problem.code for problem in raised.value.problems}
    assert found.items() <= problems.items()


def paysera(base_url: str) -> Paysera:
    return Paysera(client_id="acme", mac_key=Secret("k"), base_url=base_url, name="lt")
