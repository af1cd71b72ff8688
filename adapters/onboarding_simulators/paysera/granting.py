"""The token endpoint: grant, refresh, activate, revoke."""

# Sources: RFC 6749 with the MAC tokens of draft-ietf-oauth-v2-http-mac-01, as the official SDKs use
# them (lib-wallet-php-client, OAuthClient; java-lib-wallet-sdk, OAuthClient, GrantType). Each
# request is signed with the client's own credentials.

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import evolve

from .answers import ApiError
from .calls import Call
from .contacts import expired
from .passwords import check_login
from .reading import owner_of_confirmed
from .rows import CHANNELS, Account
from .tokens import AuthorizationCode, RefreshToken, Session, Token, check_scopes, consent_to, issue
from .vocabulary import EXTENDED_SCOPES

# The `expires_in` of a token that does not expire: an answer must have a number.
_FOR_EVER = 10 * 365 * 24 * 60 * 60


def token(call: Call) -> dict[str, Any]:
    """POST /oauth/v1/token."""
    _client_only(call)
    grant = GRANTS.get(_given(call, "grant_type"))
    if grant is None:
        raise ApiError("unsupported_grant_type", "There is no such grant.")
    return _shown(call, grant(call))


def session(call: Call) -> dict[str, Any]:
    """POST /oauth/v1/session: stores the parameters of an authorisation under a key.

    Its e-mail address counts as confirmed (lib-wallet-php-client, `createSession`).
    """
    _client_only(call)
    call.require("give_trusted_user_info")
    key = call.derived("session", call.store.count("session"))[:24]
    call.store.keep(Session(id=key, parameters=tuple(call.body.items())))
    return {"key": key}


def activate(call: Call) -> dict[str, Any]:
    """PUT /oauth/v1/tokens/:token/activate: revokes the refresh token that it replaces."""
    token = _named_token(call, call.parts["token"])
    if not token.active:
        token = evolve(token, active=True)
        call.store.keep(token)
        _use_up(call, token.replaces)
    return _shown(call, token)


def revoke(call: Call) -> None:
    """DELETE /oauth/v1/token?access_token=...; its refresh token is revoked too."""
    token = _named_token(call, call.asked("access_token") or "")
    call.store.drop(token)
    _use_up(call, token.refresh_token)


def _by_code(call: Call) -> Token:
    code = call.store.get(AuthorizationCode, _given(call, "code"))
    if code is None or call.now >= code.expires_at:
        raise ApiError("invalid_grant", "No such authorization code")
    if code.redirect_uri is not None and code.redirect_uri != call.body.get("redirect_uri"):
        # "if used before, must be identical"
        raise ApiError("invalid_grant", "The redirect URI is another one")
    call.store.drop(code)  # valid for one exchange (RFC 6749, section 4.1.2)
    return consent_to(call.settings, call.store, code.user_id, code.scopes)


def _by_password(call: Call) -> Token:
    call.require("use_password_grant")
    username, password = _given(call, "username"), _given(call, "password")
    scopes = _scopes(call)
    check_scopes(scopes)
    account = who_logs_in(call, username)
    if account is None:
        raise ApiError("invalid_grant", "The user name or the password is wrong.")
    check_login(call, account, password, "invalid_grant")
    # `X_offline` is only for the grant by code (/en/wallet/user/scopes).
    online = (scope.replace("_offline", "") for scope in scopes)
    return consent_to(call.settings, call.store, account.id, online)


def _by_refresh(call: Call) -> Token:
    """Refreshes a token; the old access token stays valid, as no source says otherwise."""
    token = _refreshed(call, active=True)
    _use_up(call, token.replaces)
    return token


def _by_refresh_with_activation(call: Call) -> Token:
    """Refreshes a token; the replaced pair stays valid until the new token is activated."""
    return _refreshed(call, active=False)


GRANTS: Mapping[str, Callable[[Call], Token]] = {
    "authorization_code": _by_code,
    "password": _by_password,
    "refresh_token": _by_refresh,
    "refresh_token_with_activation": _by_refresh_with_activation,
}


def _refreshed(call: Call, *, active: bool) -> Token:
    refresh = call.store.get(RefreshToken, _given(call, "refresh_token"))
    # The official SDKs compare these three texts.
    if refresh is None:
        raise ApiError("invalid_grant", "No such refresh token")
    if refresh.used:
        raise ApiError("invalid_grant", "Refresh token status invalid")
    if refresh.expires_at is not None and call.now >= refresh.expires_at:
        raise ApiError("invalid_grant", "Refresh token expired")
    scopes = _scopes_of_refresh(call, refresh)
    return issue(
        call.settings, call.store, refresh.user_id, scopes, active=active, replaces=refresh.id
    )


def _scopes_of_refresh(call: Call, refresh: RefreshToken) -> frozenset[str]:
    """Returns the requested scopes: some of the old ones, or those that a code allows."""
    asked = frozenset(_scopes(call))
    new = asked - refresh.scopes
    account = call.existing(refresh.user_id)
    elevation = account.elevation
    if "code" in call.body:
        right = elevation is not None and elevation.code == call.body["code"]
        if elevation is None or not right or expired(elevation.sent_at, call.settings):
            raise ApiError("invalid_code", "The code is wrong.")
        if new and new <= elevation.scopes & EXTENDED_SCOPES:
            # That a code can be used once is an inference.
            call.store.put(evolve(account, elevation=None))
            return refresh.scopes | new
    if new:
        raise ApiError("invalid_scope", "A scope was not consented to.")
    return asked or refresh.scopes


def _use_up(call: Call, refresh_token: str | None) -> None:
    refresh = call.store.get(RefreshToken, refresh_token) if refresh_token else None
    if refresh is not None:
        call.store.keep(evolve(refresh, used=True))


def who_logs_in(call: Call, username: str) -> Account | None:
    for channel in CHANNELS:
        account = owner_of_confirmed(call, channel, username)
        if account is not None:
            return account
    return call.store.owner(("username", username))


def _named_token(call: Call, access_token: str) -> Token:
    """Returns the token; refuses a user who does not own it."""
    token = call.store.get(Token, access_token)
    if token is None:
        raise ApiError("not_found", "There is no such token.")
    call.own(token.user_id)
    return token


def _client_only(call: Call) -> None:
    if not call.caller.is_client:
        raise ApiError("forbidden", "Only the client itself may ask for tokens.")


def _scopes(call: Call) -> Iterable[str]:
    return tuple(call.body.get("scope", "").split())


def _given(call: Call, name: str) -> str:
    value: str = call.body.get(name, "")
    if not value:
        raise ApiError("invalid_request", f"The parameter {name} is missing.")
    return value


def _shown(call: Call, token: Token) -> dict[str, Any]:
    lives = _FOR_EVER if token.expires_at is None else token.expires_at - call.now
    return {
        "access_token": token.access_token,
        "token_type": "mac",
        "expires_in": int(lives),
        "mac_key": token.mac_key,
        "mac_algorithm": "hmac-sha-256",
        "refresh_token": token.refresh_token,
    }
