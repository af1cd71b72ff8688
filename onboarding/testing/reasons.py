"""Why a law does not hold, in words that show no value."""

from __future__ import annotations

import traceback

from onboarding.errors import OnboardingError

__all__ = ["reason"]


def reason(error: BaseException) -> str:
    """What an error says, where that speaks in paths; else its type, and where it was raised.

    The texts of laws and of the library's errors hold no value. Those of others may.
    """
    while isinstance(error, BaseExceptionGroup):  # of the several ways in which a law failed
        error = error.exceptions[0]
    if isinstance(error, AssertionError | OnboardingError) and str(error):
        name = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
        return name + " ".join(str(error).split())
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
