"""The rows of what users consented to: codes, sessions and tokens."""

from __future__ import annotations

from attrs import field, frozen


@frozen(kw_only=True)
class Token:
    """An access token: what a user's consent gave to the client."""

    access_token: str = field(repr=False)
    mac_key: str = field(repr=False)
    user_id: int
    scopes: frozenset[str]
    expires_at: float | None = None
    active: bool = True  # not yet, if it waits for its activation
    refresh_token: str | None = field(default=None, repr=False)
    replaces: str | None = field(default=None, repr=False)  # the refresh token that gave it

    @property
    def id(self) -> str:
        return self.access_token


@frozen(kw_only=True, repr=False)
class RefreshToken:
    id: str
    user_id: int
    scopes: frozenset[str]
    expires_at: float | None = None
    used: bool = False


@frozen(kw_only=True, repr=False)
class AuthorizationCode:
    id: str
    user_id: int
    scopes: tuple[str, ...]
    redirect_uri: str | None
    expires_at: float


@frozen(kw_only=True, repr=False)
class Session:
    """Parameters of an authorisation that the client gave beforehand."""

    id: str
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def user_id(self) -> None:
        return None
