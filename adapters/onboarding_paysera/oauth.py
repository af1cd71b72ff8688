"""OAuth at Paysera: a user authorises the client to act on their behalf.

The facts are those of RFC 6749 and of the official clients (lib-wallet-php-client, OAuth/Consumer
and OAuthClient; java-lib-wallet-sdk, OAuthClient and GrantType).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self, overload

import attrs
from attrs import frozen
from onboarding import InvalidInput, Problem, Secret, Unsupported
from onboarding.spi import Flow, Request, reference, url, web_url, written_email

from onboarding_paysera.protocol import Environment, PayseraProtocol
from onboarding_paysera.tokens import UserToken, code_in, read_token
from onboarding_paysera.values import PROVIDER, form_body, given, given_text, unexpected

__all__ = ["OAuth"]

# docs: guides/wallet/user-information/oauth. The official PHP client uses bank.paysera.com in
# place of the first: set `authorize_url` for another page.
_PAGES = {
    Environment.PRODUCTION: "https://www.paysera.com/frontend",
    Environment.SANDBOX: "https://sandbox.paysera.com/frontend",
}


@frozen(kw_only=True)
class OAuth(PayseraProtocol):
    """The operations on tokens of users.

    The API client requests tokens: an adapter of `as_user` raises `Unsupported`.
    """

    @overload
    def as_user(self, token: UserToken, /, *, scopes: Iterable[str] | None = None) -> Self: ...
    @overload
    def as_user(
        self, access_token: str, mac_key: str, *, scopes: Iterable[str] | None = None
    ) -> Self: ...
    def as_user(
        self,
        access_token: UserToken | str,
        mac_key: str | None = None,
        *,
        scopes: Iterable[str] | None = None,
    ) -> Self:
        """Returns the adapter that acts on behalf of the user who granted a token.

        `scopes` are the token's, with which a record tells a hidden field from an absent one. The
        client's own scopes do not apply to it.
        """
        if isinstance(access_token, UserToken):
            self._own_token(access_token)
            token, key = access_token.access_token, access_token.mac_key
        elif mac_key is not None:
            token, key = Secret(access_token), Secret(mac_key)
        else:
            raise InvalidInput([Problem("mac_key", "missing", "is required with an access token")])
        held = tuple(scopes) if scopes is not None else None
        return attrs.evolve(self, access_token=token, mac_key=key, scopes=held)

    # -- consent

    def authorization_url(
        self,
        *,
        redirect_uri: str,
        state: str,
        scopes: Iterable[str] = (),
        language: str | None = None,
        session: str | None = None,
    ) -> str:
        """Returns the URL of the consent page.

        `state` is a random text that you keep with the user's session. Without scopes the token
        gives access to the ids of the user and the wallet. `language` is that of the page, such
        as `lt`. `session` is a key from `open_session`, which already has all other parameters.
        """
        base = self.authorize_url or (
            f"{self.base_url.rstrip('/')}/frontend" if self.base_url else _PAGES[self.environment]
        )
        place = url(base, *([language] if language else []), "oauth")
        if session is not None:
            return url(place, session)
        # As in the official client, a space is written as a plus.
        return f"{place}?{form_body(self._asked(redirect_uri, state, scopes)).decode()}"

    @staticmethod
    def read_return(returned: str, state: str) -> str:
        """Returns the code in the URL to which the user returned, for `exchange_code`.

        Raises `Forbidden` if consent was refused (see its `code`), `InvalidInput` if the state
        differs from `state`.
        """
        return code_in(returned, state)

    def open_session(
        self, *, redirect_uri: str, state: str, email: str, scopes: Iterable[str] = ()
    ) -> Flow[str]:
        """Stores the parameters of a consent page at Paysera, with a verified e-mail address.

        Returns the key for `authorization_url`. Requires the permission
        `give_trusted_user_info`.
        """
        known = written_email("email", given_text("email", email))
        form = {**self._asked(redirect_uri, state, scopes), "user[email]": known}
        self._by_the_client()
        response = yield self._form("POST", "open_session", "session", form=form)
        key = reference(self.answer(response).get("key"))
        if key is None:
            raise unexpected(response, "the answer has no key", "key")
        return key

    # -- tokens

    def exchange_code(self, code: str, *, redirect_uri: str) -> Flow[UserToken]:
        """Exchanges a code, once, for a token; `redirect_uri` is that of `authorization_url`."""
        back = web_url("redirect_uri", redirect_uri)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
        return (yield from self._token("exchange_code", form))

    def log_in(
        self, username: str, password: Secret, *, scopes: Iterable[str] = ()
    ) -> Flow[UserToken]:
        """Exchanges a user's name and password for a token.

        Requires the permission `use_password_grant`. After too many failures Paysera requires a
        captcha (`RateLimited`, see `solve_captcha`).
        """
        secret = given("password", password, Secret).reveal()
        form = {"grant_type": "password", "username": username, "password": secret}
        return (yield from self._token("log_in", form | _joined(scopes)))

    def refresh_token(
        self,
        token: UserToken,
        *,
        scopes: Iterable[str] = (),
        code: str | None = None,
        activation: bool = False,
    ) -> Flow[UserToken]:
        """Returns the next token. A refresh token works once: store the new one at once.

        `scopes` narrows the old ones; to extend them, give the `code` that the user was sent.
        With `activation` the old pair stays valid until `activate_token`, so that a lost response
        does no harm.
        """
        self._own_token(token)
        if token.refresh_token is None:
            raise InvalidInput([Problem("refresh_token", "missing", "there is no refresh token")])
        grant = "refresh_token_with_activation" if activation else "refresh_token"
        form = {"grant_type": grant, "refresh_token": token.refresh_token.reveal()}
        form |= _joined(scopes) | ({} if code is None else {"code": code})
        flow = self._token("refresh_token", form, active=not activation, before=token)
        return (yield from flow)

    def activate_token(self, token: UserToken) -> Flow[UserToken]:
        """Completes a refresh with `activation`: the token becomes valid, the old one invalid."""
        self._own_token(token)
        self._by_the_client()
        path = ("tokens", token.access_token.reveal(), "activate")
        response = yield self._form("PUT", "activate_token", *path)
        given = self.answer(response)
        if not given:  # an empty answer is a success as well
            return attrs.evolve(token, active=True)
        return read_token(response, given, active=True, provenance=self.provenance, before=token)

    def revoke_token(self, token: UserToken) -> Flow[None]:
        """Revokes a token and its refresh token."""
        self._own_token(token)
        self._by_the_client()
        query = (("access_token", token.access_token.reveal()),)
        response = yield self._form("DELETE", "revoke_token", "token", query=query)
        self.succeeded(response)

    # -- shared

    def _token(
        self,
        operation: str,
        form: dict[str, str],
        *,
        active: bool = True,
        before: UserToken | None = None,
    ) -> Flow[UserToken]:
        self._by_the_client()
        response = yield self._form("POST", operation, "token", form=form)
        given = self.answer(response)
        return read_token(response, given, active=active, provenance=self.provenance, before=before)

    def _own_token(self, token: UserToken) -> None:
        known = isinstance(token, UserToken)  # pyright: ignore[reportUnnecessaryIsInstance]
        if not known or token.environment is not None:
            self.require_own(token, UserToken)

    def _form(
        self,
        method: str,
        operation: str,
        *path: str,
        form: Mapping[str, str] | None = None,
        query: tuple[tuple[str, str], ...] = (),
    ) -> Request:
        """Returns a request to a path below `/oauth/v1`; its body is a form."""
        place = url(self.base, "oauth", "v1", *path, query=query)
        made = Request(method=method, url=place, operation=operation)
        if form is None:
            return made
        made = attrs.evolve(made, body=form_body(form))
        return made.with_headers(Content_Type="application/x-www-form-urlencoded")

    def _asked(self, redirect_uri: str, state: str, scopes: Iterable[str]) -> dict[str, str]:
        if not state:
            text = "is required: without it a forged consent could not be detected"
            raise InvalidInput([Problem("state", "missing", text)])
        back = web_url("redirect_uri", redirect_uri)
        asked = {"response_type": "code", "client_id": self.client_id}
        return asked | _joined(scopes) | {"redirect_uri": back, "state": state}

    def _by_the_client(self) -> None:
        if self.access_token is not None:
            text = "tokens are requested by the API client, not by an adapter of `as_user`"
            raise Unsupported([Problem("", "unsupported", text)], provider=PROVIDER)


def _joined(scopes: Iterable[str]) -> dict[str, str]:
    """Returns the parameter `scope`, separated by spaces; empty without scopes."""
    if isinstance(scopes, str):  # a text would be split into letters
        raise InvalidInput([Problem("scopes", "type", "expected a list of scopes")])
    text = " ".join(given_text("scopes", scope) for scope in scopes)
    return {"scope": text} if text else {}
