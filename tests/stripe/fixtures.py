"""Fixtures of the tests of Stripe: a simulator behind a socket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from onboarding import Gateway, Secret
from onboarding.simulation import serve
from tests.simulators.stripe.stage import KEY, Stage

from onboarding_stripe import Stripe


def adapter_at(base_url: str, **settings: Any) -> Stripe:
    """An adapter whose API and uploads are at one address."""
    given = {"api_key": Secret(KEY), "base_url": base_url, "name": "us", **settings}
    return Stripe(**given)


@pytest.fixture(scope="module")
def server() -> Iterator[Stage]:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return shared.sim(environ, start_response)

    with serve(app) as base_url:
        shared = Stage(base_url)
        yield shared


@pytest.fixture
def stage(server: Stage) -> Stage:
    """A fresh simulator."""
    server.open()
    return server


@pytest.fixture
def gateway(stage: Stage) -> Iterator[Gateway[Stripe]]:
    with Gateway(adapter_at(stage.base_url)) as made:
        yield made
