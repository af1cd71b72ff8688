"""What a user's consent gives: a token, and the way back from the page that asked for it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from attrs import frozen
from onboarding import Forbidden, InvalidInput, Problem, Response, Secret, UnexpectedResponse
from onboarding.errors import ErrorDetails
from onboarding.model.stored import Stored

__all__ = ["UserToken", "code_in", "read_token"]


@frozen(kw_only=True, slots=False, repr=False)
class UserToken(Stored, form="paysera_user_token/1"):
    """Credentials to act in the name of one user: `Paysera.as_user` takes them.

    - `access_token`, `mac_key`: they sign requests in place of the client's own;
    - `refresh_token`: gives the next token, once; absent where Paysera gave none;
    - `expires_at`: UTC; by the clock of this machine at the time of the answer;
    - `active`: false until `activate_token`, for one that was refreshed in two phases.

    `to_json(secrets=True)` stores it; its repr shows nothing of it.
    """

    access_token: Secret
    mac_key: Secret
    refresh_token: Secret | None = None
    expires_at: datetime | None = None
    active: bool = True

    def __repr__(self) -> str:
        ends = f"{self.expires_at:%Y-%m-%dT%H:%M:%SZ}" if self.expires_at is not None else None
        return f"UserToken(expires_at={ends}, active={self.active})"


_LONGEST = timedelta(days=36_500).total_seconds()


def read_token(
    response: Response, given: Mapping[str, Any], *, active: bool, before: UserToken | None = None
) -> UserToken:
    """The token in an answer. An answer without a refresh token leaves the old one in force.

    RFC 6749, section 5.1, section 6; the official PHP client takes the algorithm hmac-sha-256 only.
    """
    texts = {name: given.get(name) for name in ("access_token", "mac_key")}
    problems = [
        Problem("", "missing", "the answer has no such text", name)
        for name, text in texts.items()
        if not (isinstance(text, str) and text)
    ]
    for name, word in {"token_type": "mac", "mac_algorithm": "hmac-sha-256"}.items():
        if str(given.get(name, word)).lower() != word:
            problems.append(Problem("", "choice", f"expected {word}", name))
    if problems:
        # not the body: it holds the token's key
        raise UnexpectedResponse(problems, status=response.status)
    refresh = given.get("refresh_token")
    kept = before.refresh_token if before is not None else None
    ends = given.get("expires_in")
    lives = float(ends) if isinstance(ends, int | float) and 0 <= ends <= _LONGEST else None
    return UserToken(
        access_token=Secret(texts["access_token"]),
        mac_key=Secret(texts["mac_key"]),
        refresh_token=Secret(refresh) if isinstance(refresh, str) and refresh else kept,
        expires_at=response.received_at + timedelta(seconds=lives) if lives is not None else None,
        active=active,
    )


def code_in(returned: str, state: str) -> str:
    """The code in the URL that a user came back with; RFC 6749, section 4.1.2.

    Raises `Forbidden` when the user, or Paysera, said no; `InvalidInput` when the state is
    another: then somebody else's consent was sent along.
    """
    query = parse_qs(urlsplit(returned).query, keep_blank_values=True)
    back = query.get("state", [])
    if len(back) != 1 or not hmac.compare_digest(back[0].encode(), state.encode()):
        text = "is not the one that this user was sent away with"
        raise InvalidInput([Problem("state", "conflict", text)])
    if error := query.get("error"):
        code = error[0] if error[0].isascii() and error[0].isidentifier() else "refused"
        remedy = "the user, or Paysera, did not consent"
        # section 4.1.2.1: the no is a redirect
        raise Forbidden(ErrorDetails(status=302, code=code, remedy=remedy, raw=returned))
    codes = query.get("code", [])
    if len(codes) != 1 or not codes[0]:
        raise InvalidInput([Problem("code", "missing", "the URL has no code")])
    return codes[0]
