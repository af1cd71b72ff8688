"""A law of adapters: what it says, whom it is asked of, and the function that checks it."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from onboarding.testing.runner import Runner
from onboarding.testing.subject import Subject

__all__ = ["Law", "law"]


@frozen
class Law:
    """A law, and what an adapter must have to be asked for it."""

    name: str
    says: str
    needs: Callable[[Subject], bool]
    check: Callable[[Runner], None]
    exhaustive: bool = False
    """Whether it goes through all that is claimed, rather than through examples."""


def law(
    says: str, needs: Callable[[Subject], bool], *, exhaustive: bool = False
) -> Callable[[Callable[[Runner], None]], Law]:
    """Makes a law of a function that raises `AssertionError` where it is broken."""

    def decorate(check: Callable[[Runner], None]) -> Law:
        return Law(check.__name__, says, needs, check, exhaustive)

    return decorate
