"""Removes the frames of errors, whose locals hold keys and personal data."""

from __future__ import annotations

import traceback

from onboarding.errors import OnboardingError

__all__ = ["without_frames"]


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
