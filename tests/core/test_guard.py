"""The guard over sockets, in both drivers: who is asked, and who is not asked any more."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import define, evolve, field
from onboarding import (
    AsyncGateway,
    ConfigurationError,
    Gateway,
    Gateways,
    InvalidInput,
    NotFound,
    OnboardingError,
    Secret,
    TransportError,
    Unauthorized,
)
from onboarding.hooks import Exchange
from onboarding.policies import GuardPolicy
from tests.world import World

from onboarding_paysera import Paysera

GUARD = GuardPolicy(failures=3, pause=30)


@define
class Clock:
    now: datetime = field(factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def goes_on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Caller:
    """Calls a gateway of either kind, one call after another."""

    def __init__(self, kind: Any, adapter: Any) -> None:
        self.clock, self.told = Clock(), list[Exchange]()
        self.gateway = kind(
            adapter, clock=self.clock, observe=self.told.append, guard=GUARD, retry=None
        )
        self.runner = asyncio.Runner()

    def error(self, *args: Any, at: Any = None) -> OnboardingError:
        """Returns the error of a read."""
        gateway = at or self.gateway

        def call() -> object:
            if isinstance(gateway, Gateway):
                return gateway.fetch_user(*args)
            return self.runner.run(gateway.fetch_user(*args))

        with pytest.raises(OnboardingError) as raised:
            call()
        return raised.value

    def close(self) -> None:
        if isinstance(self.gateway, Gateway):
            self.gateway.close()
        else:
            self.runner.run(self.gateway.close())
        self.runner.close()


@pytest.fixture(params=[Gateway, AsyncGateway], ids=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def paysera(world: World) -> Paysera:
    return world.gateways.typed("lt", Paysera).adapter


def test_after_refused_connections_calls_fail_at_once_until_a_probe_succeeds(
    kind: Any, paysera: Paysera
) -> None:
    call = Caller(kind, evolve(paysera, base_url="http://127.0.0.1:1"))

    errors = [call.error("1") for _ in range(5)]
    sent = len(call.told)
    call.gateway.adapter = paysera  # the provider is back
    during = call.error("1")
    call.clock.goes_on(30)
    after = [call.error("1") for _ in range(2)]
    call.close()

    assert sent == 3
    assert all(isinstance(error, TransportError) for error in [*errors, during])
    assert "connection refused" in str(errors[4])
    assert "not sent: the last 3 calls got no connection" in str(errors[4])
    assert all(isinstance(error, NotFound) for error in after)


def test_views_share_the_connections_that_were_refused(kind: Any, paysera: Paysera) -> None:
    call = Caller(kind, evolve(paysera, base_url="http://127.0.0.1:1"))
    view = call.gateway.view(paysera)

    for _ in range(3):
        call.error("1")
    error = call.error("1", at=view)
    call.close()

    assert "not sent" in str(error)
    assert len(call.told) == 3


def test_refused_keys_are_not_sent_again_and_those_of_a_view_are_its_own(
    kind: Any, paysera: Paysera
) -> None:
    call = Caller(kind, evolve(paysera, mac_key=Secret("wrong")))

    errors = [call.error("1") for _ in range(5)]
    other = call.error("1", at=call.gateway.view(paysera))
    call.close()

    assert all(isinstance(error, Unauthorized) for error in errors)
    assert ["not sent" in str(error) for error in errors] == [False] * 3 + [True] * 2
    assert isinstance(other, NotFound)
    assert len(call.told) == 4


@pytest.mark.parametrize("status", [400, 401])
def test_the_expired_code_of_a_user_says_nothing_about_the_platform(
    world: World, paysera: Paysera, status: int
) -> None:
    call = Caller(Gateway, paysera)
    world.paysera.misbehave(kind="error", status=status, code="invalid_grant")

    errors = [call.error("1") for _ in range(5)]
    call.close()

    assert all(isinstance(error, Unauthorized) for error in errors)
    assert len(call.told) == 5


def test_a_refused_login_is_repeated_after_the_pause_alone(kind: Any, world: World) -> None:
    adapter: Any = world.gateways["fr"].adapter
    call = Caller(kind, evolve(adapter, api_key=Secret("wrong")))

    errors = [call.error("user_m_1") for _ in range(20)]
    before = len(call.told)
    call.clock.goes_on(30)
    call.error("user_m_1")
    call.close()

    assert all(isinstance(error, Unauthorized) for error in errors)
    assert (before, len(call.told)) == (1, 2)
    assert world.mangopay.log[-1].status == 401


def test_threads_that_wait_for_a_login_do_not_repeat_its_refusal(world: World) -> None:
    adapter: Any = world.gateways["fr"].adapter
    world.mangopay.misbehave(kind="slow", route="*/token", seconds=0.1)
    call = Caller(Gateway, evolve(adapter, api_key=Secret("wrong")))

    with ThreadPoolExecutor(8) as threads:
        errors = list(threads.map(call.error, ["user_m_1"] * 8))
    call.close()

    assert all(isinstance(error, Unauthorized) for error in errors)
    assert len(call.told) == 1


def test_what_sends_nothing_is_not_stopped(kind: Any, paysera: Paysera) -> None:
    call = Caller(kind, evolve(paysera, base_url="http://127.0.0.1:1"))

    for _ in range(3):
        call.error("1")
    error = call.error("")
    call.close()

    assert isinstance(error, InvalidInput)


def test_a_guard_that_is_off_lets_each_call_pass(kind: Any, paysera: Paysera) -> None:
    told: list[Exchange] = []
    adapter = evolve(paysera, base_url="http://127.0.0.1:1")
    call = Caller(kind, adapter)
    off = kind(adapter, observe=told.append, guard=None, retry=None)

    for _ in range(20):
        call.error("1", at=off)
    call.close()

    assert len(told) == 20


# -- configuration


def configured(guard: Any) -> Any:
    table = {"provider": "paysera", "client_id": "acme", "mac_key": "env:KEY", "guard": guard}
    return Gateways.from_config({"gateways": {"lt": table}}, env={"KEY": "k"})


def test_a_configuration_has_the_guard_of_each_gateway() -> None:
    with configured({"failures": 2, "pause": 5}) as gateways:
        assert gateways.default.guard == GuardPolicy(failures=2, pause=5)
        assert gateways.aio.default.guard == GuardPolicy(failures=2, pause=5)
    with configured(False) as gateways:
        assert gateways.default.guard is None
        assert gateways.aio.default.guard is None


def test_a_wrong_guard_is_refused_by_path() -> None:
    with pytest.raises(ConfigurationError) as raised:
        configured({"failures": 0, "pause": -1})

    assert raised.value.paths == ("gateways.lt.guard.failures", "gateways.lt.guard.pause")
