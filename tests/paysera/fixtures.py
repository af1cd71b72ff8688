"""Fixtures of the tests of Paysera: a simulator behind a socket, for each test a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from attrs import astuple
from onboarding.simulation import serve
from tests.paysera.recorder import PROPERTY
from tests.paysera.tapped import Tap
from tests.simulators.paysera.api import Api, a_simulator


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Tap, str]]:
    """One server for all tests of a module: each hands it a simulator of its own."""
    tap = Tap()
    with serve(tap) as base_url:
        yield tap, base_url


@pytest.fixture
def start(server: tuple[Tap, str], request: pytest.FixtureRequest) -> Iterator[Callable[..., Api]]:
    tap, base_url = server

    def start(**settings: Any) -> Api:
        tap.app = simulator = a_simulator(**settings)
        return Api(base_url, simulator, tap.observe)

    tap.said.clear()
    yield start
    said = [list(astuple(one)) for one in sorted(tap.said)]
    request.node.user_properties.append((PROPERTY, said))


@pytest.fixture
def api(start: Callable[..., Api]) -> Api:
    return start()
