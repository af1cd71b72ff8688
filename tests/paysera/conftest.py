"""A Paysera simulator behind a socket, for each test a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from onboarding.simulation import serve

from onboarding_paysera.simulator import PayseraSimulator

from .simulator_api import Api, a_simulator


class Switch:
    """Hands each request to the simulator of the test that runs, so one server serves all."""

    app: PayseraSimulator

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Switch, str]]:
    switch = Switch()
    with serve(switch) as base_url:
        yield switch, base_url


@pytest.fixture
def start(server: tuple[Switch, str]) -> Callable[..., Api]:
    def start(**settings: Any) -> Api:
        switch, base_url = server
        switch.app = a_simulator(**settings)
        return Api(base_url, switch.app)

    return start


@pytest.fixture
def api(start: Callable[..., Api]) -> Api:
    return start()
