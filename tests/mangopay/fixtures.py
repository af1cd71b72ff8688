"""Fixtures of the tests of MangoPay: one server, a fresh simulator for each test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pytest
from onboarding import Gateway, Secret
from onboarding.pytest_plugin import SOCKETS
from onboarding.simulation import serve
from tests.mangopay.noted import RAN, Noted
from tests.mangopay.stage import Stage

from onboarding_mangopay import MangoPay

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@pytest.fixture(scope="module")
def server() -> Iterator[Stage]:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return shared.sim(environ, start_response)

    with serve(app) as base_url:
        shared = Stage(base_url)
        yield shared


@pytest.fixture(autouse=True)
def noted(request: pytest.FixtureRequest) -> None:
    """Leaves with each test what it ran over a socket, for the conformance report."""
    RAN.clear()
    request.node.user_properties.append((SOCKETS, {"provider": "mangopay", "operations": RAN}))


@pytest.fixture
def stage(server: Stage) -> Iterator[Stage]:
    server.open()
    yield server
    server.http.close()


@pytest.fixture
def fr(stage: Stage) -> Iterator[Gateway[MangoPay]]:
    key = Secret("key")
    adapter = MangoPay(client_id="acme", api_key=key, base_url=stage.base_url, name="fr")
    with Noted(adapter) as gateway:
        yield gateway
