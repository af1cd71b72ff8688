"""Fixtures of pytest that simulate providers, for the tests of who uses this library."""

# What a fixture needs is imported when it is used: every pytest of an environment with this
# library imports this module, also where the extra `simulators` is missing.

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from onboarding.config import Gateways
    from onboarding.simulation import Simulated

__all__ = ["onboarding_gateways", "onboarding_simulator"]

_EXTRA = ("cheroot", "jinja2", "werkzeug")


@pytest.fixture
def onboarding_simulator() -> Iterator[Callable[..., Simulated]]:
    """Starts simulators that end with the test: `onboarding_simulator("mangopay", legacy=False)`.

    Each call gives the base URL of a new one, with the simulator as its `app`, and its `table` for
    a configuration.
    """
    with ExitStack() as stack:

        def start(provider: str, **settings: Any) -> Simulated:
            try:
                from onboarding.simulation import simulator

                return stack.enter_context(simulator(provider, **settings))
            except ModuleNotFoundError as missing:
                if missing.name not in _EXTRA:
                    raise
                text = "simulators need an extra: pip install 'onboarding[simulators]'"
                raise ModuleNotFoundError(text, name=missing.name) from None

        yield start


@pytest.fixture
def onboarding_gateways(
    onboarding_simulator: Callable[..., Simulated],
) -> Iterator[Callable[..., Gateways]]:
    """Makes gateways to simulators: `onboarding_gateways(fr="mangopay", lt="paysera")`.

    A gateway is the name of a provider, whose simulator is then started; a simulator that runs; or
    a table of its settings, which is completed likewise. The first gateway is the default one.
    """
    from onboarding.config import Gateways

    def table(given: str | Mapping[str, Any]) -> Mapping[str, Any]:
        if isinstance(given, Mapping):
            return given if "base_url" in given else {**table(given["provider"]), **given}
        running: Mapping[str, Any] | None = getattr(given, "table", None)
        return onboarding_simulator(given).table if running is None else running

    with ExitStack() as stack:

        def make(**given: str | Mapping[str, Any]) -> Gateways:
            tables = {name: table(each) for name, each in given.items()}
            config = {"default": next(iter(tables), None), "gateways": tables}
            return stack.enter_context(Gateways.from_config(config))

        yield make
