# Generated from onboarding/_async/driver.py by `python -m tests.house.generate_sync`.
# Edit that file, and run the command.
"""Runs the steps of a call: performs each step, and sends its answer into the conversation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from onboarding.adapter import Adapter
from onboarding.engine import Step, Steps
from onboarding.errors import OnboardingError
from onboarding.http import Response, Token

__all__ = ["Answer", "drive"]

T = TypeVar("T")

Answer: TypeAlias = Response | Token | Adapter | bool | None
"""What a driver sends for a step."""


def drive(steps: Steps[T], perform: Callable[[Step], Answer]) -> T:
    """Runs the steps of a call and returns its result."""
    try:
        step = next(steps)
        while True:
            try:
                answer = perform(step)
            except OnboardingError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    finally:
        steps.close()  # an interrupted flow cleans up now, not when it is garbage-collected
