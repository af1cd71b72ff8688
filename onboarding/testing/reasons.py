"""Why a law does not hold, in words that show no value."""

from __future__ import annotations

import traceback
from typing import cast

from onboarding.errors import OnboardingError

__all__ = ["reason"]


def reason(error: BaseException) -> str:
    """What an error says, where that speaks in paths; else its type, and where it was raised.

    The first lines of laws and the texts of the library's errors hold no value. Others may.
    """
    if isinstance(error, BaseExceptionGroup):  # the several ways in which a law failed
        several = cast("BaseExceptionGroup[BaseException]", error).exceptions
        return "; ".join(dict.fromkeys(reason(one) for one in several))
    if isinstance(error, AssertionError) and str(error):
        return str(error).partition("\n")[0]  # what follows is pytest's, and shows values
    if isinstance(error, OnboardingError):
        return f"{type(error).__name__}: {' '.join(str(error).split())}"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
