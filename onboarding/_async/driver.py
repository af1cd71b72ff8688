"""Runs the steps of a call: performs each step, and sends its answer into the conversation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from onboarding.engine import Steps, TokenRequest
from onboarding.errors import OnboardingError
from onboarding.http import Request, Response, Token

__all__ = ["drive"]

T = TypeVar("T")


async def drive(
    steps: Steps[T], perform: Callable[[Request | TokenRequest], Awaitable[Response | Token]]
) -> T:
    """Runs the steps of a call and returns its result."""
    try:
        step = next(steps)
        while True:
            try:
                answer = await perform(step)
            except OnboardingError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    finally:
        steps.close()  # an interrupted flow cleans up now, not when it is garbage-collected
