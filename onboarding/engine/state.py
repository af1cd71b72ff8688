"""The state of a gateway that outlives a call: its token, and the provider's time."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from attrs import define, field, frozen

from onboarding.adapter import Adapter
from onboarding.errors import OnboardingError
from onboarding.http import Token

__all__ = [
    "Clock",
    "Nonces",
    "SecretsRequest",
    "ServerClock",
    "TokenRequest",
    "Tokens",
    "new_nonce",
    "utc_now",
]

Clock: TypeAlias = Callable[[], datetime]
"""Returns the time as an aware datetime."""

Nonces: TypeAlias = Callable[[], str]
"""Returns a new nonce at each call."""

MARGIN = timedelta(seconds=30)
"""How long before its expiry a token is renewed."""

PAUSE = timedelta(seconds=60)
"""How long the next login waits after the provider refused two new tokens in a row."""


def utc_now() -> datetime:
    """Returns the current time in UTC: the default clock of a gateway."""
    return datetime.now(UTC)


def new_nonce() -> str:
    """Returns 32 random hexadecimal digits."""
    return secrets.token_hex(16)


@frozen
class TokenRequest:
    """A step that asks the driver for a fresh token, other than the refused one."""

    refused: Token | None = None

    def satisfied_by(self, token: Token | None, now: datetime) -> Token | None:
        """Returns the token if it is fresh and not the refused one, else None."""
        if token is None or token is self.refused or now + MARGIN >= token.expires_at:
            return None
        return token


@frozen
class SecretsRequest:
    """A step that asks the driver for an adapter with other secrets than the refused ones."""

    refused: Adapter


@define(eq=False)
class Tokens:
    """The token of one process or event loop.

    Providers lock accounts that log in too often. After the provider refused two new tokens in a
    row, the next login waits for `PAUSE`; until then, calls fail with the provider's refusal.
    """

    token: Token | None = None
    failures: int = field(default=0, init=False)
    """How many logins have failed."""
    _failure: OnboardingError | None = field(default=None, init=False)
    unproven: int = field(default=0, init=False)
    """How many tokens were fetched since the provider last accepted one."""
    _since: datetime | None = field(default=None, init=False)

    def for_request(self, request: TokenRequest, now: datetime) -> Token | None:
        """Returns the token to use, or None if a login is due.

        During the pause after two refused tokens, this is the refused token.
        """
        found = request.satisfied_by(self.token, now)
        if found is None and request.refused is not None and self._pausing(now):
            return self.token
        return found

    def renewed(self, token: Token, now: datetime) -> Token:
        """Stores and returns the token of a login."""
        self.token, self._since = token, now
        self.unproven += 1
        return token

    def failed(self, error: OnboardingError) -> None:
        """Stores the error of a login, for the calls that were waiting for it."""
        self.failures += 1
        self._failure = copy(error)  # has no frames, whose locals hold keys

    def raise_failure(self, since: int) -> None:
        """Raises the error of a login that has failed since there were so many failures.

        So calls that wait for one login do not repeat it one after another.
        """
        if self._failure is not None and self.failures > since:
            raise copy(self._failure)

    def accepted(self) -> None:
        """Records that the provider accepted a token."""
        self.unproven = 0

    def _pausing(self, now: datetime) -> bool:
        since = self._since
        return since is not None and self.unproven >= 2 and now - since < PAUSE


@define(eq=False)
class ServerClock:
    """A clock that is set to the provider's time after the provider refused the local time."""

    own: Clock
    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return self.own() + self.ahead

    def set(self, there: datetime) -> None:
        self.ahead = there - self.own()
