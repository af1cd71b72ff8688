"""What observers receive of a request and its answer."""

from __future__ import annotations

import logging
import time
from contextvars import ContextVar

from onboarding.adapter import Adapter
from onboarding.hooks import Exchange, Observe, Observers
from onboarding.http import Request
from onboarding.model.answers import RateLimit

__all__ = ["exchange_of", "is_observed", "report"]

log = logging.getLogger("onboarding")

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
