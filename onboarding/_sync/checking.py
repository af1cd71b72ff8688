# Generated from onboarding/_async/checking.py by `python -m tests.house.generate_sync`.
# Edit that file, and run the command.
"""`check`: whether calls of a gateway will work, as the provider answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from onboarding._sync.calls import Calls
from onboarding._sync.rotating import Rotating
from onboarding.adapter import Adapter
from onboarding.checks import Checked
from onboarding.engine import Clock
from onboarding.errors import InvalidInput, OnboardingError
from onboarding.http import Response
from onboarding.transports.connection import Connection

__all__ = ["Checking"]

A_co = TypeVar("A_co", bound=Adapter, covariant=True)


class Checking(Rotating[A_co]):
    """A gateway that can be checked."""

    connection: Connection
    clock: Clock

    def _fresh(self, keep: Callable[[Response], None]) -> Calls[A_co]:
        """Returns a gateway with a token of its own, without retries and guard.

        So the key is used now, and what happens is seen. `keep` is called with each answer.
        """
        raise NotImplementedError

    def check(self, *, deadline: float | None = None) -> Checked:
        """Checks what calls depend on: connection, TLS, key, clock, API version and more.

        Makes a connection and sends a few reads; nothing is changed at the provider. Raises no
        error for a check that fails.
        """
        from onboarding.checks.probe import Probe  # imports ssl and http.client
        from onboarding.transports.reach import reach

        base = self.adapter.base
        reached = self._aside(partial(reach, self.connection, base)) if base else None
        probe = Probe(self.adapter, self.connection, self.clock, reached)
        try:
            fresh = self._fresh(probe.answered)
            probe.ended(fresh.run(self.adapter.probe(), deadline=deadline))
        except InvalidInput:  # a deadline that is no number
            raise
        except OnboardingError as error:
            probe.failed(error)
        return probe.checked()
