"""Tokens of users: read from a response, and the code in the URL after consent."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from attrs import frozen
from onboarding import Forbidden, InvalidInput, Problem, Secret, UnexpectedResponse
from onboarding.spi import ErrorDetails, Provenance, Response, Stored

from onboarding_paysera.values import PROVIDER, shown_number, shown_text

__all__ = ["UserToken", "code_in", "read_token"]


@frozen(kw_only=True, slots=False, repr=False)
class UserToken(Stored, form="paysera_user_token/1"):
    """Credentials to act on behalf of one user, for `Paysera.as_user`.

    - `access_token`, `mac_key`: sign requests in place of the client's own;
    - `refresh_token`: exchanged once for the next token; None if Paysera issued none;
    - `expires_at`: in UTC, by this machine's clock at the time of the response;
    - `active`: false until `activate_token`, for a token of a refresh with `activation`;
    - `gateway`, `environment`: of the gateway that the token was granted to; any other gateway
      refuses it. A token stored before these fields existed has no environment, and is accepted
      by any gateway.

    `to_json(secrets=True)` serialises it; its repr contains no secret.
    """

    gateway: str = ""
    environment: str | None = None
    access_token: Secret
    mac_key: Secret
    refresh_token: Secret | None = None
    expires_at: datetime | None = None
    active: bool = True

    @property
    def provider(self) -> str:
        return PROVIDER

    def __repr__(self) -> str:
        ends = f"{self.expires_at:%Y-%m-%dT%H:%M:%SZ}" if self.expires_at is not None else None
        return f"UserToken(expires_at={ends}, active={self.active})"


# The first two go into a header in quotes, the refresh token into a form.
_TOKEN = re.compile(r"[ !#-\[\]-~]{1,4096}").fullmatch
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}").fullmatch
_LONGEST = timedelta(days=36_500).total_seconds()


def read_token(
    response: Response,
    given: Mapping[str, Any],
    *,
    active: bool,
    provenance: Provenance,
    before: UserToken | None = None,
) -> UserToken:
    """Returns the token of a response; without a new refresh token, that of `before` is kept.

    Raises `UnexpectedResponse` for a response without a token, or for another algorithm than
    hmac-sha-256, the only one of the official PHP client.

    docs: RFC 6749, sections 5.1 and 6
    """
    names = ("access_token", "mac_key", "refresh_token")
    texts = {name: text for name in names if (text := _token(given.get(name)))}
    problems = [
        Problem("", "missing", "the answer has no such text", name)
        for name in ("access_token", "mac_key")
        if name not in texts
    ]
    for name, word in {"token_type": "mac", "mac_algorithm": "hmac-sha-256"}.items():
        if (shown_text(given.get(name, word)) or "").lower() != word:
            problems.append(Problem("", "choice", f"expected {word}", name))
    if problems:
        # not the body: it holds the token's key
        raise UnexpectedResponse(problems, status=response.status)
    kept = before.refresh_token if before is not None else None
    lives = shown_number(given.get("expires_in"))
    if lives is not None and not 0 <= lives <= _LONGEST:
        lives = None
    return UserToken(
        gateway=provenance["gateway"],
        environment=provenance["environment"],
        access_token=Secret(texts["access_token"]),
        mac_key=Secret(texts["mac_key"]),
        refresh_token=Secret(texts["refresh_token"]) if "refresh_token" in texts else kept,
        expires_at=response.received_at + timedelta(seconds=lives) if lives is not None else None,
        active=active,
    )


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _token(value: object) -> str | None:
    return value if isinstance(value, str) and _TOKEN(value) else None


def code_in(returned: str, state: str) -> str:
    """Returns the code in the URL to which a user returned (RFC 6749, section 4.1.2).

    Raises `Forbidden` if the user or Paysera refused consent; `InvalidInput` if the state differs:
    then the consent may be another person's.
    """
    try:
        query = parse_qs(urlsplit(returned).query, keep_blank_values=True)
    except ValueError:  # its message has the URL
        query = {}
    back = query.get("state", [])
    if len(back) != 1 or not hmac.compare_digest(_bytes(back[0]), _bytes(state)):
        text = "is not the state of this user's authorization_url"
        raise InvalidInput([Problem("state", "conflict", text)])
    if error := query.get("error"):
        code = error[0] if _WORD(error[0]) else "refused"
        remedy = "the user or Paysera refused consent"
        # RFC 6749, section 4.1.2.1: a refusal is a redirect
        raise Forbidden(ErrorDetails(status=302, code=code, remedy=remedy, raw=returned))
    codes = query.get("code", [])
    if len(codes) != 1 or not codes[0]:
        raise InvalidInput([Problem("code", "missing", "the URL has no code")])
    return codes[0]
