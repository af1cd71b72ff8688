"""The law of sockets: results over HTTP are those without a socket, sync and async."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import attrs
from attrs import define

from onboarding.adapter import Adapter
from onboarding.gateway import Gateway
from onboarding.model.user import User
from onboarding.testing.law import law
from onboarding.testing.runner import Case, Runner
from onboarding.testing.subject import Subject, World
from onboarding.testing.suite.conversations import facts, live, simulated

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["over_a_socket"]

SOCKETS = 20
"""The divisor of the number of examples: here the socket matters, not the user."""


def on_loopback(subject: Subject) -> bool:
    """Returns whether the simulator can be served: with the extra `simulators` and a `base_url`."""
    places = all(hasattr(adapter, "base_url") for adapter in subject.variants.values())
    return simulated(subject) and places and find_spec("cheroot") is not None


@law("a registration over a socket, sync or async, has the same result as without one", on_loopback)
def over_a_socket(runner: Runner) -> None:
    from onboarding.simulation import serve  # the extra `simulators`

    relay = _Relay()

    def check(case: Case) -> None:
        paper = facts(case.user, live(runner, case))
        world = relay.before(runner, case.adapter, base_url)
        with Gateway(world.gateway.adapter) as gateway:
            made = gateway.create_user(case.user)
            runner.subject.settle(world, made)
            called = facts(case.user, (world, made, gateway.fetch_user(made.id)))
        assert paper == called, "over a socket, the result differs"
        if find_spec("aiohttp") is not None:
            world = relay.before(runner, case.adapter, base_url)
            awaited = asyncio.run(_over_aio(runner, world, case.user))
            assert paper == awaited, "async over a socket, the result differs"

    few = max(1, runner.settings.max_examples // SOCKETS)
    with serve(relay) as base_url:
        runner.for_all(runner.cases(complete=True), check, share=few)


@define(eq=False)
class _Relay:
    """A server in front of a new simulator for each example."""

    app: Any = None

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return self.app(environ, start)  # type: ignore[no-any-return]

    def before(self, runner: Runner, adapter: Adapter, base_url: str) -> World:
        there: Any = attrs.evolve(adapter, base_url=base_url)  # type: ignore[call-arg]
        world = runner.world(there)
        self.app = world.simulator
        return world


async def _over_aio(runner: Runner, world: World, user: User) -> dict[str, object]:
    from onboarding.aio import AsyncGateway  # the extra `async`

    async with AsyncGateway(world.gateway.adapter) as gateway:
        made = await gateway.create_user(user)
        runner.subject.settle(world, made)
        return facts(user, (world, made, await gateway.fetch_user(made.id)))
