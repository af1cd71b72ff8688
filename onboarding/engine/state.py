"""The state of a gateway that outlives a call: its token, and the provider's time."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from attrs import define, field, frozen

from onboarding.http import Token

__all__ = [
    "Clock",
    "Nonces",
    "ServerClock",
    "TokenRequest",
    "Tokens",
    "is_fresh",
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


def is_fresh(token: Token | None, now: datetime) -> bool:
    """Whether there is a token that does not expire within `MARGIN`."""
    return token is not None and now + MARGIN < token.expires_at


def new_nonce() -> str:
    """Returns 32 random hexadecimal digits."""
    return secrets.token_hex(16)


@frozen
class TokenRequest:
    """A step that asks the driver for a fresh token, other than the refused one."""

    refused: Token | None = None

    def satisfied_by(self, token: Token | None, now: datetime) -> Token | None:
        """Returns the token if it is fresh and not the refused one, else None."""
        return token if token is not self.refused and is_fresh(token, now) else None


@define(eq=False)
class Tokens:
    """The token of one process or event loop.

    Providers lock accounts that log in too often. After the provider refused two new tokens in a
    row, the next login waits for `PAUSE`; until then, calls fail with the provider's refusal.
    """

    token: Token | None = None
    _unproven: int = field(default=0, init=False)
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
        self._unproven += 1
        return token

    def accepted(self) -> None:
        """Records that the provider accepted a token."""
        self._unproven = 0

    def _pausing(self, now: datetime) -> bool:
        since = self._since
        return since is not None and self._unproven >= 2 and now - since < PAUSE


@define(eq=False)
class ServerClock:
    """A clock that is set to the provider's time after the provider refused the local time."""

    own: Clock
    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return self.own() + self.ahead

    def set(self, there: datetime) -> None:
        self.ahead = there - self.own()
