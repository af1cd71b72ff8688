"""Gateways ask for a place before each request, and count it afterwards."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve
from onboarding import (
    ConfigurationError,
    Gateway,
    Gateways,
    NotFound,
    Outcome,
    RateLimited,
    Secret,
    TransportError,
)
from onboarding.aio import AsyncGateway
from onboarding.engine.pace import Turn
from onboarding.gateway import _ProcessState
from onboarding.provider_errors import QuotaReached
from onboarding.quotas import PacePolicy, Pacer, Quota, bulk_calls
from onboarding.simulation import serve
from onboarding.spi import RateLimit, Response
from tests.quotas.served import Counted, CountingProvider

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera
from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.paysera import PayseraSimulator

TWO = PacePolicy(quotas=(Quota(0.5, 2),), bulk_share=1)
HOUR = PacePolicy(quotas=(Quota(3_600, 2),), bulk_share=1)


@pytest.fixture
def provider() -> CountingProvider:
    return CountingProvider((Quota(0.5, 2),))


@pytest.fixture
def adapter(provider: CountingProvider) -> Iterator[Counted]:
    with serve(provider) as address:
        yield Counted(base_url=address, name="counted")


def test_a_call_waits_for_its_place(provider: CountingProvider, adapter: Counted) -> None:
    with Gateway(adapter, pace=TWO) as gateway:
        for _ in range(5):
            gateway.run(adapter.hit())

    assert provider.statuses == [200] * 5
    assert provider.times[-1] - provider.times[0] > 1


def test_a_place_after_the_deadline_is_an_error_at_once(
    provider: CountingProvider, adapter: Counted
) -> None:
    gateway, began = Gateway(adapter, pace=HOUR), time.monotonic()
    for _ in range(2):
        gateway.run(adapter.hit())

    with gateway, pytest.raises(RateLimited) as caught:
        gateway.run(adapter.hit(), deadline=30)

    assert isinstance(caught.value, QuotaReached)
    assert str(caught.value).startswith("nothing was sent: the quota of the provider is used up")
    assert 3_500 < (caught.value.retry_after or 0) < 3_700
    assert caught.value.outcome is Outcome.NOT_DONE
    assert caught.value.retry_safe
    assert len(provider.statuses) == 2
    assert time.monotonic() - began < 10


def test_a_bulk_call_waits_longer_than_its_deadline(
    provider: CountingProvider, adapter: Counted
) -> None:
    with Gateway(adapter, pace=TWO) as gateway, bulk_calls():
        for _ in range(5):
            gateway.run(adapter.hit(), deadline=0.3)

    assert provider.statuses == [200] * 5


def test_bulk_calls_leave_places_to_interactive_calls(
    provider: CountingProvider, adapter: Counted
) -> None:
    policy = PacePolicy(quotas=(Quota(3_600, 2),), bulk_share=0.5)
    with Gateway(adapter, pace=policy) as gateway:
        with bulk_calls():
            gateway.run(adapter.hit())
            assert gateway.pacer is not None
            assert gateway.pacer.take(gateway.pacer.turn(), 60) > 3_000
        gateway.run(adapter.hit(), deadline=1)

    assert provider.statuses == [200, 200]


def test_calls_in_many_are_bulk_calls(adapter: Counted) -> None:
    policy = PacePolicy(quotas=(Quota(0.5, 4),), bulk_share=0.5)
    began = time.monotonic()

    with Gateway(adapter, pace=policy) as gateway:
        results = list(gateway.run_many([(None, adapter.hit()) for _ in range(4)]))

    assert [result.value for result in results] == [200] * 4
    assert time.monotonic() - began > 0.5


def test_views_and_event_loops_share_the_quotas(
    provider: CountingProvider, adapter: Counted
) -> None:
    gateway = Gateway(adapter, pace=HOUR)
    gateway.view(evolve(adapter)).run(adapter.hit())

    async def call() -> None:
        async with AsyncGateway(adapter, pace=gateway.pacer) as other:
            await other.run(adapter.hit())

    asyncio.run(call())
    with gateway, pytest.raises(QuotaReached):
        gateway.run(adapter.hit())

    assert len(provider.statuses) == 2


def test_tasks_that_are_cancelled_while_they_wait_take_no_place(
    provider: CountingProvider, adapter: Counted
) -> None:
    async def call() -> None:
        async with AsyncGateway(adapter, pace=TWO) as gateway:
            waiting = [asyncio.ensure_future(gateway.run(adapter.hit())) for _ in range(20)]
            await asyncio.sleep(0.2)
            for task in waiting[2:]:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            began = time.monotonic()
            await gateway.run(adapter.hit())
            assert time.monotonic() - began < 1

    asyncio.run(call())

    assert 429 not in provider.statuses


def test_threads_share_the_quotas(provider: CountingProvider, adapter: Counted) -> None:
    with Gateway(adapter, pace=TWO) as gateway:
        hands = [threading.Thread(target=lambda: gateway.run(adapter.hit())) for _ in range(6)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()

    assert provider.statuses == [200] * 6


def test_a_write_that_was_not_sent_gives_its_place_back() -> None:
    adapter = MangoPay(
        client_id="acme", api_key=Secret("key"), base_url="http://127.0.0.1:9", name="fr"
    )
    with Gateway(adapter, pace=HOUR, retry=None) as gateway:
        for _ in range(4):
            with pytest.raises(TransportError, match="connection refused"):
                gateway.fetch_user("1")  # its login is a POST


def test_a_provider_that_counts_others_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator counts all calls of its client, and says so in its headers."""
    from onboarding_simulators.mangopay import rates

    windows = tuple(rates.Window(minutes=each, limit=limit) for each, limit in ((15, 10), (30, 20)))
    monkeypatch.setattr(rates, "WINDOWS", windows)
    simulator = MangoPaySimulator(client_id="acme", api_key="key", rate_limits=True)
    with serve(simulator) as address:
        adapter = MangoPay(client_id="acme", api_key=Secret("key"), base_url=address, name="fr")
        policy = PacePolicy(quotas=(Quota(900, 10), Quota(1_800, 20)), bulk_share=1)
        with Gateway(adapter, pace=False) as other, Gateway(adapter, pace=policy) as gateway:
            for _ in range(3):
                other.run(adapter.list_users())
            for _ in range(5):  # ten, less four of the other and a login
                gateway.run(adapter.list_users(), deadline=1)
            with pytest.raises(QuotaReached):
                gateway.run(adapter.list_users(), deadline=1)

    assert [each.status for each in simulator.log] == [200] * 10


