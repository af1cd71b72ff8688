"""The operations that change a password."""

# Source: developers.paysera.com /guides/wallet/user-information/user-resource; the paths are those
# of the official SDKs, as the table there writes two of them as one.

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from contextlib import suppress
from typing import Any

from attrs import evolve

from . import levels, tokens
from .answers import ApiError, CountedError
from .calls import Call
from .contacts import expired
from .reading import owner_of_confirmed
from .registering import check_password
from .rows import CHANNELS, Account, Credentials
from .settings import Settings


def request_reset(call: Call) -> dict[str, Any]:
    """POST /user/password/reset: finds the user by a confirmed contact and sends a code.

    The answer is the user, whose id is needed to change the password. An identified user must also
    give the person code.
    """
    account = _named(call)
    call.own(account.id)
    reset, limit = account.reset, call.settings.code_send_limit
    if limit is not None and reset.sent - reset.forgiven >= limit:
        call.too_many("codes", "user", account.id, "password")
    _check_identity(call, account)
    reset = evolve(reset, awaited=True, sent=reset.sent + 1, sent_at=call.now, wrong=0)
    account = evolve(account, reset=reset)
    call.keep(account)
    return call.shown(account)


def change_password(call: Call) -> dict[str, Any]:
    """PUT /user/:userId/password: requires the code that was sent, or the old password."""
    account = call.account()
    # Checked first, so that a bad password does not use up the code; the order is not documented.
    check_password(call, call.body["password"])
    if "code" in call.body:
        _check_code(call, account)
    else:
        check_login(call, account, call.body["old_password"], "invalid_password")
    changed = Credentials(type="main-password", password=call.body["password"])
    reset = evolve(account.reset, awaited=False)
    account = evolve(account, credentials=changed, reset=reset, wrong_passwords=0)
    call.keep(account)
    return call.shown(account)


def reset_code(account: Account, settings: Settings) -> str | None:
    """Returns the last code sent to change a password, or None."""
    if not account.reset.awaited:
        return None
    return tokens.derived_code(settings.seed, account.id, "password", account.reset.sent)


def check_login(call: Call, account: Account, password: str, error: str) -> None:
    """Refuses a wrong password with this error, and every password after too many."""
    if account.wrong_passwords >= call.settings.password_rate_limit:
        call.too_many("wrong passwords", "user", account.id, "login")
    if account.credentials is None or not matches(account.credentials, password):
        call.keep(evolve(account, wrong_passwords=account.wrong_passwords + 1))
        raise CountedError(error, "The password is wrong.")
    if account.wrong_passwords:
        call.keep(evolve(account, wrong_passwords=0))


def matches(credentials: Credentials, password: str) -> bool:
    """Whether this is the password.

    The documents give only the name of the hash of migrated passwords: every reading of it is
    accepted.
    """
    if credentials.type == "main-password":
        return credentials.password == password
    salt = (credentials.password_salt or "").encode()
    salts = [salt]
    with suppress(ValueError):
        salts.append(b64decode(salt, validate=True))
    digests = (
        hashlib.sha1(before + password.encode(encoding), usedforsecurity=False).digest()
        for before in salts
        for encoding in ("utf-8", "utf-16-le")
    )
    return credentials.password in {b64encode(digest).decode() for digest in digests}


def _named(call: Call) -> Account:
    for channel in CHANNELS:
        if channel in call.body:
            account = owner_of_confirmed(call, channel, call.body[channel])
            if account is not None:
                return account
    # The answer to an unknown contact is not documented.
    raise ApiError("not_found", "There is no such user.")


def _check_identity(call: Call, account: Account) -> None:
    code = account.identity and account.identity.code
    given = call.body.get("identity", {}).get("code")
    if given is None:
        if code is not None and levels.reaches(account, call.settings.reset_identity_from):
            raise ApiError("identity_required", "The person code is needed.")
    elif given != code:
        raise ApiError("invalid_identity", "The person code is wrong.")


def _check_code(call: Call, account: Account) -> None:
    reset = account.reset
    if reset.wrong >= call.settings.code_rate_limit:
        call.too_many("codes", "user", account.id, "password")
    right = call.body["code"] == reset_code(account, call.settings)
    if not right or expired(reset.sent_at, call.settings):
        call.keep(evolve(account, reset=evolve(reset, wrong=reset.wrong + 1)))
        raise CountedError("invalid_code", "The code is wrong.")
