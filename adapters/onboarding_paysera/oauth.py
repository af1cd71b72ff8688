"""OAuth at Paysera: a user lets the client act in their name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self, overload

import attrs
from attrs import frozen
from onboarding import InvalidInput, Problem, Secret, Unsupported
from onboarding.spi import Flow, Request, reference, url, web_url, written_email

from onboarding_paysera.protocol import Environment, PayseraProtocol
from onboarding_paysera.records import PROVIDER
from onboarding_paysera.tokens import UserToken, code_in, read_token
from onboarding_paysera.values import form_body, given, given_text, unexpected

__all__ = ["OAuth"]

# docs: guides/wallet/user-information/oauth. The official PHP client asks at bank.paysera.com,
# and knows the second: `authorize_url` takes the place of either.
_PAGES = {
    Environment.PRODUCTION: "https://www.paysera.com/frontend",
    Environment.SANDBOX: "https://sandbox.paysera.com/frontend",
}


@frozen(kw_only=True)
class OAuth(PayseraProtocol):
    """Tokens of users. The client itself asks for them: an adapter in a user's name cannot.

    The facts are those of the official clients (lib-wallet-php-client, OAuth/Consumer and
    OAuthClient; java-lib-wallet-sdk, OAuthClient and GrantType) and of RFC 6749.
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
        """The same adapter in the name of a user, by the token that the user granted.

        `scopes` are those of the token, so that its records tell hidden from absent; those of the
        client say nothing of it.
        """
        if isinstance(access_token, UserToken):
            self._own_token(access_token)
            token, key = access_token.access_token, access_token.mac_key
        elif mac_key is not None:
            token, key = Secret(access_token), Secret(mac_key)
        else:
            raise InvalidInput([Problem("mac_key", "missing", "is required beside a token's id")])
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
        """Where to send the user. `state` is a random text, kept with the user's session.

        Without scopes the token tells the ids of the user and the wallet. `language` (`lt`) is
        that of the page. `session` is a key of `open_session`, and holds all but the language.
        """
        base = self.authorize_url or (
            f"{self.base_url.rstrip('/')}/frontend" if self.base_url else _PAGES[self.environment]
        )
        place = url(base, *([language] if language else []), "oauth")
        if session is not None:
            return url(place, session)
        # As the official client writes it: a blank is a plus.
        return f"{place}?{form_body(self._asked(redirect_uri, state, scopes)).decode()}"

    @staticmethod
    def read_return(returned: str, state: str) -> str:
        """The code in the URL at which the user came back, for `exchange_code`.

        Raises `Forbidden` when there was no consent (its `code` says why), `InvalidInput` when
        the state is not the one given here.
        """
        return code_in(returned, state)

    def open_session(
        self, *, redirect_uri: str, state: str, email: str, scopes: Iterable[str] = ()
    ) -> Flow[str]:
        """Keeps what is to be asked at Paysera, with an e-mail address that the client vouches for.

        Gives the key for `authorization_url`. Takes the permission `give_trusted_user_info`.
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
        """The token for a code, which is good once. `redirect_uri` is that of the question."""
        back = web_url("redirect_uri", redirect_uri)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
        return (yield from self._token("exchange_code", form))

    def log_in(
        self, username: str, password: Secret, *, scopes: Iterable[str] = ()
    ) -> Flow[UserToken]:
        """The token for a user's own name and password.

        Takes the permission `use_password_grant`. After too many wrong ones a captcha is wanted.
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
        """The next token. The refresh token is used up by it: store the new one at once.

        `scopes` are some of the old ones; extended ones take the `code` that the user was sent.
        With `activation` the old pair stays good until `activate_token`, so that an answer that
        was lost loses nothing.
        """
        self._own_token(token)
        if token.refresh_token is None:
            raise InvalidInput([Problem("refresh_token", "missing", "the token has none")])
        grant = "refresh_token_with_activation" if activation else "refresh_token"
        form = {"grant_type": grant, "refresh_token": token.refresh_token.reveal()}
        form |= _joined(scopes) | ({} if code is None else {"code": code})
        flow = self._token("refresh_token", form, active=not activation, before=token)
        return (yield from flow)

    def activate_token(self, token: UserToken) -> Flow[UserToken]:
        """Ends a refresh in two phases: the token is good from now on, the old one no more."""
        self._own_token(token)
        self._by_the_client()
        path = ("tokens", token.access_token.reveal(), "activate")
        response = yield self._form("PUT", "activate_token", *path)
        given = self.answer(response)
        if not given:  # a void answer is a yes as well
            return attrs.evolve(token, active=True)
        return read_token(response, given, active=True, provenance=self.provenance, before=token)

    def revoke_token(self, token: UserToken) -> Flow[None]:
        """Ends a token, and its refresh token with it."""
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
        """A request to a place below `/oauth/v1`; its body is a form, as all official clients'."""
        place = url(self.base, "oauth", "v1", *path, query=query)
        made = Request(method=method, url=place, operation=operation)
        if form is None:
            return made
        made = attrs.evolve(made, body=form_body(form))
        return made.with_headers(Content_Type="application/x-www-form-urlencoded")

    def _asked(self, redirect_uri: str, state: str, scopes: Iterable[str]) -> dict[str, str]:
        if not state:
            text = "is required: without it somebody else's consent could be sent along"
            raise InvalidInput([Problem("state", "missing", text)])
        back = web_url("redirect_uri", redirect_uri)
        asked = {"response_type": "code", "client_id": self.client_id}
        return asked | _joined(scopes) | {"redirect_uri": back, "state": state}

    def _by_the_client(self) -> None:
        if self.access_token is not None:
            text = "the client itself asks for tokens, not an adapter in the name of a user"
            raise Unsupported([Problem("", "unsupported", text)], provider=PROVIDER)


def _joined(scopes: Iterable[str]) -> dict[str, str]:
    """`scope`, separated by blanks; left out when none is asked for."""
    if isinstance(scopes, str):  # which would be taken letter by letter
        raise InvalidInput([Problem("scopes", "type", "expected a list of scopes")])
    text = " ".join(given_text("scopes", scope) for scope in scopes)
    return {"scope": text} if text else {}
