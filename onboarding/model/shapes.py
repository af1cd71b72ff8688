"""The forms a text of the core may have: E.164, ISO 3166-1, BCP 47 ...

The patterns are for every value that is built. The libraries that know more (which numbers a
country has, which codes are assigned) are asked where a person's input enters: `User.parse`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated
from urllib.parse import urlsplit

from onboarding.model.base import Shape

__all__ = ["Country", "Currency", "Email", "Locale", "Phone", "Text", "Url"]

_BAD = r"\x00-\x1f\x7f\ud800-\udfff"
_TEXT = re.compile(rf"[^\S{_BAD}]*[^\s{_BAD}][^{_BAD}]*").fullmatch  # linear in length
_COUNTRY = re.compile(r"[A-Z]{2}").fullmatch
_CURRENCY = re.compile(r"[A-Z]{3}").fullmatch
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f.]+(?:\.[^@\s\x00-\x1f.]+)+").fullmatch
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}").fullmatch  # E.164: at most 15 digits
_LOCALE = re.compile(
    r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-[A-Za-z0-9]{2,8})*"
).fullmatch


_URL = re.compile(r"(?i:https?)://[^\s/?#@]+(?:/[^\s?#]*)?").fullmatch


def _is_url(text: str) -> bool:
    if not (_URL(text) and text.isascii() and text.isprintable()):
        return False
    try:
        return urlsplit(text).port != 0  # asking for a port that is none raises
    except ValueError:
        return False


def _clean_phone(text: str) -> str:
    import phonenumbers  # a large library, wanted only where a person's input enters

    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        raise ValueError(text) from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _clean_email(text: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise ValueError(text) from None
    return text


@cache
def _countries() -> frozenset[str]:
    import pycountry

    return frozenset(country.alpha_2 for country in pycountry.countries)


def _clean_country(text: str) -> str:
    if text not in _countries():
        raise ValueError(text)
    return text


@cache
def _currencies() -> frozenset[str]:
    import pycountry

    return frozenset(str(currency.alpha_3) for currency in pycountry.currencies)  # pyright: ignore[reportUnknownArgumentType,reportUnknownMemberType,reportUnknownVariableType]


def _clean_currency(text: str) -> str:
    if text not in _currencies():
        raise ValueError(text)
    return text


Text = Annotated[str, Shape("text", "a text that is not blank, without control characters", _TEXT)]
"""Any text with something in it."""

Country = Annotated[
    str,
    Shape("country", "an assigned ISO 3166-1 alpha-2 code in upper case", _COUNTRY, _clean_country),
]
"""ISO 3166-1 alpha-2, upper case."""

Currency = Annotated[
    str,
    Shape("currency", "an ISO 4217 code in upper case", _CURRENCY, _clean_currency),
]
"""ISO 4217 alphabetic code, upper case."""

Email = Annotated[str, Shape("email", "an e-mail address", _EMAIL, _clean_email)]
"""An e-mail address."""

Phone = Annotated[
    str,
    Shape("phone", "a phone number in E.164: + country code number", _PHONE, _clean_phone),
]
"""E.164 with its `+`."""

Locale = Annotated[str, Shape("locale", "a BCP 47 language tag", _LOCALE)]
"""BCP 47, such as `lt` or `en-GB`."""

Url = Annotated[
    str, Shape("url", "an absolute URL of http or https, with nothing behind its path", _is_url)
]
"""Where a server is: for the settings of an adapter."""
