"""A service in front of two simulators, for threads and for an event loop, in both databases."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve
from onboarding import Gateways, Identity, NationalId, Terms, User, UserCategory
from onboarding._async.gateway import AsyncGatewayBase
from onboarding._sync.gateway import GatewayBase
from onboarding.directory import AsyncDirectory, Directory
from onboarding.routing import Route, Routes
from onboarding.service import AsyncOnboardingService, OnboardingService
from tests.directory.conftest import SERVER, database
from tests.world import World

__all__ = ["directory", "later", "ona", "service", "url", "world"]

ROUTES = Routes(routes=(Route(gateway="lt", country=("LT",)), Route(gateway="fr")))


@define
class Later:
    """The time, which a test moves on."""

    by: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.by

    def pass_(self, **period: float) -> None:
        self.by += timedelta(**period)


@define
class InLoop:
    """A service of an event loop, with calls as those for threads."""

    service: AsyncOnboardingService
    runner: asyncio.Runner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.service, name)
        if name in ("gateways", "directory", "routes"):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            made = found(*args, **kwargs)
            if inspect.isasyncgen(made):
                return self.runner.run(_listed(made))
            return self.runner.run(made)

        return call


async def _listed(items: Any) -> list[Any]:
    return [item async for item in items]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """The time of the directory and of the gateways."""
    made = Later()
    for kind in (GatewayBase, AsyncGatewayBase):
        monkeypatch.setattr(kind, "_now", lambda _: made())
    return made


@pytest.fixture
def world(world: World) -> Iterator[World]:
    """The two providers; Paysera's gateway leaves out what routes a user to it."""
    config = world.config()
    config["gateways"]["lt"]["accept_loss"] = ["identity.country_of_residence"]
    with Gateways.from_config(config, env=world.env) as gateways:
        yield evolve(world, gateways=gateways)


@pytest.fixture(params=["threads", "loop"])
def kind(request: pytest.FixtureRequest) -> str:
    """For threads with SQLite; for an event loop with PostgreSQL, where there is one."""
    return str(request.param)


@pytest.fixture
def url(kind: str, tmp_path: Path) -> Iterator[str]:
    with database("postgresql" if kind == "loop" and SERVER else "sqlite", tmp_path) as found:
        yield found


@pytest.fixture
def directory(url: str, later: Later) -> Iterator[Directory]:
    with Directory.open(url, clock=later) as opened:
        yield opened


@pytest.fixture
def service(kind: str, world: World, directory: Directory) -> Iterator[OnboardingService]:
    if kind == "threads":
        yield OnboardingService(world.gateways, directory, ROUTES)
        return
    with asyncio.Runner() as runner:
        made: Any = InLoop(
            AsyncOnboardingService(world.gateways.aio, AsyncDirectory(directory=directory), ROUTES),
            runner,
        )
        yield made
        runner.run(world.gateways.aclose())


@pytest.fixture
def ona() -> User:
    """A user whom MangoPay takes; `country_of_residence` decides the route."""
    return User(
        identity=Identity(given_name="Ona", family_name="Šimkutė", country_of_residence="FR"),
        email="ona.canary@example.com",
        category=UserCategory.PAYER,
        terms=Terms(accepted=True),
    )


def lithuanian(code: str | None = "46803090000") -> User:
    """A user whom the route sends to Paysera, with a person code or without one."""
    return User(
        identity=Identity(
            given_name="Ona",
            family_name="Šimkutė",
            nationality="LT",
            country_of_residence="LT",
            national_id=NationalId(code=code, country="LT") if code is not None else None,
        ),
        email="ona.canary@example.com",
    )
