"""What a user's consent gives: a token, and the way back from the page that asked for it."""

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

from onboarding_paysera.records import PROVIDER
from onboarding_paysera.values import shown_number, shown_text

__all__ = ["UserToken", "code_in", "read_token"]


@frozen(kw_only=True, slots=False, repr=False)
class UserToken(Stored, form="paysera_user_token/1"):
    """Credentials to act in the name of one user: `Paysera.as_user` takes them.

    - `access_token`, `mac_key`: they sign requests in place of the client's own;
    - `refresh_token`: gives the next token, once; absent where Paysera gave none;
    - `expires_at`: UTC; by the clock of this machine at the time of the answer;
    - `active`: false until `activate_token`, for one that was refreshed in two phases;
    - `gateway`, `environment`: of the gateway that it was granted to, which alone takes it back;
      a token that was stored before tokens had them has no environment: any gateway takes it.

    `to_json(secrets=True)` stores it; its repr shows nothing of it.
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


# What signs requests goes into a header in quotes, and the refresh token into a form.
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
    """The token in an answer. An answer without a refresh token leaves the old one in force.

    RFC 6749, section 5.1, section 6; the official PHP client takes the algorithm hmac-sha-256 only.
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
    """The code in the URL that a user came back with; RFC 6749, section 4.1.2.

    Raises `Forbidden` when the user, or Paysera, said no; `InvalidInput` when the state is
    another: then somebody else's consent was sent along.
    """
    try:
        query = parse_qs(urlsplit(returned).query, keep_blank_values=True)
    except ValueError:  # its text is the URL
        query = {}
    back = query.get("state", [])
    if len(back) != 1 or not hmac.compare_digest(_bytes(back[0]), _bytes(state)):
        text = "is not the one that this user was sent away with"
        raise InvalidInput([Problem("state", "conflict", text)])
    if error := query.get("error"):
        code = error[0] if _WORD(error[0]) else "refused"
        remedy = "the user, or Paysera, did not consent"
        # section 4.1.2.1: the no is a redirect
        raise Forbidden(ErrorDetails(status=302, code=code, remedy=remedy, raw=returned))
    codes = query.get("code", [])
    if len(codes) != 1 or not codes[0]:
        raise InvalidInput([Problem("code", "missing", "the URL has no code")])
    return codes[0]
