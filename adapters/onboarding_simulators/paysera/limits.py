"""Rate limits, and the captcha that lifts them."""

# Sources: developers.paysera.com /api/wallet for the two limits; java-lib-wallet-sdk,
# `RecaptchaHeader` and `WalletApiClient.unlockRecaptcha`, for the captcha. Its address is not
# documented: here it names what is unlocked. No source mentions a Retry-After header.

from __future__ import annotations

from attrs import evolve

from .answers import ApiError
from .calls import Call
from .rows import CHANNELS, Account

_MINUTE, _HOUR = 60.0, 3600.0
_ANSWER = "g-recaptcha-response"


def count(call: Call) -> None:
    """Counts the request for its access token and its client, or refuses it."""
    settings, token = call.settings, call.caller.token
    limits = [(_HOUR, settings.client_id, settings.requests_per_hour)]
    if token is not None:
        limits.insert(0, (_MINUTE, token.access_token, settings.requests_per_minute))
    for seconds, who, most in limits:
        if most is not None and not call.rates.admit((seconds, who), most, call.now):
            call.too_many("requests", "requests")


def unlock_requests(call: Call) -> None:
    _check(call)
    call.rates.forget()


def unlock_user(call: Call) -> None:
    """POST /recaptcha/unlock/user/:id/:what: resets the attempts of a user."""
    _check(call)
    account = call.existing(int(call.parts["id"]))
    call.store.put(_unlocked(account, call.parts["what"]))


def _check(call: Call) -> None:
    """Refuses a captcha without a solution, in a field or in a header."""
    if not (call.body.get(_ANSWER) or call.header.get(_ANSWER)):
        raise ApiError("invalid_parameters", "The captcha is not solved.")


def _unlocked(account: Account, what: str) -> Account:
    for channel in CHANNELS:
        if what == channel:
            contact = account.contact(channel)
            contact = evolve(contact, wrong=0, forgiven=contact.sent)
            return account.with_contact(channel, contact)
    if what == "password":
        reset = account.reset
        return evolve(account, reset=evolve(reset, wrong=0, forgiven=reset.sent))
    return evolve(account, wrong_passwords=0)
