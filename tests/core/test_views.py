"""A view: another adapter over the connections of a gateway."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from attrs import evolve
from onboarding import AsyncGateway, Gateway, NotFound, Secret, Unauthorized, User
from onboarding.spi import Exchange
from tests.world import World

JANE = User(email="jane@example.com")


def logins(world: World) -> int:
    return sum(entry.path.endswith("/oauth/token") for entry in world.mangopay.log)


def test_a_view_logs_in_for_itself(world: World) -> None:
    gateway: Gateway[Any] = world.gateways["fr"]
    with pytest.raises(NotFound):
        gateway.fetch_user("nobody")
    wrong = gateway.view(evolve(gateway.adapter, api_key=Secret("another key")))

    with pytest.raises(Unauthorized):
        wrong.fetch_user("nobody")
    with pytest.raises(NotFound):
        gateway.fetch_user("nobody")

    assert logins(world) == 2


def test_a_view_of_a_view_has_the_connections_of_the_first_gateway(world: World) -> None:
    gateway: Gateway[Any] = world.gateways["lt"]
    inner = gateway.view(gateway.adapter).view(gateway.adapter)

    inner.create_user(JANE)

    assert inner._state().transport is gateway._state().transport


def test_a_closed_view_leaves_its_gateway_open(world: World) -> None:
    gateway: Gateway[Any] = world.gateways["lt"]
    view = gateway.view(gateway.adapter)
    view.create_user(JANE)
    before = gateway._state().transport

    view.close()

    assert gateway._state().transport is before
    assert gateway.fetch_user("221").id == "221"


def test_a_view_tells_the_same_observer(world: World) -> None:
    seen: list[Exchange] = []
    gateway: Gateway[Any] = world.gateways["lt"]
    with Gateway(gateway.adapter, observe=seen.append) as observed:
        observed.view(evolve(gateway.adapter, name="of a user")).create_user(JANE)

    assert [(exchange.operation, exchange.gateway) for exchange in seen] == [
        ("create_user", "of a user")
    ]


def test_a_view_of_an_event_loop_logs_in_for_itself(world: World) -> None:
    async def life() -> None:
        adapter: Any = world.gateways["fr"].adapter
        async with AsyncGateway(adapter) as gateway:
            view = gateway.view(evolve(adapter, api_key=Secret("another key")))
            with pytest.raises(Unauthorized):
                await view.fetch_user("nobody")
            with pytest.raises(NotFound):
                await gateway.fetch_user("nobody")
            assert view._state().transport is gateway._state().transport

    asyncio.run(life())

    assert logins(world) == 2
