"""What every run of the tests has: how hypothesis behaves, and what notes the executed tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from tests.executed import NAME, Executed
from tests.ledger.watch import Watch
from tests.mangopay.watch import OperationsWatch
from tests.simulators.stripe.judging import install, nothing_breaks_stripes_description
from tests.world import interruptible, sockets, told, world

__all__ = [
    "interruptible",
    "nothing_breaks_stripes_description",
    "sockets",
    "told",
    "world",
]

# No deadline, for machines differ; in CI the same examples each time. Hypothesis draws other values
# on another Python, so that a filter that passes here may be called greedy there.
_BASE = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
settings.register_profile("default", _BASE, max_examples=12)
settings.register_profile(
    "ci", _BASE, max_examples=100, derandomize=True, database=None, print_blob=True
)
settings.register_profile("quick", settings.get_profile("ci"), max_examples=30)
settings.register_profile("brief", settings.get_profile("ci"), max_examples=5)
settings.register_profile("laws", _BASE, max_examples=1_000)
settings.register_profile("thorough", _BASE, max_examples=5_000)
settings.register_profile("full", _BASE, max_examples=10_000)

# What a test looks for must not depend on where the terminal of its run breaks a line.
os.environ["COLUMNS"] = "200"

settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "default")
)


@pytest.fixture(autouse=True)
def _sent_once(request: pytest.FixtureRequest) -> None:  # pyright: ignore[reportUnusedFunction]
    """Sends each request once: tests count what is on the wire. `retries` marks the others."""
    if request.node.get_closest_marker("retries") is None:
        request.getfixturevalue("onboarding_without_retries")


def pytest_configure(config: pytest.Config) -> None:
    install()
    if hasattr(config, "workerinput"):  # of xdist: its reports reach the controller
        return
    executed = Executed()
    config.pluginmanager.register(executed, NAME)
    config.pluginmanager.register(Watch(executed), "claim-ledger")
    config.pluginmanager.register(OperationsWatch(), "operations-of-mangopay")
