"""One simulator for each module, served on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from onboarding.simulation import serve

from onboarding_simulators.shared import VirtualClock

from .scene import START, Scene, new_simulator


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    clock = VirtualClock(START)
    simulator = new_simulator(clock)
    with serve(simulator) as base_url:
        made = Scene(base_url, simulator, clock)
        yield made
        made.http.close()
