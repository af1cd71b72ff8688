"""The documented forms of texts: countries, currencies, phone numbers, e-mail and web addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Any
from urllib.parse import urlsplit

from onboarding.errors import InvalidInput, Problem
from onboarding.model.countries import RESERVED, country_codes, country_meant
from onboarding.model.currencies import currency_codes, currency_meant
from onboarding.model.phone_numbers import is_one_number
from onboarding.values.base import KEYS, Shape
from onboarding.values.json_values import GIVEN
from onboarding.values.media_types import canonical

__all__ = [
    "LINK_CHARACTER",
    "LINK_START",
    "Country",
    "Currency",
    "Email",
    "Extras",
    "Identifier",
    "IpAddress",
    "LinkTemplate",
    "Locale",
    "LoginName",
    "MediaType",
    "PastDate",
    "PersonRef",
    "Phone",
    "PostalCode",
    "Text",
    "Url",
    "WebUrl",
    "is_link",
    "is_web_url",
    "web_url",
]

# No name before the host (`user@`), and no backslash, which a browser takes for a slash.
_WEB = re.compile(
    r"[Hh][Tt][Tt][Pp][Ss]?://"
    r"""(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#@\\:\[\]<>"^`{|}%]+)(?::[0-9]*)?"""
    r"(?:[/?#][^\s\\]*)?"
).fullmatch

_LONGEST_LABEL = 63  # RFC 1035, 2.3.4; no DNS query holds a longer one


def is_web_url(text: object) -> bool:
    """Whether it is an absolute URL of http or https with a host.

    It is not with a user name or a password, a blank, a backslash, a control character or a
    character that is not shown.
    """
    if not isinstance(text, str) or not _WEB(text) or not text.isprintable():
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        labels = host.removesuffix(".").split(".")
        sound = all(0 < len(label) <= _LONGEST_LABEL for label in labels)
        return sound and parts.port != 0 and any(char.isalnum() for char in host)
    except ValueError:  # of a port that is none, and of brackets around no address
        return False


def web_url(path: str, value: object) -> str:
    """Returns the value, if it is an absolute URL of http or https.

    Raises `InvalidInput` otherwise, with `path` as the argument that it is about.
    """
    if isinstance(value, str) and is_web_url(value):
        return value
    raise InvalidInput([Problem(path, "shape", "expected an absolute URL of http or https")])


LINK_START = (
    r"(?!(?i:javascript|vbscript|data|file|blob|about|view-source|chrome|intent):)"
    r"(?!(?i:https?)://[:/?#])"
    r"(?![^/]*//[^/?#]*@)"
    r"[A-Za-z][A-Za-z0-9+.-]*://"
)
"""A pattern: how a link begins that a browser or an app opens (`myapp://`). The schemes left out
run what follows, or read a file."""

LINK_CHARACTER = r"[!-\[\]-~]"
"""A pattern: a character of such a link, which has no blank, no backslash and ASCII alone."""

is_link = re.compile(rf"{LINK_START}{LINK_CHARACTER}+").fullmatch
"""Whether a text is such a link."""


# Control characters (C0, C1), line breaks of Unicode, overrides and isolates of the direction of
# writing, surrogates. Marks of a direction and joiners stay: some scripts are written with them.
_BAD = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
# What shows nothing: blanks, and the characters that Unicode lets a reader ignore.
_EMPTY = (
    r" \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2800"
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065"
    r"\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_NOT_BLANK = "a text that is not blank, without control characters or overrides of its direction"
_TEXT = re.compile(rf"[{_EMPTY}]*[^{_EMPTY}{_BAD}][^{_BAD}]*").fullmatch  # linear in length
_IDENTIFIER = re.compile(rf"[^\s{_BAD}](?:[^{_BAD}]*[^\s{_BAD}])?").fullmatch
_COUNTRY = re.compile(rf"(?!{'|'.join(RESERVED)})[A-Z]{{2}}").fullmatch
_CURRENCY = re.compile(r"[A-Z]{3}").fullmatch
_EMAIL = re.compile(rf"[^@\s{_BAD}]{{1,64}}@[^@\s.{_BAD}]+(?:\.[^@\s.{_BAD}]+)+").fullmatch
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}").fullmatch  # E.164: at most 15 digits
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,127}/[\w.+-]{1,127}", re.ASCII).fullmatch  # RFC 6838, 4.2
_LOCALE = re.compile(
    r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-[A-Za-z0-9]{2,8})*"
).fullmatch


def _is_url(text: str) -> bool:
    return is_web_url(text) and text.isascii() and not ("?" in text or "#" in text)


