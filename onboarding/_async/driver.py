"""Runs the steps of a call: performs each step, and sends its answer into the conversation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias, TypeVar

from onboarding.adapter import Adapter
from onboarding.engine import Step, Steps
from onboarding.errors import OnboardingError
from onboarding.http import Response, Token

__all__ = ["Answer", "drive"]

T = TypeVar("T")

Answer: TypeAlias = Response | Token | Adapter | bool | None
"""What a driver sends for a step."""


async def drive(steps: Steps[T], perform: Callable[[Step], Awaitable[Answer]]) -> T:
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
