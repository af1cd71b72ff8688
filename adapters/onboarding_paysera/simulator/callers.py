"""Finds out who sent a request."""

from __future__ import annotations

from attrs import frozen

from .errors import ApiError
from .mac import MacError, MacHeader, check, host_and_port, parse
from .settings import Settings
from .state import Account, Store, Token


@frozen(kw_only=True, repr=False)
class Signed:
    """The parts of a request that its signature covers, raw, as WSGI spells them."""

    authorization: str | None
    method: str
    target: str
    host: str
    body: bytes


@frozen
class Caller:
    """The client itself, or the user whose access token it holds."""

    token: Token | None = None

    @property
    def is_client(self) -> bool:
        return self.token is None

    def scopes(self, account: Account, settings: Settings) -> frozenset[str]:
        """What this caller may read of this account."""
        if self.token is not None:
            return self.token.scopes
        return settings.scopes | account.offline_scopes


def identify(signed: Signed, settings: Settings, store: Store) -> Caller:
    """Gives the caller; the signature is judged first, then the clock, then the nonce."""
    header = _genuine(signed, settings, store)
    caller = Caller(None if header.id == settings.client_id else store.token(header.id))
    now = settings.clock()
    _refuse_expired(caller, now, settings)
    _refuse_skewed(int(header.ts), now, settings)
    oldest = now - settings.clock_window
    # /guides/wallet/authentication asks for a nonce unique per request; what a repeated one
    # is answered with is not documented.
    if not store.use_nonce(header.id, header.nonce, int(header.ts), oldest=oldest):
        raise ApiError("unauthorized", "The nonce was used before.")
    return caller


def _genuine(signed: Signed, settings: Settings, store: Store) -> MacHeader:
    if signed.authorization is None:
        raise ApiError("unauthorized", "The request is not signed.")
    try:
        header = parse(signed.authorization)
        host, port = host_and_port(signed.host, settings.fallback_port)
        key = _key(header.id, settings, store)
        check(
            header,
            key=key,
            method=signed.method,
            target=signed.target,
            host=host,
            port=port,
            body=signed.body,
        )
    except MacError as error:
        raise ApiError("unauthorized", str(error)) from None
    return header


def _key(key_id: str, settings: Settings, store: Store) -> str:
    if key_id == settings.client_id:
        return settings.mac_key
    token = store.token(key_id)
    if token is None:
        raise MacError("There are no credentials of this id.")
    return token.mac_key


def _refuse_expired(caller: Caller, now: float, settings: Settings) -> None:
    if caller.token is None or caller.token.expires_at is None:
        return
    if now >= caller.token.expires_at:
        # The Swift SDK recognises this very text.
        raise ApiError("invalid_grant", "Token has expired", status=settings.expired_token_status)


def _refuse_skewed(ts: int, now: float, settings: Settings) -> None:
    # The Java SDK recognises these very texts (`WalletApiException`).
    if ts > now + settings.clock_window:
        raise ApiError("invalid_timestamp", "Timestamp is in future")
    if ts < now - settings.clock_window:
        raise ApiError("invalid_timestamp", "Timestamp lifetime exceeded")