def _clean_phone(text: str) -> str:
    import phonenumbers  # imported when a person's input is first checked

    if not is_one_number(text):
        raise ValueError(text)
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        raise ValueError(text) from None
    if number.extension or not phonenumbers.is_possible_number(number):
        raise ValueError(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3, without the brackets


def _clean_email(text: str) -> str:
    from email_validator import EmailNotValidError, validate_email  # the same

    if len(text) > LONGEST_EMAIL:  # the library says so too, after a second for each megabyte
        raise ValueError(text)
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise ValueError(text) from None
    return text


# What word processors and web pages put in place of a hyphen and a space.
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"), "-")
_SPACES = dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")


def _clean_postal_code(text: str) -> str:
    """Typographic dashes as the hyphen, other spaces as the ordinary one."""
    return text.translate(_DASHES | _SPACES)


def _clean_country(text: str) -> str:
    if text not in country_codes():
        raise ValueError(text)
    return text


def _clean_currency(text: str) -> str:
    if text not in currency_codes():
        raise ValueError(text)
    return text


# The zone where a day begins first: a day that has begun there is in the future nowhere.
_EARLIEST_MIDNIGHT = timezone(timedelta(hours=14))


def _has_begun(day: date) -> bool:
    return day <= datetime.now(_EARLIEST_MIDNIGHT).date()


def _is_ip_address(text: object) -> bool:
    try:
        ipaddress.ip_address(text if isinstance(text, str) else "")
    except ValueError:
        return False
    return "%" not in str(text)


Text = Annotated[
    str,
    Shape(
        "text",
        _NOT_BLANK,
        _TEXT,
    ),
]
"""Any text with something to see in it."""

PostalCode = Annotated[
    str,
    Shape(
        "postal_code",
        _NOT_BLANK,
        _TEXT,
        _clean_postal_code,
    ),
]
"""A postal code. `User.parse` turns typographic dashes and non-breaking spaces into `-` and ` `."""

LoginName = Annotated[
    str,
    Shape(
        "text",
        _NOT_BLANK,
        _TEXT,
        verbatim=True,
    ),
]
"""A name to log in with; like a password, `User.parse` takes it as it is."""

MediaType = Annotated[
    str,
    Shape(
        "media_type",
        "a media type, such as image/jpeg or application/pdf",
        _MEDIA_TYPE,
        canonical,
    ),
]
"""An RFC 6838 media type in lower case, without parameters."""

Identifier = Annotated[
    str,
    Shape("identifier", "a text without blanks around it, nor control characters", _IDENTIFIER),
]
"""A name or id that a provider gave, as it gave it: for the settings of an adapter."""

Country = Annotated[
    str,
    Shape(
        "country",
        "an ISO 3166-1 alpha-2 code in capitals",
        _COUNTRY,
        _clean_country,
        meant=country_meant,
    ),
]
"""ISO 3166-1 alpha-2, upper case; `XK` for Kosovo."""

Currency = Annotated[
    str,
    Shape(
        "currency",
        "an ISO 4217 code in upper case",
        _CURRENCY,
        _clean_currency,
        meant=currency_meant,
    ),
]
"""ISO 4217 alphabetic code, upper case."""

PersonRef = Annotated[
    str, Shape("ref", "1 to 64 letters without accents, digits, - or _", KEYS.fullmatch)
]
"""The platform's own name of a person, unique among the people of a user."""

Email = Annotated[str, Shape("email", "an e-mail address", _EMAIL, _clean_email)]
"""An e-mail address."""

Phone = Annotated[
    str,
    Shape(
        "phone",
        "one phone number in E.164: + country code number, without letters or an extension",
        _PHONE,
        _clean_phone,
    ),
]
"""E.164 with its `+`."""

Locale = Annotated[str, Shape("locale", "a BCP 47 language tag", _LOCALE)]
"""BCP 47, such as `lt` or `en-GB`."""

IpAddress = Annotated[
    str, Shape("ip_address", "an IP address, version 4 or 6, without a zone", _is_ip_address)
]
"""An IP address, such as `198.51.100.7` or `2001:db8::7`."""

Url = Annotated[
    str, Shape("url", "an absolute URL of http or https, with nothing behind its path", _is_url)
]
"""Where a server is: for the settings of an adapter."""

WebUrl = Annotated[str, Shape("web_url", "an absolute URL of http or https", is_web_url)]
"""The address of a website or a page."""

LinkTemplate = Annotated[
    str, Shape("link", "an absolute link of http, https or an app of its own, in ASCII", is_link)
]
"""What a message or a page leads to: a URL, or a link that an app opens (`myapp://confirm/7`)."""

PastDate = Annotated[date, Shape("past_date", "a date that is not in the future", _has_begun)]
"""A calendar day that is not in the future in any time zone."""

Extras = Annotated[Mapping[str, Any], GIVEN]
"""Plain data that come back equal from JSON."""
