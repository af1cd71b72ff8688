"""A law of adapters: its text, its condition, its check, and the reason of a failure."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import cast

from attrs import frozen

from onboarding.errors import OnboardingError
from onboarding.testing.runner import Runner
from onboarding.testing.subject import Subject

__all__ = ["Law", "law", "reason"]


@frozen
class Law:
    """A law.

    - `says`: the law in words; `needs`: whether it applies to a subject;
    - `check`: raises `AssertionError` if the law is broken.
    """

    name: str
    says: str
    needs: Callable[[Subject], bool]
    check: Callable[[Runner], None]
    exhaustive: bool = False
    """Whether it checks every claim, rather than random examples."""


def law(
    says: str, needs: Callable[[Subject], bool], *, exhaustive: bool = False
) -> Callable[[Callable[[Runner], None]], Law]:
    """Makes a law of a function that raises `AssertionError` if it is broken."""

    def decorate(check: Callable[[Runner], None]) -> Law:
        return Law(check.__name__, says, needs, check, exhaustive)

    return decorate


def reason(error: BaseException) -> str:
    """Returns the reason of a failure without values: the message, or the type and the place.

    The first line of an assertion of a law, and the message of an error of the library, contain
    no value of a user; other messages may.
    """
    if isinstance(error, BaseExceptionGroup):  # several failures of one law
        several = cast("BaseExceptionGroup[BaseException]", error).exceptions
        return "; ".join(dict.fromkeys(reason(one) for one in several))
    if isinstance(error, AssertionError) and str(error):
        return str(error).partition("\n")[0]  # pytest adds lines with values
    if isinstance(error, OnboardingError):
        return f"{type(error).__name__}: {' '.join(str(error).split())}"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
