"""Links to a provider's hosted pages."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from onboarding.model.stored import Stored

__all__ = ["Link"]


@frozen(kw_only=True, slots=False, repr=False)
class Link(Stored, form="link/1"):
    """A link that the user's browser opens once, and that returns to the platform.

    Its repr does not show `url`, which holds a token. A return to the platform proves nothing:
    fetch the user afterwards.
    """

    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    environment: str | None = None
    """The provider's environment, None if the adapter does not name one. Example: `sandbox`."""
    user_id: str
    """The user's id at the provider. Example: `user_m_01`."""
    url: str
    """The whole link, with the return address. Example: `https://sca.example/?token=...`."""
    issued_at: datetime | None = None
    """When it was created, in UTC. Example: `2026-10-01T08:29:58Z`."""
    expires_at: datetime | None = None
    """When it expires, in UTC; None if that is not documented. Example: `2026-10-01T08:39:58Z`."""
    single_use: bool | None = None
    """Whether it opens only once; None if that is not documented. Example: `true`."""

    def __repr__(self) -> str:
        return self._shown("user_id", "expires_at", "single_use")
