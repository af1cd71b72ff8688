"""Waits for a place under the quotas of the provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from onboarding.engine.deadline import Deadline
from onboarding.engine.pace import NAP, Turn
from onboarding.provider_errors import QuotaReached
from onboarding.quotas import Pacer
from onboarding.quotas.pacer import is_patient

__all__ = ["give_back", "take_turn"]

_STALE = 30.0
"""Seconds after which a signature is too old to be sent."""


async def take_turn(
    pacer: Pacer, until: Deadline, pause: Callable[[float], Awaitable[None]], *, first: bool
) -> Turn | None:
    """Returns the turn of a request that may be sent now.

    Returns None after a long wait: the request must be signed again, and then has its turn. `first`
    lets a request go before bulk calls in any case. Raises `QuotaReached` at once if no place
    is free before the deadline. A patient bulk call waits as long as it must, and its wait puts off
    its deadline: nobody waits for it.
    """
    if until.turn is not None:
        turn, until.turn = until.turn, None
        return turn
    turn = pacer.turn(first=first)
    wait = pacer.take(turn, until.left())
    if not wait:
        return turn
    waited = 0.0
    try:
        while wait:
            nap = min(wait, NAP)
            if turn.bulk and is_patient():
                until.extend(nap)
            elif not until.allows(wait):
                raise QuotaReached.after(wait)
            await pause(nap)
            waited += nap
            wait = pacer.take(turn, until.left())
    except BaseException:
        pacer.withdraw(turn)
        raise
    if waited < _STALE:
        return turn
    until.turn = turn
    return None


def give_back(pacer: Pacer | None, until: Deadline) -> None:
    """Gives back the turn of a request that failed before it was signed again."""
    if pacer is not None and until.turn is not None:
        pacer.withdraw(until.turn)
        until.turn = None
