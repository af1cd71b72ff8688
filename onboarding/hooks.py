"""The plugin contract: two hooks, under the entry-point group `onboarding`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

import pluggy
from attrs import frozen

from onboarding.adapter import Adapter
from onboarding.model.answers import RateLimit

__all__ = ["GROUP", "Exchange", "Observe", "hookimpl", "hookspec"]

GROUP = "onboarding"

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)
"""Marks a function of a plugin as `onboarding_adapters` or `onboarding_observe`."""


@frozen(kw_only=True)
class Exchange:
    """One request and its answer, as an observer may see it: no URL, no body, no header.

    `status` is None when no answer came; `seconds` is the time on the wire; `rate_limits` are
    what the answer said of the calls left.
    """

    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    operation: str
    """The name of the call. Example: `create_user`."""
    method: str
    """The HTTP method. Example: `POST`."""
    status: int | None
    """The HTTP status, None without an answer. Example: `200`."""
    seconds: float
    """The time on the wire. Example: `0.21`."""
    rate_limits: tuple[RateLimit, ...] = ()
    """The calls left, as the answer shows them."""


Observe: TypeAlias = Callable[[Exchange], None]
"""What is told of each exchange."""


class Contract:
    """The hooks that a plugin may implement."""

    @hookspec
    def onboarding_adapters(self) -> Iterable[type[Adapter]]:
        """The adapter classes that a plugin brings. All answers are collected."""
        raise NotImplementedError

    @hookspec
    def onboarding_observe(self, exchange: Exchange) -> None:
        """Told of each exchange after it ended. An error in an observer harms nobody."""
        raise NotImplementedError
