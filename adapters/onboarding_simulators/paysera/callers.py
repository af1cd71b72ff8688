"""The caller of a request: its signature, its identity, its rate."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from urllib.parse import parse_qsl

from attrs import define, field, frozen
from werkzeug.datastructures import Headers

from .answers import ApiError
from .mac import MacError, MacHeader, check, host_and_port, parse
from .rows import Account
from .settings import Settings
from .store import Store
from .tokens import Token

Counted = tuple[float, str]  # the length of the window in seconds, and the caller


@define
class Rates:
    """The times of the latest requests of each caller."""

    _times: dict[Counted, deque[float]] = field(
        factory=dict[Counted, "deque[float]"], init=False, repr=False
    )

    def admit(self, counted: Counted, most: int, now: float) -> bool:
        """Counts a request and returns True, or returns False if the limit is reached."""
        times = self._times.setdefault(counted, deque())
        while times and times[0] <= now - counted[0]:
            times.popleft()
        if len(times) >= most:
            return False
        times.append(now)
        return True

    def forget(self) -> None:
        self._times.clear()


@frozen(kw_only=True, repr=False)
class Signed:
    """The parts of a request that are signed, raw as WSGI has them."""

    authorization: str | None
    method: str
    target: str
    host: str
    body: bytes
    certified: bool = False  # the client's certificate was verified in the TLS handshake


@frozen
class Caller:
    """The client itself, or the user of an access token."""

    token: Token | None = None

    @property
    def is_client(self) -> bool:
        return self.token is None

    def scopes(self, account: Account, settings: Settings) -> frozenset[str]:
        """Returns the scopes that this caller has for an account."""
        if self.token is not None:
            return self.token.scopes
        return settings.scopes | account.offline_scopes


def identify(signed: Signed, settings: Settings, store: Store) -> Caller:
    """Returns the caller; checks the signature, then the time, then the nonce.

    An unsigned request counts as the client's own if a certificate replaces the signature; an
    access token always needs a signature (lib-wallet-php-client, `WalletApi::dispatcher`).
    """
    if signed.authorization is None and (signed.certified or settings.trust_unsigned):
        return Caller()
    header = _genuine(signed, settings, store)
    caller = Caller(None if header.id == settings.client_id else store.get(Token, header.id))
    now = settings.clock()
    _refuse_dead(caller, now, settings)
    _refuse_skewed(int(header.ts), now, settings)
    oldest = now - settings.clock_window
    # /guides/wallet/authentication requires a unique nonce; the answer to a repeated one is not
    # documented.
    if not store.use_nonce(header.id, header.nonce, int(header.ts), oldest=oldest):
        raise ApiError("unauthorized", "The nonce was used before.")
    return caller


def parameters(headers: Headers) -> tuple[tuple[str, str], ...]:
    """Returns the parameters that select a project or a location of the client.

    A signature has them in its ext, a client certificate in headers (lib-wallet-php-client,
    `Auth/Mac` and `Auth/ClientCertificate`).
    """
    ext: dict[str, str] = {}
    with suppress(MacError):
        ext = dict(parse_qsl(parse(headers.get("Authorization", "")).ext))
    given = {
        name: ext.get(name) or headers.get(f"Wallet-Api-{name.title().replace('_', '-')}")
        for name in ("project_id", "location_id")
    }
    return tuple((name, value) for name, value in given.items() if value)


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
    token = store.get(Token, key_id)
    if token is None:
        raise MacError("There are no credentials of this id.")
    return token.mac_key


def _refuse_dead(caller: Caller, now: float, settings: Settings) -> None:
    if caller.token is None:
        return
    if not caller.token.active:
        # The answer to a token before its activation is not documented.
        raise ApiError("unauthorized", "The access token is not activated.")
    if caller.token.expires_at is not None and now >= caller.token.expires_at:
        # The Swift SDK compares this text.
        raise ApiError("invalid_grant", "Token has expired", status=settings.expired_token_status)


def _refuse_skewed(ts: int, now: float, settings: Settings) -> None:
    # The Java SDK compares these texts (`WalletApiException`).
    if ts > now + settings.clock_window:
        raise ApiError("invalid_timestamp", "Timestamp is in future")
    if ts < now - settings.clock_window:
        raise ApiError("invalid_timestamp", "Timestamp lifetime exceeded")
