"""The plugin contract: two hooks in the entry-point group `onboarding`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeAlias

import pluggy
from attrs import frozen

from onboarding.adapter import Adapter
from onboarding.model.answers import RateLimit

__all__ = ["GROUP", "Exchange", "Observe", "Observers", "hookimpl", "hookspec"]

GROUP = "onboarding"

log = logging.getLogger("onboarding")

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)
"""Marks a function of a plugin as `onboarding_adapters` or `onboarding_observe`."""


@frozen(kw_only=True)
class Exchange:
    """One request and its answer, as observers receive it: without URL, headers and body."""

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
"""An observer: called with each exchange."""


class Contract:
    """The hooks that a plugin may implement."""

    @hookspec
    def onboarding_adapters(self) -> Iterable[type[Adapter]]:
        """Returns the adapter classes of a plugin."""
        raise NotImplementedError

    @hookspec
    def onboarding_observe(self, exchange: Exchange) -> None:
        """Is called after each exchange. Its errors are logged and not raised."""
        raise NotImplementedError


class Observers:
    """The registered observers of plugins, as one observer.

    `listening` is false while there are none; then no exchange is built for them.
    """

    def __init__(self, manager: pluggy.PluginManager) -> None:
        self._hook = manager.hook.onboarding_observe

    @property
    def listening(self) -> bool:
        return bool(self._hook.get_hookimpls())

    def __call__(self, exchange: Exchange) -> None:
        """Calls each observer by itself, because pluggy stops at the first that raises."""
        for impl in reversed(self._hook.get_hookimpls()):
            try:
                impl.function(*(exchange for _ in impl.argnames))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # such as SystemExit: the next observer is called too
                log.warning("an observer failed: %s", type(error).__name__)