class Slow(Pacer):
    """Lets each call wait a minute for its place."""

    def __init__(self) -> None:
        self.settled = 0

    def take(self, turn: Turn, seconds: float) -> float:
        turn.number += 1
        return 0.0 if turn.number > 12 else 5.0

    def settle(self, turn: Turn, response: Response | None, limits: tuple[RateLimit, ...]) -> None:
        self.settled += 1

    def withdraw(self, turn: Turn) -> None:
        raise NotImplementedError


def test_a_request_that_waited_long_is_signed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paysera refuses a signature whose time is too far away."""
    pacer, now = Slow(), [1_800_000_000.0]

    def pause(_: object, seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(_ProcessState, "pause", pause)
    simulator = PayseraSimulator(
        client_id="acme", mac_key="key", clock_window=30, clock=lambda: now[0]
    )
    with serve(simulator) as address, bulk_calls():
        adapter = Paysera(client_id="acme", mac_key=Secret("key"), base_url=address, name="lt")
        clock = lambda: datetime.fromtimestamp(now[0], UTC)  # noqa: E731
        with Gateway(adapter, pace=pacer, clock=clock) as gateway, pytest.raises(NotFound):
            gateway.fetch_user("1")

    assert [each.status for each in simulator.log] == [404]
    assert pacer.settled == 1


# -- by configuration

SECRETS = {"KEY": "key"}


def configured(**pace: object) -> Gateways:
    table = {"provider": "mangopay", "client_id": "acme", "api_key": "env:KEY", **pace}
    return Gateways.from_config({"gateways": {"fr": table}}, env=SECRETS)


def test_documented_quotas_are_kept_unless_they_are_switched_off() -> None:
    assert configured()["fr"].pacer is not None
    assert configured(pace=False)["fr"].pacer is None
    assert configured(base_url="http://127.0.0.1:8000")["fr"].pacer is None
    assert [quota.calls for quota in MangoPay.quotas] == [2_300, 4_500, 8_800, 105_600]
    assert [(quota.seconds, quota.calls) for quota in Paysera.quotas] == [(60, 60), (3_600, 1_000)]


def test_a_gateway_tells_the_quotas_that_it_keeps(tmp_path: Path) -> None:
    quotas = (Quota(60, 60), Quota(3600, 1000), Quota(10, 5, failures=True))
    for store in (None, str(tmp_path / "quotas.sqlite")):
        pace = PacePolicy(quotas=quotas, share=0.5, bulk_share=0.8, store=store)
        pacer = Gateway(Counted(base_url="http://127.0.0.1:1"), pace=pace).pacer

        assert pacer is not None
        assert pacer.kept() == (Quota(60, 24), Quota(3600, 400))
        assert pacer.kept(bulk=False) == (Quota(60, 30), Quota(3600, 500))
    assert Quota(3600, 400).seconds_for(400) == 0
    assert Quota(3600, 400).seconds_for(401) == 3600
    assert Quota(3600, 400).seconds_for(0) == 0


def test_a_gateway_for_event_loops_shares_its_pacer() -> None:
    gateways = configured()

    assert gateways.aio["fr"].pacer is gateways["fr"].pacer


def test_every_mistake_of_a_pace_is_found() -> None:
    with pytest.raises(ConfigurationError) as caught:
        configured(pace={"quotas": [{"seconds": 0, "calls": 0}]})
    assert caught.value.paths == (
        "gateways.fr.pace.quotas.0.seconds",
        "gateways.fr.pace.quotas.0.calls",
    )

    twice = [{"seconds": 60, "calls": 1}, {"seconds": 60, "calls": 2}]
    with pytest.raises(ConfigurationError) as caught:
        configured(pace={"quotas": twice, "share": 0, "bulk_share": 1.5, "store": " "})
    assert caught.value.paths == (
        "gateways.fr.pace.share",
        "gateways.fr.pace.bulk_share",
        "gateways.fr.pace.quotas",
        "gateways.fr.pace.store",
    )


def test_a_store_that_cannot_be_opened_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    no_database = tmp_path / "text"
    no_database.write_text("no database" * 1_000)

    for path in (tmp_path / "none" / "quotas.sqlite", no_database):
        with pytest.raises(ConfigurationError) as caught:
            configured(pace={"store": str(path)})
        assert caught.value.paths == ("gateways.fr.pace.store",)
