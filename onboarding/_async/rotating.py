"""Secrets that change while a gateway is in use."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

from onboarding._async.many import AsyncManyCalls
from onboarding.adapter import Adapter
from onboarding.engine import Guard
from onboarding.errors import OnboardingError

__all__ = ["AsyncRotating"]

log = logging.getLogger("onboarding")

A_co = TypeVar("A_co", bound=Adapter, covariant=True)
T = TypeVar("T")


class AsyncRotating(AsyncManyCalls[A_co]):
    """A gateway whose adapter is replaced by one with new secrets."""

    reread: Callable[[Adapter], Adapter] | None
    _guard: Guard

    async def _aside(self, call: Callable[[], T]) -> T:
        """Returns the result of a function that blocks."""
        raise NotImplementedError

    def adopt(self, adapter: Adapter) -> None:
        """Uses an adapter with new secrets from now on; calls under way end with either.

        Views keep their own. Raises `InvalidInput` for an adapter of another class or name.
        """
        self.adapter.require_alike(adapter)
        self.adapter = cast("Any", adapter)  # one assignment, which is atomic for threads
        self._guard = self._guard.for_other_credentials()
        log.info("the gateway %s uses new secrets", adapter.name)

    async def _renewed(self, refused: Adapter) -> Adapter | None:
        """Returns the adapter with secrets other than the refused ones, None if there are none."""
        if self.adapter is refused and self.reread is not None:
            try:
                fresh = await self._aside(partial(self.reread, refused))
            except OnboardingError as error:
                log.warning("the secrets of %s cannot be read again: %s", refused.name, error)
                return None
            if fresh != refused:
                self.adopt(fresh)
        return self.adapter if self.adapter is not refused else None
