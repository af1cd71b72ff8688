"""The plugin contract: the hooks in the entry-point group `onboarding`, and their values."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import pluggy
from attrs import frozen

from onboarding.adapter import Adapter
from onboarding.model.answers import RateLimit

__all__ = [
    "GROUP",
    "HOOKS",
    "Call",
    "CallStart",
    "Exchange",
    "Observe",
    "Observers",
    "RequestStart",
    "hookimpl",
    "hookspec",
]

GROUP = "onboarding"

log = logging.getLogger("onboarding")

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)
"""Marks a function of a plugin as one of the hooks, such as `onboarding_observe`."""


@frozen(kw_only=True)
class CallStart:
    """A call of a gateway that begins, as observers receive it."""

    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    environment: str | None
    """The provider's environment, None if the adapter does not name one. Example: `sandbox`."""
    operation: str
    """The name of the call. Example: `create_user`."""


@frozen(kw_only=True)
class Call:
    """One call of a gateway and its result, as observers receive it: no id, no value, no URL."""

    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    environment: str | None
    """The provider's environment, None if the adapter does not name one. Example: `sandbox`."""
    operation: str
    """The name of the call. Example: `create_user`."""
    outcome: str
    """`ok`, or the class of the error that the call raised. Example: `Rejected`."""
    status: int | None
    """The HTTP status of the last answer, None without an answer. Example: `400`."""
    code: str | None
    """The provider's error code, None if it is no word. Example: `param_error`."""
    attempts: int
    """The number of requests sent, with logins and retries. Example: `2`."""
    seconds: float
    """The time of the call. Example: `0.35`."""
    request_id: str | None
    """The provider's id of the request that failed, for its support. Example: `84bd3bb6`."""


@frozen(kw_only=True)
class RequestStart:
    """A request that is about to be sent, as observers receive it: no path, header or body."""

    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    operation: str
    """The name of the request: that of its call, or `login`. Example: `create_user`."""
    method: str
    """The HTTP method. Example: `POST`."""
    scheme: str
    """The scheme of the URL. Example: `https`."""
    host: str
    """The host of the URL. Example: `api.mangopay.com`."""
    port: int | None
    """The port of the URL. Example: `443`."""
    attempt: int
    """1, or more if the same request was sent before in this call. Example: `1`."""


@frozen(kw_only=True)
class Exchange:
    """One request and its answer, as observers receive it: without URL, headers and body."""

    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    operation: str
    """The name of the request: that of its call, or `login`. Example: `create_user`."""
    method: str
    """The HTTP method. Example: `POST`."""
    status: int | None
    """The HTTP status, None without an answer. Example: `200`."""
    seconds: float
    """The time on the wire. Example: `0.21`."""
    rate_limits: tuple[RateLimit, ...] = ()
    """The calls left, as the answer shows them."""
    attempt: int = 1
    """1, or more for a retry of the same request. Example: `2`."""
    waited: float = 0.0
    """The seconds between the last attempt and this one. Example: `0.08`."""
    error: str | None = None
    """The class of the error if no answer came. Example: `TransportError`."""


Observe: TypeAlias = Callable[[Exchange], None]
"""An observer: called with each exchange."""


class Contract:
    """The hooks that a plugin may implement.

    Errors of observers are logged and not raised.
    """

    @hookspec
    def onboarding_adapters(self) -> Iterable[type[Adapter]]:
        """Returns the adapter classes of a plugin."""
        raise NotImplementedError

    @hookspec
    def onboarding_observe(self, exchange: Exchange) -> None:
        """Is called after each exchange."""
        raise NotImplementedError

    @hookspec
    def onboarding_begin_call(self, start: CallStart) -> Callable[[Call], None] | None:
        """Is called before each call; what it returns is called after the call.

        Both run in the thread or task of the call, and must not call a gateway.
        """
        raise NotImplementedError

    @hookspec
    def onboarding_begin_request(self, start: RequestStart) -> Callable[[Exchange], None] | None:
        """Is called before each request; what it returns is called after its answer.

        Both run in the thread or task of the call, and must not call a gateway.
        """
        raise NotImplementedError


HOOKS = tuple(name for name in vars(Contract) if name.startswith("onboarding_"))
"""The names of the hooks."""


class Observers:
    """The registered observers of plugins, as one observer.

    `listening` is false while there are none; then no value is built for them.
    """

    def __init__(self, manager: pluggy.PluginManager) -> None:
        self._exchanges = manager.hook.onboarding_observe
        self._calls = manager.hook.onboarding_begin_call
        self._requests = manager.hook.onboarding_begin_request

    @property
    def listening(self) -> bool:
        return bool(
            self._exchanges.get_hookimpls()
            or self._calls.get_hookimpls()
            or self._requests.get_hookimpls()
        )

    def __call__(self, exchange: Exchange) -> None:
        """Calls each observer of exchanges."""
        _each(self._exchanges, exchange)

    def begin_call(self, start: CallStart) -> list[Callable[[Call], None]]:
        """Calls each observer of calls; returns what to call afterwards, in that order."""
        return _each(self._calls, start)

    def begin_request(self, start: RequestStart) -> list[Callable[[Exchange], None]]:
        """Calls each observer of requests; returns what to call afterwards, in that order."""
        return _each(self._requests, start)


def _each(hook: pluggy.HookCaller, value: object) -> list[Any]:
    """Calls each observer by itself, because pluggy stops at the first that raises.

    Returns the results that are not None, the last first.
    """
    found: list[Any] = []
    for impl in reversed(hook.get_hookimpls()):
        try:
            found.append(impl.function(*(value for _ in impl.argnames)))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # such as SystemExit: the next observer is called too
            log.warning("an observer failed: %s", type(error).__name__)
    return [result for result in reversed(found) if result is not None]
