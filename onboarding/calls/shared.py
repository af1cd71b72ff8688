"""The parts that both gateways share: deadlines, observers, and the check of their settings."""

from __future__ import annotations

import logging
import time
from contextvars import ContextVar

from attrs import fields_dict

from onboarding.adapter import Adapter
from onboarding.errors import ConfigurationError, InvalidInput, Problem, TransportError
from onboarding.hooks import Exchange, Observe, Observers
from onboarding.http import Request
from onboarding.model.answers import RateLimit
from onboarding.transports.connection import Connection, uncertified

__all__ = [
    "DEADLINE",
    "Deadline",
    "described",
    "exchange_of",
    "is_observed",
    "refuse_unsafe",
    "report",
]

DEADLINE = 60.0
"""The default number of seconds that a call may take in total."""

_LONGEST = 86_400.0  # a day: sockets and locks need a finite timeout

log = logging.getLogger("onboarding")


class Deadline:
    """The time at which a call must end, at most a day from now.

    Raises `InvalidInput` for NaN. `left` raises `TransportError` after the deadline.
    """

    def __init__(self, seconds: float | None) -> None:
        wanted = DEADLINE if seconds is None else seconds
        known = isinstance(wanted, int | float)  # pyright: ignore[reportUnnecessaryIsInstance]
        if not known or wanted != wanted:  # NaN; isnan raises for a huge integer
            raise InvalidInput([Problem("deadline", "shape", "expected a number of seconds")])
        self._ends = time.monotonic() + min(wanted, _LONGEST)

    def left(self) -> float:
        """Returns the remaining seconds."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise TransportError("the deadline of the call passed before a request was sent")
        return seconds


_OBSERVING = ContextVar("an observer is being called", default=False)


def report(observe: Observe | None, exchange: Exchange) -> None:
    """Calls the observer with an exchange; logs the class of an error that it raises.

    The error of an observer is not raised. Exchanges that an observer causes are not reported,
    which would not end.
    """
    if observe is None or _OBSERVING.get():
        return
    token = _OBSERVING.set(True)
    try:
        observe(exchange)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # such as SystemExit: the caller still gets the answer
        log.warning("an observer failed: %s", type(error).__name__)
    finally:
        _OBSERVING.reset(token)


def is_observed(observe: Observe | None) -> bool:
    """Whether there is an observer; a registry without one passes on no exchange."""
    if isinstance(observe, Observers):
        return observe.listening
    return observe is not None


def exchange_of(
    adapter: Adapter,
    request: Request,
    status: int | None,
    began: float,
    rate_limits: tuple[RateLimit, ...],
) -> Exchange:
    """Returns the part of a request and its answer that observers receive."""
    return Exchange(
        provider=adapter.provider,
        gateway=adapter.name,
        operation=request.operation,
        method=request.method,
        status=status,
        seconds=time.monotonic() - began,
        rate_limits=rate_limits,
    )


def described(adapter: Adapter) -> str:
    """Describes a gateway in a repr: its name, the adapter and the environment."""
    name, kind = repr(adapter.name or adapter.provider), type(adapter).__name__
    return ", ".join(filter(None, (name, kind, adapter.environment_name)))


def refuse_unsafe(adapter: Adapter, connection: Connection) -> None:
    """Raises `ConfigurationError` for settings that leave keys or calls unprotected.

    An adapter makes the same check when it is built, unless its class overrides the check.
    """
    settings = {name: getattr(adapter, name) for name in fields_dict(type(adapter))}
    on = [name for name in adapter.certificate_settings if settings[name]]
    problems = [*adapter.problems_in(settings), *uncertified(on, connection.certificate)]
    if problems:
        raise ConfigurationError(problems)
