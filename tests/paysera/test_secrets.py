"""No key, token or password of a call is in its error, nor in the trace of it with locals."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve
from onboarding import AsyncGateway, Gateway, OnboardingError, Password, Secret, User
from onboarding.spi import Flow
from tests.simulators.paysera.api import EMAIL_ONLY, MAC_KEY, NOW, Api

from onboarding_paysera import Paysera, UserToken

from .every_flow import BACK, PAPER, PASSPORT

PASSWORD, OLD, CODE = "Plain-Password-22", "Old-Password-22", "CODE-221"
TOKEN = UserToken(
    access_token=Secret("access-221"), mac_key=Secret("key-221"), refresh_token=Secret("next-221")
)
USER = User(email="ona@example.com", credentials=Password(password=Secret(PASSWORD)))
SECRETS = (MAC_KEY, PASSWORD, OLD, CODE, "access-221", "key-221", "next-221", "AB1234567")

FLOWS: dict[str, Callable[[Paysera], Flow[Any]]] = {
    "create_user": lambda ask: ask.create_user(USER),
    "change_password": lambda ask: ask.change_password(
        "221", Secret(PASSWORD), old_password=Secret(OLD)
    ),
    "change_password by code": lambda ask: ask.change_password("221", Secret(PASSWORD), code=CODE),
    "log_in": lambda ask: ask.log_in("ona@example.com", Secret(PASSWORD)),
    "exchange_code": lambda ask: ask.exchange_code(CODE, redirect_uri=BACK),
    "refresh_token": lambda ask: ask.refresh_token(TOKEN),
    "as_user": lambda ask: ask.as_user(TOKEN).fetch_user("me"),
    "submit_document": lambda ask: ask.submit_document("221", PASSPORT),
}
KINDS: dict[str, dict[str, Any]] = {
    "401": {"kind": "error", "status": 401},
    "429": {"kind": "rate_limit"},
    "500": {"kind": "error"},
    "truncated": {"kind": "truncated"},
    "dropped": {"kind": "drop_after"},
    "description": {"kind": "drop_after", "route": "*/metadata"},
}


def ran(adapter: Paysera, flow: Callable[[Paysera], Flow[Any]]) -> None:
    with Gateway(adapter, clock=_now) as gateway:
        gateway.run(flow(adapter))


def ran_async(adapter: Paysera, flow: Callable[[Paysera], Flow[Any]]) -> None:
    async def run() -> None:
        async with AsyncGateway(adapter, clock=_now) as gateway:
            await gateway.run(flow(adapter))

    asyncio.run(run())


def _now() -> datetime:
    return datetime.fromtimestamp(NOW, UTC)


def told_by(run: Callable[..., None], adapter: Paysera, name: str) -> list[str]:
    """What a report of the error says; no local of this frame holds a secret."""
    try:
        run(adapter, FLOWS[name])
    except OnboardingError as error:
        trace = traceback.TracebackException.from_exception(error, capture_locals=True)
        return [*trace.format(), str(error), repr(error), *map(repr, error.args)]
    return []


@pytest.mark.parametrize("run", [ran, ran_async])
@pytest.mark.parametrize("name", FLOWS)
def test_no_secret_is_in_an_error_or_in_its_trace_with_locals(
    api: Api, run: Callable[..., None], name: str
) -> None:
    api.register(EMAIL_ONLY)
    adapter = evolve(PAPER, base_url=api.base_url)
    told: list[str] = []

    for fault in KINDS.values():
        api.sim.behave()
        api.sim.misbehave(**fault)
        told += told_by(run, adapter, name)

    assert told
    assert [secret for secret in SECRETS if any(secret in text for text in told)] == []
