"""Printable receipts of a registration and of an identification."""

# Source: developers.paysera.com /guides/wallet/user-information/user-resource, for the addresses
# and the two parameters. That `width` is the number of columns, and that receipts are plain text,
# are inferences.

from __future__ import annotations

import textwrap
from typing import Any

from attrs import evolve
from werkzeug.wrappers import Response

from .answers import ApiError, encode
from .body import Faults
from .calls import Call
from .forms import LOCALES
from .rows import Account

_DEFAULT_WIDTH = 40
_WIDTHS = (20, 200)
_TITLES = {
    "registration": {
        "en": "Registration",
        "lt": "Registracija",
        "ru": "\u0420\u0435\u0433\u0438\u0441\u0442\u0440\u0430\u0446\u0438\u044f",
    },
    "identification": {
        "en": "Identification",
        "lt": "Identifikavimas",
        "ru": "\u0418\u0434\u0435\u043d\u0442\u0438\u0444\u0438\u043a\u0430\u0446\u0438\u044f",
    },
}


def registration(call: Call) -> Response:
    """GET /user/:userId/receipt/registration; the permission is an inference."""
    call.require("register_user")
    return _receipt(call, call.account(), "registration")


def identification(call: Call) -> Response:
    """GET /user/:userId/receipt/identification: not found before an identity was provided.

    Fetching the receipt counts as printing it.
    """
    call.require("provide_identity")
    account = call.account()
    if account.identity is None:
        raise ApiError("not_found", "The user was not identified.")
    response = _receipt(call, account, "identification")
    call.keep(evolve(account, receipt_due=False))
    return response


def _receipt(call: Call, account: Account, kind: str) -> Response:
    locale, width = _asked(call, account)
    lines = [_TITLES[kind][locale], f"ID {account.id}", *_facts(account)]
    text = "\n".join(part for line in lines for part in textwrap.wrap(line, width)) + "\n"
    if call.header.get("Accept", "").startswith("application/json"):
        # A caller that accepts only JSON gets the text as JSON.
        return Response(encode(text), content_type="application/json")
    return Response(text, content_type="text/plain; charset=utf-8")


def _facts(account: Account) -> list[str]:
    identity = account.identity
    given: list[str | None] = [
        *((identity.name, identity.surname, identity.code) if identity else ()),
        account.email.confirmed or account.email.pending,
        account.phone.confirmed or account.phone.pending,
    ]
    return [value for value in given if value]


def _asked(call: Call, account: Account) -> tuple[str, int]:
    faults = Faults()
    locale: Any = call.asked("locale") or account.locale or "en"
    if locale not in LOCALES:
        faults.add("locale", "no_such_choice")
    width = call.asked("width") or str(_DEFAULT_WIDTH)
    low, high = _WIDTHS
    if not (width.isascii() and width.isdigit() and len(width) < 6):
        faults.add("width", "invalid_type")
    elif not low <= int(width) <= high:
        faults.add("width", "too_low" if int(width) < low else "too_high")
    faults.raise_any()
    return locale, int(width)
