"""Every fault at every kind of call, over sockets, with both drivers, against the table."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from onboarding import (
    AsyncGateway,
    Gateway,
    OnboardingError,
    PartialFailure,
)
from onboarding.engine import RetryPolicy
from tests.faults.operations import PROVIDERS, Call, Provider
from tests.faults.proxy import proxied
from tests.faults.table import ATTEMPTS, EXPECTED, LASTING, Ends, Fault, Kind
from tests.scaling import sized

RESULT = Ends()

SETTINGS: dict[str, Any] = {"retry": RetryPolicy(attempts=ATTEMPTS, initial=0.001)}

SECONDS = {Fault.SLOW: 0.3, Fault.DRIP: 0.3}
"""The deadlines of calls whose fault lasts until then; all others have ample time."""


def _cases() -> Iterator[Any]:
    """Every case, or every seventh one in a small profile."""
    every = list(_every_case())
    yield from every[:: sized(1, 7)]


def _every_case() -> Iterator[Any]:
    for provider in PROVIDERS:
        for call in provider.calls:
            for fault in Fault:
                if fault is Fault.EXPIRED_TOKEN and provider.login is None:
                    continue
                if fault is Fault.SKEWED_CLOCK and "skew" not in provider.refusals:
                    continue
                yield pytest.param(provider, call, fault, id=f"{provider.name}-{call.name}-{fault}")


def run(driver: type[Any], adapter: Any, flow: Any, seconds: float) -> Any:
    """Runs a flow by a driver; returns its result or its error."""
    if driver is Gateway:
        with Gateway(adapter, **SETTINGS) as gateway:
            try:
                return gateway.run(flow, deadline=seconds)
            except Exception as error:
                return error

    async def awaited() -> Any:
        async with AsyncGateway(adapter, **SETTINGS) as gateway:
            try:
                return await gateway.run(flow, deadline=seconds)
            except Exception as error:
                return error

    return asyncio.run(awaited())


@pytest.mark.retries
@pytest.mark.parametrize("driver", [Gateway, AsyncGateway], ids=["sync", "async"])
@pytest.mark.parametrize(("provider", "call", "fault"), tuple(_cases()))
def test_a_call_that_meets_a_fault_once_ends_as_the_table_says(
    driver: type[Any], provider: Provider, call: Call, fault: Fault
) -> None:
    _compare(driver, provider, call, fault, EXPECTED, always=fault is Fault.REFUSED_LOGIN)


@pytest.mark.retries
@pytest.mark.parametrize("driver", [Gateway, AsyncGateway], ids=["sync", "async"])
@pytest.mark.parametrize(("provider", "call", "fault"), tuple(_cases()))
def test_a_call_that_meets_a_fault_each_time_ends_as_the_table_says(
    driver: type[Any], provider: Provider, call: Call, fault: Fault
) -> None:
    _compare(driver, provider, call, fault, LASTING, always=True)


def _compare(
    driver: type[Any],
    provider: Provider,
    call: Call,
    fault: Fault,
    table: Mapping[Fault, Mapping[Kind, Ends]],
    *,
    always: bool,
) -> None:
    """Runs a call through a fault; compares its end, its requests and what it made."""
    simulator, seconds = provider.simulator(), SECONDS.get(fault, 10)
    with proxied(simulator, provider.refusals) as proxy:
        adapter = provider.adapter(proxy.url)
        record = run(Gateway, adapter, adapter.create_user(provider.user), 10)
        assert not isinstance(record, Exception), record
        if call.before is not None:
            run(Gateway, adapter, call.before(adapter, record), 10)
        before = made(call, simulator)
        login = provider.login if fault is Fault.REFUSED_LOGIN else None
        proxy.arm(fault, login or call.meets, always=always)
        flow = call.flow(adapter, record, simulator)
        began = time.monotonic()

        found = run(driver, adapter, flow, seconds)

        assert time.monotonic() - began < seconds + 1
        expected = RESULT if fault in call.ignored else table[fault][call.kind]
        part = call.part and login is None
        assert ended(found, part=part) == (expected.error, expected.outcome), found
        assert proxy.met == expected.requests
        assert proxy.elsewhere == 0
        more = made(call, simulator) - before
        assert more <= 1
        if expected.error is None and call.made is not None:
            assert more == 1


def made(call: Call, simulator: Any) -> int:
    return call.made(simulator) if call.made is not None else 0


def ended(found: Any, *, part: bool) -> tuple[type[BaseException] | None, Any]:
    if not isinstance(found, Exception):
        return None, None
    assert isinstance(found, OnboardingError), repr(found)
    if part:
        assert isinstance(found, PartialFailure)
        assert found.partial.id is not None
        assert found.__cause__ is not None
        return type(found.__cause__), found.outcome
    return type(found), found.outcome
