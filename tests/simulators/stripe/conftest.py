"""The fixtures of the tests of Stripe's simulator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from onboarding.simulation import serve

pytest.importorskip("stripe", reason="of the extra `test`")

from .stage import Stage


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
