"""Drivers of a conversation, for threads and for event loops, and the cleaning of its errors."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable
from typing import TypeVar

from onboarding.engine.conversation import Steps
from onboarding.engine.state import TokenRequest
from onboarding.errors import OnboardingError
from onboarding.http import Request, Response, Token

__all__ = ["drive", "drive_async", "without_frames"]

T = TypeVar("T")


def drive(steps: Steps[T], perform: Callable[[Request | TokenRequest], Response | Token]) -> T:
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


async def drive_async(
    steps: Steps[T], perform: Callable[[Request | TokenRequest], Awaitable[Response | Token]]
) -> T:
    """Runs the steps of a call, awaiting each, and returns its result."""
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


def without_frames(error: Exception, outer: BaseException | None) -> Exception:
    """Returns the error without the traceback frames of it and its causes.

    The locals of these frames hold keys, passwords and bodies, which an error reporter could show.
    `outer` is the exception that the caller was handling when the call began; it keeps its frames.
    An error of another library gets a note with the place where it was raised.
    """
    if not isinstance(error, OnboardingError) and error.__traceback__ is not None:
        *_, (frame, line) = traceback.walk_tb(error.__traceback__)
        code = frame.f_code
        error.add_note(f"raised in {code.co_name}, {code.co_filename}:{line}")
    seen = [outer]
    found: list[BaseException | None] = [error]
    while found:
        one = found.pop()
        if one is not None and not any(one is other for other in seen):
            seen.append(one)
            one.__traceback__ = None
            found += [one.__cause__, one.__context__]
    return error
