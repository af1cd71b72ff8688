"""What observers receive of a call, its requests and their answers; and its line in the log."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar
from urllib.parse import urlsplit

import attrs

from onboarding.adapter import Adapter
from onboarding.hooks import Call, CallStart, Exchange, Observe, Observers, RequestStart
from onboarding.http import Flow, Request, Response
from onboarding.model.answers import RateLimit
from onboarding.provider_errors import PartialFailure, ProviderError

__all__ = ["Observation", "observation"]

log = logging.getLogger("onboarding")

T = TypeVar("T")

_OBSERVING = ContextVar("an observer is being called", default=False)
_PORTS = {"http": 80, "https": 443}
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}").fullmatch
"""Matches a code; a longer text of the provider may name a person or an address."""
_PLAIN = re.compile(r"[\w.:/#+-]{1,100}", re.ASCII).fullmatch


def observation(
    observe: Observe | None,
    adapter: Adapter,
    flow: Flow[Any],
    keep: Callable[[Response], None] | None = None,
) -> Observation | None:
    """Returns the observation of a call that begins, None if nobody listens.

    `keep` is called with each answer, also with that of a login.
    """
    listening = observe.listening if isinstance(observe, Observers) else observe is not None
    logged = log.isEnabledFor(logging.INFO)
    if _OBSERVING.get():  # calls of an observer are not reported, which would not end
        observe, logged = None, False
    elif not listening:
        observe = None
    if observe is None and not logged and keep is None:
        return None
    return Observation(observe, adapter, flow, keep, logged=logged)


class Observation:
    """A call, as the log, an observer of exchanges and the observers of plugins receive it."""

    def __init__(
        self,
        observe: Observe | None,
        adapter: Adapter,
        flow: Flow[Any],
        keep: Callable[[Response], None] | None,
        *,
        logged: bool,
    ) -> None:
        self.observe, self.adapter, self.keep, self.logged = observe, adapter, keep, logged
        self.plugins = observe if isinstance(observe, Observers) else None
        self.status: int | None = None
        self.attempts = 0
        self.held: list[Exchange] | None = None
        self.start = CallStart(
            provider=adapter.provider,
            gateway=adapter.name,
            environment=adapter.environment_name,
            operation=getattr(flow, "__name__", "run").strip("_"),
        )
        self.finishing: list[Callable[[Call], None]] = []
        if self.plugins is not None:
            with _observing():
                self.finishing = self.plugins.begin_call(self.start)
        self.began = time.monotonic()

    def sending(self, request: Request) -> Sent:
        """Returns the observation of a request that is about to be sent."""
        self.attempts += 1
        return Sent(self, request)

    def ended(self, error: BaseException | None) -> None:
        """Reports the end of the call."""
        behind = error.__cause__ if isinstance(error, PartialFailure) else error
        said = behind if isinstance(behind, ProviderError) else None
        call = Call(
            **attrs.asdict(self.start),
            outcome="ok" if error is None else type(error).__name__,
            status=self.status,
            code=said.code if said is not None and _CODE(said.code) else None,
            attempts=self.attempts,
            seconds=time.monotonic() - self.began,
            request_id=said.request_id if said is not None else None,
        )
        _tell(self.finishing, call)
        if self.logged:
            _tell([_log], call)

    def hold(self) -> None:
        """Holds exchanges back: an observer may call a gateway, and the lock of a login is held."""
        self.held = []

    def release(self) -> None:
        """Reports the exchanges that were held back."""
        held, self.held = self.held, None
        for exchange in held or ():
            self.report(exchange)

    def report(self, exchange: Exchange) -> None:
        """Reports an exchange, or holds it back."""
        if self.held is not None:
            self.held.append(exchange)
        elif self.observe is not None:
            _tell([self.observe], exchange)


class Sent:
    """A request of a call, as observers receive it."""

    def __init__(self, call: Observation, request: Request) -> None:
        self.call, self.request = call, request
        self.finishing: list[Callable[[Exchange], None]] = []
        if call.plugins is not None:
            with _observing():
                self.finishing = call.plugins.begin_request(self._start())
        self.began = time.monotonic()

    def ended(self, response: Response | None, rate_limits: tuple[RateLimit, ...]) -> None:
        """Reports the answer, or the error that is being handled."""
        call, request, adapter = self.call, self.request, self.call.adapter
        call.status = status = response.status if response is not None else None
        if response is not None and call.keep is not None:
            call.keep(response)
        if not self.finishing and call.observe is None:
            return
        exchange = Exchange(
            provider=adapter.provider,
            gateway=adapter.name,
            operation=request.operation,
            method=request.method,
            status=status,
            seconds=time.monotonic() - self.began,
            rate_limits=rate_limits,
            attempt=request.attempt,
            waited=request.waited,
            error=type(sys.exception()).__name__ if response is None else None,
        )
        _tell(self.finishing, exchange)
        call.report(exchange)

    def _start(self) -> RequestStart:
        adapter, request = self.call.adapter, self.request
        place = urlsplit(request.url)
        return RequestStart(
            provider=adapter.provider,
            gateway=adapter.name,
            operation=request.operation,
            method=request.method,
            scheme=place.scheme,
            host=place.hostname or "",
            port=place.port or _PORTS.get(place.scheme),
            attempt=request.attempt,
        )


@contextmanager
def _observing() -> Generator[None]:
    token = _OBSERVING.set(True)
    try:
        yield
    finally:
        _OBSERVING.reset(token)


def _tell(listeners: Iterable[Callable[[T], None]], value: T) -> None:
    """Calls each listener; the error of one is logged by its class, and not raised."""
    for listener in listeners:
        try:
            with _observing():
                listener(value)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # such as SystemExit: the caller still gets the answer
            log.warning("an observer failed: %s", type(error).__name__)


def _log(call: Call) -> None:
    """Logs one line, with the same facts in the record's attributes."""
    facts = attrs.asdict(call)
    shown = {**facts, "seconds": f"{call.seconds:.3f}"}
    words = [f"{name}={_word(value)}" for name, value in shown.items() if value is not None]
    log.info("call %s", " ".join(words), extra=facts)


def _word(value: object) -> str:
    """Returns a value of a line; one that is not plain is quoted, so that it stays one word."""
    text = str(value)
    return text if _PLAIN(text) else json.dumps(text[:100])
