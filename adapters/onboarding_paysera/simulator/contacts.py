"""The operations that give a user a phone or an e-mail address by way of a code."""

# Assigning changes nothing that is shown; confirming the code does.

from __future__ import annotations

import hashlib
from typing import Any

from attrs import evolve

from .calls import Call
from .errors import ApiError
from .settings import Settings
from .state import Account, Channel, Contact

_CODE_LENGTH = 6  # as in all samples of the documents, which give no format


def assign_phone(call: Call) -> dict[str, Any]:
    return _assign(call, "phone")


def assign_email(call: Call) -> dict[str, Any]:
    return _assign(call, "email")


def confirm_phone(call: Call) -> dict[str, Any]:
    return _confirm(call, "phone")


def confirm_email(call: Call) -> dict[str, Any]:
    return _confirm(call, "email")


def send_code(contact: Contact, value: str) -> Contact:
    """The contact as it is once a code for this value has been sent."""
    return evolve(contact, pending=value, sent=contact.sent + 1, wrong=0)


def code_sent(account: Account, channel: Channel, settings: Settings) -> str | None:
    """The code last sent: six capital letters that user, contact, attempt and seed decide."""
    contact = account.contact(channel)
    if contact.pending is None:
        return None
    parts = (settings.seed, account.id, channel, contact.pending, contact.sent)
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:_CODE_LENGTH])


def _assign(call: Call, channel: Channel) -> dict[str, Any]:
    account = call.account()
    contact = account.contact(channel)
    limit = call.settings.code_send_limit
    if limit is not None and contact.sent >= limit:
        raise _too_many(call.settings)
    account = account.with_contact(channel, send_code(contact, call.body[channel]))
    call.keep(account)
    return call.shown(account)


def _confirm(call: Call, channel: Channel) -> dict[str, Any]:
    account = call.account()
    contact = account.contact(channel)
    if contact.pending is None:
        raise ApiError("invalid_state", "There is nothing to confirm.")
    if contact.wrong >= call.settings.code_rate_limit:
        raise _too_many(call.settings)
    if call.body["code"] != code_sent(account, channel, call.settings):
        call.keep(account.with_contact(channel, evolve(contact, wrong=contact.wrong + 1)))
        raise ApiError("invalid_code", "The code is wrong.")
    confirmed = evolve(contact, confirmed=contact.pending, pending=None)
    account = account.with_contact(channel, confirmed)
    call.keep(account)
    return call.shown(account)


def _too_many(settings: Settings) -> ApiError:
    """Says where a captcha lifts the limit, in the headers that the Java SDK reads."""
    headers = {
        "g-recaptcha-key": settings.recaptcha_key,
        "recaptcha-unlock-url": settings.recaptcha_unlock_url,
    }
    return ApiError("rate_limit_exceeded", "Too many codes.", headers=headers)
