"""What a user's consent gives to the client: tokens, codes, lasting scopes."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from attrs import evolve

from . import derived
from .errors import ApiError
from .settings import Settings
from .store import Store
from .tokens import AuthorizationCode, RefreshToken, Token
from .vocabulary import EXTENDED_SCOPES, base_scopes, offline_scopes

_CODE_LIVES = 600.0  # seconds: the most that RFC 6749, section 4.1.2 recommends


def check_scopes(scopes: Iterable[str]) -> None:
    """Refuses what is no scope, and what cannot be asked for at first."""
    try:
        asked = base_scopes(scopes)
    except ValueError:
        raise ApiError("invalid_scope", "There is no such scope.") from None
    if asked & EXTENDED_SCOPES:
        # /en/wallet/user/scopes: it is attached at a refresh.
        raise ApiError("invalid_scope", "An extended scope cannot be asked for at first.")


def authorize(
    settings: Settings,
    store: Store,
    user_id: int,
    scopes: Collection[str],
    redirect_uri: str | None,
) -> str:
    """The authorisation code that the user's consent gives."""
    code = derived.text(settings.seed, "authorization", store.count("authorization"))[:30]
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
    """A token for these scopes; `X_offline` lets client credentials alone read X from now on."""
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
        id=derived.text(settings.seed, "refresh", number)[:32],
        user_id=user_id,
        scopes=scopes,
        expires_at=_end(now, settings.refresh_token_lifetime),
    )
    token = Token(
        access_token=derived.text(settings.seed, "token", number)[:20],
        mac_key=derived.text(settings.seed, "key", number)[:32],
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
