"""What every run of the tests has: how hypothesis behaves, and what notes the executed tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from tests.executed import NAME, Executed
from tests.ledger.watch import Watch
from tests.mangopay.watch import OperationsWatch

# No deadline, for machines differ; in CI the same run each time. Hypothesis draws other values on
# another Python, so that a filter which is fine here may be called greedy there.
settings.register_profile(
    "default",
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.register_profile(
    "ci", settings.get_profile("default"), derandomize=True, database=None, print_blob=True
)
settings.register_profile("quick", settings.get_profile("ci"), max_examples=30)
settings.register_profile("full", settings.get_profile("default"), max_examples=10_000)
settings.register_profile("laws", settings.get_profile("default"), max_examples=1_000)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=5_000)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "default")
)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):  # of xdist: its reports reach the controller
        return
    executed = Executed()
    config.pluginmanager.register(executed, NAME)
    config.pluginmanager.register(Watch(executed), "claim-ledger")
    config.pluginmanager.register(OperationsWatch(), "operations-of-mangopay")
