"""The results of a user's consent: codes, sessions, tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from attrs import evolve, field, frozen

from .answers import ApiError
from .settings import Settings
from .store import Store
from .vocabulary import EXTENDED_SCOPES, base_scopes, offline_scopes

_CODE_LENGTH = 6  # as in the samples; the format is not documented


def derived_text(seed: str, *purpose: object) -> str:
    """Returns 64 hexadecimal digits, derived from a seed."""
    return hashlib.sha256("\n".join(map(str, (seed, *purpose))).encode()).hexdigest()


def derived_code(seed: str, *purpose: object) -> str:
    """Returns six capital letters, derived from a seed."""
    digest = bytes.fromhex(derived_text(seed, *purpose))
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:_CODE_LENGTH])


@frozen(kw_only=True)
class Token:
    """An access token of a user."""

    access_token: str = field(repr=False)
    mac_key: str = field(repr=False)
    user_id: int
    scopes: frozenset[str]
    expires_at: float | None = None
    active: bool = True  # False until its activation
    refresh_token: str | None = field(default=None, repr=False)
    replaces: str | None = field(default=None, repr=False)  # the refresh token used for it

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
    """Parameters of an authorisation that the client sent in advance."""

    id: str
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def user_id(self) -> None:
        return None


_CODE_LIVES = 600.0  # seconds; the maximum that RFC 6749, section 4.1.2 recommends


def check_scopes(scopes: Iterable[str]) -> None:
    """Refuses unknown scopes, and scopes that need a refresh."""
    try:
        asked = base_scopes(scopes)
    except ValueError:
        raise ApiError("invalid_scope", "There is no such scope.") from None
    if asked & EXTENDED_SCOPES:
        # /en/wallet/user/scopes: they are attached in a refresh.
        raise ApiError("invalid_scope", "An extended scope cannot be asked for at first.")


def authorize(
    settings: Settings,
    store: Store,
    user_id: int,
    scopes: Collection[str],
    redirect_uri: str | None,
) -> str:
    """Returns the authorisation code of a user's consent."""
    code = derived_text(settings.seed, "authorization", store.count("authorization"))[:30]
    row = AuthorizationCode(
        id=code,
        user_id=user_id,
        scopes=tuple(scopes),
        redirect_uri=redirect_uri,
        expires_at=settings.clock() + _CODE_LIVES,
    )
    store.keep(row)
    return code


def consent_to(settings: Settings, store: Store, user_id: int, scopes: Iterable[str]) -> Token:
    """Issues a token; scopes `X_offline` let client credentials read X from now on."""
    scopes = tuple(scopes)
    token = issue(settings, store, user_id, base_scopes(scopes))
    account = store.account(user_id)
    assert account is not None
    lasting = account.offline_scopes | offline_scopes(scopes)
    store.put(evolve(account, offline_scopes=lasting))
    return token


def issue(
    settings: Settings,
    store: Store,
    user_id: int,
    scopes: frozenset[str],
    *,
    active: bool = True,
    replaces: str | None = None,
) -> Token:
    number = store.count("token")
    now = settings.clock()
    refresh = RefreshToken(
        id=derived_text(settings.seed, "refresh", number)[:32],
        user_id=user_id,
        scopes=scopes,
        expires_at=_end(now, settings.refresh_token_lifetime),
    )
    token = Token(
        access_token=derived_text(settings.seed, "token", number)[:20],
        mac_key=derived_text(settings.seed, "key", number)[:32],
        user_id=user_id,
        scopes=scopes,
        expires_at=_end(now, settings.token_lifetime),
        active=active,
        refresh_token=refresh.id,
        replaces=replaces,
    )
    store.keep(refresh)
    store.keep(token)
    return token


def _end(now: float, lifetime: float | None) -> float | None:
    return None if lifetime is None else now + lifetime
